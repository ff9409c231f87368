//! Silent trucks: what is known of them, and where they may be.

use super::*;
use crate::model::UnitId;
use crate::rules::sample;

const NOW: Timestamp = Timestamp::from_secs(10_000_000);

fn ago(minutes: u64) -> Timestamp {
    NOW.minus(Duration::from_mins(minutes))
}

fn tractor(id: &str, minutes: u64) -> Tractor {
    Tractor {
        state: Motion::Moving,
        latitude: Some(35.0),
        longitude: Some(-100.0),
        speed_mph: Some(60.0),
        heading_deg: Some(90.0),
        observed_at: Some(ago(minutes)),
        ..sample::truck(id, NOW)
    }
}

fn fleet(change: impl FnOnce(&mut Tractor)) -> Fleet {
    let mut dark = tractor("418", 60);
    (dark.trailer_id, dark.driver_id) = (Some(UnitId("b".into())), Some(UnitId("d".into())));
    change(&mut dark);
    let mut fleet = Fleet::default();
    fleet.tractors = [dark, tractor("7", 1), tractor("8", 1)].into_iter().collect();
    fleet.feeds = vec![sample::positions(NOW)];
    fleet
}

fn dark(fleet: &Fleet) -> Option<Vec<String>> {
    let row = fleet.tractors.get(&UnitId("418".into())).unwrap();
    let fresh = Freshness::of(&fleet.feeds, NOW);
    let dark = why(fleet, row, &fresh, NOW)?;
    Some(
        dark.said(row, NOW)
            .into_iter()
            .map(|(name, text, note)| format!("{name}: {text} | {note}"))
            .collect(),
    )
}

#[test]
fn a_truck_that_is_heard_is_not_explained() {
    assert_eq!(dark(&fleet(|row| row.observed_at = Some(ago(3)))), None);
    assert_eq!(dark(&fleet(|row| row.observed_at = None)), None);
}

#[test]
fn one_silent_truck_is_told_from_a_silent_account() {
    let said = dark(&fleet(|_| {})).unwrap();
    assert_eq!(said[0], "why dark: it alone is silent, and nothing else tells why | ");
    assert_eq!(said[1], "did then: rolled E at 60 mph | 1h00 ago");
    assert_eq!(said[2], "others there: 0 of 2 others of eld silent too | ");
    assert_eq!(said[6], "may be now: up to 60 mi on toward E | a guess: straight on, if it rolled on");
    let mut outage = fleet(|_| {});
    outage.feeds[0].last_ok_at = Some(ago(60));
    let said = dark(&outage).unwrap();
    assert_eq!(said[0], "why dark: no position of its account comes: it is not this truck alone | ");
    assert_eq!(said[2], "others there: positions of eld do not come | ");
}

#[test]
fn the_trailer_and_the_log_tell_what_the_tracker_does_not() {
    let mut fleet = fleet(|_| {});
    let trailer = Trailer {
        id: UnitId("b".into()),
        unit_number: "53012".into(),
        latitude: Some(35.0),
        longitude: Some(-99.0),
        speed_mph: Some(62.0),
        place: Some("Elk City OK".into()),
        observed_at: Some(ago(5)),
        ..Trailer::default()
    };
    fleet.trailers = [trailer].into_iter().collect();
    let driver = Driver {
        id: UnitId("d".into()),
        name: "Ann".into(),
        hos_status: DutyStatus::Sleeper,
        hos_status_since_at: Some(ago(20)),
        hos_as_of_at: Some(ago(2)),
        ..Driver::default()
    };
    fleet.drivers = [driver].into_iter().collect();
    let said = dark(&fleet).unwrap();
    assert_eq!(said[0], format!("why dark: {EITHER} | "));
    assert_eq!(said[3], "its trailer: 53012 moved, 6 mi E of Hobart OK, 57 mi from there | 5m ago");
    assert_eq!(
        said[6],
        "may be now: with its trailer, 6 mi E of Hobart OK; or, if it has that no more, up to 60 mi on toward E | which of the \
         two nobody tells"
    );
    assert_eq!(said[4], "driver's log: Ann: sleeper, changed 20m ago | told 2m ago");
    let mut trailer = |speed_mph: Option<f64>| {
        let row = Trailer::clone(fleet.trailers.at(0).unwrap());
        fleet.trailers = fleet.trailers.with(vec![Trailer { speed_mph, ..row }]);
        dark(&fleet).unwrap()[3].clone()
    };
    assert_eq!(
        trailer(Some(0.0)),
        "its trailer: 53012 stood, 6 mi E of Hobart OK, 57 mi from there | 5m ago"
    );
    assert_eq!(trailer(None), "its trailer: 53012 heard, 6 mi E of Hobart OK, 57 mi from there | 5m ago");
    // What was told before it fell silent says nothing of it now.
    fleet.trailers = fleet
        .trailers
        .with(vec![Trailer { observed_at: Some(ago(61)), ..Trailer::clone(fleet.trailers.at(0).unwrap()) }]);
    let said = dark(&fleet).unwrap();
    assert_eq!(said[0], "why dark: its driver rests by his log: it may be parked | ");
    assert_eq!(said[3], "its trailer: not heard since | ");
}

