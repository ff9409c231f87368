//! What is read off the screen, held against what the simulation knows.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use backhaul::model::{Driver, DutyStatus, Fleet, Stop, Timestamp, UnitId};
use backhaul::rules::zone;
use backhaul::sim::TrueStop;
use jiff::tz::TimeZone;

use super::cells::{cells, heads, under};
use super::desk::titled;
use super::stage::{
    Stage, beyond_s, is_detained, is_free, is_laden, is_next, miles, rests_short_of,
    sleeps_unseen_at_the_dock, will_be_late,
};

const MINUTE: i64 = 60;

/// The truck of every simulated fleet whose device is heard from only now and then.
const DARK: usize = 11;

/// The office's zone: that of the default configuration.
pub fn office() -> TimeZone {
    TimeZone::get("America/Chicago").unwrap()
}

/// The instant that a screen writes so, by the clock of `zone`.
fn instant(text: &str, zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
    let minutes =
        (-2 * 1440..5 * 1440).map(|minute| Timestamp::from_secs(now.millis() / 60_000 * 60 + minute * 60));
    let text = text.trim_end_matches('*');
    minutes.into_iter().find(|at| zone::time(*at, zone, now).as_deref() == Some(text))
}

/// The ids of loads in a line.
pub fn loads(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_ascii_digit()).filter(|word| word.len() == 7)
}

/// "11:00" or "11h00" in seconds.
fn seconds(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once([':', 'h'])?;
    Some(hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60)
}

/// "35m", "3h", "1h20" or "1d04" in seconds.
fn length(text: &str) -> Option<i64> {
    if let Some((days, hours)) = text.split_once('d').filter(|(_, hours)| !hours.is_empty()) {
        return Some(days.parse::<i64>().ok()? * 86_400 + hours.parse::<i64>().ok()? * 3600);
    }
    let whole = |unit: char, secs: i64| Some(text.strip_suffix(unit)?.parse::<i64>().ok()? * secs);
    seconds(text).or_else(|| whole('m', 60)).or_else(|| whole('h', 3600))
}

/// The least and the most of a stretch: of "2h14" both are that, "30m-57m", "9h43+".
fn stretch(text: &str) -> Option<(i64, i64)> {
    if let Some((least, most)) = text.split_once('-') {
        return Some((length(least)?, length(most)?));
    }
    match text.strip_suffix('+') {
        Some(least) => Some((length(least)?, i64::MAX / 2)),
        None => length(text).map(|exact| (exact, exact)),
    }
}

/// Which loads will be late: none that will not, and all that will for certain.
pub fn late(stage: &Stage, lines: &[String]) {
    let now = stage.at;
    let (mut listed, mut checked): (BTreeSet<String>, _) = (BTreeSet::new(), 0);
    for line in lines.iter().filter(|line| line.contains(" LATE ") || line.contains(" RISK ")) {
        let Some(id) = loads(line).next() else { continue };
        listed.insert(id.to_owned());
        let Some((truck, stops)) = stage.load(id).filter(|_| line.contains(" LATE ")) else { continue };
        // When a dock lets a truck go nobody can know, and the silent one may be anywhere.
        let Some(next) = stops.iter().find(|stop| is_next(stop, &stops, now) && stop.arrived_at > now) else {
            continue;
        };
        if truck == stage.silent.0 {
            continue;
        }
        let is_late = |stop: &TrueStop| {
            stop.arrived_at.secs_since(stop.late_at.unwrap_or(stop.early_at)) > -20 * MINUTE
        };
        let has_more = stops.iter().any(|stop| stop.sequence > next.sequence);
        assert!(
            is_late(next) || has_more,
            "{line}\nis shown late and will not be: {next:?}\n{}",
            stage.answer(&["plan", id])
        );
        checked += usize::from(!has_more);
    }
    let fleet = stage.fleet();
    let unknown = |id: &str| {
        let row = fleet.movements.iter().find(|row| row.tms.id == id);
        row.is_none_or(|row| row.risk == backhaul::model::Risk::Unknown)
    };
    let mut certain = 0;
    for truck in stage.heard() {
        let stops = stage.truth.stops(truck, now);
        for stop in stops.iter().filter(|stop| will_be_late(&stage.truth, truck, stop, &stops, now)) {
            let id = stage.truth.movement_id(stop.movement);
            certain += 1;
            let told = || stage.answer(&["plan", &id]);
            assert!(listed.contains(&id) || unknown(&id), "load {id} will be late: {stop:?}\n{}", told());
        }
    }
    assert!(certain >= 2, "too few to tell: {certain}");
    assert!(checked >= 1, "too few to tell");
    println!("late: {} listed, {checked} held against the truth; {certain} for certain", listed.len());
}

