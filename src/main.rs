//! Arguments in, exit code out. Which part does what is asked, and how it ends; nothing else.

use std::fmt;
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

#[path = "main/answers.rs"]
mod answers;

use answers::{
    print_audit, print_best, print_detention, print_found, print_handoff, print_hours, print_late,
    print_near, print_plan, print_proof, print_saying, print_uncovered,
};
use anyhow::{Context, bail};
use backhaul::cli::{self, Cli, Command, ConfigCommand};
use backhaul::commands::{Format, Layout, doctor, late, plan, rows, status, trail};
use backhaul::config::{self, Config, ConfigError, Sources};
use backhaul::model::{Fleet, Timestamp, UnitKind};
use backhaul::rules::age::words as age_words;
use backhaul::rules::trail::one_line;
use backhaul::service::Service;
use backhaul::store::{self, Scope};
use backhaul::{checkup, console, daemon, init, log};

/// Wrong usage or configuration.
const USAGE: u8 = 2;
/// `--exit-code` found something.
const FOUND: u8 = 3;
/// Answered, but from rows older than `--fresh` allows.
const STALE: u8 = 4;

fn main() -> ExitCode {
    let cli = Cli::from_process();
    match run(&cli) {
        Ok(code) => code,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            for line in format!("{error:#}").lines() {
                // Not `eprintln!`: on a dead terminal that panics.
                let _ = writeln!(io::stderr(), "backhaul: {line}");
            }
            let usage = error.is::<ConfigError>() || error.is::<Usage>() || error.is::<daemon::Refused>();
            if usage { ExitCode::from(USAGE) } else { ExitCode::FAILURE }
        }
    }
}

fn run(cli: &Cli) -> anyhow::Result<ExitCode> {
    match &cli.command {
        None if cli.sync_only => poll(cli),
        None => show(cli),
        Some(Command::Tractors(how)) => print_rows(cli, rows::Table::Tractors, how),
        Some(Command::Trailers(how)) => print_rows(cli, rows::Table::Trailers, how),
        Some(Command::Drivers(how)) => print_rows(cli, rows::Table::Drivers, how),
        Some(Command::Movements(how)) => print_rows(cli, rows::Table::Movements, how),
        Some(Command::Orders(how)) => print_rows(cli, rows::Table::Orders, how),
        Some(Command::Stops(how)) => print_rows(cli, rows::Table::Stops, how),
        Some(Command::Trail(what)) => print_trail(cli, what),
        Some(Command::Late(how)) => print_late(cli, how),
        Some(Command::Plan(what)) => match &what.movement {
            Some(load) => print_plan(cli, load),
            None => plan_from_stdin(),
        },
        Some(Command::Find { text }) => print_found(cli, text),
        Some(Command::Near(around)) => print_near(cli, around),
        Some(Command::Best(what)) => print_best(cli, what),
        Some(Command::Detention(asked)) => match &asked.proof {
            Some(stop) => print_proof(cli, stop, asked.csv),
            None => print_detention(cli),
        },
        Some(Command::Hours(ahead)) => print_hours(cli, ahead),
        Some(Command::Uncovered(ahead)) => print_uncovered(cli, ahead),
        Some(Command::Say { text }) => print_saying(cli, text),
        Some(Command::Handoff { md }) => print_handoff(cli, *md),
        Some(Command::Audit(wanted)) => print_audit(cli, wanted),
        Some(Command::Status(how)) => print_status(cli, how),
        Some(Command::Ask { question }) => ask(cli, &question.join(" ")),
        Some(Command::Doctor) => examine(cli),
        Some(Command::Init(what)) => set_up(cli, *what),
        Some(Command::Config(what)) => print_config(cli, *what),
        Some(Command::Sim(options)) => simulate(cli, *options),
        Some(Command::Completions { shell }) => print_bytes(&cli::completions(*shell)),
        Some(Command::Man) => print_bytes(&cli::man()?),
    }
}

/// `--sync-only`.
fn poll(cli: &Cli) -> anyhow::Result<ExitCode> {
    let read = || {
        let config = load(cli)?;
        if !cli.demo {
            config.check_permissions()?;
        }
        Ok(config)
    };
    let config = read()?;
    let levels = start_log(cli, &stderr_log(cli))?;
    let options =
        daemon::Options { once: cli.once, demo: cli.demo, database_named: cli.global.database.is_some() };
    let service = Service::of(&environment, std::process::id());
    block_on(daemon::run(&config, options, daemon::Outside { reread: &read, service, levels }))
}

