//! Each feed of each upstream is frozen in turn: within two of its intervals every row that rests on it says
//! so, whoever reads the database, and no other row does; and it comes back by itself.

use std::sync::Arc;
use std::time::Duration;

use backhaul::model::{Fleet, Input, Reason, Risk, RowText, Timestamp};
use backhaul::rules::freshness::{Freshness, standing};
use backhaul::sim::{Fault, Upstream};

use super::START;
use super::desk::{Desk, Pace, Reads};

const STEP: Duration = Duration::from_secs(60);
const PACE: Pace = Pace { positions: 60, hours: 60, movements: 60, reads: Reads::WhatLoadsNeed };
/// A fleet big enough that every ELD has some of it under way.
const UNITS: usize = 40;

/// What rests on a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rests {
    Positions(&'static str),
    Hours(&'static str),
    Loads,
}

/// Every feed that a judgement rests on. Geotab tells positions by two feeds, either of which will do.
const FEEDS: &[(Upstream, &[&str], Rests)] = &[
    (Upstream::Samsara, &["/fleet/vehicles/stats"], Rests::Positions("samsara")),
    (Upstream::Samsara, &["/fleet/hos/clocks"], Rests::Hours("samsara")),
    (Upstream::Motive, &["/v3/vehicle_locations", "/v1/vehicle_locations"], Rests::Positions("motive")),
    (Upstream::Motive, &["/v1/available_time"], Rests::Hours("motive")),
    (
        Upstream::Geotab,
        &["/apiv1/GetFeed/LogRecord", "/apiv1/Get/DeviceStatusInfo", "/apiv1/GetFeed/DeviceStatusInfo"],
        Rests::Positions("geotab"),
    ),
    (Upstream::Geotab, &["/apiv1/ExecuteMultiCall"], Rests::Hours("geotab")),
    (Upstream::Terminal, &["/vehicles/locations"], Rests::Positions("terminal")),
    (Upstream::Terminal, &["/hos/available-time"], Rests::Hours("terminal")),
    (Upstream::McLeod, &["/movements"], Rests::Loads),
    (Upstream::McLeod, &["/stop"], Rests::Loads),
];

/// How many loads were known before, and how many of them a frozen feed made unknown.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    known: usize,
    blinded: usize,
}

/// Compares every load that was known `before` with how it stands now.
fn check(before: &Fleet, fleet: &Fleet, rests: Rests, frozen_at: Timestamp, now: Timestamp) -> Found {
    let (then, fresh) = (Freshness::of(&before.feeds, frozen_at), Freshness::of(&fleet.feeds, now));
    let mut found = Found::default();
    for movement in &fleet.movements {
        let was = standing(movement, before, &then, frozen_at);
        let Some(judgement) =
            fleet.judgements.iter().find(|judgement| judgement.movement_id == movement.tms.id)
        else {
            continue;
        };
        if was.risk == Risk::Unknown {
            continue;
        }
        found.known += 1;
        let tractor = judgement.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id));
        let driver = judgement.driver_id.as_ref().and_then(|id| fleet.drivers.get(id));
        let told_by =
            |account: &str, source: Option<&RowText>| source.is_some_and(|source| source == account);
        let is = standing(movement, fleet, &fresh, now);
        let what = format!("{rests:?} {} {is:?} {tractor:?} {driver:?}", movement.tms.id);
        match rests {
            Rests::Positions(account) if told_by(account, tractor.and_then(|row| row.source.as_ref())) => {
                found.blinded += 1;
                assert_eq!((is.risk, is.reason), (Risk::Unknown, Some(Reason::StaleGps)), "{what}");
            }
            Rests::Hours(account) if told_by(account, driver.and_then(|row| row.source.as_ref())) => {
                found.blinded += 1;
                assert_eq!((is.risk, is.reason), (Risk::Unknown, Some(Reason::StaleHos)), "{what}");
            }
            Rests::Loads => {
                found.blinded += 1;
                let oldest = is.oldest.unwrap();
                assert!(oldest.at <= frozen_at || oldest.input != Input::Load, "its age is told: {what}");
            }
            Rests::Positions(_) | Rests::Hours(_) => {
                assert_ne!(is.risk, Risk::Unknown, "another feed's trouble: {what}");
            }
        }
    }
    if rests == Rests::Loads {
        assert!(fresh.freight().1, "it is said that the TMS is silent");
    }
    found
}

async fn step(desk: &mut Desk) -> Arc<Fleet> {
    desk.go_on(STEP).await;
    desk.look().await
}

#[tokio::test(start_paused = true)]
async fn freezing_any_feed_ages_the_rows_that_rest_on_it_within_two_intervals() {
    let mut desk = Desk::open(UNITS, 7, PACE, START).await;
    desk.rough.be_gentle();
    for _ in 0..3 {
        desk.look().await;
        desk.go_on(STEP).await;
    }
    for (upstream, paths, rests) in FEEDS {
        let before = desk.look().await;
        let frozen_at = desk.now();
        for path in *paths {
            desk.sim.faults().set(*upstream, path, Fault::Status { code: 503, retry_after: None });
        }
        step(&mut desk).await;
        let fleet = step(&mut desk).await;
        // The very second after the second interval.
        let now = desk.now().plus(Duration::from_secs(1));
        let found = check(&before, &fleet, *rests, frozen_at, now);
        println!("{rests:?}: {found:?}");
        assert!(found.known >= 10 && found.blinded >= 1, "too few to tell: {rests:?} {found:?}");
        desk.sim.faults().clear(*upstream);
        step(&mut desk).await;
        let fleet = step(&mut desk).await;
        let fresh = Freshness::of(&fleet.feeds, desk.now());
        let back = fleet.feeds.iter().find(|feed| feed.error.is_some());
        assert!(back.is_none() && !fresh.freight().1, "it comes back by itself: {back:?}");
    }
}
