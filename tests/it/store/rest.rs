//! Since when a driver rests: over changes of status, silences, late lines, restarts and several accounts.

use std::time::Duration;

use backhaul::model::{Change, Clocks, DutyStatus, LogEnd, Since, Timestamp};
use backhaul::store::{Access, Store};
use backhaul::sync::JUDGE;

use super::{Bench, START, driver, tractor};

use DutyStatus::{Driving, OffDuty, OnDuty, Sleeper};

/// So many minutes after the start.
fn at(minutes: u64) -> Timestamp {
    START.plus(Duration::from_mins(minutes))
}

fn clocks(driver: &str, status: DutyStatus, since_at: Option<Timestamp>, as_of_at: Timestamp) -> Change {
    let clocks = Clocks {
        status: Some(status),
        status_since_at: since_at,
        drive_left_s: Some(39_600),
        as_of_at,
        ..Clocks::default()
    };
    Change::Clocks { external_id: driver.into(), clocks }
}

async fn one_driver() -> Bench {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("9", "A"), driver("d1", "Ann Lee")]).await;
    bench
}

impl Bench {
    /// A look at the driver then, where one is due each five seconds.
    async fn look(&mut self, minutes: u64, status: DutyStatus) {
        self.now = at(minutes);
        let seen = self.now;
        self.tell("samsara", "hos_clocks", vec![clocks("d1", status, None, seen)]).await;
    }

    fn rests_since(&self) -> Option<u64> {
        let fleet = self.fleet();
        let since = fleet.drivers.at(0).unwrap().hos_rest_since_at?;
        Some(since.since(START).as_secs() / 60)
    }
}

#[tokio::test]
async fn a_rest_goes_on_from_the_cab_into_the_berth_and_ends_at_the_wheel() {
    let mut bench = one_driver().await;
    // Each look within the 35 seconds that a feed of 5 may be silent.
    let mut now = START;
    let mut rests = Vec::new();
    for (status, looks) in [(Driving, 3), (OffDuty, 4), (Sleeper, 4), (OffDuty, 2), (OnDuty, 1), (Sleeper, 2)]
    {
        for _ in 0..looks {
            now = now.plus(Duration::from_secs(30));
            bench.now = now;
            bench.tell("samsara", "hos_clocks", vec![clocks("d1", status, None, now)]).await;
        }
        let since = bench.fleet().drivers.at(0).unwrap().hos_rest_since_at;
        rests.push(since.map(|since| since.since(START).as_secs() / 30));
    }
    assert_eq!(rests, [None, Some(4), Some(4), Some(4), None, Some(15)]);
}

#[tokio::test]
async fn a_rest_is_not_carried_over_a_time_that_nobody_saw_and_not_by_a_restart_either() {
    let mut bench = one_driver().await;
    bench.look(1, OffDuty).await;
    assert_eq!(bench.rests_since(), Some(1));
    bench.look(61, OffDuty).await;
    assert_eq!(bench.rests_since(), Some(61), "who knows what he did for an hour");
    let since = |bench: &Bench| bench.fleet().drivers.at(0).unwrap().hos_status_since_at;
    assert_eq!(since(&bench), None);
    // Another process takes over, and hears at once.
    bench.store = Store::open(&bench.path(), Access::Owner, JUDGE, bench.now).unwrap().0;
    let seen = bench.now.plus(Duration::from_secs(20));
    bench.now = seen;
    bench.tell("samsara", "hos_clocks", vec![clocks("d1", Sleeper, None, seen)]).await;
    assert_eq!((bench.rests_since(), since(&bench)), (Some(61), Some(seen)));
    // An ELD that keeps the log itself tells more than a look.
    bench.now = at(300);
    bench.tell("samsara", "hos_clocks", vec![clocks("d1", Sleeper, Some(at(2)), at(300))]).await;
    assert_eq!((bench.rests_since(), since(&bench)), (Some(2), Some(at(2))));
}

#[tokio::test]
async fn logs_carry_a_rest_until_a_late_line_says_that_there_was_none() {
    let mut bench = one_driver().await;
    let line =
        |status, minutes| vec![Change::Duty { external_id: "d1".into(), status, since_at: at(minutes) }];
    bench.now = at(600);
    bench.tell("samsara", "logs", line(OffDuty, 10)).await;
    bench.tell("samsara", "logs", line(Sleeper, 300)).await;
    assert_eq!(bench.rests_since(), Some(10));
    bench.tell("samsara", "logs", line(Driving, 5)).await;
    bench.tell("samsara", "logs", line(Sleeper, 200)).await;
    assert_eq!(bench.rests_since(), Some(10), "before it, or rest as well");
    bench.tell("samsara", "logs", line(Driving, 250)).await;
    let fleet = bench.fleet();
    let row = &fleet.drivers.at(0).unwrap();
    assert_eq!((row.hos_status, row.hos_status_since_at), (Sleeper, Some(at(300))));
    assert_eq!(bench.rests_since(), Some(300));
}

