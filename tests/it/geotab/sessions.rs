//! How sessions are come by, kept, lost and renewed.

use std::fs;
use std::time::Duration;

use backhaul::http::{Error, Kind};
use backhaul::providers::geotab::Geotab;
use backhaul::providers::{Ask, Page, Provider};
use serde_json::Value;

use super::server::{REFUSED, Reply, Upstream, ok, read};
use super::{ask, now, result};

/// One driver, and then no more.
fn users(name: &str, params: &Value) -> Reply {
    assert_eq!(name, "Get User");
    ok(if params["sort"]["offset"].is_null() {
        result(r#"[{"id":"b1","name":"ann"}]"#)
    } else {
        result("[]")
    })
}

const READ: [&str; 2] = ["Get User", "Get User"];
const LOGIN_AND_READ: [&str; 3] = ["Authenticate", "Get User", "Get User"];

#[tokio::test]
async fn a_session_serves_many_reads_and_outlives_the_process() {
    let upstream = Upstream::start(users).await;
    let geotab = upstream.client();
    for expected in [LOGIN_AND_READ.as_slice(), &READ] {
        read(&geotab, ask("users")).await.unwrap();
        assert_eq!(upstream.names(), expected);
    }
    read(&upstream.client(), ask("users")).await.unwrap();
    assert_eq!(upstream.names(), READ, "a new process goes on with it");
    let kept = fs::read_to_string(upstream.tokens().join("geotab.json")).unwrap();
    assert!(kept.contains("Session1") && !kept.contains("not-a-real-password"), "{kept}");
}

#[tokio::test]
async fn a_login_is_a_step_of_its_own_and_proves_nothing() {
    let upstream = Upstream::start(users).await;
    let geotab = upstream.client();
    let step = geotab.fetch(ask("users")).await.unwrap();
    assert_eq!(upstream.names(), ["Authenticate"]);
    assert!(step.is_step && step.next.is_some() && step.batch == Page::default().batch);
}

#[tokio::test]
async fn another_login_in_the_configuration_discards_the_session() {
    let upstream = Upstream::start(users).await;
    read(&upstream.client(), ask("users")).await.unwrap();
    upstream.names();
    let error = read(&upstream.client_with("changed"), ask("users")).await.unwrap_err();
    assert_eq!((error.kind, upstream.names()), (Kind::Unauthorized, vec!["Authenticate".to_owned()]));
    assert!(!error.to_string().contains("changed"), "{error}");
    // What was kept is still good for who made it.
    read(&upstream.client(), ask("users")).await.unwrap();
    assert_eq!(upstream.names(), READ);
}

#[tokio::test]
async fn a_login_leads_to_another_server_which_is_kept_with_the_session() {
    let upstream = Upstream::start(users).await;
    let there = upstream.elsewhere.clone();
    for path in [there.as_str(), there.trim_start_matches("http://")] {
        upstream.move_to(path);
        upstream.expire();
        fs::remove_file(upstream.tokens().join("geotab.json")).ok();
        read(&upstream.client(), ask("users")).await.unwrap();
        read(&upstream.client(), ask("users")).await.unwrap();
        let servers: Vec<_> = upstream.asked().into_iter().map(|(server, ..)| server).collect();
        assert_eq!(servers, ["root", "elsewhere", "elsewhere", "elsewhere", "elsewhere"], "{path}");
    }
    // Where it runs out the root is asked again: databases move.
    upstream.expire();
    upstream.move_to("ThisServer");
    read(&upstream.client(), ask("users")).await.unwrap();
    let asked = upstream.asked();
    let servers: Vec<_> = asked.iter().map(|(server, name, _)| (*server, name.as_str())).collect();
    let user = "Get User";
    assert_eq!(servers, [("elsewhere", user), ("root", "Authenticate"), ("root", user), ("root", user)]);
}

#[tokio::test]
async fn where_the_other_server_is_gone_the_root_says_where_the_database_is_now() {
    let upstream = Upstream::start(users).await;
    upstream.move_to(&upstream.elsewhere.clone());
    read(&upstream.client(), ask("users")).await.unwrap();
    // Nobody listens on a port that was just let go.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let file = upstream.tokens().join("geotab.json");
    let kept = fs::read_to_string(&file).unwrap();
    let kept = kept.replace(&upstream.elsewhere, &format!("http://{gone}"));
    assert!(kept.contains(&gone.to_string()), "{kept}");
    fs::write(&file, kept).unwrap();
    upstream.names();
    read(&upstream.client(), ask("users")).await.unwrap();
    assert_eq!(upstream.names(), LOGIN_AND_READ);
}

#[tokio::test]
async fn a_login_is_not_followed_to_where_it_could_be_read() {
    let upstream = Upstream::start(users).await;
    upstream.move_to("http://my3.geotab.example");
    let error = read(&upstream.client(), ask("users")).await.unwrap_err();
    assert_eq!(error.kind, Kind::Malformed);
    assert!(error.message.contains("plain http"), "{error}");
}

#[tokio::test]
async fn a_session_that_runs_out_in_the_middle_of_a_read_is_renewed_once_and_the_read_goes_on() {
    let upstream = Upstream::start(users).await;
    let geotab = upstream.client();
    geotab.fetch(ask("users")).await.unwrap();
    let first = geotab.fetch(ask("users")).await.unwrap();
    upstream.expire();
    upstream.names();
    let (mut next, mut steps) = (first.next, 0);
    while let Some(token) = next {
        let page = geotab.fetch(Ask { page: Some(&token), ..ask("users") }).await.unwrap();
        steps += usize::from(page.is_step);
        next = page.next;
    }
    let asked = upstream.asked();
    let offsets: Vec<_> =
        asked.iter().map(|(_, name, params)| (name.as_str(), &params["sort"]["offset"])).collect();
    let behind = Value::from("b1");
    assert_eq!(offsets, [("Get User", &behind), ("Authenticate", &Value::Null), ("Get User", &behind)]);
    assert_eq!(steps, 2, "the call that was refused, and the login");
}

#[tokio::test]
async fn a_session_that_another_feed_has_renewed_is_not_given_up() {
    let upstream = Upstream::start(users).await;
    let geotab = upstream.client();
    read(&geotab, ask("users")).await.unwrap();
    upstream.expire();
    upstream.names();
    // Both are refused, and both come back: one login serves both.
    let (one, two) = tokio::join!(geotab.fetch(ask("users")), geotab.fetch(ask("users")));
    let (one, two) = (one.unwrap(), two.unwrap());
    let again = async |page: &Page| {
        let mut next = page.next.clone();
        while let Some(token) = next {
            next = geotab.fetch(Ask { page: Some(&token), ..ask("users") }).await.unwrap().next;
        }
    };
    tokio::join!(again(&one), again(&two));
    assert_eq!(upstream.names().iter().filter(|name| *name == "Authenticate").count(), 1);
}

async fn all_at_once(geotab: &Geotab, pages: [Option<String>; 3]) -> Vec<Result<Page, Error>> {
    let [a, b, c] = pages;
    let fetch = |resource, page: Option<String>| async move {
        geotab.fetch(Ask { page: page.as_deref(), ..ask(resource) }).await
    };
    let (a, b, c) = tokio::join!(fetch("users", a), fetch("duty_status_logs", b), fetch("devices", c));
    vec![a, b, c]
}

#[tokio::test]
async fn after_a_change_of_the_password_one_login_is_refused_and_nobody_tries_another() {
    let upstream = Upstream::start(users).await;
    let geotab = upstream.client();
    read(&geotab, ask("users")).await.unwrap();
    upstream.expire();
    upstream.change_password();
    upstream.names();
    let steps = all_at_once(&geotab, [None, None, None]).await;
    let pages: Vec<_> = steps.into_iter().map(|step| step.unwrap().next).collect();
    assert!(!upstream.names().contains(&"Authenticate".to_owned()));

    let pages = <[_; 3]>::try_from(pages).unwrap();
    let kinds = |results: Vec<Result<Page, Error>>| {
        results.into_iter().map(|result| result.unwrap_err().kind).collect::<Vec<_>>()
    };
    let refused = [Kind::Unauthorized; 3];
    assert_eq!(kinds(all_at_once(&geotab, pages.clone()).await), refused);
    assert_eq!(upstream.names(), ["Authenticate"]);
    // A call that was under way meanwhile comes late, and makes none either.
    assert_eq!(kinds(all_at_once(&geotab, pages).await), refused);
    assert_eq!(upstream.names(), [""; 0]);

    // Five minutes later one is tried again.
    let later = Ask { now: now().plus(Duration::from_mins(5)), ..ask("users") };
    assert_eq!(geotab.fetch(later).await.unwrap_err().kind, Kind::Unauthorized);
    assert_eq!(upstream.names(), ["Authenticate"]);
}

#[tokio::test]
async fn a_call_that_is_refused_in_a_fresh_session_too_stops() {
    let upstream = Upstream::start(|_, _| ok(REFUSED)).await;
    let geotab = upstream.client();
    let error = read(&geotab, ask("users")).await.unwrap_err();
    assert_eq!(error.kind, Kind::Unauthorized);
    assert_eq!(upstream.names(), ["Authenticate", "Get User", "Authenticate", "Get User"]);
}

#[tokio::test]
async fn no_more_than_ten_logins_are_made_in_a_minute() {
    let upstream = Upstream::start(|_, _| ok(REFUSED)).await;
    let geotab = upstream.client();
    let mut last = None;
    for second in 0..20 {
        let ask = Ask { now: now().plus(Duration::from_secs(second)), ..ask("users") };
        last = read(&geotab, ask).await.err();
    }
    let logins = upstream.names().into_iter().filter(|name| name == "Authenticate").count();
    assert_eq!(logins, 10);
    let Some(Kind::Throttled { retry_after: Some(wait) }) = last.map(|error| error.kind) else { panic!() };
    assert!((Duration::from_secs(40)..Duration::from_mins(1)).contains(&wait), "{wait:?}");
    let ask = Ask { now: now().plus(Duration::from_mins(2)), ..ask("users") };
    assert_eq!(read(&geotab, ask).await.unwrap_err().kind, Kind::Unauthorized);
}

#[tokio::test]
async fn a_database_that_moves_is_waited_for_and_logged_in_to_at_the_root() {
    let upstream = Upstream::start(users).await;
    upstream.move_to(&upstream.elsewhere.clone());
    let geotab = upstream.client();
    read(&geotab, ask("users")).await.unwrap();
    upstream.answer(|_, _| ok(include_str!("../../data/geotab/db_unavailable.json")));
    let error = read(&geotab, ask("users")).await.unwrap_err();
    assert_eq!(error.kind, Kind::Unavailable { retry_after: None });
    upstream.answer(users);
    upstream.move_to("ThisServer");
    upstream.names();
    read(&geotab, ask("users")).await.unwrap();
    assert_eq!(upstream.names(), LOGIN_AND_READ);
}

#[tokio::test]
async fn a_file_that_was_damaged_costs_a_login() {
    let upstream = Upstream::start(users).await;
    fs::write(upstream.tokens().join("geotab.json"), "{\"server\":").unwrap();
    read(&upstream.client(), ask("users")).await.unwrap();
    assert_eq!(upstream.names(), LOGIN_AND_READ);
}

#[tokio::test]
async fn a_session_that_cannot_be_kept_serves_its_process() {
    let upstream = Upstream::start(users).await;
    let occupied = upstream.tokens().join("a-file");
    fs::write(&occupied, "").unwrap();
    let geotab = upstream.client_at(&occupied, "not-a-real-password");
    let (one, two) = tokio::join!(geotab.fetch(ask("users")), geotab.fetch(ask("users")));
    assert!(one.unwrap().is_step && two.unwrap().is_step);
    assert_eq!(upstream.names(), ["Authenticate"], "whoever waited for it makes no other");
    upstream.expire();
    read(&geotab, ask("users")).await.unwrap();
    assert_eq!(upstream.names(), ["Get User", "Authenticate", "Get User", "Get User"]);
}
