//! Loads in the store: their units, their stops, and which of them a screen shows.

use std::time::Duration;

use backhaul::model::{
    Assignment, Batch, Change, MovementStatus, Named, Profile, TmsMovement, TmsOrder, TmsStop, UnitKind, Want,
};
use backhaul::store::{Reader, Scope};

use super::{Bench, START, driver, movement, tractor};

fn assignment(movement: &str, driver: &str, tractor: &str) -> Change {
    Change::Assignment(Assignment {
        company_id: "TMS".into(),
        movement_id: movement.into(),
        driver: Some(driver.into()),
        tractor: Some(tractor.into()),
        ..Assignment::default()
    })
}

fn stop(id: &str, movement: &str, sequence: i64) -> TmsStop {
    TmsStop {
        id: id.into(),
        company_id: "TMS".into(),
        movement_id: Some(movement.into()),
        sequence,
        ..TmsStop::default()
    }
}

fn delivered(id: &str) -> Change {
    let mut over = movement(id, None);
    over.status = MovementStatus::Delivered;
    Change::Movement(Box::new(over))
}

#[tokio::test]
async fn a_delivered_load_names_who_drove_it() {
    let mut bench = Bench::new();
    bench.tell("mcleod", "tractors", vec![tractor("4471", "4471")]).await;
    bench.tell("mcleod", "drivers", vec![driver("SMITHJO", "JOHN SMITH")]).await;
    bench.tell("mcleod", "movements", vec![delivered("10")]).await;
    bench.tell("mcleod", "assignments", vec![delivered("10"), assignment("10", "SMITHJO", "4471")]).await;
    let fleet = bench.fleet();
    let row = &fleet.movements.at(0).unwrap();
    assert_eq!(row.driver_id.as_ref().map(|id| id.0.as_str()), Some("mcleod:SMITHJO"));
    assert_eq!(fleet.tractors.at(0).unwrap().movement_id, None, "but it no longer has the truck");
    bench.tell("mcleod", "assignments", vec![delivered("10"), assignment("10", "SMITHJO", "4471")]).await;
    assert_eq!(bench.fleet().movements.at(0).unwrap().updated_at, row.updated_at);
}

#[tokio::test]
async fn a_stop_that_the_movement_itself_no_longer_names_is_gone() {
    let mut bench = Bench::new();
    let stops =
        |ids: &[&str]| ids.iter().map(|id| Change::Stop(Box::new(stop(id, "10", 1)))).collect::<Vec<_>>();
    let load = || Change::Movement(Box::new(movement("10", None)));
    bench.tell("mcleod", "movements", vec![load()]).await;
    bench.tell("mcleod", "stops", stops(&["a", "ghost", "b"])).await;
    let mut told = vec![load()];
    told.extend(stops(&["a", "b"]));
    told.push(assignment("10", "X", "Y"));
    bench.tell("mcleod", "assignments", told).await;
    let fleet = bench.fleet();
    let left: Vec<_> = fleet.stops.iter().map(|stop| stop.tms.id.as_str()).collect();
    assert_eq!(left, ["a", "b"]);
}

#[tokio::test]
async fn what_was_asked_in_vain_is_asked_again_later_and_holds_up_nothing() {
    let mut bench = Bench::new();
    let loads = ["10", "11"].map(|id| Change::Movement(Box::new(movement(id, None))));
    bench.tell("mcleod", "movements", loads.into()).await;
    let want = Want::MovementsToHydrate;
    let wanted = async |bench: &Bench| bench.store.wanted("mcleod", want, 9, bench.now).await.unwrap();
    assert_eq!(wanted(&bench).await, ["11", "10"]);
    bench.store.asked(want, "11", bench.now).await.unwrap();
    assert_eq!(wanted(&bench).await, ["10"]);
    bench.later(61);
    assert_eq!(wanted(&bench).await.len(), 2);
    bench.store.asked(want, "11", bench.now).await.unwrap();
    bench.later(61);
    assert_eq!(wanted(&bench).await, ["10"], "and each time later");
    let mut changed = movement("11", None);
    changed.dispatcher = Some("jdoe".into());
    bench.tell("mcleod", "movements", vec![Change::Movement(Box::new(changed))]).await;
    assert_eq!(wanted(&bench).await.len(), 2, "a change asks at once");
}

