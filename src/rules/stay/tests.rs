//! Tables of what a truck did and what is made of it, and that order and lateness of fixes change nothing.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::model::{Confidence, MovementStatus, Timestamp};

const START: Timestamp = Timestamp::from_secs(1_795_000_000);
const MILE: f64 = 1.0 / 69.09;
const STANDS: Option<f64> = Some(0.0);
const ROLLS: Option<f64> = Some(55.0);

fn at(minutes: f64) -> Timestamp {
    #[expect(clippy::cast_possible_truncation, reason = "small numbers of the test's own")]
    Timestamp::from_millis(START.millis() + (minutes * 60_000.0) as i64)
}

/// Seen so many minutes after the start, so many miles north of the first stop.
fn seen(minutes: f64, miles: f64, mph: Option<f64>) -> TrailPoint {
    TrailPoint {
        observed_at: at(minutes),
        latitude: 35.0 + miles * MILE,
        longitude: -100.0,
        speed_mph: mph,
        heading_deg: None,
        source: "samsara".into(),
    }
}

/// A stop of movement "1" so many miles north, its window opening after so many minutes.
fn stop(id: &str, sequence: i64, miles: f64, early: f64) -> PlannedStop {
    PlannedStop {
        key: StopKey { company_id: "TMS".into(), id: id.into() },
        movement_id: "1".into(),
        status: MovementStatus::InProgress,
        sequence,
        place: Some(Point { latitude: 35.0 + miles * MILE, longitude: -100.0 }),
        assigned_at: at(-1000.0),
        early_at: Some(at(early)),
        late_at: Some(at(early + 120.0)),
        told_left_at: None,
        ended_at: None,
    }
}

fn minutes(at: Timestamp) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "small numbers of the test's own")]
    let millis = at.millis_since(START) as f64;
    millis / 60_000.0
}

/// Arrived after, by; departed after, by; in minutes.
type Range = (Option<f64>, f64, Option<f64>, Option<f64>);

fn ranges(stops: &[PlannedStop], fixes: &[TrailPoint]) -> Vec<(String, Range)> {
    let range = |(key, stay): (StopKey, ObservedStay)| {
        let known = |at: Option<Timestamp>| at.map(minutes);
        let arrived = (known(stay.arrived_after_at), minutes(stay.arrived_by_at));
        (
            key.id.to_string(),
            (arrived.0, arrived.1, known(stay.departed_after_at), known(stay.departed_by_at)),
        )
    };
    let mut ranges: Vec<_> = judge(stops, fixes).into_iter().map(range).collect();
    ranges.sort_by(|a, b| a.0.cmp(&b.0));
    ranges
}

/// The one stop is at mile 0.
fn check(fixes: &[(f64, f64, Option<f64>)], expected: Option<Range>) {
    let fixes: Vec<_> = fixes.iter().map(|&(minutes, miles, mph)| seen(minutes, miles, mph)).collect();
    let found = ranges(&[stop("a", 1, 0.0, 30.0)], &fixes);
    assert_eq!(found.first().map(|(_, range)| *range), expected);
}

#[test]
fn a_truck_arrives_by_coming_to_rest_inside_and_leaves_by_driving_away() {
    let visit = [
        (0.0, -2.0, ROLLS),
        (2.0, -0.4, Some(20.0)),
        (3.0, 0.0, STANDS),
        (6.0, 0.0, STANDS),
        (60.0, 0.0, STANDS),
        (61.0, 0.4, Some(20.0)),
        (62.0, 0.9, Some(40.0)),
        (63.0, 1.6, ROLLS),
        (64.0, 2.5, ROLLS),
    ];
    check(&visit[..3], None);
    check(&visit[..4], Some((Some(0.0), 2.0, None, None)));
    check(&visit[..7], Some((Some(0.0), 2.0, None, None)));
    check(&visit, Some((Some(0.0), 2.0, Some(61.0), Some(62.0))));
}

