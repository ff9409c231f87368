//! Asks an account once, live, by the client that works with it: what it shows, or why nothing. It writes nothing but what
//! a service hands out to be taken back later (a session, a rotated token).

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::timeout;

use super::accounts::{AnyAccount, account};
use super::{Refused, assistant, board};
use crate::commands::doctor::remedy;
use crate::config::Config;
use crate::http::{Client, Limits};
use crate::model::{Batch, Change, Fix, Motion, Point, Position, Timestamp, UnitKind};
use crate::providers::{Ask, Error, FeedSpec, Kind, Provider, settled};
use crate::routing::{Attempt, Question};
use crate::rules::{age, locality};
use crate::sync::Clock;

/// A service that has not shown anything by then is not waited for.
const PATIENCE: Duration = Duration::from_mins(1);
/// Calls on the way to a page that tells something: a login, a server that sends on to another, a mark to go on from.
const MOST_CALLS: usize = 6;
/// So many units are shown.
const SHOWN: usize = 3;
/// The way that Mapbox is asked for.
const FROM: (&str, Point) = ("Dallas TX", Point { latitude: 32.7767, longitude: -96.7970 });
const TO: (&str, Point) = ("Oklahoma City OK", Point { latitude: 35.4676, longitude: -97.5164 });

/// What an account showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// What a person can recognise: three units with their places, a way, a model's name. None where the account is empty.
    pub lines: Vec<String>,
    /// What it would not let us read, each with why.
    pub lacks: Vec<(String, String)>,
}

/// Why an account showed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// What it said, or what stood in the way.
    pub why: String,
    /// What mends it.
    pub remedy: String,
}

impl Failed {
    fn new(why: &impl ToString, account: &str) -> Self {
        let why = why.to_string();
        let remedy = remedy(&why, account);
        Self { remedy: remedy.unwrap_or_else(|| format!("see the documents on {account}'s credential")), why }
    }
}

impl From<Refused> for Failed {
    fn from(refused: Refused) -> Self {
        let remedy = "mend that in the configuration; config.example.toml shows every key".to_owned();
        Self { why: refused.to_string(), remedy }
    }
}

/// Tries the account of this name, which the configuration has.
pub async fn try_account(config: &Config, name: &str, clock: &Clock) -> Result<Shown, Failed> {
    if let Some((_, why)) = config.off_accounts().into_iter().find(|(off, _)| off == name) {
        let remedy = "set it where this runs, or write another".to_owned();
        return Err(Failed { why: format!("it is off: {why}"), remedy });
    }
    let trying = async {
        match name {
            "mapbox" => try_mapbox(config, clock.now()).await,
            "gemini" => try_gemini(config, clock.now()).await,
            _ => try_polled(config, name, clock).await,
        }
    };
    let Ok(tried) = timeout(PATIENCE, trying).await else {
        // Who asked may end the process next.
        settled().await;
        return Err(Failed::new(&format!("no answer in time ({} s)", PATIENCE.as_secs()), name));
    };
    tried
}

/// How far the clocks of accounts are ahead of ours, in seconds, and whose they are: one after the other, up to the
/// first that agrees with ours to `within` seconds.
pub async fn ahead(config: &Config, clock: &Clock, within: u64) -> Vec<(String, i64)> {
    let limits = Limits { total: Duration::from_secs(5), ..Limits::default() };
    let elds = config.elds.iter().filter(|eld| eld.off_reason().is_none());
    let mut services: Vec<_> = elds.map(|eld| (&eld.name, &eld.base_url, eld.ca_file.as_deref())).collect();
    let (tms, mapbox) = (&config.mcleod, &config.mapbox);
    if tms.off_reason().is_none() {
        services.push((&tms.name, &tms.base_url, tms.ca_file.as_deref()));
    }
    if mapbox.off_reason().is_none() {
        services.push((&mapbox.name, &mapbox.base_url, mapbox.ca_file.as_deref()));
    }
    let mut told = Vec::new();
    for (name, base_url, ca_file) in services {
        let Ok(client) = Client::new(base_url, &[], ca_file, &limits) else { continue };
        if let Ok(Some(date)) = client.date().await {
            let ahead_s = (date.millis() - clock.now().millis()) / 1000;
            told.push((name.clone(), ahead_s));
            if ahead_s.unsigned_abs() <= within {
                break;
            }
        }
    }
    told
}

async fn try_polled(config: &Config, name: &str, clock: &Clock) -> Result<Shown, Failed> {
    let sample = match account(config, name)? {
        None => return Err(Failed::new(&"the configuration has no such account", name)),
        Some(AnyAccount::Samsara(account)) => sample(&account.provider, clock).await,
        Some(AnyAccount::Geotab(account)) => sample(&account.provider, clock).await,
        Some(AnyAccount::Motive(account)) => sample(&account.provider, clock).await,
        Some(AnyAccount::Terminal(account)) => sample(&account.provider, clock).await,
        Some(AnyAccount::McLeod(account)) => sample(&account.provider, clock).await,
    };
    let sample = sample.map_err(|error| Failed::new(&error, name))?;
    let lacks = sample.lacks.iter().map(|(resource, error)| ((*resource).to_owned(), error.to_string()));
    Ok(Shown { lines: sample.lines(clock.now()), lacks: lacks.collect() })
}

