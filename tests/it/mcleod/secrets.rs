//! What a McLeod row holds that is nobody's business: it reaches neither facts, database, logs nor errors.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use backhaul::providers::mcleod::McLeod;
use backhaul::store::{Access, Reader, Scope, Store};
use backhaul::sync::{Account, Clock, JUDGE, Polling, read_once};
use serde_json::{Map, Value, json};

use super::server::{Quirks, Server};
use super::xml::{Style, xml, xml_in};
use super::{MCLEOD, account, normalise, now, recorded};

/// Columns that must not be read, by hand; the list of the whole type pages is added where it is here.
const SENSITIVE: &[&str] = &[
    "social_security_no",
    "birth_date",
    "license_no",
    "license_date",
    "license_state",
    "passport",
    "race",
    "sex",
    "name_of_spouse",
    "email",
    "eld_password",
    "enginedata_pwd",
    "mc_login",
    "mc_unit_password",
    "mobile_pwd",
    "proximity_card",
    "password",
    "web_password",
    "email_password",
    "token",
    "auth_subject",
    "sec_ans1",
    "telephony_access_token",
    "telephony_refresh_token",
    "mobile_pw_reset_token",
    "medical_cert_expire",
    "bank_account",
    "override_pay_amt",
    "carrier_phone",
    "carrier_email",
    "override_driver_nm",
    "override_drvr_cell",
];

/// Begins every value that must not be found again.
const MARK: &str = "HUSH";

fn sensitive() -> Vec<String> {
    let mut columns: Vec<String> = SENSITIVE.iter().map(|column| (*column).to_owned()).collect();
    let list =
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/fixtures/public/mcleod/console_types.csv"));
    match fs::read_to_string(list) {
        Ok(list) => {
            let marked = list.lines().filter(|line| line.contains("!sensitive"));
            columns.extend(marked.filter_map(|line| Some(line.split(',').nth(1)?.to_owned())));
        }
        Err(_) => eprintln!("shortened: {} is not here", list.display()),
    }
    columns.sort();
    columns.dedup();
    columns
}

/// A row with every sensitive column of every table, and a child of every name that has them too.
fn laden(row: &Value) -> Value {
    let secrets: Map<String, Value> = sensitive()
        .into_iter()
        .enumerate()
        .map(|(n, column)| (column, json!(format!("{MARK}-{n}"))))
        .collect();
    let mut laden = row.as_object().unwrap().clone();
    for (column, value) in &secrets {
        laden.entry(column.clone()).or_insert(value.clone());
    }
    for child in
        ["driver1", "driver2", "dispatcherUser", "enteredUser", "driver", "tractor", "customer", "message"]
    {
        let child = laden.entry(child.to_owned()).or_insert_with(|| json!({"company_id": "TMS", "id": "X1"}));
        let Some(child) = child.as_object_mut() else { continue };
        for (column, value) in &secrets {
            child.entry(column.clone()).or_insert(value.clone());
        }
    }
    Value::from(laden)
}

/// The recorded rows, laden, by resource and path.
fn rows() -> Vec<(&'static str, &'static str, Value)> {
    let row = |name: &str| {
        let answer: Value = serde_json::from_str(&recorded(name)).unwrap();
        laden(answer.get(0).unwrap_or(&answer))
    };
    let mut trailer = row("trailers_search_list.json");
    trailer["license_no"] = json!("PLATE 77");
    vec![
        ("drivers", "drivers/search", row("drivers_search_list.json")),
        ("tractors", "tractors/search", row("tractors_search_list.json")),
        ("trailers", "trailers/search", trailer),
        ("movements", "movements/search", row("movement_get.json")),
        ("assignments", "movements/0412233", row("movement_get.json")),
        ("orders", "orders/search", row("order_get.json")),
        ("stops", "stop/search", row("stop_get.json")),
        ("customers", "customers/ACMEBIAL", row("customer_get.json")),
        ("positions", "mcmessages/positions", row("mcmessages_positions_list_WEST_POSITIVE.json")),
        ("company", "users/current", row("users_current.json")),
    ]
}

