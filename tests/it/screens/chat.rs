//! The chat: what is typed is asked, what comes is shown as it comes, what an answer names leads to its row.

use backhaul::rules::find::Kind;
use backhaul::tui::app::{App, Effect};
use backhaul::tui::chat::{Answer, Cite, Past, Told, Turn, Wish};
use backhaul::tui::event::Event;
use backhaul::tui::glyphs::Glyphs;

use super::made::{ago, small, told};
use super::{app_with, picture, press, selected, told_of};

const TEXT: &str = "**2 loads** may be late:\n\n1. Load 0091, Ann Peña: *RISK* 25m, `14H` ends 18:30.\n2. Load 0093: nobody.\n\n| LOAD | SLACK |\n|---|---:|\n| 0091 | -25 |\n| 0093 | -90 |\n\nHe may be there at 17:17.";

fn asked(app: &mut App, question: &str) -> (Turn, Option<String>) {
    match press(app, &format!("{question}<enter>")) {
        Some(Effect::Chat(Wish::Ask { turn, selected, question: sent })) => {
            assert_eq!(sent, question);
            (turn, selected)
        }
        other => panic!("{other:?}"),
    }
}

fn tell(app: &mut App, turn: Turn, told: Told) {
    app.update(Event::Chat(turn, told));
}

fn cite(kind: Kind, id: &str, label: &str) -> Cite {
    Cite { kind, id: id.into(), company_id: None, label: label.into(), observed_at: Some(ago(240)) }
}

fn answer() -> Answer {
    let doubt = TEXT.find("17:17").unwrap();
    let fleet = small();
    let driver = fleet.drivers.iter().find(|row| row.name == "Ann Peña").unwrap();
    Answer {
        text: TEXT.into(),
        is_complete: true,
        notice: Some("answered by the demo model: a set of simple rules, not Gemini".into()),
        cost: Some("$0.00042".into()),
        cites: vec![
            cite(Kind::Movement, "0091", "0091"),
            cite(Kind::Driver, &driver.id.0, &driver.name),
            cite(Kind::Movement, "0093", "0093"),
            cite(Kind::Movement, "gone", "gone"),
        ],
        oldest_at: Some(ago(300)),
        unsupported: std::iter::once(doubt..doubt + 5).collect(),
    }
}

fn answer_to(app: &mut App, turn: Turn) {
    tell(app, turn, Told::LooksUp { call: 0, what: "late loads".into() });
    tell(app, turn, Told::LookedUp { call: 0, line: "2 loads may be late".into(), is_ok: true });
    tell(app, turn, Told::LooksUp { call: 1, what: "get_eta (movement: 9)".into() });
    tell(app, turn, Told::LookedUp { call: 1, line: "no load is called 9".into(), is_ok: false });
    tell(app, turn, Told::Words(TEXT.into()));
    tell(app, turn, Told::Answer(Box::new(answer())));
}

fn answered(mut app: App) -> App {
    app.update(told(small()));
    press(&mut app, "3jc");
    let (turn, selected) = asked(&mut app, "what's going to be late and why");
    assert_eq!(selected.as_deref(), Some("load 0091"), "what is selected goes along");
    answer_to(&mut app, turn);
    app
}

#[test]
fn an_answer_over_the_panel_in_80_columns() {
    insta::assert_snapshot!("chat_80", picture(&mut answered(super::app()), 80, 24));
}

#[test]
fn an_answer_beside_the_panel_in_120_columns() {
    insta::assert_snapshot!("chat_120", picture(&mut answered(super::app()), 120, 36));
}

#[test]
fn an_answer_beside_the_panel_in_200_columns() {
    insta::assert_snapshot!("chat_200", picture(&mut answered(super::app()), 200, 60));
}

#[test]
fn an_answer_in_ascii() {
    let shown = picture(&mut answered(app_with(Glyphs::Ascii)), 120, 36);
    assert!(shown.is_ascii());
    insta::assert_snapshot!("chat_ascii", shown);
}

#[test]
fn before_anything_is_asked_it_says_what_can_be() {
    let mut app = told_of(small());
    press(&mut app, "5c");
    insta::assert_snapshot!("chat_empty", picture(&mut app, 80, 24));
}

