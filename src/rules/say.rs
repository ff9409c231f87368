//! What a customer may be told of a load: where it was seen, and between when it will be there, as one
//! sentence to be read out. Nothing of who drives it, nor of hours; nothing that nobody confirms.

use jiff::tz::TimeZone;

use super::detention::{self, Held};
use super::find::{self, Fit, Found, Kind};
use super::freshness::{Freshness, standing};
use super::{locality, slack, trailer, trip, zone};
use crate::model::{
    EtaSource, Fleet, Keyed, Movement, MovementKey, MovementStatus, Stop, StopType, Timestamp, UnitId,
};

/// What stands where a time cannot be told.
const UNTOLD: &str = "-";

/// What may be said of a load, and what that is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saying {
    /// The whole, as a sentence.
    pub sentence: String,
    /// Where it was seen, in words; `None` where it is not under way or nobody sees it.
    pub place: Option<String>,
    /// When it was seen there.
    pub observed_at: Option<Timestamp>,
    /// Where it goes last.
    pub destination: Option<String>,
    /// When it is there at the earliest, legally.
    pub soonest_at: Option<Timestamp>,
    /// When it is there, likely.
    pub likely_at: Option<Timestamp>,
    /// What those two rest on.
    pub eta_source: Option<EtaSource>,
    /// When the TMS has it there, where nothing better is known.
    pub planned_at: Option<Timestamp>,
    /// When it came there.
    pub arrived_at: Option<Timestamp>,
    /// The stop on the way there that its truck is at, and when it came to that.
    pub calls_at: Option<(String, Timestamp)>,
}

/// What may be said of `load` at `now`; times are the stop's own, else those of `office`.
pub fn of(load: &Movement, fleet: &Fleet, fresh: &Freshness, office: &TimeZone, now: Timestamp) -> Saying {
    let speaker = Speaker { office, now };
    let letters = zone::letters(now, office).unwrap_or_default();
    let as_of = format!("as of {} {letters}", zone::clock(now, office).unwrap_or_default());
    let name = format!("Load {}", load.tms.id);
    let stops = fleet.stops_of(&load.key());
    // The same stay as whoever counts its free time goes by.
    let held = detention::of_load(fleet, fresh, load, now);
    let Some(last) = stops.iter().rev().find(|stop| !stop.tms.done).filter(|_| load.tms.status.is_open())
    else {
        let word = load.tms.status.word().replace('_', " ");
        return Saying {
            sentence: format!("{name}: {word}; {as_of}."),
            place: None,
            observed_at: None,
            destination: stops.last().map(|stop| trip::place(stop)),
            soonest_at: None,
            likely_at: None,
            eta_source: None,
            planned_at: None,
            arrived_at: None,
            calls_at: None,
        };
    };
    let seen = seen(load, fleet);
    let whereabouts = speaker.whereabouts(&name, load, &seen);
    let holds = standing(load, fleet, fresh, now).has_times();
    let arrived_at = slack::arrived_at(load, last, fleet, fresh, now);
    // What was expected by now and did not happen says nothing of when it will.
    let is_ahead = |at: Timestamp| arrived_at.is_none() && at > now;
    let ours = (last.legal_eta_at.zip(last.eta_at))
        .filter(|(_, likely)| holds && last.eta_source != Some(EtaSource::Tms) && is_ahead(*likely))
        .map(|(soonest, likely)| (soonest.min(likely).max(now), likely));
    let planned_at = last.tms.tms_eta_at.filter(|at| ours.is_none() && is_ahead(*at));
    let expected = speaker.expected(last, arrived_at, ours, planned_at);
    let calls = held.filter(|held| held.stop.key() != last.key() && arrived_at.is_none());
    let called = calls.as_ref().map(|held| format!("; {}", speaker.called(held))).unwrap_or_default();
    let (place, observed_at) = seen.by_trailer.or(seen.by_truck).unzip();
    Saying {
        sentence: format!("{whereabouts}{called}; {expected}; {as_of}."),
        place,
        observed_at,
        destination: Some(trip::place(last)),
        soonest_at: ours.map(|(soonest, _)| soonest),
        likely_at: ours.map(|(_, likely)| likely),
        eta_source: last.eta_source.filter(|_| ours.is_some()),
        planned_at,
        arrived_at,
        calls_at: calls.map(|held| (trip::place(held.stop), held.arrived_at)),
    }
}

