//! `doctor`: what fails, what does not, and that every failure comes with its remedy.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use backhaul::commands::Format;
use backhaul::commands::doctor::{
    Account, Check, Database, Disk, Facts, File, Secret, Terminal, Tried, checks, print, unproven,
};
use backhaul::model::{
    Conflict, FeedStatus, Fleet, Leader, RecordName, SetAside, Timestamp, UnitKind, Waiting, Wish,
};
use backhaul::store::Examination;
use serde_json::Value;

use super::{backhaul, code, command, home, stderr, stdout};
use backhaul::sim::Upstream;

use crate::processes::Office;
use crate::store::{Bench, tractor};

const NOW: Timestamp = Timestamp::from_secs(1_772_560_800);

fn ago(secs: u64) -> Timestamp {
    NOW.minus(Duration::from_secs(secs))
}

fn feed(resource: &str, read: Option<Timestamp>, error: Option<&str>) -> FeedStatus {
    FeedStatus {
        account: "samsara".into(),
        resource: resource.into(),
        interval_s: 5,
        last_try_at: Some(ago(4)),
        last_ok_at: read,
        error: error.map(str::to_owned),
        error_since_at: error.map(|_| ago(600)),
        ..FeedStatus::default()
    }
}

/// Everything as it should be.
fn sound() -> Facts {
    let mut fleet = Fleet::default();
    fleet.feeds = vec![feed("vehicle_stats", Some(ago(4)), None)];
    let examined = Examination { written_at: Some(ago(4)), ..Examination::default() };
    Facts {
        file: Some(PathBuf::from("/etc/backhaul/config.toml")),
        file_exists: true,
        passed_over: false,
        can_poll: true,
        mistakes: Vec::new(),
        accounts: vec![
            Account { name: "samsara".into(), off: None, is_wanted: true },
            Account { name: "gemini".into(), off: Some("api_key is not set".into()), is_wanted: false },
        ],
        secrets: vec![Secret {
            account: "samsara".into(),
            key: "eld.samsara.api_token".into(),
            reference: Some("env:TOKEN".into()),
            missing: None,
        }],
        wishes: Vec::new(),
        files: vec![File { path: "/var/b.db".into(), mode: 0o600, forbidden: 0o077 }],
        database: Some(Ok(Database { url: "sqlite:/var/b.db".into(), fleet: Arc::new(fleet), examined })),
        tried: Vec::new(),
        ahead: vec![("samsara".into(), -1)],
        disk: Some(Disk { folder: "/var".into(), free: 9 << 30 }),
        leader: Some(Leader { pid: 7, host: "box".into(), since_at: ago(7200) }),
        terminal: Terminal {
            is_terminal: true,
            term: Some("xterm".into()),
            locale: Some("en_US.UTF-8".into()),
            colors: None,
            in_tmux: false,
            no_color: false,
        },
        now: NOW,
    }
}

fn database(facts: &mut Facts) -> &mut Database {
    facts.database.as_mut().unwrap().as_mut().unwrap()
}

/// What fails once `harm` is done to sound facts: "check subject: message", and the remedy below.
fn failures(harm: impl FnOnce(&mut Facts)) -> Vec<String> {
    let mut facts = sound();
    harm(&mut facts);
    let failed = checks(&facts).into_iter().filter(|check| !check.ok);
    failed
        .map(|Check { check, subject, message, remedy, .. }| {
            format!("{check} {subject}: {message}\n{}", remedy.unwrap())
        })
        .collect()
}

fn of_fleet(facts: &mut Facts, harm: impl FnOnce(&mut Fleet)) {
    harm(Arc::make_mut(&mut database(facts).fleet));
}

#[test]
fn nothing_fails_where_all_is_well() {
    assert_eq!(failures(|_| {}), [] as [&str; 0]);
    assert_eq!(failures(|facts| facts.terminal = Terminal::default()), [] as [&str; 0], "no terminal");
    let mut facts = sound();
    facts.terminal.in_tmux = true;
    let told = checks(&facts).into_iter().find(|check| check.subject == "tmux").unwrap();
    assert!(told.ok && told.message.contains("allow-passthrough"), "{told:?}");
}

