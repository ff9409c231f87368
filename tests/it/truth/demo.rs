//! The demo's fleet a minute after its start, whatever the hour: every reason why a load is in trouble is there to
//! be seen, and every class.

use std::collections::BTreeMap;
use std::time::Duration;

use backhaul::model::{Keyed, Movement, Reason, Risk, Timestamp};
use backhaul::rules::freshness::{Freshness, standing};
use backhaul::sim::Options;

use super::START;
use super::desk::{Desk, Pace, Reads};

const PACE: Pace = Pace { positions: 60, hours: 60, movements: 60, reads: Reads::WhatLoadsNeed };
const REASONS: [Reason; 10] = [
    Reason::Distance,
    Reason::Drive,
    Reason::Shift,
    Reason::Break,
    Reason::Cycle,
    Reason::ApptWait,
    Reason::Dwell,
    Reason::StaleGps,
    Reason::StaleHos,
    Reason::NoDriver,
];
const CLASSES: [Risk; 5] = [Risk::Ok, Risk::Tight, Risk::AtRisk, Risk::Late, Risk::Unknown];

/// How many loads of each class, and of each reason, a console shows.
#[derive(Debug, Default)]
struct Shown {
    classes: BTreeMap<&'static str, usize>,
    reasons: BTreeMap<&'static str, usize>,
    /// What is wrong.
    wrong: BTreeMap<&'static str, usize>,
}

/// What a demo shows that was started then.
async fn shown(start: Timestamp) -> Shown {
    let world = |now| Options { showcase: true, ..Options::new(now) };
    let mut desk = Desk::of(world, PACE, start).await;
    desk.rough.be_gentle();
    desk.look().await;
    desk.go_on(Duration::from_secs(60)).await;
    let (fleet, now) = (desk.look().await, desk.now());
    let fresh = Freshness::of(&fleet.feeds, now);
    let mut shown = Shown::default();
    let [found, there_is] = desk.wrong();
    assert_eq!(found, there_is, "what is wrong with units that no load leads to is found all the same");
    for one in found {
        *shown.wrong.entry(one.kind.word()).or_default() += 1;
    }
    let judged = |movement: &&Movement| fleet.judgements.get(&movement.key()).is_some();
    for movement in fleet.movements.iter().map(AsRef::as_ref).filter(judged) {
        let standing = standing(movement, &fleet, &fresh, now);
        *shown.classes.entry(standing.risk.word()).or_default() += 1;
        if let Some(reason) = standing.reason {
            *shown.reasons.entry(reason.word()).or_default() += 1;
        }
    }
    shown
}

#[tokio::test(start_paused = true)]
async fn the_demo_shows_every_reason_and_every_class_whatever_the_hour() {
    for hours in [0, 54, 108, 162] {
        let shown = shown(START.plus(Duration::from_hours(hours))).await;
        println!("{hours:>3} h: {shown:?}");
        for class in CLASSES {
            assert!(shown.classes.contains_key(class.word()), "no {class:?} after {hours} hours: {shown:?}");
        }
        for reason in REASONS {
            assert!(
                shown.reasons.contains_key(reason.word()),
                "no {reason:?} after {hours} hours: {shown:?}"
            );
        }
    }
}
