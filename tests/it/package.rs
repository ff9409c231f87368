//! The Debian package, built of this test's own binary: what is in it, with which modes, and that what was packed runs.
//! Skipped where there is no dpkg-deb.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn run(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(status.success(), "{command:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

/// The package, and the folder it lies in; `None` where nothing can be built.
fn built() -> Option<(TempDir, PathBuf)> {
    if Command::new("dpkg-deb").arg("--version").output().is_err() {
        eprintln!("skipped: there is no dpkg-deb here");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = top().join("packaging/deb.sh");
    // Packing a debug build well takes minutes.
    let mut build = Command::new(script);
    build.arg(env!("CARGO_BIN_EXE_backhaul")).arg(folder.path()).env("COMPRESS", "none");
    let package = PathBuf::from(run(&mut build).trim());
    Some((folder, package))
}

#[test]
fn the_package_holds_what_an_installation_needs_and_runs() {
    let Some((folder, package)) = built() else { return };
    let name = package.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with(concat!("backhaul_", env!("CARGO_PKG_VERSION"), "_")), "{name}");

    let contents = run(Command::new("dpkg-deb").arg("--contents").arg(&package));
    let mut expected = vec![
        ("-rwxr-xr-x", "./usr/bin/backhaul"),
        ("-rw-r--r--", "./usr/share/man/man1/backhaul.1.gz"),
        ("-rw-r--r--", "./usr/share/bash-completion/completions/backhaul"),
        ("-rw-r--r--", "./usr/share/zsh/vendor-completions/_backhaul"),
        ("-rw-r--r--", "./usr/share/fish/vendor_completions.d/backhaul.fish"),
        ("-rw-r--r--", "./usr/share/doc/backhaul/examples/config.toml"),
        ("-rw-r--r--", "./usr/share/doc/backhaul/operations.md"),
        ("-rw-r--r--", "./usr/share/doc/backhaul/copyright"),
    ];
    if top().join("assets/systemd/backhaul.service").exists() {
        expected.push(("-rw-r--r--", "./usr/lib/systemd/system/backhaul.service"));
    }
    let files = contents.lines().map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        (words[0], words[1], *words.last().unwrap())
    });
    let files: Vec<_> = files.collect();
    for (mode, path) in expected {
        let there =
            files.iter().find(|(.., name)| *name == path).unwrap_or_else(|| panic!("{path}:\n{contents}"));
        assert_eq!((there.0, there.1), (mode, "root/root"), "{path}");
    }
    assert!(files.iter().all(|(mode, ..)| !mode.ends_with("w-") && &mode[8..9] != "w"), "{contents}");

    let unpacked = folder.path().join("unpacked");
    run(Command::new("dpkg-deb").arg("--extract").arg(&package).arg(&unpacked));
    let version = run(Command::new(unpacked.join("usr/bin/backhaul")).arg("--version").env_clear());
    assert_eq!(version, concat!("backhaul ", env!("CARGO_PKG_VERSION"), "\n"));
    let read = |path: &str| fs::read_to_string(unpacked.join(path)).unwrap();
    assert!(read("usr/share/bash-completion/completions/backhaul").contains("--sync-only"));
    assert!(read("usr/share/doc/backhaul/copyright").contains("\n Permission is hereby granted"));
    let example = unpacked.join("usr/share/doc/backhaul/examples/config.toml");
    let mut check = Command::new(unpacked.join("usr/bin/backhaul"));
    check.env_clear().env("HOME", folder.path()).arg("--config").arg(example).args(["config", "check"]);
    assert_eq!(run(&mut check), "ok\n");
}

#[test]
fn its_scripts_are_sound_and_start_nothing_but_what_runs_already() {
    let Some((folder, package)) = built() else { return };
    let control = folder.path().join("control");
    run(Command::new("dpkg-deb").arg("--control").arg(&package).arg(&control));
    let expected: [(&str, &[&str]); 3] = [
        ("postinst", &["systemctl daemon-reload", "systemctl try-restart backhaul.service || true"]),
        ("prerm", &["systemctl disable --now backhaul.service || true"]),
        ("postrm", &["systemctl daemon-reload || true"]),
    ];
    for (script, expected) in expected {
        run(Command::new("sh").arg("-n").arg(control.join(script)));
        let text = fs::read_to_string(control.join(script)).unwrap();
        let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
        let of_services: Vec<_> =
            lines.filter(|line| line.contains("systemctl") || line.contains("service")).collect();
        assert_eq!(of_services, expected, "{script}");
    }
    let field =
        |name: &str| run(Command::new("dpkg-deb").arg("--field").arg(&package).arg(name)).trim().to_owned();
    assert_eq!(
        (field("Package").as_str(), field("Version").as_str()),
        ("backhaul", env!("CARGO_PKG_VERSION"))
    );
    assert!(field("Depends").contains("ca-certificates"));
}
