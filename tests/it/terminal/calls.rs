//! What is asked, how much of it at once, and how a listing goes on after its cursor expired.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use backhaul::http::Kind;
use backhaul::providers::terminal::Terminal;
use backhaul::providers::{Ask, Provider};
use secrecy::SecretString;
use tokio::sync::Barrier;

use super::ask;
use super::server::{LAST, ok, read, refused, start};

const EXPIRED: &str = r#"{"code":"bad_request","message":"Invalid cursor","detail":[]}"#;
const CONNECTED: &str = r#"{"id":"conn_1","status":"connected","syncMode":"automatic"}"#;

#[tokio::test]
async fn each_feed_asks_one_question_and_all_pages_repeat_it() {
    let (asked, terminal) = start(async |path: String| {
        ok(match path.as_str() {
            "/connections/current" => CONNECTED,
            _ if path.contains("cursor=") => LAST,
            _ => r#"{"results":[],"next":"c"}"#,
        })
    })
    .await;
    let mut questions = Vec::new();
    for feed in terminal.feeds() {
        read(&terminal, ask(feed.resource)).await;
        let mut pages = asked.take();
        if let Some(second) = pages.pop().filter(|_| !pages.is_empty()) {
            assert_eq!(second, format!("{}&cursor=c", pages[0]), "{}", feed.resource);
            questions.extend(pages);
        } else {
            questions.push(feed.resource.to_owned());
        }
    }
    assert_eq!(
        questions,
        [
            "connection",
            "/vehicles?limit=1000",
            "/trailers?limit=1000",
            "/drivers?limit=1000",
            "/vehicles/locations?limit=1000",
            "/trailers/locations?limit=1000",
            "/hos/available-time?limit=1000",
            // Two days back: what is still open began no earlier.
            "/hos/logs?limit=1000&startedAfter=2026-11-18T15%3A05%3A15Z",
        ]
    );
}

#[tokio::test]
async fn an_expired_cursor_begins_the_listing_anew_once() {
    let refusals = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&refusals);
    let (asked, terminal) = start(move |path: String| {
        let count = Arc::clone(&count);
        async move {
            match path.rsplit_once("cursor=") {
                None => ok(r#"{"results":[{"id":"1"}],"next":"c"}"#),
                Some(_) if count.fetch_add(1, Ordering::Relaxed) == 0 => refused(400, EXPIRED),
                Some(_) => ok(r#"{"results":[{"id":"2"}]}"#),
            }
        }
    })
    .await;
    let pages = read(&terminal, ask("drivers")).await;
    let complete: Vec<bool> = pages.iter().map(|page| page.batch.complete).collect();
    assert_eq!(complete, [false, false, true]);
    let (first, second) = ("/drivers?limit=1000", "/drivers?limit=1000&cursor=c");
    assert_eq!(asked.take(), [first, second, first, second]);
}

#[tokio::test]
async fn a_cursor_that_is_refused_again_is_an_error() {
    let (asked, terminal) = start(async |path: String| {
        if path.contains("cursor=") { refused(400, EXPIRED) } else { ok(r#"{"results":[],"next":"c"}"#) }
    })
    .await;
    let mut next: Option<String> = None;
    let error = loop {
        match terminal.fetch(Ask { page: next.as_deref(), ..ask("vehicles") }).await {
            Ok(page) => next = page.next,
            Err(error) => break error,
        }
    };
    assert_eq!((error.kind, asked.take().len()), (Kind::Rejected, 4));
}

#[tokio::test]
async fn one_real_time_call_is_in_flight_at_a_time_and_copies_do_not_wait_for_it() {
    let (in_flight, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    // Two copies are read and one position is awaited at the same time, or nobody gets an answer.
    let meeting = Arc::new(Barrier::new(3));
    let (counted, peak, met) = (Arc::clone(&in_flight), Arc::clone(&most), Arc::clone(&meeting));
    let (asked, terminal) = start(move |path: String| {
        let (counted, peak, met) = (Arc::clone(&counted), Arc::clone(&peak), Arc::clone(&met));
        async move {
            let is_real_time = path.contains("locations") || path.contains("available-time");
            if is_real_time {
                peak.fetch_max(counted.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            }
            if !is_real_time || path.starts_with("/vehicles/locations") {
                met.wait().await;
            }
            for _ in 0..200 {
                tokio::task::yield_now().await;
            }
            if is_real_time {
                counted.fetch_sub(1, Ordering::SeqCst);
            }
            ok(LAST)
        }
    })
    .await;
    let read = async |resource| terminal.fetch(ask(resource)).await.unwrap();
    tokio::join!(
        read("vehicle_locations"),
        read("trailer_locations"),
        read("available_time"),
        read("vehicles"),
        read("drivers"),
    );
    assert_eq!((most.load(Ordering::SeqCst), asked.take().len()), (1, 5));
}

#[test]
fn real_time_feeds_are_left_alone_for_a_while_and_no_name_is_offered_that_cannot_be_read() {
    let terminal = terminal("sk_T", "con_tkn_T").unwrap();
    for feed in terminal.feeds() {
        let body = if feed.resource == "connection" { CONNECTED } else { LAST };
        backhaul::providers::terminal::normalise(ask(feed.resource), body.as_bytes()).unwrap();
        let is_real_time =
            matches!(feed.resource, "vehicle_locations" | "trailer_locations" | "available_time");
        assert!(!is_real_time || feed.pause >= Duration::from_secs(10), "{}", feed.resource);
    }
    let unknown = Ask { resource: "vehicle_stats", ..ask("vehicles") };
    assert!(backhaul::providers::terminal::normalise(unknown, LAST.as_bytes()).is_err());
}

#[test]
fn a_key_that_cannot_be_sent_is_refused_and_neither_is_ever_shown() {
    for (key, token) in [("", "con_tkn_T"), ("sk_T", " "), ("sk\n_T", "con_tkn_T"), ("sk_T", "con\n_tkn_T")] {
        let error = terminal(key, token).unwrap_err();
        assert!(!error.contains("_T"), "{error}");
    }
    let shown = format!("{:?}", terminal("sk_T", "con_tkn_T").unwrap());
    assert!(!shown.contains("sk_T") && !shown.contains("con_tkn_T"), "{shown}");
}

fn terminal(key: &str, token: &str) -> Result<Terminal, String> {
    let base = "https://api.withterminal.com/tsp/v1";
    Terminal::new(base, &SecretString::from(key), &SecretString::from(token), None)
}
