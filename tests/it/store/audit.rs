//! The audit: every action with how a thing was handled before and after it, and none that can be changed.

use std::time::Duration;

use backhaul::model::{
    Act, Deed, Exception, ExceptionKind, ExceptionState, RowText, Seen, Severity, Snooze, Step, Subject,
    SubjectKind, Timestamp, Touches,
};
use backhaul::store::{Access, Done, People, Store, Wanted, audit};
use backhaul::sync::JUDGE;
use serde_json::{Value, json};

use super::{Bench, START};
use crate::cli::{backhaul, code, home, stderr, stdout};

const LATE: &str = "schedule:TMS:0091";

fn late(company_id: &str) -> Exception {
    let company_id = Some(RowText::from(company_id));
    let touches =
        Touches { company_id: company_id.clone(), movement_id: Some("0091".into()), ..Touches::default() };
    let subject = Subject { kind: SubjectKind::Movement, company_id, id: "0091".into() };
    Exception {
        id: subject.exception_id(ExceptionKind::Late),
        subject,
        touches,
        kind: ExceptionKind::Late,
        severity: Severity::High,
        summary: "42m late at Memphis TN".into(),
        since_at: START,
        state: ExceptionState::Open,
        count: 1,
        first_raised_at: Some(START),
        raised_at: Some(START),
        computed_at: START,
        ..Exception::default()
    }
}

fn at(secs: u64) -> Timestamp {
    START.plus(Duration::from_secs(secs))
}

/// A database in which ann and bob worked on one load.
async fn worked_on() -> Bench {
    let bench = Bench::new();
    bench.store.write_exceptions(vec![Step::Raise(late("TMS"))]).await.unwrap();
    let mut people = People::open(&bench.path(), Access::Owner).unwrap();
    let seen = Seen { kind: ExceptionKind::Late, severity: Severity::High, count: 1, badness_s: 2520 };
    let snooze = Snooze { until_at: Some(at(900)), worse_by_s: None };
    let acts = [
        ("ann", 10, Deed::Claim),
        ("bob", 20, Deed::Claim),
        ("bob", 30, Deed::Note("told the receiver".into())),
        ("ann", 40, Deed::Snooze(snooze)),
    ];
    for (user, secs, deed) in acts {
        let act = Act { at: at(secs), user: user.into(), host: "box".into(), deed, seen };
        people.act(LATE, &act).unwrap();
    }
    bench
}

fn json_of(text: Option<&String>) -> Value {
    text.map_or(Value::Null, |text| serde_json::from_str(text).unwrap())
}

#[tokio::test]
async fn every_action_says_how_things_stood_before_and_after() {
    let bench = worked_on().await;
    let done = audit(&bench.path(), &Wanted::default()).unwrap();
    let verbs: Vec<_> = done.iter().map(|one| (one.user.as_str(), one.verb.as_str())).collect();
    assert_eq!(verbs, [("ann", "claim"), ("bob", "claim"), ("bob", "note"), ("ann", "snooze")]);
    assert!(done.iter().all(|one| one.movement_id.as_deref() == Some("0091")), "{done:?}");
    assert!(done.iter().all(|one| one.about.as_deref() == Some("42m late at Memphis TN")));
    let handled = |claimed_by: Value, snoozed_by: Value, notes: u64| json!({"claimed_by": claimed_by, "accepted_by": null, "acked_by": [], "snoozed_by": snoozed_by, "notes": notes});
    let states: Vec<_> =
        done.iter().map(|one| (json_of(one.before.as_ref()), json_of(one.after.as_ref()))).collect();
    let none = json!([]);
    assert_eq!(states[0], (handled(Value::Null, none.clone(), 0), handled(json!("ann"), none.clone(), 0)));
    assert_eq!(states[1], (handled(json!("ann"), none.clone(), 0), handled(json!("bob"), none.clone(), 0)));
    assert_eq!(states[2].1, handled(json!("bob"), none, 1));
    assert_eq!(states[3].1, handled(json!("bob"), json!(["ann"]), 1));
    assert!(states.windows(2).all(|pair| pair[0].1 == pair[1].0), "one ends where the next begins");
    assert_eq!(done[3].until_at, Some(at(900)));
    assert_eq!(done[2].text.as_deref(), Some("told the receiver"));

    let users = |wanted: Wanted<'_>| -> Vec<String> {
        audit(&bench.path(), &wanted).unwrap().into_iter().map(|one| one.user).collect()
    };
    assert_eq!(users(Wanted { user: Some("bob"), ..Wanted::default() }), ["bob", "bob"]);
    assert_eq!(users(Wanted { since: Some(at(30)), ..Wanted::default() }), ["bob", "ann"]);
    assert_eq!(users(Wanted { load: Some("0091"), ..Wanted::default() }).len(), 4);
    assert_eq!(users(Wanted { load: Some("0092"), ..Wanted::default() }).len(), 0);
}

