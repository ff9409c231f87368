//! What errors lead to: a person with a link to open, one feed laid aside, or patience.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use backhaul::http::{Error, Kind};
use backhaul::providers::{Page, Provider};

use super::server::{ok, refused, start, throttled};
use super::{ask, normalise};

const LINK: &str = "https://link.withterminal.com/connection/conn_1?key=pk_prod_1";

fn connection(rest: &str) -> String {
    format!(r#"{{"id":"conn_1","linkUrl":"{LINK}",{rest}}}"#)
}

/// How a call is refused once the connection has been read.
async fn error(status: u16, body: &'static str) -> Error {
    let (_, terminal) = start(move |path: String| async move {
        match path.as_str() {
            "/connections/current" => ok(connection(r#""status":"connected""#)),
            _ => refused(status, body),
        }
    })
    .await;
    terminal.fetch(ask("connection")).await.unwrap();
    terminal.fetch(ask("available_time")).await.unwrap_err()
}

#[tokio::test]
async fn a_connection_that_must_be_linked_again_says_where() {
    for code in ["connection_disconnected", "invalid_credentials", "unprocessable_entity"] {
        let body: &'static str =
            Box::leak(format!(r#"{{"code":"{code}","message":"gone","detail":[]}}"#).into_boxed_str());
        let error = error(422, body).await;
        assert_eq!((error.kind, error.code.as_deref()), (Kind::Relink, Some(code)));
        assert_eq!(
            error.to_string(),
            format!("the account must be linked again (open {LINK}; HTTP 422 Unprocessable Entity: gone)")
        );
    }
    let (_, terminal) = start(async |_| refused(422, "{}")).await;
    let unknown = terminal.fetch(ask("vehicles")).await.unwrap_err();
    assert!(unknown.message.starts_with("see the connection in Terminal's dashboard; "), "{unknown}");
}

#[tokio::test]
async fn a_permission_that_is_lacking_is_the_whole_accounts_trouble_and_says_which() {
    let body = r#"{"code":"insufficient_permissions","message":"no","detail":[]}"#;
    let error = error(422, body).await;
    assert_eq!((error.kind, error.kind.is_of_the_account()), (Kind::Relink, true));
    assert_eq!(error.message, format!("open {LINK}; its login may not read hours of service"));
}

#[tokio::test]
async fn a_server_that_does_not_know_of_connections_is_content_and_proves_nothing() {
    for status in [400, 404, 405, 501] {
        let (_, terminal) = start(move |_| std::future::ready(refused(status, r#"{"code":"x"}"#))).await;
        let page = terminal.fetch(ask("connection")).await.unwrap();
        assert_eq!(page, Page { is_step: true, ..Page::default() }, "{status}");
        assert!(terminal.fetch(ask("vehicles")).await.is_err(), "{status}");
    }
    for (status, kind) in
        [(401, Kind::Unauthorized), (422, Kind::Relink), (502, Kind::Unavailable { retry_after: None })]
    {
        let (_, terminal) = start(move |_| std::future::ready(refused(status, "{}"))).await;
        assert_eq!(terminal.fetch(ask("connection")).await.unwrap_err().kind, kind);
    }
}

#[tokio::test]
async fn what_the_provider_lacks_is_unsupported_if_terminal_says_so() {
    let error_501 =
        error(501, r#"{"code":"not_implemented","message":"Not Implemented","detail":"-"}"#).await;
    assert_eq!(error_501.kind, Kind::Unsupported);
    assert_eq!(error_501.message, "this carrier's provider does not offer hours of service");
    // A proxy that does not know the method is another matter.
    assert_eq!(error(501, "<html>Not Implemented</html>").await.kind, Kind::NotFound);
}

#[tokio::test]
async fn a_token_of_another_application_and_a_bad_key_are_told_apart() {
    let forbidden = error(403, r#"{"code":"forbidden","message":"Forbidden Request","detail":"-"}"#).await;
    assert_eq!(forbidden.kind, Kind::Unauthorized, "it fits nothing of this application's");
    assert!(forbidden.message.starts_with("the connection token does not fit the API key: HTTP 403"));
    let unauthorized = error(401, r#"{"code":"unauthorized","message":"Unauthorized Request"}"#).await;
    assert_eq!(unauthorized.kind, Kind::Unauthorized);
    for (status, kind) in [(502, Kind::Unavailable { retry_after: None }), (404, Kind::NotFound)] {
        assert_eq!(error(status, r#"{"code":"x","message":"y"}"#).await.kind, kind);
    }
}

#[tokio::test]
async fn how_long_to_stay_away_is_the_headers_word_with_fractions_and_else_the_bodys() {
    const BODY: &str = r#"{"code":"too_many_requests","retryAfter":60,"message":"Too Many Requests"}"#;
    let waits = async |answer: super::server::Answer| {
        let (_, terminal) = start(move |_| std::future::ready(answer.clone())).await;
        let Kind::Throttled { retry_after } = terminal.fetch(ask("vehicles")).await.unwrap_err().kind else {
            panic!()
        };
        retry_after
    };
    assert_eq!(waits(throttled("0.62", BODY)).await, Some(Duration::from_millis(620)));
    assert_eq!(waits(refused(429, BODY)).await, Some(Duration::from_secs(60)));
    assert_eq!(waits(refused(429, "")).await, None);
}

#[tokio::test]
async fn a_connection_that_is_not_connected_is_the_whole_accounts_trouble() {
    for status in ["disconnected", "archived", "pending_deletion"] {
        let text = connection(&format!(r#""status":"{status}""#));
        let error = normalise("connection", &text).unwrap_err();
        assert!(error.kind.is_of_the_account());
        let said = status.replace('_', " ");
        assert_eq!(error.message, format!("open {LINK}; Terminal says that it is {said}"));
    }
    for fine in [r#""status":"connected""#, r#""status":"renewing""#, r#""status":null"#] {
        assert_eq!(normalise("connection", &connection(fine)), Ok(Page::default()), "{fine}");
    }
    for fine in ["{}", r#"{"results":[]}"#, r#"{"status":"connected"}"#] {
        assert_eq!(normalise("connection", fine), Ok(Page::default()), "{fine}");
    }
}

#[test]
fn a_link_that_is_none_is_not_shown() {
    for link in ["http://link.withterminal.com/x", "javascript:alert(1)", "https://a b", "https://\\u001b[2J"]
    {
        let text = format!(r#"{{"id":"conn_1","linkUrl":"{link}","status":"disconnected"}}"#);
        let error = normalise("connection", &text).unwrap_err();
        assert!(error.message.starts_with("see the connection in Terminal's dashboard;"), "{error}");
    }
}

/// A connection whose copy was last renewed, or not, like that.
fn copied(mode: &str, status: &str, rest: &str) -> String {
    let sync = format!(r#"{{"id":"s","status":"{status}",{rest}}}"#);
    connection(&format!(r#""status":"connected","syncMode":"{mode}","lastSync":{sync}"#))
}

/// What is logged of copies like these, read one after the other.
async fn logged(copies: Vec<String>) -> Vec<String> {
    let (answers, lines) = (Mutex::new(copies.clone().into_iter()), Arc::<Mutex<Vec<u8>>>::default());
    let answers = Arc::new(answers);
    let (_, terminal) = start(move |_| {
        let body = answers.lock().unwrap().next().unwrap();
        std::future::ready(ok(body))
    })
    .await;
    let log = Arc::clone(&lines);
    let subscriber = tracing_subscriber::fmt()
        .with_writer(move || Lines(Arc::clone(&log)))
        .with_ansi(false)
        .without_time()
        .with_target(false)
        .finish();
    let listening = tracing::subscriber::set_default(subscriber);
    for _ in &copies {
        let page = terminal.fetch(ask("connection")).await.unwrap();
        assert_eq!(page, Page::default(), "the connection is connected, whatever its copy");
    }
    drop(listening);
    let text = String::from_utf8(lines.lock().unwrap().clone()).unwrap();
    text.lines().map(|line| line.trim().to_owned()).collect()
}

struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_copy_that_is_not_renewed_is_logged_once_and_is_no_failure() {
    let old = r#""requestedAt":"2026-11-20T05:00:00.000Z","completedAt":"2026-11-20T05:30:00.000Z""#;
    let (stale, manual) = (copied("automatic", "completed", old), copied("manual", "completed", old));
    let renewed = copied("automatic", "completed", r#""completedAt":"2026-11-20T13:00:00.000Z""#);
    let started = copied("automatic", "in_progress", r#""requestedAt":"2026-11-20T13:00:00.000Z""#);
    let why = r#""requestedAt":"2026-11-20T15:00:00.000Z","failureReason":"the provider\u001b[2J is down""#;
    let failed = copied("automatic", "failed", why);
    let none = connection(r#""status":"connected","lastSync":null"#);

    let at_first = vec![renewed.clone(), started.clone(), manual, none, "{}".to_owned()];
    assert_eq!(logged(at_first).await, [""; 0]);
    let told =
        logged(vec![started, stale.clone(), stale.clone(), failed.clone(), failed, renewed, stale]).await;
    assert_eq!(
        told,
        [
            "WARN Terminal's copy of rosters and logs was last renewed at 2026-11-20T05:30:00Z",
            "WARN Terminal could not renew its copy of rosters and logs: the provider is down",
            "WARN Terminal's copy of rosters and logs was last renewed at 2026-11-20T05:30:00Z",
        ]
    );
}
