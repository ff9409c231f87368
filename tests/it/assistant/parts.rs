//! Questions of a part of the fleet, answered without a model: what was asked is honoured, or the first line of the
//! answer says what was not understood.

use backhaul::assistant::{Answer, Args, Conversation, Tool};
use backhaul::model::{Fleet, Loaded, Order};
use serde_json::{Map, Value, json};

use super::made::{DALLAS, HOUSTON, Made, NOON, WACO};
use super::{ask, assistant, facts};

/// Two loads that will be late at Houston: klee's for Harbor Paper from Dallas, and mroe's from Waco.
fn made() -> Made {
    let mut made = Made::new();
    made.rig("418", DALLAS).name = "Quinn Iverson".into();
    made.rig("77", WACO).name = "Bob Stone".into();
    made.trailer("53012", Some("418"), Loaded::Loaded);
    made.trailer("53013", Some("77"), Loaded::Empty);
    for (load, rig, dispatcher, from, at) in
        [("4471", "418", "klee", "DALLAS", DALLAS), ("4472", "77", "mroe", "WACO", WACO)]
    {
        made.load(load, Some(rig)).tms.dispatcher = Some(dispatcher.into());
        made.stop(&format!("{load}p"), load, from, at, -120);
        made.stop(&format!("{load}d"), load, "HOUSTON", HOUSTON, 0);
    }
    let mut order = Order { customer: Some("HARBOR PAPER".into()), ..Order::default() };
    (order.tms.id, order.tms.company_id) = ("O1".into(), "TMS".into());
    order.tms.movement_id = Some("4471".into());
    made.orders.push(order);
    made
}

async fn answered(fleet: Fleet, question: &str) -> Answer {
    let mut assistant = assistant("http://127.0.0.1:9", fleet);
    assistant.model = None;
    ask(&mut Conversation::default(), &assistant, question).await.0.unwrap()
}

fn loads(answer: &Answer) -> Vec<String> {
    let rows = answer.tools[0].result["rows"].as_array().cloned().unwrap_or_default();
    let mut loads: Vec<String> =
        rows.iter().filter_map(|row| Some(row["load"].as_str()?.to_owned())).collect();
    loads.sort();
    loads
}

#[tokio::test]
async fn a_question_of_a_part_is_answered_of_that_part_or_says_that_it_is_not() {
    let fleet = made().fleet();
    let (both, first, second, none) = (&["4471", "4472"][..], &["4471"][..], &["4472"][..], &[][..]);
    let whole = "Not understood: ";
    for (question, loads_of_it, line) in [
        ("what's late", both, "2 loads are in trouble"),
        ("what's going to be late and why", both, "2 loads are in trouble"),
        ("is anything running late right now, please?", both, "2 loads are in trouble"),
        ("what is late for klee", first, "Only of dispatcher klee."),
        ("klee's late loads", first, "Only of dispatcher klee."),
        ("show me mroe's loads that are late", second, "Only of dispatcher mroe."),
        ("late for klee and mroe", both, "Only of dispatcher klee or of dispatcher mroe."),
        ("loads late for Harbor Paper", first, "Only for customer or stop HARBOR PAPER."),
        ("what's late in Texas", both, "Only in Texas (by the stops that each is in trouble at)."),
        (
            "what's late in TX for mroe",
            second,
            "Only in Texas (by the stops that each is in trouble at), of dispatcher mroe.",
        ),
        ("what is late near Houston", both, "Only within 25 mi of Houston TX (by the stop"),
        ("what's late in Oklahoma", none, "Only in Oklahoma (by the stops that each is in trouble at)."),
        ("is bob stone running late", second, "Only of driver Bob Stone."),
        ("is Quinn late", first, "Only of driver Quinn Iverson."),
        ("late deliveries", both, "Only deliveries."),
        ("late pickups for Quinn Iverson", first, "Only pickups, of driver Quinn Iverson."),
        ("late in the next 4 hours", both, "Only what is due until Tue 16:00 CST."),
        ("what is late tonight", both, "Only what is due until Tue 23:59 CST."),
        ("loads late for Home Depot", both, "Not understood: \"for home depot\". This is the whole fleet:"),
        ("what's late for klee or Home Depot", first, "Not understood: \"home depot\". This is without it:"),
        (
            "what is late and not in texas",
            both,
            "Not understood: \"not\", \"in texas\". This is the whole fleet:",
        ),
        ("which loads aren't late", both, "Not understood: \"aren't\". This is the whole fleet:"),
        (
            "what was late yesterday",
            both,
            "Not understood: \"was\", \"yesterday\". I only know how things stand now.",
        ),
        ("my late loads", both, whole),
        ("late loads for dispatcher mroe", second, "Only of dispatcher mroe."),
        ("late loads by dispatcher", both, "Not understood: \"by dispatcher\". This is the whole fleet:"),
        ("how long late is everything", both, "Not understood: \"long\". This is the whole fleet:"),
        ("late by more than 2 hours in Texas", both, "Not understood: "),
        ("late loads out of Dallas", both, "Not understood: \"out of dallas\". This is the whole fleet:"),
        ("what's late before noon", both, whole),
        (
            "late in OK or TX",
            both,
            "Only in Oklahoma (by the stops that each is in trouble at) or in Texas (by",
        ),
        ("what's late in MI", none, "Only in Michigan (by"),
        ("late in or near Houston", both, "Only within 25 mi of Houston TX (by the stop"),
        ("late loads from OK or TX", both, "Not understood: \"from ok\", \"tx\". This is the whole fleet:"),
        ("what's late for me", both, "Not understood: \"for me\". This is the whole fleet:"),
        ("which of his loads are late", both, "Not understood: \"of his\". This is the whole fleet:"),
    ] {
        let answer = answered(fleet.clone(), question).await;
        assert_eq!(answer.tools[0].name, "late_loads", "{question}");
        assert!(answer.text.starts_with(line), "{question}: {}", answer.text);
        assert_eq!(loads(&answer), loads_of_it, "{question}: {}", answer.text);
    }
}

