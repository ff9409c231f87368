//! The screen, by keys in and pictures out: what is selected, shown, said, and how often it is drawn.

mod awkward;
mod board;
mod chat;
mod counts;
mod deeds;
mod frames;
mod glance;
mod made;
mod manners;
mod map;
mod pages;
mod palette;
mod people;
mod pictures;
mod quick;
mod states;
mod tables;
mod wrong;

use backhaul::model::{FeedStatus, Fleet};
use backhaul::tui::app::{App, Calls, Effect, Mode, Setup};
use backhaul::tui::event::Event;
use backhaul::tui::glyphs::Glyphs;
use backhaul::tui::keymap::KeyMap;
use backhaul::tui::theme::Theme;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use made::{now, only, small, told};

fn app_with(glyphs: Glyphs) -> App {
    App::new(Setup {
        keys: KeyMap::load(std::collections::BTreeMap::new()).unwrap(),
        theme: Theme::named("default", false).unwrap(),
        glyphs,
        zone: TimeZone::get("America/Chicago").unwrap(),
        metric: false,
        user: "ann".into(),
        here: ("box".into(), 1),
        office: made::office(),
        own: std::sync::Arc::default(),
        mouse: backhaul::tui::app::Mouse::Off,
        calls: calls(),
        now: now(),
    })
}

/// Called at any hour.
fn calls() -> Calls {
    Calls::On { quiet_from: jiff::civil::time(0, 0, 0, 0), quiet_until: jiff::civil::time(0, 0, 0, 0) }
}

fn app() -> App {
    app_with(Glyphs::Unicode)
}

fn told_of(fleet: backhaul::model::Fleet) -> App {
    let mut app = app();
    app.update(told(fleet));
    app
}

/// Presses keys written as `jj<enter>`; the last effect comes back.
fn press(app: &mut App, keys: &str) -> Option<Effect> {
    let (mut rest, mut effect) = (keys, None);
    while let Some(first) = rest.chars().next() {
        // A filter has "<" too: a key's name is letters alone.
        let is_name = |(name, _): &(&str, &str)| name.chars().all(|c| c.is_alphabetic() || c == '-');
        let named = rest.strip_prefix('<').and_then(|named| named.split_once('>')).filter(is_name);
        let (name, after) = named.unwrap_or((&rest[..first.len_utf8()], &rest[first.len_utf8()..]));
        rest = after;
        let (code, modifiers) = match name {
            "enter" => (KeyCode::Enter, KeyModifiers::NONE),
            "esc" => (KeyCode::Esc, KeyModifiers::NONE),
            "down" => (KeyCode::Down, KeyModifiers::NONE),
            "tab" => (KeyCode::Tab, KeyModifiers::NONE),
            "up" => (KeyCode::Up, KeyModifiers::NONE),
            "pageup" => (KeyCode::PageUp, KeyModifiers::NONE),
            "pagedown" => (KeyCode::PageDown, KeyModifiers::NONE),
            "backspace" => (KeyCode::Backspace, KeyModifiers::NONE),
            "ctrl-g" => (KeyCode::Char('g'), KeyModifiers::CONTROL),
            "ctrl-o" => (KeyCode::Char('o'), KeyModifiers::CONTROL),
            "ctrl-t" => (KeyCode::Char('t'), KeyModifiers::CONTROL),
            "ctrl-p" => (KeyCode::Char('p'), KeyModifiers::CONTROL),
            "ctrl-c" => (KeyCode::Char('c'), KeyModifiers::CONTROL),
            "ctrl-z" => (KeyCode::Char('z'), KeyModifiers::CONTROL),
            _ => (KeyCode::Char(first), KeyModifiers::NONE),
        };
        effect = app.update(Event::Key(KeyEvent::new(code, modifiers)));
    }
    // Whoever typed looks at what came of it.
    app.update(Event::Pause);
    effect
}

