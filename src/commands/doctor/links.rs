//! Which records could not be joined, and what people's `[[link]]`s still wait for.

use std::collections::BTreeMap;

use super::{Check, Database, Facts};
use crate::commands::listed;
use crate::model::{Conflict, Waiting};

/// What these checks are called.
pub(super) const NAME: &str = "links";

/// The checks: conflicts with the text that would settle each, then the links there are.
pub(super) fn checks(facts: &Facts) -> Vec<Check> {
    let Some(Ok(database)) = &facts.database else { return Vec::new() };
    let mut checks: Vec<_> = database.fleet.conflicts.iter().map(|one| conflict(database, one)).collect();
    checks.extend(database.examined.waiting.iter().map(waiting));
    // Whoever only looks on has a configuration of his own, which no poller takes links from.
    let polls = facts.accounts.iter().any(|account| account.is_wanted && account.off.is_none());
    if polls && facts.wishes != database.examined.wishes {
        checks.push(Check::failed(
            NAME,
            "configuration",
            "its [[link]]s are not those in force",
            "start the poller again with this configuration",
        ));
    }
    if checks.is_empty() {
        let count = facts.wishes.len();
        checks.push(Check::ok(
            NAME,
            "records",
            format!("nothing is in doubt, {count} joined or kept apart by hand"),
        ));
    }
    checks
}

fn conflict(database: &Database, Conflict { kind, records, reason }: &Conflict) -> Check {
    let named = records.iter().map(|record| {
        let name = database.examined.names.get(&(*kind, record.clone()));
        name.map_or_else(|| record.clone(), |name| format!("{record} ({name})"))
    });
    let named: Vec<String> = named.collect();
    let subject = format!("{} {}", kind.word(), named.join(", "));
    let remedy = if reason.starts_with("one [[link]]") {
        "take one of the two [[link]]s away".to_owned()
    } else {
        settling(kind.word(), records)
    };
    let short = Some(format!("{} {}", kind.word(), listed(&named)));
    Check { short, ..Check::failed(NAME, subject, reason, remedy) }
}

/// The `[[link]]` that would settle it: one record of each account, the others named beside it.
fn settling(kind: &str, records: &[String]) -> String {
    let mut by_account: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for record in records {
        let account = record.split_once(':').map_or(record.as_str(), |(account, _)| account);
        by_account.entry(account).or_default().push(record);
    }
    let quoted = |records: &[&str]| records.iter().map(|record| format!("{record:?}")).collect::<Vec<_>>();
    let (units, others) = match by_account.len() {
        // All of one account: they are one, or they are not.
        1 => (quoted(&records.iter().map(String::as_str).collect::<Vec<_>>()), Vec::new()),
        _ => (
            by_account.values().flat_map(|records| quoted(records.get(..1).unwrap_or_default())).collect(),
            by_account.values().flat_map(|records| quoted(records.get(1..).unwrap_or_default())).collect(),
        ),
    };
    let instead = if others.is_empty() { String::new() } else { format!("   # or {}", listed(&others)) };
    format!(
        "say which are one, then start the poller again:\n[[link]]\nkind = \"{kind}\"\nunits = [{}]{instead}\n\
         # same = false   # if they are not one",
        units.join(", ")
    )
}

fn waiting(Waiting { kind, unit, reason }: &Waiting) -> Check {
    Check::failed(
        NAME,
        format!("{} {unit}", kind.word()),
        format!("its [[link]] waits: {reason}"),
        "correct the entry, or take it away; it holds once the account tells of it",
    )
}
