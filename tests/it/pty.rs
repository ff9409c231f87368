//! The console in a real pseudo-terminal: it starts, draws, idles, and gives the shell back.

mod lost;

use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use backhaul::model::{
    Exception, ExceptionKind, ExceptionState, MovementKey, Severity, Step, Subject, SubjectKind, Touches,
};
use backhaul::store::{Access, Store};
use backhaul::sync::{Clock, JUDGE};
use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::Signal;

use crate::processes::{LIMIT, Office, SLACK, wait};

/// A program in a terminal of its own.
pub(crate) struct Pty {
    child: Box<dyn portable_pty::Child + Send + Sync>,
    input: Box<dyn Write + Send>,
    screen: Arc<Mutex<vt100::Parser>>,
    bytes: Arc<Mutex<Vec<u8>>>,
    master: Box<dyn MasterPty + Send>,
}

impl Pty {
    pub(crate) fn spawn(command: CommandBuilder, rows: u16, cols: u16) -> Self {
        let pair = native_pty_system().openpty(PtySize { rows, cols, ..PtySize::default() }).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        Self::around(child, pair.master, rows, cols)
    }

    /// A command that the standard library made, such as one of another user.
    pub(crate) fn of(mut command: std::process::Command, rows: u16, cols: u16) -> Self {
        let pair = native_pty_system().openpty(PtySize { rows, cols, ..PtySize::default() }).unwrap();
        let no_ctty = rustix::fs::OFlags::NOCTTY.bits().try_into().unwrap();
        let terminal = || {
            let mut options = std::fs::File::options();
            options
                .read(true)
                .write(true)
                .custom_flags(no_ctty)
                .open(pair.master.tty_name().unwrap())
                .unwrap()
        };
        let child = command.stdin(terminal()).stdout(terminal()).stderr(terminal()).spawn().unwrap();
        drop(pair.slave);
        Self::around(Box::new(child), pair.master, rows, cols)
    }

    fn around(
        child: Box<dyn portable_pty::Child + Send + Sync>,
        master: Box<dyn MasterPty + Send>,
        rows: u16,
        cols: u16,
    ) -> Self {
        let size = |n: u16| n.try_into().unwrap();
        let screen = Arc::new(Mutex::new(vt100::Parser::new(size(rows), size(cols), 0)));
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let mut reader = master.try_clone_reader().unwrap();
        let (shown, raw) = (Arc::clone(&screen), Arc::clone(&bytes));
        std::thread::spawn(move || {
            let (mut buffer, mut held) = ([0; 4096], Vec::new());
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                raw.lock().unwrap().extend(&buffer[..n]);
                held.extend(&buffer[..n]);
                let ready = drawable(&held);
                shown.lock().unwrap().process(&held[..ready]);
                held.drain(..ready);
            }
            shown.lock().unwrap().process(&held);
        });
        let input = master.take_writer().unwrap();
        Self { child, input, screen, bytes, master }
    }

    /// A console on the office's database.
    pub(crate) fn console(office: &Office, arguments: &[&str], rows: u16, cols: u16) -> Self {
        Self::spawn(Self::command(office, arguments), rows, cols)
    }

    fn command(office: &Office, arguments: &[&str]) -> CommandBuilder {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_backhaul"));
        command.env_clear();
        command.env("HOME", office.folder.path());
        command.env("TERM", "xterm-256color");
        command.env("BACKHAUL_CONFIG", office.config());
        command.args(arguments);
        command
    }

    pub(crate) fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    fn is_fullscreen(&self) -> bool {
        self.screen.lock().unwrap().screen().alternate_screen()
    }

    pub(crate) fn wait_for(&self, text: &str) {
        let began = Instant::now();
        while !self.text().contains(text) {
            assert!(began.elapsed() < LIMIT, "never saw {text:?}:\n{}", self.text());
            std::thread::park_timeout(Duration::from_millis(10));
        }
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).unwrap();
    }

    /// What was written to the terminal so far.
    pub(crate) fn raw(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().unwrap()).into_owned()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.process_id().unwrap()).unwrap();
        rustix::process::kill_process(rustix::process::Pid::from_raw(pid).unwrap(), signal).unwrap();
    }

    pub(crate) fn ended(&mut self) -> portable_pty::ExitStatus {
        let mut status = None;
        wait("the console ends", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap()
    }
}

/// How much of it a terminal would show: a frame that has begun is held back until it is whole, or half of it would
/// be read for the screen.
fn drawable(held: &[u8]) -> usize {
    const BEGIN: &[u8] = b"\x1b[?2026h";
    const END: &[u8] = b"\x1b[?2026l";
    let last = |mark: &[u8]| held.windows(mark.len()).rposition(|bytes| bytes == mark);
    match (last(BEGIN), last(END)) {
        (Some(begin), end) if end.is_none_or(|end| end < begin) => begin,
        _ => {
            let begun = (1..BEGIN.len()).rev().find(|n| held.ends_with(&BEGIN[..*n]));
            held.len() - begun.unwrap_or(0)
        }
    }
}

