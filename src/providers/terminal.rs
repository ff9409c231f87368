//! Terminal: one carrier's vehicles, trailers, drivers, positions and hours, which it passes on from
//! whatever ELD the carrier has.
//!
//! `paging` says where in a read we are, `roster`, `positions`, `hours` and `connection` what the answers
//! mean, `refusal` what its errors ask of a person, `wire` how an answer is taken apart. All of that is
//! pure; only [`Terminal`] itself speaks to the network.

mod connection;
mod hours;
mod paging;
mod positions;
mod refusal;
mod roster;
mod wire;

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use self::paging::Place;
use super::{Ask, Cadence, FeedSpec, Page, Provider};
use crate::http::{Client, Error, Limits, secret_header};
use crate::model::{Batch, Timestamp};

/// Answers come when the carrier's own provider has answered, and not a byte before.
const LIMITS: Limits = Limits {
    connect: Duration::from_secs(5),
    read: Duration::from_secs(60),
    total: Duration::from_secs(75),
    body: crate::http::BODY_CAP,
};
/// Real-time calls are billed, and an ELD has nothing new more often.
const POSITIONS_PAUSE: Duration = Duration::from_secs(10);
/// Billed too, and clocks are counted down between two reads anyway.
const CLOCKS_PAUSE: Duration = Duration::from_secs(30);
/// Billed too, and trackers of trailers report by the minute at best.
const TRAILERS_PAUSE: Duration = Duration::from_mins(1);
/// Logs are a copy that is renewed about every two hours.
const LOGS_PAUSE: Duration = Duration::from_mins(10);
/// How old a log can be and still be open: a 34-hour restart, and then some.
const LOGS_REACH: Duration = Duration::from_hours(48);
/// Rows asked for at once: each page of a real-time read is a call that is waited for and paid.
const LIMIT: &str = "1000";

/// One carrier's connection, reached by an API key and the connection's token.
#[derive(Debug)]
pub struct Terminal {
    client: Client,
    /// A real-time call makes Terminal call the carrier's provider; one at a time is what that bears.
    real_time: Semaphore,
    /// Where a person links the account anew, as the connection last said.
    link: Mutex<Option<String>>,
    /// What was wrong with the copy when that was last said.
    trouble: Mutex<Option<String>>,
}

impl Terminal {
    /// Speaks to `base_url` (`https://api.withterminal.com/tsp/v1`) with `api_key`, for the carrier whose
    /// `connection_token` it is. `ca_file` is a PEM file trusted besides the system's.
    ///
    /// Fails with a sentence that names what is wrong, and never the key or the token.
    pub fn new(
        base_url: &str,
        api_key: &SecretString,
        connection_token: &SecretString,
        ca_file: Option<&Path>,
    ) -> Result<Self, String> {
        let (key, token) = (api_key.expose_secret().trim(), connection_token.expose_secret().trim());
        if key.is_empty() {
            return Err("the Terminal API key is empty".to_owned());
        }
        if token.is_empty() {
            return Err("the Terminal connection token is empty".to_owned());
        }
        let headers = [
            ("authorization", secret_header(&format!("Bearer {key}"))?),
            ("connection-token", secret_header(token)?),
        ];
        let client = Client::new(base_url, &headers, ca_file, &LIMITS)?;
        Ok(Self { client, real_time: Semaphore::new(1), link: Mutex::default(), trouble: Mutex::default() })
    }

    /// The link last told; with `told`, after taking that down.
    fn link(&self, told: Option<String>) -> Option<String> {
        let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_some() {
            *link = told;
        }
        link.clone()
    }

    /// Says what is wrong with the copy, once. It is no error: what the copy holds is read, and what is
    /// asked for in real time is not of it.
    fn say(&self, trouble: Option<String>) {
        let mut said = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(trouble) = trouble.as_ref().filter(|trouble| said.as_ref() != Some(trouble)) {
            tracing::warn!("{trouble}");
        }
        *said = trouble;
    }
}

impl Provider for Terminal {
    fn feeds(&self) -> &'static [FeedSpec] {
        FEEDS
    }

    async fn fetch(&self, ask: Ask<'_>) -> Result<Page, Error> {
        let (feed, place) = locate(&ask)?;
        let query = query(feed, &place);
        let pairs: Vec<(&str, &str)> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let turn = if feed.is_real_time() {
            Some(self.real_time.acquire().await.expect("the semaphore is never closed"))
        } else {
            None
        };
        let answer = self.client.get(feed.path(), &pairs, "application/json", ask.now).await;
        drop(turn);
        match answer {
            Ok(answer) => {
                if feed == Feed::Connection {
                    self.link(connection::link(&answer.body));
                    self.say(connection::trouble(&answer.body, ask.now));
                }
                read(feed, &ask, &place, &answer.body)
            }
            // Nothing was learnt, of the credential neither.
            Err(error) if feed == Feed::Connection && connection::is_unknown(&error) => {
                Ok(Page { is_step: true, ..Page::default() })
            }
            Err(error) => match place.begun_anew(&error) {
                Some(anew) => Ok(Page::step(anew.token())),
                None => Err(refusal::explained(error, feed, self.link(None).as_deref())),
            },
        }
    }
}

/// Turns `body`, the answer to the call that `ask` leads to, into facts. Pure.
///
/// Fails as malformed when the answer as a whole is not what the endpoint answers, or its paging leads
/// nowhere, and with [`Kind::Relink`](crate::http::Kind::Relink) when it says that the connection is not
/// connected; a row that is not understood is a reject.
pub fn normalise(ask: Ask<'_>, body: &[u8]) -> Result<Page, Error> {
    let (feed, place) = locate(&ask)?;
    read(feed, &ask, &place, body)
}

