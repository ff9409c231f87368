//! What tractors can be asked.

use super::{FREIGHT, MOTION, Unit, name_of, pulled};
use crate::model::{Tractor, UnitKind};
use crate::rules::filter::{Asked, Field, Kind, Value};

impl Asked for Tractor {
    const FIELDS: &'static [Field<Self>] = &[
        Field {
            name: "unit",
            aliases: &["tractor", "number"],
            kind: Kind::Text,
            means: "its number",
            of: |row, _| Value::text(Some(&row.unit_number)),
        },
        Field {
            name: "state",
            aliases: &[],
            kind: Kind::State(MOTION),
            means: "what it does now",
            of: |row, scene| unit(row).state(scene.now),
        },
        Field {
            name: "for",
            aliases: &["since", "dwell"],
            kind: Kind::Length,
            means: "how long it has done that",
            of: |row, scene| unit(row).lasts(scene.now),
        },
        Field {
            name: "place",
            aliases: &["at"],
            kind: Kind::Text,
            means: "where it is, in words",
            of: |row, _| Value::place(row.place.as_deref(), row.latitude, row.longitude),
        },
        Field {
            name: "near",
            aliases: &[],
            kind: Kind::Near,
            means: "around a city, a unit, a driver or lat,lon",
            of: |row, _| Value::at(row.latitude, row.longitude),
        },
        Field {
            name: "driver",
            aliases: &[],
            kind: Kind::Text,
            means: "who drives it",
            of: |row, scene| name_of(row.driver_id.as_ref(), scene),
        },
        Field {
            name: "trailer",
            aliases: &[],
            kind: Kind::Trailer(FREIGHT),
            means: "what it pulls, by number, or full or empty",
            of: |row, scene| pulled(row.trailer_id.as_ref(), scene),
        },
        Field {
            name: "load",
            aliases: &["movement"],
            kind: Kind::Text,
            means: "the load it is on or has next; load:none is what is free",
            of: |row, scene| Value::text(scene.committed().first_on(row)),
        },
        Field {
            name: "fuel",
            aliases: &[],
            kind: Kind::Percent,
            means: "fuel left",
            of: |row, _| Value::amount(row.fuel_pct.map(f64::round)),
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
            of: |row, scene| Value::ago(row.observed_at, scene.now),
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
            means: "its fleet in the TMS",
            of: |row, _| Value::text(row.fleet.as_deref()),
        },
        Field {
            name: "dispatcher",
            aliases: &["dispatch"],
            kind: Kind::Text,
            means: "its dispatcher in the TMS",
            of: |row, _| Value::text(row.dispatcher.as_deref()),
        },
    ];
}

const fn unit(row: &Tractor) -> Unit {
    Unit {
        kind: UnitKind::Tractor,
        state: row.state,
        since: row.state_since_at,
        stood: (row.stood_since_at, row.stood_after_at),
        engine: (row.engine, row.engine_at),
        observed_at: row.observed_at,
        speed_mph: row.speed_mph,
    }
}
