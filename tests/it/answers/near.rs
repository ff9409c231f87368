//! `near PLACE`: what a place is, who is ranked how, and what is left out.

use backhaul::commands::near::{at_least, print};
use backhaul::commands::rows::{self, Table};
use backhaul::model::land::Land;
use backhaul::model::{Fleet, Loaded, MovementStatus, Places, UnitKind};
use backhaul::rules::committed::Committed;
use backhaul::rules::hours::Left;
use backhaul::rules::near::{Wanted, drivable_s, near};
use backhaul::rules::whereabouts::{doubt, locate};

use super::made::{DALLAS, HOUSTON, Made, NOON, WACO, hence, with_basis};
use super::{json, text};

fn made() -> Made {
    let mut made = Made::new();
    made.rig("1", DALLAS);
    made.rig("2", WACO);
    // Out of hours since a minute ago: ten hours of rest come first.
    let spent = made.rig("3", (32.77, -96.81));
    (spent.drive_left_s, spent.hos_status_since_at) = (Some(0), Some(hence(-1)));
    made.rig("4", HOUSTON);
    made.trailer("E1", Some("1"), Loaded::Empty);
    made.trailer("L2", Some("2"), Loaded::Loaded);
    made.trailer("U3", Some("3"), Loaded::Unknown);
    made
}

fn found(fleet: &Fleet, miles: f64, drive_s: Option<i64>, empty: bool) -> Vec<(UnitKind, String)> {
    with_basis(fleet, NOON, |basis| {
        let place = locate(fleet, basis.places, "32.78,-96.80").unwrap().point;
        let around = near(basis, &Wanted { place, miles, drive_s, empty });
        around.found.iter().map(|row| (row.kind, row.label.to_owned())).collect()
    })
}

fn drivers(fleet: &Fleet, miles: f64, drive_s: Option<i64>, empty: bool) -> Vec<String> {
    let all = found(fleet, miles, drive_s, empty).into_iter();
    all.filter(|(kind, _)| *kind == UnitKind::Driver).map(|(_, label)| label).collect()
}

#[test]
fn who_can_legally_be_there_first_comes_first() {
    let fleet = made().fleet();
    assert_eq!(drivers(&fleet, 100.0, None, false), ["Driver 1", "Driver 2", "Driver 3"]);
    assert_eq!(drivers(&fleet, 10.0, None, false), ["Driver 1", "Driver 3"]);
    assert_eq!(drivers(&fleet, 300.0, None, false), ["Driver 1", "Driver 2", "Driver 4", "Driver 3"]);
    let kinds: Vec<_> = found(&fleet, 10.0, None, false).into_iter().map(|(kind, _)| kind).collect();
    let rig = [UnitKind::Driver, UnitKind::Tractor, UnitKind::Trailer];
    assert_eq!(kinds, [rig, rig].concat());
}

#[test]
fn a_trailer_is_where_its_own_tracker_has_it_and_not_where_its_truck_is() {
    let mut made = made();
    let trailer = &mut made.trailers[0];
    (trailer.latitude, trailer.longitude) = (Some(WACO.0), Some(WACO.1));
    trailer.observed_at = Some(hence(-3));
    made.tractors[0].place = None;
    let fleet = made.fleet();
    with_basis(&fleet, NOON, |basis| {
        let spot = locate(&fleet, basis.places, "32.78,-96.80").unwrap();
        let wanted = Wanted { place: spot.point, miles: 200.0, drive_s: None, empty: false };
        let around = near(basis, &wanted);
        let row = around.found.iter().find(|row| row.label == "E1").unwrap();
        assert_eq!(row.place().as_deref(), Some("Waco TX"));
        let rows = json(|format, out| print(&around, &spot, format, NOON, out));
        let told = |label: &str| {
            let mut rows = rows.as_array().unwrap().iter();
            rows.find(|row| row["label"] == label).unwrap()["place"].clone()
        };
        assert_eq!((told("E1"), told("1")), ("Waco TX".into(), "Dallas TX".into()));
    });
}

