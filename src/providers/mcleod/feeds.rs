//! What can be read, and by which searches. Only resources and columns, no behaviour.

use std::time::Duration;

use super::read::{Listing, NULL};
use crate::model::Want;
use crate::providers::{Cadence, FeedSpec};

pub(super) const FEEDS: &[FeedSpec] = &[
    feed("company", Cadence::Roster),
    feed("drivers", Cadence::Roster),
    feed("tractors", Cadence::Roster),
    feed("trailers", Cadence::Roster),
    feed("movements", Cadence::Movements),
    feed("stops", Cadence::Movements),
    feed("orders", Cadence::Movements),
    FeedSpec { wants: Some(Want::MovementsToHydrate), ..feed("assignments", Cadence::Movements) },
    FeedSpec { wants: Some(Want::CustomersToName), ..feed("customers", Cadence::Roster) },
    // Units report every ten minutes or so, and one call brings them all.
    FeedSpec { pause: Duration::from_secs(30), ..feed("positions", Cadence::Positions) },
];

const fn feed(resource: &'static str, cadence: Cadence) -> FeedSpec {
    FeedSpec { resource, cadence, pause: Duration::ZERO, limit: None, wants: None }
}

// Rosters are read whole each time: their hours and equipment groups are written by integrations, past
// the audit trail that changes are read from.
pub(super) const DRIVERS: Listing = roster("drivers/search", "driver");
pub(super) const TRACTORS: Listing = roster("tractors/search", "tractor");
pub(super) const TRAILERS: Listing = roster("trailers/search", "trailer");

/// Bounded by scheduled date: movements left in progress since 2015 have been seen. One whose first stop has
/// no early time is not found by it, and is bounded by its last stop's; of one without any date nobody can
/// tell which decade it is of.
pub(super) const MOVEMENTS: Listing = Listing {
    path: "movements/search",
    table: "movement",
    parts: &[
        &[("movement.status", "P"), ("origin.sched_arrive_early", ">=t-60")],
        &[("movement.status", "A"), ("origin.sched_arrive_early", ">=t-30")],
        &[("movement.status", "C"), ("origin.sched_arrive_early", ">=t-30")],
        &[("movement.status", "D"), ("destination.sched_arrive_early", ">=t-2")],
        &[("origin.sched_arrive_early", NULL), ("destination.sched_arrive_early", ">=t-30")],
        &[("origin.sched_arrive_early", NULL), ("destination.sched_arrive_late", ">=t-30")],
    ],
    changes: &[
        &[("origin.sched_arrive_early", ">=t-60")],
        &[("origin.sched_arrive_early", NULL), ("destination.sched_arrive_early", ">=t-60")],
        &[("origin.sched_arrive_early", NULL), ("destination.sched_arrive_late", ">=t-60")],
    ],
};

/// There is no `/stops/search`: this is the table service. A stop whose appointment was taken away has no
/// early time any more, and the changes must tell of it all the same. Everything that has none is not asked
/// for, since no date bounds it: the movements we hold bring theirs.
pub(super) const STOPS: Listing = Listing {
    path: "stop/search",
    table: "stop",
    parts: &[&[("stop.sched_arrive_early", ">=t-30")]],
    changes: &[
        &[("stop.sched_arrive_early", ">=t-60")],
        &[("stop.sched_arrive_early", NULL), ("stop.status", "A")],
    ],
};

pub(super) const ORDERS: Listing = Listing {
    path: "orders/search",
    table: "orders",
    parts: &[
        &[("orders.status", "P"), ("orders.ordered_date", ">=t-60")],
        &[("orders.status", "A"), ("orders.ordered_date", ">=t-60")],
        // Those of the delivered movements, which still say whose freight it was.
        &[("orders.status", "D"), ("consignee.sched_arrive_early", ">=t-2")],
    ],
    changes: &[&[("orders.ordered_date", ">=t-60")]],
};

const fn roster(path: &'static str, table: &'static str) -> Listing {
    Listing { path, table, parts: &[&[]], changes: &[] }
}
