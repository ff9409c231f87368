//! Who and what is in a part of the fleet, such as a state: by where each was last seen, since nobody is around it by
//! miles. Plans nothing.

use serde_json::json;

use super::super::facts::Facts;
use super::args::Args;
use super::found::{Found, row};
use super::places::{SAID, kind};
use super::words::{ago, count, place, seen};
use crate::model::{Driver, Loaded, Motion, Movement, Tractor, Trailer, UnitKind};
use crate::rules::basis::Basis;
use crate::rules::find::Kind;
use crate::rules::near::{Around, drivable_s, left_known};
use crate::rules::only::{About, keep};
use crate::rules::{motion, trailer as trailers};

/// So many go to the model of a list.
const ROWS: usize = 12;

/// One unit with whoever and whatever is with it.
struct One<'a> {
    kind: Kind,
    id: &'a str,
    label: &'a str,
    about: About<'a>,
    load: Option<&'a str>,
    trailer: Option<&'a Trailer>,
    is_dark: bool,
}

/// `near` without a place.
pub(super) fn within(args: Args<'_>, facts: &Facts) -> Result<Found, String> {
    let only = args.only_of_units(facts)?;
    if only.is_all() {
        return Err("say around which `place`, or by `only` in which state or part of the fleet".to_owned());
    }
    let (hours, basis, kind) = (args.number("drive_hours", 0.0, 11.0)?, facts.basis(), kind(args)?);
    let (empty, free) = (args.is_set("empty"), args.is_set("free"));
    let mut all = units(kind, &basis);
    let mut around = Around::default();
    all.retain(|one| {
        let is_loaded = one.trailer.is_some_and(|row| row.loaded == Loaded::Loaded);
        !(free && one.load.is_some() || empty && is_loaded)
    });
    let unknown = keep(&mut all, |one| only.has(&one.about, &facts.fleet));
    if let Some(hours) = hours {
        all.retain(|one| {
            let left = one.about.driver.and_then(|row| drivable_s(&left_known(row, &basis.fresh, basis.now)));
            around.hours_unknown += usize::from(left.is_none() && one.about.driver.is_some());
            #[expect(clippy::cast_precision_loss, reason = "seconds of a day")]
            left.is_some_and(|left_s| left_s as f64 >= hours * 3600.0)
        });
    }
    let is_doubtful = |one: &One<'_>| empty && one.trailer.is_none_or(|row| row.loaded != Loaded::Empty);
    all.sort_by_key(|one| (is_doubtful(one), one.is_dark, one.label));
    around.empty_unknown = all.iter().filter(|one| is_doubtful(one)).count();
    let mut found = Found::default();
    found.of_only(&only, "by where the truck was last seen, to the nearest town", facts.now);
    let dark = all.iter().filter(|one| one.is_dark).count();
    let called = match kind {
        Some(UnitKind::Trailer) => ("trailer", "trailers"),
        Some(UnitKind::Tractor) => ("tractor", "tractors"),
        Some(UnitKind::Driver) => ("driver", "drivers"),
        None => ("driver or truck", "drivers and trucks"),
    };
    found.say(format!("{} there.", count(all.len(), called.0, called.1)));
    found.doubt(dark_words(dark));
    let is_stale = |one: &&One<'_>| {
        let unread = |row: &Tractor| !basis.fresh.knows_where(row, basis.now);
        !one.is_dark && one.about.tractor.is_some_and(unread)
    };
    let stale = all.iter().filter(is_stale).count();
    found.doubt((stale > 0).then(|| {
        format!("STALE: of {stale} of them no position is read now, so that this is where each was last seen")
    }));
    for one in all.iter().take(ROWS) {
        add(&mut found, one, facts);
    }
    found.unsaid(all.iter().map(|one| one.label), SAID);
    found.left_out = all.len().saturating_sub(ROWS);
    found.doubt(around.empty_not_known());
    found.doubt(around.left_out());
    found.doubt(only.unknown_words(unknown));
    Ok(found)
}

/// That so many of a list are silent, in a sentence without an end mark.
pub(super) fn dark_words(dark: usize) -> Option<String> {
    let (are, they) = if dark == 1 { ("is", "it was") } else { ("are", "they were") };
    let now = if dark == 1 { "it is" } else { "they are" };
    (dark > 0).then(|| {
        format!("{dark} of them {are} DARK: {they} last seen there, and where {now} now is NOT KNOWN")
    })
}

/// All of a kind; without one all trucks, and whoever drives none.
fn units<'a>(kind: Option<UnitKind>, basis: &Basis<'a>) -> Vec<One<'a>> {
    let fleet = basis.fleet;
    if kind == Some(UnitKind::Trailer) {
        return fleet.trailers.iter().map(|row| of_trailer(row, basis)).collect();
    }
    let trucks = fleet.tractors.iter().map(|row| of_tractor(row, basis));
    let trucks = trucks.filter(|one| kind != Some(UnitKind::Driver) || one.about.driver.is_some());
    let on_foot = fleet.drivers.iter().filter(|row| {
        let truck = row.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id));
        kind != Some(UnitKind::Tractor) && truck.is_none()
    });
    trucks.chain(on_foot.map(|row| of_driver(row, basis))).collect()
}