#[tokio::test]
async fn a_screen_reads_open_loads_and_what_has_just_ended() {
    let mut bench = Bench::new();
    let long_ago = bench.now.minus(Duration::from_secs(13 * 3600));
    let mut old = stop("old", "1", 1);
    old.actual_departure_at = Some(long_ago);
    let mut recent = stop("recent", "2", 1);
    recent.actual_departure_at = Some(bench.now);
    let mut open = stop("open", "3", 1);
    for stop in [&mut old, &mut recent, &mut open] {
        stop.scheduled_early_at = Some(long_ago);
    }
    bench
        .tell(
            "mcleod",
            "stops",
            vec![Change::Stop(Box::new(old)), Change::Stop(Box::new(recent)), Change::Stop(Box::new(open))],
        )
        .await;
    let mut screen = Reader::open(&bench.path(), Scope::Live).unwrap();
    assert!(screen.fleet(bench.now).unwrap().stops.is_empty(), "of no movement yet");
    let loads = vec![delivered("1"), delivered("2"), Change::Movement(Box::new(movement("3", None)))];
    bench.tell_batch("mcleod", "movements", Batch { changes: loads, ..Batch::default() }).await;
    let fleet = screen.fleet(bench.now).unwrap();
    let ids: Vec<_> = fleet.movements.iter().map(|row| row.tms.id.as_str()).collect();
    assert_eq!(ids, ["2", "3"]);
    let stops: Vec<_> = fleet.stops.iter().map(|row| row.tms.id.as_str()).collect();
    assert_eq!(stops, ["open", "recent"], "they came into view with their movements");
    assert_eq!(bench.fleet().movements.len(), 3, "commands read everything");
}

#[tokio::test]
async fn what_came_is_kept_to_the_letter_and_only_who_reads_everything_reads_it() {
    let mut bench = Bench::new();
    let told = TmsStop {
        scheduled_raw: Some("20260310080000-0500/".into()),
        contact: Some("Dana at the dock".into()),
        ..stop("a", "10", 1)
    };
    bench.tell("mcleod", "movements", vec![Change::Movement(Box::new(movement("10", None)))]).await;
    bench.tell("mcleod", "stops", vec![Change::Stop(Box::new(told))]).await;
    let check = |scope: Scope, raw: Option<&str>, contact: Option<&str>| {
        let fleet = Reader::open(&bench.path(), scope).unwrap().fleet(bench.now).unwrap();
        let row = &fleet.stops.at(0).unwrap().tms;
        assert_eq!((row.scheduled_raw.as_deref(), row.contact.as_deref()), (raw, contact), "{scope:?}");
    };
    check(Scope::Whole, Some("20260310080000-0500/"), Some("Dana at the dock"));
    check(Scope::Live, None, Some("Dana at the dock"));
    check(Scope::Judged, None, None);
}

fn in_group(kind: UnitKind, id: &str, group: &str) -> Profile {
    Profile { equipment_group: Some(group.to_owned()), ..Profile::new(kind, id, id) }
}

fn grouped(id: &str, group: Option<&str>) -> Change {
    Change::Movement(Box::new(TmsMovement { equipment_group: group.map(Into::into), ..movement(id, None) }))
}

/// Driver, second driver, tractor and trailer of the only load.
fn units(bench: &Bench) -> [Option<String>; 4] {
    let fleet = bench.fleet();
    let row = &fleet.movements.at(0).unwrap();
    [&row.driver_id, &row.driver2_id, &row.tractor_id, &row.trailer_id]
        .map(|id| id.as_ref().map(|id| id.0.trim_start_matches("mcleod:").to_owned()))
}

fn are(ids: [&str; 4]) -> [Option<String>; 4] {
    ids.map(|id| Some(id.to_owned()).filter(|id| !id.is_empty()))
}

