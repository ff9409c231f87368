//! The map: what is on it, what is never hidden, and what its keys do.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use backhaul::model::overlay::Overlay;
use backhaul::model::{Fleet, Motion, Timestamp, Tractor, TrailPoint, UnitId, UnitKind};
use backhaul::tui::app::{App, Effect, Setup};
use backhaul::tui::event::Event;
use backhaul::tui::glyphs::Glyphs;
use backhaul::tui::keymap::KeyMap;
use backhaul::tui::theme::Theme;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::made::{ago, many, now, only, small, told};
use super::{app, picture, press, told_of};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 60)];

/// The small fleet, each unit and each stop where its words say that it is.
fn placed() -> Fleet {
    let mut fleet = small();
    let spots = [(35.21, -101.63), (36.15, -95.99), (32.78, -96.80), (39.74, -104.99), (41.26, -95.94)];
    let tractors = fleet.tractors.iter().zip(spots).map(|(row, (latitude, longitude))| Tractor {
        latitude: Some(latitude),
        longitude: Some(longitude),
        ..(**row).clone()
    });
    fleet.tractors = tractors.collect();
    let stops = fleet.stops.iter().map(|row| {
        let mut stop = (**row).clone();
        let spot = match stop.tms.city.as_deref() {
            Some("ALBUQUERQUE") => (35.08, -106.65),
            Some("OKLAHOMA CITY") => (35.47, -97.52),
            Some("LUBBOCK") => (33.58, -101.86),
            _ => (40.83, -115.76),
        };
        (stop.tms.latitude, stop.tms.longitude) = (Some(spot.0), Some(spot.1));
        stop
    });
    fleet.stops = stops.collect();
    fleet.index();
    fleet
}

/// A fleet of tractors at these places, moving, by number.
fn at(places: &[(&str, f64, f64)]) -> Fleet {
    let mut fleet = only(&[]);
    let tractors = places.iter().map(|(number, latitude, longitude)| Tractor {
        id: UnitId((*number).into()),
        unit_number: (*number).into(),
        latitude: Some(*latitude),
        longitude: Some(*longitude),
        state: Motion::Moving,
        heading_deg: Some(90.0),
        speed_mph: Some(60.0),
        observed_at: Some(ago(5)),
        ..Tractor::default()
    });
    fleet.tractors = tractors.collect();
    fleet
}

fn shown(fleet: Fleet, keys: &str, (width, height): (u16, u16)) -> String {
    let mut app = told_of(fleet);
    press(&mut app, keys);
    picture(&mut app, width, height)
}

#[test]
fn the_map_in_three_sizes_and_three_inks() {
    for (width, height) in SIZES {
        for (ink, keys) in [("braille", ""), ("half", "m"), ("ascii", "mm")] {
            let shown = shown(placed(), &format!("2{keys}"), (width, height));
            insta::assert_snapshot!(format!("map_{width}x{height}_{ink}"), shown);
        }
    }
}

#[test]
fn a_selected_load_shows_its_stops_and_says_that_its_legs_are_straight() {
    let shown = shown(placed(), "2]z", (120, 36));
    insta::assert_snapshot!("map_selected_load", shown);
    assert!(shown.contains("!418 RISK ~25m"), "{shown}");
    assert!(shown.contains("(1)") && shown.contains("(2)"), "{shown}");
    assert!(shown.contains("Oklahoma City OK 16:00-18:00"), "{shown}");
    assert!(shown.contains("dashed: straight legs, not the route"), "{shown}");
}

#[test]
fn the_smallest_map_still_shows_who_is_late() {
    let shown = shown(placed(), "2", (60, 20));
    assert!(shown.contains("!418") && shown.contains("1 late (1 not placed)"), "{shown}");
}

#[test]
fn a_late_load_is_seen_through_any_crowd() {
    let mut fleet = placed();
    let crowd = (0..400).map(|number| Tractor {
        id: UnitId(format!("crowd:{number}").into()),
        unit_number: format!("C{number}").into(),
        latitude: Some(35.2 + f64::from(number % 20) * 0.01),
        longitude: Some(-101.7 + f64::from(number / 20) * 0.01),
        state: Motion::Stopped,
        observed_at: Some(ago(5)),
        ..Tractor::default()
    });
    fleet.tractors = fleet.tractors.with(crowd);
    for size in SIZES {
        for keys in ["2", "2mm", "2-", "2--", "2+"] {
            let shown = shown(fleet.clone(), keys, size);
            let late = shown.contains("!418") || keys == "2+";
            assert!(late, "{keys} {size:?}\n{shown}");
        }
    }
    let shown = shown(fleet, "2", (80, 24));
    assert!(shown.contains("401□"), "400 parked and one dark among them: {shown}");
}

