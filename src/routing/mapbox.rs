//! Mapbox: the way of a truck by Directions v5, places by Geocoding v6. One call each, and no second one.
//!
//! The token stands in the query, which is the only way there is: no address of a call is ever logged or
//! shown, and the words of an error are searched for it.

mod wire;

use std::path::Path;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::attempt::{Attempt, Limits, Snap};
use super::{Error, geocode};
use crate::http::{self, Body, Call, Client, Kind};
use crate::model::{Address, Geocoded, METERS_A_MILE, Motion, Point, Position, Route, Timestamp, Truck};

/// The stops that one question holds: 25 coordinates, of which one is the tractor.
pub const MOST_STOPS: usize = 24;

/// To connect and to answer.
const IN_TIME: Duration = Duration::from_secs(10);
/// Slower than this a heading says little: 5 m/s.
const HEADED_MPH: f64 = 5.0 * 3600.0 / METERS_A_MILE;
/// A heading says on which carriageway the truck was where it was seen, and there the question begins; but one
/// that is older than this may be of a device that has lost its way since.
const HEADING_HOLDS: Duration = Duration::from_mins(5);
/// Degrees to either side of a heading in which a road may lead.
const HEADING_RANGE: u32 = 60;
/// What a 429 may ask for by its window's end: our clock may be off.
const WINDOW: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(2));

/// How to reach Mapbox, and for what trucks.
#[derive(Clone, Debug)]
pub struct Settings<'a> {
    /// `https://api.mapbox.com`.
    pub base_url: &'a str,
    /// Access token.
    pub token: &'a SecretString,
    /// Which drive times.
    pub profile: Profile,
    /// The truck that every question is asked for.
    pub truck: Truck,
    /// A PEM file trusted besides the system's.
    pub ca_file: Option<&'a Path>,
}

/// Which drive times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// With today's traffic.
    #[default]
    DrivingTraffic,
    /// Without.
    Driving,
}

impl Profile {
    /// By the configuration's word, which is Mapbox's own.
    pub fn named(word: &str) -> Option<Self> {
        [Self::DrivingTraffic, Self::Driving].into_iter().find(|profile| profile.word() == word)
    }

    const fn word(self) -> &'static str {
        match self {
            Self::DrivingTraffic => "driving-traffic",
            Self::Driving => "driving",
        }
    }
}

/// A way that is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The tractor.
    pub position: &'a Position,
    /// Its remaining stops in the order driven. Of more than [`MOST_STOPS`] only the first are asked for.
    pub stops: &'a [Point],
}

impl<'a> Question<'a> {
    /// The stops that are asked for.
    pub fn asked(&self) -> &'a [Point] {
        self.stops.get(..MOST_STOPS).unwrap_or(self.stops)
    }
}

/// One Mapbox account.
#[derive(Clone, Debug)]
pub struct Mapbox {
    client: Client,
    token: SecretString,
    profile: Profile,
    truck: Truck,
}

impl Mapbox {
    /// Speaks to Mapbox by these settings. Fails with a sentence that names what is wrong, never the token.
    pub fn new(settings: &Settings<'_>) -> Result<Self, String> {
        let token = settings.token.expose_secret().trim();
        if token.is_empty() {
            return Err("the Mapbox token is empty".to_owned());
        }
        let limits = http::Limits { connect: IN_TIME, read: IN_TIME, total: IN_TIME, ..Default::default() };
        let client = Client::new(settings.base_url, &[], settings.ca_file, &limits)?;
        let token = SecretString::from(token.to_owned());
        Ok(Self { client, token, profile: settings.profile, truck: settings.truck })
    }

    /// The way from the tractor through its stops: one call. After an error [`super::next`] says what to
    /// do; begin with [`Attempt::opening`].
    pub async fn route(
        &self,
        question: &Question<'_>,
        attempt: Attempt,
        now: Timestamp,
    ) -> Result<Route, Error> {
        if question.stops.is_empty() {
            return Err(Error::Question("no stop remains".to_owned()));
        }
        let path = path(self.profile, question);
        let options = options(question, attempt, &self.truck, now);
        let mut query: Vec<(&str, &str)> =
            options.iter().map(|(name, value)| (*name, value.as_str())).collect();
        query.push(("access_token", self.token.expose_secret()));
        let call = Call { path: &path, query: &query, accept: "application/json", ..Call::default() };
        let answer = self.client.send(call, now).await.map_err(|error| self.refusal(error, now))?;
        let route = read_route(question, attempt, now, &answer.body).map_err(|error| self.discreet(error))?;
        let astray = route.put_beyond(Route::ASTRAY_M).next();
        match astray {
            None => Ok(route),
            Some((place, meters)) => {
                Err(Error::Astray { place, far: format!("{:.0} miles", meters / METERS_A_MILE) })
            }
        }
    }

