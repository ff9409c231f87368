//! Loads of the simulated world: who ships what where, when it was promised, and how it went.
//! Times are Unix seconds; which of them have already come is the reader's question.

use super::atlas::{CITIES, Point};
use super::chance::Chance;

/// A place of business: a firm in a city, or the carrier's own yard there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Site {
    /// Index into [`CITIES`].
    pub city: usize,
    /// Index into [`FIRMS`]; `None` is the carrier's yard.
    pub firm: Option<usize>,
}

/// Names of shippers and receivers. All invented.
pub const FIRMS: &[&str] = &[
    "Northfield Foods",
    "Harbor Paper",
    "Prairie Mills",
    "Summit Beverage",
    "Cobalt Steel",
    "Lakeside Produce",
    "Juniper Home Goods",
    "Ironwood Lumber",
    "Bluebonnet Dairy",
    "Copperline Electric",
    "Meridian Plastics",
    "Quarry Stone Works",
    "Redbud Furniture",
    "Sawgrass Citrus",
    "Timberline Packaging",
    "Union Valley Meats",
    "Vantage Auto Parts",
    "Willow Creek Grocers",
    "Yellowpine Chemical",
    "Zenith Appliance",
];

/// The firm that nobody has put on the map everywhere.
const UNPLACED: usize = 13;

impl Site {
    /// Where its gate is: a few miles from the centre of its city.
    pub fn point(self) -> Point {
        let centre = CITIES[self.city].point();
        let mut chance = Chance::of(&[71, self.city as u64, self.firm.map_or(99, |firm| firm as u64)]);
        let (north, east) = (chance.fraction() - 0.5, chance.fraction() - 0.5);
        Point { latitude: centre.latitude + north * 0.16, longitude: centre.longitude + east * 0.16 }
    }

    /// Its street, as the TMS writes it: every city has one industrial park.
    pub fn street(self) -> String {
        format!("{} INDUSTRIAL PKWY", 100 + self.city)
    }

    /// Whether the TMS knows where it is; of the others it has the address alone.
    pub fn is_on_the_map(self) -> bool {
        self.firm != Some(UNPLACED) || self.city % 3 != 2
    }

    /// The place in a city that has nothing but its address, where there is one.
    pub fn by_address(city: usize) -> Self {
        Self { city, firm: Some(UNPLACED) }
    }

    /// Its name, as people say it.
    pub fn name(self) -> String {
        match self.firm {
            Some(firm) => FIRMS[firm].to_owned(),
            None => format!("{} Yard", CITIES[self.city].name),
        }
    }
}

/// What is done at a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Freight is loaded.
    Pickup,
    /// Freight is unloaded.
    Delivery,
    /// Freight changes trailers.
    Split,
    /// An empty move begins.
    EmptyStart,
    /// An empty move ends.
    EmptyEnd,
}

/// One stop of a haul.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Where.
    pub site: Site,
    /// What for.
    pub purpose: Purpose,
    /// The window opens.
    pub early: i64,
    /// The window closes; `None` where the appointment is for one instant.
    pub late: Option<i64>,
    /// The truck arrives.
    pub arrival: i64,
    /// The truck leaves.
    pub departure: i64,
    /// Miles from the stop before.
    pub miles: f64,
}

/// How a haul is done, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// By a truck of the fleet, promised to it at this time.
    Driven {
        /// When the load was promised to the truck.
        planned: i64,
    },
    /// By another carrier, who took it at this time.
    Brokered {
        /// When it was covered.
        covered: i64,
    },
    /// Not at all: called off at this time.
    Void {
        /// When it was called off.
        at: i64,
    },
}

/// One movement.
#[derive(Clone, Debug)]
pub struct Haul {
    /// With freight, thus with an order.
    pub loaded: bool,
    /// Entered into the TMS.
    pub entered: i64,
    /// The truck sets out for it.
    pub started: i64,
    /// First to last; never fewer than two.
    pub calls: Vec<Call>,
    /// Who pays, an index into [`FIRMS`].
    pub customer: usize,
    /// How it is done.
    pub fate: Fate,
}

