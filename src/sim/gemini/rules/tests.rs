//! Questions, and what the demo model calls for them.

use super::*;

fn check(selected: &str, question: &str, expected: &str) {
    let text = format!("{question}{SELECTED}{selected})");
    let text = if selected.is_empty() { question.to_owned() } else { text };
    let names = [
        "near",
        "why_dark",
        "late_loads",
        "uncovered_pickups",
        "get_driver_location",
        "get_driver_hours",
        "trailer_where",
        "get_movement_status",
        "plan_legal_arrival",
        "best_drivers",
    ];
    let declared: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
    let asked = json!({
        "contents": [{ "role": "user", "parts": [{ "text": text }] }],
        "tools": [{ "functionDeclarations": declared }],
    });
    let called = match said(&asked) {
        Said::Calls(calls) => calls.into_iter().map(|(name, args)| format!("{name} {args}")).collect(),
        Said::Text(_) => Vec::new(),
    };
    assert_eq!(called.first().map_or("", String::as_str), expected, "{question}");
}

#[test]
fn what_is_selected_is_in_no_question_that_does_not_point_at_it() {
    let both = "driver Ann Stone, load 0412";
    check(both, "who is near Dallas", r#"near {"place":"dallas"}"#);
    check(both, "where is Ray Ortiz", r#"get_driver_location {"driver":"ray ortiz"}"#);
    check(both, "what is late and why is that", "late_loads {}");
    check(both, "can 0263307 make it", r#"plan_legal_arrival {"driver":"0263307"}"#);
    check(both, "can this make it", r#"plan_legal_arrival {"movement":"0412"}"#);
    check(both, "where is he", r#"get_driver_location {"driver":"Ann Stone"}"#);
    check(both, "who is near him", r#"near {"place":"Ann Stone"}"#);
    check(both, "who else can take this load", r#"best_drivers {"movement":"0412"}"#);
    check("trailer V1", "where is this", r#"trailer_where {"trailer":"V1"}"#);
}

#[test]
fn a_drivers_hours_are_asked_for_by_name() {
    check("", "how many hours does Ana Ruiz have left", r#"get_driver_hours {"driver":"ana ruiz"}"#);
    check("", "what are Ana Ruiz's hours", r#"get_driver_hours {"driver":"ana ruiz"}"#);
    let three = r#"get_driver_hours {"drive_hours":3.0,"driver":"ana ruiz"}"#;
    check("", "can Ana Ruiz drive 3 more hours", three);
    check(
        "driver Ann Stone",
        "how many hours does he have left",
        r#"get_driver_hours {"driver":"Ann Stone"}"#,
    );
    for refused in
        ["make 418 drive 2 more hours", "can you make 418 drive 2 more hours", "where does Ann Stone live"]
    {
        check("", refused, "");
    }
}

#[test]
fn a_fleet_is_asked_about_in_few_words() {
    check("", "which trucks are dark", "why_dark {}");
    check("", "why is 418 not updating", r#"why_dark {"unit":"418"}"#);
    check("", "what is uncovered", "uncovered_pickups {}");
    check("", "is it late", "");
    check("", "what's late in Texas", r#"late_loads {"only":"texas"}"#);
    check("", "late in the next 4 hours for klee", r#"late_loads {"only":"klee","within_hours":4.0}"#);
    check("", "what is late near Dallas", r#"late_loads {"only":"dallas"}"#);
    check("", "which trucks are dark in Utah", r#"why_dark {"only":"utah"}"#);
    check("", "can Ana Ruiz legally make it", r#"plan_legal_arrival {"driver":"ana ruiz"}"#);
    check("", "where is Ana Ruiz going", r#"get_driver_location {"driver":"ana ruiz"}"#);
}

#[test]
fn a_part_that_is_none_is_said_and_all_of_the_fleet_is_asked_about() {
    let why =
        "UNKNOWN: \"mars\" is no state, place or customer. Without it, this is asked of the whole fleet";
    let turn = |errors: usize| {
        let call = json!({ "functionCall": { "name": "detention", "args": { "only": "mars" } } });
        let result =
            json!({ "functionResponse": { "name": "detention", "response": { "error": { "data": why } } } });
        let mut contents =
            vec![json!({ "role": "user", "parts": [{ "text": "what is in detention on mars" }] })];
        for _ in 0..errors {
            contents.push(json!({ "role": "model", "parts": [call] }));
            contents.push(json!({ "role": "user", "parts": [result] }));
        }
        said(&json!({
            "contents": contents,
            "tools": [{ "functionDeclarations": [{ "name": "detention" }] }],
        }))
    };
    assert_eq!(turn(0), Said::Calls(vec![("detention".to_owned(), json!({ "only": "mars" }))]));
    assert_eq!(turn(1), Said::Calls(vec![("detention".to_owned(), json!({}))]));
    assert!(matches!(turn(2), Said::Text(text) if text.starts_with(why)), "and not for ever");
}
