//! The twelve tasks of a dispatcher's hour in a scripted terminal: keys are counted, and each answer is held
//! against what the simulation knows to be true, not against what our rules make of it.

mod cells;
mod chat;
mod desk;
mod stage;
mod truth;

use backhaul::sim::Upstream;

use self::desk::{Desk, ENTER, titled, typed};
use self::stage::Stage;

/// All keys of the twelve tasks, and all their time: `shared/tasks.md`.
const KEYS: usize = 150;

/// Does the twelve tasks at a console of this size. Where there is room, every line is held against the truth.
fn hour(rows: u16, columns: u16) {
    let stage = Stage::shared();
    let is_wide = columns > 100;
    let user = if is_wide { "ann" } else { "bob" };
    let mut desk = Desk::sit_down(stage.console(user), rows, columns);
    late_and_why(&mut desk, stage, is_wide);
    who_is_near(&mut desk, stage);
    where_is_it(&mut desk, stage, is_wide);
    can_he_make_it(&mut desk, stage);
    who_runs_out(&mut desk, stage);
    who_is_detained(&mut desk, stage, user);
    what_to_say(&mut desk, stage);
    is_it_dark(&mut desk, stage);
    what_is_uncovered(&mut desk, stage);
    shift_change(&mut desk);
    is_it_true(&mut desk);
    let (mut keys, mut bytes, mut time) = (0, 0, std::time::Duration::ZERO);
    println!("{columns}x{rows}: task, keys (at most), bytes, ms");
    for done in &desk.done {
        println!(
            "  {:<24} {:>3} ({:>2}) {:>7} {:>6}",
            done.task,
            done.keys.0,
            done.keys.1,
            done.bytes,
            done.time.as_millis()
        );
        (keys, bytes, time) = (keys + done.keys.0, bytes + done.bytes, time + done.time);
    }
    println!("  {:<24} {keys:>3} ({KEYS}) {bytes:>7} {:>6}", "in all", time.as_millis());
    println!("  and {} keys to go back, to page and to find a line", desk.between);
    assert_eq!(desk.done.len(), 13);
    assert!(keys <= KEYS, "{keys} keys");
    desk.leave();
}

#[test]
fn the_twelve_tasks_take_the_stated_keys_and_their_answers_are_true() {
    hour(48, 160);
}

#[test]
fn they_take_no_more_at_80_columns() {
    hour(24, 80);
}

fn late_and_why(desk: &mut Desk, stage: &Stage, is_wide: bool) {
    desk.task("1 late and why", &["e"], 1, |text| titled(text).starts_with("Late, at risk or uncovered "));
    let lines = desk.lines();
    if is_wide {
        truth::late(stage, &lines);
    }
    desk.home();
}

fn who_is_near(desk: &mut Desk, stage: &Stage) {
    let keys = typed(&format!("/near {} 100 drive>=5h trailer:empty", stage.place.0));
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let screen = desk.task("2 who is near", &keys, 46, |text| titled(text).starts_with("Near "));
    let lines = desk.lines();
    truth::near(stage, &screen, &lines);
    desk.home();
}

fn where_is_it(desk: &mut Desk, stage: &Stage, is_wide: bool) {
    let number = stage.truth.trailer_of(stage.sits, stage.at).number;
    let keys = typed(number.trim_start_matches(|c: char| !c.is_ascii_digit()));
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let screen = desk.task("3 where is the trailer", &keys, 6, |text| titled(text).starts_with("Trailer "));
    truth::trailer(stage, &screen);
    if is_wide {
        truth::all_sit(stage);
        truth::with_its_truck(stage);
    }
    desk.home();
}

