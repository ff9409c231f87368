//! The HTTP under the simulated services: one listener, a path prefix each, faults on demand, and a
//! list of what was asked. It knows no service.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::ask::{Answer, Ask};
use super::bodies;
use super::faults::{self, Fault, Faults};
use super::{Call, Clock, Upstream};

/// The longest question taken.
const LONGEST_BODY: usize = 1024 * 1024;
/// Calls that are remembered.
const REMEMBERED: usize = 20_000;

/// One simulated service: a pure function from question to answer.
pub trait Service: Send + Sync + 'static {
    /// Which one it is.
    fn upstream(&self) -> Upstream;
    /// Where it lives on the listener: its base URL's path, without a `/` at the end.
    fn prefix(&self) -> &'static str;
    /// What is asked for, as a path: where faults are set and calls are counted by.
    fn route(&self, ask: &Ask) -> String {
        ask.path.clone()
    }
    /// What it answers.
    fn answer(&self, ask: &Ask) -> Answer;
}

/// All services and what is kept about them.
pub struct Server {
    /// What is broken now.
    pub faults: Faults,
    services: Vec<Box<dyn Service>>,
    clock: Clock,
    moody: bool,
    calls: Mutex<VecDeque<Call>>,
}

/// Why a connection is closed without an answer.
#[derive(Debug)]
struct Dropped;

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("dropped on purpose")
    }
}

impl std::error::Error for Dropped {}

impl Server {
    pub fn new(services: Vec<Box<dyn Service>>, clock: Clock, moody: bool) -> Self {
        Self { faults: Faults::default(), services, clock, moody, calls: Mutex::default() }
    }

    /// The calls remembered, oldest first.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Where a service lives.
    pub fn prefix(&self, upstream: Upstream) -> &'static str {
        self.services
            .iter()
            .find(|service| service.upstream() == upstream)
            .map_or("", |service| service.prefix())
    }

    async fn respond(
        self: Arc<Self>,
        mount: &'static str,
        request: Request<Incoming>,
    ) -> Result<Response<Body>, Dropped> {
        let full = format!("{mount}{}", request.uri().path());
        let found = self.services.iter().enumerate().find_map(|(number, service)| {
            let path = full.strip_prefix(service.prefix())?;
            (path.is_empty() || path.starts_with('/')).then(|| (number, path.to_owned()))
        });
        let Some((number, path)) = found else {
            return Ok(written(Answer::text(StatusCode::NOT_FOUND, "no simulated service lives here")));
        };
        let upstream = self.services[number].upstream();
        let at = (self.clock)();
        let query = request.uri().query().unwrap_or_default().to_owned();
        let (head, body) = request.into_parts();
        let Ok(body) = to_bytes(Body::new(body), LONGEST_BODY).await else { return Err(Dropped) };
        let ask = Ask {
            method: head.method,
            path: decoded(&path),
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: head.headers,
            body: body.into(),
            millis: at.millis(),
            instant: Instant::now(),
        };
        let mood = if self.moody { faults::mood(upstream, ask.now()) } else { None };
        let path = self.services[number].route(&ask);
        let fault = self.faults.of(upstream, &path).or(mood);
        let call = Call { at, upstream, path, query, status: 0, too_many: false };
        let Some(mut answer) = self.outcome(number, ask, fault.as_ref(), &call).await else {
            self.remember(call);
            return Err(Dropped);
        };
        self.remember(Call { status: answer.status.as_u16(), too_many: is_too_many(&answer), ..call });
        let body = std::mem::take(&mut answer.body);
        let pieces = answer.pieces;
        Ok(headed(
            answer,
            match fault {
                Some(Fault::Huge(bytes)) => bodies::huge(bytes),
                Some(Fault::Cut) => bodies::cut(body),
                fault => match (pieces, fault) {
                    (Some(_), Some(Fault::Drip(every))) => bodies::drip(body, every),
                    (Some(chance), _) => bodies::pieces(body, chance),
                    (None, _) => Body::from(body),
                },
            },
        ))
    }

    /// The answer, faults applied; `None` drops the connection.
    async fn outcome(
        self: &Arc<Self>,
        number: usize,
        ask: Ask,
        fault: Option<&Fault>,
        call: &Call,
    ) -> Option<Answer> {
        match fault {
            Some(Fault::Reset) => return None,
            Some(Fault::Hang) => {
                self.remember(call.clone());
                std::future::pending::<Infallible>().await;
            }
            Some(Fault::Slow(by)) => tokio::time::sleep(*by).await,
            _ => {}
        }
        if let Some(answer) = fault.and_then(instead) {
            return Some(answer);
        }
        let server = Arc::clone(self);
        // A page of ten thousand units takes milliseconds: not on the thread that draws a demo.
        let answered = tokio::task::spawn_blocking(move || server.services[number].answer(&ask)).await;
        let mut answer = answered.ok()?;
        if fault == Some(&Fault::Truncated) {
            answer.body.truncate(answer.body.len() / 2);
        }
        Some(answer)
    }

    fn remember(&self, call: Call) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if calls.len() == REMEMBERED {
            calls.pop_front();
        }
        calls.push_back(call);
    }
}

/// Answers for ever what is asked below `mount`. Dropping the future drops every connection with it.
pub async fn listen(listener: TcpListener, mount: &'static str, server: Arc<Server>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(serve(stream, mount, Arc::clone(&server)));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, mount: &'static str, server: Arc<Server>) {
    let service = service_fn(move |request| Arc::clone(&server).respond(mount, request));
    // An error here is a client that left or a connection we dropped on purpose.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// Whether this says that there were too many calls. Geotab says so in a success that tells when to come back.
fn is_too_many(answer: &Answer) -> bool {
    let comes_back = answer.headers.iter().any(|(name, _)| *name == "retry-after");
    answer.status == StatusCode::TOO_MANY_REQUESTS || answer.status.is_success() && comes_back
}

/// A path without its percent signs. A `+` or `&` is itself there, unlike in a query.
fn decoded(path: &str) -> String {
    let query = path.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    url::form_urlencoded::parse(query.as_bytes()).map(|(path, _)| path.into_owned()).collect()
}

/// What is answered without asking the service, where a fault is of that kind.
fn instead(fault: &Fault) -> Option<Answer> {
    let status = |code: &u16| StatusCode::from_u16(*code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match fault {
        Fault::Status { code, retry_after } => {
            let answer = Answer::text(status(code), "the service is not available");
            Some(match retry_after {
                Some(wait) => answer.with("retry-after", wait.clone()),
                None => answer,
            })
        }
        Fault::Refusal { code, json } => Some(Answer::raw_json(status(code), json.clone())),
        Fault::Redirect(to) => {
            Some(Answer::text(StatusCode::TEMPORARY_REDIRECT, "moved").with("location", to.clone()))
        }
        Fault::Garbage => {
            let body = "<html><body>\u{fffd} welcome to the proxy</body></html>";
            Some(Answer::raw_json(StatusCode::OK, body.to_owned()))
        }
        Fault::Huge(_) => Some(Answer::raw_json(StatusCode::OK, String::new())),
        Fault::Truncated | Fault::Cut | Fault::Reset | Fault::Hang | Fault::Slow(_) | Fault::Drip(_) => None,
    }
}

fn written(mut answer: Answer) -> Response<Body> {
    let body = std::mem::take(&mut answer.body);
    headed(answer, Body::from(body))
}

fn headed(answer: Answer, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_decoded_as_paths() {
        assert_eq!(decoded("/customers/A%2FB%20C"), "/customers/A/B C");
        assert_eq!(decoded("/a+b&c=d"), "/a+b&c=d");
    }
}
