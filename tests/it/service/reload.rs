//! SIGHUP: the daemon reads its configuration anew, or says why it does not.

use std::fs;

use backhaul::store::leader;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use rustix::process::Signal;

use super::{Manager, quick};
use crate::processes::{Office, last_ok, wait};

#[test]
fn a_good_configuration_takes_effect_and_every_key_that_changed_is_named() {
    let office = quick();
    let before = fs::read_to_string(office.config()).unwrap();
    let mut manager = Manager::of(&office);
    let daemon = manager.start(&office, "log", "");
    office.wait_for_fleet("a first read", |fleet| last_ok(fleet, "samsara", "vehicle_stats").is_some());
    let after = before.replace("idle = \"1s\"\nmovements_idle", "idle = \"7s\"\nmovements_idle");
    let token = office.sim.samsara_token();
    office.write_config(&after.replace(token, "another-token"));
    let so_far = manager.told.len();
    daemon.signal(Signal::HUP);
    let reloading =
        manager.wait_for(so_far, "RELOADING", |told| told.starts_with("RELOADING=1\nMONOTONIC_USEC="));
    manager.wait_for(reloading, "READY", |told| told.starts_with("READY=1\n"));
    office.wait_for_fleet("the new token holds, which is refused", |fleet| {
        let positions = fleet.feeds.iter().find(|feed| feed.resource == "vehicle_stats").unwrap();
        positions.error.as_deref().is_some_and(|error| error.contains("credentials refused"))
    });
    let log = office.log("log");
    assert!(log.contains("configuration read anew: polling.idle \"1s\" → \"7s\""), "{log}");
    assert!(log.contains("configuration read anew: eld.samsara.api_token changed"), "{log}");
    assert!(!log.contains(token) && !log.contains("another-token"), "{log}");

    // A refused credential is tried at once after a change, not after five minutes.
    office.write_config(&after);
    daemon.signal(Signal::HUP);
    office.wait_for_fleet("the mended token is tried at once, at the new interval", |fleet| {
        let of = |resource| fleet.feeds.iter().find(|feed| feed.resource == resource).unwrap();
        let positions = of("vehicle_stats");
        positions.error.is_none() && positions.interval_s == 7
    });
    assert_eq!(leader(&office.database()).unwrap().pid, daemon.pid(), "the lease was never let go");
}

#[test]
fn a_broken_configuration_is_refused_by_line_and_key_and_polling_goes_on() {
    let office = quick();
    let good = fs::read_to_string(office.config()).unwrap();
    let mut manager = Manager::of(&office);
    let daemon = manager.start(&office, "log", "");
    office.wait_for_fleet("a first read", |fleet| last_ok(fleet, "mcleod", "orders").is_some());
    let refused = |manager: &mut Manager| {
        let so_far = manager.told.len();
        daemon.signal(Signal::HUP);
        let ready = "READY=1\nSTATUS=the changed configuration was refused, see the log";
        manager.wait_for(so_far, "READY", |told| told == ready)
    };
    let line = good.lines().count() + 1;
    office.write_config(&format!("{good}rostr = \"9s\"\n"));
    let ready = refused(&mut manager);
    manager.wait_for(ready, "that it is so still", |told| {
        told == "STATUS=polling 2 accounts; the changed configuration was refused, see the log"
    });
    let named = format!(
        "{}:{line}: polling.rostr: there is no such key; did you mean `roster`?",
        office.config().display()
    );
    assert!(office.log("log").contains(&named), "{}", office.log("log"));

    office.write_config("");
    refused(&mut manager);
    assert!(office.log("log").contains("there is nothing to poll"), "{}", office.log("log"));

    // Readable by others, though it holds secrets.
    office.write_config(&good);
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    fs::set_permissions(office.config(), open).unwrap();
    refused(&mut manager);
    assert!(office.log("log").contains("run: chmod 600"), "{}", office.log("log"));

    let read_at = office.fleet().and_then(|fleet| last_ok(&fleet, "mcleod", "orders"));
    office.wait_for_fleet("polling goes on", |fleet| last_ok(fleet, "mcleod", "orders") > read_at);
}

#[test]
fn what_cannot_change_while_it_runs_is_said_to_need_a_restart() {
    let office = quick();
    let good = fs::read_to_string(office.config()).unwrap();
    let daemon = office.daemon("log");
    office.wait_for_fleet("a first read", |fleet| last_ok(fleet, "mcleod", "orders").is_some());
    let elsewhere = office.folder.path().join("elsewhere.db");
    let here = office.database();
    office.write_config(&good.replace(here.to_str().unwrap(), elsewhere.to_str().unwrap()));
    daemon.signal(Signal::HUP);
    wait("it says so", || office.log("log").contains("restart it to take on database.url"));
    let read_at = office.fleet().and_then(|fleet| last_ok(&fleet, "mcleod", "orders"));
    office.wait_for_fleet("the same database goes on", |fleet| last_ok(fleet, "mcleod", "orders") > read_at);
    assert!(!elsewhere.exists());
    office.write_config(&good);
    daemon.signal(Signal::HUP);
    wait("it says that all is as it was", || {
        office.log("log").contains("configuration read anew: nothing changed")
    });
}

#[test]
fn a_daemon_at_a_terminal_ends_with_the_terminal() {
    let office = Office::new(5);
    let pair = native_pty_system().openpty(PtySize::default()).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_backhaul"));
    command.env_clear();
    command.env("HOME", office.folder.path());
    command.env("BACKHAUL_CONFIG", office.config());
    command.arg("--sync-only");
    let mut daemon = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    wait("it polls", || leader(&office.database()).is_some());
    drop(pair.master);
    wait("it ends", || daemon.try_wait().unwrap().is_some());
    assert_eq!(leader(&office.database()), None);
}
