//! What Geotab lists: devices, users, groups and trailers, paged by the last id.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::Desk;

/// Every row, page by page.
async fn all(desk: &Desk, kind: &str, limit: usize) -> Vec<Value> {
    let (mut rows, mut offset) = (Vec::new(), Value::Null);
    loop {
        let sort = json!({ "sortBy": "id", "sortDirection": "asc", "offset": offset });
        let params = json!({ "typeName": kind, "resultsLimit": limit, "sort": sort });
        let page = desk.result("Get", params).await;
        let page = page.as_array().unwrap();
        let Some(last) = page.last() else { return rows };
        assert!(page.len() <= limit);
        offset = last["id"].clone();
        rows.extend(page.iter().cloned());
    }
}

#[tokio::test]
async fn seeking_by_the_last_id_gives_every_device_and_user_once() {
    let desk = Desk::of(60).await;
    for kind in ["Device", "User"] {
        let rows = all(&desk, kind, 7).await;
        let ids: HashSet<String> = rows.iter().map(|row| row["id"].to_string()).collect();
        assert_eq!(ids.len(), rows.len());
        let count = desk.result("GetCountOf", json!({ "typeName": kind })).await;
        assert_eq!(count, json!(rows.len()));
        assert_eq!(desk.get(kind, json!({})).await, rows);
    }
    assert_eq!(desk.get("Device", json!({ "id": "bFFFFF" })).await, Vec::<Value>::new());
    let one = &desk.get("Device", json!({ "name": "412" })).await;
    assert_eq!(one.len(), 1);
    assert_eq!(&desk.get("Device", json!({ "id": one[0]["id"] })).await, one);
}

#[tokio::test]
async fn more_than_five_thousand_are_cut_without_a_word() {
    let desk = Desk::of(2000).await;
    let params = json!({ "typeName": "Device", "resultsLimit": 50_000 });
    let first = desk.result("Get", params).await;
    let first = first.as_array().unwrap();
    assert_eq!(first.len(), 5000);
    let rows = all(&desk, "Device", 5000).await;
    assert_eq!(&rows[..5000], &first[..]);
    assert_eq!(desk.result("GetCountOf", json!({ "typeName": "Device" })).await, json!(rows.len()));
}

#[tokio::test]
async fn trailers_are_devices_of_a_group_or_of_one_within_it() {
    let desk = Desk::of(60).await;
    let groups = desk.get("Group", json!({})).await;
    let trailers = groups.iter().find(|group| group["id"] == "GroupTrailerId").unwrap();
    let reefers = &trailers["children"][0]["id"];
    assert!(groups.iter().any(|group| group["id"] == *reefers));
    let within = desk.get("Device", json!({ "groups": [{ "id": reefers }] })).await;
    assert!(!within.is_empty());
    assert!(within.iter().all(|device| device["name"].as_str().unwrap().starts_with('R')));

    let devices = desk.get("Device", json!({})).await;
    let untracked: Vec<&Value> = devices.iter().filter(|device| device["deviceType"] == "None").collect();
    assert!(!untracked.is_empty());
    for device in untracked {
        assert_eq!((&device["productId"], &device["serialNumber"]), (&json!(-1), &json!("")));
        assert_eq!(device["groups"], json!([{ "id": "GroupTrailerId" }]));
    }
    let linked: HashSet<&str> = devices.iter().filter_map(|device| device["tmpTrailerId"].as_str()).collect();
    let old = desk.get("Trailer", json!({})).await;
    let old: HashSet<&str> = old.iter().map(|trailer| trailer["id"].as_str().unwrap()).collect();
    assert!(linked.is_subset(&old) && linked.len() < old.len(), "some are not mirrored");
}

#[tokio::test]
async fn what_is_archived_is_listed_and_shares_its_names() {
    let desk = Desk::of(60).await;
    let devices = desk.get("Device", json!({})).await;
    let (active, archived): (Vec<&Value>, Vec<&Value>) =
        devices.iter().partition(|device| device["activeTo"] == "2050-01-01T00:00:00.000Z");
    assert!(!archived.is_empty());
    for device in archived {
        assert!(device["activeTo"].as_str().unwrap() < "2026");
        assert_eq!(active.iter().filter(|other| other["name"] == device["name"]).count(), 1);
    }
    let vins: HashSet<&str> =
        active.iter().filter_map(|device| device["vehicleIdentificationNumber"].as_str()).collect();
    assert!(vins.contains("") && vins.contains("?"));
}

#[tokio::test]
async fn users_are_drivers_or_not_former_ones_among_them() {
    let desk = Desk::of(60).await;
    let everybody = desk.get("User", json!({})).await;
    let drivers = desk.get("User", json!({ "isDriver": true })).await;
    assert_eq!(everybody.len(), drivers.len() + 1);
    assert!(drivers.iter().any(|user| user["activeTo"].as_str().unwrap() < "2026"));
    let rules: HashSet<&str> = drivers.iter().filter_map(|user| user["hosRuleSet"].as_str()).collect();
    assert_eq!(rules, HashSet::from(["None", "America8Day", "America8DayBig"]));
    assert!(drivers.iter().any(|user| user["employeeNo"] == ""));
    let devices = desk.get("Device", json!({})).await;
    assert!(devices.iter().any(|device| device["id"] == drivers[0]["id"]), "ids are of their type only");
}
