//! For how long a trailer has stood, as its file remembers it: through silence, and through moves that nobody saw.

use backhaul::model::{
    Assignment, Change, Fix, Motion, MovementStatus, Pairing, PairingSource, Profile, Tie, Timestamp,
    Trailer, UnitKind,
};
use backhaul::rules::dwell;

use super::{Bench, driver, movement, tractor};

const HOUR: i64 = 3600;

fn ping(latitude: f64, mph: Option<f64>, at: Timestamp) -> Change {
    let fix = Fix {
        latitude,
        longitude: -100.0,
        says: None,
        speed_mph: mph,
        heading_deg: None,
        place: None,
        observed_at: at,
    };
    Change::Fix { kind: UnitKind::Trailer, external_id: "9".into(), fix }
}

async fn one_trailer() -> Bench {
    let mut bench = Bench::new();
    let trailer = Change::Profile(Box::new(Profile::new(UnitKind::Trailer, "9", "53012")));
    bench.tell("samsara", "trailers", vec![tractor("1", "418"), trailer]).await;
    bench
}

/// Tells that the trailer is there now, so many hours after the last word.
async fn hear(bench: &mut Bench, hours: i64, latitude: f64, mph: f64) {
    bench.later(hours * HOUR - 1);
    let at = Timestamp::from_millis(bench.now.millis() + 1000);
    bench.tell("samsara", "trailer_stats", vec![ping(latitude, Some(mph), at)]).await;
}

/// The same of a tracker that tells no speed, so many minutes after the last word.
async fn place(bench: &mut Bench, minutes: i64, latitude: f64) -> Motion {
    bench.later(minutes * 60 - 1);
    let at = Timestamp::from_millis(bench.now.millis() + 1000);
    bench.tell("samsara", "trailer_stats", vec![ping(latitude, None, at)]).await;
    row(bench).state
}

fn row(bench: &Bench) -> Trailer {
    Trailer::clone(bench.fleet().trailers.at(0).unwrap())
}

fn stood(bench: &Bench) -> Option<String> {
    dwell::of_trailer(&row(bench), bench.now).map(|dwell| dwell.words())
}

#[tokio::test]
async fn between_two_pings_nobody_knows_when_it_came() {
    let mut bench = one_trailer().await;
    hear(&mut bench, 1, 35.0, 60.0).await;
    assert_eq!(stood(&bench), None);
    hear(&mut bench, 5, 36.0, 0.0).await;
    assert_eq!(stood(&bench).as_deref(), Some("0m to 5h00"));
    hear(&mut bench, 12, 36.001, 0.0).await;
    assert_eq!(stood(&bench).as_deref(), Some("12h00 to 17h00"));
    // Silence adds to what may be, never to what was seen.
    bench.later(3 * HOUR);
    assert_eq!(stood(&bench).as_deref(), Some("12h00 to 20h00"));
}

#[tokio::test]
async fn a_tracker_without_a_speed_rolls_by_the_way_it_makes_and_stands_where_it_stays() {
    let mut bench = one_trailer().await;
    let mut states = Vec::new();
    for (minutes, latitude) in [(60, 35.0), (600, 35.0), (10, 35.1), (10, 35.2), (10, 35.3)] {
        states.push(place(&mut bench, minutes, latitude).await);
    }
    assert_eq!(states, [Motion::Stopped, Motion::Stopped, Motion::Moving, Motion::Moving, Motion::Moving]);
    assert_eq!(stood(&bench), None, "it rolls");
    let rolls_since = Timestamp::from_millis(bench.now.millis() - 20 * 60_000);
    assert_eq!(row(&bench).state_since_at, Some(rolls_since));
    let came = bench.now;
    assert_eq!(place(&mut bench, 10, 35.3).await, Motion::Stopped);
    assert_eq!(row(&bench).state_since_at, Some(came), "it was there already");
    assert_eq!(stood(&bench).as_deref(), Some("10m"));
    assert_eq!(place(&mut bench, 41, 35.3001).await, Motion::Stopped);
    assert_eq!(stood(&bench).as_deref(), Some("51m"));
}

#[tokio::test]
async fn a_tracker_that_tells_a_speed_on_the_move_alone_stands_once_it_tells_none() {
    let mut bench = one_trailer().await;
    hear(&mut bench, 1, 35.0, 60.0).await;
    assert_eq!(place(&mut bench, 5, 35.05).await, Motion::Stopped);
    assert_eq!(place(&mut bench, 5, 35.05).await, Motion::Stopped);
    assert_eq!(stood(&bench).as_deref(), Some("5m"));
}

#[tokio::test]
async fn a_move_that_nobody_saw_begins_the_stand_anew() {
    let mut bench = one_trailer().await;
    hear(&mut bench, 1, 35.0, 0.0).await;
    hear(&mut bench, 12, 35.0, 0.0).await;
    assert_eq!(stood(&bench).as_deref(), Some("12h00 or longer"));
    hear(&mut bench, 12, 35.5, 0.0).await;
    assert_eq!(stood(&bench).as_deref(), Some("0m to 12h00"));
    assert_eq!(row(&bench).state_since_at, Some(bench.now), "in another place it has not stood for a day");
}

#[tokio::test]
async fn a_dark_spell_at_one_place_is_part_of_the_stand() {
    let mut bench = one_trailer().await;
    hear(&mut bench, 1, 35.0, 60.0).await;
    hear(&mut bench, 1, 35.1, 0.0).await;
    bench.later(60 * HOUR);
    bench.store.darken(bench.now).await.unwrap();
    assert_eq!(row(&bench).state, Motion::Dark);
    hear(&mut bench, 1, 35.1, 0.0).await;
    assert_eq!(stood(&bench).as_deref(), Some("2d13 to 2d14"));
}

