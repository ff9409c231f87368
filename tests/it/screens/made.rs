//! Fleets made for the screens: a small one to look at, and one of awkward values.

use std::sync::Arc;
use std::time::Duration;

use backhaul::model::*;

/// Monday 2 March 2026, 14:05 in the office (Chicago).
pub fn now() -> Timestamp {
    Timestamp::parse("2026-03-02T20:05:00Z").unwrap()
}

/// How the office plans.
pub fn office() -> backhaul::rules::eta::Office {
    backhaul::rules::eta::Office {
        zone: jiff::tz::TimeZone::get("America/Chicago").unwrap(),
        cycle: backhaul::rules::hours::Cycle::SeventyInEight,
        day_start: jiff::civil::time(0, 0, 0, 0),
        dwell: Duration::from_secs(7200),
        warning: Duration::from_secs(1800),
        truck_per_mille: 1150,
    }
}

pub fn ago(seconds: u64) -> Timestamp {
    now().minus(Duration::from_secs(seconds))
}

pub fn hence(minutes: u64) -> Timestamp {
    now().plus(Duration::from_secs(minutes * 60))
}

#[expect(clippy::unnecessary_wraps, reason = "every field it fills is an option")]
fn some<T: for<'a> From<&'a str>>(text: &str) -> Option<T> {
    Some(text.into())
}

#[expect(clippy::unnecessary_wraps, reason = "every field it fills is an option")]
fn id(text: &str) -> Option<UnitId> {
    Some(UnitId(text.into()))
}

pub fn tractor(key: &str, number: &str) -> Tractor {
    Tractor { id: UnitId(key.into()), unit_number: number.into(), synced_at: ago(90), ..Tractor::default() }
}

fn tractors() -> Rows<Tractor> {
    let seen = |age: u64, source: &str| (Some(ago(age)), some(source));
    let mut moving = tractor("sam:1", "418");
    moving.state = Motion::Moving;
    (moving.heading_deg, moving.speed_mph) = (Some(47.0), Some(63.2));
    (moving.latitude, moving.longitude) = (Some(35.2), Some(-101.6));
    (moving.place, moving.fuel_pct, moving.fuel_at) =
        (some("I-40, 12 mi E of Amarillo TX"), Some(61.4), Some(ago(240)));
    (moving.driver_id, moving.trailer_id, moving.movement_id) = (id("sam:ann"), id("sam:t1"), some("0091"));
    (moving.observed_at, moving.source) = seen(4, "samsara");
    let mut idle = tractor("sam:2", "9");
    (idle.state, idle.state_since_at) = (Motion::Idle, Some(ago(760)));
    (idle.stood_since_at, idle.stood_after_at) = (Some(ago(760)), Some(ago(790)));
    (idle.place, idle.driver_id) = (some("Flying J, Tulsa OK"), id("sam:bob"));
    (idle.fuel_pct, idle.fuel_at) = (Some(11.0), Some(ago(7000)));
    (idle.observed_at, idle.source) = seen(25, "samsara");
    let mut stopped = tractor("mot:3", "T-77");
    (stopped.state, stopped.state_since_at) = (Motion::Stopped, Some(ago(8080)));
    (stopped.stood_since_at, stopped.stood_after_at) = (Some(ago(8080)), Some(ago(8110)));
    (stopped.latitude, stopped.longitude) = (Some(41.2565), Some(-95.9345));
    (stopped.observed_at, stopped.source) = seen(400, "motive");
    let mut dark = tractor("mot:4", "502");
    dark.state = Motion::Moving;
    (dark.place, dark.driver_id) = (some("Elko NV"), id("mot:li"));
    (dark.observed_at, dark.source) = seen(11_200, "motive");
    [moving, idle, stopped, dark, tractor("mcl:5", "12")].into_iter().collect()
}

