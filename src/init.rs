//! `init`: asks for one service at a time, tries it live, and writes the configuration. What a service is asked is in
//! `init/services.rs`, how a person is asked in `init/prompt.rs`; the trial is the daemon's, by the clients that poll.

mod prompt;
mod services;

use std::fs;
use std::future::ready;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use self::prompt::{Echo, Interrupted, Prompt};
use self::services::{Ask, SERVICES, Service, meant};
use crate::config::edit::{self, Place};
use crate::config::{self, Config, ConfigError, Environment, Sources};
use crate::daemon::{self, Refused, Shown, try_account};
use crate::sim;
use crate::sync::Clock;

/// Where the simulated upstreams of `init --demo` are looked for.
pub const DEMO_PORT: u16 = 7411;

/// What is written, and from what.
pub struct Options<'a> {
    /// The file.
    pub path: PathBuf,
    /// `--database`: goes into the file.
    pub database: Option<String>,
    /// The environment.
    pub environment: Environment<'a>,
}

/// Writes a configuration that points at `backhaul sim`. Asks nothing, and touches no file that is there.
pub fn demo(options: &Options<'_>) -> anyhow::Result<ExitCode> {
    let path = &options.path;
    if path.exists() {
        return Err(Refused::because(format_args!(
            "{} is there already and is not touched; name another file: backhaul init --demo --config FILE",
            path.display()
        ))
        .into());
    }
    config::writable(path).map_err(Refused::because)?;
    let beside = || config::state_folder(options.environment).map(|folder| folder.join("demo.db"));
    let database = options.database.clone().or_else(|| Some(format!("sqlite:{}", beside()?.display())));
    let clock = Clock::system();
    let world = sim::Options { port: DEMO_PORT, ..sim::Options::new(Arc::new(move || clock.now())) };
    let text = format!(
        "# A simulated fleet, written by `backhaul init --demo`. Its upstreams: backhaul sim --port {DEMO_PORT}\n\n{}",
        sim::config_toml(world, database.as_deref())
    );
    Config::draft(&text, path, options.environment)?;
    config::save(path, &text).map_err(|error| not_written(path, &error))?;
    tell(&format!(
        "wrote {path} (mode 600): a simulated fleet\n\
         start its upstreams:  backhaul sim --port {DEMO_PORT}\n\
         and beside them:      backhaul --config {path}",
        path = path.display()
    ));
    Ok(ExitCode::SUCCESS)
}