/// Asked of the worst of the late loads that is on its way.
fn can_he_make_it(desk: &mut Desk, stage: &Stage) {
    let screen = desk
        .press(&["e", "g"], "the late loads", |text| titled(text).starts_with("Late, at risk or uncovered "));
    let down = vec!["j"; truth::first_to_plan(stage, &screen)];
    desk.press(&down, "its line", |_| true);
    let screen = desk.task("4 can he make it", &["w"], 2, |text| titled(text).starts_with("Plan of load "));
    truth::plan(stage, &screen);
    desk.press(&["\x1b"], "the late loads", |text| titled(text).starts_with("Late, at risk or uncovered "));
    let screen =
        desk.task("5 who else can", &["b"], 1, |text| titled(text).starts_with("Who can take load "));
    truth::best(stage, &screen);
    desk.home();
}

fn who_runs_out(desk: &mut Desk, stage: &Stage) {
    desk.task("6 who runs out of hours", &["h"], 1, |text| text.contains("Hours end before the work does"));
    let lines = desk.lines();
    truth::limits(stage, &lines);
    desk.home();
}

fn who_is_detained(desk: &mut Desk, stage: &Stage, user: &str) {
    desk.task("7 who is detained", &["d"], 1, |text| text.contains("beyond free time: "));
    let screen = desk.screen();
    let down = vec!["j"; truth::first_held(stage, &screen)];
    desk.press(&down, "its line", |_| true);
    let packet = desk.task("7 the proof", &["x"], 2, |text| text.contains("rows written to "));
    assert!(packet.contains("backhaul-detention-"), "{packet}");
    let lines: Vec<String> = screen.lines().map(str::to_owned).collect();
    truth::detention(stage, &lines);
    truth::proof(stage, &stage.file(user, "backhaul-detention-").unwrap());
    desk.home();
}

fn what_to_say(desk: &mut Desk, stage: &Stage) {
    let order = stage.truth.movement_id(stage.asked.movement + 500);
    let keys = typed(&order);
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let keys = [&keys[..], &["y"]].concat();
    let screen = desk.task("8 where is my load", &keys, 9, |text| text.contains("copied: "));
    assert!(screen.contains("; as of "), "it stands there to be read out: {screen}");
    let copied = copied(&desk.raw());
    truth::sentence(stage, &copied);
    let said = stage.answer(&["say", &order]);
    // The one may be a minute later than the other.
    let without_clock = |text: &str| text.split("; as of ").next().unwrap().to_owned();
    assert_eq!(without_clock(&said), without_clock(&copied));
    desk.home();
}

fn is_it_dark(desk: &mut Desk, stage: &Stage) {
    let number = stage.truth.number(stage.silent.0);
    let keys = typed("/dark");
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let screen = desk.press(&keys, "what is dark", |text| titled(text).contains("/dark"));
    truth::all_dark(stage, &screen);
    desk.press(&["\x1b"], "all of it", |text| titled(text).contains("worst first"));
    let keys = typed(&format!("/dark {number}"));
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    desk.press(&keys, "its line", |text| titled(text).contains("Board 1 of "));
    let is_told = |text: &str| text.contains(&format!("{number} is silent"));
    desk.task("9 why is it dark", &[ENTER], 1, is_told);
    let lines = desk.lines();
    truth::dark(stage, &lines.join("\n"));
    desk.press(&["\x1b"], "the board", |text| titled(text).starts_with("Board "));
    desk.press(&["\x1b"], "all of it", |text| titled(text).contains("worst first"));
}

fn what_is_uncovered(desk: &mut Desk, stage: &Stage) {
    desk.task("10 what is uncovered", &["p"], 1, |text| titled(text).starts_with("Uncovered "));
    let lines = desk.lines();
    truth::uncovered(stage, &lines);
    desk.home();
}

fn shift_change(desk: &mut Desk) {
    let keys = typed(":handoff");
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let screen = desk.task("11 the shift change", &keys, 9, |text| text.contains("Open: "));
    assert!(screen.contains("unowned"), "{screen}");
    desk.home();
}

