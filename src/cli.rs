//! The command line: what may be typed. It runs nothing and knows nothing of the rest.

mod global;
mod man;

use clap::error::ErrorKind;
use clap::{ArgGroup, Args, CommandFactory, Parser, Subcommand};
pub use clap_complete::Shell;

pub use self::global::{Global, LogFormat};
pub use self::man::man;

const AFTER_HELP: &str = "\
Without a command this is the console; it polls too, if no other process polls this database.

Signals of --sync-only: SIGHUP reads the configuration anew, SIGUSR1 logs one step finer, SIGUSR2 as
--log says again; SIGTERM and SIGINT end it.

Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 --exit-code found something, 4 answered
from rows older than --fresh allows.";

/// The dispatcher's terminal: a trucking fleet's ELDs and TMS on one screen.
#[derive(Clone, Debug, Parser)]
#[command(name = "backhaul", version, propagate_version = true, after_help = AFTER_HELP)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct Cli {
    /// What to do; the console when absent.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Only poll: no terminal needed, logs to stderr, stops on SIGTERM
    #[arg(long, conflicts_with = "view_only")]
    pub sync_only: bool,

    /// With --sync-only: read every feed once, then exit
    #[arg(long, requires = "sync_only")]
    pub once: bool,

    /// The console, but never poll; needs no upstream's credentials
    #[arg(long)]
    pub view_only: bool,

    /// A simulated fleet with a database of its own; needs no keys and no network
    #[arg(long)]
    pub demo: bool,

    /// In the console the wheel scrolls and a click selects; without it the terminal marks text as ever
    #[arg(long)]
    pub mouse: bool,

    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
}

/// What to do instead of the console.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Tractors, where they are and who drives them
    Tractors(Rows),
    /// Trailers, where they are and what pulls them
    Trailers(Rows),
    /// Drivers and the hours they have left
    Drivers(Rows),
    /// Movements, their next stop and when they get there
    Movements(Rows),
    /// Orders
    Orders(Rows),
    /// Stops, their windows and ETAs
    Stops(Rows),
    /// Where a tractor or trailer was
    Trail(Trail),
    /// Loads that are late or at risk, the worst first, and why
    Late(Late),
    /// The earliest legal arrival, with the plan that gets there
    Plan(Plan),
    /// What a unit number, name, order, PO, BOL or phone number is, and where
    Find {
        /// All of it, or a part
        text: String,
    },
    /// Tractors, drivers and trailers around a place, by the legal time to be there
    Near(Near),
    /// Who can take a load, the best first; and of the others why not
    Best(Best),
    /// Who is at a stop, since when, and how much free time is left
    Detention(Detention),
    /// Whose hours end before his work does: where, and how far short of which stop
    Hours(Ahead),
    /// Pickups that nobody can legally make, by the time that is left
    Uncovered(Ahead),
    /// One sentence about a load, to be read out: where it is and when it will be there
    Say {
        /// A load, an order, a PO, a BOL, a unit or a stop's phone
        text: String,
    },
    /// What one shift hands to the next: what is open and who has it, what was promised, what is at risk
    Handoff {
        /// Answer in Markdown, to be sent on
        #[arg(long, conflicts_with = "json")]
        md: bool,
    },
    /// What every person did, when, and how things stood before and after
    Audit(Audit),
    /// An answer in words: what is late, where something is, who can take a load, what is legal
    Ask {
        /// The question
        #[arg(required = true)]
        question: Vec<String>,
    },
    /// Who polls, who looks on, how old every feed is and what is wrong
    Status(Status),
    /// What is wrong, and what mends it: configuration, secrets, database, feeds, links, terminal
    Doctor,
    /// Connect services one at a time, each tried live, and write the configuration
    Init(Init),
    /// The configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Only the simulated upstreams, until stopped: for load tests and for writing against them
    Sim(Sim),
    /// A completion script for a shell
    Completions {
        /// For which shell
        shell: Shell,
    },
    /// The man page
    Man,
}

/// How rows are printed.
#[derive(Args, Clone, Debug)]
pub struct Rows {
    /// Answer in CSV, with a header
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,

    /// Exit with 4 when these rows are older than this, such as 90s or 5m
    #[arg(long, value_name = "DURATION")]
    pub fresh: Option<String>,
}

