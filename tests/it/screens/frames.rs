//! How often the screen is drawn: frames counted under a paused clock.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::io::{self, Write};
use std::rc::Rc;
use std::time::Duration;

use backhaul::tui::app::{App, Effect};
use backhaul::tui::chat::{Told, Wish};
use backhaul::tui::event::Event;
use backhaul::tui::run::run;
use backhaul::tui::terminal::Quiet;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::backend::{Backend, ClearType, TestBackend, WindowSize};
use ratatui::layout::{Position, Rect, Size};
use ratatui::{Terminal, TerminalOptions, Viewport};
use tokio::sync::mpsc;
use tokio::time::{advance, sleep};

use super::made::{many, now, only, small, told};

const SECOND: Duration = Duration::from_secs(1);
const FRAME: Duration = Duration::from_millis(33);

/// Counts how often the screen was drawn, the frames of that which write anything, and the cells they write.
#[derive(Clone, Default)]
struct Counts {
    drawn: Rc<Cell<u32>>,
    frames: Rc<Cell<u32>>,
    cells: Rc<Cell<usize>>,
}

struct Counting(TestBackend, Counts);

impl Backend for Counting {
    type Error = Infallible;
    fn draw<'a, I: Iterator<Item = (u16, u16, &'a ratatui::buffer::Cell)>>(
        &mut self,
        content: I,
    ) -> Result<(), Infallible> {
        self.1.drawn.set(self.1.drawn.get() + 1);
        let (cells, before) = (self.1.cells.clone(), self.1.cells.get());
        self.0.draw(content.inspect(|_| cells.set(cells.get() + 1)))?;
        self.1.frames.set(self.1.frames.get() + u32::from(self.1.cells.get() > before));
        Ok(())
    }
    fn hide_cursor(&mut self) -> Result<(), Infallible> {
        self.0.hide_cursor()
    }
    fn show_cursor(&mut self) -> Result<(), Infallible> {
        self.0.show_cursor()
    }
    fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
        self.0.get_cursor_position()
    }
    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Infallible> {
        self.0.set_cursor_position(position)
    }
    fn clear(&mut self) -> Result<(), Infallible> {
        self.0.clear()
    }
    fn clear_region(&mut self, region: ClearType) -> Result<(), Infallible> {
        self.0.clear_region(region)
    }
    fn size(&self) -> Result<Size, Infallible> {
        self.0.size()
    }
    fn window_size(&mut self) -> Result<WindowSize, Infallible> {
        self.0.window_size()
    }
    fn flush(&mut self) -> Result<(), Infallible> {
        self.0.flush()
    }
}

async fn counted(mut app: App, script: impl AsyncFnOnce(mpsc::Sender<Event>, Counts)) -> Counts {
    let counts = Counts::default();
    let mut terminal = Terminal::new(Counting(TestBackend::new(80, 24), counts.clone())).unwrap();
    let (sender, receiver) = mpsc::channel(4096);
    let screen = run(&mut terminal, &mut app, FRAME, receiver, |_| {});
    let (done, ()) = tokio::join!(screen, script(sender, counts.clone()));
    done.unwrap();
    counts
}

async fn ticks(sender: &mpsc::Sender<Event>, seconds: u32) {
    for second in 0..seconds {
        sender.send(Event::Tick(now().plus(SECOND * second))).await.unwrap();
        sleep(SECOND).await;
    }
}

fn key(c: char) -> Event {
    Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE))
}

#[tokio::test(start_paused = true)]
async fn an_idle_hour_draws_once_a_minute_at_most() {
    let counts = counted(super::app(), async |sender, _| ticks(&sender, 3600).await).await;
    assert!(counts.frames.get() <= 61, "{}", counts.frames.get());
}

#[tokio::test(start_paused = true)]
async fn ages_alone_redraw_only_when_their_words_change() {
    let counts = counted(super::told_of(small()), async |sender, _| ticks(&sender, 600).await).await;
    assert!(counts.frames.get() <= 61, "{}", counts.frames.get());
}

