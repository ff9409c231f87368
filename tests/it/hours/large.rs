//! The largest questions that must be answered: 100 hours, 20 tasks, 14 days. Answered, and legal.

use backhaul::model::Timestamp;
use backhaul::rules::hours::{Request, Task, plan};

use super::cases::{Chance, HOUR, request};
use super::legal;

#[test]
fn large_questions_are_answered_legally() {
    for case in 0..60 {
        let request = large(case);
        let found = plan(&request).unwrap_or_else(|refusal| panic!("{case}: {refusal}"));
        assert_eq!(legal::fault(&request, &found), None, "case {case}\n{request:#?}\n{found:#?}");
    }
}

/// Any driver's clocks to the second, up to twenty tasks whose gates open within fourteen days.
pub fn large(case: u64) -> Request {
    let mut chance = Chance::of(case.wrapping_mul(77) + 5);
    let mut request = request(&mut chance, 1, 8);
    request.tasks.clear();
    let now = request.now.millis() / 1000;
    let (mut busy, mut opens) = (100 * HOUR, 0);
    let wide = chance.one(&[1, 6, 30, 100, 336]);
    let shape = chance.below(5);
    for task in 0..20 {
        let gate = match shape {
            0 => task % 2 == 1,
            1 => task % 3 == 1,
            2 => task % 10 != 0,
            _ => chance.below(2) == 0,
        };
        if gate {
            opens = (opens + chance.below(60 * HOUR)).min(336 * HOUR);
            let closes = opens + chance.below(wide * HOUR + 1);
            let at = |seconds: i64| Some(Timestamp::from_secs(now + seconds));
            request.tasks.push(Task::Appointment {
                earliest: if chance.below(5) == 0 { None } else { at(opens) },
                latest: if chance.below(5) == 0 { None } else { at(closes) },
            });
            continue;
        }
        let drives = shape != 3 && chance.below(3) > 0;
        let seconds = chance.below(if drives { 14 } else { 5 } * HOUR).min(busy);
        busy -= seconds;
        request.tasks.push(if drives { Task::Drive(seconds) } else { Task::Work(seconds) });
    }
    request
}
