//! One HTTP client per upstream: pooled connections, time-outs, a size cap, redirects kept to the
//! same host, one error type. It knows no upstream, and neither retries nor waits: `sync` decides.

mod error;
mod mask;
mod stream;

use std::path::Path;
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{RequestBuilder, Response, Url, redirect};

pub use self::error::{Error, Kind, retry_after};
pub use self::mask::{Mask, base64};
pub use self::stream::{Opened, Refusal, Stream};
use crate::model::Timestamp;

/// The largest body taken, after decompression.
pub const BODY_CAP: usize = 64 * 1024 * 1024;
const REDIRECTS: usize = 5;
const RESET: &str = "x-rate-limit-reset";

/// Limits of one client.
#[derive(Clone, Debug)]
pub struct Limits {
    /// To be connected.
    pub connect: Duration,
    /// Between two pieces of an answer.
    pub read: Duration,
    /// From the request to the end of the answer.
    pub total: Duration,
    /// Bytes of a body, decompressed.
    pub body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(20),
            total: Duration::from_secs(90),
            body: BODY_CAP,
        }
    }
}

/// Speaks to one upstream. Clones share the connections.
#[derive(Clone, Debug)]
pub struct Client {
    inner: reqwest::Client,
    base: Url,
    body_cap: usize,
    /// The secrets that go with every request.
    mask: Mask,
}

/// Some servers put it before their JSON, where a reader may pass over it (RFC 8259 §8.1).
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// One request: a GET, or a POST where it has a body.
#[derive(Clone, Copy, Debug, Default)]
pub struct Call<'a> {
    /// Below the base, no leading `/` needed.
    pub path: &'a str,
    /// Name and value pairs, encoded here.
    pub query: &'a [(&'a str, &'a str)],
    /// The `Accept` header.
    pub accept: &'a str,
    /// Headers of this request alone, such as a credential that changes.
    pub headers: &'a [(&'static str, HeaderValue)],
    /// What is posted.
    pub body: Option<Body<'a>>,
    /// What is secret in the body, where that is no form: secret headers and fields are known to be.
    pub secrets: &'a [&'a str],
}

/// What a POST carries. Never shown, since it may be a credential.
#[derive(Clone, Copy)]
pub enum Body<'a> {
    /// JSON, as it is.
    Json(&'a str),
    /// A form's fields, encoded here.
    Form(&'a [(&'a str, &'a str)]),
}

impl std::fmt::Debug for Body<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Json(_) => "Json(…)",
            Self::Form(_) => "Form(…)",
        })
    }
}

/// One answer that was a success.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Always 2xx.
    pub status: u16,
    /// How long to stay away, where even a success says so (Geotab's errors are successes).
    pub retry_after: Option<Duration>,
    /// The whole body, decompressed; not yet known to be UTF-8.
    pub body: Vec<u8>,
}

