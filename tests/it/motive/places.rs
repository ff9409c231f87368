//! Where vehicles are, by two lists: what each adds, and what is made of one that fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use backhaul::http::Kind;
use backhaul::model::{Batch, Change, Engine, Timestamp};

use super::requests::{both_lists, told};
use super::server::{Server, read, say};
use super::{now, vehicles};

fn later(seconds: u64) -> Timestamp {
    now().plus(Duration::from_secs(seconds))
}

fn reasons(batches: &[Batch]) -> Vec<&str> {
    batches.iter().flat_map(|batch| &batch.rejects).map(|reject| reject.reason.as_str()).collect()
}

/// A truck with a gateway is known by the one list, whatever becomes of the other.
#[tokio::test]
async fn that_the_list_of_all_fails_hides_no_truck_that_has_a_gateway() {
    for (status, body) in [(502, "busy"), (200, "<html>sign in</html>"), (400, "what?"), (404, "where?")] {
        let server = Server::start(move |asked| {
            let is_all = asked.line.starts_with("/v1/");
            if is_all { say(status, body) } else { say(200, both_lists(&asked.line)) }
        });
        let server = server.await;
        let motive = server.by_key();
        let batches = read(&motive, "vehicle_locations", now()).await.unwrap();
        let known = vec!["501 at 30".to_owned(), "801 in 501".to_owned()];
        assert_eq!(told(&batches), (known.clone(), false), "{status}: who drives the others is not known");
        assert_eq!(
            reasons(&batches),
            ["where vehicles without a Vehicle Gateway are cannot be read now (v1/vehicle_locations)"]
        );
        assert_eq!(server.lines().len(), 2);
        // It is left alone for a while, and that is said once.
        let batches = read(&motive, "vehicle_locations", later(179)).await.unwrap();
        assert_eq!((told(&batches), server.lines().len()), ((known, false), 1));
        let batches = read(&motive, "vehicle_locations", later(180)).await.unwrap();
        assert_eq!((server.lines().len(), told(&batches).1), (2, status == 404), "what is said twice is so");
        assert_eq!(reasons(&batches).len(), usize::from(status == 404));
    }
    let server = Server::start(|asked| {
        let is_all = asked.line.starts_with("/v1/");
        if is_all { say(401, "") } else { say(200, both_lists(&asked.line)) }
    });
    let error = read(&server.await.by_key(), "vehicle_locations", now()).await.unwrap_err();
    assert_eq!(error.kind, Kind::Unauthorized, "a credential is of the whole account");
}

/// Calls that come too fast are the whole account's trouble: it keeps the pause that it is asked for.
#[tokio::test]
async fn that_the_list_of_all_asks_for_calm_is_heard_and_the_next_read_does_without_it() {
    let server = Server::start(|asked| {
        if !asked.line.starts_with("/v1/") {
            return say(200, both_lists(&asked.line));
        }
        let mut answer = say(429, "calm");
        answer.headers_mut().insert("retry-after", "240".parse().unwrap());
        answer
    });
    let server = server.await;
    let motive = server.by_key();
    let error = read(&motive, "vehicle_locations", now()).await.unwrap_err();
    assert_eq!(error.kind, Kind::Throttled { retry_after: Some(Duration::from_secs(240)) });
    server.lines();
    let batches = read(&motive, "vehicle_locations", later(239)).await.unwrap();
    assert_eq!((told(&batches).0.len(), server.lines().len()), (2, 1));
    read(&motive, "vehicle_locations", later(240)).await.unwrap_err();
}