#[tokio::test]
async fn a_load_under_way_has_the_units_of_its_equipment_group_by_the_rosters_alone() {
    let mut bench = Bench::new();
    let tell = async |bench: &mut Bench, resource, profiles: Vec<Profile>| {
        bench
            .tell(
                "mcleod",
                resource,
                profiles.into_iter().map(|profile| Change::Profile(Box::new(profile))).collect(),
            )
            .await;
    };
    let team = ["ADAMS", "BAKER"].map(|id| in_group(UnitKind::Driver, id, "g1"));
    tell(&mut bench, "drivers", team.clone().into()).await;
    tell(&mut bench, "tractors", vec![in_group(UnitKind::Tractor, "4471", "g1")]).await;
    tell(&mut bench, "trailers", vec![in_group(UnitKind::Trailer, "R53", "g1")]).await;
    bench.tell("mcleod", "movements", vec![grouped("10", Some("g1"))]).await;
    assert_eq!(units(&bench), are(["ADAMS", "BAKER", "4471", "R53"]));
    let [adams, baker] = team;
    tell(&mut bench, "drivers", vec![adams, Profile { active: false, ..baker }]).await;
    assert_eq!(units(&bench), are(["ADAMS", "", "4471", "R53"]), "who has left is on no load");
    tell(&mut bench, "trailers", vec![in_group(UnitKind::Trailer, "R53", "g2")]).await;
    assert_eq!(units(&bench), are(["ADAMS", "", "4471", ""]), "and what was dropped is behind none");
}

#[tokio::test]
async fn the_movements_own_word_goes_before_the_groups_until_the_group_is_another() {
    let mut bench = Bench::new();
    let roster = |id: &str, group: &str| Change::Profile(Box::new(in_group(UnitKind::Tractor, id, group)));
    bench.tell("mcleod", "tractors", vec![roster("1", "g1"), roster("2", "g1"), roster("3", "g3")]).await;
    bench.tell("mcleod", "drivers", vec![driver("X", "X")]).await;
    bench.tell("mcleod", "movements", vec![grouped("10", Some("g1"))]).await;
    assert_eq!(units(&bench), are(["", "", "1", ""]));
    bench.tell("mcleod", "assignments", vec![grouped("10", Some("g1")), assignment("10", "X", "2")]).await;
    assert_eq!(units(&bench), are(["X", "", "2", ""]));
    let want = async |bench: &Bench| {
        bench.store.wanted("mcleod", Want::MovementsToHydrate, 9, bench.now).await.unwrap()
    };
    assert!(want(&bench).await.is_empty());
    bench.tell("mcleod", "movements", vec![grouped("10", Some("g3"))]).await;
    assert_eq!(units(&bench), are(["", "", "3", ""]), "what it said was of the other group");
    assert_eq!(want(&bench).await, ["10"]);
    bench.tell("mcleod", "movements", vec![grouped("10", None)]).await;
    assert_eq!(units(&bench), are(["", "", "", ""]));
}

#[tokio::test]
async fn a_movement_confirmed_without_its_units_is_still_asked_for_them() {
    let mut bench = Bench::new();
    bench.tell("mcleod", "movements", vec![grouped("10", Some("g1"))]).await;
    bench.tell("mcleod", "assignments", vec![grouped("10", Some("g2"))]).await;
    let wanted = bench.store.wanted("mcleod", Want::MovementsToHydrate, 9, bench.now).await.unwrap();
    assert_eq!(wanted, ["10"]);
}

