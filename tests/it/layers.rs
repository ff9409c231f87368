//! The architecture, as a test: who may name whom, and how long a file may grow.

use std::fs;
use std::path::{Path, PathBuf};

/// Each module with the modules it may name, lowest layer first. `None`: everything.
const LAYERS: &[(&str, Option<&[&str]>)] = &[
    ("model", Some(&[])),
    ("log", Some(&[])),
    ("service", Some(&[])),
    ("cli", Some(&[])),
    ("http", Some(&["model"])),
    ("config", Some(&["model"])),
    ("rules", Some(&["model"])),
    ("providers", Some(&["model", "http"])),
    ("routing", Some(&["model", "http"])),
    ("store", Some(&["model"])),
    ("sync", Some(&["model", "rules", "providers", "routing", "store"])),
    ("tui", Some(&["model", "rules"])),
    ("assistant", Some(&["model", "http", "rules", "store"])),
    ("commands", Some(&["model", "rules", "store", "assistant"])),
    ("sim", Some(&["model"])),
    ("checkup", None),
    ("daemon", None),
    ("init", None),
    ("console", None),
    ("main", None),
    ("lib", Some(&[])),
];

#[test]
fn imports_only_point_down() {
    for (path, text) in sources("src") {
        let first = path.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
        let (_, allowed) = LAYERS
            .iter()
            .find(|(name, _)| *name == first)
            .unwrap_or_else(|| panic!("{first} is not in the table of layers"));
        let Some(allowed) = allowed else { continue };
        for used in named_modules(&text) {
            assert!(used == first || allowed.contains(&used), "{} may not name {used}", path.display());
        }
    }
}

#[test]
fn no_file_is_too_long() {
    for (path, text) in sources("src").into_iter().chain(sources("tests")) {
        let lines = text.lines().count();
        assert!(lines <= 500, "{} has {lines} lines", path.display());
    }
}

#[test]
fn every_file_says_what_it_is() {
    for (path, text) in sources("src").into_iter().chain(sources("tests")) {
        assert!(text.starts_with("//! "), "{} does not open with what it is", path.display());
    }
}

/// Every `crate::x` in the text, braces of a `use crate::{…}` included.
fn named_modules(text: &str) -> Vec<&str> {
    let mut named = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let list = rest.strip_prefix('{').map_or(rest, |inner| inner.split('}').next().unwrap());
        let inside: Vec<&str> = if rest.starts_with('{') { list.split(',').collect() } else { vec![list] };
        for name in inside {
            let name = name.trim();
            let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
            if end > 0 {
                named.push(&name[..end]);
            }
        }
    }
    named
}

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let (mut found, mut folders) = (Vec::new(), vec![root.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found
                    .push((path.strip_prefix(&root).unwrap().to_owned(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}