#[tokio::test]
async fn who_is_in_a_truck_that_only_the_list_of_all_tells_of_stays_there_while_it_is_out_for_a_short_time() {
    for fault in [502, 400] {
        let status = Arc::new(AtomicU16::new(200));
        let answers = Arc::clone(&status);
        let server = Server::start(move |asked| {
            let status = if asked.line.starts_with("/v1/") { answers.load(Ordering::Relaxed) } else { 200 };
            say(status, if status == 200 { both_lists(&asked.line) } else { String::new() })
        });
        let server = server.await;
        let motive = server.by_key();
        read(&motive, "vehicle_locations", now()).await.unwrap();
        status.store(fault, Ordering::Relaxed);
        let at = async |minutes: u64| {
            let batches = read(&motive, "vehicle_locations", later(60 * minutes)).await.unwrap();
            let is_unheard = batches
                .iter()
                .flat_map(|batch| &batch.changes)
                .any(|it| matches!(it, Change::Unheard { .. }));
            (told(&batches), reasons(&batches).len(), is_unheard)
        };
        let line = |text: &str| text.split(", ").map(str::to_owned).collect::<Vec<_>>();
        for minutes in [1, 2, 4, 7, 10, 13, 16, 18] {
            let known = line("501 at 30, 801 in 501, 803 in 502");
            assert_eq!(at(minutes).await, ((known, true), usize::from(minutes == 1), false), "{minutes}");
        }
        // Nobody knows any more where those trucks are, nor who is in them; the others are known as ever.
        for minutes in [19, 20, 60] {
            let known = line("501 at 30, 801 in 501");
            assert_eq!(at(minutes).await, ((known, true), usize::from(minutes == 19), true), "{minutes}");
        }
        status.store(200, Ordering::Relaxed);
        let ((known, whole), rejects, is_unheard) = at(70).await;
        assert_eq!((known.len(), whole, rejects, is_unheard), (5, true, 0, false));
    }
}

#[tokio::test]
async fn who_logged_in_to_another_truck_since_is_not_put_back_into_that_of_the_list_of_all() {
    let phase = Arc::new(AtomicU16::new(0));
    let told_now = Arc::clone(&phase);
    let server = Server::start(move |asked| {
        let driver = match (asked.line.starts_with("/v1/"), told_now.load(Ordering::Relaxed)) {
            (true, 0) => return say(200, both_lists(&asked.line)),
            (true, _) => return say(502, "busy"),
            (false, 1) => r#"{"id":803,"status":"active"}"#,
            (false, _) => "null",
        };
        let location = r#"{"lat":30,"lon":-97,"located_at":"2026-11-20T15:00:00Z","speed":0}"#;
        let row = format!(r#"{{"id":501,"current_location":{location},"current_driver":{driver}}}"#);
        say(200, vehicles(&[&row]))
    });
    let motive = server.await.by_key();
    let mut found = Vec::new();
    for (seconds, now_told) in [(0, 0), (15, 0), (30, 1), (45, 2), (60, 2), (75, 2)] {
        phase.store(now_told, Ordering::Relaxed);
        let (told, whole) = told(&read(&motive, "vehicle_locations", later(seconds)).await.unwrap());
        assert!(whole, "{seconds}");
        found.push(told.into_iter().filter(|line| line.starts_with("803 in")).collect::<Vec<_>>().join(", "));
    }
    assert_eq!(found, ["803 in 502", "803 in 502", "803 in 501", "", "", ""]);
}

#[tokio::test]
async fn the_list_of_all_is_read_as_often_as_it_brings_something() {
    let reads = async |all: fn(&str) -> String, seconds: &[u64]| {
        let server = Server::start(move |asked| say(200, all(&asked.line))).await;
        let motive = server.by_key();
        let mut found = Vec::new();
        for &second in seconds {
            let batches = read(&motive, "vehicle_locations", later(second)).await.unwrap();
            found.push((server.lines().len(), told(&batches).1));
        }
        found
    };
    // Who drives a truck without a gateway is known from before: the other list lets go of whom it names no more.
    let found = reads(both_lists, &[0, 20, 59, 60, 80]).await;
    let (both, one) = ((2, true), (1, true));
    assert_eq!(found, [both, one, one, both, one]);
    // Where all have gateways, the one list is all there is. One that was sold is no news, wherever it is.
    let alike = |_: &str| both_lists("/v3/");
    assert_eq!(reads(alike, &[0, 20, 599, 600]).await, [both, one, one, both]);
    let sold = |line: &str| {
        if line.starts_with("/v3/") {
            return both_lists(line);
        }
        vehicles(&[
            r#"{"id":777,"current_location":{"lat":30,"lon":-97,"located_at":"2024-11-20T15:00:00Z","speed":0}}"#,
        ])
    };
    assert_eq!(reads(sold, &[0, 60, 600]).await, [both, one, both]);
}

#[tokio::test]
async fn a_truck_whose_gateway_told_no_place_is_where_the_list_of_all_says() {
    let server = Server::start(|asked| {
        let row = if asked.line.starts_with("/v3/") {
            r#"{"id":501,"current_location":null,"current_driver":{"id":801,"status":"active"}}"#
        } else {
            r#"{"id":501,"current_location":{"lat":31,"lon":-97,"located_at":"2026-11-20T15:00:00Z","speed":0},
                "current_driver":{"id":802,"status":"active"}}"#
        };
        say(200, vehicles(&[row]))
    });
    let batches = read(&server.await.by_key(), "vehicle_locations", now()).await.unwrap();
    assert_eq!(told(&batches).0, ["801 in 501", "501 at 31"]);
}

