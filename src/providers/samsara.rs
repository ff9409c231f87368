//! Samsara: vehicles, trailers, drivers, positions and hours of service over its REST API.
//!
//! `request` says what is asked, `paging` where in a read we are, `roster`, `positions`, `hours`
//! and `assignments` what the answers mean, `wire` how an answer is taken apart. All of that is
//! pure; only [`Samsara`] itself speaks to the network.

mod assignments;
mod hours;
mod paging;
mod positions;
mod request;
mod roster;
mod wire;

use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use self::paging::Place;
use super::{Ask, Cadence, FeedSpec, Limit, Page, Provider};
use crate::http::{Client, Error, Kind, Limits, secret_header};
use crate::model::{UnitKind, Want};

/// A caught-up feed wants to be left alone for so long.
const FEED_PAUSE: Duration = Duration::from_secs(5);
/// Asset trackers report by the minute at best, and asking costs a call for every fifty of them.
const STREAM_PAUSE: Duration = Duration::from_mins(1);

/// A rest that nobody watched is learnt from the logs; what changes meanwhile the clocks tell.
const LOGS_PAUSE: Duration = Duration::from_mins(5);

/// One Samsara organisation, reached by one API token.
#[derive(Clone, Debug)]
pub struct Samsara {
    client: Client,
}

impl Samsara {
    /// Speaks to `base_url` (`https://api.samsara.com`, or the EU or Canadian host) with `token`,
    /// an API or OAuth 2 access token. `ca_file` is a PEM file trusted besides the system's.
    ///
    /// Fails with a sentence that names what is wrong, and never the token.
    pub fn new(base_url: &str, token: &SecretString, ca_file: Option<&Path>) -> Result<Self, String> {
        let token = token.expose_secret().trim();
        if token.is_empty() {
            return Err("the Samsara API token is empty".to_owned());
        }
        let bearer = secret_header(&format!("Bearer {token}"))?;
        let client = Client::new(base_url, &[("authorization", bearer)], ca_file, &Limits::default())?;
        Ok(Self { client })
    }
}

impl Provider for Samsara {
    fn feeds(&self) -> &'static [FeedSpec] {
        FEEDS
    }

    async fn fetch(&self, ask: Ask<'_>) -> Result<Page, Error> {
        let (feed, place) = locate(&ask)?;
        let Some(request) = request::request(feed, &ask, &place) else {
            return Ok(nothing_to_ask(feed));
        };
        match self.client.get(request.path, &request.pairs(), "application/json", ask.now).await {
            Ok(answer) => read(feed, &ask, &place, &answer.body),
            Err(error) if error.kind == Kind::NotFound && feed == Feed::TrailerStats => {
                let elsewhere = place.moved().ok_or(error)?;
                Ok(Page::step(elsewhere.token()))
            }
            Err(error) => Err(error),
        }
    }
}

/// Turns `body`, the answer to the call that `ask` leads to, into facts. Pure.
///
/// Fails as malformed when the answer as a whole is not what the endpoint answers, or its paging
/// leads nowhere; a row that is not understood is a reject.
pub fn normalise(ask: Ask<'_>, body: &[u8]) -> Result<Page, Error> {
    let (feed, place) = locate(&ask)?;
    read(feed, &ask, &place, body)
}

/// The feeds by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Feed {
    Vehicles,
    Drivers,
    Trailers,
    Assets,
    VehicleStats,
    TrailerStats,
    HosClocks,
    HosLogs,
    DriverVehicles,
    DriverTrailers,
    Odometers,
    AssetLocations,
}

impl Feed {
    fn named(resource: &str) -> Option<Self> {
        Some(match resource {
            "vehicles" => Self::Vehicles,
            "drivers" => Self::Drivers,
            "trailers" => Self::Trailers,
            "assets" => Self::Assets,
            "vehicle_stats" => Self::VehicleStats,
            "trailer_stats" => Self::TrailerStats,
            "hos_clocks" => Self::HosClocks,
            "hos_logs" => Self::HosLogs,
            "driver_vehicle_assignments" => Self::DriverVehicles,
            "driver_trailer_assignments" => Self::DriverTrailers,
            "odometers" => Self::Odometers,
            "asset_locations" => Self::AssetLocations,
            _ => return None,
        })
    }

