//! Which accounts' records are one unit (contract §3). Pure: records and wishes in, groups out.
//!
//! A person's `[[link]]` goes before every rule. Else it never guesses: a tie joins nothing and is
//! reported, two different valid VINs veto every weaker rule, and what is deactivated takes no part.

mod groups;
mod keys;
mod plates;
mod wishes;

use std::collections::{BTreeMap, BTreeSet};

use self::groups::{Groups, No};
pub use self::keys::{folded, unit_number, valid_vin};
use crate::model::{Conflict, LinkRule, Linked, Record, UnitKind, Wish, is_placeholder};

/// Joins the active records of one kind; wishes of other kinds are passed over. `records` should come
/// oldest first: the order decides which record is a group's first, and nothing else.
pub fn link(kind: UnitKind, records: &[Record], wishes: &[Wish]) -> Linked {
    let wishes = wishes::read(kind, records, wishes);
    let mut groups = Groups::new(records, wishes.apart);
    for together in &wishes.together {
        groups.join(together, LinkRule::User);
    }
    let mut conflicts = wishes.conflicts;
    for (rule, key) in rules(kind) {
        let refused = join_by(kind, records, &mut groups, *rule, holders(records, *key));
        if *rule == LinkRule::Plate {
            // All are judged again with those of which no state is told, which must not stand between the others.
            let holders = plates::holders(records, &groups);
            conflicts.extend(join_by(kind, records, &mut groups, *rule, holders));
        } else {
            conflicts.extend(refused);
        }
    }
    if kind == UnitKind::Driver {
        conflicts.extend(doubles(records, &groups));
    } else {
        conflicts.extend(of_other_states(kind, records, &groups));
    }
    conflicts.sort();
    conflicts.dedup();
    Linked { groups: groups.into_members(), conflicts, waiting: wishes.waiting }
}

/// What a rule compares: the keys one record has under it.
type Key = fn(&Record) -> Vec<String>;

/// The rules in order of strength.
fn rules(kind: UnitKind) -> &'static [(LinkRule, Key)] {
    match kind {
        UnitKind::Tractor | UnitKind::Trailer => &[
            (LinkRule::Vin, |record| {
                record.vin.as_deref().map(folded).filter(|vin| valid_vin(vin)).into_iter().collect()
            }),
            (LinkRule::UnitNumber, |record| {
                Some(unit_number(&record.name)).filter(|number| !number.is_empty()).into_iter().collect()
            }),
            (LinkRule::Plate, |record| plates::with_state(record).into_iter().collect()),
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
                // A single word is no full name, and "TEST DRIVER" is nobody's.
                Some(name).filter(|name| name.contains(' ') && !is_nobodys(name)).into_iter().collect()
            }),
        ],
    }
}

/// Whether every word of a name stands for nothing.
fn is_nobodys(name: &str) -> bool {
    name.split(' ').all(|word| matches!(word, "DRIVER" | "USER" | "UNIDENTIFIED") || is_placeholder(word))
}

/// Joins what shares a key under one rule, where the answer is unique. What hangs together by several
/// keys is judged together, so that it does not matter which key is looked at first.
fn join_by(
    kind: UnitKind,
    records: &[Record],
    groups: &mut Groups<'_>,
    rule: LinkRule,
    holders: BTreeMap<String, BTreeSet<usize>>,
) -> Vec<Conflict> {
    // The number rule compares the TMS's number with an ELD's, never two ELDs with each other.
    let needs_tms = matches!(rule, LinkRule::UnitNumber | LinkRule::DriverRef);
    let speaks = |index: &usize| records.get(*index).is_some_and(|record| record.is_tms);
    let alike = holders
        .into_iter()
        .filter(|(_, who)| groups.roots(who).len() > 1 && (!needs_tms || who.iter().any(speaks)))
        .map(|(key, who)| Alike { keys: vec![key], who })
        .collect();
    let (mut agreed, mut conflicts) = (Vec::new(), Vec::new());
    let refuse = |Alike { keys, who }: &Alike, no: &No| conflict(kind, records, who, no, &what(rule, keys));
    // All are judged before any is joined, so that none stands in another's way.
    for Alike { keys, who } in hanging_together(alike, |who| groups.judged_apart(who)) {
        let alike = Alike { who: groups.without_passed_over(&who), keys };
        if groups.roots(&alike.who).len() < 2 {
            continue;
        }
        let tells_apart = || groups.tells_apart(&alike.who, rule, &alike.keys);
        match groups.may_join(&alike.who).and_then(|()| tells_apart()) {
            Ok(()) => agreed.push(alike),
            Err(No::KeptApart) => {}
            // A person has said of each which one it is: there is nothing left to settle.
            Err(No::SameAccount) if groups.are_chosen(&alike.who) => {}
            // So has a stronger rule: that two people share a name is no doubt about who is who.
            Err(No::SameAccount) if groups.are_settled(&alike.who) => {}
            Err(no) => conflicts.push(refuse(&alike, &no)),
        }
    }
    // They meet only in a group that a person joined, which each knows another record of.
    for alike in hanging_together(agreed, |who| groups.roots(who)) {
        if groups.is_kept_apart(&alike.who) {
            conflicts.push(refuse(&alike, &No::SomeKeptApart));
        } else {
            groups.join(&alike.who, rule);
        }
    }
    conflicts
}

