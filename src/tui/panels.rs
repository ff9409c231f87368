//! The panels: which there are, what all of them can do, and the details a row opens.

mod drivers;
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
use super::widgets::table::Table;
use crate::model::overlay::Overlay;
use crate::model::{
    Driver, FeedStatus, Movement, MovementKey, Tractor, TrailPoint, Trailer, UnitId, UnitKind,
};

/// One screenful under the header. It owns its cursor, sort and scroll, never what it shows.
pub trait Panel {
    /// The facts are others now, or will be read differently.
    fn spoil(&mut self);
    /// Filters and sorts, where spoilt, and finds the selected row again.
    fn arrange(&mut self, facts: &Facts);
    /// It has this much room.
    fn fit(&mut self, size: Size);
    /// Moves the cursor.
    fn go(&mut self, go: Go, facts: &Facts);
    /// Puts the cursor on what stands for it here, where something does; whether it does.
    fn select(&mut self, _: &Subject, _: &Facts) -> bool {
        false
    }
    /// Does what only the map can do. Says what must be done outside, if anything.
    fn on_map(&mut self, _: OnMap, _: &Facts) -> Option<Effect> {
        None
    }
    /// Takes in a trail that was asked for.
    fn learn_trail(&mut self, _: UnitKind, _: &UnitId, _: Result<Vec<TrailPoint>, String>) {}
    /// Shows only rows that hold every word of `text`.
    fn filter(&mut self, text: &str);
    /// Sorts by the next column.
    fn sort(&mut self);
    /// Turns the order round.
    fn reverse(&mut self);
    /// What is shown, how much of it and in which order.
    fn headline(&self, facts: &Facts) -> String;
    /// What the selected row is about.
    fn subject(&self, facts: &Facts) -> Option<Subject>;
    /// The selected row as a sentence.
    fn sentence(&self, facts: &Facts) -> Option<String>;
    /// Draws it.
    fn draw(&self, area: Rect, buf: &mut Buffer, facts: &Facts, theme: Theme);
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

/// What a row is about: the identity a selection is kept by, and what a detail is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    Movement(MovementKey),
    Driver(UnitId),
    Tractor(UnitId),
    Trailer(UnitId),
    Feed { account: String, resource: String },
}

impl Subject {
    /// Everything known of it; `None` once nothing is.
    pub fn sheet(&self, facts: &Facts) -> Option<Sheet> {
        match self {
            Self::Movement(key) => facts.fleet.movements.get(key).map(|row| movements::sheet(row, facts)),
            Self::Driver(id) => facts.driver(Some(id)).map(|row| drivers::sheet(row, facts)),
            Self::Tractor(id) => facts.tractor(Some(id)).map(|row| tractors::sheet(row, facts)),
            Self::Trailer(id) => facts.trailer(Some(id)).map(|row| trailers::sheet(row, facts)),
            Self::Feed { .. } => facts
                .fleet
                .feeds
                .iter()
                .find(|feed| health::is(feed, self))
                .map(|row| health::sheet(row, facts)),
        }
    }
}

/// The panels there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Map,
    Movements,
    Drivers,
    Tractors,
    Trailers,
    Health,
}

impl Place {
    pub const ALL: [Self; 6] =
        [Self::Map, Self::Movements, Self::Drivers, Self::Tractors, Self::Trailers, Self::Health];

    /// What it is called among `viewers.view`.
    pub const fn word(self) -> &'static str {
        match self {
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
            Self::Map => Box::new(map::Map::new(Arc::clone(own), fit())),
            Self::Movements => Box::new(Table::<Movement>::new()),
            Self::Drivers => Box::new(Table::<Driver>::new()),
            Self::Tractors => Box::new(Table::<Tractor>::new()),
            Self::Trailers => Box::new(Table::<Trailer>::new()),
            Self::Health => Box::new(health::Health(Table::<FeedStatus>::new())),
        }
    }
}
