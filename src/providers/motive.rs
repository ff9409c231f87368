//! Motive (formerly KeepTruckin): vehicles, assets, drivers, positions and hours of service over its
//! REST API, by an API key or by OAuth 2.
//!
//! `paging` says where in a read we are, `places` which list of positions comes next and what the second adds, `beyond` what is known of
//! the second while it is not read, `roster`,
//! `positions`, `hours` and `duty_days` what the answers mean, `zones` what a time zone's name is elsewhere, `wire` and
//! `scalar` how an answer is taken apart. All of that is pure, but for what `places` remembers; only [`Motive`] itself and
//! its `session`, which renews access tokens, speak to the network.

mod beyond;
mod duty_days;
mod hours;
mod paging;
mod places;
mod positions;
mod roster;
mod scalar;
mod session;
mod wire;
mod zones;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use self::paging::{Place, Turned};
use self::places::Lists;
pub use self::session::Application;
use self::session::{Pass, Session};
use self::wire::List;
use super::{Ask, Cadence, FeedSpec, Page, Provider};
use crate::http::{Call, Client, Error, Kind, Limits, secret_header};

/// The gateways' positions change every minute or two; to ask more often than this brings nothing.
const LOCATIONS_PAUSE: Duration = Duration::from_secs(15);
/// A trailer's gateway reports a few times a day while it stands.
const ASSETS_PAUSE: Duration = Duration::from_mins(5);
/// A page for every eleven drivers, and of all the days only the last one still changes.
const DAYS_PAUSE: Duration = Duration::from_mins(10);
/// How long to stay away after a 429 that does not say.
const CALM: Duration = Duration::from_secs(30);

/// How to log in.
#[derive(Debug)]
pub enum Credential {
    /// By a key of the company.
    ApiKey(SecretString),
    /// By OAuth 2: access tokens that last two hours, renewed with refresh tokens that work once.
    OAuth(Application),
}

/// One Motive company.
#[derive(Debug)]
pub struct Motive {
    client: Client,
    /// What renews the access token; `None` where a key goes with every request.
    session: Option<Arc<Session>>,
    /// What is known of the two lists of positions.
    lists: Lists,
}

impl Motive {
    /// Speaks to `base_url` (`https://api.gomotive.com`). `ca_file` is a PEM file trusted besides the
    /// system's, for the API and for the token endpoint alike.
    ///
    /// Fails with a sentence that names what is wrong, and never a secret.
    pub fn new(base_url: &str, credential: Credential, ca_file: Option<&Path>) -> Result<Self, String> {
        // The answer's own `metric_units` says what came of it. No time zone is asked for: UTC it is.
        let mut headers = vec![("x-metric-units", HeaderValue::from_static("false"))];
        let session = match credential {
            Credential::ApiKey(key) => {
                let key = key.expose_secret().trim();
                if key.is_empty() {
                    return Err("the Motive API key is empty".to_owned());
                }
                headers.push(("x-api-key", secret_header(key)?));
                None
            }
            Credential::OAuth(application) => Some(Arc::new(Session::new(application, ca_file)?)),
        };
        let client = Client::new(base_url, &headers, ca_file, &Limits::default())?;
        Ok(Self { client, session, lists: Lists::default() })
    }

    /// What to make of a call that failed.
    fn failed(&self, feed: Feed, place: &Place, bearer: Option<&str>, error: Error) -> Result<Page, Error> {
        match (error.kind, &self.session, bearer) {
            // Once in a row: a token that was renewed just now and is refused will not get better.
            (Kind::Unauthorized, Some(session), Some(bearer)) if !place.refused => {
                session.refused(bearer);
                Ok(Page::step(place.after_refusal().token()))
            }
            (Kind::NotFound, ..) if feed.needs_asset_tracking() => {
                Err(Error::new(Kind::Unsupported, "this company has no asset tracking"))
            }
            // The recap beside the clocks has days too, so that to do without is no failure.
            (Kind::Forbidden | Kind::NotFound, ..) if feed == Feed::HoursOfService => Err(Error::new(
                Kind::Unsupported,
                "daily totals may not be read: the recaps are all there is",
            )),
            _ => Err(calm(error)),
        }
    }
}

