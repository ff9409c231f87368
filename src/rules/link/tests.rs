//! Linking by cases: records in, groups and conflicts out.

use super::*;
use crate::model::RecordName;

const VIN_A: &str = "1M8GDM9AXKP042788";
const VIN_B: &str = "1FUJGLDR5CLBP8834";

/// `account/id name [vin=… plate=… licence=… ref=…]`; the TMS is called "mcleod".
fn record(text: &str) -> Record {
    let (who, rest) = text.split_once(' ').unwrap_or((text, ""));
    let (account, external_id) = who.split_once('/').unwrap();
    let mut record = Record {
        account: account.into(),
        is_tms: account == "mcleod",
        external_id: external_id.into(),
        ..Record::default()
    };
    let mut name = Vec::new();
    for word in rest.split(' ') {
        match word.split_once('=') {
            Some(("vin", vin)) => record.vin = Some(vin.into()),
            Some(("plate", plate)) => record.plate = Some(plate.replace('(', " (")),
            Some(("licence", digest)) => record.licence = Some(digest.into()),
            Some(("ref", id)) => record.refs.push(id.into()),
            Some(("phone", number)) => record.phone = Some(number.into()),
            Some(("on", tractor)) => record.tractor_id = Some(tractor.into()),
            Some((key, _)) => panic!("no such key: {key}"),
            None => name.push(word),
        }
    }
    record.name = name.join(" ");
    record
}

fn check(kind: UnitKind, records: &[&str], groups: &str, conflicts: usize) {
    check_wished(kind, records, &[], groups, conflicts);
}

/// `=a:1 b:2` says that they are one, `!a:1 b:2` that they never are.
fn wish(kind: UnitKind, text: &str) -> Wish {
    let (same, units) =
        text.strip_prefix('=').map_or((false, text.trim_start_matches('!')), |rest| (true, rest));
    Wish { kind, same, units: units.split(' ').map(|unit| RecordName::parse(unit).unwrap()).collect() }
}

fn check_wished(kind: UnitKind, records: &[&str], wishes: &[&str], groups: &str, conflicts: usize) -> Linked {
    let records: Vec<_> = records.iter().map(|text| record(text)).collect();
    let wishes: Vec<_> = wishes.iter().map(|text| wish(kind, text)).collect();
    let linked = link(kind, &records, &wishes);
    let shown: Vec<String> = linked
        .groups
        .iter()
        .map(|group| {
            let members = group.iter().map(|(index, rule)| match rule {
                LinkRule::First => index.to_string(),
                rule => format!("{index} {}", rule.word()),
            });
            members.collect::<Vec<_>>().join(" + ")
        })
        .collect();
    assert_eq!(shown.join(" | "), groups);
    assert_eq!(linked.conflicts.len(), conflicts, "{:?}", linked.conflicts);
    linked
}

#[test]
fn a_vin_joins_whatever_the_numbers_say() {
    let vin = format!("vin={VIN_A}");
    let lower = format!("vin={}", VIN_A.to_lowercase());
    check(
        UnitKind::Tractor,
        &[&format!("mcleod/4471 4471 {vin}"), &format!("samsara/9 T-9 {lower}")],
        "0 + 1 vin",
        0,
    );
    check(UnitKind::Tractor, &[&format!("motive/1 A {vin}"), &format!("samsara/9 B {vin}")], "0 + 1 vin", 0);
}

#[test]
fn the_tms_number_joins_an_eld_name_without_zeros_and_case() {
    check(UnitKind::Tractor, &["mcleod/0412a 0412a", "samsara/1 412A "], "0 + 1 unit_number", 0);
    check(UnitKind::Trailer, &["samsara/1 R53012", "mcleod/R53012 R53012"], "0 + 1 unit_number", 0);
}

#[test]
fn two_elds_are_not_joined_by_a_number_alone() {
    check(UnitKind::Tractor, &["motive/1 101", "samsara/2 101"], "0 | 1", 0);
    check(
        UnitKind::Tractor,
        &["motive/1 101", "samsara/2 101", "mcleod/101 101"],
        "0 + 1 unit_number + 2 unit_number",
        0,
    );
}