#[tokio::test]
async fn a_movement_said_to_have_changed_is_asked_for_its_units_though_its_columns_are_as_before() {
    let mut bench = Bench::new();
    let load = || Change::Movement(Box::new(TmsMovement { preassigned: Some(true), ..movement("10", None) }));
    let want = async |bench: &Bench| {
        bench.store.wanted("mcleod", Want::MovementsToHydrate, 9, bench.now).await.unwrap()
    };
    bench.tell("mcleod", "movements", vec![load()]).await;
    bench.tell("mcleod", "assignments", vec![load(), assignment("10", "IVYGU", "107")]).await;
    bench.tell("mcleod", "movements", vec![load()]).await;
    assert!(want(&bench).await.is_empty(), "nothing changed");
    let changed = Change::MovementChanged { company_id: "TMS".into(), id: "10".into() };
    bench.tell("mcleod", "movements", vec![load(), changed.clone()]).await;
    assert_eq!(want(&bench).await, ["10"]);
    bench.tell("mcleod", "assignments", vec![load(), assignment("10", "NASHMA", "112")]).await;
    assert!(want(&bench).await.is_empty());
    bench.tell("mcleod", "movements", vec![delivered("10")]).await;
    let gone = Change::MovementGone { company_id: "TMS".into(), id: "10".into() };
    bench.tell("mcleod", "assignments", vec![gone]).await;
    bench.tell("mcleod", "movements", vec![changed]).await;
    assert!(want(&bench).await.is_empty(), "what is void has no units to be asked for");
}

#[tokio::test]
async fn a_load_of_two_orders_is_the_firsts_however_often_each_of_them_tells_of_it() {
    let mut bench = Bench::new();
    let load = |order: &str| {
        Change::Movement(Box::new(TmsMovement { order_id: Some(order.into()), ..movement("10", None) }))
    };
    bench.tell("mcleod", "movements", vec![load("0138018")]).await;
    let before = bench.fleet().movements.at(0).unwrap().updated_at;
    for _ in 0..2 {
        bench.later(30);
        bench.tell("mcleod", "movements", vec![load("0138018")]).await;
        bench.tell("mcleod", "orders", vec![load("0138018"), load("0138019")]).await;
        let fleet = bench.fleet();
        let row = fleet.movements.at(0).unwrap();
        assert_eq!((row.tms.order_id.as_deref(), row.updated_at), (Some("0138018"), before));
    }
    bench.tell("mcleod", "assignments", vec![load("0138019")]).await;
    let fleet = bench.fleet();
    assert_eq!(fleet.movements.at(0).unwrap().tms.order_id.as_deref(), Some("0138019"), "its own word");
}

#[tokio::test]
async fn a_movement_read_by_itself_takes_away_what_it_no_longer_names() {
    let mut bench = Bench::new();
    let at = Some(bench.now);
    let dated = || TmsStop { scheduled_early_at: at, scheduled_late_at: at, ..stop("a", "10", 1) };
    let undated = || Change::Stop(Box::new(stop("a", "10", 1)));
    let load = || Change::Movement(Box::new(movement("10", None)));
    bench.tell("mcleod", "movements", vec![load(), Change::Stop(Box::new(dated()))]).await;
    let window = |bench: &Bench| {
        let fleet = bench.fleet();
        let row = &fleet.stops.at(0).unwrap().tms;
        (row.scheduled_early_at, row.scheduled_late_at)
    };
    bench.tell("mcleod", "movements", vec![load(), undated()]).await;
    assert_eq!(window(&bench), (at, at), "a row inside another may be cut short");
    bench.tell("mcleod", "assignments", vec![load(), undated(), assignment("10", "X", "Y")]).await;
    assert_eq!(window(&bench), (None, None));
    bench.tell("mcleod", "stops", vec![Change::Stop(Box::new(dated()))]).await;
    bench.tell("mcleod", "stops", vec![undated()]).await;
    assert_eq!(window(&bench), (None, None), "so does the stop's own row");
}

fn said_to_have_changed(id: &str) -> Change {
    Change::MovementChanged { company_id: "TMS".into(), id: id.into() }
}

fn with_status(id: &str, status: MovementStatus) -> Change {
    Change::Movement(Box::new(TmsMovement { status, ..movement(id, None) }))
}

fn nobody_on(id: &str) -> Change {
    Change::Assignment(Assignment {
        company_id: "TMS".into(),
        movement_id: id.into(),
        ..Assignment::default()
    })
}

