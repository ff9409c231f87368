//! The binary from outside: what it accepts, prints and exits with.

mod doctor;
mod printing;
mod settings;
mod trail;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use backhaul::cli::{self, Cli};
use backhaul::config::parse_duration;
use backhaul::rules::alerts::AHEAD;
use clap::{CommandFactory, Parser};
use tempfile::TempDir;

/// Runs the program with a home of its own and no other environment.
pub(crate) fn backhaul(home: &Path, arguments: &[&str]) -> Output {
    command(home, arguments).output().unwrap()
}

fn command(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_backhaul"));
    command.args(arguments).env_clear().env("HOME", home).current_dir(home).stdin(Stdio::null());
    command
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A home with an empty configuration, so that the machine's own is never read.
pub(crate) fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".config/backhaul");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), "").unwrap();
    home
}

#[test]
fn wrong_usage_is_exit_2_and_says_so_on_stderr_alone() {
    let home = home();
    for arguments in [
        &["--once"][..],
        &["--view-only", "--sync-only"],
        &["trucks"],
        &["--json"],
        &["tractors", "--csv", "--json"],
        &["tractors", "--fresh", "soon"],
        &["--demo", "status"],
        &["--sync-only", "--log", "loud"],
    ] {
        let output = backhaul(home.path(), arguments);
        assert_eq!((code(&output), stdout(&output).as_str()), (2, ""), "{arguments:?}");
        assert!(!stderr(&output).is_empty(), "{arguments:?}");
    }
}

#[test]
fn help_and_version_are_answers() {
    let home = home();
    let help = backhaul(home.path(), &["--help"]);
    assert_eq!(code(&help), 0);
    for word in [
        "--sync-only",
        "--view-only",
        "--demo",
        "tractors",
        "trail",
        "doctor",
        "late",
        "near",
        "best",
        "detention",
        "status",
        "completions",
        "Exit codes",
    ] {
        assert!(stdout(&help).contains(word), "{word}");
    }
    assert_eq!(
        stdout(&backhaul(home.path(), &["--version"])),
        concat!("backhaul ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn where_nobody_says_how_far_the_hours_ahead_are_as_many_as_the_queue_looks_at() {
    for command in ["hours", "uncovered"] {
        let cli = Cli::try_parse_from(["backhaul", command]).unwrap();
        let Some(cli::Command::Hours(ahead) | cli::Command::Uncovered(ahead)) = cli.command else {
            panic!("{command}")
        };
        assert_eq!(parse_duration(&ahead.horizon), Ok(AHEAD), "{command}");
    }
}

#[test]
fn completions_and_the_man_page_need_no_configuration() {
    let home = home();
    for (arguments, word) in [
        (&["completions", "bash"][..], "--sync-only"),
        (&["completions", "fish"], "sync-only"),
        (&["man"], ".TH"),
    ] {
        let output = backhaul(home.path(), &[&["--config", "/nonexistent"], arguments].concat());
        assert_eq!(code(&output), 0, "{arguments:?}");
        assert!(stdout(&output).contains(word), "{arguments:?}");
    }
}

#[test]
fn the_man_page_has_every_flag_in_the_section_of_its_command() {
    fn check(page: &str, command: &clap::Command, of: &str) {
        for inner in command.get_subcommands() {
            let name = format!("{of} {}", inner.get_name());
            let (_, rest) = page.split_once(&format!(".SS \"{name}\"\n")).unwrap_or_else(|| panic!("{name}"));
            let section = rest.split("\n.S").next().unwrap();
            assert!(section.starts_with(&name), "its usage comes first: {section}");
            for flag in inner.get_arguments().filter_map(clap::Arg::get_long) {
                assert!(section.contains(&format!("--{flag}")), "{name} --{flag}: {section}");
            }
            check(page, inner, &name);
        }
    }
    let page = String::from_utf8(cli::man().unwrap()).unwrap().replace("\\-", "-");
    check(&page, &Cli::command(), "backhaul");
    assert!(!page.contains("(1)"), "there is no other page to look at");
    assert!(page.contains("--config") && page.contains("FILE") && page.contains("\n.SH COMMANDS"), "{page}");
    assert!(page.contains("Exit codes: 0 done"), "{page}");
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let home = home();
    let mut child = command(home.path(), &["completions", "zsh"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
}

#[test]
fn a_broken_configuration_is_exit_2_and_one_line_a_mistake() {
    let home = home();
    let path = home.path().join("broken.toml");
    fs::write(&path, "[polling]\nactiv = \"5s\"\nidle = \"0s\"\n").unwrap();
    let expected = format!(
        "backhaul: {0}:2: polling.activ: there is no such key; did you mean `active`?\n\
         backhaul: {0}:3: polling.idle: must be at least 1s\n",
        path.display()
    );
    let path = path.to_str().unwrap();
    for arguments in
        [&["config", "check"][..], &["config", "show"], &["tractors"], &["--sync-only"], &["--view-only"]]
    {
        let output = backhaul(home.path(), &[arguments, &["--config", path]].concat());
        assert_eq!((code(&output), stdout(&output).as_str()), (2, ""), "{arguments:?}");
        assert_eq!(stderr(&output), expected, "{arguments:?}");
    }
}

#[test]
fn only_the_poller_refuses_a_secret_that_others_can_read() {
    let home = home();
    let path = home.path().join("config.toml");
    fs::write(&path, "[mapbox]\ntoken = \"pk.s3cret\"\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let path = path.to_str().unwrap();
    for arguments in [&["--sync-only"][..], &["--sync-only", "--once"], &["config", "check"]] {
        let output = backhaul(home.path(), &[arguments, &["--config", path]].concat());
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(stderr(&output).ends_with(&format!("run: chmod 600 {path}\n")), "{}", stderr(&output));
        assert!(!stderr(&output).contains("s3cret"));
    }
    let output = backhaul(home.path(), &["config", "show", "--config", path]);
    assert_eq!(code(&output), 0);
    assert!(stdout(&output).contains("token = \"***\""));
    assert!(!stdout(&output).contains("s3cret"));
}

#[test]
fn config_says_which_file_and_whether_it_is_right() {
    let home = home();
    let own = home.path().join(".config/backhaul/config.toml");
    let output = backhaul(home.path(), &["config", "path"]);
    assert_eq!((code(&output), stdout(&output)), (0, format!("{}\n", own.display())));
    let output = backhaul(home.path(), &["config", "check"]);
    assert_eq!((code(&output), stdout(&output).as_str(), stderr(&output).as_str()), (0, "ok\n", ""));
    let output = backhaul(home.path(), &["config", "show", "--json", "--database", "sqlite:x.db"]);
    let shown: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let url = shown.as_array().unwrap().iter().find(|value| value["key"] == "database.url").unwrap();
    assert_eq!(
        (url["value"].as_str(), url["from"].as_str()),
        (Some("\"sqlite:x.db\""), Some("flag --database"))
    );
}

#[test]
fn reading_before_the_first_poll_says_what_to_start() {
    let home = home();
    let output = backhaul(home.path(), &["tractors", "--json"]);
    let path = home.path().join(".local/state/backhaul/backhaul.db");
    assert_eq!((code(&output), stdout(&output).as_str()), (1, ""));
    assert_eq!(
        stderr(&output),
        format!(
            "backhaul: no database yet at {}: start `backhaul` or `backhaul --sync-only` first\n",
            path.display()
        )
    );
}
