//! Each known trap of this API, by the fact that it is avoided by.

use backhaul::model::{Change, DutyStatus, Engine, Fix, Pairing, PairingSource, Telemetry, Tie, Timestamp};
use backhaul::providers::{Ask, Page, samsara};

use super::{ask, at, batch, normalise, pairing, rows};

fn fixes(page: &Page) -> Vec<&Fix> {
    let changes = page.batch.changes.iter();
    changes.filter_map(|change| if let Change::Fix { fix, .. } = change { Some(fix) } else { None }).collect()
}

fn telemetry(text: &str) -> Telemetry {
    let batch = batch("vehicle_stats", text);
    let mut told = batch.changes.into_iter().filter_map(|change| match change {
        Change::Telemetry { telemetry, .. } => Some(telemetry),
        _ => None,
    });
    told.next().unwrap_or_default()
}

fn pairings(resource: &'static str, text: &str) -> Vec<Pairing> {
    let changes = batch(resource, text).changes.into_iter();
    changes
        .filter_map(|change| if let Change::Pairing(pairing) = change { Some(pairing) } else { None })
        .collect()
}

#[test]
fn trap_1_a_snapshot_and_a_feed_page_of_the_same_facts_are_the_same() {
    let snapshot = rows(
        r#"{"id":"1","gps":{"time":"2026-11-20T15:00:00Z","latitude":1,"longitude":2},
            "engineState":{"time":"2026-11-20T14:00:00Z","value":"Idle"},
            "fuelPercent":{"time":"2026-11-20T13:00:00Z","value":50}}"#,
    );
    let feed = rows(
        r#"{"id":"1","gps":[{"time":"2026-11-20T15:00:00Z","latitude":1,"longitude":2}],
            "engineStates":[{"time":"2026-11-20T14:00:00Z","value":"Idle"}],
            "fuelPercents":[{"time":"2026-11-20T13:00:00Z","value":50}]}"#,
    );
    let (snapshot, feed) = (batch("vehicle_stats", &snapshot), batch("vehicle_stats", &feed));
    assert_eq!(snapshot.changes.len(), 2);
    assert_eq!(snapshot, feed);
}

