//! One load, one driver, one road: what is made of them.

use std::time::Duration;

use jiff::civil::Time;
use jiff::tz::TimeZone;

use super::*;
use crate::model::{DutyStatus, FeedStatus, Motion, MovementStatus, Named, Stop, UnitId};
use crate::rules::crew::Crew;

mod half_hour;
mod resting;

const NOW: Timestamp = Timestamp::from_secs(1_795_500_000);
const HOUR: i64 = 3600;
const MINUTE: i64 = 60;

/// A stop with a window of hours from now, and how many hours of driving it is from the one before.
#[derive(Clone, Copy)]
struct At {
    hours: f64,
    opens: Option<f64>,
    closes: Option<f64>,
}

const fn at(hours: f64, opens: f64, closes: f64) -> At {
    At { hours, opens: Some(opens), closes: Some(closes) }
}

/// Everything a case is made of; a fresh driver at the wheel where nothing else is said.
struct Given {
    stops: Vec<At>,
    arrived: Option<i64>,
    driver: Option<Driver>,
    tractor: Option<Tractor>,
    feeds: Vec<FeedStatus>,
    source: EtaSource,
    /// Of how many stops it tells the way; of all without.
    told: Option<usize>,
    dwell: Option<Duration>,
}

fn driver() -> Driver {
    Driver {
        id: UnitId("d".into()),
        hos_status: DutyStatus::Driving,
        hos_status_since_at: Some(ahead(-10 * MINUTE)),
        drive_left_s: Some(11 * HOUR),
        shift_left_s: Some(14 * HOUR),
        break_left_s: Some(8 * HOUR),
        cycle_left_s: Some(60 * HOUR),
        hos_as_of_at: Some(NOW),
        source: Some("eld".into()),
        ..Driver::default()
    }
}

fn given(stops: &[At]) -> Given {
    let tractor = Tractor {
        id: UnitId("t".into()),
        latitude: Some(35.0),
        longitude: Some(-100.0),
        state: Motion::Moving,
        observed_at: Some(NOW),
        source: Some("eld".into()),
        ..Tractor::default()
    };
    let feed = |resource: &str| FeedStatus {
        account: "eld".into(),
        resource: resource.into(),
        interval_s: 60,
        last_ok_at: Some(NOW),
        ..FeedStatus::default()
    };
    Given {
        stops: stops.to_vec(),
        arrived: None,
        driver: Some(driver()),
        tractor: Some(tractor),
        feeds: vec![feed("vehicle_locations"), feed("available_time")],
        source: EtaSource::Mapbox,
        told: None,
        dwell: None,
    }
}

fn with(stops: &[At], change: impl FnOnce(&mut Driver)) -> Given {
    let mut given = given(stops);
    change(given.driver.as_mut().unwrap());
    given
}

fn ahead(seconds: i64) -> Timestamp {
    Timestamp::from_millis(NOW.millis() + seconds * 1000)
}

#[expect(clippy::cast_possible_truncation, reason = "hours of a test")]
fn seconds(hours: f64) -> i64 {
    (hours * 3600.0).round() as i64
}

fn number(small: impl TryInto<i32>) -> f64 {
    small.try_into().map_or(f64::NAN, f64::from)
}

fn office() -> Office {
    Office {
        zone: TimeZone::UTC,
        cycle: Cycle::SeventyInEight,
        day_start: Time::midnight(),
        dwell: Duration::from_hours(2),
        warning: Duration::from_mins(30),
        truck_per_mille: 1070,
    }
}

