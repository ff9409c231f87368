//! What is wrong and wants somebody: one queue over loads, drivers, units and feeds. Found in `rules`,
//! never told by anybody; what people did about it is in [`Handling`].

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

use serde::Serialize;

use super::{EtaSource, Handling, Keyed, Mark, MovementKey, RowText, Seen, Timestamp, UnitId};

/// What kind of trouble it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionKind {
    /// Loads whose class nobody can know, for a cause that no other exception names.
    #[default]
    Blind,
    /// A load makes its window only with luck.
    AtRisk,
    /// A load will not make its window legally, or has not.
    Late,
    /// A load picks up soon, or stands somewhere picked up, and nobody is to drive it or nothing to drive
    /// it with.
    UnassignedPickup,
    /// Whoever is assigned cannot legally be at the pickup in time.
    InfeasiblePickup,
    /// A driver's hours end before the work does.
    RunsOut,
    /// A truck is held at a stop beyond its free time, or soon will be.
    Detention,
    /// A tractor with an open load has been silent for longer than is normal.
    Dark,
    /// A trailer moves and no tractor of ours is with it.
    TrailerAlone,
    /// The driver's log says one thing, the truck does another.
    LogDisagrees,
    /// An account's feeds do not come. The units that are dark because of it are counted here.
    FeedDown,
    /// The TMS says one thing of a stop, the truck did another.
    TmsDisagrees,
}

impl ExceptionKind {
    /// The word used in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Blind => "blind",
            Self::AtRisk => "at_risk",
            Self::Late => "late",
            Self::UnassignedPickup => "unassigned_pickup",
            Self::InfeasiblePickup => "infeasible_pickup",
            Self::RunsOut => "runs_out",
            Self::Detention => "detention",
            Self::Dark => "dark",
            Self::TrailerAlone => "trailer_alone",
            Self::LogDisagrees => "log_disagrees",
            Self::FeedDown => "feed_down",
            Self::TmsDisagrees => "tms_disagrees",
        }
    }

    /// What it is about. Kinds of one topic are one exception that changes: a claim on a load that is at
    /// risk stays when it is late.
    pub const fn topic(self) -> &'static str {
        match self {
            Self::AtRisk | Self::Late | Self::UnassignedPickup | Self::InfeasiblePickup => "schedule",
            Self::Blind => "blind",
            Self::RunsOut => "hours",
            Self::Detention => "detention",
            Self::Dark => "silence",
            Self::TrailerAlone => "trailer",
            Self::LogDisagrees => "log",
            Self::FeedDown => "feed",
            Self::TmsDisagrees => "word",
        }
    }
}

/// How much is at stake, least first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    #[default]
    Low,
    /// Money, or the next load.
    Medium,
    /// A load may fail.
    High,
    /// A load will fail, or is being stolen.
    Critical,
}

impl Severity {
    /// All of them, least first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word used in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// How far an exception has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionState {
    /// It holds, but not for long enough to bother anybody: never shown.
    #[default]
    Watched,
    /// It stands in the queue.
    Open,
    /// It is over.
    Cleared,
}

impl ExceptionState {
    /// The word used in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Watched => "watched",
            Self::Open => "open",
            Self::Cleared => "cleared",
        }
    }
}

/// Which way an exception is about to change, once that has lasted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trend {
    /// To be raised, or to a higher severity.
    Worse,
    /// To a lower severity.
    Better,
    /// To be cleared.
    Gone,
    /// Nowhere: nobody can tell any more whether it holds. What is said of it is from before.
    Blind,
}

impl Trend {
    /// The word used in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::Better => "better",
            Self::Gone => "gone",
            Self::Blind => "blind",
        }
    }
}

/// What kind of thing an exception is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// A movement, by its TMS id.
    #[default]
    Movement,
    /// A stop, by its TMS id.
    Stop,
    /// A power unit.
    Tractor,
    /// Anything pulled.
    Trailer,
    /// A person who drives.
    Driver,
    /// An account, by its name in the configuration.
    Account,
    /// A cause that many things share, by its code.
    Cause,
}

impl SubjectKind {
    /// The word used in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Movement => "movement",
            Self::Stop => "stop",
            Self::Tractor => "tractor",
            Self::Trailer => "trailer",
            Self::Driver => "driver",
            Self::Account => "account",
            Self::Cause => "cause",
        }
    }
}

