//! Access tokens: how one is come by, how long it is used, and what follows when it is refused.

use std::time::Duration;

use axum::http::Method;
use backhaul::http::Kind;
use backhaul::providers::motive::{Application, Credential, Motive};
use backhaul::providers::{Ask, Provider, TokenFile};
use secrecy::SecretString;

use super::server::{Company, field, read, say};
use super::{ask, now};

#[tokio::test]
async fn the_first_read_exchanges_the_configured_refresh_token_as_a_step_of_its_own() {
    let company = Company::start("first").await;
    let motive = company.motive("first");
    let step = motive.fetch(ask("vehicles")).await.unwrap();
    assert!(step.is_step && step.batch.changes.is_empty());
    let asked = company.server.asked();
    let [exchange] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!((&exchange.method, exchange.line.as_str()), (&Method::POST, "/oauth/token"));
    assert_eq!(exchange.headers["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(exchange.headers["accept"], "application/json");
    assert!(!exchange.headers.contains_key("authorization"));
    let sent =
        ["grant_type", "refresh_token", "client_id", "client_secret"].map(|name| field(exchange, name));
    assert_eq!(sent, ["refresh_token", "first", "our app", "secret-hush"]);

    let page = motive.fetch(Ask { page: step.next.as_deref(), ..ask("vehicles") }).await.unwrap();
    assert!(!page.is_step && page.next.is_none());
    let asked = company.server.asked();
    assert_eq!(asked[0].headers["authorization"], "Bearer access-1");
    assert!(!asked[0].headers.contains_key("x-api-key"));
}

#[tokio::test]
async fn an_access_token_is_used_until_five_minutes_before_its_end() {
    let company = Company::start("first").await;
    let motive = company.motive("first");
    let after = |minutes: u64| now().plus(Duration::from_mins(minutes));
    for minutes in [0, 60, 114] {
        read(&motive, "vehicles", after(minutes)).await.unwrap();
    }
    let calls = ["access-1"; 3].map(str::to_owned).to_vec();
    assert_eq!(company.offered(), (vec!["first".to_owned()], calls));
    read(&motive, "vehicles", after(115)).await.unwrap();
    assert_eq!(company.offered(), (vec!["refresh-1".to_owned()], vec!["access-2".to_owned()]));
}

#[tokio::test]
async fn feeds_that_want_a_token_at_once_make_one_exchange() {
    let company = Company::start("first").await;
    let motive = company.motive("first");
    let (a, b, c, d) = tokio::join!(
        read(&motive, "vehicles", now()),
        read(&motive, "drivers", now()),
        read(&motive, "vehicle_locations", now()),
        read(&motive, "available_time", now()),
    );
    assert!([a, b, c, d].iter().all(Result::is_ok));
    let (exchanges, calls) = company.offered();
    // Where vehicles are is told by two lists.
    assert_eq!((exchanges.len(), calls.len()), (1, 5));
}

#[tokio::test]
async fn those_who_waited_are_handed_the_refusal_without_a_call_of_their_own() {
    let company = Company::start_with("first", |_, _, _| say(401, r#"{"error":"invalid_client"}"#)).await;
    let motive = company.motive("first");
    let (a, b, c) = tokio::join!(
        read(&motive, "vehicles", now()),
        read(&motive, "drivers", now()),
        read(&motive, "available_time", now()),
    );
    for refused in [a, b, c] {
        let error = refused.unwrap_err();
        assert_eq!(error.kind, Kind::Unauthorized);
        assert!(error.message.ends_with("client_id or client_secret is not accepted"), "{error}");
    }
    assert_eq!(company.offered().0.len(), 1);
    // Whoever comes right after is told the same; whoever comes later tries.
    for (later, calls) in [(1, 0), (60, 1)] {
        let then = now().plus(Duration::from_secs(later));
        assert!(read(&motive, "vehicles", then).await.is_err());
        assert_eq!(company.offered().0.len(), calls, "after {later} s");
    }
}

#[tokio::test]
async fn a_refused_access_token_is_renewed_once() {
    let company = Company::start("first").await;
    let motive = company.motive("first");
    read(&motive, "vehicles", now()).await.unwrap();
    company.offered();
    company.tokens.lock().unwrap().access.clear();
    read(&motive, "vehicles", now()).await.unwrap();
    let used = ["access-1", "access-2"].map(str::to_owned).to_vec();
    assert_eq!(company.offered(), (vec!["refresh-1".to_owned()], used));
}

#[tokio::test]
async fn a_token_refused_as_soon_as_it_was_renewed_is_a_refusal_of_the_account() {
    let company = Company::start_with("first", |tokens, asked, _| {
        let answer = tokens.exchange(&field(asked, "refresh_token"));
        tokens.access.clear();
        answer
    })
    .await;
    let motive = company.motive("first");
    let error = read(&motive, "vehicles", now()).await.unwrap_err();
    assert_eq!((error.kind, error.status), (Kind::Unauthorized, Some(401)));
    let used = ["access-1", "access-2"].map(str::to_owned).to_vec();
    assert_eq!(company.offered(), (vec!["first".to_owned(), "refresh-1".to_owned()], used));
}

#[tokio::test]
async fn a_token_that_hardly_lasts_is_used_all_the_same() {
    for life in ["60", "0", r#""1""#, "-5", "null"] {
        let answer = format!(r#"{{"access_token":"access","refresh_token":"next","expires_in":{life}}}"#);
        let company = Company::start_with("first", move |tokens, _, _| {
            tokens.access = vec!["access".to_owned()];
            say(200, answer.clone())
        })
        .await;
        let motive = company.motive("first");
        for _ in 0..3 {
            read(&motive, "vehicles", now()).await.unwrap();
        }
        let (exchanges, calls) = company.offered();
        assert_eq!((exchanges.len(), calls.len()), (1, 3), "{life}");
    }
}

#[tokio::test]
async fn an_answer_without_a_refresh_token_keeps_the_old_one() {
    let company = Company::start_with("first", |tokens, _, _| {
        tokens.access = vec!["access".to_owned()];
        say(200, r#"{"access_token":"access","expires_in":7200}"#)
    })
    .await;
    let motive = company.motive("first");
    read(&motive, "vehicles", now()).await.unwrap();
    assert_eq!(company.kept("refresh_token"), "first");
    read(&motive, "vehicles", now().plus(Duration::from_hours(3))).await.unwrap();
    assert_eq!(company.offered().0, ["first", "first"]);
}

#[tokio::test]
async fn trouble_at_the_token_endpoint_is_told_in_our_words_and_never_repeats_a_token() {
    let check = async |status: u16, body: &'static str, kind: Kind, message: &str| {
        let company = Company::start_with("first-hush", move |_, _, _| say(status, body)).await;
        let motive = company.motive("first-hush");
        let error = read(&motive, "assets", now()).await.unwrap_err();
        assert_eq!((error.kind, error.message.as_str()), (kind, message));
        let shown = format!("{error} {error:?} {motive:?}");
        assert!(!shown.contains("hush"), "{shown}");
    };
    let echo = r#"{"error":"first-hush","error_description":"first-hush and secret-hush"}"#;
    check(400, echo, Kind::Rejected, "the token endpoint answered HTTP 400").await;
    let scope = r#"{"error":"invalid_scope"}"#;
    check(400, scope, Kind::Rejected, "the token endpoint answered HTTP 400 invalid_scope").await;
    let unavailable = Kind::Unavailable { retry_after: None };
    check(503, "<b>first-hush</b>", unavailable, "the token endpoint answered HTTP 503").await;
    let throttled = Kind::Throttled { retry_after: Some(Duration::from_secs(30)) };
    check(429, "", throttled, "the token endpoint answered HTTP 429").await;
    check(404, "", Kind::NotFound, "the token endpoint answered HTTP 404").await;
    let no_token = "the token endpoint's answer has no access_token";
    check(200, r#"{"refresh_token":"first-hush"}"#, Kind::Malformed, no_token).await;
    check(200, "<html>first-hush</html>", Kind::Malformed, no_token).await;
    let client = r#"{"error":"unauthorized_client"}"#;
    let refused = "the token endpoint answered HTTP 400 unauthorized_client: \
                   client_id or client_secret is not accepted";
    check(400, client, Kind::Unauthorized, refused).await;
}

#[test]
fn what_cannot_work_is_refused_at_the_start() {
    let refused = |change: fn(&mut Application)| {
        let mut application = Application {
            client_id: "our app".to_owned(),
            client_secret: SecretString::from("secret-hush"),
            refresh_token: SecretString::from("first-hush"),
            token_url: "https://gomotive.com/oauth/token".to_owned(),
            tokens: TokenFile::new("/nowhere".as_ref(), "west"),
        };
        change(&mut application);
        let motive = Motive::new("https://api.gomotive.com", Credential::OAuth(application), None);
        let told = motive.map_or_else(|error| error, |motive| format!("taken: {motive:?}"));
        assert!(!told.contains("hush"), "{told}");
        told
    };
    assert!(refused(|_| ()).starts_with("taken"));
    assert_eq!(refused(|application| application.client_id.clear()), "the Motive client_id is empty");
    let empty = |application: &mut Application| application.refresh_token = SecretString::from(" ");
    assert_eq!(refused(empty), "the Motive refresh_token is empty");
    let plain =
        |application: &mut Application| application.token_url = "http://gomotive.com/oauth/token".to_owned();
    assert!(refused(plain).starts_with("token_url: "));
}
