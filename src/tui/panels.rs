//! The panels: which there are, what all of them can do, and the details a row opens.

mod answers;
mod board;
mod drivers;
mod exception;
mod health;
mod map;
mod movements;
mod tractors;
mod trailers;
mod units;

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

use super::action::{Action, OnMap};
use super::app::Effect;
use super::facts::Facts;
use super::keymap::KeyMap;
use super::theme::Theme;
use super::widgets::sheet::Sheet;
use super::widgets::table::{Listed, Listing, Rows, Table};
use crate::model::overlay::Overlay;
use crate::model::{
    Driver, Exception, FeedStatus, Keyed, Movement, MovementKey, Tractor, TrailPoint, Trailer, UnitId,
    UnitKind,
};
use crate::rules::find;
use crate::rules::queue::load_of;

/// One screenful under the header. It owns its cursor, sort and scroll, never what it shows.
pub trait Panel {
    /// The facts are others now, or will be read differently.
    fn spoil(&mut self);
    /// Time went on, and nothing else changed.
    fn turn(&mut self) {
        self.spoil();
    }
    /// Filters and sorts, where spoilt, and finds the selected row again.
    fn arrange(&mut self, facts: &Facts);
    /// It has this much room.
    fn fit(&mut self, size: Size);
    /// Moves the cursor.
    fn go(&mut self, go: Go, facts: &Facts);
    /// Puts the cursor on a row, where it is shown; whether it is.
    fn select(&mut self, subject: &Subject, facts: &Facts) -> bool;
    /// Does what only the map can do. Says what must be done outside, if anything.
    fn on_map(&mut self, _: OnMap, _: &Facts) -> Option<Effect> {
        None
    }
    /// Takes in a trail that was asked for.
    fn learn_trail(&mut self, _: UnitKind, _: &UnitId, _: Result<Vec<TrailPoint>, String>) {}
    /// Puts the cursor on what is drawn on this line of it, counted from 0, where that is a row.
    fn point(&mut self, _line: u16, _: &Facts) {}
    /// Shows only rows that pass `text` as a filter.
    fn filter(&mut self, text: &str);
    /// Sorts by the next column.
    fn sort(&mut self);
    /// Turns the order round.
    fn reverse(&mut self);
    /// Shows a part of its rows, where it knows parts.
    fn show(&mut self, _: Show) {}
    /// Shows or hides what was snoozed, where it shows exceptions.
    fn toggle_snoozed(&mut self) {}
    /// What is shown, how much of it and in which order.
    fn headline(&self, facts: &Facts) -> String;
    /// What the selected row is about.
    fn subject(&self, facts: &Facts) -> Option<Subject>;
    /// The open exceptions that the selected row is about, the worst first.
    fn at_hand(&self, facts: &Facts) -> Vec<String> {
        self.subject(facts).map(|subject| subject.exceptions(facts)).unwrap_or_default()
    }
    /// The selected row as a sentence.
    fn sentence(&self, facts: &Facts) -> Option<String>;
    /// A key is pressed for the row that is drawn under the cursor, whatever came in since.
    fn hold(&mut self) {}
    /// It was drawn.
    fn drawn(&mut self, _facts: &Facts) {}
    /// The rows shown, as text; `None` where it has none.
    fn rows(&self, facts: &Facts) -> Option<Rows> {
        Some(self.listing()?.rows(facts))
    }
    /// The table that it is, or has; what can be asked of tables alone is asked there.
    fn listing(&self) -> Option<&dyn Listing> {
        None
    }
    /// The same, to be changed.
    fn listing_mut(&mut self) -> Option<&mut dyn Listing> {
        None
    }
    /// Draws it.
    fn draw(&self, area: Rect, buf: &mut Buffer, facts: &Facts, theme: Theme);
}

/// What to call what an exception is about: the number of a load or a unit.
pub fn exception_number(row: &Exception, facts: &Facts) -> String {
    board::line::about(row, facts)
}

/// Where the cursor is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    Stay,
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
}