#[test]
fn two_different_valid_vins_veto_every_weaker_rule() {
    let (a, b) = (format!("vin={VIN_A}"), format!("vin={VIN_B}"));
    check(
        UnitKind::Tractor,
        &[&format!("mcleod/101 101 {a} plate=ABC123"), &format!("samsara/1 101 {b} plate=ABC123")],
        "0 | 1",
        2,
    );
    check(
        UnitKind::Tractor,
        &[&format!("mcleod/101 101 {a}"), "samsara/1 101 vin=UNKNOWN"],
        "0 + 1 unit_number",
        0,
    );
}

#[test]
fn a_plate_joins_by_letters_and_digits_only() {
    check(UnitKind::Tractor, &["motive/1 A plate=abc-123", "samsara/2 B plate=ABC123"], "0 + 1 plate", 0);
    check(UnitKind::Tractor, &["motive/1 A plate=-", "samsara/2 B plate=-"], "0 | 1", 0);
}

#[test]
fn a_plate_of_two_states_is_two_plates() {
    let tractor = |records: &[&str], groups: &str, conflicts: usize| {
        check_wished(UnitKind::Tractor, records, &[], groups, conflicts)
    };
    let (tx, ca) = ("motive/1 A plate=CD1234(TX)", "terminal/2 B plate=cd-1234(CA)");
    // They may be one truck all the same, where nothing else tells them apart: one of the two was registered anew.
    let linked = tractor(&[tx, ca], "0 | 1", 1);
    assert_eq!(linked.conflicts[0].records, ["motive:1", "terminal:2"]);
    assert_eq!(linked.conflicts[0].reason, "same plate CD1234, but of different states: they may be one");
    tractor(&[tx, "motive/2 B plate=cd-1234(CA)"], "0 | 1", 0);
    tractor(&[&format!("{tx} vin={VIN_A}"), &format!("{ca} vin={VIN_B}")], "0 | 1", 0);
    check_wished(UnitKind::Tractor, &[tx, ca], &["!motive:1 terminal:2"], "0 | 1", 0);
    tractor(&[tx, "terminal/2 B plate=cd-1234(TX)"], "0 + 1 plate", 0);
    tractor(&[tx, ca, "geotab/3 C plate=CD1234(CA)"], "0 | 1 + 2 plate", 1);
    // Where one says nothing of the state it may be any; of two nobody knows which.
    tractor(&[tx, "samsara/2 B plate=CD1234"], "0 + 1 plate", 0);
    let linked = tractor(&[tx, ca, "samsara/3 C plate=CD1234"], "0 | 1 | 2", 1);
    assert_eq!(
        linked.conflicts[0].reason,
        "plate CD1234 (CA) or CD1234 (TX): which of them it is where no state is told is not known"
    );
    // It stands in nobody's way.
    let fourth = "geotab/4 D plate=CD1234(TX)";
    let linked = tractor(&[tx, ca, "samsara/3 C plate=CD1234", fourth], "0 + 3 plate | 1 | 2", 1);
    assert_eq!(linked.conflicts[0].records, ["geotab:4", "motive:1", "samsara:3", "terminal:2"]);
    // What it is one with by something better knows its state.
    let vin = format!("vin={VIN_A}");
    let (tx, unsaid) = (format!("{tx} {vin}"), format!("samsara/3 C plate=CD1234 {vin}"));
    tractor(&[&tx, ca, &unsaid], "0 + 2 vin | 1", 1);
    // No state parts what a VIN or a number joins: a truck is registered anew.
    tractor(&[&tx, &format!("{ca} {vin}")], "0 + 1 vin", 0);
    tractor(&["mcleod/101 101 plate=CD1234(TX)", "motive/7 101 plate=CD1234(CA)"], "0 + 1 unit_number", 0);
}

#[test]
fn a_name_joins_nobody_whose_licences_differ() {
    let driver = |records: &[&str], groups: &str, conflicts| {
        check_wished(UnitKind::Driver, records, &[], groups, conflicts)
    };
    let linked = driver(&["motive/1 Ann Lee licence=d1", "geotab/2 Ann Lee licence=d2"], "0 | 1", 1);
    assert_eq!(linked.conflicts[0].reason, "same name ANN LEE, but their licences differ");
    driver(&["motive/1 Ann Lee licence=d1", "geotab/2 Ann Lee"], "0 + 1 full_name", 0);
    // A TMS id is more than a licence, which changes with the state that he lives in.
    let records =
        ["mcleod/LEEAN Ann Lee", "motive/1 A L licence=d1 ref=leean", "geotab/2 A L licence=d2 ref=LEEAN"];
    driver(&records, "0 + 1 driver_ref + 2 driver_ref", 0);
}

