//! Who is at a stop, since when, and how much of the free time is left. What a minute beyond it costs is
//! not known here.

use std::time::Duration;

use super::freshness::Freshness;
use super::itinerary::is_to_be_driven;
use super::presence::{self, Came};
use super::{age, locality};
use crate::model::{
    Exception, ExceptionKind, Fleet, Keyed, Movement, MovementKey, MovementStatus, Severity, Stay, Stop,
    Subject, SubjectKind, Timestamp, Tractor,
};

/// What a customer has before waiting costs money: the usual two hours, until rates per customer are known.
pub const FREE_TIME: Duration = Duration::from_hours(2);

/// Who says that a truck is at a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// The truck's own positions.
    Observed,
    /// The TMS.
    Tms,
    /// The TMS, of another load that the truck stands at the same place for: of this one it has no such arrival.
    TmsOfOtherLoad,
}

impl Evidence {
    /// Of an arrival.
    pub(super) const fn of(came: Came<'_>) -> Self {
        match (came.is_seen, came.other_load) {
            (true, _) => Self::Observed,
            (false, None) => Self::Tms,
            (false, Some(_)) => Self::TmsOfOtherLoad,
        }
    }

    /// The word used in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Tms => "tms",
            Self::TmsOfOtherLoad => "tms_of_other_load",
        }
    }

    /// For people: "observed", "tms", "tms, of 0263380" where that is the load it was told of.
    pub fn words(self, other_load: Option<&str>) -> String {
        match (self, other_load) {
            (Self::TmsOfOtherLoad, Some(load)) => format!("tms, of {load}"),
            (Self::TmsOfOtherLoad, None) => "tms, of another load".to_owned(),
            (Self::Observed | Self::Tms, _) => self.word().to_owned(),
        }
    }
}

/// A truck at a stop.
#[derive(Clone, Debug)]
pub struct Held<'a> {
    /// The load.
    pub movement: &'a Movement,
    /// Where it is.
    pub stop: &'a Stop,
    /// When it came.
    pub arrived_at: Timestamp,
    /// Who says so.
    pub evidence: Evidence,
    /// The load that the arrival was told or seen for, where that is another at the same place.
    pub other_load: Option<&'a str>,
    /// What its own positions show, where they are the evidence.
    pub stay: Option<&'a Stay>,
    /// From when its time counts: the arrival or the opening of the window, whichever is later.
    pub since_at: Timestamp,
    /// Until when that is free.
    pub free_until_at: Timestamp,
    /// Whether the truck is seen there now; `None` where nobody sees it, or nobody knows where the stop is.
    pub is_seen_there: Option<bool>,
    /// The truck as it was heard last; `None` of one that nobody ever saw.
    pub last_seen: Option<LastSeen<'a>>,
    /// Whether what told that it is there still comes. Where that is silent it may have left: nothing new is said of it.
    pub comes: bool,
    /// Whether the queue says already that it is held: that goes on where what told it is silent since.
    is_said: bool,
}

/// Where a truck was heard last, however long ago.
#[derive(Clone, Copy, Debug)]
pub struct LastSeen<'a> {
    /// The truck.
    tractor: &'a Tractor,
    /// When.
    at: Timestamp,
    /// Whether that was at the stop; `None` where nobody knows where the stop is.
    is_there: Option<bool>,
}

/// How a truck stands against its free time, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Free {
    /// So much is left.
    Left(i64),
    /// It ended so long ago: the truck is held.
    Over(i64),
    /// It ended while nobody could tell whether the truck was there still.
    Unknown,
}

impl Free {
    /// How free time until then stands for a truck that is, or is not, known to be there beyond it.
    pub const fn until(free_until_at: Timestamp, is_known_there: bool, now: Timestamp) -> Self {
        match free_until_at.secs_since(now) {
            left_s @ 1.. => Self::Left(left_s),
            over_s if is_known_there => Self::Over(over_s.saturating_neg()),
            _ => Self::Unknown,
        }
    }
}

