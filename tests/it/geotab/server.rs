//! A scripted Geotab on the loopback: it knows sessions by itself, answers the rest as it is told, and
//! writes down what it was asked. It has a second address, for a database that lives elsewhere.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::http::{HeaderMap, StatusCode, Uri};
use backhaul::http::Error;
use backhaul::model::Batch;
use backhaul::providers::geotab::{Account, Geotab};
use backhaul::providers::{Ask, Provider};
use secrecy::SecretString;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::result;

/// What is answered to a call of this name (`Get Device`, `GetFeed LogRecord`) with these parameters.
pub(super) type Script = fn(&str, &Value) -> Reply;

/// A status, a `Retry-After` and a body.
pub(super) type Reply = (u16, Option<&'static str>, String);

pub(super) fn ok(body: impl Into<String>) -> Reply {
    (200, None, body.into())
}

#[derive(Clone)]
pub(super) struct Upstream {
    shared: Arc<Mutex<Shared>>,
    pub(super) base: String,
    pub(super) elsewhere: String,
    folder: Arc<TempDir>,
}

struct Shared {
    script: Script,
    password: &'static str,
    path: String,
    valid: Option<String>,
    sessions: usize,
    asked: Vec<(&'static str, String, Value)>,
}

impl Upstream {
    pub(super) async fn start(script: Script) -> Self {
        let (password, path) = ("not-a-real-password", "ThisServer".to_owned());
        let shared = Shared { script, password, path, valid: None, sessions: 0, asked: Vec::new() };
        let shared = Arc::new(Mutex::new(shared));
        let base = serve(Arc::clone(&shared), "root").await;
        let elsewhere = serve(Arc::clone(&shared), "elsewhere").await;
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Self { shared, base: format!("{base}/geotab"), elsewhere, folder }
    }

    /// A client with the password that was right at first.
    pub(super) fn client(&self) -> Geotab {
        self.client_with("not-a-real-password")
    }

    pub(super) fn client_with(&self, password: &str) -> Geotab {
        self.client_at(self.tokens(), password)
    }

    /// A client that keeps its session in this folder.
    pub(super) fn client_at(&self, tokens: &Path, password: &str) -> Geotab {
        Geotab::new(Account {
            base_url: self.base.clone(),
            database: "acme".to_owned(),
            username: "svc@acme.example".to_owned(),
            password: SecretString::from(password),
            ca_file: None,
            tokens: tokens.to_owned(),
            name: "geotab".to_owned(),
        })
        .unwrap()
    }

    /// The folder of the session's file.
    pub(super) fn tokens(&self) -> &Path {
        self.folder.path()
    }

    /// Logins lead there from now on.
    pub(super) fn move_to(&self, path: &str) {
        path.clone_into(&mut self.lock().path);
    }

    /// The session runs out.
    pub(super) fn expire(&self) {
        self.lock().valid = None;
    }

    pub(super) fn change_password(&self) {
        self.lock().password = "another";
    }

    pub(super) fn answer(&self, script: Script) {
        self.lock().script = script;
    }

    /// What was asked since this was last called: where, what, with which parameters.
    pub(super) fn asked(&self) -> Vec<(&'static str, String, Value)> {
        std::mem::take(&mut self.lock().asked)
    }

    /// The names of what was asked since then.
    pub(super) fn names(&self) -> Vec<String> {
        self.asked().into_iter().map(|(_, name, _)| name).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap()
    }
}

async fn serve(shared: Arc<Mutex<Shared>>, server: &'static str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(move |uri: Uri, headers: HeaderMap, body: String| {
        assert_eq!(uri.path(), if server == "root" { "/geotab/apiv1" } else { "/apiv1" });
        assert_eq!(headers["content-type"], "application/json");
        let (status, wait, body) =
            shared.lock().unwrap().reply(server, &serde_json::from_str(&body).unwrap());
        let status = StatusCode::from_u16(status).unwrap();
        let wait = wait.map(|wait| ("retry-after", wait));
        std::future::ready((status, axum::response::AppendHeaders(wait), body))
    });
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    base
}

impl Shared {
    fn reply(&mut self, server: &'static str, request: &Value) -> Reply {
        let (method, params) = (request["method"].as_str().unwrap(), &request["params"]);
        let name = match params["typeName"].as_str() {
            Some(type_name) => format!("{method} {type_name}"),
            None => method.to_owned(),
        };
        self.asked.push((server, name.clone(), params.clone()));
        if name == "Authenticate" {
            return self.log_in(params);
        }
        let session = json!({"database": "ACME", "userName": "Svc@acme.example", "sessionId": self.valid});
        if self.valid.is_none() || params["credentials"] != session {
            return ok(REFUSED);
        }
        (self.script)(&name, params)
    }

    fn log_in(&mut self, params: &Value) -> Reply {
        assert_eq!(
            (params["database"].as_str(), params["userName"].as_str()),
            (Some("acme"), Some("svc@acme.example"))
        );
        if params["password"] != self.password {
            return ok(REFUSED);
        }
        self.sessions += 1;
        let session = format!("Session{}", self.sessions);
        self.valid = Some(session.clone());
        // The names as the database writes them, which later calls must repeat.
        let credentials = json!({"database": "ACME", "userName": "Svc@acme.example", "sessionId": session});
        ok(result(&json!({"path": self.path, "credentials": credentials}).to_string()))
    }
}

/// What a session that ran out and a wrong password are both answered with.
pub(super) const REFUSED: &str = r#"{"error":{"message":"Incorrect login credentials","code":-32000,
    "data":{"id":"00000000-0000-0000-0000-000000000001","type":"InvalidUserException","requestIndex":0},
    "name":"JSONRPCError","errors":[{"message":"Incorrect login credentials","name":"InvalidUserException"}]},
    "jsonrpc":"2.0","requestIndex":0}"#;

/// Reads to the end; what all pages brought.
pub(super) async fn read(geotab: &Geotab, ask: Ask<'_>) -> Result<Vec<Batch>, Error> {
    let mut batches = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let page = geotab.fetch(Ask { page: next.as_deref(), ..ask }).await?;
        if !page.is_step {
            batches.push(page.batch);
        }
        let Some(token) = page.next else { return Ok(batches) };
        next = Some(token);
    }
}