fn judged(given: &Given) -> Judgement {
    let stops: Vec<Stop> = given.stops.iter().enumerate().map(|(number, at)| stop(number, *at)).collect();
    let mut movement = Movement {
        tractor_id: given.tractor.as_ref().map(|tractor| tractor.id.clone()),
        driver_id: given.driver.as_ref().map(|driver| driver.id.clone()),
        driver_named: Named::Nobody,
        tractor_named: Named::Nobody,
        ..Movement::default()
    };
    movement.tms.status = MovementStatus::InProgress;
    let calls = stops.iter().enumerate().map(|(number, stop)| Call {
        stop,
        arrived_at: given.arrived.filter(|_| number == 0).map(ahead),
        dwell: given.dwell,
    });
    let itinerary = Itinerary { before: Vec::new(), own: calls.collect(), crew: Crew::Alone };
    let skip = usize::from(given.arrived.is_some());
    let left: Vec<i64> = given.stops.iter().skip(skip).map(|at| seconds(at.hours)).collect();
    let from = Point { latitude: 35.0, longitude: -100.0 };
    let to: Vec<Point> = (1..=left.len()).map(|n| Point { longitude: -100.0 + number(n), ..from }).collect();
    let case = Case {
        movement: &movement,
        itinerary: &itinerary,
        tractor: given.tractor.as_ref(),
        driver: given.driver.as_ref(),
        days: &[],
        road: Some(Road {
            left_s: &left,
            from,
            to: &to,
            source: given.source,
            told: given.told.unwrap_or(left.len()),
            asked_at: NOW,
        }),
    };
    judge(&case, &Freshness::of(&given.feeds, NOW), &office(), NOW)
}

/// When the truck is at its only stop, an hour away, in minutes from now.
fn minutes_to_an_hour_away(change: impl FnOnce(&mut Driver)) -> i64 {
    let judgement = judged(&with(&[at(1.0, 0.0, 9.0)], change));
    judgement.arrivals[0].eta_at.unwrap().secs_since(NOW) / MINUTE
}

#[test]
fn who_comes_on_duty_looks_his_truck_over_before_he_rolls() {
    let on_duty_for = |minutes: i64| {
        minutes_to_an_hour_away(|driver| {
            driver.hos_status = DutyStatus::OnDuty;
            driver.hos_status_since_at = Some(ahead(-minutes * MINUTE));
            driver.shift_left_s = Some(14 * HOUR - minutes * MINUTE);
        })
    };
    let road = 64;
    assert_eq!(on_duty_for(0), road + 15);
    assert_eq!(on_duty_for(10), road + 5);
    assert_eq!(on_duty_for(20), road);
    // Who has driven already has looked it over.
    let driven = minutes_to_an_hour_away(|driver| {
        driver.hos_status = DutyStatus::OnDuty;
        (driver.drive_left_s, driver.shift_left_s) = (Some(11 * HOUR - 60), Some(14 * HOUR - 60));
    });
    assert_eq!(driven, road);
    // Who rests yet has all of it before him.
    let rested = minutes_to_an_hour_away(|driver| {
        driver.hos_status = DutyStatus::Sleeper;
        driver.hos_status_since_at = Some(ahead(-11 * HOUR));
    });
    assert_eq!(rested, road + 30);
}

fn stop(number: usize, at: At) -> Stop {
    let mut stop = Stop::default();
    stop.tms.id = format!("s{number}").into();
    stop.tms.scheduled_early_at = at.opens.map(|hours| ahead(seconds(hours)));
    stop.tms.scheduled_late_at = at.closes.map(|hours| ahead(seconds(hours)));
    stop
}

fn check(given: &Given, risk: Risk, reason: Option<Reason>) -> Judgement {
    let judgement = judged(given);
    assert_eq!((judgement.risk, judgement.reason), (risk, reason), "{judgement:#?}");
    judgement
}

#[test]
fn a_load_with_time_to_spare_is_ok_and_both_arrivals_are_told() {
    let judgement = check(&given(&[at(2.0, 0.0, 6.0)]), Risk::Ok, None);
    let arrival = &judgement.arrivals[0];
    assert_eq!(arrival.legal_eta_at, Some(ahead(2 * HOUR)));
    assert_eq!(arrival.eta_at, Some(ahead(2 * HOUR * 107 / 100)), "a truck is slower than a car");
    assert_eq!(arrival.late_s, Some(2 * HOUR * 107 / 100 - 6 * HOUR));
    assert_eq!(judgement.latest_departure_at, Some(ahead(4 * HOUR)));
}

