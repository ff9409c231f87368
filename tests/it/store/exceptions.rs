//! The queue of exceptions on a real file: what the poller writes every console sees, what one person
//! does every other sees, and neither undoes the other's.

use std::sync::Arc;
use std::time::Duration;

use backhaul::model::{
    Act, Assignment, Change, Deed, Exception, ExceptionKind, ExceptionState, Extent, Fact, Fleet,
    MovementKey, Named, Seen, Severity, Snooze, Step, Subject, SubjectKind, Timestamp, TmsMovement, Touches,
    Trend, UnitId,
};
use backhaul::store::{Access, People, Reader, Retention, Scope, glance};

use super::{Bench, START, driver, movement, tractor};

fn at(secs: i64) -> Timestamp {
    Timestamp::from_millis(START.millis() + secs * 1000)
}

/// A load that is late, raised a minute after the start.
fn late(id: &str) -> Exception {
    let kind = ExceptionKind::Late;
    let subject = Subject { kind: SubjectKind::Movement, company_id: Some("TMS".into()), id: id.into() };
    Exception {
        id: subject.exception_id(kind),
        kind,
        severity: Severity::Critical,
        subject,
        touches: Touches {
            company_id: Some("TMS".into()),
            movement_id: Some(id.into()),
            order_id: Some("o".into()),
            stop_id: Some("s".into()),
            tractor_id: Some(UnitId("samsara:1".into())),
            trailer_id: Some(UnitId("samsara:2".into())),
            driver_id: Some(UnitId("motive:3".into())),
            account: Some("samsara".into()),
        },
        since_at: at(0),
        deadline_at: Some(at(7200)),
        measure_s: Some(2520),
        score: 189,
        summary: "42m late at Memphis TN (delivery): 14H".into(),
        facts: [("reason".to_owned(), Fact::Text("14H".into())), ("eta_at".to_owned(), Fact::At(at(9720)))]
            .into(),
        state: ExceptionState::Open,
        trend: Some((Trend::Better, at(61))),
        count: 1,
        first_raised_at: Some(at(60)),
        raised_at: Some(at(60)),
        worsened_at: Some(at(60)),
        computed_at: at(61),
        ..Exception::default()
    }
}

fn act(user: &str, secs: i64, deed: Deed, on: &Exception) -> Act {
    Act { at: at(secs), user: user.into(), host: "box".into(), deed, seen: on.seen(at(secs)) }
}

fn row<'a>(fleet: &'a Fleet, id: &str) -> &'a Arc<Exception> {
    fleet.exceptions.get(&format!("schedule:TMS:{id}")).unwrap()
}

async fn write(bench: &Bench, steps: Vec<Step>) {
    bench.store.write_exceptions(steps).await.unwrap();
}

fn people(bench: &Bench) -> People {
    People::open(&bench.path(), Access::Owner).unwrap()
}

#[tokio::test]
async fn what_the_poller_writes_is_read_as_it_was() {
    let bench = Bench::new();
    let cleared = Exception {
        state: ExceptionState::Cleared,
        trend: None,
        cleared_at: Some(at(500)),
        cleared_because: Some("delivered".into()),
        ..late("2")
    };
    let account = Subject { kind: SubjectKind::Account, company_id: None, id: "samsara".into() };
    let down = Exception {
        id: account.exception_id(ExceptionKind::FeedDown),
        kind: ExceptionKind::FeedDown,
        subject: account,
        touches: Touches::default(),
        measure_s: None,
        ..late("3")
    };
    let written = [late("1"), cleared, down];
    write(&bench, written.iter().cloned().map(Step::Raise).collect()).await;
    let fleet = bench.fleet();
    for expected in &written {
        assert_eq!(&**fleet.exceptions.get(&expected.id).unwrap(), expected);
    }
    let queue: Vec<_> = fleet.queue().iter().map(|row| row.id.clone()).collect();
    assert_eq!(queue, ["feed:samsara", "schedule:TMS:1"]);
}

