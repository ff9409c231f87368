//! What was asked just now: every account that no poller is known to read, and the time elsewhere; and the room on the disk.

use std::time::Duration;

use super::stored::remedy;
use super::{Check, Disk, Facts, Tried};
use crate::rules::age;

/// A clock may be so many seconds from another: the contract sets aside what is from further in the future.
pub const CLOCKS_AGREE_S: u64 = 120;
/// Less room than this is soon none: a busy fleet writes some 100 MB a day.
const ROOM: u64 = 500 * 1024 * 1024;

/// The checks, in this order: the accounts, the clock, the disk.
pub(super) fn checks(facts: &Facts) -> Vec<Check> {
    let mut checks: Vec<_> = facts.tried.iter().flat_map(tried).collect();
    checks.extend(clocks(&facts.ahead));
    checks.extend(facts.disk.as_ref().map(disk));
    checks
}

fn tried(Tried { account, outcome, lacks }: &Tried) -> Vec<Check> {
    let mut checks = match outcome {
        Ok(lines) if lines.is_empty() => {
            vec![Check::ok("upstream", account, "answers, and knows no unit yet")]
        }
        Ok(lines) => vec![Check::ok("upstream", account, format!("answers: {}", lines.join("; ")))],
        Err((why, remedy)) => vec![Check::failed("upstream", account, why, remedy)],
    };
    checks.extend(lacks.iter().map(|(resource, why)| {
        let remedy =
            remedy(why, account).unwrap_or_else(|| format!("see the documents on {account}'s credential"));
        Check::failed("upstream", format!("{account} {resource}"), why, remedy)
    }));
    checks
}

/// Where one account's clock agrees with ours, those that do not are wrong; where none does, ours is.
fn clocks(told: &[(String, i64)]) -> Vec<Check> {
    let apart = |ahead_s: i64| Duration::from_secs(ahead_s.unsigned_abs());
    let agrees = |ahead_s: i64| ahead_s.unsigned_abs() <= CLOCKS_AGREE_S;
    let witness = told.iter().find(|(_, ahead_s)| agrees(*ahead_s)).map(|(account, _)| account);
    let check = |(account, ahead_s): &(String, i64)| {
        let time = age::words(apart(*ahead_s));
        if agrees(*ahead_s) {
            return Check::ok("clock", account, format!("agrees with ours to {time}"));
        }
        let Some(witness) = witness else {
            let side = if *ahead_s > 0 { "behind" } else { "ahead of" };
            let remedy = "set this machine's clock by the network: timedatectl set-ntp true";
            return Check::failed("clock", account, format!("this machine is {time} {side} it"), remedy);
        };
        let side = if *ahead_s > 0 { "ahead of" } else { "behind" };
        let what = format!("its clock is {time} {side} this machine's, which agrees with {witness}'s");
        let remedy =
            format!("tell whoever runs {account}; what it stamps by that clock may be wrong till then");
        Check::failed("clock", account, what, remedy)
    };
    told.iter().map(check).collect()
}

fn disk(Disk { folder, free }: &Disk) -> Check {
    let folder = folder.display().to_string();
    let free_mb = free / (1024 * 1024);
    if *free >= ROOM {
        return Check::ok("disk", folder, format!("{free_mb} MB are free"));
    }
    Check::failed(
        "disk",
        folder,
        format!("only {free_mb} MB are free"),
        "make room there, or keep less: lower retention.positions in the configuration",
    )
}