#[test]
fn an_estimate_is_a_trucks_time_already() {
    let mut given = given(&[at(2.0, 0.0, 6.0)]);
    given.source = EtaSource::Estimate;
    assert_eq!(judged(&given).arrivals[0].eta_at, Some(ahead(2 * HOUR)));
}

#[test]
fn a_stop_past_where_the_road_was_told_is_by_the_straight_line_and_says_so() {
    let mut given = given(&[at(2.0, 0.0, 6.0), at(1.0, 0.0, 9.0)]);
    given.told = Some(1);
    let arrivals = judged(&given).arrivals;
    let sources: Vec<_> = arrivals.iter().map(|arrival| arrival.eta_source).collect();
    assert_eq!(sources, [Some(EtaSource::Mapbox), Some(EtaSource::Estimate)]);
    let between = arrivals[1].eta_at.zip(arrivals[0].eta_at).map(|(second, first)| second.secs_since(first));
    assert_eq!(
        between,
        Some(2 * HOUR + HOUR),
        "two hours of work, then a truck's hour: no factor is put on it"
    );
}

#[test]
fn each_class_has_the_reason_that_stands_in_its_way() {
    // Too far for anybody.
    check(&given(&[at(4.0, 0.0, 3.0)]), Risk::Late, Some(Reason::Distance));
    check(&given(&[at(4.0, 0.0, 4.1)]), Risk::AtRisk, Some(Reason::Distance));
    check(&given(&[at(4.0, 0.0, 4.5)]), Risk::Tight, Some(Reason::Distance));
    // One hour at the wheel is left of eleven.
    let spent = |driver: &mut Driver| driver.drive_left_s = Some(HOUR);
    check(&with(&[at(4.0, 0.0, 6.0)], spent), Risk::Late, Some(Reason::Drive));
    // One hour is left of the window.
    let closing = |driver: &mut Driver| driver.shift_left_s = Some(HOUR);
    check(&with(&[at(4.0, 0.0, 6.0)], closing), Risk::Late, Some(Reason::Shift));
    // The half hour is due.
    let due = |driver: &mut Driver| driver.break_left_s = Some(HOUR);
    check(&with(&[at(4.0, 0.0, 4.4)], due), Risk::Late, Some(Reason::Break));
    // The cycle is used up.
    let tired = |driver: &mut Driver| driver.cycle_left_s = Some(HOUR);
    check(&with(&[at(4.0, 0.0, 6.0)], tired), Risk::Late, Some(Reason::Cycle));
    // The gate of the stop before opens late.
    check(&given(&[at(1.0, 4.0, 9.0), at(1.0, 0.0, 6.5)]), Risk::Late, Some(Reason::ApptWait));
    // The work at the stop before takes too long.
    check(&given(&[at(1.0, 0.0, 9.0), at(1.0, 0.0, 3.5)]), Risk::Late, Some(Reason::Dwell));
}

#[test]
fn a_truck_at_the_dock_has_only_the_rest_of_its_work_left() {
    let mut given = given(&[at(0.0, -1.0, 1.0), at(1.0, 0.0, 3.0)]);
    given.arrived = Some(-90 * MINUTE);
    let judgement = check(&given, Risk::Ok, None);
    assert_eq!(judgement.arrivals[0].eta_at, Some(ahead(-90 * MINUTE)), "it is there");
    // The gate opened an hour ago: one of two hours of work is left, and one hour's drive.
    assert_eq!(judgement.arrivals[1].legal_eta_at, Some(ahead(2 * HOUR)));
}

