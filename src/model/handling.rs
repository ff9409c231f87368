//! What people do about an exception, and what that comes to: who has seen it, who sees to it, who does
//! not want to be bothered. To have seen a thing hides it from nobody.

use serde::Serialize;

use super::{ExceptionKind, Severity, Timestamp};

/// What one person did, when, and in view of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub user: String,
    /// On which host.
    pub host: String,
    /// What.
    pub deed: Deed,
    /// How the exception stood on that person's screen.
    pub seen: Seen,
}

/// What can be done about an exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// "I have seen it."
    Ack,
    /// "I have not seen it after all."
    Unack,
    /// "I see to it": of several people's, the last word counts.
    Claim,
    /// "Nobody sees to it any more": anybody may say so, as at a change of shift.
    Unclaim,
    /// "Do not bother me with it for now."
    Snooze(Snooze),
    /// "Bother me again."
    Unsnooze,
    /// A note to everybody.
    Note(String),
    /// "I take this over": at a change of shift, from whoever had it.
    Accept,
}

impl Deed {
    /// The word used in the database.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Ack => "ack",
            Self::Unack => "unack",
            Self::Claim => "claim",
            Self::Unclaim => "unclaim",
            Self::Snooze(_) => "snooze",
            Self::Unsnooze => "unsnooze",
            Self::Note(_) => "note",
            Self::Accept => "accept",
        }
    }
}

/// How long somebody does not want to be bothered. A higher severity ends it in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Snooze {
    /// Until then.
    pub until_at: Option<Timestamp>,
    /// Until it is worse by so many seconds than when it was snoozed.
    pub worse_by_s: Option<i64>,
}

/// How an exception stood when somebody acted on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// What was wrong.
    pub kind: ExceptionKind,
    /// How much was at stake.
    pub severity: Severity,
    /// How often it had been raised.
    pub count: i64,
    /// How bad it was, in seconds.
    pub badness_s: i64,
}

/// Somebody's mark on an exception.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// Who.
    pub user: String,
    /// On which host.
    pub host: String,
    /// When.
    pub at: Timestamp,
    /// In view of what.
    #[serde(skip)]
    pub seen: Seen,
}

/// All that people did about one exception in one spell. Ask
/// [`Exception::acked_by`](super::Exception::acked_by) and
/// [`Exception::is_snoozed_for`](super::Exception::is_snoozed_for) for what of it still counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Handling {
    /// Who has seen it, in some state; each person's last word.
    pub acks: Vec<Mark>,
    /// Who sees to it.
    pub claim: Option<Mark>,
    /// Who did not want to be bothered, and for how long; each person's last word.
    pub snoozes: Vec<(Mark, Snooze)>,
    /// Notes, oldest first.
    pub notes: Vec<(Mark, String)>,
    /// Who took it over at a change of shift and has had it ever since.
    pub accepted: Option<Mark>,
}

/// Who has an exception and who has seen it: what is written down of it beside everything that people do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Handled {
    /// Who sees to it.
    pub claimed_by: Option<String>,
    /// Who took it over at a change of shift.
    pub accepted_by: Option<String>,
    /// Who has seen it.
    pub acked_by: Vec<String>,
    /// Who did not want to be bothered.
    pub snoozed_by: Vec<String>,
    /// How many notes there are.
    pub notes: usize,
}

impl Handling {
    /// What `acts`, in the order they were done, come to.
    pub fn of(acts: impl IntoIterator<Item = Act>) -> Self {
        let mut handling = Self::default();
        for act in acts {
            handling.take(act);
        }
        handling
    }

    /// In a few words who has it and who has seen it.
    pub fn summed_up(&self) -> Handled {
        let names = |marks: &mut dyn Iterator<Item = &Mark>| marks.map(|mark| mark.user.clone()).collect();
        Handled {
            claimed_by: self.claim.as_ref().map(|mark| mark.user.clone()),
            accepted_by: self.accepted.as_ref().map(|mark| mark.user.clone()),
            acked_by: names(&mut self.acks.iter()),
            snoozed_by: names(&mut self.snoozes.iter().map(|(mark, _)| mark)),
            notes: self.notes.len(),
        }
    }

    /// What it is once `act` was done too.
    pub fn take(&mut self, act: Act) {
        let mark = Mark { user: act.user, host: act.host, at: act.at, seen: act.seen };
        match act.deed {
            Deed::Ack => {
                self.acks.retain(|other| other.user != mark.user);
                self.acks.push(mark);
            }
            Deed::Unack => self.acks.retain(|other| other.user != mark.user),
            Deed::Claim => {
                self.accepted = self.accepted.take().filter(|accepted| accepted.user == mark.user);
                self.claim = Some(mark);
            }
            Deed::Unclaim => (self.claim, self.accepted) = (None, None),
            Deed::Snooze(snooze) => {
                self.snoozes.retain(|(other, _)| other.user != mark.user);
                self.snoozes.push((mark, snooze));
            }
            Deed::Unsnooze => self.snoozes.retain(|(other, _)| other.user != mark.user),
            Deed::Note(text) => self.notes.push((mark, text)),
            Deed::Accept => (self.claim, self.accepted) = (Some(mark.clone()), Some(mark)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Exception;

    const T0: i64 = 1_000_000;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(T0 + secs)
    }

    fn late(severity: Severity, measure_s: i64, count: i64) -> Exception {
        Exception {
            kind: ExceptionKind::Late,
            severity,
            measure_s: Some(measure_s),
            count,
            ..Exception::default()
        }
    }

    fn act(user: &str, secs: i64, deed: Deed, on: &Exception) -> Act {
        Act { at: at(secs), user: user.into(), host: "box".into(), deed, seen: on.seen(at(secs)) }
    }

    fn users<'a>(marks: impl Iterator<Item = &'a Mark>) -> Vec<&'a str> {
        marks.map(|mark| mark.user.as_str()).collect()
    }

