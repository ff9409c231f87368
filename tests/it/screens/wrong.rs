//! Exceptions made for the board: one of each manner, and awkward ones.

use backhaul::model::*;

use super::made::{ago, hence, now};

/// On a load of the small fleet.
fn on(load: &str, kind: ExceptionKind, severity: Severity, score: i64, summary: &str) -> Exception {
    let key = MovementKey { company_id: "TMS".into(), id: load.into() };
    let subject = Subject::of_company(SubjectKind::Movement, &key);
    let touches =
        Touches { company_id: Some("TMS".into()), movement_id: Some(load.into()), ..Touches::default() };
    Exception { id: subject.exception_id(kind), subject, touches, ..open(kind, severity, score, summary) }
}

fn open(kind: ExceptionKind, severity: Severity, score: i64, summary: &str) -> Exception {
    Exception {
        kind,
        severity,
        score,
        summary: summary.into(),
        state: ExceptionState::Open,
        count: 1,
        since_at: ago(1500),
        first_raised_at: Some(ago(1200)),
        raised_at: Some(ago(1200)),
        computed_at: ago(20),
        ..Exception::default()
    }
}

fn facts(facts: &[(&str, Fact)]) -> Facts {
    facts.iter().map(|(name, fact)| ((*name).to_owned(), fact.clone())).collect()
}

fn text(text: &str) -> Fact {
    Fact::Text(text.into())
}

fn by(user: &str, row: &Exception) -> Mark {
    Mark { user: user.into(), host: "box".into(), at: ago(600), seen: row.seen(now()) }
}

/// A load that is late for a driver whose hours end, one that nobody drives, one that is held, a truck that
/// is dark, and an account that is down.
pub fn queue() -> Rows<Exception> {
    let (ann, truck) = (UnitId("sam:ann".into()), UnitId("sam:1".into()));
    let mut late = on(
        "0091",
        ExceptionKind::Late,
        Severity::Critical,
        270,
        "35m late at Oklahoma City OK (delivery): 14H",
    );
    (late.measure_s, late.deadline_at) = (Some(2100), Some(hence(85)));
    (late.touches.driver_id, late.touches.tractor_id) = (Some(ann.clone()), Some(truck.clone()));
    late.facts = facts(&[
        ("place", text("Oklahoma City OK")),
        ("reason", text("14H")),
        ("eta_at", Fact::At(hence(270))),
    ]);
    late.trend = Some((Trend::Worse, ago(30)));
    late.handling.claim = Some(by("bob", &late));
    late.handling.notes = vec![(by("bob", &late), "called, he stops at the Flying J".into())];
    let mut hours = on(
        "0091",
        ExceptionKind::RunsOut,
        Severity::High,
        72,
        "14H of Ann Peña ends 40m short of Oklahoma City OK",
    );
    hours.subject = Subject::plain(SubjectKind::Driver, "sam:ann");
    hours.id = hours.subject.exception_id(hours.kind);
    hours.touches.driver_id = Some(ann);
    (hours.measure_s, hours.deadline_at) = (Some(2400), Some(hence(130)));
    hours.facts = facts(&[
        ("limit", text("14H")),
        ("place", text("Oklahoma City OK")),
        ("runs_out_at", Fact::At(hence(130))),
    ]);
    let mut bare = on(
        "0093",
        ExceptionKind::UnassignedPickup,
        Severity::High,
        90,
        "The pickup at Elko NV has neither a driver nor a tractor",
    );
    bare.deadline_at = Some(hence(20));
    bare.facts = facts(&[("place", text("Elko NV")), ("stop_type", text("pickup")), ("lacks", text("both"))]);
    let mut held =
        on("0092", ExceptionKind::Detention, Severity::Medium, 18, "Held at Lubbock TX beyond its free time");
    // It is about the stop where it stands, not about its load.
    let key = StopKey { company_id: "TMS".into(), id: "s3".into() };
    held.subject = Subject::of_company(SubjectKind::Stop, &key);
    held.id = held.subject.exception_id(held.kind);
    held.facts = facts(&[
        ("place", text("Lubbock TX")),
        ("free_until_at", Fact::At(ago(1450))),
        ("truck", text("not known if there")),
    ]);
    held.handling.acks = vec![by("ann", &held)];
    let dark = Subject::plain(SubjectKind::Tractor, "mot:4");
    let mut silent = open(ExceptionKind::Dark, Severity::Medium, 17, "502 is silent, last at Elko NV");
    (silent.id, silent.subject) = (dark.exception_id(ExceptionKind::Dark), dark);
    silent.touches.tractor_id = Some(UnitId("mot:4".into()));
    silent.facts = facts(&[("observed_at", Fact::At(ago(11_160)))]);
    silent.trend = Some((Trend::Gone, ago(30)));
    let account = Subject::plain(SubjectKind::Account, "motive");
    let mut down = open(ExceptionKind::FeedDown, Severity::High, 54, "motive is silent: positions");
    (down.id, down.subject) = (account.exception_id(ExceptionKind::FeedDown), account);
    down.touches.account = Some("motive".into());
    let over = Exception {
        state: ExceptionState::Cleared,
        ..on("0090", ExceptionKind::Late, Severity::High, 9, "over")
    };
    [late, hours, bare, held, silent, down, over].into_iter().collect()
}

/// Long, wide, right to left, and absurd.
pub fn awkward(long: &str) -> Vec<Exception> {
    let mut odd = on(long, ExceptionKind::Late, Severity::Critical, i64::MAX, long);
    (odd.measure_s, odd.deadline_at) = (Some(i64::MAX), Some(Timestamp::from_millis(i64::MAX)));
    odd.facts = facts(&[
        ("place", text(long)),
        ("reason", text("שלום عالم")),
        ("free_s", Fact::Seconds(i64::MIN)),
        ("miles", Fact::Number(f64::NAN)),
        ("some_at", Fact::At(Timestamp::from_millis(i64::MIN))),
        ("loads", Fact::List(vec![long.to_owned(); 10])),
    ]);
    odd.handling.claim = Some(Mark { user: long.into(), ..Mark::default() });
    odd.handling.notes = vec![(Mark::default(), long.into()); 5];
    odd.handling.snoozes = vec![(
        Mark { user: "ann".into(), ..Mark::default() },
        Snooze { until_at: Some(Timestamp::from_millis(i64::MAX)), worse_by_s: Some(i64::MAX) },
    )];
    odd.handling.acks = vec![by(long, &odd)];
    let mut empty = open(ExceptionKind::RunsOut, Severity::Low, i64::MIN, "");
    (empty.id, empty.measure_s) = ("hours:".into(), Some(i64::MIN));
    empty.deadline_at = Some(Timestamp::from_millis(i64::MIN));
    let mut rtl = open(ExceptionKind::TrailerAlone, Severity::Critical, 5, "שלום عالم نص");
    rtl.id = "trailer:rtl".into();
    vec![odd, empty, rtl]
}