#[test]
fn half_a_frame_is_not_read_for_the_screen() {
    let written = b"$ \x1b[?2026hab\x1b[?2026l-\x1b[?2026hcd\x1b[?2026lz";
    let shown = |n: usize| String::from_utf8_lossy(&written[..drawable(&written[..n])]).into_owned();
    for n in 0..=written.len() {
        let shown = shown(n);
        let is_whole = shown.matches("2026h").count() == shown.matches("2026l").count();
        assert!(is_whole, "after {n} bytes: {shown:?}");
    }
    assert_eq!((shown(2), shown(written.len() - 1).len()), ("$ ".into(), written.len() - 1));
    assert_eq!(shown(22), "$ \x1b[?2026hab\x1b[?2026l-", "of what may begin a frame nothing");
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An office whose database is filled, and which nobody polls now.
pub(crate) fn filled(units: usize) -> Office {
    let office = Office::frozen(units);
    let read = office.output(&["--sync-only", "--once"]);
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    office
}

#[test]
fn it_starts_draws_resizes_quits_and_gives_the_terminal_back() {
    let office = filled(6);
    let mut console = Pty::console(&office, &["--view-only"], 24, 80);
    console.wait_for("Board");
    assert!(console.is_fullscreen());
    console.press("5");
    let number = office.fleet().unwrap().tractors.at(0).unwrap().unit_number.clone();
    console.wait_for(&number);
    let wide = PtySize { rows: 40, cols: 140, ..PtySize::default() };
    console.master.resize(wide).unwrap();
    console.screen.lock().unwrap().screen_mut().set_size(40.try_into().unwrap(), 140.try_into().unwrap());
    console.press("4");
    console.wait_for("Drivers");
    console.press("q");
    assert!(console.ended().success());
    wait("the shell's screen is back", || !console.is_fullscreen());
}

#[test]
fn what_is_stored_is_on_the_first_frame_without_any_upstream() {
    let office = filled(6);
    let number = office.fleet().unwrap().tractors.at(0).unwrap().unit_number.clone();
    office.sim.faults().set(backhaul::sim::Upstream::Samsara, "", backhaul::sim::Fault::Hang);
    office.sim.faults().set(backhaul::sim::Upstream::McLeod, "", backhaul::sim::Fault::Hang);
    let mut console = Pty::console(&office, &[], 30, 100);
    console.press("5");
    console.wait_for(&number);
    console.press("q");
    assert!(console.ended().success(), "and it leaves while its calls hang");
}

#[test]
fn the_mouse_is_off_until_it_is_asked_for_and_whatever_was_taken_is_given_back() {
    let office = filled(4);
    let mut console = Pty::console(&office, &["--view-only"], 24, 80);
    console.wait_for("Board");
    assert!(console.raw().contains("\x1b[22;2t\x1b]2;backhaul\x07"), "the title is kept and ours shown");
    assert!(!console.raw().contains("\x1b[?100"), "no mouse");
    console.press("M");
    console.wait_for("mouse on");
    assert!(console.raw().contains("\x1b[?1000h\x1b[?1006h"));
    assert!(!console.raw().contains("\x1b[?1003h"), "not every move");
    console.press("5");
    console.wait_for("Tractors 4");
    console.press("\x1b[<0;5;6M\x1b[<0;5;6m\x1b[<65;5;6M");
    console.press("M");
    console.wait_for("mouse off");
    assert!(console.raw().contains("\x1b[?1006l\x1b[?1000l"));
    console.press("q");
    assert!(console.ended().success());
    wait("the title is given back", || console.raw().contains("\x1b[23;2t"));
    for signal in [Signal::TERM, Signal::HUP] {
        let mut console = Pty::console(&office, &["--view-only", "--mouse"], 24, 80);
        console.wait_for("Board");
        assert!(console.raw().contains("\x1b[?1000h"), "from the start");
        console.signal(signal);
        console.ended();
        wait("all is given back", || {
            let raw = console.raw();
            raw.contains("\x1b[?1006l\x1b[?1000l")
                && raw.contains("\x1b[23;2t")
                && raw.contains("\x1b[?2004l")
        });
    }
}

#[test]
fn inside_tmux_a_copy_is_wrapped_and_a_terminal_without_titles_is_given_none() {
    let office = filled(4);
    let mut command = Pty::command(&office, &["--view-only"]);
    command.env("TMUX", "/tmp/tmux-1000/default,1,0");
    command.env("TERM", "linux");
    let mut console = Pty::spawn(command, 24, 80);
    console.wait_for("Board");
    console.press("5y");
    console.wait_for("copied: ");
    let raw = console.raw();
    assert!(
        raw.contains("\x1bPtmux;\x1b\x1b]52;c;") && raw.contains("\x1b\x1b\\\x1b\\\x1b]52;c;"),
        "{raw:?}"
    );
    assert!(!raw.contains("\x1b]2;"));
    console.press("q");
    console.ended();
}

#[test]
fn what_is_newly_critical_rings_once_and_what_was_there_before_does_not() {
    let office = filled(4);
    let console = Pty::console(&office, &["--view-only"], 24, 80);
    console.wait_for("Board");
    assert!(!console.raw().contains("\x1b]9;"));
    raise(&office.database(), Access::Owner);
    wait("it rings", || {
        console.raw().contains("\x07\x1b]9;L77: 42m late at Memphis TN (delivery): 14H\x1b\\")
    });
    let late = Pty::console(&office, &["--view-only"], 24, 80);
    late.wait_for("LATE 42m");
    assert!(!late.raw().contains("\x1b]9;"), "it was there before this console");
}

#[test]
fn a_signal_ends_it_and_gives_the_terminal_back() {
    let office = filled(4);
    for signal in [Signal::TERM, Signal::HUP] {
        let mut console = Pty::console(&office, &[], 24, 80);
        console.wait_for("Board");
        let began = Instant::now();
        console.signal(signal);
        console.ended();
        assert!(began.elapsed() < Duration::from_secs(2) + SLACK);
        wait("the shell's screen is back", || !console.is_fullscreen());
    }
}

#[test]
fn a_vanished_terminal_leaves_no_process_and_no_row_behind() {
    let office = filled(4);
    let pair = native_pty_system().openpty(PtySize { rows: 24, cols: 80, ..PtySize::default() }).unwrap();
    let mut child = pair.slave.spawn_command(Pty::command(&office, &["--view-only"])).unwrap();
    drop(pair.slave);
    // Read here, not in a thread: with this reader and the master the terminal is gone.
    let mut reader = pair.master.try_clone_reader().unwrap();
    let (mut screen, mut buffer) =
        (vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0), [0; 4096]);
    while !screen.screen().contents().contains("Board") {
        let read = reader.read(&mut buffer).unwrap();
        screen.process(&buffer[..read]);
    }
    drop(reader);
    drop(pair.master);
    wait("the console ends", || child.try_wait().unwrap().is_some());
    wait("its row among the viewers is gone", || {
        office.fleet().is_some_and(|fleet| fleet.viewers.is_empty())
    });
}

