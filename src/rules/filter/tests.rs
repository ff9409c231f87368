//! Filters as they are typed: what passes, what is said of mistakes, and what is not known.

use std::sync::OnceLock;

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::model::{
    Driver, DutyStatus, FeedStatus, Keyed, Loaded, Motion, Movement, Rows, Stop, Tractor, Trailer, UnitId,
};

const NOW: Timestamp = Timestamp::from_secs(1_000_000);

#[expect(clippy::unnecessary_wraps, reason = "every field it fills is an option")]
fn ago(seconds: i64) -> Option<Timestamp> {
    Some(Timestamp::from_secs(1_000_000 - seconds))
}

fn id(text: &str) -> UnitId {
    UnitId(text.into())
}

/// Three drivers near Dallas and one in Denver: one free with an empty trailer, one whose trailer nobody
/// knows, one whose week is nearly over, one whose clocks are old.
static FLEET: LazyLock<Fleet> = LazyLock::new(|| {
    let driver = |key: &str, name: &str, cycle_h: i64, age_s: i64| Driver {
        id: id(key),
        name: name.into(),
        hos_status: DutyStatus::OffDuty,
        drive_left_s: Some(10 * 3600),
        shift_left_s: Some(14 * 3600),
        break_left_s: Some(8 * 3600),
        cycle_left_s: Some(cycle_h * 3600),
        hos_as_of_at: ago(age_s),
        source: Some("sam".into()),
        tractor_id: Some(id(&format!("t-{key}"))),
        dispatcher: (key == "ann").then(|| "JDoe".into()),
        ..Driver::default()
    };
    let tractor = |key: &str, number: &str, latitude: f64, fuel: Option<f64>| Tractor {
        id: id(&format!("t-{key}")),
        unit_number: number.into(),
        latitude: Some(latitude),
        longitude: Some(-96.8),
        state: Motion::Stopped,
        state_since_at: ago(3 * 86_400),
        stood_since_at: ago(3 * 86_400),
        stood_after_at: ago(3 * 86_400 + 60),
        observed_at: ago(60),
        fuel_pct: fuel,
        speed_mph: Some(0.4),
        trailer_id: Some(id(&format!("b-{key}"))),
        ..Tractor::default()
    };
    let trailer = |key: &str, number: &str, loaded| Trailer {
        id: id(&format!("b-{key}")),
        unit_number: number.into(),
        loaded,
        ..Trailer::default()
    };
    let mut stop = Stop::default();
    (stop.tms.id, stop.tms.city, stop.tms.state) = ("s".into(), Some("DALLAS".into()), Some("TX".into()));
    (stop.tms.latitude, stop.tms.longitude) = (Some(32.78), Some(-96.8));
    let mut fleet = Fleet::default();
    fleet.drivers = [
        driver("ann", "Ann Smith", 40, 60),
        driver("bob", "Bob Smithers", 30, 60),
        driver("cy", "Cy Blacksmith", 2, 60),
        driver("di", "Di Stone", 40, 9 * 3600),
    ]
    .into_iter()
    .collect();
    fleet.tractors = [
        tractor("ann", "418", 32.9, Some(24.6)),
        tractor("bob", "41", 33.0, None),
        tractor("cy", "1418", 32.7, Some(80.0)),
        tractor("di", "9", 39.7, Some(10.0)),
    ]
    .into_iter()
    .collect();
    fleet.trailers = [
        trailer("ann", "53012", Loaded::Empty),
        trailer("bob", "53040", Loaded::Unknown),
        trailer("cy", "53041", Loaded::Loaded),
    ]
    .into_iter()
    .collect();
    fleet.stops = [stop].into_iter().collect();
    fleet.feeds = vec![FeedStatus {
        account: "sam".to_owned(),
        resource: "hos_clocks".to_owned(),
        interval_s: 30,
        last_ok_at: ago(5),
        ..FeedStatus::default()
    }];
    fleet
});

fn with_scene<T>(ask: impl FnOnce(&Scene<'_>) -> T) -> T {
    let fresh = Freshness::of(&FLEET.feeds, NOW);
    let committed = OnceLock::from(Committed::default());
    ask(&Scene { fleet: &FLEET, fresh: &fresh, committed: &committed, now: NOW, metric: false })
}

fn passing<'a, R: Asked>(
    text: &str,
    rows: impl Iterator<Item = &'a R>,
    name: fn(&R) -> &str,
) -> (Vec<String>, Hidden) {
    with_scene(|scene| {
        let filter = Filter::<R>::read(text, scene);
        assert_eq!(filter.complaints, [], "{text}");
        let mut hidden = Hidden::default();
        let shown = rows.filter(|row| {
            let line = name(row).to_lowercase();
            hidden.count(filter.verdict(row, scene, &mut |text| line.contains(text)))
        });
        (shown.map(|row| name(row).to_owned()).collect(), hidden)
    })
}