#[test]
fn settings_fail_with_what_mends_them() {
    assert_eq!(
        failures(|facts| facts.secrets[0].missing = Some("environment variable TOKEN is not set".into())),
        [] as [&str; 0],
        "the poller reads that account: it has what this process lacks"
    );
    assert_eq!(
        failures(|facts| {
            of_fleet(facts, |fleet| fleet.feeds[0].account = "other".into());
            facts.secrets[0].missing = Some("environment variable TOKEN is not set".into());
            facts.accounts[0].off = Some("api_token: environment variable TOKEN is not set".into());
        }),
        ["secret eld.samsara.api_token: environment variable TOKEN is not set; samsara is off\n\
          set TOKEN where the poller runs (systemd: EnvironmentFile=), or write another reference"]
    );
    assert_eq!(
        failures(|facts| {
            let off = Some("username is not set".into());
            facts.accounts.push(Account { name: "geotab".into(), off, is_wanted: true });
        }),
        ["account geotab: is off: username is not set\n\
          complete it in the configuration; config.example.toml shows its keys"]
    );
    assert_eq!(
        failures(|facts| facts.files.push(File {
            path: "/var/tokens/m.json".into(),
            mode: 0o644,
            forbidden: 0o077
        })),
        ["files /var/tokens/m.json: is open to others (mode 644)\nrun: chmod 600 /var/tokens/m.json"]
    );
}

#[test]
fn the_database_the_poller_and_the_feeds_fail_with_what_mends_them() {
    let one = |harm: fn(&mut Facts)| -> String {
        let failures = failures(harm);
        let [only] = failures.as_slice() else { panic!("{failures:?}") };
        only.clone()
    };
    assert!(
        one(|facts| facts.leader = None)
            .starts_with("poller nobody: polls: nothing here gets any newer\nstart")
    );
    let none = one(|facts| (facts.leader, facts.can_poll) = (None, false));
    assert!(none.contains("\nconnect an upstream first (`backhaul init`)"), "{none}");
    assert!(
        one(|facts| database(facts).examined.damage = Some("page 3".into()))
            .starts_with("database sqlite:/var/b.db: is damaged (page 3)\nstart the poller again")
    );
    assert!(one(|facts| facts.database = Some(Err("no database yet".into()))).contains("no database yet"));
    let ahead = one(|facts| database(facts).examined.written_at = Some(NOW.plus(Duration::from_mins(5))));
    assert!(
        ahead.starts_with("clock this machine: the database was last written 5m in the future\nset"),
        "{ahead}"
    );
    let refused = one(|facts| {
        of_fleet(facts, |fleet| {
            for resource in ["drivers", "vehicles", "hos_clocks"] {
                let why = "credentials refused (HTTP 401); check the credential";
                fleet.feeds.push(feed(resource, Some(ago(900)), Some(why)));
            }
        });
    });
    assert_eq!(
        refused,
        "feed samsara: credentials refused (HTTP 401); check the credential, for 10m; 3 feeds, last read 15m ago\n\
         put a credential of samsara that works into the configuration; it is tried every 5 minutes"
    );
    // Where it was tried just now, that has said so.
    let tried = one(|facts| {
        of_fleet(facts, |fleet| {
            fleet.feeds.push(feed("drivers", Some(ago(900)), Some("credentials refused (HTTP 401)")));
        });
        let outcome = Err(("credentials refused (HTTP 401)".into(), "put one that works".into()));
        facts.tried = vec![Tried { account: "samsara".into(), outcome, lacks: Vec::new() }];
    });
    assert_eq!(tried, "upstream samsara: credentials refused (HTTP 401)\nput one that works");
    // Where it answers now, that is the latest: what it said before is told with when.
    let answers = one(|facts| {
        of_fleet(facts, |fleet| {
            let refused = feed("drivers", Some(ago(900)), Some("credentials refused (HTTP 401)"));
            fleet.feeds.push(FeedStatus { last_try_at: Some(ago(180)), ..refused });
        });
        let outcome = Ok(vec!["tractor 412".into()]);
        facts.tried = vec![Tried { account: "samsara".into(), outcome, lacks: Vec::new() }];
    });
    assert!(
        answers.starts_with(
            "feed samsara: it answers now; 3m ago, when the poller last asked, it was: credentials refused (HTTP 401); \
             1 feed, last read 15m ago\nthe poller asks again within 5 minutes"
        ),
        "{answers}"
    );
    let late = one(|facts| of_fleet(facts, |fleet| fleet.feeds.push(feed("drivers", Some(ago(900)), None))));
    assert!(late.starts_with("feed samsara drivers: read 15m ago, and is due every 5s\nsee"), "{late}");
    assert_eq!(
        failures(|facts| of_fleet(facts, |fleet| fleet.feeds.push(feed(
            "trips",
            None,
            Some("not supported (x)")
        )))),
        [] as [&str; 0]
    );
}

