//! What errors lead to: a person with a link to open, one feed laid aside, or patience.

use std::time::Duration;

use backhaul::http::{Error, Kind};
use backhaul::providers::Provider;

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
async fn a_permission_that_is_lacking_stops_one_feed_and_not_the_account() {
    let body = r#"{"code":"insufficient_permissions","message":"no","detail":[]}"#;
    let error = error(422, body).await;
    assert_eq!((error.kind, error.kind.is_of_the_account()), (Kind::Forbidden, false));
    assert_eq!(
        error.message,
        format!("link the carrier with a login that may read hours of service: open {LINK}")
    );
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
    assert_eq!(forbidden.kind, Kind::Forbidden);
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
    for fine in [r#""status":"connected""#, r#""status":"renewing""#] {
        assert!(normalise("connection", &connection(fine)).is_ok(), "{fine}");
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

#[test]
fn a_copy_that_is_not_renewed_is_told_until_it_is() {
    let check = |rest: &str, expected: Option<&str>| {
        let text = connection(&format!(r#""status":"connected",{rest}"#));
        let told = normalise("connection", &text).err().map(|error| error.message);
        assert_eq!(told.as_deref(), expected, "{rest}");
    };
    let sync = |status: &str, rest: &str| {
        format!(r#""syncMode":"automatic","lastSync":{{"id":"s","status":"{status}",{rest}}}"#)
    };
    check(&sync("completed", r#""completedAt":"2026-11-20T13:00:00.000Z""#), None);
    check(&sync("in_progress", r#""requestedAt":"2026-11-20T13:00:00.000Z""#), None);
    let old = r#""requestedAt":"2026-11-20T05:00:00.000Z","completedAt":"2026-11-20T05:30:00.000Z""#;
    let stale = "Terminal's copy of rosters and logs was last renewed 9 h ago";
    check(&sync("completed", old), Some(stale));
    check(&sync("completed", old).replace("automatic", "manual"), None);
    let why = r#""requestedAt":"2026-11-20T15:00:00.000Z","failureReason":"the provider\u001b[2J is down""#;
    let failed = "Terminal could not renew its copy of rosters and logs: the provider is down";
    check(&sync("failed", why), Some(failed));
    check(r#""lastSync":null"#, None);
}
