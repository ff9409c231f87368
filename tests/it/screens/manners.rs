//! How the screen treats the terminal it is given: the mouse, calls, and a theme's ground.

use std::time::Duration;

use backhaul::model::{Exception, ExceptionState, Fleet, Handling, Mark, Seen, Severity};
use backhaul::tui::app::{App, Calls, Effect, Setup};
use backhaul::tui::event::Event;
use backhaul::tui::glyphs::Glyphs;
use backhaul::tui::keymap::KeyMap;
use backhaul::tui::theme::Theme;
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use jiff::civil::time;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Cell;
use ratatui::style::Color;

use super::made::{self, now, only, small, told};
use super::{first_word, picture, press, selected, told_of};

fn mouse(app: &mut App, kind: MouseEventKind, row: u16) {
    app.update(Event::Mouse(MouseEvent { kind, column: 3, row, modifiers: KeyModifiers::NONE }));
}

#[test]
fn a_key_turns_the_mouse_on_and_off() {
    let mut app = told_of(small());
    assert_eq!(press(&mut app, "M"), Some(Effect::Mouse(backhaul::tui::app::Mouse::On)));
    assert!(picture(&mut app, 80, 24).contains("mouse on"));
    assert_eq!(press(&mut app, "M"), Some(Effect::Mouse(backhaul::tui::app::Mouse::Off)));
}

#[test]
fn the_wheel_goes_through_rows_and_a_click_selects_the_row_under_it() {
    let names: Vec<(String, String)> = (100..200).map(|n| (format!("{n}"), n.to_string())).collect();
    let rows: Vec<_> = names.iter().map(|(key, number)| (key.as_str(), number.as_str())).collect();
    let mut app = told_of(only(&rows));
    press(&mut app, "5");
    picture(&mut app, 80, 24);
    mouse(&mut app, MouseEventKind::ScrollDown, 9);
    assert_eq!(first_word(&selected(&mut app)), "103");
    let click = MouseEventKind::Down(MouseButton::Left);
    let shown = picture(&mut app, 80, 24);
    let line = shown.lines().position(|line| line.starts_with("110 ")).unwrap();
    mouse(&mut app, click, u16::try_from(line).unwrap());
    assert_eq!(first_word(&selected(&mut app)), "110");
    for row in [0, 1, 2, 23, 200] {
        mouse(&mut app, click, row);
        assert_eq!(first_word(&selected(&mut app)), "110", "no row is on line {row}");
    }
    mouse(&mut app, MouseEventKind::ScrollUp, 9);
    assert_eq!(first_word(&selected(&mut app)), "107");
    for keys in ["1", "1<enter>", "7", ":a", "?", "n"] {
        press(&mut app, "<esc><esc>");
        press(&mut app, keys);
        for row in 0..24 {
            mouse(&mut app, click, row);
            mouse(&mut app, MouseEventKind::ScrollDown, row);
            picture(&mut app, 80, 24);
        }
    }
}

fn critical(id: &str) -> Exception {
    let mut row = Exception { id: id.into(), severity: Severity::Critical, ..Exception::default() };
    (row.state, row.count, row.summary) = (ExceptionState::Open, 1, format!("{id} is late"));
    row.subject.id = id.into();
    row
}

fn fleet(rows: Vec<Exception>, after: u64) -> Event {
    let read_at = now().plus(Duration::from_secs(after));
    let mut fleet = Fleet::default();
    (fleet.exceptions, fleet.read_at) = (rows.into_iter().collect(), read_at);
    told(fleet)
}

fn app_that(calls: Calls) -> App {
    app_of("default", calls)
}

fn app_of(theme: &str, calls: Calls) -> App {
    App::new(Setup {
        keys: KeyMap::load(std::collections::BTreeMap::new()).unwrap(),
        theme: Theme::named(theme, false).unwrap(),
        glyphs: Glyphs::Unicode,
        zone: jiff::tz::TimeZone::get("America/Chicago").unwrap(),
        metric: false,
        own: std::sync::Arc::default(),
        user: "ann".into(),
        here: ("box".into(), 1),
        office: made::office(),
        mouse: backhaul::tui::app::Mouse::Off,
        calls,
        now: now(),
    })
}

