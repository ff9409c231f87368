//! Marks that are prettier outside ASCII, each with what stands for it inside.

use crate::model::Trend;

/// Which marks the terminal can show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Glyphs {
    /// Arrows and blocks.
    #[default]
    Unicode,
    /// Nothing but ASCII, whatever a row holds.
    Ascii,
}

impl Glyphs {
    /// The first for a terminal that can, the second for one that cannot.
    pub const fn pick(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self {
            Self::Unicode => unicode,
            Self::Ascii => ascii,
        }
    }

    /// Stands for what did not fit.
    pub const fn more(self) -> &'static str {
        self.pick("…", "~")
    }

    /// From here to there.
    pub const fn to(self) -> &'static str {
        self.pick("→", ">")
    }

    /// Before a line that leads on to more.
    pub const fn leads(self) -> &'static str {
        self.pick("›", ">")
    }

    /// Which way something goes: worse, better, away, or nobody knows.
    pub const fn trend(self, trend: Option<Trend>) -> &'static str {
        match trend {
            Some(Trend::Worse) => self.pick("↑", "^"),
            Some(Trend::Better) => self.pick("↓", "v"),
            Some(Trend::Gone) => self.pick("×", "x"),
            Some(Trend::Blind) => "?",
            None => " ",
        }
    }

    /// Smallest first, or largest first.
    pub const fn order(self, reversed: bool) -> &'static str {
        if reversed { self.pick("▼", "v") } else { self.pick("▲", "^") }
    }

    /// `left` of `whole` as three cells, an eighth of a cell at a time where there are such marks.
    pub fn bar(self, left: i64, whole: i64) -> String {
        const CELLS: i64 = 3;
        let (marks, empty): (&[&str], _) = match self {
            Self::Unicode => (&["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"], " "),
            Self::Ascii => (&["#"], "."),
        };
        let steps = i64::try_from(marks.len()).unwrap_or(1);
        // Rounded up, so that only nothing looks like nothing.
        let full = (left.clamp(0, whole) * CELLS * steps + whole - 1) / whole.max(1);
        (0..CELLS)
            .map(|cell| match usize::try_from((full - cell * steps).min(steps)) {
                Ok(step @ 1..) => marks.get(step - 1).copied().unwrap_or(empty),
                Ok(0) | Err(_) => empty,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_nothing_left_is_an_empty_bar() {
        let check = |glyphs: Glyphs, left, expected: &str| assert_eq!(glyphs.bar(left, 11 * 3600), expected);
        check(Glyphs::Ascii, 11 * 3600, "###");
        check(Glyphs::Ascii, 60, "#..");
        check(Glyphs::Ascii, 0, "...");
        check(Glyphs::Unicode, 11 * 3600, "███");
        check(Glyphs::Unicode, 11 * 1800, "█▌ ");
        check(Glyphs::Unicode, 60, "▏  ");
        check(Glyphs::Unicode, i64::MAX, "███");
        check(Glyphs::Unicode, -5, "   ");
    }
}
