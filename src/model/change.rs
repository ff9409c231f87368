//! What one fetch brings: facts in the account's own ids. Applying the same change twice is harmless.

use super::{
    Clocks, DutyDay, DutySource, DutyStatus, Fix, LogEnd, Telemetry, Timestamp, TmsMovement, TmsOrder,
    TmsStop, UnitKind,
};

/// What one fetch produced. A malformed row becomes a reject; it never sinks the batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Facts, in the order they were told.
    pub changes: Vec<Change>,
    /// Rows that were not understood, or are not ours.
    pub rejects: Vec<Reject>,
    /// Where to go on next time. `None` keeps the cursor there is.
    pub cursor: Option<String>,
    /// This read listed everything its feed knows: what it did not name is gone.
    pub complete: bool,
    /// It brought no row at all, of a list that names every truck there is, driven or not: what it named before is not
    /// gone, but the list is at fault.
    pub bare: bool,
    /// A list of this page had rows, and not one of them was understood: rather all of them are written another way
    /// than each has gone wrong by itself.
    pub unread: Option<Unread>,
}

/// Rows of which not one was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// How many.
    pub rows: usize,
    /// What is wrong with the first, in the upstream's words.
    pub why: String,
}

impl Unread {
    /// What is said of a list whose rows came to this; `None` where one of them was understood, or none came.
    pub fn of<'a, T: 'a>(rows: impl IntoIterator<Item = &'a Result<T, Reject>>) -> Option<Self> {
        let mut rows = rows.into_iter();
        let first = rows.next()?.as_ref().err()?;
        let mut count = 1;
        for row in rows {
            if row.is_ok() {
                return None;
            }
            count += 1;
        }
        let why = first.reason.strip_prefix(NOT_UNDERSTOOD).unwrap_or(&first.reason);
        let why = why.split(" at line").next().unwrap_or(why).to_owned();
        Some(Self { rows: count, why })
    }
}

/// How the reason of a row begins that could not be decoded.
pub const NOT_UNDERSTOOD: &str = "row not understood: ";

/// One fact learned from an account.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A unit or driver is known by this account, and looks like this.
    Profile(Box<Profile>),
    /// What a row about something else calls the unit or driver that it is about: a profile as good as that is, until a
    /// roster tells one.
    Called(Box<Called>),
    /// A unit was seen somewhere.
    Fix {
        /// Tractor or trailer.
        kind: UnitKind,
        /// The account's id of it.
        external_id: String,
        /// Where and when.
        fix: Fix,
    },
    /// Where the account's units of this kind are that it told of last before then is not known any more: what told of them
    /// has been silent since, though others still come.
    Unheard {
        /// Tractors or trailers.
        kind: UnitKind,
        /// Then.
        before: Timestamp,
    },
    /// Something was seen somewhere of which the account does not tell the kind: it is the tractor or the trailer
    /// that its own roster has by this id.
    FixOfUnit {
        /// The account's id of it.
        external_id: String,
        /// Where and when.
        fix: Fix,
    },
    /// A tractor's readings.
    Telemetry {
        /// The account's id of it.
        external_id: String,
        /// The readings.
        telemetry: Telemetry,
    },
    /// A driver's hours.
    Clocks {
        /// The account's id of the driver.
        external_id: String,
        /// What is left.
        clocks: Clocks,
    },
    /// A driver's duty status, from his log; in any order.
    Duty {
        /// The account's id of the driver.
        external_id: String,
        /// What he is on.
        status: DutyStatus,
        /// Since when.
        since_at: Timestamp,
    },
    /// How a driver's log ends, from a source whose clocks tell his status too.
    LogEnd {
        /// The account's id of the driver.
        external_id: String,
        /// What he is on by it, and since when.
        end: LogEnd,
    },
    /// What a driver did on some days. A day says all that its source knows of it.
    DutyDays {
        /// The account's id of the driver.
        external_id: String,
        /// Where the totals come from: those of another stand beside them.
        source: DutySource,
        /// Day by day, in any order.
        days: Vec<DutyDay>,
    },
    /// Two things of one account go together, or no longer do.
    Pairing(Pairing),
    /// A movement.
    Movement(Box<TmsMovement>),
    /// An order.
    Order(Box<TmsOrder>),
    /// A stop.
    Stop(Box<TmsStop>),
    /// Which units a movement has, read from the movement itself.
    Assignment(Assignment),
    /// The TMS changed something of a movement, which a list may not show: its units are none of its
    /// columns.
    MovementChanged {
        /// The TMS company.
        company_id: String,
        /// The TMS's own id.
        id: String,
    },
    /// A movement the TMS no longer knows.
    MovementGone {
        /// The TMS company.
        company_id: String,
        /// The TMS's own id.
        id: String,
    },
    /// A customer's name.
    Customer {
        /// The TMS company.
        company_id: String,
        /// The TMS's own id.
        id: String,
        /// The name.
        name: String,
    },
}

