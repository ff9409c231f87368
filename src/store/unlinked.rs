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
    since: Since,
}

/// What has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Since {
    /// The first revision with such a change.
    pub(super) revision: i64,
    /// Whether any of it bears on which records are one; else it only describes a unit.
    pub(super) identity: bool,
}

impl Since {
    fn and(self, other: Self) -> Self {
        let revision = self.revision.min(other.revision);
        Self { revision, identity: self.identity || other.identity }
    }
}

impl Unlinked {
    /// All there is, as a process finds it.
    pub(super) fn everything() -> Self {
        let since = Since { revision: 0, identity: true };
        Self(UnitKind::ALL.into_iter().map(|kind| Open { kind, account: None, since }).collect())
    }

    /// This account told of records of this kind.
    pub(super) fn note(&mut self, account: &str, kind: UnitKind, since: Since) {
        let is_it = |open: &&mut Open| open.kind == kind && open.account.as_deref() == Some(account);
        match self.0.iter_mut().find(is_it) {
            Some(known) => known.since = known.since.and(since),
            None => self.0.push(Open { kind, account: Some(account.into()), since }),
        }
    }

    /// Whether what this account tells of units of this kind may go to the wrong ones. What another is in
    /// the middle of telling does not matter to it.
    pub(super) fn concerns(&self, account: &str, kind: UnitKind) -> bool {
        let concerns = |open: &Open| open.account.as_deref().is_none_or(|teller| teller == account);
        self.0.iter().any(|open| open.kind == kind && concerns(open))
    }

    /// All records of this kind are being linked. Returns what may have changed of them.
    pub(super) fn take(&mut self, kind: UnitKind) -> Option<Since> {
        let since = self.0.iter().filter(|open| open.kind == kind).map(|open| open.since).reduce(Since::and);
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
        let since = |revision, identity| Since { revision, identity };
        assert_eq!(unlinked.take(TRUCK), Some(since(0, true)));
        assert!(!unlinked.concerns("a", TRUCK));
        unlinked.note("a", TRUCK, since(7, false));
        unlinked.note("b", TRUCK, since(6, false));
        unlinked.note("a", TRUCK, since(8, true));
        assert!(unlinked.concerns("a", TRUCK) && !unlinked.concerns("c", TRUCK));
        assert!(unlinked.concerns("c", UnitKind::Driver));
        assert_eq!(unlinked.take(TRUCK), Some(since(6, true)), "linking takes in all that was told");
        assert!(!unlinked.concerns("a", TRUCK));
        assert_eq!(unlinked.take(TRUCK), None);
    }
}