/// Which part of its rows the board shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    All,
    Late,
    Uncovered,
}

/// What a row is about: the identity a selection is kept by, and what a detail is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    Movement(MovementKey),
    Driver(UnitId),
    Tractor(UnitId),
    Trailer(UnitId),
    Feed {
        account: String,
        resource: String,
    },
    Exception(String),
    /// How a load gets there.
    Plan(MovementKey),
    /// Who else can take a load.
    Best(MovementKey),
    /// Who is held at a stop.
    Detention,
    /// Whose hours end before his work does.
    Limits,
    /// What one shift hands to the next.
    Handoff,
    /// Who is near a place, as it was asked.
    Near(String),
}

impl Subject {
    /// Whether it is a list of other things: a key on its page is about the line under the cursor.
    pub const fn is_list(&self) -> bool {
        matches!(self, Self::Detention | Self::Limits | Self::Handoff | Self::Near(_))
    }

    /// The load that it is, has or touches.
    pub fn load(&self, facts: &Facts) -> Option<MovementKey> {
        let of = |kind, id: &UnitId| find::of_unit(&facts.fleet, kind, id).map(Keyed::key);
        match self {
            Self::Movement(key) | Self::Plan(key) | Self::Best(key) => Some(key.clone()),
            Self::Driver(id) => {
                facts.committed().loads_of(id).first().cloned().or_else(|| of(find::Kind::Driver, id))
            }
            Self::Tractor(id) => {
                facts.committed().loads_on(id).first().cloned().or_else(|| of(find::Kind::Tractor, id))
            }
            Self::Trailer(id) => of(find::Kind::Trailer, id),
            Self::Exception(id) => load_of(facts.fleet.exceptions.get(id)?),
            Self::Feed { .. } | Self::Detention | Self::Limits | Self::Handoff | Self::Near(_) => None,
        }
    }

    /// The open exceptions about it, the worst first.
    pub fn exceptions(&self, facts: &Facts) -> Vec<String> {
        let touches = |row: &Exception| match self {
            Self::Movement(key) | Self::Plan(key) | Self::Best(key) => load_of(row).as_ref() == Some(key),
            Self::Driver(id) => row.touches.driver_id.as_ref() == Some(id),
            Self::Tractor(id) => row.touches.tractor_id.as_ref() == Some(id),
            Self::Trailer(id) => row.touches.trailer_id.as_ref() == Some(id),
            Self::Exception(id) => row.id == *id,
            Self::Feed { account, .. } => row.touches.account.as_deref() == Some(account.as_str()),
            Self::Detention | Self::Limits | Self::Handoff | Self::Near(_) => false,
        };
        let mut open: Vec<_> =
            facts.fleet.exceptions.iter().filter(|row| facts.holds(row) && touches(row)).collect();
        open.sort_unstable_by(|a, b| a.cmp_rank(b));
        open.into_iter().map(|row| row.id.clone()).collect()
    }

    /// It as a sentence, to be sent to somebody: of a load what a customer may be told.
    pub fn sentence(&self, facts: &Facts) -> Option<String> {
        if let Self::Movement(_) | Self::Plan(_) | Self::Best(_) | Self::Exception(_) = self
            && let Some(load) = self.load(facts).and_then(|key| facts.fleet.movements.get(&key))
        {
            return Some(answers::for_customer(load, facts));
        }
        match self {
            Self::Driver(id) => facts.driver(Some(id)).map(|row| row.sentence(facts)),
            Self::Tractor(id) => facts.tractor(Some(id)).map(|row| row.sentence(facts)),
            Self::Trailer(id) => facts.trailer(Some(id)).map(|row| row.sentence(facts)),
            Self::Exception(id) => {
                let row = facts.fleet.exceptions.get(id)?;
                Some(format!("{}: {}.", board::line::about(row, facts), row.summary))
            }
            Self::Feed { .. } => {
                facts.fleet.feeds.iter().find(|feed| health::is(feed, self)).map(|row| row.sentence(facts))
            }
            Self::Movement(_)
            | Self::Plan(_)
            | Self::Best(_)
            | Self::Detention
            | Self::Limits
            | Self::Handoff
            | Self::Near(_) => None,
        }
    }

