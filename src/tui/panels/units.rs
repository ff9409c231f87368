//! What tractors and trailers are said of alike: what they do, where, and how old that is.

use super::Subject;
use crate::model::{Engine, Loaded, Motion, RowText, Timestamp, Trailer, UnitId, UnitKind};
use crate::rules::dwell::{self, Dwell};
use crate::rules::locality;
use crate::rules::motion::{self, Silence};
use crate::rules::trailer::with_freight;
use crate::tui::facts::Facts;
use crate::tui::theme::Role;
use crate::tui::widgets::sheet::Sheet;
use crate::tui::widgets::table::{Cell, Order, State};
use crate::tui::words::{self, UNKNOWN};

/// What is known of where a unit is and what it does, borrowed from either kind's row.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    pub kind: UnitKind,
    /// Of a trailer without a tracker the number of the tractor that it is with: all else is that one's.
    pub with: Option<&'a str>,
    pub state: Motion,
    pub state_since_at: Option<Timestamp>,
    /// When it was first seen to stand where it stands, and last before that rolling or elsewhere.
    pub stood: (Option<Timestamp>, Option<Timestamp>),
    /// What its engine does, and since when.
    pub engine: (Option<Engine>, Option<Timestamp>),
    pub heading_deg: Option<f64>,
    pub speed_mph: Option<f64>,
    pub place: Option<&'a str>,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    pub observed_at: Option<Timestamp>,
    pub source: Option<&'a str>,
}

impl Seen<'_> {
    /// What it does now, by rule: silence is not standing still.
    pub fn motion(&self, now: Timestamp) -> Motion {
        motion::at(self.kind, self.state, self.observed_at, now)
    }

    /// For how long it has stood, or idled, as sure as its fixes make it.
    pub fn dwell(&self, now: Timestamp) -> Option<Dwell> {
        let does = (self.motion(now), self.state_since_at);
        dwell::lasts(does, self.stood, self.engine, self.observed_at, now)
    }

    /// "MOVE NE 63", "IDLE 12m", "STOP 2h14", "STOP 9h-15h", "DARK 3h05", "with 418".
    pub fn doing(&self, facts: &Facts) -> (String, Role) {
        if let Some(number) = self.with {
            return (format!("with {number}"), Role::Text);
        }
        let stands = |word: &str| match self.dwell(facts.now) {
            Some(dwell) => format!("{word} {}", dwell.short()),
            None => word.to_owned(),
        };
        match self.motion(facts.now) {
            Motion::Moving => {
                let heading = self.heading_deg.filter(|heading| heading.is_finite()).map(motion::compass);
                let speed = self
                    .speed_mph
                    .filter(|speed| speed.is_finite())
                    .map(|mph| words::speed(mph, facts.metric));
                let parts = [Some("MOVE"), heading, speed.as_deref()];
                (parts.into_iter().flatten().collect::<Vec<_>>().join(" "), Role::Good)
            }
            Motion::Idle => (stands("IDLE"), Role::Warn),
            Motion::Stopped => (stands("STOP"), Role::Text),
            Motion::Dark => match self.observed_at {
                None => ("DARK".to_owned(), Role::Muted),
                Some(seen) => (format!("DARK {}", words::span(facts.now.since(seen))), Role::Bad),
            },
        }
    }

    /// Moving first, then the longest in its state.
    pub fn rank(&self, now: Timestamp) -> i64 {
        let (group, since) = match self.motion(now) {
            Motion::Moving => (0, None),
            // By what it was seen to stand: of one that was heard once nobody knows more than that.
            Motion::Idle => (1, self.dwell(now).map(|dwell| now.minus(dwell.least))),
            Motion::Stopped => (2, self.dwell(now).map(|dwell| now.minus(dwell.least))),
            Motion::Dark => (3, self.observed_at),
        };
        // A state never lasts 31,000 years, so the groups stay apart.
        group * 1_000_000_000_000_000 + since.map_or(0, Timestamp::millis)
    }

    /// Where it is, or was when last seen.
    pub fn place(&self) -> String {
        words::place(self.place, self.latitude, self.longitude)
    }

    /// Writes where it is, and how its account puts that.
    pub fn write_place(&self, sheet: &mut Sheet, now: Timestamp) {
        let place = self.place();
        sheet.noted("place", place.clone(), self.told(now));
        told_as(sheet, self.place, &place);
    }

    /// How old that is, by what is normal for such a unit in that state and for its source.
    pub fn age_cell(&self, facts: &Facts) -> Cell {
        let text = words::age(self.observed_at, facts.now);
        let comes = self.source.is_some_and(|source| facts.fresh.positions(source));
        let role = match motion::silence(self.kind, self.state, self.observed_at, facts.now) {
            _ if self.observed_at.is_none() => Role::Muted,
            Silence::TooLong => Role::Bad,
            Silence::Long => Role::Warn,
            Silence::Usual if !comes && !facts.fleet.feeds.is_empty() => Role::Warn,
            Silence::Usual => Role::Text,
        };
        Cell::of(text, role)
    }

    /// What is not as it should be.
    pub fn trouble(&self, facts: &Facts) -> Option<State> {
        match self.motion(facts.now) {
            // That of its truck is its truck's.
            _ if self.with.is_some() => None,
            Motion::Dark if self.observed_at.is_some() => {
                Some(State { rank: 2, word: "dark", role: Role::Bad })
            }
            Motion::Idle => Some(State { rank: 1, word: "idle", role: Role::Warn }),
            Motion::Moving | Motion::Stopped | Motion::Dark => None,
        }
    }

    /// "MOVE NE 63, Elko NV (seen 4m ago, samsara)": for a sentence.
    pub fn sentence(&self, facts: &Facts) -> String {
        let (doing, _) = self.doing(facts);
        let told = told(self.observed_at, self.source, facts.now);
        format!("{doing}, {} (seen {})", self.place(), words::or_unknown(Some(&told)))
    }

    /// "4m ago, samsara": beside a fact that came with the position; "tractor 418's, 4m ago, samsara".
    pub fn told(&self, now: Timestamp) -> String {
        let told = told(self.observed_at, self.source, now);
        self.with.map_or_else(|| told.clone(), |number| format!("tractor {number}'s, {told}"))
    }
}

