//! Groups of records under construction, and which of them may become one.

use std::collections::{BTreeMap, BTreeSet};

use super::{folded, plates, valid_vin};
use crate::model::{LinkRule, Record, plate_parts};

/// Why groups may not be one.
pub(super) enum No {
    /// They hold an account's records twice.
    SameAccount,
    /// They hold different valid VINs.
    VinsDiffer,
    /// The plate that they have in common is of different states.
    StatesDiffer,
    /// They hold different licences.
    LicencesDiffer,
    /// A person keeps every one of them apart from every other.
    KeptApart,
    /// A person keeps some apart, so that nobody knows where the rest belongs.
    SomeKeptApart,
}

/// Groups under construction.
pub(super) struct Groups<'a> {
    records: &'a [Record],
    /// The group each record is in, named by that group's smallest index.
    group_of: Vec<usize>,
    rule_of: Vec<LinkRule>,
    members: BTreeMap<usize, Vec<usize>>,
    /// Records that a person joined to others.
    chosen: BTreeSet<usize>,
    /// Pairs of records that a person keeps apart.
    apart: BTreeSet<(usize, usize)>,
}

impl<'a> Groups<'a> {
    /// Every record by itself. Of each pair in `apart` the smaller index comes first.
    pub(super) fn new(records: &'a [Record], apart: BTreeSet<(usize, usize)>) -> Self {
        let all = 0..records.len();
        Self {
            records,
            group_of: all.clone().collect(),
            rule_of: vec![LinkRule::First; records.len()],
            members: all.map(|index| (index, vec![index])).collect(),
            chosen: BTreeSet::new(),
            apart,
        }
    }

    /// The groups these are in.
    pub(super) fn roots(&self, who: &BTreeSet<usize>) -> BTreeSet<usize> {
        who.iter().filter_map(|&index| self.group_of.get(index).copied()).collect()
    }

    /// What is judged as one: groups, but of a group that a person joined each record by itself. Two
    /// trucks that a person made one have two of everything, which is no tie.
    pub(super) fn judged_apart(&self, who: &BTreeSet<usize>) -> BTreeSet<usize> {
        let place = |&index: &usize| {
            self.group_of.get(index).map(|&root| if self.is_linked(root) { index } else { root })
        };
        who.iter().filter_map(place).collect()
    }

    /// Whether a person keeps any of these groups apart from another of them.
    pub(super) fn is_kept_apart(&self, who: &BTreeSet<usize>) -> bool {
        !self.apart_among(&self.roots(who)).is_empty()
    }

    /// Whether all these may be one: across their groups no account twice, no two valid VINs, and no
    /// two that a person keeps apart. What is in one group already is not asked again.
    pub(super) fn may_join(&self, who: &BTreeSet<usize>) -> Result<(), No> {
        let roots = self.roots(who);
        match self.apart_among(&roots).len() {
            0 => {}
            all if all == roots.len() * (roots.len() - 1) / 2 => return Err(No::KeptApart),
            _ => return Err(No::SomeKeptApart),
        }
        if differ(roots.iter().map(|&root| self.vins(root))) {
            return Err(No::VinsDiffer);
        }
        let mut accounts = BTreeSet::new();
        for &root in &roots {
            let of_this: BTreeSet<&str> = self.group(root).map(|record| record.account.as_str()).collect();
            if of_this.into_iter().any(|account| !accounts.insert(account)) {
                return Err(No::SameAccount);
            }
        }
        Ok(())
    }