/// Where a load that is under way was seen, and when: each in words and with its time.
#[derive(Default)]
struct Seen {
    by_truck: Option<(String, Timestamp)>,
    /// Where its trailer was heard, elsewhere than its truck.
    by_trailer: Option<(String, Timestamp)>,
}

/// Where the truck of a load that is under way was seen, and its trailer, where that tells more.
fn seen(load: &Movement, fleet: &Fleet) -> Seen {
    if load.tms.status != MovementStatus::InProgress {
        return Seen::default();
    }
    // Its provider's own words may be a street address or the name of a customer's site: they are not even said of a place
    // that we have no words for.
    let place =
        |latitude, longitude, at: Option<Timestamp>| locality::place(None, latitude, longitude).zip(at);
    let tractor = load.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id));
    let trailer = trailer::of_load(fleet, load);
    Seen {
        by_truck: tractor.and_then(|row| place(row.latitude, row.longitude, row.observed_at)),
        by_trailer: trailer.and_then(|row| place(row.latitude, row.longitude, row.observed_at)),
    }
}

/// Whose clock it is said by, and when.
struct Speaker<'a> {
    office: &'a TimeZone,
    now: Timestamp,
}

impl Speaker<'_> {
    fn time(&self, at: Timestamp, zone: &TimeZone) -> String {
        zone::time(at, zone, self.now).unwrap_or_else(|| UNTOLD.to_owned())
    }

    /// Where a load called `name` was seen. Of a truck and a trailer that were heard apart both are said: nobody knows
    /// whether they are together.
    fn whereabouts(&self, name: &str, load: &Movement, seen: &Seen) -> String {
        let at = |(place, at): &(String, Timestamp)| {
            let letters = zone::letters(*at, self.office).unwrap_or_default();
            format!("at {place} at {} {letters}", self.time(*at, self.office))
        };
        match (&seen.by_truck, &seen.by_trailer) {
            (Some(truck), Some(trailer)) => {
                let unheard = if truck.1 < trailer.1 { ", not heard since," } else { "" };
                let (id, truck) = (&load.tms.id, at(truck));
                format!("The trailer of load {id} was {}, and its truck{unheard} {truck}", at(trailer))
            }
            (Some(seen), None) | (None, Some(seen)) => format!("{name} was {}", at(seen)),
            (None, None) if load.tms.status == MovementStatus::InProgress => format!("{name} is under way"),
            (None, None) => format!("{name} is not under way"),
        }
    }

    /// A time at a stop, with the letters of its zone. Whose clock it is must be said: whoever listens may live by another.
    /// Each time has its own letters, for a clock may be put forward or back between two of them.
    fn lettered(&self, stop: &Stop, at: Timestamp) -> (String, String) {
        let office =
            || zone::letters(at, self.office).map(|letters| format!(" {letters} (our office's time)"));
        let letters = zone::letters_at(stop, at).map(|letters| format!(" {letters}"));
        let time = self.time(at, zone::of_stop(stop).as_ref().unwrap_or(self.office));
        (time, letters.or_else(office).unwrap_or_default())
    }

    /// That its truck is at a stop on the way, and since when.
    fn called(&self, held: &Held<'_>) -> String {
        let kind = match held.stop.tms.kind {
            StopType::Pickup => "pickup",
            StopType::Delivery => "delivery",
            StopType::Other => "stop",
        };
        let (time, letters) = self.lettered(held.stop, held.arrived_at);
        format!("its truck came to the {kind} at {} {time}{letters}", trip::place(held.stop))
    }

    /// When a load came to its last stop or is expected there, as it may be said.
    fn expected(
        &self,
        last: &Stop,
        arrived_at: Option<Timestamp>,
        ours: Option<(Timestamp, Timestamp)>,
        planned_at: Option<Timestamp>,
    ) -> String {
        let place = trip::place(last);
        let time = |at| self.lettered(last, at).0;
        let letters = |at| self.lettered(last, at).1;
        let lettered = |at| format!("{}{}", time(at), letters(at));
        let by = last.eta_source.map_or("", EtaSource::clause);
        match (ours, planned_at, arrived_at) {
            (_, _, Some(arrived)) => format!("arrived at {place} {}", lettered(arrived)),
            (Some((soonest, likely)), ..) if soonest < likely && lettered(soonest) != lettered(likely) => {
                let is_one_clock = letters(soonest) == letters(likely);
                let from = if is_one_clock { time(soonest) } else { lettered(soonest) };
                format!("expected at {place} between {from} and {}{by}", lettered(likely))
            }
            (Some((_, likely)), ..) => format!("expected at {place} about {}{by}", lettered(likely)),
            (None, Some(told), _) => {
                format!("due at {place} {} by the plan on file, not confirmed", lettered(told))
            }
            (None, None, _) => format!("when it will be at {place} cannot be told now"),
        }
    }
}

