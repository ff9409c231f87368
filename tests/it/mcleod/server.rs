//! A McLeod server on loopback with the quirks of real ones, which writes down what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, Uri};
use backhaul::http::Error;
use backhaul::model::{Batch, Timestamp};
use backhaul::providers::mcleod::{Account, McLeod};
use backhaul::providers::{Ask, Provider};
use serde_json::Value;

use super::xml::xml;

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
    /// It refuses to be asked for nulls, with this status.
    pub refuses_nulls: Option<u16>,
    /// What `getServerTimeMillis` answers: status and body.
    pub time: (u16, &'static str),
    /// Rows that somebody adds, one after each list answer.
    pub added: VecDeque<(&'static str, Value)>,
    /// What it answers whatever is asked for: status and body.
    pub always: Option<(u16, &'static str)>,
    /// It answers in XML, whatever it is asked for.
    pub xml: bool,
    /// It does not show a movement by itself, and answers with this status.
    pub hides_movements: Option<u16>,
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
        self.try_read(resource, cursor, wanted, now).await.unwrap()
    }

    pub async fn try_read(
        &self,
        resource: &'static str,
        cursor: Option<&str>,
        wanted: &[String],
        now: Timestamp,
    ) -> Result<Batch, Error> {
        let (mut whole, mut next) = (Batch::default(), None::<String>);
        loop {
            let ask = Ask { resource, cursor, page: next.as_deref(), restart: false, wanted, now };
            let page = self.mcleod.fetch(ask).await?;
            whole.changes.extend(page.batch.changes);
            whole.rejects.extend(page.batch.rejects);
            whole.cursor = page.batch.cursor;
            whole.complete = page.batch.complete;
            next = page.next;
            if next.is_none() {
                return Ok(whole);
            }
        }
    }

    /// Somebody changes rows: the server has these from now on.
    pub fn now_has(&self, rows: Vec<(&'static str, Value)>) {
        self.shared.quirks.lock().unwrap().rows = rows;
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
    if let Some(status) = quirks.refuses_nulls
        && criteria.iter().any(|(_, value)| value == "=")
    {
        return say(status, "= is not a valid date");
    }
    let told = |rows: &Value| say(200, &if quirks.xml { xml(rows) } else { rows.to_string() });
    if let Some(status) =
        quirks.hides_movements.filter(|_| path.starts_with("movements/") && path != "movements/search")
    {
        return say(status, "User svcuser may not");
    }
    if !path.ends_with("/search") {
        let found = quirks.rows.iter().find(|(row_path, _)| *row_path == path);
        return found.map_or_else(|| say(404, "null"), |(_, row)| told(row));
    }
    let mut rows: Vec<Value> = quirks
        .rows
        .iter()
        .filter(|(row_path, row)| *row_path == path && matches(row, &criteria, quirks.ignores_keys))
        .map(|(_, row)| row.clone())
        .collect();
    rows.sort_by_key(|row| row["id"].as_str().unwrap().to_owned());
    rows.truncate(quirks.cap);
    let answer = match rows.as_slice() {
        [] => told(&Value::Null),
        [one] => told(one),
        many => told(&Value::from(many)),
    };
    if let Some(added) = quirks.added.pop_front() {
        quirks.rows.push(added);
    }
    answer
}

/// Whether a row meets the criteria that this server understands: status, key, and whether a date is null, which
/// it is where the row says so under the criterion's own name.
fn matches(row: &Value, criteria: &[(String, String)], ignores_keys: bool) -> bool {
    criteria.iter().all(|(name, value)| match name.split_once('.') {
        Some((_, "status")) => row["status"] == value.as_str(),
        Some((_, "sched_arrive_early" | "sched_arrive_late")) => {
            (value == "=") == (row.get(name) == Some(&Value::Null))
        }
        Some((_, "id")) => match value.strip_prefix('>') {
            Some(last) => ignores_keys || row["id"].as_str().unwrap() > last,
            None => row["id"] == value.as_str(),
        },
        None if name == "equipment_group_id" => ignores_keys || row[name] == value.as_str(),
        _ => true,
    })
}

fn say(status: u16, body: &str) -> Response<Body> {
    Response::builder().status(status).body(Body::from(body.to_owned())).unwrap()
}