#[test]
fn words_show_as_they_come_and_late_ones_change_nothing() {
    let mut app = told_of(small());
    press(&mut app, "c");
    let (first, _) = asked(&mut app, "where is 418");
    assert!(picture(&mut app, 80, 24).contains("… asking"));
    tell(&mut app, first, Told::LooksUp { call: 0, what: "get_driver_location (driver: 418)".into() });
    assert!(picture(&mut app, 80, 24).contains("… get_driver_location"));
    tell(&mut app, first, Told::Waits("the model is busy; trying again in 2s".into()));
    assert!(picture(&mut app, 80, 24).contains("busy; trying again in 2s"));
    tell(&mut app, first, Told::Words("Near Ama".into()));
    let shown = picture(&mut app, 80, 24);
    assert!(shown.contains("Near Ama") && !shown.contains("busy"), "{shown}");
    assert_eq!(
        press(&mut app, "<esc>"),
        Some(Effect::Chat(Wish::Cancel(first.conversation))),
        "the first esc takes the question back"
    );
    let cancelled = picture(&mut app, 80, 24);
    assert!(cancelled.contains("cancelled: this is not all, and not checked"), "{cancelled}");
    for late in [Told::Words("rillo".into()), Told::Answer(Box::default()), Told::Nothing("no".into())] {
        app.take_stale();
        tell(&mut app, first, late);
        assert!(!app.take_stale(), "it is not even drawn anew");
    }
    assert_eq!(picture(&mut app, 80, 24), cancelled);
    let (second, _) = asked(&mut app, "and 9");
    tell(&mut app, first, Told::Words("late".into()));
    tell(&mut app, second, Told::Words("Tulsa".into()));
    let shown = picture(&mut app, 80, 24);
    assert!(shown.contains("Tulsa") && !shown.contains("late"), "{shown}");
    // A question while another is asked takes that one back.
    let (third, _) = asked(&mut app, "and 12");
    tell(&mut app, second, Told::Words(" OK".into()));
    tell(&mut app, third, Told::Nothing("Gemini cannot be reached: check the network".into()));
    let shown = picture(&mut app, 80, 24);
    assert!(shown.contains("Gemini cannot be reached") && !shown.contains("Tulsa OK"), "{shown}");
    assert_eq!(press(&mut app, "<esc>"), None, "nothing is asked any more");
    let shown = picture(&mut app, 80, 24);
    assert!(!shown.contains("Gemini") && !app.quit(), "the second esc puts it away: {shown}");
    press(&mut app, "c");
    assert!(picture(&mut app, 80, 24).contains("Gemini cannot be reached"), "and it is kept");
}

#[test]
fn what_an_answer_names_leads_to_its_row() {
    let mut app = answered(super::app());
    press(&mut app, "<tab>");
    picture(&mut app, 120, 36);
    press(&mut app, "<tab>");
    assert_eq!(press(&mut app, "<enter>"), Some(Effect::Look("drivers".to_owned())));
    assert!(picture(&mut app, 120, 36).contains("17:17(?)"), "the chat stays beside it");
    assert!(
        selected(&mut app).starts_with("Ann Peña"),
        "at 80 columns the row is in sight, and the chat is not"
    );
    press(&mut app, "c<tab>j<tab><enter>");
    assert_eq!(app.looking_at(), "movements");
    assert!(selected(&mut app).starts_with("0093"));
    press(&mut app, "c<tab><tab><tab><tab><enter>");
    assert!(picture(&mut app, 120, 36).contains("gone is not in the database any more"));
    // A filter that hides the row is left alone: the page opens.
    press(&mut app, "<esc><esc>3/0093<enter>c<tab><enter>");
    assert!(picture(&mut app, 120, 36).contains("Load 0091"));
}

#[test]
fn an_answer_is_copied_with_what_must_not_be_told_without_it() {
    let mut app = told_of(small());
    press(&mut app, "c");
    assert_eq!(press(&mut app, "<tab>y"), None);
    press(&mut app, "<esc>");
    let (turn, _) = asked(&mut app, "late");
    answer_to(&mut app, turn);
    let Some(Effect::Copy(text)) = press(&mut app, "<tab>y") else { panic!() };
    assert_eq!(text, format!("{TEXT}\n(NOT from the data: 17:17)\n(oldest data of 14:00 CST)"));
}

#[test]
fn questions_come_back_and_letters_are_letters() {
    let mut app = told_of(small());
    press(&mut app, "c");
    asked(&mut app, "quite late? yes:j");
    asked(&mut app, "second");
    let line = |app: &mut App| picture(app, 80, 24).lines().nth(22).unwrap().to_owned();
    press(&mut app, "<up>");
    assert_eq!(line(&mut app), "> second");
    press(&mut app, "<up><up>");
    assert_eq!(line(&mut app), "> quite late? yes:j");
    press(&mut app, "<down><down>");
    assert_eq!(line(&mut app), ">");
    app.update(Event::Paste("who\u{1b}[31m runs\nout".into()));
    assert_eq!(line(&mut app), "> who runs out");
    assert!(!app.quit());
}