#[test]
fn a_drive_past_the_gate_is_no_arrival_not_even_with_a_red_light() {
    let past: Vec<_> = (0..40).map(|step| f64::from(step) / 6.0).map(|m| (m, -3.0 + m, ROLLS)).collect();
    check(&past, None);
    let light = [
        (0.0, -1.0, ROLLS),
        (1.0, 0.0, STANDS),
        (2.0, 0.0, STANDS),
        (3.4, 0.0, STANDS),
        (3.5, 0.1, Some(15.0)),
        (5.0, 1.0, ROLLS),
        (8.0, 4.0, ROLLS),
    ];
    check(&light, None);
    // Stop and go along the highway: always slow, never for long on one spot.
    let jam: Vec<_> = (0..40).map(f64::from).map(|m| (m / 2.0, -1.0 + m * 0.05, Some(6.0))).collect();
    check(&jam, None);
    let unknown: Vec<_> = (0..40).map(f64::from).map(|m| (m / 6.0, -3.0 + m / 6.0, None)).collect();
    check(&unknown, None);
}

#[test]
fn scatter_at_the_fence_neither_ends_nor_splits_a_stay() {
    let mut fixes = vec![(0.0, -3.0, ROLLS)];
    let scatter = [0.47, 0.52, 0.49, 0.55, 0.45, 0.8];
    fixes.extend((0..120).map(|minute| {
        let miles = scatter.get(usize::try_from(minute % 6).unwrap_or(0)).copied().unwrap_or(0.0);
        (5.0 + f64::from(minute), miles, STANDS)
    }));
    check(&fixes, Some((Some(0.0), 5.0, None, None)));
    // A drift of some minutes beyond the fence, standing all the time, and back.
    fixes.extend([(126.0, 0.77, STANDS), (129.0, 0.78, Some(1.0)), (131.0, 0.46, STANDS)]);
    check(&fixes, Some((Some(0.0), 5.0, None, None)));
    fixes.extend([(140.0, 0.8, ROLLS), (142.0, 3.0, ROLLS)]);
    check(&fixes, Some((Some(0.0), 5.0, Some(131.0), Some(140.0))));
}

#[test]
fn a_truck_that_stands_at_the_next_gate_has_left_even_if_it_was_caught_between() {
    let docked = [(0.0, -2.0, ROLLS), (2.0, 0.0, STANDS), (60.0, 0.0, STANDS)];
    let there = [(63.0, 0.94, STANDS), (66.0, 0.93, STANDS)];
    check(&[&docked[..], &there].concat(), Some((Some(0.0), 2.0, Some(60.0), Some(63.0))));
    // The fix at the fence is less than half a mile from where it stands now, the dock is not.
    let caught = [&docked[..], &[(61.0, 0.49, ROLLS)], &there].concat();
    check(&caught, Some((Some(0.0), 2.0, Some(61.0), Some(63.0))));
    // One that was moved to the fence, and stands there, has not gone.
    let parked = [(61.0, 0.4, Some(8.0)), (62.0, 0.6, STANDS), (70.0, 0.77, STANDS), (75.0, 0.78, STANDS)];
    check(&[&docked[..], &parked].concat(), Some((Some(0.0), 2.0, None, None)));
}

#[test]
fn silence_is_no_departure_and_one_stray_fix_is_none() {
    let arrived = [(0.0, -5.0, ROLLS), (10.0, 0.0, STANDS), (20.0, 0.0, STANDS)];
    check(&arrived, Some((Some(0.0), 10.0, None, None)));
    check(&[&arrived[..], &[(900.0, 0.0, STANDS)]].concat(), Some((Some(0.0), 10.0, None, None)));
    check(&[&arrived[..], &[(900.0, 30.0, ROLLS)]].concat(), Some((Some(0.0), 10.0, None, None)));
    let stray = [(25.0, 40.0, ROLLS), (30.0, 0.0, STANDS)];
    check(&[&arrived[..], &stray].concat(), Some((Some(0.0), 10.0, None, None)));
    let gone = [(900.0, 30.0, ROLLS), (910.0, 40.0, ROLLS)];
    check(&[&arrived[..], &gone].concat(), Some((Some(0.0), 10.0, Some(20.0), Some(900.0))));
}

