//! A truck's way, asked over HTTP: one call, in the truck's measure, with a fall-back for every dead end.

use backhaul::model::{EtaSource, Point, Route};
use backhaul::routing::{Error, Next, remaining};

use super::{
    BOSTON, Desk, LAREDO, LITTLE_ROCK, MEMPHIS, MIAMI, NOON, OKLAHOMA_CITY, ON_I_40, parked, rolling,
};

#[tokio::test]
async fn one_call_brings_a_leg_for_every_stop() {
    let desk = Desk::open().await;
    let truck = rolling(ON_I_40, 87.0);
    let route = desk.ask(&truck, &[OKLAHOMA_CITY, LITTLE_ROCK, MEMPHIS]).await.unwrap();
    let hours: Vec<_> = route.legs.iter().map(|leg| (leg.seconds / 360.0).round() / 10.0).collect();
    assert_eq!(format!("{hours:?}"), "[1.9, 4.9, 2.1]");
    assert!(route.legs.iter().all(|leg| leg.typical_s.is_some() && leg.snapped_m.is_some()));
    assert_eq!((route.source, route.asked_at, route.origin), (EtaSource::Mapbox, desk.now(), truck));
    assert_eq!(route.legs[2].to, MEMPHIS);
    assert!(route.put_beyond(Route::FAR_FROM_THE_ROAD_M).next().is_none());
    let calls = desk.sim.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(
        calls[0].path,
        "/directions/v5/mapbox/driving-traffic/-99.670000,35.300000;-97.516400,35.467600;\
         -92.289600,34.746500;-90.049000,35.149500"
    );
    assert_eq!(
        desk.queries()[0].split("&access_token=").next().unwrap(),
        "alternatives=false&steps=false&overview=false&exclude=ferry&max_height=4.12&max_width=2.6\
         &max_weight=36.3&bearings=87%2C60%3B%3B%3B"
    );
}

#[tokio::test]
async fn a_bridge_too_weak_costs_the_weight_and_an_underpass_too_low_all_limits() {
    let desk = Desk::open().await;
    for (stop, calls, last) in [(MIAMI, 2, "max_width"), (LAREDO, 3, "")] {
        let before = desk.queries().len();
        let (route, asked) = desk.settle(&parked(MEMPHIS), &[stop]).await;
        assert_eq!((route.unwrap().source, asked), (EtaSource::MapboxCar, calls));
        let queries = desk.queries();
        let [first, .., end] = &queries[before..] else { panic!() };
        assert!(first.contains("max_weight=36.3"));
        assert!(!end.contains("max_weight") && end.contains(last) && end.contains("max_") != last.is_empty());
    }
}

#[tokio::test]
async fn a_road_too_narrow_that_is_taken_all_the_same_is_no_trucks_route() {
    let desk = Desk::open().await;
    let route = desk.ask(&parked(Point { latitude: 40.7357, longitude: -74.1724 }), &[BOSTON]).await.unwrap();
    assert_eq!(route.source, EtaSource::MapboxCar);
    let [violation] = &route.violations[..] else { panic!("{:?}", route.violations) };
    assert_eq!((violation.what.as_str(), violation.actual.as_deref()), ("maxWidth", Some("2.55")));
    assert_eq!((violation.wanted.as_deref(), violation.unit.as_deref()), (Some("2.60"), Some("meters")));
}

#[tokio::test]
async fn a_heading_that_no_road_has_is_left_out_the_second_time() {
    let desk = Desk::open().await;
    let (route, calls) = desk.settle(&rolling(ON_I_40, 177.0), &[OKLAHOMA_CITY]).await;
    assert_eq!((route.unwrap().source, calls), (EtaSource::Mapbox, 2));
    let queries = desk.queries();
    assert!(queries[0].contains("bearings=177") && !queries[1].contains("bearings"));
}

#[tokio::test]
async fn the_other_carriageway_costs_the_way_to_the_next_exit() {
    let desk = Desk::open().await;
    let east = desk.ask(&rolling(ON_I_40, 87.0), &[OKLAHOMA_CITY]).await.unwrap();
    let west = desk.ask(&rolling(ON_I_40, 267.0), &[OKLAHOMA_CITY]).await.unwrap();
    let minutes = (west.legs[0].seconds - east.legs[0].seconds) / 60.0;
    assert!((5.0..30.0).contains(&minutes), "{minutes}");
}

