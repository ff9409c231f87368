//! The documents against the program: every `backhaul …` in them is one that it takes, and those that only read are run
//! against a database of the demo's.

use std::fs;
use std::path::{Path, PathBuf};

use backhaul::cli::{Cli, Command};
use clap::Parser;

use crate::processes::Office;

/// A line of a document that begins with the program's name.
#[derive(Debug)]
struct Typed {
    document: String,
    arguments: Vec<String>,
    /// Whether it stands in a block that is run.
    is_run: bool,
}

fn documents() -> Vec<PathBuf> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = fs::read_dir(top.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<_> = pages.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    all.push(top.join("README.md"));
    all.sort();
    all
}

/// A shell's words: blanks part them, quotes keep them together, `#` ends the line.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None::<char>);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => break,
            (None, _) if c.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// The program's arguments, where a line calls it: after an assignment, `sudo -u NAME`, or tmux's own words.
fn arguments(line: &str) -> Option<Vec<String>> {
    let words = words(line);
    let first = words.first()?.as_str();
    let at = match first {
        "backhaul" => 0,
        "sudo" if words.get(1).is_some_and(|word| word == "-u") => 3,
        "tmux" => words.iter().position(|word| word == "backhaul")?,
        _ => return None,
    };
    (words.get(at)? == "backhaul").then(|| words[at + 1..].to_vec())
}

fn typed() -> Vec<Typed> {
    let mut all = Vec::new();
    for path in documents() {
        let document = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let mut fence = None::<&str>;
        for line in text.lines() {
            if let Some(info) = line.strip_prefix("```") {
                fence = if fence.is_some() { None } else { Some(info.trim()) };
                continue;
            }
            let document = document.clone();
            match fence {
                Some(info) if info.starts_with("sh") => {
                    let is_run = info == "sh";
                    all.extend(arguments(line).map(|arguments| Typed { document, arguments, is_run }));
                }
                Some(_) => {}
                None => {
                    // Code inside of sentences.
                    let spans = line.split('`').skip(1).step_by(2).filter_map(arguments);
                    all.extend(spans.map(|arguments| Typed {
                        document: document.clone(),
                        arguments,
                        is_run: false,
                    }));
                }
            }
        }
    }
    all
}

fn parsed(arguments: &[String]) -> Result<Cli, clap::Error> {
    let cli = Cli::try_parse_from(std::iter::once("backhaul").chain(arguments.iter().map(String::as_str)))?;
    cli.check()?;
    Ok(cli)
}

/// The codes that a command may end with here; `None` where it goes on until it is stopped, or asks.
fn codes(cli: &Cli) -> Option<&'static [i32]> {
    match &cli.command {
        None if cli.sync_only && cli.once => Some(&[0]),
        None | Some(Command::Init(_) | Command::Sim(_)) => None,
        // Nobody polls here.
        Some(Command::Doctor) => Some(&[1]),
        // What was read is as old as the test is slow.
        Some(Command::Late(_) | Command::Status(_)) => Some(&[0, 4]),
        Some(_) => Some(&[0]),
    }
}

#[test]
fn every_command_in_the_documents_is_one_that_the_program_takes() {
    let typed = typed();
    assert!(typed.len() > 40, "{typed:?}");
    for Typed { document, arguments, .. } in &typed {
        if let Err(error) = parsed(arguments) {
            panic!("{document}: backhaul {}: {error}", arguments.join(" "));
        }
    }
}

#[test]
fn the_commands_that_only_read_are_run() {
    let office = Office::frozen(6);
    let filled = office.output(&["--sync-only", "--once"]);
    assert!(filled.status.success(), "{}", String::from_utf8_lossy(&filled.stderr));
    let mut run = 0;
    for Typed { document, arguments, .. } in typed().iter().filter(|typed| typed.is_run) {
        let Some(codes) = codes(&parsed(arguments).unwrap()) else { continue };
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = office.output(&arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        let code = output.status.code().unwrap();
        assert!(codes.contains(&code), "{document}: {arguments:?} ended with {code}: {said}");
        run += 1;
    }
    assert!(run >= 12, "only {run} commands were run");
}

#[test]
fn a_line_is_read_as_a_shell_reads_it() {
    let check = |line: &str, expected: &[&str]| {
        assert_eq!(arguments(line).unwrap(), expected, "{line}");
    };
    check(
        "backhaul near \"Dallas TX\" 100 --drive '>=5h'   # who",
        &["near", "Dallas TX", "100", "--drive", ">=5h"],
    );
    check("sudo -u backhaul backhaul doctor", &["doctor"]);
    check("tmux new-session -A -s board backhaul --view-only", &["--view-only"]);
    for other in ["cargo run --release -- --demo", "# backhaul", "sudo systemctl enable --now backhaul", ""] {
        assert_eq!(arguments(other), None, "{other}");
    }
}

#[test]
fn the_pages_point_at_files_that_are_there() {
    for path in documents() {
        let text = fs::read_to_string(&path).unwrap();
        let folder = path.parent().unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if !link.starts_with("http") {
                assert!(folder.join(link).exists(), "{}: {link}", path.display());
            }
        }
    }
}

#[test]
fn the_readme_tries_it_with_two_commands() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, rest) = text.split_once("## Try it\n\n```sh\n").unwrap();
    let (block, _) = rest.split_once("```").unwrap();
    let commands: Vec<_> = block.lines().map(words).collect();
    assert_eq!(commands, [vec!["cargo", "run", "--release", "--", "--demo"], vec!["cargo", "test"]]);
}