#[test]
fn seldom_seen_trucks_have_ranges_and_estimates_within() {
    let fixes: Vec<_> = [
        (0.0, -40.0, ROLLS),
        (60.0, 0.0, STANDS),
        (120.0, 0.0, STANDS),
        (180.0, 30.0, ROLLS),
        (240.0, 80.0, ROLLS),
    ]
    .map(|(minutes, miles, mph)| seen(minutes, miles, mph))
    .into();
    let stays = judge(&[stop("a", 1, 0.0, 30.0)], &fixes);
    let stay = &stays.first().unwrap().1;
    assert_eq!(stay.confidence, Confidence::Low);
    let estimate = (minutes(stay.arrived_at).round(), stay.departed_at.map(|at| minutes(at).round()));
    assert_eq!(estimate, (57.0, Some(138.0)), "39.5 miles by road to come, 29.5 to be where it was seen");
    let range = (stay.arrived_after_at, stay.arrived_by_at, stay.departed_after_at, stay.departed_by_at);
    assert_eq!(range, (Some(at(0.0)), at(60.0), Some(at(120.0)), Some(at(180.0))));
    // Seen there but once, it had time for more than a red light; in ten minutes it had not.
    check(
        &[(0.0, -30.0, ROLLS), (60.0, 0.0, STANDS), (120.0, 30.0, ROLLS), (180.0, 80.0, ROLLS)],
        Some((Some(0.0), 60.0, Some(60.0), Some(120.0))),
    );
    check(&[(55.0, -4.0, ROLLS), (60.0, 0.0, STANDS), (65.0, 4.0, ROLLS), (70.0, 8.0, ROLLS)], None);
    check(&[(0.0, -30.0, ROLLS), (60.0, 0.0, ROLLS), (120.0, 30.0, ROLLS), (180.0, 80.0, ROLLS)], None);
}

#[test]
fn evidence_names_the_fixes_that_prove_it() {
    let fixes = [seen(0.0, -0.9, ROLLS), seen(1.0, -0.25, Some(11.0)), seen(2.0, 0.0, STANDS)];
    let later = [seen(5.0, 0.01, STANDS), seen(9.0, 0.0, STANDS)];
    let stays = judge(&[stop("a", 1, 0.0, 30.0)], &[&fixes[..], &later].concat());
    let stay = &stays.first().unwrap().1;
    assert_eq!(stay.confidence, Confidence::High);
    let entered = &stay.evidence.entered;
    assert_eq!((entered.at, entered.distance_mi, entered.speed_mph), (at(1.0), 0.25, Some(11.0)));
    assert_eq!(entered.account, "samsara");
    assert_eq!((stay.evidence.stood.at, stay.evidence.fixes), (at(5.0), 3));
    assert_eq!((stay.evidence.left.as_ref(), stay.evidence.visits), (None, 1));
    let json = serde_json::to_string(&stay.evidence).unwrap();
    assert_eq!(serde_json::from_str::<crate::model::Evidence>(&json).unwrap(), stay.evidence);
    assert!(json.len() < 400, "{}", json.len());
}

/// Comes to a place, stands there from minute to minute, and drives off towards the next.
fn stays_at(miles: f64, from: i32, to: i32) -> Vec<TrailPoint> {
    let mut fixes = vec![seen(f64::from(from) - 3.0, miles - 3.0, ROLLS)];
    fixes.extend((from..=to).map(|minute| seen(f64::from(minute), miles, STANDS)));
    fixes.extend((1..5).map(|minute| seen(f64::from(to + minute), miles + f64::from(minute), ROLLS)));
    fixes
}

