//! `hours`: whose hours end before his work does, where, and how far short of which stop.

use std::io::{self, Write};

use serde::Serialize;

use super::late::span;
use super::table::{self, Names, or_none};
use super::{Format, grid};
use crate::model::{DutyStatus, Fleet, Risk, Timestamp, UnitId};
use crate::rules::age;
use crate::rules::limits::{By, Ends, Limit, Limits};

#[derive(Serialize)]
struct Row<'a> {
    driver_id: &'a UnitId,
    driver: &'a str,
    hos_status: DutyStatus,
    limit: &'a str,
    ends_at: Option<Timestamp>,
    ended: bool,
    rests: bool,
    left_s: Option<i64>,
    #[serde(flatten)]
    supposed: Supposed,
    by: By,
    place: Option<&'a str>,
    short_of_s: Option<i64>,
    stop_id: Option<&'a str>,
    stop: Option<String>,
    company_id: Option<&'a str>,
    movement_id: Option<&'a str>,
    risk: Risk,
    tractor: Option<&'a str>,
    hos_as_of_at: Option<Timestamp>,
    source: Option<&'a str>,
}

/// What holds only if the half hour is due as the plan has it: the ELD does not tell.
#[derive(Serialize)]
struct Supposed {
    ends_supposed: bool,
    /// The same of `place` and `short_of_s`.
    place_supposed: bool,
}

/// Prints it. There is no CSV of it: that prints JSON.
pub fn print(
    limits: &Limits<'_>,
    fleet: &Fleet,
    format: &Format,
    now: Timestamp,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(layout) = format.laid_out(limits.drivers.iter().map(|one| row(one, fleet, now)), out)? else {
        return Ok(());
    };
    if limits.drivers.is_empty() {
        return Ok(());
    }
    let cells = limits.drivers.iter().map(|one| {
        vec![
            one.driver.name.to_string(),
            one.limit.to_owned(),
            match one.ends.at() {
                Some(_) => about(one.at_supposed, table::moment(one.ends.at(), layout, now)),
                None => table::moment(None, layout, now),
            },
            match one.ends {
                Ends::At(at) => about(one.at_supposed, span(at.secs_since(now))),
                Ends::Rests => "rests".to_owned(),
                Ends::Ended if one.at_supposed => "may have ended".to_owned(),
                Ends::Ended => "ended".to_owned(),
            },
            or_none(one.place.as_deref()),
            one.short_of_s
                .map_or_else(|| table::NONE.to_owned(), |short_s| about(one.place_supposed, span(short_s))),
            or_none(one.stop_place().as_deref()),
            or_none(one.load.map(|load| load.tms.id.as_str())),
            Names(fleet).tractor(one.driver.tractor_id.as_ref()),
            by_words(one.by).to_owned(),
            age::since(one.driver.hos_as_of_at, now),
        ]
    });
    let titles =
        ["DRIVER", "LIMIT", "ENDS", "IN", "WHERE", "SHORT BY", "OF", "LOAD", "TRACTOR", "BY", "CLOCKS"];
    grid::print_whole(&titles, &["ENDS"], &cells.collect::<Vec<_>>(), layout, out)
}

/// "14:10", or "about 14:10".
fn about(is_supposed: bool, words: String) -> String {
    if is_supposed { format!("about {words}") } else { words }
}

/// "plan", or "clocks" of somebody who is told by no plan.
const fn by_words(by: By) -> &'static str {
    match by {
        By::Plan => "plan",
        By::Clocks => "clocks",
    }
}

fn row<'a>(one: &'a Limit<'a>, fleet: &'a Fleet, now: Timestamp) -> Row<'a> {
    let tractor = one.driver.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id));
    Row {
        driver_id: &one.driver.id,
        driver: &one.driver.name,
        hos_status: one.driver.hos_status,
        limit: one.limit,
        ends_at: one.ends.at(),
        ended: one.ends == Ends::Ended,
        rests: one.ends == Ends::Rests,
        left_s: match one.ends {
            Ends::At(at) => Some(at.secs_since(now)),
            Ends::Rests => None,
            Ends::Ended => Some(0),
        },
        supposed: Supposed { ends_supposed: one.at_supposed, place_supposed: one.place_supposed },
        by: one.by,
        place: one.place.as_deref(),
        short_of_s: one.short_of_s,
        stop_id: one.stop.map(|stop| stop.tms.id.as_str()),
        stop: one.stop_place(),
        company_id: one.load.map(|load| load.tms.company_id.as_str()),
        movement_id: one.load.map(|load| load.tms.id.as_str()),
        risk: one.risk,
        tractor: tractor.map(|row| row.unit_number.as_str()),
        hos_as_of_at: one.driver.hos_as_of_at,
        source: one.driver.source.as_deref(),
    }
}
