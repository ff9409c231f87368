//! What drivers did day by day: each way of telling stands by itself, and what stays the same moves
//! nothing.

use std::time::Duration;

use backhaul::model::{Change, DutyDay, DutySource};
use backhaul::store::Retention;

use super::{Bench, driver};

/// The bench's first day.
const TODAY: &str = "2026-11-18";

fn day(date: &str, driving: i64, on_duty: i64) -> DutyDay {
    let (driving_s, on_duty_s) = (Some(driving), Some(on_duty));
    DutyDay { driving_s, on_duty_s, ..DutyDay::untold(date.parse().unwrap()) }
}

fn told(external_id: &str, source: DutySource, days: &[DutyDay]) -> Vec<Change> {
    vec![Change::DutyDays { external_id: external_id.into(), source, days: days.to_vec() }]
}

/// A row as it is written: account, id, date, source, and the six figures in their order.
type Row = (String, [Option<i64>; 6]);

fn rows(bench: &Bench) -> Vec<Row> {
    let file = rusqlite::Connection::open(bench.path()).unwrap();
    let sql = "SELECT account || ' ' || external_id || ' ' || date || ' ' || source, driving_s,
        on_duty_not_driving_s, on_duty_s, off_duty_s, sleeper_s, waiting_s FROM duty_days ORDER BY 1";
    let mut rows = file.prepare(sql).unwrap();
    let rows = rows.query_map([], |row| {
        let figure = |column| row.get::<_, Option<i64>>(column);
        Ok((row.get(0)?, [figure(1)?, figure(2)?, figure(3)?, figure(4)?, figure(5)?, figure(6)?]))
    });
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

fn names(bench: &Bench) -> Vec<String> {
    rows(bench).into_iter().map(|(name, _)| name).collect()
}

/// The only row's `updated_at` and `synced_at`, in seconds after the bench's own time.
fn times(bench: &Bench) -> (i64, i64) {
    let file = rusqlite::Connection::open(bench.path()).unwrap();
    let sql = "SELECT updated_at, synced_at FROM duty_days";
    let (updated, synced): (i64, i64) =
        file.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    ((updated - bench.now.millis()) / 1000, (synced - bench.now.millis()) / 1000)
}

#[tokio::test]
async fn the_log_and_the_recap_of_a_day_stand_beside_each_other_under_the_accounts_own_id() {
    let mut bench = Bench::new();
    let logged = DutyDay {
        driving_s: Some(3600),
        on_duty_not_driving_s: Some(600),
        off_duty_s: Some(1),
        sleeper_s: Some(2),
        waiting_s: None,
        ..DutyDay::untold(TODAY.parse().unwrap())
    };
    bench.tell("motive", "hours_of_service", told("7", DutySource::Log, &[logged])).await;
    let recap = [day(TODAY, 3660, 4260), day("2026-11-17", 0, 0)];
    bench.tell("motive", "available_time", told("7", DutySource::Recap, &recap)).await;
    bench.tell("other", "available_time", told("7", DutySource::Recap, &[day(TODAY, 60, 60)])).await;
    let figures = |driving, apart, on_duty| [driving, apart, on_duty, None, None, None];
    assert_eq!(
        rows(&bench),
        [
            ("motive 7 2026-11-17 recap".into(), figures(Some(0), None, Some(0))),
            ("motive 7 2026-11-18 log".into(), [Some(3600), Some(600), None, Some(1), Some(2), None]),
            ("motive 7 2026-11-18 recap".into(), figures(Some(3660), None, Some(4260))),
            ("other 7 2026-11-18 recap".into(), figures(Some(60), None, Some(60))),
        ]
    );
    // What a source no longer says, it does not say.
    let less = DutyDay { on_duty_s: None, ..day(TODAY, 3700, 0) };
    bench.tell("motive", "available_time", told("7", DutySource::Recap, &[less])).await;
    assert_eq!(rows(&bench)[2].1, figures(Some(3700), None, None));
}

#[tokio::test]
async fn a_day_belongs_to_whichever_driver_the_record_is() {
    let mut bench = Bench::new();
    bench.tell("tms", "drivers", vec![driver("LEEAN", "Ann Lee")]).await;
    bench.tell("motive", "drivers", vec![driver("7", "Ann Lee")]).await;
    bench.tell("motive", "available_time", told("7", DutySource::Recap, &[day(TODAY, 60, 120)])).await;
    let file = rusqlite::Connection::open(bench.path()).unwrap();
    let sql = "SELECT unit_id, on_duty_s FROM duty_days JOIN unit_links USING (account, external_id)
        WHERE kind = 'driver'";
    let found: (String, i64) = file.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(found, ("tms:LEEAN".to_owned(), 120));
}

#[tokio::test]
async fn a_day_told_again_is_written_only_where_it_changed_or_was_not_confirmed_for_long() {
    let mut bench = Bench::new();
    let mut tell = async |later: i64, driving| {
        bench.later(later);
        let days = [day(TODAY, driving, 9000)];
        bench.tell("motive", "available_time", told("7", DutySource::Recap, &days)).await;
        times(&bench)
    };
    assert_eq!(tell(0, 60).await, (0, 0));
    assert_eq!(tell(59, 60).await, (-60, -60), "a minute later there is nothing to write");
    assert_eq!(tell(899, 60).await, (-960, 0), "confirmed, and not changed");
    assert_eq!(tell(59, 120).await, (0, 0));
    // A clock that was set back must not keep the row from being confirmed.
    assert_eq!(tell(-3601, 120).await, (3600, 0));
}

#[tokio::test]
async fn days_are_kept_for_fifteen_days_and_one_that_has_not_begun_is_set_aside() {
    let mut bench = Bench::new();
    let days = ["-000001-11-18", "2026-11-02", "2026-11-03", "2026-11-19", "2026-11-20", "9999-12-31"];
    let days = days.map(|date| day(date, 60, 60));
    bench.tell("motive", "hours_of_service", told("7", DutySource::Log, &days)).await;
    let log = |date: &str| format!("motive 7 {date} log");
    // It is the 19th already in the far east.
    assert_eq!(names(&bench), [log("2026-11-03"), log("2026-11-19")]);
    assert_eq!(bench.fleet().totals.rejected, 2);

    let keep = Retention { movements: Duration::from_hours(720), positions: Duration::from_hours(720) };
    bench.store.throw_away(keep, bench.now).await.unwrap();
    assert_eq!(names(&bench).len(), 2);
    let tomorrow = bench.now.plus(Duration::from_hours(24));
    bench.store.throw_away(keep, tomorrow).await.unwrap();
    assert_eq!(names(&bench), [log("2026-11-19")]);
    while bench.store.throw_away(keep, tomorrow.plus(Duration::from_hours(16 * 24))).await.unwrap() {}
    assert!(names(&bench).is_empty());
}