/// Who is near, has the hours and no freight: nobody else, and everybody who is free for certain.
pub fn near(stage: &Stage, screen: &str, lines: &[String]) {
    let now = stage.at;
    let (name, place) = stage.place;
    assert!(titled(screen).to_lowercase().starts_with(&format!("near {name}")), "{screen}");
    let heads = heads(lines.iter().map(String::as_str), &["WHO", "THERE"]);
    let rows: Vec<&String> =
        lines.iter().filter(|line| line.contains(" mi ") && !line.contains("WHO")).collect();
    let mut listed = BTreeSet::new();
    for row in &rows {
        let Some(truck) = truck_of(stage, &under(row, &heads)[0]) else { continue };
        listed.insert(truck);
        let seen = stage.truth.seen(truck, now);
        let away = miles((seen.latitude, seen.longitude), (place.latitude, place.longitude));
        // The middle of our stops there is not the middle of the town.
        assert!(away < 115.0, "{row:?} is {away} miles away");
        let driver = stage.truth.driver(truck, now);
        let least = [driver.drive_left_s, driver.shift_left_s, driver.cycle_left_s].into_iter().min();
        assert!(least >= Some(5 * 3600 - 10 * MINUTE), "{row:?} has {driver:?}");
        let stops = stage.truth.stops(truck, now);
        let is_empty_for_all_we_say = row.contains(" empty");
        assert!(!(is_empty_for_all_we_say && is_laden(&stops, now)), "{row:?} is laden");
    }
    for truck in stage.heard() {
        if is_free(&stage.truth, truck, &stage.truth.stops(truck, now), place, now) {
            let name = stage.truth.driver(truck, now).name;
            assert!(listed.contains(&truck), "{name} is free and not listed: {}", lines.join("\n"));
        }
    }
    assert!(!rows.is_empty(), "{screen}");
}

