//! What is wrong in whole sentences, for where there is room: limits in words instead of their codes, with when and
//! where they end. Judges nothing.

use super::limits::{Ends, IF_DUE, as_it_stands, ends};
use super::queue::load_of;
use super::{locality, moment};
use crate::model::{
    Driver, Exception, ExceptionKind, Fact, Fleet, Judgement, Keyed, Movement, Point, Reason, RunsOut,
    Timestamp,
};

/// Whoever writes, and how he writes an instant.
pub struct Teller<'a> {
    /// What is known.
    pub fleet: &'a Fleet,
    /// As of when.
    pub now: Timestamp,
    /// An instant in words.
    pub time: &'a dyn Fn(Timestamp) -> String,
}

impl Teller<'_> {
    /// What is wrong: "42m late at Memphis TN (delivery): 14 h end 18:30 near Amarillo TX".
    pub fn wrong(&self, row: &Exception) -> String {
        if row.kind == ExceptionKind::RunsOut {
            return self.runs_out(row).unwrap_or_else(|| row.summary.clone());
        }
        let reason = row.text("reason").and_then(of_word);
        let said = reason.and_then(|reason| {
            let fact = row.summary.strip_suffix(reason.word())?;
            let load = load_of(row).and_then(|key| self.fleet.movements.get(&key));
            let has_spare = row.measure_s.is_some_and(|late_s| late_s <= 0);
            let why = match (has_spare.then(|| taking_the_rest(reason)).flatten(), load) {
                (Some(why), _) => why.to_owned(),
                (None, Some(load)) => self.why(load, reason),
                (None, None) => in_words(reason).to_owned(),
            };
            Some(format!("{fact}{why}"))
        });
        said.unwrap_or_else(|| row.summary.clone())
    }

    /// Why a load is late or at risk.
    pub fn why(&self, load: &Movement, reason: Reason) -> String {
        let judgement: Option<&Judgement> = self.fleet.judgements.get(&load.key()).map(AsRef::as_ref);
        let end = judgement.and_then(|judgement| judgement.runs_out).filter(|end| end.limit == reason);
        let driver = load.driver_id.as_ref().and_then(|id| self.fleet.drivers.get(id)).map(AsRef::as_ref);
        let is_told =
            judgement.is_none_or(|judgement| !judgement.notes.iter().any(|note| is_break_unknown(note)));
        let in_words = || match reason {
            Reason::Break if !is_told => "a half hour may be due before it is there, the ELD does not tell",
            reason => in_words(reason),
        };
        end.and_then(|end| self.end(end, driver)).unwrap_or_else(|| in_words().to_owned())
    }

    /// "14 h end 18:30 near Amarillo TX".
    fn end(&self, end: RunsOut, driver: Option<&Driver>) -> Option<String> {
        let (limit, verb) = limit(end.limit)?;
        let near = near(end.latitude, end.longitude);
        let ends = ends(end, driver, self.now);
        let end = as_it_stands(end, ends);
        Some(match ends {
            Ends::At(at) => {
                let told = Told { verb, at: (self.time)(at), place: near.trim_start().to_owned(), glue: " " };
                format!("{limit} {}", told.words(end.at_supposed, end.place_supposed))
            }
            Ends::Rests => format!("{limit} would not last: he rests first"),
            Ends::Ended if end.at_supposed => format!("{limit} {MAY_HAVE_ENDED}"),
            Ends::Ended => format!("{limit} {}: a rest comes first", over(verb)),
        })
    }

    /// "14 h of Ann Lee end 18:30 near Amarillo TX, 40m short of Memphis TN".
    fn runs_out(&self, row: &Exception) -> Option<String> {
        let (limit, verb) = row.text("limit").and_then(of_word).and_then(limit)?;
        let driver = row.touches.driver_id.as_ref().and_then(|id| self.fleet.drivers.get(id));
        let who = driver.map_or("the driver", |driver| driver.name.as_str());
        let degrees = |name: &str| match row.facts.get(name) {
            Some(Fact::Number(degrees)) => Some(*degrees),
            _ => None,
        };
        let near = degrees("latitude").zip(degrees("longitude")).map(|(north, east)| near(north, east));
        let short = row.measure_s.and_then(moment::shortage).map(|short| format!("{short} short of "));
        let place = row.text("place").unwrap_or("the next stop");
        let short = format!("{}{place}", short.unwrap_or_else(|| "before ".to_owned()));
        let is_supposed = |fact: &str| row.text(fact).is_some();
        let end = match row.at("runs_out_at").filter(|at| *at > self.now) {
            Some(at) => {
                let near = near.filter(|near| !near.is_empty());
                let place = near
                    .as_deref()
                    .map_or_else(|| short.clone(), |near| format!("{}, {short}", near.trim_start()));
                let told =
                    Told { verb, at: (self.time)(at), place, glue: if near.is_some() { " " } else { ", " } };
                told.words(is_supposed("at_supposed"), is_supposed("place_supposed"))
            }
            None if is_supposed("rests") => format!("would not last: he rests first, {short}"),
            None if is_supposed("at_supposed") => format!("{MAY_HAVE_ENDED}, {short}"),
            None => format!("{}, {short}", over(verb)),
        };
        Some(format!("{limit} of {who} {end}"))
    }
}