impl Client {
    /// A client for `base`, which every request's path is joined to.
    ///
    /// `headers` go with every request (credentials among them, marked sensitive by the caller);
    /// `ca_file` is a PEM file trusted besides the system's. Proxies come from the environment.
    ///
    /// Fails with a sentence when `base` is not a URL we may speak to, a header is not one, or the
    /// CA file cannot be used.
    pub fn new(
        base: &str,
        headers: &[(&str, HeaderValue)],
        ca_file: Option<&Path>,
        limits: &Limits,
    ) -> Result<Self, String> {
        // reqwest asks the process-wide provider; whoever comes first installs it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let base = checked_base(base)?;
        let secret = headers.iter().filter(|(_, value)| value.is_sensitive());
        let mask = Mask::of(secret.filter_map(|(_, value)| value.to_str().ok()));
        let mut defaults = HeaderMap::new();
        for (name, value) in headers {
            let name =
                HeaderName::from_bytes(name.as_bytes()).map_err(|e| format!("header `{name}`: {e}"))?;
            defaults.insert(name, value.clone());
        }
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("backhaul/", env!("CARGO_PKG_VERSION")))
            .default_headers(defaults)
            .connect_timeout(limits.connect)
            .read_timeout(limits.read)
            .timeout(limits.total)
            .pool_idle_timeout(Duration::from_secs(90))
            .pool_max_idle_per_host(4)
            .gzip(true)
            .referer(false)
            .redirect(redirect::Policy::custom(same_host_only));
        if is_loopback(&base) {
            // A proxy is a way out of the house, and cannot know what listens inside it.
            builder = builder.no_proxy();
        }
        if let Some(path) = ca_file {
            builder = builder.tls_certs_merge(certificates(path)?);
        }
        // A certificate is first looked into when the client is built.
        let inner = builder.build().map_err(|e| match ca_file {
            Some(path) => format!("CA file {}: {}", path.display(), error::deepest(&e)),
            None => format!("HTTP client for {base}: {}", error::deepest(&e)),
        })?;
        Ok(Self { inner, base, body_cap: limits.body, mask })
    }

    /// GETs `path` (below the base, no leading `/` needed) with these query pairs, encoded here.
    ///
    /// `accept` is the `Accept` header. `now` turns a `Retry-After` date into a duration.
    pub async fn get(
        &self,
        path: &str,
        query: &[(&str, &str)],
        accept: &str,
        now: Timestamp,
    ) -> Result<Answer, Error> {
        self.send(Call { path, query, accept, ..Call::default() }, now).await
    }

    /// Sends `call`. An empty path is the base itself.
    ///
    /// `now` turns a `Retry-After` date into a duration.
    pub async fn send(&self, call: Call<'_>, now: Timestamp) -> Result<Answer, Error> {
        let response = self.request(call).send().await.map_err(|e| Error::from_reqwest(&e))?;
        self.read(response, &call, now).await
    }

    /// The same error without what is secret of this client, should an answer that was a success have said it back.
    pub fn discreet(&self, error: Error) -> Error {
        self.mask.discreet(error)
    }

    /// What time the upstream has, to the second, by the `Date` of whatever it answers to no credential at all.
    pub async fn date(&self) -> Result<Option<Timestamp>, Error> {
        let call = Call { accept: "*/*", ..Call::default() };
        let response = self.request(call).send().await.map_err(|e| Error::from_reqwest(&e))?;
        let date = response.headers().get(DATE).and_then(|value| value.to_str().ok());
        let date = date.and_then(|value| jiff::fmt::rfc2822::parse(value).ok());
        Ok(date.map(|date| Timestamp::from_millis(date.timestamp().as_millisecond())))
    }

    fn request(&self, call: Call<'_>) -> RequestBuilder {
        let mut url = self.base.clone();
        if !call.path.is_empty() {
            // Appended, not joined: a base may have a path of its own (`https://tms.example.com/ws`).
            let joined =
                format!("{}/{}", url.path().trim_end_matches('/'), call.path.trim_start_matches('/'));
            url.set_path(&joined);
        }
        if !call.query.is_empty() {
            url.set_query(Some(&pairs(call.query)));
        }
        let request = match call.body {
            None => self.inner.get(url),
            Some(Body::Json(text)) => {
                self.inner.post(url).header(CONTENT_TYPE, "application/json").body(text.to_owned())
            }
            Some(Body::Form(fields)) => self
                .inner
                .post(url)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(pairs(fields)),
        };
        let request = request.header(ACCEPT, call.accept);
        call.headers.iter().fold(request, |request, (name, value)| request.header(*name, value.clone()))
    }

    async fn read(&self, mut response: Response, call: &Call<'_>, now: Timestamp) -> Result<Answer, Error> {
        let status = response.status();
        let wait = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let wait = wait.and_then(|value| retry_after(value, now));
        let reset = response.headers().get(RESET).and_then(|value| value.to_str().ok());
        let renews_at = reset.and_then(error::unix_time);
        let cap = if status.is_success() { self.body_cap } else { error::BODY_SHOWN };
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() <= cap => body.extend_from_slice(&chunk),
                Ok(Some(_)) if status.is_success() => return Err(Error::too_large(cap)),
                Err(e) if status.is_success() => return Err(Error::from_reqwest(&e)),
                // An error page may be cut, and may break off: its status is what counts.
                Ok(Some(_) | None) | Err(_) => break,
            }
        }
        if status.is_success() {
            if body.starts_with(BYTE_ORDER_MARK) {
                body.drain(..BYTE_ORDER_MARK.len());
            }
            return Ok(Answer { status: status.as_u16(), retry_after: wait, body });
        }
        // Before it is cut, so that no part of a secret is left, and after its escapes are read.
        let (all, own) = (&self.mask, Mask::of_call(call));
        let body = own.hide(&all.hide(&String::from_utf8_lossy(&body)));
        let error = own.discreet(all.discreet(Error::from_status(status.as_u16(), wait, &body)));
        Err(Error { renews_at, ..error })
    }
}

