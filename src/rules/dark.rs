//! Why a truck is silent, as far as anything else tells: its trailer, its driver's log, its engine, and the rest of its
//! account. Where it may be now is a guess, and says so. Whether it is dark, [`super::motion`] says.

use std::time::Duration;

use super::freshness::Freshness;
use super::motion::{self, compass};
use super::pairing::{self, Heard};
use super::{age, find, itinerary, locality, sanity, trip};
use crate::model::{
    Driver, DutyStatus, Engine, Fix, Fleet, Keyed, Motion, Point, Says, Sighting, Timestamp, Tractor,
    Trailer, UnitKind,
};

/// A truck on its way drives no faster than this for long.
const ROAD_MPH: f64 = 65.0;
/// Farther on than this a guess is worth nothing.
const GUESS: Duration = Duration::from_hours(6);

/// What is known of a truck that is not heard.
#[derive(Clone, Debug)]
pub struct Dark<'a> {
    /// When it was heard last.
    pub seen_at: Timestamp,
    /// What it did then.
    pub did: Motion,
    /// How many others of its account are silent too, and how many there are.
    pub of_account: (usize, usize),
    /// Whether its account's positions come at all.
    pub account_comes: bool,
    /// What it is said to pull, where that was heard since.
    pub trailer: Option<&'a Trailer>,
    /// What that says of whether it pulls it.
    pub heard: Heard,
    /// Its driver, where his log was read since. That alone does not say that anybody touched it since.
    pub driver: Option<&'a Driver>,
    /// What its engine did since.
    pub engine: Option<(Engine, Timestamp)>,
    /// Where it may be by now, if it rolled on; `None` where it stood, or too long ago.
    pub guess: Option<Guess>,
}

/// What a truck did since, by what else is heard.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Since<'a> {
    /// It drives, by its driver's log.
    Drives,
    /// It rolled with this trailer, which was heard where it would be.
    Pulls(&'a Trailer),
    /// It rolled with this trailer, or does not have it any more.
    Either(&'a Trailer),
    /// Nothing that tells where it is.
    Unknown,
}

/// Where a truck may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    /// Miles on from where it was heard, at the most.
    pub miles: f64,
    /// Toward this place, or this point of the compass.
    pub toward: String,
    /// That place, in words.
    pub place: Option<String>,
}

/// What is known of `row` while it is dark; `None` while it is heard as often as is normal, or was never heard.
pub fn why<'a>(fleet: &'a Fleet, row: &Tractor, fresh: &Freshness, now: Timestamp) -> Option<Dark<'a>> {
    let seen_at = row.observed_at?;
    if motion::at(UnitKind::Tractor, row.state, row.observed_at, now) != Motion::Dark {
        return None;
    }
    let seen = Sighting::of(row.latitude, row.longitude, row.observed_at);
    let did = did(row, seen_at);
    let since = |at: Option<Timestamp>| at.filter(|at| *at > seen_at && *at <= now);
    let peers =
        fleet.tractors.iter().filter(|other| other.source == row.source && other.observed_at.is_some());
    let peers: Vec<Motion> = peers
        .filter(|other| other.id != row.id)
        .map(|other| motion::at(UnitKind::Tractor, other.state, other.observed_at, now))
        .collect();
    let silent = peers.iter().filter(|state| **state == Motion::Dark).count();
    let pulled = row.trailer_id.as_ref().and_then(|id| fleet.trailers.get(id)).map(AsRef::as_ref);
    let trailer = pulled.filter(|unit| since(unit.observed_at).is_some());
    let driver = row.driver_id.as_ref().and_then(|id| fleet.drivers.get(id)).map(AsRef::as_ref);
    Some(Dark {
        seen_at,
        did,
        of_account: (silent, peers.len()),
        account_comes: row.source.as_deref().is_some_and(|source| fresh.positions(source)),
        trailer,
        heard: trailer.map_or(Heard::AsPaired, |unit| pairing::heard(row, unit)),
        driver: driver.filter(|driver| since(driver.hos_as_of_at).is_some()),
        engine: row.engine.zip(since(row.engine_at)),
        guess: seen.and_then(|seen| guess(fleet, row, (seen, did), now)),
    })
}

