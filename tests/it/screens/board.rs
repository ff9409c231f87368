//! The board and what is opened from it: what it says, what keys do to it, and what it asks to be written.

use std::time::Duration;

use backhaul::model::{Deed, ExceptionKind, Fleet, Judgement, Movement, Snooze};
use backhaul::tui::app::{App, Effect, Mode};
use backhaul::tui::event::Event;

use super::made::{ago, hence, now, small, told};
use super::wrong::queue;
use super::{picture, press, selected, told_of};

/// The small fleet, with what is wrong with it.
pub fn wrong() -> Fleet {
    let mut fleet = small();
    fleet.exceptions = queue();
    fleet
}

/// The same with every feed fresh.
pub fn fresh() -> Fleet {
    let mut fleet = wrong();
    for feed in &mut fleet.feeds {
        (feed.error, feed.error_since_at, feed.last_ok_at) = (None, None, Some(ago(4)));
    }
    fleet
}

pub fn live(fleet: Fleet) -> App {
    let mut app = told_of(fleet);
    app.update(Event::Mode(Mode::Live { every_s: 5 }));
    app
}

/// The screen after these keys, without its blank lines.
fn shown(fleet: Fleet, keys: &str, width: u16, height: u16) -> String {
    let mut app = live(fleet);
    picture(&mut app, width, height);
    press(&mut app, keys);
    let picture = picture(&mut app, width, height);
    picture.lines().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_board_in_80_columns() {
    insta::assert_snapshot!(shown(wrong(), "", 80, 24), @r"
    LIVE 5s  MCL <30s  MOT down 3m: credentials refused  SAM <10s  MAP ok  14:05 CST
    Board 5, worst first             1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    1 late  - risk  1 uncov  1 hours  1 held  1 dark  1 feed  (3 not judged)
    BLIND: motive silent 3m (positions)
    SEV   LEFT  LOAD     WHAT                              REMEDY        WHO
    CRIT↑ 1h25  0091     LATE 35m 14H, Oklahoma Ci… +HOURS re-power      bob n1
    HIGH  20m   0093     NO UNIT pickup at Elko NV has ne… assign        -
    HIGH  -     motive   FEED motive is silent: positions  see Health    -
    MED   -     0092     HELD 24m over, Lubbock TX         call the stop seen ann
    MED × -     502      DARK 3h06, last at Elko NV        call driver   -
    Not all: 3 loads are not judged yet.
    enter open  C claim  a seen  z snooze  n note  ? help
    ");
}

#[test]
fn the_board_in_120_columns() {
    insta::assert_snapshot!(shown(fresh(), "j", 120, 36), @r"
    LIVE 5s  MCL <10s  MOT <10s  SAM <10s  MAP ok  5 tractors, 3 trailers, 4 drivers, 3 open loads                 14:05 CST
    Board 5, worst first                            1 Board  2 Map  3 Movements  4 Drivers  5 Tractors  6 Trailers  7 Health
    1 late  - at risk  1 uncovered  1 run out  1 detained  1 dark  1 feed down  (3 loads not judged yet)
    SEV   LEFT  LOAD     WHAT                                               REMEDY        WITH                   WHO
    CRIT↑ 1h25  0091     LATE 35m 14H, Oklahoma City OK +HOURS              re-power      418 Ann Peña           bob n1
    HIGH  20m   0093     NO UNIT pickup at Elko NV has neither a driver no… assign        -                      -
    HIGH  -     motive   FEED motive is silent: positions                   see Health    -                      -
    MED   -     0092     HELD 24m over, Lubbock TX                          call the stop -                      seen ann
    MED × -     502      DARK 3h06, last at Elko NV                         call driver   502                    -
    Not all: 3 loads are not judged yet.
    enter open  C claim  a seen  z snooze  n note  ? help
    ");
}

#[test]
fn the_board_in_200_columns() {
    insta::assert_snapshot!(shown(fresh(), "", 200, 60), @r"
    LIVE 5s  MCL <10s  MOT <10s  SAM <10s  MAP ok  5 tractors, 3 trailers, 4 drivers, 3 open loads                                                                                                 14:05 CST
    Board 5, worst first                                                                                                            1 Board  2 Map  3 Movements  4 Drivers  5 Tractors  6 Trailers  7 Health
    1 late  - at risk  1 uncovered  1 run out  1 detained  1 dark  1 feed down  (3 loads not judged yet)
    SEV   LEFT  LOAD     WHAT                                                                                                                               REMEDY        WITH                   WHO
    CRIT↑ 1h25  0091     LATE 35m 14H, Oklahoma City OK +HOURS                                                                                              re-power      418 Ann Peña           bob n1
    HIGH  20m   0093     NO UNIT pickup at Elko NV has neither a driver nor a tractor                                                                       assign        -                      -
    HIGH  -     motive   FEED motive is silent: positions                                                                                                   see Health    -                      -
    MED   -     0092     HELD 24m over, Lubbock TX                                                                                                          call the stop -                      seen ann
    MED × -     502      DARK 3h06, last at Elko NV                                                                                                         call driver   502                    -
    Not all: 3 loads are not judged yet.
    enter open  C claim  a seen  z snooze  n note  ? help
    ");
}

#[test]
fn the_board_on_the_smallest_screen() {
    insta::assert_snapshot!(shown(wrong(), "", 60, 20), @r"
    LIVE 5s  MCL <30s  MOT down 3m: cre…  SAM <10s  MAP ok 14:05
    Board 5, worst first                 1 Brd  2  3  4  5  6  7
    1 late  1 uncov  1 hours  1 held  1 dark  1 feed
    BLIND: motive silent 3m (positions)
    SEV   LEFT  LOAD     WHAT                           WHO
    CRIT↑ 1h25  0091     LATE 35m 14H, Oklahoma… +HOURS bob n1
    HIGH  20m   0093     NO UNIT pickup at Elko NV has… -
    HIGH  -     motive   FEED motive is silent: positi… -
    MED   -     0092     HELD 24m over, Lubbock TX      seen ann
    MED × -     502      DARK 3h06, last at Elko NV     -
    Not all: 3 loads are not judged yet.
    enter open  C claim  a seen  z snooze  n note  ? help
    ");
}

#[test]
fn an_exception_in_80_columns() {
    insta::assert_snapshot!(shown(wrong(), "<enter>", 80, 36), @r"
    LIVE 5s  MCL <30s  MOT down 3m: credentials refused  SAM <10s  MAP ok  14:05 CST
    0091 LATE                        1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    What is wrong
    35m late at Oklahoma City OK (delivery): 14H
    severity        critical  getting worse
    time to act     1h25  until 15:30
    would help      re-power
    since           13:40  25m ago
    raised          13:45  20m ago
    last changed    14:04  <30s ago
    People
    who has it      bob  10m ago, on box
    note, bob       called, he stops at the Flying J  10m ago, on box
    About
    load          › 0091
    driver        › Ann Peña
    tractor       › 418
    Also wrong with this load
      SEV   LEFT  WHO  WHAT
    › HIGH  2h10  -    14H ends 16:15, 40m short of Oklahoma City OK
    It rests on
    eta             18:35
    place           Oklahoma City OK
    reason          14H
    worth           270  severity x time left to act: the order of the board
    All times here are the office's (CST).
    esc back  enter go on  w plan  b re-power  y copy  ? help
    ");
}

#[test]
fn what_is_asked_in_80_columns() {
    let line = |keys: &str| {
        let shown = shown(wrong(), keys, 80, 24);
        let lines: Vec<&str> = shown.lines().collect();
        lines[lines.len() - 2..].join("\n")
    };
    insta::assert_snapshot!(line("z"), @r"
    snooze 0091 (30m, 4h, until 14:30, +15m worse, off) [30m]:
    enter write it  esc leave it
    ");
    insta::assert_snapshot!(line("zsoon<enter>"), @r"
    `soon` is no time; write 30m, 4h, 14:30, +15m or off:
    enter write it  esc leave it
    ");
    insta::assert_snapshot!(line("ncalled the receiver, they take him until 19:00 if he comes by the back gate"), @r"
    note on 0091:  receiver, they take him until 19:00 if he comes by the back gate
    enter write it  esc leave it
    ");
}

#[test]
fn who_is_held_in_80_columns() {
    insta::assert_snapshot!(shown(held(), "d", 80, 24), @r"
    LIVE 5s  MCL <10s  MOT <10s  SAM <10s  MAP ok                          14:05 CST
    Detention                        1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    At a stop now: 1, beyond free time: 1
      LOAD  FREE TIME  PLACE       ARRIVED  BY   SEEN      DRIVER
    › 0092  30m over   Lubbock TX  11:35*   tms  not seen  Bob Stone
    BY: who says that it arrived. SEEN: whether the truck's own position is there
    now.
    esc back  enter go on  j/k choose  y copy  ? help  q quit
    ");
}

/// A truck that the TMS has at its stop.
fn held() -> Fleet {
    let mut fleet = fresh();
    let mut stop = fleet.stops.iter().find(|stop| stop.tms.id == "s3").unwrap().as_ref().clone();
    stop.tms.actual_arrival_at = Some(ago(9000));
    (stop.tms.scheduled_early_at, stop.tms.scheduled_late_at) = (Some(ago(9500)), Some(ago(7200)));
    fleet.stops = fleet.stops.with(vec![stop]);
    fleet.index_stops();
    fleet
}

/// Every load is judged, and nothing is wrong.
fn calm() -> Fleet {
    let mut fleet = fresh();
    fleet.exceptions = std::iter::empty().collect();
    let judged = |row: &Movement| Judgement {
        company_id: row.tms.company_id.clone(),
        movement_id: row.tms.id.clone(),
        ..Judgement::default()
    };
    fleet.judgements = fleet.movements.iter().map(|row| judged(row)).collect();
    fleet
}

#[test]
fn quiet_is_said_only_where_all_that_it_rests_on_comes() {
    let with = |change: &dyn Fn(&mut Fleet)| {
        let mut fleet = calm();
        change(&mut fleet);
        let picture = shown(fleet, "", 80, 24);
        assert_eq!(picture.contains("Quiet"), !picture.contains("BLIND"), "{picture}");
        picture.lines().skip(3).take_while(|line| !line.starts_with("enter")).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(with(&|_| {}), @r"
    Quiet: nothing wants you. All that this rests on comes; the oldest of it are the
    loads of mcleod, <10s old.
    ");
    insta::assert_snapshot!(with(&|fleet| {
        for feed in fleet.feeds.iter_mut().filter(|feed| feed.account == "motive") {
            feed.last_ok_at = Some(ago(660));
        }
        fleet.feeds[0].last_ok_at = None;
    }), @r"
    BLIND: mcleod never read (loads); motive silent 11m (positions)
    Nothing stands here, but that is no all-clear: what is silent is named above.
    Health says why.
    ");
    insta::assert_snapshot!(with(&|fleet| fleet.feeds.clear()), @r"
    BLIND: nothing was ever read of loads, positions or hours
    nothing is known yet: no upstream has answered so far
    ");
}

#[test]
fn a_feed_that_falls_silent_makes_the_board_blind_by_time_alone() {
    let mut app = live(calm());
    assert!(picture(&mut app, 80, 24).contains("Quiet"));
    app.update(Event::Tick(now().plus(Duration::from_secs(70))));
    assert!(app.take_stale(), "nobody pressed a key");
    let shown = picture(&mut app, 80, 24);
    assert!(shown.contains("BLIND: mcleod silent 1m (loads)") && !shown.contains("Quiet"), "{shown}");
}

#[test]
fn two_exceptions_of_one_load_are_one_line_and_the_other_is_in_its_detail() {
    let mut app = live(wrong());
    let shown = picture(&mut app, 80, 24);
    assert!(shown.contains("Board 5,"), "six exceptions, five lines: {shown}");
    assert_eq!(shown.lines().filter(|line| line.contains("0091")).count(), 1);
    press(&mut app, "<enter>");
    let detail = picture(&mut app, 100, 60);
    assert!(detail.contains("Also wrong with this load") && detail.contains("14H ends 16:15"), "{detail}");
    press(&mut app, "<down><down><down><enter>");
    let other = picture(&mut app, 100, 60);
    assert!(other.starts_with("LIVE") && other.contains("0091 HOURS"), "{other}");
    press(&mut app, "<esc>");
    assert!(picture(&mut app, 100, 60).contains("0091 LATE"), "one step back");
    press(&mut app, "<esc>");
    assert!(selected(&mut app).contains("0091"));
}

#[test]
fn the_selection_stays_on_the_load_when_the_order_changes() {
    let mut app = live(wrong());
    picture(&mut app, 80, 24);
    press(&mut app, "j");
    assert!(selected(&mut app).contains("0093"));
    let mut fleet = wrong();
    let first = fleet.exceptions.iter().find(|row| row.kind == ExceptionKind::UnassignedPickup).unwrap();
    let first = backhaul::model::Exception { score: 999, ..first.as_ref().clone() };
    fleet.exceptions = fleet.exceptions.with(vec![first]);
    app.update(told(fleet));
    assert!(selected(&mut app).contains("0093"), "it is on top now, and still selected");
}

fn act(app: &mut App, keys: &str) -> (Vec<String>, Deed) {
    picture(app, 80, 24);
    match press(app, keys) {
        Some(Effect::Act { on, deed, .. }) => (on.into_iter().map(|(id, _)| id).collect(), deed),
        other => panic!("{other:?}"),
    }
}

const LATE: &str = "schedule:TMS:0091";
const HOURS: &str = "hours:sam:ann";

#[test]
fn a_line_is_seen_and_claimed_with_all_that_is_wrong_with_its_load_and_a_detail_alone() {
    let mut app = live(wrong());
    assert_eq!(act(&mut app, "a"), (vec![LATE.into(), HOURS.into()], Deed::Ack));
    assert_eq!(press(&mut app, "C"), None, "bob has one of them: it is said before it is taken");
    assert!(picture(&mut app, 120, 24).contains("bob has it since"));
    assert_eq!(act(&mut app, "C"), (vec![LATE.into(), HOURS.into()], Deed::Claim));
    assert_eq!(press(&mut app, "CjkC"), None, "another key between takes the question back");
    assert_eq!(press(&mut app, "j"), None);
    assert_eq!(act(&mut app, "k<enter>CC"), (vec![LATE.into()], Deed::Claim));
    assert_eq!(act(&mut app, "<esc>3jCC"), (vec![LATE.into(), HOURS.into()], Deed::Claim), "among the loads");
    assert_eq!(act(&mut app, "4a"), (vec![LATE.into(), HOURS.into()], Deed::Ack), "on the driver");
}

#[test]
fn what_is_mine_is_taken_back_by_the_same_key() {
    let mut app = live(wrong());
    picture(&mut app, 80, 24);
    assert_eq!(act(&mut app, "jjja"), (vec!["detention:TMS:0092".into()], Deed::Unack));
    let mut fleet = wrong();
    let mut rows: Vec<_> = fleet.exceptions.iter().map(|row| row.as_ref().clone()).collect();
    for row in &mut rows {
        row.handling.claim = Some(backhaul::model::Mark { user: "ann".into(), ..Default::default() });
    }
    fleet.exceptions = rows.into_iter().collect();
    let mut app = live(fleet);
    assert_eq!(act(&mut app, "C"), (vec![LATE.into(), HOURS.into()], Deed::Unclaim));
}

#[test]
fn a_snooze_is_typed_as_people_say_it() {
    let until = |minutes| Deed::Snooze(Snooze { until_at: Some(hence(minutes)), worse_by_s: None });
    for (typed, expected) in [
        ("", until(30)),
        ("45m", until(45)),
        ("4h", until(240)),
        ("1h30", until(90)),
        ("14:30", until(25)),
        ("until 14:05", until(24 * 60)),
        ("off", Deed::Unsnooze),
        ("+15m", Deed::Snooze(Snooze { until_at: None, worse_by_s: Some(900) })),
    ] {
        assert_eq!(act(&mut live(wrong()), &format!("z{typed}<enter>")).1, expected, "{typed}");
    }
    for typed in ["soon", "0m", "99999h", "25:00", "14:3x", "+", "-5m", "h", "9000h"] {
        let mut app = live(wrong());
        assert_eq!(press(&mut app, &format!("z{typed}<enter>")), None, "{typed}");
        assert!(picture(&mut app, 80, 24).contains("is no time; write 30m"), "{typed}");
    }
    let mut app = live(wrong());
    assert_eq!(press(&mut app, "zq<esc>"), None);
    assert!(!app.quit() && !picture(&mut app, 80, 24).contains("snooze 0091"), "left alone");
}

#[test]
fn a_note_is_one_clean_line_about_the_worst_and_never_too_long() {
    let mut app = live(wrong());
    assert_eq!(
        act(&mut app, "nlate, he knows?<enter>"),
        (vec![LATE.into()], Deed::Note("late, he knows?".into()))
    );
    assert_eq!(press(&mut app, "n   <enter>"), None, "nothing is no note");
    press(&mut app, "n");
    app.update(Event::Paste(format!("\u{1b}[31ma\nb\u{202e}{}", "x".repeat(900))));
    press(&mut app, "yyy");
    let Some(Effect::Act { deed: Deed::Note(note), .. }) = press(&mut app, "<enter>") else { panic!() };
    assert!(note.starts_with("a bx") && note.chars().count() == 300, "{note}");
}

#[test]
fn a_note_goes_to_what_was_at_hand_when_it_was_begun() {
    let mut app = live(wrong());
    picture(&mut app, 80, 24);
    press(&mut app, "nx");
    let mut fleet = wrong();
    fleet.exceptions =
        fleet.exceptions.iter().filter(|row| row.id != LATE).map(|row| row.as_ref().clone()).collect();
    app.update(told(fleet));
    let Some(Effect::Act { on, .. }) = press(&mut app, "<enter>") else { panic!() };
    assert_eq!(on[0].0, LATE);
}

fn snoozed(by: &str) -> Fleet {
    let mut fleet = wrong();
    let rows = fleet.exceptions.iter().map(|row| row.as_ref().clone()).map(|mut row| {
        if row.touches.movement_id.as_deref() == Some("0091") {
            let mark = backhaul::model::Mark { user: by.into(), seen: row.seen(now()), ..Default::default() };
            row.handling.snoozes = vec![(mark, Snooze { until_at: Some(hence(25)), worse_by_s: None })];
        }
        row
    });
    fleet.exceptions = rows.collect();
    fleet
}

#[test]
fn what_i_snoozed_is_hidden_but_counted_and_comes_back_by_a_key_or_by_time() {
    let mut app = live(snoozed("ann"));
    let shown = picture(&mut app, 80, 24);
    assert!(shown.contains("(2 snoozed)") && !shown.contains("0091") && shown.contains("1 late"), "{shown}");
    press(&mut app, "Z");
    let shown = picture(&mut app, 80, 24);
    assert!(shown.contains("0091") && shown.contains("z14:30"), "{shown}");
    press(&mut app, "Z");
    assert!(!picture(&mut app, 80, 24).contains("0091"));
    app.update(Event::Tick(now().plus(Duration::from_secs(25 * 60))));
    assert!(picture(&mut app, 80, 24).contains("0091"), "the time is over");
    assert!(picture(&mut live(snoozed("bob")), 80, 24).contains("0091"), "bob's is bob's");
}

#[test]
fn what_became_of_a_key_is_said_when_it_is_written() {
    let mut app = live(wrong());
    press(&mut app, "C");
    assert!(!picture(&mut app, 80, 24).contains("see to it"), "nothing is said before it is so");
    app.update(Event::Done("0091: everybody reads that you see to it".into()));
    assert!(picture(&mut app, 80, 24).contains("you see to it"));
    app.update(Event::Notice("not written: the file is read-only".into()));
    press(&mut app, "j");
    assert!(picture(&mut app, 80, 24).contains("not written"), "trouble stays until it is dismissed");
}

#[test]
fn quick_keys_show_a_part_an_order_or_an_answer_from_anywhere() {
    let mut app = live(wrong());
    let title = |app: &mut App| picture(app, 80, 24).lines().nth(1).unwrap().to_owned();
    press(&mut app, "5");
    press(&mut app, "e");
    assert!(title(&mut app).starts_with("Late loads 2,"), "{}", title(&mut app));
    press(&mut app, "e");
    assert!(title(&mut app).starts_with("Board 5,"), "again, all of it");
    press(&mut app, "5p");
    assert!(title(&mut app).starts_with("Uncovered 1,"));
    press(&mut app, "<esc>");
    assert!(title(&mut app).starts_with("Board 5,"), "one step back");
    press(&mut app, "h");
    assert!(title(&mut app).starts_with("Hours"), "{}", title(&mut app));
    press(&mut app, "h");
    assert_eq!(press(&mut app, "4"), Some(Effect::Look("drivers".to_owned())));
    assert_eq!(press(&mut app, "-"), Some(Effect::Look("board".to_owned())));
    assert_eq!(press(&mut app, "-"), Some(Effect::Look("drivers".to_owned())));
    assert_eq!(
        press(&mut app, "1s"),
        Some(Effect::Look("health".to_owned())),
        "the board is not sorted, but is it true?"
    );
    press(&mut app, "4");
    press(&mut app, "d");
    assert!(title(&mut app).starts_with("Detention"));
    press(&mut app, "d1w");
    assert!(title(&mut app).starts_with("Plan of load 0091"));
    press(&mut app, "b");
    assert!(title(&mut app).starts_with("Who can take load 0091"));
    press(&mut app, "<esc><esc>");
    assert!(selected(&mut app).contains("0091"), "back where it began");
    press(&mut app, "7w");
    assert!(picture(&mut app, 80, 24).contains("no load is selected"));
}

#[test]
fn the_next_late_load_is_one_key_away() {
    let mut fleet = fresh();
    let judged = |id: &str, late_s| backhaul::model::Judgement {
        company_id: "TMS".into(),
        movement_id: id.into(),
        risk: backhaul::model::Risk::Late,
        reason: Some(backhaul::model::Reason::Shift),
        late_s: Some(late_s),
        ..Default::default()
    };
    fleet.judgements = [judged("0091", 2100), judged("0092", 600)].into_iter().collect();
    let rows = fleet.movements.iter().map(|row| row.as_ref().clone()).map(|mut row| {
        row.late_s = match row.tms.id.as_str() {
            "0091" => Some(2100),
            "0092" => Some(600),
            _ => None,
        };
        if row.late_s.is_some() {
            (row.tractor_id, row.driver_id, row.driver2_id) = (None, None, None);
        }
        row
    });
    fleet.movements = rows.collect();
    let mut app = live(fleet);
    picture(&mut app, 80, 24);
    let mut at = |keys: &str| {
        press(&mut app, keys);
        selected(&mut app)
    };
    let first = at("3]");
    let second = at("]");
    let again = at("]");
    assert!(first.starts_with("009") && first != second, "{first}\n{second}");
    assert_eq!(first, again, "after the last the first");
    press(&mut app, "<enter>");
    let one = picture(&mut app, 80, 24);
    press(&mut app, "]");
    assert_ne!(one, picture(&mut app, 80, 24), "the next one's page");
    press(&mut app, "<esc>");
    assert!(selected(&mut app).starts_with("009"), "one step back is the list");
}