/// Which unit's trail, since when.
#[derive(Args, Clone, Debug)]
pub struct Trail {
    /// Its number, or ACCOUNT:ID
    pub unit: String,

    /// How far back, such as 90m or 3d; no further than positions are kept
    #[arg(long, value_name = "DURATION", default_value = "24h")]
    pub since: String,

    /// Which, where a tractor and a trailer have that number
    #[arg(long, value_enum)]
    pub kind: Option<Hauled>,

    #[expect(clippy::doc_markdown, reason = "these words are the help that people read")]
    /// Answer in GeoJSON: lines and points
    #[arg(long, conflicts_with_all = ["json", "csv"])]
    pub geojson: bool,

    /// Answer in CSV, with a header
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
}

/// Which loads, and how to end.
#[derive(Args, Clone, Debug)]
pub struct Late {
    /// Those too that are in time with little to spare
    #[arg(long)]
    pub tight: bool,

    /// Exit with 3 when there is one; this goes before --fresh
    #[arg(long)]
    pub exit_code: bool,

    /// Exit with 4 when what loads are judged by is older than this, such as 90s or 5m
    #[arg(long, value_name = "DURATION")]
    pub fresh: Option<String>,
}

/// How far ahead.
#[derive(Args, Clone, Debug)]
pub struct Ahead {
    /// Look so far ahead, such as 4h
    #[arg(long, value_name = "DURATION", default_value = "12h")]
    pub horizon: String,
}

/// Who is held, or what proves it.
#[derive(Args, Clone, Debug)]
pub struct Detention {
    /// What proves how long a truck was at this stop: arrival, departure, free time, and the fixes that show it
    #[arg(long, value_name = "STOP")]
    pub proof: Option<String>,

    /// Answer in CSV, with a header
    #[arg(long, requires = "proof", conflicts_with = "json")]
    pub csv: bool,
}

/// Whose actions, since when.
#[derive(Args, Clone, Debug)]
pub struct Audit {
    /// How far back, such as 8h or 3d [default: all there is]
    #[arg(long, value_name = "DURATION")]
    pub since: Option<String>,

    /// This person's alone, by the login
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,

    /// About this load alone: its number, or COMPANY/NUMBER
    #[arg(long, value_name = "MOVEMENT")]
    pub load: Option<String>,

    /// Answer in CSV, with a header
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
}

/// How to end.
#[derive(Args, Clone, Debug)]
pub struct Status {
    /// Exit with 4 when a feed that loads are judged by is older than this, such as 90s or 5m
    #[arg(long, value_name = "DURATION")]
    pub fresh: Option<String>,
}

/// Around what, how far, and who.
#[derive(Args, Clone, Debug)]
pub struct Near {
    /// A city that our stops lie in (Dallas, Portland OR), "lat,lon", a unit, a driver or a stop's id; then, where not 100,
    /// how many miles around, along the great circle
    #[arg(required = true, value_name = "PLACE [MILES]")]
    pub place: Vec<String>,

    /// Only who can still drive so long by all of his clocks, such as '>=5h'
    #[arg(long, value_name = "HOURS")]
    pub drive: Option<String>,

    /// Leave out what is loaded; of what nobody knows whether it is shows a ?
    #[arg(long)]
    pub empty: bool,
}

impl Near {
    /// The place, and how many miles around: a number behind it, unless that is whose number it is ("truck 412"). Fails
    /// where nobody could mean so many.
    pub fn asked(&self) -> Result<(String, f64), String> {
        const KINDS: &[&str] = &["tractor", "truck", "trailer", "unit", "driver", "stop", "load"];
        let all = self.place.join(" ");
        let Some((last, place)) = self.place.split_last() else { return Ok((all, AROUND_MI)) };
        let is_kind = |word: &String| KINDS.contains(&word.to_lowercase().as_str());
        let is_named = place.is_empty() || matches!(place, [only] if is_kind(only));
        if is_named || last.parse::<f64>().is_err() {
            return Ok((all, AROUND_MI));
        }
        Ok((place.join(" "), miles(last).map_err(|why| format!("MILES: {why}"))?))
    }
}

/// So many miles around a place where nobody says how many.
const AROUND_MI: f64 = 100.0;

