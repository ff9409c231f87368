//! Anything by a name or a number, and who is around a place.

use std::collections::BTreeSet;

use serde_json::json;

use super::super::facts::Facts;
use super::args::Args;
use super::found::{Found, row};
use super::plan::clocks;
use super::within::{dark_words, within};
use super::words::{ago, count, when};
use crate::model::{Loaded, MovementKey, UnitKind};
use crate::rules::find::{self, Fit, Kind};
use crate::rules::near::{self, Near, Wanted, drivable_s};
use crate::rules::{moment, whereabouts};

/// So many of what is around a place are told in sentences.
pub(super) const SAID: usize = 5;

/// `find`.
pub(super) fn find(args: Args<'_>, facts: &Facts) -> Result<Found, String> {
    const MOST: usize = 8;
    let text = args.text("text")?;
    let all = find::find(&facts.fleet, &text, facts.now);
    if all.is_empty() {
        return Err(format!("UNKNOWN: no unit, driver, load, order or stop goes by {text:?}"));
    }
    let exact = all.iter().filter(|one| one.fit == Fit::Exact).count();
    let mut found = Found::saying(format!(
        "{} {text:?}, {exact} of them exactly.",
        count(all.len(), "thing goes by", "things go by")
    ));
    for one in all.iter().take(MOST) {
        let place = &one.place;
        let seen = one.observed_at.map(|at| format!(", seen {}", ago(Some(at), facts.now)));
        if found.rows.len() < 4 {
            found.say(format!(
                "{} {}: {}{}{}{}.",
                one.kind.word(),
                one.label,
                one.state.replace('_', " "),
                place.as_ref().map(|place| format!(", at {place}")).unwrap_or_default(),
                seen.unwrap_or_default(),
                one.movement_id
                    .as_ref()
                    .filter(|_| one.kind != Kind::Movement)
                    .map(|load| format!(", load {load}"))
                    .unwrap_or_default(),
            ));
        }
        found.rows.push(row([
            ("kind", json!(one.kind.word())),
            ("id", json!(one.id)),
            ("label", json!(one.label)),
            ("state", json!(one.state)),
            ("place", json!(place)),
            ("observed_age", json!(one.observed_at.map(|at| ago(Some(at), facts.now)))),
            ("load", json!(one.movement_id)),
            ("matched", json!(one.matched)),
        ]));
        found.rest_on(one.observed_at);
        let label = match one.kind {
            Kind::Movement | Kind::Order | Kind::Stop => &one.id,
            Kind::Tractor | Kind::Trailer | Kind::Driver => &one.label,
        };
        found.cite_of(one.company_id.as_deref(), one.kind, &one.id, label, one.observed_at);
        if let Some(load) = &one.movement_id {
            found.cite_of(one.company_id.as_deref(), Kind::Movement, load, load, one.observed_at);
        }
    }
    found.left_out = all.len().saturating_sub(MOST);
    found.doubt(several_loads(&all, &text, facts));
    Ok(found)
}

/// The names of a load or an order that are numbers of its own.
const NUMBERS: &[&str] = &["id", "po", "bol", "consignee_ref"];
/// So many loads are named of those that one could mean.
const NAMED: usize = 5;

/// That what goes by `text` is several loads', of which none is chosen; of several those that are open count.
fn several_loads(all: &[find::Found], text: &str, facts: &Facts) -> Option<String> {
    // A customer has many loads, and so has a place: only a load's own numbers are to lead to one.
    let is_number = |one: &&find::Found| {
        one.fit == Fit::Exact
            && matches!(one.kind, Kind::Movement | Kind::Order)
            && NUMBERS.contains(&one.matched)
    };
    let exact = all.iter().filter(is_number);
    let keys = exact.filter_map(|one| {
        Some(MovementKey {
            company_id: one.company_id.as_deref()?.into(),
            id: one.movement_id.as_deref()?.into(),
        })
    });
    let keys: BTreeSet<MovementKey> = keys.collect();
    let is_open =
        |key: &&MovementKey| facts.fleet.movements.get(*key).is_some_and(|load| load.tms.status.is_open());
    let open: Vec<&MovementKey> = keys.iter().filter(is_open).collect();
    let meant = if open.is_empty() { keys.iter().collect() } else { open };
    let each: Vec<String> =
        meant.iter().take(NAMED).map(|key| format!("{}/{}", key.company_id, key.id)).collect();
    let more = meant.len().saturating_sub(each.len());
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let each = each.join(if more.is_empty() { " and " } else { ", " });
    (meant.len() > 1).then(|| format!("AMBIGUOUS: {text:?} leads to loads {each}{more}. Which one?"))
}

