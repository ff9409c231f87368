//! `tractors`, `trailers`, `drivers`, `movements`, `orders`, `stops`: the rows of one table as JSON,
//! CSV or text. What depends on the time is judged as of now.

use std::io::{self, Write};
use std::time::Duration;

use serde::Serialize;

use super::csv::Fields;
use super::{Format, csv, table};
use crate::model::{
    Driver, EtaSource, FeedStatus, Fleet, Gives, Keyed, Motion, Movement, Places, Risk, Stop, Timestamp,
    Tractor, Trailer, UnitId, UnitKind,
};
use crate::rules::dwell::{self, Dwell};
use crate::rules::freshness::{self, Freshness};
use crate::rules::{late, locality, motion, trailer, trip};

/// Which rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Power units.
    Tractors,
    /// Trailers.
    Trailers,
    /// Drivers.
    Drivers,
    /// Movements.
    Movements,
    /// Orders.
    Orders,
    /// Stops.
    Stops,
}

impl Table {
    /// Whether its rows lack something when a feed stops.
    const fn lives_on(self, gives: Gives) -> bool {
        match self {
            Self::Tractors => matches!(gives, Gives::Positions | Gives::AllPositions),
            Self::Trailers => matches!(gives, Gives::Trackers | Gives::AllPositions),
            Self::Drivers => matches!(gives, Gives::Hours),
            Self::Movements => matches!(gives, Gives::Movements),
            Self::Orders => matches!(gives, Gives::Orders),
            Self::Stops => matches!(gives, Gives::Stops),
        }
    }
}

/// Prints all rows of a table.
pub fn print(
    fleet: &Fleet,
    table: Table,
    format: &Format,
    now: Timestamp,
    out: &mut dyn Write,
) -> io::Result<()> {
    let layout = match format {
        Format::Json => return super::print_array(&json_rows(fleet, table, now)?, out),
        Format::Csv => return print_csv(&json_rows(fleet, table, now)?, &field_names(table)?, out),
        Format::Text(layout) => layout,
    };
    table::print(fleet, table, layout, now, out)
}

/// How old a table's rows may be: the age of the oldest read among the feeds behind them. `None`
/// when one of them was never read, or there is none.
pub fn age(fleet: &Fleet, table: Table, now: Timestamp) -> Option<Duration> {
    age_of(fleet, |gives| table.lives_on(gives), now)
}

/// The same of whatever `lives_on` some feeds.
pub(super) fn age_of(fleet: &Fleet, lives_on: impl Fn(Gives) -> bool, now: Timestamp) -> Option<Duration> {
    let is_behind = |feed: &&FeedStatus| lives_on(feed.gives());
    let behind = fleet.feeds.iter().filter(is_behind).filter(|feed| !feed.is_unsupported());
    let oldest = behind.map(|feed| feed.last_ok_at).min()??;
    Some(now.since(oldest))
}

/// What holds of a tractor now.
pub(super) fn tractor_now(row: &Tractor, now: Timestamp) -> (Motion, Option<Timestamp>) {
    let state = motion::at(UnitKind::Tractor, row.state, row.observed_at, now);
    (state, since(state, row.state_since_at, row.observed_at))
}

/// What holds of a trailer now.
pub(super) fn trailer_now(row: &Trailer, now: Timestamp) -> (Motion, Option<Timestamp>) {
    let state = motion::at(UnitKind::Trailer, row.state, row.observed_at, now);
    (state, since(state, row.state_since_at, row.observed_at))
}

/// A unit is dark since it was last seen.
fn since(state: Motion, stored: Option<Timestamp>, observed_at: Option<Timestamp>) -> Option<Timestamp> {
    match state {
        Motion::Dark => observed_at,
        Motion::Moving | Motion::Idle | Motion::Stopped => stored,
    }
}

/// A unit with for how long it has stood where it was last seen, whatever its engine did there: at least, and at most.
#[derive(Serialize)]
struct UnitRow<T> {
    #[serde(flatten)]
    row: T,
    dwell_least_s: Option<u64>,
    dwell_most_s: Option<u64>,
}

impl<T> UnitRow<T> {
    fn new(row: T, stood: Option<Dwell>) -> Self {
        let least = stood.map(|stood| stood.least.as_secs());
        let most = stood.and_then(|stood| stood.most).map(|most| most.as_secs());
        Self { row, dwell_least_s: least, dwell_most_s: most }
    }
}

/// A trailer where it was seen: by its own tracker, else where the truck that it rides with was.
#[derive(Serialize)]
struct TrailerRow<'a> {
    #[serde(flatten)]
    unit: UnitRow<Trailer>,
    /// The tractor whose place this is, with its state, source and time; `None` where they are the trailer's own.
    rides_with: Option<&'a UnitId>,
}

impl<'a> TrailerRow<'a> {
    fn of(row: &'a Trailer, fleet: &'a Fleet, now: Timestamp) -> Self {
        let seen = trailer::seen(fleet, row);
        let (state, state_since_at) =
            seen.with.map_or_else(|| trailer_now(row, now), |truck| tractor_now(truck, now));
        let own = (row.heading_deg, row.speed_mph, row.source.clone());
        let (heading_deg, speed_mph, source) =
            seen.with.map_or(own, |truck| (truck.heading_deg, truck.speed_mph, truck.source.clone()));
        let shown = Trailer {
            place: locality::place(seen.place, seen.latitude, seen.longitude),
            latitude: seen.latitude,
            longitude: seen.longitude,
            heading_deg,
            speed_mph,
            source,
            observed_at: seen.observed_at,
            state,
            state_since_at,
            ..Trailer::clone(row)
        };
        let unit = UnitRow::new(shown, dwell::of_trailer(row, now));
        Self { unit, rides_with: seen.with.map(|truck| &truck.id) }
    }
}

