//! What proves how long a truck was held at a stop: who says when it came and left, from when the time counts,
//! until when it was free, and the fixes that show it. What an hour beyond costs is nobody's word here.

use jiff::tz::TimeZone;

use super::detention::{self, Evidence, FREE_TIME};
use super::freshness::Freshness;
use super::{presence, trip, zone};
use crate::model::{
    Fleet, Keyed, Movement, MovementKey, ObservedStay, OrderKey, Proof, RowText, Stay, Stop, Timestamp,
};

/// The case of one stop.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    /// The load.
    pub movement: &'a Movement,
    /// The stop.
    pub stop: &'a Stop,
    /// What the truck's own positions show.
    pub stay: Option<&'a Stay>,
    /// When it came.
    pub arrived_at: Timestamp,
    /// Who says that it came.
    pub arrived_by: Evidence,
    /// The load that this was told or seen for, where that is another at the same place.
    pub other_load: Option<&'a str>,
    /// Whether it is there now, by the same rule as everywhere else.
    pub is_there: bool,
    /// When it left; `None` while it is there, and where nobody says.
    pub departed_at: Option<Timestamp>,
    /// Who says that it left.
    pub departed_by: Option<Evidence>,
    /// From when its time counts: the arrival or the opening of the window, whichever is later.
    pub since_at: Timestamp,
    /// Until when that is free.
    pub free_until_at: Timestamp,
    /// How often fixes that came late changed what had been said before.
    pub corrections: i64,
}

impl<'a> Case<'a> {
    /// Seconds that are free.
    pub const fn free_s(&self) -> i64 {
        self.free_until_at.secs_since(self.since_at)
    }

    /// Seconds that count, until it left or `now`; `None` where it left and nobody says when.
    pub fn held_s(&self, now: Timestamp) -> Option<i64> {
        Some(self.until(now)?.secs_since(self.since_at).max(0))
    }

    /// Seconds beyond the free time; `None` where it left and nobody says when.
    pub fn beyond_s(&self, now: Timestamp) -> Option<i64> {
        Some(self.until(now)?.secs_since(self.free_until_at).max(0))
    }

    /// Until when its time counts.
    fn until(&self, now: Timestamp) -> Option<Timestamp> {
        self.departed_at.or_else(|| self.is_there.then_some(now))
    }

    /// The fixes that prove it, with what each proves, in the order they were seen.
    pub fn fixes(&self) -> Vec<(&'static str, &'a Proof)> {
        let Some(evidence) = self.stay.map(|stay| &stay.observed.evidence) else { return Vec::new() };
        let mut fixes = vec![("first seen at the place", &evidence.entered)];
        // One fix can prove both.
        if evidence.stood != evidence.entered {
            fixes.push(("stood there", &evidence.stood));
        }
        fixes.extend(evidence.last.as_ref().map(|proof| ("last seen at the place", proof)));
        fixes.extend(evidence.left.as_ref().map(|proof| ("seen away from it", proof)));
        fixes
    }
}

/// The case of a stop of `movement`; `None` where nobody says that a truck came.
pub fn of<'a>(fleet: &'a Fleet, movement: &'a Movement, stop: &'a Stop, now: Timestamp) -> Option<Case<'a>> {
    let stay = fleet.stay_of(movement, stop);
    let told = stop.tms.actual_arrival_at.filter(|told| *told <= now);
    let came = presence::came(fleet, movement, stop, stay, told)?;
    let arrived_at = came.at;
    let is_there = is_there(fleet, movement, stop, now);
    let told_left = stop.tms.actual_departure_at.filter(|left| *left <= now && *left >= arrived_at);
    let (departed_at, departed_by) = match stay.and_then(|stay| stay.observed.departed_at) {
        // Its own positions have it here still: they go before the TMS's word.
        _ if is_there => (None, None),
        Some(left) => (Some(left), Some(Evidence::Observed)),
        // Not seen to leave: that the TMS has it gone is the best that is known.
        None => (told_left, told_left.map(|_| Evidence::Tms)),
    };
    let since_at = stop.opens_at().map_or(arrived_at, |opens| opens.max(arrived_at));
    Some(Case {
        movement,
        stop,
        stay,
        arrived_at,
        arrived_by: Evidence::of(came),
        other_load: came.other_load,
        is_there,
        departed_at,
        departed_by,
        since_at,
        free_until_at: since_at.plus(FREE_TIME),
        corrections: stay.map_or(0, |stay| stay.amended),
    })
}