/// Asks, tries and writes. Whoever stops before the end has written nothing.
pub async fn run(options: &Options<'_>) -> anyhow::Result<ExitCode> {
    let path = &options.path;
    let old = read(path)?;
    // A file with a mistake is mended by who made it: what is added to it could not be tried.
    Config::draft(old.as_deref().unwrap_or_default(), path, options.environment)?;
    config::writable(path).map_err(Refused::because)?;
    let stop = daemon::stop_signal()?;
    let Some(prompt) = Prompt::open(stop)? else {
        return Err(Refused::because(format_args!(
            "init asks on a terminal, and here is none; write {} by hand: config.example.toml shows every key",
            path.display()
        ))
        .into());
    };
    let mut text = old.clone().unwrap_or_default();
    let mut group = None;
    if let Some(url) = &options.database {
        let place = Place::Table("database");
        text = edit::with(&text, place, &[("url", url)], &[]).map_err(Refused::because)?;
        let drafted = Config::draft(&text, path, options.environment)?.database;
        group = if drafted.group.is_none() { shared_with(&drafted.path) } else { None };
        if let Some(group) = &group {
            text = edit::with(&text, place, &[("group", group)], &[]).map_err(Refused::because)?;
        }
    }
    let mut talk = Talk { options, prompt, text, is_new: old.is_none(), added: Vec::new() };
    let ended = talk.run().await;
    let Talk { prompt, text, added, .. } = talk;
    drop(prompt);
    match ended {
        Err(Interrupted) => {
            daemon::ended_in_time(ready(())).await;
            tell(&format!("backhaul: stopped; nothing was written to {}", path.display()));
            Ok(ExitCode::FAILURE)
        }
        Ok(()) if added.is_empty() => {
            tell(&format!("nothing was added; {} is as it was", path.display()));
            Ok(ExitCode::SUCCESS)
        }
        Ok(()) if read(path)? != old => Err(anyhow::anyhow!(
            "{} was changed by somebody else meanwhile, and stays so; nothing was written: run init again",
            path.display()
        )),
        Ok(()) => {
            config::save(path, &text).map_err(|error| not_written(path, &error))?;
            let named = named(options);
            let people = group.map_or_else(String::new, |group| {
                format!(
                    "the database is open to the group {group}, whose folder it lies in (database.group)\n"
                )
            });
            tell(&format!(
                "wrote {} (mode 600, readable by you alone): {}\n\
                 {people}next: `backhaul{named}` for the console, or `backhaul doctor{named}` to see whether all is well",
                path.display(),
                added.join(", ")
            ));
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The group that the database's folder was made for, as the package makes it: what is made in there is the group's.
fn shared_with(database: &Path) -> Option<String> {
    let folder = fs::metadata(database.parent()?).ok()?;
    (folder.mode() & 0o2070 == 0o2070).then(|| config::group_name(folder.gid()))
}

/// What other commands need to be told to read this file; nothing where they find it by themselves.
fn named(options: &Options<'_>) -> String {
    let found = config::file_path(&Sources::new(options.environment));
    if found.as_ref() == Some(&options.path) {
        return String::new();
    }
    format!(" --config {}", options.path.display())
}

/// One conversation, and the text that comes of it.
struct Talk<'a> {
    options: &'a Options<'a>,
    prompt: Prompt,
    text: String,
    is_new: bool,
    added: Vec<String>,
}

/// What a person wants after a trial that failed.
enum Then {
    Again,
    Keep,
    Drop,
}

impl Talk<'_> {
    async fn run(&mut self) -> Result<(), Interrupted> {
        let path = self.options.path.display();
        let what =
            if self.is_new { "will be written" } else { "is there: it is added to, and what is in it stays" };
        self.prompt.say(&format!(
            "{path} {what}. Ctrl-C leaves without writing.\n\
             A secret is not shown while it is typed or pasted; instead of itself it may be given as\n\
             env:NAME, file:PATH or credential:NAME. In [brackets] is what Enter alone takes.\n"
        ));
        self.prompt.say("\n");
        for (number, service) in (1..).zip(SERVICES) {
            self.prompt.say(&format!("  {number}  {:<9} {}\n", service.name, service.what));
        }
        loop {
            let end = if self.added.is_empty() { "Enter: leave" } else { "Enter: write the file" };
            let question = format!("\nWhich service? (number or name; {end}) ");
            let answer = self.prompt.ask(&question, Echo::Shown).await?;
            if answer.is_empty() {
                return Ok(());
            }
            match meant(&answer) {
                Some(service) => self.connect(service).await?,
                None => self.prompt.say("one of the list, by its number or name\n"),
            }
        }
    }

    /// Asks for a service until it works, is kept as it is, or is dropped.
    async fn connect(&mut self, service: &'static Service) -> Result<(), Interrupted> {
        self.prompt.say(&format!("{}\n", service.hint));
        let Some(name) = self.name(service).await? else { return Ok(()) };
        let mut before = Vec::new();
        loop {
            let Some(settings) = self.settings(service, &before).await? else {
                self.prompt.say(&format!("{name} is left out\n"));
                return Ok(());
            };
            let draft = self.draft(service, &name, &settings);
            let then = match draft {
                Err(why) => {
                    self.prompt.say(&format!("{why}\n"));
                    self.after(false).await?
                }
                Ok((text, config)) => {
                    if self.try_it(&name, &config).await? {
                        self.keep(service, text, name);
                        return Ok(());
                    }
                    let then = self.after(true).await?;
                    if matches!(then, Then::Keep) {
                        self.keep(service, text, name);
                        return Ok(());
                    }
                    then
                }
            };
            if matches!(then, Then::Drop) {
                return Ok(());
            }
            before = settings;
        }
    }

    fn keep(&mut self, service: &Service, text: String, name: String) {
        for key in service.keys() {
            if let Some(variable) = config::overruled_by(service.name, key, self.options.environment) {
                self.prompt
                    .say(&format!("  {variable} is set here, and goes before the {key} in the file\n"));
            }
        }
        self.text = text;
        self.added.retain(|added| *added != name);
        self.added.push(name);
    }

    /// The account's name: asked only where there is one of this service already.
    async fn name(&mut self, service: &Service) -> Result<Option<String>, Interrupted> {
        let taken = edit::eld_names(&self.text);
        if !service.is_eld || !taken.iter().any(|name| name == service.name) {
            return Ok(Some(service.name.to_owned()));
        }
        let free = (2_u32..1000)
            .map(|number| format!("{}-{number}", service.name))
            .find(|name| !taken.contains(name));
        let free = free.unwrap_or_else(|| service.name.to_owned());
        let question =
            format!("  name of this account (one that is there is mended: {}) [{free}]: ", taken.join(", "));
        let answer = self.prompt.ask(&question, Echo::Shown).await?;
        let name = if answer.is_empty() { free } else { answer };
        match config::check(service.name, "name", &name, self.options.environment) {
            Ok(()) => Ok(Some(name)),
            Err(why) => {
                self.prompt.say(&format!("  {why}\n"));
                Ok(None)
            }
        }
    }

    /// What the service's keys are to be; `None` where one that it needs was left empty. What was typed `before` is not
    /// to be typed again, but for secrets.
    async fn settings(
        &mut self,
        service: &Service,
        before: &[(&'static str, String)],
    ) -> Result<Option<Vec<(&'static str, String)>>, Interrupted> {
        let mut settings = Vec::new();
        for ask in service.asks {
            match self.value(service, ask, before).await? {
                Some(value) => settings.push((ask.key, value)),
                None if ask.or.is_empty() => return Ok(None),
                None => {
                    for other in ask.or {
                        let Some(value) = self.value(service, other, before).await? else { return Ok(None) };
                        settings.push((other.key, value));
                    }
                }
            }
        }
        Ok(Some(settings))
    }

    /// One value that its key takes; `None` where nothing was typed, now or `before`, and there is no default.
    async fn value(
        &mut self,
        service: &Service,
        ask: &Ask,
        before: &[(&'static str, String)],
    ) -> Result<Option<String>, Interrupted> {
        let is_secret = config::is_secret(service.name, ask.key);
        let typed = before.iter().find(|(key, _)| *key == ask.key && !is_secret);
        let default =
            typed.map(|(_, value)| value.as_str()).or_else(|| config::default_of(service.name, ask.key));
        let note = if ask.note.is_empty() { String::new() } else { format!(" ({})", ask.note) };
        let bracket = default.map(|default| format!(" [{default}]")).unwrap_or_default();
        let question = format!("  {}{note}{bracket}: ", ask.key);
        let echo = if is_secret { Echo::Hidden } else { Echo::Shown };
        loop {
            let answer = self.prompt.ask(&question, echo).await?;
            if answer.is_empty() {
                return Ok(default.map(str::to_owned));
            }
            match config::check(service.name, ask.key, &answer, self.options.environment) {
                Ok(()) => return Ok(Some(answer)),
                Err(why) => self.prompt.say(&format!("  {why}\n")),
            }
        }
    }

    /// The text with the account in it, and what it makes.
    fn draft(
        &self,
        service: &Service,
        name: &str,
        settings: &[(&'static str, String)],
    ) -> Result<(String, Config), String> {
        let place = if service.is_eld {
            Place::Eld { name, provider: service.name }
        } else {
            Place::Table(service.name)
        };
        let settings: Vec<(&str, &str)> =
            settings.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let text = edit::with(&self.text, place, &settings, &service.obsolete(&settings))?;
        let config = Config::draft(&text, &self.options.path, self.options.environment);
        let config = config.map_err(|error: ConfigError| error.to_string())?;
        Ok((text, config))
    }

    /// Tries the account, and tells what came of it.
    async fn try_it(&mut self, name: &str, config: &Config) -> Result<bool, Interrupted> {
        self.prompt.say(&format!("trying {name} ... "));
        let tried = self.prompt.wait(try_account(config, name, &Clock::system())).await?;
        match tried {
            Ok(Shown { lines, lacks }) => {
                self.prompt.say(if lines.is_empty() {
                    "it answers, but shows no unit yet\n"
                } else {
                    "it works\n"
                });
                for line in lines {
                    self.prompt.say(&format!("  {line}\n"));
                }
                for (resource, why) in lacks {
                    self.prompt.say(&format!("  without {resource}: {why}\n"));
                }
                Ok(true)
            }
            Err(failed) => {
                self.prompt.say(&format!("no: {}\n  {}\n", failed.why, failed.remedy));
                Ok(false)
            }
        }
    }

    async fn after(&mut self, may_keep: bool) -> Result<Then, Interrupted> {
        let keep = if may_keep { "k: keep it as it is; " } else { "" };
        // Whoever is told that a secret was wrong may paste the right one here already.
        let answer =
            self.prompt.ask(&format!("Enter: type it again; {keep}d: leave it out "), Echo::Hidden).await?;
        Ok(match answer.to_lowercase().as_str() {
            "k" if may_keep => Then::Keep,
            "d" => Then::Drop,
            _ => Then::Again,
        })
    }
}

/// What stands in the file; `None` where there is none.
fn read(path: &Path) -> Result<Option<String>, Refused> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Refused::because(format_args!("{}: {error}", path.display()))),
    }
}

fn not_written(path: &Path, error: &std::io::Error) -> anyhow::Error {
    anyhow::anyhow!("{} could not be written: {error}", path.display())
}

/// Talk, for whoever asked.
fn tell(text: &str) {
    use std::io::Write as _;
    // Not `eprintln!`: on a dead terminal that panics.
    let _ = writeln!(std::io::stderr(), "{text}");
}
