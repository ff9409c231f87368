//! The palette and the help: what is found, in which order, what Enter does, and what they look like.

use backhaul::model::{Movement, MovementStatus};
use backhaul::tui::app::{App, Effect};
use backhaul::tui::event::Event;
use backhaul::tui::glyphs::Glyphs;

use super::made::{many, small, told};
use super::{app_with, picture, press, selected, told_of};

/// The lines of the palette, without what is above and below it.
fn lines(app: &mut App, width: u16, height: u16) -> Vec<String> {
    let shown = picture(app, width, height);
    let lines: Vec<&str> = shown.lines().collect();
    let rule = lines.iter().position(|line| line.starts_with("────")).unwrap();
    lines[rule + 1..lines.len() - 1].iter().map(|line| (*line).to_owned()).collect()
}

fn first(app: &mut App) -> String {
    lines(app, 100, 30).into_iter().nth(1).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_begins_with_the_number_comes_first_and_enter_opens_it() {
    let mut app = told_of(small());
    press(&mut app, "1:41");
    assert!(first(&mut app).starts_with("tractor 418 MOVE NE 63, 13 mi E of Amarillo TX near I-40 (seen"));
    press(&mut app, "<enter>");
    assert!(picture(&mut app, 80, 24).contains("Tractor 418"));
    press(&mut app, "<esc>");
    assert!(picture(&mut app, 80, 24).contains("worst first"), "back to where it was asked");
    for (typed, found) in [
        ("ann pena", "driver Ann Peña driving"),
        ("dallas", "town Dallas TX"),
        ("5550100", "driver Ann Peña"),
        ("0091", "load 0091"),
        ("91", "load 0091"),
        ("amarillo tx", "town Amarillo TX"),
        ("next l", "] next late go to"),
        ("nxl", "] next late go to"),
        ("detention", "d detention who is held"),
    ] {
        press(&mut app, &format!("<ctrl-p>{typed}"));
        let first = first(&mut app);
        assert!(first.starts_with(found), "{typed}: {first}");
        press(&mut app, "<esc>");
    }
}

#[test]
fn of_a_load_that_is_over_and_an_order_of_the_same_number_the_order_comes_first() {
    let mut fleet = small();
    let mut load = Movement::clone(fleet.movements.at(0).unwrap());
    for (status, found) in
        [(MovementStatus::InProgress, "load 55001"), (MovementStatus::Delivered, "order 55001")]
    {
        (load.tms.id, load.tms.status) = ("55001".into(), status);
        fleet.movements = fleet.movements.with(vec![load.clone()]);
        let mut app = told_of(fleet.clone());
        press(&mut app, ":55001");
        let first = first(&mut app);
        assert!(first.starts_with(found), "{first}");
    }
}

#[test]
fn enter_runs_an_action_and_the_arrows_choose() {
    let mut app = told_of(small());
    assert_eq!(press(&mut app, ":health<enter>"), Some(Effect::Look("health".to_owned())));
    assert_eq!(press(&mut app, ":refresh<enter>"), Some(Effect::Refresh));
    press(&mut app, ":4<down><down><up><enter>");
    assert!(picture(&mut app, 80, 24).contains("Driver") || picture(&mut app, 80, 24).contains("Tra"));
    assert_eq!(press(&mut app, ":leave<enter>"), None);
    assert!(app.quit());
}

#[test]
fn a_town_shows_the_tractors_around_it() {
    let mut app = told_of(small());
    assert_eq!(press(&mut app, ":amarillo tx<enter>"), Some(Effect::Look("tractors".to_owned())));
    let shown = picture(&mut app, 100, 24);
    assert!(shown.contains("Tractors 1 of 5") && shown.contains("/near:35.2"), "{shown}");
    assert!(shown.contains("around Amarillo TX"), "{shown}");
}

#[test]
fn it_closes_by_the_key_that_opened_it_by_esc_and_by_taking_back_more_than_there_is() {
    let mut app = told_of(small());
    for keys in [":<esc>", "::", "<ctrl-p><ctrl-p>", ":x<backspace><backspace>", "??", "?x<esc>"] {
        press(&mut app, keys);
        assert!(!picture(&mut app, 80, 24).contains("────"), "{keys}");
        assert!(selected(&mut app).is_empty() || !picture(&mut app, 80, 24).contains("Help "), "{keys}");
    }
    press(&mut app, ":q:?");
    assert!(picture(&mut app, 80, 24).contains(":q:?"), "letters are letters");
    assert!(!app.quit());
    app.update(Event::Paste("\u{1b}[31m418\n".into()));
    assert!(picture(&mut app, 80, 24).contains(":q:?418"));
    press(&mut app, "<ctrl-z>");
    assert!(app.take_wiped());
}

#[test]
fn a_command_can_be_chosen_and_then_typed_on() {
    let mut app = told_of(small());
    assert_eq!(press(&mut app, "5:save<enter>"), None);
    press(&mut app, ":sav<enter>");
    assert!(picture(&mut app, 80, 24).contains("\n:save "));
    assert!(matches!(press(&mut app, "north<enter>"), Some(Effect::KeepView(_))));
    press(&mut app, "1:nort");
    assert!(first(&mut app).starts_with("view north"), "{}", first(&mut app));
    assert_eq!(press(&mut app, "<enter>"), Some(Effect::Look("tractors".to_owned())));
}

#[test]
fn the_list_stays_while_the_fleet_changes_and_what_went_is_said_to_be_gone() {
    let mut app = told_of(small());
    press(&mut app, ":418");
    let before = first(&mut app);
    assert!(before.starts_with("tractor 418"), "{before}");
    app.update(told(super::only(&[("x", "9")])));
    assert!(first(&mut app).starts_with("tractor 418 no longer in the database"));
    press(&mut app, "<enter>");
    assert!(picture(&mut app, 80, 24).contains("It is no longer in the database"));
}

#[test]
fn of_many_that_fit_the_best_are_listed_and_all_are_counted() {
    let mut app = told_of(many(10_000));
    press(&mut app, ":1");
    let shown = lines(&mut app, 100, 30);
    assert!(shown[0].contains("the best "), "{}", shown[0]);
    press(&mut app, "<esc>:qqqqq");
    assert!(lines(&mut app, 100, 30)[0].ends_with("0 found"));
}

#[test]
fn the_help_is_for_this_screen_first_is_searched_by_typing_and_does_what_is_chosen() {
    let mut app = told_of(small());
    press(&mut app, "4?");
    let shown = picture(&mut app, 80, 24);
    assert!(shown.contains("Keys for this screen") && shown.contains("sort by the next column"), "{shown}");
    press(&mut app, "<esc>4<enter>?");
    assert!(!picture(&mut app, 80, 60).contains("sort by the next column"), "a page is not sorted");
    press(&mut app, "<esc><esc>?geonames");
    let shown = picture(&mut app, 80, 24);
    assert!(shown.contains("CC BY 4.0") && !shown.contains("Keys"), "{shown}");
    press(&mut app, "<esc>?ctrl-g");
    assert!(picture(&mut app, 80, 24).contains("group the rows"), "a key is found by its name");
    press(&mut app, "<esc>?turn the order");
    press(&mut app, "<enter>");
    assert!(picture(&mut app, 80, 24).contains("by name ▼"));
    press(&mut app, "?passes neither<enter>");
    assert!(picture(&mut app, 80, 24).contains("/drive>=5h"), "an example is put into the filter");
    press(&mut app, "<esc>?counted down<enter>");
    assert!(picture(&mut app, 80, 24).contains("the clock that ends driving first"), "words stay to be read");
}

#[test]
fn the_help_shows_the_keys_in_force() {
    let keys = [("refresh".to_owned(), vec!["f5".to_owned()])].into_iter().collect();
    let mut app = App::new(backhaul::tui::app::Setup {
        keys: backhaul::tui::keymap::KeyMap::load(keys).unwrap(),
        theme: backhaul::tui::theme::Theme::named("default", false).unwrap(),
        glyphs: Glyphs::Unicode,
        zone: jiff::tz::TimeZone::UTC,
        metric: false,
        own: std::sync::Arc::default(),
        user: "ann".into(),
        here: ("box".into(), 1),
        office: super::made::office(),
        mouse: backhaul::tui::app::Mouse::Off,
        calls: super::calls(),
        now: super::now(),
    });
    press(&mut app, "?every feed");
    let shown = picture(&mut app, 80, 24);
    assert!(
        shown.lines().any(|line| line.contains("f5 ") && line.contains("have every feed read now")),
        "{shown}"
    );
}

fn shown(glyphs: Glyphs, keys: &str, width: u16, height: u16) -> String {
    let mut app = app_with(glyphs);
    app.update(told(small()));
    press(&mut app, keys);
    picture(&mut app, width, height)
}

#[test]
fn the_palette_at_80_columns() {
    insta::assert_snapshot!(shown(Glyphs::Unicode, "5:amar", 80, 24), @r"
    VIEW  MCL <30s  MOT down 3m: credentials refused  SAM <10s  MAP ok     14:05 CST
    Tractors 5, by unit ▲            1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    UNIT▲ STATE        PLACE              DRIVER     TRAILER  LOAD    AGE   SOURCE
    9     IDLE 12m     Flying J, Tulsa OK Bob Stone  ?        0092    <30s  samsara
    12    DARK         -                  -          ?        -       -     -
    418   MOVE NE 63   13 mi E of Amaril… Ann Peña   53012 L  0091    <10s  samsara
    502   DARK 3h06    Elko NV            李 小龍    ?        -       3h06  motive
    T-77  STOP 2h14    Omaha NE           -          ?        -       6m    motive



    ────────────────────────────────────────────────────────────────────────────────
    :amar                                                                    4 found
      town       Amarillo TX         the tractors within 100 miles
      town       Antonio Amaro MX    the tractors within 100 miles
      town       El Plateado de Joaquin Amaro MX  the tractors within 100 miles
      town       Tierra Amarilla NM  the tractors within 100 miles






    enter go  esc back  down/up choose  pagedown/pageup page  ctrl-c leave
    ");
}

#[test]
fn the_palette_with_nothing_typed_at_120_columns() {
    insta::assert_snapshot!(shown(Glyphs::Unicode, "3:", 120, 36), @r"
    VIEW  MCL <30s  MOT down 3m: credentials refused  SAM <10s  MAP ok  5 trc, 3 trl, 4 drv, 3 open                14:05 CST
    Movements 4, by window ▲                        1 Board  2 Map  3 Movements  4 Drivers  5 Tractors  6 Trailers  7 Health
    LOAD    STATUS    DRIVER     TRACT TRAILER NEXT               WINDOW▲          ETA        SLACK     WHO   DISPATCH AGE
    0093    available -          -     -       Elko NV            10:35            -          PAST 1h30 -     jdoe     <30s
    0091    under way Ann Peña   418   53012   Oklahoma City OK   16:00-18:00      18:25 tms  RISK ~25m -     jdoe     <30s
    0092    covered   Bob Stone… 9     -       Lubbock TX         Tue 08:25-10:25* -          -         -     jdoe     <30s
    0090    delivered -          -     -       -                  -                -          -         -     jdoe     <30s










    ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    :                                                                  a unit, driver, load, PO, town (18960), or what to do
      enter      open                open the selected row: all that is known of it, with age and source
      /          filter              show only rows that pass: words, or what ? lists for the panel; `near dallas` and ente…
      s          sort                sort by the next column; on the board, look at health
      S          reverse             turn the order round
      |          columns             pick the columns: space shows or hides, s sorts, backspace lets the width choose
      ctrl-g     group               group the rows by dispatcher, then by fleet, then not
      y ctrl-y   copy                copy the row as a sentence (through the terminal, OSC 52)
      x          export              write the rows shown, or a detention's proof, to a CSV file; :export json for JSON
      a          ack                 say that you have seen it, again takes that back; it stays in sight
      C          claim               say that you see to it; again releases it
      z          snooze              do not bother me with it for a while; others still see it
      n          note                write a note on it, for everybody
      w          plan                can he make it legally: the plan of the selected load
      b          best                who else can take the selected load
      k up       up                  select the row above
      j down     down                select the row below
    enter go  esc back  down/up choose  pagedown/pageup page  ctrl-c leave
    ");
}

#[test]
fn the_palette_at_60_columns_in_ascii() {
    insta::assert_snapshot!(shown(Glyphs::Ascii, "4:an", 60, 20), @r"
    VIEW  MCL <30s  MOT down 3m: creden~  SAM <10s  MAP ok 14:05
    Drivers 4, by name ^                 1  2  3  4 Drv  5  6  7
    NAME^         STATUS LEGAL DRIVE     SHIFT CYCLE FIRST
    Ann Pe?a      DRIVE      -  7:04 ##.  8:18 45:28 BREAK 0:38
    Bob Stone     SB         -  0:00 ...  0:00  0:51 11H 0:00
    Cy Marlowe    -          -     -         -     - -
    ?  ? ?        ON         -     -         -     - -


    ------------------------------------------------------------
    :an                                                199 found
      driver     Ann Pe?a            driving, drive 7:04, shift~
      town       Anaheim CA          the tractors within 100 mi~
      town       Anchorage AK        the tractors within 100 mi~
      town       Ann Arbor MI        the tractors within 100 mi~
      town       Antioch CA          the tractors within 100 mi~
      town       Ankeny IA           the tractors within 100 mi~
      town       Anderson IN         the tractors within 100 mi~
      town       Antelope CA         the tractors within 100 mi~
    enter go  esc back  down/up choose  pagedown/pageup page
    ");
}

#[test]
fn the_help_offers_only_filters_that_work_on_the_panel_in_sight() {
    let offers = |panel: &str| {
        let help = shown(Glyphs::Unicode, &format!("{panel}?known to be"), 120, 60);
        help.contains("trailer=empty is what is known to be")
    };
    let panels = ["1", "2", "3", "4", "5", "6", "7", "5<enter>"];
    assert_eq!(panels.map(offers), [false, false, true, true, true, true, false, false]);
}

#[test]
fn the_help_at_80_columns() {
    insta::assert_snapshot!(shown(Glyphs::Unicode, "?", 80, 24), @r"
    VIEW  MCL <30s  MOT down 3m: credentials refused  SAM <10s  MAP ok     14:05 CST
    Board 0, worst first             1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    Help                                                              type to search
    Keys for this screen
      enter            open the selected row: all that is known of it, with age and
                       source
      /                show only rows that pass: words, or what ? lists for the
                       panel; `near dallas` and enter: who can be there first
      y ctrl-y         copy the row as a sentence (through the terminal, OSC 52)
      x                write the rows shown, or a detention's proof, to a CSV file;
                       :export json for JSON
      a                say that you have seen it, again takes that back; it stays in
                       sight
      C                say that you see to it; again releases it
      z                do not bother me with it for a while; others still see it
      n                write a note on it, for everybody
      Z                show or hide what you snoozed
      w                can he make it legally: the plan of the selected load
      b                who else can take the selected load

    Keys everywhere
      k up             select the row above
      j down           select the row below
    enter do it  esc back  down/up choose  pagedown/pageup page  ctrl-c leave
    ");
}

#[test]
fn the_help_searched_at_120_columns() {
    insta::assert_snapshot!(shown(Glyphs::Unicode, "4?miles", 120, 36), @r"
    VIEW  MCL <30s  MOT down 3m: credentials refused  SAM <10s  MAP ok  5 trc, 3 trl, 4 drv, 3 open                14:05 CST
    Drivers 4, by name ▲                            1 Board  2 Map  3 Movements  4 Drivers  5 Tractors  6 Trailers  7 Health
    Help miles                                                                                                       2 found
    Filters: every term must hold
      near:dallas<100  miles around a city, a unit, a driver or lat,lon; 100 where none are said; 160km where said so

    What is written
      near I-40        a road passes within a few miles of it; it need not be on it



























    enter do it  esc back  down/up choose  pagedown/pageup page  ctrl-c leave
    ");
}

#[test]
fn the_help_at_60_columns_in_ascii() {
    insta::assert_snapshot!(shown(Glyphs::Ascii, "5?", 60, 20), @r"
    VIEW  MCL <30s  MOT down 3m: creden~  SAM <10s  MAP ok 14:05
    Tractors 5, by unit ^                1  2  3  4  5 Trc  6  7
    Help                                          type to search
    Keys for this screen
      enter            open the selected row: all that is known
                       of it, with age and source
      /                show only rows that pass: words, or what
                       ? lists for the panel; `near dallas` and
                       enter: who can be there first
      s                sort by the next column; on the board,
                       look at health
      S                turn the order round
      |                pick the columns: space shows or hides, s
                       sorts, backspace lets the width choose
      ctrl-g           group the rows by dispatcher, then by
                       fleet, then not
      y ctrl-y         copy the row as a sentence (through the
                       terminal, OSC 52)
      x                write the rows shown, or a detention's
    enter do it  esc back  down/up choose  pagedown/pageup page
    ");
}
