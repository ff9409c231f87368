//! Routing: questions over real HTTP to the simulated Mapbox, what is made of its answers and its refusals,
//! and how many calls a fleet makes.

mod answers;
mod budget;
mod directions;
mod geocoding;
mod refusals;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use backhaul::model::{Motion, Point, Position, Route, Timestamp, Truck};
use backhaul::routing::{Attempt, Error, Mapbox, Next, Profile, Question, Settings, next};
use backhaul::sim::{Options, Sim, Upstream};
use secrecy::SecretString;

/// 2026-11-24T12:00:00Z.
const NOON: i64 = 1_795_521_600;

const MEMPHIS: Point = Point { latitude: 35.1495, longitude: -90.0490 };
const LITTLE_ROCK: Point = Point { latitude: 34.7465, longitude: -92.2896 };
const OKLAHOMA_CITY: Point = Point { latitude: 35.4676, longitude: -97.5164 };
const MIAMI: Point = Point { latitude: 25.7617, longitude: -80.1918 };
const LAREDO: Point = Point { latitude: 27.5306, longitude: -99.4803 };
const BOSTON: Point = Point { latitude: 42.3601, longitude: -71.0589 };
/// On I 40 between Amarillo and Oklahoma City, in the simulated world a straight line.
const ON_I_40: Point = Point { latitude: 35.3, longitude: -99.67 };

/// A simulated Mapbox and a client of it.
struct Desk {
    sim: Sim,
    mapbox: Mapbox,
    clock: Arc<AtomicI64>,
}

impl Desk {
    async fn open() -> Self {
        let clock = Arc::new(AtomicI64::new(NOON));
        let read = Arc::clone(&clock);
        let now = Arc::new(move || Timestamp::from_secs(read.load(Ordering::Relaxed)));
        let sim = Sim::start(Options { units: 5, ..Options::new(now) }).await.unwrap();
        let mapbox = client(&sim.mapbox_url(), sim.mapbox_token());
        Self { sim, mapbox, clock }
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_secs(self.clock.load(Ordering::Relaxed))
    }

    async fn ask(&self, position: &Position, stops: &[Point]) -> Result<Route, Error> {
        let question = Question { position, stops };
        let attempt = Attempt::opening(position, stops, None, self.now());
        self.mapbox.route(&question, attempt, self.now()).await
    }

    /// Asks until there is a route, or nothing more to ask. With the number of calls it took.
    async fn settle(&self, position: &Position, stops: &[Point]) -> (Result<Route, Next>, usize) {
        let question = Question { position, stops };
        let mut attempt = Attempt::opening(position, stops, None, self.now());
        for calls in 1..10 {
            let error = match self.mapbox.route(&question, attempt, self.now()).await {
                Ok(route) => return (Ok(route), calls),
                Err(error) => error,
            };
            match next(attempt, error) {
                Next::Ask(so) => attempt = so,
                end => return (Err(end), calls),
            }
        }
        panic!("no end of asking");
    }

    /// The queries that reached Mapbox, percent signs and all.
    fn queries(&self) -> Vec<String> {
        self.sim
            .calls()
            .into_iter()
            .filter(|call| call.upstream == Upstream::Mapbox)
            .map(|call| call.query)
            .collect()
    }
}

fn client(base_url: &str, token: &str) -> Mapbox {
    let token = SecretString::from(token);
    let truck = Truck::new(4.12, 2.6, 36.3).unwrap();
    let profile = Profile::DrivingTraffic;
    Mapbox::new(&Settings { base_url, token: &token, profile, truck, ca_file: None }).unwrap()
}

/// Rolling at 62 mph.
fn rolling(point: Point, heading_deg: f64) -> Position {
    Position {
        point,
        motion: Motion::Moving,
        speed_mph: Some(62.0),
        heading_deg: Some(heading_deg),
        observed_at: Timestamp::from_secs(NOON - 10),
    }
}

fn parked(point: Point) -> Position {
    Position { motion: Motion::Stopped, speed_mph: Some(0.0), heading_deg: None, ..rolling(point, 0.0) }
}