/// What its last fix showed. The row's own state is overwritten once it is dark. A tracker that told no speed, and did not
/// show it standing, said that it rolled.
fn did(row: &Tractor, seen_at: Timestamp) -> Motion {
    let rolls = row.speed_mph.is_none() && row.stood_since_at.is_none();
    let fix = Fix {
        latitude: row.latitude.unwrap_or_default(),
        longitude: row.longitude.unwrap_or_default(),
        says: rolls.then_some(Says { rolls, since_at: None }),
        speed_mph: row.speed_mph,
        heading_deg: row.heading_deg,
        place: None,
        observed_at: seen_at,
    };
    motion::shown_by(&fix, None, row.engine.filter(|_| row.engine_at.is_some_and(|at| at <= seen_at)))
}

/// Where it may be if it rolled on: along the straight line to its load's next stop, else the way it went.
fn guess(fleet: &Fleet, row: &Tractor, (seen, did): (Sighting, Motion), now: Timestamp) -> Option<Guess> {
    let silent = now.since(seen.observed_at);
    if did != Motion::Moving || silent > GUESS {
        return None;
    }
    let from = Point::new(seen.latitude, seen.longitude)?;
    let miles = row.speed_mph.unwrap_or(ROAD_MPH).min(ROAD_MPH) * silent.as_secs_f64() / 3600.0;
    let load =
        find::of_unit(fleet, find::Kind::Tractor, &row.id).filter(|load| itinerary::is_to_be_driven(load));
    let stop = load.and_then(|load| trip::of(load, fleet.stops_of(&load.key())).next);
    if let Some((stop, to)) = stop.and_then(|stop| Some((stop, fleet.places.of(stop)?))) {
        let whole = from.miles_to(to);
        let miles = miles.min(whole);
        let share = if whole > 0.0 { miles / whole } else { 1.0 };
        let latitude = from.latitude + (to.latitude - from.latitude) * share;
        let longitude = from.longitude + (to.longitude - from.longitude) * share;
        let place = locality::place(None, Some(latitude), Some(longitude));
        return Some(Guess { miles, toward: trip::place(stop), place });
    }
    let toward = row.heading_deg.filter(|heading| heading.is_finite()).map(compass)?;
    Some(Guess { miles, toward: toward.to_owned(), place: None })
}

