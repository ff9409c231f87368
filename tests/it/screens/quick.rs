//! What a dispatcher asks without a look at where it is kept: a number that is typed, who is near, the change of shift.

use std::time::Duration;

use backhaul::model::{Deed, Exception, ExceptionKind, Mark, Touches};
use backhaul::tui::app::{App, Effect};
use backhaul::tui::event::Event;
use crossterm::event::{KeyCode, KeyEvent};

use super::board::wrong;
use super::made::{now, small, told};
use super::wrong::queue;
use super::{picture, press, told_of};

fn title(app: &mut App) -> String {
    picture(app, 80, 24).lines().nth(1).unwrap().to_owned()
}

#[test]
fn a_number_that_is_typed_opens_what_is_called_so_and_leads_back_to_where_it_was_typed() {
    let mut app = told_of(wrong());
    press(&mut app, "4");
    assert_eq!(press(&mut app, "53012<enter>"), None);
    assert!(title(&mut app).starts_with("Trailer 53012"), "{}", title(&mut app));
    press(&mut app, "<esc>");
    assert!(title(&mut app).starts_with("Drivers"), "{}", title(&mut app));
    // A load, an order, a PO: whatever is called so.
    press(&mut app, "88123<enter>");
    assert!(title(&mut app).starts_with("Load 0091"), "{}", title(&mut app));
    assert!(picture(&mut app, 80, 24).contains("as of 14:05 CST."), "it stands there to be read out");
}

#[test]
fn panels_are_walked_through_by_digits_as_ever() {
    let mut app = told_of(wrong());
    press(&mut app, "45");
    assert!(title(&mut app).starts_with("Tractors"));
    press(&mut app, "j6j7");
    assert!(title(&mut app).starts_with("Health"));
    for digit in ["1", "5", "6", "7"] {
        press(&mut app, digit);
    }
    assert!(title(&mut app).starts_with("Health"), "with a look at each: {}", title(&mut app));
}

#[test]
fn a_number_that_may_be_begun_is_said_so_until_a_pause_or_escape_ends_it() {
    let mut app = told_of(wrong());
    let mut digits = |digits: &str| {
        for digit in digits.chars() {
            app.update(Event::Key(KeyEvent::from(KeyCode::Char(digit))));
        }
        picture(&mut app, 80, 24)
    };
    assert!(!digits("4").contains("number"), "one digit is a panel's key");
    assert!(digits("5").contains("number 45: one more digit at once looks it up, esc ends it"));
    app.update(Event::Pause);
    assert!(!picture(&mut app, 80, 24).contains("number"));
    press(&mut app, "6");
    assert!(title(&mut app).starts_with("Trailers"), "it was not the third digit of anything");
    for digit in "45".chars() {
        app.update(Event::Key(KeyEvent::from(KeyCode::Char(digit))));
    }
    app.update(Event::Key(KeyEvent::from(KeyCode::Esc)));
    press(&mut app, "6");
    assert!(title(&mut app).starts_with("Trailers"), "nor after escape");
}

#[test]
fn the_digit_of_a_panel_just_before_a_number_is_no_part_of_it() {
    let mut app = told_of(wrong());
    press(&mut app, "153012<enter>");
    let offered = picture(&mut app, 80, 24);
    assert!(offered.contains("nothing is called 153012; below is what is called 53012"), "{offered}");
    press(&mut app, "<enter>");
    assert!(title(&mut app).starts_with("Trailer 53012"), "{}", title(&mut app));
    press(&mut app, "<esc>3153012<enter>");
    let offered = picture(&mut app, 80, 24);
    assert!(offered.contains("nothing is called 3153012; below is what is called 53012"), "{offered}");
    press(&mut app, "<enter>");
    assert!(title(&mut app).starts_with("Trailer 53012"), "{}", title(&mut app));
    press(&mut app, "<esc>1");
    press(&mut app, "1530<esc>");
    assert!(title(&mut app).starts_with("Board"), "what was not meant is put away");
    press(&mut app, "99999<enter>");
    assert!(picture(&mut app, 80, 24).contains("nothing is called 9"), "and what is not there is said");
}

#[test]
fn who_is_near_is_asked_in_the_filter_of_any_panel() {
    let mut app = told_of(wrong());
    press(&mut app, "5/near 418 100 drive>=5h trailer:empty<enter>");
    assert!(title(&mut app).starts_with("Near tractor 418"), "{}", title(&mut app));
    let shown = picture(&mut app, 80, 24);
    assert!(shown.contains("within 100 mi, 5h00 to drive, not loaded"), "{shown}");
    press(&mut app, "<esc>");
    assert!(title(&mut app).starts_with("Tractors 5,"), "no filter is left: {}", title(&mut app));
    press(&mut app, "/near nowhere drive<5h<enter>");
    assert!(picture(&mut app, 80, 24).contains("`drive<5h` is not understood"));
    press(&mut app, "<esc>/nearby<enter>");
    assert!(title(&mut app).starts_with("Tractors"), "a word that only begins so is a filter");
}

