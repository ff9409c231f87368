//! What Geotab tells of the fleet: odd where the real one is, and true where it can be compared.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::Desk;

/// Seconds of a `TimeSpan`.
fn seconds(span: &Value) -> i64 {
    let text = span.as_str().unwrap();
    let (rest, seconds) = text.rsplit_once(':').unwrap();
    let (hours, minutes) = rest.rsplit_once(':').unwrap();
    let (days, hours) = hours.split_once('.').unwrap_or(("0", hours));
    let seconds = seconds.split('.').next().unwrap();
    let number = |text: &str| text.parse::<i64>().unwrap();
    ((number(days) * 24 + number(hours)) * 60 + number(minutes)) * 60 + number(seconds)
}

/// Unix seconds of a date.
fn instant(date: &Value) -> i64 {
    backhaul::model::Timestamp::parse(date.as_str().unwrap()).unwrap().millis() / 1000
}

#[tokio::test]
async fn a_status_may_be_unknown_in_every_documented_way() {
    let desk = Desk::of(60).await;
    let text = desk.call("Get", json!({ "typeName": "DeviceStatusInfo" })).await.body;
    assert!(text.contains("\"speed\":NaN") && text.contains("\"speed\":\"NaN\""));
    assert!(serde_json::from_str::<Value>(&text).is_err(), "bare NaN is no JSON");
    let rows = desk.get("DeviceStatusInfo", json!({})).await;
    let some = |what: &str, test: &dyn Fn(&Value) -> bool| {
        let count = rows.iter().filter(|row| test(row)).count();
        assert!(count > 0 && count < rows.len(), "{what}: {count} of {}", rows.len());
    };
    some("bearing", &|row| row["bearing"] == -1);
    some("nobody", &|row| row["driver"] == "UnknownDriverId");
    some("historic", &|row| row["isHistoricLastDriver"] == true && row["driver"]["isDriver"] == true);
    some("never", &|row| row["dateTime"] == "0001-01-01T00:00:00.000Z" && row["latitude"] == 0);
    some("no sky", &|row| row["latitude"] == 0 && row["dateTime"] != "0001-01-01T00:00:00.000Z");
    some("exceptions", &|row| !row["exceptionEvents"].as_array().unwrap().is_empty());
    some("fractions", &|row| row["currentStateDuration"].as_str().unwrap().contains(".363"));
    some("days", &|row| {
        row["currentStateDuration"].as_str().unwrap().split(':').next().unwrap().contains('.')
    });
    some("rolling", &|row| row["isDriving"] == true && row["speed"].as_i64().is_some_and(|kmh| kmh > 70));
    let search = json!({ "excludeExceptionEvents": true, "isDriving": true });
    let rolling = desk.get("DeviceStatusInfo", search).await;
    assert!(rolling.iter().all(|row| row["exceptionEvents"] == json!([]) && row["isDriving"] == true));
    let meters = json!({ "diagnostics": [{ "id": "DiagnosticOdometerId" }] });
    let metered = desk.get("DeviceStatusInfo", meters).await;
    assert!(metered.iter().any(|row| row["statusData"][0]["diagnostic"]["id"] == "DiagnosticOdometerId"));
}

#[tokio::test]
async fn a_status_may_be_dated_later_than_the_position_in_it() {
    let desk = Desk::of(60).await;
    let statuses = desk.get("DeviceStatusInfo", json!({})).await;
    let logs = desk
        .get(
            "LogRecord",
            json!({ "fromDate": "2026-11-24T06:00:00.000Z", "toDate": "2026-11-24T12:00:00.000Z" }),
        )
        .await;
    let newest: HashMap<String, &Value> =
        logs.iter().map(|log| (log["device"]["id"].to_string(), log)).collect();
    let (mut same, mut later) = (0, 0);
    for status in &statuses {
        let Some(log) = newest.get(&status["device"]["id"].to_string()) else { continue };
        if status["latitude"] == 0 {
            continue;
        }
        assert_eq!((&status["latitude"], &status["longitude"]), (&log["latitude"], &log["longitude"]));
        if status["dateTime"] == log["dateTime"] {
            same += 1;
        } else {
            assert!(instant(&status["dateTime"]) > instant(&log["dateTime"]));
            later += 1;
        }
    }
    assert!(same > 20 && later > 3, "{same} {later}");
}

