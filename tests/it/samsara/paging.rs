//! What is asked, page after page, seen from a server on the loopback that writes it down.

use std::future::ready;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode, Uri};
use backhaul::http::Kind;
use backhaul::model::Batch;
use backhaul::providers::samsara::Samsara;
use backhaul::providers::{Ask, Provider};
use secrecy::SecretString;

use super::ask;

/// What is answered to a path and query: a status and a body.
pub(super) type Answer = fn(&str) -> (u16, &'static str);

pub(super) const LAST: &str = r#"{"data":[],"pagination":{"endCursor":"","hasNextPage":false}}"#;
const MORE: &str = r#"{"data":[],"pagination":{"endCursor":"c 1&","hasNextPage":true}}"#;
const CAUGHT_UP: &str = r#"{"data":[],"pagination":{"endCursor":"c2","hasNextPage":false}}"#;

#[derive(Clone)]
pub(super) struct Upstream {
    answer: Answer,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Upstream {
    pub(super) async fn start(answer: Answer) -> (Self, Samsara) {
        let upstream = Self { answer, asked: Arc::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let serving = upstream.clone();
        let router =
            Router::new().fallback(move |headers: HeaderMap, uri: Uri| ready(serving.serve(&headers, &uri)));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let samsara = Samsara::new(&base, &SecretString::from("samsara_api_T"), None).unwrap();
        (upstream, samsara)
    }

    fn serve(&self, headers: &HeaderMap, uri: &Uri) -> (StatusCode, &'static str) {
        assert_eq!(headers["authorization"], "Bearer samsara_api_T");
        assert_eq!(headers["accept"], "application/json");
        let asked = uri.path_and_query().unwrap().as_str();
        self.asked.lock().unwrap().push(asked.to_owned());
        let (status, body) = (self.answer)(asked);
        (StatusCode::from_u16(status).unwrap(), body)
    }

    pub(super) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

/// Reads to the end; the batches of all pages.
pub(super) async fn read(samsara: &Samsara, mut ask: Ask<'_>) -> Vec<Batch> {
    let mut batches = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let page = samsara.fetch(Ask { page: next.as_deref(), ..ask }).await.unwrap();
        batches.push(page.batch);
        let Some(token) = page.next else { return batches };
        next = Some(token);
        ask.now = ask.now.plus(std::time::Duration::from_secs(1));
    }
}

fn twice(asked: &str) -> (u16, &'static str) {
    (200, if asked.contains("after=") { LAST } else { MORE })
}

#[tokio::test]
async fn every_page_repeats_all_filters_and_adds_the_cursor() {
    let (upstream, samsara) = Upstream::start(twice).await;
    let check = async |resource, expected: &str| {
        read(&samsara, ask(resource)).await;
        let after = format!("{expected}&after=c%201%26");
        assert_eq!(upstream.asked(), [expected, after.as_str()], "{resource}");
    };
    check("vehicles", "/fleet/vehicles?limit=512").await;
    check("trailers", "/fleet/trailers?limit=512").await;
    check("assets", "/assets?type=trailer&includeExternalIds=true").await;
    check("hos_clocks", "/fleet/hos/clocks?limit=512").await;
    check("hos_logs", "/fleet/hos/logs?startTime=2026-11-18T23%3A05%3A15Z&endTime=2026-11-20T15%3A05%3A15Z")
        .await;
    check("odometers", "/fleet/vehicles/stats?types=obdOdometerMeters%2CgpsOdometerMeters").await;
    check("driver_vehicle_assignments", "/fleet/driver-vehicle-assignments?filterBy=drivers").await;
    check("vehicle_stats", "/fleet/vehicles/stats/feed?types=gps%2CengineStates%2CfuelPercents").await;
    check("trailer_stats", "/fleet/trailers/stats/feed?types=gps").await;
}

#[tokio::test]
async fn drivers_are_read_in_two_passes_and_complete_only_after_the_second() {
    let (upstream, samsara) = Upstream::start(twice).await;
    let batches = read(&samsara, ask("drivers")).await;
    assert_eq!(
        upstream.asked(),
        [
            "/fleet/drivers?driverActivationStatus=active&limit=512",
            "/fleet/drivers?driverActivationStatus=active&limit=512&after=c%201%26",
            "/fleet/drivers?driverActivationStatus=deactivated&limit=512",
            "/fleet/drivers?driverActivationStatus=deactivated&limit=512&after=c%201%26",
        ]
    );
    let complete: Vec<bool> = batches.iter().map(|batch| batch.complete).collect();
    assert_eq!(complete, [false, false, false, true]);
}

#[tokio::test]
async fn a_feed_goes_on_from_its_cursor_and_tells_a_new_one_on_every_page() {
    let answer = |asked: &str| (200, if asked.ends_with("after=c0") { MORE } else { CAUGHT_UP });
    let (upstream, samsara) = Upstream::start(answer).await;
    let batches = read(&samsara, Ask { cursor: Some("c0"), ..ask("vehicle_stats") }).await;
    let path = "/fleet/vehicles/stats/feed?types=gps%2CengineStates%2CfuelPercents";
    assert_eq!(upstream.asked(), [format!("{path}&after=c0"), format!("{path}&after=c%201%26")]);
    let cursors: Vec<_> = batches.iter().map(|batch| batch.cursor.as_deref()).collect();
    assert_eq!(cursors, [Some("c 1&"), Some("c2")]);

    read(&samsara, Ask { cursor: Some(""), ..ask("vehicle_stats") }).await;
    assert_eq!(upstream.asked(), [path], "an empty cursor is never sent");
}

#[tokio::test]
async fn a_rejected_cursor_is_told_and_a_restart_reads_the_snapshot_first() {
    let answer = |asked: &str| match asked {
        _ if asked.ends_with("after=stale") => (400, r#"{"message":"Invalid cursor."}"#),
        _ if asked.contains("/feed") => (200, CAUGHT_UP),
        _ => twice(asked),
    };
    let (upstream, samsara) = Upstream::start(answer).await;
    let stale = Ask { cursor: Some("stale"), ..ask("vehicle_stats") };
    assert_eq!(samsara.fetch(stale).await.unwrap_err().kind, Kind::Rejected);
    upstream.asked();

    let batches = read(&samsara, Ask { restart: true, ..stale }).await;
    let types = "types=gps%2CengineStates%2CfuelPercents";
    assert_eq!(
        upstream.asked(),
        [
            format!("/fleet/vehicles/stats?{types}"),
            format!("/fleet/vehicles/stats?{types}&after=c%201%26"),
            format!("/fleet/vehicles/stats/feed?{types}"),
        ]
    );
    let cursors: Vec<_> = batches.iter().map(|batch| batch.cursor.as_deref()).collect();
    assert_eq!(cursors, [None, None, Some("c2")], "a snapshot's cursor is no feed's");
}

#[tokio::test]
async fn trap_11_trailer_stats_are_found_under_their_old_path_and_remembered() {
    let answer = |asked: &str| match asked.strip_prefix("/beta") {
        Some(_) => (200, CAUGHT_UP),
        None => (404, r#"{"message":"Object not found."}"#),
    };
    let (upstream, samsara) = Upstream::start(answer).await;
    let batches = read(&samsara, ask("trailer_stats")).await;
    assert_eq!(
        upstream.asked(),
        ["/fleet/trailers/stats/feed?types=gps", "/beta/fleet/trailers/stats/feed?types=gps"]
    );
    let cursor = batches.last().unwrap().cursor.as_deref();
    read(&samsara, Ask { cursor, ..ask("trailer_stats") }).await;
    assert_eq!(upstream.asked(), ["/beta/fleet/trailers/stats/feed?types=gps&after=c2"]);
}

#[tokio::test]
async fn trailer_stats_that_are_nowhere_are_not_found_after_two_calls() {
    let (upstream, samsara) = Upstream::start(|_| (404, "")).await;
    let first = samsara.fetch(ask("trailer_stats")).await.unwrap();
    let second = samsara.fetch(Ask { page: first.next.as_deref(), ..ask("trailer_stats") }).await;
    assert_eq!(second.unwrap_err().kind, Kind::NotFound);
    assert_eq!(upstream.asked().len(), 2);
}

#[tokio::test]
async fn assets_are_asked_for_by_fifty_within_one_window() {
    let (upstream, samsara) = Upstream::start(twice).await;
    let wanted: Vec<String> = (1..=101).map(|id| id.to_string()).collect();
    let batches = read(&samsara, Ask { wanted: &wanted, ..ask("asset_locations") }).await;
    let rest =
        "startTime=2026-11-19T15%3A05%3A15Z&endTime=2026-11-20T15%3A05%3A15Z&includeSpeed=true&limit=512";
    let expected: Vec<String> = wanted
        .chunks(50)
        .map(|ids| format!("/assets/location-and-speed/stream?ids={}&{rest}", ids.join("%2C")))
        .flat_map(|first| [first.clone(), format!("{first}&after=c%201%26")])
        .collect();
    assert_eq!(upstream.asked(), expected);

    // The next window begins a little before this one ended.
    let cursor = batches.last().unwrap().cursor.as_deref();
    assert_eq!(cursor, Some("2026-11-20T15:05:15Z"));
    read(&samsara, Ask { cursor, wanted: &wanted[..1], ..ask("asset_locations") }).await;
    assert!(upstream.asked()[0].contains("startTime=2026-11-20T14%3A55%3A15Z&"));
}

#[tokio::test]
async fn driver_trailers_are_asked_for_by_fifty_and_complete_after_the_last() {
    let (upstream, samsara) = Upstream::start(|_| (200, LAST)).await;
    let wanted: Vec<String> = (1..=51).map(|id| id.to_string()).collect();
    let batches = read(&samsara, Ask { wanted: &wanted, ..ask("driver_trailer_assignments") }).await;
    assert_eq!(
        upstream.asked(),
        [
            format!("/driver-trailer-assignments?driverIds={}", wanted[..50].join("%2C")),
            "/driver-trailer-assignments?driverIds=51".to_owned(),
        ]
    );
    let complete: Vec<bool> = batches.iter().map(|batch| batch.complete).collect();
    assert_eq!(complete, [false, true]);

    for resource in ["driver_trailer_assignments", "asset_locations"] {
        read(&samsara, ask(resource)).await;
    }
    assert!(upstream.asked().is_empty(), "with no ids there is nothing to ask");
}

#[tokio::test]
async fn trap_2_no_question_names_more_than_three_types_or_fifty_ids() {
    let (upstream, samsara) = Upstream::start(|_| (200, LAST)).await;
    let wanted: Vec<String> = (1..=120).map(|id| id.to_string()).collect();
    for feed in samsara.feeds() {
        for restart in [false, true] {
            read(&samsara, Ask { restart, wanted: &wanted, ..ask(feed.resource) }).await;
        }
    }
    let lists = |asked: &str, name: &str| {
        let list = asked.split(['?', '&']).find_map(|pair| pair.strip_prefix(name));
        list.map(|list| list.split("%2C").count())
    };
    let asked = upstream.asked();
    let most = |name: &str| asked.iter().filter_map(|asked| lists(asked, name)).max();
    assert_eq!((most("types="), most("ids="), most("driverIds=")), (Some(3), Some(50), Some(50)));
}

#[tokio::test]
async fn a_scope_that_is_lacking_stops_one_feed_and_not_the_account() {
    let (_, samsara) = Upstream::start(|asked| match asked {
        _ if asked.starts_with("/fleet/hos") => (403, r#"{"message":"Forbidden.","requestId":"aa-bb"}"#),
        _ => (200, LAST),
    })
    .await;
    let error = samsara.fetch(ask("hos_clocks")).await.unwrap_err();
    assert_eq!((error.kind, error.kind.is_of_the_account()), (Kind::Forbidden, false));
    assert!(error.message.contains("(request aa-bb)"), "their support asks for it: {error}");
    assert!(samsara.fetch(ask("vehicles")).await.is_ok());
}

#[test]
fn each_region_has_its_own_host() {
    for host in ["https://api.samsara.com", "https://api.eu.samsara.com", "https://api.ca.samsara.com"] {
        assert!(Samsara::new(host, &SecretString::from("samsara_api_T"), None).is_ok(), "{host}");
    }
}

#[test]
fn every_feed_that_is_offered_can_be_read_and_says_its_limit() {
    let samsara =
        Samsara::new("https://api.samsara.com", &SecretString::from("samsara_api_T"), None).unwrap();
    for feed in samsara.feeds() {
        let ask = Ask { resource: feed.resource, ..ask("vehicles") };
        backhaul::providers::samsara::normalise(ask, LAST.as_bytes()).unwrap();
        assert!(feed.limit.is_none_or(|limit| (5.0..=25.0).contains(&limit.calls_per_second)));
    }
    assert!(!format!("{samsara:?}").contains("samsara_api_T"));
}

#[test]
fn a_token_that_cannot_be_sent_is_refused_without_being_repeated() {
    for token in ["", "  ", "samsara\napi_T"] {
        let error = Samsara::new("https://api.samsara.com", &SecretString::from(token), None).unwrap_err();
        assert!(!error.contains("api_T"), "{error}");
    }
}