/// Whether the truck of `movement` is at `stop` now, as the list of who is held has it.
fn is_there(fleet: &Fleet, movement: &Movement, stop: &Stop, now: Timestamp) -> bool {
    let fresh = Freshness::of(&fleet.feeds, now);
    let held = detention::of_load(fleet, &fresh, movement, now);
    held.is_some_and(|held| held.stop.key() == stop.key())
}

/// The case of the stop of that id. Fails with a sentence that says what is missing.
pub fn of_stop<'a>(fleet: &'a Fleet, stop_id: &str, now: Timestamp) -> Result<Case<'a>, String> {
    let stop_id = stop_id.trim();
    let mut stops = fleet.stops.iter().map(AsRef::as_ref).filter(|stop| stop.tms.id == stop_id);
    let Some(stop) = stops.next() else {
        return Err(format!(
            "there is no stop {stop_id:?}: `backhaul detention --json` and `backhaul stops` have their ids"
        ));
    };
    if stops.next().is_some() {
        return Err(format!(
            "{stop_id:?} is a stop of several companies, and nobody can tell which is meant"
        ));
    }
    let key = |id| MovementKey { company_id: stop.tms.company_id.clone(), id };
    let movement = stop.tms.movement_id.clone().and_then(|id| fleet.movements.get(&key(id)));
    let movement = movement.ok_or_else(|| format!("stop {stop_id} is on no load that is known"))?;
    of(fleet, movement, stop, now).ok_or_else(|| {
        format!(
            "nobody says that a truck came to stop {stop_id} of load {}: there is nothing to prove",
            movement.key().id
        )
    })
}

/// The headings of [`rows`].
pub const TITLES: [&str; 6] = ["WHAT", "TIME", "UTC", "VALUE", "BY", "NOTE"];

/// The case line by line, for a claim: times by the stop's clock (the office's, marked, where nobody knows it)
/// and in UTC. It is the same whoever asks, on the screen, in a file, or by a command.
pub fn rows(case: &Case<'_>, fleet: &Fleet, office: &TimeZone, now: Timestamp) -> Vec<[String; 6]> {
    let mut table = Table { case, office, rows: Vec::new() };
    table.heads(fleet);
    table.times(now);
    table.sums(now);
    for (what, fix) in case.fixes() {
        let speed = fix.speed_mph.map(|mph| format!(", {mph:.0} mph")).unwrap_or_default();
        let away = format!("{:.2} mi from the stop{speed}", fix.distance_mi);
        table.put(&format!("fix: {what}"), Some(fix.at), &away, &fix.account, "");
    }
    table.rows
}

/// Why there is no sum of money.
const NO_RATE: &str = "no rate per hour is configured: hours only";

/// What stands where it left and nobody says when.
const NOT_KNOWN: &str = "departure not known";

/// After which instant something was, and by which.
type Bounds = (Option<Timestamp>, Option<Timestamp>);

struct Table<'a> {
    case: &'a Case<'a>,
    office: &'a TimeZone,
    rows: Vec<[String; 6]>,
}

