//! `trail`: which unit is meant, and what is printed of where it was.

use std::time::Duration;

use backhaul::commands::trail::{find, print, print_geojson, taken_words};
use backhaul::commands::{Format, Layout};
use backhaul::model::{
    Driver, Fleet, LinkRule, Timestamp, Tractor, TrailPoint, Trailer, UnitId, UnitKind, UnitLink,
};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{backhaul, code, home, stderr, stdout};
use crate::store::{Bench, fix, tractor};

/// Tuesday, 3 March 2026, 12:00 in Chicago.
const NOON: Timestamp = Timestamp::from_secs(1_772_560_800);

fn fleet() -> Fleet {
    let id = |id: &str| UnitId(id.into());
    let mut fleet = Fleet::default();
    let tractor =
        |at: &str, number: &str| Tractor { id: id(at), unit_number: number.into(), ..Tractor::default() };
    fleet.tractors = [tractor("samsara:9", "412"), tractor("samsara:8", "T7"), tractor("motive:8", "t7")]
        .into_iter()
        .collect();
    let trailer = Trailer { id: id("mcleod:412"), unit_number: "412".into(), ..Trailer::default() };
    fleet.trailers = [trailer].into_iter().collect();
    let driver = Driver { id: id("samsara:d1"), name: "Ann Lee".into(), ..Driver::default() };
    fleet.drivers = [driver].into_iter().collect();
    fleet
}

fn links() -> Vec<UnitLink> {
    let link = |kind, unit_id: &str, account: &str, external_id: &str| UnitLink {
        kind,
        unit_id: UnitId(unit_id.into()),
        account: account.into(),
        external_id: external_id.into(),
        rule: LinkRule::First,
    };
    vec![
        link(UnitKind::Tractor, "samsara:9", "samsara", "9"),
        link(UnitKind::Tractor, "samsara:9", "mcleod", "0412"),
        link(UnitKind::Trailer, "mcleod:412", "mcleod", "412"),
    ]
}

#[test]
fn of_tractors_and_trailers_the_one_is_meant_of_whose_number_the_most_was_said_and_that_is_told() {
    let mut fleet = fleet();
    let tractor =
        Tractor { id: UnitId("samsara:18".into()), unit_number: "418".into(), ..Tractor::default() };
    let trailer =
        Trailer { id: UnitId("motive:53".into()), unit_number: "R53418".into(), ..Trailer::default() };
    fleet.tractors = fleet.tractors.with([tractor]);
    fleet.trailers = fleet.trailers.with([trailer]);
    let found = |asked: &str| {
        let unit = find(&fleet, &links(), asked, None).unwrap();
        (unit.id.to_string(), taken_words(&unit, asked))
    };
    assert_eq!(found("418"), ("samsara:18".to_owned(), None));
    let taken = Some("53418 was taken for R53418".to_owned());
    assert_eq!(found("53418"), ("motive:53".to_owned(), taken));
    assert_eq!(found("samsara:9"), ("samsara:9".to_owned(), None));
}

#[test]
fn a_unit_is_found_by_number_id_or_record_and_never_guessed() {
    let found = |asked: &str, kind| find(&fleet(), &links(), asked, kind).map(|unit| unit.id.0);
    let check = |asked: &str, kind, expected: Result<&str, &str>| {
        assert_eq!(found(asked, kind).as_deref().map_err(String::as_str), expected, "{asked}");
    };
    check("samsara:9", None, Ok("samsara:9"));
    check("mcleod:0412", None, Ok("samsara:9"));
    check("412", Some(UnitKind::Tractor), Ok("samsara:9"));
    check("412", Some(UnitKind::Trailer), Ok("mcleod:412"));
    check("T7", None, Ok("samsara:8"));
    check(
        "412",
        None,
        Err("\"412\" is tractor samsara:9 and trailer mcleod:412: say which by its id or by --kind"),
    );
    check("413", Some(UnitKind::Tractor), Err("there is no tractor \"413\"; did you mean \"412\"?"));
    check("Ann Lee", None, Err("\"Ann Lee\" is a driver; a trail is a tractor's or a trailer's"));
    check(
        "nonsense",
        None,
        Err("there is no tractor or trailer \"nonsense\": give a unit number, or ACCOUNT:ID"),
    );
}

fn seen(minutes: u64, latitude: f64) -> TrailPoint {
    TrailPoint {
        observed_at: NOON.plus(Duration::from_mins(minutes)),
        latitude,
        longitude: -97.5,
        speed_mph: Some(61.6),
        heading_deg: None,
        source: "samsara".into(),
    }
}