#[test]
fn a_late_truck_at_its_stop_is_not_hidden_by_the_stop_s_number() {
    let mut fleet = placed();
    let here = fleet.tractors.iter().filter(|row| row.unit_number == "418");
    let here: Vec<Tractor> = here
        .map(|row| Tractor { latitude: Some(35.47), longitude: Some(-97.52), ..(**row).clone() })
        .collect();
    fleet.tractors = fleet.tractors.with(here);
    for keys in ["2]", "2]z", "2]z--"] {
        let shown = shown(fleet.clone(), keys, (120, 36));
        let map: String = shown.lines().flat_map(|line| line.chars().take(81)).collect();
        assert!(map.contains("!418") && map.contains('↗') && map.contains("(2)"), "{keys}\n{shown}");
    }
}

#[test]
fn units_in_one_place_are_counted_and_apart_they_are_not() {
    let near = at(&[("1", 35.0, -100.0), ("2", 35.001, -100.001), ("3", 35.0, -100.001), ("9", 45.0, -90.0)]);
    let far = shown(near.clone(), "2", (80, 24));
    assert!(far.contains("3→") && far.contains('9'), "{far}");
    let close = shown(near, "2<tab>+++++++++++++++", (80, 24));
    assert!(close.contains("→2") || close.contains("2→"), "{close}");
}

#[test]
fn what_is_off_the_view_is_counted_and_one_key_brings_it_back() {
    let mut app = told_of(at(&[("1", 35.0, -100.0), ("2", 36.0, -101.0)]));
    press(&mut app, "2");
    assert!(picture(&mut app, 80, 24).contains('→'));
    press(&mut app, "LLLLLL");
    let lost = picture(&mut app, 80, 24);
    assert!(lost.contains("2 units are off this view: 0 fits them"), "{lost}");
    press(&mut app, "0");
    assert!(picture(&mut app, 80, 24).contains('→'));
}

#[test]
fn nothing_known_is_said_and_not_shown_as_an_empty_country() {
    let shown = shown(only(&[("a", "10")]), "2", (80, 24));
    assert!(shown.contains("no unit has told where it is yet"), "{shown}");
    let shown = self::shown(only(&[]), "2", (80, 24));
    assert!(shown.contains("no unit is known yet"), "{shown}");
}

#[test]
fn a_late_load_without_a_position_is_counted_where_it_cannot_be_drawn() {
    let mut fleet = placed();
    let lost = fleet.tractors.iter().filter(|row| row.unit_number == "418");
    let lost: Vec<Tractor> =
        lost.map(|row| Tractor { latitude: None, longitude: None, ..(**row).clone() }).collect();
    fleet.tractors = fleet.tractors.with(lost);
    let shown = shown(fleet, "2", (80, 24));
    assert!(shown.contains("late (") && shown.contains("not placed)"), "{shown}");
}

#[test]
fn the_selection_goes_through_the_worst_first_and_stays_on_its_unit() {
    let mut app = told_of(placed());
    press(&mut app, "2<tab>");
    assert!(picture(&mut app, 80, 24).contains("tractor 418"), "the late one");
    press(&mut app, "<tab>");
    let second = picture(&mut app, 80, 24);
    assert!(!second.contains("tractor 418  "), "{second}");
    app.update(told(placed()));
    let same = picture(&mut app, 80, 24);
    assert_eq!(same, second);
    press(&mut app, "<enter>");
    assert!(picture(&mut app, 80, 24).contains("Now"), "its details");
    press(&mut app, "j<esc>");
    assert_eq!(picture(&mut app, 80, 24), second, "a key for the details does not move the map");
}

#[test]
fn a_filter_hides_units_and_knows_the_trailer_that_rides_along() {
    let mut app = told_of(placed());
    press(&mut app, "2/53012");
    let shown = picture(&mut app, 80, 24);
    assert!(shown.contains("Map 1 of ") && shown.contains("418"), "{shown}");
    press(&mut app, "<enter>Z");
    assert!(picture(&mut app, 80, 24).contains("418"));
    press(&mut app, "<esc>");
    assert!(!picture(&mut app, 80, 24).contains(" of "));
}

