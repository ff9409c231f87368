//! Services that say back what they were sent: no secret comes through any client of ours, in whatever form.

use std::future::Future;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use backhaul::assistant::{self, Gemini};
use backhaul::http::base64;
use backhaul::model::{Motion, Point, Position, Timestamp};
use backhaul::providers::geotab::{self, Geotab};
use backhaul::providers::mcleod::{self, McLeod};
use backhaul::providers::motive::{self, Application, Motive};
use backhaul::providers::samsara::Samsara;
use backhaul::providers::terminal::Terminal;
use backhaul::providers::{Ask, Provider, TokenFile};
use backhaul::routing::{Attempt, Mapbox, Profile, Question, Settings};
use jiff::tz::TimeZone;
use secrecy::SecretString;

const SECRET: &str = "hush/Hush+0123-é&xyz";
const OTHER: &str = "mum:Mum 4567%tail";

fn now() -> Timestamp {
    Timestamp::parse("2026-11-20T15:05:15Z").unwrap()
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

/// What a server answers to everything.
#[derive(Clone, Default)]
struct Says(Arc<Mutex<(u16, String)>>);

/// A server that answers whatever it was told to, one request a connection.
fn server(says: &Says) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let says = says.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (status, body) = says.0.lock().unwrap().clone();
            answer(&mut stream.unwrap(), status, &body);
        }
    });
    base
}

fn answer(stream: &mut TcpStream, status: u16, body: &str) {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read > 0) {
        head.extend(byte);
    }
    let head = String::from_utf8_lossy(&head).to_lowercase();
    let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
    let _ = stream.read_exact(&mut vec![0; length.unwrap_or(0)]);
    let headers = format!("HTTP/1.1 {status} Said\r\ncontent-length: {}\r\nconnection: close", body.len());
    let _ = write!(stream, "{headers}\r\n\r\n{body}");
}

/// Every form in which `secret` may be said back, whole and cut short.
fn forms(secret: &str) -> Vec<String> {
    let percent: String = secret
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    let cut: String = secret.chars().take(12).collect();
    vec![secret.to_owned(), percent.to_lowercase(), percent, base64(secret.as_bytes()), cut]
}

