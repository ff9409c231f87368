//! The daemon as a service: what it tells the service manager, its log, its configuration read anew, and
//! the unit file.

mod logs;
mod people;
mod reload;
mod unit;
mod versions;

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

use backhaul::sim::{Fault, Upstream};
use rustix::process::Signal;

use crate::processes::{LIMIT, Office, Process, wait};

/// A service manager's end of the socket.
struct Manager {
    socket: UnixDatagram,
    told: Vec<(Instant, String)>,
}

impl Manager {
    fn of(office: &Office) -> Self {
        let socket = UnixDatagram::bind(office.folder.path().join("notify")).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        Self { socket, told: Vec::new() }
    }

    /// Starts the daemon as this manager would; its log goes to `log` in the folder.
    fn start(&self, office: &Office, log: &str, watchdog_usec: &str) -> Process {
        let file = fs::File::create(office.folder.path().join(log)).unwrap();
        let mut command = office.command(&["--sync-only"]);
        let address = self.socket.local_addr().unwrap();
        command.env("NOTIFY_SOCKET", address.as_pathname().unwrap()).env("WATCHDOG_USEC", watchdog_usec);
        Process(command.stderr(file).spawn().unwrap())
    }

    /// Takes in what was told; true when there was something.
    fn listen(&mut self) -> bool {
        let mut buffer = [0; 4096];
        let Ok(length) = self.socket.recv(&mut buffer) else { return false };
        self.told.push((Instant::now(), String::from_utf8(buffer[..length].to_vec()).unwrap()));
        true
    }

    /// Waits until that is told; what is looked for begins with what came after `since`.
    fn wait_for(&mut self, since: usize, what: &str, is: impl Fn(&str) -> bool) -> usize {
        let began = Instant::now();
        loop {
            let found = self.told.iter().skip(since).position(|(_, told)| is(told));
            if let Some(found) = found {
                return since + found + 1;
            }
            assert!(began.elapsed() < LIMIT, "never told {what}: {:?}", self.told);
            self.listen();
        }
    }
}

/// An office whose daemon reads every second.
fn quick() -> Office {
    let office = Office::new(5);
    let config = fs::read_to_string(office.config()).unwrap();
    office.write_config(&format!("{config}\n[polling]\nidle = \"1s\"\nmovements_idle = \"1s\"\n"));
    office
}

#[test]
fn the_service_manager_is_told_of_start_state_life_and_end() {
    let office = quick();
    let mut manager = Manager::of(&office);
    let mut daemon = manager.start(&office, "log", "2000000");
    let opens = manager.wait_for(0, "what it does first", |told| told.starts_with("STATUS="));
    assert_eq!(manager.told[opens - 1].1, "STATUS=opening the database");
    assert!(
        !manager.told.iter().take(opens).any(|(_, told)| told.starts_with("READY")),
        "{:?}",
        manager.told
    );
    manager.wait_for(opens, "READY", |told| told == "READY=1\nSTATUS=polling 2 accounts");
    assert!(backhaul::store::feeds(&office.database()).is_ok(), "who is told so finds a database");
    let alive = manager.wait_for(0, "WATCHDOG", |told| told == "WATCHDOG=1");
    manager.wait_for(alive, "WATCHDOG again", |told| told == "WATCHDOG=1");
    office.sim.faults().set(Upstream::Samsara, "/", Fault::Status { code: 500, retry_after: None });
    let silent =
        manager.wait_for(0, "who is silent", |told| told == "STATUS=polling 2 accounts, 1 silent (samsara)");
    office.sim.faults().clear(Upstream::Samsara);
    manager.wait_for(silent, "that it is over", |told| told == "STATUS=polling 2 accounts");
    daemon.signal(Signal::TERM);
    assert!(daemon.ended().success());
    manager.wait_for(0, "STOPPING", |told| told.starts_with("STOPPING=1\n"));
    assert!(!office.log("log").contains("ERROR"), "{}", office.log("log"));
}

#[test]
fn who_stands_by_is_ready_and_says_who_polls() {
    let office = Office::new(5);
    let first = office.daemon("first");
    wait("it polls", || backhaul::store::leader(&office.database()).is_some());
    let mut manager = Manager::of(&office);
    let mut second = manager.start(&office, "second", "1000000");
    let told = format!("READY=1\nSTATUS=standing by: process {} on ", first.pid());
    let ready = manager.wait_for(0, "READY", |text| text.starts_with(&told) && text.ends_with(" polls"));
    let alive = manager.wait_for(ready, "WATCHDOG", |told| told == "WATCHDOG=1");
    drop(first);
    manager.wait_for(alive, "that it polls", |told| told.contains("STATUS=polling 2 accounts"));
    second.signal(Signal::INT);
    assert!(second.ended().success());
}

#[test]
fn a_poller_that_hangs_is_not_told_of_as_alive() {
    let office = quick();
    let mut manager = Manager::of(&office);
    let _daemon = manager.start(&office, "log", "1000000");
    office.wait_for_fleet("a first read", |fleet| !fleet.tractors.is_empty());
    // Whatever wants to write waits for this, and everything else of the poller's for that.
    let other = rusqlite::Connection::open(office.database()).unwrap();
    other.busy_timeout(LIMIT).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let gap = Duration::from_millis(2500);
    let began = Instant::now();
    let last_sign = |manager: &Manager| {
        let signs = manager.told.iter().filter(|(_, told)| told == "WATCHDOG=1");
        signs.map(|(at, _)| *at).next_back().unwrap_or(began)
    };
    while last_sign(&manager).elapsed() < gap {
        assert!(began.elapsed() < LIMIT, "signs of life came from a poller that hangs");
        manager.listen();
    }
    other.execute_batch("ROLLBACK").unwrap();
    let so_far = manager.told.len();
    manager.wait_for(so_far, "WATCHDOG again", |told| told == "WATCHDOG=1");
}