#[test]
fn a_driver_finishes_his_loads_first_and_is_marked() {
    let mut made = made();
    made.load("L1", Some("1"));
    made.stop("s1", "L1", "HOUSTON", HOUSTON, 400);
    let fleet = made.fleet();
    assert_eq!(drivers(&fleet, 100.0, None, false)[0], "Driver 2");
    with_basis(&fleet, NOON, |basis| {
        let spot = locate(&fleet, basis.places, "samsara:t1").unwrap();
        let around = near(basis, &Wanted { place: spot.point, miles: 5.0, drive_s: None, empty: false });
        let rows = json(|format, out| print(&around, &spot, format, NOON, out));
        let row = rows.as_array().unwrap().iter().find(|row| row["label"] == "Driver 1").unwrap();
        assert_eq!((row["movement_id"].as_str(), row["trailer"].as_str()), (Some("L1"), Some("E1")));
        for (row, told) in around.found.iter().zip(rows.as_array().unwrap()) {
            assert_eq!(
                told["legal_arrival_at"].as_str(),
                row.legal_arrival.as_ref().ok().map(ToString::to_string).as_deref()
            );
            assert_eq!(told["id"], row.id.0.as_str());
        }
    });
}

#[test]
fn hours_are_the_least_of_all_clocks_and_a_break_costs_half_an_hour() {
    let check = |drive: i64, shift: i64, break_left: Option<i64>, cycle: i64, expected: Option<i64>| {
        let minutes = |hours: i64| Some(hours);
        let left = Left {
            drive_s: minutes(drive * 60),
            shift_s: Some(shift * 60),
            break_s: break_left.map(|minutes| minutes * 60),
            cycle_s: Some(cycle * 60),
        };
        assert_eq!(
            drivable_s(&left).map(|seconds| seconds / 60),
            expected,
            "{drive} {shift} {break_left:?} {cycle}"
        );
    };
    check(660, 840, Some(480), 4200, Some(660));
    check(600, 300, Some(480), 4200, Some(300));
    check(600, 300, Some(60), 4200, Some(270));
    check(600, 80, Some(60), 4200, Some(60));
    check(600, 840, Some(0), 120, Some(120));
    check(600, 20, Some(0), 4200, Some(0));
    check(600, 840, None, 4200, Some(600));
    assert_eq!(drivable_s(&Left { drive_s: None, ..Left::default() }), None);
}

#[test]
fn what_is_not_known_is_neither_enough_nor_empty() {
    let mut made = made();
    let fleet = made.fleet();
    assert_eq!(drivers(&fleet, 100.0, Some(5 * 3600), false), ["Driver 1", "Driver 2"]);
    assert_eq!(
        drivers(&fleet, 100.0, None, true),
        ["Driver 1", "Driver 3"],
        "loaded is left out, unknown is not"
    );
    let shown = with_basis(&fleet, NOON, |basis| {
        let spot = locate(&fleet, basis.places, "32.78,-96.80").unwrap();
        let around = near(basis, &Wanted { place: spot.point, miles: 100.0, drive_s: None, empty: true });
        text(80, |format, out| print(&around, &spot, format, NOON, out))
    });
    assert!(shown.find("E1 empty") < shown.find("U3 ?"), "who is known to have one is listed first: {shown}");
    assert!(shown.contains("E1 empty") && shown.contains("U3 ?") && !shown.contains("L2"), "{shown}");
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    made.feeds[1].last_ok_at = Some(hence(-5));
    let fleet = made.fleet();
    assert!(drivers(&fleet, 100.0, Some(3600), false).is_empty(), "hours that do not come are not known");
    with_basis(&fleet, NOON, |basis| {
        let place = locate(&fleet, basis.places, "32.78,-96.80").unwrap().point;
        let around = near(basis, &Wanted { place, miles: 100.0, drive_s: Some(3600), empty: false });
        assert_eq!(around.hours_unknown, 3);
    });
}

