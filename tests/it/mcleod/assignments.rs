//! Which units a movement has, on servers that show it and on servers that do not.

use backhaul::http::Kind;
use backhaul::model::{Assignment, Batch, Change, Timestamp};
use backhaul::providers::{Ask, Provider};
use serde_json::{Value, json};

use super::server::{Quirks, Server};
use super::{now, recorded};

#[tokio::test]
async fn wanted_movements_are_read_one_by_one_and_a_missing_one_is_gone() {
    let here = json!({"company_id": "TMS", "id": "1", "status": "P", "__tractor_id": "4471"});
    let rows = vec![("movements/1", here)];
    let server = Server::start(Quirks { rows, cap: 9, ..Quirks::default() }).await;
    let wanted = ["1", "2"].map(str::to_owned);
    let batch = server.read_wanted("assignments", None, &wanted, now()).await;
    let [Change::Movement(_), Change::Assignment(assignment), Change::MovementGone { company_id, id }] =
        batch.changes.as_slice()
    else {
        panic!("{:?}", batch.changes)
    };
    assert_eq!((assignment.movement_id.as_str(), assignment.tractor.as_deref()), ("1", Some("4471")));
    assert_eq!((company_id.as_str(), id.as_str()), ("TMS", "2"));
    assert_eq!(
        server.asked(),
        ["movements/1", "movements/2", "movements/search?movement.id=2&recordLength=1"]
    );
    assert_eq!(server.read_wanted("assignments", None, &[], now()).await, Batch::default());
    assert_eq!(server.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn a_server_that_answers_404_to_everything_has_lost_no_movement() {
    let server =
        Server::start(Quirks { always: Some((404, "<h1>Not Found</h1>")), ..Quirks::default() }).await;
    let wanted = ["1".to_owned()];
    let ask = Ask {
        resource: "assignments",
        cursor: None,
        page: None,
        restart: false,
        wanted: &wanted,
        now: now(),
    };
    let page = server.mcleod.fetch(ask).await.unwrap();
    assert_eq!(page.batch, Batch::default());
    let error = server.mcleod.fetch(Ask { page: page.next.as_deref(), ..ask }).await.unwrap_err();
    assert_eq!(error.kind, Kind::NotFound);
}

fn movement(group: Option<&str>) -> (&'static str, Value) {
    let row = json!({"company_id": "TMS", "id": "1", "status": "P", "equipment_group_id": group});
    ("movements/search", row)
}

fn piece(id: &str, group: &str, kind: &str, unit: &str, place: i64) -> (&'static str, Value) {
    let row = json!({"company_id": "TMS", "id": id, "equipment_group_id": group, "equipment_type_id": kind,
        "equipment_id": unit, "type_sequence": place});
    ("equipment_item/search", row)
}

/// A team with two trailers, and a neighbour.
fn group() -> Vec<(&'static str, Value)> {
    vec![
        movement(Some("g1")),
        piece("a", "g1", "D ", "BAKER", 1),
        piece("b", "g1", "L", "R54", 1),
        piece("c", "g1", "T", "4471", 0),
        piece("d", "g1", "D", "ADAMS", 0),
        piece("e", "g1", "L", "R53", 0),
        piece("f", "g1", "X", "GENSET", 0),
        piece("g", "g2", "T", "9999", 0),
    ]
}

fn team() -> Assignment {
    Assignment {
        company_id: "TMS".into(),
        movement_id: "1".into(),
        driver: Some("ADAMS".into()),
        driver2: Some("BAKER".into()),
        tractor: Some("4471".into()),
        trailer: Some("R53".into()),
        more_trailers: vec!["R54".into()],
    }
}

fn assigned(batch: &Batch) -> Vec<&Assignment> {
    batch
        .changes
        .iter()
        .filter_map(|change| if let Change::Assignment(told) = change { Some(told) } else { None })
        .collect()
}

#[tokio::test]
async fn a_server_that_hides_its_movements_is_asked_for_their_equipment_groups() {
    for (status, xml) in [(403, false), (404, false), (403, true)] {
        let quirks =
            Quirks { rows: group(), cap: 9, hides_movements: Some(status), xml, ..Quirks::default() };
        let server = Server::start(quirks).await;
        let wanted = ["1".to_owned()];
        let batch = server.read_wanted("assignments", None, &wanted, now()).await;
        let [Change::Movement(row), Change::Assignment(told)] = batch.changes.as_slice() else {
            panic!("{:?}", batch.changes)
        };
        assert_eq!((row.id.as_str(), told), ("1", &team()), "{status} {xml}");
        assert_eq!(batch.rejects, []);
        let by_group = [
            "movements/search?movement.id=1&recordLength=1",
            "equipment_item/search?equipment_group_id=g1&recordLength=100",
        ];
        assert_eq!(server.asked(), ["movements/1", by_group[0], by_group[1]]);
        // Known from then on, and looked into again after an hour.
        let later = |minutes: i64| Timestamp::from_millis(now().millis() + minutes * 60_000);
        assert_eq!(assigned(&server.read_wanted("assignments", None, &wanted, later(59)).await), [&team()]);
        assert_eq!(server.asked(), by_group);
        server.read_wanted("assignments", None, &wanted, later(60)).await;
        assert_eq!(server.asked()[0], "movements/1");
    }
}

#[tokio::test]
async fn a_movement_without_a_group_has_no_units_and_a_group_without_units_says_nothing() {
    let read = async |rows| {
        let quirks = Quirks { rows, cap: 9, hides_movements: Some(403), ..Quirks::default() };
        Server::start(quirks).await.read_wanted("assignments", None, &["1".to_owned()], now()).await
    };
    let nobody = Assignment { company_id: "TMS".into(), movement_id: "1".into(), ..Assignment::default() };
    assert_eq!(assigned(&read(vec![movement(None)]).await), [&nobody]);
    let batch = read(vec![movement(Some("g1"))]).await;
    assert_eq!(assigned(&batch), [] as [&Assignment; 0]);
    assert_eq!(batch.rejects[0].reason, "movement's equipment group names no unit");
}

#[tokio::test]
async fn pieces_of_another_group_are_nobodys_units() {
    let quirks =
        Quirks { rows: group(), cap: 9, hides_movements: Some(403), ignores_keys: true, ..Quirks::default() };
    let server = Server::start(quirks).await;
    let batch = server.read_wanted("assignments", None, &["1".to_owned()], now()).await;
    assert_eq!(assigned(&batch), [&team()]);
    let [reject] = batch.rejects.as_slice() else { panic!("{:?}", batch.rejects) };
    assert_eq!(
        (reject.external_id.as_str(), reject.reason.as_str()),
        ("9999", "equipment item is of another group")
    );
}

#[tokio::test]
async fn a_server_that_hides_the_pieces_too_says_so() {
    let quirks =
        Quirks { rows: vec![movement(Some("g1"))], cap: 9, hides_movements: Some(403), ..Quirks::default() };
    let server = Server::start(quirks).await;
    let wanted = ["1".to_owned()];
    let ask = Ask {
        resource: "assignments",
        cursor: None,
        page: None,
        restart: false,
        wanted: &wanted,
        now: now(),
    };
    let step = server.mcleod.fetch(ask).await.unwrap();
    assert!(step.is_step, "a refusal proves nothing of the credential");
    let page = server.mcleod.fetch(Ask { page: step.next.as_deref(), ..ask }).await.unwrap();
    assert!(!page.is_step);
    let gone = Server::start(Quirks { always: Some((403, "not for you")), ..Quirks::default() }).await;
    let error = gone.mcleod.fetch(Ask { page: page.next.as_deref(), ..ask }).await.unwrap_err();
    assert_eq!(error.kind, Kind::Forbidden);
}

#[test]
fn the_recorded_pieces_are_those_of_the_recorded_movement() {
    let items: Value = serde_json::from_str(&recorded("equipment_item_search_list.json")).unwrap();
    let unit = |kind: &str| {
        let item = items.as_array().unwrap().iter().find(|item| item["equipment_type_id"] == kind);
        item.map(|item| item["equipment_id"].as_str().unwrap().to_owned())
    };
    let batch = super::normalise("assignments", &recorded("movement_get.json"));
    let [told] = assigned(&batch)[..] else { panic!("{:?}", batch.changes) };
    assert_eq!([&told.driver, &told.tractor, &told.trailer], [&unit("D"), &unit("T"), &unit("L")]);
}

/// The movements that a read says changed.
fn changed(batch: &Batch) -> Vec<&str> {
    let changed = batch.changes.iter().filter_map(|change| match change {
        Change::MovementChanged { id, .. } => Some(id.as_str()),
        _ => None,
    });
    changed.collect()
}

#[tokio::test]
async fn a_movement_that_the_change_feed_names_is_to_be_read_again_once_for_each_change() {
    for xml in [false, true] {
        let row = |sequence: i64, stops: &[&str]| {
            let stops: Vec<Value> = stops.iter().map(|id| json!({"company_id": "TMS", "id": id})).collect();
            let row = json!({"company_id": "TMS", "id": "1", "status": "A", "preassign_sequence": sequence,
                "stops": stops});
            // Another company's movement of the same number says nothing of ours.
            let other = json!({"company_id": "TMS2", "id": "1", "status": "P"});
            vec![("movements/search", row), ("movements/search", other)]
        };
        let time = (200, "1773176040000");
        let server =
            Server::start(Quirks { rows: row(1, &["a", "b"]), cap: 9, time, xml, ..Quirks::default() }).await;
        let batch = server.read("movements", None, now()).await;
        assert_eq!(changed(&batch), [] as [&str; 0], "all is read one by one the first time");
        let mut cursor = batch.cursor;
        let mut read = async |rows, expected: &[&str], why: &str| {
            server.now_has(rows);
            let batch = server.read("movements", cursor.as_deref(), now()).await;
            assert_eq!(changed(&batch), expected, "{why}, xml {xml}");
            cursor = batch.cursor;
        };
        read(row(1, &["a", "b"]), &["1"], "the feed names it, whatever of it changed").await;
        read(row(1, &["a", "b"]), &[], "the same change, within the overlap").await;
        read(row(2, &["a", "b"]), &["1"], "it went to another driver").await;
        read(row(2, &["a", "b"]), &[], "the same change").await;
        read(row(2, &["a"]), &["1"], "a stop was taken out").await;
        read(vec![], &["1"], "while it was named it may have gone to another driver, which no column shows")
            .await;
        read(vec![], &[], "nothing changed for a while").await;
        read(row(2, &["a"]), &["1"], "and then something did").await;
    }
}

#[tokio::test]
async fn what_changed_while_nobody_read_is_to_be_read_again_though_a_list_shows_it_as_before() {
    let later = |minutes: i64| Timestamp::from_millis(now().millis() + minutes * 60_000);
    let start = || {
        let row = json!({"company_id": "TMS", "id": "1", "status": "A"});
        let rows = vec![("movements/search", row)];
        Server::start(Quirks { rows, cap: 9, time: (404, ""), ..Quirks::default() })
    };
    let of_changes = |asked: Vec<String>| -> Vec<String> {
        let since = asked.iter().filter_map(|line| line.split_once("changedAfterDate=")?.1.get(..14));
        let mut since: Vec<String> = since.map(str::to_owned).collect();
        since.dedup();
        since
    };
    let server = start().await;
    let cursor = server.read("movements", None, later(0)).await.cursor;
    let after_an_outage = server.read("movements", cursor.as_deref(), later(20)).await;
    assert_eq!(changed(&after_an_outage), ["1"]);
    assert_eq!(of_changes(server.asked()), ["20260310155000"]);
    let restarted = start().await;
    let batch = restarted.read("movements", cursor.as_deref(), later(20)).await;
    assert_eq!(changed(&batch), ["1"]);
    let asked = restarted.asked();
    assert!(asked[1].contains("movement.status=P"), "everything is read too: {asked:?}");
    assert_eq!(of_changes(asked), ["20260310154500"], "what was named when it ended may have changed since");
    let next = restarted.read("movements", batch.cursor.as_deref(), later(34)).await;
    assert_eq!(of_changes(restarted.asked()), ["20260310161000"]);
    restarted.read("movements", next.cursor.as_deref(), later(35)).await;
    assert_eq!(of_changes(restarted.asked()), [] as [&str; 0], "the next changes tell of the last minute");
}