#[tokio::test]
async fn a_log_tells_of_the_rest_before_anybody_looked() {
    let mut bench = one_driver().await;
    let since = |at| Since { at, not_before: Some(at) };
    let end = |driver: &str, status, since_at: Timestamp, rest_since_at: Timestamp| {
        vec![Change::LogEnd {
            external_id: driver.into(),
            end: LogEnd { status, held: since(since_at), rested: since(rest_since_at) },
        }]
    };
    let ago = |hours: u64| START.minus(Duration::from_hours(hours));
    bench.tell("samsara", "hos_logs", end("d1", Sleeper, ago(8), ago(9))).await;
    assert_eq!(bench.fleet().drivers.at(0).unwrap().hos_status, DutyStatus::Unknown, "his clocks tell it");
    bench.look(1, Sleeper).await;
    assert_eq!(bench.rests_since(), Some(1));
    bench.tell("samsara", "hos_logs", end("d1", Sleeper, ago(8), ago(9))).await;
    let row = |bench: &Bench| {
        let fleet = bench.fleet();
        let row = fleet.drivers.at(0).unwrap();
        (row.hos_status, row.hos_status_since_at, row.hos_rest_since_at)
    };
    assert_eq!(row(&bench), (Sleeper, Some(ago(8)), Some(ago(9))));
    // It stays so while the clocks go on telling the same, and ends when they do not.
    bench.look(1, Sleeper).await;
    assert_eq!(row(&bench), (Sleeper, Some(ago(8)), Some(ago(9))));
    bench.look(1, Driving).await;
    bench.tell("samsara", "hos_logs", end("d1", Sleeper, ago(8), ago(9))).await;
    assert_eq!(row(&bench).0, Driving);
    assert_eq!(row(&bench).2, None);

    // Known to two accounts: what the one's log says is kept with that account.
    bench.tell("motive", "vehicles", vec![tractor("1", "B"), driver("d2", "Ann Lee")]).await;
    bench.tell("mcleod", "drivers", vec![driver("LEEANN", "ANN LEE")]).await;
    assert_eq!(bench.fleet().drivers.len(), 1);
    bench.look(2, Sleeper).await;
    let now = bench.now;
    bench.tell("motive", "hos_clocks", vec![clocks("d2", OffDuty, Some(ago(30)), now)]).await;
    bench.tell("samsara", "hos_logs", end("d1", Sleeper, ago(2), ago(3))).await;
    assert_eq!(row(&bench), (Sleeper, Some(ago(2)), Some(ago(3))));
}

#[tokio::test]
async fn clocks_from_the_future_are_of_when_they_came_and_grow_old_from_then() {
    let mut bench = one_driver().await;
    bench.tell("mcleod", "drivers", vec![driver("LEEANN", "ANN LEE")]).await;
    let hours = Duration::from_hours(2);
    let ahead = START.plus(hours);
    bench.tell("mcleod", "drivers", vec![clocks("LEEANN", Driving, None, ahead)]).await;
    let status = |bench: &Bench| {
        let fleet = bench.fleet();
        let row = fleet.drivers.at(0).unwrap();
        (row.hos_status, row.hos_as_of_at)
    };
    let came = bench.now;
    assert_eq!(status(&bench), (Driving, Some(came)));
    let rejected = bench.fleet().totals.rejected;
    assert_eq!(rejected, 1, "that a stamp is wrong is told");
    bench.later(600);
    bench.tell("mcleod", "drivers", vec![clocks("LEEANN", Driving, None, ahead)]).await;
    assert_eq!((status(&bench), bench.fleet().totals.rejected), ((Driving, Some(came)), 1), "and once");
    // A clock that is a minute ahead gives way to who tells now, all the same.
    let soon = bench.now.plus(Duration::from_mins(1));
    bench.tell("mcleod", "drivers", vec![clocks("LEEANN", OffDuty, Some(ahead), soon)]).await;
    assert_eq!(status(&bench), (OffDuty, Some(bench.now)));
    assert_eq!(bench.fleet().drivers.at(0).unwrap().hos_status_since_at, None, "nor is that a time past");
    let told_at = bench.now.plus(Duration::from_secs(1));
    bench.tell("samsara", "hos_clocks", vec![clocks("d1", Driving, None, told_at)]).await;
    assert_eq!(status(&bench), (Driving, Some(told_at)));
}

#[tokio::test]
async fn of_several_accounts_each_keeps_its_own_rest() {
    let mut bench = one_driver().await;
    bench.tell("motive", "vehicles", vec![tractor("1", "B"), driver("d2", "Ann Lee")]).await;
    bench.tell("mcleod", "drivers", vec![driver("LEEANN", "ANN LEE")]).await;
    assert_eq!(bench.fleet().drivers.len(), 1);
    let mut now = bench.now;
    let mut tell = async |bench: &mut Bench, here: DutyStatus, there: DutyStatus| {
        now = now.plus(Duration::from_secs(30));
        bench.now = now;
        bench.tell("motive", "hos_clocks", vec![clocks("d2", there, None, now)]).await;
        bench.tell("samsara", "hos_clocks", vec![clocks("d1", here, None, now)]).await;
        let fleet = bench.fleet();
        let row = &fleet.drivers.at(0).unwrap();
        (row.source.clone().unwrap(), row.hos_rest_since_at, now)
    };
    let (_, _, began) = tell(&mut bench, Driving, OffDuty).await;
    let (source, rest, _) = tell(&mut bench, Driving, OffDuty).await;
    assert_eq!((source.as_str(), rest), ("samsara", None), "he drives under the one");
    let (_, rest, parked) = tell(&mut bench, Sleeper, OffDuty).await;
    assert_eq!(rest, Some(parked), "and idles in the other: that is no rest of his");
    let (_, rest, _) = tell(&mut bench, Sleeper, OffDuty).await;
    assert_eq!(rest, Some(parked));
    tell(&mut bench, DutyStatus::Unknown, OffDuty).await;
    let (source, rest, _) = tell(&mut bench, DutyStatus::Unknown, OffDuty).await;
    assert_eq!((source.as_str(), rest), ("motive", Some(began)));
}
