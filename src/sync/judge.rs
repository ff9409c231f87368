//! The judgements the store writes by, taken from `rules`.

use crate::rules::{dwell, link, motion, pairing, rest, sanity, stay, testimony};
use crate::store::Judge;

/// What the poller's store is opened with.
pub const JUDGE: Judge = Judge {
    sane: sanity::check,
    timely: sanity::timely,
    motion: motion::shown_by,
    stays_put: dwell::stays_put,
    patience: motion::patience,
    link: link::link,
    duty: rest::heard,
    believe: testimony::believed,
    settle: pairing::settle,
    cell: stay::cell,
    stays: stay::judge,
};
