//! What people do with the board is told to them, and to whom they do it: claims that are taken, snoozes that are too
//! long, keys that do nothing.

use backhaul::model::{MovementKey, Viewer};
use backhaul::tui::app::Effect;
use backhaul::tui::event::Event;

use super::board::{live, wrong};
use super::made::{hence, told};
use super::{picture, press};

const LATE: &str = "schedule:TMS:0091";

#[test]
fn what_is_taken_from_somebody_is_told_to_them_and_the_footer_says_nothing_else() {
    let claimed = |user: &str| {
        let mut fleet = wrong();
        let mut rows: Vec<_> = fleet.exceptions.iter().map(|row| row.as_ref().clone()).collect();
        for row in rows.iter_mut().filter(|row| row.id == LATE) {
            row.handling.claim =
                Some(backhaul::model::Mark { user: user.into(), at: hence(0), ..Default::default() });
        }
        fleet.exceptions = rows.into_iter().collect();
        fleet
    };
    let mut app = live(claimed("ann"));
    app.update(Event::Done("0091: everybody reads that you see to it".into()));
    app.update(told(claimed("ann")));
    assert!(!picture(&mut app, 120, 24).contains("took it from you"));
    app.update(told(claimed("bob")));
    let shown = picture(&mut app, 120, 24);
    assert!(shown.contains("0091: bob took it from you at 14:05"), "{shown}");
    assert!(!shown.contains("that you see to it"), "{shown}");
}

#[test]
fn a_snooze_beyond_the_time_to_act_says_so() {
    let said = |typed: &str| match press(&mut live(wrong()), typed) {
        Some(Effect::Act { done, .. }) => done,
        other => panic!("{other:?}"),
    };
    assert!(said("z4h<enter>").contains("BUT the time to act ends at "));
    assert!(!said("z5m<enter>").contains("BUT"));
}

#[test]
fn whoever_takes_over_a_shift_is_shown_to_others_at_the_handoff() {
    let mut app = live(wrong());
    assert_eq!(press(&mut app, ":handoff<enter>"), Some(Effect::Look("handoff".to_owned())));
    assert_eq!(press(&mut app, "<esc>"), Some(Effect::Look("board".to_owned())));
}

#[test]
fn a_key_that_does_nothing_here_says_why() {
    let mut app = live(wrong());
    for (keys, why) in [
        ("S", "the order here is fixed"),
        ("2x", "there is no table here"),
        ("3j<enter>s", "for the table behind the page"),
        ("x", "for the table behind the page"),
        ("/", "for the table behind the page"),
    ] {
        assert_eq!(press(&mut app, keys), None, "{keys}");
        let shown = picture(&mut app, 120, 24);
        assert!(shown.contains(why), "{keys}: {shown}");
    }
}

#[test]
fn of_one_login_several_consoles_are_told_apart_and_one_is_never_told_of_itself() {
    let at_load = |user: &str, pid: u32| {
        let mut fleet = wrong();
        let load = MovementKey { company_id: "TMS".into(), id: "0091".into() };
        let view = Viewer::view_of_load(&load);
        let viewer = Viewer { user: user.into(), host: "box".into(), pid, view, ..Viewer::default() };
        fleet.viewers = vec![viewer];
        let mut app = live(fleet);
        press(&mut app, "/0091<enter><enter>");
        picture(&mut app, 120, 30)
    };
    assert!(at_load("ann", 2).contains("another console of ann is looking at load 0091 too"));
    assert!(at_load("bob", 3).contains("bob is looking at load 0091 too"));
    let alone = at_load("ann", 1);
    assert!(alone.contains("0091") && !alone.contains("looking at"), "{alone}");
}
