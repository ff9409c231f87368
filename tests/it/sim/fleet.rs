//! One fleet behind several services: every unit is somewhere, can be recognised, and is in one
//! place whoever tells of it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use backhaul::model::{LinkRule, Record, Timestamp, UnitKind, licence_key};
use backhaul::rules::link::link;
use backhaul::sim::Upstream;
use serde_json::Value;

use super::World;

const ELDS: [Upstream; 3] = [Upstream::Samsara, Upstream::Motive, Upstream::Terminal];

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn record(account: &str, id: &Value, name: Option<String>) -> Record {
    let external_id = text(id).unwrap_or_else(|| id.to_string());
    let name = name.unwrap_or_else(|| external_id.clone());
    Record { account: account.into(), is_tms: account == "mcleod", external_id, name, ..Record::default() }
}

fn full_name(row: &Value, first: &str, last: &str) -> Option<String> {
    let parts: Vec<String> = [&row[first], &row[last]].into_iter().filter_map(text).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// A whole table of the TMS.
async fn office(world: &World, table: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    loop {
        let page =
            world.search(&format!("/{table}/search?recordLength=100&recordOffset={}", rows.len())).await;
        if page.is_empty() {
            return rows;
        }
        rows.extend(page);
    }
}

/// The tractors as each service lists the active ones.
async fn tractors(world: &World) -> Vec<Record> {
    let mut records = Vec::new();
    for row in office(world, "tractors").await {
        let (vin, plate) = (text(&row["serial_number"]), text(&row["tag"]));
        records.push(Record { vin, plate, ..record("mcleod", &row["id"], text(&row["id"])) });
    }
    for row in world.all("/fleet/vehicles").await {
        let (vin, plate) = (text(&row["vin"]), text(&row["licensePlate"]));
        records.push(Record { vin, plate, ..record("samsara", &row["id"], text(&row["name"])) });
    }
    for row in world.motive_rows("/v1/vehicles").await.iter().filter(|row| row["status"] == "active") {
        let (vin, plate) = (text(&row["vin"]), text(&row["license_plate_number"]));
        records.push(Record { vin, plate, ..record("motive", &row["id"], text(&row["number"])) });
    }
    for row in world.terminal_rows("/vehicles").await.0 {
        let (vin, plate) = (text(&row["vin"]), text(&row["licensePlate"]["number"]));
        records.push(Record { vin, plate, ..record("terminal", &row["id"], text(&row["name"])) });
    }
    records
}

async fn trailers(world: &World) -> Vec<Record> {
    let mut records = Vec::new();
    for row in office(world, "trailers").await {
        let (vin, plate) = (text(&row["serial_number"]), text(&row["license_no"]));
        records.push(Record { vin, plate, ..record("mcleod", &row["id"], text(&row["id"])) });
    }
    for row in world.motive_rows("/v1/assets").await {
        let (vin, plate) = (text(&row["vin"]), text(&row["license_plate_number"]));
        records.push(Record { vin, plate, ..record("motive", &row["id"], text(&row["name"])) });
    }
    for row in world.terminal_rows("/trailers").await.0 {
        let vin = text(&row["vin"]).or_else(|| text(&row["serialNumber"]));
        let plate = text(&row["licensePlate"]["number"]);
        records.push(Record { vin, plate, ..record("terminal", &row["id"], text(&row["name"])) });
    }
    records
}

async fn drivers(world: &World) -> Vec<Record> {
    let licence = |state: &Value, number: &Value| licence_key(state.as_str()?, number.as_str()?);
    let mut records = Vec::new();
    for row in office(world, "drivers").await {
        if row["is_active"] == "Y" || row["is_active"] == true {
            let licence = licence(&row["license_state"], &row["license_no"]);
            let name = full_name(&row, "first_name", "name");
            records.push(Record { licence, ..record("mcleod", &row["id"], name) });
        }
    }
    for row in world.motive_rows("/v1/users?role=driver").await {
        if row["status"] == "active" {
            let external = row["external_ids"].as_array().into_iter().flatten();
            let external = external.filter_map(|external| text(&external["external_id"]));
            let refs =
                [&row["driver_company_id"], &row["username"]].into_iter().filter_map(text).chain(external);
            let licence = licence(&row["drivers_license_state"], &row["drivers_license_number"]);
            let name = full_name(&row, "first_name", "last_name");
            records.push(Record { licence, refs: refs.collect(), ..record("motive", &row["id"], name) });
        }
    }
    for row in world.terminal_rows("/drivers").await.0 {
        let licence = licence(&row["license"]["state"], &row["license"]["number"]);
        let refs = [&row["sourceId"], &row["username"]].into_iter().filter_map(text).collect();
        let name = full_name(&row, "firstName", "lastName");
        records.push(Record { licence, refs, ..record("terminal", &row["id"], name) });
    }
    records
}

/// The rules by which an account's records were joined, each of them to one of the TMS.
fn rules_of(kind: UnitKind, records: &[Record], account: &str) -> BTreeMap<&'static str, usize> {
    let linked = link(kind, records, &[]);
    // Two drivers of one name in one account are no link, and that is said.
    let conflicts: Vec<_> =
        linked.conflicts.iter().filter(|conflict| !conflict.reason.contains("have the same name")).collect();
    assert!(conflicts.is_empty(), "{conflicts:#?}");
    let mut rules = BTreeMap::new();
    for group in &linked.groups {
        let accounts: HashSet<&str> = group.iter().map(|(at, _)| records[*at].account.as_str()).collect();
        if !accounts.contains(account) {
            continue;
        }
        assert!(accounts.contains("mcleod"), "nobody recognises {:?}", records[group[0].0]);
        let own = group.iter().filter(|(at, _)| records[*at].account == account);
        for rule in own.map(|(_, rule)| *rule) {
            assert_ne!(rule, LinkRule::First);
            *rules.entry(rule.word()).or_default() += 1;
        }
    }
    rules
}

