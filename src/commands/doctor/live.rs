//! What was asked just now: every account that no poller is known to read, and the time elsewhere; and the room on the disk.

use std::time::Duration;

use super::stored::remedy;
use super::{Check, Disk, Facts, Tried};
use crate::rules::age;

/// A clock may be so many seconds from another: the contract sets aside what is from further in the future.
const APART_S: u64 = 120;
/// Less room than this is soon none: a busy fleet writes some 100 MB a day.
const ROOM: u64 = 500 * 1024 * 1024;

/// The checks, in this order: the accounts, the clock, the disk.
pub(super) fn checks(facts: &Facts) -> Vec<Check> {
    let mut checks: Vec<_> = facts.tried.iter().flat_map(tried).collect();
    checks.extend(facts.ahead.as_ref().map(|(account, ahead_s)| clock(account, *ahead_s)));
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

fn clock(account: &str, ahead_s: i64) -> Check {
    let apart = Duration::from_secs(ahead_s.unsigned_abs());
    if apart.as_secs() <= APART_S {
        return Check::ok("clock", account, format!("agrees with ours to {}", age::words(apart)));
    }
    let side = if ahead_s > 0 { "behind" } else { "ahead of" };
    Check::failed(
        "clock",
        account,
        format!("this machine is {} {side} it", age::words(apart)),
        "set this machine's clock by the network: timedatectl set-ntp true",
    )
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