/// A movement with what its stops say of it.
#[derive(Serialize)]
pub(super) struct MovementRow<'a> {
    #[serde(flatten)]
    row: Movement,
    origin: Option<String>,
    destination: Option<String>,
    next_stop_id: Option<&'a str>,
    next_stop: Option<String>,
    /// The stop that `late_s`, `risk` and `reason` are about.
    critical_stop_id: Option<&'a str>,
    critical_stop: Option<String>,
    /// What `eta_at` and `legal_eta_at`, which are of the next stop, rest on.
    eta_source: Option<EtaSource>,
}

impl<'a> MovementRow<'a> {
    pub(super) fn new(row: Movement, trip: trip::Trip<'a>, critical: Option<&'a Stop>) -> Self {
        let eta_source = trip.next.and_then(|stop| stop.eta_source).filter(|_| row.eta_at.is_some());
        Self {
            row,
            origin: trip.origin.map(trip::place),
            destination: trip.destination.map(trip::place),
            next_stop_id: trip.next.map(|stop| stop.tms.id.as_str()),
            next_stop: trip.next.map(trip::place),
            critical_stop_id: critical.map(|stop| stop.tms.id.as_str()),
            critical_stop: critical.map(trip::place),
            eta_source,
        }
    }
}

/// A stop, with where it is: by the TMS, else where its address was looked up and there was no doubt of it.
#[derive(Default, Serialize)]
struct StopRow {
    #[serde(flatten)]
    row: Stop,
    /// Who says where it is: `tms` or `mapbox`.
    located_by: Option<&'static str>,
}

impl StopRow {
    fn of(mut row: Stop, places: &Places) -> Self {
        let point = places.sure_of(&row);
        let is_told = row.tms.latitude.is_some() && row.tms.longitude.is_some();
        if let (Some(point), false) = (point, is_told) {
            (row.tms.latitude, row.tms.longitude) = (Some(point.latitude), Some(point.longitude));
            return Self { row, located_by: Some("mapbox") };
        }
        Self { row, located_by: is_told.then_some("tms") }
    }
}

/// Every row as one JSON object.
fn json_rows(fleet: &Fleet, table: Table, now: Timestamp) -> serde_json::Result<Vec<String>> {
    let fresh = Freshness::of(&fleet.feeds, now);
    match table {
        Table::Tractors => fleet
            .tractors
            .iter()
            .map(|row| {
                let (state, state_since_at) = tractor_now(row, now);
                let place = locality::place(row.place.as_deref(), row.latitude, row.longitude);
                let shown = Tractor { place, state, state_since_at, ..Tractor::clone(row) };
                serde_json::to_string(&UnitRow::new(shown, dwell::of_tractor(row, now)))
            })
            .collect(),
        Table::Trailers => {
            fleet.trailers.iter().map(|row| serde_json::to_string(&TrailerRow::of(row, fleet, now))).collect()
        }
        Table::Drivers => fleet
            .drivers
            .iter()
            .map(|row| {
                let place = locality::place(row.place.as_deref(), row.latitude, row.longitude);
                serde_json::to_string(&Driver { place, ..Driver::clone(row) })
            })
            .collect(),
        Table::Movements => fleet
            .movements
            .iter()
            .map(|row| {
                let trip = trip::of(row, fleet.stops_of(&row.key()));
                let shown = freshness::movement_at(row, fleet, &fresh, now);
                let critical = late::critical(row, fleet).filter(|_| shown.risk != Risk::Unknown);
                serde_json::to_string(&MovementRow::new(shown, trip, critical))
            })
            .collect(),
        Table::Orders => fleet.orders.iter().map(|row| serde_json::to_string(row.as_ref())).collect(),
        Table::Stops => {
            let shown = fleet.stops.iter().map(|row| freshness::stop_at(row, fleet, &fresh, now));
            shown.map(|row| serde_json::to_string(&StopRow::of(row, &fleet.places))).collect()
        }
    }
}

/// The names of a table's fields: there must be a header even when there are no rows.
fn field_names(table: Table) -> serde_json::Result<Vec<String>> {
    let blank = match table {
        Table::Tractors => serde_json::to_string(&UnitRow::new(Tractor::default(), None)),
        Table::Trailers => {
            let unit = UnitRow::new(Trailer::default(), None);
            serde_json::to_string(&TrailerRow { unit, rides_with: None })
        }
        Table::Drivers => serde_json::to_string(&Driver::default()),
        Table::Movements => {
            serde_json::to_string(&MovementRow::new(Movement::default(), trip::Trip::default(), None))
        }
        Table::Orders => serde_json::to_string(&crate::model::Order::default()),
        Table::Stops => serde_json::to_string(&StopRow::default()),
    }?;
    let fields: Fields = serde_json::from_str(&blank)?;
    Ok(fields.0.into_iter().map(|(name, _)| name).collect())
}

fn print_csv(rows: &[String], fields: &[String], out: &mut dyn Write) -> io::Result<()> {
    let rows =
        rows.iter().map(|row| serde_json::from_str(row)).collect::<serde_json::Result<Vec<Fields>>>()?;
    csv::print(fields, &rows, out)
}
