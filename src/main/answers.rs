//! The commands that answer a question from what is stored, each by the rule that the console asks too. Opens,
//! asks, prints; decides nothing.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use backhaul::cli::{self, Cli};
use backhaul::commands::{
    Format, audit, best, detention, find, handoff, hours, late, near, plan, proof, say, uncovered,
};
use backhaul::config::{self, Config};
use backhaul::daemon;
use backhaul::model::{DutyHistory, Fleet, Places, Timestamp};
use backhaul::rules::alerts::{AHEAD, ahead_words};
use backhaul::rules::basis::Basis;
use backhaul::rules::blindness::{self, Sight};
use backhaul::rules::eta::Office;
use backhaul::rules::freshness::Freshness;
use backhaul::rules::{self, whereabouts};
use backhaul::store;

use super::{
    FOUND, Usage, fleet_of, format, fresh_limit, freshness_code, load, now, print_with, reader_of, talk,
};

pub fn print_late(cli: &Cli, how: &cli::Late) -> anyhow::Result<ExitCode> {
    let fresh = how.fresh.as_deref().map(fresh_limit).transpose()?;
    let config = load(cli)?;
    let now = now();
    let fleet = fleet_of(&config, now)?;
    let format = format(cli, &config);
    let report = rules::late::late(&fleet, &Freshness::of(&fleet.feeds, now), now, how.tight);
    print_with(&format, |out| late::print(&report, &fleet, &format, now, out))?;
    if let Format::Text(_) = format {
        talk(late::beside(&report, &fleet, now));
        talk(nothing_read(&fleet, now));
    }
    let code = freshness_code(fresh, late::age(&fleet, now));
    Ok(if how.exit_code && !report.loads.is_empty() { ExitCode::from(FOUND) } else { code })
}

pub fn print_plan(cli: &Cli, asked: &str) -> anyhow::Result<ExitCode> {
    let stored = Stored::read(load(cli)?)?;
    let basis = stored.basis();
    let movement = rules::find::load(basis.fleet, asked).map_err(anyhow::Error::msg)?;
    let plan = rules::load_plan::plan(&basis, movement);
    let format = format(cli, &stored.config);
    print_with(&format, |out| plan::load::print(&basis, movement, plan.as_ref(), &format, out))?;
    talk(rules::find::also_an_order(basis.fleet, movement, asked));
    Ok(ExitCode::SUCCESS)
}

pub fn print_found(cli: &Cli, text: &str) -> anyhow::Result<ExitCode> {
    let config = load(cli)?;
    let now = now();
    let fleet = fleet_of(&config, now)?;
    let found = rules::find::find(&fleet, text, now);
    let format = format(cli, &config);
    print_with(&format, |out| find::print(&found, &fleet, &format, now, out))?;
    if let Format::Text(_) = format {
        talk(found.is_empty().then(|| "no unit, driver, load, order or stop goes by that".to_owned()));
        talk(find::beside(&found));
    }
    Ok(ExitCode::SUCCESS)
}

pub fn print_near(cli: &Cli, asked: &cli::Near) -> anyhow::Result<ExitCode> {
    let wrong = |why: String| Usage(format!("--drive: {why}"));
    let drive = asked.drive.as_deref().map(|text| near::at_least(text).map_err(wrong)).transpose()?;
    let drive = drive.map(|text| config::parse_duration(text).map_err(wrong)).transpose()?;
    let (place, miles) = asked.asked().map_err(Usage)?;
    let stored = Stored::read(load(cli)?)?;
    let basis = stored.basis();
    let spot = whereabouts::locate(basis.fleet, basis.places, &place).map_err(anyhow::Error::msg)?;
    let wanted = rules::near::Wanted {
        place: spot.point,
        miles,
        drive_s: drive.map(|drive| i64::try_from(drive.as_secs()).unwrap_or(i64::MAX)),
        empty: asked.empty,
    };
    let around = rules::near::near(&basis, &wanted);
    let format = format(cli, &stored.config);
    print_with(&format, |out| near::print(&around, &spot, &format, basis.now, out))?;
    if let Format::Text(_) = format {
        talk(around.found.is_empty().then(|| near::nobody(&spot, miles)));
        talk(whereabouts::doubt(&spot, basis.now));
        talk(around.untold(&stored.config.operations.timezone, basis.now));
        talk(around.empty_not_known());
        talk(around.left_out());
    }
    Ok(ExitCode::SUCCESS)
}

