//! Whole reads: where they end, what they remember, and what exactly they ask.

use backhaul::model::{Batch, Change, Timestamp};
use backhaul::providers::mcleod::{Account, Credential};
use backhaul::providers::{Ask, Provider};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::server::{Quirks, Server};
use super::{movements, now};

/// The server's clock: 2026-03-10T20:54:00Z, a minute behind ours.
const TIME: (u16, &str) = (200, "1773176040000\n");

fn movement(id: &str, status: &str) -> (&'static str, Value) {
    ("movements/search", json!({"company_id": "TMS", "id": id, "status": status}))
}

fn driver(id: &str) -> (&'static str, Value) {
    ("drivers/search", json!({"company_id": "TMS", "id": id, "name": id}))
}

fn ids(batch: &Batch) -> Vec<&str> {
    movements(batch).into_iter().map(|row| row.id.as_str()).collect()
}

#[tokio::test]
async fn a_server_that_caps_silently_is_read_to_its_end() {
    let rows = ["1", "2", "3", "4", "5", "6", "7"].map(|id| movement(id, "P")).to_vec();
    let server = Server::start(Quirks { rows, cap: 3, time: TIME, ..Quirks::default() }).await;
    let batch = server.read("movements", None, now()).await;
    assert_eq!(ids(&batch), ["1", "2", "3", "4", "5", "6", "7"]);
    assert_eq!(batch.rejects, []);
    assert!(!batch.complete, "bounded by date, so what is not named may still exist");
    // The time; three, three and one in progress; none available, covered or delivered, nor without a date.
    assert_eq!(server.asked().len(), 1 + 3 + 3 + 2);
}

#[tokio::test]
async fn the_first_page_is_never_taken_for_the_last() {
    let rows = ["1", "2"].map(|id| movement(id, "P")).to_vec();
    let server = Server::start(Quirks { rows, cap: 2, time: TIME, ..Quirks::default() }).await;
    assert_eq!(ids(&server.read("movements", None, now()).await), ["1", "2"]);
    assert_eq!(server.asked()[2], page("P", "origin.sched_arrive_early=%3E%3Dt-60", Some("2")));
}

#[tokio::test]
async fn queries_are_percent_encoded_and_a_space_is_never_a_plus() {
    let server = Server::start(Quirks { cap: 9, time: TIME, ..Quirks::default() }).await;
    server.read("movements", None, now()).await;
    assert_eq!(
        server.asked(),
        [
            "sysadmin/getServerTimeMillis".to_owned(),
            page("P", "origin.sched_arrive_early=%3E%3Dt-60", None),
            page("A", "origin.sched_arrive_early=%3E%3Dt-30", None),
            page("C", "origin.sched_arrive_early=%3E%3Dt-30", None),
            page("D", "destination.sched_arrive_early=%3E%3Dt-2", None),
            undated("", "early=%3E%3Dt-30"),
            undated("", "late=%3E%3Dt-30"),
        ]
    );
    server.read("stops", None, now()).await;
    let stops = "stop/search?stop.sched_arrive_early=%3E%3Dt-30&orderBy=stop.id%20ASC&recordLength=500";
    assert_eq!(server.asked()[1..], [stops], "of those without an early time nobody knows the year");
    server.read("orders", None, now()).await;
    let orders = "orders/search?orders.status=P&orders.ordered_date=%3E%3Dt-60&orderBy=orders.id%20ASC&recordLength=500";
    let asked = server.asked();
    assert_eq!(asked[1], orders);
    let delivered = "orders/search?orders.status=D&consignee.sched_arrive_early=%3E%3Dt-2&orderBy=orders.id%20ASC&recordLength=500";
    assert_eq!(asked[3], delivered, "a delivered movement's order still says whose freight it was");
}

fn page(status: &str, bound: &str, last: Option<&str>) -> String {
    let key = last.map(|last| format!("&movement.id=%3E{last}")).unwrap_or_default();
    format!(
        "movements/search?movement.status={status}&{bound}{key}&orderBy=movement.id%20ASC&recordLength=500"
    )
}

/// The search for movements whose first stop has no early time.
fn undated(changes: &str, bound: &str) -> String {
    format!(
        "movements/search?{changes}origin.sched_arrive_early=%3D&destination.sched_arrive_{bound}&orderBy=movement.id%20ASC&recordLength=500"
    )
}

#[tokio::test]
async fn a_movement_whose_first_stop_has_no_early_time_is_read_all_the_same() {
    let row = json!({"company_id": "TMS", "id": "2", "status": "P", "origin.sched_arrive_early": null,
        "destination.sched_arrive_early": null});
    let rows = vec![movement("1", "P"), ("movements/search", row)];
    let server = Server::start(Quirks { rows, cap: 9, time: TIME, ..Quirks::default() }).await;
    let batch = server.read("movements", None, now()).await;
    assert_eq!(ids(&batch), ["1", "2"]);
    let batch = server.read("movements", batch.cursor.as_deref(), now()).await;
    assert_eq!(ids(&batch), ["1", "2"], "and its changes too");
}

