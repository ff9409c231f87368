//! Gathers what `doctor` judges: the configuration, files' permissions, the database, the terminal, and what accounts say
//! that are tried. It judges nothing and changes nothing.

use std::fs;
use std::future::ready;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::commands::doctor::{
    Account, CLOCKS_AGREE_S, Database, Disk, Facts, File, Secret, Terminal, Tried, unproven,
};
use crate::config::{Config, ConfigError, Environment};
use crate::console;
use crate::daemon::{Failed, Shown, accounts, ahead, ended_in_time, stop_signal, try_account};
use crate::model::Timestamp;
use crate::store::{self, Reader, Scope, StoreError};
use crate::sync::Clock;

/// What is seen from where `doctor` was asked.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The environment.
    pub environment: Environment<'a>,
    /// The configuration's file, read or not.
    pub file: Option<&'a Path>,
    /// Whether the answer goes to a terminal.
    pub is_terminal: bool,
    /// Whether colour was switched off.
    pub no_color: bool,
    /// Now.
    pub now: Timestamp,
}

/// Gathers everything that can be known without calling anybody.
pub fn gather(config: Result<&Config, &ConfigError>, around: &Surroundings<'_>) -> Facts {
    let mut facts = Facts {
        file: around.file.map(Path::to_owned),
        file_exists: around.file.is_some_and(Path::exists),
        passed_over: false,
        can_poll: false,
        mistakes: Vec::new(),
        accounts: Vec::new(),
        secrets: Vec::new(),
        wishes: Vec::new(),
        files: Vec::new(),
        database: None,
        leader: None,
        tried: Vec::new(),
        ahead: Vec::new(),
        disk: None,
        terminal: terminal(around),
        now: around.now,
    };
    let config = match config {
        Ok(config) => config,
        Err(error) => {
            facts.mistakes = error.problems.iter().map(ToString::to_string).collect();
            return facts;
        }
    };
    facts.passed_over = config.passed_over.is_some();
    facts.can_poll = accounts(config).is_ok_and(|accounts| !accounts.is_empty());
    let refused =
        [config.check_permissions().err(), config.group().err(), console::looks(config, false).err()];
    let refused = refused.iter().flatten().flat_map(|error| &error.problems);
    facts.mistakes = refused.map(ToString::to_string).collect();
    let off = config.off_accounts();
    let given = config.given();
    facts.accounts = given
        .accounts
        .into_iter()
        .map(|(name, is_wanted)| {
            let reason = off.iter().find(|(off, _)| *off == name).map(|(_, reason)| reason.clone());
            Account { name, off: reason, is_wanted }
        })
        .collect();
    let secret = |given: crate::config::GivenSecret| Secret {
        account: given.account,
        key: given.key,
        reference: given.reference,
        missing: given.missing,
    };
    facts.secrets = given.secrets.into_iter().map(secret).collect();
    facts.wishes = config.wishes();
    facts.files = files(config);
    facts.database = Some(database(config, around.now).map_err(|error| error.to_string()));
    facts.leader = store::leader(&config.database.path);
    facts.disk = disk(&config.database.path);
    facts
}

/// Asks what only a call can tell: the accounts that no poller is known to read, side by side, and what time it is
/// elsewhere. Fails once the system asks us to stop; what an account has handed out by then is kept.
pub async fn ask(config: &Config, facts: &mut Facts) -> anyhow::Result<()> {
    let mut stop = stop_signal()?;
    tokio::select! {
        () = try_all(config, facts) => Ok(()),
        _ = stop.wait_for(|stop| *stop) => {
            ended_in_time(ready(())).await;
            bail!("stopped before every account was tried")
        }
    }
}

async fn try_all(config: &Config, facts: &mut Facts) {
    let clock = Clock::system();
    let mut trying = tokio::task::JoinSet::new();
    for account in unproven(facts) {
        let (config, clock) = (config.clone(), clock.clone());
        trying.spawn(async move {
            let tried = try_account(&config, &account, &clock).await;
            let (outcome, lacks) = match tried {
                Ok(Shown { lines, lacks }) => (Ok(lines), lacks),
                Err(Failed { why, remedy }) => (Err((why, remedy)), Vec::new()),
            };
            Tried { account, outcome, lacks }
        });
    }
    facts.ahead = ahead(config, &clock, CLOCKS_AGREE_S).await;
    facts.tried = trying.join_all().await;
    facts.tried.sort_by_key(|tried| facts.accounts.iter().position(|account| account.name == tried.account));
}

/// The room where the database is, or will be.
fn disk(database: &Path) -> Option<Disk> {
    let folder = database.ancestors().skip(1).find(|folder| folder.exists())?;
    let room = rustix::fs::statvfs(folder).ok()?;
    Some(Disk { folder: folder.to_owned(), free: room.f_bavail.saturating_mul(room.f_frsize) })
}

fn database(config: &Config, now: Timestamp) -> Result<Database, StoreError> {
    let path = &config.database.path;
    let fleet = Reader::open(path, Scope::Whole)?.fleet(now)?;
    Ok(Database { url: config.database.url.clone(), fleet, examined: store::examine(path)? })
}

/// The database and what lies beside it that a poller wrote.
fn files(config: &Config) -> Vec<File> {
    let path = &config.database.path;
    let of = |path: &Path| fs::metadata(path).map(|meta| (meta.uid(), meta.mode() & 0o7777)).ok();
    // Whether a group may use somebody else's database is for that one's configuration to say.
    let is_anothers = of(path).is_some_and(|(owner, _)| owner != rustix::process::geteuid().as_raw());
    let private = if config.database.group.is_some() || is_anothers { 0o007 } else { 0o077 };
    let beside = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let mut found: Vec<(PathBuf, u32)> = ["", "-wal", "-shm"].map(|suffix| (beside(suffix), private)).into();
    if let Some(folder) = path.parent() {
        // A folder that others may look into is no fault; one they may put files into is.
        // Nor is one that was made for a group, as the package and the unit make it: what is made in it is the group's.
        let is_shared = of(folder).is_some_and(|(_, mode)| mode & 0o2000 != 0);
        found.push((folder.to_owned(), if is_shared { 0o002 } else { private & 0o022 }));
        let tokens = folder.join("tokens");
        let kept = fs::read_dir(&tokens).into_iter().flatten().filter_map(Result::ok);
        found.extend(kept.map(|entry| (entry.path(), 0o077)));
        found.push((tokens, 0o077));
    }
    let file = |(path, forbidden): (PathBuf, u32)| {
        let (_, mode) = of(&path)?;
        Some(File { path, mode, forbidden })
    };
    found.into_iter().filter_map(file).collect()
}

fn terminal(around: &Surroundings<'_>) -> Terminal {
    let set = |name: &str| (around.environment)(name).filter(|value| !value.is_empty());
    Terminal {
        is_terminal: around.is_terminal,
        term: set("TERM"),
        locale: set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG")),
        colors: set("COLORTERM"),
        in_tmux: set("TMUX").is_some(),
        no_color: around.no_color,
    }
}
