//! The units as the map knows them: where each is, what it does and what is wrong with it, worst first.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use super::grid::Grid;
use super::view::{Frame, Spot};
use crate::model::{
    Keyed, Motion, Movement, MovementKey, Point, Risk, Severity, SubjectKind, Tractor, Trailer, UnitId,
    UnitKind, folded,
};
use crate::rules::queue;
use crate::rules::slack::Slack;
use crate::tui::facts::Facts;
use crate::tui::glyphs::Glyphs;
use crate::tui::panels::units::Seen;
use crate::tui::panels::{Subject, movements, tractors, trailers};
use crate::tui::theme::Role;

/// Nearer than this to its tractor a trailer is drawn with it: their devices report at different times.
const TOGETHER_MI: f64 = 2.0;

/// What is wrong with a unit, least first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    #[default]
    None,
    /// Its load is tight.
    Tight,
    /// Something about it stands in the queue.
    Wrong,
    /// Its load will be late unless all goes better than usual.
    AtRisk,
    /// Its load is late, or cannot legally be in time.
    Late,
}

impl Trouble {
    /// Whether it is never hidden, whatever else is there.
    pub const fn is_urgent(self) -> bool {
        matches!(self, Self::Wrong | Self::AtRisk | Self::Late)
    }
}

/// What a unit does, as far as it is drawn; what is to be looked at comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doing {
    Moving,
    Stopped,
    Idle,
    Dark,
}

/// One unit.
#[derive(Clone, Debug)]
pub struct Unit {
    pub kind: UnitKind,
    /// Its place among the fleet's rows of that kind.
    row: usize,
    /// Where it was last seen; `None` where it never was.
    pub spot: Option<Spot>,
    pub doing: Doing,
    /// Eighths of a turn from north, where it moves and tells which way.
    heading: Option<u8>,
    pub trouble: Trouble,
    /// The load that the trouble is of, else the one that it is on.
    pub load: Option<MovementKey>,
    /// What is wrong, in a few words.
    pub words: String,
}

impl Unit {
    /// The mark it is drawn with.
    pub fn mark(&self, glyphs: Glyphs) -> &'static str {
        mark(self.kind, self.doing, self.heading, glyphs)
    }

    /// What its colour says.
    pub const fn role(&self) -> Role {
        match (self.trouble, self.doing) {
            (Trouble::Late | Trouble::AtRisk | Trouble::Wrong, _) => Role::Bad,
            (Trouble::Tight, _) | (Trouble::None, Doing::Idle) => Role::Warn,
            (Trouble::None, Doing::Moving) => Role::Good,
            (Trouble::None, Doing::Stopped) => Role::Text,
            (Trouble::None, Doing::Dark) => Role::Muted,
        }
    }

    /// What it is, for the selection.
    pub fn subject(&self, facts: &Facts) -> Option<Subject> {
        match self.kind {
            UnitKind::Tractor => Some(Subject::Tractor(self.tractor(facts)?.id.clone())),
            UnitKind::Trailer => Some(Subject::Trailer(self.trailer(facts)?.id.clone())),
            UnitKind::Driver => None,
        }
    }

    /// Its number.
    pub fn number<'a>(&self, facts: &'a Facts) -> &'a str {
        let tractor = self.tractor(facts).map(|row| row.unit_number.as_str());
        tractor.or_else(|| Some(self.trailer(facts)?.unit_number.as_str())).unwrap_or_default()
    }

    /// What it does, in the words of the tables.
    pub fn said(&self, facts: &Facts) -> (String, Role) {
        let tractor = self.tractor(facts).map(|row| tractors::seen(row).doing(facts));
        let trailer = || self.trailer(facts).map(|row| trailers::seen(row, facts).doing(facts));
        tractor.or_else(trailer).unwrap_or_default()
    }

    /// Its row, if it is a tractor.
    pub fn tractor<'a>(&self, facts: &'a Facts) -> Option<&'a Tractor> {
        let rows = &facts.fleet.tractors;
        (self.kind == UnitKind::Tractor).then(|| rows.at(self.row)).flatten().map(Arc::as_ref)
    }

    /// Its row, if it is a trailer.
    pub fn trailer<'a>(&self, facts: &'a Facts) -> Option<&'a Trailer> {
        let rows = &facts.fleet.trailers;
        (self.kind == UnitKind::Trailer).then(|| rows.at(self.row)).flatten().map(Arc::as_ref)
    }
}