#[test]
fn what_is_odd_in_the_ids_that_others_gave_a_vehicle_costs_no_position() {
    let told = |ids: &str| {
        let gps = r#"{"time":"2026-11-20T15:00:00Z","latitude":1,"longitude":2}"#;
        let row = format!(r#"{{"id":"1","name":"T-1","externalIds":{ids},"gps":{gps}}}"#);
        let mut changes = batch("vehicle_stats", &rows(&row)).changes;
        let Some(Change::Called(called)) = changes.pop() else { panic!("{changes:?}") };
        (changes.len(), called.name, called.vin)
    };
    let vin = "1FUJGLDR5CLBP8834";
    let named = |vin: Option<&str>| (1, "T-1".to_owned(), vin.map(str::to_owned));
    assert_eq!(told(&format!(r#"{{"samsara.serial":"GV","samsara.vin":"{vin}"}}"#)), named(Some(vin)));
    for odd in ["null", "[]", "{}", r#"{"samsara.vin":{}}"#] {
        assert_eq!(told(odd), named(None), "{odd}");
    }
}

#[test]
fn trap_3_a_metre_per_second_is_2_24_mph_and_stats_are_mph_already() {
    let text = rows(
        r#"{"happenedAtTime":"2026-11-20T15:00:03Z","asset":{"id":"1"},
            "location":{"latitude":1,"longitude":2,"headingDegrees":90},
            "speed":{"ecuSpeedMetersPerSecond":10}}"#,
    );
    let page = normalise("asset_locations", &text).unwrap();
    assert!((fixes(&page)[0].speed_mph.unwrap() - 22.369).abs() < 1e-3);

    let text = rows(
        r#"{"id":"1","gps":[{"time":"2026-11-20T15:00:03Z","latitude":1,"longitude":2,"speedMilesPerHour":"63"}]}"#,
    );
    assert_eq!(fixes(&normalise("trailer_stats", &text).unwrap())[0].speed_mph, Some(63.0));
}

#[test]
fn trap_4_a_caught_up_feed_keeps_its_cursor_and_an_empty_one_is_never_kept() {
    let caught_up = r#"{"data":[],"pagination":{"endCursor":"c2","hasNextPage":false}}"#;
    assert_eq!(batch("vehicle_stats", caught_up).cursor.as_deref(), Some("c2"));
    let ended = r#"{"data":[],"pagination":{"endCursor":"","hasNextPage":false}}"#;
    assert_eq!(batch("vehicle_stats", ended).cursor, None);
}

#[test]
fn trap_5_the_clocks_of_somebody_who_left_do_not_bring_him_back() {
    // The same driver, whom the second pass over the roster lists as deactivated.
    let page = batch("hos_clocks", include_str!("../../data/samsara/hos_clocks.json"));
    let of_him: Vec<_> = page
        .changes
        .iter()
        .filter(|change| match change {
            Change::Clocks { external_id, .. } => external_id == "51000009",
            Change::Pairing(pairing) => pairing.left == "51000009" && pairing.right.is_some(),
            other => panic!("only the roster says who there is: {other:?}"),
        })
        .collect();
    assert!(matches!(of_him.as_slice(), [Change::Clocks { .. }]), "{of_him:?}");
}

#[test]
fn trap_6_an_id_is_the_same_as_text_and_as_a_number() {
    let text = rows(r#"{"id":281474977075805,"name":101}"#);
    assert_eq!(
        batch("vehicles", &text),
        batch("vehicles", &rows(r#"{"id":"281474977075805","name":"101"}"#))
    );
}

#[test]
fn trap_7_a_months_old_fix_keeps_its_own_time() {
    let page = normalise("vehicle_stats", include_str!("../../data/samsara/vehicles_stats.json")).unwrap();
    assert_eq!(fixes(&page).last().unwrap().observed_at, at("2026-08-02T09:11:51Z"));
}

#[test]
fn trap_8_a_position_without_an_address_is_still_one() {
    let page = normalise("vehicle_stats", include_str!("../../data/samsara/vehicles_stats.json")).unwrap();
    assert_eq!(fixes(&page).last().unwrap().place, None);
}

#[test]
fn trap_9_times_may_have_fractions_of_a_second() {
    let text = rows(
        r#"{"id":"1","gps":[{"time":"2026-11-20T15:00:00.250Z","latitude":1,"longitude":2},
                            {"time":"2026-11-20T15:00:00Z","latitude":1,"longitude":2}]}"#,
    );
    let page = normalise("vehicle_stats", &text).unwrap();
    let times: Vec<Timestamp> = fixes(&page).iter().map(|fix| fix.observed_at).collect();
    assert_eq!(times, [at("2026-11-20T15:00:00Z"), at("2026-11-20T15:00:00.250Z")]);
}

#[test]
fn trap_10_an_impossible_point_is_dropped_alone() {
    let text = rows(
        r#"{"id":"1","gps":[{"time":"2026-11-20T15:00:00Z","latitude":122.142,"longitude":-93.343},
                            {"time":"2026-11-20T15:00:05Z","latitude":39.5,"longitude":-119.8},
                            {"time":"soon","latitude":39.5,"longitude":-119.8},
                            {"time":"2026-11-20T15:00:05Z","latitude":"north","longitude":-119.8}]},
           {"id":"2","gps":[{"time":"2026-11-20T15:00:00Z","latitude":1,"longitude":2}]}"#,
    );
    let page = normalise("vehicle_stats", &text).unwrap();
    assert_eq!(fixes(&page).len(), 2);
    let reasons: Vec<_> = page.batch.rejects.iter().map(|reject| reject.reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "position is not a place on earth",
            "the position has no readable time",
            "the position has no latitude or longitude"
        ]
    );
    assert!(page.batch.rejects.iter().all(|reject| reject.external_id == "1"));
}

#[test]
fn trap_12_the_same_cursor_twice_ends_the_read() {
    let text = r#"{"data":[],"pagination":{"endCursor":"MjkY","hasNextPage":true}}"#;
    for resource in ["vehicles", "drivers", "vehicle_stats", "hos_clocks"] {
        let first = normalise(resource, text).unwrap();
        let next = |page: &Page| {
            samsara::normalise(Ask { page: page.next.as_deref(), ..ask(resource) }, text.as_bytes())
        };
        let again = next(&first).unwrap();
        assert_eq!(next(&again).unwrap_err().message, "paging stands still: the same cursor came twice");
    }
}

#[test]
fn more_without_a_cursor_is_an_error_once_the_rows_are_taken_in() {
    let text = r#"{"data":[{"id":"1"}],"pagination":{"endCursor":"","hasNextPage":true}}"#;
    let page = normalise("vehicles", text).unwrap();
    assert_eq!((page.batch.changes.len(), page.batch.complete), (1, false));
    let ask = Ask { page: page.next.as_deref(), ..ask("vehicles") };
    let error = samsara::normalise(ask, text.as_bytes()).unwrap_err();
    assert_eq!(error.message, "the answer says that there is more, but not where");
}

#[test]
fn the_engine_state_is_the_latest_by_time_and_an_unknown_one_is_none() {
    let text = |newest: &str| {
        rows(&format!(
            r#"{{"id":"1","engineStates":[{{"time":"2026-11-20T15:01:12Z","value":"{newest}"}},
                                         {{"time":"2026-11-20T14:40:10Z","value":"Idle"}}]}}"#
        ))
    };
    assert_eq!(telemetry(&text("Off")).engine, Some((Engine::Off, at("2026-11-20T15:01:12Z"))));
    assert_eq!(telemetry(&text("Hibernating")).engine, None);
}

