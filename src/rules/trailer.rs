//! What is asked of a trailer: for how long it has sat, what has it or who let it go, and for what it is wanted
//! next. Where it is and how old that is its row says.

use super::dwell::{self, Dwell};
use super::pairing::{self, Heard};
use super::{age, itinerary, trip};
use crate::model::{
    Driver, Fleet, Keyed, Loaded, Motion, Movement, MovementStatus, Stop, Timestamp, Tractor, Trailer,
};

/// What is known of a trailer beside its own row.
#[derive(Clone, Debug)]
pub struct Told<'a> {
    /// For how long it has stood where it was last seen; `None` where it was not seen to stand.
    pub dwell: Option<Dwell>,
    /// Whether where it was seen is only where its truck last had it.
    pub is_left: bool,
    /// What has it now.
    pub tractor: Option<&'a Tractor>,
    /// What is heard of that and of the trailer.
    pub heard: Heard,
    /// What let it go, and when that was told; no tractor where that is gone from the fleet.
    pub dropped: Option<(Option<&'a Tractor>, Timestamp)>,
    /// Who had it last.
    pub driver: Option<&'a Driver>,
    /// The load that it is to take next, beside the one that it is on.
    pub next: Option<&'a Movement>,
}

/// What is known of `row` beside its own row, as of `now`.
pub fn told<'a>(fleet: &'a Fleet, row: &Trailer, now: Timestamp) -> Told<'a> {
    let tractor = |id: Option<&_>| id.and_then(|id| fleet.tractors.get(id)).map(AsRef::as_ref);
    let pulls = tractor(row.tractor_id.as_ref());
    Told {
        dwell: dwell::of_trailer(row, now),
        is_left: is_left(row),
        tractor: pulls,
        heard: pulls.map_or(Heard::AsPaired, |pulls| pairing::heard(pulls, row)),
        dropped: row.dropped_at.map(|at| (tractor(row.dropped_by.as_ref()), at)),
        driver: row.driver_id.as_ref().and_then(|id| fleet.drivers.get(id)).map(AsRef::as_ref),
        next: next(fleet, row),
    }
}

/// Its number and its freight: "V53041 empty", "V53041 ?". What is not known is never shown as empty.
pub fn with_freight(row: &Trailer) -> String {
    let freight = match row.loaded {
        Loaded::Unknown => "?",
        known @ (Loaded::Loaded | Loaded::Empty) => known.word(),
    };
    format!("{} {freight}", row.unit_number)
}

/// The tractor that a trailer without a tracker is with, where that one was seen: it is where its truck is, which
/// is no fix of its own. `None` of a trailer that has ever told where it is, and of one that nothing pulls.
pub fn rides_with<'a>(fleet: &'a Fleet, row: &Trailer) -> Option<&'a Tractor> {
    if row.observed_at.is_some() {
        return None;
    }
    let tractor = row.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id));
    tractor.map(AsRef::as_ref).filter(|tractor| tractor.observed_at.is_some())
}

/// Whether a trailer without a tracker, which nothing pulls, is known to have been where its truck last had it, and no
/// more than that: no tracker told the place.
pub fn is_left(row: &Trailer) -> bool {
    row.observed_at.is_some() && row.source.is_none() && row.tractor_id.is_none() && row.state == Motion::Dark
}

/// What is said of the place of such a trailer.
pub const LEFT: &str = "no tracker: where its truck last had it";

/// Where a trailer was seen, and when.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The tractor that it is with, where it has no tracker: all else is that one's.
    pub with: Option<&'a Tractor>,
    /// The place, in the words of whoever told it.
    pub place: Option<&'a str>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// When that was so.
    pub observed_at: Option<Timestamp>,
}

/// Where `row` was seen: by its own tracker, else where its truck is.
pub fn seen<'a>(fleet: &'a Fleet, row: &'a Trailer) -> Seen<'a> {
    match rides_with(fleet, row) {
        Some(truck) => Seen {
            with: Some(truck),
            place: truck.place.as_deref(),
            latitude: truck.latitude,
            longitude: truck.longitude,
            observed_at: truck.observed_at,
        },
        None => Seen {
            with: None,
            place: row.place.as_deref(),
            latitude: row.latitude,
            longitude: row.longitude,
            observed_at: row.observed_at,
        },
    }
}

/// The trailer of a load under way that was heard elsewhere than the load's truck, at about the same time or later: which
/// of the two has the freight nobody knows. `None` of a load whose truck tells enough.
pub fn of_load<'a>(fleet: &'a Fleet, load: &Movement) -> Option<&'a Trailer> {
    let truck = load.tractor_id.as_ref().filter(|_| load.tms.status == MovementStatus::InProgress)?;
    let tractor = fleet.tractors.get(truck)?;
    let trailer = fleet.trailers.get(load.trailer_id.as_ref()?)?;
    (pairing::heard(tractor, trailer) != Heard::AsPaired).then_some(trailer)
}