/// What an exception is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// Of which kind.
    pub kind: SubjectKind,
    /// The TMS company, of a movement or a stop; the same as [`Touches::company_id`].
    pub company_id: Option<RowText>,
    /// Its id.
    pub id: RowText,
}

impl Subject {
    /// A movement or a stop, by its key.
    pub fn of_company(kind: SubjectKind, key: &MovementKey) -> Self {
        Self { kind, company_id: Some(key.company_id.clone()), id: key.id.clone() }
    }

    /// Anything that no company has.
    pub fn plain(kind: SubjectKind, id: impl Into<RowText>) -> Self {
        Self { kind, company_id: None, id: id.into() }
    }

    /// The id of the one exception that there is on a topic about this.
    pub fn exception_id(&self, kind: ExceptionKind) -> String {
        let topic = kind.topic();
        match &self.company_id {
            // Only the last part may hold a colon: no two things share an id.
            Some(company) => {
                let company = company.replace('%', "%25").replace(':', "%3A");
                format!("{topic}:{company}:{}", self.id)
            }
            None => format!("{topic}:{}", self.id),
        }
    }
}

/// One fact that an exception rests on.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Fact {
    /// An instant; its name ends in `_at`.
    At(Timestamp),
    /// Whole seconds; its name ends in `_s`.
    Seconds(i64),
    /// How many.
    Count(i64),
    /// Degrees, miles, miles an hour.
    Number(f64),
    /// Words.
    Text(String),
    /// Several of a kind, the first ten of them.
    List(Vec<String>),
}

/// What an exception rests on, by name.
pub type Facts = BTreeMap<String, Fact>;

/// What else an exception touches.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Touches {
    /// The TMS company of the movement, its order and its stop.
    pub company_id: Option<RowText>,
    /// The movement.
    pub movement_id: Option<RowText>,
    /// Its order.
    pub order_id: Option<RowText>,
    /// The stop.
    pub stop_id: Option<RowText>,
    /// The tractor.
    pub tractor_id: Option<UnitId>,
    /// The trailer.
    pub trailer_id: Option<UnitId>,
    /// The driver.
    pub driver_id: Option<UnitId>,
    /// The account.
    pub account: Option<RowText>,
}

/// One row of `exceptions`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Exception {
    /// `TOPIC:COMPANY:ID` or `TOPIC:ID`; the same each time the same thing goes wrong.
    pub id: String,
    /// What is wrong.
    pub kind: ExceptionKind,
    /// How much is at stake.
    pub severity: Severity,
    /// What it is about.
    pub subject: Subject,
    /// What else it touches.
    #[serde(flatten)]
    pub touches: Touches,
    /// Since when it is so, as far as is known.
    pub since_at: Timestamp,
    /// Until when something can be done about it; `None` where no time is known.
    pub deadline_at: Option<Timestamp>,
    /// How bad it is, in seconds, more is worse: how late, say. `None` where that is the time since
    /// `since_at`.
    pub measure_s: Option<i64>,
    /// What it is worth to look at it now: the queue is sorted by this (`rules::alerts::score`).
    pub score: i64,
    /// What is wrong, in one sentence that names no age: the times beside it do.
    pub summary: String,
    /// What that rests on.
    pub facts: Facts,
    /// How far it has come.
    pub state: ExceptionState,
    /// Where it is about to go, and since when.
    pub trend: Option<(Trend, Timestamp)>,
    /// How often it was raised in this spell.
    pub count: i64,
    /// When this spell began: what people did since then counts.
    pub first_raised_at: Option<Timestamp>,
    /// When it was raised last.
    pub raised_at: Option<Timestamp>,
    /// When it last was raised or became worse.
    pub worsened_at: Option<Timestamp>,
    /// When it was cleared last.
    pub cleared_at: Option<Timestamp>,
    /// Why.
    pub cleared_because: Option<String>,
    /// When this was worked out.
    pub computed_at: Timestamp,
    /// What people did about it.
    pub handling: Handling,
}

impl Exception {
    /// Whether it stands in the queue.
    pub fn is_open(&self) -> bool {
        self.state == ExceptionState::Open
    }

    /// Whether it was raised in this spell, however it stands now. What never was is nobody's business.
    pub const fn was_raised(&self) -> bool {
        self.count > 0
    }

    /// A fact that is words.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.facts.get(name)? {
            Fact::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A fact that is an instant.
    pub fn at(&self, name: &str) -> Option<Timestamp> {
        match self.facts.get(name)? {
            Fact::At(at) => Some(*at),
            _ => None,
        }
    }

