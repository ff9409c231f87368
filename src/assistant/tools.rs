//! What the assistant may look up: typed, read-only, each the same function that a panel or a command calls.
//! No tool writes, fetches or runs anything; what one cannot tell it says, and how old what it tells is.

mod args;
mod declare;
mod found;
mod freight;
mod health;
mod hours;
mod places;
mod plan;
mod queue;
mod units;
mod who;
mod within;
mod words;

pub use self::args::Args;
pub use self::declare::declarations;
pub use self::found::{Citation, Found};
use super::facts::Facts;

/// One thing that can be looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tool {
    /// Where a driver is.
    DriverLocation,
    /// The hours of a driver.
    DriverHours,
    /// How a load stands.
    MovementStatus,
    /// When a load is at its stops.
    Eta,
    /// Drivers by a part of a name.
    SearchDrivers,
    /// Anything by a name or a number.
    Find,
    /// Who is around a place.
    Near,
    /// Loads that will be late, or may be.
    LateLoads,
    /// The earliest legal arrival, with the plan.
    PlanLegalArrival,
    /// Who can take a load.
    BestDrivers,
    /// Where a trailer is, and since when.
    TrailerWhere,
    /// Whose hours end before the work does.
    HoursRunningOut,
    /// Who is held at a stop.
    Detention,
    /// How old every feed is.
    SyncHealth,
    /// Why a unit is not heard.
    WhyDark,
    /// Pickups that nobody can legally make.
    UncoveredPickups,
    /// What stands open, and who has it.
    OpenExceptions,
}

impl Tool {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::DriverLocation,
        Self::DriverHours,
        Self::MovementStatus,
        Self::Eta,
        Self::SearchDrivers,
        Self::Find,
        Self::Near,
        Self::LateLoads,
        Self::PlanLegalArrival,
        Self::BestDrivers,
        Self::TrailerWhere,
        Self::HoursRunningOut,
        Self::Detention,
        Self::SyncHealth,
        Self::WhyDark,
        Self::UncoveredPickups,
        Self::OpenExceptions,
    ];

    /// As the model calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DriverLocation => "get_driver_location",
            Self::DriverHours => "get_driver_hours",
            Self::MovementStatus => "get_movement_status",
            Self::Eta => "get_eta",
            Self::SearchDrivers => "search_drivers",
            Self::Find => "find",
            Self::Near => "near",
            Self::LateLoads => "late_loads",
            Self::PlanLegalArrival => "plan_legal_arrival",
            Self::BestDrivers => "best_drivers",
            Self::TrailerWhere => "trailer_where",
            Self::HoursRunningOut => "hours_running_out",
            Self::Detention => "detention",
            Self::SyncHealth => "sync_health",
            Self::WhyDark => "why_dark",
            Self::UncoveredPickups => "uncovered_pickups",
            Self::OpenExceptions => "open_exceptions",
        }
    }

    /// Whether it can be asked of a part of the fleet, by `only`: of these arguments.
    pub fn takes_only(self, arguments: &serde_json::Map<String, serde_json::Value>) -> bool {
        match self {
            Self::LateLoads
            | Self::HoursRunningOut
            | Self::Detention
            | Self::UncoveredPickups
            | Self::OpenExceptions => true,
            Self::WhyDark => !arguments.contains_key("unit"),
            Self::Near => !arguments.contains_key("place"),
            _ => false,
        }
    }

    /// The one that is called so.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.name() == name)
    }

    /// Looks it up. Fails with a sentence that says what is missing, or what could be meant: what it cannot
    /// tell it does not guess.
    pub fn run(self, args: Args<'_>, facts: &Facts) -> Result<Found, String> {
        match self {
            Self::DriverLocation => units::driver_location(args, facts),
            Self::DriverHours => hours::driver_hours(args, facts),
            Self::MovementStatus => freight::status(args, facts),
            Self::Eta => freight::eta(args, facts),
            Self::SearchDrivers => who::search(args, facts),
            Self::Find => places::find(args, facts),
            Self::Near => places::near(args, facts),
            Self::LateLoads => freight::late(args, facts),
            Self::PlanLegalArrival => plan::legal_arrival(args, facts),
            Self::BestDrivers => plan::best_drivers(args, facts),
            Self::TrailerWhere => units::trailer_where(args, facts),
            Self::HoursRunningOut => queue::hours_running_out(args, facts),
            Self::Detention => freight::detention(args, facts),
            Self::SyncHealth => Ok(health::sync_health(facts)),
            Self::WhyDark => health::why_dark(args, facts),
            Self::UncoveredPickups => queue::uncovered_pickups(args, facts),
            Self::OpenExceptions => queue::open_exceptions(args, facts),
        }
    }
}