#[test]
fn following_keeps_a_unit_in_sight() {
    let mut app = told_of(at(&[("1", 35.0, -100.0)]));
    press(&mut app, "2<tab>zf");
    assert!(picture(&mut app, 80, 24).contains("following 1"));
    app.update(told(at(&[("1", 41.0, -88.0)])));
    let shown = picture(&mut app, 80, 24);
    assert!(shown.contains("→1"), "{shown}");
    press(&mut app, "f");
    app.update(told(at(&[("1", 35.0, -100.0)])));
    assert!(
        picture(&mut app, 80, 24).contains("1 unit is off this view")
            || !picture(&mut app, 80, 24).contains("→1")
    );
}

fn trail() -> Vec<TrailPoint> {
    let point = |minutes: u64, step: u32| TrailPoint {
        observed_at: now().minus(Duration::from_mins(minutes)),
        latitude: 35.2 + f64::from(step) * 0.05,
        longitude: -101.6 + f64::from(step) * 0.05,
        speed_mph: Some(61.0),
        heading_deg: Some(225.0),
        source: "samsara".into(),
    };
    let stand = [240, 225, 210].map(|minutes| point(minutes, 20));
    stand.into_iter().chain((0..20).rev().map(|step| point(u64::from(step) * 5 + 5, step))).collect()
}

#[test]
fn a_trail_is_asked_for_and_walked_along_with_the_times_at_its_stops() {
    let mut app = told_of(placed());
    let asked = press(&mut app, "2]t");
    let Some(Effect::Trail(UnitKind::Tractor, id)) = asked else { panic!("{asked:?}") };
    assert!(picture(&mut app, 120, 36).contains("the trail of 418 is being read"));
    app.update(Event::Trail(UnitKind::Tractor, UnitId("other".into()), Ok(Vec::new())));
    assert!(picture(&mut app, 120, 36).contains("is being read"), "another's answer");
    app.update(Event::Trail(UnitKind::Tractor, id.clone(), Ok(trail())));
    let shown = picture(&mut app, 120, 36);
    assert!(shown.contains("trail of 418, 24 h: at 14:00, 61 mph SW"), "{shown}");
    assert!(shown.contains("10:05-10:35"), "when it stood where: {shown}");
    press(&mut app, ",");
    assert!(picture(&mut app, 120, 36).contains("at 13:50"));
    press(&mut app, ".");
    assert!(picture(&mut app, 120, 36).contains("at 14:00"));
    press(&mut app, "t");
    assert!(!picture(&mut app, 120, 36).contains("trail of"), "put away");
    press(&mut app, "t");
    app.update(Event::Trail(UnitKind::Tractor, id, Err("the database is locked".into())));
    assert!(picture(&mut app, 120, 36).contains("the trail of 418 cannot be read: the database is locked"));
}

#[test]
fn the_trail_key_leads_to_the_map_from_any_panel() {
    for keys in ["3jt", "3j<enter>t", "4t"] {
        let mut app = told_of(placed());
        let asked = press(&mut app, keys);
        assert!(matches!(asked, Some(Effect::Trail(UnitKind::Tractor, _))), "{keys} {asked:?}");
        assert_eq!(app.looking_at(), "map");
    }
    let mut app = told_of(placed());
    press(&mut app, "7t");
    assert!(picture(&mut app, 80, 24).contains("no unit of it is known, so it has no trail"));
}

#[test]
fn a_trailer_s_trail_is_its_own_though_its_tractor_s_mark_stands_for_it() {
    let asked_of = |tracked: bool| {
        let mut fleet = at(&[("400", 35.2, -101.6)]);
        let spot = |degrees: f64| Some(degrees).filter(|_| tracked);
        fleet.trailers = [backhaul::model::Trailer {
            id: UnitId("r1".into()),
            unit_number: "R1".into(),
            tractor_id: Some(UnitId("400".into())),
            latitude: spot(35.2),
            longitude: spot(-101.6),
            observed_at: Some(ago(5)),
            ..backhaul::model::Trailer::default()
        }]
        .into_iter()
        .collect();
        let mut app = told_of(fleet);
        let asked = press(&mut app, "6t");
        (app, asked)
    };
    let (mut app, asked) = asked_of(true);
    let Some(Effect::Trail(kind, id)) = asked else { panic!("{asked:?}") };
    assert_eq!((kind, id.0.as_str()), (UnitKind::Trailer, "r1"));
    assert!(picture(&mut app, 80, 24).contains("the trail of R1 is being read"));
    app.update(Event::Trail(kind, id, Ok(trail())));
    let shown = picture(&mut app, 80, 24);
    assert!(shown.contains("trail of R1, 24 h: at 14:00"), "{shown}");
    // The tractor, chosen itself, has its own again.
    press(&mut app, "g");
    assert!(!picture(&mut app, 80, 24).contains("trail of"));
    assert!(matches!(press(&mut app, "t"), Some(Effect::Trail(UnitKind::Tractor, _))));
    // Of one that has no tracker only its tractor's is known, and is said to be that.
    let (mut app, asked) = asked_of(false);
    assert!(matches!(asked, Some(Effect::Trail(UnitKind::Tractor, _))), "{asked:?}");
    assert!(picture(&mut app, 80, 24).contains("the trail of 400 is being read"));
}