#[tokio::test]
async fn clocks_are_of_one_driver_and_agree_with_the_driving_in_the_log() {
    let desk = Desk::of(40).await;
    let now = super::super::NOON;
    let (mut compared, mut without, mut unbroken) = (0, 0, 0);
    for user in desk.get("User", json!({ "isDriver": true })).await {
        let search = json!({ "userSearch": { "id": user["id"] } });
        let clocks = desk.get("DutyStatusAvailability", search).await;
        let Some(clock) = clocks.first() else {
            without += 1;
            continue;
        };
        assert_ne!(user["hosRuleSet"], "None");
        unbroken += usize::from(clock.get("rest").is_none());
        let search = json!({
            "userSearch": { "id": user["id"] }, "fromDate": "2026-11-21T12:00:00.000Z",
            "statuses": ["ON", "OFF", "D", "SB"],
        });
        let mut logs = desk.get("DutyStatusLog", search).await;
        logs.retain(|log| {
            log["eventRecordStatus"] == 1 && log["isIgnored"] == false && log["state"] == "Active"
        });
        let (mut driven, mut off) = (0, 0);
        for (at, log) in logs.iter().enumerate() {
            let end = logs.get(at + 1).map_or(now, |next| instant(&next["dateTime"]));
            let length = end - instant(&log["dateTime"]);
            match log["status"].as_str().unwrap() {
                "D" => (driven, off) = (driven + length, 0),
                "ON" => off = 0,
                _ => off += length,
            }
            if off >= 36_000 {
                driven = 0;
            }
        }
        if driven > 0 {
            // A log that has not come in yet is some minutes of driving.
            let left = seconds(&clock["driving"]);
            assert!((left - (11 * 3600 - driven)).abs() <= 1220, "{user}: {left} and {driven}");
            compared += 1;
        }
    }
    assert!(compared >= 5 && without > 0 && unbroken > 0, "{compared} {without} {unbroken}");
    assert!(desk.get("DutyStatusAvailability", json!({ "userSearch": { "id": "bFFFF" } })).await.is_empty());
}

#[tokio::test]
async fn the_boundary_log_is_the_status_that_holds() {
    let desk = Desk::of(20).await;
    let at = "2026-11-24T12:00:00.000Z";
    let statuses = ["ON", "OFF", "D", "SB", "PC", "YM", "WT"];
    let mut held = 0;
    for user in desk.get("User", json!({ "isDriver": true })).await {
        let mut search = json!({
            "userSearch": { "id": user["id"] }, "fromDate": at, "toDate": at, "statuses": statuses,
        });
        assert!(desk.get("DutyStatusLog", search.clone()).await.is_empty());
        search["includeBoundaryLogs"] = json!(true);
        let logs = desk.get("DutyStatusLog", search).await;
        held += usize::from(!logs.is_empty());
        assert!(logs.iter().all(|log| statuses.contains(&log["status"].as_str().unwrap())));
    }
    assert!(held > 15, "{held}");
}

#[tokio::test]
async fn a_log_holds_more_than_duty_statuses() {
    let desk = Desk::of(40).await;
    let logs = desk.get("DutyStatusLog", json!({ "fromDate": "2026-11-22T00:00:00.000Z" })).await;
    let some = |what: &str, test: &dyn Fn(&Value) -> bool| {
        let count = logs.iter().filter(|row| test(row)).count();
        assert!(count > 0 && count < logs.len(), "{what}: {count} of {}", logs.len());
    };
    for status in ["ON", "OFF", "D", "SB", "INT_D", "Login", "Certify"] {
        some(status, &|log| log["status"] == status);
    }
    for record in 1..=4 {
        some("record", &|log| log["eventRecordStatus"] == record);
    }
    some("ignored", &|log| log["isIgnored"] == true);
    some("replaced", &|log| log["parentId"].is_string() && log["editDateTime"].is_string());
    some("numbered", &|log| log["sequence"].is_i64());
    some("hexadecimal", &|log| log["sequence"].is_string());
    some("address", &|log| log["location"]["address"]["formattedAddress"].is_string());
    some("east is x", &|log| log["location"]["location"]["x"].as_f64().is_some_and(|x| x < -60.0));
}

