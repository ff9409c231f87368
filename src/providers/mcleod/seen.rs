//! How the rows of a list came last, so that one that changed is known by it. Of a row only a digest is
//! kept, in memory: after a restart the change feed alone says what changed.

use std::collections::hash_map::{DefaultHasher, Entry};
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What is read of a row inside another: which one it is, and when it is due. Its estimates move all day and
/// say nothing of the row around it.
const OF_A_CHILD: [&str; 4] = ["id", "movement_sequence", "sched_arrive_early", "sched_arrive_late"];

/// How columns begin that say nothing of where a load goes and who has it: who has the row open, what it may cost
/// and pays, how a carrier's broker follows it, and marks that jobs of the TMS leave by themselves, on any load and
/// at any time.
const BESIDE_THE_LOAD: [&str; 17] = [
    "lock",
    "unlock_time",
    "time_to_send_msg",
    "trip_mgt_",
    "waterfall_",
    "xfer",
    "hubtran_",
    "br_",
    "macropoint_",
    "tracking_",
    "est_tolls",
    "rate_",
    "max_buy",
    "max_pay",
    "target_",
    "override_max_pay",
    "override_targetpay",
];

/// What was seen of one list.
#[derive(Debug, Default)]
pub(super) struct Seen(Mutex<Rows>);

#[derive(Debug, Default)]
struct Rows {
    by_id: HashMap<String, Row>,
    /// Reads of changes that reached their end.
    change_reads: u64,
    /// Full reads that did.
    full_reads: u64,
    /// What changed, until it is known that it was kept.
    changed: BTreeSet<String>,
    /// The cursor it was told with.
    told_with: Option<String>,
}

#[derive(Debug)]
struct Row {
    digest: u64,
    /// The read of changes that named it last: how many had ended before.
    in_changes: Option<u64>,
    /// The full read that did.
    in_full: Option<u64>,
}

impl Seen {
    /// A read begins. Where it goes on from what the last one told, that was kept; what was lost on the way is
    /// told again. True when no read has ended yet.
    pub(super) fn begins(&self, cursor: Option<&str>) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.told_with.take().is_some_and(|told_with| Some(told_with.as_str()) == cursor) {
            seen.changed.clear();
        }
        seen.change_reads == 0 && seen.full_reads == 0
    }

    /// Takes note of rows, each by its id and digest. Those changed that came otherwise than before; of a read
    /// of changes, also those that the one before did not name. It names a row again and again while its
    /// window holds the change, and that is no new one, as far as can be seen.
    pub(super) fn note(&self, rows: &[(String, u64)], of_changes: bool) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = &mut *seen;
        for (id, digest) in rows {
            let row = seen.by_id.entry(id.clone());
            let is_known = matches!(row, Entry::Occupied(_));
            let row = row.or_insert(Row { digest: *digest, in_changes: None, in_full: None });
            let named_lately = row.in_changes.is_some_and(|read| read + 1 >= seen.change_reads);
            if row.digest != *digest || of_changes && !(is_known && named_lately) {
                seen.changed.insert(id.clone());
            }
            row.digest = *digest;
            if of_changes {
                row.in_changes = Some(seen.change_reads);
            } else {
                row.in_full = Some(seen.full_reads);
            }
        }
    }

    /// The rows of a full read, or of the changes, came to their end. What the changes name no more may have
    /// changed twice while they did, in what no column shows: it counts as changed once more. What neither a
    /// full read nor the changes since then named is forgotten.
    pub(super) fn ended(&self, of_changes: bool) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = &mut *seen;
        if of_changes {
            let before = seen.change_reads.checked_sub(1);
            let left = seen.by_id.iter().filter(|(_, row)| before.is_some() && row.in_changes == before);
            seen.changed.extend(left.map(|(id, _)| id.clone()));
            seen.change_reads += 1;
            return;
        }
        seen.by_id.retain(|_, row| {
            row.in_full == Some(seen.full_reads)
                || row.in_changes.is_some_and(|read| read + 1 >= seen.change_reads)
        });
        seen.full_reads += 1;
    }

    /// What changed, at the end of a read whose facts are kept together with this cursor.
    pub(super) fn changed(&self, cursor: Option<&str>) -> Vec<String> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.told_with = cursor.map(str::to_owned);
        seen.changed.iter().cloned().collect()
    }
}

/// A digest of a row: of its columns that say something, in whatever order they come, and of what matters of
/// the rows inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digest(pub(super) u64);

impl<'de> serde::Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(row: D) -> Result<Self, D::Error> {
        At { depth: 0 }.deserialize(row).map(Self)
    }
}

/// Whether a column says something of the row: not what is beside the load, nor which reminders went out, nor what
/// is worked out of other columns. Units are, and each is an id.
fn says_something(column: &str) -> bool {
    let is_worked_out = column.starts_with("__") && !column.ends_with("_id");
    let is_beside = BESIDE_THE_LOAD.iter().any(|beginning| column.starts_with(beginning));
    !(is_worked_out || is_beside || column.contains("_sent"))
}

/// Reads the digest of what stands so deep in a row.
#[derive(Clone, Copy)]
struct At {
    depth: usize,
}

fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl<'de> DeserializeSeed<'de> for At {
    type Value = u64;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<u64, D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for At {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut row: A) -> Result<u64, A::Error> {
        let mut sum: u64 = 0;
        while let Some(key) = row.next_key::<String>()? {
            let counts =
                if self.depth == 0 { says_something(&key) } else { OF_A_CHILD.contains(&key.as_str()) };
            if !counts {
                row.next_value::<IgnoredAny>()?;
                continue;
            }
            let value = row.next_value_seed(Self { depth: self.depth + 1 })?;
            sum = sum.wrapping_add(hash((key, value)));
        }
        Ok(sum)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<u64, A::Error> {
        let mut sum: u64 = 0;
        while let Some(row) = rows.next_element_seed(Self { depth: self.depth.max(1) })? {
            sum = sum.wrapping_add(hash(row));
        }
        Ok(sum)
    }

    fn visit_unit<E>(self) -> Result<u64, E> {
        Ok(0)
    }

    fn visit_bool<E>(self, value: bool) -> Result<u64, E> {
        Ok(hash(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<u64, E> {
        Ok(hash(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<u64, E> {
        Ok(hash(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<u64, E> {
        Ok(hash(value.to_bits()))
    }

    fn visit_str<E>(self, value: &str) -> Result<u64, E> {
        Ok(hash(value.trim_end()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::mcleod::xml::Element;

    #[test]
    fn a_row_is_the_same_while_its_columns_and_the_rows_inside_it_are() {
        let digest = |json: &str| serde_json::from_str::<Digest>(json).unwrap();
        let row = r#"{"id":"1","preassign_sequence":1,"stops":[{"id":"a","eta":"1"},{"id":"b","eta":"2"}]}"#;
        let check = |other: &str, same: bool| assert_eq!(digest(row) == digest(other), same, "{other}");
        check(
            r#"{"stops":[{"eta":"9","id":"b"},{"id":"a"}],"id":"1","preassign_sequence":1,"x":null}"#,
            false,
        );
        check(r#"{"stops":[{"eta":"9","id":"b"},{"id":"a"}],"id":"1","preassign_sequence":1}"#, true);
        check(&row.replace("\"preassign_sequence\":1", "\"preassign_sequence\":2"), false);
        check(
            &row.replace("\"preassign_sequence\":1,", "\"preassign_sequence\":1,\"xmitted2driver\":\"2\","),
            false,
        );
        let beside =
            ["trip_mgt_recalc_datetime", "est_tolls_n", "xferred2fueltaxdt", "waterfall_in_progress"];
        let of_the_row = ["lock_ts", "locked_user_id", "unlock_time", "missed_call_sent", "__profit"];
        for column in of_the_row.into_iter().chain(beside) {
            check(&row.replace("\"id\":\"1\"", &format!("\"id\":\"1\",\"{column}\":\"2\"")), true);
        }
        check(&row.replace("\"id\":\"1\"", "\"id\":\"1\",\"__driver1_id\":\"2\""), false);
        check(&row.replace(",{\"id\":\"b\",\"eta\":\"2\"}", ""), false);
        check(&row.replace("\"eta\":\"2\"", "\"sched_arrive_early\":\"2\""), false);
        let xml = |text: &str| Element::parse(text).unwrap().row::<Digest>().unwrap();
        let row = "<movement id='1' status='P'><stop __name='stops' id='a' eta='1'/></movement>";
        assert_eq!(xml(row), xml("<movement status='P' id='1'><stop id='a' __name='stops'/></movement>"));
        assert_ne!(xml(row), xml("<movement status='P' id='1'><stop id='b' __name='stops'/></movement>"));
    }

    #[test]
    fn what_the_feed_names_again_is_no_new_change() {
        let seen = Seen::default();
        let row = |id: &str, digest: u64| (id.to_owned(), digest);
        let reads = std::cell::Cell::new(0);
        let read = |rows: &[(String, u64)], of_changes: bool| {
            let cursor = |read: i32| Some(read.to_string());
            seen.begins(cursor(reads.get()).as_deref());
            reads.set(reads.get() + 1);
            seen.note(rows, of_changes);
            seen.ended(of_changes);
            seen.changed(cursor(reads.get()).as_deref())
        };
        assert_eq!(read(&[row("1", 7), row("2", 7)], false), [] as [&str; 0], "all of it is new anyway");
        assert_eq!(read(&[row("1", 7)], true), ["1"], "the feed says so");
        assert_eq!(read(&[row("1", 7)], true), [] as [&str; 0], "the same change, still in the window");
        assert_eq!(read(&[row("1", 8)], true), ["1"]);
        assert_eq!(read(&[row("1", 8), row("2", 7)], true), ["2"]);
        assert_eq!(read(&[row("2", 7)], true), ["1"], "it may have changed twice while it was named");
        assert_eq!(read(&[row("2", 7)], true), [] as [&str; 0]);
        assert_eq!(read(&[row("1", 8), row("2", 7)], true), ["1"], "left the window and came again");
        assert_eq!(read(&[row("1", 8), row("2", 9)], false), ["2"], "written past the audit trail");
        seen.begins(Some("2"));
        seen.note(&[row("1", 9)], true);
        assert_eq!(read(&[row("1", 9)], true), ["1", "2"], "the last two reads were never kept");
        reads.set(reads.get() - 1);
        assert_eq!(read(&[row("1", 9)], true), ["1", "2"], "nor was the end of this one");
        assert_eq!(read(&[row("1", 9)], true), [] as [&str; 0]);
        for _ in 0..3 {
            read(&[row("3", 1)], false);
            read(&[], true);
        }
        assert_eq!(seen.0.lock().unwrap().by_id.len(), 1, "what is gone is forgotten");
    }
}
