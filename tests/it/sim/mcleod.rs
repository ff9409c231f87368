//! The simulated McLeod.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::World;

#[tokio::test]
async fn only_who_is_known_gets_in_but_the_time_is_free() {
    let world = World::of(5).await;
    let base = world.sim.mcleod_url();
    let json = ("accept", "application/json");
    let current = format!("{base}/users/current");
    let refused = world.get(&current, &[json]).await;
    assert_eq!((refused.status, refused.body.as_str()), (401, "Invalid credentials"));
    assert_eq!(world.get(&current, &[json, ("authorization", "Token wrong")]).await.status, 401);
    for scheme in ["Token", "Bearer"] {
        let authorization = format!("{scheme} {}", world.sim.mcleod_token());
        assert_eq!(world.get(&current, &[json, ("authorization", &authorization)]).await.status, 200);
        let other =
            [json, ("authorization", authorization.as_str()), ("X-com.mcleodsoftware.CompanyID", "TMS2")];
        assert_eq!(world.get(&current, &other).await.status, 403);
    }
    let time = world.get(&format!("{base}/sysadmin/getServerTimeMillis"), &[("accept", "text/plain")]).await;
    assert_eq!(time.body, format!("{}000", super::NOON));
    assert_eq!(
        world.get(&format!("{base}/metadata"), &[json]).await.json()["mobileService"]["max_search"],
        100
    );
}

#[tokio::test]
async fn xml_is_the_default_and_json_must_be_asked_for() {
    let world = World::of(5).await;
    let authorization = format!("Token {}", world.sim.mcleod_token());
    let url = format!("{}/movements/search", world.sim.mcleod_url());
    let check = async |accept: &str, status: u16, kind: &str| {
        let reply = world.get(&url, &[("authorization", &authorization), ("accept", accept)]).await;
        assert_eq!(
            (reply.status, reply.headers["content-type"].to_str().unwrap()),
            (status, kind),
            "{accept}"
        );
    };
    check("*/*", 200, "application/xml").await;
    check("application/xml", 200, "application/xml").await;
    check("application/json", 200, "application/json").await;
    check("text/plain", 406, "text/plain").await;
    let time = format!("{}/sysadmin/getServerTimeMillis", world.sim.mcleod_url());
    assert_eq!(world.get(&time, &[("accept", "application/json")]).await.status, 406);
}

#[tokio::test]
async fn bad_criteria_are_refused_in_words() {
    let world = World::of(5).await;
    let check = async |path: &str, words: &str| {
        let reply = world.mcleod(path).await;
        assert_eq!((reply.status, reply.body.as_str()), (400, words), "{path}");
        assert_eq!(reply.headers["content-type"], "text/plain");
    };
    check("/movements/search?movement.statuss=P", "movement.statuss is not a valid field").await;
    check("/movements/search?limit=5", "limit is not a valid field").await;
    check("/movements/search?consignee.city_name=X", "consignee.city_name is not a valid field").await;
    check("/movements/search?orderBy=movement.nope%20ASC", "movement.nope is not a valid field").await;
    check("/movements/search?orderBy=id%20UP", "UP is not a valid sort order").await;
    check("/movements/search?recordLength=0", "recordLength 0 is not valid").await;
    check(
        "/movements/search?changedAfterDate=2026-11-24T00:00:00Z",
        "2026-11-24T00:00:00Z is not a valid date",
    )
    .await;
    check(
        "/movements/search?changedAfterDate=t&changedAfterType=Delete",
        "changedAfterType Delete is not valid",
    )
    .await;
    assert_eq!(world.mcleod("/stops/search?id=1").await.status, 404);
    assert_eq!(world.mcleod("/movements/9999999").await.body, "null");
    assert_eq!(world.mcleod("/movements/9999999").await.status, 404);
}

#[tokio::test]
async fn paging_by_key_and_by_offset_give_every_movement_once() {
    let world = World::of(30).await;
    let (mut by_key, mut last) = (Vec::new(), "0".to_owned());
    loop {
        let rows = world
            .search(&format!("/movements/search?id=%3E{last}&orderBy=movement.id%20ASC&recordLength=1000"))
            .await;
        assert!(rows.len() <= 100, "the server's own limit holds");
        let Some(end) = rows.last() else { break };
        last = text(end, "id");
        by_key.extend(rows.iter().map(|row| text(row, "id")));
    }
    let mut by_offset = Vec::new();
    loop {
        let path = format!("/movements/search?recordLength=50&recordOffset={}", by_offset.len());
        let rows = world.search(&path).await;
        if rows.is_empty() {
            break;
        }
        by_offset.extend(rows.iter().map(|row| text(row, "id")));
    }
    by_offset.reverse();
    assert_eq!(by_key, by_offset, "the default order is by id, the newest first");
    assert_eq!(by_key.iter().collect::<HashSet<_>>().len(), by_key.len());
}

