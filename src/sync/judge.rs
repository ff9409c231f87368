//! The judgements the store writes by, taken from `rules`.

use crate::rules::{link, motion, pairing, sanity};
use crate::store::Judge;

/// What the poller's store is opened with.
pub const JUDGE: Judge = Judge {
    sane: |fix, latest, now| sanity::check(fix, latest, now).map_err(sanity::Insane::reason),
    motion: motion::shown_by,
    link: link::link,
    settle: pairing::settle,
};
