//! Real processes on one database: who polls, who takes over, what a kill leaves, what a fault shows.

mod faults;
mod handover;
mod links;
mod roads;
mod upstreams;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use backhaul::model::{Fleet, Timestamp};
use backhaul::sim::{Options, Sim, Upstream};
use backhaul::store::{Reader, Scope};
use tempfile::TempDir;

/// Nothing in these tests may take longer: a wait that does has failed.
pub(crate) const LIMIT: Duration = Duration::from_secs(90);

/// What a busy machine may add to a time that the contract bounds. The decisions behind those times
/// are tested to the second on a paused clock.
pub(crate) const SLACK: Duration = Duration::from_secs(3);

/// A folder with a configuration for a simulated fleet, which lives as long as this does.
pub(crate) struct Office {
    pub(crate) folder: TempDir,
    pub(crate) sim: Sim,
    runtime: tokio::runtime::Runtime,
}

impl Office {
    /// A fleet of `units` tractors whose time goes on.
    pub(crate) fn new(units: usize) -> Self {
        Self::going_on(units, vec![Upstream::Samsara])
    }

    /// The same, spread over these ELDs.
    pub(crate) fn going_on(units: usize, elds: Vec<Upstream>) -> Self {
        let clock = backhaul::sync::Clock::system();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let options = Options { units, seed: 7, elds, ..Options::new(Arc::new(move || clock.now())) };
        Self::with(options, runtime)
    }

    /// A fleet whose time stands still.
    pub(crate) fn frozen(units: usize) -> Self {
        Self::standing_still(units, vec![Upstream::Samsara])
    }

    /// The same, spread over these ELDs.
    pub(crate) fn standing_still(units: usize, elds: Vec<Upstream>) -> Self {
        // A minute ago: what it tells is then never from the future.
        let at = backhaul::sync::Clock::system().now().minus(Duration::from_secs(60));
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let options = Options { units, seed: 7, elds, ..Options::new(Arc::new(move || at)) };
        Self::with(options, runtime)
    }

    fn with(options: Options, runtime: tokio::runtime::Runtime) -> Self {
        let sim = runtime.block_on(Sim::start(options)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let office = Self { folder, sim, runtime };
        let config = office.sim.config_toml(Some(&format!("sqlite:{}", office.database().display())));
        office.write_config(&config);
        office
    }

    pub(crate) fn write_config(&self, text: &str) {
        use std::os::unix::fs::PermissionsExt;
        fs::write(self.config(), text).unwrap();
        fs::set_permissions(self.config(), fs::Permissions::from_mode(0o600)).unwrap();
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("config.toml")
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("backhaul.db")
    }

    /// The program, in an environment of its own.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_backhaul"));
        command.env_clear().env("HOME", self.folder.path()).args(arguments);
        command.env("BACKHAUL_CONFIG", self.config()).stdin(Stdio::null());
        command
    }

