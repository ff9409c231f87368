//! Samsara's assets: every trailer it knows by any name, and the stream of where they were.

use serde_json::{Value, json};

use super::super::ask::Ask;
use super::super::cursor;
use super::super::roster::{ENTERED, Roster};
use super::stats::chosen;
use super::{
    Book, Known, Refusal, Samsara, bad, flag, instant, limit, page, rounded, tagged, trailer_id, vehicle_id,
    written,
};

/// Assets to a page: there is no `limit`.
const PAGE: usize = 300;
/// Ids to a question of the stream.
const IDS: usize = 50;
/// Points of one asset that the stream answers at most.
const POINTS: usize = 500;
const METRES_A_SECOND: f64 = 0.447_04;

fn trailers_known(samsara: &Samsara) -> Vec<usize> {
    let all = samsara.share.trailers.iter().copied();
    all.filter(|trailer| samsara.known(*trailer) != Known::Unknown).collect()
}

pub fn assets(samsara: &Samsara, ask: &Ask) -> Result<Value, Refusal> {
    let kind = ask.parameter("type");
    if kind.is_some_and(|kind| {
        !["uncategorized", "trailer", "equipment", "unpowered", "vehicle"].contains(&kind)
    }) {
        return bad("Invalid value for parameter type.");
    }
    flag(ask, "includeTags")?;
    let with_ids = flag(ask, "includeExternalIds")?;
    let fresh = instant(ask, "updatedAfterTime")?.is_none_or(|after| ENTERED > after) && !tagged(ask);
    let trailers =
        if fresh && kind.is_none_or(|kind| kind == "trailer") { trailers_known(samsara) } else { Vec::new() };
    let vehicles = if fresh && kind.is_none_or(|kind| kind == "vehicle") {
        samsara.share.tractors.clone()
    } else {
        Vec::new()
    };
    let trailers = chosen(ask, "ids", trailers, trailer_id)?;
    let vehicles = chosen(ask, "ids", vehicles, vehicle_id)?;
    let all: Vec<(bool, usize)> = vehicles
        .into_iter()
        .map(|unit| (true, unit))
        .chain(trailers.into_iter().map(|unit| (false, unit)))
        .collect();
    let (rows, pagination) = page(ask, Book::Assets, &all, PAGE)?;
    let rows: Vec<Value> =
        rows.into_iter().map(|(powered, unit)| asset(samsara, powered, unit, with_ids)).collect();
    Ok(json!({ "data": rows, "pagination": pagination }))
}

fn asset(samsara: &Samsara, powered: bool, unit: usize, with_ids: bool) -> Value {
    let roster = &samsara.world.roster;
    let vin = if powered { roster.vin(unit) } else { roster.trailer_vin(unit) };
    let mut row = json!({
        "id": if powered { vehicle_id(unit) } else { trailer_id(unit) },
        "name": if powered { Roster::name(unit) } else { Roster::trailer_number(unit) },
        "type": if powered { "vehicle" } else { "trailer" },
        "make": if powered { Roster::make(unit) } else { "UTILITY" },
        "year": 2021 + unit % 4,
        "vin": vin,
        "licensePlate": Roster::plate(unit, if powered { 'P' } else { 'T' }),
        "regulationMode": if powered { "regulated" } else { "unregulated" },
        "createdAtTime": written(ENTERED),
        "updatedAtTime": written(ENTERED),
    });
    if with_ids {
        row["externalIds"] = json!({ "samsara.vin": vin });
    }
    row
}

pub fn stream(samsara: &Samsara, ask: &Ask) -> Result<Value, Refusal> {
    let Some(ids) = super::list(ask, "ids")? else { return bad("Need to include asset IDs to filter by.") };
    if ids.len() > IDS {
        return bad("Need to filter by 50 or less asset IDs or syncTokens.");
    }
    let size = limit(ask)?;
    let with_speed = flag(ask, "includeSpeed")?;
    let with_ids = flag(ask, "includeExternalIds")?;
    flag(ask, "includeReverseGeo")?;
    if flag(ask, "includeHighFrequencyLocations")? && flag(ask, "includeGeofenceLookup")? {
        return bad("includeHighFrequencyLocations cannot be combined with includeGeofenceLookup.");
    }
    let (end, now) = (instant(ask, "endTime")?, ask.now());
    let until = end.unwrap_or(now).min(now);
    let start = instant(ask, "startTime")?.unwrap_or(now);
    let (since, until, offset) = match ask.parameter("after") {
        None => (start - 1, until, 0),
        Some(after) => match cursor::read::<3>(Book::Stream as u64, after) {
            Some([since, until, offset]) if offset > 0 => (since, until, offset as usize),
            Some([_, reached, _]) => (reached, until.max(reached), 0),
            None => return bad("Invalid pagination cursor."),
        },
    };
    let points = samsara.stream_points(ask, since, until)?;
    let last = (offset + size).min(points.len());
    let more = last < points.len();
    let rows: Vec<Value> = points[offset.min(last)..last]
        .iter()
        .map(|report| samsara.stream_point(*report, with_speed, with_ids))
        .collect();
    let over = !more && end.is_some_and(|end| end <= now);
    let next = if more { last as i64 } else { 0 };
    let cursor = if over { String::new() } else { cursor::write(Book::Stream as u64, &[since, until, next]) };
    Ok(json!({ "data": rows, "pagination": { "endCursor": cursor, "hasNextPage": more } }))
}

/// One report of one asset: when, whether it is a vehicle, and which.
type Report = (i64, bool, usize);

impl Samsara {
    /// The reports later than `since`, up to `until`, oldest first.
    fn stream_points(&self, ask: &Ask, since: i64, until: i64) -> Result<Vec<Report>, Refusal> {
        let vehicles = chosen(ask, "ids", self.share.tractors.clone(), vehicle_id)?;
        let trailers = chosen(ask, "ids", trailers_known(self), trailer_id)?;
        let tracked = trailers.into_iter().filter(|trailer| self.known(*trailer) != Known::Named);
        let driven = vehicles.into_iter().flat_map(|tractor| {
            self.world.fixes(tractor, since, until, POINTS).into_iter().map(move |at| (at, true, tractor))
        });
        let pulled = tracked.flat_map(|trailer| {
            let fixes = self.world.trailer_fixes(trailer, since, until, POINTS);
            fixes.into_iter().map(move |at| (at, false, trailer))
        });
        let mut points: Vec<Report> = driven.chain(pulled).collect();
        points.sort_unstable();
        Ok(points)
    }

    fn stream_point(&self, (at, powered, unit): Report, with_speed: bool, with_ids: bool) -> Value {
        let (point, mph, heading, id, vin) = if powered {
            let seen = self.world.truck(unit, at);
            (seen.point, seen.mph, seen.heading, vehicle_id(unit), self.world.roster.vin(unit))
        } else {
            let seen = self.world.trailer(unit, at);
            (seen.point, seen.mph, seen.heading, trailer_id(unit), self.world.roster.trailer_vin(unit))
        };
        let mut row = json!({
            "happenedAtTime": written(at),
            "asset": { "id": id },
            "location": {
                "latitude": rounded(point.latitude),
                "longitude": rounded(point.longitude),
                "headingDegrees": heading.round() as i64 % 360,
                "accuracyMeters": 4.0,
            },
        });
        if with_speed {
            let metres = (mph * METRES_A_SECOND * 100.0).round() / 100.0;
            row["speed"] = json!({ "gpsSpeedMetersPerSecond": metres });
        }
        if with_ids {
            row["asset"]["externalIds"] = json!({ "samsara.vin": vin });
        }
        row
    }
}
