//! The HTTP client against servers on the loopback that behave and misbehave.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use backhaul::http::{Answer, Client, Error, Kind, Limits, secret_header};
use backhaul::model::Timestamp;

const SECRET: &str = "Bearer hush-hush";

/// A gzip stream of these bytes.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Four MiB of zeros in four KiB.
fn bomb_gz() -> Vec<u8> {
    gzip(&vec![0; 4 * 1024 * 1024])
}

/// What a server does once it has read a request's head.
enum Reply {
    /// Answers and keeps the connection.
    Whole(Vec<u8>),
    /// Answers and closes, whatever was promised.
    Cut(Vec<u8>),
    /// Says this much and no more, and keeps the connection open.
    Hang(Vec<u8>),
}

struct Server {
    base: String,
    connections: Arc<AtomicUsize>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers by the request's head; one thread a connection, gone when the client is.
    fn start(answer: impl Fn(&str) -> Reply + Clone + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (connections, heads) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
        let (count, log) = (connections.clone(), heads.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                count.fetch_add(1, Ordering::SeqCst);
                let (answer, log) = (answer.clone(), log.clone());
                thread::spawn(move || converse(&stream.unwrap(), answer, &log));
            }
        });
        Self { base, connections, heads }
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn converse(mut stream: &TcpStream, answer: impl Fn(&str) -> Reply, log: &Mutex<Vec<String>>) {
    while let Some(head) = head_of(stream) {
        log.lock().unwrap().push(head.clone());
        match answer(&head) {
            // The client may have seen enough and be gone.
            Reply::Whole(bytes) | Reply::Hang(bytes) => stream.write_all(&bytes).unwrap_or_default(),
            Reply::Cut(bytes) => return stream.write_all(&bytes).unwrap_or_default(),
        }
    }
}

fn head_of(mut stream: &TcpStream) -> Option<String> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.extend(byte);
    }
    String::from_utf8(head).ok()
}

fn response(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes =
        format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend(body);
    bytes
}

fn ok(body: &str) -> Reply {
    Reply::Whole(response("200 OK", "", body.as_bytes()))
}

/// Long enough for a busy machine.
fn limits() -> Limits {
    Limits {
        connect: Duration::from_secs(20),
        read: Duration::from_secs(20),
        total: Duration::from_secs(60),
        body: 1024 * 1024,
    }
}

fn client(base: &str) -> Client {
    with_limits(base, &limits())
}

fn with_limits(base: &str, limits: &Limits) -> Client {
    Client::new(base, &[("authorization", secret_header(SECRET).unwrap())], None, limits).unwrap()
}

async fn get(base: &str) -> Result<Answer, Error> {
    let now = Timestamp::parse("2026-11-20T15:00:00Z").unwrap();
    client(base).get("page", &[], "application/json", now).await
}

/// What one answer becomes, having checked that the error says no secret.
async fn kind_of(reply: fn() -> Reply) -> Kind {
    let server = Server::start(move |_| reply());
    let error = get(&server.base).await.unwrap_err();
    let said = format!("{error} {error:?}");
    assert!(!said.contains("hush"), "{said}");
    error.kind
}

#[tokio::test]
async fn many_calls_share_one_connection() {
    let server = Server::start(|_| ok("{}"));
    let client = client(&server.base);
    for _ in 0..5 {
        client.get("page", &[], "application/json", Timestamp::default()).await.unwrap();
    }
    assert_eq!((server.connections.load(Ordering::SeqCst), server.heads().len()), (1, 5));
}

#[tokio::test]
async fn a_request_says_who_asks_what_it_takes_and_who_it_is_for() {
    let server = Server::start(|_| ok("{}"));
    let client = client(&format!("{}/ws/", server.base));
    let query = [("orderBy", "movement.id ASC"), ("types", "gps,x&y")];
    client.get("/loads", &query, "application/json", Timestamp::default()).await.unwrap();
    let head = server.heads().remove(0).to_ascii_lowercase();
    let (line, rest) = head.split_once("\r\n").unwrap();
    assert_eq!(line, "get /ws/loads?orderby=movement.id%20asc&types=gps%2cx%26y http/1.1");
    for wanted in [
        "accept: application/json\r\n",
        "authorization: bearer hush-hush\r\n",
        "accept-encoding: gzip\r\n",
        concat!("user-agent: backhaul/", env!("CARGO_PKG_VERSION"), "\r\n"),
    ] {
        assert!(rest.contains(wanted), "{wanted} in {rest}");
    }
}

