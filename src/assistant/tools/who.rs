//! Who is meant: one driver, or several among whom the dispatcher must choose; never a guess.

use serde_json::{Value, json};

use super::super::facts::Facts;
use super::args::Args;
use super::found::{CELL, Found, row};
use super::plan::hours_words;
use super::words::{ago, count, seen};
use crate::model::{Driver, Tractor, Trailer, UnitId, clean, nearest};
use crate::rules::called;
use crate::rules::cycle::{self, Told};
use crate::rules::find::{self, Fit, Kind};
use crate::rules::hours::Left;
use crate::rules::near::{drivable_s, left_known};

/// So many of several are named.
const NAMED: usize = 5;

/// Drivers whose name, id or phone `text` fits best, as `find` ranks them.
fn drivers<'a>(facts: &'a Facts, text: &str) -> Vec<(&'a Driver, Fit)> {
    let found = find::find(&facts.fleet, text, facts.now).into_iter().filter(|one| one.kind == Kind::Driver);
    found
        .filter_map(|one| Some((facts.fleet.drivers.get(&UnitId(one.id.into()))?.as_ref(), one.fit)))
        .collect()
}

/// The one driver that `text` means: by id, name or part of it, or by the number of the tractor he drives.
pub(super) fn driver<'a>(facts: &'a Facts, text: &str) -> Result<&'a Driver, String> {
    let found = drivers(facts, text);
    let best = found.first().map(|(_, fit)| *fit);
    let meant: Vec<&Driver> =
        found.iter().filter(|(_, fit)| Some(*fit) == best).map(|(driver, _)| *driver).collect();
    match meant.as_slice() {
        [only] => Ok(only),
        [] => driver_of_unit(facts, text),
        several => Err(choose(facts, text, several)),
    }
}

fn driver_of_unit<'a>(facts: &'a Facts, text: &str) -> Result<&'a Driver, String> {
    let drivers = facts.fleet.drivers.iter().map(AsRef::as_ref);
    let found = called::meant(
        drivers.filter_map(|driver: &Driver| {
            let tractor = facts.fleet.tractors.get(driver.tractor_id.as_ref()?)?;
            Some((driver, tractor.unit_number.as_str()))
        }),
        text,
    );
    match found.as_slice() {
        [only] => Ok(only),
        [] => Err(unknown("driver", text, facts.fleet.drivers.iter().map(|row| row.name.as_str()))),
        several => Err(choose(facts, text, several)),
    }
}

/// "2 drivers could be meant by "smith": … Ask which."
fn choose(facts: &Facts, text: &str, several: &[&Driver]) -> String {
    let each: Vec<String> = several.iter().take(NAMED).map(|driver| described(facts, driver)).collect();
    let more = several.len().checked_sub(NAMED).filter(|more| *more > 0);
    let more = more.map(|more| format!(" and {more} more")).unwrap_or_default();
    format!(
        "AMBIGUOUS: {} could be meant by {text:?}: {}{more}. Which one?",
        count(several.len(), "driver", "drivers"),
        each.join("; ")
    )
}

fn described(facts: &Facts, driver: &Driver) -> String {
    let tractor = driver.tractor_id.as_ref().and_then(|id| facts.fleet.tractors.get(id));
    let with = tractor.map_or_else(|| "no tractor".to_owned(), |row| format!("tractor {}", row.unit_number));
    let load = driver.movement_id.as_ref().map(|load| format!(", load {load}")).unwrap_or_default();
    format!("{} ({with}{load})", driver.name)
}

/// "There is no KIND "x"", with the nearest name there is.
fn unknown<'a>(kind: &str, text: &str, known: impl Iterator<Item = &'a str>) -> String {
    let near = nearest(text, known).map(|near| format!(" Is {near:?} meant?"));
    format!("UNKNOWN: there is no {kind} {text:?} in the fleet.{}", near.unwrap_or_default())
}

/// The one trailer of that number or id.
pub(super) fn trailer<'a>(facts: &'a Facts, text: &str) -> Result<&'a Trailer, String> {
    let rows = facts.fleet.trailers.iter().map(|row| (row.as_ref(), &row.id, row.unit_number.as_str()));
    one_of("trailer", text, rows)
}

