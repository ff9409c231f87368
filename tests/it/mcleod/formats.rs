//! XML and JSON: the same rows tell the same, whichever a server chooses.

use std::fs;
use std::path::Path;

use backhaul::http::Kind;
use backhaul::model::Batch;
use backhaul::providers::Provider;
use backhaul::providers::mcleod::{Account, Format};
use serde_json::{Value, json};

use super::server::{Quirks, Server};
use super::xml::{Style, xml_in};
use super::{MCLEOD, at, movements, normalise, now, recorded, stops};

/// Every recorded JSON answer, and what it answers.
const ANSWERS: &[(&str, &str)] = &[
    ("drivers", "drivers_search_list.json"),
    ("drivers", "driver_get.json"),
    ("tractors", "tractors_search_list.json"),
    ("tractors", "tractor_get.json"),
    ("trailers", "trailers_search_list.json"),
    ("trailers", "trailer_get.json"),
    ("movements", "movements_search_list.json"),
    ("movements", "movements_search_single_object.json"),
    ("movements", "movement_table_get.json"),
    ("movements", "search_empty_null.json"),
    ("movements", "search_empty_array.json"),
    ("assignments", "movement_get.json"),
    ("assignments", "movement_get_DOC_STYLE_STRINGS.json"),
    ("assignments", "movement_get_SERVER_TZ_NO_OFFSET.json"),
    ("orders", "orders_search_list.json"),
    ("orders", "order_get.json"),
    ("stops", "stop_table_search_list.json"),
    ("stops", "stop_get.json"),
    ("customers", "customer_get.json"),
    ("positions", "mcmessages_positions_list_WEST_POSITIVE.json"),
];

#[test]
fn the_recorded_xml_tells_what_the_recorded_json_does() {
    for (resource, name) in [
        ("drivers", "driver_get"),
        ("movements", "movement_get"),
        ("assignments", "movement_get"),
        ("movements", "movements_search_list"),
        ("orders", "order_get"),
        ("stops", "stop_get"),
    ] {
        let [xml, json] =
            ["xml", "json"].map(|format| normalise(resource, &recorded(&format!("{name}.{format}"))));
        assert!(!json.changes.is_empty(), "{name}");
        assert_eq!(xml, json, "{resource} {name}");
    }
}

#[test]
fn every_answer_tells_the_same_in_xml_with_its_columns_as_attributes_or_elements() {
    for (resource, name) in ANSWERS {
        let json: Value = serde_json::from_str(&recorded(name)).unwrap();
        let expected = normalise(resource, &json.to_string());
        for style in [Style::Attributes, Style::Elements] {
            assert_eq!(normalise(resource, &xml_in(&json, style)), expected, "{name} {style:?}");
        }
    }
}

#[test]
fn an_envelope_of_either_version_and_any_prefix_is_opened() {
    let inside = recorded("movements_search_list.xml");
    let expected = normalise("movements", &inside);
    for (prefix, namespace) in [
        ("soapenv:", "http://schemas.xmlsoap.org/soap/envelope/"),
        ("S:", "http://www.w3.org/2003/05/soap-envelope"),
        ("", "http://schemas.xmlsoap.org/soap/envelope/"),
    ] {
        let colon =
            if prefix.is_empty() { String::new() } else { format!(":{}", prefix.trim_end_matches(':')) };
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{prefix}Envelope xmlns{colon}=\"{namespace}\">
            <{prefix}Header/><{prefix}Body><ns2:searchResponse xmlns:ns2=\"urn:x\"><return>{inside}</return>
            </ns2:searchResponse></{prefix}Body></{prefix}Envelope>"
        );
        assert_eq!(normalise("movements", &body), expected, "{prefix}");
    }
}