    /// Looks up at most [`geocode::MOST_AT_ONCE`] addresses in one call, each of which is counted and paid
    /// for as one: better [`geocode::PER_BATCH`]. What was found may be kept (`permanent=true`).
    pub async fn geocode(&self, addresses: &[Address], now: Timestamp) -> Result<Vec<Geocoded>, Error> {
        if addresses.is_empty() {
            return Ok(Vec::new());
        }
        if addresses.len() > geocode::MOST_AT_ONCE {
            return Err(Error::Question(format!("more than {} addresses at once", geocode::MOST_AT_ONCE)));
        }
        let asked = geocode::request(addresses);
        let query = [("permanent", "true"), ("access_token", self.token.expose_secret())];
        let call = Call {
            path: "search/geocode/v6/batch",
            query: &query,
            accept: "application/json",
            body: Some(Body::Json(&asked)),
            ..Call::default()
        };
        let answer = self.client.send(call, now).await.map_err(|error| self.refusal(error, now))?;
        read_places(addresses, &answer.body)
    }

    /// What a failed call means for the question.
    fn refusal(&self, error: http::Error, now: Timestamp) -> Error {
        let error = match error.kind {
            Kind::Rejected if error.status.is_some() => Error::Question(error.message),
            Kind::Throttled { retry_after: None } => {
                let by_window = error.renews_at.map(|at| at.since(now).clamp(WINDOW.0, WINDOW.1));
                Error::Service(http::Error { kind: Kind::Throttled { retry_after: by_window }, ..error })
            }
            _ => Error::Service(error),
        };
        self.discreet(error)
    }

    /// The same error without our token in it, should the service, or a proxy, have said it back.
    fn discreet(&self, error: Error) -> Error {
        let mask = http::Mask::of([self.token.expose_secret()]);
        let clean = |text: String| mask.hide(&text);
        match error {
            Error::NoRoute | Error::NoSegment | Error::Astray { .. } => error,
            Error::Question(why) => Error::Question(clean(why)),
            Error::Misfit(why) => Error::Misfit(clean(why)),
            Error::Service(http) => Error::Service(mask.discreet(http)),
        }
    }
}

/// `body`, the answer to `question`, as a route. Pure.
pub fn read_route(
    question: &Question<'_>,
    attempt: Attempt,
    now: Timestamp,
    body: &[u8],
) -> Result<Route, Error> {
    wire::read(question, attempt, now, body)
}

/// `body`, the answer for `addresses`, as what became of each, in their order. Pure.
pub fn read_places(addresses: &[Address], body: &[u8]) -> Result<Vec<Geocoded>, Error> {
    geocode::read(addresses, body)
}

/// Longitude before latitude, as nothing else here has it: swapped they lead into the sea, and no error
/// tells.
fn path(profile: Profile, question: &Question<'_>) -> String {
    let points = std::iter::once(question.position.point).chain(question.asked().iter().copied());
    let pairs: Vec<String> =
        points.map(|point| format!("{:.6},{:.6}", point.longitude, point.latitude)).collect();
    format!("directions/v5/mapbox/{}/{}", profile.word(), pairs.join(";"))
}

/// The options. One that the service does not know is refused (422), so nothing is sent that it need not be
/// told.
fn options(
    question: &Question<'_>,
    attempt: Attempt,
    truck: &Truck,
    now: Timestamp,
) -> Vec<(&'static str, String)> {
    let no = ["alternatives", "steps", "overview"].map(|option| (option, "false".to_owned()));
    let mut options = Vec::from(no);
    // Trucks that the fleet never puts on a ship are not sent over one.
    options.push(("exclude", "ferry".to_owned()));
    let size = [("max_height", truck.height_m().to_string()), ("max_width", truck.width_m().to_string())];
    match attempt.limits {
        Limits::All => {
            options.extend(size);
            options.push(("max_weight", truck.weight_t().to_string()));
        }
        Limits::NoWeight => options.extend(size),
        Limits::None => {}
    }
    if attempt.snap == Snap::Heading
        && let Some(bearing) = bearing(question.position, now)
    {
        // One entry a coordinate, empty where nothing is known.
        options.push(("bearings", bearing + &";".repeat(question.asked().len())));
    }
    options
}

