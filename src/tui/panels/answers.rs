//! Pages that answer a question rather than tell of a row: can he make it, who else can, who is held. Each is
//! made by the same rules as the command of that name.

pub mod handoff;
pub mod limits;
pub mod near;

use super::Subject;
use super::movements::risk_role;
use crate::model::{Keyed, Movement, Reason, Risk, Stop, Timestamp};
use crate::rules::best::{self, Choice, TOP, Verdict};
use crate::rules::detention::{Free, Held, held};
use crate::rules::hours::left_at;
use crate::rules::load_plan::words::{assumptions, limit_words, notes, said, two_times, why_not};
use crate::rules::load_plan::{self, LoadPlan, NoPlan};
use crate::rules::{moment, say, trip};
use crate::tui::facts::Facts;
use crate::tui::theme::Role;
use crate::tui::widgets::sheet::Sheet;
use crate::tui::widgets::text::Span;
use crate::tui::words::{self, UNKNOWN};

/// The longest reason why there is no plan, in characters.
const REASON: usize = 300;

/// Can he make it legally, and if not, when?
pub fn plan(load: &Movement, facts: &Facts) -> Sheet {
    let mut sheet = Sheet::about(format!("Plan of load {}", load.tms.id));
    let basis = facts.basis();
    match load_plan::plan(&basis, load) {
        Ok(plan) => {
            arrival(&mut sheet, load, &plan, facts);
            segments(&mut sheet, &plan, facts);
            sheet.heading("It rests on");
            rests_on(&mut sheet, load, facts);
            for assumed in assumptions(&basis, &plan) {
                sheet.field("assumes", assumed);
            }
            for note in notes(&plan) {
                sheet.field("note", said(&note, &facts.zone, facts.now));
            }
        }
        Err(none) => no_plan(&mut sheet, load, &none, facts),
    }
    sheet.heading("See also");
    sheet.link("load", load.tms.id.clone(), "", Some(Subject::Movement(load.key())));
    sheet.link("re-power", "who else can take it", "", Some(Subject::Best(load.key())));
    sheet
}

fn arrival(sheet: &mut Sheet, load: &Movement, plan: &LoadPlan<'_>, facts: &Facts) {
    let role = risk_role(plan.standing.risk);
    let class = plan.standing.risk.word().replace('_', " ");
    let late = plan.judgement.late_s.map(|late| match (plan.standing.risk, late) {
        (Risk::Late, 1..) => format!("no, late by {}", words::minutes(late)),
        (_, 1..) => format!("{class}, late by {}", words::minutes(late)),
        (_, spare) => format!("{class}, {} to spare", words::minutes(spare)),
    });
    let reason = plan.standing.reason.map(|reason| format!("({})", reason.word()));
    let at = plan.critical().map(|stop| format!("at {}", trip::place(stop)));
    let about: Vec<String> = std::iter::once(late.unwrap_or(class)).chain(at).chain(reason).collect();
    sheet.heading("Answer");
    sheet.judged("makes it", about.join(" "), role, "");
    sheet.link("driver", plan.driver.name.clone(), "", Some(Subject::Driver(plan.driver.id.clone())));
    let tractor = Subject::Tractor(plan.tractor.id.clone());
    sheet.link("tractor", plan.tractor.unit_number.clone(), "", Some(tractor));
    let stop = plan.stops.last().map(|(stop, _)| *stop);
    let time = |at| stop.map_or_else(|| UNKNOWN.to_owned(), |stop| words::time_at(stop, at, facts));
    if let Some(outlook) = &plan.outlook {
        sheet.noted("leave by", time(outlook.latest_departure_at), "to meet every window legally");
        let binding: Vec<&str> = outlook.legal.binding.iter().map(|limit| limit_words(*limit)).collect();
        let binding = if binding.is_empty() { "nothing".to_owned() } else { binding.join(", ") };
        sheet.noted("stops for", binding, "on the way to the last stop; what makes the class stands with it");
    } else {
        sheet.line("The truck is at its last stop.", Role::Text);
    }
    for first in &plan.first {
        sheet.link("after", first.tms.id.clone(), "", Some(Subject::Movement(first.key())));
    }
    stops(sheet, plan, facts);
    super::exception::about(sheet, &Subject::Movement(load.key()), facts);
}

