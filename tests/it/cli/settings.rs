//! What `doctor` and `config check` say of an installation's files and of a configuration that cannot be gone by.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;

use super::{backhaul, code, home, stderr, stdout};
use crate::store::Bench;

#[test]
fn files_that_are_made_for_a_group_are_no_fault() {
    let home = home();
    let bench = Bench::new();
    let database = format!("sqlite:{}", bench.path().display());
    let failed = |what: &str| {
        let output = backhaul(home.path(), &["doctor", "--json", "--database", &database]);
        let rows: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        let files = rows.iter().filter(|row| row["check"] == "files" && row["ok"] == false);
        let files: Vec<_> = files.map(|row| row["subject"].as_str().unwrap().to_owned()).collect();
        println!("{what}: {files:?}");
        files
    };
    let folder = bench.path().parent().unwrap().to_owned();
    let allow = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    allow(&folder, 0o2770);
    assert!(failed("as the package makes the folder").is_empty());
    allow(&folder, 0o770);
    assert_eq!(failed("a folder that was opened by hand"), [folder.to_str().unwrap()]);
    allow(&folder, 0o2777);
    assert_eq!(failed("a folder that is everybody's"), [folder.to_str().unwrap()]);
    allow(&folder, 0o2770);
    allow(&bench.path(), 0o660);
    assert_eq!(failed("a file of ours that no group was named for").len(), 1);
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(bench.path(), Some(64_101), None).unwrap();
        assert!(failed("a file of somebody else's").is_empty());
    }
}

#[test]
fn a_configuration_that_cannot_be_gone_by_is_told_with_what_helps() {
    let home = home();
    let told = |arguments: &[&str]| stdout(&backhaul(home.path(), &[&["doctor"], arguments].concat()));
    let missing = told(&["--config", "/nonexistent/x.toml"]);
    assert!(missing.contains("flag --config: /nonexistent/x.toml: cannot be read: "), "{missing}");
    assert!(missing.contains("\n      name one that is there: --config FILE; `backhaul init"), "{missing}");
    assert!(!missing.contains("mend that line"), "{missing}");
    let path = home.path().join("config.toml");
    let name = path.to_str().unwrap();
    for (text, expected) in [
        ("[database]\ngroup = \"no-such-group\"\n", ":2: database.group: there is no group `no-such-group`"),
        ("[keys]\nsort = [\"j\"]\n", ":2: keys.sort: `j` cannot both `down` and `sort`"),
        ("[theme]\n\nbad = \"puce\"\n", ":3: theme.bad: `puce` is no colour"),
    ] {
        fs::write(&path, text).unwrap();
        let expected = format!("{name}{expected}");
        let examined = told(&["--config", name]);
        assert!(examined.contains(&expected), "{examined}");
        let checked = backhaul(home.path(), &["config", "check", "--config", name]);
        assert_eq!(code(&checked), 2);
        assert!(stderr(&checked).contains(&expected), "{}", stderr(&checked));
    }
    let other = home.path().join("invoices.db");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE invoices (id)").unwrap();
    let foreign = told(&["--database", &format!("sqlite:{}", other.display())]);
    assert!(foreign.contains("invoices.db is no database of backhaul's"), "{foreign}");
    assert!(foreign.contains("connect an upstream first (`backhaul init`)"), "{foreign}");
}
