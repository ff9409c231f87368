//! A McLeod server on loopback with the quirks of real ones, which writes down what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, Uri};
use backhaul::model::{Batch, Timestamp};
use backhaul::providers::mcleod::{Account, McLeod};
use backhaul::providers::{Ask, Provider};
use serde_json::Value;

/// How the server behaves.
#[derive(Default)]
pub struct Quirks {
    /// Rows by path, in any order.
    pub rows: Vec<(&'static str, Value)>,
    /// The most rows it gives, whatever is asked for.
    pub cap: usize,
    /// It answers every page with the first.
    pub ignores_keys: bool,
    /// It refuses `changedAfterDate`, with this status.
    pub refuses_changes: Option<u16>,
    /// What `getServerTimeMillis` answers: status and body.
    pub time: (u16, &'static str),
    /// Rows that somebody adds, one after each list answer.
    pub added: VecDeque<(&'static str, Value)>,
    /// What it answers whatever is asked for: status and body.
    pub always: Option<(u16, &'static str)>,
}

/// The server, and a client for it.
pub struct Server {
    pub mcleod: McLeod,
    shared: Shared,
}

#[derive(Clone)]
struct Shared {
    quirks: Arc<Mutex<Quirks>>,
    asked: Arc<Mutex<Vec<String>>>,
    headers: Arc<Mutex<HeaderMap>>,
}

impl Server {
    pub async fn start(quirks: Quirks) -> Self {
        Self::start_for(quirks, |account| account).await
    }

    pub async fn start_for(quirks: Quirks, change: impl FnOnce(Account) -> Account) -> Self {
        let shared =
            Shared { quirks: Arc::new(Mutex::new(quirks)), asked: Arc::default(), headers: Arc::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/ws", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let mcleod = McLeod::new(change(super::account(&base))).unwrap();
        Self { mcleod, shared }
    }

    /// Reads a resource to its end, as `sync` does: what all its pages brought, in one batch.
    pub async fn read(&self, resource: &'static str, cursor: Option<&str>, now: Timestamp) -> Batch {
        self.read_wanted(resource, cursor, &[], now).await
    }

    pub async fn read_wanted(
        &self,
        resource: &'static str,
        cursor: Option<&str>,
        wanted: &[String],
        now: Timestamp,
    ) -> Batch {
        let (mut whole, mut next) = (Batch::default(), None::<String>);
        loop {
            let ask = Ask { resource, cursor, page: next.as_deref(), restart: false, wanted, now };
            let page = self.mcleod.fetch(ask).await.unwrap();
            whole.changes.extend(page.batch.changes);
            whole.rejects.extend(page.batch.rejects);
            whole.cursor = page.batch.cursor;
            whole.complete = page.batch.complete;
            next = page.next;
            if next.is_none() {
                return whole;
            }
        }
    }

    /// Path and raw query of every request since the last time this was asked.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.shared.asked.lock().unwrap())
    }

    /// A header of the latest request.
    pub fn header(&self, name: &str) -> String {
        let headers = self.shared.headers.lock().unwrap();
        headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }
}

async fn answer(State(shared): State<Shared>, headers: HeaderMap, uri: Uri) -> Response<Body> {
    let path = uri.path().strip_prefix("/ws/").unwrap().to_owned();
    let query = uri.query().unwrap_or_default();
    let line = if query.is_empty() { path.clone() } else { format!("{path}?{query}") };
    shared.asked.lock().unwrap().push(line);
    *shared.headers.lock().unwrap() = headers;
    let mut quirks = shared.quirks.lock().unwrap();
    if let Some((status, body)) = quirks.always {
        return say(status, body);
    }
    if path == "sysadmin/getServerTimeMillis" {
        return say(quirks.time.0, quirks.time.1);
    }
    let criteria: Vec<(String, String)> =
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    if let Some(status) = quirks.refuses_changes
        && criteria.iter().any(|(name, _)| name == "changedAfterDate")
    {
        return say(status, "table is not audited");
    }
    if !path.ends_with("/search") {
        let found = quirks.rows.iter().find(|(row_path, _)| *row_path == path);
        return found.map_or_else(|| say(404, "null"), |(_, row)| say(200, &row.to_string()));
    }
    let mut rows: Vec<Value> = quirks
        .rows
        .iter()
        .filter(|(row_path, row)| *row_path == path && matches(row, &criteria, quirks.ignores_keys))
        .map(|(_, row)| row.clone())
        .collect();
    rows.sort_by_key(|row| row["id"].as_str().unwrap().to_owned());
    rows.truncate(quirks.cap);
    if let Some(added) = quirks.added.pop_front() {
        quirks.rows.push(added);
    }
    match rows.as_slice() {
        [] => say(200, "null"),
        [one] => say(200, &one.to_string()),
        many => say(200, &Value::from(many).to_string()),
    }
}

/// Whether a row meets the criteria that this server understands: status and key.
fn matches(row: &Value, criteria: &[(String, String)], ignores_keys: bool) -> bool {
    criteria.iter().all(|(name, value)| match name.split_once('.') {
        Some((_, "status")) => row["status"] == value.as_str(),
        Some((_, "id")) => match value.strip_prefix('>') {
            Some(last) => ignores_keys || row["id"].as_str().unwrap() > last,
            None => row["id"] == value.as_str(),
        },
        _ => true,
    })
}

fn say(status: u16, body: &str) -> Response<Body> {
    Response::builder().status(status).body(Body::from(body.to_owned())).unwrap()
}
