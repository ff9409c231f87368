//! What is wrong in whole sentences, for where there is room: limits in words instead of their codes, with when and
//! where they end. Judges nothing.

use super::limits::{Ends, ends};
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
        end.and_then(|end| self.end(end, driver)).unwrap_or_else(|| in_words(reason).to_owned())
    }

    /// "14 h end 18:30 near Amarillo TX".
    fn end(&self, end: RunsOut, driver: Option<&Driver>) -> Option<String> {
        let (limit, verb) = limit(end.limit)?;
        let near = near(end.latitude, end.longitude);
        Some(match ends(end, driver, self.now) {
            Ends::At(at) => format!("{limit} {verb} {}{near}", (self.time)(at)),
            Ends::Rests => format!("{limit} would not last: he rests first"),
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
        let end = match row.at("runs_out_at").filter(|at| *at > self.now) {
            Some(at) => format!("{verb} {}{}", (self.time)(at), near.unwrap_or_default()),
            None if row.text("rests").is_some() => "would not last: he rests first".to_owned(),
            None => over(verb),
        };
        let short = row.measure_s.and_then(moment::shortage).map(|short| format!("{short} short of "));
        let place = row.text("place").unwrap_or("the next stop");
        Some(format!("{limit} of {who} {end}, {}{place}", short.unwrap_or_else(|| "before ".to_owned())))
    }
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
        RunsOut { limit, at, latitude: 35.19, longitude: -101.83, short_of_s: 2400 }
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
        hours.facts.remove("runs_out_at");
        assert_eq!(said(&hours, None), "11 h of driving of Ann Lee have ended, 40m short of Memphis TN");
    }
}
