//! Prism, an independent server that checks requests against a specification, as a process of its own.
//! Never fetched: used where it is installed.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

pub(super) struct Prism {
    process: Child,
    pub(super) base: String,
}

impl Prism {
    /// Serves `specification`; says so and gives `None` where there is no Prism.
    pub(super) fn start(specification: &Path) -> Option<Self> {
        let Some(program) = program() else {
            eprintln!("skipped: Prism is not installed (npm install --global @stoplight/prism-cli)");
            return None;
        };
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut process = Command::new(program)
            .args(["mock", "--host", "127.0.0.1", "--port", &port.to_string()])
            .arg(specification)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let prism = Self { process, base: format!("http://127.0.0.1:{port}") };
        let is_up = lines.any(|line| line.unwrap().contains("is listening"));
        assert!(is_up, "Prism ended before it listened");
        // It stops when nobody reads what it has to say.
        std::thread::spawn(move || lines.for_each(drop));
        Some(prism)
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `prism` on the path. Not what npm may have in its cache: to ask npm for it is to have it installed.
fn program() -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    std::env::split_paths(&paths).map(|folder| folder.join("prism")).find(|file| file.is_file())
}
