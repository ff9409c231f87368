//! The board and what is opened from it: what it says, what keys do to it, and what it asks to be written.

use std::time::Duration;

use backhaul::model::{
    Exception, ExceptionKind, FeedStatus, Fleet, Judgement, Movement, Severity, Timestamp,
};
use backhaul::tui::app::{App, Effect, Mode};
use backhaul::tui::event::Event;

use super::made::{ago, now, small, told};
use super::wrong::queue;
use super::{picture, press, selected, told_of};

pub const LATE: &str = "schedule:TMS:0091";
pub const HOURS: &str = "hours:sam:ann";

/// The small fleet, with what is wrong with it.
pub fn wrong() -> Fleet {
    let mut fleet = small();
    fleet.exceptions = queue();
    since(&mut fleet, ago(8650));
    fleet
}

/// The truck of 0092 came to its first stop then.
pub fn since(fleet: &mut Fleet, arrived: Timestamp) {
    let mut stop = fleet.stops.iter().find(|stop| stop.tms.id == "s3").unwrap().as_ref().clone();
    stop.tms.actual_arrival_at = Some(arrived);
    (stop.tms.scheduled_early_at, stop.tms.scheduled_late_at) = (Some(ago(9500)), Some(ago(7200)));
    fleet.stops = fleet.stops.with(vec![stop]);
    fleet.index();
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
    SEV   LEFT  LOAD   WHAT                                   REMEDY        WHO
    CRIT↑ 1h25  0091   LATE 35m 14H, Oklahoma City OK +HOURS  re-power      bob n1
    HIGH  20m   0093   NO UNIT pickup Elko NV                 assign        -
    HIGH  -     motive FEED motive is silent: positions       see Health    -
    MED   -     0092   HELD 24m over, Lubbock TX, truck not known if there  seen ann
    MED × -     502    DARK 3h06, last at Elko NV             call driver   -
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
    SEV   LEFT  LOAD   WHAT                                                    REMEDY        WITH                   WHO
    CRIT↑ 1h25  0091   LATE 35m 14H, Oklahoma City OK +HOURS                   re-power      418 Ann Peña           bob n1
    HIGH  20m   0093   NO UNIT pickup Elko NV                                  assign        -                      -
    HIGH  -     motive FEED motive is silent: positions                        see Health    -                      -
    MED   -     0092   HELD 24m over, Lubbock TX, truck not known if there     call the stop -                      seen ann
    MED × -     502    DARK 3h06, last at Elko NV                              call driver   502                    -
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
    SEV   LEFT  LOAD   WHAT                                                                                                                                    REMEDY        WITH                   WHO
    CRIT↑ 1h25  0091   LATE 35m 14H, Oklahoma City OK +HOURS                                                                                                   re-power      418 Ann Peña           bob n1
    HIGH  20m   0093   NO UNIT pickup Elko NV                                                                                                                  assign        -                      -
    HIGH  -     motive FEED motive is silent: positions                                                                                                        see Health    -                      -
    MED   -     0092   HELD 24m over, Lubbock TX, truck not known if there                                                                                     call the stop -                      seen ann
    MED × -     502    DARK 3h06, last at Elko NV                                                                                                              call driver   502                    -
    Not all: 3 loads are not judged yet.
    enter open  C claim  a seen  z snooze  n note  ? help
    ");
}