impl Table<'_> {
    fn put(&mut self, what: &str, at: Option<Timestamp>, value: &str, by: &str, note: &str) {
        let local = at.map(|at| self.local(at)).unwrap_or_default();
        let utc = at.and_then(Timestamp::calendar).map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        let [what, value, by, note] = [what, value, by, note].map(str::to_owned);
        self.rows.push([what, local, utc.unwrap_or_default(), value, by, note]);
    }

    /// "2026-03-02 14:05 CST" by the stop's clock; the office's has a mark.
    fn local(&self, at: Timestamp) -> String {
        let own = zone::of_stop(self.case.stop);
        let zone = own.as_ref().unwrap_or(self.office);
        let Some(zoned) = at.calendar().map(|at| at.to_zoned(zone.clone())) else { return String::new() };
        let letters = own.as_ref().and_then(|_| zone::letters_at(self.case.stop, at));
        let letters = letters.unwrap_or_else(|| zoned.strftime("%Z*").to_string());
        format!("{} {letters}", zoned.strftime("%Y-%m-%d %H:%M"))
    }

    fn heads(&mut self, fleet: &Fleet) {
        let Case { movement, stop, stay, .. } = *self.case;
        let order_id = stop.tms.order_id.as_ref().or(movement.tms.order_id.as_ref());
        let order = order_id.and_then(|id| {
            let key = OrderKey { company_id: movement.tms.company_id.clone(), id: id.clone() };
            fleet.orders.get(&key)
        });
        self.put("load", None, &movement.tms.id, &movement.tms.company_id, "");
        if let Some(id) = order_id {
            let named =
                |name: &str, text: &Option<RowText>| text.as_ref().map(|text| format!("{name} {text}"));
            let notes = order.map(|order| {
                let parts = [
                    named("PO", &order.tms.po),
                    named("BOL", &order.tms.bol),
                    order.customer.as_ref().map(Into::into),
                ];
                parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
            });
            self.put("order", None, id, "", &notes.unwrap_or_default());
        }
        let name = stop.tms.name.as_ref().map(|name| format!("{name}, ")).unwrap_or_default();
        self.put("stop", None, &format!("{name}{}", trip::place(stop)), "", &stop.tms.id);
        let tractor = stay.map(|stay| &stay.tractor_id).or(movement.tractor_id.as_ref());
        if let Some(tractor) = tractor.and_then(|id| fleet.tractors.get(id)) {
            self.put("tractor", None, &tractor.unit_number, "", "");
        }
        if let Some(trailer) = movement.trailer_id.as_ref().and_then(|id| fleet.trailers.get(id)) {
            self.put("trailer", None, &trailer.unit_number, "", "");
        }
    }

    fn times(&mut self, now: Timestamp) {
        let case = self.case;
        let (stop, tms) = (case.stop, Evidence::Tms.word());
        self.put("appointment opens", stop.opens_at(), "", tms, "");
        self.put("appointment closes", stop.closes_at(), "", tms, "");
        let arrival = self.seen_to(case.arrived_by, |seen| (seen.arrived_after_at, Some(seen.arrived_by_at)));
        let by = case.arrived_by.words(case.other_load);
        self.put("arrived", Some(case.arrived_at), "", &by, &arrival);
        let told = stop.tms.actual_arrival_at.filter(|_| case.arrived_by != Evidence::Tms);
        if let Some(told) = told {
            self.put("arrived, as the TMS has it", Some(told), "", tms, "");
        }
        match (case.departed_at, case.departed_by) {
            (Some(left), Some(by)) => {
                let departure = self.seen_to(by, |seen| (seen.departed_after_at, seen.departed_by_at));
                self.put("departed", Some(left), "", by.word(), &departure);
            }
            _ if case.is_there => self.put("still there", Some(now), "", "", "as far as anybody knows"),
            _ => {
                self.put(
                    NOT_KNOWN,
                    None,
                    "",
                    "",
                    "it is not known to be there, and nobody says when it left",
                );
            }
        }
        let told = stop.tms.actual_departure_at.filter(|_| case.departed_by != Some(Evidence::Tms));
        if let Some(told) = told {
            self.put("departed, as the TMS has it", Some(told), "", tms, "");
        }
    }

    /// Between when it was seen to come or go, how sure that is, and whether it was said otherwise before.
    fn seen_to(&self, by: Evidence, bounds: impl Fn(&ObservedStay) -> Bounds) -> String {
        let seen = self.case.stay.map(|stay| &stay.observed).filter(|_| by == Evidence::Observed);
        let Some(seen) = seen else { return String::new() };
        let within = match bounds(seen) {
            (Some(after), Some(by)) => Some(format!("between {} and {}", self.local(after), self.local(by))),
            (None, Some(by)) => Some(format!("by {} at the latest", self.local(by))),
            (_, None) => None,
        };
        let sure = format!("confidence {}", seen.confidence.word());
        let corrected = match self.case.corrections {
            0 => None,
            1 => Some("corrected once, by fixes that came late".to_owned()),
            times => Some(format!("corrected {times} times, by fixes that came late")),
        };
        corrected.into_iter().chain(within).chain([sure]).collect::<Vec<_>>().join("; ")
    }

    fn sums(&mut self, now: Timestamp) {
        let case = self.case;
        self.put(
            "counts from",
            Some(case.since_at),
            "",
            "",
            "the arrival or the opening, whichever is later",
        );
        self.put("free until", Some(case.free_until_at), &length(case.free_s()), "", "free time");
        let until = match case.departed_at {
            Some(_) => "until it left",
            None if case.is_there => "until now, and it goes on",
            None => NOT_KNOWN,
        };
        let sum = |seconds: Option<i64>| seconds.map(length).unwrap_or_default();
        self.put("held", None, &sum(case.held_s(now)), "", until);
        self.put("beyond free time", None, &sum(case.beyond_s(now)), "", until);
        self.put("amount", None, "", "", NO_RATE);
    }
}

