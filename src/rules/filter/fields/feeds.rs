//! What feeds can be asked.

use crate::model::FeedStatus;
use crate::rules::age::is_behind;
use crate::rules::filter::{Asked, Field, Kind, Scene, Value, Words};

const STATE: Words = &[("ok", "ok"), ("late", "late"), ("down", "down"), ("never", "never")];

impl Asked for FeedStatus {
    const FIELDS: &'static [Field<Self>] = &[
        Field {
            name: "account",
            aliases: &["source"],
            kind: Kind::Text,
            means: "whose feed it is",
            of: |row, _| Value::text(Some(&row.account)),
        },
        Field {
            name: "feed",
            aliases: &["resource"],
            kind: Kind::Text,
            means: "what it brings",
            of: |row, _| Value::text(Some(&row.resource)),
        },
        Field {
            name: "state",
            aliases: &["status"],
            kind: Kind::State(STATE),
            means: "whether it comes",
            of: |row, scene| Value::Word(state(row, scene)),
        },
        Field {
            name: "every",
            aliases: &["interval"],
            kind: Kind::Length,
            means: "how often it is read",
            of: |row, _| Value::seconds(Some(row.interval_s).filter(|every| *every > 0)),
        },
        Field {
            name: "age",
            aliases: &["read"],
            kind: Kind::Length,
            means: "how long ago it was read",
            of: |row, scene| Value::ago(row.last_ok_at, scene.now),
        },
        Field {
            name: "calls",
            aliases: &[],
            kind: Kind::Count,
            means: "calls made",
            of: |row, _| count(Some(row.calls)),
        },
        Field {
            name: "left",
            aliases: &["tokens"],
            kind: Kind::Count,
            means: "calls left this minute",
            of: |row, _| count(row.tokens_left),
        },
        Field {
            name: "trouble",
            aliases: &["error"],
            kind: Kind::Text,
            means: "what is wrong with it",
            of: |row, _| Value::text(row.error.as_deref()),
        },
    ];
}

fn state(row: &FeedStatus, scene: &Scene<'_>) -> &'static str {
    match (&row.error, row.last_ok_at) {
        (Some(_), _) => "down",
        (None, None) => "never",
        (None, Some(_)) if row.interval_s > 0 && is_behind(row, scene.now) => "late",
        (None, Some(_)) => "ok",
    }
}

fn count(count: Option<i64>) -> Value<'static> {
    #[expect(clippy::cast_precision_loss, reason = "calls of some years at most")]
    Value::amount(count.map(|count| count as f64))
}
