//! What the board counts and how bad a line is: no number where nobody has looked, and never less than the worst.

use backhaul::model::{
    Exception, ExceptionKind, ExceptionState, FeedStatus, Fleet, Judgement, Leader, Polled, Severity,
};
use backhaul::tui::app::{App, Effect, Mode};
use backhaul::tui::event::Event;

use super::board::{fresh, live, wrong};
use super::made::{ago, small};
use super::wrong::queue;
use super::{picture, press};

/// The counts over the rows.
fn tiles(fleet: Fleet) -> String {
    picture(&mut live(fleet), 120, 24).lines().nth(2).unwrap().to_owned()
}

/// With every load judged.
fn judged(mut fleet: Fleet) -> Fleet {
    let judgement =
        |id: &str| Judgement { company_id: "TMS".into(), movement_id: id.into(), ..Judgement::default() };
    fleet.judgements = fleet.movements.iter().map(|row| judgement(&row.tms.id)).collect();
    fleet
}

#[test]
fn what_nobody_has_judged_is_no_zero() {
    let quiet = |mut fleet: Fleet| {
        fleet.exceptions = [].into_iter().collect();
        fleet
    };
    let unjudged = tiles(quiet(fresh()));
    assert!(
        unjudged.starts_with("- late  - at risk  - uncovered  - run out  0 detained  0 dark"),
        "{unjudged}"
    );
    assert!(unjudged.ends_with("(3 loads not judged yet)"), "{unjudged}");
    let known = tiles(quiet(judged(fresh())));
    assert_eq!(known, "0 late  0 at risk  0 uncovered  0 run out  0 detained  0 dark  0 feed down");
    // What holds, and has not lasted long enough to be told, is no zero either.
    let mut watched = judged(fresh());
    let rows = queue();
    let late = rows.iter().find(|row| row.kind == ExceptionKind::Late).unwrap();
    let just_began = Exception { state: ExceptionState::Watched, count: 0, ..Exception::clone(late) };
    watched.exceptions = [just_began].into_iter().collect();
    let begun = tiles(watched);
    assert!(begun.starts_with("- late  0 at risk") && begun.ends_with("(1 just began)"), "{begun}");
    // What is known is counted all the same.
    assert!(tiles(wrong()).starts_with("1 late  - at risk  1 uncovered  1 run out"), "{}", tiles(wrong()));
    let nothing = tiles(Fleet::default());
    assert!(nothing.starts_with("- late") && nothing.contains("- dark"), "{nothing}");
    assert!(nothing.ends_with("(nothing read yet)"), "{nothing}");
}

#[test]
fn a_feed_that_the_header_calls_down_is_counted_before_it_is_on_the_board() {
    let mut fleet = judged(fresh());
    let rows = queue();
    let others = rows.iter().filter(|row| row.kind != ExceptionKind::FeedDown);
    fleet.exceptions = others.map(|row| Exception::clone(row)).collect();
    assert!(tiles(fleet.clone()).ends_with("0 feed down"), "{}", tiles(fleet));
    let down = |feed: &FeedStatus| feed.account == "mcleod";
    for feed in fleet.feeds.iter_mut().filter(|feed| down(feed)) {
        (feed.error, feed.error_since_at) = (Some("it answers nothing".into()), Some(ago(20)));
    }
    let mut app = live(fleet.clone());
    assert!(picture(&mut app, 120, 24).lines().next().unwrap().contains("MCL down"));
    assert!(tiles(fleet.clone()).contains("1 feed down"), "{}", tiles(fleet.clone()));
    // What an ELD does not have is nobody's trouble.
    for feed in fleet.feeds.iter_mut().filter(|feed| down(feed)) {
        feed.error = Some("not supported by this ELD".into());
    }
    assert!(tiles(fleet.clone()).contains("0 feed down"), "{}", tiles(fleet.clone()));
    assert!(!picture(&mut live(fleet), 120, 24).contains("MCL down"));
}