impl Dark<'_> {
    /// What it comes to: the account's trouble, a tracker that fails on a truck that works, or nobody knows.
    pub fn verdict(&self) -> &'static str {
        if !self.account_comes {
            "no position of its account comes: it is not this truck alone"
        } else if self.of_account.0 * 2 > self.of_account.1 && self.of_account.1 > 1 {
            "most trucks of its account are silent: it is hardly this truck alone"
        } else if let Since::Drives | Since::Pulls(_) = self.since() {
            "it rolls, by what else is heard: its own tracker is silent"
        } else if let Since::Either(_) = self.since() {
            "its trailer was heard elsewhere since: it has that still, its own tracker silent, or no more"
        } else if self.engine.is_some() {
            "its device is heard, its position is not"
        } else if self.logged().is_some_and(DutyStatus::is_rest) {
            "its driver rests by his log: it may be parked"
        } else {
            "it alone is silent, and nothing else tells why"
        }
    }

    /// What it did since, by what else is heard: the one answer that all that is said of it rests on.
    fn since(&self) -> Since<'_> {
        match (self.trailer, self.heard) {
            _ if self.logged() == Some(DutyStatus::Driving) => Since::Drives,
            (Some(unit), Heard::Either) => Since::Either(unit),
            (Some(unit), Heard::AsPaired) if self.trailer_moves() => Since::Pulls(unit),
            (Some(_) | None, Heard::AsPaired | Heard::Apart | Heard::Either) => Since::Unknown,
        }
    }

    /// What its driver's log says that he does since. A log is read again and again, whether anybody keeps it or not: only a
    /// change tells that.
    fn logged(&self) -> Option<DutyStatus> {
        let changed = |driver: &&Driver| driver.hos_status_since_at.is_some_and(|at| at > self.seen_at);
        self.driver.filter(changed).map(|driver| driver.hos_status)
    }

    fn trailer_moves(&self) -> bool {
        self.trailer.is_some_and(|unit| unit.speed_mph.is_some_and(|mph| mph > motion::SHUNTED_MPH))
    }

    /// All that tells something, each with its name: what is said of it, and how old that is.
    pub fn said(&self, row: &Tractor, now: Timestamp) -> Vec<(&'static str, String, String)> {
        let ago = |at: Timestamp| format!("{} ago", age::words(now.since(at)));
        let account = row.source.as_deref().unwrap_or("its account");
        let (silent, others) = self.of_account;
        let mut said = vec![
            ("why dark", self.verdict().to_owned(), String::new()),
            ("did then", did_words(self.did, row), ago(self.seen_at)),
            (
                "others there",
                match (self.account_comes, others) {
                    (false, _) => format!("positions of {account} do not come"),
                    (true, 0) => format!("no other truck of {account}"),
                    (true, _) => format!("{silent} of {others} others of {account} silent too"),
                },
                String::new(),
            ),
        ];
        let trailer = match self.trailer {
            Some(unit) => (self.trailer_words(unit, row), unit.observed_at.map(ago).unwrap_or_default()),
            None => ("not heard since".to_owned(), String::new()),
        };
        said.push(("its trailer", trailer.0, trailer.1));
        let log = match self.driver {
            Some(driver) => {
                let since = driver.hos_status_since_at;
                let edit = since.filter(|at| *at > self.seen_at).map(|at| format!(", changed {}", ago(at)));
                let status = driver.hos_status.word().replace('_', " ");
                let text = format!("{}: {status}{}", driver.name, edit.unwrap_or(", as before".to_owned()));
                (text, driver.hos_as_of_at.map(|at| format!("told {}", ago(at))).unwrap_or_default())
            }
            None => ("nothing told since".to_owned(), String::new()),
        };
        said.push(("driver's log", log.0, log.1));
        let engine = self.engine.map(|(engine, at)| (engine.word().to_owned(), ago(at)));
        let engine = engine.unwrap_or_else(|| ("nothing told since".to_owned(), String::new()));
        said.push(("engine since", engine.0, engine.1));
        let (may_be, note) = self.may_be();
        said.push(("may be now", may_be, note));
        said
    }

    /// Where it may be now, and what that is worth.
    fn may_be(&self) -> (String, String) {
        let place = |unit: &Trailer| {
            let place = locality::place(unit.place.as_deref(), unit.latitude, unit.longitude);
            place.map(|place| format!(", {place}")).unwrap_or_default()
        };
        let (alone, note) = self.may_be_alone();
        match self.since() {
            Since::Pulls(unit) => {
                (format!("with its trailer{}", place(unit)), "where that was heard".to_owned())
            }
            Since::Either(unit) => {
                let both = format!("with its trailer{}; or, if it has that no more, {alone}", place(unit));
                (both, "which of the two nobody tells".to_owned())
            }
            Since::Drives if self.guess.is_none() => {
                ("not known".to_owned(), "he drives since, by his log".to_owned())
            }
            Since::Drives | Since::Unknown => (alone, note.to_owned()),
        }
    }

    /// The same by its own last word alone.
    fn may_be_alone(&self) -> (String, &'static str) {
        match &self.guess {
            Some(guess) => {
                let place = guess.place.as_ref().map(|place| format!(": {place}")).unwrap_or_default();
                let text = format!("up to {:.0} mi on toward {}{place}", guess.miles, guess.toward);
                (text, "a guess: straight on, if it rolled on")
            }
            None if self.did == Motion::Moving => ("anywhere".to_owned(), "too long ago to guess"),
            None => ("where it stood, for all that is known".to_owned(), ""),
        }
    }

    /// "53012 moved, Elko NV, 40 mi from there", which is where the truck was heard. Of one that tells no speed nobody knows
    /// more than that it was heard.
    fn trailer_words(&self, unit: &Trailer, row: &Tractor) -> String {
        let does = match unit.speed_mph {
            Some(_) if self.trailer_moves() => "moved",
            Some(_) => "stood",
            None => "heard",
        };
        let place = locality::place(unit.place.as_deref(), unit.latitude, unit.longitude);
        let apart = Sighting::of(unit.latitude, unit.longitude, unit.observed_at)
            .zip(Sighting::of(row.latitude, row.longitude, row.observed_at))
            .map(|(unit, truck)| match sanity::miles(unit, truck) {
                _ if pairing::is_there(truck, unit) => "where the truck was heard".to_owned(),
                miles => format!("{miles:.0} mi from there"),
            });
        let parts = [Some(format!("{} {does}", unit.unit_number)), place, apart];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// "rolled NE at 63", "idled", "stood".
fn did_words(did: Motion, row: &Tractor) -> String {
    match did {
        Motion::Moving => {
            let heading =
                row.heading_deg.filter(|heading| heading.is_finite()).map(compass).unwrap_or_default();
            let speed = row.speed_mph.map(|mph| format!(" at {mph:.0} mph")).unwrap_or_default();
            format!("rolled {heading}{speed}").replace("  ", " ")
        }
        Motion::Idle => "idled".to_owned(),
        Motion::Stopped | Motion::Dark => "stood".to_owned(),
    }
}

#[cfg(test)]
mod tests;
