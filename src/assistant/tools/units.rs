//! Where one driver or trailer is, and how much that is worth.

use serde_json::json;

use super::super::facts::Facts;
use super::args::Args;
use super::found::{Found, row};
use super::freight::{arrival_words, cite, stop_words};
use super::who;
use super::words::{ago, for_so_long, place, seen, when};
use crate::model::{Keyed, Loaded, Motion, Movement, Trailer, UnitKind};
use crate::rules::basis::Basis;
use crate::rules::find::Kind;
use crate::rules::near::left_known;
use crate::rules::{age, called, dwell, moment, motion, pairing, trailer as trailers, trip};

/// `get_driver_location`.
pub(super) fn driver_location(args: Args<'_>, facts: &Facts) -> Result<Found, String> {
    let text = args.text("driver")?;
    let driver = who::driver(facts, &text)?;
    let (fleet, now) = (&facts.fleet, facts.now);
    let tractor = driver.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id));
    let observed_at = tractor.map_or(driver.observed_at, |row| row.observed_at);
    let mut found = match tractor {
        Some(row) => {
            Found::saying(format!("{} drives tractor {}: {}.", driver.name, row.unit_number, seen(row, now)))
        }
        None if driver.observed_at.is_some() => Found::saying(format!(
            "{} has no tractor that we know of; his ELD saw him at {} {}.",
            driver.name,
            place(driver.place.as_deref(), driver.latitude, driver.longitude),
            ago(driver.observed_at, now)
        )),
        None => {
            return Err(format!(
                "{} has no tractor that we know of, and no ELD tells where he is: his place is not known",
                driver.name
            ));
        }
    };
    found.doubt(tractor.and_then(|row| called::taken(&row.unit_number, &text)));
    let basis = facts.basis();
    if tractor.is_some_and(|row| !basis.fresh.knows_where(row, now)) {
        found.say("STALE: this is where it was last seen, not where it is.");
    }
    let load = basis.rig(driver).loads.first().copied();
    if let Some(load) = load {
        found.say(heading(load, &basis, facts));
        cite(&mut found, facts, load);
    }
    let left = left_known(driver, &basis.fresh, now);
    found.rows.push(row([
        ("driver", json!(driver.name)),
        ("driver_id", json!(driver.id.0)),
        ("tractor", json!(tractor.map(|row| row.unit_number.as_str()))),
        (
            "place",
            json!(tractor.map_or_else(
                || place(driver.place.as_deref(), driver.latitude, driver.longitude),
                |row| place(row.place.as_deref(), row.latitude, row.longitude)
            )),
        ),
        ("speed_mph", json!(tractor.and_then(|row| row.speed_mph).map(f64::round))),
        ("observed", json!(observed_at.map(|at| when(at, facts)))),
        ("observed_age", json!(ago(observed_at, now))),
        ("source", json!(tractor.and_then(|row| row.source.as_deref()))),
        ("load", json!(load.map(|load| &load.tms.id).or(driver.movement_id.as_ref()))),
        ("hos_status", json!(driver.hos_status.word())),
        ("drive_left", json!(left.drive_s.map(moment::span))),
        ("hours_age", json!(ago(driver.hos_as_of_at, now))),
    ]));
    found.seen_by.extend(tractor.map_or(&driver.source, |row| &row.source).as_ref().map(String::from));
    found.rest_on(observed_at);
    found.cite(Kind::Driver, &driver.id.0, &driver.name, observed_at);
    if let Some(row) = tractor {
        found.cite(Kind::Tractor, &row.id.0, &row.unit_number, row.observed_at);
    }
    Ok(found)
}

/// Where a load of his goes next: "On load 4471, next stop Waco TX …".
fn heading(load: &Movement, basis: &Basis<'_>, facts: &Facts) -> String {
    let Some(stop) = trip::of(load, facts.fleet.stops_of(&load.key())).next else {
        return format!("His load {} has no stop left.", load.tms.id);
    };
    format!(
        "On or before load {}, next stop {}: {}.",
        load.tms.id,
        stop_words(stop, facts),
        arrival_words(load, stop, basis, facts)
    )
}