fn drivers(text: &str) -> (Vec<String>, Hidden) {
    passing(text, FLEET.drivers.iter().map(AsRef::as_ref), |row: &Driver| &row.name)
}

fn tractors(text: &str) -> String {
    passing(text, FLEET.tractors.iter().map(AsRef::as_ref), |row: &Tractor| &row.unit_number).0.join(" ")
}

fn trailers(text: &str) -> String {
    passing(text, FLEET.trailers.iter().map(AsRef::as_ref), |row: &Trailer| &row.unit_number).0.join(" ")
}

fn complaint<R: Asked>(text: &str) -> String {
    with_scene(|scene| {
        let filter = Filter::<R>::read(text, scene);
        let all: Vec<_> = filter.complaints.iter().map(|complaint| complaint.text.as_str()).collect();
        all.join(" | ")
    })
}

#[test]
fn who_near_dallas_has_five_hours_and_an_empty_trailer() {
    let (shown, hidden) = drivers("near:dallas<100 drive>=5h trailer:empty");
    assert_eq!(shown, ["Ann Smith", "Bob Smithers"], "Cy's week is over, Di is in Denver");
    assert_eq!(hidden.words(), "2 hidden; 1 shown with trailer ?");
    let (shown, hidden) = drivers("near:dallas<100 drive>=5h trailer=empty");
    assert_eq!(shown, ["Ann Smith"], "only what is certain");
    assert_eq!(hidden.words(), "3 hidden, 1 of them because trailer is not known");
}

#[test]
fn the_shortest_clock_counts_and_old_clocks_are_not_known() {
    let (shown, hidden) = drivers("drive>=5h");
    assert_eq!(shown, ["Ann Smith", "Bob Smithers"]);
    assert_eq!(hidden.words(), "2 hidden, 1 of them because drive is not known");
    assert_eq!(drivers("drive<5h").0, ["Cy Blacksmith"], "unknown is neither more nor less");
    assert_eq!(drivers("-drive>=5h").0, ["Cy Blacksmith"], "nor the opposite of more");
    assert_eq!(drivers("drive_left>=5h").0.len(), 3);
    assert_eq!(drivers("drive:?").0, ["Di Stone"]);
    assert_eq!(drivers("cycle=2h").0, ["Cy Blacksmith"]);
    assert_eq!(drivers("cycle!=2h").0.len(), 2);
    assert_eq!(drivers("age>8h").0, ["Di Stone"]);
}

#[test]
fn texts_begin_a_word_words_are_states_and_plain_words_are_found_anywhere() {
    assert_eq!(drivers("name:smith").0, ["Ann Smith", "Bob Smithers"]);
    assert_eq!(drivers("driver:\"ann smith\"").0, ["Ann Smith"]);
    assert_eq!(drivers("name=\"ann smith\"").0, ["Ann Smith"]);
    assert_eq!(drivers("name=ann").0, [""; 0]);
    assert_eq!(drivers("smith").0.len(), 3);
    assert_eq!(drivers("name:\"ann sm\u{ed}th\"").0, ["Ann Smith"], "with or without accents");
    assert_eq!(drivers("smith -black").0, ["Ann Smith", "Bob Smithers"]);
    assert_eq!(drivers("!smith").0, ["Di Stone"]);
    assert_eq!(drivers("\"ann s\"").0, ["Ann Smith"]);
    assert_eq!(drivers("name:ann,di").0, ["Ann Smith", "Di Stone"]);
    assert_eq!(drivers("status:off").0.len(), 4);
    assert_eq!(drivers("status:on,drive").0.len(), 0);
    assert_eq!(drivers("dispatcher:jdoe").0, ["Ann Smith"]);
    assert_eq!(drivers("-dispatcher:jdoe").0.len(), 3, "who has none is not his");
    assert_eq!(drivers("dispatcher:none").0.len(), 3);
    assert_eq!(drivers("trailer:53040").0, ["Bob Smithers"]);
    assert_eq!(drivers("trailer:?").0, ["Bob Smithers", "Di Stone"]);
    assert_eq!(
        trailers("trailer:empty"),
        "53012 53040",
        "as of a truck: what nobody knows of is not left out"
    );
    assert_eq!(trailers("trailer:5304"), "53040 53041");
    assert_eq!(trailers("freight:?"), "53040");
    assert_eq!(tractors("unit:41"), "418 41");
    assert_eq!(tractors("unit=41"), "41");
    assert_eq!(tractors("state:sto"), "418 41 1418 9");
    assert_eq!(tractors("fuel<25"), "9", "24.6 % is shown as 25 %");
}