/// The mark of a unit: arrows where it goes, filled where it stands, hollow where nobody knows.
pub fn mark(kind: UnitKind, doing: Doing, heading: Option<u8>, glyphs: Glyphs) -> &'static str {
    const WAYS: [(&str, &str); 8] =
        [("↑", "^"), ("↗", "^"), ("→", ">"), ("↘", ">"), ("↓", "v"), ("↙", "v"), ("←", "<"), ("↖", "<")];
    let (unicode, ascii) = match (kind, doing) {
        (UnitKind::Trailer, Doing::Dark) => ("◦", "c"),
        (UnitKind::Trailer, Doing::Moving) => ("•", "o"),
        (UnitKind::Trailer, _) => ("●", "o"),
        (_, Doing::Dark) => ("□", "D"),
        (_, Doing::Idle) => ("◆", "I"),
        (_, Doing::Stopped) => ("■", "S"),
        (_, Doing::Moving) => {
            heading.and_then(|eighth| WAYS.get(usize::from(eighth))).copied().unwrap_or(("▸", "M"))
        }
    };
    glyphs.pick(unicode, ascii)
}

/// All units that pass the filter, the worst first, and where they are.
#[derive(Clone, Debug, Default)]
pub struct Units {
    pub all: Vec<Unit>,
    /// How many a filter hid.
    pub hidden: usize,
    /// Late loads that no unit on the map stands for.
    pub late_nowhere: usize,
    /// What holds all of the fleet, whatever the filter.
    extent: Option<Frame>,
    /// By their place in `all`; only those that are somewhere.
    placed: Vec<usize>,
    grid: Grid,
}

impl Units {
    /// The units of this moment that hold every one of `words`, which are in small letters.
    pub fn of(facts: &Facts, words: &[String]) -> Self {
        let mut troubles = Troubles::of(facts);
        let fleet = &facts.fleet;
        let tractors =
            fleet.tractors.iter().enumerate().map(|(row, unit)| tractor(row, unit, facts, &troubles));
        // What is wrong with a trailer is shown even where its tractor stands for it.
        let alone = |(_, unit): &(usize, &Arc<Trailer>)| {
            !rides_along(unit, facts) || troubles.exceptions.contains_key(&unit.id)
        };
        let trailers = fleet.trailers.iter().enumerate().filter(alone);
        let trailers = trailers.map(|(row, unit)| trailer(row, unit, facts, &troubles));
        let mut all: Vec<Unit> = tractors.chain(trailers).collect();
        let total = all.len();
        troubles.seen(&all);
        let extent = Frame::around(all.iter().filter_map(|unit| unit.spot));
        if !words.is_empty() {
            all.retain(|unit| passes(unit, facts, words));
        }
        all.sort_by_cached_key(|unit| {
            let number = unit.number(facts);
            let amount = number.parse::<u64>().unwrap_or(u64::MAX);
            (Reverse(unit.trouble), unit.kind, amount, number.to_owned())
        });
        let placed: Vec<usize> =
            all.iter().enumerate().filter(|(_, unit)| unit.spot.is_some()).map(|(at, _)| at).collect();
        let frames = placed.iter().map(|at| all.get(*at).and_then(|unit| unit.spot)).map(|spot| {
            let Spot { x, y } = spot.unwrap_or(Spot { x: 0.0, y: 0.0 });
            Frame { west: x, north: y, east: x, south: y }
        });
        let grid = Grid::of(frames);
        let hidden = total - all.len();
        Self { hidden, late_nowhere: troubles.late_nowhere(), extent, placed, grid, all }
    }