impl Provider for Motive {
    fn feeds(&self) -> &'static [FeedSpec] {
        FEEDS
    }

    async fn fetch(&self, ask: Ask<'_>) -> Result<Page, Error> {
        let (feed, mut place) = locate(&ask)?;
        if feed == Feed::VehicleLocations {
            place = self.lists.begin(place, ask.now);
        }
        let mut headers = Vec::new();
        let mut bearer = None;
        if let Some(session) = &self.session {
            match session.pass(ask.now).await? {
                Pass::Token(token) => {
                    let header = secret_header(&format!("Bearer {token}")).map_err(Error::malformed)?;
                    headers.push(("authorization", header));
                    bearer = Some(token);
                }
                Pass::Renewed => return Ok(Page::step(place.token())),
            }
        }
        let (page, [first, last]) = (place.page.to_string(), duty_days::asked(place.begun_at()));
        let mut query = feed.filters().to_vec();
        if feed == Feed::HoursOfService {
            query.extend([("start_date", first.as_str()), ("end_date", last.as_str())]);
        }
        query.extend([("per_page", paging::PER_PAGE_ASKED), ("page_no", page.as_str())]);
        let call = Call {
            path: if place.others.is_some() { ALL_VEHICLES } else { feed.path() },
            query: &query,
            accept: "application/json",
            headers: &headers,
            ..Call::default()
        };
        let answer = self.client.send(call, ask.now).await;
        match answer.and_then(|answer| read(feed, &ask, &place, &answer.body)) {
            Ok(page) if feed == Feed::VehicleLocations => Ok(self.lists.go_on(&place, page, ask.now)),
            Ok(page) => Ok(page),
            Err(error) => {
                let without = || self.lists.without(&place, &error, ask.now);
                let page = (feed == Feed::VehicleLocations).then(without).flatten();
                page.map_or_else(|| self.failed(feed, &place, bearer.as_deref(), error), Ok)
            }
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

/// Where vehicles are that have another tracker than a Vehicle Gateway.
const ALL_VEHICLES: &str = "v1/vehicle_locations";

/// The feeds by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Feed {
    Vehicles,
    Drivers,
    Assets,
    VehicleLocations,
    AssetLocations,
    AvailableTime,
    HoursOfService,
}

impl Feed {
    fn named(resource: &str) -> Option<Self> {
        Some(match resource {
            "vehicles" => Self::Vehicles,
            "drivers" => Self::Drivers,
            "assets" => Self::Assets,
            "vehicle_locations" => Self::VehicleLocations,
            "asset_locations" => Self::AssetLocations,
            "available_time" => Self::AvailableTime,
            "hours_of_service" => Self::HoursOfService,
            _ => return None,
        })
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Vehicles => "v1/vehicles",
            Self::Drivers => "v1/users",
            Self::Assets => "v1/assets",
            Self::VehicleLocations => "v3/vehicle_locations",
            Self::AssetLocations => "v1/asset_locations",
            Self::AvailableTime => "v1/available_time",
            Self::HoursOfService => "v1/hours_of_service",
        }
    }

    const fn filters(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Drivers => &[("role", "driver")],
            Self::Vehicles
            | Self::Assets
            | Self::VehicleLocations
            | Self::AssetLocations
            | Self::AvailableTime
            | Self::HoursOfService => &[],
        }
    }

    const fn needs_asset_tracking(self) -> bool {
        matches!(self, Self::Assets | Self::AssetLocations)
    }

    /// Whether a whole read that went like this names everything there is.
    const fn lists_all(self, steady: bool, readable: bool) -> bool {
        match self {
            // A row that was not understood is no reason to take its unit off the screen.
            Self::Vehicles | Self::Drivers | Self::Assets => steady && readable,
            // It lists who is logged in: whom it does not name is not known to be at that wheel any more.
            Self::VehicleLocations => steady,
            Self::AssetLocations | Self::AvailableTime | Self::HoursOfService => false,
        }
    }
}

const fn spec(resource: &'static str, cadence: Cadence, pause: Duration) -> FeedSpec {
    FeedSpec { resource, cadence, pause, limit: None, wants: None }
}

/// Rosters first: positions and hours refer to what they list.
const FEEDS: &[FeedSpec] = &[
    spec("vehicles", Cadence::Roster, Duration::ZERO),
    spec("drivers", Cadence::Roster, Duration::ZERO),
    spec("assets", Cadence::Roster, Duration::ZERO),
    spec("vehicle_locations", Cadence::Positions, LOCATIONS_PAUSE),
    spec("available_time", Cadence::Hours, Duration::ZERO),
    spec("asset_locations", Cadence::Positions, ASSETS_PAUSE),
    spec("hours_of_service", Cadence::Hours, DAYS_PAUSE),
];

fn locate(ask: &Ask<'_>) -> Result<(Feed, Place), Error> {
    let feed = Feed::named(ask.resource)
        .ok_or_else(|| Error::malformed(format_args!("Motive has no feed `{}`", ask.resource)))?;
    let place = ask.page.map_or_else(|| Ok(Place::begun(ask.now)), Place::resume)?;
    Ok((feed, place))
}

fn read(feed: Feed, ask: &Ask<'_>, place: &Place, body: &[u8]) -> Result<Page, Error> {
    let text = String::from_utf8_lossy(body);
    // The lists are not named as the paths are: where vehicles are stands under `vehicles`.
    let (mut batch, turn) = match feed {
        Feed::Vehicles => wire::each(&text, List::Vehicles, roster::vehicle),
        Feed::Drivers => wire::each(&text, List::Users, roster::driver),
        Feed::Assets => wire::each(&text, List::Assets, roster::asset),
        Feed::VehicleLocations => positions::vehicles(&text),
        Feed::AssetLocations => wire::each(&text, List::Assets, positions::asset),
        Feed::AvailableTime => {
            wire::each(&text, List::Users, |id, row, batch| hours::driver(&id, row, ask.now, batch))
        }
        Feed::HoursOfService => wire::each(&text, List::HoursOfServices, duty_days::logged),
    }?;
    let next = match place.turn(&turn)? {
        Turned::On(next) => Some(next.token()),
        Turned::Done { steady, readable } => {
            batch.complete = feed.lists_all(steady, readable);
            batch.bare = feed == Feed::VehicleLocations && batch.complete && place.is_bare(&turn);
            None
        }
    };
    Ok(Page { batch, next, is_step: false })
}

/// The error with how long to stay away, where the service did not say.
fn calm(mut error: Error) -> Error {
    if let Kind::Throttled { retry_after } = &mut error.kind {
        retry_after.get_or_insert(CALM);
    }
    error
}