#[tokio::test(start_paused = true)]
async fn a_fleet_that_changes_no_word_draws_no_frame() {
    counted(super::told_of(small()), async |sender, counts| {
        sleep(SECOND).await;
        let before = counts.frames.get();
        for _ in 0..20 {
            sender.send(told(small())).await.unwrap();
            sleep(SECOND).await;
        }
        assert_eq!(counts.frames.get(), before);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_burst_is_one_frame() {
    let counts = counted(super::app(), async |sender, _| {
        for number in 0..1000 {
            sender.send(told(only(&[("a", &format!("T{number}"))]))).await.unwrap();
        }
    })
    .await;
    assert!(counts.drawn.get() <= 3, "{}", counts.drawn.get());
}

#[tokio::test(start_paused = true)]
async fn a_key_after_quiet_is_drawn_at_once_and_moves_only_two_rows() {
    let mut app = super::told_of(small());
    super::press(&mut app, "5");
    counted(app, async |sender, counts| {
        sleep(SECOND * 5).await;
        let (frames, cells) = (counts.frames.get(), counts.cells.get());
        sender.send(key('j')).await.unwrap();
        sleep(Duration::from_millis(1)).await;
        assert_eq!(counts.frames.get(), frames + 1, "no waiting for the next frame");
        assert!(counts.cells.get() - cells <= 2 * 80, "{}", counts.cells.get() - cells);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_key_is_not_kept_waiting_by_the_frame_before_it() {
    let mut app = super::told_of(small());
    super::press(&mut app, "5");
    counted(app, async |sender, counts| {
        sleep(SECOND * 5).await;
        let frames = counts.frames.get();
        for pressed in 1..=3 {
            sender.send(key('j')).await.unwrap();
            sleep(Duration::from_millis(1)).await;
            assert_eq!(counts.frames.get(), frames + pressed);
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_key_beside_a_stream_of_news_is_drawn_at_once_and_the_frames_stay_within_their_number() {
    let mut app = super::told_of(small());
    super::press(&mut app, "5");
    let counts = counted(app, async |sender, counts| {
        let mut frames = 0;
        // Two seconds, 200 pieces of news a second, a key each 95 ms.
        for piece in 0..400 {
            sender.send(told(only(&[("a", &format!("T{piece}")), ("b", "77")]))).await.unwrap();
            sleep(Duration::from_millis(2)).await;
            if piece % 19 == 18 {
                let before = counts.drawn.get();
                sender.send(key(if piece % 2 == 0 { 'j' } else { 'k' })).await.unwrap();
                sleep(Duration::from_millis(1)).await;
                assert_eq!(counts.drawn.get(), before + 1, "piece {piece}");
                frames += 1;
            } else {
                sleep(Duration::from_millis(1)).await;
            }
            sleep(Duration::from_millis(2)).await;
        }
        assert_eq!(frames, 21);
    })
    .await;
    assert!((50..=65).contains(&counts.drawn.get()), "{}", counts.drawn.get());
}

#[tokio::test(start_paused = true)]
async fn the_first_words_of_an_answer_are_drawn_at_once_whatever_was_drawn_just_before() {
    let mut app = super::told_of(small());
    super::press(&mut app, "c");
    let asked = super::press(&mut app, "what is late<enter>");
    let Some(Effect::Chat(Wish::Ask { turn, .. })) = asked else { panic!("{asked:?}") };
    counted(app, async |sender, counts| {
        sleep(SECOND * 5).await;
        // What is looked up spends what a quiet time saved, but for one frame.
        for (call, what) in [(0, "late loads"), (1, "sync health"), (2, "near")] {
            sender.send(Event::Chat(turn, Told::LooksUp { call, what: what.into() })).await.unwrap();
            sleep(Duration::from_millis(1)).await;
        }
        let words = |text: &str| Event::Chat(turn, Told::Words(text.into()));
        let before = counts.drawn.get();
        sender.send(words("2 loads")).await.unwrap();
        sleep(Duration::from_millis(1)).await;
        assert_eq!(counts.drawn.get(), before + 1, "the first words");
        sender.send(words(" are late")).await.unwrap();
        sleep(Duration::from_millis(1)).await;
        assert_eq!(counts.drawn.get(), before + 1, "what follows waits its turn");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_flood_is_capped_and_cannot_starve_the_screen() {
    let counts = counted(super::told_of(small()), async |sender, _| {
        for number in 0..1000 {
            for key in [key('j'), key('k'), key(if number % 2 == 0 { 'j' } else { 'k' })] {
                sender.send(key).await.unwrap();
            }
            advance(Duration::from_millis(1)).await;
        }
    })
    .await;
    assert!((25..=35).contains(&counts.drawn.get()), "{}", counts.drawn.get());
}

/// What would go over the wire.
#[derive(Clone, Default)]
struct Wire(Rc<RefCell<Vec<u8>>>);

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn moving_the_selection_sends_few_bytes_among_ten_thousand_rows() {
    let wire = Wire::default();
    let options = TerminalOptions { viewport: Viewport::Fixed(Rect::new(0, 0, 160, 48)) };
    let mut terminal = Terminal::with_options(Quiet::new(wire.clone()), options).unwrap();
    let mut app = super::told_of(many(10_000));
    for panel in ["3", "4", "5", "6"] {
        super::press(&mut app, panel);
        terminal.draw(|frame| app.draw(frame)).unwrap();
        let mut most = 0;
        for _ in 0..40 {
            super::press(&mut app, "j");
            assert!(app.take_stale());
            wire.0.borrow_mut().clear();
            terminal.draw(|frame| app.draw(frame)).unwrap();
            most = most.max(wire.0.borrow().len());
        }
        assert!(most <= 420, "{most} bytes in panel {panel}");
    }
    wire.0.borrow_mut().clear();
    app.update(told(many(10_000)));
    terminal.draw(|frame| app.draw(frame)).unwrap();
    assert!(wire.0.borrow().is_empty(), "the same again is no news");
}