/// Of a half hour that the ELD does not tell of.
const MAY_HAVE_ENDED: &str = "may have ended, the ELD does not tell";

/// When and where hours end, in words.
struct Told {
    verb: &'static str,
    at: String,
    place: String,
    /// Between the two.
    glue: &'static str,
}

impl Told {
    /// What is supposed stands with what it supposes, and what is not without.
    fn words(&self, at_supposed: bool, place_supposed: bool) -> String {
        let Self { verb, at, place, glue } = self;
        match (at_supposed, place_supposed) {
            _ if place.is_empty() && !at_supposed => format!("{verb} {at}"),
            _ if place.is_empty() => format!("{verb} about {at} {IF_DUE}"),
            (false, false) => format!("{verb} {at}{glue}{place}"),
            (true, false) => format!("{verb} about {at} {IF_DUE}, {place}"),
            (false, true) => format!("{verb} {at}; {place} {IF_DUE}"),
            (true, true) => format!("{verb} about {at}{glue}{place} {IF_DUE}"),
        }
    }
}

fn is_break_unknown(note: &str) -> bool {
    note.starts_with("break_unknown:")
}

fn of_word(word: &str) -> Option<Reason> {
    Reason::ALL.into_iter().find(|reason| reason.word() == word)
}

/// A limit of the hours, and what it does.
const fn limit(reason: Reason) -> Option<(&'static str, &'static str)> {
    match reason {
        Reason::Drive => Some(("11 h of driving", "end")),
        Reason::Shift => Some(("14 h", "end")),
        Reason::Break => Some(("8 h without a break", "end")),
        Reason::Cycle => Some(("the cycle", "ends")),
        Reason::Distance
        | Reason::ApptWait
        | Reason::Dwell
        | Reason::StaleGps
        | Reason::StaleHos
        | Reason::NoDriver => None,
    }
}

fn over(verb: &str) -> String {
    format!("{} ended", if verb == "end" { "have" } else { "has" })
}

fn near(latitude: f64, longitude: f64) -> String {
    let town = Point::new(latitude, longitude).and_then(locality::of).map(|there| there.town);
    town.map(|town| format!(" near {} {}", town.name, town.state_or_country())).unwrap_or_default()
}

/// A reason where nobody knows when it bites.
const fn in_words(reason: Reason) -> &'static str {
    match reason {
        Reason::Drive => "11 h of driving end before it is there",
        Reason::Shift => "14 h end before it is there",
        Reason::Break => "8 h without a break end before it is there",
        Reason::Cycle => "the cycle ends before it is there",
        Reason::Distance => "too far to be there in time",
        Reason::ApptWait => "waits for a stop before to open",
        Reason::Dwell => "loading or unloading before it takes too long",
        Reason::StaleGps => "where the truck is is not known",
        Reason::StaleHos => "the driver's hours are not known",
        Reason::NoDriver => "nobody is to drive it, or nothing to drive it with",
    }
}