#[test]
fn what_is_newly_critical_is_called_about_once_and_never_more_than_five_times_an_hour() {
    let mut app = app_that(super::calls());
    let call = |app: &mut App, ids: &[&str], after: u64| match app
        .update(fleet(ids.iter().map(|id| critical(id)).collect(), after))
    {
        Some(Effect::Call(text)) => Some(text),
        None => None,
        other => panic!("{other:?}"),
    };
    assert_eq!(call(&mut app, &["a"], 0), None, "it was there before");
    assert_eq!(call(&mut app, &["a", "b"], 10).as_deref(), Some("b: b is late"));
    assert_eq!(call(&mut app, &["a", "b"], 20), None, "once");
    assert_eq!(call(&mut app, &["a", "b", "c"], 30), None, "too soon");
    assert_eq!(call(&mut app, &["a", "b", "c", "d"], 70).as_deref(), Some("c: c is late (and 1 more)"));
    assert_eq!(call(&mut app, &["a"], 200), None);
    assert_eq!(call(&mut app, &["a", "b"], 300).as_deref(), Some("b: b is late"), "again is news");
    assert!(call(&mut app, &["e"], 400).is_some() && call(&mut app, &["f"], 500).is_some());
    assert_eq!(call(&mut app, &["f", "g"], 600), None, "five in this hour");
    assert_eq!(call(&mut app, &["f", "g"], 3611).as_deref(), Some("g: g is late"), "said once it may be");
}

#[test]
fn nobody_is_called_in_quiet_hours_when_it_is_off_or_about_what_somebody_has() {
    // It is 14:05 in the office.
    let quiet =
        |from, until| Calls::On { quiet_from: time(from, 0, 0, 0), quiet_until: time(until, 0, 0, 0) };
    let check = |calls, row: Exception, expected: bool| {
        let mut app = app_that(calls);
        app.update(fleet(Vec::new(), 0));
        let called = app.update(fleet(vec![row], 10)).is_some();
        assert_eq!(called, expected, "{calls:?}");
    };
    check(quiet(22, 6), critical("a"), true);
    check(quiet(13, 15), critical("a"), false);
    check(quiet(22, 15), critical("a"), false);
    check(quiet(15, 14), critical("a"), true);
    check(Calls::Off, critical("a"), false);
    let mut high = critical("a");
    high.severity = Severity::High;
    check(quiet(0, 0), high, false);
    let mut claimed = critical("a");
    let seen = Seen { kind: claimed.kind, severity: claimed.severity, count: 1, badness_s: 0 };
    let mark = Mark { user: "bob".into(), host: "desk".into(), at: now(), seen };
    claimed.handling = Handling { claim: Some(mark), ..Handling::default() };
    check(quiet(0, 0), claimed, false);
}

#[test]
fn a_theme_with_a_ground_has_it_everywhere() {
    let mut app = app_of("high-contrast", Calls::Off);
    app.update(told(small()));
    for keys in ["1", "4", "4|", ":a", "<esc>?", "<esc>5<enter>"] {
        press(&mut app, keys);
        let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
        terminal.draw(|frame| app.draw(frame)).unwrap();
        let cells = &terminal.backend().buffer().content;
        // The other half of a wide letter is not drawn.
        let wide = |cell: &Cell| unicode_width::UnicodeWidthStr::width(cell.symbol()) > 1;
        let bare = cells.windows(2).filter(|pair| !wide(&pair[0]) && pair[1].bg == Color::Reset).count();
        assert_eq!(bare, 0, "{keys}");
    }
}

#[test]
fn the_palette_without_colours_shows_where_the_cursor_is() {
    let mut app = app_of("mono", Calls::Off);
    app.update(told(small()));
    for keys in [":418", "<esc>?leave the con"] {
        press(&mut app, keys);
        let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
        terminal.draw(|frame| app.draw(frame)).unwrap();
        let buffer = terminal.backend().buffer();
        assert!(buffer.content.iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
        assert!(
            selected(&mut app).contains(if keys.contains('?') { "leave the con" } else { "418" }),
            "{keys}"
        );
    }
}