#[test]
fn an_idle_console_writes_nothing() {
    let office = filled(4);
    let console = Pty::console(&office, &["--view-only"], 24, 80);
    console.wait_for("Board");
    let written = || console.bytes.lock().unwrap().len();
    // Long enough for two renewals of its row and several ticks, within which no shown word changes.
    let mut before = written();
    let mut quiet_since = Instant::now();
    wait("three seconds without a byte", || {
        if written() != before {
            (before, quiet_since) = (written(), Instant::now());
        }
        quiet_since.elapsed() > Duration::from_secs(3)
    });
}

/// A console where this person sits, looking at the board.
fn console_of(office: &Office, user: &str) -> Pty {
    let mut command = Pty::command(office, &["--view-only"]);
    command.env("USER", user);
    Pty::spawn(command, 30, 110)
}

/// Puts a late load into the queue.
pub(crate) fn raise(database: &Path, access: Access) -> Exception {
    let kind = ExceptionKind::Late;
    let key = MovementKey { company_id: "TMS".into(), id: "L77".into() };
    let subject = Subject::of_company(SubjectKind::Movement, &key);
    let now = Clock::system().now();
    let row = Exception {
        id: subject.exception_id(kind),
        kind,
        severity: Severity::Critical,
        touches: Touches {
            company_id: Some(key.company_id),
            movement_id: Some(key.id),
            ..Touches::default()
        },
        subject,
        measure_s: Some(2520),
        score: i64::MAX,
        summary: "42m late at Memphis TN (delivery): 14H".into(),
        state: ExceptionState::Open,
        count: 1,
        since_at: now,
        first_raised_at: Some(now.minus(Duration::from_secs(60))),
        raised_at: Some(now),
        computed_at: now,
        ..Exception::default()
    };
    let (store, _) = Store::open(database, access, JUDGE, now).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(store.write_exceptions(vec![Step::Raise(row.clone())])).unwrap();
    row
}