/// How whoever told of a position puts it, below what the place is called.
pub fn told_as(sheet: &mut Sheet, told: Option<&str>, called: &str) {
    if let Some(told) = locality::told_apart(told, called) {
        sheet.field("told as", told.to_owned());
    }
}

/// "4m ago, samsara": how old a fact is, and whose.
pub fn told(at: Option<Timestamp>, source: Option<&str>, now: Timestamp) -> String {
    let age = at.map(|at| format!("{} ago", words::span(now.since(at))));
    let parts: Vec<String> = age.into_iter().chain(source.map(str::to_owned)).collect();
    parts.join(", ")
}

/// The load a unit is on, "-" where there is none.
pub fn load(movement_id: Option<&RowText>) -> String {
    movement_id.map_or_else(|| UNKNOWN.to_owned(), Into::into)
}

/// "53012 empty", in short "53012 E"; "?" where nobody says whether it is, or what is pulled.
pub fn freight_cell(trailer: Option<&Trailer>) -> Cell {
    let Some(trailer) = trailer else { return "?".to_owned().into() };
    let letter = match trailer.loaded {
        Loaded::Loaded => "L",
        Loaded::Empty => "E",
        Loaded::Unknown => "?",
    };
    Cell::from(format!("{} {letter}", trailer.unit_number)).or_wide(with_freight(trailer))
}

/// Miles, or kilometres, to the place that the filter names.
pub fn miles_cell(miles: Option<f64>, facts: &Facts) -> Cell {
    let text = miles.map_or_else(|| UNKNOWN.to_owned(), |miles| words::speed(miles, facts.metric));
    format!("{text:>5}").into()
}

/// Sorts by distance, the nearest first.
#[expect(clippy::cast_possible_truncation, reason = "feet around the earth")]
pub fn miles_order(miles: Option<f64>) -> Order {
    Order::number(miles.map(|miles| (miles * 5280.0) as i64))
}

/// When it can legally be at that place: "Wed 14:05"; "?" where that is not known.
pub fn there_cell(kind: UnitKind, id: &UnitId, facts: &Facts) -> Cell {
    match facts.there.get(&(kind, id.clone())) {
        Some(at) => words::time(*at, &facts.zone, facts.now).into(),
        None => Cell::of("?".to_owned(), Role::Muted),
    }
}

/// Sorts by that, the first first; those of whom it is not known come after, the nearest first.
pub fn there_order((kind, id): (UnitKind, &UnitId), miles: Option<f64>, facts: &Facts) -> Order {
    /// No time to come is as late.
    const NEVER: i64 = i64::MAX / 2;
    match (facts.there.get(&(kind, id.clone())), miles_order(miles)) {
        (Some(at), _) => Order::Number(at.millis()),
        (None, Order::Number(feet)) => Order::Number(NEVER + feet),
        (None, other) => other,
    }
}

/// The page of the load a unit is on.
pub fn load_of(unit: &Subject, facts: &Facts) -> Option<Subject> {
    unit.load(facts).map(Subject::Movement)
}

/// A tractor as a field that leads on to it.
pub fn link_tractor(sheet: &mut Sheet, id: Option<&UnitId>, note: &str, facts: &Facts) {
    let to = facts.tractor(id).map(|row| Subject::Tractor(row.id.clone()));
    sheet.link("tractor", facts.tractor_number(id), note, to);
}

/// A driver as a field that leads on to him.
pub fn link_driver(sheet: &mut Sheet, name: &str, id: Option<&UnitId>, facts: &Facts) {
    let to = facts.driver(id).map(|row| Subject::Driver(row.id.clone()));
    sheet.link(name, facts.driver_name(id), "", to);
}

/// Sorts by age, the freshest first.
pub fn by_age(at: Option<Timestamp>) -> Option<i64> {
    at.map(|at| -at.millis())
}
