//! Whether what an account tells still comes. A number that nobody confirms any more is not shown as
//! true: whoever shows a judgement, in whichever process, asks here first.

use std::collections::HashMap;

use super::{age, motion};
use crate::model::{
    FeedStatus, Fleet, Gives, Input, Judgement, Keyed, Motion, Movement, MovementKey, Oldest, Reason, Risk,
    Stop, Timestamp, Tractor, UnitKind,
};

/// Which accounts' positions and hours still come. Made once for many loads.
#[derive(Clone, Debug, Default)]
pub struct Freshness {
    accounts: HashMap<String, Account>,
    freight: Option<Timestamp>,
    freight_is_silent: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Account {
    positions: bool,
    hours: bool,
    /// Whether it has hours at all, though they may be silent.
    has_hours: bool,
}

impl Freshness {
    /// As of `now`, from every feed's health.
    pub fn of(feeds: &[FeedStatus], now: Timestamp) -> Self {
        let mut fresh = Self::default();
        for feed in feeds {
            let comes = !age::is_silent(feed, now);
            let account = fresh.accounts.entry(feed.account.clone()).or_default();
            match feed.gives() {
                // Any of them will do: a unit is shown at the newest of what they tell.
                Gives::Positions | Gives::AllPositions => account.positions |= comes,
                Gives::Hours => {
                    account.hours |= comes;
                    account.has_hours = true;
                }
                Gives::Movements | Gives::Stops => {
                    fresh.freight_is_silent |= !comes;
                    fresh.freight = older(fresh.freight, feed.last_ok_at);
                }
                Gives::Trackers | Gives::Logs | Gives::Orders | Gives::Travel | Gives::Talk | Gives::Rest => {
                }
            }
        }
        fresh
    }

    /// Whether this account's positions come.
    pub fn positions(&self, account: &str) -> bool {
        self.accounts.get(account).is_some_and(|account| account.positions)
    }

    /// Whether this account's clocks come.
    pub fn hours(&self, account: &str) -> bool {
        self.accounts.get(account).is_some_and(|account| account.hours)
    }

    /// Whether this account is read, and hours of service are not what is read of it: what it has of them is the TMS's copy.
    pub fn has_no_hours(&self, account: &str) -> bool {
        self.accounts.get(account).is_some_and(|account| !account.has_hours)
    }

    /// When the TMS's loads and stops were last read, and whether they have stopped coming.
    pub const fn freight(&self) -> (Option<Timestamp>, bool) {
        (self.freight, self.freight_is_silent)
    }

    /// Whether a tractor is where it is shown: its account is heard, and it has not gone dark.
    pub fn knows_where(&self, tractor: &Tractor, now: Timestamp) -> bool {
        let state = motion::at(UnitKind::Tractor, tractor.state, tractor.observed_at, now);
        state != Motion::Dark && tractor.source.as_deref().is_some_and(|source| self.positions(source))
    }
}

const fn older(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if a.millis() < b.millis() { a } else { b }),
        (None, b) => b,
        (a, None) => a,
    }
}

/// How a load stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its class.
    pub risk: Risk,
    /// Why.
    pub reason: Option<Reason>,
    /// The oldest thing that this rests on.
    pub oldest: Option<Oldest>,
}

impl Standing {
    /// Whether the times that were worked out along with it hold. Where the class is unknown they are not
    /// shown, since a time looks true.
    pub fn has_times(&self) -> bool {
        self.risk != Risk::Unknown
    }
}

/// A movement's row as of `now`: what was made of it, or that this is not known any more, and why.
pub fn movement_at(row: &Movement, fleet: &Fleet, fresh: &Freshness, now: Timestamp) -> Movement {
    let standing = standing(row, fleet, fresh, now);
    let mut shown = Movement { risk: standing.risk, reason: standing.reason, ..row.clone() };
    if !standing.has_times() {
        (shown.eta_at, shown.legal_eta_at, shown.late_s) = (None, None, None);
    }
    shown
}

/// A stop's row as of `now`: without our times where those of its movement do not hold any more.
pub fn stop_at(row: &Stop, fleet: &Fleet, fresh: &Freshness, now: Timestamp) -> Stop {
    let key =
        row.tms.movement_id.clone().map(|id| MovementKey { company_id: row.tms.company_id.clone(), id });
    let movement = key.and_then(|key| fleet.movements.get(&key));
    let holds = movement.is_some_and(|movement| standing(movement, fleet, fresh, now).has_times());
    let mut shown = row.clone();
    if !holds {
        (shown.eta_at, shown.legal_eta_at, shown.eta_source) = (None, None, None);
    }
    shown
}

/// A movement's class as of `now`: as it was judged, unless what that rests on has stopped coming since.
pub fn standing(movement: &Movement, fleet: &Fleet, fresh: &Freshness, now: Timestamp) -> Standing {
    let judgement = fleet.judgements.get(&movement.key());
    let oldest = judgement.and_then(|judgement| rests_on(judgement, fleet, fresh));
    let unknown = |reason| Standing { risk: Risk::Unknown, reason, oldest };
    // What was made of it with another truck or driver says nothing of it now.
    let judgement = judgement.filter(|judgement| {
        (&judgement.tractor_id, &judgement.driver_id) == (&movement.tractor_id, &movement.driver_id)
    });
    let Some(judgement) = judgement else { return unknown(None) };
    if judgement.risk == Risk::Unknown {
        return unknown(judgement.reason);
    }
    match blind(judgement, fleet, fresh, now) {
        Some(reason) => unknown(Some(reason)),
        None => Standing { risk: judgement.risk, reason: judgement.reason, oldest },
    }
}

/// What a judgement rests on and does not come any more.
fn blind(judgement: &Judgement, fleet: &Fleet, fresh: &Freshness, now: Timestamp) -> Option<Reason> {
    let tractor = fleet.tractors.get(judgement.tractor_id.as_ref()?);
    if !tractor.is_some_and(|tractor| fresh.knows_where(tractor, now)) {
        return Some(Reason::StaleGps);
    }
    let driver = fleet.drivers.get(judgement.driver_id.as_ref()?);
    let told = driver.and_then(|driver| driver.source.as_deref());
    (!told.is_some_and(|source| fresh.hours(source))).then_some(Reason::StaleHos)
}

/// The oldest of what a judgement rests on, as of now.
pub fn rests_on(judgement: &Judgement, fleet: &Fleet, fresh: &Freshness) -> Option<Oldest> {
    let tractor = judgement.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id));
    let driver = judgement.driver_id.as_ref().and_then(|id| fleet.drivers.get(id));
    let inputs = [
        (Input::Position, tractor.and_then(|tractor| tractor.observed_at)),
        (Input::Hours, driver.and_then(|driver| driver.hos_as_of_at)),
        (Input::Route, judgement.routed_at),
        (Input::Load, fresh.freight().0),
    ];
    // Where the TMS is silent, what it said is what to doubt first, however old the others are.
    if let (Some(at), true) = fresh.freight() {
        return Some(Oldest { input: Input::Load, at });
    }
    let known = inputs.into_iter().filter_map(|(input, at)| Some(Oldest { input, at: at? }));
    known.min_by_key(|oldest| oldest.at)
}