#[test]
fn of_several_things_wrong_with_a_load_the_one_that_is_asked_for_is_opened() {
    let mut app = told_of(wrong());
    press(&mut app, "<enter>");
    assert!(title(&mut app).starts_with("0091 LATE"), "{}", title(&mut app));
    press(&mut app, "<esc>/runs_out<enter><enter>");
    assert!(title(&mut app).starts_with("0091 HOURS"), "{}", title(&mut app));
}

#[test]
fn a_shift_is_taken_over_line_by_line() {
    let mut app = told_of(wrong());
    assert_eq!(press(&mut app, " "), None);
    press(&mut app, ":handoff<enter>");
    let shown = picture(&mut app, 120, 36);
    assert!(shown.contains("Open: 4, worst first, unowned: 3, accepted: 0"), "{shown}");
    assert!(shown.contains("Ended, and gone once that has lasted: 1"), "{shown}");
    let of_load = |line: &&str| line.starts_with('›') && line.contains(" 0091 ");
    assert_eq!(shown.lines().filter(of_load).count(), 1, "{shown}");
    assert!(shown.contains("space take over"), "{shown}");
    assert_eq!(press(&mut app, " "), None, "bob has it: it is said before it is taken");
    assert!(picture(&mut app, 120, 36).contains("bob has it since"));
    assert_eq!(press(&mut app, "jk "), None, "another key between takes the question back");
    let mut accept = || match press(&mut app, " ") {
        Some(Effect::Act { on, deed: Deed::Accept, done }) => (on, done),
        other => panic!("{other:?}"),
    };
    let (first, done) = accept();
    assert_eq!(first.len(), 2, "all that is wrong with the load");
    assert_eq!(done, "0091: everybody reads that you have taken it over, bob had it");
    let (second, _) = accept();
    assert_ne!(first[0].0, second[0].0, "the cursor went on");
    // The keys of exceptions are about the line, too.
    match press(&mut app, "kC") {
        Some(Effect::Act { on, deed: Deed::Claim, .. }) => assert_eq!(on[0].0, second[0].0),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_comes_above_the_line_in_hand_moves_the_page_and_not_the_cursor() {
    let crowded = || {
        let mut fleet = wrong();
        let worst = Exception::clone(fleet.queue()[0]);
        let more = (0..40).map(|number| Exception {
            id: format!("more:{number}"),
            score: i64::MAX,
            touches: Touches { movement_id: Some(format!("9{number}").into()), ..worst.touches.clone() },
            ..worst.clone()
        });
        fleet.exceptions = fleet.exceptions.with(more);
        fleet
    };
    let mut app = told_of(wrong());
    press(&mut app, ":handoff<enter>jjj");
    picture(&mut app, 80, 24);
    let taken = |app: &mut App| match press(app, " ") {
        Some(Effect::Act { on, deed: Deed::Accept, .. }) => on[0].0.clone(),
        other => panic!("{other:?}"),
    };
    let mut alone = told_of(wrong());
    press(&mut alone, ":handoff<enter>jjj");
    let order = [taken(&mut alone), taken(&mut alone)];
    app.update(told(crowded()));
    picture(&mut app, 80, 24);
    assert_eq!([taken(&mut app), taken(&mut app)], order);
}

#[test]
fn of_a_line_that_tells_of_several_things_nobody_s_claim_is_hidden() {
    let mut fleet = wrong();
    let rows = fleet.exceptions.iter().map(|row| {
        let mut row = Exception::clone(row);
        row.handling.claim = None;
        if row.kind == ExceptionKind::RunsOut {
            let seen = row.seen(now());
            row.handling.claim = Some(Mark { user: "bob".into(), host: "box".into(), at: now(), seen });
        }
        row
    });
    fleet.exceptions = rows.collect::<Vec<_>>().into_iter().collect();
    let shown = picture(&mut told_of(fleet), 120, 24);
    let line =
        shown.lines().find(|line| line.contains("0091") && line.contains("+HOURS")).unwrap().to_owned();
    assert!(line.contains("+bob"), "{shown}");
}

#[test]
fn what_was_taken_over_in_this_shift_is_not_taken_over_again_and_what_was_in_the_last_is() {
    let accepts = |hours: u64| {
        let rows = queue();
        let rows = rows.iter().map(|row| {
            let at = now().minus(Duration::from_hours(hours));
            let mark = Mark { user: "ann".into(), host: "box".into(), at, seen: row.seen(now()) };
            let mut row = Exception::clone(row);
            (row.handling.claim, row.handling.accepted) = (Some(mark.clone()), Some(mark));
            row
        });
        let mut fleet = small();
        fleet.exceptions = rows.collect::<Vec<_>>().into_iter().collect();
        let mut app = told_of(fleet);
        press(&mut app, ":handoff<enter>");
        press(&mut app, " ").is_some()
    };
    assert!(!accepts(11));
    assert!(accepts(13));
}