#[test]
fn a_place_is_found_among_what_is_ours_and_never_guessed() {
    let mut made = made();
    made.trailer("04", None, Loaded::Unknown);
    made.load("L1", None);
    made.stop("S-9", "L1", "FORT WORTH", (32.75, -97.33), 60);
    made.stop("S-10", "L1", "FORT WORTH", (32.85, -97.30), 60);
    made.stop("S-11", "L1", "Fort Worth", (39.0, -90.0), 60);
    made.stop("S-12", "L1", "PORTLAND", WACO, 60).tms.state = Some("ME".into());
    made.stop("S-13", "L1", "PORTLAND", DALLAS, 60).tms.state = Some("OR".into());
    let nowhere = made.stop("S-14", "L1", "NOWHERE", WACO, 60);
    nowhere.tms.latitude = None;
    made.stop("S-15", "L1", "OLD SIDING", WACO, 60);
    made.rig("jp", HOUSTON).name = "Jos\u{e9} Pe\u{f1}a".into();
    let fleet = made.fleet();
    let check = |text: &str, expected: Result<(&str, f64), &str>| {
        let found = locate(&fleet, &Places::default(), text);
        match (&found, expected) {
            (Ok(spot), Ok((label, latitude))) => {
                assert_eq!(spot.label, label, "{text}");
                assert!((spot.point.latitude - latitude).abs() < 1e-9, "{text}: {spot:?}");
            }
            (Err(why), Err(expected)) => assert!(why.contains(expected), "{text}: {why}"),
            _ => panic!("{text}: {found:?}"),
        }
    };
    check("32.5, -97", Ok(("32.5, -97", 32.5)));
    check("97,-200", Err("no place"));
    check("fort worth", Ok(("Fort Worth TX", town("Fort Worth", "TX"))));
    check("Ft. Worth, TX", Ok(("Fort Worth TX", town("Fort Worth", "TX"))));
    check("S-9", Ok(("the stop at Fort Worth TX", 32.75)));
    check("portland", Err("ME and OR"));
    check("Portland OR", Ok(("Portland OR", town("Portland", "OR"))));
    check("nowhere", Err("no coordinates"));
    check("old siding", Ok(("Old Siding TX", WACO.0)));
    check("jose pena", Ok(("driver Jos\u{e9} Pe\u{f1}a", HOUSTON.0)));
    check("driver 2", Ok(("driver Driver 2", WACO.0)));
    check("samsara:t4", Ok(("tractor 4", HOUSTON.0)));
    // Without a tracker it is where its truck is; what nothing pulls nobody has seen.
    check("E1", Ok(("trailer E1 with 1", DALLAS.0)));
    check("samsara:r04", Err("nobody has seen"));
    check("truck 4", Ok(("tractor 4", HOUSTON.0)));
    check("Trailer 04", Err("nobody has seen"));
    check("rE1", Err("no town"));
    check("trailer 4", Err("nobody has seen where trailer 04 is"));
    check("4", Err("is tractor 4 (samsara:t4) and trailer 04 (samsara:r04): say which by its id"));
    check("Timbuktu", Err("no town on the map"));
}

fn town(name: &str, state: &str) -> f64 {
    let town = Land::towns().iter().find(|town| (town.name, town.state) == (name, state));
    town.unwrap().latitude.into()
}