pub fn print_best(cli: &Cli, asked: &cli::Best) -> anyhow::Result<ExitCode> {
    let stored = Stored::read(load(cli)?)?;
    let basis = stored.basis();
    let movement = rules::find::load(basis.fleet, &asked.movement).map_err(anyhow::Error::msg)?;
    let top = usize::try_from(asked.top).unwrap_or(usize::MAX);
    let choices = rules::best::best(&basis, movement, top).map_err(anyhow::Error::msg)?;
    let left: Vec<_> =
        choices.iter().map(|choice| rules::near::left_now(&basis, choice.rig.driver)).collect();
    let answer = best::Answer { choices: &choices, left: &left, top, now: basis.now };
    let format = format(cli, &stored.config);
    print_with(&format, |out| best::print(&answer, &format, out))?;
    if let Format::Text(_) = format {
        talk(best::beside(&answer));
    }
    talk(rules::find::also_an_order(basis.fleet, movement, &asked.movement));
    Ok(ExitCode::SUCCESS)
}

pub fn print_detention(cli: &Cli) -> anyhow::Result<ExitCode> {
    let config = load(cli)?;
    let now = now();
    let fleet = fleet_of(&config, now)?;
    let held = rules::detention::held(&fleet, &Freshness::of(&fleet.feeds, now), now);
    let format = format(cli, &config);
    print_with(&format, |out| detention::print(&held, &fleet, &format, now, out))?;
    Ok(ExitCode::SUCCESS)
}

pub fn print_proof(cli: &Cli, stop: &str, csv: bool) -> anyhow::Result<ExitCode> {
    let config = load(cli)?;
    let now = now();
    let fleet = fleet_of(&config, now)?;
    let case = rules::proof::of_stop(&fleet, stop, now).map_err(anyhow::Error::msg)?;
    let format = if csv { Format::Csv } else { format(cli, &config) };
    let zone = &config.operations.timezone;
    print_with(&format, |out| proof::print(&case, &fleet, &format, zone, now, out))?;
    Ok(ExitCode::SUCCESS)
}

pub fn print_hours(cli: &Cli, ahead: &cli::Ahead) -> anyhow::Result<ExitCode> {
    let horizon = horizon(ahead)?;
    let config = load(cli)?;
    let now = now();
    let fleet = fleet_of(&config, now)?;
    let limits = rules::limits::limits(&fleet, &Freshness::of(&fleet.feeds, now), now, horizon);
    let format = format(cli, &config);
    print_with(&format, |out| hours::print(&limits, &fleet, &format, now, out))?;
    if let Format::Text(_) = format {
        talk(limits.about().map(str::to_owned));
        talk(limits.left_out());
        talk(blindness::unjudged(&fleet));
        talk(rules::uncovered::blind(&fleet, now));
    }
    Ok(ExitCode::SUCCESS)
}

pub fn print_uncovered(cli: &Cli, ahead: &cli::Ahead) -> anyhow::Result<ExitCode> {
    let horizon = horizon(ahead)?;
    if horizon > AHEAD {
        let (most, asked) = (ahead_words(), ahead.horizon.trim());
        return Err(Usage(format!("--horizon: pickups are judged {most} ahead, not {asked}")).into());
    }
    let config = load(cli)?;
    let now = now();
    let fleet = fleet_of(&config, now)?;
    let found = rules::uncovered::uncovered(&fleet, now, horizon);
    let format = format(cli, &config);
    print_with(&format, |out| uncovered::print(&found, &fleet, &format, now, out))?;
    if let Format::Text(_) = format {
        talk(std::iter::once(uncovered::beside(&ahead.horizon)));
        talk(blindness::not_yet(&fleet));
        talk(rules::uncovered::blind(&fleet, now));
    }
    Ok(ExitCode::SUCCESS)
}