#[test]
fn a_truck_that_rolled_by_its_trackers_word_alone_is_not_said_to_have_stood() {
    let check = |stood_since_at, engine: Option<Engine>, did: &str, may_be: &str| {
        let said = dark(&fleet(|row| {
            (row.state, row.speed_mph, row.stood_since_at) = (Motion::Dark, None, stood_since_at);
            (row.engine, row.engine_at) = (engine, Some(ago(60)));
        }))
        .unwrap();
        assert!(said[1].starts_with(did) && said[6].contains(may_be), "{said:?}");
    };
    check(None, Some(Engine::Off), "did then: rolled E | ", "up to 65 mi on toward E");
    check(Some(ago(90)), None, "did then: stood | ", "where it stood");
    check(Some(ago(90)), Some(Engine::Idle), "did then: idled | ", "where it stood");
}

const EITHER: &str =
    "its trailer was heard elsewhere since: it has that still, its own tracker silent, or no more";

#[test]
fn where_it_may_be_never_denies_why_it_is_dark() {
    let said = |minutes: u64, east: f64, mph: f64, log: Option<DutyStatus>| {
        let mut fleet = fleet(|row| (row.state, row.speed_mph) = (Motion::Stopped, Some(0.0)));
        let dark_truck =
            Tractor { observed_at: Some(ago(27 * 60)), ..Tractor::clone(fleet.tractors.at(0).unwrap()) };
        fleet.tractors = fleet.tractors.with(vec![dark_truck]);
        let trailer = Trailer {
            id: UnitId("b".into()),
            unit_number: "53012".into(),
            latitude: Some(35.0),
            longitude: Some(-100.0 + east),
            speed_mph: Some(mph),
            place: Some("Elk City OK".into()),
            observed_at: Some(ago(minutes)),
            ..Trailer::default()
        };
        fleet.trailers = [trailer].into_iter().collect();
        let driver = Driver {
            id: UnitId("d".into()),
            hos_status: log.unwrap_or_default(),
            hos_status_since_at: log.map(|_| ago(20)),
            hos_as_of_at: Some(ago(2)),
            ..Driver::default()
        };
        fleet.drivers = [driver].into_iter().collect();
        let said = dark(&fleet).unwrap();
        (said[0].clone(), said[6].clone())
    };
    let stood = "may be now: where it stood, for all that is known | ";
    let rolls = "why dark: it rolls, by what else is heard: its own tracker is silent | ";
    let either = "may be now: with its trailer, 6 mi E of Hobart OK; or, if it has that no more, where it stood, for all that is \
                  known | which of the two nobody tells";
    let (why, may_be) = said(5, 1.0, 62.0, None);
    assert_eq!((why, may_be.as_str()), (format!("why dark: {EITHER} | "), either));
    let (why, may_be) = said(5, 1.0, 0.0, Some(DutyStatus::Sleeper));
    assert_eq!((why, may_be.as_str()), (format!("why dark: {EITHER} | "), either));
    // Heard within minutes of the truck: on the road that it would be on, or where it cannot be.
    let (why, may_be) = said(27 * 60 - 10, 0.15, 55.0, None);
    assert_eq!(
        (why.as_str(), may_be.as_str()),
        (rolls, "may be now: with its trailer, 15 mi S of Erick OK | where that was heard")
    );
    let (why, may_be) = said(27 * 60 - 10, 1.0, 55.0, None);
    assert_eq!((why.contains("it alone is silent"), may_be.as_str()), (true, stood), "{why}");
    let (why, may_be) = said(5, 0.0, 0.0, Some(DutyStatus::Driving));
    assert_eq!(
        (why.as_str(), may_be.as_str()),
        (rolls, "may be now: not known | he drives since, by his log")
    );
    assert_eq!(said(5, 0.0, 0.0, None).1, stood);
}

#[test]
fn a_log_that_nobody_touched_since_says_nothing_of_what_the_truck_does_now() {
    let said = |status: DutyStatus, since: u64| {
        let mut fleet = fleet(|_| {});
        let driver = Driver {
            id: UnitId("d".into()),
            name: "Ann".into(),
            hos_status: status,
            hos_status_since_at: Some(ago(since)),
            hos_as_of_at: Some(NOW),
            ..Driver::default()
        };
        fleet.drivers = [driver].into_iter().collect();
        dark(&fleet).unwrap()
    };
    for status in [DutyStatus::Driving, DutyStatus::Sleeper] {
        let said = said(status, 90);
        assert_eq!(said[0], "why dark: it alone is silent, and nothing else tells why | ");
        assert!(said[4].contains(", as before | told "), "{}", said[4]);
    }
    let said = said(DutyStatus::Driving, 20);
    assert_eq!(said[0], "why dark: it rolls, by what else is heard: its own tracker is silent | ");
}
