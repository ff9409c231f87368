//! Which accounts' records are one unit (contract §3). Pure: records in, groups out.
//!
//! It never guesses: a tie joins nothing and is reported, two different valid VINs veto every
//! weaker rule, and what is deactivated takes no part.

mod keys;

use std::collections::{BTreeMap, HashMap, HashSet};

pub use self::keys::{folded, unit_number, valid_vin};
use crate::model::{Conflict, LinkRule, Linked, Record, UnitKind};

/// Joins the active records of one kind. `records` should come oldest first: the order decides
/// which record is a group's first.
pub fn link(kind: UnitKind, records: &[Record]) -> Linked {
    let mut union = Union::new(records);
    for (rule, key) in rules(kind) {
        join_by(kind, records, &mut union, *rule, *key);
    }
    union.into_groups()
}

/// What a rule compares: the keys one record has under it.
type Key = fn(&Record) -> Vec<String>;

fn rules(kind: UnitKind) -> &'static [(LinkRule, Key)] {
    match kind {
        UnitKind::Tractor | UnitKind::Trailer => &[
            (LinkRule::Vin, |record| {
                record.vin.as_deref().map(folded).filter(|vin| valid_vin(vin)).into_iter().collect()
            }),
            (LinkRule::UnitNumber, |record| {
                Some(unit_number(&record.name)).filter(|number| !number.is_empty()).into_iter().collect()
            }),
            (LinkRule::Plate, |record| {
                let plate = record.plate.as_deref().map(folded);
                plate.filter(|plate| plate.len() >= 3).into_iter().collect()
            }),
        ],
        UnitKind::Driver => &[
            (LinkRule::DriverRef, |record| {
                let refs: &[String] =
                    if record.is_tms { std::slice::from_ref(&record.external_id) } else { &record.refs };
                refs.iter().map(|id| unit_number(id)).filter(|id| !id.is_empty()).collect()
            }),
            (LinkRule::Licence, |record| record.licence.iter().cloned().collect()),
            (LinkRule::FullName, |record| {
                let name = record.name.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase();
                // A single word is no full name.
                Some(name).filter(|name| name.contains(' ')).into_iter().collect()
            }),
        ],
    }
}

/// Joins all groups that share a key under one rule, where the answer is unique.
fn join_by(kind: UnitKind, records: &[Record], union: &mut Union<'_>, rule: LinkRule, key: Key) {
    let mut holders: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, record) in records.iter().enumerate() {
        for key in key(record).into_iter().collect::<HashSet<_>>() {
            holders.entry(key).or_default().push(index);
        }
    }
    for (key, indices) in holders {
        // The number rule compares the TMS's number with an ELD's, never two ELDs with each other.
        let needs_tms = matches!(rule, LinkRule::UnitNumber | LinkRule::DriverRef);
        if indices.len() < 2 || needs_tms && !indices.iter().any(|&index| union.speaks_for_tms(index)) {
            continue;
        }
        if indices.iter().map(|&index| union.root(index)).collect::<HashSet<_>>().len() < 2 {
            continue;
        }
        let named = match rule {
            LinkRule::FullName | LinkRule::Licence => "drivers",
            _ => "units",
        };
        if let Err(reason) = union.may_join(&indices) {
            let mut who: Vec<_> = indices
                .iter()
                .filter_map(|&index| records.get(index))
                .map(|record| format!("{}:{}", record.account, record.external_id))
                .collect();
            who.sort();
            union.conflicts.push(Conflict {
                kind,
                records: who,
                reason: match reason {
                    No::SameAccount => {
                        format!("several {named} of one account have the same {}", what(rule, &key))
                    }
                    No::VinsDiffer => format!("same {}, but their VINs differ", what(rule, &key)),
                },
            });
            continue;
        }
        union.join(&indices, rule);
    }
}

/// A rule's key in words. A licence digest says nothing to a person.
fn what(rule: LinkRule, key: &str) -> String {
    match rule {
        LinkRule::Vin => format!("VIN {key}"),
        LinkRule::UnitNumber => format!("unit number {key}"),
        LinkRule::Plate => format!("plate {key}"),
        LinkRule::DriverRef => format!("driver id {key}"),
        LinkRule::Licence => "licence".to_owned(),
        LinkRule::FullName => format!("name {key}"),
        LinkRule::First | LinkRule::User => "link".to_owned(),
    }
}

enum No {
    SameAccount,
    VinsDiffer,
}

/// Groups under construction.
struct Union<'a> {
    records: &'a [Record],
    /// The group each record is in, named by that group's smallest index.
    group_of: Vec<usize>,
    rule_of: Vec<LinkRule>,
    members: HashMap<usize, Vec<usize>>,
    conflicts: Vec<Conflict>,
}

impl<'a> Union<'a> {
    fn new(records: &'a [Record]) -> Self {
        let all = 0..records.len();
        Self {
            records,
            group_of: all.clone().collect(),
            rule_of: vec![LinkRule::First; records.len()],
            members: all.map(|index| (index, vec![index])).collect(),
            conflicts: Vec::new(),
        }
    }

    fn root(&self, index: usize) -> usize {
        self.group_of.get(index).copied().unwrap_or(index)
    }

    fn group(&self, index: usize) -> impl Iterator<Item = &'a Record> {
        let records = self.records;
        let members = self.members.get(&self.root(index)).map(Vec::as_slice).unwrap_or_default();
        members.iter().filter_map(move |&member| records.get(member)).collect::<Vec<_>>().into_iter()
    }

    fn speaks_for_tms(&self, index: usize) -> bool {
        self.records.get(index).is_some_and(|record| record.is_tms)
    }

    /// Whether the groups of all these may be one: no account twice, no two valid VINs.
    fn may_join(&self, indices: &[usize]) -> Result<(), No> {
        let roots: HashSet<usize> = indices.iter().map(|&index| self.root(index)).collect();
        let together: Vec<&Record> = roots.into_iter().flat_map(|root| self.group(root)).collect();
        let vins: HashSet<String> = together
            .iter()
            .filter_map(|record| record.vin.as_deref().map(folded))
            .filter(|vin| valid_vin(vin))
            .collect();
        if vins.len() > 1 {
            return Err(No::VinsDiffer);
        }
        let accounts: HashSet<&str> = together.iter().map(|record| record.account.as_str()).collect();
        if accounts.len() < together.len() {
            return Err(No::SameAccount);
        }
        Ok(())
    }

    fn join(&mut self, indices: &[usize], rule: LinkRule) {
        let roots: HashSet<usize> = indices.iter().map(|&index| self.root(index)).collect();
        let Some(&kept) = roots.iter().min() else { return };
        for root in roots {
            if root == kept {
                continue;
            }
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

    fn into_groups(mut self) -> Linked {
        let mut groups: Vec<Vec<(usize, LinkRule)>> = Vec::with_capacity(self.members.len());
        let mut roots: Vec<usize> = self.members.keys().copied().collect();
        roots.sort_unstable();
        for root in roots {
            let mut members = self.members.remove(&root).unwrap_or_default();
            members.sort_unstable();
            let rules = |member: usize| self.rule_of.get(member).copied().unwrap_or(LinkRule::First);
            groups.push(members.into_iter().map(|member| (member, rules(member))).collect());
        }
        self.conflicts.sort();
        self.conflicts.dedup();
        Linked { groups, conflicts: self.conflicts }
    }
}

#[cfg(test)]
mod tests;