#[tokio::test]
async fn criteria_are_joined_by_and_and_operators_stand_in_the_value() {
    let world = World::of(60).await;
    let running = world.search("/movements/search?movement.status=P&loaded=L&recordLength=100").await;
    assert!(running.len() > 10);
    assert!(running.iter().all(|row| row["status"] == "P" && row["loaded"] == "L"));
    let tractor = "/movements/search?tractor.id=0412&status=%3C%3EV";
    assert!(world.search(tractor).await.iter().all(|row| row["status"] != "V"));
    assert!(!world.search(tractor).await.is_empty());
    let wild = world.search("/movements/search?origin.location_name=NORTH*FOODS&recordLength=5").await;
    assert!(
        wild.iter().all(|row| row["stops"][0]["location_name"] == "NORTHFIELD FOODS") && !wild.is_empty()
    );
    let today = world.search("/movements/search?origin.sched_arrive_early=t&brokerage=N").await;
    assert!(today.iter().all(|row| text(&row["stops"][0], "sched_arrive_early").starts_with("20261124")));
    let range = world.search("/stop/search?sched_arrive_early=11/23/26:11/24/2026&stop_type=SO").await;
    let days: HashSet<String> =
        range.iter().map(|row| text(row, "sched_arrive_early")[..8].to_owned()).collect();
    assert_eq!(days, HashSet::from(["20261123".to_owned(), "20261124".to_owned()]));
    let bounds = "/stop/search?sched_arrive_early=%3E=t%200600&sched_arrive_early=%3Ct%200900";
    assert!(
        world
            .search(bounds)
            .await
            .iter()
            .all(|row| ("0600".."0900").contains(&&text(row, "sched_arrive_early")[8..12]))
    );
    let unnumbered = world.search("/tractors/search?serial_number==").await;
    assert!(!unnumbered.is_empty() && unnumbered.iter().all(|row| row.get("serial_number").is_none()));
}

#[tokio::test]
async fn a_short_answer_is_a_bare_object_a_list_or_null() {
    let world = World::of(40).await;
    let mut shapes = HashSet::new();
    for number in 0..30 {
        let one = world.mcleod(&format!("/tractors/search?id={}", 400 + number)).await.json();
        shapes.insert(if one.is_object() {
            "object"
        } else if one[0].is_object() {
            "list of one"
        } else {
            "none"
        });
        let none = world.mcleod(&format!("/tractors/search?id=x{number}")).await.json();
        shapes.insert(if none.is_null() { "null" } else { "empty list" });
    }
    assert!(
        shapes.is_superset(&HashSet::from(["object", "list of one", "null", "empty list"])),
        "{shapes:?}"
    );
}

#[tokio::test]
async fn the_change_feed_gives_just_what_changed() {
    let world = World::of(40).await;
    for table in ["movements", "orders", "stop", "drivers", "tractors", "trailers", "movement_order"] {
        let before = whole(&world, table).await;
        let since = "20261124060000-0600";
        world.pass(2 * 3600);
        let after = whole(&world, table).await;
        let mut fed = BTreeMap::new();
        loop {
            let path = format!(
                "/{table}/search?changedAfterDate={since}&orderBy=id%20ASC&recordOffset={}",
                fed.len()
            );
            let rows = world.search(&path).await;
            if rows.is_empty() {
                break;
            }
            fed.extend(rows.into_iter().map(|row| (text(&row, "id"), row)));
        }
        for (id, row) in &after {
            let same = before.get(id).is_some_and(|old| columns(old) == columns(row));
            assert!(
                same || fed.contains_key(id),
                "{table} {id} changed unseen: {row:#}\n{:#}",
                before.get(id).unwrap_or(&Value::Null)
            );
        }
        assert!(fed.len() < after.len(), "{table} gives everything");
        world.pass(-2 * 3600);
    }
}

#[tokio::test]
async fn a_movement_in_progress_names_its_equipment_and_the_groups_agree() {
    let world = World::of(40).await;
    let running = world.search("/movements/search?movement.status=P&movement.brokerage=N").await;
    for row in running.iter().take(12) {
        let whole = world.mcleod(&format!("/movements/{}", text(row, "id"))).await.json();
        let group = text(row, "equipment_group_id");
        let items = world.search(&format!("/equipment_item/search?equipment_group_id={group}")).await;
        let of = |kind: &str| {
            items.iter().find(|item| item["equipment_type_id"] == kind).map(|item| text(item, "equipment_id"))
        };
        assert_eq!(of("T"), Some(text(&whole, "__tractor_id")));
        assert_eq!(of("D"), Some(text(&whole, "__driver1_id")));
        assert_eq!(of("L"), Some(text(&whole, "__trailer1_id")));
        let tractor = world.mcleod(&format!("/tractors/{}", text(&whole, "__tractor_id"))).await.json();
        assert_eq!(text(&tractor, "currenteqpgrpid"), group);
        assert_eq!(whole["tractor"]["__name"], "tractor");
        assert!(whole["stops"].as_array().unwrap().len() >= 2);
    }
    let team = world.search("/movements/search?tractor.id=405&status=P").await;
    for row in team {
        assert!(
            world.mcleod(&format!("/movements/{}", text(&row, "id"))).await.json()["__driver2_id"]
                .is_string()
        );
    }
}