#[test]
fn what_stands_for_nothing_joins_nobody() {
    for plate in ["NONE", "n/a", "0000000", "TBD", "Temp-2", "UNKNOWN", "no-plate", "123456"] {
        let (one, two) = (format!("motive/1 A plate={plate}"), format!("samsara/2 B plate={plate}"));
        check(UnitKind::Tractor, &[&one, &two], "0 | 1", 0);
    }
    for name in ["Test Driver", "UNIDENTIFIED DRIVER", "Unknown Unknown", "test test2", "X X"] {
        check(UnitKind::Driver, &[&format!("motive/1 {name}"), &format!("samsara/2 {name}")], "0 | 1", 0);
    }
    // "Test 李" is somebody: what is written in other letters stands for itself.
    for name in ["Ann Driver", "Иван Петров", "王 伟", "Test 李", "Ann -"] {
        let (one, two) = (format!("motive/1 {name}"), format!("samsara/2 {name}"));
        check(UnitKind::Driver, &[&one, &two], "0 + 1 full_name", 0);
    }
    check(UnitKind::Driver, &["motive/1 - -", "samsara/2 - -"], "0 | 1", 0);
}

#[test]
fn a_licence_that_one_account_has_twice_tells_of_nobody_who_is_who() {
    let records = ["motive/1 Ann Lee licence=d1", "motive/2 Bob Ray licence=d1", "geotab/5 A L licence=d1"];
    let linked = check_wished(UnitKind::Driver, &records, &[], "0 | 1 | 2", 1);
    assert_eq!(linked.conflicts[0].reason, "several drivers of one account have the same licence");
}

#[test]
fn a_tie_joins_nothing_and_is_reported() {
    check(UnitKind::Tractor, &["mcleod/101 101", "samsara/1 101", "samsara/2 0101"], "0 | 1 | 2", 1);
    let vin = format!("vin={VIN_A}");
    check(UnitKind::Tractor, &[&format!("samsara/1 A {vin}"), &format!("samsara/2 B {vin}")], "0 | 1", 1);
}

#[test]
fn drivers_join_by_tms_id_then_licence_then_unique_name() {
    check(
        UnitKind::Driver,
        &["mcleod/SMITHJO JOHN SMITH", "samsara/5 Johnny S ref=smithjo"],
        "0 + 1 driver_ref",
        0,
    );
    check(
        UnitKind::Driver,
        &["motive/1 J Smith licence=d1", "samsara/5 John Smith licence=d1"],
        "0 + 1 licence",
        0,
    );
    check(UnitKind::Driver, &["mcleod/REYESAN ANA REYES", "samsara/5 Ana  Reyes"], "0 + 1 full_name", 0);
    check(UnitKind::Driver, &["mcleod/1 Cher", "samsara/5 Cher"], "0 | 1", 0);
}

#[test]
fn two_drivers_of_one_name_are_not_joined_by_it() {
    check(
        UnitKind::Driver,
        &["mcleod/SMITHJO JOHN SMITH", "mcleod/SMITHJO2 JOHN SMITH", "samsara/5 John Smith"],
        "0 | 1 | 2",
        1,
    );
}

#[test]
fn a_stronger_rule_settles_what_a_weaker_one_would_tie() {
    let vin = format!("vin={VIN_A}");
    check(
        UnitKind::Tractor,
        &[&format!("mcleod/101 101 {vin}"), &format!("samsara/1 old-101 {vin}"), "samsara/2 101"],
        "0 + 1 vin | 2",
        1,
    );
    // Who is who of two of one name is settled where each was recognised by something better.
    let smiths = ["mcleod/S1 JOHN SMITH", "mcleod/S2 JOHN SMITH", "samsara/5 John Smith ref=S1"];
    let with = |last, groups, conflicts| {
        check(UnitKind::Driver, &[&smiths[..], &[last]].concat(), groups, conflicts);
    };
    with("samsara/6 John Smith ref=S2", "0 + 2 driver_ref | 1 + 3 driver_ref", 0);
    with("samsara/6 John Smith", "0 + 2 driver_ref | 1 | 3", 1);
}

