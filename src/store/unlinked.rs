//! Which records may have changed since records were last linked: by whom they were told, of which kind,
//! and from which revision on. A roster of many pages is linked once; this is what its pages leave behind.

use crate::model::UnitKind;

/// What is still to be linked.
#[derive(Clone, Debug)]
pub(super) struct Unlinked(Vec<Open>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Open {
    kind: UnitKind,
    /// `None` for whoever told the process before this one, which may have ended in the middle of a read.
    account: Option<Box<str>>,
    /// The first revision with such a change.
    since: i64,
}

impl Unlinked {
    /// All there is, as a process finds it.
    pub(super) fn everything() -> Self {
        Self(UnitKind::ALL.into_iter().map(|kind| Open { kind, account: None, since: 0 }).collect())
    }

    /// This account told of records of this kind in this revision.
    pub(super) fn note(&mut self, account: &str, kind: UnitKind, revision: i64) {
        let known = |open: &Open| open.kind == kind && open.account.as_deref() == Some(account);
        if !self.0.iter().any(known) {
            self.0.push(Open { kind, account: Some(account.into()), since: revision });
        }
    }

    /// Whether what this account tells of units of this kind may go to the wrong ones. What another is in
    /// the middle of telling does not matter to it.
    pub(super) fn concerns(&self, account: &str, kind: UnitKind) -> bool {
        let concerns = |open: &Open| open.account.as_deref().is_none_or(|teller| teller == account);
        self.0.iter().any(|open| open.kind == kind && concerns(open))
    }

    /// All records of this kind are being linked. Returns from which revision on they may have changed.
    pub(super) fn take(&mut self, kind: UnitKind) -> Option<i64> {
        let since = self.0.iter().filter(|open| open.kind == kind).map(|open| open.since).min();
        self.0.retain(|open| open.kind != kind);
        since
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRUCK: UnitKind = UnitKind::Tractor;

    #[test]
    fn what_one_account_is_in_the_middle_of_telling_concerns_no_other() {
        let mut unlinked = Unlinked::everything();
        assert!(unlinked.concerns("a", TRUCK), "the process before may have broken off anywhere");
        assert_eq!(unlinked.take(TRUCK), Some(0));
        assert!(!unlinked.concerns("a", TRUCK));
        unlinked.note("a", TRUCK, 7);
        unlinked.note("b", TRUCK, 6);
        unlinked.note("a", TRUCK, 8);
        assert!(unlinked.concerns("a", TRUCK) && !unlinked.concerns("c", TRUCK));
        assert!(unlinked.concerns("c", UnitKind::Driver));
        assert_eq!(unlinked.take(TRUCK), Some(6), "linking takes in all that was told");
        assert!(!unlinked.concerns("a", TRUCK));
        assert_eq!(unlinked.take(TRUCK), None);
    }
}