#[tokio::test]
async fn what_was_done_outlives_what_it_was_done_about() {
    let bench = worked_on().await;
    bench.store.write_exceptions(vec![Step::Forget(LATE.into())]).await.unwrap();
    let done = audit(&bench.path(), &Wanted { load: Some("0091"), ..Wanted::default() }).unwrap();
    assert_eq!(done.len(), 4);
    assert_eq!(done[0].about.as_deref(), Some("42m late at Memphis TN"));
}

#[tokio::test]
async fn nobody_changes_what_was_done_or_takes_it_away() {
    let bench = worked_on().await;
    let raw = rusqlite::Connection::open(bench.path()).unwrap();
    let insert = "INSERT INTO actions (at, user, host, verb, kind, subject_id, text) VALUES (1, 'ann', 'box', 'note', 'tractor', 'samsara:1', 'slow leak')";
    raw.execute(insert, []).unwrap();
    let before: Vec<Done> = audit(&bench.path(), &Wanted::default()).unwrap();
    for change in [
        "DELETE FROM actions",
        "UPDATE actions SET user = 'eve'",
        "UPDATE actions SET text = 'nothing' WHERE verb = 'note'",
        "UPDATE actions SET handled_after = NULL",
        "UPDATE actions SET id = id + 100",
        "UPDATE actions SET rowid = rowid + 100",
        "UPDATE actions SET subject_id = 'schedule:TMS:0092' WHERE verb = 'claim'",
        "UPDATE actions SET noted_on = subject_id",
        "UPDATE actions SET kind = 'tractor'",
        "UPDATE actions SET text = 'nothing' WHERE kind = 'tractor'",
        "UPDATE actions SET kind = 'exception', subject_id = 'schedule:TMS:0091' WHERE kind = 'tractor'",
    ] {
        let refused = raw.execute(change, []).unwrap_err().to_string();
        assert!(refused.contains("what people did is only added to"), "{change}: {refused}");
    }
    assert_eq!(audit(&bench.path(), &Wanted::default()).unwrap(), before);
    let moving = "UPDATE actions SET noted_on = subject_id, subject_id = 'samsara:2' WHERE kind = 'tractor'";
    assert_eq!(raw.execute(moving, []).unwrap(), 1, "a unit that was acted on may be joined with another");
}

#[test]
fn what_was_done_before_it_was_written_down_whole_is_kept_and_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b.db");
    let steps = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let mut steps: Vec<_> = std::fs::read_dir(steps).unwrap().map(|entry| entry.unwrap().path()).collect();
    steps.retain(|path| path.extension().is_some_and(|end| end == "sql"));
    steps.sort();
    let raw = rusqlite::Connection::open(&path).unwrap();
    for step in &steps[..12] {
        raw.execute_batch(&std::fs::read_to_string(step).unwrap()).unwrap();
    }
    raw.pragma_update(None, "user_version", 12).unwrap();
    let sql = "INSERT INTO actions (at, user, host, verb, kind, subject_id, text)
               VALUES (?1, 'ann', 'box', 'note', 'exception', ?2, 'called')";
    raw.execute(sql, rusqlite::params![at(5).millis(), LATE]).unwrap();
    drop(raw);
    // Whoever polls brings it up.
    drop(Store::open(&path, Access::Owner, JUDGE, at(6)).unwrap());
    let done = audit(&path, &Wanted::default()).unwrap();
    let told = done.iter().map(|one| (one.text.as_deref(), one.before.as_deref(), one.after.as_deref()));
    assert_eq!(told.collect::<Vec<_>>(), [(Some("called"), None, None)]);
    let raw = rusqlite::Connection::open(&path).unwrap();
    assert!(raw.execute("DELETE FROM actions", []).is_err(), "it too stays now");
}