#[test]
fn a_person_joins_what_no_rule_would() {
    let (a, b) = (format!("vin={VIN_A}"), format!("vin={VIN_B}"));
    let tractor = |records: &[&str], wishes: &[&str], groups: &str, conflicts| {
        check_wished(UnitKind::Tractor, records, wishes, groups, conflicts);
    };
    tractor(&["mcleod/101 101", "samsara/9 T-9"], &["=mcleod:101 samsara:9"], "0 + 1 user", 0);
    let vins = [&*format!("mcleod/101 101 {a}"), &*format!("samsara/1 101 {b}")];
    tractor(&vins, &["=mcleod:101 samsara:1"], "0 + 1 user", 0);
    tractor(&["samsara/1 A", "samsara/2 B"], &["=samsara:1 samsara:2"], "0 + 1 user", 0);
    // Either VIN is the unit's then.
    let third = [vins[0], vins[1], &*format!("motive/7 X {b}")];
    tractor(&third, &["=mcleod:101 samsara:1"], "0 + 1 user + 2 vin", 0);
}

#[test]
fn a_persons_choice_settles_a_tie() {
    let tie = ["mcleod/101 101", "samsara/1 101", "samsara/2 0101", "motive/7 101"];
    check(UnitKind::Tractor, &tie, "0 | 1 | 2 | 3", 1);
    check_wished(UnitKind::Tractor, &tie, &["=mcleod:101 samsara:2"], "0 + 2 user + 3 unit_number | 1", 0);
}

#[test]
fn a_person_keeps_apart_what_every_rule_would_join() {
    let vin = format!("vin={VIN_A}");
    let two = [&*format!("mcleod/101 101 {vin}"), &*format!("samsara/1 101 {vin}")];
    check_wished(UnitKind::Tractor, &two, &["!mcleod:101 samsara:1"], "0 | 1", 0);
    let three = [two[0], two[1], &*format!("motive/7 101 {vin}")];
    let linked = check_wished(UnitKind::Tractor, &three, &["!mcleod:101 samsara:1"], "0 | 1 | 2", 2);
    assert!(linked.conflicts[0].reason.ends_with("a [[link]] keeps some of them apart"), "{linked:?}");
}

#[test]
fn links_that_contradict_each_other_join_nothing_and_are_listed() {
    let linked = check_wished(
        UnitKind::Tractor,
        &["mcleod/101 X", "samsara/1 Y", "motive/7 Z"],
        &["=mcleod:101 samsara:1", "=samsara:1 motive:7", "!mcleod:101 motive:7"],
        "0 | 1 | 2",
        1,
    );
    assert_eq!(linked.conflicts[0].records, ["mcleod:101", "motive:7", "samsara:1"]);
}

#[test]
fn an_entry_is_an_id_else_a_name_that_one_record_has_else_it_waits() {
    let records = ["mcleod/101 7", "samsara/1 101", "samsara/2 102", "samsara/3 0102", "motive/7 7"];
    let check = |wish: &str, groups: &str, waits: Option<&str>| {
        let linked = check_wished(UnitKind::Tractor, &records, &[wish], groups, 0);
        let waiting: Vec<_> = linked.waiting.iter().map(|(_, entry, why)| format!("{entry} {why}")).collect();
        assert_eq!(!waiting.is_empty(), waits.is_some(), "{waiting:?}");
        assert!(waits.is_none_or(|waits| waiting[0].starts_with(waits)), "{waiting:?}");
    };
    check("=mcleod:101 samsara:0101", "0 + 1 user + 4 unit_number | 2 | 3", None);
    check("=mcleod:101 samsara:102", "0 + 4 unit_number | 1 | 2 | 3", Some("samsara:102 several"));
    check("=mcleod:101 geotab:b9", "0 + 4 unit_number | 1 | 2 | 3", Some("geotab:b9 no active record"));
    check("=samsara:1 samsara:2 geotab:b9", "0 + 4 unit_number | 1 + 2 user | 3", Some("geotab:b9 no"));
}

