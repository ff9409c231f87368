//! The configuration: defaults < file < environment < flags, checked, typed, each value with where
//! it came from. Reads the file and the secrets it refers to; what it is given else is an argument.

mod account;
mod changes;
mod draft;
pub mod edit;
mod exposed;
mod file;
mod given;
mod group;
mod keys;
mod layers;
mod link;
mod save;
mod secret;
mod show;
mod table;
mod value;

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Time;
use jiff::tz::TimeZone;

pub use self::account::{
    Account, Eld, EldProvider, Gemini, Mapbox, Mcleod, McleodFormat, McleodLogin, MotiveLogin, StopTimeBasis,
};
pub use self::changes::Change;
pub use self::draft::{check, default_of, is_secret, overruled_by};
use self::exposed::{Exposed, exposed};
use self::file::{ConfigFile, Read};
pub use self::given::{Given, GivenSecret};
pub use self::group::group_name;
pub use self::layers::Binding;
use self::layers::Layers;
pub use self::link::Link;
pub use self::save::{save, writable};
pub use self::secret::Secret;
pub use self::show::Shown;
pub use self::table::Origin;
use self::table::Table;
pub use self::value::parse_duration;
use crate::model::nearest;

/// Answers what an environment variable says.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The file every user of a machine has in common.
const SYSTEM_FILE: &str = "/etc/backhaul/config.toml";

/// What the configuration is read from.
#[derive(Clone)]
pub struct Sources<'a> {
    /// `--config`.
    pub file: Option<PathBuf>,
    /// `--database`.
    pub database: Option<String>,
    /// The environment.
    pub environment: Environment<'a>,
    /// The file that is read when a person has none of their own.
    pub system_file: &'a Path,
    /// Nothing is polled by it: a system's file that is for who polls alone is passed over.
    pub looks_on: bool,
}

impl<'a> Sources<'a> {
    /// This environment and no flags.
    pub fn new(environment: Environment<'a>) -> Self {
        Self { file: None, database: None, environment, system_file: Path::new(SYSTEM_FILE), looks_on: false }
    }
}

/// The configuration, complete and possible.
#[derive(Clone, Debug)]
pub struct Config {
    /// The database.
    pub database: Database,
    /// How long what is over stays.
    pub retention: Retention,
    /// How often upstreams are read.
    pub polling: Polling,
    /// How old an answer may be before a lookup goes upstream again.
    pub cache: Cache,
    /// ELD accounts, also those that are off.
    pub elds: Vec<Eld>,
    /// The TMS.
    pub mcleod: Account<Mcleod>,
    /// What a person says of which records are one.
    pub links: Vec<Link>,
    /// Travel times.
    pub mapbox: Account<Mapbox>,
    /// The assistant.
    pub gemini: Account<Gemini>,
    /// How the office works.
    pub operations: Operations,
    /// The person's own keys, by action; the keys' own names are unchecked.
    pub keys: Vec<Binding>,
    /// Files of `GeoJSON` that the map shows; those written without a folder lie beside the configuration.
    pub map_layers: Vec<PathBuf>,
    /// When a person at a console is called.
    pub notify: Notify,
    /// The colours.
    pub theme: Theme,
    /// The file that was read.
    pub file: Option<PathBuf>,
    /// The system's file, where it was passed over because this user may not read it.
    pub passed_over: Option<PathBuf>,
    tables: Vec<Table>,
    exposed: Option<Exposed>,
}

/// Where the database is and who may read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// As configured: `sqlite:…`.
    pub url: String,
    /// The file it names.
    pub path: PathBuf,
    /// A group that may read it and record people's actions; `None`: only the owner.
    pub group: Option<String>,
}

/// How long what is over stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Delivered movements.
    pub movements: Duration,
    /// Positions.
    pub positions: Duration,
}

/// How often upstreams are read; none is below a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polling {
    /// Positions while somebody watches.
    pub active: Duration,
    /// Positions while nobody does.
    pub idle: Duration,
    /// Hours of service while somebody watches.
    pub hours_active: Duration,
    /// Hours of service while nobody does.
    pub hours_idle: Duration,
    /// Movements, orders and stops while somebody watches.
    pub movements_active: Duration,
    /// Movements, orders and stops while nobody does.
    pub movements_idle: Duration,
    /// Vehicle, trailer and driver profiles.
    pub roster: Duration,
    /// A console without a key press for this long does not count as watching; `None`: it always does.
    pub viewer_timeout: Option<Duration>,
}

/// How old an answer may be before a lookup goes upstream again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cache {
    /// Positions.
    pub locations: Duration,
    /// Hours of service.
    pub hours: Duration,
    /// Profiles.
    pub profiles: Duration,
}

/// How the office works.
#[derive(Clone, Debug, PartialEq)]
pub struct Operations {
    /// The office's zone; stops show their own.
    pub timezone: TimeZone,
    /// What distances and speeds are shown in.
    pub units: Units,
    /// The cycle where the ELD does not say.
    pub cycle: Cycle,
    /// When a day begins at the home terminal.
    pub day_start: Time,
    /// Planned dwell where a stop does not say.
    pub unload: Duration,
    /// A practical arrival closer than this to the window's end is tight.
    pub late_warning: Duration,
}