#[tokio::test]
async fn a_glance_has_the_queue_and_the_units_it_is_about_and_says_that_it_is_not_all() {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", ["1", "2"].map(|id| tractor(id, &format!("T-{id}"))).into()).await;
    bench.tell("motive", "drivers", ["3", "4"].map(|id| driver(id, &format!("Driver {id}"))).into()).await;
    let watched = Exception { state: ExceptionState::Watched, ..late("2") };
    write(&bench, vec![Step::Raise(late("1")), Step::Watch(watched)]).await;
    people(&bench).act(&late("1").id, &act("ann", 70, Deed::Claim, &late("1"))).unwrap();

    let (whole, glance) = (bench.fleet(), glance(&bench.path(), at(71)).unwrap());
    assert_eq!((whole.extent, glance.extent), (Extent::Whole, Extent::Glance));
    assert_eq!(glance.queue(), whole.queue());
    assert!(glance.queue()[0].handling.claim.is_some());
    let numbers: Vec<_> = glance.tractors.iter().map(|row| row.unit_number.as_str()).collect();
    let names: Vec<_> = glance.drivers.iter().map(|row| row.name.as_str()).collect();
    assert_eq!((numbers, names), (vec!["T-1"], vec!["Driver 3"]), "only those that something is wrong with");
    assert_eq!(glance.feeds, whole.feeds);
}

#[tokio::test]
async fn what_one_person_does_all_others_see_and_the_poller_undoes_nothing() {
    let bench = Bench::new();
    write(&bench, vec![Step::Raise(late("1")), Step::Raise(late("2"))]).await;
    let mut ann = Reader::open(&bench.path(), Scope::Live).unwrap();
    let mut poller = Reader::open(&bench.path(), Scope::Judged).unwrap();
    let before = ann.fleet(at(70)).unwrap();
    poller.fleet(at(70)).unwrap();

    let mut bob = people(&bench);
    let shown = row(&before, "1");
    for (secs, deed) in
        [(80, Deed::Ack), (81, Deed::Claim), (82, Deed::Note("called\u{1b}[31m the broker".into()))]
    {
        bob.act(&shown.id, &act("bob", secs, deed, shown)).unwrap();
    }
    let after = ann.fleet_if_changed(at(83)).unwrap().unwrap();
    let seen = row(&after, "1");
    let acked: Vec<_> = seen.acked_by().map(|mark| (mark.user.as_str(), mark.at)).collect();
    assert_eq!(acked, [("bob", at(80))]);
    assert_eq!(seen.handling.claim.as_ref().map(|mark| mark.user.as_str()), Some("bob"));
    assert_eq!(seen.handling.notes[0].1, "called the broker");
    // To have seen it hides it from nobody, and the other row was not read again.
    assert_eq!(after.queue().len(), 2);
    assert!(Arc::ptr_eq(row(&before, "2"), row(&after, "2")));

    let judged = poller.fleet_if_changed(at(84)).unwrap().unwrap();
    assert_eq!(row(&judged, "1").handling, seen.handling);
    let summary = "50m late at Memphis TN (delivery): 14H".to_owned();
    write(&bench, vec![Step::Update(Exception { summary, measure_s: Some(3000), ..late("1") })]).await;
    let later = ann.fleet_if_changed(at(90)).unwrap().unwrap();
    assert_eq!(row(&later, "1").handling, seen.handling);
    assert_eq!(row(&later, "1").acked_by().count(), 1);
}

#[tokio::test]
async fn a_snooze_is_known_in_every_process_and_ends_when_it_is_worse() {
    let bench = Bench::new();
    write(&bench, vec![Step::Raise(late("1"))]).await;
    let snooze = Snooze { until_at: Some(at(1000)), worse_by_s: Some(900) };
    people(&bench).act("schedule:TMS:1", &act("ann", 70, Deed::Snooze(snooze), &late("1"))).unwrap();
    let is_snoozed = |secs| row(&bench.fleet(), "1").is_snoozed_for("ann", at(secs));
    assert!(is_snoozed(999));
    assert!(!is_snoozed(1000));
    write(&bench, vec![Step::Update(Exception { measure_s: Some(2520 + 900), ..late("1") })]).await;
    assert!(!is_snoozed(500));
}

#[tokio::test]
async fn what_was_done_in_an_earlier_spell_is_kept_and_counts_no_more() {
    let bench = Bench::new();
    write(&bench, vec![Step::Raise(late("1"))]).await;
    let mut people = people(&bench);
    people.act("schedule:TMS:1", &act("ann", 70, Deed::Claim, &late("1"))).unwrap();
    people.act("schedule:TMS:1", &act("ann", 71, Deed::Note("old".into()), &late("1"))).unwrap();
    let again = Exception { count: 2, raised_at: Some(at(900)), ..late("1") };
    write(&bench, vec![Step::Raise(again)]).await;
    assert_eq!(row(&bench.fleet(), "1").handling.notes.len(), 1);
    let new = Exception { first_raised_at: Some(at(90_000)), raised_at: Some(at(90_000)), ..late("1") };
    write(&bench, vec![Step::Raise(new)]).await;
    assert_eq!(row(&bench.fleet(), "1").handling, backhaul::model::Handling::default());
    assert_eq!(actions(&bench), 2);
}