fn trailers() -> Rows<Trailer> {
    let trailer = |key: &str, number: &str| Trailer {
        id: UnitId(key.into()),
        unit_number: number.into(),
        source: some("samsara"),
        synced_at: ago(90),
        ..Trailer::default()
    };
    let mut pulled = trailer("sam:t1", "53012");
    (pulled.state, pulled.heading_deg, pulled.speed_mph) = (Motion::Moving, Some(50.0), Some(62.0));
    (pulled.place, pulled.observed_at) = (some("I-40, 12 mi E of Amarillo TX"), Some(ago(180)));
    (pulled.tractor_id, pulled.attached_by) = (id("sam:1"), some("load"));
    (pulled.loaded, pulled.movement_id) = (Loaded::Loaded, some("0091"));
    let mut parked = trailer("sam:t2", "53040");
    (parked.state, parked.state_since_at) = (Motion::Stopped, Some(ago(190_000)));
    // Its tracker wakes twice a day.
    (parked.stood_since_at, parked.stood_after_at) = (Some(ago(190_000)), Some(ago(200_000)));
    (parked.place, parked.observed_at, parked.loaded) =
        (some("Yard 4, Dallas TX"), Some(ago(40_000)), Loaded::Empty);
    [pulled, parked, trailer("mcl:t3", "R 7")].into_iter().collect()
}

fn drivers() -> Rows<Driver> {
    let driver = |key: &str, name: &str| Driver {
        id: UnitId(key.into()),
        name: name.into(),
        synced_at: ago(90),
        ..Driver::default()
    };
    let mut ann = driver("sam:ann", "Ann Peña");
    (ann.hos_status, ann.hos_status_since_at) = (DutyStatus::Driving, Some(ago(7300)));
    (ann.drive_left_s, ann.shift_left_s, ann.break_left_s, ann.cycle_left_s) =
        (Some(25_600), Some(30_000), Some(2400), Some(163_800));
    (ann.hos_as_of_at, ann.source, ann.phone) = (Some(ago(120)), some("samsara"), some("555-0100"));
    (ann.tractor_id, ann.movement_id, ann.place) =
        (id("sam:1"), some("0091"), some("I-40, 12 mi E of Amarillo TX"));
    ann.observed_at = Some(ago(4));
    let mut bob = driver("sam:bob", "Bob Stone");
    (bob.hos_status, bob.hos_status_since_at) = (DutyStatus::Sleeper, Some(ago(14_500)));
    (bob.drive_left_s, bob.shift_left_s, bob.break_left_s, bob.cycle_left_s) =
        (Some(0), Some(0), Some(28_800), Some(3100));
    (bob.hos_as_of_at, bob.tractor_id, bob.place) =
        (Some(ago(2000)), id("sam:2"), some("Flying J, Tulsa OK"));
    let mut li = driver("mot:li", "李 小龍");
    (li.hos_status, li.tractor_id) = (DutyStatus::OnDuty, id("mot:4"));
    [ann, bob, li, driver("mcl:44", "Cy Marlowe")].into_iter().collect()
}

fn stop(key: &str, movement: &str, sequence: i64, city: &str, state: &str) -> Stop {
    let mut stop = Stop::default();
    (stop.tms.id, stop.tms.company_id, stop.tms.movement_id) = (key.into(), "TMS".into(), some(movement));
    (stop.tms.sequence, stop.tms.city, stop.tms.state) = (sequence, some(city), some(state));
    stop
}

fn stops() -> Rows<Stop> {
    let mut picked = stop("s1", "0091", 1, "ALBUQUERQUE", "NM");
    (picked.tms.kind, picked.tms.done, picked.tms.timezone) =
        (StopType::Pickup, true, some("America/Denver"));
    (picked.tms.scheduled_early_at, picked.tms.scheduled_late_at) = (Some(ago(25_500)), Some(ago(21_900)));
    (picked.tms.actual_arrival_at, picked.tms.actual_departure_at) = (Some(ago(25_000)), Some(ago(20_000)));
    picked.tms.name = some("ACME FOODS");
    let mut due = stop("s2", "0091", 2, "OKLAHOMA CITY", "OK");
    (due.tms.kind, due.tms.timezone, due.tms.tms_eta_at) =
        (StopType::Delivery, some("CST"), Some(hence(260)));
    (due.tms.scheduled_early_at, due.tms.scheduled_late_at) = (Some(hence(115)), Some(hence(235)));
    (due.tms.address, due.tms.zip, due.tms.contact) = (some("1 Dock Road"), some("73101"), some("Dana"));
    let mut morning = stop("s3", "0092", 1, "LUBBOCK", "TX");
    (morning.tms.scheduled_early_at, morning.tms.scheduled_late_at) = (Some(hence(1100)), Some(hence(1220)));
    morning.tms.kind = StopType::Pickup;
    let mut past = stop("s4", "0093", 1, "ELKO", "NV");
    (past.tms.scheduled_early_at, past.tms.timezone) = (Some(ago(5400)), some("America/Los_Angeles"));
    [picked, due, morning, past, stop("s5", "0093", 2, "RENO", "NV")].into_iter().collect()
}