#[test]
fn a_fault_is_no_answer() {
    let fault = |code: &str, words: &str| {
        let body = format!(
            "<s:Envelope xmlns:s='x'><s:Body><s:Fault><faultcode>s:{code}</faultcode>
             <faultstring>{words}\u{1b}[31m</faultstring><detail><id>7</id></detail></s:Fault></s:Body></s:Envelope>"
        );
        MCLEOD.normalise("movements", body, now()).unwrap_err()
    };
    let error = fault("Client", "Authentication failed");
    assert_eq!(error.kind, Kind::Unauthorized);
    assert_eq!(error.message, "SOAP fault Client: Authentication failed");
    assert_eq!(fault("Client", "no such table").kind, Kind::Rejected);
    assert_eq!(fault("Server", "deadlock").kind, Kind::Unavailable { retry_after: None });
}

#[test]
fn text_is_read_in_the_encoding_that_is_declared() {
    let row = |name: &[u8]| [b"<customer company_id='TMS' id='1' name='", name, b"'/>"].concat();
    let name = |body: Vec<u8>| format!("{:?}", MCLEOD.normalise("customers", body, now()).unwrap().changes);
    let declared = |encoding: &str, row: Vec<u8>| {
        [format!("<?xml version='1.0' encoding='{encoding}' standalone='yes'?>\r\n").as_bytes(), &row]
            .concat()
    };
    for body in [
        row("PEÑA & SÖHNE".replace('&', "&amp;").as_bytes()),
        declared("UTF-8", row("PEÑA &#38; SÖHNE".as_bytes())),
        declared("ISO-8859-1", row(b"PE\xD1A &amp; S\xD6HNE")),
        declared("windows-1252", row(b"PE\xD1A &#x26; S\xD6HNE")),
        [b"\xEF\xBB\xBF".as_slice(), &declared("utf-8", row("PEÑA &amp; SÖHNE".as_bytes()))].concat(),
    ] {
        assert!(name(body.clone()).contains("\"PEÑA & SÖHNE\""), "{}", String::from_utf8_lossy(&body));
    }
    let cdata = "<customer><company_id>TMS</company_id><id>1</id><name><![CDATA[A & <B>]]></name></customer>";
    assert!(name(cdata.into()).contains("\"A & <B>\""));
}

#[tokio::test]
async fn a_server_is_asked_for_the_format_that_is_set_and_understood_in_the_other() {
    let rows = || {
        vec![("drivers/search", json!({"company_id": "TMS", "id": "1", "name": "DOE", "__type": "driver"}))]
    };
    for (format, media_type) in [(Format::Json, "application/json"), (Format::Xml, "application/xml")] {
        for xml in [false, true] {
            let quirks =
                Quirks { rows: rows(), cap: 9, time: (200, "1773176040000"), xml, ..Quirks::default() };
            let server = Server::start_for(quirks, |account| Account { format, ..account }).await;
            let batch = server.read("drivers", None, now()).await;
            assert_eq!((batch.changes.len(), batch.complete), (2, true), "{format:?} {xml}");
            assert_eq!(server.header("accept"), media_type);
            server.mcleod.fetch(super::ask("stops")).await.unwrap();
            assert_eq!(server.header("accept"), "text/plain", "the time comes as plain text alone");
        }
    }
}

#[tokio::test]
async fn a_whole_read_in_xml_is_paged_as_in_json() {
    let rows = || {
        ["1", "2", "3", "4", "5"]
            .map(|id| ("movements/search", json!({"company_id": "TMS", "id": id, "status": "P"})))
    };
    let read = async |xml| {
        let quirks = Quirks { rows: rows().into(), cap: 2, time: (404, ""), xml, ..Quirks::default() };
        let server = Server::start(quirks).await;
        (server.read("movements", None, now()).await, server.asked())
    };
    let (batch, asked) = read(true).await;
    assert_eq!(movements(&batch).len(), 5);
    assert_eq!((batch, asked), read(false).await);
}

#[tokio::test]
async fn a_fault_that_comes_with_a_500_is_not_taken_for_an_outage_when_it_is_about_the_credential() {
    let kind = async |body: &'static str| {
        let server = Server::start(Quirks { always: Some((500, body)), ..Quirks::default() }).await;
        server.mcleod.fetch(super::ask("drivers")).await.unwrap_err().kind
    };
    let away = Kind::Unavailable { retry_after: None };
    let fault = "<s:Envelope><s:Body><s:Fault><faultcode>s:Client</faultcode><faultstring>Invalid credentials</faultstring></s:Fault></s:Body></s:Envelope>";
    assert_eq!(kind(fault).await, Kind::Unauthorized);
    assert_eq!(
        kind("<s:Envelope><s:Body><faultcode>s:Server</faultcode> deadlock</s:Body></s:Envelope>").await,
        away
    );
    assert_eq!(kind("java.lang.NullPointerException: credentials is null").await, away);
}

#[test]
fn a_stops_own_clock_is_read_in_xml_too() {
    let local = super::McLeod::new(Account {
        stop_time_basis: super::StopTimeBasis::StopLocal,
        ..super::account("https://tms.example.com/ws")
    });
    let row = "<list><stop company_id='TMS' id='s' __timezone='EDT' sched_arrive_early='20260310090000-0500'
        latitude='33.7' longitude='84.4' sched_arrive_late='22150101000000-0600'/></list>";
    let batch = local.unwrap().normalise("stops", row, now()).unwrap();
    let stop = stops(&batch)[0];
    assert_eq!(stop.scheduled_early_at, Some(at("2026-03-10T13:00:00Z")));
    assert_eq!((stop.scheduled_late_at, stop.longitude), (stop.scheduled_early_at, Some(-84.4)));
}

#[test]
fn the_shared_recordings_tell_the_same_in_both_formats() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/fixtures/own/mcleod"));
    let Ok(files) = fs::read_dir(folder) else {
        eprintln!("skipped: {} is not here", folder.display());
        return;
    };
    let mut compared = 0;
    for path in files.map(|file| file.unwrap().path()) {
        let (Ok(xml), Ok(json)) =
            (fs::read(path.with_extension("xml")), fs::read(path.with_extension("json")))
        else {
            continue;
        };
        for feed in MCLEOD.feeds().iter().filter(|feed| feed.resource != "company") {
            let told = |body: &[u8]| MCLEOD.normalise(feed.resource, body, now());
            // Whatever a row of another table comes to, it comes to the same.
            let [xml, json]: [Result<Batch, _>; 2] = [told(&xml), told(&json)];
            assert_eq!(xml, json, "{} {}", feed.resource, path.display());
            compared += 1;
        }
    }
    assert!(compared > 0);
}