fn printed(line: &[TrailPoint], format: &Format) -> String {
    let mut out = Vec::new();
    print(line, format, NOON, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn geojson(line: &[TrailPoint]) -> Value {
    let unit = find(&fleet(), &links(), "samsara:9", None).unwrap();
    let mut out = Vec::new();
    print_geojson(&unit, line, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

#[test]
fn rows_are_oldest_first_in_every_form() {
    let line = [seen(0, 35.0), seen(1, 35.5)];
    let layout = Layout { width: None, ascii: false, zone: TimeZone::get("America/Chicago").unwrap() };
    assert_eq!(
        printed(&line, &Format::Text(layout)),
        "SEEN           PLACE               MPH  HEADING  SOURCE\n\
         Tue 12:00 CST  35.00000,-97.50000  62   -        samsara\n\
         Tue 12:01 CST  35.50000,-97.50000  62   -        samsara\n"
    );
    assert_eq!(
        printed(&line[..1], &Format::Json),
        "[\n{\"observed_at\":\"2026-03-03T18:00:00Z\",\"latitude\":35.0,\"longitude\":-97.5,\
         \"speed_mph\":61.6,\"heading_deg\":null,\"source\":\"samsara\"}\n]\n"
    );
    assert_eq!(
        printed(&line[..1], &Format::Csv),
        "observed_at,latitude,longitude,speed_mph,heading_deg,source\r\n\
         2026-03-03T18:00:00Z,35.0,-97.5,61.6,,samsara\r\n"
    );
    assert_eq!(printed(&[], &Format::Json), "[]\n");
    assert_eq!(printed(&[], &Format::Csv), "observed_at,latitude,longitude,speed_mph,heading_deg,source\r\n");
}

#[test]
fn geojson_draws_no_line_across_a_gap() {
    let collection = geojson(&[seen(0, 35.0), seen(10, 35.1), seen(200, 36.0)]);
    assert_eq!(collection["type"], "FeatureCollection");
    assert_eq!(collection["unit"], json!({"id": "samsara:9", "kind": "tractor", "unit_number": "412"}));
    let features = collection["features"].as_array().unwrap();
    let kinds: Vec<_> =
        features.iter().map(|feature| feature["geometry"]["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["LineString", "Point", "Point", "Point"]);
    assert_eq!(features[0]["geometry"]["coordinates"], json!([[-97.5, 35.0], [-97.5, 35.1]]));
    assert_eq!(
        features[0]["properties"],
        json!({"id": "samsara:9", "kind": "tractor", "unit_number": "412",
               "from_at": "2026-03-03T18:00:00Z", "to_at": "2026-03-03T18:10:00Z"})
    );
    assert_eq!(
        features[3]["properties"],
        json!({"observed_at": "2026-03-03T21:20:00Z", "speed_mph": 61.6, "heading_deg": null, "source": "samsara"})
    );
    assert_eq!(geojson(&[]).pointer("/features"), Some(&json!([])));
}

#[tokio::test]
async fn the_program_prints_a_trail_and_says_what_of_the_unit_was_set_aside() {
    let home = home();
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("9", "412")]).await;
    let at = bench.now;
    bench.tell("samsara", "vehicle_stats", vec![fix("9", 35.0, at), fix("9", 95.0, at)]).await;
    let database = format!("sqlite:{}", bench.path().display());
    let run = |arguments: &[&str]| backhaul(home.path(), &[arguments, &["--database", &database]].concat());
    // The store's time is the test's own: the point lies in this machine's future, or far back.
    let output = run(&["trail", "412", "--since", "30d", "--json"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let _: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert!(
        stderr(&output).contains("1 set aside: position is not a place on earth (samsara:9, last "),
        "{}",
        stderr(&output)
    );
    let output = run(&["trail", "413"]);
    assert_eq!(
        (code(&output), stderr(&output).as_str()),
        (1, "backhaul: there is no tractor or trailer \"413\"; did you mean \"412\"?\n")
    );
    let output = run(&["trail", "412", "--since", "31d"]);
    assert_eq!(
        (code(&output), stderr(&output).as_str()),
        (2, "backhaul: --since: positions are kept for 30d00 only (retention.positions)\n")
    );
    assert_eq!(code(&run(&["trail", "412", "--since", "soon"])), 2);
}

#[test]
fn a_unit_is_known_by_its_plate_as_find_knows_it() {
    let mut fleet = fleet();
    let tractor = Tractor {
        id: UnitId("samsara:18".into()),
        unit_number: "418".into(),
        plate: Some("CD-1234 (TX)".into()),
        vin: Some("1XKYD49X7KJ212345".into()),
        ..Tractor::default()
    };
    fleet.tractors = fleet.tractors.with([tractor]);
    for asked in ["cd1234", "CD-1234", "CD-1234 (TX)", "1xkyd49x7kj212345"] {
        assert_eq!(
            find(&fleet, &links(), asked, None).map(|unit| unit.id.to_string()),
            Ok("samsara:18".into())
        );
    }
    assert!(find(&fleet, &links(), "CD-1", None).is_err(), "a part of a plate is nobody's");
    assert!(find(&fleet, &links(), "cd1234", Some(UnitKind::Trailer)).is_err());
}
