//! What linking and pairing are asked with, and what they answer.

use std::fmt;

use serde::Serialize;

use super::{Conflict, DutyStatus, LinkRule, PairingSource, Timestamp, UnitKind};

/// One account's record, with what it can be recognised by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The account.
    pub account: String,
    /// Whether that account is the TMS, whose numbers the ELDs' names are compared with.
    pub is_tms: bool,
    /// The account's id of it.
    pub external_id: String,
    /// Unit number or full name, as told.
    pub name: String,
    /// VIN, as told.
    pub vin: Option<String>,
    /// Plate, as told, and its state where that is told too (`plate_parts`).
    pub plate: Option<String>,
    /// Digest of the licence.
    pub licence: Option<String>,
    /// Ids by which another account may know it.
    pub refs: Vec<String>,
    /// A driver's phone number, as told.
    pub phone: Option<String>,
    /// The tractor of ours that the driver is on, so far as records are linked.
    pub tractor_id: Option<String>,
}

/// Records that are one thing: indices into what was passed in, each with the rule that joined it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Linked {
    /// Every record stands in exactly one group. A group's first is joined by [`LinkRule::First`].
    pub groups: Vec<Vec<(usize, LinkRule)>>,
    /// What looked alike and was not joined.
    pub conflicts: Vec<Conflict>,
    /// Entries of wishes that no active record answers to: the wish's index, the entry, and why.
    pub waiting: Vec<(usize, RecordName, &'static str)>,
}

/// A person's word on records, from a `[[link]]` of the configuration: it beats every rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Of what.
    pub kind: UnitKind,
    /// Two or more.
    pub units: Vec<RecordName>,
    /// Whether they are one, or never are.
    pub same: bool,
}

/// `ACCOUNT:ID`, as a person writes it: the account's own id of a record, else the number or name
/// that it has there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordName {
    /// The account, by its name in the configuration.
    pub account: String,
    /// What the account calls it.
    pub id: String,
}

impl RecordName {
    /// Reads `ACCOUNT:ID`; both must be there. Only the first colon parts them.
    pub fn parse(text: &str) -> Option<Self> {
        let (account, id) = text.trim().split_once(':')?;
        let (account, id) = (account.trim(), id.trim());
        let plain = !text.chars().any(char::is_control);
        (plain && !account.is_empty() && !id.is_empty())
            .then(|| Self { account: account.into(), id: id.into() })
    }
}

impl fmt::Display for RecordName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.account, self.id)
    }
}

/// A `[[link]]` that does nothing yet, or not all it could: one of its entries is nobody's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// Of what.
    pub kind: UnitKind,
    /// The entry, as `ACCOUNT:ID`.
    pub unit: String,
    /// Why it is nobody's.
    pub reason: String,
}

/// What one account says of a driver's hours, as far as it bears on whether it is to be believed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HoursWord {
    /// His duty status there.
    pub status: DutyStatus,
    /// Whether he is logged in to a unit's ELD there.
    pub logged_in: bool,
    /// As of when that account told his clocks; `None` where it told a status alone.
    pub as_of_at: Option<Timestamp>,
    /// Whether this is the account that was believed last.
    pub believed: bool,
}

/// One account's word that `left` goes with `right`, in our ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim<'a> {
    /// The one that has at most one partner.
    pub left: &'a str,
    /// Its partner; `None` says it has none.
    pub right: Option<&'a str>,
    /// How it is known.
    pub by: PairingSource,
    /// Since when.
    pub since_at: Option<Timestamp>,
}