/// The console.
fn show(cli: &Cli) -> anyhow::Result<ExitCode> {
    let config = load(cli)?;
    if !cli.demo && !cli.view_only {
        config.check_permissions()?;
    }
    let beside = config.database.path.parent().map(std::path::Path::to_owned);
    let folders = beside.into_iter().chain(config::state_folder(&environment)).collect();
    start_log(cli, &log::Target::Folders(folders))?;
    let options = console::Options {
        view_only: cli.view_only,
        demo: cli.demo,
        database_named: cli.global.database.is_some(),
        no_color: !color(cli),
        ascii: cli.global.ascii,
        mouse: cli.mouse,
        views: config::state_folder(&environment).map(|folder| folder.join("views.toml")),
        chats: config::state_folder(&environment).map(|folder| folder.join("chats")),
    };
    // On the main thread, so that a stalled terminal stalls none of the tasks on the workers.
    block_on(console::run(&config, options))
}

fn simulate(cli: &Cli, options: cli::Sim) -> anyhow::Result<ExitCode> {
    start_log(cli, &stderr_log(cli))?;
    let cli::Sim { units, seed, port, print_config } = options;
    block_on(daemon::sim(daemon::SimOptions { units, seed, port, print_config }))
}

fn print_rows(cli: &Cli, table: rows::Table, how: &cli::Rows) -> anyhow::Result<ExitCode> {
    let fresh = how.fresh.as_deref().map(fresh_limit).transpose()?;
    let config = load(cli)?;
    let now = now();
    let fleet = fleet_of(&config, now)?;
    let format = if how.csv { Format::Csv } else { format(cli, &config) };
    print_with(&format, |out| rows::print(&fleet, table, &format, now, out))?;
    Ok(freshness_code(fresh, rows::age(&fleet, table, now)))
}

/// How a command ends whose rows are so old, where `--fresh` allows no more than `limit`.
fn freshness_code(limit: Option<Duration>, age: Option<Duration>) -> ExitCode {
    match limit {
        Some(limit) if age.is_none_or(|age| age > limit) => {
            let read = age.map_or_else(|| "never".to_owned(), |age| format!("{} ago", age_words(age)));
            talk([format!("what was read is older than --fresh allows: last read {read}")]);
            ExitCode::from(STALE)
        }
        Some(_) | None => ExitCode::SUCCESS,
    }
}

/// Talk, for whoever reads along.
fn talk(lines: impl IntoIterator<Item = String>) {
    for line in lines {
        // Not `eprintln!`: on a dead terminal that panics.
        let _ = writeln!(io::stderr(), "backhaul: {line}");
    }
}

fn ask(cli: &Cli, question: &str) -> anyhow::Result<ExitCode> {
    let config = load(cli)?;
    block_on(daemon::ask(&config, question, &format(cli, &config)))
}

fn print_with(format: &Format, print: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    format.print(&mut BufWriter::new(io::stdout().lock()), print)
}

fn print_status(cli: &Cli, how: &cli::Status) -> anyhow::Result<ExitCode> {
    let fresh = how.fresh.as_deref().map(fresh_limit).transpose()?;
    let config = load(cli)?;
    let now = now();
    let fleet = fleet_of(&config, now)?;
    let leader = store::leader(&config.database.path);
    let waiting = store::Reader::open(&config.database.path, Scope::Whole)?.waiting()?;
    let facts = status::Facts {
        fleet: &fleet,
        leader: leader.as_ref(),
        url: &config.database.url,
        viewer_timeout: config.polling.viewer_timeout,
        waiting: &waiting,
        off: &config.off_accounts(),
        now,
    };
    let format = format(cli, &config);
    print_with(&format, |out| status::print(&facts, &format, out))?;
    Ok(freshness_code(fresh, late::age(&fleet, now)))
}