/// Asserts that of no answer that says `secret` back anything comes through.
async fn check<F: Future<Output = String>>(says: &Says, secrets: &[&str], ask: impl Fn() -> F) {
    for secret in secrets {
        for form in forms(secret) {
            let json =
                serde_json::json!({"message": format!("no such key as {form}"), "error": form}).to_string();
            let page = format!("<html><body>\n<p>Refused: {form} is wrong</p>");
            let nested = format!(r#"{{"error":{{"code":403,"status":"NO","message":{json}}}}}"#);
            for (status, body) in
                [(401, &json), (403, &json), (400, &json), (400, &page), (403, &nested), (503, &page)]
            {
                *says.0.lock().unwrap() = (status, body.clone());
                let said = ask().await;
                assert!(!said.contains(form.trim_end_matches('=')), "{status} {body}\n{said}");
            }
        }
    }
}

fn asking(resource: &'static str) -> Ask<'static> {
    Ask { resource, cursor: None, page: None, restart: false, wanted: &[], now: now() }
}

async fn told(provider: &impl Provider, resource: &'static str) -> String {
    match provider.fetch(asking(resource)).await {
        Ok(page) => format!("{page:?}"),
        Err(error) => format!("{error} {error:?}"),
    }
}

#[tokio::test]
async fn no_eld_says_a_key_or_token_back_to_us() {
    let says = Says::default();
    let base = server(&says);
    let ascii = "hush/Hush+0123-xyz";
    let samsara = Samsara::new(&base, &secret(ascii), None).unwrap();
    check(&says, &[ascii], || told(&samsara, "vehicles")).await;
    let motive = Motive::new(&base, motive::Credential::ApiKey(secret(ascii)), None).unwrap();
    check(&says, &[ascii], || told(&motive, "vehicles")).await;
    let terminal = Terminal::new(&base, &secret(ascii), &secret("con_mum/Mum+4567"), None).unwrap();
    check(&says, &[ascii, "con_mum/Mum+4567"], || told(&terminal, "vehicles")).await;
}

#[tokio::test]
async fn no_login_says_its_password_or_refresh_token_back_to_us() {
    let says = Says::default();
    let (base, folder) = (server(&says), tempfile::tempdir().unwrap());
    let geotab = Geotab::new(geotab::Account {
        base_url: base.clone(),
        database: "acme".to_owned(),
        username: "svc@acme.example".to_owned(),
        password: secret(SECRET),
        ca_file: None,
        tokens: folder.path().to_owned(),
        name: "east".to_owned(),
    });
    let geotab = geotab.unwrap();
    check(&says, &[SECRET], || told(&geotab, "devices")).await;
    let motive = || {
        let application = Application {
            client_id: "our app".to_owned(),
            client_secret: secret(SECRET),
            refresh_token: secret(OTHER),
            token_url: format!("{base}/oauth/token"),
            tokens: TokenFile::new(folder.path(), "west"),
        };
        Motive::new(&base, motive::Credential::OAuth(application), None).unwrap()
    };
    // Each time anew: one that was refused is not used again.
    check(&says, &[SECRET, OTHER], || async { told(&motive(), "vehicles").await }).await;
}

#[tokio::test]
async fn no_tms_says_a_token_or_password_back_to_us_not_even_in_a_success() {
    let says = Says::default();
    let base = server(&says);
    let account = |credential| mcleod::Account {
        base_url: base.clone(),
        credential,
        company_id: "TMS".to_owned(),
        company_header: "X-com.mcleodsoftware.CompanyID".to_owned(),
        format: mcleod::Format::Json,
        ca_file: None,
        stop_time_basis: mcleod::StopTimeBasis::ServerInstant,
        server_zone: TimeZone::UTC,
    };
    let basic = mcleod::Credential::Basic { username: "svc".to_owned(), password: secret(SECRET) };
    let mcleod = McLeod::new(account(basic)).unwrap();
    let pair = format!("svc:{SECRET}");
    check(&says, &[SECRET, &pair], || told(&mcleod, "positions")).await;
    let ascii = "hush/Hush+0123-xyz";
    let token = McLeod::new(account(mcleod::Credential::Token(secret(ascii)))).unwrap();
    check(&says, &[ascii], || told(&token, "positions")).await;
    let fault = format!(
        "<S:Envelope xmlns:S='x'><S:Body><S:Fault><faultcode>S:Client</faultcode><faultstring>bad token {ascii}</faultstring></S:Fault></S:Body></S:Envelope>"
    );
    *says.0.lock().unwrap() = (200, fault);
    let said = told(&token, "positions").await;
    assert!(said.contains("bad token ***"), "{said}");
}

#[tokio::test]
async fn no_map_and_no_assistant_says_its_key_back_to_us() {
    let says = Says::default();
    let base = server(&says);
    let token = secret(SECRET);
    let settings = Settings {
        base_url: &base,
        token: &token,
        profile: Profile::DrivingTraffic,
        truck: backhaul::model::Truck::new(4.12, 2.6, 36.3).unwrap(),
        ca_file: None,
    };
    let mapbox = Mapbox::new(&settings).unwrap();
    let point = Point { latitude: 35.2, longitude: -101.8 };
    let position =
        Position { point, motion: Motion::Stopped, speed_mph: None, heading_deg: None, observed_at: now() };
    let stops = [Point { latitude: 35.3, longitude: -101.8 }];
    check(&says, &[SECRET], || async {
        let question = Question { position: &position, stops: &stops };
        let attempt = Attempt::opening(&position, &stops, None, now());
        format!("{:?}", mapbox.route(&question, attempt, now()).await)
    })
    .await;
    let key = "hush/Hush+0123-xyz";
    let silence = Duration::from_secs(60);
    let settings = assistant::Settings { base_url: &base, api_key: &secret(key), ca_file: None, silence };
    let gemini = Gemini::new(&settings).unwrap();
    check(&says, &[key], || async { format!("{:?}", gemini.look_up("gemini", now()).await) }).await;
}
