//! Everything of a fleet that has a name, made once for a fleet and kept small: the names in one text, a place in it for
//! each row. It says what fits what was typed, best first.

use std::sync::Arc;

use super::score::{Fit, Query};
use crate::model::land::Land;
use crate::model::{Fleet, Keyed, MovementKey, Order, RowText, folded, plate_parts};
use crate::tui::panels::Subject;

/// As many of what fits are listed: nobody reads on, they type on.
pub const LISTED: usize = 200;

/// What a row is; of two that fit alike, the earlier kind comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Tractor,
    Driver,
    /// A load that is not over.
    Load,
    Order,
    /// A load that is over: of an order of the same number that is not, nobody means this.
    Past,
    Trailer,
    Stop,
    Town,
}

impl Kind {
    /// What it is called on the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Tractor => "tractor",
            Self::Driver => "driver",
            Self::Load | Self::Past => "load",
            Self::Order => "order",
            Self::Trailer => "trailer",
            Self::Stop => "stop",
            Self::Town => "town",
        }
    }
}

/// A row that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub kind: Kind,
    /// Its place among the rows of its kind.
    pub at: usize,
    pub fit: Fit,
}

/// The names of a fleet, and of the towns.
pub struct Index {
    fleet: Arc<Fleet>,
    names: String,
    entries: Vec<Entry>,
}

struct Entry {
    kind: Kind,
    at: usize,
    /// Where its names end in the text; they begin where those before it end.
    end: usize,
}

impl Index {
    /// Of this fleet.
    pub fn of(fleet: &Arc<Fleet>) -> Self {
        let mut made = Self { fleet: Arc::clone(fleet), names: String::new(), entries: Vec::new() };
        for (at, row) in fleet.tractors.iter().enumerate() {
            let more = [Some(row.id.0.as_str()), row.vin.as_deref(), plate(row.plate.as_ref())];
            made.add(Kind::Tractor, at, &row.unit_number, more);
        }
        for (at, row) in fleet.drivers.iter().enumerate() {
            let phone = row.phone.as_deref();
            let digits = phone.map(|phone| phone.chars().filter(char::is_ascii_digit).collect::<String>());
            made.add(Kind::Driver, at, &row.name, [Some(row.id.0.as_str()), phone, digits.as_deref()]);
        }
        for (at, row) in fleet.movements.iter().enumerate() {
            let kind = if row.tms.status.is_open() { Kind::Load } else { Kind::Past };
            made.add(kind, at, &row.tms.id, [None]);
        }
        for (at, row) in fleet.orders.iter().enumerate() {
            let (po, bol) = (row.tms.po.as_deref(), row.tms.bol.as_deref());
            let more = [po, bol, row.tms.consignee_ref.as_deref(), row.customer.as_deref()];
            made.add(Kind::Order, at, &row.tms.id, more);
        }
        for (at, row) in fleet.trailers.iter().enumerate() {
            // People say a trailer's number without the letters before it.
            let number = row.unit_number.trim_start_matches(|c: char| !c.is_ascii_digit());
            let number = Some(number).filter(|number| *number != row.unit_number);
            let more = [number, Some(row.id.0.as_str()), row.vin.as_deref(), plate(row.plate.as_ref())];
            made.add(Kind::Trailer, at, &row.unit_number, more);
        }
        for (at, row) in fleet.stops.iter().enumerate() {
            // A stop that is done is looked for by its load.
            if let Some(name) = row.tms.name.as_deref().filter(|_| !row.tms.done) {
                // Its city's name is the town's before it is the stop's.
                let city = row.tms.city.as_deref().map(|city| format!("in {city}"));
                made.add(Kind::Stop, at, name, [city.as_deref()]);
            }
        }
        for (at, town) in Land::towns().iter().enumerate() {
            let whole = format!("{} {}", town.name, town.state_or_country());
            made.add(Kind::Town, at, &whole, [Some(town.name)]);
        }
        made
    }

    fn add<const N: usize>(&mut self, kind: Kind, at: usize, name: &str, more: [Option<&str>; N]) {
        for (number, name) in std::iter::once(name).chain(more.into_iter().flatten()).enumerate() {
            if number > 0 {
                self.names.push('\n');
            }
            self.names.push_str(&folded(name));
        }
        self.entries.push(Entry { kind, at, end: self.names.len() });
    }

    /// The fleet it is of.
    pub const fn fleet(&self) -> &Arc<Fleet> {
        &self.fleet
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// The best [`LISTED`] that fit, the best first, and how many fit.
    pub fn search(&self, query: &Query) -> (Vec<Row>, usize) {
        let mut start = 0;
        let mut found: Vec<(Fit, Kind, &str, usize)> = Vec::new();
        for entry in &self.entries {
            let names = self.names.get(start..entry.end).unwrap_or_default();
            start = entry.end;
            // The middle of a word is no way to ask for one of so many towns.
            let asks = |fit: &Fit| entry.kind != Kind::Town || !matches!(fit, Fit::Within | Fit::Letters);
            if let Some(fit) = query.fit(names).filter(asks) {
                // Towns are known by their size, in which order they come; all else is told apart by its name.
                let name = names.split('\n').next().filter(|_| entry.kind != Kind::Town).unwrap_or_default();
                found.push((fit, entry.kind, name, entry.at));
            }
        }
        let total = found.len();
        let key = |(fit, kind, name, at): &(Fit, Kind, &'_ str, usize)| (*fit, *kind, name.len(), *at);
        let compare = |a: &(Fit, Kind, &str, usize), b: &(Fit, Kind, &str, usize)| {
            let ((fit_a, kind_a, long_a, at_a), (fit_b, kind_b, long_b, at_b)) = (key(a), key(b));
            (fit_a, kind_a, long_a).cmp(&(fit_b, kind_b, long_b)).then(a.2.cmp(b.2)).then(at_a.cmp(&at_b))
        };
        if total > LISTED {
            found.select_nth_unstable_by(LISTED, compare);
            found.truncate(LISTED);
        }
        found.sort_unstable_by(compare);
        (found.into_iter().map(|(fit, kind, _, at)| Row { kind, at, fit }).collect(), total)
    }

    /// What a row is about; `None` of a town, and of what is on no load.
    pub fn subject(&self, row: Row) -> Option<Subject> {
        let fleet = &self.fleet;
        Some(match row.kind {
            Kind::Tractor => Subject::Tractor(fleet.tractors.at(row.at)?.id.clone()),
            Kind::Driver => Subject::Driver(fleet.drivers.at(row.at)?.id.clone()),
            Kind::Load | Kind::Past => Subject::Movement(fleet.movements.at(row.at)?.key()),
            Kind::Trailer => Subject::Trailer(fleet.trailers.at(row.at)?.id.clone()),
            Kind::Order => Subject::Movement(load_of(fleet.orders.at(row.at)?)?),
            Kind::Stop => {
                let stop = fleet.stops.at(row.at)?;
                let company_id = stop.tms.company_id.clone();
                Subject::Movement(MovementKey { company_id, id: stop.tms.movement_id.clone()? })
            }
            Kind::Town => return None,
        })
    }
}

/// The number of a plate, which is what it is asked for by.
fn plate(plate: Option<&RowText>) -> Option<&str> {
    plate.map(|plate| plate_parts(plate.as_str()).0)
}

fn load_of(order: &Order) -> Option<MovementKey> {
    Some(MovementKey { company_id: order.tms.company_id.clone(), id: order.tms.movement_id.clone()? })
}