#[tokio::test]
async fn swapped_coordinates_lead_nowhere_and_that_is_said() {
    let desk = Desk::open().await;
    // Of Memphis that would be 90.049 degrees north, which no place is; a few miles further east it is one.
    let swapped = Point::new(-89.9, 35.1).unwrap();
    let (end, calls) = desk.settle(&parked(LITTLE_ROCK), &[swapped]).await;
    assert_eq!((end, calls), (Err(Next::Estimate(Error::NoSegment)), 1), "nothing to leave out");
    assert_eq!(Point::new(MEMPHIS.longitude, MEMPHIS.latitude), None);
}

#[tokio::test]
async fn of_thirty_stops_the_first_twenty_four_are_asked() {
    let desk = Desk::open().await;
    let stops: Vec<Point> = (0..30).map(|place| if place % 2 == 0 { MEMPHIS } else { LITTLE_ROCK }).collect();
    assert_eq!(desk.ask(&parked(MEMPHIS), &stops).await.unwrap().legs.len(), 24);
    let none = desk.ask(&parked(MEMPHIS), &[]).await;
    assert_eq!(none, Err(Error::Question("no stop remains".to_owned())));
}

#[tokio::test]
async fn a_stop_listed_twice_is_a_leg_of_nothing() {
    let desk = Desk::open().await;
    let route = desk.ask(&parked(LITTLE_ROCK), &[MEMPHIS, MEMPHIS]).await.unwrap();
    assert!(route.legs[1].seconds < 1.0 && route.legs[0].seconds > 3600.0);
}

#[tokio::test]
async fn a_truck_is_followed_along_its_way() {
    let desk = Desk::open().await;
    let truck = rolling(ON_I_40, 87.0);
    let stops = [OKLAHOMA_CITY, LITTLE_ROCK];
    let route = desk.ask(&truck, &stops).await.unwrap();
    // Half an hour later, a good quarter of the way to Oklahoma City.
    let seen = rolling(Point { latitude: 35.39, longitude: -99.08 }, 87.0);
    let left = remaining(&route, &seen, desk.now());
    let share = left[0].seconds / route.legs[0].seconds;
    assert!((0.70..0.75).contains(&share), "{share}");
    assert!((left[1].seconds - route.legs[1].seconds).abs() < 1e-9);
}

#[tokio::test]
async fn traffic_is_told_beside_what_is_usual() {
    let desk = Desk::open().await;
    let mut sides = [0, 0];
    for hour in 0..40 {
        desk.clock.store(NOON + hour * 3600, std::sync::atomic::Ordering::Relaxed);
        let route = desk.ask(&parked(MEMPHIS), &[OKLAHOMA_CITY]).await.unwrap();
        let leg = route.legs[0];
        sides[usize::from(leg.seconds < leg.typical_s.unwrap())] += 1;
        assert!((leg.seconds / leg.typical_s.unwrap() - 1.0).abs() < 0.05);
    }
    assert!(sides[0] > 3 && sides[1] > 3, "it may be less than usual too: {sides:?}");
}

#[tokio::test]
async fn a_road_that_ends_miles_away_from_a_place_is_no_way_to_it() {
    let desk = Desk::open().await;
    let nowhere = Point { latitude: 35.65, longitude: -99.67 };
    let far = |error: Error| match error {
        Error::Astray { place, far } => (place, far),
        other => panic!("{other}"),
    };
    let (end, calls) = desk.settle(&parked(ON_I_40), &[OKLAHOMA_CITY, nowhere]).await;
    let Err(Next::Estimate(error)) = end else { panic!("{end:?}") };
    assert_eq!((far(error).0, calls), (2, 1));
    let (end, _) = desk.settle(&rolling(nowhere, 87.0), &[OKLAHOMA_CITY]).await;
    let Err(Next::Estimate(error)) = end else { panic!("{end:?}") };
    let (place, far) = far(error);
    assert!(place == 0 && far.ends_with(" miles"), "{far}");
}