#[test]
fn the_board_on_the_smallest_screen() {
    insta::assert_snapshot!(shown(wrong(), "", 60, 20), @r"
    LIVE 5s  MCL <30s  MOT down 3m  SAM <10s  MAP ok       14:05
    Board 5, worst first                 1 Brd  2  3  4  5  6  7
    1 late  1 uncov  1 hours  1 held  1 dark  1 feed
    BLIND: motive silent 3m (positions)
    SEV   LEFT  LOAD   WHAT                             WHO
    CRIT↑ 1h25  0091   LATE 35m 14H, Oklahoma C… +HOURS bob n1
    HIGH  20m   0093   NO UNIT pickup Elko NV           -
    HIGH  -     motive FEED motive is silent: positions -
    MED   -     0092   HELD 24m over, Lubbock TX, truc… seen ann
    MED × -     502    DARK 3h06, last at Elko NV       -
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
    snooze 0091 (4h, until 14:30, +15m worse, off) [30m]:
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
      LOAD FREE TIME PLACE      ARRIVED BY  DRIVER    SEEN
    › 0092 30m over  Lubbock TX 11:35*  tms Bob Stone not known if there, but 25s a…
    ARRIVED: by the stop's clock, * by the office's. BY: who says so. SEEN: whether
    the truck's own position is there now.
    esc back  enter go on  j/k choose  y copy  ? help  q quit
    ");
}

/// A truck that the TMS has at its stop.
fn held() -> Fleet {
    let mut fleet = fresh();
    since(&mut fleet, ago(9000));
    fleet
}

#[test]
fn who_was_let_go_is_on_no_list_of_who_is_held_before_the_queue_is_looked_over() {
    let heading = |fleet: Fleet| {
        let page = shown(fleet, "d", 120, 36);
        page.lines().find(|line| line.starts_with("At a stop now")).unwrap_or_default().to_owned()
    };
    let board = shown(held(), "", 120, 36);
    assert!(board.contains("HELD 30m over, Lubbock TX") && board.contains("1 detained"), "{board}");
    assert_eq!(heading(held()), "At a stop now: 1, beyond free time: 1");
    let mut fleet = held();
    let mut stop = fleet.stops.iter().find(|stop| stop.tms.id == "s3").unwrap().as_ref().clone();
    stop.tms.actual_departure_at = Some(ago(30));
    fleet.stops = fleet.stops.with(vec![stop]);
    fleet.index();
    let board = shown(fleet.clone(), "", 120, 36);
    assert!(!board.contains("HELD") && board.contains("0 detained"), "{board}");
    assert_eq!(heading(fleet.clone()), "At a stop now: 0, beyond free time: 0");
    let handoff = shown(fleet, ":handoff<enter>", 120, 60);
    assert!(
        handoff.contains("Open: 3,")
            && handoff.contains("Ended, and gone once that has lasted: 1")
            && !handoff.contains("HELD"),
        "{handoff}"
    );
}

#[test]
fn what_was_only_warned_of_is_not_counted_as_held_once_nobody_can_tell() {
    let board = |severity| {
        let mut fleet = held();
        for feed in &mut fleet.feeds {
            feed.last_ok_at = Some(ago(2100));
        }
        let rows = fleet.exceptions.iter().map(|row| match row.kind {
            ExceptionKind::Detention => Exception { severity, ..Exception::clone(row) },
            _ => Exception::clone(row),
        });
        fleet.exceptions = rows.collect();
        shown(fleet, "", 120, 36)
    };
    let warned = board(Severity::Low);
    assert!(warned.contains("FREE not known, Lubbock TX") && !warned.contains("1 detained"), "{warned}");
    let held = board(Severity::Medium);
    assert!(held.contains("HELD 30m over, Lubbock TX") && held.contains("1 detained"), "{held}");
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
fn every_account_that_is_silent_is_named_however_little_room_there_is() {
    let mut fleet = calm();
    let old = |account: &str, resource: &str| FeedStatus {
        account: account.into(),
        resource: resource.into(),
        interval_s: 5,
        last_ok_at: Some(ago(200)),
        ..FeedStatus::default()
    };
    let of = |account: &str| ["vehicle_locations", "available_time"].map(|resource| old(account, resource));
    fleet.feeds =
        ["geotab", "mcleod", "motive", "samsara", "terminal"].iter().flat_map(|one| of(one)).collect();
    let mut app = live(fleet);
    let mut blind = |width, height| {
        let shown = picture(&mut app, width, height);
        let lines = shown.lines().skip_while(|line| !line.starts_with("BLIND"));
        lines.take_while(|line| !line.starts_with("Nothing")).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(blind(200, 60), @r"BLIND: geotab silent 3m (hours, positions); mcleod silent 3m (hours, positions); motive silent 3m (hours, positions); samsara silent 3m (hours, positions); terminal silent 3m (hours, positions)");
    // Nothing of the other size is left after a resize.
    insta::assert_snapshot!(blind(80, 24), @r"
    BLIND: geotab silent 3m (hours, positions); mcleod silent 3m (hours, positions);
    motive silent 3m (hours, positions); samsara silent 3m; terminal silent 3m
    ");
    insta::assert_snapshot!(blind(60, 20), @r"
    BLIND: geotab silent 3m (hours, positions); mcleod silent
    3m; motive silent 3m; samsara silent 3m; terminal silent 3m
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
    let first = Exception { score: 999, ..first.as_ref().clone() };
    fleet.exceptions = fleet.exceptions.with(vec![first]);
    app.update(told(fleet));
    assert!(selected(&mut app).contains("0093"), "it is on top now, and still selected");
}

#[test]
fn what_is_wrong_is_not_cut_for_what_would_help() {
    let mut fleet = wrong();
    let mut hours = Exception::clone(fleet.exceptions.get(&HOURS.to_owned()).unwrap());
    (hours.severity, hours.measure_s) = (Severity::Critical, Some(3 * 3600 + 47 * 60));
    hours.score = 999;
    fleet.exceptions = fleet.exceptions.with(vec![hours]);
    let shown = shown(fleet, "", 80, 24);
    let line = |of: &str| shown.lines().find(|line| line.contains(of)).unwrap_or_default().trim_end();
    assert_eq!(
        line("0091"),
        "CRIT  2h10  0091   14H ends 16:15, 3h47 short of Oklahoma City OK +LATE +bob n1"
    );
    assert!(line("0093").contains("NO UNIT pickup Elko NV"), "{shown}");
    assert!(line("0093").contains(" assign "), "{shown}");
}

#[test]
fn quick_keys_show_a_part_an_order_or_an_answer_from_anywhere() {
    let mut app = live(wrong());
    let title = |app: &mut App| picture(app, 80, 24).lines().nth(1).unwrap().to_owned();
    press(&mut app, "5");
    press(&mut app, "e");
    assert!(title(&mut app).starts_with("Late, at risk or uncovered 2,"), "{}", title(&mut app));
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