#[tokio::test]
async fn a_stop_whose_appointment_was_taken_away_is_told_without_one() {
    let stop = |early: Value| {
        let row = json!({"company_id": "TMS", "id": "a", "movement_id": "1", "status": "A",
            "stop.sched_arrive_early": early, "sched_arrive_early": early});
        vec![("stop/search", row)]
    };
    let rows = stop(json!("20260310080000-0500"));
    let server = Server::start(Quirks { rows, cap: 9, time: TIME, ..Quirks::default() }).await;
    let windows = |batch: &Batch| -> Vec<bool> {
        let stops = batch.changes.iter().filter_map(|change| match change {
            Change::Stop(stop) => Some(stop.scheduled_early_at.is_some()),
            _ => None,
        });
        stops.collect()
    };
    let batch = server.read("stops", None, now()).await;
    assert_eq!(windows(&batch), [true]);
    server.now_has(stop(Value::Null));
    let changed = server.read("stops", batch.cursor.as_deref(), now()).await;
    assert_eq!(windows(&changed), [false]);
    assert_eq!(windows(&server.read("stops", None, now()).await), [] as [bool; 0]);
}

#[tokio::test]
async fn a_server_that_is_not_asked_for_nulls_tells_all_the_rest() {
    for status in [400, 500] {
        let rows = vec![movement("1", "P")];
        let server = Server::start(Quirks {
            rows,
            cap: 9,
            refuses_nulls: Some(status),
            time: TIME,
            ..Quirks::default()
        })
        .await;
        let batch = server.read("movements", None, now()).await;
        assert_eq!(ids(&batch), ["1"]);
        let said = "the server does not search for rows without origin.sched_arrive_early";
        assert!(batch.rejects.iter().all(|reject| reject.reason == said), "{:?}", batch.rejects);
        assert!(!batch.rejects.is_empty(), "some loads may be missing, and nobody would know");
        server.asked();
        let batch = server.read("movements", batch.cursor.as_deref(), now()).await;
        assert_eq!(ids(&batch), ["1"]);
        assert!(batch.cursor.is_some());
        assert_eq!(batch.rejects, [], "it was said");
        let asked = server.asked();
        assert!(asked[1..].iter().all(|line| line.contains("changedAfterDate")), "{status}: {asked:?}");
        let for_nulls = asked.iter().filter(|line| line.contains("origin.sched_arrive_early=%3D")).count();
        assert_eq!(for_nulls, if status == 400 { 0 } else { 2 }, "a refusal is believed for a day");
    }
}

#[tokio::test]
async fn changes_at_which_a_server_fell_over_are_asked_for_again() {
    for quirks in [
        Quirks { refuses_nulls: Some(500), ..Quirks::default() },
        Quirks { refuses_changes: Some(500), ..Quirks::default() },
    ] {
        let rows = vec![movement("1", "P")];
        let server = Server::start(Quirks { rows, cap: 9, time: (404, ""), ..quirks }).await;
        let later = |minutes: i64| Timestamp::from_millis(now().millis() + minutes * 60_000);
        let since =
            |asked: Vec<String>| asked[1].split_once("changedAfterDate=").map(|of| of.1[..14].to_owned());
        let mut cursor = server.read("movements", None, later(0)).await.cursor;
        server.asked();
        for minutes in [6, 12] {
            cursor = server.read("movements", cursor.as_deref(), later(minutes)).await.cursor;
            assert_eq!(since(server.asked()).as_deref(), Some("20260310155000"), "{minutes}");
        }
    }
}

#[tokio::test]
async fn a_row_added_while_paging_shifts_nothing() {
    let rows = ["2", "4", "6", "8"].map(driver).to_vec();
    let added = [driver("5"), driver("1")].into();
    let server = Server::start(Quirks { rows, cap: 2, added, ..Quirks::default() }).await;
    let batch = server.read("drivers", None, now()).await;
    let mut named: Vec<&str> = Vec::new();
    for change in &batch.changes {
        if let Change::Profile(profile) = change {
            named.push(&profile.external_id);
        }
    }
    // "1" came too late for this read; each other one is named once.
    assert_eq!(named, ["2", "4", "5", "6", "8"]);
    assert!(batch.complete);
}