#[tokio::test]
async fn a_load_that_was_read_and_has_nobody_still_has_nobody_while_it_is_to_be_read_again() {
    let mut bench = Bench::new();
    let load = || with_status("10", MovementStatus::Covered);
    let named = |bench: &Bench| {
        let fleet = bench.fleet();
        let row = fleet.movements.at(0).unwrap();
        (row.driver_named, row.tractor_named)
    };
    bench.tell("mcleod", "movements", vec![load()]).await;
    assert_eq!(named(&bench), (Named::Unread, Named::Unread));
    bench.tell("mcleod", "assignments", vec![load(), nobody_on("10")]).await;
    assert_eq!(named(&bench), (Named::Nobody, Named::Nobody));
    bench.tell("mcleod", "movements", vec![load(), said_to_have_changed("10")]).await;
    assert_eq!(named(&bench), (Named::Nobody, Named::Nobody));
    bench.tell("mcleod", "movements", vec![grouped("10", Some("g1"))]).await;
    assert_eq!(named(&bench), (Named::Unread, Named::Unread), "it has equipment now, and nobody knows which");
}

#[tokio::test]
async fn a_delivered_load_whose_driver_is_known_is_not_asked_for_him_each_time_its_billing_is_touched() {
    let mut bench = Bench::new();
    let left = || Change::Stop(Box::new(TmsStop { actual_departure_at: Some(START), ..stop("a", "10", 1) }));
    let want = async |bench: &Bench| {
        bench.store.wanted("mcleod", Want::MovementsToHydrate, 9, bench.now).await.unwrap()
    };
    bench.tell("mcleod", "movements", vec![delivered("10"), left()]).await;
    assert_eq!(want(&bench).await, ["10"], "nobody knows yet who drove it");
    bench.tell("mcleod", "assignments", vec![delivered("10"), left(), assignment("10", "X", "Y")]).await;
    bench.tell("mcleod", "movements", vec![delivered("10"), said_to_have_changed("10")]).await;
    assert_eq!(want(&bench).await, [] as [&str; 0]);
}

#[tokio::test]
async fn loads_that_changed_are_read_after_new_ones_and_take_half_of_a_read_those_read_longest_ago_first() {
    let mut bench = Bench::new();
    let want = async |bench: &Bench, limit: usize| {
        bench.store.wanted("mcleod", Want::MovementsToHydrate, limit, bench.now).await.unwrap()
    };
    let under_way = |id: &str| with_status(id, MovementStatus::InProgress);
    let ids = ["10", "11", "12"];
    bench.tell("mcleod", "movements", ids.map(under_way).into()).await;
    for id in ["11", "10", "12"] {
        bench.tell("mcleod", "assignments", vec![under_way(id), assignment(id, "X", "Y")]).await;
    }
    bench.tell("mcleod", "movements", ids.map(said_to_have_changed).into()).await;
    assert_eq!(want(&bench, 4).await, ["11", "10"]);
    bench.tell("mcleod", "movements", vec![with_status("20", MovementStatus::Covered)]).await;
    assert_eq!(want(&bench, 4).await, ["20", "11", "10"]);
    bench.tell("mcleod", "assignments", vec![under_way("11"), assignment("11", "X", "Y")]).await;
    bench.tell("mcleod", "movements", vec![said_to_have_changed("11")]).await;
    assert_eq!(want(&bench, 4).await, ["20", "10", "12"]);
}

#[tokio::test]
async fn a_load_that_changed_is_not_kept_waiting_by_those_that_no_list_names_any_more() {
    let mut bench = Bench::new();
    let want = async |bench: &Bench| {
        bench.store.wanted("mcleod", Want::MovementsToHydrate, 8, bench.now).await.unwrap()
    };
    let under_way = |id: &str| with_status(id, MovementStatus::InProgress);
    let unlisted = ["10", "11", "12", "13", "14", "15"];
    let read = |id: &str| vec![under_way(id), assignment(id, "X", "Y")];
    for id in unlisted.into_iter().chain(["20"]) {
        bench.tell("mcleod", "movements", vec![under_way(id)]).await;
        bench.tell("mcleod", "assignments", read(id)).await;
    }
    bench.later(3 * 3600);
    bench.tell("mcleod", "movements", vec![under_way("20"), said_to_have_changed("20")]).await;
    assert_eq!(want(&bench).await, ["20", "10", "11", "12"]);
    // Those that say what they did are behind the others then.
    bench.tell("mcleod", "assignments", read("20")).await;
    for id in ["10", "11"] {
        bench.tell("mcleod", "assignments", read(id)).await;
    }
    bench.later(3 * 3600);
    bench.tell("mcleod", "movements", vec![under_way("20")]).await;
    assert_eq!(want(&bench).await, ["12", "13", "14", "15"]);
}