fn stops(sheet: &mut Sheet, plan: &LoadPlan<'_>, facts: &Facts) {
    sheet.heading("Stops");
    let two_times = two_times(plan);
    let rows = plan.stops.iter().zip(plan.planned()).map(|((stop, arrival), planned)| {
        let time = |at| (words::time_at(stop, at, facts), Role::Text);
        let late = arrival.late_s.map_or_else(
            || UNKNOWN.to_owned(),
            |late| match late {
                1.. => format!("late {}", words::minutes(late)),
                _ => format!("+{}", words::minutes(late)),
            },
        );
        let planned = two_times.is_some().then(|| time(planned));
        let rest = [
            time(arrival.legal_eta_at),
            time(arrival.eta_at),
            (words::window(stop, facts), Role::Text),
            (late, risk_role(arrival.risk)),
        ];
        let place = (trip::place(stop), Role::Text);
        (std::iter::once(place).chain(planned).chain(rest).collect(), None)
    });
    let planned = two_times.is_some().then_some("PLAN");
    let titles = std::iter::once("STOP").chain(planned).chain(["LEGAL", "LIKELY", "WINDOW", "SLACK"]);
    sheet.grid_without(&titles.collect::<Vec<_>>(), &["WINDOW"], rows.collect());
    if let Some(words) = two_times {
        sheet.line(words, Role::Muted);
    }
}

fn segments(sheet: &mut Sheet, plan: &LoadPlan<'_>, facts: &Facts) {
    let Some(outlook) = &plan.outlook else { return };
    let time = |at: Timestamp| {
        let stop: Option<&Stop> = plan.stops.last().map(|(stop, _)| *stop);
        stop.map_or_else(
            || words::time(at, &facts.zone, facts.now),
            |stop| words::time_at(stop, Some(at), facts),
        )
    };
    sheet.heading("The legal plan, by the clock of the last stop");
    let rows = outlook.legal.segments.iter().map(|segment| {
        let length = moment::part(segment.end_at.secs_since(segment.start_at));
        let cells = [time(segment.start_at), time(segment.end_at), length, segment.why.to_owned()];
        (cells.map(|cell| (cell, Role::Text)).to_vec(), None)
    });
    sheet.grid(&["FROM", "TO", "FOR", "WHAT"], rows.collect());
    let likely = plan.stops.last().and_then(|(_, arrival)| arrival.eta_at);
    if likely.is_some_and(|likely| likely > outlook.legal.arrival_at) {
        let words = "The earliest that the rules allow. LIKELY is later: a truck's own speed, looking it over, fuel, \
                     and finding a place to park come on top.";
        sheet.line(words, Role::Muted);
    }
}

/// How old what it rests on is.
fn rests_on(sheet: &mut Sheet, load: &Movement, facts: &Facts) {
    let tractor = facts.tractor(load.tractor_id.as_ref());
    let driver = facts.driver(load.driver_id.as_ref());
    let judgement = facts.fleet.judgements.get(&load.key());
    let age = |at: Option<Timestamp>| match at {
        Some(at) => format!("{} old", words::age(Some(at), facts.now)),
        None => "not known".to_owned(),
    };
    sheet.field("position", age(tractor.and_then(|row| row.observed_at)));
    sheet.field("hours", age(driver.and_then(|row| row.hos_as_of_at)));
    sheet.field("ETA", age(judgement.map(|row| row.computed_at)));
}

fn no_plan(sheet: &mut Sheet, load: &Movement, none: &NoPlan, facts: &Facts) {
    let (_, message) = why_not(none, REASON);
    let reason = none.missing.reason.map(Reason::word).unwrap_or_default();
    sheet.heading("Answer");
    sheet.judged("no plan", message, Role::Warn, reason);
    if let Some((one, other)) = none.bounds {
        let time = |at| words::time(at, &facts.zone, facts.now);
        let between = format!("{} to {}, if he stopped then or worked on", time(one), time(other));
        sheet.field("legal between", between);
    }
    sheet.heading("Last told");
    rests_on(sheet, load, facts);
    super::exception::about(sheet, &Subject::Movement(load.key()), facts);
}

/// Who else can take it?
pub fn best(load: &Movement, facts: &Facts) -> Sheet {
    let mut sheet = Sheet::about(format!("Who can take load {}", load.tms.id));
    let basis = facts.basis();
    let choices = match best::best(&basis, load, TOP) {
        Ok(choices) => choices,
        Err(why) => {
            sheet.line(why, Role::Warn);
            return sheet;
        }
    };
    let (fit, other): (Vec<_>, Vec<_>) = choices.iter().partition(|choice| choice.verdict == Verdict::Fits);
    let as_of = words::clock(facts.now, &facts.zone);
    sheet.heading(format!("Can, the best first ({} of {} drivers, as of {as_of})", fit.len(), choices.len()));
    if fit.is_empty() {
        sheet.line("nobody, as far as can be told", Role::Warn);
    }
    grid(&mut sheet, &fit, load, facts);
    sheet.heading("Cannot, and why");
    grid(&mut sheet, &other, load, facts);
    sheet.line(
        "The road is the straight line x 1.2 at 50 mph; the ETA of who is given the load is worked out anew.",
        Role::Muted,
    );
    sheet
}