fn movements() -> Rows<Movement> {
    let movement = |key: &str, status: MovementStatus, code: &str| {
        let mut row = Movement { synced_at: ago(25), ..Movement::default() };
        (row.tms.id, row.tms.company_id, row.tms.status) = (key.into(), "TMS".into(), status);
        (row.tms.tms_status, row.tms.dispatcher) = (some(code), some("jdoe"));
        row
    };
    let mut rolling = movement("0091", MovementStatus::InProgress, "P");
    (rolling.driver_id, rolling.tractor_id, rolling.trailer_id) = (id("sam:ann"), id("sam:1"), id("sam:t1"));
    (rolling.tms.order_id, rolling.tms.distance_mi) = (some("55001"), Some(542.0));
    let mut covered = movement("0092", MovementStatus::Covered, "C");
    (covered.driver_id, covered.driver2_id, covered.tractor_id) = (id("sam:bob"), id("mcl:44"), id("sam:2"));
    let past = movement("0093", MovementStatus::Available, "A");
    [rolling, covered, past, movement("0090", MovementStatus::Delivered, "D")].into_iter().collect()
}

fn feeds() -> Vec<FeedStatus> {
    let feed = |account: &str, resource: &str, interval_s, age: u64| FeedStatus {
        account: account.into(),
        resource: resource.into(),
        interval_s,
        last_try_at: Some(ago(age)),
        last_ok_at: Some(ago(age)),
        calls: 1204,
        tokens_left: Some(96),
        ..FeedStatus::default()
    };
    let mut refused = feed("motive", "positions", 5, 190);
    (refused.error, refused.error_since_at) = (some("credentials refused"), Some(ago(185)));
    refused.next_try_at = Some(hence(2));
    vec![
        feed("mcleod", "movements", 30, 25),
        refused,
        feed("samsara", "hours", 30, 20),
        feed("samsara", "positions", 5, 4),
        FeedStatus { tokens_left: None, ..feed("mapbox", "directions", 0, 9000) },
    ]
}

/// Five tractors, three trailers, four drivers, four loads, and an account that is refused.
pub fn small() -> Fleet {
    let order = Order {
        tms: TmsOrder {
            id: "55001".into(),
            company_id: "TMS".into(),
            movement_id: some("0091"),
            bol: some("BOL-7"),
            po: some("88123"),
            commodity: some("Frozen peas"),
            weight_lb: Some(41_200.0),
            ..TmsOrder::default()
        },
        customer: some("Acme Foods"),
        synced_at: ago(25),
        ..Order::default()
    };
    let viewer =
        Viewer { user: "kim".into(), host: "box".into(), view: "drivers".into(), ..Viewer::default() };
    let conflict = Conflict {
        kind: UnitKind::Tractor,
        records: vec!["samsara:1".into(), "motive:9".into()],
        reason: "same number, different VIN".into(),
    };
    let mut fleet = Fleet::default();
    fleet.read_at = now();
    (fleet.tractors, fleet.trailers, fleet.drivers) = (tractors(), trailers(), drivers());
    (fleet.movements, fleet.stops, fleet.feeds) = (movements(), stops(), feeds());
    fleet.orders = [order].into_iter().collect();
    (fleet.viewers, fleet.conflicts) = (vec![viewer], vec![conflict]);
    fleet.totals = Totals { rejected: 12, bytes: 12_449_000, schema: 3 };
    fleet.index();
    fleet
}