    /// Those in `frame`, by their place in the list.
    pub fn within(&self, frame: &Frame) -> Vec<usize> {
        let is_there =
            |at: &usize| self.all.get(*at).and_then(|unit| unit.spot).is_some_and(|spot| frame.holds(spot));
        let found = self.grid.within(frame).into_iter();
        found.filter_map(|number| self.placed.get(number).copied()).filter(is_there).collect()
    }

    /// Where they are, of those that are somewhere.
    pub fn spots(&self) -> impl Iterator<Item = Spot> {
        self.all.iter().filter_map(|unit| unit.spot)
    }

    /// What holds all of the fleet, whatever the filter; `None` where none was ever seen.
    pub const fn extent(&self) -> Option<Frame> {
        self.extent
    }

    /// How many are somewhere.
    pub const fn located(&self) -> usize {
        self.placed.len()
    }
}

/// What is wrong, by unit.
struct Troubles<'a> {
    loads: HashMap<&'a UnitId, (Trouble, &'a Movement, String)>,
    exceptions: HashMap<&'a UnitId, &'a str>,
    late: Vec<MovementKey>,
}

impl<'a> Troubles<'a> {
    fn of(facts: &'a Facts) -> Self {
        let fleet = &facts.fleet;
        let (mut loads, mut late) = (HashMap::<&UnitId, (Trouble, &Movement, String)>::new(), Vec::new());
        for row in fleet.movements.iter().filter(|row| row.tms.status.is_open()) {
            let (trouble, words) = of_load(row, facts);
            if trouble == Trouble::Late {
                late.push(row.key());
            }
            // Of a load without a tractor the trailer is what can be seen.
            let Some(unit) = row.tractor_id.as_ref().or(row.trailer_id.as_ref()) else { continue };
            match loads.get(unit) {
                Some((known, ..)) if *known >= trouble => {}
                _ => drop(loads.insert(unit, (trouble, row.as_ref(), words))),
            }
        }
        let mut exceptions = HashMap::new();
        for row in queue::open(fleet, &facts.fresh, facts.now) {
            if row.severity > Severity::Low {
                // A tractor stands for its trailer, unless it is the trailer that something is wrong with.
                let own = row.touches.trailer_id.as_ref();
                let own = own.filter(|_| row.subject.kind == SubjectKind::Trailer);
                let unit = own.or(row.touches.tractor_id.as_ref()).or(row.touches.trailer_id.as_ref());
                unit.map(|unit| exceptions.entry(unit).or_insert(row.summary.as_str()));
            }
        }
        Self { loads, exceptions, late }
    }

    /// The trouble of a unit, its load, and what is said of it.
    fn find(&self, id: &UnitId) -> (Trouble, Option<MovementKey>, String) {
        let (trouble, load, words) = match self.loads.get(id) {
            Some((trouble, row, words)) => (*trouble, Some(row.key()), words.clone()),
            None => (Trouble::None, None, String::new()),
        };
        match self.exceptions.get(id) {
            Some(summary) if trouble < Trouble::Wrong => (Trouble::Wrong, load, (*summary).to_owned()),
            _ => (trouble, load, words),
        }
    }

    /// Strikes out the late loads that a unit on the map stands for.
    fn seen(&mut self, units: &[Unit]) {
        let shown: std::collections::HashSet<&MovementKey> =
            units.iter().filter(|unit| unit.spot.is_some()).filter_map(|unit| unit.load.as_ref()).collect();
        self.late.retain(|key| !shown.contains(key));
    }

    fn late_nowhere(&self) -> usize {
        self.late.len()
    }
}