/// Who has each key.
fn holders(records: &[Record], key: Key) -> BTreeMap<String, BTreeSet<usize>> {
    let mut holders: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (index, record) in records.iter().enumerate() {
        for key in key(record) {
            holders.entry(key).or_default().insert(index);
        }
    }
    holders
}

/// Drivers whom no rule joined, though they have one phone number and are on one truck. They are only reported: two of a
/// team may share a phone.
fn doubles(records: &[Record], groups: &Groups<'_>) -> Vec<Conflict> {
    let mut holders: BTreeMap<(String, &str), BTreeSet<usize>> = BTreeMap::new();
    for (index, record) in records.iter().enumerate() {
        let number = record.phone.as_deref().and_then(keys::phone_number);
        if let (Some(number), Some(tractor)) = (number, record.tractor_id.as_deref()) {
            holders.entry((number, tractor)).or_default().insert(index);
        }
    }
    let two = holders.into_values().filter(|who| groups.roots(who).len() > 1);
    let unsettled = two.filter(|who| !matches!(groups.may_join(who), Err(No::KeptApart)));
    let reason = "drivers with one phone number are on one truck: they may be one";
    unsettled
        .map(|who| Conflict {
            kind: UnitKind::Driver,
            records: names(records, &who),
            reason: reason.to_owned(),
        })
        .collect()
}

/// Units that nothing tells apart but the state of their plate. They are only reported: two states give out one number, and
/// a truck that was registered anew has one of each while not every account knows.
fn of_other_states(kind: UnitKind, records: &[Record], groups: &Groups<'_>) -> Vec<Conflict> {
    let two = plates::of_many_states(records, groups).into_iter();
    two.filter(|(_, who)| groups.roots(who).len() > 1 && groups.may_join(who).is_ok())
        .map(|(number, who)| Conflict {
            kind,
            records: names(records, &who),
            reason: format!("same plate {number}, but of different states: they may be one"),
        })
        .collect()
}

/// Records that look alike under one rule, and by which keys.
struct Alike {
    keys: Vec<String>,
    who: BTreeSet<usize>,
}

/// Makes one of all that have a place in common.
fn hanging_together(alike: Vec<Alike>, places: impl Fn(&BTreeSet<usize>) -> BTreeSet<usize>) -> Vec<Alike> {
    let mut sets: Vec<Option<Alike>> = Vec::new();
    let mut set_of: BTreeMap<usize, usize> = BTreeMap::new();
    for mut merged in alike {
        let touched: BTreeSet<usize> =
            places(&merged.who).iter().filter_map(|place| set_of.get(place).copied()).collect();
        for set in touched {
            if let Some(Alike { keys, who }) = sets.get_mut(set).and_then(Option::take) {
                merged.keys.extend(keys);
                merged.who.extend(who);
            }
        }
        for place in places(&merged.who) {
            set_of.insert(place, sets.len());
        }
        merged.keys.sort();
        sets.push(Some(merged));
    }
    sets.into_iter().flatten().collect()
}

fn conflict(kind: UnitKind, records: &[Record], who: &BTreeSet<usize>, no: &No, what: &str) -> Conflict {
    let named = if kind == UnitKind::Driver { "drivers" } else { "units" };
    let reason = match no {
        No::SameAccount => format!("several {named} of one account have the same {what}"),
        No::VinsDiffer => format!("same {what}, but their VINs differ"),
        No::StatesDiffer => format!("{what}: which of them it is where no state is told is not known"),
        No::LicencesDiffer => format!("same {what}, but their licences differ"),
        No::KeptApart | No::SomeKeptApart => {
            format!("same {what}, but a [[link]] keeps some of them apart")
        }
    };
    Conflict { kind, records: names(records, who), reason }
}

/// Records as `account:external_id`, sorted.
fn names<'a>(records: &[Record], who: impl IntoIterator<Item = &'a usize>) -> Vec<String> {
    let records = who.into_iter().filter_map(|&index| records.get(index));
    let mut names: Vec<_> =
        records.map(|record| format!("{}:{}", record.account, record.external_id)).collect();
    names.sort();
    names
}

/// A rule's keys in words. A licence digest says nothing to a person.
fn what(rule: LinkRule, keys: &[String]) -> String {
    let keys = keys.join(" or ");
    match rule {
        LinkRule::Vin => format!("VIN {keys}"),
        LinkRule::UnitNumber => format!("unit number {keys}"),
        LinkRule::Plate => format!("plate {keys}"),
        LinkRule::DriverRef => format!("driver id {keys}"),
        LinkRule::Licence => "licence".to_owned(),
        LinkRule::FullName => format!("name {keys}"),
        LinkRule::First | LinkRule::User => "link".to_owned(),
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
