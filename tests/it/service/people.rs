//! Who may do what by file permission alone: a poller, people of its group, and who may only read, each a
//! user of their own. Only root can play all of them; else these tests say that they were skipped.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use backhaul::model::Fleet;
use backhaul::store::{Access, Reader, Scope, leader};
use rustix::process::{Pid, Signal, kill_process};

use super::quick;
use crate::processes::{Office, Process, last_ok, wait};
use crate::pty::{Pty, raise};

/// A group, its poller, one of its people, one who may only read where its files say so, and a stranger.
const GROUP: u32 = 64_100;
const POLLER: u32 = 64_101;
const DISPATCHER: u32 = 64_102;
const READER: u32 = 64_103;
const STRANGER: u32 = 64_104;

/// A dispatch box: the poller's folder, its configuration, and one for everybody.
struct Shared {
    office: Office,
    program: PathBuf,
}

impl Shared {
    /// With this `database.group`; `None`, and a word about that, where we are not root.
    fn new(group: &str, folder_mode: u32) -> Option<Self> {
        if !rustix::process::getuid().is_root() {
            println!("skipped: only root can start processes of other users");
            return None;
        }
        let office = quick();
        let folder = office.folder.path();
        let program = folder.join("backhaul");
        fs::copy(env!("CARGO_BIN_EXE_backhaul"), &program).unwrap();
        let shared = Self { office, program };
        fs::create_dir(shared.state()).unwrap();
        chown(shared.state(), Some(POLLER), Some(GROUP)).unwrap();
        allow(&shared.state(), folder_mode);
        allow(shared.office.folder.path(), 0o755);
        let text = fs::read_to_string(shared.office.config()).unwrap();
        let here = shared.office.database();
        let database =
            format!("[database]\nurl = \"sqlite:{}\"\ngroup = \"{group}\"\n", shared.database().display());
        let url = format!("url = \"sqlite:{}\"", here.display());
        assert!(text.contains(&url), "{text}");
        let text = text
            .replace(&url, &format!("url = \"sqlite:{}\"\ngroup = \"{group}\"", shared.database().display()));
        shared.office.write_config(&text);
        chown(shared.office.config(), Some(POLLER), Some(GROUP)).unwrap();
        fs::write(shared.everybodys(), database).unwrap();
        allow(&shared.everybodys(), 0o644);
        Some(shared)
    }

    fn state(&self) -> PathBuf {
        self.office.folder.path().join("state")
    }

    fn database(&self) -> PathBuf {
        self.state().join("backhaul.db")
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        self.state().join(format!("backhaul.db{suffix}"))
    }

    fn everybodys(&self) -> PathBuf {
        self.office.folder.path().join("everybody.toml")
    }

    /// The program, run by this user.
    fn command(&self, user: u32, group: u32, arguments: &[&str]) -> Command {
        let config = if user == POLLER { self.office.config() } else { self.everybodys() };
        let mut command = Command::new(&self.program);
        command.env_clear().env("HOME", "/nonexistent").env("BACKHAUL_CONFIG", config).args(arguments);
        command.current_dir("/").stdin(Stdio::null()).uid(user).gid(group);
        command
    }

    fn daemon(&self) -> Process {
        let log = fs::File::create(self.office.folder.path().join("log")).unwrap();
        let daemon = Process(self.command(POLLER, GROUP, &["--sync-only"]).stderr(log).spawn().unwrap());
        wait("it polls", || leader(&self.database()).is_some_and(|leader| leader.pid == daemon.pid()));
        daemon
    }

    fn stop(&self, mut daemon: Process) {
        daemon.signal(Signal::TERM);
        assert!(daemon.ended().success(), "{}", self.office.log("log"));
    }

    fn once(&self) {
        let read = self.command(POLLER, GROUP, &["--sync-only", "--once"]).output().unwrap();
        assert!(read.status.success(), "{}", text(&read));
    }

    fn console(&self, user: u32, group: u32) -> Pty {
        let console = self.command(user, group, &[]);
        let mut command = Command::new("setsid");
        command.arg("--ctty").arg(console.get_program()).env_clear();
        let variables =
            console.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
        command.envs(variables).env("TERM", "xterm-256color").env("PATH", "/usr/bin:/bin");
        command.current_dir("/").uid(user).gid(group);
        Pty::of(command, 24, 100)
    }