/// Where a haul stands at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Waiting.
    Available,
    /// Taken by another carrier, not begun.
    Covered,
    /// Under way.
    InProgress,
    /// Done.
    Delivered,
    /// Called off.
    Void,
}

impl Haul {
    /// Has all of it happen so many seconds later.
    pub fn delay(&mut self, seconds: i64) {
        self.entered += seconds;
        self.started += seconds;
        match &mut self.fate {
            Fate::Driven { planned: at } | Fate::Brokered { covered: at } | Fate::Void { at } => {
                *at += seconds;
            }
        }
        for call in &mut self.calls {
            call.arrival += seconds;
            call.departure += seconds;
            call.early += seconds;
            call.late = call.late.map(|late| late + seconds);
        }
    }

    /// Where it stands at `now`; `None` before it was entered.
    pub fn standing(&self, now: i64) -> Option<Standing> {
        if now < self.entered {
            return None;
        }
        if let Fate::Void { at } = self.fate {
            return Some(if now < at { Standing::Available } else { Standing::Void });
        }
        if now >= self.last().departure {
            return Some(Standing::Delivered);
        }
        if now >= self.started {
            return Some(Standing::InProgress);
        }
        Some(match self.fate {
            Fate::Brokered { covered } if now >= covered => Standing::Covered,
            _ => Standing::Available,
        })
    }

    /// When its own row was last touched before `now`.
    pub fn changed(&self, now: i64) -> i64 {
        let fate = match self.fate {
            Fate::Driven { planned } => planned,
            Fate::Brokered { covered } => covered,
            Fate::Void { at } => at,
        };
        let calls = if matches!(self.fate, Fate::Void { .. }) { &[] } else { self.calls.as_slice() };
        let happened = calls.iter().flat_map(|call| [call.arrival, call.departure]);
        let began = (!calls.is_empty()).then_some(self.started);
        happened
            .chain(began)
            .chain([fate])
            .filter(|at| *at <= now)
            .max()
            .unwrap_or(self.entered)
            .max(self.entered)
    }

    /// Its first stop.
    pub fn first(&self) -> &Call {
        self.calls.first().expect("a haul has stops")
    }

    /// Its last stop.
    pub fn last(&self) -> &Call {
        self.calls.last().expect("a haul has stops")
    }

    /// Its miles, first stop to last.
    pub fn miles(&self) -> f64 {
        self.calls.iter().map(|call| call.miles).sum()
    }
}

/// The window promised for a stop that will be reached at `arrival`, and when work begins there:
/// most promises are kept, some only just, some not.
pub fn promise(chance: &mut Chance, arrival: i64) -> (i64, Option<i64>, i64) {
    const MINUTE: i64 = 60;
    const QUARTER: i64 = 15 * MINUTE;
    if chance.hits(20) {
        // Early at the gate: it opens later.
        let early = (arrival + chance.between(15, 90) * MINUTE) / QUARTER * QUARTER;
        let late = (!chance.hits(30)).then(|| early + chance.between(1, 4) * 1800);
        return (early, late, early.max(arrival));
    }
    let slack = match chance.below(100) {
        0..78 => chance.between(30, 240),
        78..90 => chance.between(2, 20),
        _ => -chance.between(20, 180),
    };
    let late = (arrival + slack * MINUTE) / QUARTER * QUARTER;
    let early = (late.min(arrival) - chance.between(0, 8) * QUARTER) / QUARTER * QUARTER;
    if early == late { (early, None, arrival) } else { (early, Some(late), arrival) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_promises_are_kept_and_some_are_not() {
        let mut chance = Chance::of(&[5]);
        let outcomes: Vec<i64> = (0..1000)
            .map(|_| {
                let (early, late, begins) = promise(&mut chance, 1_000_000);
                assert!(late.is_none_or(|late| early < late));
                assert!(begins >= early);
                late.unwrap_or(early) - 1_000_000
            })
            .collect();
        let late = outcomes.iter().filter(|slack| **slack < 0).count();
        assert!((50..250).contains(&late), "{late}");
    }
}
