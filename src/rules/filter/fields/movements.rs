//! What loads can be asked.

use std::borrow::Cow;

use super::{FREIGHT, driver, freight, name_of, number_of, pulled, tractor};
use crate::model::{Movement, MovementStatus, Reason, Risk, Stop};
use crate::rules::filter::{Asked, Field, Kind, Scene, Value, Words};
use crate::rules::slack::{self, Slack};
use crate::rules::{freshness, trip};

const STATUS: Words = &[
    ("available", "available"),
    ("covered", "covered"),
    ("in_progress", "in_progress"),
    ("under_way", "in_progress"),
    ("delivered", "delivered"),
    ("void", "void"),
];

const RISK: Words = &[("ok", "ok"), ("tight", "tight"), ("at_risk", "at_risk"), ("late", "late")];

impl Asked for Movement {
    const FIELDS: &'static [Field<Self>] = &[
        Field {
            name: "load",
            aliases: &["movement"],
            kind: Kind::Text,
            means: "its number",
            of: |row, _| Value::text(Some(&row.tms.id)),
        },
        Field {
            name: "order",
            aliases: &[],
            kind: Kind::Text,
            means: "its first order",
            of: |row, _| Value::text(row.tms.order_id.as_deref()),
        },
        Field {
            name: "status",
            aliases: &["state"],
            kind: Kind::State(STATUS),
            means: "where it stands in the TMS",
            of: |row, _| match row.tms.status {
                MovementStatus::Unknown => Value::Unknown,
                status => Value::Word(status.word()),
            },
        },
        Field {
            name: "risk",
            aliases: &[],
            kind: Kind::State(RISK),
            means: "whether it makes its windows",
            of: |row, scene| match standing(row, scene).risk {
                Risk::Unknown => Value::Unknown,
                risk => Value::Word(risk.word()),
            },
        },
        Field {
            name: "reason",
            aliases: &["why"],
            kind: Kind::Text,
            means: "why it does not: 14H, DWELL, STALE_GPS",
            of: |row, scene| Value::text(standing(row, scene).reason.map(Reason::word)),
        },
        Field {
            name: "slack",
            aliases: &[],
            kind: Kind::Length,
            means: "to spare before the window closes that it is judged by; below 0 is late",
            of: |row, scene| match slack::slack(row, scene.fleet, scene.fresh, scene.now) {
                Slack::Here(_) => Value::Nothing,
                slack => Value::seconds(slack.seconds()),
            },
        },
        Field {
            name: "eta",
            aliases: &[],
            kind: Kind::Length,
            means: "how long until it is at the stop that it is judged by",
            of: |row, scene| {
                let eta = judged(row, scene).and_then(|stop| slack::eta(stop, &standing(row, scene)));
                Value::seconds(eta.map(|(at, _)| at.secs_since(scene.now)))
            },
        },
        Field {
            name: "window",
            aliases: &["closes"],
            kind: Kind::Length,
            means: "how long until the window closes that it is judged by",
            of: |row, scene| {
                let closes = judged(row, scene).and_then(Stop::closes_at);
                Value::seconds(closes.map(|at| at.secs_since(scene.now)))
            },
        },
        Field {
            name: "next",
            aliases: &["stop"],
            kind: Kind::Text,
            means: "the next stop",
            of: |row, scene| place(next(row, scene)),
        },
        Field {
            name: "from",
            aliases: &["origin"],
            kind: Kind::Text,
            means: "where it begins",
            of: |row, scene| place(trip_of(row, scene).origin),
        },
        Field {
            name: "to",
            aliases: &["destination"],
            kind: Kind::Text,
            means: "where it ends",
            of: |row, scene| place(trip_of(row, scene).destination),
        },
        Field {
            name: "driver",
            aliases: &[],
            kind: Kind::Text,
            means: "who drives it, either of a team",
            of: |row, scene| match (
                driver(row.driver_id.as_ref(), scene),
                driver(row.driver2_id.as_ref(), scene),
            ) {
                (Some(first), Some(second)) => {
                    Value::Text(Cow::Owned(format!("{}, {}", first.name, second.name)))
                }
                _ => name_of(row.driver_id.as_ref(), scene),
            },
        },
        Field {
            name: "tractor",
            aliases: &["unit"],
            kind: Kind::Text,
            means: "its truck",
            of: |row, scene| number_of(row.tractor_id.as_ref(), scene),
        },
        Field {
            name: "trailer",
            aliases: &[],
            kind: Kind::Trailer(FREIGHT),
            means: "its trailer, by number, or full or empty",
            of: |row, scene| pulled(row.trailer_id.as_ref(), scene),
        },
        Field {
            name: "freight",
            aliases: &["loaded"],
            kind: Kind::State(FREIGHT),
            means: "whether it is an empty move",
            of: |row, _| freight(row.tms.loaded).map_or(Value::Unknown, Value::Word),
        },
        Field {
            name: "near",
            aliases: &[],
            kind: Kind::Near,
            means: "its truck around a city, a unit, a driver or lat,lon",
            of: |row, scene| {
                tractor(row.tractor_id.as_ref(), scene)
                    .map_or(Value::Unknown, |unit| Value::at(unit.latitude, unit.longitude))
            },
        },
        Field {
            name: "age",
            aliases: &[],
            kind: Kind::Length,
            means: "how long ago the TMS confirmed it",
            of: |row, scene| Value::ago(Some(row.synced_at), scene.now),
        },
        Field {
            name: "dispatcher",
            aliases: &["dispatch"],
            kind: Kind::Text,
            means: "whose load it is",
            of: |row, _| Value::text(row.tms.dispatcher.as_deref()),
        },
        Field {
            name: "fleet",
            aliases: &[],
            kind: Kind::Text,
            means: "the fleet of its truck",
            of: |row, scene| {
                Value::text(tractor(row.tractor_id.as_ref(), scene).and_then(|unit| unit.fleet.as_deref()))
            },
        },
    ];
}

fn standing(row: &Movement, scene: &Scene<'_>) -> freshness::Standing {
    freshness::standing(row, scene.fleet, scene.fresh, scene.now)
}

fn next<'a>(row: &Movement, scene: &Scene<'a>) -> Option<&'a Stop> {
    trip_of(row, scene).next
}

/// The stop that a load is judged by.
fn judged<'a>(row: &Movement, scene: &Scene<'a>) -> Option<&'a Stop> {
    Some(slack::judged(row, scene.fleet, scene.fresh, scene.now)?.stop)
}

fn trip_of<'a>(row: &Movement, scene: &Scene<'a>) -> trip::Trip<'a> {
    use crate::model::Keyed;
    trip::of(row, scene.fleet.stops_of(&row.key()))
}

fn place(stop: Option<&Stop>) -> Value<'static> {
    stop.map_or(Value::Nothing, |stop| Value::Text(Cow::Owned(trip::place(stop))))
}