/// What a PEM file holds, which must be something.
fn certificates(path: &Path) -> Result<Vec<reqwest::Certificate>, String> {
    let pem = std::fs::read(path).map_err(|e| format!("CA file {}: {e}", path.display()))?;
    let certificates = reqwest::Certificate::from_pem_bundle(&pem)
        .map_err(|e| format!("CA file {}: {}", path.display(), error::deepest(&e)))?;
    if certificates.is_empty() {
        return Err(format!("CA file {}: there is no certificate in it", path.display()));
    }
    Ok(certificates)
}

/// Follows a redirect only where the credentials may go: same scheme, host and port.
fn same_host_only(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let Some(first) = attempt.previous().first() else { return attempt.stop() };
    let next = attempt.url();
    let same = next.scheme() == first.scheme()
        && next.host_str() == first.host_str()
        && next.port_or_known_default() == first.port_or_known_default();
    if !same {
        return attempt.stop();
    }
    if attempt.previous().len() > REDIRECTS {
        return attempt.error("too many redirects");
    }
    attempt.follow()
}

/// The base as a URL, if it is one that credentials may be sent to.
fn checked_base(base: &str) -> Result<Url, String> {
    let url = Url::parse(base).map_err(|e| format!("`{base}` is not a URL: {e}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        // A base URL is shown in messages, and what is in it with it.
        return Err("a base URL must not hold a user name or password; set them by their own keys".to_owned());
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(format!("`{base}`: plain http is accepted for loopback addresses only; use https")),
        other => Err(format!("`{base}`: cannot speak {other}; use https")),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// `name=value` pairs. `%20` for a space: a server that takes `+` literally would miss it (McLeod's
/// orderBy), and one that reads a form takes either.
fn pairs(pairs: &[(&str, &str)]) -> String {
    pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect::<Vec<_>>()
        .join("&")
}

/// Percent-encodes everything but RFC 3986's unreserved characters.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte as char),
            _ => {
                use std::fmt::Write;
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// A header value that is kept out of debug output.
///
/// Fails when `text` cannot stand in a header; the message does not repeat it.
pub fn secret_header(text: &str) -> Result<HeaderValue, String> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_illegal| "a credential holds characters that cannot stand in an HTTP header".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_loopback() {
        let check = |base: &str, ok: bool| assert_eq!(checked_base(base).is_ok(), ok, "{base}");
        check("https://api.samsara.com", true);
        check("http://127.0.0.1:8080/ws", true);
        check("http://[::1]:8080", true);
        check("http://localhost:1", true);
        check("http://10.0.0.7", false);
        check("http://localhost.example.com", false);
        check("ftp://example.com", false);
        check("api.samsara.com", false);
        check("https://svc:hush@api.example.com", false);
        assert!(!checked_base("https://svc:hush@api.example.com").unwrap_err().contains("hush"));
    }

    #[test]
    fn spaces_and_operators_are_percent_encoded() {
        assert_eq!(encode("movement.id ASC"), "movement.id%20ASC");
        assert_eq!(encode(">=t-30"), "%3E%3Dt-30");
        assert_eq!(encode("20260310081500+0100"), "20260310081500%2B0100");
    }
}