/// Settles which load somebody asks about who has only a number at hand: a load, an order, a PO, a BOL, a
/// reference, a stop's phone, a unit. Of several the one that is open. Fails with a sentence that says what it
/// could be; so it does where a unit of that number is on another load.
pub fn load<'a>(fleet: &'a Fleet, text: &str, now: Timestamp) -> Result<&'a Movement, String> {
    if let Some(load) = find::by_key(fleet, text) {
        return Ok(load);
    }
    let text = text.trim();
    let found = find::find(fleet, text, now);
    let exact = || found.iter().filter(|one| one.fit == Fit::Exact);
    let by_unit = || exact().filter_map(|one| Some((one, of_unit(fleet, one)?)));
    let mut loads = find::meant(fleet, text);
    if loads.is_empty() {
        loads = exact().filter_map(|one| of_freight(fleet, one)).collect();
    }
    if loads.is_empty() {
        loads = by_unit().map(|(_, load)| load).collect();
    }
    loads.sort_by_key(|load| load.key());
    loads.dedup_by_key(|load| load.key());
    let open: Vec<&Movement> = loads.iter().copied().filter(|load| load.tms.status.is_open()).collect();
    let load = match (loads.as_slice(), open.as_slice()) {
        ([only], _) | (_, [only]) => *only,
        ([], _) if let Some(unit) = exact().find(|one| is_unit(one.kind)) => {
            let (kind, label) = (unit.kind.word(), &unit.label);
            return Err(format!("{kind} {label} has no load: `backhaul find {text}` says where it is"));
        }
        ([], _) => {
            let why = find::unknown(fleet, text);
            return Err(format!("{why}, or a PO, a BOL, a unit or a stop's phone in full"));
        }
        (several, _) => return Err(find::ambiguous(text, several)),
    };
    let is_other = |other: &Movement| other.tms.status.is_open() && other.key() != load.key();
    match by_unit().find(|(_, other)| is_other(other)) {
        None => Ok(load),
        Some((unit, other)) => {
            let (mine, theirs, kind) = (find::full_id(load), find::full_id(other), unit.kind.word());
            Err(format!(
                "{text:?} is load {mine}, and {kind} {} is on load {theirs}: say which, as {mine} or {theirs}",
                unit.label
            ))
        }
    }
}

const fn is_unit(kind: Kind) -> bool {
    matches!(kind, Kind::Tractor | Kind::Trailer | Kind::Driver)
}