#[test]
fn the_fleet_s_own_places_are_drawn_by_name() {
    let mut own = Overlay::default();
    let yard = r#"{"type":"Feature","properties":{"name":"DAL2 yard"},
        "geometry":{"type":"Point","coordinates":[-99.5,33.5]}}"#;
    own.read(yard).unwrap();
    let mut app = App::new(Setup {
        keys: KeyMap::load(BTreeMap::new()).unwrap(),
        theme: Theme::named("default", false).unwrap(),
        glyphs: Glyphs::Unicode,
        zone: TimeZone::get("America/Chicago").unwrap(),
        metric: true,
        own: Arc::new(own),
        mouse: backhaul::tui::app::Mouse::Off,
        calls: backhaul::tui::app::Calls::Off,
        user: "ann".into(),
        here: ("box".into(), 1),
        office: super::made::office(),
        now: now(),
    });
    app.update(told(placed()));
    press(&mut app, "2");
    let shown = picture(&mut app, 80, 24);
    assert!(shown.contains("+DAL2 yard") && shown.contains(" km"), "{shown}");
}

#[test]
fn ten_thousand_units_are_all_counted_somewhere() {
    let mut fleet = many(10_000);
    let spread = fleet.tractors.iter().zip(0_u32..).map(|(row, number)| Tractor {
        latitude: Some(30.0 + f64::from(number % 97) * 0.15),
        longitude: Some(-120.0 + f64::from(number % 331) * 0.15),
        movement_id: None,
        ..(**row).clone()
    });
    fleet.tractors = spread.collect();
    fleet.movements = std::iter::empty().collect();
    let shown = shown(fleet, "2", (160, 48));
    let counted: usize = shown
        .lines()
        .skip(2)
        .map(|line| line.chars().take(100).collect::<String>())
        .flat_map(|line| {
            let digits: Vec<usize> =
                line.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect();
            digits
        })
        .sum();
    assert!(counted > 5_000, "{counted}\n{shown}");
}

#[test]
fn a_mark_of_a_dark_unit_is_hollow_and_time_alone_makes_it_so() {
    let mut app = app();
    app.update(told(at(&[("1", 35.0, -100.0)])));
    press(&mut app, "2");
    assert!(picture(&mut app, 80, 24).contains('→'));
    app.update(Event::Tick(Timestamp::from_secs(now().millis() / 1000 + 3600)));
    let shown = picture(&mut app, 80, 24);
    assert!(shown.contains("□1"), "{shown}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn no_size_no_place_and_no_key_panics(
        width in 60..220_u16,
        height in 20..70_u16,
        keys in "[hjklHJKL+0zZfnN\\]mt,.-]{0,30}",
        places in prop::collection::vec((-95.0..95.0_f64, -200.0..200.0_f64), 0..30),
    ) {
        let mut fleet = placed();
        let tractors = fleet.tractors.iter().cycle().zip(&places).zip(0..).map(|((row, place), number)| Tractor {
            id: UnitId(format!("p:{number}").into()),
            latitude: Some(place.0),
            longitude: Some(place.1),
            ..(**row).clone()
        });
        fleet.tractors = fleet.tractors.with(tractors.collect::<Vec<_>>());
        let mut app = told_of(fleet);
        press(&mut app, "2");
        picture(&mut app, width, height);
        for key in keys.chars() {
            press(&mut app, &key.to_string());
            if key == 't' {
                app.update(Event::Trail(UnitKind::Tractor, UnitId("sam:1".into()), Ok(trail())));
            }
            picture(&mut app, width, height);
        }
        picture(&mut app, height, width.min(80));
    }
}
