//! `doctor`: what is wrong, and what mends it. Judges what was gathered; it opens and asks nothing
//! itself.
//!
//! Of an upstream it knows what its last calls left in the database, and of one that no poller reads what it said when
//! it was tried just now.

mod links;
mod live;
mod settings;
mod stored;
mod terminal;

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

pub use self::live::CLOCKS_AGREE_S;
pub use self::stored::remedy;
use super::{Format, LISTED};
use crate::model::{Fleet, Leader, Timestamp, Wish};
use crate::store::Examination;

/// What `doctor` is told.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The configuration's file; `None` where there is no home to look in.
    pub file: Option<PathBuf>,
    /// Whether that file is there.
    pub file_exists: bool,
    /// It is for who polls alone, and nothing of it was read.
    pub passed_over: bool,
    /// Whether a poller of this configuration would start: one upstream of units or loads can be used.
    pub can_poll: bool,
    /// What is wrong with the configuration, a mistake a line. Without a sound one there are no
    /// accounts, files or database to judge.
    pub mistakes: Vec<String>,
    /// The accounts, of the configuration as it is read here.
    pub accounts: Vec<Account>,
    /// The credentials that somebody gave.
    pub secrets: Vec<Secret>,
    /// The `[[link]]`s of the configuration.
    pub wishes: Vec<Wish>,
    /// Files that hold what is not everybody's.
    pub files: Vec<File>,
    /// The database; what is wrong where it cannot be read; `None` where the configuration does not
    /// say which it is.
    pub database: Option<Result<Database, String>>,
    /// Who polls.
    pub leader: Option<Leader>,
    /// The accounts of [`unproven`], tried.
    pub tried: Vec<Tried>,
    /// How many seconds the clocks of accounts are ahead of ours, and whose they are: up to the first that agrees.
    pub ahead: Vec<(String, i64)>,
    /// The room where the database is.
    pub disk: Option<Disk>,
    /// Where the answer goes.
    pub terminal: Terminal,
    /// Now.
    pub now: Timestamp,
}

/// An upstream account.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Why it is not used; `None` when it is.
    pub off: Option<String>,
    /// Whether somebody set anything of it: only then is it wrong that it is off.
    pub is_wanted: bool,
}

/// A credential in the configuration. Never the credential itself.
#[derive(Clone, Debug)]
pub struct Secret {
    /// The account's name.
    pub account: String,
    /// The dotted key.
    pub key: String,
    /// `env:NAME`, `file:PATH`, `credential:NAME`; `None` where it is written as itself.
    pub reference: Option<String>,
    /// Why it leads to nothing; `None` when it leads to a credential.
    pub missing: Option<String>,
}

/// An account that was asked just now.
#[derive(Clone, Debug)]
pub struct Tried {
    /// Its name.
    pub account: String,
    /// What it showed; or why it showed nothing, and the remedy.
    pub outcome: Result<Vec<String>, (String, String)>,
    /// What of it cannot be read, each with why.
    pub lacks: Vec<(String, String)>,
}

/// The room on a disk.
#[derive(Clone, Debug)]
pub struct Disk {
    /// The folder that was asked about.
    pub folder: PathBuf,
    /// Bytes that can still be written.
    pub free: u64,
}

/// A file or folder that others should not get at.
#[derive(Clone, Debug)]
pub struct File {
    /// Which.
    pub path: PathBuf,
    /// Its permission bits.
    pub mode: u32,
    /// Bits it must not have.
    pub forbidden: u32,
}

/// The database, read.
#[derive(Clone, Debug)]
pub struct Database {
    /// As configured.
    pub url: String,
    /// What it holds.
    pub fleet: Arc<Fleet>,
    /// What the fleet does not show.
    pub examined: Examination,
}

/// What is known of the terminal.
#[derive(Clone, Debug, Default)]
pub struct Terminal {
    /// Whether the answer goes to one.
    pub is_terminal: bool,
    /// `$TERM`.
    pub term: Option<String>,
    /// The first that is set of `$LC_ALL`, `$LC_CTYPE` and `$LANG`.
    pub locale: Option<String>,
    /// `$COLORTERM`.
    pub colors: Option<String>,
    /// Whether tmux stands between, by `$TMUX`.
    pub in_tmux: bool,
    /// Whether colour was switched off, by `--no-color` or `$NO_COLOR`.
    pub no_color: bool,
}

/// One line of the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at: `config`, `secret`, `account`, `files`, `upstream`, `clock`, `disk`,
    /// `database`, `poller`, `feed`, `set_aside`, `links`, `terminal`.
    pub check: &'static str,
    /// Which one.
    pub subject: String,
    /// The same for people, where it is too long for a line.
    #[serde(skip)]
    pub short: Option<String>,
    /// Whether it is as it should be.
    pub ok: bool,
    /// How it is.
    pub message: String,
    /// What mends it; `None` where nothing is to be mended.
    pub remedy: Option<String>,
}

impl Check {
    fn ok(check: &'static str, subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self { check, subject: subject.into(), short: None, ok: true, message: message.into(), remedy: None }
    }

    fn failed(
        check: &'static str,
        subject: impl Into<String>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let remedy = Some(remedy.into());
        Self { check, subject: subject.into(), short: None, ok: false, message: message.into(), remedy }
    }
}

/// The accounts that are used here and that nobody has asked for a while, or that refused us: what of the others is
/// wrong is known, and they are spared the calls.
pub fn unproven(facts: &Facts) -> Vec<String> {
    let used = facts.accounts.iter().filter(|account| account.off.is_none());
    used.filter(|account| !stored::is_asked(facts, &account.name))
        .map(|account| account.name.clone())
        .collect()
}

/// Everything that was looked at, in the order in which one thing needs the next.
pub fn checks(facts: &Facts) -> Vec<Check> {
    let mut checks = settings::checks(facts);
    checks.extend(live::checks(facts));
    checks.extend(stored::checks(facts));
    checks.extend(links::checks(facts));
    checks.extend(terminal::checks(&facts.terminal));
    checks
}

/// Prints a line for each, the remedy under what failed. There is no CSV of it: that prints JSON.
pub fn print(checks: &[Check], format: &Format, out: &mut dyn Write) -> io::Result<()> {
    if matches!(format, Format::Json | Format::Csv) {
        return super::print_json(checks.iter(), out);
    }
    let mut in_doubt = 0;
    for Check { check, subject, short, ok, message, remedy } in checks {
        in_doubt += usize::from(*check == links::NAME && !ok);
        if *check == links::NAME && in_doubt > LISTED {
            continue;
        }
        let subject = short.as_ref().unwrap_or(subject);
        let verdict = if *ok { "ok  " } else { "FAIL" };
        writeln!(out, "{verdict}  {check:<9} {subject}: {message}")?;
        for line in remedy.iter().flat_map(|remedy| remedy.lines()) {
            writeln!(out, "      {line}")?;
        }
    }
    if let Some(more) = in_doubt.checked_sub(LISTED).filter(|more| *more > 0) {
        writeln!(out, "FAIL  {:<9} and {more} more: `backhaul doctor --json` lists all", links::NAME)?;
    }
    let failed = checks.iter().filter(|check| !check.ok).count();
    match failed {
        0 => writeln!(out, "\nall {} are as they should be", checks.len()),
        _ => writeln!(out, "\n{failed} of {} failed", checks.len()),
    }
}