    fn fleet(&self) -> Option<std::sync::Arc<Fleet>> {
        let now = backhaul::sync::Clock::system().now();
        Reader::open(&self.database(), Scope::Whole).ok()?.fleet(now).ok()
    }

    fn count(&self, table: &str) -> i64 {
        let raw = rusqlite::Connection::open(self.database()).unwrap();
        raw.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    }
}

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).mode() & 0o7777
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A box whose poller has run, and whose database the group may only read since.
fn readable() -> Option<Shared> {
    let shared = Shared::new(&GROUP.to_string(), 0o2750)?;
    shared.once();
    allow(&shared.database(), 0o640);
    Some(shared)
}

#[test]
fn who_may_only_read_sees_everything_whether_it_is_polled_or_not() {
    let Some(shared) = readable() else { return };
    let daemon = shared.daemon();
    for (suffix, expected) in [("-wal", 0o640), ("-shm", 0o640), (".lock", 0o600)] {
        wait(suffix, || mode(&shared.beside(suffix)) == expected);
    }
    let read_at = || shared.fleet().and_then(|fleet| last_ok(&fleet, "mcleod", "orders"));
    let before = read_at();
    wait("it is polled", || read_at() > before);
    let status = shared.command(READER, GROUP, &["status", "--json"]).output().unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(answer["leader"]["pid"], daemon.pid(), "{answer}");
    shared.stop(daemon);
    let rows = |user, group| {
        let rows = shared.command(user, group, &["tractors", "--json"]).output().unwrap();
        assert!(rows.status.success(), "{}", text(&rows));
        let rows: Vec<serde_json::Value> = serde_json::from_slice(&rows.stdout).unwrap();
        rows.into_iter().map(|row| row["id"].clone()).collect::<Vec<_>>()
    };
    assert!(!rows(READER, GROUP).is_empty());
    assert_eq!(rows(READER, GROUP), rows(POLLER, GROUP), "at rest too");
}

#[test]
fn who_may_only_read_can_neither_change_a_row_nor_stop_the_poller_nor_read_a_secret() {
    let Some(shared) = readable() else { return };
    // Nobody polls: this user's poller must not take that place either.
    let own = shared.office.folder.path().join("own.toml");
    fs::copy(shared.office.config(), &own).unwrap();
    chown(&own, Some(READER), Some(GROUP)).unwrap();
    allow(&own, 0o600);
    let polls = |arguments: &[&str]| {
        let refused = shared.command(READER, GROUP, arguments).env("BACKHAUL_CONFIG", &own).output().unwrap();
        assert_eq!(refused.status.code(), Some(1), "{}", text(&refused));
        assert!(text(&refused).contains("you may only read the database"), "{}", text(&refused));
    };
    polls(&["--sync-only"]);
    fs::remove_file(&own).unwrap();
    let daemon = shared.daemon();
    let secrets = [shared.office.sim.samsara_token(), shared.office.sim.mcleod_token()].join(" ");
    // Where this test was built may be closed to others.
    let these = shared.office.folder.path().join("tests");
    fs::copy(std::env::current_exe().unwrap(), &these).unwrap();
    let mut attempts = Command::new(these);
    attempts.args(["--exact", "service::people::tries_what_it_may_not", "--nocapture"]);
    attempts.env("BACKHAUL_TEST_FOLDER", shared.office.folder.path()).env("BACKHAUL_TEST_SECRETS", secrets);
    attempts.env("BACKHAUL_TEST_PID", daemon.pid().to_string());
    let tried = attempts.uid(READER).gid(GROUP).current_dir("/").output().unwrap();
    assert!(tried.status.success(), "{}", text(&tried));
    for refused in ["config", "lock", "kill", "write", "replace"] {
        assert!(text(&tried).contains(&format!("{refused} refused")), "{refused}: {}", text(&tried));
    }
    let mut config = shared.command(READER, GROUP, &["--view-only"]);
    let config = config.env("BACKHAUL_CONFIG", shared.office.config()).output().unwrap();
    assert_eq!(config.status.code(), Some(2), "{}", text(&config));
    assert!(text(&config).contains("it is for who polls"), "{}", text(&config));
    let read_at = || shared.fleet().and_then(|fleet| last_ok(&fleet, "mcleod", "orders"));
    let before = read_at();
    wait("it is still polled", || read_at() > before);
    assert_eq!(leader(&shared.database()).unwrap().pid, daemon.pid());
}

