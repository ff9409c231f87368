//! Moving the map over 10,000 tractors and 10,000 trailers: key to drawn buffer at 160x48, beside the floor of
//! copying a buffer of that size. Prints; asserts nothing, since the machine may be busy. The goal is 8 ms for
//! the 95th of a hundred, and that what is off screen costs nothing.
//!
//! `cargo bench --bench map`

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use backhaul::model::{Fleet, Motion, Timestamp, Tractor, Trailer, UnitId};
use backhaul::rules::eta::Office;
use backhaul::rules::hours::Cycle;
use backhaul::tui::app::{App, Calls, Mouse, Setup};
use backhaul::tui::event::Event;
use backhaul::tui::glyphs::Glyphs;
use backhaul::tui::keymap::KeyMap;
use backhaul::tui::theme::Theme;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const UNITS: u32 = 10_000;
const ROUNDS: usize = 200;
const SIZE: (u16, u16) = (160, 48);
const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

fn main() {
    println!("{UNITS} tractors and {UNITS} trailers, {}x{}", SIZE.0, SIZE.1);
    let buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
    print("floor: a buffer copied", &timed(|_| drop(std::hint::black_box(buffer.clone()))));
    let mut app = app();
    let mut terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).expect("a test terminal");
    let mut frame = |app: &mut App| {
        terminal.draw(|frame| app.draw(frame)).expect("a test terminal draws");
    };
    press(&mut app, '2');
    let began = Instant::now();
    frame(&mut app);
    println!("{:<34} {:>9.1?}", "the first frame, all decoded", began.elapsed());
    for (name, keys, pan) in [
        ("moved, all in sight", "", ['l', 'h']),
        ("moved by a third", "", ['L', 'H']),
        ("moved, a state in sight", "+++", ['l', 'h']),
        ("moved, a city in sight", "++++", ['l', 'h']),
        ("next unit selected", "0", ['n', 'N']),
    ] {
        keys.chars().for_each(|key| press(&mut app, key));
        let times = timed(|round| {
            press(&mut app, pan[round % 2]);
            frame(&mut app);
        });
        print(name, &times);
    }
    let times = timed(|round| {
        let later = i64::try_from(round).unwrap_or_default() * 10 + 10;
        app.update(Event::Tick(Timestamp::from_secs(NOW.millis() / 1000 + later)));
        frame(&mut app);
    });
    print("looked over anew, ten seconds on", &times);
}

fn timed(mut step: impl FnMut(usize)) -> Vec<Duration> {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|round| {
            let began = Instant::now();
            step(round);
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    times
}

fn print(name: &str, times: &[Duration]) {
    let at = |part: usize| times.get(ROUNDS * part / 100).copied().unwrap_or_default();
    println!("{name:<34} {:>9.1?} {:>9.1?}   (median, p95)", at(50), at(95));
}

fn press(app: &mut App, key: char) {
    app.update(Event::Key(KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE)));
}

fn app() -> App {
    let mut app = App::new(Setup {
        keys: KeyMap::load(BTreeMap::new()).expect("the default keys"),
        theme: Theme::named("default", false).expect("the default theme"),
        glyphs: Glyphs::Unicode,
        zone: jiff::tz::TimeZone::UTC,
        metric: false,
        own: Arc::default(),
        mouse: Mouse::Off,
        calls: Calls::Off,
        user: "bench".into(),
        here: ("box".into(), 1),
        office: Office {
            zone: jiff::tz::TimeZone::UTC,
            cycle: Cycle::SeventyInEight,
            day_start: jiff::civil::time(0, 0, 0, 0),
            dwell: Duration::from_hours(2),
            warning: Duration::from_mins(30),
            truck_per_mille: 1150,
        },
        now: NOW,
    });
    app.update(Event::Fleet(Arc::new(fleet())));
    app
}

/// Spread over the lower 48, as far as a few primes can.
fn fleet() -> Fleet {
    let mut fleet = Fleet::default();
    fleet.read_at = NOW;
    let place = |number: u32| {
        (
            29.0 + f64::from(number * 7919 % 1009) / 1009.0 * 19.0,
            -121.0 + f64::from(number * 104_729 % 2003) / 2003.0 * 48.0,
        )
    };
    fleet.tractors = (0..UNITS)
        .map(|number| Tractor {
            id: UnitId(format!("t{number:05}").into()),
            unit_number: number.to_string().into(),
            latitude: Some(place(number).0),
            longitude: Some(place(number).1),
            state: if number % 3 == 0 { Motion::Stopped } else { Motion::Moving },
            heading_deg: Some(f64::from(number % 360)),
            observed_at: Some(NOW),
            ..Tractor::default()
        })
        .collect();
    fleet.trailers = (0..UNITS)
        .map(|number| Trailer {
            id: UnitId(format!("r{number:05}").into()),
            unit_number: format!("R{number}").into(),
            latitude: Some(place(number + UNITS).0),
            longitude: Some(place(number + UNITS).1),
            state: Motion::Stopped,
            observed_at: Some(NOW),
            ..Trailer::default()
        })
        .collect();
    fleet
}