/// "with 418": what is said of a trailer without a tracker instead of what it does.
pub fn with_words(tractor: &Tractor) -> String {
    format!("with {}", tractor.unit_number)
}

/// The load, not under way, that is to be begun first with this trailer.
pub fn next<'a>(fleet: &'a Fleet, row: &Trailer) -> Option<&'a Movement> {
    let wants = |load: &&Movement| {
        load.trailer_id.as_ref() == Some(&row.id)
            && itinerary::is_to_be_driven(load)
            && load.tms.status != MovementStatus::InProgress
    };
    let begins = |load: &&Movement| {
        let next = trip::of(load, fleet.stops_of(&load.key())).next;
        (next.and_then(Stop::window_at).map_or(i64::MAX, Timestamp::millis), load.key())
    };
    fleet.movements.iter().map(AsRef::as_ref).filter(wants).min_by_key(begins)
}

impl Told<'_> {
    /// For how long it has stood: "9h43 to 14h10"; and that it may have left, where it is not heard.
    pub fn stood(&self) -> (String, String) {
        let note = if self.is_left { LEFT } else { "" };
        let Some(dwell) = self.dwell else { return ("not known".to_owned(), note.to_owned()) };
        let unheard = age::words(dwell.unheard);
        let note = if dwell.may_have_left() {
            format!("not heard for {unheard}: it may have left since")
        } else {
            String::new()
        };
        (dwell.words(), note)
    }

    /// Who let it go, and when that was told, a time in the words of `time`; or what has it, and whether that is known.
    pub fn dropped(&self, time: impl Fn(Timestamp) -> String) -> (String, String) {
        let unit = |tractor: Option<&Tractor>| {
            tractor.map_or("a tractor that is gone".to_owned(), |row| format!("tractor {}", row.unit_number))
        };
        match (self.tractor, &self.dropped) {
            (Some(tractor), _) => {
                let number = &tractor.unit_number;
                match self.heard.doubt() {
                    None => (format!("not dropped: tractor {number} has it"), String::new()),
                    Some(doubt) => (format!("not told: paired with tractor {number}"), doubt.to_owned()),
                }
            }
            (None, Some((tractor, at))) => (unit(*tractor), format!("told {}", time(*at))),
            (None, None) => ("not known".to_owned(), String::new()),
        }
    }

    /// All of it in one sentence, for who asked about the trailer `row`.
    pub fn sentence(&self, row: &Trailer, time: impl Fn(Timestamp) -> String) -> String {
        let noted = |(value, note): (String, String)| match note.as_str() {
            "" => value,
            note => format!("{value} ({note})"),
        };
        let driver = self.driver.map_or("not known", |row| row.name.as_str());
        let next = self.next.map_or_else(|| "none known".to_owned(), |load| load.tms.id.to_string());
        let stood = self.dwell.map(|_| format!("stood {}", noted(self.stood())));
        let stood = stood.or_else(|| self.is_left.then(|| LEFT.to_owned()));
        let rest = [
            format!("dropped by: {}", noted(self.dropped(time))),
            format!("last driver: {driver}"),
            format!("freight: {}", freight_words(row.loaded)),
            format!("next load: {next}"),
        ];
        stood.into_iter().chain(rest).collect::<Vec<_>>().join("; ")
    }
}