    pub(crate) fn output(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Starts the daemon; its log goes to `log` in the folder.
    pub(crate) fn daemon(&self, log: &str) -> Process {
        let file = fs::File::create(self.folder.path().join(log)).unwrap();
        Process(self.command(&["--sync-only"]).stderr(file).spawn().unwrap())
    }

    pub(crate) fn log(&self, log: &str) -> String {
        fs::read_to_string(self.folder.path().join(log)).unwrap_or_default()
    }

    /// What the database holds now.
    pub(crate) fn fleet(&self) -> Option<Arc<Fleet>> {
        let now = backhaul::sync::Clock::system().now();
        Reader::open(&self.database(), Scope::Whole).ok()?.fleet(now).ok()
    }

    /// Waits until the database holds that.
    pub(crate) fn wait_for_fleet(&self, what: &str, holds: impl Fn(&Fleet) -> bool) -> Arc<Fleet> {
        let mut last = None;
        wait(what, || {
            last = self.fleet().filter(|fleet| holds(fleet));
            last.is_some()
        });
        last.unwrap()
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        let _ = &self.runtime;
    }
}

/// A process that is ended with the test.
pub(crate) struct Process(pub(crate) Child);

impl Process {
    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.pid()).unwrap()).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Waits for its end.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let mut status = None;
        wait("the process ends", || {
            status = self.0.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until it holds; fails the test when it never does.
pub(crate) fn wait(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < LIMIT, "never came to be: {what}");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

/// Every row of the six tables with when its content last changed.
fn contents(database: &Path) -> Vec<(String, String, i64)> {
    let raw = rusqlite::Connection::open(database).unwrap();
    let mut rows = Vec::new();
    for table in ["tractors", "trailers", "drivers", "movements", "orders", "stops"] {
        let mut select = raw.prepare(&format!("SELECT id, updated_at FROM {table} ORDER BY id")).unwrap();
        let found = select.query_map([], |row| Ok((table.to_owned(), row.get(0)?, row.get(1)?))).unwrap();
        rows.extend(found.map(Result::unwrap));
    }
    rows
}

/// Reads twice more. The next read asks for changes, and so may learn of what was called off a moment
/// before the first; it touches no other row, and the one after it none at all.
fn reads_again_and_changes_nothing(office: &Office) {
    let mut before = contents(&office.database());
    for may_learn in [true, false] {
        let read = office.output(&["--sync-only", "--once"]);
        assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
        let after = contents(&office.database());
        let lost: Vec<_> = before.iter().filter(|row| !after.contains(row)).collect();
        assert!(lost.is_empty(), "content that did not change was rewritten: {lost:?}");
        assert!(may_learn || after.len() == before.len(), "rows came to a fleet that stands still");
        before = after;
    }
}

#[test]
fn once_fills_all_six_tables_and_again_changes_nothing() {
    let office = Office::frozen(12);
    let first = office.output(&["--sync-only", "--once"]);
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    let told = contents(&office.database());
    for table in ["tractors", "trailers", "drivers", "movements", "orders", "stops"] {
        assert!(told.iter().any(|(of, ..)| of == table), "{table} is empty");
    }
    reads_again_and_changes_nothing(&office);
}

#[test]
fn what_is_stored_is_what_was_told() {
    let office = Office::frozen(12);
    assert!(office.output(&["--sync-only", "--once"]).status.success());
    let fleet = office.fleet().unwrap();
    let of_tms = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric());
    assert!(fleet.tractors.len() >= 12, "{}", fleet.tractors.len());
    let joined =
        fleet.tractors.iter().filter(|row| of_tms(&row.unit_number) && row.latitude.is_some()).count();
    assert!(joined >= 10, "tractors of both systems are one row: {joined}");
    let now = fleet.read_at;
    for tractor in &fleet.tractors {
        let Some(latitude) = tractor.latitude else { continue };
        assert!((14.0..72.0).contains(&latitude) && tractor.longitude.unwrap() < -50.0, "{tractor:?}");
        assert!(
            tractor.observed_at.unwrap() <= now && tractor.speed_mph.unwrap_or(0.0) < 90.0,
            "{tractor:?}"
        );
    }
    for driver in &fleet.drivers {
        for left in [driver.drive_left_s, driver.shift_left_s, driver.break_left_s, driver.cycle_left_s]
            .into_iter()
            .flatten()
        {
            assert!((0..=70 * 3600).contains(&left), "{driver:?}");
        }
    }
    let under_way =
        || fleet.movements.iter().filter(|row| row.tms.status == backhaul::model::MovementStatus::InProgress);
    assert!(under_way().any(|row| !row.tms.brokered));
    for row in under_way() {
        let units = (row.tractor_id.is_some(), row.driver_id.is_some());
        assert_eq!(units, (!row.tms.brokered, !row.tms.brokered), "our loads name our units: {row:?}");
    }
    let text: String = fs::read(office.database()).unwrap().iter().map(|byte| char::from(*byte)).collect();
    for secret in [office.sim.samsara_token(), office.sim.mcleod_token(), "social_security", "license_no"] {
        assert!(!text.contains(secret), "{secret:?} is in the database");
    }
}

#[test]
fn the_daemon_stops_within_two_seconds_of_a_signal_and_exits_0() {
    for signal in [rustix::process::Signal::TERM, rustix::process::Signal::INT] {
        let office = Office::new(5);
        let mut daemon = office.daemon("log");
        office.wait_for_fleet("a first read", |fleet| !fleet.tractors.is_empty());
        let began = Instant::now();
        daemon.signal(signal);
        assert!(daemon.ended().success());
        assert!(began.elapsed() < Duration::from_secs(2) + SLACK);
    }
}

/// When a feed was last read to its end.
pub(crate) fn last_ok(fleet: &Fleet, account: &str, resource: &str) -> Option<Timestamp> {
    let feed = fleet.feeds.iter().find(|feed| feed.account == account && feed.resource == resource);
    feed.and_then(|feed| feed.last_ok_at)
}