#[tokio::test]
async fn a_server_that_repeats_its_page_is_left_at_once() {
    let rows = ["1", "2", "3"].map(driver).to_vec();
    let server = Server::start(Quirks { rows, cap: 2, ignores_keys: true, ..Quirks::default() }).await;
    let batch = server.read("drivers", None, now()).await;
    assert_eq!(server.asked().len(), 2);
    assert_eq!(batch.rejects[0].reason, "the server repeats a page: it ignores driver.id=>");
    assert!(!batch.complete, "there may be drivers that were never shown");
}

#[tokio::test]
async fn a_roster_is_complete_only_when_every_row_was_understood() {
    let complete = async |rows: Vec<(&'static str, Value)>| {
        let server = Server::start(Quirks { rows, cap: 5, ..Quirks::default() }).await;
        server.read("drivers", None, now()).await.complete
    };
    let foreign = ("drivers/search", json!({"company_id": "TMS2", "id": "2", "name": "X"}));
    let broken = ("drivers/search", json!({"company_id": "TMS", "id": "", "name": "X"}));
    assert!(complete(vec![driver("1")]).await);
    assert!(complete(vec![driver("1"), foreign.clone()]).await);
    assert!(!complete(vec![driver("1"), broken]).await);
    assert!(!complete(vec![]).await, "a fleet without drivers is a permission lost");
}

#[tokio::test]
async fn the_next_read_asks_for_changes_since_the_servers_time_less_an_overlap() {
    // A departure in 2215 must not become the water mark.
    let row =
        json!({"company_id": "TMS", "id": "1", "status": "P", "next_sched_call": "22150101000000-0600"});
    let rows = vec![("movements/search", row)];
    let server = Server::start(Quirks { rows, cap: 9, time: TIME, ..Quirks::default() }).await;
    let cursor = server.read("movements", None, now()).await.cursor.unwrap();
    server.asked();
    let batch = server.read("movements", Some(&cursor), now()).await;
    assert_eq!(ids(&batch), ["1"]);
    let changes = "changedAfterDate=20260310154900-0500&origin.sched_arrive_early=%3E%3Dt-60";
    assert_eq!(
        server.asked(),
        [
            "sysadmin/getServerTimeMillis".to_owned(),
            format!("movements/search?{changes}&orderBy=movement.id%20ASC&recordLength=500"),
            format!("movements/search?{changes}&movement.id=%3E1&orderBy=movement.id%20ASC&recordLength=500"),
            undated("changedAfterDate=20260310154900-0500&", "early=%3E%3Dt-60"),
            undated("changedAfterDate=20260310154900-0500&", "late=%3E%3Dt-60"),
        ]
    );
}

#[tokio::test]
async fn the_plus_of_an_eastern_offset_is_encoded() {
    let quirks = Quirks { cap: 9, time: TIME, ..Quirks::default() };
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let server = Server::start_for(quirks, |account| Account { server_zone: berlin, ..account }).await;
    let cursor = server.read("stops", None, now()).await.cursor.unwrap();
    server.asked();
    server.read("stops", Some(&cursor), now()).await;
    assert!(server.asked()[1].contains("changedAfterDate=20260310214900%2B0100&"));
}

#[tokio::test]
async fn everything_is_read_again_every_quarter_of_an_hour_and_after_a_restart() {
    let server = Server::start(Quirks { cap: 9, time: (404, "null"), ..Quirks::default() }).await;
    let later = |minutes: i64| Timestamp::from_millis(now().millis() + minutes * 60_000);
    let by_changes = |asked: Vec<String>| asked[1].contains("changedAfterDate");
    let first = server.read("stops", None, later(0)).await.cursor.unwrap();
    assert!(!by_changes(server.asked()), "nothing is known yet");
    let second = server.read("stops", Some(&first), later(14)).await.cursor.unwrap();
    assert!(by_changes(server.asked()));
    server.read("stops", Some(&second), later(15)).await;
    assert!(!by_changes(server.asked()), "the last full read, not the last read, is what counts");

    let ask = Ask {
        resource: "stops",
        cursor: Some(&second),
        page: None,
        restart: true,
        wanted: &[],
        now: later(14),
    };
    let page = server.mcleod.fetch(ask).await.unwrap().next;
    server.mcleod.fetch(Ask { page: page.as_deref(), ..ask }).await.unwrap();
    assert!(!by_changes(server.asked()));
}

#[tokio::test]
async fn a_cursor_that_cannot_be_read_begins_anew() {
    let server = Server::start(Quirks { cap: 9, time: TIME, ..Quirks::default() }).await;
    assert!(server.read("stops", Some("2026-03-10"), now()).await.cursor.is_some());
    assert!(!server.asked()[1].contains("changedAfterDate"));
}

