//! What is known about the knowing: feeds and their health, who polls, who looks on, what was rejected.

use std::time::Duration;

use serde::Serialize;

use super::{MovementKey, Timestamp, UnitKind};

/// One row of `feeds`: an account's resource and how reading it goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FeedStatus {
    /// The account, by its name in the configuration.
    pub account: String,
    /// What is read.
    pub resource: String,
    /// Seconds between reads, as things stand.
    pub interval_s: i64,
    /// When it was last tried.
    pub last_try_at: Option<Timestamp>,
    /// When it was last read to its end.
    pub last_ok_at: Option<Timestamp>,
    /// Upstream calls made for it since the database was created.
    pub calls: i64,
    /// Calls the account may make at once now.
    pub tokens_left: Option<i64>,
    /// What is wrong, in words; `None` when nothing is.
    pub error: Option<String>,
    /// Since when.
    pub error_since_at: Option<Timestamp>,
    /// When it will be tried next, while something is wrong.
    pub next_try_at: Option<Timestamp>,
}

/// What rows take from a feed from minute to minute, and lack when it stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gives {
    /// Where tractors are.
    Positions,
    /// Where trailers with a tracker of their own are.
    Trackers,
    /// Where both are.
    AllPositions,
    /// Drivers' clocks.
    Hours,
    /// What drivers did; clocks come otherwise.
    Logs,
    /// Movements.
    Movements,
    /// Stops.
    Stops,
    /// Orders.
    Orders,
    /// Travel times and places, asked as loads need them and not by the clock.
    Travel,
    /// The assistant's words, asked as people ask.
    Talk,
    /// What changes rarely.
    Rest,
}

impl Gives {
    /// By the name of the resource, which is the same for no two kinds of fact. A provider whose feeds
    /// are called otherwise is named here too.
    pub fn of(resource: &str) -> Self {
        match resource {
            "vehicle_stats" | "vehicle_locations" => Self::Positions,
            "trailer_stats" | "trailer_locations" | "asset_locations" => Self::Trackers,
            "log_records" | "device_status" | "positions" => Self::AllPositions,
            "hos_clocks" | "available_time" | "availability" => Self::Hours,
            "duty_status_logs" | "hos_logs" | "hours_of_service" => Self::Logs,
            "movements" => Self::Movements,
            "stops" => Self::Stops,
            "orders" => Self::Orders,
            "directions" | "geocoding" => Self::Travel,
            "generate_content" => Self::Talk,
            _ => Self::Rest,
        }
    }
}

impl FeedStatus {
    /// What rows take from it.
    pub fn gives(&self) -> Gives {
        Gives::of(&self.resource)
    }

    /// Whether what stands behind the service does not have this at all: nobody's fault, and nothing
    /// to be mended or waited for.
    pub fn is_unsupported(&self) -> bool {
        self.error.as_deref().is_some_and(|error| error.starts_with(UNSUPPORTED))
    }
}

/// How the error of such a feed begins.
pub const UNSUPPORTED: &str = "not supported";

/// One row of `viewers`: an open console.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Viewer {
    /// Unique among consoles of this database.
    #[serde(skip)]
    pub id: String,
    /// Who.
    pub user: String,
    /// On which host.
    pub host: String,
    /// Process id there.
    pub pid: u32,
    /// What they look at.
    pub view: String,
    /// Since when the console is open.
    pub since_at: Timestamp,
    /// When it last said so.
    #[serde(skip)]
    pub seen_at: Timestamp,
    /// When a key was last pressed in it.
    #[serde(skip)]
    pub key_at: Timestamp,
    /// When the person there last asked for fresh data.
    #[serde(skip)]
    pub refresh_at: Option<Timestamp>,
}

impl Viewer {
    /// What is looked at where the page of a load is open.
    pub fn view_of_load(load: &MovementKey) -> String {
        format!("load {} of {}", load.id, load.company_id)
    }

    /// Whether the page of that load is open there.
    pub fn looks_at(&self, load: &MovementKey) -> bool {
        let rest = self.view.strip_prefix("load ").and_then(|rest| rest.strip_prefix(load.id.as_str()));
        rest.and_then(|rest| rest.strip_prefix(" of ")) == Some(load.company_id.as_str())
    }

    /// A console that has not renewed its row for this long is gone (contract §3).
    pub const GONE: Duration = Duration::from_secs(6);

    /// Whether the console is still open.
    pub fn is_here(&self, now: Timestamp) -> bool {
        now.since(self.seen_at) <= Self::GONE
    }
}

/// The process that polls this database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Leader {
    /// Process id.
    pub pid: u32,
    /// Host.
    pub host: String,
    /// Since when.
    pub since_at: Timestamp,
}

/// Whether a database is polled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Polled {
    /// It is.
    By(Leader),
    /// It is not: nobody has the lease.
    ByNobody,
    /// Whether it is cannot be told from here, or not just now.
    NotKnown,
}

impl Polled {
    /// Who is known to poll.
    pub fn leader(self) -> Option<Leader> {
        match self {
            Self::By(leader) => Some(leader),
            Self::ByNobody | Self::NotKnown => None,
        }
    }
}

/// Two records that may be one thing, or that cannot both be right; nothing was joined.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Conflict {
    /// Of what.
    pub kind: UnitKind,
    /// The records, as `account:external_id`.
    pub records: Vec<String>,
    /// What speaks against joining them.
    pub reason: String,
}

/// What was set aside of one thing for one reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SetAside {
    /// The account that told it.
    pub account: String,
    /// What that account calls the thing; "" when not even that was readable.
    pub external_id: String,
    /// What it is and is called there, as "tractor 412"; `None` for one that nobody described.
    pub name: Option<String>,
    /// Why.
    pub reason: String,
    /// How often.
    pub count: i64,
    /// When last.
    pub last_at: Timestamp,
}

/// How much the database holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Rejects counted since the database was created.
    pub rejected: i64,
    /// Bytes of the file and its write-ahead log.
    pub bytes: u64,
    /// Schema version.
    pub schema: u32,
}

/// Something that happened to the store itself that a person must know, such as a repair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// When.
    pub at: Timestamp,
    /// What, and what it means.
    pub text: String,
}