fn actions(bench: &Bench) -> i64 {
    let sql = rusqlite::Connection::open(bench.path()).unwrap();
    sql.query_row("SELECT count(*) FROM actions WHERE kind = 'exception'", [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn what_is_over_is_off_the_screen_after_twelve_hours_and_thrown_away_with_the_movements() {
    let bench = Bench::new();
    let cleared = Exception { state: ExceptionState::Cleared, cleared_at: Some(at(0)), ..late("1") };
    write(&bench, vec![Step::Clear(cleared), Step::Raise(late("2"))]).await;
    people(&bench).act("schedule:TMS:1", &act("ann", 70, Deed::Ack, &late("1"))).unwrap();
    let live =
        |secs| Reader::open(&bench.path(), Scope::Live).unwrap().fleet(at(secs)).unwrap().exceptions.len();
    assert_eq!((live(12 * 3600 - 1), live(12 * 3600)), (2, 1));
    let day = Duration::from_hours(24);
    let retention = Retention { movements: day * 30, positions: day * 30 };
    let mut reader = Reader::open(&bench.path(), Scope::Whole).unwrap();
    for (days, left) in [(30, 2), (31, 1)] {
        bench.store.throw_away(retention, at(days * 86_400)).await.unwrap();
        assert_eq!(reader.fleet(at(days * 86_400)).unwrap().exceptions.len(), left);
    }
    assert_eq!(actions(&bench), 1);
}

#[tokio::test]
async fn what_is_forgotten_is_gone_for_all_and_an_act_on_it_is_kept() {
    let bench = Bench::new();
    let watched = Exception { state: ExceptionState::Watched, count: 0, ..late("1") };
    write(&bench, vec![Step::Watch(watched)]).await;
    let mut reader = Reader::open(&bench.path(), Scope::Live).unwrap();
    let fleet = reader.fleet(at(1)).unwrap();
    assert_eq!((fleet.exceptions.len(), fleet.queue().len()), (1, 0));
    write(&bench, vec![Step::Forget("schedule:TMS:1".into())]).await;
    assert_eq!(reader.fleet_if_changed(at(2)).unwrap().unwrap().exceptions.len(), 0);
    let seen = Seen::default();
    let act = Act { at: at(3), user: "ann".into(), host: "box".into(), deed: Deed::Ack, seen };
    people(&bench).act("schedule:TMS:1", &act).unwrap();
    assert_eq!(actions(&bench), 1);
}

/// Whether the TMS names a driver is known only once the load was read by itself; and that reading is
/// told to readers though it brings nothing else.
#[tokio::test]
async fn who_is_named_for_a_load_is_known_once_it_was_read_by_itself() {
    let mut bench = Bench::new();
    let assigned = |driver: Option<&str>| {
        Change::Assignment(Assignment {
            company_id: "TMS".into(),
            movement_id: "1".into(),
            driver: driver.map(str::to_owned),
            ..Assignment::default()
        })
    };
    let mut reader = Reader::open(&bench.path(), Scope::Live).unwrap();
    let mut named = |now| {
        let key = MovementKey { company_id: "TMS".into(), id: "1".into() };
        let fleet = reader.fleet(now).unwrap();
        let row = fleet.movements.get(&key).unwrap();
        (row.driver_named, row.driver_id.is_some())
    };
    bench.tell("mcleod", "movements", vec![Change::Movement(Box::new(movement("1", None)))]).await;
    assert_eq!(named(bench.now), (Named::Unread, false));
    bench.tell("mcleod", "movement_units", vec![assigned(None)]).await;
    assert_eq!(named(bench.now), (Named::Nobody, false));
    let changed = TmsMovement { dispatcher: Some("ann".into()), ..movement("1", None) };
    bench.tell("mcleod", "movements", vec![Change::Movement(Box::new(changed))]).await;
    assert_eq!(named(bench.now), (Named::Nobody, false), "what it said last, until it is asked again");
    bench.tell("mcleod", "movement_units", vec![assigned(None)]).await;
    assert_eq!(named(bench.now), (Named::Nobody, false));
    bench.tell("mcleod", "movement_units", vec![assigned(Some("gone"))]).await;
    assert_eq!(named(bench.now), (Named::Somebody, false));
}

#[tokio::test]
async fn nothing_to_write_wakes_nobody() {
    let bench = Bench::new();
    write(&bench, vec![Step::Raise(late("1"))]).await;
    let mut reader = Reader::open(&bench.path(), Scope::Live).unwrap();
    reader.fleet(at(1)).unwrap();
    write(&bench, Vec::new()).await;
    assert!(reader.fleet_if_changed(at(2)).unwrap().is_none());
}