/// Tells only now that the trailer was there so many hours ago.
async fn hear_late(bench: &mut Bench, hours_ago: i64, latitude: f64, mph: f64) {
    let at = Timestamp::from_millis(bench.now.millis() - hours_ago * HOUR * 1000);
    bench.tell("samsara", "trailer_stats", vec![ping(latitude, Some(mph), at)]).await;
    bench.now = Timestamp::from_millis(bench.now.millis() - 1000);
}

#[tokio::test]
async fn a_fix_that_comes_late_corrects_for_how_long_it_stood() {
    let mut bench = one_trailer().await;
    // Of what nobody saw elsewhere before, nobody knows what lies between.
    hear(&mut bench, 20, 35.0, 0.0).await;
    hear_late(&mut bench, 2, 35.0, 0.0).await;
    assert_eq!(stood(&bench).as_deref(), Some("not known"));
    hear_late(&mut bench, 3, 35.0, 60.0).await;
    assert_eq!(stood(&bench).as_deref(), Some("0m to 3h00"));

    // Seen there before it was first known to be, and elsewhere later than known: both narrow the range.
    hear(&mut bench, 10, 36.0, 0.0).await;
    hear(&mut bench, 10, 36.0, 0.0).await;
    assert_eq!(stood(&bench).as_deref(), Some("10h00 to 20h00"));
    hear_late(&mut bench, 12, 36.0, 0.0).await;
    assert_eq!(stood(&bench).as_deref(), Some("12h00 to 20h00"));
    hear_late(&mut bench, 15, 35.5, 0.0).await;
    assert_eq!(stood(&bench).as_deref(), Some("12h00 to 15h00"));
    // What lies before that says nothing, wherever it was.
    hear_late(&mut bench, 17, 36.0, 0.0).await;
    hear_late(&mut bench, 16, 35.0, 60.0).await;
    hear_late(&mut bench, 5, 36.0, 0.0).await;
    assert_eq!(stood(&bench).as_deref(), Some("12h00 to 15h00"));

    // It was away since: it has stood for no longer than that, and was seen there only now.
    hear_late(&mut bench, 4, 36.0, 30.0).await;
    assert_eq!(stood(&bench).as_deref(), Some("0m to 4h00"));
    assert_eq!(row(&bench).state_since_at, row(&bench).observed_at);
    // The next fix goes on from there.
    hear(&mut bench, 1, 36.0, 0.0).await;
    assert_eq!(stood(&bench).as_deref(), Some("1h00 to 5h00"));
}

#[tokio::test]
async fn that_a_load_is_over_or_a_driver_logged_off_lets_no_trailer_go() {
    let mut bench = one_trailer().await;
    let profile = |kind, id: &str, name: &str| Change::Profile(Box::new(Profile::new(kind, id, name)));
    let units = vec![profile(UnitKind::Tractor, "0418", "418"), profile(UnitKind::Trailer, "R53", "53012")];
    bench.tell("mcleod", "units", units).await;
    let mut load = movement("10", None);
    let assignment = Assignment {
        company_id: "TMS".into(),
        movement_id: "10".into(),
        tractor: Some("0418".into()),
        trailer: Some("R53".into()),
        ..Assignment::default()
    };
    let under_way = vec![Change::Movement(Box::new(load.clone())), Change::Assignment(assignment)];
    bench.tell("mcleod", "movements", under_way).await;
    assert!(row(&bench).tractor_id.is_some());
    load.status = MovementStatus::Delivered;
    bench.tell("mcleod", "movements", vec![Change::Movement(Box::new(load))]).await;
    assert_eq!(row(&bench).tractor_id, None);
    assert_eq!((row(&bench).dropped_by, row(&bench).dropped_at), (None, None));

    let word = |tie, left: &str, right: Option<&str>| {
        let (left, right) = (left.to_owned(), right.map(str::to_owned));
        Change::Pairing(Pairing { tie, left, right, by: PairingSource::Eld, since_at: None })
    };
    let has = vec![
        driver("a", "Ann"),
        word(Tie::DriverTractor, "a", Some("1")),
        word(Tie::TrailerDriver, "9", Some("a")),
    ];
    bench.tell("samsara", "assignments", has).await;
    assert!(row(&bench).tractor_id.is_some());
    bench.tell("samsara", "assignments", vec![word(Tie::DriverTractor, "a", None)]).await;
    assert_eq!(row(&bench).tractor_id, None);
    assert_eq!((row(&bench).dropped_by, row(&bench).dropped_at), (None, None));
}

#[tokio::test]
async fn what_let_a_trailer_go_and_when_that_was_told_is_kept() {
    let mut bench = one_trailer().await;
    let pulled = |right: Option<&str>| {
        Change::Pairing(Pairing {
            tie: Tie::TrailerTractor,
            left: "9".into(),
            right: right.map(str::to_owned),
            by: PairingSource::Eld,
            since_at: None,
        })
    };
    bench.tell("samsara", "trailer_assignments", vec![pulled(Some("1"))]).await;
    assert_eq!((row(&bench).dropped_by, row(&bench).dropped_at), (None, None));
    bench.tell("samsara", "trailer_assignments", vec![pulled(None)]).await;
    let told = bench.now;
    let unit = bench.fleet().tractors.at(0).unwrap().id.clone();
    assert_eq!((row(&bench).dropped_by, row(&bench).dropped_at), (Some(unit.clone()), Some(told)));
    hear(&mut bench, 2, 35.0, 0.0).await;
    assert_eq!((row(&bench).dropped_by, row(&bench).dropped_at), (Some(unit), Some(told)));
    bench.tell("samsara", "trailer_assignments", vec![pulled(Some("1"))]).await;
    assert_eq!((row(&bench).dropped_by, row(&bench).dropped_at), (None, None));
}