/// Run by the test above, as somebody else.
#[test]
fn tries_what_it_may_not() {
    let Some(folder) = std::env::var_os("BACKHAUL_TEST_FOLDER").map(PathBuf::from) else { return };
    let tell = |what: &str, done: bool| println!("{what} {}", if done { "done" } else { "refused" });
    let state = folder.join("state");
    tell("config", fs::read(folder.join("config.toml")).is_ok());
    tell("lock", fs::File::open(state.join("backhaul.db.lock")).is_ok());
    let pid: i32 = std::env::var("BACKHAUL_TEST_PID").unwrap().parse().unwrap();
    tell("kill", kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).is_ok());
    let raw = rusqlite::Connection::open(state.join("backhaul.db")).unwrap();
    tell("write", raw.execute("UPDATE tractors SET unit_number = 'stolen'", []).is_ok());
    tell("replace", fs::rename(state.join("backhaul.db"), state.join("mine.db")).is_ok());
    let secrets = std::env::var("BACKHAUL_TEST_SECRETS").unwrap();
    for name in ["backhaul.db", "backhaul.db-wal", "backhaul.db-shm", "backhaul.db.lock"] {
        let bytes = fs::read(state.join(name)).unwrap_or_default();
        for secret in secrets.split(' ') {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{name}");
        }
    }
}

#[test]
fn a_console_of_who_may_only_read_says_so_and_writes_nothing() {
    let Some(shared) = readable() else { return };
    let mut console = shared.console(READER, GROUP);
    console.wait_for("READ ONLY");
    assert!(!console.text().contains("LATE 42m"), "{}", console.text());
    // What others write is seen at once, though its log can only be read.
    raise(&shared.database(), Access::Group(GROUP));
    console.wait_for("LATE 42m");
    console.press("\u{1b}");
    // A key right behind it would be read as one with Alt.
    wait("the notice is put away", || !console.text().contains("read only: you may"));
    for key in ["a", "z", "n", "C", "r"] {
        console.press(key);
        console.wait_for("not done: you may only read the database");
        // Gone with the next key that does something.
        console.press("g");
        wait("the answer is gone", || !console.text().contains("not done"));
    }
    console.press("q");
    assert!(console.ended().success());
    assert_eq!((shared.count("viewers"), shared.count("actions")), (0, 0));
}

#[test]
fn a_group_that_is_named_later_is_let_in_and_a_mode_that_was_chosen_stays() {
    let Some(shared) = Shared::new("", 0o2770) else { return };
    shared.once();
    assert_eq!(mode(&shared.database()), 0o600);
    let config = fs::read_to_string(shared.office.config()).unwrap();
    fs::write(shared.office.config(), config.replace("group = \"\"", &format!("group = \"{GROUP}\"")))
        .unwrap();
    for (chosen, expected, lock) in [(0o600, 0o660, 0o660), (0o640, 0o640, 0o600), (0o660, 0o660, 0o660)] {
        allow(&shared.database(), chosen);
        shared.once();
        for suffix in ["", "-wal", "-shm"] {
            assert_eq!(mode(&shared.beside(suffix)), expected, "{suffix}");
        }
        assert_eq!(mode(&shared.beside(".lock")), lock);
    }
}

#[test]
fn every_folder_that_is_made_lets_the_group_through_whatever_the_umask() {
    let Some(shared) = Shared::new(&GROUP.to_string(), 0o2770) else { return };
    for (umask, name) in [("077", "a"), ("000", "b")] {
        let folder = shared.state().join(name);
        let url = format!("sqlite:{}", folder.join("deep/b.db").display());
        let polls = shared.command(POLLER, GROUP, &["--sync-only", "--once", "--database", &url]);
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "umask $0; exec \"$@\"", umask]).arg(polls.get_program()).args(polls.get_args());
        let variables =
            polls.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
        command.env_clear().envs(variables).current_dir("/").uid(POLLER).gid(GROUP);
        let read = command.output().unwrap();
        assert!(read.status.success(), "{}", text(&read));
        for (path, expected) in
            [("", 0o2770), ("deep", 0o2770), ("deep/b.db", 0o660), ("deep/b.db.lock", 0o660)]
        {
            let path = folder.join(path);
            assert_eq!(mode(&path), expected, "umask {umask}: {}", path.display());
            assert_eq!(fs::metadata(&path).unwrap().gid(), GROUP, "umask {umask}: {}", path.display());
        }
    }
}