pub fn print_saying(cli: &Cli, text: &str) -> anyhow::Result<ExitCode> {
    let config = load(cli)?;
    let now = now();
    let fleet = fleet_of(&config, now)?;
    let movement = rules::say::load(&fleet, text, now).map_err(anyhow::Error::msg)?;
    let zone = &config.operations.timezone;
    let saying = rules::say::of(movement, &fleet, &Freshness::of(&fleet.feeds, now), zone, now);
    let format = format(cli, &config);
    print_with(&format, |out| say::print(movement, &saying, &format, now, out))?;
    talk(rules::find::also_an_order(&fleet, movement, text));
    Ok(ExitCode::SUCCESS)
}

pub fn print_audit(cli: &Cli, asked: &cli::Audit) -> anyhow::Result<ExitCode> {
    let since = asked.since.as_deref().map(config::parse_duration).transpose();
    let since = since.map_err(|why| Usage(format!("--since: {why}")))?;
    let config = load(cli)?;
    // Says what to start where there is no database yet.
    reader_of(&config)?;
    let now = now();
    let wanted = store::Wanted {
        since: since.map(|since| now.minus(since)),
        user: asked.user.as_deref(),
        load: asked.load.as_deref(),
    };
    let done = store::audit(&config.database.path, &wanted)?;
    if let Some(load) = &asked.load {
        audit::one_load(&done, load).map_err(anyhow::Error::msg)?;
    }
    let format = if asked.csv { Format::Csv } else { format(cli, &config) };
    print_with(&format, |out| audit::print(&done, &format, now, out))?;
    if let (Format::Text(_), true) = (format, done.is_empty()) {
        talk(["nobody did anything that is written down".to_owned()]);
    }
    Ok(ExitCode::SUCCESS)
}

pub fn print_handoff(cli: &Cli, md: bool) -> anyhow::Result<ExitCode> {
    let config = load(cli)?;
    let now = now();
    let fleet = fleet_of(&config, now)?;
    let fresh = Freshness::of(&fleet.feeds, now);
    let shift = rules::handoff::handoff(&fleet, &fresh, now);
    let written = if md { handoff::Written::AsMarkdown } else { handoff::Written::Plainly };
    let format = format(cli, &config);
    print_with(&format, |out| handoff::print(&shift, &fleet, &format, written, now, out))?;
    Ok(ExitCode::SUCCESS)
}

fn horizon(ahead: &cli::Ahead) -> Result<Duration, Usage> {
    config::parse_duration(&ahead.horizon).map_err(|message| Usage(format!("--horizon: {message}")))
}

/// That nothing was read yet, where so it is: an empty list is no good news then.
fn nothing_read(fleet: &Fleet, now: Timestamp) -> Option<String> {
    rules::uncovered::blind(fleet, now).filter(|_| blindness::sight(&fleet.feeds, now) == Sight::Nothing)
}

/// What is stored, and how the office plans.
struct Stored {
    config: Config,
    fleet: Arc<Fleet>,
    history: DutyHistory,
    places: Places,
    office: Office,
    now: Timestamp,
}

impl Stored {
    fn read(config: Config) -> anyhow::Result<Self> {
        let now = now();
        let mut reader = reader_of(&config)?;
        let fleet = reader.fleet(now)?;
        let (history, places) = (reader.duty_history()?, reader.places()?);
        let office = daemon::office(&config);
        Ok(Self { config, fleet, history, places, office, now })
    }

    fn basis(&self) -> Basis<'_> {
        Basis::new(&self.fleet, &self.history, &self.places, &self.office, self.now)
    }
}
