//! What each feed tells, as whole values.

use backhaul::model::{
    Assignment, Batch, Change, Clocks, DutyStatus, Fix, Loaded, MovementStatus, Pairing, PairingSource,
    Profile, StopType, Tie, TmsMovement, TmsOrder, TmsStop, UnitKind,
};

use super::{at, normalise, recorded};

#[test]
fn a_driver_tells_a_profile_a_standing_tractor_and_hours_with_their_age() {
    let batch = normalise("drivers", &recorded("drivers_search_list.json"));
    let profile = Profile {
        phone: Some("205-555-0101".into()),
        dispatcher: Some("mroe".into()),
        ..Profile::new(UnitKind::Driver, "SMITHJO", "JOHN SMITH")
    };
    let clocks = Clocks {
        status: Some(DutyStatus::Driving),
        status_since_at: Some(at("2026-03-10T14:35:00Z")),
        drive_left_s: Some(22_500),
        shift_left_s: Some(30_600),
        cycle_left_s: Some(147_600),
        as_of_at: at("2026-03-10T19:00:00Z"),
        ..Clocks::default()
    };
    assert_eq!(
        batch.changes,
        [
            Change::Profile(Box::new(profile)),
            standing(Tie::DriverTractor, "SMITHJO", Some("4471")),
            Change::Clocks { external_id: "SMITHJO".into(), clocks },
        ]
    );
    assert_eq!(batch.rejects, []);
}

#[test]
fn a_driver_who_left_is_inactive_and_has_no_tractor() {
    let row =
        r#"{"company_id":"TMS","id":"DOEJA","name":"DOE","is_active":"N","tractor_id":"12","phone":"1"}"#;
    let profile =
        Profile { active: false, phone: Some("1".into()), ..Profile::new(UnitKind::Driver, "DOEJA", "DOE") };
    assert_eq!(
        normalise("drivers", row).changes,
        [Change::Profile(Box::new(profile)), standing(Tie::DriverTractor, "DOEJA", None)]
    );
}