#[test]
fn a_conflict_comes_with_names_and_the_link_that_would_settle_it() {
    let tie = |facts: &mut Facts, records: &[&str]| {
        let conflict = Conflict {
            kind: UnitKind::Tractor,
            records: records.iter().map(|&record| record.to_owned()).collect(),
            reason: "several".into(),
        };
        of_fleet(facts, |fleet| fleet.conflicts.push(conflict));
        database(facts).examined.names.insert((UnitKind::Tractor, "samsara:1".into()), "T-101".into());
    };
    assert_eq!(
        failures(|facts| tie(facts, &["mcleod:101", "samsara:1", "samsara:2"])),
        ["links tractor mcleod:101, samsara:1 (T-101), samsara:2: several\n\
          say which are one, then start the poller again:\n\
          [[link]]\n\
          kind = \"tractor\"\n\
          units = [\"mcleod:101\", \"samsara:1\"]   # or \"samsara:2\"\n\
          # same = false   # if they are not one"]
    );
    let text = failures(|facts| tie(facts, &["samsara:1", "samsara:2"])).remove(0);
    let (_, link) = text.split_once(":\n[[").unwrap();
    let config = format!("[database]\nurl = \"sqlite:x\"\n[[eld]]\nprovider = \"samsara\"\n[[{link}");
    let config = backhaul::config::Config::from_toml(&config).unwrap();
    assert_eq!(config.wishes()[0].units.len(), 2, "what is printed can be put into the file");
}

#[test]
fn links_that_wait_or_are_not_in_force_are_told() {
    let waits = failures(|facts| {
        let reason = "no active record".into();
        database(facts).examined.waiting.push(Waiting {
            kind: UnitKind::Driver,
            unit: "mcleod:X".into(),
            reason,
        });
    });
    assert!(
        waits[0].starts_with("links driver mcleod:X: its [[link]] waits: no active record\n"),
        "{waits:?}"
    );
    let units = ["a:1", "b:2"].map(|unit| RecordName::parse(unit).unwrap()).to_vec();
    let changed = failures(|facts| facts.wishes.push(Wish { kind: UnitKind::Tractor, units, same: true }));
    assert!(changed[0].ends_with("start the poller again with this configuration"), "{changed:?}");
}

