//! One provider in trouble: the other keeps its pace, everybody is told, and it mends by itself.

use std::time::Duration;

use backhaul::sim::{Fault, Upstream};

use super::{Office, last_ok};

/// Breaks Samsara's positions and says what a person is then told.
fn check(fault: Fault, told: &str) {
    let office = Office::new(5);
    let config = std::fs::read_to_string(office.config()).unwrap();
    let quick = "\n[polling]\nidle = \"1s\"\nmovements_idle = \"1s\"\n";
    office.write_config(&format!("{config}{quick}"));
    let _daemon = office.daemon("log");
    office.wait_for_fleet("a first read", |fleet| {
        last_ok(fleet, "samsara", "vehicle_stats").is_some() && last_ok(fleet, "mcleod", "orders").is_some()
    });
    office.sim.faults().set(Upstream::Samsara, "/fleet/vehicles/stats", fault);
    let broken = office.wait_for_fleet(told, |fleet| {
        let feed = fleet.feeds.iter().find(|feed| feed.resource == "vehicle_stats").unwrap();
        feed.error.as_deref().is_some_and(|error| error.contains(told)) && feed.error_since_at.is_some()
    });
    let pace = last_ok(&broken, "mcleod", "orders");
    let later = pace.map(|at| at.plus(Duration::from_secs(3)));
    office.wait_for_fleet("the other keeps its pace", |fleet| last_ok(fleet, "mcleod", "orders") > later);
    let status = office.output(&["status"]);
    let text = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(text.contains(told), "{text}");
    office.sim.faults().clear(Upstream::Samsara);
    office.wait_for_fleet("it recovers", |fleet| fleet.feeds.iter().all(|feed| feed.error.is_none()));
}

#[test]
fn a_server_in_trouble() {
    check(Fault::Status { code: 500, retry_after: None }, "HTTP 500");
}

#[test]
fn too_many_calls() {
    check(Fault::Status { code: 429, retry_after: Some("1.5".into()) }, "asked to slow down");
}

#[test]
fn garbage_instead_of_json() {
    check(Fault::Garbage, "not understood");
}

#[test]
fn an_answer_that_breaks_off() {
    check(Fault::Truncated, "not understood");
}

#[test]
fn a_connection_that_is_reset() {
    check(Fault::Reset, "not available");
}

#[test]
fn a_server_that_answers_nothing() {
    check(Fault::Hang, "no answer in time");
}

#[test]
fn a_wrong_token_stands_on_every_feed_of_the_account_and_stops_no_other() {
    let office = Office::new(5);
    let config = std::fs::read_to_string(office.config()).unwrap();
    office.write_config(&config.replace(office.sim.samsara_token(), "no-such-token"));
    let _daemon = office.daemon("log");
    office.wait_for_fleet("the TMS is read", |fleet| last_ok(fleet, "mcleod", "stops").is_some());
    let fleet = office.wait_for_fleet("the refusal is noted", |fleet| {
        fleet.feeds.iter().any(|feed| feed.account == "samsara" && feed.error.is_some())
    });
    let samsara: Vec<_> = fleet.feeds.iter().filter(|feed| feed.account == "samsara").collect();
    assert!(samsara.len() >= 10, "every feed has its row: {}", samsara.len());
    let refused = |error: &String| error.contains("credentials refused");
    assert!(samsara.iter().all(|feed| feed.error.as_ref().is_some_and(refused)), "{samsara:?}");
    assert!(!office.log("log").contains("no-such-token"));
    let calls = office.sim.calls().iter().filter(|call| call.status == 401).count();
    assert!(calls <= 3, "{calls} calls with a refused credential");
}

#[test]
fn a_host_that_does_not_exist_is_a_feed_error_that_names_the_remedy() {
    let office = Office::new(5);
    let config = std::fs::read_to_string(office.config()).unwrap();
    let broken = config.replace(&office.sim.samsara_url(), "https://no-such-host.invalid");
    office.write_config(&broken);
    let _daemon = office.daemon("log");
    office.wait_for_fleet("the error is noted", |fleet| {
        fleet.feeds.iter().any(|feed| {
            feed.account == "samsara" && feed.error.as_deref().is_some_and(|e| e.contains("not available"))
        })
    });
}
