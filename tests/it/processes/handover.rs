//! One poller at a time, whatever happens to it.

use std::time::{Duration, Instant};

use backhaul::store::leader;
use backhaul::sync::Clock;
use rustix::process::Signal;

use super::{Office, SLACK, last_ok, wait};
use crate::pty::Pty;

#[test]
fn a_killed_poller_leaves_whole_batches_and_another_takes_over_within_five_seconds() {
    let office = Office::new(10);
    let mut first = office.daemon("first");
    office.wait_for_fleet("a first read", |fleet| last_ok(fleet, "mcleod", "orders").is_some());
    let second = office.daemon("second");
    wait("the second stands by", || office.log("second").contains("standing by"));
    assert_eq!(leader(&office.database()).unwrap().pid, first.pid());
    let before = office.fleet().unwrap();

    first.signal(Signal::KILL);
    let began = Instant::now();
    wait("the second polls", || leader(&office.database()).is_some_and(|leader| leader.pid == second.pid()));
    assert!(began.elapsed() < Duration::from_secs(5) + SLACK);
    first.ended();

    let raw = rusqlite::Connection::open(office.database()).unwrap();
    let verdict: String = raw.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
    let after = office.fleet().unwrap();
    assert!(
        after.revision >= before.revision && after.orders.len() >= before.orders.len(),
        "nothing committed was lost"
    );
    let killed_at = last_ok(&before, "samsara", "vehicle_stats");
    office.wait_for_fleet("positions go on", |fleet| last_ok(fleet, "samsara", "vehicle_stats") > killed_at);
}

#[test]
fn a_poller_killed_at_any_moment_leaves_no_half_batch() {
    let office = Office::new(40);
    for round in 0..6_u64 {
        let mut daemon = office.daemon("log");
        let calls = office.sim.calls().len();
        // Killed after another number of calls each time: in the rosters, in the loads, in between.
        wait("some calls", || office.sim.calls().len() >= calls + 3 + usize::try_from(round * 5).unwrap());
        daemon.signal(Signal::KILL);
        daemon.ended();
        let raw = rusqlite::Connection::open(office.database()).unwrap();
        let verdict: String = raw.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(verdict, "ok");
        let orphans: i64 = raw
            .query_row(
                "SELECT (SELECT count(*) FROM unit_links WHERE kind = 'tractor' AND unit_id NOT IN (SELECT id FROM tractors))
                      + (SELECT count(*) FROM tractors WHERE id NOT IN (SELECT unit_id FROM unit_links WHERE kind = 'tractor'))",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(orphans, 0, "a batch was cut in half");
    }
}

#[test]
fn once_says_who_polls_when_another_does() {
    let office = Office::new(5);
    let daemon = office.daemon("log");
    wait("it polls", || leader(&office.database()).is_some());
    let refused = office.output(&["--sync-only", "--once"]);
    assert_eq!(refused.status.code(), Some(1));
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(text.contains("already polls") && text.contains(&daemon.pid().to_string()), "{text}");
}

#[test]
fn an_open_console_makes_the_daemon_poll_at_once_and_at_the_active_interval() {
    let office = Office::new(5);
    let _daemon = office.daemon("log");
    office.wait_for_fleet("a first read", |fleet| last_ok(fleet, "samsara", "vehicle_stats").is_some());
    let clock = Clock::system();
    let positions = || {
        let calls = office.sim.calls();
        calls
            .iter()
            .filter(|call| call.path.contains("/vehicles/stats/feed"))
            .map(|call| call.at)
            .collect::<Vec<_>>()
    };
    // Samsara asks for 5 s after a caught-up feed; beyond that a look is answered within a second.
    let read_at = *positions().last().unwrap();
    wait("the pause is over", || clock.now().since(read_at) > Duration::from_millis(5500));
    let (before, looked_at) = (positions().len(), clock.now());
    let _console = Pty::console(&office, &["--view-only"], 24, 80);
    wait("three reads", || positions().len() >= before + 3);
    let times = positions();
    assert!(
        times[before].since(looked_at) < Duration::from_secs(1) + SLACK,
        "woken after {:?}",
        times[before].since(looked_at)
    );
    for two in times[before..before + 3].windows(2) {
        let apart = two[1].since(two[0]);
        assert!(apart > Duration::from_millis(4900) && apart < Duration::from_secs(5) + SLACK, "{apart:?}");
    }
}

#[test]
fn a_locked_database_is_waited_out_and_does_not_hold_up_a_stop() {
    let office = Office::new(5);
    let config = std::fs::read_to_string(office.config()).unwrap();
    office.write_config(&format!("{config}\n[polling]\nidle = \"1s\"\nmovements_idle = \"1s\"\n"));
    let mut daemon = office.daemon("log");
    office.wait_for_fleet("a first read", |fleet| last_ok(fleet, "mcleod", "orders").is_some());
    let somebody = rusqlite::Connection::open(office.database()).unwrap();
    somebody.execute_batch("BEGIN IMMEDIATE").unwrap();
    wait("it says what it waits for", || office.log("log").contains("trying again"));
    somebody.execute_batch("COMMIT").unwrap();
    let before = office.fleet().unwrap();
    let read_at = last_ok(&before, "mcleod", "orders");
    office.wait_for_fleet("it goes on", |fleet| last_ok(fleet, "mcleod", "orders") > read_at);

    somebody.execute_batch("BEGIN IMMEDIATE").unwrap();
    let calls = office.sim.calls().len();
    wait("something is to be written", || office.sim.calls().len() > calls + 1);
    let began = Instant::now();
    daemon.signal(Signal::TERM);
    assert!(daemon.ended().success());
    assert!(began.elapsed() < Duration::from_secs(2) + SLACK, "{:?}", began.elapsed());
}

#[test]
fn one_database_by_two_names_has_one_poller() {
    let office = Office::new(5);
    let _first = office.daemon("first");
    wait("it polls", || leader(&office.database()).is_some());
    let link = office.folder.path().join("link.db");
    std::os::unix::fs::symlink(office.database(), &link).unwrap();
    let refused =
        office.output(&["--sync-only", "--once", "--database", &format!("sqlite:{}", link.display())]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("already polls"));
}
