//! The unit file: systemd itself says whether it is right, and how much it leaves open.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use clap::Parser;
use tempfile::TempDir;

/// The most that may be left open, by systemd's own count: 10 is everything.
const EXPOSED: f64 = 3.0;

/// The unit that is shipped, but for the program that it starts: the one under test.
fn unit() -> (TempDir, PathBuf) {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/systemd/backhaul.service");
    let text = fs::read_to_string(shipped).unwrap();
    let started = "ExecStart=/usr/bin/backhaul ";
    assert_eq!(text.matches(started).count(), 1);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backhaul.service");
    let here = format!("ExecStart={} ", env!("CARGO_BIN_EXE_backhaul"));
    fs::write(&path, text.replace(started, &here)).unwrap();
    (folder, path)
}

/// What systemd says of it; `None`, and a word about that, where there is no systemd.
fn analyze(arguments: &[&str], unit: &Path) -> Option<Output> {
    match Command::new("systemd-analyze").args(arguments).arg(unit).env("SYSTEMD_COLORS", "0").output() {
        Ok(output) => Some(output),
        Err(error) => {
            println!("skipped: systemd-analyze is not here ({error})");
            None
        }
    }
}

fn both(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn systemd_finds_nothing_wrong_with_it() {
    let (_folder, unit) = unit();
    let Some(verified) = analyze(&["verify"], &unit) else { return };
    assert!(verified.status.success() && both(&verified).trim().is_empty(), "{}", both(&verified));
}

#[test]
fn it_leaves_little_open() {
    let (_folder, unit) = unit();
    let Some(judged) = analyze(&["security", "--offline=true", "--no-pager"], &unit) else { return };
    let text = both(&judged);
    let (_, level) = text.split_once("Overall exposure level for backhaul.service: ").unwrap();
    let level: f64 = level.split_whitespace().next().unwrap().parse().unwrap();
    assert!(level <= EXPOSED, "{text}");
}

#[test]
fn the_group_that_the_documents_name_is_one_that_it_can_hand_files_to() {
    let (_folder, unit) = unit();
    let text = fs::read_to_string(unit).unwrap();
    assert!(text.lines().any(|line| line == "PrivateUsers=true"), "then it has no group but its own");
    let own = text.lines().find_map(|line| line.strip_prefix("Group=")).unwrap();
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operations.md");
    let page = fs::read_to_string(page).unwrap();
    let named = |begins: &str| -> Vec<String> {
        let after = page.lines().filter_map(|line| line.trim().strip_prefix(begins));
        after.map(|name| name.trim_matches('"').to_owned()).collect()
    };
    assert_eq!(named("group = "), [own]);
    assert_eq!(named("Match Group "), [own]);
    assert!(page.contains(&format!("usermod -aG {own} ")), "how somebody is put into it");
}

#[test]
fn it_starts_the_program_with_flags_that_the_program_has() {
    let (_folder, unit) = unit();
    let text = fs::read_to_string(unit).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
    let cli = backhaul::cli::Cli::try_parse_from(line.split_whitespace()).unwrap();
    assert!(cli.sync_only && cli.global.config.is_some());
}
