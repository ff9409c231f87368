//! Linking by cases: records in, groups and conflicts out.

use super::*;

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
            Some(("plate", plate)) => record.plate = Some(plate.into()),
            Some(("licence", digest)) => record.licence = Some(digest.into()),
            Some(("ref", id)) => record.refs.push(id.into()),
            Some((key, _)) => panic!("no such key: {key}"),
            None => name.push(word),
        }
    }
    record.name = name.join(" ");
    record
}

fn check(kind: UnitKind, records: &[&str], groups: &str, conflicts: usize) {
    let records: Vec<_> = records.iter().map(|text| record(text)).collect();
    let linked = link(kind, &records);
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
}
