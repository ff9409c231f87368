//! A console at the end of an SSH session, as dispatchers come in: OpenSSH's own server on loopback, with keys and a
//! configuration made for the test. Skipped where there is none.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;
use rustix::process::{Pid, Signal, test_kill_process};

use crate::processes::{Office, SLACK, wait};
use crate::pty::{Pty, filled};

/// So soon after the connection is cut nothing of the session is left.
const GONE: Duration = Duration::from_secs(5);

/// A server that lets one key in, and gives whoever comes a console of the office.
struct Server {
    process: Child,
    folder: tempfile::TempDir,
    port: u16,
}

impl Server {
    /// `None`, said on stderr, where OpenSSH is not installed.
    fn start(office: &Office) -> Option<Self> {
        let sshd = installed(&["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"]);
        let keygen = installed(&["/usr/bin/ssh-keygen", "/usr/local/bin/ssh-keygen"]);
        let Some((sshd, keygen)) = sshd.zip(keygen) else {
            eprintln!("skipped: OpenSSH's server is not installed (Debian: openssh-server)");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        for name in ["host", "user"] {
            let mut command = Command::new(&keygen);
            command.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(folder.path().join(name));
            assert!(command.status().unwrap().success());
        }
        if rustix::process::geteuid().is_root() {
            // Where the server's unprivileged half sits; Debian's own start script makes it.
            let _ = fs::DirBuilder::new().mode(0o755).create("/run/sshd");
        }
        // The server takes no 0. Whoever else is given this port meanwhile makes it end, and the wait below fails.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = folder.path().join("sshd_config");
        fs::write(&config, Self::config(office, folder.path(), port)).unwrap();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let mut command = Command::new(sshd);
        command.args(["-D", "-e", "-f"]).arg(&config).stdin(Stdio::null()).stderr(log);
        let process = command.spawn().unwrap();
        let server = Self { process, folder, port };
        wait("the server listens", || server.log().contains("Server listening"));
        Some(server)
    }

    fn config(office: &Office, folder: &Path, port: u16) -> String {
        let (host, keys) = (folder.join("host"), folder.join("user.pub"));
        let console = format!(
            "exec env BACKHAUL_CONFIG='{}' '{}' --view-only",
            office.config().display(),
            env!("CARGO_BIN_EXE_backhaul")
        );
        format!(
            "ListenAddress 127.0.0.1\nPort {port}\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\nUsePAM no\nStrictModes no\n\
             PermitRootLogin yes\nPrintMotd no\nLogLevel INFO\nForceCommand {console}\n",
            host.display(),
            keys.display()
        )
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// Comes in, whatever is asked for.
    fn come_in(&self, rows: u16, columns: u16, asked_for: &[&str]) -> Pty {
        let mut command = CommandBuilder::new("ssh");
        command.env("TERM", "xterm-256color");
        command.env("HOME", self.folder.path());
        command.args([
            "-tt",
            "-F",
            "none",
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/dev/null",
        ]);
        command.args([
            "-o",
            "LogLevel=ERROR",
            "-o",
            "IdentitiesOnly=yes",
            "-p",
            &self.port.to_string(),
            "-i",
        ]);
        command.arg(self.folder.path().join("user"));
        command.arg("127.0.0.1");
        command.args(asked_for);
        Pty::spawn(command, rows, columns)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn installed(paths: &[&str]) -> Option<PathBuf> {
    paths.iter().map(PathBuf::from).find(|path| {
        fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
    })
}

/// The process of the one open console.
fn console(office: &Office) -> Pid {
    let fleet = office.fleet().unwrap();
    let [viewer] = fleet.viewers.as_slice() else { panic!("{:?}", fleet.viewers) };
    Pid::from_raw(i32::try_from(viewer.pid).unwrap()).unwrap()
}

fn is_there(process: Pid) -> bool {
    test_kill_process(process).is_ok()
}

#[test]
fn whoever_comes_in_works_and_leaves_no_process_behind_when_the_connection_is_cut() {
    let office = filled(6);
    let Some(server) = Server::start(&office) else { return };
    let mut session = server.come_in(24, 80, &[]);
    session.wait_for("Board");
    session.press("5");
    session.wait_for("Tractors 6");
    let number = office.fleet().unwrap().tractors.at(0).unwrap().unit_number.clone();
    session.wait_for(&number);
    wait("it announces itself", || office.fleet().is_some_and(|fleet| fleet.viewers.len() == 1));
    let console = console(&office);
    assert!(is_there(console));

    session.signal(Signal::KILL);
    let cut = Instant::now();
    session.ended();
    wait("the console has ended", || !is_there(console));
    assert!(cut.elapsed() < GONE + SLACK, "{:?}", cut.elapsed());
    wait("its row is gone", || office.fleet().is_some_and(|fleet| fleet.viewers.is_empty()));
}

#[test]
fn whoever_quits_is_logged_out_and_gets_no_shell_whatever_he_asks_for() {
    let office = filled(4);
    let Some(server) = Server::start(&office) else { return };
    let mut session = server.come_in(30, 110, &["cat /etc/passwd; sh"]);
    session.wait_for("Board");
    session.press("q");
    assert!(session.ended().success());
    assert!(!session.raw().contains("root:"), "only the console was run");
    wait("its row is gone", || office.fleet().is_some_and(|fleet| fleet.viewers.is_empty()));
}