#[test]
fn a_line_is_as_bad_as_the_worst_that_it_tells_of() {
    let mut fleet = small();
    let rows = queue();
    // The hours end soon, so they are worth more; the load itself is worse.
    let rows = rows.iter().map(|row| match row.kind {
        ExceptionKind::RunsOut => Exception { score: 300, ..Exception::clone(row) },
        _ => Exception::clone(row),
    });
    fleet.exceptions = rows.collect();
    let hours = fleet.exceptions.iter().find(|row| row.kind == ExceptionKind::RunsOut).unwrap();
    assert_eq!(hours.severity, Severity::High);
    let shown = picture(&mut live(fleet), 120, 24);
    let line = shown.lines().find(|line| line.contains(" 0091 ")).unwrap();
    assert!(line.starts_with("CRIT") && line.contains("LATE 35m") && line.contains("+HOURS"), "{line}");
}

#[test]
fn the_boards_rows_are_written_to_a_file_as_those_of_a_table() {
    let mut app = live(wrong());
    press(&mut app, "/late<enter>");
    let Some(Effect::Export(file)) = press(&mut app, "x") else { panic!("no file") };
    assert!(file.name.starts_with("backhaul-board-"), "{}", file.name);
    let lines: Vec<&str> = file.text.lines().collect();
    assert!(lines[0].contains("filter late (4 hidden)"), "{}", lines[0]);
    assert_eq!(lines[1], "SEV,LEFT,LOAD,WHAT,REMEDY,WITH,WHO");
    assert!(lines[2].contains("\"LATE 35m 14H, Oklahoma City OK +HOURS\""), "whole: {}", lines[2]);
    assert_eq!((lines.len(), file.rows), (3, 1));
}

#[test]
fn that_judging_has_just_begun_stands_first_as_long_as_most_is_to_come() {
    let watched = |id: &str| Exception { id: id.into(), ..Exception::default() };
    let two = || [watched("a"), watched("b")];
    let notice = "JUDGING HAS JUST BEGUN: 2 that just began are shown if they last";
    let mut begun = judged(fresh());
    begun.exceptions = two().into_iter().collect();
    let polled_for = |fleet: Fleet, seconds: u64| {
        let mut app = live(fleet);
        let leader = Leader { pid: 7, host: "box".into(), since_at: ago(seconds) };
        app.update(Event::Leader(Polled::By(leader)));
        picture(&mut app, 120, 24)
    };
    let shown = polled_for(begun.clone(), 60);
    assert_eq!(shown.lines().nth(3), Some(notice), "{shown}");
    assert!(!shown.contains("Quiet") && !shown.contains("Not all"), "{shown}");
    // At any other hour something has just begun.
    let shown = polled_for(begun, 3600);
    assert!(!shown.contains("JUST BEGUN"), "{shown}");
    assert!(shown.contains("no all-clear: 2 that just began are shown if they last."), "{shown}");
    // Among much that stands, two more are a remark.
    let mut under_way = judged(fresh());
    under_way.exceptions = queue().with(two().to_vec());
    let shown = polled_for(under_way, 60);
    assert!(!shown.contains("JUST BEGUN"), "{shown}");
    assert!(shown.contains("Not all: 2 that just began are shown if they last."), "{shown}");
}

#[test]
fn that_nobody_polls_is_said_on_top_of_every_panel_as_soon_as_it_is_seen() {
    let mut app = live(wrong());
    let top = |app: &mut App| picture(app, 80, 24).lines().next().unwrap().to_owned();
    let leader = |leader: Option<Leader>| {
        let polled = leader.clone().map_or(Polled::ByNobody, Polled::By);
        [Event::Leader(polled), mode(leader.is_some())]
    };
    let tell =
        |app: &mut App, events: [Event; 2]| events.into_iter().for_each(|event| drop(app.update(event)));
    tell(&mut app, leader(Some(Leader { pid: 7, host: "box".into(), since_at: ago(900) })));
    assert!(top(&mut app).starts_with("LIVE 5s"));
    tell(&mut app, leader(None));
    for panel in ["1", "2", "3", "4", "5", "6", "7"] {
        press(&mut app, panel);
        assert!(top(&mut app).starts_with("NOBODY POLLS"), "{}", top(&mut app));
    }
    tell(&mut app, leader(Some(Leader { pid: 8, host: "box".into(), since_at: ago(1) })));
    assert!(top(&mut app).starts_with("LIVE 5s"));
}

fn mode(is_polled: bool) -> Event {
    Event::Mode(if is_polled { Mode::Live { every_s: 5 } } else { Mode::View })
}