#[tokio::test]
async fn every_unit_is_recognised_and_every_rule_is_needed() {
    let world = World::over(60, &ELDS).await;
    let needed = |rules: &BTreeMap<&'static str, usize>| rules.keys().copied().collect::<Vec<_>>();
    let tractors = tractors(&world).await;
    for account in ["motive", "terminal"] {
        let rules = rules_of(UnitKind::Tractor, &tractors, account);
        assert_eq!(needed(&rules), ["plate", "unit_number", "vin"], "{account}: {rules:?}");
    }
    let trailers = trailers(&world).await;
    for account in ["motive", "terminal"] {
        let rules = rules_of(UnitKind::Trailer, &trailers, account);
        assert_eq!(needed(&rules), ["plate", "unit_number", "vin"], "{account}: {rules:?}");
    }
    let drivers = drivers(&world).await;
    for account in ["motive", "terminal"] {
        let rules = rules_of(UnitKind::Driver, &drivers, account);
        assert_eq!(needed(&rules), ["driver_ref", "full_name", "licence"], "{account}: {rules:?}");
    }
}

#[tokio::test]
async fn the_elds_cover_the_fleet_exactly() {
    let world = World::over(210, &ELDS).await;
    let records = tractors(&world).await;
    let linked = link(UnitKind::Tractor, &records, &[]);
    assert_eq!(linked.groups.len(), 210);
    for group in linked.groups {
        let number: usize = records[group[0].0].name.trim_start_matches(['T', '0']).parse().unwrap();
        let elds = group.len() - 1;
        assert_eq!(elds, if (number - 400) % 7 == 3 { 2 } else { 1 }, "tractor {number}");
    }
}

#[tokio::test]
async fn names_that_repeat_in_a_large_fleet_join_nobody_wrongly() {
    let world = World::over(1300, &ELDS).await;
    let drivers = drivers(&world).await;
    for account in ["motive", "terminal"] {
        let joined: usize = rules_of(UnitKind::Driver, &drivers, account).values().sum();
        assert_eq!(joined, drivers.iter().filter(|driver| driver.account == account).count());
    }
}

/// Where and when a service last saw each truck, by VIN.
async fn seen(world: &World) -> HashMap<String, BTreeMap<&'static str, (Timestamp, f64, f64)>> {
    let at = |value: &Value| Timestamp::parse(value.as_str().unwrap()).unwrap();
    let degrees = |point: &Value, latitude: &str, longitude: &str| {
        (point[latitude].as_f64().unwrap(), point[longitude].as_f64().unwrap())
    };
    let mut seen: HashMap<String, BTreeMap<_, _>> = HashMap::new();
    for row in world.all("/fleet/vehicles/stats?types=gps").await {
        let gps = &row["gps"];
        let (latitude, longitude) = degrees(gps, "latitude", "longitude");
        let vin = row["externalIds"]["samsara.vin"].as_str().unwrap().to_owned();
        seen.entry(vin).or_default().insert("samsara", (at(&gps["time"]), latitude, longitude));
    }
    for row in world.motive_rows("/v1/vehicle_locations?vehicle_status=active").await {
        let (Some(vin), point) = (text(&row["vin"]), &row["current_location"]) else { continue };
        let (latitude, longitude) = degrees(point, "lat", "lon");
        let vin = vin.replace(' ', "").to_uppercase();
        seen.entry(vin).or_default().insert("motive", (at(&point["located_at"]), latitude, longitude));
    }
    seen
}

#[tokio::test]
async fn a_truck_in_two_elds_is_in_one_place_and_its_newest_source_changes() {
    let world = World::over(60, &ELDS).await;
    let mut newest: HashMap<String, BTreeSet<&str>> = HashMap::new();
    // Read one after the other, as pollers do: each has its turn at being the later one.
    let mut last: HashMap<String, BTreeMap<&str, (Timestamp, f64, f64)>> = HashMap::new();
    for minute in 0..30 {
        for (vin, told) in seen(&world).await {
            let known = last.entry(vin.clone()).or_default();
            let turn = if minute % 2 == 0 { "samsara" } else { "motive" };
            known.extend(told.into_iter().filter(|(eld, _)| *eld == turn));
            if known.len() == 2 {
                let (first, second) = (known["samsara"], known["motive"]);
                let apart = first.0.since(second.0).max(second.0.since(first.0));
                let hours = apart.as_secs_f64() / 3600.0;
                let miles = ((first.1 - second.1).abs() + (first.2 - second.2).abs()) * 69.0;
                assert!(miles <= hours * 68.0 * 1.5 + 0.01, "{vin}: {miles} miles in {hours} hours");
                let (eld, _) = known.iter().max_by_key(|(_, (at, ..))| *at).unwrap();
                newest.entry(vin).or_default().insert(eld);
            }
        }
        world.pass(30);
    }
    assert!(newest.len() >= 3, "{}", newest.len());
    assert!(newest.values().any(|elds| elds.len() == 2), "{newest:?}");
}