/// The screen as a picture, without the spaces at the ends of lines.
fn picture(app: &mut App, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| app.draw(frame)).unwrap();
    let buffer = terminal.backend().buffer();
    let lines = buffer.content.chunks(usize::from(width)).map(|cells| {
        let mut line = String::new();
        let mut covered = 0;
        for cell in cells {
            // The cell after a wide character is only its other half.
            if covered == 0 {
                line.push_str(cell.symbol());
                covered = unicode_width::UnicodeWidthStr::width(cell.symbol()).max(1);
            }
            covered -= 1;
        }
        line.trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The line of the picture that is selected.
fn selected(app: &mut App) -> String {
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    terminal.draw(|frame| app.draw(frame)).unwrap();
    let buffer = terminal.backend().buffer();
    let is_selected =
        |cells: &&[ratatui::buffer::Cell]| cells[0].modifier.contains(ratatui::style::Modifier::REVERSED);
    let line = buffer.content.chunks(80).find(is_selected).unwrap_or_default();
    line.iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned()
}

fn first_word(line: &str) -> String {
    line.split(' ').next().unwrap_or_default().to_owned()
}

#[test]
fn the_selection_follows_the_unit_and_not_the_row() {
    let mut app = told_of(only(&[("a", "10"), ("b", "20"), ("c", "30")]));
    press(&mut app, "5j");
    assert_eq!(first_word(&selected(&mut app)), "20");
    app.update(told(only(&[("a", "10"), ("aa", "15"), ("b", "20"), ("c", "30")])));
    assert_eq!(first_word(&selected(&mut app)), "20");
    app.update(told(only(&[("b", "99"), ("c", "30")])));
    assert_eq!(first_word(&selected(&mut app)), "99");
    app.update(told(only(&[("c", "30"), ("d", "40")])));
    assert_eq!(first_word(&selected(&mut app)), "40", "where the unit was is the next best place");
}

#[test]
fn the_selected_row_stays_on_its_line_of_the_screen() {
    let many = |from: u32| {
        let names: Vec<(String, String)> = (from..300).map(|n| (format!("{n:04}"), n.to_string())).collect();
        only(&names.iter().map(|(key, number)| (key.as_str(), number.as_str())).collect::<Vec<_>>())
    };
    let mut app = told_of(many(100));
    picture(&mut app, 80, 24);
    press(&mut app, "5<pagedown><pagedown>jj");
    let line = |app: &mut App| {
        let picture = picture(app, 80, 24);
        picture.lines().position(|line| line.starts_with("142 ")).unwrap()
    };
    let before = line(&mut app);
    assert_eq!(first_word(&selected(&mut app)), "142");
    app.update(told(many(50)));
    assert_eq!(line(&mut app), before);
    assert_eq!(first_word(&selected(&mut app)), "142");
}

#[test]
fn moving_stops_at_both_ends() {
    let mut app = told_of(only(&[("a", "10"), ("b", "20"), ("c", "30")]));
    for (keys, expected) in [("5k", "10"), ("G", "30"), ("j<down><pagedown>", "30"), ("g", "10")] {
        press(&mut app, keys);
        assert_eq!(first_word(&selected(&mut app)), expected, "{keys}");
    }
}

#[test]
fn a_filter_shows_rows_with_every_word_and_says_how_many_it_hides() {
    let mut app = told_of(small());
    press(&mut app, "5/AMARILLO 41");
    let shown = picture(&mut app, 80, 24);
    assert!(shown.contains("Tractors 1 of 5") && shown.contains("/AMARILLO 41"), "{shown}");
    press(&mut app, "<enter>");
    assert!(picture(&mut app, 80, 24).contains("/AMARILLO 41"), "kept");
    press(&mut app, "<enter>");
    assert!(picture(&mut app, 80, 24).contains("Tractor 418"), "the row opens once the filter is kept");
    press(&mut app, "<esc>");
    assert!(picture(&mut app, 80, 24).contains("Tractors 1 of 5"), "back, with the filter");
    press(&mut app, "<esc>");
    assert!(picture(&mut app, 80, 24).contains("Tractors 5, by unit"), "cleared");
    press(&mut app, "/q zz");
    assert!(!app.quit(), "letters are letters while a filter is typed");
    assert!(picture(&mut app, 80, 24).contains("no row passes the filter"));
    app.update(Event::Paste("\u{1b}[31mx\n".into()));
    assert!(picture(&mut app, 80, 24).contains("/q zzx"));
}

#[test]
fn a_filter_keeps_the_selection_where_its_row_is_still_shown() {
    let mut app = told_of(only(&[("a", "10"), ("b", "20"), ("c", "21")]));
    press(&mut app, "5jj/2");
    assert_eq!(first_word(&selected(&mut app)), "21");
    press(&mut app, "<esc>");
    assert_eq!(first_word(&selected(&mut app)), "21");
}

#[test]
fn sorting_goes_from_column_to_column_and_round_with_the_unknown_last() {
    let mut app = told_of(small());
    let order = |app: &mut App| -> Vec<String> {
        picture(app, 80, 24).lines().skip(3).take(5).map(first_word).collect()
    };
    press(&mut app, "5");
    assert_eq!(order(&mut app), ["9", "12", "418", "502", "T-77"], "numbers by amount");
    press(&mut app, "S");
    assert_eq!(order(&mut app), ["T-77", "502", "418", "12", "9"]);
    press(&mut app, "s");
    assert!(picture(&mut app, 80, 24).contains("by state ▲"));
    assert_eq!(order(&mut app), ["418", "9", "T-77", "12", "502"], "moving, idle, stopped, dark");
    while !picture(&mut app, 80, 24).contains("by driver") {
        press(&mut app, "s");
    }
    let up = order(&mut app);
    press(&mut app, "S");
    let down = order(&mut app);
    assert_eq!(up, ["418", "9", "502", "12", "T-77"]);
    assert_eq!(down, ["502", "9", "418", "12", "T-77"], "no driver comes last either way");
}

#[test]
fn enter_opens_and_esc_goes_back_one_step_but_never_out() {
    let mut app = told_of(small());
    press(&mut app, "4j<enter>");
    let detail = picture(&mut app, 80, 24);
    assert!(detail.contains("Driver Bob Stone") && detail.contains("first limit"), "{detail}");
    press(&mut app, "?");
    assert!(picture(&mut app, 80, 24).contains("select the row above"));
    press(&mut app, "<esc>");
    assert!(picture(&mut app, 80, 24).contains("Driver Bob Stone"));
    press(&mut app, "<esc>");
    assert!(selected(&mut app).starts_with("Bob Stone"));
    press(&mut app, "<esc><esc><esc>");
    assert!(!app.quit());
}

#[test]
fn keys_ask_the_console_for_what_the_screen_cannot_do() {
    let mut app = told_of(small());
    assert_eq!(press(&mut app, "r"), Some(Effect::Refresh));
    assert_eq!(press(&mut app, "7"), Some(Effect::Look("health".to_owned())));
    assert_eq!(press(&mut app, "7"), None, "it is looked at already");
    assert_eq!(press(&mut app, "<ctrl-z>"), Some(Effect::Suspend));
    assert!(app.take_wiped(), "what the shell wrote is cleared");
    assert_eq!(app.looking_at(), "health");
    press(&mut app, "/<ctrl-c>");
    assert!(app.quit());
    let mut app = told_of(small());
    press(&mut app, "q");
    assert!(app.quit());
}

#[test]
fn a_row_is_copied_as_a_sentence() {
    let mut app = told_of(small());
    let mut copied = |keys: &str| match press(&mut app, keys) {
        Some(Effect::Copy(sentence)) => sentence,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        copied("3jy"),
        "Load 0091 was at 13 mi E of Amarillo TX near I-40 at 14:04 CST; due at Oklahoma City OK 18:25 CST by \
         the plan on file, not confirmed; as of 14:05 CST."
    );
    assert_eq!(
        copied("5jjy"),
        "Tractor 418: MOVE NE 63, 13 mi E of Amarillo TX near I-40 (seen <10s ago, samsara); driver Ann Peña; \
         trailer 53012; load 0091."
    );
    assert!(copied("4y").starts_with("Ann Peña: driving, drive 7:04, shift 8:18, break 0:38, cycle 45:28"));
    assert!(copied("6y").starts_with("Trailer 53012: MOVE NE 62"));
    assert!(copied("7jjy").ends_with("motive positions: credentials refused, for 3m; last read 3m ago."));
}

#[test]
fn trouble_and_notices_show_on_every_panel() {
    let mut app = told_of(small());
    app.update(Event::Mode(Mode::Live { every_s: 5 }));
    app.update(Event::Notice("the database was damaged and moved to backhaul.db.damaged".into()));
    app.update(Event::Notice("second".into()));
    for keys in ["1", "1<enter>", "d", "3jw", "3jb", "3", "4", "5", "6", "7", "?"] {
        press(&mut app, keys);
        let shown = picture(&mut app, 80, 24);
        assert!(shown.contains("LIVE 5s") && shown.contains("MOT down 3m: credentials"), "{shown}");
        assert!(shown.contains("the database was damaged"), "{shown}");
    }
    press(&mut app, "<esc><esc>");
    assert!(picture(&mut app, 80, 24).contains("second"));
    press(&mut app, "<esc>");
    assert!(!picture(&mut app, 80, 24).contains("second"));
}

#[test]
fn an_empty_screen_says_why_it_is_empty() {
    let check = |feeds: &[Option<backhaul::model::Timestamp>], expected: &str| {
        let mut fleet = only(&[]);
        let feed = |at: &Option<_>| backhaul::model::FeedStatus { last_ok_at: *at, ..Default::default() };
        fleet.feeds = feeds.iter().map(feed).collect();
        let shown = picture(&mut told_of(fleet), 80, 24);
        assert!(shown.contains(expected), "{shown}");
    };
    check(&[], "no upstream was ever read, and nobody polls");
    check(&[Some(now()), None], "not every feed was read yet");
    check(&[Some(now())], "no upstream has told of any");
}

/// The small fleet with a feed of positions from each of these accounts, read as told.
fn polled(accounts: &[&str], told: impl Fn(&str) -> FeedStatus) -> Fleet {
    let feed = |account: &&str| FeedStatus {
        account: (*account).into(),
        resource: "positions".into(),
        interval_s: 5,
        ..told(account)
    };
    let mut fleet = small();
    fleet.feeds = accounts.iter().map(feed).collect();
    fleet
}

#[test]
fn the_header_names_every_account_in_trouble_and_keeps_the_clock() {
    let names = ["geotab", "mcleod", "motive", "samsara", "terminal"];
    let fleet = polled(&names, |_| FeedStatus {
        error: Some("the server cannot be reached: connection refused".into()),
        error_since_at: Some(made::ago(130)),
        ..Default::default()
    });
    let mut app = told_of(fleet);
    for width in [80, 100, 250] {
        let shown = picture(&mut app, width, 24);
        let header = shown.lines().next().unwrap();
        for name in ["GEO down 2", "MCL down 2", "MOT down 2", "SAM down 2", "TER down 2"] {
            assert!(header.contains(name), "{header}");
        }
        assert!(header.ends_with("14:05"), "{header}");
    }
}

#[test]
fn a_narrow_header_says_what_is_in_trouble_first_and_counts_what_it_leaves_out() {
    let header = |ill: &[&str]| {
        let names = ["geotab", "mapbox", "mcleod", "motive", "samsara", "terminal"];
        let fleet = polled(&names, |account| FeedStatus {
            error: ill.contains(&account).then(|| "the server cannot be reached".into()),
            error_since_at: Some(made::ago(130)),
            last_ok_at: Some(made::ago(4)),
            ..Default::default()
        });
        picture(&mut told_of(fleet), 60, 20).lines().next().unwrap().to_owned()
    };
    insta::assert_snapshot!(header(&[]), @r"VIEW GEO <10s MAP <10s MCL <10s MOT <10s SAM <10s +1   14:05");
    insta::assert_snapshot!(header(&["terminal"]), @r"VIEW TER down 2m: the server canno… GEO <10s +4        14:05");
    insta::assert_snapshot!(header(&["geotab", "terminal"]), @r"VIEW GEO down 2m TER down 2m MAP <10s MCL <10s +2      14:05");
}

#[test]
fn no_room_is_too_small_to_name_whatever_is_in_trouble() {
    let names = ["geotab", "mapbox", "mcleod", "motive", "samsara", "terminal"];
    let fleet = polled(&names, |account| FeedStatus {
        error: (account == "motive")
            .then(|| "credentials refused (HTTP 401 Unauthorized: invalid API key); check the key".into()),
        error_since_at: Some(made::ago(200)),
        last_ok_at: Some(made::ago(200)).filter(|_| account != "mapbox"),
        ..Default::default()
    });
    let mut app = told_of(fleet);
    let mut header = |width| picture(&mut app, width, 20).lines().next().unwrap().to_owned();
    insta::assert_snapshot!(header(120), @r"VIEW MOT down 3m: credentials refused (HTTP 401 Unaut… GEO late 3m MAP unread MCL late 3m SAM late 3m TER late 3m  14:05");
    insta::assert_snapshot!(header(80), @r"VIEW MOT down GEO late 3m MAP unread MCL late 3m SAM late 3m TER late 3m   14:05");
    insta::assert_snapshot!(header(60), @r"VIEW down MOT late GEO MCL SAM TER unread MAP          14:05");
}

#[test]
fn a_feed_that_is_late_or_was_never_read_is_named() {
    let mut fleet = small();
    fleet.feeds[2].last_ok_at = Some(made::ago(600));
    fleet.feeds[0].last_ok_at = None;
    fleet.feeds.retain(|feed| feed.account != "motive");
    let shown = picture(&mut told_of(fleet), 120, 24);
    assert!(shown.contains("MCL never read, movements") && shown.contains("SAM late 10m, hours"), "{shown}");
}

#[test]
fn ascii_is_ascii_whatever_a_row_holds() {
    let mut app = app_with(Glyphs::Ascii);
    app.update(told(made::awkward()));
    for keys in ["2", "2<tab>", "3", "4", "5", "6", "7", "5G<enter>", "?"] {
        press(&mut app, keys);
        let shown = picture(&mut app, 120, 36);
        assert!(shown.is_ascii(), "{shown}");
    }
}

#[test]
fn no_size_and_no_value_panics() {
    let screens = [
        "1",
        "1<enter>",
        "1<enter><down><down><enter>",
        "1z",
        "1n东京",
        "d",
        "e",
        "p",
        "3w",
        "3b",
        "2",
        "2<tab>",
        "2<tab>tz++++",
        "2mf<tab>-",
        "3",
        "3G<enter>",
        "4",
        "4G<enter>",
        "5",
        "5<enter>",
        "5G<enter>",
        "6",
        "6<enter>",
        "7",
        "7G<enter>",
        "?",
        "5/東京",
        ":",
        ":a",
        ":東京",
        "?東",
    ];
    let sizes = (1..=80).step_by(4).flat_map(|width| (1..=28).step_by(4).map(move |height| (width, height)));
    let large = [(60, 20), (61, 21), (80, 24), (97, 30), (120, 36), (160, 48), (199, 61), (250, 80)];
    let sizes: Vec<(u16, u16)> = sizes.chain(large).collect();
    for keys in screens {
        let mut app = told_of(made::awkward());
        app.update(Event::Notice("a notice".into()));
        press(&mut app, keys);
        for (width, height) in &sizes {
            picture(&mut app, *width, *height);
            press(&mut app, "<down><pagedown>");
        }
    }
}
