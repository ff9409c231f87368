//! What a screen is made with, and what it asks of whoever made it.

use std::sync::Arc;

use super::{Calls, Change, File, Mouse};
use crate::model::overlay::Overlay;
use crate::model::{Deed, Seen, Timestamp, UnitId, UnitKind};
use crate::rules::eta::Office;
use crate::tui::chat::Wish;
use crate::tui::glyphs::Glyphs;
use crate::tui::keymap::KeyMap;
use crate::tui::theme::Theme;

/// How the database is polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A live view is open somewhere.
    Live {
        /// Seconds between reads of the positions.
        every_s: i64,
    },
    /// None is.
    Idle {
        /// Seconds between reads of the positions.
        every_s: i64,
    },
    /// Not by this process, and by no other that is known.
    View,
}

/// What the console must do for the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Have every feed read now.
    Refresh,
    /// Tell the other consoles that this is looked at now (`viewers.view`).
    Look(String),
    /// Write down what the person here does about exceptions, each by its id and as it is seen. What came of it
    /// is told by [`Event::Done`](crate::tui::event::Event::Done) or [`Event::Notice`](crate::tui::event::Event::Notice).
    Act {
        /// About which.
        on: Vec<(String, Seen)>,
        /// What.
        deed: Deed,
        /// What to say once it is written.
        done: String,
    },
    /// Put this on the clipboard.
    Copy(String),
    /// Read where this unit was in the last 24 hours; an
    /// [`Event::Trail`](crate::tui::event::Event::Trail) answers.
    Trail(UnitKind, UnitId),
    /// Have the assistant do this; an [`Event::Chat`](crate::tui::event::Event::Chat) tells what comes of it.
    Chat(Wish),
    /// Keep a view that was saved, or no more.
    KeepView(Change),
    /// Write this file where the console was started, and say so.
    Export(File),
    /// Call the person, who may look elsewhere, about this.
    Call(String),
    /// Have the mouse told to the screen, or no more.
    Mouse(Mouse),
    /// Put the console aside until the shell brings it back.
    Suspend,
}

/// What a screen is made with.
pub struct Setup {
    /// Which key does what.
    pub keys: KeyMap,
    /// The colours.
    pub theme: Theme,
    /// The marks.
    pub glyphs: Glyphs,
    /// The office's zone.
    pub zone: jiff::tz::TimeZone,
    /// Kilometres rather than miles.
    pub metric: bool,
    /// What the fleet drew on the map itself.
    pub own: Arc<Overlay>,
    /// Who sits here, as others are told.
    pub user: String,
    /// This console's host and process there: of one login several may be open.
    pub here: (String, u32),
    /// How the office plans.
    pub office: Office,
    /// The mouse from the start.
    pub mouse: Mouse,
    /// When a person may be called.
    pub calls: Calls,
    /// The time.
    pub now: Timestamp,
}
