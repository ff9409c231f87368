//! A newer program was here: an older one writes no more, says so, and at most looks on.

use backhaul::store::{SCHEMA, leader};

use super::quick;
use crate::processes::{Office, last_ok, wait};
use crate::pty::Pty;

/// Makes the database one of the next version, which ours may read, or not.
fn renew(office: &Office, is_readable: bool) {
    let raw = rusqlite::Connection::open(office.database()).unwrap();
    raw.execute("UPDATE readers SET oldest = ?1", [if is_readable { SCHEMA } else { SCHEMA + 1 }]).unwrap();
    raw.pragma_update(None, "user_version", SCHEMA + 1).unwrap();
}

fn words() -> String {
    format!("the database has schema {}, this program knows {SCHEMA}: use the newer backhaul", SCHEMA + 1)
}

#[test]
fn a_daemon_that_was_running_when_a_newer_program_came_ends_and_has_written_nothing_more() {
    let office = quick();
    let mut daemon = office.daemon("log");
    office.wait_for_fleet("a first read", |fleet| last_ok(fleet, "mcleod", "orders").is_some());
    renew(&office, true);
    let raw = rusqlite::Connection::open(office.database()).unwrap();
    let written = || -> (i64, i64) {
        let read = "SELECT (SELECT max(rev) FROM revisions), (SELECT max(last_try_at) FROM feeds)";
        raw.query_row(read, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    };
    let before = written();
    assert_eq!(daemon.ended().code(), Some(1), "{}", office.log("log"));
    assert_eq!(written(), before, "not a word after it");
    assert!(office.log("log").contains(&words()), "{}", office.log("log"));
    assert_eq!(leader(&office.database()), None);
    let again = office.output(&["--sync-only"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains(&words()));
}

#[test]
fn an_older_console_at_a_newer_database_says_so_and_looks_on_where_that_is_right() {
    let office = Office::frozen(4);
    assert!(office.output(&["--sync-only", "--once"]).status.success());
    renew(&office, true);
    let mut refused = Pty::console(&office, &[], 24, 100);
    refused.wait_for(&format!("backhaul: the database has schema {}", SCHEMA + 1));
    assert!(!refused.ended().success());
    let all = refused.text().replace('\n', "");
    assert!(all.contains("or look on with --view-only"), "{}", refused.text());
    let mut console = Pty::console(&office, &["--view-only"], 24, 100);
    console.wait_for("READ ONLY");
    console.wait_for("read only: the database has schema");
    console.press("\u{1b}");
    wait("the notice is put away", || !console.text().contains("read only: the database"));
    console.press("a");
    console.wait_for("not done: the database has schema");
    console.press("q");
    assert!(console.ended().success());
    let raw = rusqlite::Connection::open(office.database()).unwrap();
    let written: i64 = raw.query_row("SELECT count(*) FROM viewers", [], |row| row.get(0)).unwrap();
    assert_eq!(written, 0);
    let rows = office.output(&["tractors", "--json"]);
    assert!(rows.status.success());
    assert!(String::from_utf8_lossy(&rows.stderr).contains("what a newer backhaul added is not shown"));
    let doctor = String::from_utf8(office.output(&["doctor"]).stdout).unwrap();
    assert!(doctor.contains("it is only read"), "{doctor}");
}

#[test]
fn what_a_newer_program_gave_another_meaning_is_shown_to_nobody() {
    let office = Office::frozen(4);
    assert!(office.output(&["--sync-only", "--once"]).status.success());
    renew(&office, false);
    for arguments in [&["--view-only"][..], &["tractors"], &["status"], &["late"]] {
        let refused = office.output(arguments);
        let text = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{arguments:?}: {text}");
        assert!(text.contains(&words()) && !text.contains("--view-only"), "{arguments:?}: {text}");
    }
}