/// Where the trailer is, and how long it has sat.
pub fn trailer(stage: &Stage, screen: &str) {
    let is = stage.truth.trailer_of(stage.sits, stage.at);
    assert!(titled(screen).starts_with(&format!("Trailer {}", is.number)), "{screen}");
    let field = |name: &str| {
        let line = screen.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once("  ").map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let position = field("position");
    let (latitude, longitude) = position.split_once(", ").unwrap_or_else(|| panic!("{screen}"));
    let at = (latitude.parse().unwrap(), longitude.parse().unwrap());
    assert!(miles(at, (is.latitude, is.longitude)) < 1.0, "{position} is not {is:?}");
    let sits = field("state");
    let (least, most) =
        sits.split_whitespace().find_map(stretch).unwrap_or_else(|| panic!("{sits:?}: {screen}"));
    let truly = stage.at.secs_since(is.stands_since.unwrap());
    // Between two reports of its tracker, and two reads of ours.
    let may_be = least - 12 * MINUTE..=most + 12 * MINUTE;
    assert!(may_be.contains(&truly), "{sits} but it has sat for {} min", truly / 60);
    let tractor = stage.truth.number(stage.sits);
    assert!(field("tractor").contains(&tractor), "{screen}");
}

/// For how long each trailer has sat that came to rest within the hours looked at, by whichever tracker.
pub fn all_sit(stage: &Stage) {
    let mut checked = 0;
    let fleet = stage.fleet();
    for truck in &stage.sitting {
        let is = stage.truth.trailer_of(*truck, stage.at);
        let found = stage.json(&["find", &is.number]);
        let row = found.as_array().unwrap().iter().find(|row| row["kind"] == "trailer").unwrap();
        let stands_since = is.stands_since.unwrap();
        let seen =
            row["observed_at"].as_str().and_then(Timestamp::parse).filter(|_| has_tracker(&fleet, row));
        let Some(seen) = seen.filter(|seen| *seen > stands_since.plus(Duration::from_mins(10))) else {
            continue;
        };
        let (least, most) = (row["dwell_least_s"].as_i64(), row["dwell_most_s"].as_i64());
        let (truly, at_last) = (stage.at.secs_since(stands_since), stage.at.secs_since(seen));
        let least = least.unwrap_or_else(|| panic!("{row} has sat for {} min", truly / 60));
        assert!(least <= truly - at_last + 12 * MINUTE, "{row} has sat for {} min", truly / 60);
        assert!(most.is_none_or(|most| most >= truly - 12 * MINUTE), "{row} has sat for {} min", truly / 60);
        checked += 1;
    }
    assert!(checked >= 2, "too few to tell: {checked} of {}", stage.sitting.len());
    println!("trailers: {checked} of {} that sit held against the truth", stage.sitting.len());
}

/// Whether a trailer that was found has ever told where it is, and is not merely where its truck is.
fn has_tracker(fleet: &Fleet, row: &serde_json::Value) -> bool {
    let id = UnitId(row["id"].as_str().unwrap().into());
    fleet.trailers.get(&id).is_some_and(|row| row.observed_at.is_some())
}

/// Where a trailer is that has no tracker: with its truck, and said so.
pub fn with_its_truck(stage: &Stage) {
    let mut checked = 0;
    let fleet = stage.fleet();
    for truck in stage.heard() {
        let number = stage.truth.trailer_of(truck, stage.at).number;
        let found = stage.json(&["find", &number]);
        let is_untracked = |row: &&serde_json::Value| row["kind"] == "trailer" && !has_tracker(&fleet, row);
        let Some(row) = found.as_array().unwrap().iter().find(is_untracked) else { continue };
        if row["tractor_id"].is_null() {
            continue;
        }
        let said = stage.answer(&["find", &number]);
        let with = format!("with {}", stage.truth.number(truck));
        let line = said.lines().find(|line| line.starts_with("trailer")).unwrap();
        assert!(line.contains(&with), "{said}");
        assert_eq!(row["rides_with"], row["tractor_id"], "{row}");
        assert!(!row["observed_at"].is_null(), "{row}");
        checked += 1;
        if checked == 3 {
            break;
        }
    }
    assert!(checked >= 1, "too few to tell");
    println!("trailers: {checked} without a tracker are with their trucks");
}

/// When he can legally be there: never later than he truly is, and about then where nothing lies between.
pub fn plan(stage: &Stage, screen: &str) {
    let id = loads(titled(screen)).next().unwrap().to_owned();
    let (truck, stops) = stage.load(&id).unwrap();
    let driver = stage.truth.driver(truck, stage.at);
    let named = screen.lines().find(|line| line.starts_with("driver")).unwrap();
    assert!(named.to_lowercase().contains(&driver.name.to_lowercase()), "{named} is {driver:?}");
    let rows =
        screen.lines().skip_while(|line| !(line.contains("LEGAL ") && line.contains(" LIKELY "))).skip(1);
    let row = cells(rows.into_iter().next().unwrap_or_else(|| panic!("{screen}")));
    let next = stops.iter().filter(|stop| stop.arrived_at > stage.at).min_by_key(|stop| stop.arrived_at);
    let next = next.unwrap_or_else(|| panic!("{id} has no stop ahead: {stops:#?}"));
    let fleet = stage.fleet();
    let of_load = |stop: &&std::sync::Arc<Stop>| stop.tms.movement_id.as_deref() == Some(&id);
    let told = fleet.stops.iter().filter(of_load).find(|stop| stop.tms.sequence == next.sequence).unwrap();
    let zone = zone::of_stop(told).unwrap_or_else(office);
    let time = |text: &str| instant(text, &zone, stage.at).unwrap_or_else(|| panic!("{text}: {screen}"));
    let (legal, likely) = (time(row[1]), time(row[2]));
    assert!(
        legal.secs_since(next.arrived_at) < 20 * MINUTE,
        "{row:?}: legally {legal:?} at the earliest, but he is there at {next:?}"
    );
    let is_on_his_way = is_next(next, &stops, stage.at) && next.arrived_at.secs_since(stage.at) < 3 * 3600;
    if is_on_his_way && driver.status == DutyStatus::Driving {
        let off = likely.secs_since(next.arrived_at).abs();
        assert!(off < 45 * MINUTE, "{row:?}: {} min off: {next:?}", off / 60);
    }
}

/// Who else can take the load: with the hours that each truly has, nobody twice, and not who has it.
pub fn best(stage: &Stage, screen: &str) {
    let id = loads(titled(screen)).next().unwrap();
    let (own, _) = stage.load(id).unwrap();
    // Those who can and those who cannot stand in two tables, each with columns of its own.
    let tables: Vec<&str> = screen.split("Cannot, and why").collect();
    let rows: Vec<Vec<String>> = tables.into_iter().flat_map(rows_of_drivers).collect();
    let (mut seen, mut checked) = (BTreeSet::new(), 0);
    for row in &rows {
        let Some(truck) = truck_of(stage, &row[0]) else { continue };
        assert!(seen.insert(truck), "{row:?} twice");
        assert_ne!(truck, own, "{row:?} has it");
        let driver = stage.truth.driver(truck, stage.at);
        let (Some(drive), Some(shift)) = (seconds(&row[2]), seconds(&row[3])) else { continue };
        assert!((drive - driver.drive_left_s).abs() < 8 * MINUTE, "{row:?} has {driver:?}");
        assert!((shift - driver.shift_left_s).abs() < 8 * MINUTE, "{row:?} has {driver:?}");
        checked += 1;
    }
    assert!(checked >= 5, "too few to tell: {screen}");
}

/// The lines of one table of drivers, by its columns.
fn rows_of_drivers(table: &str) -> Vec<Vec<String>> {
    let rows: Vec<&str> = table.lines().filter(|line| line.contains(" mi ") && line.contains('›')).collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let heads = heads(table.lines(), &["DRIVER", "FITS", "DRIVE", "SHIFT", "HOURS"]);
    rows.into_iter().map(|line| under(line, &heads)).collect()
}

/// Whether the ELD of who is called so tells when his half hour is due.
fn tells_breaks(fleet: &Fleet, name: &str) -> bool {
    let called = |row: &&Arc<Driver>| row.name.eq_ignore_ascii_case(name);
    fleet.drivers.iter().filter(called).all(|row| row.break_left_s.is_some())
}

/// Whose hours end short of his stop: nobody's that do not, and all of whom it is certain.
pub fn limits(stage: &Stage, lines: &[String]) {
    let now = stage.at;
    let mut listed = BTreeSet::new();
    let fleet = stage.fleet();
    let heads = heads(lines.iter().map(String::as_str), &["DRIVER", "LIMIT", "ENDS", "SHORT OF"]);
    for row in lines.iter().filter(|line| line.contains('›')).map(|line| under(line, &heads)) {
        let Some(truck) = truck_of(stage, &row[0]) else { continue };
        listed.insert(truck);
        let driver = stage.truth.driver(truck, now);
        let (Some(ends), true) = (instant(&row[2], &office(), now), driver.status == DutyStatus::Driving)
        else {
            continue;
        };
        let left = match row[1].as_str() {
            "11H" => driver.drive_left_s,
            "14H" => driver.shift_left_s,
            "BREAK" if tells_breaks(&fleet, &row[0]) => driver.break_left_s,
            // Nobody tells of his breaks, so none is taken for granted: eight hours less all he drove in this shift.
            "BREAK" => driver.drive_left_s - 3 * 60 * MINUTE,
            _ => continue,
        };
        let off = ends.secs_since(now.plus(Duration::from_secs(left.unsigned_abs())));
        assert!(off > -10 * MINUTE, "{row:?} ends before it can: {driver:?}");
        // The half hour may lie between, and nothing else where no stop does.
        let stops = stage.truth.stops(truck, now);
        let drives_until = stops.iter().find(|stop| is_next(stop, &stops, now)).map(|stop| stop.arrived_at);
        assert!(off < 45 * MINUTE || drives_until < Some(ends), "{row:?}: {driver:?}");
    }
    let mut certain = 0;
    for truck in stage.heard() {
        if rests_short_of(&stage.truth, truck, &stage.truth.stops(truck, now), now) {
            certain += 1;
            let name = stage.truth.driver(truck, now).name;
            let (driver, stops) = (stage.truth.driver(truck, now), stage.truth.stops(truck, now));
            let next = stops.iter().find(|stop| is_next(stop, &stops, now));
            // Whose hours do not come is said to be unknown.
            let is_unknown = next.is_some_and(|next| {
                let plan = stage.run(&["plan", &stage.truth.movement_id(next.movement)]);
                String::from_utf8_lossy(&plan.stdout).contains("no plan (STALE_HOS)")
            });
            assert!(
                listed.contains(&truck) || is_unknown,
                "{name} rests short of his stop and is not listed: {driver:?} {next:?} {} {:?}",
                stage.truth.number(truck),
                next.map(|next| stage.answer(&["plan", &stage.truth.movement_id(next.movement)]))
            );
        }
    }
    assert!(certain >= 2, "too few to tell");
    println!("hours: {} listed, {certain} for certain", listed.len());
}

/// Who is held: for as long as he truly is.
pub fn detention(stage: &Stage, lines: &[String]) {
    let now = stage.at;
    let mut listed = BTreeSet::new();
    let fleet = stage.fleet();
    let heads = heads(lines.iter().map(String::as_str), &["LOAD", "FREE TIME", "PLACE"]);
    for row in lines.iter().filter(|line| line.contains('›')).map(|line| under(line, &heads)) {
        let Some((length_text, word)) = row[1].split_once(' ') else { continue };
        let Some((truck, stops)) = stage.load(&row[0]).filter(|_| word == "over") else { continue };
        listed.insert(row[0].clone());
        let there = stops.iter().find(|stop| stop.arrived_at <= now && now < stop.left_at);
        if there.is_none() && sleeps_unseen_at_the_dock(stage, &fleet, &row[0], truck, &stops) {
            continue;
        }
        let there = there.unwrap_or_else(|| panic!("{row:?}: {truck} is at no stop: {stops:#?}"));
        let over = length(length_text).unwrap();
        assert!((over - beyond_s(there, now)).abs() < 12 * MINUTE, "{row:?}: {} s", beyond_s(there, now));
    }
    for truck in stage.heard() {
        for stop in stage.truth.stops(truck, now).iter().filter(|stop| is_detained(stop, now)) {
            let id = stage.truth.movement_id(stop.movement);
            assert!(listed.contains(&id), "load {id} is detained and not listed: {stop:?}");
        }
    }
    assert!(!listed.is_empty());
    println!("detention: {} listed", listed.len());
}

/// Which line of those held, from 0, is of a truck that truly is.
pub fn first_held(stage: &Stage, screen: &str) -> usize {
    let is_held = |line: &str| {
        let load = loads(line).next().and_then(|id| stage.load(id));
        load.is_some_and(|(_, stops)| {
            stops.iter().any(|stop| stop.arrived_at <= stage.at && stage.at < stop.left_at)
        })
    };
    let mut lines = screen.lines().filter(|line| line.contains('›')).enumerate();
    lines.find(|(_, line)| is_held(line)).unwrap_or_else(|| panic!("{screen}")).0
}

/// What proves it: the true times.
pub fn proof(stage: &Stage, file: &str) {
    let rows: Vec<Vec<&str>> = file.lines().map(|line| line.split(',').collect()).collect();
    let row = |what: &str| rows.iter().find(|row| row[0] == what).unwrap_or_else(|| panic!("{what}: {file}"));
    let (_, stops) = stage.load(row("load")[3]).unwrap();
    let there = stops.iter().find(|stop| stop.arrived_at <= stage.at && stage.at < stop.left_at).unwrap();
    let arrived = Timestamp::parse(row("arrived")[2]).unwrap();
    assert!(arrived.secs_since(there.arrived_at).abs() < 6 * MINUTE, "{file}{there:?}");
    let beyond = seconds(row("beyond free time")[3]).unwrap();
    assert!((beyond - beyond_s(there, stage.at)).abs() < 12 * MINUTE, "{file}{there:?}");
    assert!(row("amount")[5].contains("no rate"), "{file}");
    assert!(row("free until")[3].contains("2h00") && row("appointment opens")[2].ends_with('Z'), "{file}");
}

/// What is said to whoever asks for the load: the place, the time and no name.
pub fn sentence(stage: &Stage, said: &str) {
    let id = stage.truth.movement_id(stage.asked.movement);
    let (truck, stops) = stage.load(&id).unwrap();
    assert!(said.starts_with(&format!("Load {id} was at ")), "{said}");
    let driver = stage.truth.driver(truck, stage.at);
    for private in
        driver.name.split(' ').chain([stage.truth.number(truck).as_str(), "555-01", "hours", "11H"])
    {
        assert!(!said.to_lowercase().contains(&private.to_lowercase()), "{said} tells {private}");
    }
    assert!(said.contains("; as of ") && said.contains("expected at "), "{said}");
    let last = stops.iter().max_by_key(|stop| stop.sequence).unwrap();
    let fleet = stage.fleet();
    let of_load = |stop: &&std::sync::Arc<Stop>| stop.tms.movement_id.as_deref() == Some(&id);
    let told = fleet.stops.iter().filter(of_load).find(|stop| stop.tms.sequence == last.sequence).unwrap();
    let zone = zone::of_stop(told).unwrap_or_else(office);
    let expected = said.split("expected at ").nth(1).unwrap();
    let soonest = expected.split_once(" between ").or_else(|| expected.split_once(" about ")).unwrap().1;
    let soonest = soonest.split([';', '*']).next().unwrap().split(" and ").next().unwrap();
    let words: Vec<&str> = soonest.split_whitespace().filter(|word| !word.ends_with('T')).collect();
    let soonest = instant(&words.join(" "), &zone, stage.at).unwrap_or_else(|| panic!("{said}"));
    assert!(soonest.secs_since(last.arrived_at) < 20 * MINUTE, "{said}, but it comes {last:?}");
}

/// Which trucks are dark: the one that fell silent, and the one whose device is hardly ever heard.
pub fn all_dark(stage: &Stage, screen: &str) {
    let rows = screen.lines().skip_while(|line| !line.starts_with("SEV")).skip(1);
    let (mut dark, silent) = (0, stage.truth.number(stage.silent.0));
    for id in rows.filter(|line| line.contains("DARK")).filter_map(|line| loads(line).next()) {
        let fleet = stage.fleet();
        let load = fleet.movements.iter().find(|row| row.tms.id == id).unwrap();
        let tractor = fleet.tractors.get(load.tractor_id.as_ref().unwrap()).unwrap();
        let is_known_for_it = tractor.unit_number == stage.truth.number(DARK);
        assert!(
            tractor.unit_number == silent || is_known_for_it,
            "{} is heard: {screen}",
            tractor.unit_number
        );
        dark += usize::from(tractor.unit_number == silent);
    }
    assert_eq!(dark, 1, "{screen}");
}

/// What is silent: one truck, since when, and where it was.
pub fn dark(stage: &Stage, screen: &str) {
    let (truck, since) = stage.silent;
    let number = stage.truth.number(truck);
    assert!(screen.contains(&format!("{number} is silent")), "{screen}");
    let last = screen.lines().find(|line| line.starts_with("observed")).unwrap_or_else(|| panic!("{screen}"));
    let at = cells(last).into_iter().find_map(|cell| instant(cell, &office(), stage.at));
    let at = at.unwrap_or_else(|| panic!("{last}"));
    // It is said to the minute.
    assert!((-MINUTE..=0).contains(&at.secs_since(since)), "{last} but last heard at {since:?}");
}

/// Which pickups nobody is to make: all that were given to nobody, and no other but those that come too late.
pub fn uncovered(stage: &Stage, lines: &[String]) {
    let now = stage.at;
    let ungiven = stage.truth.ungiven(now);
    let mut listed = BTreeSet::new();
    for line in lines.iter().filter(|line| line.contains(" NO UNIT ") || line.contains(" NO WAY ")) {
        let id = loads(line).next().unwrap().to_owned();
        let is_ungiven = ungiven.iter().any(|(movement, ..)| stage.truth.movement_id(*movement) == id);
        assert_eq!(is_ungiven, line.contains(" NO UNIT "), "{line}");
        listed.insert(id);
    }
    let mut certain = 0;
    for (movement, opens, closes) in ungiven {
        let soon = now.plus(Duration::from_hours(11));
        if opens < soon && closes > now {
            certain += 1;
            let id = stage.truth.movement_id(movement);
            assert!(listed.contains(&id), "load {id} is picked up {opens:?} by nobody and not listed");
        }
    }
    assert!(certain > 0, "too few to tell");
    println!("uncovered: {} listed, {certain} for certain", listed.len());
}

/// Which line of the late loads, from 0, is of a load that a truck which is heard has on its way.
pub fn first_to_plan(stage: &Stage, screen: &str) -> usize {
    let lines = screen.lines().skip_while(|line| !line.starts_with("SEV")).skip(1);
    let can_be_planned = |line: &str| {
        let load = loads(line).next().and_then(|id| stage.load(id)).filter(|_| line.contains(" LATE "));
        load.is_some_and(|(truck, stops)| {
            let is_ahead = |stop: &TrueStop| stop.arrived_at > stage.at && is_next(stop, &stops, stage.at);
            truck != stage.silent.0 && stops.iter().any(is_ahead)
        })
    };
    let mut lines = lines.enumerate();
    lines.find(|(_, line)| can_be_planned(line)).unwrap_or_else(|| panic!("{screen}")).0
}

fn truck_of(stage: &Stage, driver: &str) -> Option<usize> {
    let known = stage.truth.tractors().map(|truck| stage.truth.driver(truck, stage.at).name);
    let name = known.into_iter().find(|name| name.eq_ignore_ascii_case(driver))?;
    stage.truck_of(&name).filter(|truck| *truck != stage.silent.0)
}