#[test]
fn hours_without_their_age_are_not_told() {
    let row =
        r#"{"company_id":"TMS","id":"DOEJA","name":"DOE","avl_drive_hours":"8.50","event_status":"SLEEPER"}"#;
    let told_hours = |row: &str| {
        let clocks = normalise("drivers", row).changes.into_iter().find_map(|change| match change {
            Change::Clocks { clocks, .. } => Some(clocks),
            _ => None,
        });
        clocks.map(|clocks| (clocks.status, clocks.drive_left_s))
    };
    assert_eq!(told_hours(row), None);
    let aged = row.replace('}', r#","avl_as_of_date":"20260310140000-0500"}"#);
    assert_eq!(told_hours(&aged), Some((Some(DutyStatus::Sleeper), Some(30_600))));
}

#[test]
fn a_tractor_tells_a_profile_and_its_standing_driver() {
    let batch = normalise("tractors", &recorded("tractors_search_list.json"));
    let profile = Profile {
        vin: Some("1FUJA6CV00TEST001".into()),
        make: Some("FREIGHTLINER".into()),
        model: Some("CASCADIA".into()),
        year: Some("2023".into()),
        dispatcher: Some("jdoe".into()),
        fleet: Some("SOUTH".into()),
        equipment_group: Some("zz1kaa11b0c1e00ACMELM1".into()),
        ..Profile::new(UnitKind::Tractor, "4471", "4471")
    };
    assert_eq!(
        batch.changes,
        [Change::Profile(Box::new(profile)), standing(Tie::DriverTractor, "SMITHJO", Some("4471"))]
    );
}

#[test]
fn a_tractor_leaves_only_by_a_plain_code_or_a_past_day() {
    let check = |columns: &str, active: bool| {
        let row = format!(r#"{{"company_id":"TMS","id":"1"{columns}}}"#);
        let Some(Change::Profile(profile)) = normalise("tractors", &row).changes.into_iter().next() else {
            panic!("no profile of {columns}")
        };
        assert_eq!(profile.active, active, "{columns}");
    };
    check("", true);
    check(r#","service_status":"A","outservice_date":"20250101""#, true);
    check(r#","service_status":"O""#, false);
    check(r#","service_status":"Q""#, true);
    check(r#","service_status":"Q","outservice_date":"20251126000000-0800""#, false);
    check(r#","service_status":"Q","outservice_date":"20260401000000-0500""#, true);
    check(r#","service_status":"Q","outservice_date":"18991231""#, true);
}

#[test]
fn a_trailer_tells_a_profile_and_what_it_is_hooked_to() {
    let batch = normalise("trailers", &recorded("trailers_search_list.json"));
    let profile = Profile {
        make: Some("UTILITY".into()),
        year: Some("2022".into()),
        trailer_type: Some("R".into()),
        ..Profile::new(UnitKind::Trailer, "R53012", "R53012")
    };
    let hooked = standing(Tie::TrailerTractor, "R53012", Some("4471"));
    assert_eq!(batch.changes, [Change::Profile(Box::new(profile)), hooked]);

    let dropped =
        recorded("trailers_search_list.json").replace("\"is_hooked\": true", "\"is_hooked\": false");
    assert_eq!(
        normalise("trailers", &dropped).changes.last(),
        Some(&standing(Tie::TrailerTractor, "R53012", None))
    );
}

#[test]
fn a_movement_read_by_itself_tells_its_units_stops_and_orders() {
    let batch = normalise("assignments", &recorded("movement_get.json"));
    let assignment = Assignment {
        company_id: "TMS".into(),
        movement_id: "0412233".into(),
        driver: Some("SMITHJO".into()),
        driver2: None,
        tractor: Some("4471".into()),
        trailer: Some("R53012".into()),
        more_trailers: Vec::new(),
    };
    // The group they are in is the roster's to tell.
    let brought = |resource: &str, file: &str| {
        let Some(Change::Profile(row)) = normalise(resource, &recorded(file)).changes.into_iter().next()
        else {
            panic!("no profile in {file}")
        };
        Change::Profile(Box::new(Profile { equipment_group: None, ..*row }))
    };
    assert_eq!(
        batch,
        Batch {
            changes: vec![
                Change::Movement(Box::new(movement())),
                Change::Stop(Box::new(pickup())),
                Change::Stop(Box::new(delivery())),
                Change::Order(Box::new(TmsOrder { customer_name: None, ..order() })),
                brought("drivers", "drivers_search_list.json"),
                brought("tractors", "tractors_search_list.json"),
                brought("trailers", "trailers_search_list.json"),
                Change::Assignment(assignment),
            ],
            ..Batch::default()
        }
    );
}

#[test]
fn of_a_movements_children_only_those_that_are_whole_and_its_own_say_what_a_unit_is() {
    let told = |columns: &str| {
        let row = format!(r#"{{"company_id":"TMS","id":"7",{columns}}}"#);
        let batch = normalise("assignments", &row);
        let profiles = batch.changes.iter().filter_map(|change| match change {
            Change::Profile(row) => Some(format!("{} {} {}", row.external_id, row.name, row.active)),
            _ => None,
        });
        let profiles: Vec<_> = profiles.collect();
        let Some(Change::Assignment(named)) = batch.changes.last() else { panic!("{batch:?}") };
        (profiles, [named.driver.clone(), named.tractor.clone(), named.trailer.clone()])
    };
    let check = |columns: &str, profiles: &[&str], named: [Option<&str>; 3]| {
        let (told, are) = told(columns);
        assert_eq!(told, profiles, "{columns}");
        assert_eq!(are.each_ref().map(Option::as_deref), named, "{columns}");
    };
    let ann = r#""id":"D1","first_name":"ANN","name":"LEE","is_active":"Y""#;
    check(&format!(r#""driver1":{{{ann}}}"#), &["D1 ANN LEE true"], [Some("D1"), None, None]);
    let left = ann.replace("\"Y\"", "false");
    check(
        &format!(r#""__driver1_id":"D1","driver1":{{{left}}}"#),
        &["D1 ANN LEE false"],
        [Some("D1"), None, None],
    );
    check(r#""driver1":{"id":"D1","first_name":"ANN"}"#, &[], [Some("D1"), None, None]);
    check(r#""driver1":{"id":"D1","is_active":true}"#, &[], [Some("D1"), None, None]);
    check(
        r#""tractor":{"id":"4001"},"trailer1":[{"id":"TL1","is_active":"A"}]"#,
        &["TL1 TL1 true"],
        [None, Some("4001"), Some("TL1")],
    );
    check(r#""tractor":{"id":"4001","service_status":"A"}"#, &["4001 4001 true"], [None, Some("4001"), None]);
    // Of another than the movement names, and of another company's, whose ids are not ours.
    check(&format!(r#""__driver1_id":"D2","driver1":{{{ann}}}"#), &[], [Some("D2"), None, None]);
    let theirs = format!(r#""driver1":{{"company_id":"TMS2",{ann}}}"#);
    check(&theirs, &[], [Some("TMS2/D1"), None, None]);
}

#[test]
fn units_are_read_from_the_children_where_the_computed_columns_are_missing() {
    let row = r#"{"company_id":"TMS","id":"7","tractor":[{"id":"T1"}],"driver1":{"id":"D1"},
        "driver2":{"id":"D2"},"trailer1":{"id":"L1"},"trailer2":[{"id":"L2"}],"trailer3":null,"carrier_tractor":"TBD","override_driver_nm":"SAM"}"#;
    let assignment = Assignment {
        company_id: "TMS".into(),
        movement_id: "7".into(),
        driver: Some("D1".into()),
        driver2: Some("D2".into()),
        tractor: Some("T1".into()),
        trailer: Some("L1".into()),
        more_trailers: vec!["L2".into()],
    };
    let batch = normalise("assignments", row);
    assert_eq!(batch.changes.last(), Some(&Change::Assignment(assignment)));
}

#[test]
fn a_brokered_movements_carrier_is_none_of_our_units() {
    let batch = normalise("movements", &recorded("movements_search_list.json"));
    let brokered = super::movements(&batch).into_iter().find(|row| row.id == "0412251").unwrap();
    assert!(brokered.brokered);
    assert_eq!(brokered.order_id.as_deref(), Some("0138829"));
    let said = format!("{batch:?}");
    for carriers in ["BT-88", "V9901", "SAM TEST", "912-555-0177", "2100.0"] {
        assert!(!said.contains(carriers), "{carriers}");
    }
}

#[test]
fn an_order_search_tells_the_order_its_stops_and_its_movement() {
    let batch = normalise("orders", &recorded("orders_search_list.json"));
    let in_zone = |stop: TmsStop| Change::Stop(Box::new(TmsStop { timezone: Some("CDT".into()), ..stop }));
    assert_eq!(
        batch.changes,
        [
            Change::Order(Box::new(order())),
            in_zone(pickup()),
            in_zone(delivery()),
            Change::Movement(Box::new(movement())),
        ]
    );
}

#[test]
fn a_stop_search_tells_stops() {
    let batch = normalise("stops", &recorded("stop_table_search_list.json"));
    assert_eq!(batch.changes, [Change::Stop(Box::new(pickup())), Change::Stop(Box::new(delivery()))]);
}

#[test]
fn a_position_of_a_west_positive_host_is_west() {
    let batch = normalise("positions", &recorded("mcmessages_positions_list_WEST_POSITIVE.json"));
    let fix = Fix {
        latitude: 30.0802,
        longitude: -94.1266,
        says: None,
        speed_mph: Some(62.0),
        heading_deg: Some(247.5),
        place: Some("12 E BEAUMONT TX".into()),
        observed_at: at("2026-03-10T20:52:00Z"),
    };
    assert_eq!(batch.changes, [Change::Fix { kind: UnitKind::Tractor, external_id: "4471".into(), fix }]);
}

#[test]
fn a_position_without_a_sane_place_or_date_or_of_a_phone_is_rejected() {
    let rows = r#"[
        {"company_id":"TMS","id":"1","mc_unit_no":"1","mc_unit_type":"T","position_date":"20260310155200","latitude":0,"longitude":0},
        {"company_id":"TMS","id":"2","mc_unit_no":"2","mc_unit_type":"T","position_date":"22150101000000","latitude":30,"longitude":-94},
        {"company_id":"TMS","id":"3","mc_unit_no":"SMITHJO","mc_unit_type":"D","position_date":"20260310155200","latitude":30,"longitude":-94},
        {"company_id":"TMS","id":"4","mc_unit_no":"R53012","mc_unit_type":"L","position_date":"20260310155200","latitude":"30","longitude":"94"}
    ]"#;
    let batch = normalise("positions", rows);
    let rejects: Vec<(&str, &str)> =
        batch.rejects.iter().map(|r| (r.external_id.as_str(), r.reason.as_str())).collect();
    let phone = ("3", "position is of a driver's own device, which is no truck's place");
    assert_eq!(rejects, [("1", "position has no sane place"), ("2", "position has no sane date"), phone]);
    let [Change::Fix { kind: UnitKind::Trailer, external_id, .. }] = batch.changes.as_slice() else {
        panic!("{:?}", batch.changes)
    };
    assert_eq!(external_id, "R53012");
}

/// What a position is the place of, of a kind or of one that only the roster knows; and why it is set aside.
fn placed(columns: &str) -> (Vec<(Option<UnitKind>, String)>, Vec<String>) {
    let row = format!(
        r#"{{"company_id":"TMS","id":"p","position_date":"20260310155200","latitude":30,"longitude":-94,{columns}}}"#
    );
    let batch = normalise("positions", &row);
    let places = batch.changes.iter().map(|change| match change {
        Change::Fix { kind, external_id, .. } => (Some(*kind), external_id.clone()),
        Change::FixOfUnit { external_id, .. } => (None, external_id.clone()),
        other => panic!("{other:?}"),
    });
    (places.collect(), batch.rejects.into_iter().map(|reject| reject.reason).collect())
}

fn is_of(columns: &str, of: (Option<UnitKind>, &str)) {
    assert_eq!(placed(columns), (vec![(of.0, of.1.to_owned())], vec![]), "{columns}");
}

fn is_set_aside(columns: &str, reason: &str) {
    assert_eq!(placed(columns), (vec![], vec![reason.to_owned()]), "{columns}");
}

#[test]
fn a_position_is_that_of_the_tractor_beside_it_whatever_number_its_unit_has() {
    let (tractor, trailer) = (Some(UnitKind::Tractor), Some(UnitKind::Trailer));
    let beside = r#""tractor":{"company_id":"TMS","id":"4001 "},"driver":{"company_id":"TMS","id":"D1"}"#;
    is_of(&format!(r#""mc_unit_no":"99887","mc_unit_type":"T",{beside}"#), (tractor, "4001"));
    is_of(&format!(r#""mc_unit_no":"99887",{beside}"#), (tractor, "4001"));
    is_of(&format!(r#""mc_unit_no":"4001","mc_unit_type":"PNET",{beside}"#), (tractor, "4001"));
    is_of(r#""tractor":[{"id":"4004"}]"#, (tractor, "4004"));
    is_of(r#""mc_unit_no":"4001","mc_unit_type":"T","tractor":{}"#, (tractor, "4001"));
    is_of(&format!(r#""mc_unit_no":"R53012","mc_unit_type":"L",{beside}"#), (trailer, "R53012"));
    let theirs = r#""mc_unit_no":"1","tractor":{"company_id":"TMS2","id":"4001"}"#;
    is_set_aside(theirs, "position is of another company's tractor");
    is_set_aside(r#""mc_unit_type":"T""#, "position names no unit");
    is_set_aside(r#""driver_id":"D5","movement_id":"M1""#, "position names no unit");
    let phone = format!(r#""mc_unit_no":"D1","mc_unit_type":"D",{beside}"#);
    is_set_aside(&phone, "position is of a driver's own device, which is no truck's place");
    let xml = r#"<list><mc_position company_id="TMS" id="p" mc_unit_no="99887" position_date="20260310155200" latitude="30"
        longitude="-94"><tractor __name="tractor" company_id="TMS" id="4001"/></mc_position></list>"#;
    let batch = normalise("positions", xml);
    let [Change::Fix { external_id, .. }] = batch.changes.as_slice() else { panic!("{batch:?}") };
    assert_eq!(external_id, "4001");
}

#[test]
fn of_a_unit_whose_type_tells_nothing_only_the_roster_says_what_it_is() {
    for kind in ["", r#","mc_unit_type":"QC""#, r#","mc_unit_type":"...""#, r#","mc_unit_type":"  ""#] {
        is_of(&format!(r#""mc_unit_no":"4002  "{kind}"#), (None, "4002"));
    }
}

#[test]
fn a_customer_tells_a_name() {
    let batch = normalise("customers", &recorded("customer_get.json"));
    let (company_id, id, name) = ("TMS".into(), "ACMEBIAL".into(), "ACME FOODS INC".into());
    assert_eq!(batch.changes, [Change::Customer { company_id, id, name }]);
}

fn standing(tie: Tie, left: &str, right: Option<&str>) -> Change {
    let (left, right) = (left.to_owned(), right.map(str::to_owned));
    Change::Pairing(Pairing { tie, left, right, by: PairingSource::Standing, since_at: None })
}

fn movement() -> TmsMovement {
    TmsMovement {
        id: "0412233".into(),
        company_id: "TMS".into(),
        order_id: Some("0138811".into()),
        status: MovementStatus::InProgress,
        tms_status: Some("P".into()),
        loaded: Loaded::Loaded,
        brokered: false,
        dispatcher: Some("jdoe".into()),
        distance_mi: Some(668.4),
        equipment_group: Some("zz1kaa11b0c1e00ACMELM1".into()),
        next_call_at: Some(at("2026-03-11T11:00:00Z")),
        preassigned: Some(true),
    }
}

fn order() -> TmsOrder {
    TmsOrder {
        id: "0138811".into(),
        company_id: "TMS".into(),
        movement_id: Some("0412233".into()),
        customer_id: Some("ACMEBIAL".into()),
        customer_name: Some("ACME FOODS INC".into()),
        status: MovementStatus::InProgress,
        tms_status: Some("P".into()),
        bol: Some("BL-990214".into()),
        po: Some("SO118812".into()),
        consignee_ref: Some("4500019932".into()),
        commodity: Some("FROZEN FOODS".into()),
        weight_lb: Some(38_420.0),
        pieces: Some(22),
        equipment_type: Some("R".into()),
    }
}

fn pickup() -> TmsStop {
    TmsStop {
        id: "zz1kaa11b0c1d2eACMELM1".into(),
        sequence: 1,
        kind: StopType::Pickup,
        tms_type: Some("PU".into()),
        tms_status: Some("D".into()),
        done: true,
        name: Some("ACME FOODS DC 4".into()),
        city: Some("BIRMINGHAM".into()),
        state: Some("AL".into()),
        zip: Some("35211".into()),
        latitude: Some(33.4787),
        longitude: Some(-86.8783),
        scheduled_early_at: Some(at("2026-03-10T13:00:00Z")),
        scheduled_late_at: Some(at("2026-03-10T15:00:00Z")),
        scheduled_raw: Some("20260310080000-0500/20260310100000-0500".into()),
        actual_arrival_at: Some(at("2026-03-10T13:15:00Z")),
        actual_departure_at: Some(at("2026-03-10T14:30:00Z")),
        ..stop()
    }
}

fn delivery() -> TmsStop {
    TmsStop {
        id: "zz1kaa11b0c1d2fACMELM1".into(),
        sequence: 2,
        kind: StopType::Delivery,
        tms_type: Some("SO".into()),
        tms_status: Some("A".into()),
        done: false,
        name: Some("GULF GROCERS WHSE".into()),
        city: Some("HOUSTON".into()),
        state: Some("TX".into()),
        zip: Some("77029".into()),
        latitude: Some(29.7604),
        longitude: Some(-95.2711),
        scheduled_early_at: Some(at("2026-03-11T12:00:00Z")),
        scheduled_late_at: Some(at("2026-03-11T14:00:00Z")),
        scheduled_raw: Some("20260311070000-0500/20260311090000-0500".into()),
        tms_eta_at: Some(at("2026-03-11T13:10:00Z")),
        contact: Some("RECEIVING".into()),
        phone: Some("713-555-0144".into()),
        ..stop()
    }
}

fn stop() -> TmsStop {
    TmsStop {
        company_id: "TMS".into(),
        order_id: Some("0138811".into()),
        movement_id: Some("0412233".into()),
        address: Some("100 INDUSTRIAL PKWY".into()),
        ..TmsStop::default()
    }
}