#[test]
fn the_worst_units_are_shown_and_are_no_failure() {
    let mut facts = sound();
    database(&mut facts).examined.set_aside.push(SetAside {
        account: "samsara".into(),
        external_id: "9".into(),
        name: Some("tractor 412".into()),
        reason: "position is 0,0".into(),
        count: 31,
        last_at: ago(180),
    });
    let mut out = Vec::new();
    let layout = backhaul::commands::Layout { width: None, ascii: false, zone: jiff::tz::TimeZone::UTC };
    print(&checks(&facts), &Format::Text(layout), &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    assert!(
        out.contains("ok    set_aside tractor 412 (samsara:9): 31 set aside: position is 0,0, last 3m ago\n"),
        "{out}"
    );
    assert!(out.ends_with("\nall 16 are as they should be\n"), "{out}");
}

#[test]
fn the_terminal_must_draw_utf_8() {
    let failed = failures(|facts| {
        facts.terminal.term = Some("dumb".into());
        facts.terminal.locale = Some("C".into());
    });
    assert_eq!(failed.len(), 2, "{failed:?}");
}

#[tokio::test]
async fn the_program_answers_in_json_and_by_its_exit_code() {
    let home = home();
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("9", "412")]).await;
    fs::set_permissions(bench.path(), fs::Permissions::from_mode(0o644)).unwrap();
    let database = format!("sqlite:{}", bench.path().display());
    // Nobody listens there: what is tried is not reached.
    let config = "[[eld]]\nprovider = \"samsara\"\nbase_url = \"http://127.0.0.1:1\"\n";
    fs::write(home.path().join(".config/backhaul/config.toml"), config).unwrap();
    let output = command(home.path(), &["doctor", "--json", "--database", &database])
        .env("SAMSARA_API_TOKEN", "s3cret")
        .output()
        .unwrap();
    assert_eq!((code(&output), stderr(&output).as_str()), (1, ""));
    assert!(!stdout(&output).contains("s3cret"));
    let rows: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = rows.as_array().unwrap();
    let failed: Vec<_> = rows.iter().filter(|row| row["ok"] == false).map(|row| &row["check"]).collect();
    assert!(
        failed.contains(&&Value::from("files")) && failed.contains(&&Value::from("poller")),
        "{failed:?}"
    );
    assert!(rows.iter().all(|row| row["ok"] == true || row["remedy"].is_string()));
    assert!(
        rows.iter().any(|row| row["subject"] == "eld.samsara.api_token" && row["ok"] == true),
        "{rows:?}"
    );
    let upstream = rows.iter().find(|row| row["check"] == "upstream").unwrap();
    assert_eq!(upstream["subject"], "samsara");
    assert!(upstream["message"].as_str().unwrap().starts_with("not available ("), "{upstream}");
    assert!(rows.iter().any(|row| row["check"] == "disk"), "{rows:?}");
}

#[test]
fn an_account_that_nobody_reads_is_tried_and_what_it_says_is_told() {
    let mut facts = sound();
    assert_eq!(unproven(&facts), [] as [&str; 0], "its feeds show that it can be read");
    facts.accounts.push(Account { name: "gemini".into(), off: None, is_wanted: true });
    assert_eq!(unproven(&facts), ["gemini"], "nobody has asked it yet");
    let refused = feed("drivers", None, Some("credentials refused (HTTP 401); check the credential"));
    of_fleet(&mut facts, |fleet| fleet.feeds = vec![refused]);
    assert_eq!(unproven(&facts), ["samsara", "gemini"], "another credential may be in force now");
    of_fleet(&mut facts, |fleet| {
        fleet.feeds = vec![feed("drivers", None, Some("asked to slow down (HTTP 429)"))];
    });
    assert_eq!(unproven(&facts), ["gemini"], "who asks for calm is left alone");
    let tried = |outcome, lacks| Tried { account: "samsara".into(), outcome, lacks };
    let why = "not allowed (HTTP 403 Forbidden); the token lacks a permission for this".to_owned();
    let lacks = vec![("hos_clocks".to_owned(), why.clone())];
    assert_eq!(
        failures(|facts| facts.tried.push(tried(Ok(vec!["tractor 412".into()]), lacks.clone()))),
        [format!(
            "upstream samsara hos_clocks: {why}\ngive the credential of samsara the permission for this at the provider"
        )]
    );
    assert_eq!(
        failures(|facts| facts.tried.push(tried(Err(("no".into(), "do so".into())), Vec::new()))),
        ["upstream samsara: no\ndo so"]
    );
}

