//! One load, its stop, its truck and the account that tells of it: what the tests begin with that are about where a unit is
//! and since when. Each changes what it is about.

use std::time::Duration;

use crate::model::{
    Confidence, Evidence, FeedStatus, Fleet, Motion, Movement, MovementStatus, ObservedStay, Proof, Stay,
    Stop, Timestamp, Tractor, UnitId,
};

/// That the positions of the account "eld" come at `now`.
pub fn positions(now: Timestamp) -> FeedStatus {
    FeedStatus {
        account: "eld".into(),
        resource: "vehicle_locations".into(),
        interval_s: 60,
        last_ok_at: Some(now),
        ..FeedStatus::default()
    }
}

/// A truck of that account that stands, heard a minute before `now`. Where, is not told.
pub fn truck(id: &str, now: Timestamp) -> Tractor {
    Tractor {
        id: UnitId(id.into()),
        unit_number: id.into(),
        state: Motion::Stopped,
        source: Some("eld".into()),
        observed_at: Some(now.minus(Duration::from_mins(1))),
        ..Tractor::default()
    }
}

/// The load "1", under way with the truck "t" to its one stop "s".
pub fn under_way(now: Timestamp, change: impl FnOnce(&mut Movement, &mut Stop, &mut Tractor)) -> Fleet {
    let mut truck = truck("t", now);
    let mut load = Movement { tractor_id: Some(truck.id.clone()), ..Movement::default() };
    (load.tms.id, load.tms.status) = ("1".into(), MovementStatus::InProgress);
    let mut stop = Stop::default();
    (stop.tms.id, stop.tms.movement_id) = ("s".into(), Some("1".into()));
    change(&mut load, &mut stop, &mut truck);
    let mut fleet = Fleet::default();
    fleet.stops = [stop].into_iter().collect();
    fleet.index();
    fleet.movements = [load].into_iter().collect();
    fleet.tractors = [truck].into_iter().collect();
    fleet.feeds = vec![positions(now)];
    fleet
}

/// That the truck "t" was seen to come to the stop "s" of the load "1" then, and not to leave.
pub fn stay(at: Timestamp) -> Stay {
    let proof = Proof { at, distance_mi: 0.1, speed_mph: Some(0.0), account: "eld".into() };
    let observed = ObservedStay {
        arrived_at: at,
        arrived_after_at: Some(at),
        arrived_by_at: at,
        departed_at: None,
        departed_after_at: None,
        departed_by_at: None,
        confidence: Confidence::High,
        evidence: Evidence {
            entered: proof.clone(),
            stood: proof,
            last: None,
            left: None,
            fixes: 9,
            visits: 1,
            shared: false,
            assigned_later: false,
        },
    };
    Stay {
        company_id: "".into(),
        stop_id: "s".into(),
        movement_id: "1".into(),
        tractor_id: UnitId("t".into()),
        observed,
        amended: 0,
        computed_at: at,
    }
}