#[test]
fn a_clock_in_violation_is_at_nought_and_absent_clocks_stay_unknown() {
    let text = rows(
        r#"{"driver":{"id":"1"},"clocks":{"shift":{"shiftRemainingDurationMs":900000.0},"cycle":null,
            "drive":{"driveRemainingDurationMs":1499.6}},
            "violations":{"cycleViolationDurationMs":1,"shiftDrivingViolationDurationMs":2.5}}"#,
    );
    let changes = batch("hos_clocks", &text).changes;
    let Some(Change::Clocks { clocks, .. }) = changes.first() else { panic!("{changes:?}") };
    assert_eq!(
        (clocks.shift_left_s, clocks.cycle_left_s, clocks.drive_left_s, clocks.break_left_s),
        (Some(900), Some(0), Some(0), None),
        "the violation of a shift's driving is of the 11 hours, and not of the 14"
    );
}

#[test]
fn the_end_of_a_log_tells_since_when_a_driver_rests() {
    let end = |lines: &str| {
        let text = rows(&format!(r#"{{"driver":{{"id":"1"}},"hosLogs":[{lines}]}}"#));
        let told = batch("hos_logs", &text).changes.into_iter().map(|change| match change {
            Change::LogEnd { external_id, end } => (external_id, end),
            other => panic!("{other:?}"),
        });
        told.map(|(id, end)| {
            assert_eq!(id, "1");
            (end.status, end.held.at, end.rested.at, end.rested.not_before)
        })
        .next()
    };
    let line = |status: &str, from: &str, to: &str| {
        let to = if to.is_empty() { String::new() } else { format!(r#","logEndTime":"2026-11-20T{to}Z""#) };
        format!(r#"{{"hosStatusType":"{status}","logStartTime":"2026-11-20T{from}Z"{to}}}"#)
    };
    let lines = |lines: &[(&str, &str, &str)]| {
        lines.iter().map(|(status, from, to)| line(status, from, to)).collect::<Vec<_>>().join(",")
    };
    let time = |time: &str| at(&format!("2026-11-20T{time}Z"));
    let rested = |status, since: &str, rest: &str| Some((status, time(since), time(rest), Some(time(rest))));
    // Nobody tells what was before, back to the work that is told.
    let worked =
        |status, since: &str, until: &str| Some((status, time(since), time(since), Some(time(until))));
    // The log begins there.
    let at_least = |status, since: &str, rest: &str| Some((status, time(since), time(rest), None));
    let check = |told: &[(&str, &str, &str)], expected| assert_eq!(end(&lines(told)), expected, "{told:?}");

    let drove = ("driving", "01:00:00", "03:00:00");
    let (off, berth) = (("offDuty", "03:00:00", "05:00:00"), ("sleeperBed", "05:00:00", ""));
    check(&[drove, off, berth], rested(DutyStatus::Sleeper, "05:00:00", "03:00:00"));
    // In any order, cut where a location was noted, and with an end where the question ended.
    let cut = ("sleeperBed", "06:00:00", "15:05:15");
    let first = ("sleeperBed", "05:00:00", "06:00:00");
    check(&[cut, off, first, drove], rested(DutyStatus::Sleeper, "05:00:00", "03:00:00"));
    // What lies between, known or not, ends a rest.
    check(
        &[off, ("onDuty", "05:00:00", "06:00:00"), cut],
        rested(DutyStatus::Sleeper, "06:00:00", "06:00:00"),
    );
    check(
        &[off, ("onDuty", "05:00:00", "05:10:00"), cut],
        worked(DutyStatus::Sleeper, "06:00:00", "05:10:00"),
    );
    check(&[off, cut], at_least(DutyStatus::Sleeper, "06:00:00", "06:00:00"));
    check(&[drove, off, cut], worked(DutyStatus::Sleeper, "06:00:00", "03:00:00"));
    // One that overlaps the next, or is left open, ends where that begins.
    let open = ("driving", "01:00:00", "");
    check(&[open, off, berth], rested(DutyStatus::Sleeper, "05:00:00", "03:00:00"));
    check(&[off, berth], at_least(DutyStatus::Sleeper, "05:00:00", "03:00:00"));
    check(&[berth], at_least(DutyStatus::Sleeper, "05:00:00", "05:00:00"));
    check(&[drove, ("onDuty", "03:00:00", "")], rested(DutyStatus::OnDuty, "03:00:00", "03:00:00"));
    // Nothing is open, or nobody knows what.
    check(&[drove, off], None);
    check(&[], None);
    check(&[off, ("hovering", "05:00:00", "")], None);
    // A line that may lie anywhere.
    let text = rows(r#"{"driver":{"id":"1"},"hosLogs":[{"hosStatusType":"sleeperBed"}]}"#);
    let told = batch("hos_logs", &text);
    assert_eq!((told.changes.len(), told.rejects.len()), (0, 1));
}

#[test]
fn a_log_in_beats_a_static_assignment_and_passengers_do_not_drive() {
    let row = |vehicle: &str, kind: &str, start: &str, rest: &str| {
        format!(
            r#"{{"driver":{{"id":"1"}},"vehicle":{{"id":"{vehicle}"}},"assignmentType":"{kind}","startTime":"{start}"{rest}}}"#
        )
    };
    let driving = r#","isPassenger":false"#;
    let text = rows(
        &[
            row("10", "static", "2026-11-20T14:00:00Z", driving),
            row("11", "HOS", "2026-11-20T12:00:00Z", r#","isPassenger":false,"endTime":null"#),
            row("12", "RFID", "2026-11-20T13:00:00Z", driving),
            row("13", "HOS", "2026-11-20T14:30:00Z", r#","isPassenger":true"#),
            row("14", "HOS", "2026-11-20T16:00:00Z", driving),
            row("15", "HOS", "2026-11-20T14:00:00Z", r#","endTime":"2026-11-20T15:00:00Z""#),
        ]
        .join(","),
    );
    let by = PairingSource::Assigned;
    let expected = pairing(Tie::DriverTractor, "1", Some("11"), by, Some("2026-11-20T12:00:00Z"));
    assert_eq!(pairings("driver_vehicle_assignments", &text), [expected]);

    let text = rows(&row("10", "static", "", r#","endTime":"2026-11-20T16:00:00Z""#));
    let expected = pairing(Tie::DriverTractor, "1", Some("10"), PairingSource::Static, None);
    assert_eq!(pairings("driver_vehicle_assignments", &text), [expected]);
}

#[test]
fn a_name_that_would_move_the_cursor_is_made_harmless() {
    let text = rows("{\"id\":\"1\",\"name\":\"T-\\u001b[2J\\u202e101\"}");
    let changes = batch("vehicles", &text).changes;
    assert!(matches!(&changes[0], Change::Profile(profile) if profile.name == "T-101"), "{changes:?}");
}

#[test]
fn text_that_is_not_utf_8_costs_at_most_its_own_row() {
    let mut body = rows(r#"{"id":"1","name":"T-X"},{"id":"2","name":"T-2"}"#).into_bytes();
    let x = body.iter().position(|byte| *byte == b'X').unwrap();
    body[x] = 0xff;
    let page = samsara::normalise(ask("vehicles"), &body).unwrap();
    assert_eq!(page.batch.changes.len(), 2);
}

#[test]
fn a_broken_row_of_every_feed_is_a_reject_with_its_id() {
    let check = |resource: &'static str, row: &str| {
        let page = normalise(resource, &rows(row)).unwrap();
        let rejects = page.batch.rejects;
        assert_eq!(rejects.len(), 1, "{resource}: {rejects:?}");
        assert_eq!(rejects[0].external_id, "7", "{resource}");
        assert!(page.batch.changes.is_empty(), "{resource}");
    };
    check("vehicles", r#"{"id":7,"externalIds":"none"}"#);
    check("drivers", r#"{"id":"7","eldSettings":[]}"#);
    check("trailers", r#"{"id":"7","name":{}}"#);
    check("assets", r#"{"id":"7","year":[2019]}"#);
    check("vehicle_stats", r#"{"id":"7","gps":"here"}"#);
    check("trailer_stats", r#"{"id":"7","gps":[3]}"#);
    check("odometers", r#"{"id":"7","obdOdometerMeters":{"time":"x","value":{}}}"#);
    check("asset_locations", r#"{"asset":{"id":"7"},"location":"here"}"#);
    check("hos_clocks", r#"{"driver":{"id":"7"},"clocks":"none"}"#);
    check("driver_vehicle_assignments", r#"{"driver":{"id":"7"},"isPassenger":"perhaps"}"#);
    check("driver_trailer_assignments", r#"{"driver":{"driverId":"7"},"trailer":[]}"#);
}