#[test]
fn a_clock_that_is_off_and_a_full_disk_fail_with_what_mends_them() {
    assert_eq!(
        failures(|facts| facts.ahead = vec![("samsara".into(), 180)]),
        ["clock samsara: this machine is 3m behind it\n\
          set this machine's clock by the network: timedatectl set-ntp true"]
    );
    assert!(failures(|facts| facts.ahead = vec![("samsara".into(), -121)])[0].contains("is 2m ahead of it"));
    assert_eq!(
        failures(|facts| facts.ahead = vec![("samsara".into(), 10_800), ("terminal".into(), 3)]),
        ["clock samsara: its clock is 3h00 ahead of this machine's, which agrees with terminal's\n\
          tell whoever runs samsara; what it stamps by that clock may be wrong till then"]
    );
    assert!(
        failures(|facts| facts.disk = Some(Disk { folder: "/var".into(), free: 40 << 20 }))[0]
            .starts_with("disk /var: only 40 MB are free\nmake room there")
    );
}

#[test]
fn upstreams_are_tried_by_their_own_clients_and_gemini_too() {
    let office = Office::standing_still(4, vec![Upstream::Samsara]);
    let checks =
        || -> Vec<Value> { serde_json::from_slice(&office.output(&["doctor", "--json"]).stdout).unwrap() };
    let upstreams = |checks: &[Value]| -> Vec<(String, bool, String)> {
        let tried = checks.iter().filter(|check| check["check"] == "upstream");
        tried
            .map(|check| {
                let text = |key: &str| check[key].as_str().unwrap().to_owned();
                (text("subject"), check["ok"] == true, text("message"))
            })
            .collect()
    };
    let well = upstreams(&checks());
    let names: Vec<_> = well.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["samsara", "mcleod", "mapbox", "gemini"], "{well:?}");
    assert!(well.iter().all(|(_, ok, _)| *ok), "{well:?}");
    assert!(well[0].2.starts_with("answers: tractor "), "{well:?}");
    assert!(well[3].2.contains("gemini-3.8-flash"), "{well:?}");
    let config = fs::read_to_string(office.config()).unwrap();
    office.write_config(&config.replace(office.sim.gemini_key(), "another-key-altogether"));
    let ill = upstreams(&checks());
    let (_, ok, message) = ill.iter().find(|(name, ..)| name == "gemini").unwrap();
    assert!(!ok && message.starts_with("Gemini refuses the key"), "{message}");
}

#[test]
fn a_broken_configuration_is_a_line_of_the_answer() {
    let home = home();
    let path = home.path().join("broken.toml");
    fs::write(&path, "[polling]\nactiv = \"5s\"\n").unwrap();
    let output = backhaul(home.path(), &["doctor", "--config", path.to_str().unwrap()]);
    assert_eq!(code(&output), 1);
    assert!(
        stdout(&output).starts_with(&format!(
            "FAIL  config    {0}: {0}:2: polling.activ: there is no such key",
            path.display()
        )),
        "{}",
        stdout(&output)
    );
}

#[test]
fn a_thousand_records_in_doubt_leave_the_rest_of_the_answer_in_sight() {
    let mut facts = sound();
    for unit in 0..1000 {
        let records = (0..9).map(|record| format!("samsara:{unit}-{record}")).collect();
        let conflict = Conflict { kind: UnitKind::Tractor, records, reason: "several".into() };
        of_fleet(&mut facts, |fleet| fleet.conflicts.push(conflict));
    }
    let checks = checks(&facts);
    let printed = |format: &Format| {
        let mut out = Vec::new();
        print(&checks, format, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let layout = backhaul::commands::Layout { width: None, ascii: false, zone: jiff::tz::TimeZone::UTC };
    let text = printed(&Format::Text(layout));
    assert_eq!(text.matches(": several").count(), 10);
    assert!(text.contains(
        "\nFAIL  links     tractor samsara:0-0, samsara:0-1, samsara:0-2, samsara:0-3 and 5 more: several\n"
    ));
    assert!(text.contains("\nFAIL  links     and 990 more: `backhaul doctor --json` lists all\n"), "{text}");
    assert!(text.contains("terminal "), "what comes after them is printed");
    assert!(text.trim_end().ends_with(&format!("1000 of {} failed", checks.len())), "{text}");
    let json = printed(&Format::Json);
    assert_eq!(json.matches("several").count(), 1000);
    assert!(json.contains("samsara:999-8"));
}