#[test]
fn the_list_of_columns_that_are_read_has_none_that_is_sensitive() {
    for (resource, _, row) in rows().into_iter().filter(|(resource, ..)| *resource != "company") {
        let written = [row.to_string(), xml(&row), xml_in(&row, Style::Elements)];
        for body in &written {
            assert!(body.contains(MARK));
            let batch = normalise(resource, body);
            assert!(!batch.changes.is_empty() && batch.rejects.is_empty(), "{resource} {:?}", batch.rejects);
            let said = format!("{batch:?}");
            assert!(!said.contains(MARK), "{resource}: {said}");
            assert_eq!(said.contains("PLATE 77"), resource == "trailers", "a trailer's licence is its plate");
            // Nor does an answer that cannot be read say what stood in it.
            for cut in (1..body.len()).step_by(97).filter(|cut| body.is_char_boundary(*cut)) {
                let said = match MCLEOD.normalise(resource, &body[..cut], now()) {
                    Ok(batch) => format!("{batch:?}"),
                    Err(error) => format!("{error:?} {error}"),
                };
                assert!(!said.contains(MARK), "{resource}: {said}");
            }
        }
    }
}

#[test]
fn a_row_that_is_refused_takes_its_secrets_along() {
    for (resource, _, row) in rows().into_iter().filter(|(resource, ..)| *resource != "company") {
        let mut foreign = row.clone();
        foreign["company_id"] = json!("TMS2");
        let mut broken = row;
        broken["id"] = json!([MARK]);
        for body in [json!([foreign, broken]), json!([broken, foreign])] {
            for body in [body.to_string(), xml(&body)] {
                let batch = normalise(resource, &body);
                assert!(batch.changes.is_empty() && batch.rejects.len() == 2);
                assert!(!format!("{batch:?}").contains(MARK), "{:?}", batch.rejects);
            }
        }
    }
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn neither_the_database_nor_the_log_ever_holds_what_is_sensitive() {
    const EVERY: Duration = Duration::from_secs(60);
    let polling = Polling {
        active: EVERY,
        idle: EVERY,
        hours_active: EVERY,
        hours_idle: EVERY,
        movements_active: EVERY,
        movements_idle: EVERY,
        roster: EVERY,
        viewer_timeout: None,
        fresh_locations: EVERY,
        fresh_hours: EVERY,
        fresh_profiles: EVERY,
    };
    let log = Log::default();
    let written = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || written.clone())
        .finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    for xml in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.db");
        let (store, _) = Store::open(&path, Access::Owner, JUDGE, now()).unwrap();
        let mut served: Vec<(&'static str, Value)> =
            rows().into_iter().map(|(_, path, row)| (path, row)).collect();
        // One more, which is refused and counted.
        let mut foreign = served[0].1.clone();
        (foreign["company_id"], foreign["id"]) = (json!("TMS2"), json!("OTHER"));
        served.push(("drivers/search", foreign));
        let Server { mcleod, .. } =
            Server::start(Quirks { rows: served, cap: 9, time: (404, ""), xml, ..Quirks::default() }).await;
        let account = Account {
            name: "mcleod".to_owned(),
            provider: mcleod,
            calls_per_minute: 1000,
            fingerprint: "f".to_owned(),
        };
        let failed = read_once(account, &store, &polling, &Clock::from_runtime(now())).await.unwrap();
        assert_eq!(failed, []);
        let fleet = Reader::open(&path, Scope::Whole).unwrap().fleet(now()).unwrap();
        assert_eq!((fleet.drivers.len(), fleet.movements.len(), fleet.orders.len()), (1, 1, 1), "xml {xml}");
        let mut looked = 0;
        for file in fs::read_dir(folder.path()).unwrap() {
            let bytes = fs::read(file.unwrap().path()).unwrap();
            looked += bytes.len();
            assert!(!bytes.windows(MARK.len()).any(|window| window == MARK.as_bytes()), "xml {xml}");
            assert!(!bytes.windows(10).any(|window| window == b"0f7c-token"), "xml {xml}");
        }
        assert!(looked > 10_000);
    }
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("mcleod"), "something was logged");
    assert!(!log.contains(MARK) && !log.contains("0f7c-token"));
}

#[test]
fn neither_the_account_nor_the_client_prints_the_token() {
    let account = account("https://tms.example.com/ws");
    let said = format!("{account:?} {:?}", McLeod::new(account.clone()).unwrap());
    assert!(!said.contains("0f7c-token"), "{said}");
}