/// The small fleet, with values that are long, wide, empty or absurd.
pub fn awkward() -> Fleet {
    let mut fleet = small();
    let long = "Übergrößenträger 東京運輸倉庫 ".repeat(9);
    let mut odd = tractor("odd:1", &long);
    (odd.place, odd.source, odd.movement_id) =
        (Some(long.clone()), Some(long.as_str().into()), Some(long.as_str().into()));
    (odd.speed_mph, odd.heading_deg, odd.fuel_pct) =
        (Some(f64::INFINITY), Some(f64::NAN), Some(f64::NEG_INFINITY));
    (odd.state, odd.observed_at) = (Motion::Moving, Some(Timestamp::from_millis(i64::MAX)));
    let empty = tractor("odd:2", "");
    let mut ancient = tractor("odd:3", "👨‍👩‍👧‍👦 e\u{301}");
    (ancient.state, ancient.observed_at) = (Motion::Stopped, Some(Timestamp::from_millis(i64::MIN)));
    ancient.state_since_at = ancient.observed_at;
    fleet.tractors = fleet.tractors.with(vec![odd, empty, ancient]);
    let driver = Driver {
        id: UnitId("odd:4".into()),
        name: long.as_str().into(),
        drive_left_s: Some(i64::MAX),
        cycle_left_s: Some(i64::MIN / 4),
        hos_as_of_at: Some(Timestamp::from_millis(i64::MAX)),
        ..Driver::default()
    };
    fleet.drivers = fleet.drivers.with(vec![driver]);
    let mut load = Movement { late_s: Some(i64::MIN), ..Movement::default() };
    (load.tms.id, load.tms.order_id) = (long.as_str().into(), Some(long.as_str().into()));
    fleet.movements = fleet.movements.with(vec![load]);
    let mut place = stop("odd:5", &long, 1, &long, "");
    place.tms.company_id = "".into();
    (place.tms.scheduled_late_at, place.tms.timezone) =
        (Some(Timestamp::from_millis(i64::MAX)), some("Mars"));
    fleet.stops = fleet.stops.with(vec![place]);
    fleet.exceptions = super::wrong::queue().with(super::wrong::awkward(&long));
    let feed =
        FeedStatus { account: long.clone(), error: Some(long), calls: i64::MIN, ..FeedStatus::default() };
    fleet.feeds.push(feed);
    fleet.index();
    fleet
}

/// A fleet of nothing but these tractors, by id and number.
pub fn only(tractors: &[(&str, &str)]) -> Fleet {
    let mut fleet = Fleet::default();
    fleet.read_at = now();
    fleet.tractors = tractors.iter().map(|(key, number)| tractor(key, number)).collect();
    fleet
}

/// The small fleet's rows over and over, this many of each kind.
pub fn many(count: usize) -> Fleet {
    let small = small();
    let mut fleet = small.clone();
    let each = |index: usize| format!("{index:05}");
    let unit = |index: usize| UnitId(each(index).into());
    let cycled = |len: usize| (0..count).map(move |index| (index, index % len));
    fleet.tractors = cycled(small.tractors.len())
        .map(|(index, of)| Tractor {
            id: unit(index),
            unit_number: each(index).into(),
            ..(**small.tractors.at(of).unwrap()).clone()
        })
        .collect();
    fleet.trailers = cycled(small.trailers.len())
        .map(|(index, of)| Trailer {
            id: unit(index),
            unit_number: each(index).into(),
            ..(**small.trailers.at(of).unwrap()).clone()
        })
        .collect();
    fleet.drivers = cycled(small.drivers.len())
        .map(|(index, of)| Driver { id: unit(index), ..(**small.drivers.at(of).unwrap()).clone() })
        .collect();
    let (mut movements, mut stops) = (Vec::new(), Vec::new());
    for (index, of) in cycled(small.movements.len()) {
        let row = small.movements.at(of).unwrap();
        let mut copy = (**row).clone();
        copy.tms.id = each(index).into();
        let its = small.stops_of(&row.key()).iter();
        stops.extend(its.map(|stop| {
            let mut stop = (**stop).clone();
            (stop.tms.id, stop.tms.movement_id) =
                (format!("{index}{}", stop.tms.id).into(), Some(each(index).into()));
            stop
        }));
        movements.push(copy);
    }
    (fleet.movements, fleet.stops) = (movements.into_iter().collect(), stops.into_iter().collect());
    fleet.index();
    fleet
}

/// As the screen is told of it.
pub fn told(fleet: Fleet) -> backhaul::tui::event::Event {
    backhaul::tui::event::Event::Fleet(Arc::new(fleet))
}
