//! What keys do to what stands on the board: seen, claimed, snoozed, noted, and what is asked to be written.

use std::time::Duration;

use backhaul::model::{Deed, Exception, Fleet, Mark, Snooze};
use backhaul::tui::app::{App, Effect};
use backhaul::tui::event::Event;

use super::board::{HOURS, LATE, live, wrong};
use super::made::{ago, hence, now, told};
use super::{picture, press};

fn act(app: &mut App, keys: &str) -> (Vec<String>, Deed) {
    picture(app, 80, 24);
    match press(app, keys) {
        Some(Effect::Act { on, deed, .. }) => (on.into_iter().map(|(id, _)| id).collect(), deed),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_key_is_about_all_that_is_wrong_with_the_load_wherever_it_is_pressed() {
    let mut app = live(wrong());
    assert_eq!(act(&mut app, "a"), (vec![LATE.into(), HOURS.into()], Deed::Ack));
    assert_eq!(press(&mut app, "C"), None, "bob has one of them: it is said before it is taken");
    assert!(picture(&mut app, 120, 24).contains("bob has it since"));
    assert_eq!(act(&mut app, "C"), (vec![LATE.into(), HOURS.into()], Deed::Claim));
    assert_eq!(press(&mut app, "CjkC"), None, "another key between takes the question back");
    assert_eq!(press(&mut app, "j"), None);
    let both = || vec![LATE.to_owned(), HOURS.to_owned()];
    for (keys, place) in [
        ("k<enter>", "on the page of the worst"),
        ("<esc>/short<enter><enter>", "on that of the other"),
        ("<esc><esc>3jj", "among the loads"),
        ("w", "on its plan"),
    ] {
        press(&mut app, keys);
        assert_eq!(act(&mut app, "CC"), (both(), Deed::Claim), "{place}");
        assert_eq!(act(&mut app, "a"), (both(), Deed::Ack), "{place}");
        assert_eq!(act(&mut app, "z<enter>").0, both(), "{place}");
        assert_eq!(act(&mut app, "nx<enter>"), (vec![LATE.into()], Deed::Note("x".into())), "{place}");
    }
    assert_eq!(act(&mut app, "<esc>4a"), (both(), Deed::Ack), "on the driver");
}

#[test]
fn a_key_on_a_page_of_several_loads_names_each_that_it_is_about() {
    let mut fleet = wrong();
    let mut held = Exception::clone(fleet.exceptions.get(&"detention:TMS:s3".to_owned()).unwrap());
    held.touches.driver_id = Some(backhaul::model::UnitId("sam:ann".into()));
    fleet.exceptions = fleet.exceptions.with(vec![held]);
    let mut app = live(fleet);
    for (keys, place) in [("4", "among the drivers"), ("<enter>", "on the driver's page")] {
        press(&mut app, keys);
        picture(&mut app, 120, 24);
        assert_eq!(press(&mut app, "C"), None, "{place}");
        let shown = picture(&mut app, 120, 24);
        assert!(shown.contains("0091 and 0092: bob has it since"), "{place}: {shown}");
        match press(&mut app, "C") {
            Some(Effect::Act { on, deed: Deed::Claim, done }) => {
                assert_eq!(on.len(), 3, "{place}");
                assert!(done.starts_with("0091 and 0092: everybody reads that you see to it"), "{done}");
            }
            other => panic!("{place}: {other:?}"),
        }
        // A note is about one.
        press(&mut app, "n");
        assert!(picture(&mut app, 120, 24).contains("note on 0091:"), "{place}");
        press(&mut app, "<esc>");
    }
}

#[test]
fn all_who_have_a_part_of_a_load_are_named_before_it_is_taken() {
    let mut app = live(wrong());
    picture(&mut app, 120, 24);
    assert_eq!(press(&mut app, "C"), None, "bob has one of them");
    let mut fleet = wrong();
    let mut hours = Exception::clone(fleet.exceptions.get(&HOURS.to_owned()).unwrap());
    hours.handling.claim = Some(Mark { user: "cy".into(), at: ago(300), ..Mark::default() });
    fleet.exceptions = fleet.exceptions.with(vec![hours]);
    app.update(told(fleet));
    picture(&mut app, 120, 24);
    assert_eq!(press(&mut app, "C"), None, "cy has the other since it was asked");
    let shown = picture(&mut app, 80, 24);
    assert!(
        shown.contains("0091: bob has it since 13:55, cy since 14:00; the same key again takes it"),
        "{shown}"
    );
    match press(&mut app, "C") {
        Some(Effect::Act { done, .. }) => assert!(done.ends_with(", bob and cy had it"), "{done}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_one_of_two_exceptions_is_snoozed_for_is_claimed_as_a_whole() {
    let mut fleet = snoozed("ann");
    let mut late = Exception::clone(fleet.exceptions.get(&LATE.to_owned()).unwrap());
    (late.handling.snoozes, late.handling.claim) = (Vec::new(), None);
    fleet.exceptions = fleet.exceptions.with(vec![late]);
    let mut app = live(fleet);
    let line = picture(&mut app, 80, 24).lines().find(|line| line.contains("0091")).unwrap().to_owned();
    assert!(!line.contains("+HOURS"), "{line}");
    assert_eq!(act(&mut app, "C"), (vec![LATE.into(), HOURS.into()], Deed::Claim));
}

#[test]
fn a_note_is_read_on_every_page_of_its_load() {
    let mut app = live(wrong());
    picture(&mut app, 80, 24);
    press(&mut app, "/short<enter><enter>");
    let shown = picture(&mut app, 100, 40);
    assert!(shown.contains("0091 HOURS") && shown.contains("called, he stops at the Flying J"), "{shown}");
}

#[test]
fn what_is_mine_is_taken_back_by_the_same_key() {
    let mut app = live(wrong());
    picture(&mut app, 80, 24);
    assert_eq!(act(&mut app, "jjja"), (vec!["detention:TMS:s3".into()], Deed::Unack));
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