#[test]
fn a_town_has_one_centre_whichever_loads_there_are() {
    let mut made = made();
    let spot = |made: &Made| locate(&made.fleet(), &Places::default(), "dallas").unwrap();
    let before = spot(&made);
    assert_eq!(before.label, "Dallas TX", "the one that people mean, though no stop of ours lies there");
    made.load("L1", Some("1"));
    made.stop("s1", "L1", "DALLAS", (32.95, -96.60), 400);
    assert_eq!(spot(&made), before);
    assert!((before.point.latitude - town("Dallas", "TX")).abs() < 1e-9);
    // One of several that are known alike is asked about, unless our stops lie in one.
    let fleet = made.fleet();
    let why = locate(&fleet, &Places::default(), "springfield").unwrap_err();
    assert!(why.contains("say which, as springfield MO"), "{why}");
    made.stop("s2", "L1", "SPRINGFIELD", (42.1, -72.6), 500).tms.state = Some("MA".into());
    let of_ours = locate(&made.fleet(), &Places::default(), "springfield").unwrap();
    assert_eq!(of_ours.label, "Springfield MA");
    let taken = "Springfield MA was taken, where our stops are, and not Springfield MO";
    assert_eq!(doubt(&of_ours, NOON).as_deref(), Some(taken));
}

#[test]
fn a_load_is_at_its_pickup_until_its_truck_has_left_with_it() {
    let mut made = made();
    made.load("L1", Some("4"));
    made.stop("s1", "L1", "DALLAS", DALLAS, 400);
    made.stop("s2", "L1", "WACO", WACO, 800);
    let spot = |made: &Made, text: &str| locate(&made.fleet(), &Places::default(), text);
    let said = |made: &Made| {
        let spot = spot(made, "L1").unwrap();
        (spot.label.clone(), spot.point.latitude, doubt(&spot, NOON).unwrap_or_default())
    };
    let waits = (
        "the pickup of load L1 at Dallas TX".to_owned(),
        DALLAS.0,
        "load L1 is not picked up yet: its pickup at Dallas TX was taken, and not where its truck is"
            .to_owned(),
    );
    let rides = ("load L1".to_owned(), HOUSTON.0, "load L1 was seen there 1m ago".to_owned());
    assert_eq!(said(&made), waits);
    made.movements[0].tms.status = MovementStatus::InProgress;
    made.stops[0].tms.actual_arrival_at = Some(hence(-30));
    assert_eq!(said(&made), waits, "its truck may be called under way, and be there");
    made.stops[0].tms.actual_departure_at = Some(hence(-20));
    assert_eq!(said(&made), rides);
    assert_eq!(spot(&made, "load L1"), spot(&made, "L1"));
    made.stops[0].tms.actual_departure_at = None;
    made.stops[1].tms.actual_arrival_at = Some(hence(-10));
    assert_eq!(said(&made), rides, "who is at the delivery has picked up");

    // The same number in two companies.
    made.load("L1", None).tms.company_id = "EAST".into();
    let why = spot(&made, "L1").unwrap_err();
    assert_eq!(why, "\"L1\" is several loads: say which, as EAST/L1 or TMS/L1");
    assert_eq!(spot(&made, "TMS/L1").unwrap().label, "load L1");
    assert_eq!(spot(&made, "EAST/L1").unwrap_err(), "nobody has seen where load L1 is");
}

#[test]
fn only_at_least_can_be_asked_of_hours() {
    assert_eq!(at_least(">=5h"), Ok("5h"));
    assert_eq!(at_least(" >= 4h30m"), Ok("4h30m"));
    assert_eq!(at_least("5h"), Ok("5h"));
    assert!(at_least("<5h").is_err());
}

