//! Keys that answer a dispatcher's questions from wherever they are: each shows a panel in another order, a
//! part of the board, or a page made by the same rules as the command of that name.

use super::{App, Effect};
use crate::model::{Keyed, MovementKey, Risk};
use crate::rules::{asked, late};
use crate::tui::action::Action;
use crate::tui::panels::{Go, Place, Show, Subject};

impl App {
    pub(super) fn quick(&mut self, action: Action) -> Option<Effect> {
        match action {
            Action::Snoozed => self.slot_mut().panel.toggle_snoozed(),
            Action::Late => return self.look_at(Show::Late),
            Action::Uncovered => return self.look_at(Show::Uncovered),
            Action::Limits if self.opened() == Some(&Subject::Limits) => drop(self.pages.pop()),
            Action::Limits => self.turn_to(Subject::Limits),
            Action::Detention if self.opened() == Some(&Subject::Detention) => drop(self.pages.pop()),
            Action::Detention => self.turn_to(Subject::Detention),
            Action::Plan => self.turn_to_load(Subject::Plan),
            Action::Best => self.turn_to_load(Subject::Best),
            Action::NextLate => return self.next_late(),
            Action::LastPanel => return self.look(self.before),
            _ => {}
        }
        None
    }

    /// Where the filter that was typed is a question, answers it instead.
    pub(super) fn ask_near(&mut self) {
        let asked = self.slot().filter.value().to_owned();
        if asked::is_asked(&asked) {
            self.slot_mut().filter.reset();
            self.refilter();
            self.turn_to(Subject::Near(asked));
        }
    }

    /// A part of the board; again, all of it.
    fn look_at(&mut self, show: Show) -> Option<Effect> {
        let again = self.place == Place::Board && self.show == show && self.pages.is_empty();
        let effect = self.look(Place::Board);
        self.slot_mut().filter.reset();
        self.refilter();
        self.show(if again { Show::All } else { show });
        effect
    }

    pub(super) fn show(&mut self, show: Show) {
        self.show = show;
        self.slot_mut().panel.show(show);
    }

    /// What the page on top, or the selected row, is about.
    fn subject(&mut self) -> Option<Subject> {
        if let Some(subject) = self.in_hand() {
            return Some(subject.clone());
        }
        let (slot, facts) = self.arranged();
        slot.panel.go(Go::Stay, &facts);
        slot.panel.subject(&facts)
    }

    fn turn_to_load(&mut self, page: fn(MovementKey) -> Subject) {
        let subject = self.subject();
        match subject.as_ref().and_then(|subject| subject.load(&self.facts)) {
            Some(load) if subject == Some(page(load.clone())) => drop(self.pages.pop()),
            Some(load) => self.turn_to(page(load)),
            None => self.say("no load is selected: this key asks about one"),
        }
    }

    /// The late load after the selected one, the worst after the last: as the page on top where that is a load's, else
    /// on the board, or among the loads.
    fn next_late(&mut self) -> Option<Effect> {
        let (fleet, now) = (&self.facts.fleet, self.facts.now);
        let report = late::late(fleet, &self.facts.fresh, now, false);
        let late: Vec<MovementKey> = (report.loads.iter())
            .filter(|load| load.standing.risk == Risk::Late)
            .map(|load| load.movement.key())
            .collect();
        let here = self.subject().and_then(|subject| subject.load(&self.facts));
        let after = here.and_then(|here| late.iter().position(|load| *load == here)).map_or(0, |at| at + 1);
        let Some(next) = late.get(after).or(late.first()).cloned() else {
            self.say("no load is late, as far as is known");
            return None;
        };
        let next = Subject::Movement(next);
        if matches!(self.opened(), Some(Subject::Movement(_))) {
            self.pages.pop();
            self.turn_to(next);
            return None;
        }
        let place = if self.place == Place::Movements { Place::Movements } else { Place::Board };
        let effect = self.look(place);
        let (slot, facts) = self.arranged();
        if !slot.panel.select(&next, &facts) {
            self.turn_to(next);
        }
        effect
    }
}
