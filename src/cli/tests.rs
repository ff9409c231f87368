//! What may be typed, and what may not.

use super::*;

fn accepts(arguments: &str) -> bool {
    let words = std::iter::once("backhaul").chain(arguments.split_whitespace());
    Cli::try_parse_from(words).is_ok_and(|cli| cli.check().is_ok())
}

#[test]
fn the_definition_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn what_can_be_meant_is_accepted() {
    for arguments in [
        "",
        "--sync-only",
        "--sync-only --once",
        "--sync-only --log-format json",
        "--sync-only --demo",
        "--demo --ascii --no-color",
        "--view-only --database sqlite:x.db",
        "tractors",
        "trailers --json",
        "drivers --csv --fresh 90s",
        "status --json --config x.toml",
        "--json status",
        "sim --units 500 --seed 7 --port 8080 --print-config",
        "trail 412",
        "trail samsara:9 --since 3d --geojson",
        "trail 412 --kind trailer --csv",
        "trail 412 --json",
        "plan --stdin",
        "plan --stdin --json",
        "plan 0261391",
        "plan TMS/0261391 --json",
        "late",
        "audit --since 3d --user ann --load 0091 --json",
        "audit --csv",
        "init",
        "init --demo --config x.toml",
        "late --tight --exit-code --fresh 2m --json",
        "find 53012",
        "find smith --json",
        "near dallas",
        "near memphis tn",
        "near 32.7,-96.8 50 --drive >=5h --empty",
        "best 0261391 --top 3",
        "detention --json",
        "detention --proof S1 --json",
        "detention --proof S1 --csv",
        "hours",
        "hours --horizon 4h --json",
        "uncovered --horizon 4h --json",
        "say PO-88123",
        "say 88123 --json",
        "handoff",
        "handoff --md",
        "handoff --json",
        "status --fresh 2m --json",
        "ask where is 418",
        "ask late --json",
        "doctor",
        "doctor --json",
        "config show",
        "config show --json",
        "completions bash",
        "man",
    ] {
        assert!(accepts(arguments), "{arguments}");
    }
}

#[test]
fn what_cannot_be_meant_is_refused() {
    for arguments in [
        "--once",
        "--sync-only --view-only",
        "--json",
        "--sync-only tractors",
        "--demo status",
        "tractors --csv --json",
        "status --csv",
        "trail",
        "trail 412 --json --geojson",
        "trail 412 --kind driver",
        "plan",
        "plan 1 --stdin",
        "late --csv",
        "find",
        "near",
        "near dallas 0",
        "near memphis tn 0",
        "near memphis tn inf",
        "best",
        "best 1 --top 0",
        "detention 7",
        "detention --csv",
        "detention --proof",
        "say",
        "handoff --md --json",
        "hours 4h",
        "ask",
        "doctor --csv",
        "config",
        "config path --json",
        "sim --units 0",
        "sim --port 70000",
        "completions tcsh",
        "trucks",
        "--nonsense",
    ] {
        assert!(!accepts(arguments), "{arguments}");
    }
}

#[test]
fn a_place_of_several_words_needs_no_quotes() {
    let asked = |line: &str| {
        let cli = Cli::try_parse_from(["backhaul"].into_iter().chain(line.split(' '))).unwrap();
        let Some(Command::Near(near)) = cli.command else { panic!("{line}") };
        near.asked().unwrap()
    };
    for (line, place, miles) in [
        ("near memphis tn", "memphis tn", 100.0),
        ("near memphis tn 50", "memphis tn", 50.0),
        ("near --empty salt lake city 25", "salt lake city", 25.0),
        ("near dallas 100", "dallas", 100.0),
        ("near 412", "412", 100.0),
        ("near 412 50", "412", 50.0),
        ("near truck 412", "truck 412", 100.0),
        ("near truck 412 50", "truck 412", 50.0),
    ] {
        assert_eq!(asked(line), (place.to_owned(), miles), "{line}");
    }
}
