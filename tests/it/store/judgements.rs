//! What is made of loads, beside what the TMS says of them.

use std::time::Duration;

use backhaul::model::{
    Arrival, Change, EtaSource, Judgement, Keyed, MovementKey, Reason, Risk, RunsOut, Timestamp, TmsStop,
};
use backhaul::store::Place;

use super::{Bench, START, movement};

fn key() -> MovementKey {
    MovementKey { company_id: "TMS".into(), id: "10".into() }
}

fn at(minutes: u64) -> Timestamp {
    START.plus(Duration::from_secs(minutes * 60))
}

fn arrival(stop: &str, minutes: u64) -> Arrival {
    Arrival {
        stop_id: stop.into(),
        eta_at: Some(at(minutes)),
        legal_eta_at: Some(at(minutes - 5)),
        eta_source: Some(EtaSource::MapboxCar),
        late_s: Some(-600),
        risk: Risk::Tight,
    }
}

fn judgement(arrivals: Vec<Arrival>) -> Judgement {
    Judgement {
        company_id: "TMS".into(),
        movement_id: "10".into(),
        risk: Risk::Tight,
        reason: Some(Reason::Shift),
        stop_id: Some("b".into()),
        late_s: Some(-600),
        arrivals,
        latest_departure_at: Some(at(7)),
        drive_s: Some(3600),
        runs_out: Some(RunsOut {
            limit: Reason::Drive,
            at: at(50),
            latitude: 35.5,
            longitude: -100.25,
            short_of_s: 900,
            at_supposed: true,
            place_supposed: true,
        }),
        routed_at: Some(START),
        notes: vec!["recap_unknown: nobody tells".into()],
        computed_at: at(1),
        ..Judgement::default()
    }
}

async fn loaded() -> Bench {
    let mut bench = Bench::new();
    let stop = |id: &str, sequence| {
        Change::Stop(Box::new(TmsStop {
            id: id.into(),
            company_id: "TMS".into(),
            movement_id: Some("10".into()),
            sequence,
            ..TmsStop::default()
        }))
    };
    bench.tell("mcleod", "movements", vec![Change::Movement(Box::new(movement("10", None)))]).await;
    bench.tell("mcleod", "stops", vec![stop("a", 1), stop("b", 2)]).await;
    bench
}

#[tokio::test]
async fn a_judgement_is_read_as_it_was_written_and_moves_no_update() {
    let bench = loaded().await;
    let before = bench.fleet();
    let written = judgement(vec![arrival("a", 30), arrival("b", 90)]);
    bench.store.judge(vec![written.clone()], Vec::new()).await.unwrap();
    let after = bench.fleet();
    assert_eq!(**after.judgements.get(&key()).unwrap(), written);
    let load = after.movements.get(&key()).unwrap();
    assert_eq!(
        (load.eta_at, load.legal_eta_at, load.late_s, load.risk, load.reason, load.computed_at),
        (Some(at(30)), Some(at(25)), Some(-600), Risk::Tight, Some(Reason::Shift), Some(at(1)))
    );
    for stop in after.stops_of(&key()) {
        let unjudged = before.stops.get(&stop.key()).unwrap();
        assert_eq!((stop.updated_at, stop.synced_at), (unjudged.updated_at, unjudged.synced_at));
        assert_eq!(stop.eta_source, Some(EtaSource::MapboxCar));
    }
    let unjudged = before.movements.get(&key()).unwrap();
    assert_eq!((load.updated_at, load.synced_at), (unjudged.updated_at, unjudged.synced_at));
}

#[tokio::test]
async fn a_stop_that_was_made_keeps_no_arrival_and_a_load_that_is_over_none_at_all() {
    let mut bench = loaded().await;
    bench.store.judge(vec![judgement(vec![arrival("a", 30), arrival("b", 90)])], Vec::new()).await.unwrap();
    bench.store.judge(vec![judgement(vec![arrival("b", 91)])], Vec::new()).await.unwrap();
    let etas = |bench: &mut Bench| -> Vec<_> {
        bench.fleet().stops_of(&key()).iter().map(|stop| stop.eta_at).collect()
    };
    assert_eq!(etas(&mut bench), [None, Some(at(91))]);
    bench.store.judge(Vec::new(), vec![key()]).await.unwrap();
    assert_eq!(etas(&mut bench), [None, None]);
    let fleet = bench.fleet();
    assert!(fleet.judgements.is_empty());
    let load = fleet.movements.get(&key()).unwrap();
    assert_eq!((load.eta_at, load.risk, load.reason), (None, Risk::Unknown, None));
}

#[tokio::test]
async fn what_the_tms_says_anew_leaves_the_judgement_alone() {
    let mut bench = loaded().await;
    bench.store.judge(vec![judgement(vec![arrival("a", 30)])], Vec::new()).await.unwrap();
    let mut told = movement("10", None);
    told.dispatcher = Some("KIM".into());
    bench.tell("mcleod", "movements", vec![Change::Movement(Box::new(told))]).await;
    let load = std::sync::Arc::clone(bench.fleet().movements.get(&key()).unwrap());
    assert_eq!((load.tms.dispatcher.as_deref(), load.risk), (Some("KIM"), Risk::Tight));
}

#[tokio::test]
async fn places_are_kept_and_what_was_not_found_is_forgotten_after_a_month() {
    let bench = loaded().await;
    let place = |street: &str, point| Place {
        address: backhaul::model::Address {
            street: street.into(),
            city: Some("Amarillo".into()),
            state: None,
            zip: Some("79101".into()),
        },
        point,
        is_unsure: point.is_some(),
    };
    let found = place("1 Main St", backhaul::model::Point::new(35.2, -101.8));
    let lost = place("9 Nowhere Rd", None);
    bench.store.keep_places(vec![found.clone(), lost.clone()], START).await.unwrap();
    assert_eq!(bench.store.places().await.unwrap(), [found.clone(), lost]);
    let later = START.plus(Duration::from_hours(31 * 24));
    bench.store.keep_places(Vec::new(), later).await.unwrap();
    assert_eq!(bench.store.places().await.unwrap(), [found]);
}