/// How an account describes a unit or driver: enough to recognise it elsewhere, and to show it.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Tractor, trailer or driver.
    pub kind: UnitKind,
    /// The account's id of it.
    pub external_id: String,
    /// Unit number, or a driver's "First Last".
    pub name: String,
    /// False once deactivated: it no longer takes part in linking, nor on the screen.
    pub active: bool,
    /// Vehicle identification number, as told.
    pub vin: Option<String>,
    /// Licence plate, as told, and its state where that is told too (`plate`).
    pub plate: Option<String>,
    /// Digest of a driver's licence (`licence_key`).
    pub licence: Option<String>,
    /// Ids by which another account may know it: external ids, username, employee number.
    pub refs: Vec<String>,
    /// Maker.
    pub make: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Model year.
    pub year: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// IANA zone of the home terminal.
    pub timezone: Option<String>,
    /// The hours-of-service rule set, in the ELD's words.
    pub ruleset: Option<String>,
    /// The TMS's dispatcher or fleet manager.
    pub dispatcher: Option<String>,
    /// The TMS's fleet.
    pub fleet: Option<String>,
    /// The TMS's trailer type.
    pub trailer_type: Option<String>,
    /// The equipment group it is in now (McLeod `currenteqpgrpid`).
    pub equipment_group: Option<String>,
}

impl Profile {
    /// An active record with nothing but its id and name.
    pub fn new(kind: UnitKind, external_id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            kind,
            external_id: external_id.into(),
            name: name.into(),
            active: true,
            vin: None,
            plate: None,
            licence: None,
            refs: Vec::new(),
            make: None,
            model: None,
            year: None,
            phone: None,
            timezone: None,
            ruleset: None,
            dispatcher: None,
            fleet: None,
            trailer_type: None,
            equipment_group: None,
        }
    }
}

/// What a row that is about where a unit is, or what hours a driver has, says of who that is. Of whom a roster lists it
/// says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// Tractor, trailer or driver.
    pub kind: UnitKind,
    /// The account's id of it.
    pub external_id: String,
    /// Unit number, or a driver's "First Last".
    pub name: String,
    /// False where the row says that it was deactivated.
    pub active: bool,
    /// Vehicle identification number, as told.
    pub vin: Option<String>,
    /// Ids by which another account may know it, as in [`Profile::refs`].
    pub refs: Vec<String>,
}

impl Called {
    /// A tractor or a trailer that was heard.
    pub const fn unit(kind: UnitKind, external_id: String, number: String, vin: Option<String>) -> Self {
        Self { kind, external_id, name: number, active: true, vin, refs: Vec::new() }
    }
}

/// What may go together. The left one has at most one partner of the right kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tie {
    /// Driver → the tractor driven.
    DriverTractor,
    /// Trailer → the tractor that pulls it.
    TrailerTractor,
    /// Trailer → the driver who has it.
    TrailerDriver,
}