/// When a person at a console is called: by the bell, and by a notice of the desktop where the terminal shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notify {
    /// For what is newly critical.
    pub critical: bool,
    /// Not from this time of the office's day …
    pub quiet_from: Time,
    /// … until this; at any hour where they are the same.
    pub quiet_until: Time,
}

/// How the console looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// The theme's name.
    pub name: String,
    /// The looks that a person gives single roles, `("warn", "bold magenta")`; their words are unchecked.
    pub own: Vec<(String, String)>,
}

/// What distances and speeds are shown in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Units {
    /// Miles.
    Us,
    /// Kilometres.
    Metric,
}

/// On-duty hours in consecutive days (49 CFR 395.3(b)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cycle {
    /// 70 hours in 8 days.
    SeventyInEight,
    /// 60 hours in 7 days.
    SixtyInSeven,
}

/// One mistake in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands.
    pub origin: Origin,
    /// The dotted key.
    pub key: String,
    /// What is wrong with it.
    pub message: String,
}

/// What is wrong with the configuration: at least one mistake, each a line of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// In the order of the file's lines.
    pub problems: Vec<Problem>,
}

impl Config {
    /// Reads and checks the configuration.
    pub fn load(sources: &Sources<'_>) -> Result<Self, ConfigError> {
        let read = file::place(sources).map_or(Ok(Read::None), |place| file::read(place, sources));
        match read {
            Ok(Read::File(file)) => Self::from_layers(Some(&file), sources),
            Ok(Read::None) => Self::from_layers(None, sources),
            Ok(Read::PassedOver(path)) => {
                Ok(Self { passed_over: Some(path), ..Self::from_layers(None, sources)? })
            }
            Err(problem) => Err(ConfigError { problems: vec![problem] }),
        }
    }

    /// The configuration that `text` alone makes, without a file, environment or flags.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let path = Arc::new(PathBuf::from("config.toml"));
        let file = ConfigFile { path, text: text.to_owned(), mode: None };
        Self::from_layers(Some(&file), &Sources::new(&|_| None))
    }

    /// Every account that is off, with why.
    pub fn off_accounts(&self) -> Vec<(String, String)> {
        let elds = self.elds.iter().map(|eld| (&eld.name, eld.off_reason()));
        let rest = [
            (&self.mcleod.name, self.mcleod.off_reason()),
            (&self.mapbox.name, self.mapbox.off_reason()),
            (&self.gemini.name, self.gemini.off_reason()),
        ];
        elds.chain(rest).filter_map(|(name, reason)| Some((name.clone(), reason?))).collect()
    }

    fn from_layers(file: Option<&ConfigFile>, sources: &Sources<'_>) -> Result<Self, ConfigError> {
        let mut layers = filed(file, sources.environment);
        layers.read_environment();
        if let Some(url) = &sources.database {
            layers.read_flag("--database", "database", "url", url);
        }
        Self::checked(layers, file)
    }

    fn checked(mut layers: Layers<'_>, file: Option<&ConfigFile>) -> Result<Self, ConfigError> {
        check_together(&mut layers);
        if layers.problems.is_empty() {
            return Ok(Self::typed(&layers, file));
        }
        let mut problems = layers.problems;
        problems.sort_by_key(|problem| match problem.origin {
            Origin::File(_, line) => line,
            Origin::Default | Origin::Environment(_) | Origin::Flag(_) => usize::MAX,
        });
        Err(ConfigError { problems })
    }

    /// The typed form of settings without a mistake.
    fn typed(layers: &Layers<'_>, file: Option<&ConfigFile>) -> Self {
        let table = |name: &str| layers.table(name);
        let (retention, polling, cache) = (table("retention"), table("polling"), table("cache"));
        let viewer_timeout = polling.duration("viewer_timeout");
        let tables = in_file_order(layers);
        Self {
            database: database(table("database")),
            retention: Retention {
                movements: retention.duration("movements"),
                positions: retention.duration("positions"),
            },
            polling: Polling {
                active: polling.duration("active"),
                idle: polling.duration("idle"),
                hours_active: polling.duration("hours_active"),
                hours_idle: polling.duration("hours_idle"),
                movements_active: polling.duration("movements_active"),
                movements_idle: polling.duration("movements_idle"),
                roster: polling.duration("roster"),
                viewer_timeout: Some(viewer_timeout).filter(|timeout| !timeout.is_zero()),
            },
            cache: Cache {
                locations: cache.duration("locations"),
                hours: cache.duration("hours"),
                profiles: cache.duration("profiles"),
            },
            elds: layers.elds.iter().map(|(provider, table)| account::eld(provider, table)).collect(),
            mcleod: account::mcleod(layers),
            links: layers.links.clone(),
            mapbox: account::mapbox(layers),
            gemini: account::gemini(layers),
            operations: operations(table("operations")),
            map_layers: map_layers(&layers.map, file),
            notify: notify(table("notify")),
            theme: theme(table("theme")),
            keys: layers.keys.clone(),
            file: file.map(|file| file.path.to_path_buf()),
            passed_over: None,
            exposed: file.and_then(|file| exposed(file, &tables)),
            tables,
        }
    }
}