/// Whether it is loaded, in words: that nobody says is not that it is empty.
pub const fn freight_words(loaded: Loaded) -> &'static str {
    match loaded {
        Loaded::Loaded => "loaded",
        Loaded::Empty => "empty",
        Loaded::Unknown => "not known",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::UnitId;

    const NOW: Timestamp = Timestamp::from_secs(10_000_000);

    fn ago(minutes: u64) -> Timestamp {
        NOW.minus(Duration::from_mins(minutes))
    }

    fn trailer() -> Trailer {
        Trailer {
            id: UnitId("t".into()),
            state: Motion::Stopped,
            stood_since_at: Some(ago(700)),
            stood_after_at: Some(ago(850)),
            observed_at: Some(ago(117)),
            dropped_by: Some(UnitId("u".into())),
            dropped_at: Some(ago(690)),
            ..Trailer::default()
        }
    }

    fn load(id: &str, status: MovementStatus) -> Movement {
        let mut load = Movement { trailer_id: Some(UnitId("t".into())), ..Movement::default() };
        (load.tms.id, load.tms.status) = (id.into(), status);
        load
    }

    #[test]
    fn where_it_sat_who_let_it_go_and_what_is_next_is_one_answer() {
        let mut fleet = Fleet::default();
        let unit = Tractor { id: UnitId("u".into()), unit_number: "418".into(), ..Tractor::default() };
        fleet.tractors = [unit].into_iter().collect();
        let stop = |load: &str, early| {
            let mut stop = Stop::default();
            (stop.tms.id, stop.tms.movement_id) = (load.into(), Some(load.into()));
            stop.tms.scheduled_early_at = Some(early);
            stop
        };
        fleet.movements = [
            load("1", MovementStatus::Covered),
            load("2", MovementStatus::Covered),
            load("3", MovementStatus::Delivered),
        ]
        .into_iter()
        .collect();
        fleet.stops = [stop("1", NOW), stop("2", ago(10)), stop("3", ago(20))].into_iter().collect();
        fleet.index();
        let row = trailer();
        let said = told(&fleet, &row, NOW).sentence(&row, |_| "14:02".to_owned());
        assert_eq!(
            said,
            "stood 9h43 to 14h10 (not heard for 1h57: it may have left since); dropped by: tractor 418 (told 14:02); \
             last driver: not known; freight: not known; next load: 2"
        );
    }

    #[test]
    fn one_without_a_tracker_is_where_its_truck_was_seen() {
        let mut fleet = Fleet::default();
        let unit = |observed_at| Tractor {
            id: UnitId("v".into()),
            unit_number: "418".into(),
            observed_at,
            ..Tractor::default()
        };
        fleet.tractors = [unit(Some(ago(4)))].into_iter().collect();
        let pulled = Trailer { tractor_id: Some(UnitId("v".into())), ..Trailer::default() };
        assert_eq!(rides_with(&fleet, &pulled).map(with_words).as_deref(), Some("with 418"));
        // Its own fix, however old, is not mixed with the truck's.
        let told = Trailer { observed_at: Some(ago(10_000)), ..pulled.clone() };
        assert!(rides_with(&fleet, &told).is_none());
        assert!(rides_with(&fleet, &Trailer::default()).is_none());
        fleet.tractors = [unit(None)].into_iter().collect();
        assert!(rides_with(&fleet, &pulled).is_none(), "nobody knows where either is");
    }

    #[test]
    fn one_without_a_tracker_that_was_left_is_known_by_its_truck_and_never_as_live() {
        let left = Trailer { observed_at: Some(ago(3)), ..Trailer::default() };
        assert!(is_left(&left));
        assert!(!is_left(&Trailer { source: Some("samsara".into()), ..left.clone() }));
        assert!(!is_left(&Trailer::default()), "nobody ever knew");
        let fleet = Fleet::default();
        let told = told(&fleet, &left, NOW);
        assert_eq!(told.stood(), ("not known".to_owned(), LEFT.to_owned()));
        assert!(
            told.sentence(&left, |_| "x".to_owned()).starts_with("no tracker: where its truck last had it; ")
        );
    }

    #[test]
    fn one_that_is_pulled_was_not_dropped_whatever_was_said_before() {
        let mut fleet = Fleet::default();
        let unit = Tractor { id: UnitId("v".into()), unit_number: "7".into(), ..Tractor::default() };
        fleet.tractors = [unit].into_iter().collect();
        let row = Trailer { tractor_id: Some(UnitId("v".into())), ..trailer() };
        let (who, when) = told(&fleet, &row, NOW).dropped(|_| "x".to_owned());
        assert_eq!((who.as_str(), when.as_str()), ("not dropped: tractor 7 has it", ""));
        // It is heard 69 miles from where that was heard an hour before: which of the two has gone nobody tells.
        let mut row = Trailer { latitude: Some(36.0), longitude: Some(-100.0), ..row };
        let unit = Tractor::clone(fleet.tractors.at(0).unwrap());
        let heard = |at| Tractor {
            latitude: Some(35.0),
            longitude: Some(-100.0),
            observed_at: Some(at),
            ..unit.clone()
        };
        fleet.tractors = [heard(ago(177))].into_iter().collect();
        let mut load = load("1", MovementStatus::InProgress);
        load.tractor_id = Some(UnitId("v".into()));
        fleet.trailers = [row.clone()].into_iter().collect();
        assert!(of_load(&fleet, &load).is_some());
        let said = told(&fleet, &row, NOW).dropped(|_| "x".to_owned());
        assert_eq!(said.0, "not told: paired with tractor 7");
        assert_eq!(
            said.1,
            "which was heard last elsewhere before: it has it still, its tracker silent, or no more"
        );
        row.observed_at = Some(ago(177));
        fleet.trailers = [row.clone()].into_iter().collect();
        assert!(of_load(&fleet, &load).is_some(), "they were apart at one time");
        let said = told(&fleet, &row, NOW).dropped(|_| "x".to_owned());
        assert_eq!(said.1, "which was heard elsewhere at that time: it does not have it");
        row.observed_at = Some(ago(400));
        fleet.trailers = [row].into_iter().collect();
        assert!(of_load(&fleet, &load).is_none(), "its tracker wakes twice a day");
    }
}