#[tokio::test]
async fn the_current_change_and_the_status_name_one_driver() {
    let desk = Desk::of(40).await;
    let at = "2026-11-24T12:00:00.000Z";
    let search = json!({ "fromDate": at, "toDate": at, "includeOverlappedChanges": true });
    let changes = desk.get("DriverChange", search).await;
    let statuses = desk.get("DeviceStatusInfo", json!({})).await;
    let of = |device: &Value| statuses.iter().find(|status| status["device"] == *device).unwrap();
    let mut logged_in = 0;
    for change in &changes {
        let status = of(&change["device"]);
        if instant(&status["dateTime"]) < instant(&change["dateTime"]) {
            continue;
        }
        if change["driver"] == "UnknownDriverId" {
            assert!(status["driver"] == "UnknownDriverId" || status["isHistoricLastDriver"] == true);
        } else {
            assert_eq!(status["driver"], change["driver"]);
            logged_in += 1;
        }
    }
    assert!(logged_in > 20 && logged_in < changes.len());
}

#[tokio::test]
async fn a_hooked_trailer_is_where_its_truck_is() {
    let desk = Desk::of(60).await;
    let search = json!({ "activeFrom": "2026-11-24T12:00:00.000Z" });
    let attached = desk.get("TrailerAttachment", search).await;
    assert!(desk.get("TrailerAttachment", json!({})).await.len() > attached.len());
    let devices = desk.get("Device", json!({})).await;
    let statuses: BTreeMap<String, Value> = desk
        .get("DeviceStatusInfo", json!({}))
        .await
        .into_iter()
        .map(|row| (row["device"]["id"].to_string(), row))
        .collect();
    let (mut together, mut bare) = (0, 0);
    for attachment in &attached {
        assert!(
            ["2050", "9999"].iter().any(|year| attachment["activeTo"].as_str().unwrap().starts_with(year))
        );
        bare += usize::from(attachment["trailer"].is_string());
        let trailer = attachment["trailer"].get("id").unwrap_or(&attachment["trailer"]);
        let Some(device) = devices.iter().find(|device| device["tmpTrailerId"] == *trailer) else { continue };
        let (truck, trailer) =
            (&statuses[&attachment["device"]["id"].to_string()], &statuses[&device["id"].to_string()]);
        if truck["isDriving"] == true || trailer["latitude"] == 0 || trailer["isDriving"] == true {
            continue;
        }
        let apart = |name: &str| (truck[name].as_f64().unwrap() - trailer[name].as_f64().unwrap()).abs();
        together += usize::from(apart("latitude") < 0.01 && apart("longitude") < 0.01);
    }
    assert!(together > 8 && bare > 0, "{together} {bare}");
}

#[tokio::test]
async fn a_measurement_of_an_instant_is_the_value_that_held() {
    let desk = Desk::of(10).await;
    let device = &desk.get("Device", json!({ "name": "401" })).await[0]["id"];
    let mut search = json!({
        "deviceSearch": { "id": device },
        "diagnosticSearch": { "id": "DiagnosticOdometerId" },
        "fromDate": "2026-11-24T12:00:00.000Z",
        "toDate": "2026-11-24T12:00:00.000Z",
    });
    let data = desk.get("StatusData", search.clone()).await;
    assert_eq!(data.len(), 1);
    let metres = data[0]["data"].as_f64().unwrap();
    assert!(metres > 80_000.0 * 1609.0);
    assert_eq!(data[0]["controller"], "ControllerNoneId");
    search["toDate"] = json!("2026-11-21T12:00:00.000Z");
    search["fromDate"] = search["toDate"].clone();
    assert!(desk.get("StatusData", search).await[0]["data"].as_f64().unwrap() < metres);
}