fn print_trail(cli: &Cli, asked: &cli::Trail) -> anyhow::Result<ExitCode> {
    let since = config::parse_duration(&asked.since).map_err(|why| Usage(format!("--since: {why}")))?;
    let config = load(cli)?;
    let kept = config.retention.positions;
    if since > kept {
        return Err(Usage(format!(
            "--since: positions are kept for {} only (retention.positions)",
            age_words(kept)
        ))
        .into());
    }
    let now = now();
    let fleet = fleet_of(&config, now)?;
    let path = &config.database.path;
    let kind = asked.kind.map(|kind| match kind {
        cli::Hauled::Tractor => UnitKind::Tractor,
        cli::Hauled::Trailer => UnitKind::Trailer,
    });
    let unit = trail::find(&fleet, &store::links(path)?, &asked.unit, kind).map_err(anyhow::Error::msg)?;
    if let Some(words) = trail::taken_words(&unit, &asked.unit) {
        let _ = writeln!(io::stderr(), "backhaul: {words}");
    }
    let line = one_line(store::trail(path, unit.kind, &unit.id, now.minus(since))?);
    let format = if asked.csv { Format::Csv } else { format(cli, &config) };
    if asked.geojson {
        print_with(&Format::Json, |out| trail::print_geojson(&unit, &line, out))?;
    } else {
        print_with(&format, |out| trail::print(&line, &format, now, out))?;
    }
    if line.is_empty() {
        let _ = writeln!(io::stderr(), "backhaul: {}", trail::nothing_words(&fleet, &unit, now));
    }
    for set_aside in store::set_aside_of(path, unit.kind, &unit.id)? {
        let _ = writeln!(io::stderr(), "backhaul: {}", trail::set_aside_words(&set_aside, now));
    }
    Ok(ExitCode::SUCCESS)
}

/// `plan --stdin`: a pure function, so no configuration is read.
fn plan_from_stdin() -> anyhow::Result<ExitCode> {
    let mut question = Vec::new();
    io::stdin().lock().read_to_end(&mut question).context("reading standard input")?;
    let mut out = BufWriter::new(io::stdout().lock());
    let asked = plan::answer(&question, &mut out)?;
    out.flush()?;
    Ok(match asked {
        plan::Asked::Json => ExitCode::SUCCESS,
        plan::Asked::NotJson => ExitCode::from(USAGE),
    })
}