#[test]
fn conversations_are_kept_apart() {
    let mut app = told_of(small());
    press(&mut app, "c");
    let (first, _) = asked(&mut app, "one");
    assert_eq!(press(&mut app, ":new<enter>"), None);
    let (second, _) = asked(&mut app, "two");
    assert_ne!(first.conversation, second.conversation);
    tell(&mut app, first, Told::Words("of the first".into()));
    tell(&mut app, second, Told::Words("of the second".into()));
    let shown = picture(&mut app, 80, 24);
    assert!(shown.contains("Chat 2 of 2") && shown.contains("of the second"), "{shown}");
    assert!(!shown.contains("of the first"), "{shown}");
    press(&mut app, "<ctrl-o>");
    assert!(picture(&mut app, 80, 24).contains("of the first"), "what came meanwhile is there");
    press(&mut app, "<esc><esc>:new<enter>");
    assert!(picture(&mut app, 80, 24).contains("Chat 3 of 3"), "from the panel too");
    for _ in 0..6 {
        asked(&mut app, "more");
        assert_eq!(press(&mut app, ":new<enter>"), None);
    }
    asked(&mut app, "more");
    assert_eq!(
        press(&mut app, ":new<enter>"),
        Some(Effect::Chat(Wish::Forget(first.conversation))),
        "the oldest goes"
    );
}

#[test]
fn it_follows_what_comes_only_at_the_end() {
    let mut app = told_of(small());
    press(&mut app, "c");
    let (turn, _) = asked(&mut app, "all");
    let lines =
        |from: u32, to: u32| (from..to).map(|n| format!("line {n:03}\n\n")).collect::<Vec<_>>().concat();
    picture(&mut app, 80, 24);
    tell(&mut app, turn, Told::Words(lines(0, 50)));
    let shown = picture(&mut app, 80, 24);
    assert!(shown.contains("> all") && shown.contains("line 000"), "from its beginning: {shown}");
    assert!(!shown.contains("line 049") && shown.contains(" lines below: pagedown"), "{shown}");
    press(&mut app, "<pagedown><pagedown><pagedown><pagedown><pagedown><pagedown>");
    let shown = picture(&mut app, 80, 24);
    assert!(shown.contains("line 049") && !shown.contains(" below: "), "{shown}");
    press(&mut app, "<pageup>");
    // How much there is below grows.
    let held = |app: &mut App| -> Vec<String> {
        picture(app, 80, 24)
            .lines()
            .filter(|line| !line.contains(" lines below: "))
            .map(str::to_owned)
            .collect()
    };
    let before = held(&mut app);
    assert!(!before.concat().contains("line 049"));
    tell(&mut app, turn, Told::Words(lines(50, 60)));
    assert_eq!(held(&mut app), before, "what is read stays where it is");
    press(&mut app, "<pagedown><pagedown><pagedown><pagedown>");
    assert!(picture(&mut app, 80, 24).contains("line 059"));
    tell(&mut app, turn, Told::Words(lines(60, 70)));
    assert!(picture(&mut app, 80, 24).contains("line 069"), "and at the end it follows again");
    let (next, _) = asked(&mut app, "next");
    tell(&mut app, next, Told::Words("short".into()));
    let shown = picture(&mut app, 80, 24);
    assert!(
        shown.contains("line 069") && shown.contains("short"),
        "what fits stands below the rest: {shown}"
    );
    tell(&mut app, next, Told::Words(lines(0, 50)));
    let shown = picture(&mut app, 80, 24);
    assert!(shown.contains("> next") && !shown.contains("line 069"), "{shown}");
}

#[test]
fn the_panel_beside_it_has_the_keys_when_they_are_given_back() {
    let mut app = answered(super::app());
    press(&mut app, "<ctrl-t>");
    picture(&mut app, 120, 36);
    press(&mut app, "5j");
    let shown = picture(&mut app, 120, 36);
    assert!(shown.contains("Tractors 5") && shown.contains("this: tractor 12"), "{shown}");
    press(&mut app, "?ask in plain");
    let shown = picture(&mut app, 120, 36);
    assert!(shown.contains("ask in plain words"), "{shown}");
}

#[test]
fn no_size_panics() {
    let sizes = (1..=130).step_by(6).flat_map(|width| (1..=40).step_by(5).map(move |height| (width, height)));
    let mut app = answered(super::app());
    for keys in ["", "<tab>", "<tab>", "<pageup>", "<esc>", "東京", "<ctrl-t>", "c"] {
        press(&mut app, keys);
        for (width, height) in sizes.clone() {
            picture(&mut app, width, height);
        }
    }
}

#[test]
fn a_console_that_is_opened_again_says_how_to_go_back_and_leads_to_the_newest_first() {
    let mut app = told_of(small());
    let past = |asked: &str| Past {
        asked: asked.into(),
        about: None,
        told: vec![Told::Answer(Box::new(Answer { text: format!("Of {asked}."), ..Answer::default() }))],
    };
    app.know_chats(vec![vec![past("oldest")], vec![past("newest")]]);
    press(&mut app, "c");
    let shown = picture(&mut app, 80, 24);
    assert!(shown.contains("ctrl-o goes back to the one before, last asked: newest"), "{shown}");
    press(&mut app, "<ctrl-o>");
    assert!(picture(&mut app, 80, 24).contains("Of newest."));
    press(&mut app, "<ctrl-o>");
    assert!(picture(&mut app, 80, 24).contains("Of oldest."));
    press(&mut app, "<ctrl-o>");
    assert!(picture(&mut app, 80, 24).contains("This conversation is new."));
}
