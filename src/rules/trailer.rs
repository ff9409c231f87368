//! What is asked of a trailer: for how long it has sat, what has it or who let it go, and for what it is wanted
//! next. Where it is and how old that is its row says.

use super::dwell::{self, Dwell};
use super::pairing::{self, Heard};
use super::{age, itinerary, trip};
use crate::model::{
    Driver, Fleet, Keyed, Loaded, Movement, MovementStatus, Stop, Timestamp, Tractor, Trailer,
};

/// What is known of a trailer beside its own row.
#[derive(Clone, Debug)]
pub struct Told<'a> {
    /// For how long it has stood where it was last seen; `None` where it was not seen to stand.
    pub dwell: Option<Dwell>,
    /// What has it now.
    pub tractor: Option<&'a Tractor>,
    /// What is heard of that and of the trailer.
    pub heard: Heard,
    /// What let it go, and when that was told; no tractor where that is gone from the fleet.
    pub dropped: Option<(Option<&'a Tractor>, Timestamp)>,
    /// Whether no tracker ever told where it is, nor does anything have it that would.
    pub is_unseen: bool,
    /// Where the load that was last over with it ended, of one that is unseen.
    pub last_stop: Option<LastStop<'a>>,
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
        tractor: pulls,
        heard: pulls.map_or(Heard::AsPaired, |pulls| pairing::heard(pulls, row)),
        dropped: row.dropped_at.map(|at| (tractor(row.dropped_by.as_ref()), at)),
        is_unseen: is_unseen(row),
        last_stop: last_stop(fleet, row, now),
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

/// Whether no tracker ever told where it is, nor does anything have it that would.
const fn is_unseen(row: &Trailer) -> bool {
    row.observed_at.is_none() && row.tractor_id.is_none()
}

/// The last stop of a load that is over, which its truck is told to have left. Whether the trailer that the load was on
/// stayed there nobody says: it is a word of the load, and no place of the trailer.
#[derive(Clone, Copy, Debug)]
pub struct LastStop<'a> {
    /// The load.
    pub load: &'a Movement,
    /// Its last stop.
    pub stop: &'a Stop,
    /// When the TMS says that it was left.
    pub left_at: Timestamp,
}

impl LastStop<'_> {
    /// "load 10 left its last stop, Waco TX, at 14:02 by the TMS", `when` being "at 14:02".
    pub fn words(&self, when: &str) -> String {
        format!("load {} left its last stop, {}, {when} by the TMS", self.load.tms.id, trip::place(self.stop))
    }
}