impl Held<'_> {
    /// Who says that it came.
    pub fn by(&self) -> String {
        self.evidence.words(self.other_load)
    }

    /// How its free time stands.
    pub fn free(&self, now: Timestamp) -> Free {
        Free::until(self.free_until_at, self.comes || self.is_said, now)
    }

    /// Whether it is held: its free time is over. Until then it only stands there.
    pub fn is_over(&self, now: Timestamp) -> bool {
        matches!(self.free(now), Free::Over(_))
    }

    /// Whether the truck is seen there now, in words that hold as long as it is not heard anew.
    pub const fn seen_word(&self) -> &'static str {
        match (self.is_seen_there, self.last_seen) {
            (Some(true), _) => "there",
            (Some(false), _) => "elsewhere",
            (None, None) => "never seen",
            (None, Some(LastSeen { is_there: Some(true), .. })) => "not seen now",
            (None, Some(LastSeen { is_there: Some(false), .. })) => "not seen there",
            (None, Some(LastSeen { is_there: None, .. })) => "not known if there",
        }
    }

    /// The same, and where the truck was seen last instead: "not seen there, but 8h04 ago at Dallas TX".
    pub fn seen_words(&self, now: Timestamp) -> String {
        let word = self.seen_word();
        let Some(LastSeen { tractor, at, is_there }) = self.last_seen.filter(|_| word != "there") else {
            return word.to_owned();
        };
        let ago = age::words(now.since(at));
        let place = locality::place(tractor.place.as_deref(), tractor.latitude, tractor.longitude);
        match place.filter(|_| is_there != Some(true)) {
            Some(place) => format!("{word}, but {ago} ago at {place}"),
            None => format!("{word}, but {ago} ago"),
        }
    }

    /// Free time left, in seconds; negative beyond it.
    pub fn free_left_s(&self, now: Timestamp) -> Option<i64> {
        match self.free(now) {
            Free::Left(left_s) => Some(left_s),
            Free::Over(over_s) => Some(over_s.saturating_neg()),
            Free::Unknown => None,
        }
    }
}

/// Every truck that is at a stop now, the one held longest beyond its free time first.
pub fn held<'a>(fleet: &'a Fleet, fresh: &Freshness, now: Timestamp) -> Vec<Held<'a>> {
    let loads = fleet.movements.iter();
    let mut held: Vec<Held<'a>> = loads.filter_map(|movement| of_load(fleet, fresh, movement, now)).collect();
    held.sort_by_key(|held| (held.free_until_at, held.stop.key()));
    held
}

/// What an exception of that kind is about, as it stands now; `None` where its truck is not at that stop any more.
pub fn of_exception<'a>(
    fleet: &'a Fleet,
    fresh: &Freshness,
    row: &Exception,
    now: Timestamp,
) -> Option<Held<'a>> {
    let touches = Some(&row.touches).filter(|_| row.kind == ExceptionKind::Detention)?;
    let key = MovementKey { company_id: touches.company_id.clone()?, id: touches.movement_id.clone()? };
    let held = of_load(fleet, fresh, fleet.movements.get(&key)?, now)?;
    touches.stop_id.as_ref().is_none_or(|id| *id == held.stop.tms.id).then_some(held)
}

/// The stop that the truck of a load of ours is at now. Where it came last is where it is: an earlier stop was left,
/// whether or not anybody said so.
pub fn of_load<'a>(
    fleet: &'a Fleet,
    fresh: &Freshness,
    movement: &'a Movement,
    now: Timestamp,
) -> Option<Held<'a>> {
    if !is_to_be_driven(movement) {
        return None;
    }
    let view = View::of(fleet, fresh, movement, now);
    let calls = fleet.stops_of(&movement.key()).iter();
    let arrivals = calls.filter_map(|stop| Some((view.came(stop, fleet.stay_of(movement, stop))?, stop)));
    let (came, stop) = arrivals.max_by_key(|(came, stop)| (came.at, stop.tms.sequence))?;
    let (arrived_at, stay) = (came.at, fleet.stay_of(movement, stop));
    let is_seen_there = view.sees_at(stop);
    // Let go, it is not held, wherever it stands: its driver may rest at the dock. Where he is on duty the two words
    // disagree, which is said as such (`alerts::word`) and bills nobody. What is told of the future is no departure,
    // nor is one from before the truck was seen to come.
    let told_left = stop.tms.actual_departure_at.filter(|told| *told <= now);
    let is_let_go = told_left.is_some_and(|told| stay.is_none() || told >= arrived_at);
    let is_there = match stay {
        _ if is_let_go => false,
        Some(stay) if !stay.is_open() => false,
        // Made, but not since when: its own positions go before that, as long as they come and its driver is at work.
        Some(_) => is_seen_there != Some(false) && (!stop.tms.done || view.is_heard && !view.rests()),
        None => !stop.tms.done,
    };
    let since_at = stop.opens_at().map_or(arrived_at, |opens| opens.max(arrived_at));
    is_there.then(|| Held {
        movement,
        stop,
        arrived_at,
        evidence: Evidence::of(came),
        other_load: came.other_load,
        stay,
        since_at,
        free_until_at: since_at.plus(FREE_TIME),
        is_seen_there,
        last_seen: view.last_seen(stop),
        comes: view.is_told_still(stay, fresh),
        is_said: is_said(fleet, stop),
    })
}