fn arrivals(stops: &[PlannedStop], fixes: &[TrailPoint]) -> Vec<(String, f64, Option<f64>)> {
    let found = ranges(stops, fixes).into_iter();
    found.map(|(id, (_, by, _, left))| (id, by, left)).collect()
}

fn expect(found: &[(String, f64, Option<f64>)], expected: &[(&str, f64, Option<f64>)]) {
    let found: Vec<_> = found.iter().map(|(id, by, left)| (id.as_str(), *by, *left)).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_round_trip_has_two_stays_at_one_place_told_apart_by_sequence() {
    let stops = [stop("a", 1, 0.0, 30.0), stop("b", 2, 100.0, 300.0), stop("c", 3, 0.0, 600.0)];
    let first = stays_at(0.0, 20, 80);
    expect(&arrivals(&stops, &first), &[("a", 20.0, Some(81.0))]);
    let trip = [first, stays_at(100.0, 280, 340), stays_at(0.0, 580, 640)].concat();
    let all = [("a", 20.0, Some(81.0)), ("b", 280.0, Some(341.0)), ("c", 580.0, Some(641.0))];
    expect(&arrivals(&stops, &trip), &all);
}

#[test]
fn stops_at_different_places_may_be_made_in_any_order() {
    let stops = [stop("a", 1, 0.0, 30.0), stop("b", 2, 100.0, 120.0)];
    let trip = [stays_at(100.0, 20, 80), stays_at(0.0, 280, 340)].concat();
    expect(&arrivals(&stops, &trip), &[("a", 280.0, Some(341.0)), ("b", 20.0, Some(81.0))]);
}

#[test]
fn a_night_parked_at_the_delivery_before_the_pickup_delivers_nothing() {
    // From 20:00 to 05:00, for a pickup at 08:00 and a delivery at 16:00.
    let stops = [stop("a", 1, 100.0, 720.0), stop("b", 2, 0.0, 1200.0)];
    let night = stays_at(0.0, 0, 540);
    assert_eq!(arrivals(&stops, &night[..520]), [], "nor while it stands there");
    assert_eq!(arrivals(&stops, &night), []);
    let day = [night.clone(), stays_at(100.0, 700, 760), stays_at(0.0, 1180, 1260)].concat();
    expect(&arrivals(&stops, &day), &[("a", 700.0, Some(761.0)), ("b", 1180.0, Some(1261.0))]);
    // What the TMS says of the pickup later makes no delivery of the night either; nor does a pickup of
    // which nobody knows where it is, nor one to which no time was given.
    let told = PlannedStop { told_left_at: Some(at(760.0)), ..stops[0].clone() };
    let nowhere = PlannedStop { place: None, ..stops[0].clone() };
    let no_time = PlannedStop { early_at: None, late_at: None, ..stops[1].clone() };
    for pickup in [told, nowhere] {
        assert_eq!(arrivals(&[pickup, stops[1].clone()], &night), []);
    }
    assert_eq!(arrivals(&[stops[0].clone(), no_time], &night), []);
    // Where it had been left by then, coming early to the delivery is coming.
    let left = PlannedStop { told_left_at: Some(at(-60.0)), ..stops[0].clone() };
    expect(&arrivals(&[left, stops[1].clone()], &night), &[("b", 0.0, Some(541.0))]);
}

#[test]
fn a_truck_that_comes_early_and_waits_for_the_window_has_come() {
    let stops = [stop("a", 1, 100.0, 30.0), stop("b", 2, 0.0, 600.0)];
    let loaded = stays_at(100.0, 20, 80);
    let early = [loaded, stays_at(0.0, 200, 640)].concat();
    expect(&arrivals(&stops, &early), &[("a", 20.0, Some(81.0)), ("b", 200.0, Some(641.0))]);
    // Nobody saw it at the pickup: its wait at the delivery counts from when that is about to open.
    let waits = stays_at(0.0, 200, 640);
    assert_eq!(arrivals(&stops, &waits[..300]), []);
    expect(&arrivals(&stops, &waits), &[("b", 200.0, Some(641.0))]);
}

#[test]
fn one_visit_serves_stops_that_follow_each_other_at_one_place() {
    let two = [stop("a", 1, 0.0, 30.0), stop("b", 2, 0.1, 30.0)];
    let stays = judge(&two, &stays_at(0.0, 20, 80));
    assert!(stays.iter().all(|(_, stay)| stay.evidence.shared && stay.confidence == Confidence::Medium));
    expect(&arrivals(&two, &stays_at(0.0, 20, 80)), &[("a", 20.0, Some(81.0)), ("b", 20.0, Some(81.0))]);
    // Drop and hook: the next load picks up in the same yard, at once or in the evening.
    let next_load = |early| PlannedStop { movement_id: "2".into(), ..stop("b", 1, 0.0, early) };
    let hook = [stop("a", 2, 0.0, 30.0), next_load(100.0)];
    expect(&arrivals(&hook, &stays_at(0.0, 20, 80)), &[("a", 20.0, Some(81.0)), ("b", 20.0, Some(81.0))]);
    let evening = [stop("a", 2, 0.0, 30.0), next_load(600.0)];
    expect(&arrivals(&evening, &stays_at(0.0, 20, 80)), &[("a", 20.0, Some(81.0))]);
    let both = [stays_at(0.0, 20, 80), stays_at(0.0, 300, 620)].concat();
    expect(&arrivals(&evening, &both), &[("a", 20.0, Some(81.0)), ("b", 300.0, Some(621.0))]);
}

#[test]
fn a_truck_sent_away_to_wait_goes_on_with_its_stop_when_it_comes_back() {
    let stops = [stop("a", 1, 0.0, 240.0)];
    let away = stays_at(0.0, 20, 40);
    expect(&arrivals(&stops, &away), &[("a", 20.0, Some(41.0))]);
    let back = [away, stays_at(0.0, 220, 300)].concat();
    expect(&arrivals(&stops, &back), &[("a", 20.0, Some(301.0))]);
    assert_eq!(judge(&stops, &back).first().unwrap().1.evidence.visits, 2);
}

#[test]
fn only_a_visit_within_the_time_of_the_stop_serves_it() {
    let night = stays_at(0.0, 20, 500);
    let tomorrow = stop("a", 1, 0.0, 500.0 + 13.0 * 60.0);
    assert_eq!(arrivals(std::slice::from_ref(&tomorrow), &night), []);
    let morning = stop("a", 1, 0.0, 500.0 + 11.0 * 60.0);
    expect(&arrivals(&[morning], &night), &[("a", 20.0, Some(501.0))]);
    // Left in the night and came back for it: the night was not for the load.
    let again = stays_at(0.0, 1200, 1300);
    let stop_at_20 = stop("a", 1, 0.0, 1200.0);
    expect(&arrivals(&[stop_at_20], &[night, again].concat()), &[("a", 1200.0, Some(1301.0))]);
    // Home for the night, then given a load from there: that was no arrival. Told late, it was one.
    let given = |early, assigned| PlannedStop { assigned_at: at(assigned), ..stop("a", 1, 0.0, early) };
    assert_eq!(arrivals(&[given(300.0, 100.0)], &stays_at(0.0, 20, 80)), []);
    expect(&arrivals(&[given(60.0, 100.0)], &stays_at(0.0, 20, 80)), &[("a", 20.0, Some(81.0))]);
    let stays = judge(&[given(60.0, 100.0)], &stays_at(0.0, 20, 80));
    assert_eq!(stays.first().unwrap().1.confidence, Confidence::Low);
    // Over since yesterday.
    let over = PlannedStop { ended_at: Some(at(-800.0)), ..stop("a", 1, 0.0, 0.0) };
    assert_eq!(arrivals(&[over], &stays_at(0.0, 20, 80)), []);
}

/// What is kept of fixes that come in this order.
fn kept(stops: &[PlannedStop], fixes: &[TrailPoint]) -> Vec<TrailPoint> {
    let places: Vec<_> = stops.iter().filter_map(|stop| stop.place).collect();
    let mut kept: BTreeMap<Cell, TrailPoint> = BTreeMap::new();
    for point in fixes {
        let fix = Fix {
            latitude: point.latitude,
            longitude: point.longitude,
            says: None,
            speed_mph: point.speed_mph,
            heading_deg: None,
            place: None,
            observed_at: point.observed_at,
        };
        let entry = kept.entry(cell(&places, &fix)).or_insert_with(|| point.clone());
        if (point.observed_at, &point.source) < (entry.observed_at, &entry.source) {
            *entry = point.clone();
        }
    }
    kept.into_values().collect()
}

/// A day of a truck: legs of so many minutes to one of three places, and a stand there; seen every so
/// many seconds by one of two devices, with what receivers err by.
fn day() -> impl Strategy<Value = Vec<TrailPoint>> {
    let leg = (0_usize..3, 1_i32..240, prop_oneof![5_i32..30, 60..400, 1800..4000]);
    let errors = proptest::collection::vec(-0.04..0.04_f64, 64);
    (proptest::collection::vec(leg, 2..8), errors).prop_map(|(legs, errors)| {
        let (mut miles, mut minute, mut fixes) = (-30.0_f64, 0.0, Vec::new());
        let mut see = |minute: f64, miles: f64, mph: f64| {
            let error = errors.get(fixes.len() % 64).copied().unwrap_or(0.0);
            let source = if fixes.len() % 3 == 0 { "motive" } else { "samsara" };
            fixes.push(TrailPoint { source: source.into(), ..seen(minute, miles + error, Some(mph)) });
        };
        for (place, stand, every) in legs {
            let to = [0.0, 12.0, 40.0].get(place).copied().unwrap_or(0.0);
            let (arrives, every) = (minute + (to - miles).abs() + 2.0, f64::from(every) / 60.0);
            let (from, since) = (miles, minute);
            while minute < arrives {
                let share = (minute - since) / (arrives - since);
                see(minute, from + (to - from) * share, 58.0);
                minute += every;
            }
            while minute < arrives + f64::from(stand) {
                see(minute, to, 0.0);
                minute += every;
            }
            miles = to;
        }
        fixes
    })
}

proptest! {
    #[test]
    fn the_order_in_which_fixes_come_changes_nothing(
        (fixes, shuffled) in day().prop_flat_map(|day| (Just(day.clone()), Just(day).prop_shuffle())),
        late in 0_usize..400,
    ) {
        let stops =
            [stop("a", 1, 0.0, 60.0), stop("b", 2, 12.0, 120.0), stop("c", 3, 0.0, 300.0), stop("d", 4, 40.0, 400.0)];
        let in_order = judge(&stops, &kept(&stops, &fixes));
        prop_assert_eq!(&judge(&stops, &kept(&stops, &shuffled)), &in_order);
        // An outage: what comes first is the end of the day.
        let (early, rest) = fixes.split_at(late.min(fixes.len()));
        let back_filled = [rest, early].concat();
        prop_assert_eq!(&judge(&stops, &kept(&stops, &back_filled)), &in_order);
        for (_, stay) in &in_order {
            prop_assert!(stay.arrived_after_at.is_none_or(|after| after <= stay.arrived_at));
            prop_assert!(stay.arrived_at <= stay.arrived_by_at);
            if let (Some(after), Some(at), Some(by)) = (stay.departed_after_at, stay.departed_at, stay.departed_by_at) {
                prop_assert!(stay.arrived_by_at <= after && after <= at && at <= by);
            }
        }
    }
}
