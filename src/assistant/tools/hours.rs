//! The hours of one driver, as his ELD tells them: what is left by each clock, and how long he may drive on. Rests are
//! not credited and nothing is planned here.

use super::super::facts::Facts;
use super::args::Args;
use super::found::Found;
use super::plan::{clocks, hours_words, load_number};
use super::who;
use super::words::ago;
use crate::model::{Driver, DutyStatus, ExceptionKind, Tractor};
use crate::rules::basis::Basis;
use crate::rules::cycle::{self, Told};
use crate::rules::eta::clocks_hold;
use crate::rules::find::{self, Kind};
use crate::rules::hours::Left;
use crate::rules::near::{drivable_s, left_now};
use crate::rules::{called, moment, queue};

/// `get_driver_hours`.
pub(super) fn driver_hours(args: Args<'_>, facts: &Facts) -> Result<Found, String> {
    let text = args.text("driver")?;
    let wanted = args.number("drive_hours", 0.0, 24.0)?;
    let driver = meant(facts, &text)?;
    let basis = facts.basis();
    let left = left_now(&basis, driver);
    let tractor = driver.tractor_id.as_ref().and_then(|id| facts.fleet.tractors.get(id)).map(AsRef::as_ref);
    let mut found = Found::default();
    found.doubt(tractor.and_then(|row| called::taken(&row.unit_number, &text)));
    let disagrees = queue::open(&facts.fleet, &basis.fresh, facts.now).into_iter().find(|row| {
        row.kind == ExceptionKind::LogDisagrees && row.touches.driver_id.as_ref() == Some(&driver.id)
    });
    if left == Left::default() {
        let why = why_unknown(driver, &basis, facts);
        found.say(format!("CANNOT SAY how many hours {} has left: {why}.", driver.name));
    } else {
        told(&mut found, driver, &left, wanted, facts);
    }
    found.doubt(disagrees.map(|row| format!("DOUBTFUL: {}", row.summary)));
    add_row(&mut found, driver, tractor, &left, facts);
    Ok(found)
}

/// Who is meant: he himself, by his truck, or by the load that he has.
fn meant<'a>(facts: &'a Facts, text: &str) -> Result<&'a Driver, String> {
    let by_load = || {
        let load = find::load(&facts.fleet, load_number(text)).ok()?;
        facts.fleet.drivers.get(load.driver_id.as_ref()?).map(AsRef::as_ref)
    };
    who::driver(facts, text).or_else(|why| by_load().ok_or(why))
}

/// Why nobody can tell.
fn why_unknown(driver: &Driver, basis: &Basis<'_>, facts: &Facts) -> String {
    let told = ago(driver.hos_as_of_at, facts.now);
    match driver.source.as_deref().filter(|_| driver.hos_as_of_at.is_some()) {
        None => "no ELD tells his clocks".to_owned(),
        Some(_) if !clocks_hold(driver, facts.now) => {
            format!("they were told {told}, which is too old to go by")
        }
        Some(source) if !basis.fresh.hours(source) => {
            format!("no hours of {source} come now; his were told {told}")
        }
        Some(source) => format!("{source} does not tell his clocks"),
    }
}

/// What is left by each clock, and what that allows.
fn told(found: &mut Found, driver: &Driver, left: &Left, wanted: Option<f64>, facts: &Facts) {
    let name = &driver.name;
    let told = ago(driver.hos_as_of_at, facts.now);
    let status = match driver.hos_status {
        DutyStatus::Unknown => "his duty status is not known".to_owned(),
        known => known.word().replace('_', " "),
    };
    found.say(format!("{name}, {status}: {} left, hours told {told}.", clocks(left)));
    let rules = driver.ruleset.as_deref();
    if let Some(rules) = rules.filter(|rules| cycle::told(rules) == Told::Other) {
        found.say(format!(
            "CLOCKS ONLY: his ELD applies the rules {rules:?}. CANNOT PLAN by them, nor say how long he may drive on: \
             only US property rules are planned by."
        ));
        return;
    }
    let Some(most_s) = drivable_s(left) else {
        found.say("CANNOT SAY how long he may drive on: not all of his clocks are told.");
        return;
    };
    let rest = match left.break_s {
        Some(break_s) if break_s < most_s => {
            format!(", with half an hour's break after {}", hours_words(break_s))
        }
        _ => String::new(),
    };
    found.say(match most_s {
        0 => format!("{name} may NOT drive on now: by his clocks no driving is left."),
        _ => format!("By all of them he may drive {} more{rest}.", hours_words(most_s)),
    });
    if let Some(wanted) = wanted {
        #[expect(clippy::cast_possible_truncation, reason = "at most a day")]
        let wanted_s = (wanted * 3600.0) as i64;
        let asked = hours_words(wanted_s);
        found.say(match moment::shortage(wanted_s - most_s) {
            Some(short) => format!("{asked} of driving: NO, {short} short."),
            None => format!("{asked} of driving: YES, by his clocks now."),
        });
    }
    if matches!(driver.hos_status, DutyStatus::OffDuty | DutyStatus::Sleeper) {
        found.say("He rests: what that rest gives him is counted once his ELD says so.");
    }
}

fn add_row(found: &mut Found, driver: &Driver, tractor: Option<&Tractor>, left: &Left, facts: &Facts) {
    found.rows.push(who::driver_row(driver, left, facts));
    found.rest_on(driver.hos_as_of_at);
    found.cite(Kind::Driver, &driver.id.0, &driver.name, driver.hos_as_of_at);
    if let Some(row) = tractor {
        found.cite(Kind::Tractor, &row.id.0, &row.unit_number, row.observed_at);
    }
}