#[tokio::test]
async fn the_world_is_odd_where_real_ones_are() {
    let world = World::of(60).await;
    let old = world.search("/movements/search?status=P&origin.sched_arrive_early=%3C01/01/2016").await;
    assert_eq!(old.len(), 1, "one was left in progress years ago");
    assert!(text(&old[0]["stops"][1], "actual_departure").starts_with("2215"));
    let stops = whole(&world, "stop").await;
    assert!(stops.values().any(|stop| stop.get("latitude").is_none()));
    let kinds: HashSet<String> = stops.values().map(|stop| text(stop, "stop_type")).collect();
    assert!(kinds.is_superset(&["PU", "SO", "SP"].map(str::to_owned).into()), "{kinds:?}");
    for position in world.mcleod("/mcmessages/positions").await.json().as_array().unwrap() {
        assert!(position["longitude"].as_f64().unwrap() > 0.0, "west is positive here");
    }
    let drivers = whole(&world, "drivers").await;
    for column in ["social_security_no", "license_no", "email", "birth_date"] {
        assert!(drivers.values().all(|driver| driver.get(column).is_some()), "{column}");
    }
    let statuses: HashSet<String> =
        whole(&world, "movements").await.values().map(|row| text(row, "status")).collect();
    assert_eq!(statuses, ["A", "C", "P", "D", "V"].map(str::to_owned).into());
}

async fn whole(world: &World, table: &str) -> BTreeMap<String, Value> {
    let mut rows = BTreeMap::new();
    loop {
        let page =
            world.search(&format!("/{table}/search?orderBy=id%20ASC&recordOffset={}", rows.len())).await;
        if page.is_empty() {
            return rows;
        }
        rows.extend(page.into_iter().map(|row| (text(&row, "id"), row)));
    }
}

/// A row without its children: those are other tables' rows.
fn columns(row: &Value) -> BTreeMap<&String, &Value> {
    row.as_object().unwrap().iter().filter(|(_, value)| !value.is_array() && !value.is_object()).collect()
}

fn text(row: &Value, column: &str) -> String {
    row[column].as_str().unwrap_or_else(|| panic!("{column} of {row}")).to_owned()
}

#[tokio::test]
async fn rows_have_only_columns_that_the_vendor_documents_and_fit_them() {
    let list = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/fixtures/public/mcleod/console_types.csv");
    let Ok(list) = std::fs::read_to_string(list) else {
        eprintln!("skipped: the vendor's list of columns is not here");
        return;
    };
    let world = World::of(40).await;
    for (table, path) in [
        ("movement", "movements"),
        ("orders", "orders"),
        ("stop", "stop"),
        ("driver", "drivers"),
        ("tractor", "tractors"),
        ("trailer", "trailers"),
        ("customer", "customers"),
        ("mc_position", "mc_position"),
    ] {
        let documented: BTreeMap<&str, (&str, &str)> = list
            .lines()
            .filter_map(|line| line.strip_prefix(table)?.strip_prefix(','))
            .filter_map(|line| {
                let mut parts = line.split(',');
                let (name, size, _, kind) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
                Some((name, (size, kind.split('!').next()?)))
            })
            .collect();
        for row in whole(&world, path).await.values() {
            for (name, value) in columns(row).into_iter().filter(|(name, _)| !name.starts_with("__")) {
                let Some((size, kind)) = documented.get(name.as_str()) else {
                    assert!(name.starts_with("cfsim_"), "{table}.{name} is not documented");
                    continue;
                };
                let fits = match (value, *kind) {
                    (Value::String(text), "datetime" | "date") => text.len() == 19,
                    (Value::String(text), "text") => size.parse().is_ok_and(|size: usize| text.len() <= size),
                    (Value::String(text), "char1_or_flag") => text.len() == 1,
                    (Value::Number(number), "int") => number.is_i64(),
                    (Value::Bool(_), "char1_or_flag") | (Value::Number(_), "decimal") => true,
                    _ => false,
                };
                assert!(fits, "{table}.{name} is {kind} {size}: {value}");
            }
        }
    }
}
