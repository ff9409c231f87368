//! A Terminal on the loopback that answers by script and writes down what it was asked.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Response, Uri};
use backhaul::providers::terminal::Terminal;
use backhaul::providers::{Ask, Page, Provider};
use secrecy::SecretString;

pub(crate) const LAST: &str = r#"{"results":[]}"#;

/// One answer: a status, a `Retry-After` and a body.
#[derive(Clone, Debug)]
pub(crate) struct Answer(u16, Option<&'static str>, String);

pub(crate) fn ok(body: impl Into<String>) -> Answer {
    Answer(200, None, body.into())
}

pub(crate) fn refused(status: u16, body: &str) -> Answer {
    Answer(status, None, body.to_owned())
}

pub(crate) fn throttled(retry_after: &'static str, body: &str) -> Answer {
    Answer(429, Some(retry_after), body.to_owned())
}

/// The paths and queries asked for, in order.
#[derive(Clone, Default)]
pub(crate) struct Asked(Arc<Mutex<Vec<String>>>);

impl Asked {
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Starts one. `answer` is told the path and query; it may take its time.
pub(crate) async fn start<F, A>(answer: F) -> (Asked, Terminal)
where
    F: Fn(String) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Answer> + Send,
{
    let asked = Asked::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/tsp/v1", listener.local_addr().unwrap());
    let notes = asked.clone();
    let router = Router::new().fallback(move |headers: HeaderMap, uri: Uri| {
        let (answer, notes) = (answer.clone(), notes.clone());
        async move {
            assert_eq!(headers["authorization"], "Bearer sk_T");
            assert_eq!(headers["connection-token"], "con_tkn_T");
            assert_eq!(headers["accept"], "application/json");
            let path = uri.path_and_query().unwrap().as_str().strip_prefix("/tsp/v1").unwrap().to_owned();
            notes.0.lock().unwrap().push(path.clone());
            let Answer(status, retry_after, body) = answer(path).await;
            let response = Response::builder().status(status);
            let response = match retry_after {
                Some(wait) => response.header("retry-after", wait),
                None => response,
            };
            response.body(Body::from(body)).unwrap()
        }
    });
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (asked, terminal(&base))
}

fn terminal(base: &str) -> Terminal {
    Terminal::new(base, &SecretString::from("sk_T"), &SecretString::from("con_tkn_T"), None).unwrap()
}

/// Reads to the end; the pages that were no mere steps.
pub(crate) async fn read(terminal: &Terminal, mut ask: Ask<'_>) -> Vec<Page> {
    let mut pages = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let page = terminal.fetch(Ask { page: next.as_deref(), ..ask }).await.unwrap();
        next.clone_from(&page.next);
        if !page.is_step {
            pages.push(page);
        }
        if next.is_none() {
            return pages;
        }
        ask.now = ask.now.plus(std::time::Duration::from_secs(1));
    }
}
