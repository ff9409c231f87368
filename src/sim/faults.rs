//! What can be broken on purpose, for tests and for a demo worth showing.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::Upstream;
use super::chance::Chance;

/// One way to fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This status, with a plain body.
    Status {
        /// The status code.
        code: u16,
        /// The `Retry-After` header, as it is to be written.
        retry_after: Option<String>,
    },
    /// This status, with this JSON as its body: an error in the service's own words.
    Refusal {
        /// The status code.
        code: u16,
        /// The body.
        json: String,
    },
    /// 307 to this URL, as a captive portal or a moved service answers.
    Redirect(String),
    /// 200 with bytes that are no JSON.
    Garbage,
    /// 200 with the first half of the right body.
    Truncated,
    /// The right answer's head and the first half of its body; then the connection breaks.
    Cut,
    /// 200 with so many bytes of a JSON list that has no end. They are made while they are sent.
    Huge(u64),
    /// The connection is closed without an answer.
    Reset,
    /// The request is taken, and never answered.
    Hang,
    /// The right answer, so much later.
    Slow(Duration),
    /// The right answer; of one that streams each event so long after the one before.
    Drip(Duration),
}

/// The faults that hold now.
#[derive(Debug, Default)]
pub struct Faults {
    set: Mutex<Vec<Set>>,
}

/// One fault and where it holds.
#[derive(Debug)]
struct Set {
    upstream: Upstream,
    path_prefix: String,
    fault: Fault,
    /// Calls that still go through before it holds.
    spared: u32,
}

impl Faults {
    /// From now on every path of `upstream` that starts with `path_prefix` (below its base, with the
    /// leading `/`; "" is all) fails so. What was set last counts. `{id}` stands for any one part but
    /// `search`: "/movements/{id}" breaks the reading of single movements alone.
    pub fn set(&self, upstream: Upstream, path_prefix: &str, fault: Fault) {
        self.set_after(0, upstream, path_prefix, fault);
    }

    /// The same, but the next `calls` of those paths still go through: a token that runs out, say.
    pub fn set_after(&self, calls: u32, upstream: Upstream, path_prefix: &str, fault: Fault) {
        self.lock().push(Set { upstream, path_prefix: path_prefix.to_owned(), fault, spared: calls });
    }

    /// Mends everything of `upstream`.
    pub fn clear(&self, upstream: Upstream) {
        self.lock().retain(|set| set.upstream != upstream);
    }

    /// What holds for a call of that path.
    pub(super) fn of(&self, upstream: Upstream, path: &str) -> Option<Fault> {
        let mut sets = self.lock();
        for set in sets.iter_mut().rev() {
            if set.upstream != upstream || !covers(&set.path_prefix, path) {
                continue;
            }
            if set.spared == 0 {
                return Some(set.fault.clone());
            }
            set.spared -= 1;
        }
        None
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Set>> {
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn covers(prefix: &str, path: &str) -> bool {
    let Some((before, after)) = prefix.split_once("{id}") else { return path.starts_with(prefix) };
    let Some(rest) = path.strip_prefix(before) else { return false };
    let (id, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    !id.is_empty() && id != "search" && rest.starts_with(after)
}

/// The mood of the moment: McLeod's server is out for half a minute, about every ten.
pub fn mood(upstream: Upstream, now: i64) -> Option<Fault> {
    let out = Chance::of(&[211, (now / 30) as u64]).hits(5);
    match upstream {
        Upstream::McLeod if out => Some(Fault::Status { code: 503, retry_after: None }),
        Upstream::McLeod
        | Upstream::Samsara
        | Upstream::Motive
        | Upstream::Geotab
        | Upstream::Terminal
        | Upstream::Mapbox
        | Upstream::Gemini => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moody_upstream_is_out_now_and_then_and_the_other_never() {
        let half_minutes = || (0..2880).map(|number| 1_795_521_600 + number * 30);
        let out = half_minutes().filter(|now| mood(Upstream::McLeod, *now).is_some()).count();
        assert!((70..220).contains(&out), "{out}");
        assert!(half_minutes().all(|now| mood(Upstream::Samsara, now).is_none()));
    }

    #[test]
    fn a_fault_set_for_later_spares_so_many_calls_of_its_paths() {
        let faults = Faults::default();
        faults.set_after(2, Upstream::Motive, "/v1/users", Fault::Reset);
        let of = |path| faults.of(Upstream::Motive, path);
        assert_eq!([of("/v1/users"), of("/v1/groups"), of("/v1/users")], [None, None, None]);
        assert_eq!([of("/v1/users"), of("/v1/users")], [Some(Fault::Reset), Some(Fault::Reset)]);
    }

    #[test]
    fn the_fault_set_last_counts_and_only_for_its_paths() {
        let faults = Faults::default();
        faults.set(Upstream::Samsara, "", Fault::Garbage);
        faults.set(Upstream::Samsara, "/fleet", Fault::Reset);
        assert_eq!(faults.of(Upstream::Samsara, "/fleet/drivers"), Some(Fault::Reset));
        assert_eq!(faults.of(Upstream::Samsara, "/me"), Some(Fault::Garbage));
        assert_eq!(faults.of(Upstream::McLeod, "/fleet"), None);
    }

    #[test]
    fn a_fault_for_single_rows_leaves_searches_whole() {
        let check =
            |prefix: &str, path: &str, expected: bool| assert_eq!(covers(prefix, path), expected, "{path}");
        check("/movements/{id}", "/movements/0412233", true);
        check("/movements/{id}", "/movements/search", false);
        check("/movements/{id}", "/movements/", false);
        check("/movements/{id}/route", "/movements/0412233/route", true);
        check("/movements/{id}/route", "/movements/0412233", false);
    }
}
