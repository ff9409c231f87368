//! The daemon's log: to the journal, as JSON, finer by a signal, and never with a secret.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;

use backhaul::sim::Upstream;
use rustix::process::Signal;

use super::quick;
use crate::processes::{Office, Process, last_ok, wait};

/// Starts the daemon with these arguments besides, its log in the folder, told that the log is the journal.
fn daemon(office: &Office, arguments: &[&str], is_journal: bool) -> Process {
    let file = File::create(office.folder.path().join("log")).unwrap();
    let meta = file.metadata().unwrap();
    let mut command = office.command(&[&["--sync-only"], arguments].concat());
    let inode = if is_journal { meta.ino() } else { meta.ino() + 1 };
    command.env("JOURNAL_STREAM", format!("{}:{inode}", meta.dev()));
    Process(command.stderr(file).spawn().unwrap())
}

#[test]
fn lines_for_the_journal_have_a_priority_and_neither_time_nor_colour() {
    let office = quick();
    let config = fs::read_to_string(office.config()).unwrap();
    office.write_config(&config.replace(office.sim.samsara_token(), "wrong"));
    let _daemon = daemon(&office, &[], true);
    wait("a warning", || office.log("log").contains("<4>"));
    let log = office.log("log");
    assert!(
        log.lines().any(|line| line.starts_with("<6> INFO backhaul::daemon::serving: polling ")),
        "{log}"
    );
    assert!(log.lines().all(|line| line.starts_with('<') && !line.contains('\u{1b}')), "{log}");
    let has_time = |word: &str| word.parse::<jiff::Timestamp>().is_ok();
    assert!(
        !log.split_whitespace().any(|word| has_time(word.trim_start_matches(['<', '4', '6', '>']))),
        "{log}"
    );
}

#[test]
fn elsewhere_lines_have_their_time_and_no_priority() {
    let office = quick();
    let _daemon = daemon(&office, &[], false);
    wait("a line", || office.log("log").contains('\n'));
    let log = office.log("log");
    let first = log.lines().next().unwrap();
    let time: jiff::Timestamp = first.split(' ').next().unwrap().parse().unwrap();
    assert!(time.as_second() > 0, "{log}");
}

#[test]
fn every_line_is_an_object_where_that_is_asked_for() {
    let office = quick();
    let _daemon = daemon(&office, &["--log-format", "json"], false);
    wait("a line", || office.log("log").contains('\n'));
    let log = office.log("log");
    for line in log.lines() {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| object[key].as_str().unwrap().to_owned();
        assert!(text("timestamp").parse::<jiff::Timestamp>().is_ok(), "{line}");
        assert_eq!(
            (text("level").as_str(), text("target").starts_with("backhaul")),
            ("INFO", true),
            "{line}"
        );
        assert!(!text("message").is_empty(), "{line}");
    }
}

#[test]
fn a_signal_makes_the_log_finer_another_sets_it_back_and_no_level_tells_a_secret() {
    let office = quick();
    let daemon = daemon(&office, &["--log", "info"], false);
    office.wait_for_fleet("a first read", |fleet| last_ok(fleet, "mcleod", "orders").is_some());
    for level in ["debug", "trace", "trace"] {
        let lines = office.log("log").lines().count();
        daemon.signal(Signal::USR1);
        let said = format!("logging {level} now; SIGUSR2 goes back to info");
        wait(level, || office.log("log").lines().skip(lines).any(|line| line.contains(&said)));
    }
    let finest = office.sim.calls().len();
    for upstream in [Upstream::Samsara, Upstream::McLeod] {
        wait("calls at the finest level", || {
            office.sim.calls().iter().skip(finest).any(|call| call.upstream == upstream)
        });
    }
    let read_at = office.fleet().and_then(|fleet| last_ok(&fleet, "mcleod", "orders"));
    office.wait_for_fleet("their answers", |fleet| last_ok(fleet, "mcleod", "orders") > read_at);
    daemon.signal(Signal::USR2);
    let again = |times| office.log("log").matches("logging info again").count() == times;
    wait("set back", || again(1));
    // It says so before it does it, and a finer line may come in between: after the second word none can.
    daemon.signal(Signal::USR2);
    wait("set back before", || again(2));
    let read_at = office.fleet().and_then(|fleet| last_ok(&fleet, "mcleod", "orders"));
    office.wait_for_fleet("answers after it", |fleet| last_ok(fleet, "mcleod", "orders") > read_at);
    let log = office.log("log");
    for secret in [office.sim.samsara_token(), office.sim.mcleod_token()] {
        assert!(!log.contains(secret), "a secret is in the log");
    }
    let of_others = |line: &&str| {
        let words: Vec<&str> = line.split_whitespace().take(3).collect();
        matches!(words[..], [_, "DEBUG" | "TRACE" | "INFO", target] if !target.starts_with("backhaul"))
    };
    assert_eq!(log.lines().find(of_others), None, "finer lines of other crates stay off");
    let (_, after) = log.rsplit_once("logging info again").unwrap();
    assert!(!after.contains(" DEBUG ") && !after.contains(" TRACE "), "{after}");
}