    /// Everything known of it; `None` once nothing is.
    pub fn sheet(&self, facts: &Facts) -> Option<Sheet> {
        match self {
            Self::Movement(key) => Some(movements::sheet(facts.fleet.movements.get(key)?, facts)),
            Self::Driver(id) => facts.driver(Some(id)).map(|row| drivers::sheet(row, facts)),
            Self::Tractor(id) => facts.tractor(Some(id)).map(|row| tractors::sheet(row, facts)),
            Self::Trailer(id) => facts.trailer(Some(id)).map(|row| trailers::sheet(row, facts)),
            Self::Feed { .. } => facts
                .fleet
                .feeds
                .iter()
                .find(|feed| health::is(feed, self))
                .map(|row| health::sheet(row, facts)),
            Self::Exception(id) => facts.fleet.exceptions.get(id).map(|row| exception::sheet(row, facts)),
            Self::Plan(key) => Some(answers::plan(facts.fleet.movements.get(key)?, facts)),
            Self::Best(key) => Some(answers::best(facts.fleet.movements.get(key)?, facts)),
            Self::Detention => Some(answers::detention(facts)),
            Self::Limits => Some(answers::limits::sheet(facts)),
            Self::Handoff => Some(answers::handoff::sheet(facts)),
            Self::Near(asked) => Some(answers::near::sheet(asked, facts)),
        }
    }
}

/// The panels there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Board,
    Map,
    Movements,
    Drivers,
    Tractors,
    Trailers,
    Health,
}

impl Place {
    pub const ALL: [Self; 7] = [
        Self::Board,
        Self::Map,
        Self::Movements,
        Self::Drivers,
        Self::Tractors,
        Self::Trailers,
        Self::Health,
    ];

    /// What it is called among `viewers.view`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Board => "board",
            Self::Map => "map",
            Self::Movements => "movements",
            Self::Drivers => "drivers",
            Self::Tractors => "tractors",
            Self::Trailers => "trailers",
            Self::Health => "health",
        }
    }

    /// What it is called on the screen, in full and in short.
    pub const fn titles(self) -> (&'static str, &'static str) {
        match self {
            Self::Board => ("Board", "Brd"),
            Self::Map => ("Map", "Map"),
            Self::Movements => ("Movements", "Mov"),
            Self::Drivers => ("Drivers", "Drv"),
            Self::Tractors => ("Tractors", "Trc"),
            Self::Trailers => ("Trailers", "Trl"),
            Self::Health => ("Health", "Hlt"),
        }
    }

    /// What brings one here.
    pub const fn action(self) -> Action {
        match self {
            Self::Board => Action::Board,
            Self::Map => Action::Map,
            Self::Movements => Action::Movements,
            Self::Drivers => Action::Drivers,
            Self::Tractors => Action::Tractors,
            Self::Trailers => Action::Trailers,
            Self::Health => Action::Health,
        }
    }

    /// The panel, as it is when the console starts.
    pub fn panel(self, keys: &KeyMap, own: &Arc<Overlay>) -> Box<dyn Panel> {
        let fit = || keys.keys_of(Action::OnMap(OnMap::FitAll)).first().cloned().unwrap_or_default();
        match self {
            Self::Board => Box::new(board::Board::new()),
            Self::Map => Box::new(map::Map::new(Arc::clone(own), fit())),
            Self::Movements => Box::new(Table::<Movement>::new()),
            Self::Drivers => Box::new(Table::<Driver>::new()),
            Self::Tractors => Box::new(Table::<Tractor>::new()),
            Self::Trailers => Box::new(Table::<Trailer>::new()),
            Self::Health => Box::new(health::Health(Table::<FeedStatus>::new())),
        }
    }
}
