//! Geotab: devices, drivers, positions, hours of service and trailer attachments over its JSON-RPC API.
//!
//! `request` says what is asked, `place` where in a read we are, `roster`, `positions`, `hours` and
//! `attachments` what the answers mean, `memory` what must be known of earlier ones, `answer` how one is
//! taken apart. All of that is pure; only `session` speaks to the network.

mod answer;
mod attachments;
mod finite;
mod hours;
mod memory;
mod place;
mod positions;
mod read;
mod request;
mod roster;
mod scalar;
mod server;
mod session;
mod span;
mod track;
mod wheel;

use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use self::answer::{Cause, Fault};
pub use self::memory::Memory;
use self::place::Place;
pub use self::read::normalise;
use self::request::DRIVERS_A_CALL;
use self::session::{Login, Sessions};
use super::{Ask, Cadence, FeedSpec, Limit, Page, Provider, TokenFile};
use crate::http::{Error, Kind};
use crate::model::Want;

/// Three feeds share sixty calls a minute; those of positions at most twelve each.
const FEED_PAUSE: Duration = Duration::from_secs(5);
/// Clocks are worked out anew for every driver who is asked for.
const CLOCKS_PAUSE: Duration = Duration::from_secs(30);
/// At most 650 calls a minute of one entity, and each call of ours holds one for every driver.
#[expect(clippy::cast_precision_loss, reason = "it is 25")]
const CLOCKS_A_SECOND: f64 = 600.0 / 60.0 / DRIVERS_A_CALL as f64;

/// How an account is reached.
#[derive(Clone, Debug)]
pub struct Account {
    /// The server where one logs in: `https://my.geotab.com`.
    pub base_url: String,
    /// The company's database.
    pub database: String,
    /// The service account.
    pub username: String,
    /// Its password, needed again whenever a session runs out.
    pub password: SecretString,
    /// A PEM file trusted besides the system's.
    pub ca_file: Option<PathBuf>,
    /// The folder where the session is kept over restarts.
    pub tokens: PathBuf,
    /// The account's name: what the file in that folder is called.
    pub name: String,
}

/// One Geotab database, read by one service account.
pub struct Geotab {
    sessions: Sessions,
    memory: Memory,
}

impl Geotab {
    /// Nothing is sent, read or written before the first [`fetch`](Provider::fetch).
    ///
    /// Fails with a sentence that names what is wrong, and never the password.
    pub fn new(account: Account) -> Result<Self, String> {
        let Account { base_url, database, username, password, ca_file, tokens, name } = account;
        for (what, text) in [
            ("database", database.as_str()),
            ("user name", &username),
            ("password", password.expose_secret()),
        ] {
            if text.trim().is_empty() {
                return Err(format!("the Geotab {what} is empty"));
            }
        }
        let base_url = base_url.trim_end_matches('/').to_owned();
        let file = TokenFile::new(Path::new(&tokens), &name);
        let login = Login { base_url, database, username, password, ca_file };
        Ok(Self { sessions: Sessions::new(login, file)?, memory: Memory::default() })
    }
}

impl Provider for Geotab {
    fn feeds(&self) -> &'static [FeedSpec] {
        FEEDS
    }

    async fn fetch(&self, ask: Ask<'_>) -> Result<Page, Error> {
        let page = self.page(&ask).await;
        if let Err(error) = &page
            && Feed::named(ask.resource) == Some(Feed::LogRecords)
        {
            self.memory.lock().track.failed(error.kind.may_pass());
        }
        page
    }
}