/// The file that is read, or, when there is none, the one that would be; `None` without a home.
pub fn file_path(sources: &Sources<'_>) -> Option<PathBuf> {
    file::place(sources).map(|place| place.path)
}

/// Where databases are kept when nobody says: `$XDG_STATE_HOME/backhaul`; `None` without a home.
pub fn state_folder(environment: Environment<'_>) -> Option<PathBuf> {
    file::folder(environment, "XDG_STATE_HOME", ".local/state")
}

/// The defaults, and the file over them.
fn filed<'a>(file: Option<&ConfigFile>, environment: Environment<'a>) -> Layers<'a> {
    let mut layers = Layers::new(environment);
    if let Some(folder) = state_folder(environment) {
        let url = format!("sqlite:{}", folder.join("backhaul.db").display());
        layers.set_default("database", "url", &url);
    }
    if let Some(file) = file {
        layers.read_file(file);
    }
    layers
}

/// What no key can see alone.
fn check_together(layers: &mut Layers<'_>) {
    if layers.table("database").lacks(&["url"]).is_some() {
        layers.problem(
            Origin::Default,
            "database.url",
            "is not set, and without $HOME there is no default for it",
        );
    }
    let mut names = HashSet::new();
    let twice: Vec<_> = (layers.elds.iter())
        .filter(|(_, table)| !names.insert(table.text("name")))
        .map(|(_, table)| (table.setting("name").origin.clone(), table.origin.clone(), table.text("name")))
        .collect();
    for (origin, of_table, name) in twice {
        let origin = if origin == Origin::Default { of_table } else { origin };
        let message = "is the name of an account above; every account needs its own";
        layers.problem(origin, &format!("eld.{name}.name"), message);
    }
    link::check_accounts(layers);
}

fn database(table: &Table) -> Database {
    let url = table.text("url");
    let path = value::database_path(&url).expect("checked when it was read");
    Database { path: resolved(Path::new(path)), url, group: table.text_opt("group") }
}

/// The one name of a file that may be known by several: the lock lies beside it, and two names
/// would be two locks. A file that is not there yet has its folder's one name.
fn resolved(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if let Ok(resolved) = path.canonicalize() {
        return resolved;
    }
    match (path.parent().map(Path::canonicalize), path.file_name()) {
        (Some(Ok(folder)), Some(name)) => folder.join(name),
        _ => path,
    }
}

fn operations(table: &Table) -> Operations {
    Operations {
        timezone: table.zone("timezone"),
        units: match table.text("units").as_str() {
            "metric" => Units::Metric,
            _ => Units::Us,
        },
        cycle: match table.text("cycle").as_str() {
            "60/7" => Cycle::SixtyInSeven,
            _ => Cycle::SeventyInEight,
        },
        day_start: table.time("day_start"),
        unload: Duration::from_secs(u64::from(table.whole("unload_minutes")) * 60),
        late_warning: table.duration("late_warning"),
    }
}

fn notify(table: &Table) -> Notify {
    Notify {
        critical: table.text("critical") != "off",
        quiet_from: table.time("quiet_from"),
        quiet_until: table.time("quiet_until"),
    }
}

fn theme(table: &Table) -> Theme {
    let roles = table.keys.iter().map(|key| key.name).filter(|key| *key != "name");
    let own = roles.filter_map(|role| Some((role.to_owned(), table.text_opt(role)?))).collect();
    Theme { name: table.text("name"), own }
}

/// The ELD accounts stand before the TMS, as in the example file.
fn in_file_order(layers: &Layers<'_>) -> Vec<Table> {
    let at = layers.tables.iter().position(|table| table.name == "mcleod").unwrap_or_default();
    let mut tables = layers.tables.clone();
    tables.splice(at..at, layers.elds.iter().map(|(_, table)| table.clone()));
    tables
}

impl Problem {
    /// A key that there is not, with the nearest there is.
    fn unknown<'k>(origin: Origin, key: &str, typed: &str, known: impl IntoIterator<Item = &'k str>) -> Self {
        let known: Vec<_> = known.into_iter().collect();
        let message = match nearest(typed, known.iter().copied()) {
            Some(near) => format!("there is no such key; did you mean `{near}`?"),
            None => format!("there is no such key; known are {}", known.join(", ")),
        };
        Self { origin, key: key.to_owned(), message }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.origin, self.key, self.message)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            write!(f, "{}{problem}", if index > 0 { "\n" } else { "" })?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

/// Each file, from the folder of the configuration.
fn map_layers(written: &[String], file: Option<&ConfigFile>) -> Vec<PathBuf> {
    let folder = file.and_then(|file| file.path.parent()).unwrap_or(Path::new(""));
    written.iter().map(|path| folder.join(path)).collect()
}
