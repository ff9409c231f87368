//! A terminal that vanishes under a console: nobody is left to be told anything.

use std::io::Read;

use portable_pty::{PtySize, native_pty_system};

use super::{Pty, filled};
use crate::processes::wait;

#[test]
fn a_terminal_that_vanishes_ends_the_console_in_order() {
    let office = filled(3);
    let pair = native_pty_system().openpty(PtySize { rows: 24, cols: 80, ..PtySize::default() }).unwrap();
    let mut console = pair.slave.spawn_command(Pty::command(&office, &["--view-only"])).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    let (mut shown, mut buffer) = (Vec::new(), [0; 4096]);
    while !String::from_utf8_lossy(&shown).contains("Board") {
        let read = reader.read(&mut buffer).unwrap();
        shown.extend(&buffer[..read]);
    }
    drop((reader, pair.master));
    let mut ended = None;
    wait("the console ends", || {
        ended = console.try_wait().unwrap();
        ended.is_some()
    });
    assert_eq!(ended.unwrap().exit_code(), 0);
    let status: serde_json::Value =
        serde_json::from_slice(&office.output(&["status", "--json"]).stdout).unwrap();
    assert_eq!(status["viewers"], 0, "{status}");
}
