//! The bytes of a frame: as few as it takes, shown at once. It takes and gives back nothing.

use std::io::{self, Write};

use crossterm::cursor::MoveTo;
use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::backend::{self, Backend, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};

/// Writes frames to a terminal. A frame that changes nothing writes nothing, one that does is shown
/// whole (synchronised update), and the terminal is never asked where its cursor is.
pub struct Quiet<W: Write> {
    inner: CrosstermBackend<W>,
    /// Between the begin and the end of a synchronised update.
    drawing: bool,
    /// Something was written that is in no update.
    moved: bool,
    cursor: Option<Position>,
    at: Position,
    /// The terminal was given back, its cursor shown.
    over: bool,
}

impl<W: Write> Quiet<W> {
    /// Writes to `writer`, whose cursor is taken to be hidden.
    pub const fn new(writer: W) -> Self {
        Self {
            inner: CrosstermBackend::new(writer),
            drawing: false,
            moved: false,
            cursor: None,
            at: Position::ORIGIN,
            over: false,
        }
    }

    /// The terminal was given back: whoever drops what draws need not show the cursor any more. Where there is no
    /// terminal left, ratatui would complain of it on a standard error that may be gone too, and panic.
    pub const fn give_up(&mut self) {
        self.over = true;
    }
}

impl<W: Write> Backend for Quiet<W> {
    type Error = io::Error;

    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, content: I) -> io::Result<()> {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.drawing = true;
        queue!(self.inner, BeginSynchronizedUpdate)?;
        // Drawing leaves the cursor somewhere else.
        self.at = Position { x: u16::MAX, y: u16::MAX };
        let mut pen = Pen::default();
        let mut next = None;
        for (x, y, cell) in content {
            if next != Some((x, y)) {
                move_to((x, y), next, &mut self.inner)?;
            }
            pen.take(cell, &mut self.inner)?;
            self.inner.write_all(cell.symbol().as_bytes())?;
            // After a wide character crossterm's own backend moves too: terminals differ on widths.
            next = Some((x + 1, y));
        }
        pen.put_down(&mut self.inner)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        match self.cursor.take() {
            Some(_) => {
                self.moved = true;
                self.inner.hide_cursor()
            }
            None => Ok(()),
        }
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.over || self.cursor.is_some() {
            return Ok(());
        }
        self.cursor = Some(self.at);
        self.moved = true;
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor.unwrap_or(self.at))
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.at == position {
            return Ok(());
        }
        self.at = position;
        self.moved = true;
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(backend::ClearType::All)
    }

    fn clear_region(&mut self, region: backend::ClearType) -> io::Result<()> {
        self.moved = true;
        self.inner.clear_region(region)
    }

    fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        let (drawing, moved) = (std::mem::take(&mut self.drawing), std::mem::take(&mut self.moved));
        if drawing {
            queue!(self.inner, EndSynchronizedUpdate)?;
        }
        if drawing || moved {
            return Backend::flush(&mut self.inner);
        }
        Ok(())
    }
}

/// Moves in as few bytes as it takes: to the beginning of the line below as a teletype does, to that of another
/// line without its column.
fn move_to((x, y): (u16, u16), from: Option<(u16, u16)>, to: &mut impl Write) -> io::Result<()> {
    match from {
        Some((_, line)) if x == 0 && y == line + 1 => to.write_all(b"\r\n"),
        _ if x == 0 => write!(to, "\u{1b}[{}H", y + 1),
        _ => queue!(to, MoveTo(x, y)),
    }
}

/// How the next character will look. Plain between frames.
#[derive(Default, PartialEq)]
struct Pen {
    colour: Color,
    ground: Color,
    modifier: Modifier,
}

impl Pen {
    /// Makes it look like `cell`, in one sequence where it does not yet.
    fn take(&mut self, cell: &Cell, to: &mut impl Write) -> io::Result<()> {
        let wanted = Self { colour: cell.fg, ground: cell.bg, modifier: cell.modifier };
        if *self == wanted {
            return Ok(());
        }
        // From plain, so that what no longer holds need not be undone one by one; plain itself adds only.
        let from = if *self == Self::default() { "" } else { ";0" };
        *self = wanted;
        let mut codes = from.to_owned();
        for (modifier, code) in MODIFIERS {
            if self.modifier.contains(*modifier) {
                codes.push_str(code);
            }
        }
        codes.push_str(&code_of(self.colour, 0));
        codes.push_str(&code_of(self.ground, 10));
        let is_plain = *self == Self::default();
        write!(to, "\u{1b}[{}m", if is_plain { "" } else { codes.trim_start_matches(';') })
    }

    fn put_down(&mut self, to: &mut impl Write) -> io::Result<()> {
        self.take(&Cell::EMPTY, to)
    }
}