#[test]
fn of_a_team_no_legal_time_is_told_and_of_two_who_share_a_truck_the_one_at_work_counts() {
    let of_truck = |fleet: &Fleet| {
        with_basis(fleet, NOON, |basis| {
            let place = locate(fleet, basis.places, "32.78,-96.80").unwrap().point;
            let around = near(basis, &Wanted { place, miles: 10.0, drive_s: None, empty: false });
            let truck = |row: &&backhaul::rules::near::Near<'_>| row.kind == UnitKind::Tractor;
            let [row]: [_; 1] = around.found.iter().filter(truck).collect::<Vec<_>>().try_into().unwrap();
            let note = row.legal_arrival.clone().map_err(|missing| missing.note.unwrap_or_default());
            (row.driver.unwrap().name.clone(), note)
        })
    };
    let mut made = Made::new();
    made.rig("a", DALLAS);
    let truck = made.tractors[0].id.clone();
    made.rig("b", DALLAS).tractor_id = Some(truck.clone());
    made.tractors.pop();
    let (name, arrival) = of_truck(&made.fleet());
    assert_eq!(name, "Driver a");
    assert!(arrival.unwrap_err().starts_with("team: "), "whose hours would they be?");
    // The one rests at home with all his hours while the other drives.
    made.load("L1", Some("b")).tractor_id = Some(truck);
    made.stop("s1", "L1", "DALLAS", DALLAS, 0);
    let (name, arrival) = of_truck(&made.fleet());
    assert_eq!((name.as_str(), arrival.is_ok()), ("Driver b", true));
    made.movements[0].driver2_id = Some(made.drivers[0].id.clone());
    let (_, arrival) = of_truck(&made.fleet());
    assert!(arrival.unwrap_err().starts_with("team: "));
}

#[test]
fn a_load_that_is_not_begun_is_told_of_its_driver_and_truck_at_every_door() {
    let mut made = made();
    made.load("0412", Some("1"));
    made.stop("p", "0412", "WACO", WACO, 300);
    let fleet = made.fleet();
    assert!(fleet.drivers.iter().all(|row| row.movement_id.is_none()), "he is on none");
    with_basis(&fleet, NOON, |basis| {
        let place = locate(&fleet, basis.places, "32.78,-96.80").unwrap().point;
        let around = near(basis, &Wanted { place, miles: 1.0, drive_s: None, empty: false });
        let his = around.found.iter().filter(|row| ["1", "Driver 1"].contains(&row.label));
        assert_eq!(his.map(|row| row.movement_id).collect::<Vec<_>>(), [Some("0412"); 2]);
    });
    for table in [Table::Drivers, Table::Tractors] {
        let shown = text(300, |format, out| rows::print(&fleet, table, format, NOON, out));
        let line =
            shown.lines().find(|line| line.starts_with("Driver 1 ") || line.starts_with("1 ")).unwrap();
        assert!(line.contains(" 0412 "), "{table:?}: {shown}");
        assert_eq!(shown.matches("0412").count(), 1, "{shown}");
    }
    let committed = Committed::of(&fleet, NOON);
    let first =
        |name: &str| committed.first_on(fleet.tractors.iter().find(|row| row.unit_number == name).unwrap());
    assert_eq!((first("1"), first("2")), (Some("0412"), None));
}

#[test]
fn why_no_time_is_told_of_a_team_is_said() {
    let mut made = made();
    made.load("0412", Some("1"));
    made.movements[0].driver2_id = Some(made.drivers[1].id.clone());
    made.stop("p", "0412", "WACO", WACO, 300);
    let fleet = made.fleet();
    with_basis(&fleet, NOON, |basis| {
        let place = locate(&fleet, basis.places, "32.78,-96.80").unwrap().point;
        let around = near(basis, &Wanted { place, miles: 5.0, drive_s: None, empty: false });
        let untold = around.untold(&super::made::office().zone, NOON);
        assert_eq!(untold, ["Driver 1: no legal time: the hours of two drivers are not planned yet"]);
        let rows = json(|format, out| {
            let spot = locate(&fleet, basis.places, "32.78,-96.80").unwrap();
            print(&around, &spot, format, NOON, out)
        });
        let his = rows.as_array().unwrap().iter().find(|row| row["label"] == "Driver 1").unwrap();
        assert!(his["reason"] == "STALE_HOS" && his["note"].as_str().unwrap().starts_with("team: "), "{his}");
    });
}