/// The feeds by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Feed {
    Connection,
    Vehicles,
    Trailers,
    Drivers,
    VehicleLocations,
    TrailerLocations,
    AvailableTime,
    HosLogs,
}

impl Feed {
    fn named(resource: &str) -> Option<Self> {
        Some(match resource {
            "connection" => Self::Connection,
            "vehicles" => Self::Vehicles,
            "trailers" => Self::Trailers,
            "drivers" => Self::Drivers,
            "vehicle_locations" => Self::VehicleLocations,
            "trailer_locations" => Self::TrailerLocations,
            "available_time" => Self::AvailableTime,
            "hos_logs" => Self::HosLogs,
            _ => return None,
        })
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Connection => "connections/current",
            Self::Vehicles => "vehicles",
            Self::Trailers => "trailers",
            Self::Drivers => "drivers",
            Self::VehicleLocations => "vehicles/locations",
            Self::TrailerLocations => "trailers/locations",
            Self::AvailableTime => "hos/available-time",
            Self::HosLogs => "hos/logs",
        }
    }

    /// What it brings, for a sentence.
    const fn noun(self) -> &'static str {
        match self {
            Self::Connection => "the state of the connection",
            Self::Vehicles => "vehicles",
            Self::Trailers => "trailers",
            Self::Drivers => "drivers",
            Self::VehicleLocations => "positions of vehicles",
            Self::TrailerLocations => "positions of trailers",
            Self::AvailableTime => "hours of service",
            Self::HosLogs => "duty logs",
        }
    }

    /// Whether Terminal asks the carrier's provider while we wait; the rest is its own copy.
    const fn is_real_time(self) -> bool {
        match self {
            Self::VehicleLocations | Self::TrailerLocations | Self::AvailableTime => true,
            Self::Connection | Self::Vehicles | Self::Trailers | Self::Drivers | Self::HosLogs => false,
        }
    }

    /// Whether a whole read names everything there is. Of positions and logs that is who is in which
    /// truck: what they no longer say is no longer known. A vehicle they leave out is not gone.
    const fn lists_all(self) -> bool {
        match self {
            Self::Vehicles | Self::Trailers | Self::Drivers | Self::VehicleLocations | Self::HosLogs => true,
            Self::Connection | Self::TrailerLocations | Self::AvailableTime => false,
        }
    }
}

const fn spec(resource: &'static str, cadence: Cadence, pause: Duration) -> FeedSpec {
    // 100 calls a second of one connection are allowed, which no feed of it comes near.
    FeedSpec { resource, cadence, pause, limit: None, wants: None }
}

/// The connection first, since it says what to do when the others are refused; then rosters, which
/// positions and hours refer to.
const FEEDS: &[FeedSpec] = &[
    spec("connection", Cadence::Roster, Duration::ZERO),
    spec("vehicles", Cadence::Roster, Duration::ZERO),
    spec("trailers", Cadence::Roster, Duration::ZERO),
    spec("drivers", Cadence::Roster, Duration::ZERO),
    spec("vehicle_locations", Cadence::Positions, POSITIONS_PAUSE),
    spec("trailer_locations", Cadence::Positions, TRAILERS_PAUSE),
    spec("available_time", Cadence::Hours, CLOCKS_PAUSE),
    spec("hos_logs", Cadence::Hours, LOGS_PAUSE),
];

fn locate(ask: &Ask<'_>) -> Result<(Feed, Place), Error> {
    let feed = Feed::named(ask.resource)
        .ok_or_else(|| Error::malformed(format_args!("Terminal has no feed `{}`", ask.resource)))?;
    let place = match ask.page {
        Some(token) => Place::resume(token)?,
        None if feed == Feed::HosLogs => Place::of_logs(ask.now.minus(LOGS_REACH)),
        None => Place::default(),
    };
    Ok((feed, place))
}

/// All filters on every page, and the cursor besides.
fn query(feed: Feed, place: &Place) -> Vec<(&'static str, String)> {
    if feed == Feed::Connection {
        return Vec::new();
    }
    let mut query = vec![("limit", LIMIT.to_owned())];
    if let Some(since) = place.since {
        query.push(("startedAfter", Timestamp::from_millis(since).to_string()));
    }
    if let Some(cursor) = &place.cursor {
        query.push(("cursor", cursor.clone()));
    }
    query
}

fn read(feed: Feed, ask: &Ask<'_>, place: &Place, body: &[u8]) -> Result<Page, Error> {
    let text = String::from_utf8_lossy(body);
    let mut met = place.met.clone();
    let (mut batch, turn) = match feed {
        Feed::Connection => {
            connection::check(&text)?;
            return Ok(Page::default());
        }
        Feed::Vehicles => wire::each(&text, roster::vehicle),
        Feed::Trailers => wire::each(&text, roster::trailer),
        Feed::Drivers => wire::each(&text, roster::driver),
        Feed::VehicleLocations => positions::vehicles(&text, &mut met),
        Feed::TrailerLocations => wire::each(&text, positions::trailer),
        Feed::AvailableTime => wire::each(&text, |row, batch: &mut Batch| hours::left(row, ask.now, batch)),
        Feed::HosLogs => wire::each(&text, hours::log),
    }?;
    let next = place.turn(&turn, met);
    batch.complete = next.is_none() && feed.lists_all();
    batch.bare = batch.complete && feed == Feed::VehicleLocations && place.is_bare(&turn);
    Ok(Page { batch, next: next.map(|next| next.token()), is_step: false })
}
