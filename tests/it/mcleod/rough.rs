//! Answers that nobody would send on purpose, in either format.

use std::fs;
use std::path::Path;

use axum::Router;
use axum::body::Body;
use axum::http::Response;
use backhaul::http::Kind;
use backhaul::model::{Batch, Change, MovementStatus};
use backhaul::providers::Provider;
use backhaul::providers::mcleod::{Account, McLeod};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::server::{Quirks, Server};
use super::xml::{Style, xml, xml_in};
use super::{MCLEOD, account, movements, normalise, now, recorded};

fn rows(count: usize) -> Vec<Value> {
    (0..count)
        .map(|id| json!({"__type": "movement", "company_id": "TMS", "id": id.to_string(), "status": "P"}))
        .collect()
}

/// The same rows in JSON, in XML and in XML of the other style.
fn written(rows: &Value) -> [String; 3] {
    [rows.to_string(), xml(rows), xml_in(rows, Style::Elements)]
}

#[test]
fn one_broken_row_among_five_hundred_costs_itself() {
    let mut mixed = rows(500);
    mixed.insert(250, json!({"__type": "movement", "company_id": "TMS", "status": "P"}));
    for body in written(&mixed.into()) {
        let batch = normalise("movements", &body);
        assert_eq!((movements(&batch).len(), batch.rejects.len()), (500, 1));
    }
    // In XML an attribute may be broken without the document being so.
    let broken =
        ["<movement id='7' company_id=TMS/>", "<movement id='7' id='8' company_id='TMS'/>", "<movement/>"];
    for row in broken {
        let body = xml(&rows(500).into()).replacen("<movement ", &format!("{row}<movement "), 1);
        let batch = normalise("movements", &body);
        assert_eq!((movements(&batch).len(), batch.rejects.len()), (500, 1), "{row}");
    }
}

#[test]
fn an_answer_that_breaks_off_tells_nothing_wherever_it_does() {
    let whole: Value = serde_json::from_str(&recorded("movements_search_list.json")).unwrap();
    for body in [
        recorded("movements_search_list.json"),
        recorded("movements_search_list.xml"),
        xml_in(&whole, Style::Elements),
    ] {
        let body = body.trim();
        for cut in (1..body.len()).step_by(7) {
            let error = MCLEOD.normalise("movements", &body.as_bytes()[..cut], now()).unwrap_err();
            assert_eq!(error.kind, Kind::Malformed, "{cut}");
        }
    }
}

#[test]
fn unknown_codes_sequences_and_long_texts_are_borne() {
    let long = "x".repeat(10_000);
    let row = json!({"__type": "movement", "company_id": "TMS", "id": "7", "status": "Q?", "loaded": long,
        "move_distance_um": "FURLONG", "move_distance": "5",
        "dispatcher_user_id": "A\u{1b}[2J\u{202e}B\u{1b}]0;x\u{7}C", "brokerage": "MAYBE", "equipment_group_id": long,
        "stops": [{"id": "s", "stop_type": "ZZ", "location_name": long, "state": "\u{1b}[31mga", "city_name": "\u{2067}X"}]});
    for body in written(&row) {
        let batch = normalise("movements", &body);
        let said = format!("{:?}", batch.changes);
        assert!(!said.contains('\u{1b}') && !said.contains('\u{202e}') && !said.contains("\\u{"), "{said}");
        assert!(said.len() < 2_500, "{}", said.len());
        let row = movements(&batch)[0];
        assert_eq!(
            (row.status, row.dispatcher.as_deref(), row.distance_mi),
            (MovementStatus::Unknown, Some("ABC"), None)
        );
        assert_eq!(batch.rejects, []);
    }
}

#[tokio::test]
async fn a_stack_trace_is_an_error_of_one_line() {
    let page = "<html><head><title>Error 500</title></head>\n<body><pre>java.lang.NullPointerException\n\tat com.x</pre></body></html>";
    for body in [page, "java.lang.IllegalStateException: no\n\tat com.mcleod.X.y(X.java:1)\n\tat z"] {
        let server = Server::start(Quirks { always: Some((500, body)), ..Quirks::default() }).await;
        for feed in server.mcleod.feeds().iter().filter(|feed| feed.wants.is_none()) {
            let error = server.mcleod.fetch(super::ask(feed.resource)).await.unwrap_err();
            assert_eq!(error.kind, Kind::Unavailable { retry_after: None }, "{}", feed.resource);
            assert!(error.message.starts_with("HTTP 500") && !error.message.contains('\n'), "{error}");
        }
    }
}