fn is_dark(
    kind: UnitKind,
    state: Motion,
    observed_at: Option<crate::model::Timestamp>,
    basis: &Basis<'_>,
) -> bool {
    motion::at(kind, state, observed_at, basis.now) == Motion::Dark
}

fn of_tractor<'a>(row: &'a Tractor, basis: &Basis<'a>) -> One<'a> {
    let fleet = basis.fleet;
    let driver: Option<&Driver> =
        row.driver_id.as_ref().and_then(|id| fleet.drivers.get(id)).map(AsRef::as_ref);
    let loads = basis.queues.loads_of(Some(&row.id), driver.map(|row| &row.id));
    let load: Option<&Movement> = loads.first().copied();
    One {
        kind: Kind::Tractor,
        id: &row.id.0,
        label: &row.unit_number,
        about: About { load, driver, tractor: Some(row), ..About::default() },
        load: load.map(|load| load.tms.id.as_str()),
        trailer: row.trailer_id.as_ref().and_then(|id| fleet.trailers.get(id)).map(AsRef::as_ref),
        is_dark: is_dark(UnitKind::Tractor, row.state, row.observed_at, basis),
    }
}

fn of_driver<'a>(row: &'a Driver, basis: &Basis<'a>) -> One<'a> {
    let load = basis.rig(row).loads.first().copied();
    One {
        kind: Kind::Driver,
        id: &row.id.0,
        label: &row.name,
        about: About { load, driver: Some(row), ..About::default() },
        load: load.map(|load| load.tms.id.as_str()),
        trailer: None,
        is_dark: is_dark(UnitKind::Tractor, Motion::Stopped, row.observed_at, basis),
    }
}

/// A trailer without a tracker of its own is where the truck that has it is.
fn of_trailer<'a>(row: &'a Trailer, basis: &Basis<'a>) -> One<'a> {
    let tractor = trailers::rides_with(basis.fleet, row).filter(|_| row.latitude.is_none());
    let (kind, state, observed_at) = match tractor {
        Some(truck) => (UnitKind::Tractor, truck.state, truck.observed_at),
        None => (UnitKind::Trailer, row.state, row.observed_at),
    };
    One {
        kind: Kind::Trailer,
        id: &row.id.0,
        label: &row.unit_number,
        about: About { tractor, trailer: Some(row), ..About::default() },
        load: row.movement_id.as_deref(),
        trailer: Some(row),
        is_dark: is_dark(kind, state, observed_at, basis),
    }
}

fn add(found: &mut Found, one: &One<'_>, facts: &Facts) {
    let About { driver, tractor, trailer, .. } = one.about;
    let now = facts.now;
    let (at, observed_at) = match (tractor, trailer, driver) {
        (Some(row), ..) => (seen(row, now), row.observed_at),
        (None, Some(row), _) => {
            let at = place(row.place.as_deref(), row.latitude, row.longitude);
            (format!("{at}, heard {}", ago(row.observed_at, now)), row.observed_at)
        }
        (None, None, Some(row)) => {
            let at = place(row.place.as_deref(), row.latitude, row.longitude);
            (format!("{at}, his ELD saw him {}", ago(row.observed_at, now)), row.observed_at)
        }
        (None, None, None) => (String::new(), None),
    };
    let freight = trailer.map(|row| match row.loaded {
        Loaded::Unknown => "loaded or empty: NOT KNOWN",
        known => known.word(),
    });
    if found.rows.len() < SAID {
        let who = driver.filter(|_| tractor.is_some()).map(|row| format!(" ({})", row.name));
        let what = freight.map(|freight| format!(", {freight}")).unwrap_or_default();
        let load = one.load.map(|load| format!(", on or before load {load}")).unwrap_or_default();
        let dark = if one.is_dark && tractor.is_none() { ", DARK since" } else { "" };
        let (kind, label) = (one.kind.word(), one.label);
        found.say(format!("{kind} {label}{}: {at}{dark}{what}{load}.", who.unwrap_or_default()));
    }
    found.rows.push(row([
        ("kind", json!(one.kind.word())),
        ("label", json!(one.label)),
        ("driver", json!(driver.map(|row| row.name.as_str()))),
        ("where", json!(at)),
        ("dark", json!(one.is_dark.then_some(true))),
        ("freight", json!(freight)),
        ("load", json!(one.load)),
        ("observed_age", json!(ago(observed_at, now))),
    ]));
    found.rest_on(observed_at);
    found.cite(one.kind, one.id, one.label, observed_at);
    if let Some(row) = driver {
        found.cite(Kind::Driver, &row.id.0, &row.name, row.hos_as_of_at);
    }
}
