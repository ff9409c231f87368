//! What trailers can be asked.

use super::{FREIGHT, MOTION, Unit, freight, name_of, number_of, tractor};
use crate::model::{Trailer, UnitKind};
use crate::rules::filter::{Asked, Field, Kind, Value};
use crate::rules::trailer;

impl Asked for Trailer {
    const FIELDS: &'static [Field<Self>] = &[
        Field {
            name: "unit",
            aliases: &["number"],
            kind: Kind::Text,
            means: "its number",
            of: |row, _| Value::text(Some(&row.unit_number)),
        },
        Field {
            name: "trailer",
            aliases: &[],
            kind: Kind::Trailer(FREIGHT),
            means: "the same, or full or empty",
            of: |row, _| Value::Trailer { number: Some(&row.unit_number), freight: freight(row.loaded) },
        },
        Field {
            name: "state",
            aliases: &[],
            kind: Kind::State(MOTION),
            means: "what it does now",
            // What its truck does is not told of it.
            of: |row, scene| match trailer::rides_with(scene.fleet, row) {
                Some(_) => Value::Unknown,
                None => unit(row).state(scene.now),
            },
        },
        Field {
            name: "dwell",
            aliases: &["stands"],
            kind: Kind::Length,
            means: "how long it has stood",
            of: |row, scene| unit(row).stands(scene.now),
        },
        Field {
            name: "for",
            aliases: &["since"],
            kind: Kind::Length,
            means: "how long it has done what it does",
            of: |row, scene| unit(row).lasts(scene.now),
        },
        Field {
            name: "place",
            aliases: &["at"],
            kind: Kind::Text,
            means: "where it is, in words",
            of: |row, scene| {
                let seen = trailer::seen(scene.fleet, row);
                Value::place(seen.place, seen.latitude, seen.longitude)
            },
        },
        Field {
            name: "near",
            aliases: &[],
            kind: Kind::Near,
            means: "around a city, a unit, a driver or lat,lon",
            // Without a tracker of its own it is where its truck is.
            of: |row, scene| match Value::at(row.latitude, row.longitude) {
                Value::Unknown => tractor(row.tractor_id.as_ref(), scene)
                    .map_or(Value::Unknown, |tractor| Value::at(tractor.latitude, tractor.longitude)),
                known => known,
            },
        },
        Field {
            name: "attached",
            aliases: &["tractor"],
            kind: Kind::Text,
            means: "what pulls it",
            of: |row, scene| number_of(row.tractor_id.as_ref(), scene),
        },
        Field {
            name: "freight",
            aliases: &["loaded"],
            kind: Kind::State(FREIGHT),
            means: "full or empty",
            of: |row, _| freight(row.loaded).map_or(Value::Unknown, Value::Word),
        },
        Field {
            name: "driver",
            aliases: &[],
            kind: Kind::Text,
            means: "who had it last",
            of: |row, scene| name_of(row.driver_id.as_ref(), scene),
        },
        Field {
            name: "load",
            aliases: &["movement"],
            kind: Kind::Text,
            means: "the load it is on",
            of: |row, _| Value::text(row.movement_id.as_deref()),
        },
        Field {
            name: "type",
            aliases: &[],
            kind: Kind::Text,
            means: "van, reefer and the like, as the TMS has it",
            of: |row, _| Value::text(row.trailer_type.as_deref()),
        },
        Field {
            name: "speed",
            aliases: &[],
            kind: Kind::Speed,
            means: "how fast it goes",
            of: |row, scene| unit(row).speed(scene.now),
        },
        Field {
            name: "age",
            aliases: &[],
            kind: Kind::Length,
            means: "how old its position is",
            of: |row, scene| {
                let truck = trailer::rides_with(scene.fleet, row);
                Value::ago(truck.map_or(row.observed_at, |truck| truck.observed_at), scene.now)
            },
        },
        Field {
            name: "source",
            aliases: &["account"],
            kind: Kind::Text,
            means: "the account that told its position",
            of: |row, _| Value::text(row.source.as_deref()),
        },
        Field {
            name: "fleet",
            aliases: &[],
            kind: Kind::Text,
            means: "the fleet of what pulls it",
            of: |row, scene| {
                Value::text(tractor(row.tractor_id.as_ref(), scene).and_then(|unit| unit.fleet.as_deref()))
            },
        },
        Field {
            name: "dispatcher",
            aliases: &["dispatch"],
            kind: Kind::Text,
            means: "the dispatcher of what pulls it",
            of: |row, scene| {
                let unit = tractor(row.tractor_id.as_ref(), scene);
                Value::text(unit.and_then(|unit| unit.dispatcher.as_deref()))
            },
        },
    ];
}

const fn unit(row: &Trailer) -> Unit {
    Unit {
        kind: UnitKind::Trailer,
        state: row.state,
        since: row.state_since_at,
        stood: (row.stood_since_at, row.stood_after_at),
        engine: (None, None),
        observed_at: row.observed_at,
        speed_mph: row.speed_mph,
    }
}