/// The heading as Mapbox wants it, where it says on which carriageway the tractor is.
pub(super) fn bearing(position: &Position, now: Timestamp) -> Option<String> {
    let at_speed = position.motion == Motion::Moving && position.speed_mph? > HEADED_MPH;
    let fresh = now.since(position.observed_at) <= HEADING_HOLDS;
    let heading = position.heading_deg.filter(|heading| heading.is_finite())?;
    #[expect(clippy::cast_possible_truncation, reason = "0 to 360 by construction")]
    let degrees = heading.rem_euclid(360.0).round() as i64 % 360;
    (at_speed && fresh).then(|| format!("{degrees},{HEADING_RANGE}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(speed_mph: f64, heading_deg: f64) -> Position {
        Position {
            point: Point { latitude: 35.198_7, longitude: -101.880_4 },
            motion: Motion::Moving,
            speed_mph: Some(speed_mph),
            heading_deg: Some(heading_deg),
            observed_at: Timestamp::from_secs(1000),
        }
    }

    const STOPS: [Point; 2] = [
        Point { latitude: 35.4676, longitude: -97.5164 },
        Point { latitude: 35.149_512_34, longitude: -90.049 },
    ];

    fn asked(attempt: Attempt, position: &Position) -> String {
        let question = Question { position, stops: &STOPS };
        let truck = Truck::new(4.12, 2.6, 36.3).unwrap();
        let pairs = options(&question, attempt, &truck, Timestamp::from_secs(1060));
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{}?{}", path(Profile::DrivingTraffic, &question), pairs.join("&"))
    }

    #[test]
    fn a_question_names_longitude_first_and_nothing_that_is_not_needed() {
        const PATH: &str = "directions/v5/mapbox/driving-traffic/\
                            -101.880400,35.198700;-97.516400,35.467600;-90.049000,35.149512";
        const REST: &str = "alternatives=false&steps=false&overview=false&exclude=ferry";
        let check = |limits, snap, speed: f64, expected: &str| {
            let attempt = Attempt { limits, snap, ..Attempt::default() };
            let expected = format!("{PATH}?{REST}{expected}");
            assert_eq!(asked(attempt, &position(speed, 86.6)), expected);
        };
        let size = "&max_height=4.12&max_width=2.6";
        let whole = format!("{size}&max_weight=36.3");
        check(Limits::All, Snap::Heading, 62.0, &format!("{whole}&bearings=87,60;;"));
        check(Limits::All, Snap::Anywhere, 62.0, &whole);
        check(Limits::All, Snap::Heading, 11.0, &whole);
        check(Limits::NoWeight, Snap::Anywhere, 62.0, size);
        check(Limits::None, Snap::Heading, 12.0, "&bearings=87,60;;");
    }

    #[test]
    fn a_heading_counts_at_speed_and_while_it_is_fresh() {
        let now = Timestamp::from_secs(1000);
        let check = |position: Position, after: u64, expected: Option<&str>| {
            let now = now.plus(Duration::from_secs(after));
            assert_eq!(bearing(&position, now).as_deref(), expected, "{position:?}");
        };
        check(position(60.0, 359.7), 0, Some("0,60"));
        check(position(60.0, 360.0), 0, Some("0,60"));
        check(position(60.0, -90.0), 0, Some("270,60"));
        check(position(60.0, 90.0), 300, Some("90,60"));
        check(position(60.0, 90.0), 301, None);
        check(position(11.1, 90.0), 0, None);
        check(position(60.0, f64::NAN), 0, None);
        check(Position { motion: Motion::Stopped, ..position(60.0, 90.0) }, 0, None);
        check(Position { heading_deg: None, ..position(60.0, 90.0) }, 0, None);
        check(Position { speed_mph: None, ..position(60.0, 90.0) }, 0, None);
    }

    #[test]
    fn the_tractor_counts_among_the_twenty_five() {
        let (here, stops) = (position(0.0, 0.0), vec![STOPS[0]; 30]);
        let question = Question { position: &here, stops: &stops };
        assert_eq!(question.asked().len(), 24);
        assert_eq!(path(Profile::Driving, &question).matches(';').count(), 24);
    }

    #[test]
    fn a_window_that_is_full_is_waited_for_but_neither_in_vain_nor_for_ever() {
        let token = SecretString::from("pk.test");
        let truck = Truck::new(4.12, 2.6, 36.3).unwrap();
        let (base_url, profile) = ("http://127.0.0.1:1", Profile::default());
        let mapbox =
            Mapbox::new(&Settings { base_url, token: &token, profile, truck, ca_file: None }).unwrap();
        let now = Timestamp::from_secs(1_795_334_400);
        let check = |retry_after: Option<u64>, reset: Option<i64>, expected: Option<u64>| {
            let kind = Kind::Throttled { retry_after: retry_after.map(Duration::from_secs) };
            let renews_at = reset.map(|after| Timestamp::from_secs(1_795_334_400 + after));
            let error = http::Error { renews_at, ..http::Error::new(kind, "HTTP 429") };
            let Error::Service(error) = mapbox.refusal(error, now) else { panic!() };
            assert_eq!(error.kind, Kind::Throttled { retry_after: expected.map(Duration::from_secs) });
        };
        check(None, Some(41), Some(41));
        check(None, Some(3600), Some(120));
        check(None, Some(0), Some(1));
        check(None, Some(-500), Some(1));
        check(Some(7), Some(41), Some(7));
        check(None, None, None);
    }
}