#[test]
fn a_night_takes_longer_than_its_ten_hours() {
    let judgement = judged(&with(&[at(4.0, 0.0, 40.0)], |driver| driver.drive_left_s = Some(HOUR)));
    let arrival = &judgement.arrivals[0];
    assert_eq!(arrival.legal_eta_at, Some(ahead(14 * HOUR)));
    let driving = 4 * HOUR * 107 / 100;
    assert_eq!(arrival.eta_at, Some(ahead(driving + 11 * HOUR)));
    let out = judgement.runs_out.unwrap();
    assert_eq!((out.limit, out.at), (Reason::Drive, ahead(HOUR)));
    assert_eq!(out.short_of_s, driving - HOUR);
    assert!((out.longitude - (-100.0 + number(HOUR) / number(driving))).abs() < 1e-9);
}

#[test]
fn hours_end_where_a_night_is_taken_instead_of_the_half_hour() {
    // After the half hour there would be six minutes of the window left, so the plan sleeps there.
    let judgement = judged(&with(&[at(9.0, 0.0, 40.0)], |driver| {
        driver.shift_left_s = Some(7 * HOUR + 36 * MINUTE);
        driver.break_left_s = Some(7 * HOUR);
    }));
    let out = judgement.runs_out.unwrap();
    assert_eq!((out.limit, out.at), (Reason::Break, ahead(7 * HOUR)));
    // A half hour that is only a half hour ends nothing.
    let judgement = judged(&with(&[at(9.0, 0.0, 40.0)], |driver| driver.break_left_s = Some(7 * HOUR)));
    assert_eq!(judgement.runs_out, None);
}

#[test]
fn the_limit_that_ends_the_hours_is_that_of_the_rest_which_begins_there() {
    // Two nights: the first when the half hour is due, the second for the 11 hours.
    let judgement = judged(&with(&[at(20.0, 0.0, 90.0)], |driver| {
        driver.shift_left_s = Some(7 * HOUR + 36 * MINUTE);
        driver.break_left_s = Some(7 * HOUR);
    }));
    let out = judgement.runs_out.unwrap();
    assert_eq!((out.limit, out.at), (Reason::Break, ahead(7 * HOUR)), "the later night is for another limit");
    // The first night is at a dock, the second on the road: the hours last as far as they have to.
    let judgement = judged(&with(&[at(1.0, 0.0, 90.0), at(14.0, 0.0, 90.0)], |driver| {
        driver.shift_left_s = Some(2 * HOUR);
    }));
    assert_eq!(judgement.runs_out, None);
    // Who has nearly rested has his hours before him; who has just begun has none.
    let resting = |hours: i64| {
        let judgement = judged(&with(&[at(14.0, 0.0, 90.0)], |driver| {
            driver.hos_status = DutyStatus::Sleeper;
            driver.hos_status_since_at = Some(ahead(-hours * HOUR));
            (driver.drive_left_s, driver.shift_left_s) = (Some(4 * HOUR), Some(16 * MINUTE));
        }));
        judgement.runs_out.unwrap()
    };
    assert_eq!((resting(1).limit, resting(1).at), (Reason::Shift, NOW));
    // A departure that is put off for a gate is no rest that he lacks.
    let waiting = judged(&with(&[at(1.0, 9.0, 20.0), at(9.5, 0.0, 90.0)], |driver| {
        driver.hos_status = DutyStatus::Sleeper;
        driver.hos_status_since_at = Some(ahead(-9 * HOUR));
        (driver.drive_left_s, driver.shift_left_s) = (Some(0), Some(0));
    }));
    assert!(waiting.runs_out.is_none_or(|out| out.at > NOW), "{:?}", waiting.runs_out);
    // An hour of rest, then eight of driving, and a night instead of the half hour.
    assert_eq!((resting(9).limit, resting(9).at), (Reason::Break, ahead(9 * HOUR)));
}

#[test]
fn where_only_several_limits_together_would_do_the_dearest_is_named() {
    // Ten hours would bring back the 11 and the 14; it is the cycle that takes 34.
    let spent = |driver: &mut Driver| {
        (driver.drive_left_s, driver.shift_left_s, driver.cycle_left_s) = (Some(0), Some(0), Some(0));
    };
    check(&with(&[at(4.0, 0.0, 6.0)], spent), Risk::Late, Some(Reason::Cycle));
    check(&with(&[at(4.0, 0.0, 20.0)], spent), Risk::Late, Some(Reason::Cycle));
}