/// The one tractor of that number or id.
pub(super) fn tractor<'a>(facts: &'a Facts, text: &str) -> Result<&'a Tractor, String> {
    let rows = facts.fleet.tractors.iter().map(|row| (row.as_ref(), &row.id, row.unit_number.as_str()));
    one_of("tractor", text, rows)
}

/// The only one of `rows`, each a unit with its id and number, that `text` means.
fn one_of<'a, T>(
    kind: &str,
    text: &str,
    rows: impl Iterator<Item = (&'a T, &'a UnitId, &'a str)> + Clone,
) -> Result<&'a T, String> {
    if let Some((row, ..)) = rows.clone().find(|(_, id, _)| id.0 == text) {
        return Ok(row);
    }
    let found = called::meant(rows.clone().map(|row| (row, row.2)), text);
    match found.as_slice() {
        [] => Err(unknown(kind, text, rows.map(|(.., number)| number))),
        [(only, ..)] => Ok(only),
        several => {
            let each = several.iter().take(NAMED).map(|(_, id, number)| format!("{number} ({})", id.0));
            let each = each.collect::<Vec<_>>().join(" and ");
            Err(format!(
                "AMBIGUOUS: {} could be meant by {text:?}: {each}. Which one?",
                count(several.len(), kind, &format!("{kind}s"))
            ))
        }
    }
}

/// A driver as a row: what he drives, and what is left by each of his clocks.
pub(super) fn driver_row(driver: &Driver, left: &Left, facts: &Facts) -> Value {
    let tractor = driver.tractor_id.as_ref().and_then(|id| facts.fleet.tractors.get(id));
    let is_planned_by = driver.ruleset.as_deref().is_none_or(|rules| cycle::told(rules) != Told::Other);
    let clock = |left_s: Option<i64>| json!(left_s.map(hours_words));
    row([
        ("driver", json!(driver.name)),
        ("driver_id", json!(driver.id.0)),
        ("tractor", json!(tractor.map(|row| row.unit_number.as_str()))),
        ("load", json!(driver.movement_id)),
        ("hos_status", json!(driver.hos_status.word())),
        ("drive_left", clock(left.drive_s)),
        ("shift_left", clock(left.shift_s)),
        ("break_left", clock(left.break_s)),
        ("cycle_left", clock(left.cycle_s)),
        ("drivable", clock(drivable_s(left).filter(|_| is_planned_by))),
        ("rules", json!(driver.ruleset)),
        ("hours_age", json!(ago(driver.hos_as_of_at, facts.now))),
    ])
}

/// `search_drivers`.
pub(super) fn search(args: Args<'_>, facts: &Facts) -> Result<Found, String> {
    const MOST: usize = 8;
    let text = args.text("query")?;
    let drivers = drivers(facts, &text);
    if drivers.is_empty() {
        return Err(unknown("driver", &text, facts.fleet.drivers.iter().map(|row| row.name.as_str())));
    }
    let fresh = facts.basis().fresh;
    let mut found = Found::default();
    for (driver, _) in drivers.iter().take(MOST) {
        let tractor = driver.tractor_id.as_ref().and_then(|id| facts.fleet.tractors.get(id));
        let left = left_known(driver, &fresh, facts.now);
        let mut shown = driver_row(driver, &left, facts);
        if let Some(tractor) = tractor {
            shown["where"] = json!(clean(&seen(tractor, facts.now), CELL));
        }
        found.rows.push(shown);
        found.rest_on(driver.hos_as_of_at);
        found.rest_on(tractor.and_then(|row| row.observed_at));
        found.cite(Kind::Driver, &driver.id.0, &driver.name, driver.hos_as_of_at);
    }
    found.left_out = drivers.len().saturating_sub(MOST);
    let names: Vec<_> = drivers.iter().take(NAMED).map(|(driver, _)| described(facts, driver)).collect();
    let drivers = count(drivers.len(), "driver fits", "drivers fit");
    found.say(format!("{drivers} {text:?}: {}.", names.join("; ")));
    Ok(found)
}