/// `trailer_where`.
pub(super) fn trailer_where(args: Args<'_>, facts: &Facts) -> Result<Found, String> {
    let text = args.text("trailer")?;
    let trailer = who::trailer(facts, &text)?;
    let (fleet, now) = (&facts.fleet, facts.now);
    let tractor = trailer.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id));
    let number = &trailer.unit_number;
    let mut found = Found::default();
    found.doubt(called::taken(number, &text));
    match (trailer.observed_at, tractor) {
        (Some(_), _) => tracked(trailer, facts, &mut found),
        (None, Some(row)) => {
            found.say(format!(
                "Trailer {number} has NO TRACKER of its own that we know of. It is attached to tractor {} by {}, \
                 which is at {}. How long the trailer has been there is not known.",
                row.unit_number,
                trailer.attached_by.as_deref().unwrap_or("what the TMS says"),
                seen(row, now),
            ));
            found.rest_on(row.observed_at);
        }
        (None, None) => lost(trailer, facts, &mut found),
    }
    let freight = match trailer.loaded {
        Loaded::Unknown => "whether it is loaded or empty is not known".to_owned(),
        known => format!("it is {}", known.word()),
    };
    let load = trailer.movement_id.as_ref().map(|load| format!(", on load {load}")).unwrap_or_default();
    found.say(format!("As for freight, {freight}{load}."));
    let driver = trailer.driver_id.as_ref().and_then(|id| fleet.drivers.get(id));
    found.rows.push(row([
        ("trailer", json!(number)),
        (
            "place",
            json!(trailer.observed_at.map(|_| place(
                trailer.place.as_deref(),
                trailer.latitude,
                trailer.longitude
            ))),
        ),
        ("observed_age", json!(trailer.observed_at.map(|at| age::words(now.since(at))))),
        ("source", json!(trailer.source)),
        ("tractor", json!(tractor.map(|row| row.unit_number.as_str()))),
        ("attached_by", json!(trailer.attached_by)),
        ("last_driver", json!(driver.map(|row| row.name.as_str()))),
        ("loaded", json!(trailer.loaded.word())),
        ("load", json!(trailer.movement_id)),
    ]));
    found.seen_by.extend(trailer.source.as_ref().or_else(|| tractor?.source.as_ref()).map(String::from));
    found.rest_on(trailer.observed_at);
    found.cite(Kind::Trailer, &trailer.id.0, number, trailer.observed_at);
    if let Some(row) = tractor {
        found.cite(Kind::Tractor, &row.id.0, &row.unit_number, row.observed_at);
    }
    if let Some(load) = &trailer.movement_id {
        found.cite(Kind::Movement, load, load, None);
    }
    Ok(found)
}

/// A trailer that no tracker tells of and that nothing has: what is said of it is no place.
fn lost(trailer: &Trailer, facts: &Facts, found: &mut Found) {
    let (number, now) = (&trailer.unit_number, facts.now);
    found.say(format!(
        "Trailer {number} has NO TRACKER that we hear of and is attached to nothing we know: where it is is NOT KNOWN."
    ));
    let told = trailers::told(&facts.fleet, trailer, now);
    if let Some((tractor, at)) = told.dropped {
        let unit =
            tractor.map_or("a tractor that is gone".to_owned(), |row| format!("tractor {}", row.unit_number));
        found.say(format!("That {unit} let it go we were told {}.", ago(Some(at), now)));
    }
    if let Some(last) = told.last_stop {
        let words = last.words(&ago(Some(last.left_at), now));
        found.say(format!("Its {words}: whether the trailer stayed there is NOT KNOWN."));
        found.cite(Kind::Movement, &last.load.tms.id, &last.load.tms.id, None);
    }
}

/// A trailer that has a tracker: how long it has sat is known only between two words of it.
fn tracked(trailer: &Trailer, facts: &Facts, found: &mut Found) {
    let now = facts.now;
    let at = place(trailer.place.as_deref(), trailer.latitude, trailer.longitude);
    let state = motion::at(UnitKind::Trailer, trailer.state, trailer.observed_at, now);
    let seen = ago(trailer.observed_at, now);
    let number = &trailer.unit_number;
    match state {
        Motion::Dark => found.say(format!(
            "Trailer {number} was last heard {seen}, at {at}. NOT HEARD SINCE: whether it has moved is not known."
        )),
        Motion::Moving => found.say(format!("Trailer {number} is moving, at {at}, heard {seen}.")),
        Motion::Idle | Motion::Stopped => {
            let sat = for_so_long(dwell::of_trailer(trailer, now));
            found.say(format!("Trailer {number} sits at {at} {sat}; heard {seen}."));
        }
    }
    if let Some(tractor) = trailer.tractor_id.as_ref().and_then(|id| facts.fleet.tractors.get(id)) {
        let by = trailer.attached_by.as_deref().unwrap_or("what the TMS says");
        let number = &tractor.unit_number;
        found.say(match pairing::heard(tractor, trailer).doubt() {
            None => format!("It is attached to tractor {number} (known by {by})."),
            Some(doubt) => format!("It is paired with tractor {number} (known by {by}), {doubt}."),
        });
    }
}