/// A reason of a load that is in time with little to spare, where [`in_words`] would say that it is not.
const fn taking_the_rest(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::Distance => Some("the road takes the rest of the time"),
        Reason::Dwell => Some("loading or unloading before it takes the rest of the time"),
        Reason::Drive
        | Reason::Shift
        | Reason::Break
        | Reason::Cycle
        | Reason::ApptWait
        | Reason::StaleGps
        | Reason::StaleHos
        | Reason::NoDriver => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Touches, UnitId};

    const NOW: Timestamp = Timestamp::from_secs(1_000_000);

    fn said(row: &Exception, end: Option<RunsOut>) -> String {
        let mut fleet = Fleet::default();
        let ann = UnitId("ann".into());
        let driver = Driver { id: ann.clone(), name: "Ann Lee".into(), ..Driver::default() };
        fleet.drivers = [driver].into_iter().collect();
        let mut load = Movement { driver_id: Some(ann), ..Movement::default() };
        (load.tms.company_id, load.tms.id) = ("TMS".into(), "1".into());
        let judgement = Judgement {
            company_id: "TMS".into(),
            movement_id: "1".into(),
            runs_out: end,
            ..Judgement::default()
        };
        (fleet.movements, fleet.judgements) =
            ([load].into_iter().collect(), [judgement].into_iter().collect());
        Teller { fleet: &fleet, now: NOW, time: &|at| format!("+{}m", at.secs_since(NOW) / 60) }.wrong(row)
    }

    fn row(kind: ExceptionKind, summary: &str, facts: &[(&str, Fact)]) -> Exception {
        let touches = Touches {
            company_id: Some("TMS".into()),
            movement_id: Some("1".into()),
            driver_id: Some(UnitId("ann".into())),
            ..Touches::default()
        };
        let facts = facts.iter().map(|(name, fact)| ((*name).to_owned(), fact.clone())).collect();
        Exception { kind, summary: summary.into(), touches, facts, ..Exception::default() }
    }

    fn ends_in(limit: Reason, minutes: i64) -> RunsOut {
        let at = Timestamp::from_secs(1_000_000 + minutes * 60);
        RunsOut {
            limit,
            at,
            latitude: 35.19,
            longitude: -101.83,
            short_of_s: 2400,
            at_supposed: false,
            place_supposed: false,
        }
    }

    #[test]
    fn a_limit_is_told_in_words_with_when_and_where_it_ends() {
        let late = |code: &str| {
            let facts = [("reason", Fact::Text(code.into()))];
            row(ExceptionKind::Late, &format!("42m late at Memphis TN (delivery): {code}"), &facts)
        };
        let check = |row: &Exception, end: Option<RunsOut>, expected: &str| {
            assert_eq!(said(row, end), format!("42m late at Memphis TN (delivery): {expected}"));
        };
        check(&late("14H"), Some(ends_in(Reason::Shift, 90)), "14 h end +90m near Amarillo TX");
        check(&late("CYCLE"), Some(ends_in(Reason::Cycle, 5)), "the cycle ends +5m near Amarillo TX");
        check(&late("14H"), Some(ends_in(Reason::Shift, -5)), "14 h have ended: a rest comes first");
        // What ends first is not what makes it late.
        check(&late("14H"), Some(ends_in(Reason::Break, 90)), "14 h end before it is there");
        check(&late("DISTANCE"), None, "too far to be there in time");
        let facts = [("reason", Fact::Text("DISTANCE".into()))];
        let mut tight = row(ExceptionKind::AtRisk, "8m to spare at Memphis TN (delivery): DISTANCE", &facts);
        tight.measure_s = Some(-480);
        assert_eq!(
            said(&tight, None),
            "8m to spare at Memphis TN (delivery): the road takes the rest of the time"
        );
        let bare = row(ExceptionKind::Dark, "411 is silent", &[]);
        assert_eq!(said(&bare, None), "411 is silent");
    }

    #[test]
    fn what_holds_only_if_a_half_hour_is_due_is_told_with_that() {
        let late = |code: &str| {
            let facts = [("reason", Fact::Text(code.into()))];
            row(ExceptionKind::Late, &format!("42m late at Memphis TN (delivery): {code}"), &facts)
        };
        let check = |end: RunsOut, at_supposed, place_supposed, expected: &str| {
            let end = RunsOut { at_supposed, place_supposed, ..end };
            let said = said(&late(end.limit.word()), Some(end));
            assert_eq!(said, format!("42m late at Memphis TN (delivery): {expected}"));
        };
        // The 14 hours end when they do: only where he is then is not known.
        let shift = ends_in(Reason::Shift, 90);
        check(shift, false, true, "14 h end +90m; near Amarillo TX if the half hour is due");
        let drive = ends_in(Reason::Drive, 90);
        let near = "near Amarillo TX";
        let due = "if the half hour is due";
        check(drive, true, false, &format!("11 h of driving end about +90m {due}, {near}"));
        check(drive, true, true, &format!("11 h of driving end about +90m {near} {due}"));
        let ended = ends_in(Reason::Break, -5);
        check(ended, true, true, "8 h without a break may have ended, the ELD does not tell");
        // A clock that has ended has.
        let ended = ends_in(Reason::Drive, -5);
        check(ended, true, true, "11 h of driving have ended: a rest comes first");
    }

    #[test]
    fn whose_hours_end_where_is_one_sentence() {
        let mut hours = row(
            ExceptionKind::RunsOut,
            "11H of Ann Lee ends 40m short of Memphis TN",
            &[
                ("limit", Fact::Text("11H".into())),
                ("place", Fact::Text("Memphis TN".into())),
                ("runs_out_at", Fact::At(ends_in(Reason::Drive, 30).at)),
                ("latitude", Fact::Number(35.19)),
                ("longitude", Fact::Number(-101.83)),
            ],
        );
        hours.measure_s = Some(2400);
        assert_eq!(
            said(&hours, None),
            "11 h of driving of Ann Lee end +30m near Amarillo TX, 40m short of Memphis TN"
        );
        let supposed = |fact: &str| (fact.to_owned(), Fact::Text(IF_DUE.into()));
        hours.facts.extend([supposed("place_supposed")]);
        assert_eq!(
            said(&hours, None),
            "11 h of driving of Ann Lee end +30m; near Amarillo TX, 40m short of Memphis TN if the half hour is due"
        );
        hours.facts.extend([supposed("at_supposed")]);
        assert_eq!(
            said(&hours, None),
            "11 h of driving of Ann Lee end about +30m near Amarillo TX, 40m short of Memphis TN if the half hour is due"
        );
        hours.facts.retain(|fact, _| !fact.ends_with("supposed"));
        hours.facts.remove("runs_out_at");
        assert_eq!(said(&hours, None), "11 h of driving of Ann Lee have ended, 40m short of Memphis TN");
    }
}
