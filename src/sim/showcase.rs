//! What the demo shows on purpose, whatever the hour: some trucks whose loads are in trouble for a reason that
//! a fleet of sixty has only now and then. Bends what was promised and what is told of them, never where a truck is
//! or what it does; outside the demo nothing is bent.

use super::week::Week;
use super::world::Condition;

const MINUTE: i64 = 60;
const QUARTER: i64 = 15 * MINUTE;
const HOUR: i64 = 60 * MINUTE;
/// Work that a tired driver's cycle still has room for, in seconds.
const CYCLE_LEFT: i32 = 10 * 60;
/// Driving that a spent driver's 11 hours still have room for, in seconds.
const DRIVE_LEFT: i32 = 20 * 60;
/// Driving before a pressed driver has to take the half hour, in seconds.
const BREAK_LEFT: i32 = 15 * 60;

/// What a truck is there to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// Its driver's seventy hours are nearly used up.
    Cycle,
    /// Its driver has to take a break, and there is no time for one.
    Break,
    /// Its driver's eleven hours are nearly used up, and there is no time for a night.
    Drive,
    /// It was promised sooner than anybody could drive.
    Distance,
    /// It has to wait for its shipper's gate, and there is no time for that.
    Gate,
    /// Its device has not been heard for more than a day.
    Dark,
}

impl Show {
    /// By the truck's number. Several of each, since a truck is at home for a day or two of every week, and most
    /// of what is seldom to be seen.
    pub fn of(tractor: usize) -> Option<Self> {
        match tractor {
            24 | 31 | 36 | 43 | 48 | 55 => Some(Self::Cycle),
            27 | 39 | 51 => Some(Self::Break),
            26 | 38 | 50 | 58 => Some(Self::Drive),
            30 | 42 | 54 => Some(Self::Distance),
            29 | 33 | 41 | 45 | 53 | 57 => Some(Self::Gate),
            35 | 47 | 59 => Some(Self::Dark),
            _ => None,
        }
    }

    /// When a device was heard last before `now`.
    pub fn heard(self, now: i64) -> i64 {
        let days = 2 * 24 * HOUR;
        if self == Self::Dark { (now - 27 * HOUR).div_euclid(days) * days } else { now }
    }

    /// Bends what was promised for the deliveries of a week.
    pub fn promise(self, week: &mut Week) {
        if matches!(self, Self::Cycle | Self::Dark) {
            return;
        }
        for haul in week.hauls.iter_mut().filter(|haul| haul.loaded) {
            let Some((pickup, deliveries)) = haul.calls.split_first_mut() else { continue };
            if self == Self::Gate {
                pickup.early = quarter(pickup.arrival + 90 * MINUTE);
                pickup.late = Some(pickup.early + HOUR);
            }
            let mut set_out = pickup.departure;
            for call in deliveries {
                let closes = match self {
                    Self::Cycle | Self::Dark => call.late.unwrap_or(call.early),
                    Self::Break | Self::Drive => quarter(call.arrival + 20 * MINUTE),
                    Self::Distance => quarter(set_out + (call.arrival - set_out) / 3),
                    Self::Gate => quarter(call.arrival - QUARTER),
                };
                call.early = call.early.min(closes - 2 * HOUR);
                call.late = Some(closes);
                set_out = call.departure;
            }
        }
    }

    /// Bends a driver's clocks.
    pub fn clocks(self, is: Condition) -> Condition {
        match self {
            Self::Cycle => Condition { cycle: is.cycle.min(CYCLE_LEFT), ..is },
            Self::Drive => Condition { drive: is.drive.min(DRIVE_LEFT), ..is },
            Self::Break => Condition { until_break: is.until_break.min(BREAK_LEFT), ..is },
            Self::Distance | Self::Gate | Self::Dark => is,
        }
    }
}

/// The quarter of an hour that begins last before then: appointments are for those.
const fn quarter(at: i64) -> i64 {
    at.div_euclid(QUARTER) * QUARTER
}
