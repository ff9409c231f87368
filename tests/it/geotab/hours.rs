//! Hours of service: what a log and the clocks come to, and the drivers that cannot be told.

use backhaul::model::{Change, Clocks, DutyStatus, Timestamp};
use backhaul::providers::geotab::Memory;
use backhaul::providers::{Ask, geotab};

use super::{ask, at, feed, now, read, result, told};

fn wanted(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("d{number}")).collect()
}

fn asking(wanted: &[String]) -> Ask<'_> {
    Ask { wanted, ..ask("availability") }
}

fn line(driver: &str, status: &str, time: &str, rest: &str) -> String {
    format!(
        r#"{{"id":"b1","driver":{{"id":"{driver}"}},"dateTime":"{time}","status":"{status}","state":"Active"{rest}}}"#
    )
}

fn duty(driver: &str, status: DutyStatus, time: &str) -> Change {
    Change::Duty { external_id: driver.into(), status, since_at: at(time) }
}

fn clocks(changes: &[Change]) -> Vec<(&str, &Clocks)> {
    let mut found = Vec::new();
    for change in changes {
        if let Change::Clocks { external_id, clocks } = change {
            found.push((external_id.as_str(), clocks));
        }
    }
    found
}

#[test]
fn a_log_tells_of_each_driver_the_newest_line_that_stands() {
    let rows = [
        line("b1", "D", "2026-11-20T14:00:00.000Z", r#","eventRecordStatus":1"#),
        line("b1", "ON", "2026-11-20T13:00:00.000Z", ""),
        // Changed, asked for, rejected, ignored: none of them stands.
        line("b1", "OFF", "2026-11-20T14:30:00.000Z", r#","eventRecordStatus":2"#),
        line("b1", "SB", "2026-11-20T14:31:00.000Z", r#","isIgnored":true"#),
        line("b1", "SB", "2026-11-20T14:32:00.000Z", "").replace("Active", "Inactive"),
        // No duty at all.
        line("b1", "Login", "2026-11-20T14:40:00.000Z", ""),
        line("b1", "SomethingNew", "2026-11-20T14:40:00.000Z", ""),
        line("b2", "WT", "2026-11-20T12:00:00.000Z", r#","eventRecordStatus":null"#),
        line("b3", "SB", "2026-11-20T12:00:00.000Z", ""),
        line("b4", "PC", "2026-11-20T12:00:00.000Z", ""),
        line("b5", "YM", "2026-11-20T12:00:00.000Z", ""),
        line("b6", "OFF", "2026-11-20T12:00:00.000Z", ""),
        line("b7", "ON", "2026-11-20T15:30:00.000Z", ""),
        r#"{"id":"b9","driver":"UnknownDriverId","dateTime":"2026-11-20T14:00:00.000Z","status":"D","state":"Active"}"#
            .to_owned(),
    ];
    let batches =
        read(&Memory::default(), ask("duty_status_logs"), &[&feed(&rows.join(","), "00000000000022a2")])
            .unwrap();
    let noon = "2026-11-20T12:00:00Z";
    let expected = [
        duty("b1", DutyStatus::Driving, "2026-11-20T14:00:00Z"),
        duty("b2", DutyStatus::OnDuty, noon),
        duty("b3", DutyStatus::Sleeper, noon),
        duty("b4", DutyStatus::PersonalConveyance, noon),
        duty("b5", DutyStatus::YardMove, noon),
        duty("b6", DutyStatus::OffDuty, noon),
    ];
    assert_eq!(batches[0].changes, expected);
    assert_eq!(batches[0].cursor.as_deref(), Some("00000000000022a2"));
    let reasons: Vec<_> = batches[0].rejects.iter().map(|reject| reject.reason.as_str()).collect();
    assert_eq!(reasons, ["the log is from the future"]);
}

#[test]
fn a_line_that_goes_on_with_driving_does_not_move_its_beginning() {
    let memory = Memory::default();
    let ask = Ask { cursor: Some("1"), ..ask("duty_status_logs") };
    let page = |rows: &[String]| feed(&rows.join(","), "2");
    let hour = |status: &str, hour: &str| line("b1", status, &format!("2026-11-20T{hour}:00:00.000Z"), "");
    // Of a driver we know nothing of, it would tell a beginning that is none.
    assert_eq!(told(&memory, ask, &[&page(&[hour("INT_D", "09")])]), []);
    let begun = duty("b1", DutyStatus::Driving, "2026-11-20T10:00:00Z");
    assert_eq!(
        told(&memory, ask, &[&page(&[hour("INT_D", "11"), hour("D", "10"), hour("INT_D", "12")])]),
        [begun]
    );
    assert_eq!(told(&memory, ask, &[&page(&[hour("INT_D", "13")])]), []);
    told(&memory, ask, &[&page(&[hour("ON", "14")])]);
    let resumed = duty("b1", DutyStatus::Driving, "2026-11-20T15:00:00Z");
    assert_eq!(
        told(&memory, ask, &[&page(&[hour("INT_D", "15")])]),
        [resumed],
        "its beginning has not come yet"
    );
}

/// A driver's clocks and the line that holds.
fn pair(driver: &str, status: &str, time: &str) -> String {
    format!(
        r#"[{{"driver":{{"id":"{driver}"}},"driving":"06:00:00","duty":"08:30:00","workday":"09:30:00","cycle":"2.02:00:00",
          "rest":"-00:10:00","cycleRest":"6.00:00:00","is16HourExemptionAvailable":true}}],[{}]"#,
        line(driver, status, time, "")
    )
}

#[test]
fn clocks_count_what_is_left_and_the_log_says_in_which_status() {
    let wanted = ["b3A".to_owned()];
    let text = result(&format!("[{}]", pair("b3A", "SB", "2026-11-19T22:00:00.000Z")));
    let expected = Clocks {
        status: Some(DutyStatus::Sleeper),
        status_since_at: Some(at("2026-11-19T22:00:00Z")),
        drive_left_s: Some(21_600),
        shift_left_s: Some(30_600),
        break_left_s: Some(0),
        cycle_left_s: Some(180_000),
        cycle_tomorrow_s: None,
        as_of_at: now(),
    };
    let changes = told(&Memory::default(), asking(&wanted), &[&text]);
    assert_eq!(clocks(&changes), [("b3A", &expected)]);
}

#[test]
fn a_driver_without_clocks_has_none_and_keeps_his_status() {
    let wanted = ["b3A".to_owned(), "b3B".to_owned(), "b3C".to_owned()];
    let log = line("b3B", "OFF", "2026-11-19T22:00:00.000Z", "");
    let text = result(&format!(r#"[[{{"driving":"01:00:00"}}],null,[],[{log}],[],[]]"#));
    let changes = told(&Memory::default(), asking(&wanted), &[&text]);
    assert_eq!(changes.len(), 2);
    let clocks = clocks(&changes);
    assert_eq!((clocks[0].0, clocks[0].1.drive_left_s, clocks[0].1.cycle_left_s), ("b3A", Some(3600), None));
    assert_eq!(clocks[0].1.status, None, "the log did not say");
    assert_eq!(changes[1], duty("b3B", DutyStatus::OffDuty, "2026-11-19T22:00:00Z"));
}

#[test]
fn clocks_that_are_not_understood_are_a_reject_and_the_others_live() {
    let wanted = ["b1", "b2", "b3"].map(str::to_owned);
    let good = pair("b3", "ON", "2026-11-20T14:00:00.000Z");
    let text = result(&format!(r#"[[{{"driving":"soon"}}],[],[{{"driver":{{"id":"b9"}}}}],[],{good}]"#));
    let batches = read(&Memory::default(), asking(&wanted), &[&text]).unwrap();
    let rejects: Vec<_> = batches[0]
        .rejects
        .iter()
        .map(|reject| (reject.external_id.as_str(), reject.reason.as_str()))
        .collect();
    assert_eq!(rejects, [("b1", "a clock is not a duration"), ("b2", "the clocks are another driver's")]);
    assert_eq!(clocks(&batches[0].changes).len(), 1);

    let short = result("[[],[]]");
    let error = read(&Memory::default(), asking(&wanted), &[&short]).unwrap_err();
    assert_eq!(error.message, "the results are not as many as the calls");
}

#[test]
fn a_line_that_came_meanwhile_is_not_undone_and_an_annulled_one_is() {
    let memory = Memory::default();
    let newer = line("b1", "D", "2026-11-20T15:05:00.000Z", "");
    told(&memory, Ask { cursor: Some("1"), ..ask("duty_status_logs") }, &[&feed(&newer, "2")]);
    let wanted = ["b1".to_owned()];
    let text = result(&format!("[{}]", pair("b1", "ON", "2026-11-20T14:00:00.000Z")));
    let status = |now: Timestamp| {
        let changes = told(&memory, Ask { now, ..asking(&wanted) }, &[&text]);
        clocks(&changes)[0].1.status
    };
    assert_eq!(status(now()), None);
    assert_eq!(status(at("2026-11-20T15:07:00Z")), Some(DutyStatus::OnDuty));
}

fn fault(kind: &str, index: usize) -> String {
    format!(
        r#"{{"error":{{"message":"no","data":{{"type":"{kind}","requestIndex":{index}}}}},"jsonrpc":"2.0","requestIndex":{index}}}"#
    )
}

#[test]
fn a_server_that_falls_over_at_every_driver_is_in_trouble_itself() {
    let wanted = wanted(10);
    let fall = fault("GenericException", 0);
    let error = read(&Memory::default(), asking(&wanted), &[&fall, &fall, &fall]).unwrap_err();
    assert!(error.kind.may_pass(), "{error:?}");
}

#[test]
fn a_chunk_of_which_nobody_is_left_is_passed_over() {
    let wanted = wanted(26);
    let memory = Memory::default();
    let all = result(&format!("[{}]", vec!["[]"; 50].join(",")));
    let first = geotab::normalise(&memory, asking(&wanted), all.as_bytes()).unwrap();
    let ask = Ask { page: first.next.as_deref(), ..asking(&wanted) };
    let second = geotab::normalise(&memory, ask, fault("ArgumentException", 1).as_bytes()).unwrap();
    assert_eq!(second.next, None);
    assert_eq!(second.batch.rejects[0].external_id, "d25");
}