fn grid(sheet: &mut Sheet, choices: &[&Choice<'_>], load: &Movement, facts: &Facts) {
    if choices.is_empty() {
        return;
    }
    let stop = facts.fleet.stops_of(&load.key()).iter().find(|stop| !stop.tms.done);
    let rows = choices.iter().take(TOP).map(|choice| {
        let judgement = choice.judgement.as_ref();
        let (fits, role) = match &choice.verdict {
            Verdict::Rejected(why) => {
                let late_s = judgement.and_then(|one| one.late_s).filter(|late_s| *late_s > 0);
                let late = late_s.map(|late_s| format!(" {}", words::minutes(late_s))).unwrap_or_default();
                (format!("{}{late}", why.word()), Role::Warn)
            }
            Verdict::Fits => match judgement.map(|one| one.risk) {
                Some(Risk::Ok) | None => ("yes".to_owned(), Role::Good),
                Some(risk) => (risk.word().replace('_', " "), risk_role(risk)),
            },
        };
        let there = judgement.and_then(|one| one.arrivals.first()?.legal_eta_at);
        let there = match stop {
            Some(stop) => words::time_at(stop, there, facts),
            None => there.map_or_else(|| UNKNOWN.to_owned(), |at| words::time(at, &facts.zone, facts.now)),
        };
        let left = left_at(choice.rig.driver, facts.now);
        let miles = choice.miles.map(|miles| words::distance(miles, facts.metric));
        let cells: Vec<Span> = vec![
            (choice.rig.driver.name.chars().take(20).collect(), Role::Text),
            (fits, role),
            (there, Role::Text),
            (words::or_unknown(miles.as_deref()), Role::Text),
            (words::hours(left.drive_s), Role::Text),
            (words::hours(left.shift_s), Role::Text),
            (words::age(choice.rig.driver.hos_as_of_at, facts.now), Role::Text),
            (consequences(choice), Role::Text),
        ];
        (cells, Some(Subject::Driver(choice.rig.driver.id.clone())))
    });
    let titles = ["DRIVER", "FITS", "LEGAL", "AWAY", "DRIVE", "SHIFT", "HOURS", "AFTER, OTHERS"];
    sheet.grid(&titles, rows.collect());
}

/// What he does first, and which of his other loads would be in trouble: "after 0093; 0095 late 40m".
fn consequences(choice: &Choice<'_>) -> String {
    let first: Vec<&str> = choice.done_first().map(|load| load.tms.id.as_str()).collect();
    let after = (!first.is_empty()).then(|| format!("after {}", first.join(" ")));
    let suffers = choice.suffers.iter().map(|(load, risk, late_s)| match late_s {
        Some(late @ 1..) => format!("{} late {}", load.tms.id, words::minutes(*late)),
        _ => format!("{} {}", load.tms.id, risk.word().replace('_', " ")),
    });
    let parts: Vec<String> = after.into_iter().chain(suffers).collect();
    words::or_unknown(Some(&parts.join("; ")))
}

/// Who is held, since when, and how much free time is left.
pub fn detention(facts: &Facts) -> Sheet {
    let mut sheet = Sheet::about("Detention");
    let held = held(&facts.fleet, &facts.fresh, facts.now);
    let over = held.iter().filter(|one| one.is_over(facts.now)).count();
    sheet.heading(format!("At a stop now: {}, beyond free time: {over}", held.len()));
    if held.is_empty() {
        sheet.line(
            "No truck is known to be at a stop of its load. Health says whether all feeds come.",
            Role::Text,
        );
        return sheet;
    }
    let rows = held.iter().map(|one| (held_cells(one, facts), Some(Subject::Movement(one.movement.key()))));
    sheet.grid(&["LOAD", "FREE TIME", "PLACE", "ARRIVED", "BY", "DRIVER", "SEEN"], rows.collect());
    sheet.line(
        "ARRIVED: by the stop's clock, * by the office's. BY: who says so. SEEN: whether the truck's own position is there \
         now.",
        Role::Muted,
    );
    sheet
}

fn held_cells(one: &Held<'_>, facts: &Facts) -> Vec<Span> {
    let (free, role) = match one.free(facts.now) {
        Free::Left(left) => (format!("{} left", words::minutes(left)), Role::Text),
        Free::Over(over) => (format!("{} over", words::minutes(over)), Role::Bad),
        Free::Unknown => ("not known".to_owned(), Role::Warn),
    };
    vec![
        (one.movement.tms.id.to_string(), Role::Text),
        (free, role),
        (trip::place(one.stop), Role::Text),
        (words::time_at(one.stop, Some(one.arrived_at), facts), Role::Text),
        (one.by(), Role::Text),
        (facts.driver_name(one.movement.driver_id.as_ref()), Role::Text),
        (one.seen_words(facts.now), Role::Text),
    ]
}

/// What a customer may be told of a load.
pub fn for_customer(load: &Movement, facts: &Facts) -> String {
    say::of(load, &facts.fleet, &facts.fresh, &facts.zone, facts.now).sentence
}