/// `near`.
pub(super) fn near(args: Args<'_>, facts: &Facts) -> Result<Found, String> {
    const MOST: usize = 8;
    let Some(place) = args.text_opt("place") else { return within(args, facts) };
    let miles = args.number("miles", 1.0, 1000.0)?.unwrap_or(100.0);
    let hours = args.number("drive_hours", 0.0, 11.0)?;
    let (empty, free, kind) = (args.is_set("empty"), args.is_set("free"), kind(args)?);
    let basis = facts.basis();
    let spot = whereabouts::locate(&facts.fleet, &facts.fleet.places, &place)?;
    #[expect(clippy::cast_possible_truncation, reason = "at most eleven hours")]
    let drive_s = hours.map(|hours| (hours * 3600.0) as i64);
    let mut around = near::near(&basis, &Wanted { place: spot.point, miles, drive_s, empty });
    around.found.retain(|row| is_of(row, kind) && !(free && row.movement_id.is_some()));
    let is_doubtful = |row: &&Near<'_>| empty && !row.is_empty();
    around.empty_unknown = around.found.iter().filter(is_doubtful).count();
    let rows: Vec<&Near<'_>> = around.found.iter().collect();
    let mut found = Found::default();
    let wish = [
        hours.map(|hours| format!(" with {hours} h of driving")),
        empty.then(|| {
            if kind == Some(UnitKind::Trailer) { ", empty" } else { " with an empty trailer" }.to_owned()
        }),
        free.then(|| " without a load".to_owned()),
    ];
    let of_kind = kind.map(|kind| format!(" {}s", kind.word())).unwrap_or_default();
    found.say(format!(
        "Within {miles:.0} mi of {}{}: {}{of_kind}, by who can legally be there first (straight line).",
        spot.label,
        wish.into_iter().flatten().collect::<String>(),
        rows.len() - around.empty_unknown
    ));
    found.doubt(whereabouts::doubt(&spot, facts.now));
    found.doubt(dark_words(rows.iter().filter(|one| one.is_dark(facts.now)).count()));
    let known = rows.len() - around.empty_unknown;
    for (index, one) in rows.iter().take(MOST).enumerate() {
        if index == known {
            found.doubt(around.empty_not_known());
        }
        add_near(&mut found, one, facts);
    }
    if known >= MOST {
        found.doubt(around.empty_not_known());
    }
    found.left_out = rows.len().saturating_sub(MOST);
    found.unsaid(rows.iter().map(|one| one.label), SAID);
    for untold in around.untold(&facts.zone, facts.now) {
        found.doubt(Some(untold));
    }
    found.doubt(around.left_out());
    found.rest_on(spot.observed_at);
    Ok(found)
}

/// Which kind alone is asked for.
pub(super) fn kind(args: Args<'_>) -> Result<Option<UnitKind>, String> {
    let Some(text) = args.text_opt("kind") else { return Ok(None) };
    let kinds = [UnitKind::Driver, UnitKind::Tractor, UnitKind::Trailer];
    let named = kinds.into_iter().find(|kind| kind.word() == text.to_lowercase());
    named.map(Some).ok_or_else(|| format!("`kind` {text:?} is none: say driver, tractor or trailer"))
}

/// Whether it is of that kind; a rig is told once, by who drives it.
fn is_of(row: &Near<'_>, kind: Option<UnitKind>) -> bool {
    match kind {
        Some(UnitKind::Trailer) => row.kind == UnitKind::Trailer,
        Some(UnitKind::Driver) => row.kind == UnitKind::Driver,
        Some(UnitKind::Tractor) => row.leads() && row.tractor.is_some() && row.kind != UnitKind::Trailer,
        None => row.leads(),
    }
}

/// A rig around a place.
fn add_near(found: &mut Found, one: &Near<'_>, facts: &Facts) {
    let legal = one.legal_arrival.as_ref().ok();
    let trailer = one.trailer.map(|row| match row.loaded {
        Loaded::Unknown => format!("trailer {} (loaded or empty: NOT KNOWN)", row.unit_number),
        known => format!("trailer {} {}", row.unit_number, known.word()),
    });
    if found.rows.len() < SAID {
        found.say(format!(
            "{} {}, {:.0} mi{}, legally there {}, {}, {}, {}.",
            one.kind.word(),
            one.label,
            one.miles,
            if one.is_dark(facts.now) {
                format!(" (DARK: last seen there {})", ago(one.observed_at, facts.now))
            } else {
                String::new()
            },
            legal.map_or_else(|| "at a time not known".to_owned(), |at| when(*at, facts)),
            one.driver.map_or_else(|| "no driver".to_owned(), |_| clocks(&one.left)),
            trailer.clone().unwrap_or_else(|| "no trailer known".to_owned()),
            one.movement_id.map_or_else(|| "no load".to_owned(), |load| format!("on or before load {load}")),
        ));
    }
    found.rows.push(row([
        ("kind", json!(one.kind.word())),
        ("label", json!(one.label)),
        ("tractor", json!(one.tractor.map(|row| row.unit_number.as_str()))),
        ("miles", json!(one.miles.round())),
        ("dark", json!(one.is_dark(facts.now).then_some(true))),
        ("legally_there", json!(legal.map(|at| when(*at, facts)))),
        ("drivable", json!(drivable_s(&one.left).map(moment::span))),
        ("trailer", json!(trailer)),
        ("load", json!(one.movement_id)),
        ("observed_age", json!(ago(one.observed_at, facts.now))),
        ("hours_age", json!(one.driver.map(|driver| ago(driver.hos_as_of_at, facts.now)))),
    ]));
    found.rest_on(one.observed_at);
    found.rest_on(one.driver.and_then(|driver| driver.hos_as_of_at));
    let kind = match one.kind {
        UnitKind::Tractor => Kind::Tractor,
        UnitKind::Trailer => Kind::Trailer,
        UnitKind::Driver => Kind::Driver,
    };
    found.cite(kind, &one.id.0, one.label, one.observed_at);
    if let Some(row) = one.tractor {
        found.cite(Kind::Tractor, &row.id.0, &row.unit_number, row.observed_at);
    }
    if let Some(row) = one.trailer {
        found.cite(Kind::Trailer, &row.id.0, &row.unit_number, row.observed_at);
    }
    if let Some(load) = one.movement_id {
        found.cite(Kind::Movement, load, load, None);
    }
}
