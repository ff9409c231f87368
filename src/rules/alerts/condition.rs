//! Something that is wrong now, before it is decided whether anybody is to be bothered with it.

use std::time::Duration;

use crate::model::{ExceptionKind, Fact, Facts, Movement, Severity, Subject, Timestamp, Touches};

/// How firmly a condition holds. Between what raises and what clears lies room, so that a number that
/// wavers about a limit raises once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hold {
    /// Enough to keep an exception open, not to raise one.
    Lingers,
    /// Enough to raise one.
    Holds,
}

/// Something that is wrong now.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The id of its exception.
    pub id: String,
    /// What.
    pub kind: ExceptionKind,
    /// How much is at stake.
    pub severity: Severity,
    /// What it is about.
    pub subject: Subject,
    /// What else it touches.
    pub touches: Touches,
    /// How firmly.
    pub hold: Hold,
    /// Since when, where the facts tell.
    pub since_at: Option<Timestamp>,
    /// Until when something can be done.
    pub deadline_at: Option<Timestamp>,
    /// How bad it is, where that is not the time since `since_at`.
    pub measure_s: Option<i64>,
    /// One sentence, without any age.
    pub summary: String,
    /// What it rests on.
    pub facts: Facts,
    /// How long it must last before anybody is bothered, where that is not what its kind asks for.
    pub lasting: Option<Duration>,
}

impl Condition {
    pub(super) fn new(kind: ExceptionKind, severity: Severity, subject: Subject, summary: String) -> Self {
        Self {
            id: subject.exception_id(kind),
            kind,
            severity,
            subject,
            touches: Touches::default(),
            hold: Hold::Holds,
            since_at: None,
            deadline_at: None,
            measure_s: None,
            summary,
            facts: Facts::new(),
            lasting: None,
        }
    }

    pub(super) fn touching(mut self, touches: Touches) -> Self {
        self.touches = touches;
        self
    }

    pub(super) const fn held(mut self, hold: Hold) -> Self {
        self.hold = hold;
        self
    }

    pub(super) const fn since(mut self, at: Option<Timestamp>) -> Self {
        self.since_at = at;
        self
    }

    pub(super) const fn until(mut self, at: Option<Timestamp>) -> Self {
        self.deadline_at = at;
        self
    }

    pub(super) const fn measured(mut self, seconds: Option<i64>) -> Self {
        self.measure_s = seconds;
        self
    }

    pub(super) const fn lasting(mut self, lasting: Option<Duration>) -> Self {
        self.lasting = lasting;
        self
    }

    /// Adds a fact; what is not known is left out.
    pub(super) fn with(mut self, name: &str, fact: Option<Fact>) -> Self {
        if let Some(fact) = fact {
            self.facts.insert(name.to_owned(), fact);
        }
        self
    }

    /// Adds an instant.
    pub(super) fn at(self, name: &str, at: Option<Timestamp>) -> Self {
        self.with(name, at.map(Fact::At))
    }

    /// Adds words.
    pub(super) fn text(self, name: &str, text: impl Into<String>) -> Self {
        self.with(name, Some(Fact::Text(text.into())))
    }

    /// Adds how many there are.
    pub(super) fn count(self, name: &str, count: usize) -> Self {
        self.with(name, i64::try_from(count).ok().map(Fact::Count))
    }

    /// Adds the first ten of `texts`.
    pub(super) fn list<'a>(self, name: &str, texts: impl IntoIterator<Item = &'a str>) -> Self {
        let first: Vec<_> = texts.into_iter().take(10).map(str::to_owned).collect();
        let some = (!first.is_empty()).then_some(Fact::List(first));
        self.with(name, some)
    }
}

/// What a load touches.
pub(super) fn touched_by(movement: &Movement, stop_id: Option<&str>) -> Touches {
    Touches {
        company_id: Some(movement.tms.company_id.clone()),
        movement_id: Some(movement.tms.id.clone()),
        order_id: movement.tms.order_id.clone(),
        stop_id: stop_id.map(Into::into),
        tractor_id: movement.tractor_id.clone(),
        trailer_id: movement.trailer_id.clone(),
        driver_id: movement.driver_id.clone(),
        account: None,
    }
}
