//! How many calls a fleet's ETAs cost: an hour of four hundred loads, second by second, with the bucket that
//! every account has. The sum is printed.

use std::collections::VecDeque;
use std::time::Duration;

use backhaul::model::{Motion, Point, Position, Timestamp};
use backhaul::routing::{Asked, Attempt, Due, Look, Tally, Wish, due};
use backhaul::sync::Bucket;
use tokio::time::Instant;

const LOADS: usize = 400;
const STOP: Point = Point { latitude: 35.0, longitude: -80.0 };
const BEGIN: Timestamp = Timestamp::from_secs(1_795_500_000);

/// A load under way.
struct Load {
    id: String,
    /// Seconds of driving to its next stop when the hour begins.
    left: u64,
    motion: Motion,
    asked: Option<Asked>,
    waits: bool,
}

/// What came of an hour.
struct Hour {
    /// Calls in the minute that had the most, of all sixty-second spans.
    most_a_minute: usize,
    /// By the minute of the clock.
    minutes: Vec<usize>,
    /// By load.
    calls: Vec<usize>,
    /// The longest wait for a token, in seconds.
    longest_wait: u64,
}

impl Hour {
    fn print(&self, what: &str) {
        let calls: usize = self.calls.iter().sum();
        let most = self.calls.iter().max().unwrap();
        #[expect(clippy::cast_precision_loss, reason = "thousands")]
        let average = calls as f64 / self.calls.len() as f64;
        println!(
            "{what}: {calls} calls an hour, at most {} in 60 s, {average:.1} a truck and hour (most {most}), \
             longest wait {} s\nby minute: {:?}",
            self.most_a_minute, self.longest_wait, self.minutes
        );
    }
}

/// Lives an hour, the first of a process: every load is asked about at once.
fn hour(mut loads: Vec<Load>) -> Hour {
    let start = Instant::now();
    let mut bucket = Bucket::new(240, start);
    let mut tally = Tally::default();
    let (mut line, mut sent) = (VecDeque::new(), Vec::new());
    let mut hour =
        Hour { most_a_minute: 0, minutes: vec![0; 60], calls: vec![0; loads.len()], longest_wait: 0 };
    for second in 0..3600 {
        let now = BEGIN.plus(Duration::from_secs(second));
        for (number, load) in loads.iter_mut().enumerate() {
            let position = load.position(second, now);
            let left = Duration::from_secs(load.left.saturating_sub(second));
            let look = Look {
                load: &load.id,
                position: &position,
                stops: &[STOP],
                to_next_stop: Some(left),
                wish: Wish::None,
            };
            if !load.waits && due(load.asked.as_ref(), &look, now) == Due::Now {
                load.waits = true;
                line.push_back((number, second));
            }
        }
        while let Some((number, since)) = line.front().copied() {
            if bucket.take(start + Duration::from_secs(second)).is_err() {
                break;
            }
            line.pop_front();
            let load = &mut loads[number];
            let position = load.position(second, now);
            load.asked = Some(Asked::now(&position, &[STOP], Attempt::default(), load.asked.as_ref(), now));
            load.waits = false;
            tally.count(&load.id, now);
            sent.push(second);
            hour.calls[number] += 1;
            hour.minutes[usize::try_from(second / 60).unwrap()] += 1;
            hour.longest_wait = hour.longest_wait.max(second - since);
        }
    }
    let within_a_minute = |from: usize| sent[from..].iter().take_while(|at| **at < sent[from] + 60).count();
    hour.most_a_minute = (0..sent.len()).map(within_a_minute).max().unwrap();
    let total = tally.spent(BEGIN.plus(Duration::from_secs(3599)));
    assert_eq!((total.last_hour, total.most), (sent.len(), *hour.calls.iter().max().unwrap()));
    hour
}

impl Load {
    /// At 60 mph along a parallel, or where it stands.
    fn position(&self, second: u64, now: Timestamp) -> Position {
        let driven = if self.motion == Motion::Moving { second } else { 0 };
        #[expect(clippy::cast_precision_loss, reason = "hours")]
        let away = (self.left as f64 - driven as f64) * 26.8 / 91_085.0;
        Position {
            point: Point { longitude: STOP.longitude - away, ..STOP },
            motion: self.motion,
            speed_mph: Some(60.0),
            heading_deg: Some(90.0),
            observed_at: now,
        }
    }
}

fn load(number: usize, left: u64, motion: Motion) -> Load {
    Load { id: format!("TMS/{:07}", 412_000 + number), left, motion, asked: None, waits: false }
}

#[test]
fn four_hundred_loads_of_all_kinds_stay_far_below_the_limit() {
    // A third under an hour away, a third up to four, a third further; every fifth stands.
    let left =
        |number: usize| [1800 + 5 * number as u64, 2 * 3600 + 10 * number as u64, 6 * 3600][number % 3];
    let motion = |number: usize| if number % 5 == 4 { Motion::Stopped } else { Motion::Moving };
    let hour = hour((0..LOADS).map(|number| load(number, left(number), motion(number))).collect());
    hour.print("a mixed fleet");
    assert!(hour.most_a_minute < 240, "{}", hour.most_a_minute);
    assert!(hour.minutes[5..].iter().all(|calls| *calls < 180), "{:?}", hour.minutes);
    let parked = hour.calls.iter().skip(4).step_by(5);
    assert!(parked.into_iter().all(|calls| *calls == 1), "what stands is asked about once");
}

#[test]
fn even_four_hundred_within_the_hour_stay_below_it() {
    let hour = hour((0..LOADS).map(|number| load(number, 3599, Motion::Moving)).collect());
    hour.print("all within an hour of their stop");
    assert!(hour.most_a_minute < 240, "{}", hour.most_a_minute);
    assert!(hour.calls.iter().all(|calls| (28..=31).contains(calls)), "thirty each, every two minutes");
    assert!(hour.minutes[5..].iter().all(|calls| (150..=235).contains(calls)), "{:?}", hour.minutes);
}
