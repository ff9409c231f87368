//! The one line in which anything can be asked for, and the list under it: what keys can do, commands, saved views, and
//! whatever has a name. The help is the same with other things in its list. It runs nothing.

mod draw;
mod help;
mod index;
mod score;

use std::rc::Rc;

use tui_input::Input;

pub use self::draw::{Manner, paint};
pub use self::help::{Filters, Part, Word};
pub use self::index::{Index, Kind, Row};
use self::score::{Fit, Query};
use super::action::Action;
use crate::model::folded;

/// What is in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything that can be asked for.
    All,
    /// What works here, and what is written on the screen.
    Help,
}

/// A command that is typed, with what it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command {
    /// As it is typed: "save NAME".
    pub form: &'static str,
    /// What it does.
    pub does: &'static str,
}

impl Command {
    /// Those there are.
    pub const ALL: &'static [Self] = &[
        Self { form: "save NAME", does: "keep this panel with its filter, order and columns under a name" },
        Self { form: "view NAME", does: "show what was saved under a name" },
        Self { form: "forget NAME", does: "keep the view of that name no more" },
        Self { form: "export csv", does: "write the rows shown to a CSV file here" },
        Self { form: "export json", does: "write the rows shown to a JSON file here" },
        Self { form: "new", does: "begin another conversation with the assistant" },
        Self {
            form: "handoff",
            does: "the change of shift: what is open and who has it; space takes a line over",
        },
    ];

    /// The command that `line` begins with, whatever is wrong with the rest of it.
    fn typed(line: &str) -> Option<Self> {
        let word = line.split_whitespace().next()?;
        Self::ALL.iter().copied().find(|command| command.word() == word)
    }

    /// Its first word.
    fn word(self) -> &'static str {
        self.form.split(' ').next().unwrap_or_default()
    }

    /// What is still to be typed after it is chosen; `None` where it is whole.
    pub fn wants(self) -> Option<String> {
        self.form.ends_with("NAME").then(|| format!("{} ", self.word()))
    }
}

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// What a key does.
    Action(Action),
    /// A command, to be typed on or to be run.
    Command(Command),
    /// What is typed is a command.
    Typed(Command),
    /// The saved view of that name.
    View(String),
    /// A row of the fleet, or a town.
    Row(Row),
    /// A word of the help.
    Word(Part, &'static Word),
}

/// What is typed, and what fits it.
pub struct Palette {
    pub scope: Scope,
    pub input: Input,
    /// It was opened by digits, the first of which may have been meant for panels.
    pub by_digits: bool,
    /// What fits, best first; in the help, in its own order.
    choices: Vec<Choice>,
    /// How much fits, listed or not.
    total: usize,
    at: usize,
    /// The actions that do something here, those for this screen first.
    actions: Vec<(Part, Action)>,
    /// What can be filtered there.
    filters: Filters,
    views: Vec<String>,
    index: Option<Rc<Index>>,
}

impl Palette {
    /// Everything: `actions` that do something here, the names of saved views, and the fleet.
    pub fn of(actions: Vec<(Part, Action)>, views: Vec<String>, index: Rc<Index>) -> Self {
        Self { views, index: Some(index), ..Self::new(Scope::All, actions) }.searched()
    }

    /// The help: `actions` that do something here, and what can be filtered.
    pub fn help(actions: Vec<(Part, Action)>, filters: Filters) -> Self {
        Self { filters, ..Self::new(Scope::Help, actions) }.searched()
    }

    fn new(scope: Scope, actions: Vec<(Part, Action)>) -> Self {
        Self {
            scope,
            input: Input::default(),
            by_digits: false,
            choices: Vec::new(),
            total: 0,
            at: 0,
            actions,
            filters: Filters::Nothing,
            views: Vec::new(),
            index: None,
        }
    }

    fn searched(mut self) -> Self {
        self.search(&|_| String::new());
        self
    }

    /// Finds anew what fits what is typed. `keys` says an action's keys.
    pub fn search(&mut self, keys: &dyn Fn(Action) -> String) {
        let query = Query::of(self.input.value());
        self.at = 0;
        match self.scope {
            Scope::Help => {
                self.choices = help::choices(&self.actions, &self.filters, &query, keys);
                self.total = self.choices.len();
            }
            Scope::All => self.search_all(&query),
        }
    }

    fn search_all(&mut self, query: &Query) {
        let (rows, count) = match &self.index {
            Some(index) if !query.is_empty() => index.search(query),
            _ => (Vec::new(), 0),
        };
        let mut found: Vec<(Fit, Choice)> = self.near(query);
        self.total = found.len() + count;
        found.extend(rows.into_iter().map(|row| (row.fit, Choice::Row(row))));
        // Stable: of two that fit alike an action comes before a unit, and rows stay in their order.
        found.sort_by_key(|(fit, _)| *fit);
        self.choices = found.into_iter().map(|(_, choice)| choice).collect();
        if let Some(command) = Command::typed(self.input.value()) {
            self.choices.retain(|choice| !matches!(choice, Choice::Command(_)));
            self.choices.insert(0, Choice::Typed(command));
            self.total = self.total.max(self.choices.len());
        }
    }

    /// What fits of what is not the fleet's.
    fn near(&self, query: &Query) -> Vec<(Fit, Choice)> {
        let fit = |name: &str, means: &str| match query.fit(&folded(name)) {
            _ if query.is_empty() => Some(Fit::Exact),
            // What is only said of it is no name of it.
            None => query.fit(&folded(means)).filter(|fit| *fit < Fit::Letters).map(|_| Fit::Words),
            named => named,
        };
        let actions = self.actions.iter().filter_map(|(_, action)| {
            let name = action.name().replace('_', " ");
            Some((fit(&name, action.description())?, Choice::Action(*action)))
        });
        let views =
            (self.views.iter()).filter_map(|name| Some((fit(name, "view")?, Choice::View(name.clone()))));
        let commands = Command::ALL
            .iter()
            .filter_map(|command| Some((fit(command.form, command.does)?, Choice::Command(*command))));
        actions.chain(views).chain(commands).collect()
    }

    /// What the cursor is on.
    pub fn chosen(&self) -> Option<&Choice> {
        self.choices.get(self.at)
    }

    /// The names of the fleet that it looks through.
    pub fn index(&self) -> Option<&Index> {
        self.index.as_deref()
    }

    /// Moves the cursor by so many lines.
    pub fn go(&mut self, lines: isize) {
        let last = self.choices.len().saturating_sub(1);
        self.at = self.at.saturating_add_signed(lines).min(last);
    }

    /// Puts it on the so manieth line.
    pub fn go_to(&mut self, at: usize) {
        self.at = at.min(self.choices.len().saturating_sub(1));
    }
}