#[tokio::test]
async fn behind_what_leads_a_place_stands_no_driver() {
    let mut made = made();
    made.drivers[0].name = "Austin Reed".into();
    let check = async |question, line| {
        let told = answered(made.fleet(), question).await.text;
        assert!(told.starts_with(line), "{question}: {told}");
    };
    check("what's late in Austin", "Only within 25 mi of Austin TX (by the stops").await;
    check("what's late for Austin", "Only of driver Austin Reed.").await;
    check("what's late to mroe", "Only of dispatcher mroe.").await;
}

#[tokio::test]
async fn whoever_is_selected_and_pointed_at_is_the_part_that_is_asked_about() {
    let mut assistant = assistant("http://127.0.0.1:9", made().fleet());
    assistant.model = None;
    let selected = Some("driver Bob Stone, load 4471");
    for (question, loads_of_it, line) in [
        ("which of his loads are late", &["4472"][..], "Only of driver Bob Stone."),
        ("what's late for him in Texas", &["4472"][..], "Only in Texas (by the stop"),
        ("which of his loads are not late", &["4471", "4472"][..], "Not understood: \"of his\", \"not\"."),
    ] {
        let mut conversation = Conversation::default();
        let answer = conversation.ask(&assistant, question, selected, &mut |_| ()).await.unwrap();
        assert!(answer.text.starts_with(line), "{question}: {}", answer.text);
        assert_eq!(loads(&answer), loads_of_it, "{question}: {}", answer.text);
    }
}

#[tokio::test]
async fn every_list_of_the_fleet_can_be_asked_of_a_part() {
    let fleet = made().fleet();
    for (question, tool, line) in [
        ("detention in Madison", "detention", "Only within 25 mi of Madison WI (by the stop)."),
        ("who is detained at Harbor Paper", "detention", "Only for customer or stop HARBOR PAPER."),
        (
            "which trucks are dark in Texas",
            "why_dark",
            "Only in Texas (by where it was last seen, to the nearest town).",
        ),
        ("what pickups aren't covered in Texas", "uncovered_pickups", "Only in Texas (by the pickup)."),
        (
            "which trucks not in Texas are dark",
            "why_dark",
            "Not understood: \"not\", \"in texas\". This is the whole fleet:",
        ),
        (
            "which pickups not in Texas are uncovered",
            "uncovered_pickups",
            "Not understood: \"not\", \"in texas\". This is the whole fleet:",
        ),
        ("handoff for klee", "open_exceptions", "Only of dispatcher klee."),
        (
            "who runs out of hours in Texas",
            "hours_running_out",
            "Only in Texas (by where the truck was last seen, to the nearest town).",
        ),
        ("detention over 3 hours", "detention", "Not understood: \"over 3 hours\". This is the whole fleet:"),
        (
            "trucks near Dallas with a reefer",
            "near",
            "Not understood: \"with reefer\". This is the answer without it:",
        ),
        (
            "who can reach Dallas in 5 hours",
            "near",
            "Not understood: \"in 5 hours\". This is the answer without it:",
        ),
        ("where is Quinn Iverson and his cousin", "get_driver_location", "Not understood: \"cousin\"."),
        (
            "what did bob do",
            "get_driver_location",
            "Not understood: \"did\". I only know how things stand now.",
        ),
        ("where's quinn iverson going", "get_driver_location", "Quinn Iverson drives tractor 418: "),
        ("where is bob jones", "get_driver_location", "UNKNOWN: there is no driver \"bob jones\""),
        ("can quinn iverson legally make it", "plan_legal_arrival", "Load 4471, Quinn Iverson"),
        ("when will quinn be there", "get_eta", "Load 4471, Quinn Iverson"),
    ] {
        let answer = answered(fleet.clone(), question).await;
        assert_eq!(answer.tools[0].name, tool, "{question}");
        assert!(answer.text.starts_with(line), "{question}: {}", answer.text);
    }
    let going = answered(fleet, "where's quinn iverson going").await;
    assert!(going.text.contains("load 4471, next stop Dallas TX") && !going.text.contains("Not understood"));
}