#[tokio::test]
async fn nothing_at_all_is_no_row_of_any_feed() {
    for body in ["null", "", "<list/>", "[]"] {
        let server = Server::start(Quirks { always: Some((200, body)), ..Quirks::default() }).await;
        for feed in server.mcleod.feeds() {
            let wanted = ["7".to_owned()];
            let batch = server.read_wanted(feed.resource, None, &wanted, now()).await;
            assert_eq!(batch.changes, [], "{} {body}", feed.resource);
            assert_eq!(batch.rejects.len(), usize::from(feed.wants.is_some()), "{} {body}", feed.resource);
            assert!(!batch.complete, "{} {body}", feed.resource);
        }
    }
}

#[tokio::test]
async fn a_body_of_a_hundred_megabytes_is_left_where_it_is() {
    let large = Router::new().fallback(async || Response::new(Body::from(vec![b' '; 100_000_000])));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, large).await });
    let mcleod = McLeod::new(account(&base)).unwrap();
    let error = mcleod.fetch(super::ask("positions")).await.unwrap_err();
    assert_eq!((error.kind, error.message.as_str()), (Kind::TooLarge, "the answer is larger than 64 MiB"));
}

#[test]
fn the_documentations_skeletons_are_survived_in_both_formats() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/fixtures/public/mcleod"));
    if !folder.is_dir() {
        eprintln!("skipped: {} is not here", folder.display());
        return;
    }
    let ours = Account { company_id: "...".to_owned(), ..account("https://tms.example.com/ws") };
    let ours = McLeod::new(ours).unwrap();
    for (resource, table) in [
        ("drivers", "driver"),
        ("tractors", "tractor"),
        ("trailers", "trailer"),
        ("movements", "movement"),
        ("assignments", "movement"),
        ("orders", "orders"),
        ("stops", "stop"),
        ("customers", "customer"),
        ("positions", "mc_position"),
    ] {
        let body = fs::read_to_string(folder.join(table).with_extension("json")).unwrap();
        let json = ours.normalise(resource, &body, now()).unwrap();
        // A position without a date is none.
        let rejected: Vec<&str> = json.rejects.iter().map(|reject| reject.reason.as_str()).collect();
        let undated = (table == "mc_position").then_some("position has no sane date");
        assert_eq!(rejected, undated.into_iter().collect::<Vec<_>>(), "{table}");
        assert_eq!(json.changes.is_empty(), undated.is_some(), "{table}");
        let row: Value = serde_json::from_str(&body).unwrap();
        for body in written(&row) {
            assert_eq!(ours.normalise(resource, &body, now()).unwrap(), json, "{table}");
        }
        // For us they are rows of the company "...".
        let refused = normalise(resource, &body);
        assert_eq!((refused.changes.len(), refused.rejects.len()), (0, 1), "{table}");
    }
}

proptest! {
    #[test]
    fn no_body_whatever_makes_it_panic_or_speak_unclean(body in ".{0,200}", markup in "(<[a-z]{1,3}( [a-z]{1,3}=['\"]?[a-z&;]{0,3}['\"]?)?/?>|</[a-z]{1,3}>|[a-z&;]{1,4}|<!\\[CDATA\\[|\\]\\]>|<!--|-->){0,12}") {
        for body in [body, markup] {
            for resource in ["drivers", "assignments", "positions"] {
                let said = match MCLEOD.normalise(resource, &body, now()) {
                    Ok(Batch { changes, rejects, .. }) => format!("{:?}{rejects:?}", changes.iter().map(id).collect::<Vec<_>>()),
                    Err(error) => error.to_string(),
                };
                prop_assert!(!said.chars().any(char::is_control), "{}", said);
            }
        }
    }
}

fn id(change: &Change) -> String {
    format!("{change:?}")
}