fn is_it_true(desk: &mut Desk) {
    let screen = desk.task("12 is it true", &["s"], 1, |text| titled(text).starts_with("Health "));
    let header = screen.lines().next().unwrap();
    for account in ["SAM ", "MOT ", "GEO ", "TER ", "MCL "] {
        assert!(header.contains(account), "{header}");
    }
    assert!(!header.contains("down"), "all comes: {header}");
    desk.home();
}

/// What was put on the clipboard last.
fn copied(raw: &str) -> String {
    let at = raw.rfind("\x1b]52;c;").unwrap() + "\x1b]52;c;".len();
    let base64: String = raw[at..].chars().take_while(|c| !c.is_control()).collect();
    let value = |c: char| match c {
        'A'..='Z' => u32::from(c) - u32::from('A'),
        'a'..='z' => u32::from(c) - u32::from('a') + 26,
        '0'..='9' => u32::from(c) - u32::from('0') + 52,
        '+' => 62,
        _ => 63,
    };
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0_u32, 0);
    for c in base64.chars().filter(|c| *c != '=') {
        (held, bits) = (held << 6 | value(c), bits + 6);
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xFF).unwrap());
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// What a command answers in a field of its rows, sorted.
fn told(stage: &Stage, arguments: &[&str], field: &str) -> Vec<String> {
    let rows = stage.json(arguments);
    let rows = rows.as_array().unwrap().iter();
    let mut told: Vec<String> = rows.filter_map(|row| Some(row[field].as_str()?.to_owned())).collect();
    told.sort();
    told.dedup();
    told
}

/// What `read` finds in the lines of a list or page, paged through, sorted.
fn shown(desk: &mut Desk, read: fn(&str) -> Option<String>) -> Vec<String> {
    let mut shown: Vec<String> = desk.lines().iter().filter_map(|line| read(line)).collect();
    shown.sort();
    shown.dedup();
    shown
}

/// The first cell of a line that leads on.
fn linked(line: &str) -> Option<String> {
    line.contains('›').then(|| cells::cells(line).first().map(|cell| (*cell).to_owned())).flatten()
}

/// The load of a line of pickups that are not covered.
fn ungiven(line: &str) -> Option<String> {
    let is_one = line.contains(" NO UNIT ") || line.contains(" NO WAY ");
    truth::loads(line).next().filter(|_| is_one).map(str::to_owned)
}

#[test]
fn the_console_and_the_commands_say_the_same() {
    type Read = fn(&str) -> Option<String>;
    let stage = Stage::shared();
    let place = stage.place.0;
    let asked = typed(&format!("/near {place} 100 drive>=5h trailer:empty")).concat();
    let cases: [(&str, &[&str], &str, Read); 4] = [
        ("h", &["hours"], "driver", linked),
        ("d", &["detention"], "movement_id", linked),
        ("p", &["uncovered"], "movement_id", ungiven),
        (&asked, &["near", place, "100", "--drive", ">=5h", "--empty"], "driver", linked),
    ];
    let mut desk = Desk::sit_down(stage.console("cy"), 48, 160);
    for (keys, command, field, read) in cases {
        // Something may end between the one and the other.
        let before = told(stage, command, field);
        desk.press(&[keys], command[0], |text| !titled(text).starts_with("Board "));
        let shown = shown(&mut desk, read);
        let after = told(stage, command, field);
        assert!(!shown.is_empty());
        assert!(shown == before || shown == after, "{command:?}: {shown:#?} {before:#?}");
        let text = stage.answer(command);
        for row in &after {
            assert!(text.contains(row.as_str()), "{command:?} as text is without {row}: {text}");
        }
        desk.home();
    }
    desk.leave();
}