    /// Whether what goes with the rule, beside what every rule heeds, tells these groups from each other: the states of a
    /// plate, and for a name, which many have, the licence.
    pub(super) fn tells_apart(
        &self,
        who: &BTreeSet<usize>,
        rule: LinkRule,
        keys: &[String],
    ) -> Result<(), No> {
        let roots = self.roots(who);
        match rule {
            LinkRule::Plate => {
                let is_it = |number: &str| keys.iter().any(|key| folded(plate_parts(key).0) == number);
                let states = |&root: &usize| plates::states_in(self.group(root), is_it);
                if differ(roots.iter().map(states)) { Err(No::StatesDiffer) } else { Ok(()) }
            }
            LinkRule::FullName => {
                let licences = |&root: &usize| -> BTreeSet<&str> {
                    self.group(root).filter_map(|record| record.licence.as_deref()).collect()
                };
                if differ(roots.iter().map(licences)) { Err(No::LicencesDiffer) } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }

    /// The records of the group that this one is in.
    pub(super) fn with(&self, index: usize) -> impl Iterator<Item = &'a Record> {
        self.group_of.get(index).into_iter().flat_map(|&root| self.group(root))
    }

    /// Whether a person joined something to every one of these groups.
    pub(super) fn are_chosen(&self, who: &BTreeSet<usize>) -> bool {
        self.roots(who).into_iter().all(|root| self.is_linked(root))
    }

    /// Whether a stronger rule joined something to every one of these groups, and no two of them could be one: each pair
    /// has records of one account.
    pub(super) fn are_settled(&self, who: &BTreeSet<usize>) -> bool {
        let roots: Vec<usize> = self.roots(who).into_iter().collect();
        let accounts =
            |root: usize| self.group(root).map(|record| record.account.as_str()).collect::<BTreeSet<_>>();
        let is_joined = |root: &usize| self.members.get(root).is_some_and(|members| members.len() > 1);
        roots.iter().all(is_joined)
            && roots.iter().enumerate().all(|(at, one)| {
                roots.iter().skip(at + 1).all(|two| !accounts(*one).is_disjoint(&accounts(*two)))
            })
    }

    /// Without the records that a person has passed over: where a `[[link]]` says which of an
    /// account's records is the one, the account's others are no candidates for it.
    pub(super) fn without_passed_over(&self, who: &BTreeSet<usize>) -> BTreeSet<usize> {
        let linked: Vec<usize> = self.roots(who).into_iter().filter(|&root| self.is_linked(root)).collect();
        let [chosen] = linked.as_slice() else { return who.clone() };
        let members = self.members.get(chosen).into_iter().flatten();
        let accounts: BTreeSet<&str> = members
            .filter(|member| self.chosen.contains(member))
            .filter_map(|&member| self.records.get(member))
            .map(|record| record.account.as_str())
            .collect();
        let passed_over = |index: &usize| {
            self.group_of.get(*index).is_some_and(|root| {
                root != chosen && self.group(*root).any(|record| accounts.contains(record.account.as_str()))
            })
        };
        who.iter().copied().filter(|index| !passed_over(index)).collect()
    }

    /// Makes the groups of all these one.
    pub(super) fn join(&mut self, who: &BTreeSet<usize>, rule: LinkRule) {
        if rule == LinkRule::User {
            self.chosen.extend(who);
        }
        let mut roots = self.roots(who).into_iter();
        let Some(kept) = roots.next() else { return };
        for root in roots {
            let moved = self.members.remove(&root).unwrap_or_default();
            for &member in &moved {
                if let Some(group) = self.group_of.get_mut(member) {
                    *group = kept;
                }
            }
            // A group's own first record is joined by this rule; the rest keep theirs.
            if let Some(slot) = self.rule_of.get_mut(root) {
                *slot = rule;
            }
            self.members.entry(kept).or_default().extend(moved);
        }
    }

    /// The groups, each with the rule that joined each member.
    pub(super) fn into_members(self) -> Vec<Vec<(usize, LinkRule)>> {
        let rule = |member: usize| self.rule_of.get(member).copied().unwrap_or(LinkRule::First);
        let sorted = |mut members: Vec<usize>| {
            members.sort_unstable();
            members.into_iter().map(|member| (member, rule(member))).collect()
        };
        self.members.into_values().map(sorted).collect()
    }

    fn group(&self, root: usize) -> impl Iterator<Item = &'a Record> {
        let records = self.records;
        let members = self.members.get(&root).map(Vec::as_slice).unwrap_or_default();
        members.iter().filter_map(move |&member| records.get(member))
    }

    /// Several only where a person joined records whose VINs differ: each of them is the unit's then.
    fn vins(&self, root: usize) -> BTreeSet<String> {
        self.group(root)
            .filter_map(|record| record.vin.as_deref().map(folded))
            .filter(|vin| valid_vin(vin))
            .collect()
    }

    /// The pairs of these groups that a person keeps apart. Looked for among what people wrote, which is little, and not among
    /// the pairs, of which ten thousand drivers with one phone number have fifty million.
    fn apart_among(&self, roots: &BTreeSet<usize>) -> BTreeSet<(usize, usize)> {
        let root = |index: usize| self.group_of.get(index).copied().filter(|root| roots.contains(root));
        let pairs = self.apart.iter().filter_map(|&(one, two)| Some((root(one)?, root(two)?)));
        pairs.filter(|(one, two)| one != two).map(|(one, two)| (one.min(two), one.max(two))).collect()
    }

    fn is_linked(&self, root: usize) -> bool {
        let mut members = self.members.get(&root).into_iter().flatten();
        members.any(|member| self.chosen.contains(member))
    }
}

/// Whether some of these have nothing in common with the others. What nothing is known of tells nothing apart.
fn differ<T: Ord + Clone>(sets: impl Iterator<Item = BTreeSet<T>>) -> bool {
    let mut apart: Vec<BTreeSet<T>> = Vec::new();
    for mut these in sets.filter(|set| !set.is_empty()) {
        apart.retain(|others| {
            let differ = others.is_disjoint(&these);
            if !differ {
                these.extend(others.iter().cloned());
            }
            differ
        });
        apart.push(these);
    }
    apart.len() > 1
}