#[test]
fn no_time_to_leave_meets_a_window_that_is_missed_where_nothing_is_to_be_done() {
    let mut given = given(&[at(2.0, 0.0, 1.0), at(2.0, 0.0, 40.0)]);
    given.dwell = Some(Duration::ZERO);
    let judgement = check(&given, Risk::Late, Some(Reason::Distance));
    assert_eq!(judgement.latest_departure_at, None);
    given.stops[0] = at(2.0, 0.0, 3.0);
    assert_eq!(judged(&given).latest_departure_at, Some(ahead(HOUR)));
}

#[test]
fn what_is_missing_or_old_makes_it_unknown_and_is_named() {
    let stops = [at(2.0, 0.0, 6.0)];
    let change = |change: fn(&mut Given)| {
        let mut given = given(&stops);
        change(&mut given);
        given
    };
    let unknown = |given: &Given, reason| {
        let judgement = check(given, Risk::Unknown, Some(reason));
        assert!(judgement.arrivals.iter().all(|arrival| arrival.eta_at.is_none()), "no silent guess");
    };
    unknown(&change(|given| given.driver = None), Reason::NoDriver);
    unknown(&change(|given| given.tractor = None), Reason::NoDriver);
    unknown(&change(|given| given.feeds[0].last_ok_at = Some(ahead(-121))), Reason::StaleGps);
    unknown(&change(|given| given.feeds[1].last_ok_at = Some(ahead(-121))), Reason::StaleHos);
    let seen = |given: &mut Given| given.tractor.as_mut().unwrap().observed_at = Some(ahead(-16 * MINUTE));
    unknown(&change(seen), Reason::StaleGps);
    unknown(&with(&stops, |driver| driver.hos_status = DutyStatus::Unknown), Reason::StaleHos);
    unknown(&with(&stops, |driver| driver.cycle_left_s = None), Reason::StaleHos);
    unknown(&with(&stops, |driver| driver.hos_as_of_at = Some(ahead(-61 * MINUTE))), Reason::StaleHos);
    let canada = with(&stops, |driver| driver.ruleset = Some("Canada South 70/7".into()));
    unknown(&canada, Reason::StaleHos);
    assert!(
        judged(&canada).notes[0].starts_with("unsupported_ruleset: the driver is on `Canada South 70/7`")
    );
    let odd = |cycle_left_s| with(&stops, |driver| driver.cycle_left_s = Some(cycle_left_s));
    unknown(&odd(80 * 3600), Reason::StaleHos);
    assert!(
        judged(&odd(80 * 3600)).notes[0]
            .starts_with("invalid_clocks: the cycle clock has more left than the 70 h")
    );
    assert_ne!(judged(&odd(70 * 3600 + 59)).risk, Risk::Unknown, "rounded by whoever told it");
}

#[test]
fn a_load_that_nobody_drives_is_late_once_its_window_has_closed() {
    let mut given = given(&[at(2.0, -3.0, -1.0)]);
    given.driver = None;
    let judgement = check(&given, Risk::Late, Some(Reason::NoDriver));
    assert_eq!(judgement.late_s, Some(HOUR));
}

#[test]
fn the_worst_stop_says_how_the_load_stands() {
    let judgement = check(&given(&[at(1.0, 0.0, 9.0), at(1.0, 0.0, 20.0)]), Risk::Ok, None);
    assert_eq!(judgement.stop_id.as_deref(), Some("s0"));
    let judgement = check(&given(&[at(1.0, 0.0, 9.0), at(1.0, 0.0, 4.2)]), Risk::Tight, Some(Reason::Dwell));
    assert_eq!(judgement.stop_id.as_deref(), Some("s1"));
    // Half an hour late at the first, three and a half hours at the last.
    let judgement =
        check(&given(&[at(2.0, 0.0, 1.5), at(2.0, 0.0, 2.5)]), Risk::Late, Some(Reason::Distance));
    assert_eq!(judgement.stop_id.as_deref(), Some("s1"));
    assert_eq!(judgement.late_s, judgement.arrivals[1].late_s);
}