#[test]
fn places_are_cities_units_drivers_and_degrees() {
    assert_eq!(tractors("near:dallas"), "418 41 1418");
    assert_eq!(tractors("near:dallas<10"), "418 1418");
    assert_eq!(tractors("near:dallas<=16km"), "418 1418");
    assert_eq!(tractors("-near:dallas"), "9");
    assert_eq!(tractors("near:418<1"), "418");
    assert_eq!(tractors("near:\"ann smith\"<1"), "418");
    assert_eq!(tractors("near:39.7,-96.8<5"), "9");
    assert_eq!(tractors("for>2d state:stopped speed<1"), "418 41 1418 9");
}

#[test]
fn mistakes_are_named_with_what_can_be_said() {
    let check = |text: &str, expected: &str| assert_eq!(complaint::<Tractor>(text), expected, "{text}");
    check(
        "drvier:x",
        "no field `drvier` here, driver perhaps; there are unit, state, for, place, near, driver, trailer, load, \
         fuel, speed, age, source, fleet, dispatcher",
    );
    check("fuel<5h", "fuel: `5h` is no percentage: say 25 or 25%");
    check("fuel:5", "fuel is a percentage: say fuel>=5 or fuel<5");
    check("fuel<", "fuel< what? Say a percentage, such as 25");
    check("age>5", "age: 5 of what? Say 5h, 5m, 5d or 5:30");
    check("age>5mi", "age: `mi` is no length of time; there are d, h, m, s, and 5:30");
    check("speed>60h", "speed: `60h` is no speed: say 60, 60mph or 100kmh");
    check("state:flying", "no state is `flying`; there are moving, idle, stopped or dark");
    check("state>5", "state is a word: say state:moving, idle, stopped or dark");
    check("state:", "state: what? Say moving, idle, stopped or dark");
    check("driver:", "driver: what? Say what it begins with");
    check("driver>x", "driver is a text, without more or less: say driver:x");
    check(">=5h", "what is to be >=5h? Say for>=5h");
    check("trailer:emtpy", "no trailer is `emtpy`: say trailer:empty");
    check("near<100", "near what? Say near:dallas<100");
    check("near:", "near what? Say a city, a unit, a driver or lat,lon: near:dallas<100");
    check("near:dallas<", "near:dallas within how far? Say near:dallas<100");
    check("near:dallas<5h", "near: `5h` is no distance: say 100, 100mi or 160km");
    check("near:dallas>100", "near is within: say near:dallas<100, or -near:dallas<100 for what is farther");
    assert!(
        complaint::<Tractor>("near:atlantis").starts_with("near: \"atlantis\" is no unit, driver or stop")
    );
    assert!(
        complaint::<Driver>("drvie>=5h").starts_with("no field `drvie` here, drive perhaps; there are name,")
    );
    assert_eq!(complaint::<Movement>("10:35 -- \"\" - slack<-30m risk:late,at"), "");
}

#[test]
fn a_term_that_cannot_be_read_is_left_out_and_the_others_hold() {
    with_scene(|scene| {
        let filter = Filter::<Tractor>::read("unit:418 fule<25 état:x", scene);
        let spans: Vec<_> = filter.complaints.iter().map(|complaint| complaint.span.clone()).collect();
        assert_eq!(spans, [9..16, 17..24]);
        let passes =
            FLEET.tractors.iter().filter(|row| filter.verdict(row, scene, &mut |_| false) == Verdict::Passes);
        assert_eq!(passes.count(), 1);
    });
}

#[test]
fn every_field_has_a_name_of_its_own() {
    fn check<R: Asked>() {
        let names: Vec<_> = R::FIELDS
            .iter()
            .flat_map(|field| std::iter::once(field.name).chain(field.aliases.iter().copied()))
            .collect();
        let mut once = names.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), names.len(), "{names:?}");
    }
    check::<Driver>();
    check::<Tractor>();
    check::<Trailer>();
    check::<Movement>();
    check::<FeedStatus>();
}

proptest! {
    #[test]
    fn whatever_is_typed_is_read_and_complaints_point_into_it(
        text in "([a-z]{0,6}(:|<|>|=|>=|!=)?[-!\"<>:=.,0-9a-z%é ]{0,9}|\\PC{0,5}| (near|drive|trailer|age|slack)[:<>=]{1,2}[0-9dhm:.<,-]{0,6}){0,4}"
    ) {
        fn read<R: Asked + Keyed>(text: &str, rows: &Rows<R>) {
            with_scene(|scene| {
                let filter = Filter::<R>::read(text, scene);
                for complaint in &filter.complaints {
                    assert!(text.get(complaint.span.clone()).is_some_and(|part| !part.is_empty()), "{text:?}");
                    assert!(!complaint.text.is_empty());
                }
                for row in rows {
                    filter.verdict(row, scene, &mut |_| true);
                }
            });
        }
        read::<Driver>(&text, &FLEET.drivers);
        read::<Tractor>(&text, &FLEET.tractors);
        read::<Movement>(&text, &FLEET.movements);
    }
}