#[tokio::test]
async fn a_load_that_had_nobody_has_whoever_joins_its_equipment_until_it_is_read_again() {
    let mut bench = Bench::new();
    let load = || grouped("10", Some("g1"));
    bench.tell("mcleod", "movements", vec![load()]).await;
    bench.tell("mcleod", "assignments", vec![load(), nobody_on("10")]).await;
    let named = |bench: &Bench| bench.fleet().movements.at(0).unwrap().tractor_named;
    assert_eq!(named(&bench), Named::Nobody);
    let mut screen = Reader::open(&bench.path(), Scope::Live).unwrap();
    screen.fleet(bench.now).unwrap();
    let joined = in_group(UnitKind::Tractor, "4471", "g1");
    bench.tell("mcleod", "tractors", vec![Change::Profile(Box::new(joined))]).await;
    assert_eq!(units(&bench), are(["", "", "4471", ""]));
    assert_eq!(
        screen.fleet(bench.now).unwrap().movements.at(0).unwrap().driver_named,
        Named::Unread,
        "a driver too, perhaps"
    );
}

#[tokio::test]
async fn a_stop_without_an_early_time_is_kept_only_where_its_load_is() {
    let mut bench = Bench::new();
    bench.tell("mcleod", "movements", vec![Change::Movement(Box::new(movement("10", None)))]).await;
    let told = ["10", "2015"].map(|load| Change::Stop(Box::new(stop(load, load, 1))));
    bench.tell("mcleod", "stops", told.into()).await;
    let fleet = bench.fleet();
    let kept: Vec<_> = fleet.stops.iter().map(|stop| stop.tms.id.as_str()).collect();
    assert_eq!(kept, ["10"]);
}

#[tokio::test]
async fn an_order_that_only_its_load_names_is_there_and_a_stub_of_one_empties_nothing() {
    let mut bench = Bench::new();
    let stub = || TmsOrder {
        id: "007".into(),
        company_id: "TMS".into(),
        movement_id: Some("10".into()),
        customer_id: Some("ACME".into()),
        status: MovementStatus::InProgress,
        tms_status: Some("P".into()),
        bol: Some("CP-33018".into()),
        ..TmsOrder::default()
    };
    let along = |order: TmsOrder| {
        vec![Change::Movement(Box::new(movement("10", Some("007")))), Change::Order(Box::new(order))]
    };
    let order = |bench: &Bench| bench.fleet().orders.at(0).unwrap().tms.clone();
    bench.tell("mcleod", "movements", along(stub())).await;
    assert_eq!(order(&bench), stub());
    let whole = TmsOrder { po: Some("SO118812".into()), pieces: Some(22), ..stub() };
    bench.tell("mcleod", "orders", vec![Change::Order(Box::new(whole.clone()))]).await;
    assert_eq!(order(&bench), whole);
    bench.tell("mcleod", "movements", along(stub())).await;
    let bare = TmsOrder {
        bol: None,
        customer_id: None,
        tms_status: None,
        status: MovementStatus::Unknown,
        ..stub()
    };
    bench.tell("mcleod", "movements", along(bare)).await;
    assert_eq!(order(&bench), whole);
    let over = TmsOrder { status: MovementStatus::Delivered, tms_status: Some("D".into()), ..stub() };
    bench.tell("mcleod", "movements", along(over)).await;
    assert_eq!(order(&bench).status, MovementStatus::Delivered, "what it says counts");
}