impl Tie {
    /// The word used in the database.
    pub const fn word(self) -> &'static str {
        match self {
            Self::DriverTractor => "driver_tractor",
            Self::TrailerTractor => "trailer_tractor",
            Self::TrailerDriver => "trailer_driver",
        }
    }

    /// The kinds of the left and the right one.
    pub const fn kinds(self) -> (UnitKind, UnitKind) {
        match self {
            Self::DriverTractor => (UnitKind::Driver, UnitKind::Tractor),
            Self::TrailerTractor => (UnitKind::Trailer, UnitKind::Tractor),
            Self::TrailerDriver => (UnitKind::Trailer, UnitKind::Driver),
        }
    }
}

/// How a pairing is known, most trusted first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PairingSource {
    /// The driver is logged in to the unit's ELD.
    Eld,
    /// An assignment made in the ELD's system.
    Assigned,
    /// The TMS's load that is under way.
    Load,
    /// The ELD's standing (static) assignment.
    Static,
    /// The TMS's standing pairing, not the load's.
    Standing,
}

impl PairingSource {
    /// The word used in the database and for `attached_by`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Eld => "eld",
            Self::Assigned => "assigned",
            Self::Load => "load",
            Self::Static => "static",
            Self::Standing => "standing",
        }
    }
}

/// One account's word that two of its records go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pairing {
    /// What goes with what.
    pub tie: Tie,
    /// The account's id of the left one.
    pub left: String,
    /// The account's id of the right one; `None` says it has none.
    pub right: Option<String>,
    /// How we know.
    pub by: PairingSource,
    /// Since when, where told.
    pub since_at: Option<Timestamp>,
}

/// The units of one movement, by the TMS's ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assignment {
    /// The TMS company.
    pub company_id: String,
    /// The movement.
    pub movement_id: String,
    /// First driver.
    pub driver: Option<String>,
    /// Second driver of a team.
    pub driver2: Option<String>,
    /// Tractor.
    pub tractor: Option<String>,
    /// First trailer.
    pub trailer: Option<String>,
    /// The trailers behind that one, in their order.
    pub more_trailers: Vec<String>,
}

/// Something a provider told that was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The account's id of the thing, "" when not even that was readable.
    pub external_id: String,
    /// Why, in words that hold no secret and no personal data.
    pub reason: String,
}

/// Which ids a feed needs to be told before it can ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Every active external id of this kind, of the asking account, listed by this resource and by
    /// none of `not_in`.
    Units {
        /// Of what.
        kind: UnitKind,
        /// The resource that lists them.
        listed_by: &'static str,
        /// A resource whose records are left out.
        not_in: Option<&'static str>,
    },
    /// Every active driver of the asking account whom this resource lists with a rule set: the others have
    /// no clocks.
    DriversUnderHours {
        /// The resource that lists them.
        listed_by: &'static str,
    },
    /// Open movements that changed since their units were last read one by one, soonest needed first.
    MovementsToHydrate,
    /// Customers of open orders whose name is not known.
    CustomersToName,
}

impl Want {
    /// Whether the ids are asked for one by one, so that many take many calls.
    pub const fn is_one_by_one(self) -> bool {
        self.word().is_some()
    }

    /// The resource without which nobody knows what is wanted.
    pub const fn depends_on(self) -> &'static str {
        match self {
            Self::Units { listed_by, .. } | Self::DriversUnderHours { listed_by } => listed_by,
            Self::MovementsToHydrate => "movements",
            Self::CustomersToName => "orders",
        }
    }

    /// The word under which the database remembers what was asked in vain; only for what is asked
    /// for one by one.
    pub const fn word(self) -> Option<&'static str> {
        match self {
            Self::Units { .. } | Self::DriversUnderHours { .. } => None,
            Self::MovementsToHydrate => Some("movement"),
            Self::CustomersToName => Some("customer"),
        }
    }
}