/// Which load.
#[derive(Args, Clone, Debug)]
pub struct Best {
    /// A movement's id, or an order's
    pub movement: String,

    /// So many drivers who can; as text, as many of those who cannot
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    pub top: u32,
}

fn miles(text: &str) -> Result<f64, String> {
    let miles: f64 = text.parse().map_err(|_not_a_number| "expected miles, such as 100".to_owned())?;
    if miles.is_finite() && miles > 0.0 { Ok(miles) } else { Err("must be more than 0".to_owned()) }
}

/// What to plan.
#[derive(Args, Clone, Debug)]
#[command(group(ArgGroup::new("what").required(true)))]
pub struct Plan {
    /// A movement's id, or an order's
    #[arg(group = "what")]
    pub movement: Option<String>,

    /// Requests on standard input: one JSON object, or an array of them; answered in JSON
    #[arg(long, group = "what")]
    pub stdin: bool,
}

/// What has a trail of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Hauled {
    /// A power unit
    Tractor,
    /// Anything pulled
    Trailer,
}

/// What to write.
#[derive(Args, Clone, Copy, Debug)]
pub struct Init {
    /// Ask nothing: a configuration for the simulated upstreams that `backhaul sim` serves
    #[arg(long)]
    pub demo: bool,
}

/// What to do with the configuration.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum ConfigCommand {
    /// Every value in effect and where it came from; secrets as ***
    Show,
    /// The file that is read, or where one would be
    Path,
    /// Whether it is right: "ok", or what is wrong and exit 2
    Check,
}

/// The simulated world.
#[derive(Args, Clone, Copy, Debug)]
pub struct Sim {
    /// How many tractors
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub units: u32,

    /// The same seed is the same fleet
    #[arg(long, default_value_t = 1)]
    pub seed: u64,

    /// Listen on this port of 127.0.0.1; 0 takes any that is free
    #[arg(long, default_value_t = 0)]
    pub port: u16,

    /// First print a config.toml for it on stdout
    #[arg(long)]
    pub print_config: bool,
}

impl Cli {
    /// The process's own arguments. Wrong usage, `--help` and `--version` end the process.
    pub fn from_process() -> Self {
        let cli = Self::parse();
        if let Err(error) = cli.check() {
            error.exit();
        }
        cli
    }

    /// Refuses what clap's own rules let pass.
    pub fn check(&self) -> Result<(), clap::Error> {
        let refuse = |message: String| Err(Self::command().error(ErrorKind::ArgumentConflict, message));
        let Some(command) = &self.command else {
            if self.global.json {
                return refuse(
                    "--json needs a command that answers, such as `backhaul status --json`".to_owned(),
                );
            }
            return Ok(());
        };
        let modes = [("--sync-only", self.sync_only), ("--view-only", self.view_only), ("--demo", self.demo)];
        if let Some((mode, _)) = modes.iter().find(|(_, given)| *given) {
            return refuse(format!("{mode} is a way to run without a command; it does not go with one"));
        }
        let answers = match command {
            Command::Tractors(_)
            | Command::Trailers(_)
            | Command::Drivers(_)
            | Command::Movements(_)
            | Command::Orders(_)
            | Command::Stops(_)
            | Command::Trail(_)
            | Command::Late(_)
            | Command::Plan(_)
            | Command::Find { .. }
            | Command::Near(_)
            | Command::Best(_)
            | Command::Detention(_)
            | Command::Hours(_)
            | Command::Uncovered(_)
            | Command::Say { .. }
            | Command::Handoff { .. }
            | Command::Audit(_)
            | Command::Status(_)
            | Command::Ask { .. }
            | Command::Doctor
            | Command::Config(ConfigCommand::Show) => true,
            Command::Config(ConfigCommand::Path | ConfigCommand::Check)
            | Command::Init(_)
            | Command::Sim(_)
            | Command::Completions { .. }
            | Command::Man => false,
        };
        if let Some(Command::Near(near)) = &self.command {
            near.asked().map(drop).or_else(&refuse)?;
        }
        if self.global.json && !answers {
            return refuse("--json is for commands that answer with rows or an object".to_owned());
        }
        Ok(())
    }
}

/// A completion script.
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "backhaul", &mut script);
    script
}

#[cfg(test)]
mod tests;