/// What the first page of each feed told.
#[derive(Debug, Default)]
struct Sample {
    read: usize,
    /// Units in the order they were told: kind, id, name.
    named: Vec<(UnitKind, String, String)>,
    seen: HashMap<(UnitKind, String), Fix>,
    lacks: Vec<(&'static str, Error)>,
}

/// Reads the first page of every feed that needs not be told what to ask for. Fails with the account's trouble, or
/// with that of the first feed where none can be read.
async fn sample<P: Provider>(provider: &P, clock: &Clock) -> Result<Sample, Error> {
    let mut sample = Sample::default();
    for spec in provider.feeds().iter().filter(|spec| spec.wants.is_none()) {
        match first_page(provider, spec, clock).await {
            Ok(batch) => sample.take(batch),
            Err(error) if error.kind == Kind::Unsupported => {}
            // Who cannot be reached, or refuses us, says the same for every feed.
            Err(error) if error.kind.is_of_the_account() => return Err(error),
            Err(error) if !error.answered && sample.read == 0 => return Err(error),
            Err(error) => sample.lacks.push((spec.resource, error)),
        }
    }
    if sample.read == 0 && !sample.lacks.is_empty() {
        return Err(sample.lacks.swap_remove(0).1);
    }
    Ok(sample)
}

/// The first page that tells something; an empty one where nothing is told in a few calls.
async fn first_page<P: Provider>(provider: &P, spec: &FeedSpec, clock: &Clock) -> Result<Batch, Error> {
    let mut at = None::<String>;
    for _ in 0..MOST_CALLS {
        let ask = Ask {
            resource: spec.resource,
            cursor: None,
            page: at.as_deref(),
            restart: false,
            wanted: &[],
            now: clock.now(),
        };
        let page = provider.fetch(ask).await?;
        if page.next.is_none() || !page.batch.changes.is_empty() {
            return Ok(page.batch);
        }
        at = page.next;
    }
    Ok(Batch::default())
}

impl Sample {
    fn take(&mut self, batch: Batch) {
        self.read += 1;
        for change in batch.changes {
            match change {
                Change::Profile(profile) if profile.active => {
                    self.named.push((profile.kind, profile.external_id, profile.name));
                }
                Change::Fix { kind, external_id, fix } => {
                    let seen = self.seen.entry((kind, external_id)).or_insert_with(|| fix.clone());
                    if fix.observed_at > seen.observed_at {
                        *seen = fix;
                    }
                }
                _ => {}
            }
        }
    }

    /// Units that a person knows: tractors before trailers before drivers, of each those first whose place is told.
    fn lines(&self, now: Timestamp) -> Vec<String> {
        let mut known: Vec<_> = (self.named.iter())
            .map(|(kind, id, name)| (*kind, name, self.seen.get(&(*kind, id.clone()))))
            .collect();
        let rank = |kind: UnitKind| match kind {
            UnitKind::Tractor => 0,
            UnitKind::Trailer => 1,
            UnitKind::Driver => 2,
        };
        known.sort_by_key(|(kind, _, fix)| (rank(*kind), fix.is_none()));
        let words = |(kind, name, fix): (UnitKind, &String, Option<&Fix>)| {
            let place = fix.and_then(|fix| {
                let place = locality::place(fix.place.as_deref(), Some(fix.latitude), Some(fix.longitude))?;
                Some(format!(", {place}, {} ago", age::since(Some(fix.observed_at), now)))
            });
            format!("{} {name}{}", kind.word(), place.unwrap_or_default())
        };
        known.into_iter().take(SHOWN).map(words).collect()
    }
}

async fn try_mapbox(config: &Config, now: Timestamp) -> Result<Shown, Failed> {
    let router = board::router(&config.mapbox)?;
    let position = Position {
        point: FROM.1,
        motion: Motion::Stopped,
        speed_mph: None,
        heading_deg: None,
        observed_at: now,
    };
    let question = Question { position: &position, stops: &[TO.1] };
    let route = router.mapbox.route(&question, Attempt::default(), now).await;
    let route = route.map_err(|error| Failed::new(&error, "mapbox"))?;
    let (meters, seconds) = route
        .legs
        .iter()
        .fold((0.0, 0.0), |(meters, seconds), leg| (meters + leg.meters, seconds + leg.seconds));
    let drive = age::words(Duration::try_from_secs_f64(seconds).unwrap_or_default());
    let line = format!("{} to {}: {:.0} mi, {drive}", FROM.0, TO.0, meters / 1609.344);
    Ok(Shown { lines: vec![line], lacks: Vec::new() })
}

async fn try_gemini(config: &Config, now: Timestamp) -> Result<Shown, Failed> {
    let model = assistant::model(config)?;
    let name = model
        .gemini
        .look_up(&model.name, now)
        .await
        .map_err(|trouble| Failed { why: trouble.what(&model.name), remedy: trouble.advice() })?;
    let mut lacks = Vec::new();
    if let Some(fallback) = &model.fallback
        && let Err(trouble) = model.gemini.look_up(fallback, now).await
    {
        lacks.push(("fallback_model".to_owned(), trouble.sentence(fallback)));
    }
    Ok(Shown { lines: vec![format!("model {name}")], lacks })
}