#[test]
fn two_people_at_one_load_are_told_of_each_other() {
    let office = filled(4);
    raise(&office.database(), Access::Owner);
    let (mut ann, mut bob) = (console_of(&office, "ann"), console_of(&office, "bob"));
    ann.wait_for("LATE 42m");
    bob.wait_for("LATE 42m");
    let line = |console: &Pty| {
        let text = console.text();
        text.lines().find(|line| line.contains("LATE 42m")).unwrap_or_default().to_owned()
    };
    ann.press("\r");
    ann.wait_for("L77");
    wait("bob reads on the board that ann looks at it", || line(&bob).contains("~ann"));
    assert!(!ann.text().contains("looking at"), "and she is told of nobody: {}", ann.text());
    bob.press("\r");
    bob.wait_for("ann is looking at load L77 too");
    ann.wait_for("bob is looking at load L77 too");
    bob.press("C");
    bob.wait_for("everybody reads that you see to it - ann is looking at load L77 too");
    ann.press("\x1b");
    ann.wait_for("~bob");
    let views = |office: &Office| -> Vec<String> {
        office.fleet().unwrap().viewers.iter().map(|viewer| viewer.view.clone()).collect()
    };
    wait("the file says who looks at what", || {
        let mut views = views(&office);
        views.sort_unstable();
        views == ["board", "load L77 of TMS"]
    });
}

#[test]
fn what_one_person_does_at_a_console_is_read_at_every_other_and_in_the_file() {
    let office = filled(4);
    let row = raise(&office.database(), Access::Owner);
    let (mut ann, mut bob) = (console_of(&office, "ann"), console_of(&office, "bob"));
    ann.wait_for("LATE 42m");
    bob.wait_for("LATE 42m");
    ann.press("C");
    ann.wait_for("everybody reads that you see to it");
    let line = |console: &Pty| {
        let text = console.text();
        text.lines().find(|line| line.contains("LATE 42m")).unwrap_or_default().to_owned()
    };
    wait("bob reads that ann has it", || line(&bob).contains("ann"));
    let handling = || office.fleet().unwrap().exceptions.get(&row.id).unwrap().handling.clone();
    assert_eq!(handling().claim.map(|mark| mark.user).as_deref(), Some("ann"));
    bob.press("ncalled him, 15:10 at the gate\r");
    bob.wait_for("your note is there");
    wait("ann reads that there is a note", || line(&ann).contains("n1"));
    ann.press("\r");
    ann.wait_for("called him, 15:10 at the gate");
    ann.press("\x1b");
    ann.wait_for("worst first");
    ann.press("z4h\r");
    wait("ann is not bothered any more", || ann.text().contains("(1 snoozed)") && line(&ann).is_empty());
    assert!(line(&bob).contains("LATE"), "bob is");
    ann.press("ZgC");
    wait("bob reads that nobody has it", || !line(&bob).contains("ann"));
    assert_eq!(handling().claim, None);
    assert_eq!(handling().notes.len(), 1);
}

#[test]
fn a_panic_in_any_thread_gives_the_terminal_back_and_ends_the_process() {
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(["--exact", "pty::panics_when_asked_to", "--nocapture"]);
    command.env("BACKHAUL_TEST_PANIC", "1");
    // A backtrace would scroll the message away.
    command.env("RUST_BACKTRACE", "0");
    let mut program = Pty::spawn(command, 24, 80);
    assert_eq!(program.ended().exit_code(), 101);
    wait("the message is on the shell's screen", || {
        !program.is_fullscreen() && program.text().contains("on purpose")
    });
}

/// Run by the test above, in a terminal of its own.
#[test]
fn panics_when_asked_to() {
    if std::env::var_os("BACKHAUL_TEST_PANIC").is_none() {
        return;
    }
    let _screen = backhaul::tui::terminal::Screen::enter().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let task = runtime.spawn(async { panic!("on purpose") });
    let _ = runtime.block_on(task);
    unreachable!("a panic in a task ends the process");
}

#[test]
fn the_demo_answers_what_will_be_late_in_the_chat_and_esc_puts_it_away() {
    let home = tempfile::tempdir().unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_backhaul"));
    command.env_clear();
    command.env("HOME", home.path());
    command.env("TERM", "xterm-256color");
    command.cwd(home.path());
    command.args(["--demo"]);
    // Tall enough that nothing of the answer is scrolled away.
    let mut console = Pty::spawn(command, 60, 200);
    console.press("3");
    console.wait_for("under way");
    console.press("c");
    console.wait_for("Ask in plain words");
    console.press("what's going to be late and why\r");
    console.wait_for("late loads: ");
    console.wait_for("answered by the demo model");
    console.wait_for("oldest data");
    console.wait_for("esc close");
    console.press("\u{1b}");
    // A key right behind it would be read as one with Alt.
    console.wait_for("q quit");
    assert!(!console.text().contains("late loads: "), "{}", console.text());
    console.press("q");
    assert!(console.ended().success());
}
