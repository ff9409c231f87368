//! `backhaul ask` on the simulated fleet, by the demo model and by none: the questions of an hour are answered by
//! what the commands print.

use serde_json::Value;

use crate::processes::Office;

struct Told {
    code: i32,
    out: String,
    err: String,
}

fn ask(office: &Office, question: &str, flags: &[&str]) -> Told {
    let output = office.output(&[&["ask", question], flags].concat());
    Told {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn json(office: &Office, arguments: &[&str]) -> Value {
    let output = office.output(&[arguments, &["--json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

fn ids(rows: &Value, name: &str) -> Vec<String> {
    rows.as_array().unwrap().iter().map(|row| row[name].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_questions_of_an_hour_get_the_answers_of_the_commands() {
    let office = Office::frozen(30);
    assert!(office.output(&["--sync-only", "--once"]).status.success());
    let result = |question: &str| {
        let told = json(&office, &["ask", question]);
        assert_eq!(
            (&told["complete"], &told["model"]),
            (&Value::Bool(true), &Value::from("backhaul-demo-model"))
        );
        assert!(told["tools"].as_array().is_some_and(|tools| !tools.is_empty()), "{question}: {told:#}");
        told
    };
    let late = result("what's going to be late and why");
    let expected = ids(&json(&office, &["late"]), "id");
    assert!(!expected.is_empty());
    let found = ids(&late["tools"][0]["result"]["rows"], "load");
    assert_eq!(found, expected[..found.len()], "the same loads in the same order");
    // How many are late is the hour's; what is not told of them is counted.
    let left_out = late["tools"][0]["result"]["left_out"].as_u64().unwrap();
    assert!(found.len() >= expected.len().min(5), "{found:?} of {expected:?}");
    assert!(found.len() == expected.len() || left_out > 0, "{found:?} of {expected:?}");
    assert!(late["oldest_at"].is_string() && late["oldest_age_s"].as_i64().is_some_and(|age| age >= 0));
    assert!(late["answer"].as_str().unwrap().contains(&expected[0]));
    assert!(late["citations"].as_array().unwrap().iter().any(|one| one["id"] == expected[0].as_str()));
    assert_eq!(late["not_from_data"], Value::Array(Vec::new()));

    let status = result(&format!("where's load {}", expected[0]));
    assert_eq!(status["tools"][0]["name"], "get_movement_status");
    let best = result(&format!("who else can take {}", expected[0]));
    let fits = json(&office, &["best", &expected[0]]);
    let fits: Vec<_> = fits
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["fits"] == true)
        .map(|row| row["driver"].clone())
        .collect();
    let rows = best["tools"][0]["result"]["rows"].as_array().unwrap();
    assert_eq!(rows.iter().map(|row| row["driver"].clone()).collect::<Vec<_>>(), fits[..fits.len().min(5)]);

    let held = result("what's in detention");
    let expected = ids(&json(&office, &["detention"]), "movement_id");
    let found = ids(&held["tools"][0]["result"]["rows"], "load");
    assert_eq!(found, expected[..expected.len().min(found.len())]);

    let rows = |told: &Value| told["tools"][0]["result"]["rows"].as_array().unwrap().clone();
    let same = |question: &str, tool: &str, command: &Value, names: &[(&str, &str)]| {
        let told = result(question);
        assert_eq!(told["tools"][0]["name"], tool);
        assert_eq!(told["tools"].as_array().map(Vec::len), Some(1), "{question}");
        let (found, expected) = (rows(&told), command.as_array().unwrap());
        let left_out = told["tools"][0]["result"]["left_out"].as_u64().unwrap();
        assert!(found.len() >= expected.len().min(4), "{question}: {found:?}");
        assert!(found.len() == expected.len() || left_out > 0, "{question}: {found:?}");
        for (row, of_command) in found.iter().zip(expected) {
            for (ours, theirs) in names {
                assert_eq!(row[*ours], of_command[*theirs], "{question}: {row} {of_command}");
            }
        }
    };
    let hours = json(&office, &["hours"]);
    let names = [("driver", "driver"), ("load", "movement_id"), ("limit", "limit"), ("about", "place")];
    same("who runs out of hours tonight", "hours_running_out", &hours, &names);
    let names = [("load", "movement_id"), ("pickup", "stop"), ("claimed_by", "claimed_by")];
    same("what pickups aren't covered", "uncovered_pickups", &json(&office, &["uncovered"]), &names);
    let sheet = json(&office, &["handoff"]);
    let names = [("kind", "kind"), ("severity", "severity"), ("about", "about"), ("load", "movement_id")];
    same("handoff", "open_exceptions", &sheet["open"], &names);

    for question in ["who's near Dallas with 5 hours and an empty", "is the data good"] {
        let told = json(&office, &["ask", question]);
        assert_eq!(told["complete"], true, "{question}");
        assert_eq!(told["tools"].as_array().map(Vec::len), Some(1), "{question}");
    }
    let orders = json(&office, &["orders"]);
    let order =
        orders.as_array().unwrap().iter().find(|row| row["po"].is_string() && row["movement_id"].is_string());
    let (po, load) =
        order.map(|row| (row["po"].as_str().unwrap(), row["movement_id"].as_str().unwrap())).unwrap();
    let said = result(&format!("where's PO {po}"));
    assert_eq!(said["tools"][1]["arguments"]["movement"], load, "one after the other");
    assert!(said["answer"].as_str().unwrap().contains(load));

    let refused = ask(&office, "make 418 drive 2 more hours", &[]);
    assert_eq!(refused.code, 1, "nothing was found for it");
    assert!(refused.out.contains("no driver may go on"), "{}", refused.out);
    assert!(refused.err.contains("this is no answer"), "{}", refused.err);
    assert!(refused.err.contains("demo model"), "{}", refused.err);
    let as_object = ask(&office, "make 418 drive 2 more hours", &["--json"]);
    assert!(as_object.err.contains("this is no answer"), "{}", as_object.err);
    let told: Value = serde_json::from_str(&as_object.out).unwrap();
    assert!(told["complete"] == false && told["notice"].as_str().unwrap().contains("no answer"), "{told}");
    // What was asked is counted where people read it.
    let feeds = json(&office, &["status"])["feeds"].clone();
    let talk = feeds.as_array().unwrap().iter().find(|feed| feed["account"] == "gemini").cloned().unwrap();
    assert!(talk["calls"].as_i64().unwrap() >= 10 && talk["error"].is_null(), "{talk}");
}

#[test]
fn ask_ends_as_its_contract_says() {
    let office = Office::frozen(3);
    let config = std::fs::read_to_string(office.config()).unwrap();
    let nothing = ask(&office, "is the data good", &[]);
    assert_eq!((nothing.code, nothing.out.as_str()), (1, ""));
    assert!(nothing.err.contains("no database yet"), "{}", nothing.err);
    assert!(office.output(&["--sync-only", "--once"]).status.success());
    let told = ask(&office, "is the data good", &[]);
    assert_eq!(told.code, 0);
    assert!(told.out.ends_with('\n') && !told.out.contains("backhaul:"), "{}", told.out);

    let unknown = ask(&office, "where's trailer 99999", &[]);
    assert_eq!(unknown.code, 1);
    assert!(
        unknown.out.contains("UNKNOWN") && unknown.err.contains("not answered: UNKNOWN"),
        "{}",
        unknown.err
    );
    let unknown = ask(&office, "where's trailer 99999", &["--json"]);
    let object: Value = serde_json::from_str(&unknown.out).unwrap();
    assert_eq!((unknown.code, &object["complete"]), (1, &Value::Bool(false)));
    assert!(unknown.err.contains("looking up trailer_where"), "{}", unknown.err);

    let told = ask(&office, "is the data good", &[]);
    let (before, _) = config.split_once("[gemini]").unwrap();
    office.write_config(before);
    let unknown = ask(&office, "where's trailer 99999", &[]);
    assert_eq!(unknown.code, 1, "nor does the parser find it: {}", unknown.err);
    let plain = ask(&office, "is the data good", &[]);
    assert_eq!((plain.code, plain.out.as_str()), (0, told.out.as_str()), "no model is needed for it");
    assert!(plain.err.contains("not by a model"), "{}", plain.err);

    office.write_config(&config.replace(office.sim.gemini_key(), "a-key-of-nobody"));
    let wrong = ask(&office, "is the data good", &["--json"]);
    assert_eq!(wrong.code, 1);
    let object: Value = serde_json::from_str(&wrong.out).unwrap();
    assert_eq!((&object["answer"], &object["complete"]), (&Value::from(""), &Value::Bool(false)));
    assert!(wrong.err.contains("api_key") && !wrong.err.contains("a-key-of-nobody"), "{}", wrong.err);

    office.write_config(&config.replace("[gemini]", "[gemini]\ndaily_budget_usd = 0.0001"));
    assert_eq!(ask(&office, "is the data good", &[]).code, 0, "the demo model costs nothing");
    let days = rusqlite::Connection::open(office.database()).unwrap();
    days.execute("UPDATE assistant_days SET micro_usd = 100", []).unwrap();
    let spent = ask(&office, "is the data good", &[]);
    assert_eq!(spent.code, 1);
    assert!(spent.err.contains("daily_budget_usd"), "{}", spent.err);
}
