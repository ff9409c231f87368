//! From a configuration to an assistant: whom it asks, what it answers from, where its spending is written down.

use std::io::{Write, sink, stderr, stdout};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::SecretString;

use super::{Refused, access, office};
use crate::assistant::{
    Assistant, Budget, Conversation, Event, Gemini, Ledger, Level, Model, Pace, Refresh, Refreshed, Settings,
    Spent, stored,
};
use crate::commands::{self, Format};
use crate::config::Config;
use crate::store::{Access, AssistantCall, Grant, People};
use crate::sync::{Clock, Looked, Lookups};

/// The assistant of this configuration, which has positions read at `lookups`. Without a key it is one that answers
/// by backhaul's own parser.
///
/// Fails where it is configured in a way that can never work.
pub fn assistant(config: &Config, lookups: Lookups) -> Result<Assistant, Refused> {
    let account = &config.gemini;
    let (path, zone) = (config.database.path.clone(), config.operations.timezone.clone());
    let model = if account.off_reason().is_none() { Some(model(config)?) } else { None };
    let ledger = Purse {
        path: path.clone(),
        access: access(config).map_err(Refused::because)?,
        account: account.name.clone(),
        open: Mutex::default(),
    };
    #[expect(clippy::cast_possible_truncation, reason = "at most a hundred thousand dollars")]
    let micro_usd = (account.provider.daily_budget_usd * 1e6).round() as i64;
    let clock = Clock::system();
    Ok(Assistant {
        model,
        library: stored(path, office(config), zone.clone()),
        budget: Budget { micro_usd: (micro_usd > 0).then_some(micro_usd), zone, ledger: Arc::new(ledger) },
        hides_names: account.provider.hides_names,
        refresh: refresh_at(lookups),
        now: Arc::new(move || clock.now()),
        pace: Arc::new(Pace::default()),
    })
}

/// Answers one question on stdout, as it comes or, where `format` is JSON, as one object; talk goes to stderr. Ends with 0 where the
/// answer is whole and rests on what was found.
pub async fn ask(config: &Config, question: &str, format: &Format) -> anyhow::Result<ExitCode> {
    let as_json = matches!(format, Format::Json);
    let assistant = assistant(config, Lookups::default())?;
    let mut broken = None;
    let mut tell = |event: Event| {
        if broken.is_some() {
            return;
        }
        let mut line = None;
        let mut print = |out: &mut dyn Write| {
            line = commands::ask::on_event(&event, out)?;
            Ok(())
        };
        let told = if as_json { print(&mut sink()) } else { format.print(&mut stdout().lock(), print) };
        match told {
            Ok(()) => say(line),
            Err(error) => broken = Some(error),
        }
    };
    let answered = Conversation::default().ask(&assistant, question, None, &mut tell).await;
    // Whoever reads has gone, or the disk is full.
    broken.map_or(Ok(()), Err)?;
    let now = (assistant.now)();
    if as_json {
        commands::ask::print_json(answered.as_ref(), now, &mut stdout().lock())?;
    }
    match answered {
        Ok(answer) => {
            if !as_json {
                writeln!(stdout().lock())?;
                say(commands::ask::beside(&answer, now));
            } else if !answer.is_answered() {
                say(commands::ask::reasons(&answer));
            }
            Ok(if answer.is_answered() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Err(failure) => {
            say([failure.sentence]);
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Has positions read by this process's own poller; in a process without one `lookups` has no accounts.
fn refresh_at(lookups: Lookups) -> Refresh {
    Arc::new(move |account| {
        let lookups = lookups.clone();
        Box::pin(async move {
            match lookups.positions(&account).await {
                Looked::Read => Refreshed::Anew,
                Looked::Recent | Looked::NotOurs => Refreshed::AsTheyAre,
                Looked::Partly(why) => Refreshed::Partly(why),
                Looked::Kept(why) => Refreshed::Not(why),
            }
        })
    })
}

/// Talk, for whoever reads along.
fn say(lines: impl IntoIterator<Item = String>) {
    for line in lines {
        let _ = writeln!(stderr(), "backhaul: {line}");
    }
}

pub(super) fn model(config: &Config) -> Result<Model, Refused> {
    let account = &config.gemini;
    let gemini = &account.provider;
    let level = Level::named(&gemini.thinking).unwrap_or(Level::Low);
    let settings = Settings {
        base_url: &account.base_url,
        api_key: &SecretString::from(gemini.api_key.expose().to_owned()),
        ca_file: account.ca_file.as_deref(),
        silence: level.silence(),
    };
    let name = named("model", &gemini.model)?
        .ok_or_else(|| Refused::because("gemini.model: \"\" is no model's name".to_owned()))?;
    Ok(Model {
        gemini: Gemini::new(&settings).map_err(|why| Refused::because(format!("{}: {why}", account.name)))?,
        name,
        fallback: named("fallback_model", &gemini.fallback_model)?,
        level,
        calls_per_minute: account.calls_per_minute,
    })
}

/// The model that `key` names, without what its resource begins with; `None` where it names none.
fn named(key: &str, text: &str) -> Result<Option<String>, Refused> {
    let text = text.trim();
    let name = text.strip_prefix("models/").unwrap_or(text);
    if text.is_empty() {
        return Ok(None);
    }
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c)) {
        return Err(Refused::because(format!("gemini.{key}: {text:?} is no model's name")));
    }
    Ok(Some(name.to_owned()))
}

/// Writes spending into the database, whoever polls it.
struct Purse {
    path: PathBuf,
    access: Access,
    account: String,
    open: Mutex<Option<People>>,
}

impl Purse {
    fn with<T>(
        &self,
        work: impl FnOnce(&mut People) -> Result<T, crate::store::StoreError>,
    ) -> Result<T, String> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let people = match &mut *open {
            Some(people) => people,
            none => none.insert(People::open(&self.path, self.access).map_err(|error| error.to_string())?),
        };
        work(people).map_err(|error| error.to_string())
    }
}

impl Ledger for Purse {
    fn set_aside(&self, day: &str, micro_usd: i64, limit: Option<i64>) -> Result<Grant, String> {
        self.with(|people| people.set_aside(day, micro_usd, limit))
    }

    fn add(&self, spent: Spent) -> Result<(), String> {
        let Spent { day, micro_usd, at, error } = spent;
        let call = AssistantCall { account: self.account.clone(), day, micro_usd, at, error };
        self.with(|people| people.spend(&call))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_known_by_its_name_alone() {
        let name = |text: &str| named("fallback_model", text).map_err(|refused| refused.to_string());
        assert_eq!(name(" models/gemini-3.5-flash "), Ok(Some("gemini-3.5-flash".to_owned())));
        assert_eq!(name("gemini-3.5-flash"), Ok(Some("gemini-3.5-flash".to_owned())));
        assert_eq!(name(""), Ok(None));
        for wrong in ["a model", "models/", "a?key=b", "../x"] {
            assert!(name(wrong).is_err_and(|why| why.contains("gemini.fallback_model")), "{wrong}");
        }
    }
}