/// As the table of loads sees it: what is late there is late here.
fn of_load(row: &Movement, facts: &Facts) -> (Trouble, String) {
    let (slack, words, role) = movements::slack_said(row, facts);
    let risk = facts.standing(row).risk;
    match (slack, risk) {
        (Slack::Late(_) | Slack::Past(_), _) => (Trouble::Late, words),
        (Slack::Risk(_), _) => (Trouble::AtRisk, words),
        (_, Risk::Late) => (Trouble::Late, risk.word().to_owned()),
        (_, Risk::AtRisk) => (Trouble::AtRisk, risk.word().replace('_', " ")),
        (_, Risk::Tight) => (Trouble::Tight, words),
        _ if role == Role::Warn => (Trouble::Tight, words),
        _ => (Trouble::None, words),
    }
}

fn tractor(row: usize, unit: &Tractor, facts: &Facts, troubles: &Troubles<'_>) -> Unit {
    let (trouble, load, words) = troubles.find(&unit.id);
    of(UnitKind::Tractor, row, &tractors::seen(unit), facts, (trouble, load, words))
}

fn trailer(row: usize, unit: &Trailer, facts: &Facts, troubles: &Troubles<'_>) -> Unit {
    let (trouble, load, words) = troubles.find(&unit.id);
    of(UnitKind::Trailer, row, &trailers::seen(unit, facts), facts, (trouble, load, words))
}

fn of(
    kind: UnitKind,
    row: usize,
    seen: &Seen<'_>,
    facts: &Facts,
    (trouble, load, words): (Trouble, Option<MovementKey>, String),
) -> Unit {
    let doing = match seen.motion(facts.now) {
        Motion::Moving => Doing::Moving,
        Motion::Idle => Doing::Idle,
        Motion::Stopped => Doing::Stopped,
        Motion::Dark => Doing::Dark,
    };
    let spot = point(seen.latitude, seen.longitude).map(Spot::of);
    Unit { kind, row, spot, doing, heading: seen.heading_deg.and_then(eighth), trouble, load, words }
}

/// Whether a trailer is where its tractor is: then the tractor's mark stands for both.
fn rides_along(unit: &Trailer, facts: &Facts) -> bool {
    let own = point(unit.latitude, unit.longitude);
    let tractor = facts.tractor(unit.tractor_id.as_ref());
    let towed = tractor.and_then(|row| point(row.latitude, row.longitude));
    // One that never told where it is can only be where its tractor is.
    towed.is_some_and(|towed| own.is_none_or(|own| own.miles_to(towed) < TOGETHER_MI))
}

fn point(latitude: Option<f64>, longitude: Option<f64>) -> Option<Point> {
    Point::new(latitude?, longitude?)
}

fn eighth(heading_deg: f64) -> Option<u8> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 8 by construction")]
    heading_deg.is_finite().then(|| (heading_deg.rem_euclid(360.0) / 45.0).round() as u8 % 8)
}

/// Whether what is said of a unit holds every word.
fn passes(unit: &Unit, facts: &Facts, words: &[String]) -> bool {
    let (kind, place, driver, load) = match (unit.tractor(facts), unit.trailer(facts)) {
        (Some(row), _) => {
            ("tractor", tractors::seen(row).place(), row.driver_id.as_ref(), row.movement_id.as_deref())
        }
        (_, Some(row)) => (
            "trailer",
            trailers::seen(row, facts).place(),
            row.driver_id.as_ref(),
            row.movement_id.as_deref(),
        ),
        (None, None) => return false,
    };
    let driver = facts.driver_name(driver);
    let load = load.or(unit.load.as_ref().map(|key| key.id.as_str())).unwrap_or_default();
    let (doing, _) = unit.said(facts);
    let number = unit.number(facts);
    // Of a tractor and its trailer only the tractor may be shown, so it goes by either number.
    let towed = unit.tractor(facts).map(|row| facts.trailer_number(row.trailer_id.as_ref()));
    let towed = towed.unwrap_or_default();
    let words_of_it = &unit.words;
    let line = folded(&[kind, number, &doing, &place, &driver, load, &towed, words_of_it].join("\n"));
    words.iter().all(|word| line.contains(word))
}