    /// Who worked out the road that its lateness and its times rest on.
    pub fn eta_source(&self) -> Option<EtaSource> {
        self.text("eta_source").and_then(EtaSource::from_word)
    }

    /// How bad it is at `now`, in seconds.
    pub fn badness_s(&self, now: Timestamp) -> i64 {
        self.measure_s.unwrap_or_else(|| now.secs_since(self.since_at).max(0))
    }

    /// What a person who acts on it at `now` has before them.
    pub fn seen(&self, now: Timestamp) -> Seen {
        Seen { kind: self.kind, severity: self.severity, count: self.count, badness_s: self.badness_s(now) }
    }

    /// Who has seen it as it is. A word for less than it is now does not count any more.
    pub fn acked_by(&self) -> impl Iterator<Item = &Mark> {
        self.handling.acks.iter().filter(|mark| {
            let seen = &mark.seen;
            (seen.kind, seen.count) == (self.kind, self.count) && self.severity <= seen.severity
        })
    }

    /// Whether `user` does not want to be bothered with it at `now`. It stays in everybody else's queue.
    pub fn is_snoozed_for(&self, user: &str, now: Timestamp) -> bool {
        let snoozed = self.handling.snoozes.iter().find(|(mark, _)| mark.user == user);
        snoozed.is_some_and(|(mark, snooze)| {
            let seen = &mark.seen;
            let worse = self.severity > seen.severity
                || (self.kind != seen.kind && self.severity == seen.severity)
                || snooze
                    .worse_by_s
                    .is_some_and(|by| self.badness_s(now) >= seen.badness_s.saturating_add(by));
            !worse && snooze.until_at.is_none_or(|until| now < until)
        })
    }

    /// The order of the queue: what is worth most first; of equals the one raised first. Total, and no
    /// second that passes changes it.
    pub fn cmp_rank(&self, other: &Self) -> Ordering {
        let rank = |row: &Self| (Reverse(row.score), Reverse(row.severity), row.raised_at);
        rank(self).cmp(&rank(other)).then_with(|| self.id.cmp(&other.id))
    }
}

impl Keyed for Exception {
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }

    fn cmp_key(&self, key: &String) -> Ordering {
        self.id.cmp(key)
    }

    fn cmp_row(&self, other: &Self) -> Ordering {
        self.id.cmp(&other.id)
    }
}

/// What became of an exception; with it the row as it is from then on.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// It holds, and is watched until it has lasted.
    Watch(Exception),
    /// It enters the queue.
    Raise(Exception),
    /// It goes to a higher severity.
    Worsen(Exception),
    /// It goes to a lower severity.
    Ease(Exception),
    /// Something about it changed.
    Update(Exception),
    /// It is over.
    Clear(Exception),
    /// It went before it was raised: its id.
    Forget(String),
}

impl Step {
    /// The row from now on; `None` where there is none any more.
    pub const fn row(&self) -> Option<&Exception> {
        match self {
            Self::Watch(row)
            | Self::Raise(row)
            | Self::Worsen(row)
            | Self::Ease(row)
            | Self::Update(row)
            | Self::Clear(row) => Some(row),
            Self::Forget(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_things_share_an_id() {
        let id = |company: &str, id: &str| {
            let key = MovementKey { company_id: company.into(), id: id.into() };
            Subject::of_company(SubjectKind::Movement, &key).exception_id(ExceptionKind::Late)
        };
        assert_eq!(id("TMS", "0091"), "schedule:TMS:0091");
        assert_ne!(id("A:B", "C"), id("A", "B:C"));
        assert_ne!(id("A:B", "C"), id("A%3AB", "C"));
        let truck = Subject::plain(SubjectKind::Tractor, "samsara:281");
        assert_eq!(truck.exception_id(ExceptionKind::Dark), "silence:samsara:281");
    }

    #[test]
    fn the_queue_is_sorted_by_worth_then_by_who_came_first() {
        let row = |id: &str, score, raised| Exception {
            id: id.into(),
            score,
            raised_at: Some(Timestamp::from_secs(raised)),
            ..Exception::default()
        };
        let mut rows = [row("b", 5, 9), row("a", 5, 9), row("c", 9, 20), row("d", 5, 1)];
        rows.sort_by(Exception::cmp_rank);
        assert_eq!(rows.map(|row| row.id), ["c", "d", "a", "b"]);
    }
}