const MODIFIERS: &[(Modifier, &str)] = &[
    (Modifier::BOLD, ";1"),
    (Modifier::DIM, ";2"),
    (Modifier::ITALIC, ";3"),
    (Modifier::UNDERLINED, ";4"),
    (Modifier::SLOW_BLINK, ";5"),
    (Modifier::RAPID_BLINK, ";6"),
    (Modifier::REVERSED, ";7"),
    (Modifier::HIDDEN, ";8"),
    (Modifier::CROSSED_OUT, ";9"),
];

/// The code of a colour, `ground` (10) more for a background. The sixteen are written as such:
/// crossterm writes them as members of 256, which takes twice the bytes and more than some terminals know.
fn code_of(colour: Color, ground: u8) -> String {
    let sixteenth = match colour {
        Color::Reset => return String::new(),
        Color::Indexed(index) => return format!(";{};5;{index}", 38 + ground),
        Color::Rgb(red, green, blue) => return format!(";{};2;{red};{green};{blue}", 38 + ground),
        Color::Black => 30,
        Color::Red => 31,
        Color::Green => 32,
        Color::Yellow => 33,
        Color::Blue => 34,
        Color::Magenta => 35,
        Color::Cyan => 36,
        Color::Gray => 37,
        Color::DarkGray => 90,
        Color::LightRed => 91,
        Color::LightGreen => 92,
        Color::LightYellow => 93,
        Color::LightBlue => 94,
        Color::LightMagenta => 95,
        Color::LightCyan => 96,
        Color::White => 97,
    };
    format!(";{}", sixteenth + ground)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::rc::Rc;

    use ratatui::style::Style;

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
    fn a_frame_is_shown_whole_and_one_without_change_writes_nothing() {
        let wire = Wire::default();
        let mut screen = Quiet::new(wire.clone());
        let cell = Cell::new("x");
        screen.draw([(0, 0, &cell)].into_iter()).unwrap();
        screen.hide_cursor().unwrap();
        Backend::flush(&mut screen).unwrap();
        let text = String::from_utf8(wire.0.take()).unwrap();
        assert!(text.starts_with("\u{1b}[?2026h") && text.ends_with("\u{1b}[?2026l"), "{text:?}");
        screen.draw(std::iter::empty()).unwrap();
        screen.hide_cursor().unwrap();
        Backend::flush(&mut screen).unwrap();
        assert_eq!(wire.0.take().len(), 0);
    }

    #[test]
    fn the_sixteen_colours_are_written_as_such_and_styles_end_with_the_frame() {
        let wire = Wire::default();
        let mut screen = Quiet::new(wire.clone());
        let styled = |symbol, style: Style| {
            let mut cell = Cell::new(symbol);
            cell.set_style(style);
            cell
        };
        let cells = [
            styled("a", Style::new().fg(Color::Red).add_modifier(Modifier::BOLD)),
            styled("b", Style::new()),
            styled("c", Style::new().bg(Color::LightBlue).add_modifier(Modifier::REVERSED)),
        ];
        screen.draw((3..).zip(&cells).map(|(x, cell)| (x, 1, cell))).unwrap();
        let text = String::from_utf8(wire.0.take()).unwrap();
        let expected = "\u{1b}[?2026h\u{1b}[2;4H\u{1b}[1;31ma\u{1b}[mb\u{1b}[7;104mc\u{1b}[m";
        assert_eq!(text, expected);
    }

    #[test]
    fn lines_one_under_the_other_are_reached_in_two_bytes_and_a_style_ends_before_another() {
        let wire = Wire::default();
        let mut screen = Quiet::new(wire.clone());
        let styled = |symbol, style: Style| {
            let mut cell = Cell::new(symbol);
            cell.set_style(style);
            cell
        };
        let bold = styled("a", Style::new().fg(Color::Red).add_modifier(Modifier::BOLD));
        let green = styled("b", Style::new().fg(Color::Green));
        screen.draw([(0, 4, &bold), (1, 4, &green), (0, 5, &green), (0, 7, &green)].into_iter()).unwrap();
        let text = String::from_utf8(wire.0.take()).unwrap();
        let expected = "\u{1b}[?2026h\u{1b}[5H\u{1b}[1;31ma\u{1b}[0;32mb\r\nb\u{1b}[8Hb\u{1b}[m";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_shown_cursor_is_moved_only_when_it_moves() {
        let wire = Wire::default();
        let mut screen = Quiet::new(wire.clone());
        let frame = |screen: &mut Quiet<Wire>, x| {
            screen.show_cursor().unwrap();
            screen.set_cursor_position((x, 0)).unwrap();
            Backend::flush(screen).unwrap();
            wire.0.take().len()
        };
        assert!(frame(&mut screen, 4) > 0);
        assert_eq!(frame(&mut screen, 4), 0);
        assert!(frame(&mut screen, 5) > 0);
        drop(screen);
        assert_eq!(wire.0.take().len(), 0, "nothing is written to a terminal already given back");
    }
}