/// "3h05", rounded down.
fn length(seconds: i64) -> String {
    format!("{}h{:02}", seconds / 3600, seconds % 3600 / 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MovementStatus;
    use crate::rules::sample;

    const NOW: Timestamp = Timestamp::from_secs(1_000_000);

    fn ahead(minutes: i64) -> Timestamp {
        Timestamp::from_millis(NOW.millis() + minutes * 60_000)
    }

    /// A stop that the TMS has a truck at from three hours ago on; the truck is seen so many degrees from it.
    fn fleet(degrees_off: f64, change: impl FnOnce(&mut Movement, &mut Stop)) -> Fleet {
        sample::under_way(NOW, |load, stop, truck| {
            (stop.tms.latitude, stop.tms.longitude) = (Some(35.0), Some(-100.0));
            stop.tms.actual_arrival_at = Some(ahead(-180));
            (truck.latitude, truck.longitude) = (Some(35.0 + degrees_off), Some(-100.0));
            change(load, stop);
        })
    }

    /// Minutes held, minutes beyond the free time, and what is said of its departure.
    fn case(fleet: &Fleet) -> (Option<i64>, Option<i64>, String) {
        let case = of_stop(fleet, "s", NOW).unwrap();
        let rows = rows(&case, fleet, &TimeZone::UTC, NOW);
        let said = rows.iter().skip_while(|row| row[0] != "arrived").nth(1).unwrap()[0].clone();
        let minutes = |seconds: i64| seconds / 60;
        (case.held_s(NOW).map(minutes), case.beyond_s(NOW).map(minutes), said)
    }

    #[test]
    fn time_goes_on_only_while_it_is_there_and_is_not_known_where_nobody_says_when_it_left() {
        assert_eq!(case(&fleet(0.0, |_, _| {})), (Some(180), Some(60), "still there".to_owned()));
        let unknown = (None, None, "departure not known".to_owned());
        assert_eq!(case(&fleet(1.0, |_, _| {})), unknown, "it is seen elsewhere");
        assert_eq!(case(&fleet(0.0, |_, stop| stop.tms.done = true)), unknown, "the TMS has it made");
        let delivered = |load: &mut Movement, _: &mut Stop| load.tms.status = MovementStatus::Delivered;
        assert_eq!(case(&fleet(0.0, delivered)), unknown, "the load is over");
        let left = |_: &mut Movement, stop: &mut Stop| stop.tms.actual_departure_at = Some(ahead(-30));
        assert_eq!(case(&fleet(1.0, left)), (Some(150), Some(30), "departed".to_owned()));
    }
}
