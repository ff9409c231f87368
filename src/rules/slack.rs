//! How a load stands against the end of its next window, as of now. It plans nothing: when the load arrives
//! was worked out before, or the TMS says so.

use super::freshness::{self, Freshness, Standing};
use super::trip;
use crate::model::{EtaSource, Fleet, Keyed, Movement, Reason, Stop, Timestamp};

/// An arrival that was due this long ago and was not reported says nothing of what comes.
const OVERDUE_S: i64 = 30 * 60;

/// How a load stands against the end of its next window, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slack {
    /// At the stop since.
    Here(i64),
    /// The window closed so long ago, and nobody says where the load is in time.
    Past(i64),
    /// It comes so long after the window closes.
    Late(i64),
    /// So much to spare.
    Spare(i64),
    /// It was known, and what it rests on does not come any more.
    Blind(Reason),
    /// Nobody knows.
    Unknown,
}

impl Slack {
    /// Seconds to spare, fewer than none where it is late; `None` where there is nothing to spare or to lose,
    /// or nobody knows.
    pub const fn seconds(self) -> Option<i64> {
        match self {
            Self::Past(seconds) | Self::Late(seconds) => Some(seconds.saturating_neg()),
            Self::Spare(seconds) => Some(seconds),
            Self::Here(_) | Self::Blind(_) | Self::Unknown => None,
        }
    }
}

/// The next stop of a load; `None` where none is left.
pub fn next<'a>(row: &Movement, fleet: &'a Fleet) -> Option<&'a Stop> {
    trip::of(row, fleet.stops_of(&row.key())).next
}

/// When a load will be at `stop`, one of its own, and who says so: ours if there is one and what it rests on
/// still comes, else the TMS's.
pub fn eta(stop: &Stop, standing: &Standing) -> Option<(Timestamp, Option<EtaSource>)> {
    let ours = stop.eta_at.map(|at| (at, stop.eta_source));
    let theirs = stop.tms.tms_eta_at.map(|at| (at, Some(EtaSource::Tms)));
    ours.filter(|_| standing.has_times()).or(theirs)
}

/// How a load stands as of `now`.
pub fn slack(row: &Movement, fleet: &Fleet, fresh: &Freshness, now: Timestamp) -> Slack {
    let Some(stop) = next(row, fleet) else { return Slack::Unknown };
    let standing = freshness::standing(row, fleet, fresh, now);
    let ours = row.late_s.filter(|_| standing.has_times());
    if let Some(arrived) = stop.tms.actual_arrival_at {
        // That it stands here hides nothing of what it will be late for.
        let here = Slack::Here(now.secs_since(arrived).max(0));
        return ours.filter(|late| *late > 0).map_or(here, Slack::Late);
    }
    let closes = stop.closes_at();
    let coming = eta(stop, &standing).map(|(at, _)| at).filter(|at| now.secs_since(*at) < OVERDUE_S);
    let late = ours.or_else(|| Some(coming?.secs_since(closes?)));
    match (late, closes.map(|closes| now.secs_since(closes))) {
        (Some(late @ 1..), _) => Slack::Late(late),
        (_, Some(past @ 1..)) => Slack::Past(past),
        (Some(early), _) => Slack::Spare(early.saturating_neg()),
        (None, _) => match standing.reason {
            Some(reason @ (Reason::StaleGps | Reason::StaleHos)) => Slack::Blind(reason),
            _ => Slack::Unknown,
        },
    }
}