/// Whether a row says that its truck is held, and does not only warn that its free time is about to end.
pub fn says_held(row: &Exception) -> bool {
    row.severity >= Severity::Medium
}

/// Whether it stands in the queue that a truck is held at this stop.
fn is_said(fleet: &Fleet, stop: &Stop) -> bool {
    let subject = Subject::of_company(SubjectKind::Stop, &stop.key());
    let row = fleet.exceptions.get(&subject.exception_id(ExceptionKind::Detention));
    row.is_some_and(|row| row.is_open() && says_held(row))
}

/// What is known of where the truck of a load is.
pub(super) struct View<'a> {
    fleet: &'a Fleet,
    movement: &'a Movement,
    tractor: Option<&'a Tractor>,
    now: Timestamp,
    /// Whether the account that tells of its truck does, though the truck may be dark by itself.
    comes: bool,
    /// Whether its positions come.
    is_heard: bool,
}

impl<'a> View<'a> {
    pub(super) fn of(fleet: &'a Fleet, fresh: &Freshness, movement: &'a Movement, now: Timestamp) -> Self {
        let tractor = movement.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id)).map(AsRef::as_ref);
        let is_heard =
            is_to_be_driven(movement) && tractor.is_some_and(|tractor| fresh.knows_where(tractor, now));
        let comes = tractor
            .is_some_and(|tractor| tractor.source.as_deref().is_none_or(|source| fresh.positions(source)));
        Self { fleet, movement, tractor, now, comes, is_heard }
    }

    /// Whether its driver rests, by the last word of his log: that no logs come changes nothing.
    fn rests(&self) -> bool {
        let driver = self.movement.driver_id.as_ref().and_then(|id| self.fleet.drivers.get(id));
        driver.is_some_and(|driver| driver.hos_status.is_rest())
    }

    /// When the truck came: as it was seen, else by the TMS. What the TMS says of the future is no arrival,
    /// nor what it says of a truck that is seen elsewhere, or of a load that nobody has yet.
    pub(super) fn came(&self, stop: &Stop, stay: Option<&Stay>) -> Option<Came<'a>> {
        let is_had = self.movement.tms.status != MovementStatus::Available;
        let told = stop.tms.actual_arrival_at.filter(|_| self.sees_at(stop).unwrap_or(is_had));
        let told = told.filter(|told| *told <= self.now);
        let came = presence::came(self.fleet, self.movement, stop, stay, told);
        came.filter(|came| came.at <= self.now)
    }

    /// Whether what told that the truck is at a stop still comes: its account where `stay` shows it, else the TMS.
    fn is_told_still(&self, stay: Option<&Stay>, fresh: &Freshness) -> bool {
        match stay {
            Some(_) => self.comes,
            None => !fresh.freight().1,
        }
    }

    /// Whether a truck that came to `stop` is there for all that anybody tells now: not where that is silent, for then it may
    /// have left.
    pub(super) fn is_there_still(&self, stop: &Stop, stay: Option<&Stay>, fresh: &Freshness) -> bool {
        self.is_told_still(stay, fresh) || self.sees_at(stop) == Some(true)
    }

    /// Whether its positions come.
    pub(super) const fn is_heard(&self) -> bool {
        self.is_heard
    }

    /// Where the truck was heard last, and whether that was at `stop`.
    fn last_seen(&self, stop: &Stop) -> Option<LastSeen<'a>> {
        let tractor = self.tractor?;
        let is_there = presence::is_near(self.fleet, self.movement, stop);
        Some(LastSeen { tractor, at: tractor.observed_at?, is_there })
    }

    /// Whether the truck is seen at a stop now; `None` where nobody sees it.
    fn sees_at(&self, stop: &Stop) -> Option<bool> {
        if !self.is_heard {
            return None;
        }
        presence::is_near(self.fleet, self.movement, stop)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::rules::itinerary::Queues;
    use crate::rules::{proof, sample, say};

    const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

    fn ago(minutes: u64) -> Timestamp {
        NOW.minus(Duration::from_mins(minutes))
    }

    /// Of a truck that the TMS has at a stop in Dallas since an hour ago, and that was heard last then and so many degrees
    /// north of there.
    fn seen(heard: Option<u64>, degrees_off: f64) -> (&'static str, String) {
        let fleet = sample::under_way(NOW, |_, stop, truck| {
            (stop.tms.latitude, stop.tms.longitude) = (Some(32.7767), Some(-96.7970));
            stop.tms.actual_arrival_at = Some(ago(60));
            (truck.latitude, truck.longitude) = (Some(32.7767 + degrees_off), Some(-96.7970));
            (truck.place, truck.observed_at) = (Some("Yard 4".into()), heard.map(ago));
        });
        let held = held(&fleet, &Freshness::of(&fleet.feeds, NOW), NOW);
        let held = held.first().unwrap();
        (held.seen_word(), held.seen_words(NOW))
    }

    #[test]
    fn a_truck_that_is_not_seen_at_its_stop_was_seen_somewhere() {
        let check = |heard, degrees_off, word: &str, words: &str| {
            assert_eq!(seen(heard, degrees_off), (word, words.to_owned()), "{heard:?} {degrees_off}");
        };
        check(Some(1), 0.0, "there", "there");
        check(Some(2000), 0.0, "not seen now", "not seen now, but 1d09 ago");
        check(Some(2000), 1.0, "not seen there", "not seen there, but 1d09 ago at 15 mi NW of Sherman TX");
        check(None, 0.0, "never seen", "never seen");
    }

    /// A truck in Dallas at the stop of one load, as `stay` shows, and by the TMS since so many minutes at that of another, which
    /// it was seen at or not.
    fn two_loads(stay: Stay, told: (u64, u64), is_seen_for_both: bool) -> Fleet {
        let mut fleet = sample::under_way(NOW, |_, stop, truck| {
            (stop.tms.latitude, stop.tms.longitude) = (Some(32.7767), Some(-96.7970));
            stop.tms.actual_arrival_at = Some(ago(told.0));
            (truck.latitude, truck.longitude) = (Some(32.7767), Some(-96.7970));
        });
        let (mut load, mut stop) =
            (Movement::clone(fleet.movements.at(0).unwrap()), Stop::clone(fleet.stops.at(0).unwrap()));
        load.tms.id = "2".into();
        (stop.tms.id, stop.tms.movement_id) = ("z".into(), Some("2".into()));
        (stop.tms.latitude, stop.tms.actual_arrival_at) = (Some(32.7780), Some(ago(told.1)));
        let mut other = Stay { stop_id: "z".into(), movement_id: "2".into(), ..stay.clone() };
        other.observed.evidence.shared = true;
        let others = Some(other).filter(|_| is_seen_for_both);
        fleet.stays = std::iter::once(stay).chain(others).collect();
        fleet.movements = fleet.movements.with(vec![load]);
        fleet.stops = fleet.stops.with(vec![stop]);
        fleet.index();
        fleet
    }

    #[test]
    fn a_truck_came_once_to_where_it_stands_for_two_loads_and_every_door_says_when() {
        // Of the first of the two loads and of the second.
        let check = |fleet: &Fleet, minutes: u64, by: [(Evidence, Option<&str>); 2]| {
            let fresh = Freshness::of(&fleet.feeds, NOW);
            let held = held(fleet, &fresh, NOW);
            assert_eq!(held.len(), 2);
            for one in &held {
                let (evidence, other) = by[usize::from(one.stop.tms.id == "z")];
                assert_eq!((one.arrived_at, one.evidence), (ago(minutes), evidence), "{}", one.stop.tms.id);
                assert_eq!(one.other_load, other, "{}", one.stop.tms.id);
                let said = say::of(one.movement, fleet, &fresh, &jiff::tz::TimeZone::UTC, NOW);
                assert_eq!(said.arrived_at, Some(ago(minutes)));
                let case = proof::of(fleet, one.movement, one.stop, NOW).unwrap();
                assert_eq!((case.arrived_at, case.arrived_by), (ago(minutes), evidence));
                assert_eq!(case.other_load, other);
                // What the TMS has of this stop itself is said beside what it has of the other.
                let shown = proof::rows(&case, fleet, &jiff::tz::TimeZone::UTC, NOW);
                let row = |what: &str| shown.iter().find(|row| row[0] == what).map(|row| row[4].as_str());
                assert_eq!(row("arrived"), Some(evidence.words(other).as_str()));
                let is_told = one.stop.tms.actual_arrival_at.is_some() && evidence != Evidence::Tms;
                assert_eq!(row("arrived, as the TMS has it").is_some(), is_told);
                let calls = Queues::of(fleet, NOW).calls_of(one.movement);
                assert_eq!(calls[0].arrived_at, Some(ago(minutes)));
            }
        };
        let seen_by = [(Evidence::Observed, None), (Evidence::Observed, Some("1"))];
        check(&two_loads(sample::stay(ago(90)), (85, 30), false), 90, seen_by);
        let told_by = [(Evidence::Tms, None), (Evidence::TmsOfOtherLoad, Some("1"))];
        // Nobody saw it come: what the TMS has of the first is when it came for the second.
        let mut seen = sample::stay(ago(20));
        seen.observed.arrived_after_at = None;
        seen.observed.evidence.shared = true;
        check(&two_loads(seen.clone(), (85, 30), true), 85, told_by);
        check(&two_loads(seen.clone(), (85, 30), false), 85, told_by);
        // The TMS has nothing of the second at all, and is not said to.
        let mut silent = two_loads(seen, (85, 30), true);
        let mut stop = Stop::clone(silent.stops.iter().find(|stop| stop.tms.id == "z").unwrap());
        stop.tms.actual_arrival_at = None;
        silent.stops = silent.stops.with(vec![stop]);
        silent.index();
        check(&silent, 85, told_by);
        assert_eq!(Evidence::TmsOfOtherLoad.words(Some("1")), "tms, of 1");
    }

    #[test]
    fn an_earlier_visit_to_a_place_is_none_of_this_one() {
        let check = |change: fn(&mut Movement, &mut Stop), elsewhere_at: Option<Timestamp>, minutes: u64| {
            let mut earlier = sample::stay(ago(3000));
            earlier.observed.evidence.shared = true;
            let mut own = Stay { stop_id: "z".into(), movement_id: "2".into(), ..sample::stay(ago(30)) };
            (own.observed.arrived_after_at, own.observed.evidence.shared) = (elsewhere_at, true);
            let mut fleet = two_loads(earlier, (3000, 30), false);
            fleet.stays = fleet.stays.with(vec![own]);
            let find = |load: &&Arc<Movement>| load.tms.id == "1";
            let mut load = Movement::clone(fleet.movements.iter().find(find).unwrap());
            let mut stop = Stop::clone(&fleet.stops_of(&load.key())[0]);
            change(&mut load, &mut stop);
            (fleet.movements, fleet.stops) = (fleet.movements.with(vec![load]), fleet.stops.with(vec![stop]));
            fleet.index();
            let held = held(&fleet, &Freshness::of(&fleet.feeds, NOW), NOW);
            let one = held.iter().find(|one| one.stop.tms.id == "z").unwrap();
            assert_eq!(one.arrived_at, ago(minutes));
        };
        check(|_, _| {}, None, 3000);
        check(|load, _| load.tms.status = MovementStatus::Delivered, None, 30);
        check(|_, stop| stop.tms.actual_departure_at = Some(ago(2900)), None, 30);
        check(|_, _| {}, Some(ago(35)), 30);
    }

    #[test]
    fn a_truck_that_had_left_came_anew() {
        let mut stay = sample::stay(ago(300));
        stay.observed.departed_at = Some(ago(120));
        let fleet = two_loads(stay, (300, 30), false);
        let held = held(&fleet, &Freshness::of(&fleet.feeds, NOW), NOW);
        let held: Vec<_> = held.iter().map(|one| (one.stop.tms.id.as_str(), one.arrived_at)).collect();
        assert_eq!(held, [("z", ago(30))]);
    }
}