fn of_unit<'a>(fleet: &'a Fleet, found: &Found) -> Option<&'a Movement> {
    find::of_unit(fleet, found.kind, &UnitId(found.id.as_str().into()))
}

/// The load of an order or a stop that was found.
fn of_freight<'a>(fleet: &'a Fleet, found: &Found) -> Option<&'a Movement> {
    let is_freight = matches!(found.kind, Kind::Order | Kind::Stop);
    let (company_id, id) = found.company_id.clone().zip(found.movement_id.clone()).filter(|_| is_freight)?;
    fleet.movements.get(&MovementKey { company_id: company_id.into(), id: id.into() }).map(AsRef::as_ref)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Driver, FeedStatus, Judgement, Risk, Tractor, Trailer};
    use crate::rules::{sample, whereabouts};

    /// 2026-03-03 18:00 UTC.
    const NOW: Timestamp = Timestamp::from_secs(1_772_560_800);

    fn ahead(minutes: i64) -> Timestamp {
        Timestamp::from_millis(NOW.millis() + minutes * 60_000)
    }

    /// A load under way to Waco, whose truck is seen in Dallas.
    fn fleet(change: impl FnOnce(&mut Stop)) -> Fleet {
        sample::under_way(NOW, |_, stop, truck| {
            (stop.tms.city, stop.tms.state) = (Some("WACO".into()), Some("TX".into()));
            (stop.tms.latitude, stop.tms.longitude) = (Some(31.5493), Some(-97.1467));
            (truck.latitude, truck.longitude) = (Some(32.7767), Some(-96.7970));
            truck.place = Some("ACME Yard, 12 Elm St".into());
            change(stop);
        })
    }

    fn said(fleet: &Fleet) -> Saying {
        let load = fleet.movements.iter().next().unwrap();
        of(load, fleet, &Freshness::of(&fleet.feeds, NOW), &TimeZone::UTC, NOW)
    }

    #[test]
    fn where_it_was_seen_is_said_by_the_next_town_and_not_in_its_providers_words() {
        let saying = said(&fleet(|_| {}));
        assert_eq!(saying.place.as_deref(), Some("Dallas TX"));
        assert!(saying.sentence.starts_with("Load 1 was at Dallas TX at 17:59 UTC; "), "{}", saying.sentence);
    }

    #[test]
    fn a_trailer_that_was_heard_elsewhere_since_is_said_beside_its_truck_and_never_instead() {
        let said_of = |minutes: i64, latitude: f64| {
            let mut fleet = fleet(|stop| stop.tms.kind = StopType::Delivery);
            let (mut load, trailer) =
                (Movement::clone(fleet.movements.at(0).unwrap()), Some(UnitId("b".into())));
            load.trailer_id.clone_from(&trailer);
            fleet.movements = [load].into_iter().collect();
            let truck = Tractor::clone(fleet.tractors.at(0).unwrap());
            fleet.tractors = [Tractor { observed_at: Some(ahead(-90)), ..truck }].into_iter().collect();
            let row = Trailer {
                id: trailer.unwrap(),
                latitude: Some(latitude),
                longitude: Some(-97.1467),
                observed_at: Some(ahead(minutes)),
                ..Trailer::default()
            };
            fleet.trailers = [row].into_iter().collect();
            let found = find::find(&fleet, "1", NOW);
            let found = found.into_iter().find(|one| one.kind == Kind::Movement).unwrap();
            let spot = whereabouts::locate(&fleet, &fleet.places, "load 1").unwrap();
            let saying = said(&fleet);
            assert_eq!((found.observed_at, spot.observed_at), (saying.observed_at, saying.observed_at));
            (saying.sentence.split("; ").next().unwrap().to_owned(), found.place.unwrap(), spot.label)
        };
        let (said, place, label) = said_of(-5, 31.5493);
        assert_eq!(
            said,
            "The trailer of load 1 was at Waco TX at 17:55 UTC, and its truck, not heard since, at Dallas TX at 16:30 UTC"
        );
        assert_eq!((place.as_str(), label.as_str()), ("its trailer, Waco TX", "trailer  of load 1"));
        let (said, place, _) = said_of(-92, 31.5493);
        assert_eq!(
            said,
            "The trailer of load 1 was at Waco TX at 16:28 UTC, and its truck at Dallas TX at 16:30 UTC",
            "they were apart at about one time"
        );
        assert_eq!(place, "its trailer, Waco TX");
        let (said, place, label) = said_of(-120, 31.5493);
        assert_eq!(said, "Load 1 was at Dallas TX at 16:30 UTC", "it was heard before its truck");
        assert_eq!((place.as_str(), label.as_str()), ("Dallas TX", "load 1"));
    }

    /// The same, judged: what we expect still holds.
    fn judged(change: impl FnOnce(&mut Stop)) -> Fleet {
        let mut fleet = fleet(change);
        let (truck, man) = (Some(UnitId("t".into())), Some(UnitId("d".into())));
        let load = Movement::clone(fleet.movements.at(0).unwrap());
        fleet.movements = [Movement { driver_id: man.clone(), ..load }].into_iter().collect();
        let driver = Driver { id: UnitId("d".into()), source: Some("eld".into()), ..Driver::default() };
        fleet.drivers = [driver].into_iter().collect();
        let feed = FeedStatus { resource: "available_time".into(), ..fleet.feeds[0].clone() };
        fleet.feeds.push(feed);
        let judgement = Judgement {
            movement_id: "1".into(),
            tractor_id: truck,
            driver_id: man,
            risk: Risk::Tight,
            ..Judgement::default()
        };
        fleet.judgements = [judgement].into_iter().collect();
        fleet
    }

    fn expectation(fleet: &Fleet) -> String {
        said(fleet).sentence.split("; ").nth(1).unwrap_or_default().to_owned()
    }

    #[test]
    fn what_was_expected_by_now_is_not_expected_any_more() {
        let ours = |soonest: i64, likely: i64| {
            expectation(&judged(|stop| {
                (stop.legal_eta_at, stop.eta_at) = (Some(ahead(soonest)), Some(ahead(likely)));
            }))
        };
        assert_eq!(ours(60, 120), "expected at Waco TX between 19:00 and 20:00 UTC (our office's time)");
        assert_eq!(ours(-60, 120), "expected at Waco TX between 18:00 and 20:00 UTC (our office's time)");
        assert_eq!(ours(-60, -5), "when it will be at Waco TX cannot be told now");
        let by = |source| {
            expectation(&judged(|stop| {
                (stop.legal_eta_at, stop.eta_at, stop.eta_source) =
                    (Some(ahead(60)), Some(ahead(60)), Some(source));
            }))
        };
        let expected = "expected at Waco TX about 19:00 UTC (our office's time)";
        assert_eq!(by(EtaSource::Mapbox), expected);
        assert_eq!(by(EtaSource::Estimate), format!("{expected}, by the straight line"));
        let planned = |minutes: i64| expectation(&fleet(|stop| stop.tms.tms_eta_at = Some(ahead(minutes))));
        assert_eq!(
            planned(60),
            "due at Waco TX 19:00 UTC (our office's time) by the plan on file, not confirmed"
        );
        assert_eq!(planned(-60), "when it will be at Waco TX cannot be told now");
    }

    #[test]
    fn each_time_is_told_by_the_clock_of_its_own_day() {
        // 2026-03-08 08:00 UTC, when Chicago goes from 02:00 CST to 03:00 CDT.
        let change = Timestamp::from_secs(1_772_956_800);
        let at = |minutes: i64| Timestamp::from_millis(change.millis() + minutes * 60_000);
        let mut waco = Stop::default();
        (waco.tms.city, waco.tms.state) = (Some("WACO".into()), Some("TX".into()));
        waco.tms.timezone = Some("America/Chicago".into());
        waco.eta_at = Some(at(60));
        let (winter, summer) = (at(-30), at(60));
        let told = |now, arrived, ours, planned| {
            Speaker { office: &TimeZone::UTC, now }.expected(&waco, arrived, ours, planned)
        };
        assert_eq!(told(summer, Some(winter), None, None), "arrived at Waco TX 01:30 CST");
        assert_eq!(
            told(winter, None, Some((winter, summer)), None),
            "expected at Waco TX between 01:30 CST and 04:00 CDT"
        );
        assert_eq!(
            told(winter, None, None, Some(at(-10))),
            "due at Waco TX 01:50 CST by the plan on file, not confirmed"
        );
    }

    #[test]
    fn a_truck_that_detention_counts_at_a_stop_on_the_way_is_said_to_have_come_there() {
        let check = |status, expected: &str| {
            let mut fleet = judged(|stop| (stop.tms.sequence, stop.tms.kind) = (1, StopType::Pickup));
            let mut last = Stop::clone(fleet.stops.at(0).unwrap());
            (last.tms.id, last.tms.sequence, last.tms.city) = ("z".into(), 2, Some("AUSTIN".into()));
            (last.legal_eta_at, last.eta_at) = (Some(ahead(300)), Some(ahead(300)));
            (last.tms.latitude, last.tms.longitude) = (Some(30.2672), Some(-97.7431));
            fleet.stops = fleet.stops.with(vec![last]);
            fleet.index();
            let mut load = Movement::clone(fleet.movements.at(0).unwrap());
            load.tms.status = status;
            fleet.movements = [load].into_iter().collect();
            let tractor = Tractor::clone(fleet.tractors.at(0).unwrap());
            let (latitude, longitude) = (Some(31.55), Some(-97.15));
            fleet.tractors = [Tractor { latitude, longitude, ..tractor }].into_iter().collect();
            fleet.stays = [sample::stay(ahead(-10))].into_iter().collect();
            let counted = detention::held(&fleet, &Freshness::of(&fleet.feeds, NOW), NOW)
                .first()
                .map(|held| held.arrived_at);
            let saying = said(&fleet);
            assert_eq!(saying.calls_at, Some(("Waco TX".to_owned(), counted.unwrap())));
            let said: Vec<&str> = saying.sentence.split("; ").collect();
            assert_eq!(said[..2].join("; "), expected);
            assert_eq!(said[2], "expected at Austin TX about 23:00 UTC (our office's time)");
            assert_eq!(saying.arrived_at, None);
        };
        let came = "its truck came to the pickup at Waco TX 17:50 UTC (our office's time)";
        check(MovementStatus::InProgress, &format!("Load 1 was at Waco TX at 17:59 UTC; {came}"));
        check(MovementStatus::Covered, &format!("Load 1 is not under way; {came}"));
    }

    #[test]
    fn it_arrived_where_it_was_seen_to_or_the_tms_says_so_and_nobody_sees_it_elsewhere() {
        let told = |minutes: i64, is_heard: bool| {
            let mut fleet = fleet(|stop| stop.tms.actual_arrival_at = Some(ahead(minutes)));
            fleet.feeds.retain(|_| is_heard);
            expectation(&fleet)
        };
        assert_eq!(told(-30, false), "arrived at Waco TX 17:30 UTC (our office's time)");
        assert_eq!(told(30, false), "when it will be at Waco TX cannot be told now");
        assert_eq!(told(-30, true), "when it will be at Waco TX cannot be told now", "it is in Dallas");
        let mut seen = judged(|stop| (stop.legal_eta_at, stop.eta_at) = (Some(ahead(60)), Some(ahead(60))));
        seen.stays = [sample::stay(ahead(-10))].into_iter().collect();
        assert_eq!(expectation(&seen), "arrived at Waco TX 17:50 UTC (our office's time)");
        assert_eq!((said(&seen).arrived_at, said(&seen).likely_at), (Some(ahead(-10)), None));
    }
}
