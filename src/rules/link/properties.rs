//! Linking of whatever records and wishes there may be: what holds of every answer.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::model::RecordName;

const VINS: [&str; 3] = ["1M8GDM9AXKP042788", "1FUJGLDR5CLBP8834", "3AKJHHDR9JSJV5535"];

fn one_of<T: Clone + std::fmt::Debug + 'static>(all: &[T]) -> impl Strategy<Value = T> + use<T> {
    proptest::sample::select(all.to_vec())
}

/// Few values of everything, so that records meet.
fn record(kind: UnitKind) -> impl Strategy<Value = Record> {
    let names: &[&str] = match kind {
        UnitKind::Driver => &["Ann Lee", "ANN LEE", "Bob Ray", "Cher"],
        UnitKind::Tractor | UnitKind::Trailer => &["101", "0101", "102", "A"],
    };
    let vin = proptest::option::of(one_of(&VINS));
    let plate = proptest::option::of(one_of(&["ABC123", "abc-123", "ABC123 (TX)", "ABC123 (CA)", "XY9"]));
    let licence = proptest::option::of(one_of(&["d1", "d2"]));
    let refs = proptest::collection::vec(one_of(&["0", "1", "2", "3"]), 0..3);
    (one_of(&["mcleod", "samsara", "motive", "geotab"]), one_of(names), vin, plate, licence, refs).prop_map(
        |(account, name, vin, plate, licence, refs)| Record {
            account: account.into(),
            is_tms: account == "mcleod",
            external_id: String::new(),
            name: name.into(),
            vin: vin.map(Into::into),
            plate: plate.map(Into::into),
            licence: licence.map(Into::into),
            refs: refs.into_iter().map(Into::into).collect(),
            phone: None,
            tractor_id: None,
        },
    )
}

fn records(kind: UnitKind) -> impl Strategy<Value = Vec<Record>> {
    proptest::collection::vec(record(kind), 0..9).prop_map(|mut records| {
        for (index, record) in records.iter_mut().enumerate() {
            record.external_id = index.to_string();
        }
        records
    })
}

/// Wishes for records by their place: (a, b, same).
fn wishes() -> impl Strategy<Value = Vec<(usize, usize, bool)>> {
    proptest::collection::vec((0_usize..9, 0_usize..9, any::<bool>()), 0..4)
}

fn made(kind: UnitKind, records: &[Record], wishes: &[(usize, usize, bool)]) -> Vec<Wish> {
    let name = |at: usize| {
        let record = records.get(at % records.len().max(1));
        record.map(|record| RecordName { account: record.account.clone(), id: record.external_id.clone() })
    };
    let wish = |&(a, b, same): &(usize, usize, bool)| {
        Some(Wish { kind, units: vec![name(a)?, name(b)?], same })
            .filter(|wish| wish.units[0] != wish.units[1])
    };
    wishes.iter().filter_map(wish).collect()
}

type Named = BTreeSet<BTreeSet<String>>;

fn named(records: &[Record], linked: &Linked) -> Named {
    let name = |index: usize| format!("{}:{}", records[index].account, records[index].external_id);
    linked.groups.iter().map(|group| group.iter().map(|(index, _)| name(*index)).collect()).collect()
}

/// Records in another order, each still itself.
fn shuffled(records: &[Record], seed: usize) -> Vec<Record> {
    let mut records = records.to_vec();
    let count = records.len();
    for at in 0..count {
        records.swap(at, (at * 7 + seed) % count);
    }
    records
}

fn kinds() -> impl Strategy<Value = UnitKind> {
    one_of(&UnitKind::ALL)
}

fn world() -> impl Strategy<Value = (UnitKind, Vec<Record>, Vec<Wish>)> {
    kinds().prop_flat_map(|kind| {
        (records(kind), wishes())
            .prop_map(move |(records, wishes)| (kind, records.clone(), made(kind, &records, &wishes)))
    })
}

fn vin(record: &Record) -> Option<String> {
    record.vin.as_deref().map(folded).filter(|vin| valid_vin(vin))
}

proptest! {
    #[test]
    fn the_order_of_records_changes_no_group_and_no_conflict((kind, records, wishes) in world(), seed in 0_usize..50) {
        let other = shuffled(&records, seed);
        let (one, two) = (link(kind, &records, &wishes), link(kind, &other, &wishes));
        prop_assert_eq!(named(&records, &one), named(&other, &two));
        prop_assert_eq!(one.conflicts, two.conflicts);
    }

    #[test]
    fn every_record_stands_in_one_group_whose_first_is_its_first((kind, records, wishes) in world()) {
        let linked = link(kind, &records, &wishes);
        let mut seen: Vec<usize> = linked.groups.iter().flatten().map(|(index, _)| *index).collect();
        seen.sort_unstable();
        prop_assert_eq!(seen, (0..records.len()).collect::<Vec<_>>());
        for group in &linked.groups {
            prop_assert!(group.iter().enumerate().all(|(at, (_, rule))| (at == 0) == (*rule == LinkRule::First)));
        }
    }

    #[test]
    fn no_rule_joins_an_accounts_records_or_two_valid_vins(kind in kinds(), records in records(UnitKind::Tractor)) {
        for group in link(kind, &records, &[]).groups {
            let accounts: BTreeSet<_> = group.iter().map(|(index, _)| &records[*index].account).collect();
            prop_assert_eq!(accounts.len(), group.len());
            let vins: BTreeSet<_> = group.iter().filter_map(|(index, _)| vin(&records[*index])).collect();
            prop_assert!(vins.len() < 2);
        }
    }

    #[test]
    fn a_vin_that_each_account_has_once_always_joins(records in records(UnitKind::Tractor)) {
        let linked = link(UnitKind::Tractor, &records, &[]);
        let groups = named(&records, &linked);
        let mut holders: BTreeMap<String, Vec<&Record>> = BTreeMap::new();
        for record in &records {
            if let Some(vin) = vin(record) {
                holders.entry(vin).or_default().push(record);
            }
        }
        for holders in holders.into_values() {
            let accounts: BTreeSet<_> = holders.iter().map(|record| &record.account).collect();
            if accounts.len() == holders.len() {
                let all: BTreeSet<_> =
                    holders.iter().map(|record| format!("{}:{}", record.account, record.external_id)).collect();
                prop_assert!(groups.iter().any(|group| all.is_subset(group)), "{:?}", all);
            }
        }
    }

    #[test]
    fn what_a_person_keeps_apart_is_never_joined_and_what_is_said_to_be_one_is((kind, records, wishes) in world()) {
        let linked = link(kind, &records, &wishes);
        let groups = named(&records, &linked);
        let joined = |wish: &Wish| {
            let names: Vec<_> = wish.units.iter().map(ToString::to_string).collect();
            groups.iter().any(|group| names.iter().all(|name| group.contains(name)))
        };
        prop_assert!(!wishes.iter().any(|wish| !wish.same && joined(wish)));
        if wishes.iter().all(|wish| wish.same) {
            prop_assert!(wishes.iter().all(joined));
        }
        prop_assert!(linked.waiting.is_empty());
    }
}