/// Where the load of an unseen trailer ended that was the last to tell of anything. `None` where a load has it still or
/// has told of something since, and where another truck than that load's had it after.
fn last_stop<'a>(fleet: &'a Fleet, row: &Trailer, now: Timestamp) -> Option<LastStop<'a>> {
    if !is_unseen(row) || row.movement_id.is_some() {
        return None;
    }
    let loads = || fleet.movements.iter().filter(|load| load.trailer_id.as_ref() == Some(&row.id));
    let told = loads().flat_map(|load| fleet.stops_of(&load.key()));
    let told = told.flat_map(|stop| [stop.tms.actual_arrival_at, stop.tms.actual_departure_at]);
    let latest = told.flatten().max()?;
    let over = loads().filter(|load| load.tms.status == MovementStatus::Delivered);
    over.filter_map(|load| {
        let stop = fleet.stops_of(&load.key()).last()?;
        Some(LastStop { load, stop, left_at: stop.tms.actual_departure_at? })
    })
    .filter(|last| last.left_at == latest && latest <= now)
    .filter(|last| row.dropped_by.is_none() || row.dropped_by == last.load.tractor_id)
    .find(|last| row.dropped_at.is_none_or(|told| last.left_at <= told))
}

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
        let Some(dwell) = self.dwell else { return ("not known".to_owned(), String::new()) };
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

    /// What is known of one that was let go and that no tracker tells of, a time in the words of `time`: where it is, is not
    /// known. `None` of one that is seen, and where there is nothing to say.
    pub fn lost(&self, time: impl Fn(Timestamp) -> String) -> Option<String> {
        if !self.is_unseen || (self.last_stop.is_none() && self.dropped.is_none()) {
            return None;
        }
        let last = self.last_stop.map(|last| last.words(&format!("at {}", time(last.left_at))));
        Some(["no tracker".to_owned()].into_iter().chain(last).collect::<Vec<_>>().join("; "))
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
        let lost =
            self.lost(&time).map(|note| format!("where it is: {}", noted(("NOT KNOWN".to_owned(), note))));
        let rest = [
            format!("dropped by: {}", noted(self.dropped(time))),
            format!("last driver: {driver}"),
            format!("freight: {}", freight_words(row.loaded)),
            format!("next load: {next}"),
        ];
        stood.into_iter().chain(lost).chain(rest).collect::<Vec<_>>().join("; ")
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
    use crate::model::{Motion, UnitId};

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

    /// A load that trailer "t" was on behind truck "u", delivered, whose stops were left that many minutes ago.
    fn over(id: &str, left: &[u64]) -> (Movement, Vec<Stop>) {
        let mut load = load(id, MovementStatus::Delivered);
        load.tractor_id = Some(UnitId("u".into()));
        let stop = |(place, minutes): (i64, &u64)| {
            let mut stop = Stop::default();
            (stop.tms.id, stop.tms.movement_id) = (format!("{id}-{place}").into(), Some(id.into()));
            (stop.tms.sequence, stop.tms.city) = (place, Some(format!("Stop {place} of {id}").into()));
            stop.tms.actual_departure_at = Some(ago(*minutes));
            stop
        };
        let stops = (1..).zip(left).map(stop).collect();
        (load, stops)
    }

    fn fleet_of(loads: Vec<(Movement, Vec<Stop>)>) -> Fleet {
        let (movements, stops): (Vec<_>, Vec<_>) = loads.into_iter().unzip();
        let mut fleet = Fleet::default();
        let unit = Tractor { id: UnitId("u".into()), unit_number: "418".into(), ..Tractor::default() };
        fleet.tractors = [unit].into_iter().collect();
        (fleet.movements, fleet.stops) =
            (movements.into_iter().collect(), stops.into_iter().flatten().collect());
        fleet.index();
        fleet
    }

    #[test]
    fn of_one_without_a_tracker_that_was_left_the_last_stop_of_its_load_is_told_and_no_place() {
        let row = Trailer { id: UnitId("t".into()), ..Trailer::default() };
        let lost = |fleet: &Fleet, row: &Trailer| told(fleet, row, NOW).lost(|_| "14:02".to_owned());
        let fleet = fleet_of(vec![over("1", &[900, 800]), over("2", &[500, 180])]);
        let of_load = "no tracker; load 2 left its last stop, Stop 2 of 2, at 14:02 by the TMS";
        assert_eq!(lost(&fleet, &row).as_deref(), Some(of_load));
        let said = told(&fleet, &row, NOW).sentence(&row, |_| "14:02".to_owned());
        assert!(said.starts_with(&format!("where it is: NOT KNOWN ({of_load}); dropped by: ")), "{said}");
        assert_eq!(seen(&fleet, &row).place, None, "that is no place of the trailer");
        // The same truck let it go, as was told three hours after.
        let dropped =
            Trailer { dropped_by: Some(UnitId("u".into())), dropped_at: Some(ago(5)), ..row.clone() };
        assert_eq!(lost(&fleet, &dropped).as_deref(), Some(of_load));
        // Another truck had it since, or this one had it since at times that no load tells of.
        let none = Some("no tracker");
        let other = Trailer { dropped_by: Some(UnitId("v".into())), ..dropped.clone() };
        assert_eq!(lost(&fleet, &other).as_deref(), none);
        let before = Trailer { dropped_at: Some(ago(181)), ..dropped.clone() };
        assert_eq!(lost(&fleet, &before).as_deref(), none);
        // A load that is not over has told of something since.
        let (mut later, stops) = over("3", &[60, 50]);
        later.tms.status = MovementStatus::InProgress;
        let fleet = fleet_of(vec![over("2", &[500, 180]), (later, stops)]);
        assert_eq!(lost(&fleet, &dropped).as_deref(), none);
        // That its last stop was left nobody says, or says of a time to come.
        let (load, mut stops) = over("2", &[500, 180]);
        stops[1].tms.actual_departure_at = None;
        assert_eq!(lost(&fleet_of(vec![(load, stops)]), &dropped).as_deref(), none);
        let (load, mut stops) = over("2", &[500, 180]);
        stops[1].tms.actual_departure_at = Some(NOW.plus(Duration::from_mins(5)));
        assert_eq!(lost(&fleet_of(vec![(load, stops)]), &row), None);
        // Nothing to say of one that a tracker or a truck tells of, nor of one that nobody ever told of.
        let fleet = fleet_of(vec![over("2", &[500, 180])]);
        assert_eq!(lost(&fleet, &Trailer { observed_at: Some(ago(900)), ..dropped.clone() }), None);
        assert_eq!(lost(&fleet, &Trailer { tractor_id: Some(UnitId("u".into())), ..dropped }), None);
        assert_eq!(lost(&Fleet::default(), &row), None);
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
