//! The judgements the store writes by, taken from `rules`.

use crate::model::{Fix, Timestamp};
use crate::rules::sanity::Insane;
use crate::rules::{link, motion, pairing, sanity, testimony};
use crate::store::{Judge, Late};

/// What the poller's store is opened with.
pub const JUDGE: Judge = Judge {
    sane,
    timely: sanity::timely,
    motion: motion::shown_by,
    patience: motion::patience,
    link: link::link,
    believe: testimony::believed,
    settle: pairing::settle,
};

fn sane(fix: &Fix, latest: Option<Timestamp>, now: Timestamp) -> Result<(), Late> {
    sanity::check(fix, latest, now).map_err(|insane| match insane {
        Insane::Same => Late::Same,
        Insane::Older => Late::Older(insane.reason()),
        Insane::NotAPlace | Insane::NullIsland | Insane::Future => Late::Unsound(insane.reason()),
    })
}
