//! What drivers can be asked. Hours that nobody confirms any more are not known, whatever they were.

use super::{FREIGHT, number_of, pulled, tractor};
use crate::model::{Driver, DutyStatus};
use crate::rules::filter::{Asked, Field, Kind, Scene, Value, Words};
use crate::rules::hours::Left;
use crate::rules::near::{drivable_s, left_known};

const DUTY: Words = &[
    ("driving", "driving"),
    ("drive", "driving"),
    ("on_duty", "on_duty"),
    ("on", "on_duty"),
    ("off_duty", "off_duty"),
    ("off", "off_duty"),
    ("sleeper", "sleeper"),
    ("sb", "sleeper"),
    ("yard_move", "yard_move"),
    ("ym", "yard_move"),
    ("personal_conveyance", "personal_conveyance"),
    ("pc", "personal_conveyance"),
];

impl Asked for Driver {
    const FIELDS: &'static [Field<Self>] = &[
        Field {
            name: "name",
            aliases: &["driver"],
            kind: Kind::Text,
            means: "who it is",
            of: |row, _| Value::text(Some(&row.name)),
        },
        Field {
            name: "status",
            aliases: &["duty", "state"],
            kind: Kind::State(DUTY),
            means: "duty status",
            of: |row, _| match row.hos_status {
                DutyStatus::Unknown => Value::Unknown,
                status => Value::Word(status.word()),
            },
        },
        Field {
            name: "for",
            aliases: &["since"],
            kind: Kind::Length,
            means: "how long that status has lasted",
            of: |row, scene| Value::ago(row.hos_status_since_at, scene.now),
        },
        Field {
            name: "drive",
            aliases: &["legal", "can"],
            kind: Kind::Length,
            means: "what can be driven before a long rest, by every clock: not the 11 hours alone",
            of: |row, scene| Value::seconds(drivable_s(&hours(row, scene))),
        },
        Field {
            name: "drive_left",
            aliases: &[],
            kind: Kind::Length,
            means: "what is left of the 11 hours alone",
            of: |row, scene| Value::seconds(hours(row, scene).drive_s),
        },
        Field {
            name: "shift",
            aliases: &[],
            kind: Kind::Length,
            means: "what is left of the 14 hours",
            of: |row, scene| Value::seconds(hours(row, scene).shift_s),
        },
        Field {
            name: "break",
            aliases: &[],
            kind: Kind::Length,
            means: "driving left before the 30 minutes are due",
            of: |row, scene| Value::seconds(hours(row, scene).break_s),
        },
        Field {
            name: "cycle",
            aliases: &[],
            kind: Kind::Length,
            means: "what is left of the week",
            of: |row, scene| Value::seconds(hours(row, scene).cycle_s),
        },
        Field {
            name: "first",
            aliases: &[],
            kind: Kind::Length,
            means: "time to the first limit",
            of: |row, scene| Value::seconds(hours(row, scene).first_to_bite().map(|(_, left)| left)),
        },
        Field {
            name: "trailer",
            aliases: &[],
            kind: Kind::Trailer(FREIGHT),
            means: "what his truck pulls, by number, or full or empty",
            of: |row, scene| {
                pulled(
                    tractor(row.tractor_id.as_ref(), scene).and_then(|unit| unit.trailer_id.as_ref()),
                    scene,
                )
            },
        },
        Field {
            name: "tractor",
            aliases: &["unit"],
            kind: Kind::Text,
            means: "his truck",
            of: |row, scene| number_of(row.tractor_id.as_ref(), scene),
        },
        Field {
            name: "load",
            aliases: &["movement"],
            kind: Kind::Text,
            means: "the load he is on or has next; load:none is who is free",
            of: |row, scene| Value::text(scene.committed().first_of(row)),
        },
        Field {
            name: "near",
            aliases: &[],
            kind: Kind::Near,
            means: "around a city, a unit, a driver or lat,lon",
            of: |row, scene| match tractor(row.tractor_id.as_ref(), scene) {
                Some(unit) => Value::at(unit.latitude, unit.longitude),
                None => Value::at(row.latitude, row.longitude),
            },
        },
        Field {
            name: "place",
            aliases: &["at"],
            kind: Kind::Text,
            means: "where he is, in words",
            of: |row, _| Value::place(row.place.as_deref(), row.latitude, row.longitude),
        },
        Field {
            name: "age",
            aliases: &[],
            kind: Kind::Length,
            means: "how old his clocks are",
            of: |row, scene| Value::ago(row.hos_as_of_at, scene.now),
        },
        Field {
            name: "source",
            aliases: &["account"],
            kind: Kind::Text,
            means: "the account that told his clocks",
            of: |row, _| Value::text(row.source.as_deref()),
        },
        Field {
            name: "dispatcher",
            aliases: &["dispatch"],
            kind: Kind::Text,
            means: "his dispatcher in the TMS",
            of: |row, _| Value::text(row.dispatcher.as_deref()),
        },
        Field {
            name: "fleet",
            aliases: &[],
            kind: Kind::Text,
            means: "the fleet of his truck",
            of: |row, scene| {
                Value::text(tractor(row.tractor_id.as_ref(), scene).and_then(|unit| unit.fleet.as_deref()))
            },
        },
    ];
}

fn hours(row: &Driver, scene: &Scene<'_>) -> Left {
    left_known(row, scene.fresh, scene.now)
}