#[test]
fn whoever_takes_over_a_shift_accepts_it_line_by_line_and_everybody_reads_it() {
    let stage = Stage::shared();
    let open_handoff = |user: &str| {
        let mut desk = Desk::sit_down(stage.console(user), 48, 160);
        desk.press(&[&typed(":handoff").concat()], "the handoff", |text| text.contains("accepted: "));
        desk
    };
    let mut dee = open_handoff("dee");
    assert!(dee.screen().contains("accepted: 0"), "{}", dee.screen());
    dee.press(&[" "], "the first line accepted", |text| text.contains("accepted: 1"));
    dee.press(&[" "], "the second", |text| text.contains("accepted: 2"));
    let lines = dee.screen();
    assert_eq!(lines.lines().filter(|line| line.contains("  dee ")).count(), 2, "{lines}");
    let acts: Vec<(String, i64, String)> = stage.sql(|sql| {
        let mut select = sql
            .prepare("SELECT user, at, subject_id FROM actions WHERE verb = 'accept' ORDER BY id")
            .unwrap();
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        rows.map(Result::unwrap).collect()
    });
    assert!(acts.len() >= 2 && acts.iter().all(|(user, ..)| user == "dee"), "{acts:?}");
    assert!(acts.iter().all(|(_, at, _)| *at >= stage.at.millis()), "{acts:?}");
    let told = stage.json(&["handoff"]);
    assert_eq!((&told["accepted"], &told["open"][0]["owner"]["user"]), (&2.into(), &"dee".into()));
    // All that is wrong with a load goes with its line.
    let taken = |line: &serde_json::Value| {
        let also = line["also"].as_array().unwrap().iter();
        std::iter::once(line)
            .chain(also)
            .map(|row| row["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let taken = [taken(&told["open"][0]), taken(&told["open"][1])].concat();
    assert_eq!(acts.iter().map(|(.., id)| id.clone()).collect::<Vec<_>>(), taken);
    let sheet = stage.answer(&["handoff", "--md"]);
    assert!(sheet.starts_with("# Handoff, ") && sheet.contains("accepted: 2"), "{sheet}");
    assert!(sheet.contains("| unowned |") && sheet.contains("| dee |"), "{sheet}");
    // The next shift takes the first line over from whoever had it.
    let mut eve = open_handoff("eve");
    assert!(eve.screen().contains("accepted: 2"), "{}", eve.screen());
    eve.press(&[" "], "whose it is", |text| text.contains("dee has it since"));
    eve.press(&[" "], "her line", |text| text.contains("  eve "));
    dee.press(&[], "what she did", |text| text.contains("  eve "));
    let told = stage.json(&["handoff"]);
    assert_eq!(told["open"][0]["accepted"]["user"], "eve");
    assert_eq!(
        (&told["unowned"], &told["accepted"]),
        (&(told["open"].as_array().unwrap().len() - 2).into(), &2.into())
    );
    dee.leave();
    eve.leave();
}

#[test]
fn a_provider_that_is_down_is_named_in_the_header_and_the_board_says_what_it_is_blind_to() {
    let stage = Stage::set(Some(Upstream::Motive));
    let mut desk = Desk::sit_down(stage.console("ann"), 24, 80);
    let screen = desk.screen();
    let header = screen.lines().next().unwrap().to_owned();
    assert!(header.contains("MOT down"), "{header}");
    assert!(header.contains("SAM <") || header.contains("SAM 1"), "nobody else is: {header}");
    let late = desk
        .task("1 late and why", &["e"], 1, |text| titled(text).starts_with("Late, at risk or uncovered "));
    assert!(late.to_lowercase().contains("blind"), "{late}");
    assert!(late.contains("motive"), "{late}");
    let strict = stage.run(&["status", "--fresh", "10m", "--json"]);
    assert_eq!(strict.status.code(), Some(4), "{}", String::from_utf8_lossy(&strict.stderr));
    let lenient = stage.run(&["status", "--fresh", "2h", "--json"]);
    assert_eq!(lenient.status.code(), Some(0), "{}", String::from_utf8_lossy(&lenient.stderr));
    desk.leave();
}