impl Geotab {
    async fn page(&self, ask: &Ask<'_>) -> Result<Page, Error> {
        let (feed, place) = locate(&self.memory, ask)?;
        let Some(session) = self.sessions.current().await else {
            self.sessions.renew(ask.now).await?;
            return Ok(Page::step(place.token()));
        };
        let Some(call) = request::call(feed, ask, &place) else {
            return Ok(Page::default());
        };
        let read = |result: &str| read::page(&self.memory, feed, ask, &place, result);
        let fault = match session.ask(call, ask.now, read).await {
            Ok(page) => return Ok(page),
            Err(fault) => fault,
        };
        match fault.cause {
            Cause::Session | Cause::Database | Cause::Moved => self.sessions.give_up(&session),
            Cause::Limit | Cause::Server | Cause::Call => {}
        }
        match fault {
            // What ran out is renewed, and the call made again: once, since a login that is refused looks
            // the same.
            Fault { cause: Cause::Session | Cause::Moved, .. } if !place.again => {
                Ok(Page::step(place.once_more().token()))
            }
            fault => read::without(feed, ask, &place, fault),
        }
    }
}

/// The feeds by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Feed {
    Devices,
    Trailers,
    Users,
    LogRecords,
    DeviceStatus,
    DutyStatusLogs,
    Availability,
    Attachments,
}

impl Feed {
    fn named(resource: &str) -> Option<Self> {
        Some(match resource {
            "devices" => Self::Devices,
            "trailers" => Self::Trailers,
            "users" => Self::Users,
            "log_records" => Self::LogRecords,
            "device_status" => Self::DeviceStatus,
            "duty_status_logs" => Self::DutyStatusLogs,
            "availability" => Self::Availability,
            "attachments" => Self::Attachments,
            _ => return None,
        })
    }

    /// Whether its rows name devices, of which only their list says what they are on.
    const fn refers_to_devices(self) -> bool {
        match self {
            Self::Trailers | Self::LogRecords | Self::DeviceStatus | Self::Attachments => true,
            Self::Devices | Self::Users | Self::DutyStatusLogs | Self::Availability => false,
        }
    }

    /// Whether it goes on from a version.
    const fn has_versions(self) -> bool {
        match self {
            Self::LogRecords | Self::DeviceStatus | Self::DutyStatusLogs => true,
            Self::Devices | Self::Trailers | Self::Users | Self::Availability | Self::Attachments => false,
        }
    }
}

const fn spec(resource: &'static str, cadence: Cadence) -> FeedSpec {
    FeedSpec { resource, cadence, pause: Duration::ZERO, limit: None, wants: None }
}

/// `GetFeed` has one limit for all that it is asked for.
const GET_FEED: Option<Limit> = Some(Limit { of: "GetFeed", calls_per_second: 1.0 });

/// Rosters first: positions, hours and attachments refer to what they list. The track before the status,
/// whose positions are only taken where the track has none.
const FEEDS: &[FeedSpec] = &[
    spec("devices", Cadence::Roster),
    spec("trailers", Cadence::Roster),
    spec("users", Cadence::Roster),
    FeedSpec { pause: FEED_PAUSE, limit: GET_FEED, ..spec("log_records", Cadence::Positions) },
    FeedSpec { pause: FEED_PAUSE, limit: GET_FEED, ..spec("device_status", Cadence::Positions) },
    FeedSpec { pause: FEED_PAUSE, limit: GET_FEED, ..spec("duty_status_logs", Cadence::Hours) },
    FeedSpec {
        pause: CLOCKS_PAUSE,
        limit: Some(Limit { of: "availability", calls_per_second: CLOCKS_A_SECOND }),
        wants: Some(Want::DriversUnderHours { listed_by: "users" }),
        ..spec("availability", Cadence::Hours)
    },
    spec("attachments", Cadence::Movements),
];

fn locate(memory: &Memory, ask: &Ask<'_>) -> Result<(Feed, Place), Error> {
    let feed = Feed::named(ask.resource)
        .ok_or_else(|| Error::malformed(format_args!("Geotab has no feed `{}`", ask.resource)))?;
    let place = match ask.page {
        Some(token) => Place::resume(token)?,
        None => Place::first(feed, ask, &memory.lock()),
    };
    Ok((feed, place))
}

/// Whether an error says nothing of what else may be asked.
const fn is_of_one_call(kind: Kind) -> bool {
    matches!(kind, Kind::Rejected | Kind::Forbidden | Kind::NotFound | Kind::TooLarge)
}