fn run(tool: Tool, arguments: &Value, fleet: Fleet) -> Result<Vec<String>, String> {
    let arguments: Map<String, Value> = arguments.as_object().unwrap().clone();
    tool.run(Args(&arguments), &facts(fleet, NOON)).map(|found| found.says)
}

#[test]
fn a_part_that_there_is_not_is_told_to_a_model_and_not_left_out() {
    for tool in [Tool::LateLoads, Tool::Detention, Tool::HoursRunningOut, Tool::OpenExceptions, Tool::WhyDark]
    {
        let why = run(tool, &json!({ "only": "texas, home depot" }), made().fleet()).unwrap_err();
        assert!(why.starts_with("UNKNOWN: \"home depot\" is no state"), "{why}");
    }
}

#[test]
fn who_is_out_of_hours_is_told_before_who_runs_out_and_who_rests_is_told_too() {
    let mut made = made();
    let names = ["Ann Out", "Cy Soon", "Di Spent"];
    for (name, rig) in names.into_iter().zip(["1", "2", "3"]) {
        made.rig(rig, DALLAS).name = name.into();
    }
    let count = made.drivers.len();
    let [out, soon, spent] = &mut made.drivers[count - 3..] else { unreachable!() };
    (out.hos_status, out.shift_left_s) = (backhaul::model::DutyStatus::Driving, Some(0));
    (soon.hos_status, soon.drive_left_s) = (backhaul::model::DutyStatus::Driving, Some(1800));
    spent.drive_left_s = Some(0);
    let says = run(Tool::HoursRunningOut, &json!({ "out": true }), made.fleet()).unwrap();
    assert!(says[0].starts_with("OUT OF HOURS NOW: 1 "), "{says:#?}");
    assert!(says[0].contains("1 more with no driving left"), "{says:#?}");
    assert!(says[1].starts_with("Ann Out: 14H has ended: OUT NOW"), "{says:#?}");
    let told = says.join("\n");
    assert!(
        told.contains("Cy Soon: 11H ends") && told.contains("by the clocks alone: Di Spent (off duty)."),
        "{told}"
    );
    let first = run(Tool::HoursRunningOut, &json!({}), made.fleet()).unwrap();
    assert!(first[0].contains("1 OUT NOW"), "{first:#?}");
    assert!(!first[1].starts_with("Ann Out"), "as the command has it: {first:#?}");
}

#[test]
fn less_than_a_minute_is_no_shortage() {
    let mut made = made();
    made.drivers[0].hos_status = backhaul::model::DutyStatus::OffDuty;
    let mut asks = |left_s: i64| {
        made.drivers[0].drive_left_s = Some(left_s);
        run(Tool::DriverHours, &json!({ "driver": "quinn", "drive_hours": 3 }), made.fleet())
            .unwrap()
            .join(" ")
    };
    assert!(asks(3 * 3600).contains("3h00 of driving: YES"), "{}", asks(3 * 3600));
    assert!(asks(3 * 3600 - 59).contains("3h00 of driving: YES"), "{}", asks(3 * 3600 - 59));
    assert!(asks(3 * 3600 - 60).contains("3h00 of driving: NO, 1m short."), "{}", asks(3 * 3600 - 60));
}

#[test]
fn what_is_around_a_place_can_be_asked_by_its_kind_and_without_a_load() {
    let near = |arguments: Value| run(Tool::Near, &arguments, made().fleet()).unwrap();
    let trailers = near(json!({ "place": "dallas", "kind": "trailer" }));
    assert!(trailers[0].contains("2 trailers") && trailers[1].starts_with("trailer 53"), "{trailers:#?}");
    let empty = near(json!({ "place": "dallas", "kind": "trailer", "empty": true }));
    assert!(empty[0].contains("1 trailers") && empty[1].starts_with("trailer 53013"), "{empty:#?}");
    let trucks = near(json!({ "place": "dallas", "kind": "tractor", "miles": 25 }));
    assert!(trucks[0].contains("1 tractors") && trucks[1].contains("Quinn Iverson"), "{trucks:#?}");
    let free = near(json!({ "place": "dallas", "free": true }));
    assert!(free[0].contains(" without a load: 0"), "{free:#?}");
    let why = run(Tool::Near, &json!({ "place": "dallas", "kind": "boat" }), made().fleet()).unwrap_err();
    assert!(why.contains("say driver, tractor or trailer"), "{why}");
}

#[test]
fn a_driver_is_one_row_wherever_he_is_told() {
    let row = |tool: Tool, arguments: Value| {
        let arguments: Map<String, Value> = arguments.as_object().unwrap().clone();
        tool.run(Args(&arguments), &facts(made().fleet(), NOON)).unwrap().rows.remove(0)
    };
    let mut searched = row(Tool::SearchDrivers, json!({ "query": "quinn" }));
    assert!(searched.as_object_mut().unwrap().remove("where").is_some());
    assert_eq!(searched, row(Tool::DriverHours, json!({ "driver": "quinn" })));
}
