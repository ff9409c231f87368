//! Who else looks at the same load: what this console tells of itself, and what its person is told of the others
//! before two people work on one thing. It locks nobody out.

use std::collections::BTreeSet;

use super::{App, Effect};
use crate::model::{MovementKey, Viewer};
use crate::rules::queue::load_of;
use crate::tui::event::Event;
use crate::tui::panels::Subject;

/// What the page of a change of shift is called among `viewers.view`.
const HANDOFF: &str = "handoff";

impl App {
    /// Takes in one event. Says what must be done outside, if anything.
    pub fn update(&mut self, event: Event) -> Option<Effect> {
        match self.react(event) {
            Some(Effect::Act { on, deed, done }) => {
                let of = |(id, _): &(String, _)| load_of(self.facts.fleet.exceptions.get(id)?);
                let loads: BTreeSet<MovementKey> = on.iter().filter_map(of).collect();
                let beside = loads.iter().filter_map(|load| self.facts.beside_at(load));
                let done = std::iter::once(done).chain(beside).collect::<Vec<_>>().join(" - ");
                Some(Effect::Act { on, deed, done })
            }
            Some(Effect::Look(_)) | None => self.looks(),
            effect => effect,
        }
    }

    /// Where the person looks now, if the others were told of somewhere else. Who opens what somebody else has open is
    /// told so.
    pub fn looks(&mut self) -> Option<Effect> {
        let view = self.looking_at();
        if view == self.told {
            return None;
        }
        if let Some(others) = self.load_opened().and_then(|load| self.facts.beside_at(&load)) {
            self.say(others);
        }
        self.told.clone_from(&view);
        Some(Effect::Look(view))
    }

    /// What is looked at, as the other consoles read it: the panel, the handoff, or the load whose page is open.
    pub fn looking_at(&self) -> String {
        match (self.opened(), self.load_opened()) {
            (_, Some(load)) => Viewer::view_of_load(&load),
            (Some(Subject::Handoff), None) => HANDOFF.to_owned(),
            _ => self.place.word().to_owned(),
        }
    }

    /// The load that the page on top is about.
    fn load_opened(&self) -> Option<MovementKey> {
        match self.opened()? {
            Subject::Movement(load) | Subject::Plan(load) | Subject::Best(load) => Some(load.clone()),
            Subject::Exception(id) => load_of(self.facts.fleet.exceptions.get(id)?),
            _ => None,
        }
    }
}