#[tokio::test]
async fn refused_changes_are_not_asked_for_again_for_a_day() {
    let rows = vec![movement("1", "P")];
    let quirks = Quirks { rows, cap: 9, refuses_changes: Some(400), time: (403, ""), ..Quirks::default() };
    let server = Server::start(quirks).await;
    let later = |hours: i64| Timestamp::from_millis(now().millis() + hours * 3_600_000);
    let tried = |asked: Vec<String>| asked.iter().filter(|line| line.contains("changedAfterDate")).count();
    let mut cursor = server.read("movements", None, later(0)).await.cursor.unwrap();
    assert_eq!(tried(server.asked()), 0);
    let refused = server.read("movements", Some(&cursor), later(0)).await;
    assert_eq!(ids(&refused), ["1"], "the same read goes on as a full one");
    assert_eq!(tried(server.asked()), 1);
    cursor = refused.cursor.unwrap();
    for hours in [0, 1, 23] {
        cursor = server.read("movements", Some(&cursor), later(hours)).await.cursor.unwrap();
        assert_eq!(tried(server.asked()), 0, "{hours} h");
    }
    cursor = server.read("movements", Some(&cursor), later(24)).await.cursor.unwrap();
    assert_eq!(tried(server.asked()), 1, "for what changed in the last hour");
    server.read("movements", Some(&cursor), later(24)).await;
    assert_eq!(tried(server.asked()), 0);
}

#[tokio::test]
async fn a_server_that_falls_over_at_changes_is_read_in_full_and_tried_again_each_time() {
    let rows = vec![movement("1", "P")];
    let server =
        Server::start(Quirks { rows, cap: 9, refuses_changes: Some(500), time: TIME, ..Quirks::default() })
            .await;
    let tried = |asked: Vec<String>| asked.iter().filter(|line| line.contains("changedAfterDate")).count();
    let mut cursor = server.read("movements", None, now()).await.cursor.unwrap();
    assert_eq!(tried(server.asked()), 0);
    for _ in 0..2 {
        let batch = server.read("movements", Some(&cursor), now()).await;
        assert_eq!(ids(&batch), ["1"]);
        assert_eq!(tried(server.asked()), 1);
        cursor = batch.cursor.unwrap();
    }
}

#[tokio::test]
async fn an_outage_is_told_and_nothing_is_concluded_from_it() {
    let server = Server::start(Quirks { always: Some((503, "busy")), ..Quirks::default() }).await;
    let wanted = ["0412233".to_owned()];
    for feed in server.mcleod.feeds() {
        let resource = feed.resource;
        let ask = Ask { resource, cursor: None, page: None, restart: false, wanted: &wanted, now: now() };
        let error = server.mcleod.fetch(ask).await.unwrap_err();
        assert!(error.kind.may_pass(), "{resource}: {error}");
    }
}

#[tokio::test]
async fn an_empty_answer_of_status_204_is_an_empty_list() {
    let server = Server::start(Quirks { always: Some((204, "")), ..Quirks::default() }).await;
    for resource in ["drivers", "movements", "orders", "stops", "positions"] {
        let batch = server.read(resource, None, now()).await;
        assert_eq!((batch.changes, batch.rejects, batch.complete), (vec![], vec![], false), "{resource}");
    }
}

#[tokio::test]
async fn wanted_customers_are_named_at_most_twenty_a_read_and_an_unknown_one_is_a_reject() {
    let rows = vec![("customers/C0", json!({"company_id": "TMS", "id": "C0", "name": "ACME"}))];
    let server = Server::start(Quirks { rows, ..Quirks::default() }).await;
    let wanted: Vec<String> = (0..25).map(|number| format!("C{number}")).collect();
    let batch = server.read_wanted("customers", None, &wanted, now()).await;
    assert_eq!(batch.changes.len(), 1);
    assert_eq!(batch.rejects.len(), 19);
    assert_eq!(server.asked().len(), 20);
}

#[tokio::test]
async fn every_request_says_who_asks_and_of_which_company() {
    let quirks = || Quirks { time: TIME, cap: 9, ..Quirks::default() };
    let server = Server::start(quirks()).await;
    server.read("drivers", None, now()).await;
    assert_eq!(server.header("authorization"), "Token 0f7c-token");
    assert_eq!(server.header("x-com.mcleodsoftware.companyid"), "TMS");
    assert_eq!(server.header("accept"), "application/json");
    let credential = Credential::Basic { username: "svc".into(), password: "open sesame".into() };
    let server = Server::start_for(quirks(), |account| Account { credential, ..account }).await;
    let ask = Ask { resource: "stops", cursor: None, page: None, restart: false, wanted: &[], now: now() };
    server.mcleod.fetch(ask).await.unwrap();
    assert_eq!(server.header("authorization"), "Basic c3ZjOm9wZW4gc2VzYW1l");
    assert_eq!(server.header("accept"), "text/plain");
}
