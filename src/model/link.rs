//! What linking and pairing are asked with, and what they answer.

use super::{Conflict, LinkRule, PairingSource, Timestamp, UnitId};

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
    /// Plate, as told.
    pub plate: Option<String>,
    /// Digest of the licence.
    pub licence: Option<String>,
    /// Ids by which another account may know it.
    pub refs: Vec<String>,
}

/// Records that are one thing: indices into what was passed in, each with the rule that joined it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Linked {
    /// Every record stands in exactly one group. A group's first is joined by [`LinkRule::First`].
    pub groups: Vec<Vec<(usize, LinkRule)>>,
    /// What looked alike and was not joined.
    pub conflicts: Vec<Conflict>,
}

/// One account's word that `left` goes with `right`, in our ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The one that has at most one partner.
    pub left: UnitId,
    /// Its partner; `None` says it has none.
    pub right: Option<UnitId>,
    /// How it is known.
    pub by: PairingSource,
    /// Since when.
    pub since_at: Option<Timestamp>,
}