#[tokio::test]
async fn the_command_prints_it_for_people_and_for_programs() {
    let bench = worked_on().await;
    let raw = rusqlite::Connection::open(bench.path()).unwrap();
    raw.execute(
        "INSERT INTO actions (at, user, host, verb, kind, subject_id) VALUES (?1, 'cy', 'box', 'ack', 'exception', ?2)",
        rusqlite::params![at(50).millis(), LATE],
    )
    .unwrap();
    let home = home();
    let database = format!("sqlite:{}", bench.path().display());
    let run = |arguments: &[&str]| {
        let output = backhaul(home.path(), &[&["audit", "--database", &database], arguments].concat());
        assert_eq!((code(&output), stderr(&output).as_str()), (0, ""), "{arguments:?}");
        stdout(&output)
    };
    let rows: Value = serde_json::from_str(&run(&["--json"])).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 5);
    assert_eq!(rows[1]["user"], "bob");
    assert_eq!(
        (&rows[1]["before"]["claimed_by"], &rows[1]["after"]["claimed_by"]),
        (&json!("ann"), &json!("bob"))
    );
    assert_eq!(Timestamp::parse(rows[1]["at"].as_str().unwrap()), Some(at(20)));
    for unknown in ["about", "before", "after"] {
        assert_eq!(rows[4][unknown], Value::Null, "an older version wrote that down nowhere");
    }
    assert!(
        rows.as_array().unwrap().iter().all(|row| row["company_id"] == "TMS" && row["movement_id"] == "0091")
    );
    let table = run(&[]);
    assert!(table.contains("claimed by ann") && table.contains("note: told the receiver"), "{table}");
    assert!(table.lines().last().unwrap().contains("not written down"), "{table}");
    let csv = run(&["--csv", "--user", "bob"]);
    assert!(csv.starts_with("at,user,host,verb,kind,subject_id,company_id,movement_id,about,text,"), "{csv}");
    assert_eq!(csv.lines().count(), 3, "{csv}");
    let nothing = backhaul(home.path(), &["audit", "--json", "--user", "eve", "--database", &database]);
    assert_eq!((code(&nothing), stdout(&nothing).as_str()), (0, "[]\n"));
    let wrong = backhaul(home.path(), &["audit", "--since", "long", "--database", &database]);
    assert_eq!(code(&wrong), 2);
    assert!(stderr(&wrong).contains("--since: expected a duration"), "{}", stderr(&wrong));
}

#[tokio::test]
async fn loads_of_two_companies_that_have_one_number_are_told_apart() {
    let bench = worked_on().await;
    let other = late("TMS2");
    bench.store.write_exceptions(vec![Step::Raise(other.clone())]).await.unwrap();
    let mut people = People::open(&bench.path(), Access::Owner).unwrap();
    let seen = Seen { kind: ExceptionKind::Late, severity: Severity::High, count: 1, badness_s: 2520 };
    let act = Act { at: at(50), user: "cy".into(), host: "box".into(), deed: Deed::Ack, seen };
    people.act(&other.id, &act).unwrap();
    let home = home();
    let database = format!("sqlite:{}", bench.path().display());
    let run =
        |load: &str| backhaul(home.path(), &["audit", "--json", "--load", load, "--database", &database]);
    for (load, count) in [("TMS/0091", 4), ("TMS2/0091", 1)] {
        let output = run(load);
        assert_eq!((code(&output), stderr(&output).as_str()), (0, ""), "{load}");
        let rows: Value = serde_json::from_str(&stdout(&output)).unwrap();
        let companies: Vec<_> = rows.as_array().unwrap().iter().map(|row| &row["company_id"]).collect();
        assert_eq!(companies, vec![&json!(load.split_once('/').unwrap().0); count], "{load}");
    }
    let both = run("0091");
    assert_eq!((code(&both), stdout(&both).as_str()), (1, ""));
    assert!(stderr(&both).contains("say which, as TMS/0091 or TMS2/0091"), "{}", stderr(&both));
}

#[tokio::test]
async fn of_an_older_action_only_what_is_known_is_told() {
    let bench = Bench::new();
    let of_a_driver = Subject { kind: SubjectKind::Driver, company_id: None, id: "mcleod:7".into() };
    let exception =
        Exception { id: of_a_driver.exception_id(ExceptionKind::Late), subject: of_a_driver, ..late("TMS") };
    bench.store.write_exceptions(vec![Step::Raise(exception.clone())]).await.unwrap();
    let raw = rusqlite::Connection::open(bench.path()).unwrap();
    let insert = "INSERT INTO actions (at, user, host, verb, kind, subject_id) VALUES (1, 'cy', 'box', 'ack', 'exception', ?1)";
    raw.execute(insert, [&exception.id]).unwrap();
    let done = audit(&bench.path(), &Wanted::default()).unwrap();
    assert_eq!(
        (&done[0].company_id, &done[0].movement_id, &done[0].about),
        (&None, &None, &None),
        "he has that load now"
    );
}