    #[test]
    fn several_people_ack_and_each_takes_back_only_their_own() {
        let mut row = late(Severity::High, 600, 1);
        row.handling = Handling::of([
            act("ann", 1, Deed::Ack, &row),
            act("bob", 2, Deed::Ack, &row),
            act("bob", 3, Deed::Unack, &row),
            act("ann", 4, Deed::Ack, &row),
        ]);
        assert_eq!(users(row.acked_by()), ["ann"]);
    }

    #[test]
    fn an_ack_counts_for_what_was_seen_and_for_less_but_not_for_more_or_for_the_next_time() {
        let seen = late(Severity::High, 600, 1);
        let handling = Handling::of([act("ann", 1, Deed::Ack, &seen)]);
        let check = |row: Exception, acked: bool| {
            let row = Exception { handling: handling.clone(), ..row };
            assert_eq!(row.acked_by().count() == 1, acked, "{row:?}");
        };
        check(late(Severity::High, 6000, 1), true);
        check(late(Severity::Medium, 600, 1), true);
        check(late(Severity::Critical, 600, 1), false);
        check(late(Severity::High, 600, 2), false);
        check(Exception { kind: ExceptionKind::AtRisk, ..late(Severity::High, 600, 1) }, false);
    }

    #[test]
    fn the_last_claim_counts_and_anybody_may_end_it() {
        let row = late(Severity::High, 600, 1);
        let claim = |acts: &[Act]| Handling::of(acts.to_vec()).claim.map(|mark| mark.user);
        let (ann, bob) = (act("ann", 1, Deed::Claim, &row), act("bob", 2, Deed::Claim, &row));
        assert_eq!(claim(&[ann.clone(), bob.clone()]).as_deref(), Some("bob"));
        assert_eq!(claim(&[ann, bob, act("cy", 3, Deed::Unclaim, &row)]), None);
    }

    #[test]
    fn whoever_accepts_a_line_at_a_change_of_shift_has_it_from_then_on_and_may_release_it() {
        let row = late(Severity::High, 600, 1);
        let acts = [act("ann", 1, Deed::Claim, &row), act("bob", 2, Deed::Accept, &row)];
        let handling = Handling::of(acts.clone());
        assert_eq!(handling.claim.as_ref().map(|mark| mark.user.as_str()), Some("bob"));
        assert_eq!(
            handling.accepted.as_ref().map(|mark| (mark.user.as_str(), mark.at)),
            Some(("bob", at(2)))
        );
        let then = |deeds: &[(&str, Deed)]| {
            let later = deeds.iter().zip(3..).map(|((user, deed), secs)| act(user, secs, deed.clone(), &row));
            Handling::of(acts.clone().into_iter().chain(later))
        };
        let released = then(&[("bob", Deed::Unclaim)]);
        assert_eq!((released.claim, released.accepted), (None, None));
        assert_eq!(then(&[("cy", Deed::Claim)]).accepted, None, "another has it");
        assert_eq!(
            then(&[("cy", Deed::Claim), ("bob", Deed::Claim)]).accepted,
            None,
            "claimed, not accepted"
        );
        assert_eq!(then(&[("bob", Deed::Claim)]).accepted, handling.accepted, "he has it still");
    }

    #[test]
    fn a_snooze_is_ones_own_and_ends_at_its_time_or_when_it_is_worse() {
        let seen = late(Severity::High, 600, 1);
        let snoozed = |snooze: Snooze, row: Exception, secs: i64| {
            let handling = Handling::of([act("ann", 0, Deed::Snooze(snooze), &seen)]);
            let row = Exception { handling, ..row };
            assert!(!row.is_snoozed_for("bob", at(secs)));
            row.is_snoozed_for("ann", at(secs))
        };
        let until = Snooze { until_at: Some(at(100)), worse_by_s: None };
        assert!(snoozed(until, seen.clone(), 99));
        assert!(!snoozed(until, seen.clone(), 100));
        assert!(!snoozed(until, late(Severity::Critical, 600, 1), 50));
        let worse = Snooze { until_at: None, worse_by_s: Some(900) };
        assert!(snoozed(worse, late(Severity::High, 1499, 1), 9_999));
        assert!(!snoozed(worse, late(Severity::High, 1500, 1), 1));
        let both = Snooze { until_at: Some(at(100)), worse_by_s: Some(900) };
        assert!(!snoozed(both, late(Severity::High, 1500, 1), 1));
        assert!(!snoozed(both, late(Severity::High, 600, 1), 100));
        // Raised again while asleep: no worse, so asleep it stays.
        assert!(snoozed(until, late(Severity::High, 600, 2), 50));
    }

    #[test]
    fn what_only_lasts_longer_is_worse_by_the_time_that_passed() {
        let row = Exception { since_at: at(0), count: 1, ..Exception::default() };
        let handling = Handling::of([act(
            "ann",
            60,
            Deed::Snooze(Snooze { until_at: None, worse_by_s: Some(900) }),
            &row,
        )]);
        let row = Exception { handling, ..row };
        assert!(row.is_snoozed_for("ann", at(959)));
        assert!(!row.is_snoozed_for("ann", at(960)));
    }
}