#[test]
fn a_stop_without_a_window_has_a_time_and_no_class_of_its_own() {
    let stop = At { hours: 2.0, opens: None, closes: None };
    let judgement = check(&given(&[stop]), Risk::Ok, None);
    assert!(judgement.arrivals[0].eta_at.is_some());
    assert_eq!(judgement.late_s, None);
}

#[test]
fn nine_hours_off_duty_and_one_in_the_berth_are_ten() {
    let spent = |driver: &mut Driver| {
        (driver.drive_left_s, driver.shift_left_s) = (Some(0), Some(2 * HOUR));
        driver.hos_status = DutyStatus::Sleeper;
        driver.hos_status_since_at = Some(ahead(-HOUR));
    };
    let legal = |given: &Given| judged(given).arrivals[0].legal_eta_at.unwrap();
    let in_hours = |hours: i64| ahead(hours * HOUR);
    let stop = [at(1.0, -1.0, 48.0)];
    // An hour of rest is known: nine are to come.
    assert_eq!(legal(&with(&stop, spent)), in_hours(10));
    let rested = with(&stop, |driver| {
        spent(driver);
        driver.hos_rest_since_at = Some(in_hours(-9));
    });
    assert_eq!(legal(&rested), in_hours(2));
}

#[test]
fn until_when_to_leave_is_told_of_appointments_for_an_instant_and_of_empty_moves() {
    let leaves = |stops: &[At]| judged(&given(stops)).latest_departure_at;
    assert_eq!(leaves(&[at(2.0, 4.0, 4.0)]), Some(ahead(2 * HOUR)));
    assert_eq!(leaves(&[at(2.0, 4.0, 4.0), at(2.0, 9.0, 9.0)]), Some(ahead(2 * HOUR)));
    assert_eq!(leaves(&[at(2.0, 1.0, 1.0)]), None, "it is missed");
    let mut empty = given(&[at(2.0, 4.0, 4.0)]);
    empty.dwell = Some(Duration::ZERO);
    assert_eq!(judged(&empty).latest_departure_at, Some(ahead(2 * HOUR)));
    empty.stops = vec![at(2.0, 1.0, 1.0)];
    assert_eq!(judged(&empty).latest_departure_at, None, "it is missed");
}

#[test]
fn a_half_hour_is_not_the_reason_for_a_night() {
    let stop = |closes| at(7.67, 0.0, closes);
    let given = |closes| {
        with(&[stop(closes)], |driver| {
            (driver.drive_left_s, driver.break_left_s) = (Some(7 * HOUR + 50 * MINUTE), Some(5 * HOUR));
        })
    };
    let arrival = judged(&given(40.0)).arrivals[0].clone();
    let night_s = arrival.eta_at.unwrap().secs_since(arrival.legal_eta_at.unwrap());
    assert!(night_s > 10 * HOUR, "by the rules it is reached today, as it goes tomorrow");
    for quarter in 35..=75 {
        check(&given(f64::from(quarter) / 4.0), Risk::AtRisk, Some(Reason::Drive));
    }
}

#[test]
fn the_time_left_for_a_stop_is_that_of_its_own_window() {
    // The first stop is met with more than half an hour to spare, the second with less.
    let judgement = judged(&given(&[at(1.0, 0.0, 1.65), at(7.0, 0.0, 10.7)]));
    assert_eq!((judgement.risk, judgement.stop_id.as_deref()), (Risk::Tight, Some("s1")));
    let (all, own) = (judgement.latest_departure_at.unwrap(), judgement.leave_by_at.unwrap());
    assert_eq!(all.secs_since(NOW) / MINUTE, 39, "to meet both windows");
    assert_eq!(own.secs_since(NOW) / MINUTE, 42, "to meet the second");
}