#[test]
fn what_hangs_together_by_several_keys_is_judged_together() {
    let records = ["mcleod/SMITHJO John Smith", "mcleod/4411 Ann Lee", "samsara/5 J S ref=smithjo ref=4411"];
    check(UnitKind::Driver, &records, "0 | 1 | 2", 1);
}

#[test]
fn two_trucks_that_a_person_made_one_keep_what_each_was_joined_to() {
    let (a, b) = (format!("vin={VIN_A}"), format!("vin={VIN_B}"));
    let records = [
        &*format!("samsara/1 A {a}"),
        &*format!("samsara/2 B {b}"),
        &*format!("mcleod/101 101 {a}"),
        &*format!("mcleod/102 102 {b}"),
    ];
    let wish = "=samsara:1 samsara:2";
    check_wished(UnitKind::Tractor, &records, &[wish], "0 + 1 user + 2 vin + 3 vin", 0);
    let apart = "!mcleod:101 mcleod:102";
    check_wished(UnitKind::Tractor, &records, &[wish, apart], "0 + 1 user | 2 | 3", 1);
    // What came by a stronger rule is no choice of the person's.
    let third = [records[0], records[1], records[2], "mcleod/A A"];
    check_wished(UnitKind::Tractor, &third, &[wish], "0 + 1 user + 2 vin | 3", 1);
}

#[test]
fn two_drivers_of_one_phone_on_one_truck_whom_no_rule_joins_are_reported_and_stay_two() {
    let check = |records: &[&str], wishes: &[&str], groups: &str, conflicts: usize| {
        check_wished(UnitKind::Driver, records, wishes, groups, conflicts)
    };
    let (ann, annie) = ("a/1 Ann Lee phone=912-555-0100 on=t1", "b/2 Annie Lee phone=+19125550100 on=t1");
    let found = check(&[ann, annie], &[], "0 | 1", 1).conflicts;
    assert_eq!(found[0].records, ["a:1", "b:2"]);
    assert_eq!(found[0].reason, "drivers with one phone number are on one truck: they may be one");
    // Of one account too, such as a TMS that has him twice.
    check(
        &["mcleod/1 Ann Lee phone=9125550100 on=t1", "mcleod/2 A Lee phone=9125550100 on=t1"],
        &[],
        "0 | 1",
        1,
    );
    // A person has said so, or the rules have.
    check(&[ann, annie], &["!a:1 b:2"], "0 | 1", 0);
    check(&[ann, annie], &["=a:1 b:2"], "0 + 1 user", 0);
    check(&[ann, "b/2 Ann Lee phone=9125550100 on=t1"], &[], "0 + 1 full_name", 0);
    // A team has two phones; and nobody is on a truck that nobody knows, nor has a number that is none.
    check(&[ann, "b/2 Bob Ray phone=9125550101 on=t1"], &[], "0 | 1", 0);
    check(&[ann, "b/2 Annie Lee phone=9125550100 on=t2"], &[], "0 | 1", 0);
    check(&["a/1 Ann Lee phone=9125550100", "b/2 Annie Lee phone=9125550100"], &[], "0 | 1", 0);
    check(&["a/1 Ann Lee phone=0 on=t1", "b/2 Annie Lee phone=0 on=t1"], &[], "0 | 1", 0);
}

#[test]
fn ten_thousand_drivers_of_one_phone_on_the_truck_that_stands_for_none_are_one_conflict() {
    // Fifty million pairs, of which a person keeps one apart.
    let records: Vec<String> =
        (0..10_000).map(|number| format!("mcleod/{number:05} Driver phone=7135550130 on=none")).collect();
    let records: Vec<_> = records.iter().map(|text| record(text)).collect();
    let linked = link(UnitKind::Driver, &records, &[wish(UnitKind::Driver, "!mcleod:00001 mcleod:00002")]);
    assert_eq!(linked.groups.len(), 10_000);
    let doubles: Vec<_> = linked.conflicts.iter().map(|conflict| conflict.records.len()).collect();
    assert_eq!(doubles, [10_000]);
}
