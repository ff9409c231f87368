//! Motive on the loopback: an API that takes what the test says, and a token endpoint at which a
//! refresh token works once. Both write down what they were asked.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Response, Uri};
use backhaul::model::{Batch, Timestamp};
use backhaul::providers::motive::{Application, Credential, Motive};
use backhaul::providers::{Ask, Page, Provider, TokenFile};
use secrecy::SecretString;

use super::ask;

/// A whole list of everything, with nothing in it.
pub const NOTHING: &str =
    r#"{"vehicles":[],"users":[],"assets":[],"hours_of_services":[],"pagination":{"total":0}}"#;

/// One request.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: Method,
    /// Path and query.
    pub line: String,
    pub headers: HeaderMap,
    pub body: String,
}

/// What is answered to a request.
pub type Answer = Arc<dyn Fn(&Asked) -> Response<Body> + Send + Sync>;

pub struct Server {
    pub base: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    pub async fn start(answer: impl Fn(&Asked) -> Response<Body> + Send + Sync + 'static) -> Self {
        let (answer, asked): (Answer, Arc<Mutex<Vec<Asked>>>) = (Arc::new(answer), Arc::default());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let log = Arc::clone(&asked);
        let router =
            Router::new().fallback(move |method: Method, headers: HeaderMap, uri: Uri, body: Bytes| {
                let line = uri.path_and_query().unwrap().as_str().to_owned();
                let body = String::from_utf8(body.to_vec()).unwrap();
                let asked = Asked { method, line, headers, body };
                log.lock().unwrap().push(asked.clone());
                std::future::ready(answer(&asked))
            });
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { base, asked }
    }

    /// Every request since the last time this was asked.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    /// Path and query of every request since.
    pub fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }

    pub fn by_key(&self) -> Motive {
        Motive::new(&self.base, Credential::ApiKey(SecretString::from("key-hush")), None).unwrap()
    }
}

pub fn say(status: u16, body: impl Into<String>) -> Response<Body> {
    Response::builder().status(status).body(Body::from(body.into())).unwrap()
}

/// The tokens that Motive takes now.
#[derive(Default)]
pub struct Tokens {
    pub access: Vec<String>,
    pub refresh: Vec<String>,
    /// How many pairs were handed out.
    pub renewed: usize,
}

/// Motive with OAuth 2, and the folder in which an account keeps its tokens.
pub struct Company {
    pub server: Server,
    pub tokens: Arc<Mutex<Tokens>>,
    folder: tempfile::TempDir,
}

impl Company {
    /// At which this refresh token works.
    pub async fn start(refresh: &str) -> Self {
        Self::start_with(refresh, |tokens, asked, _| tokens.exchange(&field(asked, "refresh_token"))).await
    }

    /// Whose token endpoint answers this; it is told where the account's tokens are kept.
    pub async fn start_with(
        refresh: &str,
        exchange: impl Fn(&mut Tokens, &Asked, &Path) -> Response<Body> + Send + Sync + 'static,
    ) -> Self {
        let tokens = Tokens { refresh: vec![refresh.to_owned()], ..Tokens::default() };
        let tokens = Arc::new(Mutex::new(tokens));
        let folder = tempfile::tempdir().unwrap();
        let (shared, file) = (Arc::clone(&tokens), folder.path().join("tokens/west.json"));
        let server = Server::start(move |asked| {
            let mut tokens = shared.lock().unwrap();
            if asked.line == "/oauth/token" {
                exchange(&mut tokens, asked, &file)
            } else {
                tokens.page(asked)
            }
        });
        Self { server: server.await, tokens, folder }
    }

    /// The account as one process has it, with this refresh token in its configuration.
    pub fn motive(&self, refresh_token: &str) -> Motive {
        let application = Application {
            client_id: "our app".to_owned(),
            client_secret: SecretString::from("secret-hush"),
            refresh_token: SecretString::from(refresh_token),
            token_url: format!("{}/oauth/token", self.server.base),
            tokens: TokenFile::new(&self.folder(), "west"),
        };
        Motive::new(&self.server.base, Credential::OAuth(application), None).unwrap()
    }

    pub fn folder(&self) -> PathBuf {
        self.folder.path().join("tokens")
    }

    pub fn file(&self) -> PathBuf {
        self.folder().join("west.json")
    }

    /// What is kept under this name in the token file.
    pub fn kept(&self, name: &str) -> serde_json::Value {
        let text = std::fs::read_to_string(self.file()).unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap()[name].clone()
    }

    /// The refresh tokens that were offered since the last time this was asked, and with which access
    /// tokens the API was called.
    pub fn offered(&self) -> (Vec<String>, Vec<String>) {
        let (exchanges, calls): (Vec<_>, Vec<_>) =
            self.server.asked().into_iter().partition(|asked| asked.line == "/oauth/token");
        (
            exchanges.iter().map(|asked| field(asked, "refresh_token")).collect(),
            calls.iter().map(bearer).collect(),
        )
    }
}

impl Tokens {
    /// The next pair for a refresh token that works, which then works no more.
    pub fn exchange(&mut self, refresh: &str) -> Response<Body> {
        let Some(found) = self.refresh.iter().position(|valid| valid == refresh) else {
            return say(400, include_str!("../../data/motive/oauth_invalid_grant.json"));
        };
        self.refresh.remove(found);
        self.renewed += 1;
        let (access, refresh) = (format!("access-{}", self.renewed), format!("refresh-{}", self.renewed));
        self.access = vec![access.clone()];
        self.refresh.push(refresh.clone());
        let answer = include_str!("../../data/motive/oauth_token.json");
        say(
            200,
            answer
                .replace("constructed-access-token", &access)
                .replace("constructed-refresh-token-2", &refresh),
        )
    }

    fn page(&self, asked: &Asked) -> Response<Body> {
        if self.access.contains(&bearer(asked)) {
            return say(200, NOTHING);
        }
        say(401, r#"{"error_message":"The access token is invalid"}"#)
    }
}

fn bearer(asked: &Asked) -> String {
    let header = asked.headers.get("authorization").map(|value| value.to_str().unwrap()).unwrap_or_default();
    header.strip_prefix("Bearer ").unwrap_or_default().to_owned()
}

/// A field of a form.
pub fn field(asked: &Asked, name: &str) -> String {
    let mut fields = url::form_urlencoded::parse(asked.body.as_bytes());
    fields.find_map(|(key, value)| (key == name).then(|| value.into_owned())).unwrap_or_default()
}

/// Reads to the end, as `sync` does; the batches of all pages that were no mere steps.
pub async fn read(
    motive: &Motive,
    resource: &'static str,
    now: Timestamp,
) -> Result<Vec<Batch>, backhaul::http::Error> {
    let (mut batches, mut next) = (Vec::new(), None::<String>);
    loop {
        let page: Page = motive.fetch(Ask { page: next.as_deref(), now, ..ask(resource) }).await?;
        if !page.is_step {
            batches.push(page.batch);
        }
        let Some(token) = page.next else { return Ok(batches) };
        next = Some(token);
    }
}