#[tokio::test]
async fn gzip_is_inflated() {
    let server = Server::start(|_| {
        Reply::Whole(response("200 OK", "content-encoding: gzip\r\n", &gzip(br#"{"data":[]}"#)))
    });
    assert_eq!(get(&server.base).await.unwrap().body, br#"{"data":[]}"#);
}

#[tokio::test]
async fn a_body_over_the_cap_is_too_large_packed_or_not() {
    let plain = || Reply::Whole(response("200 OK", "", &vec![b' '; 1024 * 1024 + 1]));
    assert_eq!(kind_of(plain).await, Kind::TooLarge);
    let bomb = || Reply::Whole(response("200 OK", "content-encoding: gzip\r\n", &bomb_gz()));
    assert_eq!(kind_of(bomb).await, Kind::TooLarge);
    // Nobody needs to send it all to be refused.
    let promise = || {
        let mut bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n".to_vec();
        bytes.resize(2 * 1024 * 1024, b' ');
        Reply::Hang(bytes)
    };
    assert_eq!(kind_of(promise).await, Kind::TooLarge);
}

#[tokio::test]
async fn a_body_of_exactly_the_cap_is_taken() {
    let server = Server::start(|_| Reply::Whole(response("200 OK", "", &vec![b' '; 1024 * 1024])));
    assert_eq!(get(&server.base).await.unwrap().body.len(), 1024 * 1024);
}

#[tokio::test]
async fn a_redirect_within_the_host_is_followed_with_the_credential() {
    let server = Server::start(|head| {
        if head.starts_with("GET /page ") {
            Reply::Whole(response("307 Temporary Redirect", "location: /moved?x=1\r\n", b""))
        } else {
            ok("here")
        }
    });
    assert_eq!(get(&server.base).await.unwrap().body, b"here");
    let heads = server.heads();
    assert!(heads[1].starts_with("GET /moved?x=1 ") && heads[1].contains("hush-hush"), "{heads:?}");
}

#[tokio::test]
async fn a_redirect_elsewhere_is_not_followed_and_nothing_arrives_there() {
    let thief = Server::start(|_| ok("{}"));
    let port = thief.base.rsplit_once(':').unwrap().1.to_owned();
    for target in
        [thief.base.clone(), format!("http://localhost:{port}"), format!("https://127.0.0.1:{port}")]
    {
        let server = Server::start(move |_| {
            Reply::Whole(response("302 Found", &format!("location: {target}/page\r\n"), b""))
        });
        let error = get(&server.base).await.unwrap_err();
        assert_eq!(error.kind, Kind::Unavailable { retry_after: None });
        assert!(error.message.contains("redirect to another host"), "{error}");
    }
    assert_eq!((thief.connections.load(Ordering::SeqCst), thief.heads()), (0, vec![]));
}

#[tokio::test]
async fn a_host_that_redirects_in_circles_is_given_up() {
    let server = Server::start(|_| Reply::Whole(response("302 Found", "location: /page\r\n", b"")));
    let error = get(&server.base).await.unwrap_err();
    assert!(server.heads().len() <= 7, "{}", server.heads().len());
    assert_eq!((error.kind, error.message.as_str()), (Kind::Rejected, "too many redirects"));
}

#[tokio::test]
async fn each_refusal_has_its_kind() {
    let refuse = |status: &'static str| async move {
        let server = Server::start(move |_| Reply::Whole(response(status, "", br#"{"message":"no"}"#)));
        get(&server.base).await.unwrap_err().kind
    };
    assert_eq!(refuse("400 Bad Request").await, Kind::Rejected);
    assert_eq!(refuse("401 Unauthorized").await, Kind::Unauthorized);
    assert_eq!(refuse("403 Forbidden").await, Kind::Forbidden);
    assert_eq!(refuse("404 Not Found").await, Kind::NotFound);
    assert_eq!(refuse("408 Request Timeout").await, Kind::Timeout);
    assert_eq!(refuse("429 Too Many Requests").await, Kind::Throttled { retry_after: None });
    assert_eq!(refuse("500 Internal Server Error").await, Kind::Unavailable { retry_after: None });
    assert_eq!(refuse("501 Not Implemented").await, Kind::NotFound);
}

#[tokio::test]
async fn each_form_of_retry_after_is_understood() {
    let wait = |status: &'static str, value: &'static str| async move {
        let headers = format!("retry-after: {value}\r\n");
        let server = Server::start(move |_| Reply::Whole(response(status, &headers, b"")));
        match get(&server.base).await.unwrap_err().kind {
            Kind::Throttled { retry_after } | Kind::Unavailable { retry_after } => retry_after,
            other => panic!("{other:?}"),
        }
    };
    let throttled = "429 Too Many Requests";
    assert_eq!(wait(throttled, "58").await, Some(Duration::from_secs(58)));
    assert_eq!(wait(throttled, "0.40235").await, Some(Duration::from_secs_f64(0.40235)));
    assert_eq!(wait(throttled, "Fri, 20 Nov 2026 15:00:30 GMT").await, Some(Duration::from_secs(30)));
    assert_eq!(wait(throttled, "in a while").await, None);
    assert_eq!(wait("503 Service Unavailable", "7").await, Some(Duration::from_secs(7)));
}

#[tokio::test]
async fn an_answer_that_cannot_be_inflated_is_malformed() {
    let garbage = || Reply::Whole(response("200 OK", "content-encoding: gzip\r\n", b"this is no gzip"));
    assert_eq!(kind_of(garbage).await, Kind::Malformed);
}

#[tokio::test]
async fn what_is_no_http_is_not_taken_for_an_answer() {
    let kind = kind_of(|| Reply::Cut(b"SSH-2.0-OpenSSH_9.6\r\n\r\n".to_vec())).await;
    assert!(kind.may_pass(), "{kind:?}");
}

#[tokio::test]
async fn a_connection_that_breaks_is_unavailable() {
    let unavailable = Kind::Unavailable { retry_after: None };
    assert_eq!(kind_of(|| Reply::Cut(Vec::new())).await, unavailable);
    let half = || Reply::Cut(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf".to_vec());
    assert_eq!(kind_of(half).await, unavailable);
    let half_packed = || {
        let mut bytes = response("200 OK", "content-encoding: gzip\r\n", &bomb_gz());
        bytes.truncate(200);
        Reply::Cut(bytes)
    };
    assert_eq!(kind_of(half_packed).await, unavailable);
}

#[tokio::test]
async fn an_error_page_that_breaks_off_still_counts_by_its_status() {
    let half = || Reply::Cut(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 100\r\n\r\nno".to_vec());
    assert_eq!(kind_of(half).await, Kind::Unauthorized);
}

#[tokio::test]
async fn a_server_that_says_nothing_more_is_a_timeout() {
    let hasty = Limits { read: Duration::from_millis(150), ..limits() };
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf";
    for said in [&b""[..], half] {
        let server = Server::start(|_| Reply::Hang(said.to_vec()));
        let now = Timestamp::parse("2026-11-20T15:00:00Z").unwrap();
        let error = with_limits(&server.base, &hasty).get("page", &[], "application/json", now).await;
        assert_eq!(error.unwrap_err().kind, Kind::Timeout);
    }
}

#[tokio::test]
async fn nobody_listening_is_unavailable_and_says_so() {
    let base = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let error = get(&base).await.unwrap_err();
    assert_eq!(error.kind, Kind::Unavailable { retry_after: None });
    assert!(error.message.to_lowercase().contains("refused"), "{error}");
}

#[tokio::test]
async fn a_host_without_an_address_is_unavailable() {
    // A label of 64 letters is no name, which a resolver knows without asking anybody.
    let error = get(&format!("https://{}.invalid", "a".repeat(64))).await.unwrap_err();
    assert_eq!(error.kind, Kind::Unavailable { retry_after: None });
    assert!(!error.message.contains("hush"), "{error}");
}

#[test]
fn a_ca_file_that_cannot_be_used_is_named() {
    let check = |path: &std::path::Path| {
        let error = Client::new("https://api.example.com", &[], Some(path), &limits()).unwrap_err();
        assert!(error.contains(&path.display().to_string()), "{error}");
    };
    let folder = tempfile::tempdir().unwrap();
    check(&folder.path().join("absent.pem"));
    let broken = folder.path().join("broken.pem");
    std::fs::write(&broken, "-----BEGIN CERTIFICATE-----\nbm9wZQ==\n-----END CERTIFICATE-----\n").unwrap();
    check(&broken);
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "no certificate in here\n").unwrap();
    check(&empty);
}

#[test]
fn a_secret_header_is_not_shown() {
    let shown = format!("{:?} {:?}", secret_header(SECRET).unwrap(), client("http://127.0.0.1:1"));
    assert!(!shown.contains("hush"), "{shown}");
    let error = secret_header("hush\u{7f}\nhush").unwrap_err();
    assert!(!error.contains("hush"), "{error}");
}