/// `doctor`: also, and above all, where the configuration cannot be read.
fn examine(cli: &Cli) -> anyhow::Result<ExitCode> {
    let config = load(cli);
    let file = config::file_path(&sources(cli));
    let around = checkup::Surroundings {
        environment: &environment,
        file: file.as_deref(),
        is_terminal: io::stdout().is_terminal(),
        no_color: !color(cli),
        now: now(),
    };
    let mut facts = checkup::gather(config.as_ref(), &around);
    if let Ok(config) = &config {
        block_on(checkup::ask(config, &mut facts))?;
    }
    let checks = doctor::checks(&facts);
    let zone = config.map_or(jiff::tz::TimeZone::UTC, |config| config.operations.timezone);
    let format = format_in(cli, zone);
    print_with(&format, |out| doctor::print(&checks, &format, out))?;
    Ok(if checks.iter().all(|check| check.ok) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `init`: its file need not be there, nor be named by anybody.
fn set_up(cli: &Cli, what: cli::Init) -> anyhow::Result<ExitCode> {
    let path = config::file_path(&sources(cli));
    let path = path
        .ok_or_else(|| Usage("no home to write a configuration into; name one: --config FILE".to_owned()))?;
    let options = init::Options { path, database: cli.global.database.clone(), environment: &environment };
    if what.demo { init::demo(&options) } else { block_on(init::run(&options)) }
}

fn print_config(cli: &Cli, what: ConfigCommand) -> anyhow::Result<ExitCode> {
    let mut out = BufWriter::new(io::stdout().lock());
    match what {
        ConfigCommand::Path => {
            let path =
                config::file_path(&sources(cli)).context("no home, and no --config: no file is read")?;
            writeln!(out, "{}", path.display())?;
            if !path.exists() {
                let _ = writeln!(io::stderr(), "backhaul: there is no such file yet; the defaults hold");
            }
        }
        ConfigCommand::Check => {
            let config = load(cli)?;
            config.check_permissions()?;
            config.group()?;
            console::looks(&config, false)?;
            writeln!(out, "ok")?;
        }
        ConfigCommand::Show if cli.global.json => {
            serde_json::to_writer_pretty(&mut out, &load(cli)?.shown())?;
            writeln!(out)?;
        }
        ConfigCommand::Show => load(cli)?.show(&mut out)?,
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn print_bytes(bytes: &[u8]) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// The stored fleet. Needs no credentials, and no poller to run.
fn fleet_of(config: &Config, now: Timestamp) -> anyhow::Result<Arc<Fleet>> {
    let fleet = reader_of(config)?.fleet(now);
    let fleet = fleet.with_context(|| format!("database {}", config.database.path.display()))?;
    if fleet.totals.schema > store::SCHEMA {
        talk([format!(
            "the database has schema {}, this program knows {}: what a newer backhaul added is not shown",
            fleet.totals.schema,
            store::SCHEMA
        )]);
    }
    Ok(fleet)
}

fn reader_of(config: &Config) -> anyhow::Result<store::Reader> {
    let path = &config.database.path;
    if matches!(path.try_exists(), Ok(false)) {
        bail!("no database yet at {}: start `backhaul` or `backhaul --sync-only` first", path.display());
    }
    store::Reader::open(path, Scope::Whole).with_context(|| format!("database {}", path.display()))
}

fn load(cli: &Cli) -> Result<Config, ConfigError> {
    let config = Config::load(&sources(cli))?;
    talk(config.passed_over.iter().map(|path| {
        format!(
            "{} is for who polls and is passed over: what is not named here is as by default",
            path.display()
        )
    }));
    Ok(config)
}

fn sources(cli: &Cli) -> Sources<'static> {
    Sources {
        file: cli.global.config.clone(),
        database: cli.global.database.clone(),
        looks_on: looks_on(cli),
        ..Sources::new(&environment)
    }
}

/// Whether nothing is polled by what is asked, nor told of the configuration itself.
const fn looks_on(cli: &Cli) -> bool {
    match cli.command {
        None => cli.view_only,
        Some(Command::Init(_) | Command::Config(_)) => false,
        Some(_) => true,
    }
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn start_log(cli: &Cli, target: &log::Target) -> anyhow::Result<log::Levels> {
    let filter = log::Filter::read(&cli.global.log).map_err(Usage)?;
    let form = match cli.global.log_format {
        cli::LogFormat::Text => log::Form::Text,
        cli::LogFormat::Json => log::Form::Json,
    };
    Ok(log::start(target, form, filter))
}

/// The log of a process without a screen.
fn stderr_log(cli: &Cli) -> log::Target {
    if log::stderr_is_the_journal(environment("JOURNAL_STREAM").as_deref()) {
        return log::Target::Journal;
    }
    log::Target::Stderr { color: color(cli) }
}

fn fresh_limit(text: &str) -> Result<Duration, Usage> {
    config::parse_duration(text).map_err(|message| Usage(format!("--fresh: {message}")))
}

fn format(cli: &Cli, config: &Config) -> Format {
    format_in(cli, config.operations.timezone.clone())
}

fn format_in(cli: &Cli, zone: jiff::tz::TimeZone) -> Format {
    if cli.global.json {
        return Format::Json;
    }
    let size = if io::stdout().is_terminal() { crossterm::terminal::size().ok() } else { None };
    Format::Text(Layout {
        width: size.map(|(columns, _)| usize::from(columns)),
        ascii: cli.global.ascii,
        zone,
    })
}

/// Whether colour is wanted at all; whether it can be shown is for whoever shows it.
fn color(cli: &Cli) -> bool {
    !cli.global.no_color && environment("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Runs `work` on this thread, with a worker for its tasks.
fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    // One is enough for tasks that mostly wait, and each keeps some memory of the largest page it has read.
    let runtime = builder.worker_threads(1).enable_all().build().context("starting the worker")?;
    let done = runtime.block_on(work);
    // Work on the disk that hangs must not hold up the end: what is not committed is rolled back.
    runtime.shutdown_timeout(Duration::from_millis(100));
    done
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Whether the reader of our output has gone, as `head` does: no failure of ours.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let closed = |kind: io::ErrorKind| kind == io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|e| closed(e.kind()))
            || cause
                .downcast_ref::<serde_json::Error>()
                .and_then(serde_json::Error::io_error_kind)
                .is_some_and(closed)
    })
}

/// A mistake on the command line that only shows once it is understood.
#[derive(Debug)]
struct Usage(String);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}