    /// Whether a whole read names everything there is.
    const fn lists_all(self) -> bool {
        match self {
            Self::Vehicles
            | Self::Drivers
            | Self::Trailers
            | Self::Assets
            | Self::DriverVehicles
            | Self::DriverTrailers => true,
            Self::VehicleStats
            | Self::TrailerStats
            | Self::HosClocks
            | Self::HosLogs
            | Self::Odometers
            | Self::AssetLocations => false,
        }
    }
}

const fn spec(resource: &'static str, cadence: Cadence, calls_per_second: Option<f64>) -> FeedSpec {
    let limit = match calls_per_second {
        Some(calls_per_second) => Some(Limit { of: resource, calls_per_second }),
        None => None,
    };
    FeedSpec { resource, cadence, pause: Duration::ZERO, limit, wants: None }
}

/// Rosters first: positions, hours and assignments refer to what they list.
const FEEDS: &[FeedSpec] = &[
    spec("vehicles", Cadence::Roster, Some(25.0)),
    spec("drivers", Cadence::Roster, None),
    spec("trailers", Cadence::Roster, Some(5.0)),
    spec("assets", Cadence::Roster, Some(5.0)),
    FeedSpec { pause: FEED_PAUSE, ..spec("vehicle_stats", Cadence::Positions, None) },
    FeedSpec { pause: FEED_PAUSE, ..spec("trailer_stats", Cadence::Positions, Some(25.0)) },
    spec("hos_clocks", Cadence::Hours, None),
    // After the clocks, whose word on the status it bears out.
    FeedSpec { pause: LOGS_PAUSE, ..spec("hos_logs", Cadence::Hours, Some(5.0)) },
    spec("driver_vehicle_assignments", Cadence::Movements, Some(5.0)),
    FeedSpec {
        wants: Some(Want::Units { kind: UnitKind::Driver, listed_by: "drivers", not_in: None }),
        ..spec("driver_trailer_assignments", Cadence::Movements, Some(5.0))
    },
    spec("odometers", Cadence::Roster, None),
    FeedSpec {
        pause: STREAM_PAUSE,
        wants: Some(Want::Units { kind: UnitKind::Trailer, listed_by: "assets", not_in: Some("trailers") }),
        ..spec("asset_locations", Cadence::Positions, Some(10.0))
    },
];

fn locate(ask: &Ask<'_>) -> Result<(Feed, Place), Error> {
    let feed = Feed::named(ask.resource)
        .ok_or_else(|| Error::malformed(format_args!("Samsara has no feed `{}`", ask.resource)))?;
    let place = match ask.page {
        Some(token) => Place::resume(token)?,
        None => Place::first(feed, ask),
    };
    Ok((feed, place))
}

fn read(feed: Feed, ask: &Ask<'_>, place: &Place, body: &[u8]) -> Result<Page, Error> {
    // The plain check is several times faster than the one that mends.
    let text = str::from_utf8(body).map_or_else(|_| String::from_utf8_lossy(body), Cow::Borrowed);
    let (mut batch, turn) = match feed {
        Feed::Vehicles => wire::each(&text, roster::vehicle),
        Feed::Drivers => {
            wire::each(&text, |row, batch| roster::driver(row, paging::activation(place).1, batch))
        }
        Feed::Trailers => wire::each(&text, roster::trailer),
        Feed::Assets => wire::each(&text, roster::asset),
        Feed::VehicleStats => wire::each(&text, positions::vehicle),
        Feed::TrailerStats => wire::each(&text, positions::trailer),
        Feed::Odometers => wire::each(&text, positions::odometer),
        Feed::AssetLocations => positions::stream(&text),
        Feed::HosClocks => wire::each(&text, |row, batch| hours::driver(row, ask.now, batch)),
        Feed::HosLogs => {
            wire::each(&text, |row, batch| hours::log(row, place.until().unwrap_or(ask.now), batch))
        }
        Feed::DriverVehicles => assignments::vehicles(&text, ask.now),
        Feed::DriverTrailers => assignments::trailers(&text, ask.now),
    }?;
    let next = place.turn(&turn, paging::parts(feed, ask))?;
    batch.cursor = place.cursor(feed, &turn, next.is_none());
    batch.complete = next.is_none() && feed.lists_all();
    Ok(Page { batch, next: next.map(|next| next.token()), is_step: false })
}

/// What a feed that needs ids brings where there are none.
fn nothing_to_ask(feed: Feed) -> Page {
    let mut page = Page::default();
    page.batch.complete = feed.lists_all();
    page
}