#[test]
fn people_of_the_group_see_to_exceptions_and_have_no_more_than_that() {
    let group = GROUP.to_string();
    let Some(shared) = Shared::new(&group, 0o2770) else { return };
    shared.once();
    for suffix in ["", "-wal", "-shm", ".lock"] {
        assert_eq!(mode(&shared.beside(suffix)), 0o660, "{suffix}");
        assert_eq!(fs::metadata(shared.beside(suffix)).unwrap().gid(), GROUP, "{suffix}");
    }
    raise(&shared.database(), Access::Group(GROUP));
    let mut console = shared.console(DISPATCHER, GROUP);
    console.wait_for("LATE 42m");
    assert!(!console.text().contains("READ ONLY"), "{}", console.text());
    wait("it is among the viewers", || shared.count("viewers") == 1);
    console.press("C");
    console.wait_for("everybody reads that you see to it");
    console.press("q");
    assert!(console.ended().success());
    assert_eq!(shared.count("actions"), 1);
    let mut denied = shared.command(DISPATCHER, GROUP, &["tractors"]);
    let denied = denied.env("BACKHAUL_CONFIG", shared.office.config()).output().unwrap();
    assert_eq!(denied.status.code(), Some(2), "the poller's configuration is its own");
    a_dispatcher_needs_no_configuration(&shared);
    // Somebody outside of the group does not even get in.
    let outside = shared.command(STRANGER, STRANGER, &["tractors"]).output().unwrap();
    assert_eq!(outside.status.code(), Some(1), "{}", text(&outside));
    assert!(text(&outside).contains("check who owns it and its folder"), "{}", text(&outside));
}

/// Where the system's file is the poller's alone, in a world of their own in which it lies where it is looked for.
fn a_dispatcher_needs_no_configuration(shared: &Shared) {
    let etc = shared.office.folder.path().join("etc");
    fs::create_dir_all(etc.join("backhaul")).unwrap();
    let systems = etc.join("backhaul/config.toml");
    fs::copy(shared.office.config(), &systems).unwrap();
    chown(&systems, Some(POLLER), Some(GROUP)).unwrap();
    allow(&systems, 0o600);
    allow(&etc, 0o755);
    allow(&etc.join("backhaul"), 0o755);
    let run = |arguments: &[&str]| {
        let enters = "mount --bind \"$1\" /etc && shift && exec \"$@\"";
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", enters, "sh"]).arg(&etc).arg("setpriv");
        command.arg(format!("--reuid={DISPATCHER}")).arg(format!("--regid={GROUP}")).arg("--clear-groups");
        command.arg(&shared.program).args(arguments);
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("HOME", "/nonexistent");
        command.stdin(Stdio::null()).output().unwrap()
    };
    let url = format!("sqlite:{}", shared.database().display());
    let rows = run(&["tractors", "--json", "--database", &url]);
    if text(&rows).contains("unshare failed") || text(&rows).contains("mount: ") {
        println!("skipped: no file system of one's own can be made here");
        return;
    }
    assert_eq!(rows.status.code(), Some(0), "{}", text(&rows));
    assert!(text(&rows).contains("/etc/backhaul/config.toml is for who polls and is passed over"));
    let looks_on = run(&["--view-only", "--database", &url]);
    assert!(text(&looks_on).contains("this is no terminal"), "{}", text(&looks_on));
    let examined = run(&["doctor", "--database", &url]);
    assert_eq!(examined.status.code(), Some(1), "nobody polls: {}", text(&examined));
    let told = text(&examined);
    assert!(
        told.contains("config.toml: is for who polls, and is passed over: nothing of it is judged"),
        "{told}"
    );
    assert!(told.contains("\n1 of ") && told.contains("FAIL  poller    nobody"), "{told}");
    for polls in [&["--sync-only", "--database", &url][..], &["--database", &url], &["config", "check"]] {
        let refused = run(polls);
        assert_eq!(refused.status.code(), Some(2), "{polls:?}: {}", text(&refused));
        assert!(text(&refused).contains("look on with --view-only"), "{polls:?}: {}", text(&refused));
    }
}