/// Those with a gateway are told of in full but for their odometers.
#[tokio::test]
async fn what_the_list_of_gateways_does_not_read_the_list_of_all_does() {
    let server = Server::start(|asked| {
        let sighting = r#""lat":30,"lon":-97,"located_at":"2026-11-20T15:00:00Z""#;
        let rows = if asked.line.starts_with("/v3/") {
            [
                format!(r#"{{"id":501,"current_location":{{{sighting},"kph":0,"vehicle_state":"on"}}}}"#),
                format!(
                    r#"{{"id":502,"current_location":{{{sighting},"fuel_primary_remaining_percentage":40}}}}"#
                ),
            ]
        } else {
            [501, 502].map(|id| {
                let read = r#""odometer":1000,"fuel_primary_remaining_percentage":50"#;
                format!(r#"{{"id":{id},"current_location":{{{sighting},"speed":0,{read}}}}}"#)
            })
        };
        say(200, vehicles(&rows.each_ref().map(String::as_str)))
    });
    let server = server.await;
    let motive = server.by_key();
    let read_at = async |seconds| {
        let batches = read(&motive, "vehicle_locations", later(seconds)).await.unwrap();
        let told = batches.into_iter().flat_map(|batch| batch.changes).filter_map(|change| match change {
            Change::Telemetry { external_id, telemetry } => {
                let [fuel, odometer] =
                    [telemetry.fuel_pct, telemetry.odometer_mi].map(|it| it.map(|(it, _)| it));
                Some((external_id, telemetry.engine.map(|(engine, _)| engine), fuel, odometer))
            }
            _ => None,
        });
        told.collect::<Vec<_>>()
    };
    let of_gateways =
        [("501".to_owned(), Some(Engine::Idle), None, None), ("502".to_owned(), None, Some(40.0), None)];
    let of_all =
        [("501".to_owned(), None, Some(50.0), Some(1000.0)), ("502".to_owned(), None, None, Some(1000.0))];
    assert_eq!(read_at(0).await, [of_gateways.clone(), of_all.clone()].concat());
    // Where all have gateways an odometer is read every ten minutes.
    assert_eq!(read_at(60).await, of_gateways);
    assert_eq!(read_at(600).await, [of_gateways, of_all].concat());
}

#[tokio::test]
async fn that_the_list_of_gateways_is_refused_is_said_and_what_is_not_found_is_soon_looked_for_again() {
    for (status, again) in [(403, 3600), (404, 600)] {
        let server = Server::start(move |asked| {
            let is_refused = asked.line.starts_with("/v3/");
            if is_refused { say(status, "no") } else { say(200, both_lists(&asked.line)) }
        });
        let server = server.await;
        let motive = server.by_key();
        let batches = read(&motive, "vehicle_locations", now()).await.unwrap();
        let reasons = reasons(&batches);
        let [reason] = reasons.as_slice() else { panic!("{reasons:?}") };
        assert!(reason.contains("engines and fuel") && reason.contains("v3/vehicle_locations"), "{reason}");
        let calls = async |seconds| {
            let before = server.lines().len();
            read(&motive, "vehicle_locations", later(seconds)).await.unwrap();
            (before, server.lines().len())
        };
        assert_eq!(calls(again - 1).await, (2, 1));
        assert_eq!(calls(again).await, (0, 2));
    }
}
