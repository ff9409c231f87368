//! Marks that are prettier outside ASCII, each with what stands for it inside.

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

    /// Smallest first, or largest first.
    pub const fn order(self, reversed: bool) -> &'static str {
        if reversed { self.pick("▼", "v") } else { self.pick("▲", "^") }
    }

    /// `left` of `whole` as four cells.
    pub fn bar(self, left: i64, whole: i64) -> String {
        const CELLS: i64 = 4;
        // Rounded up, so that only nothing looks like nothing.
        let full = (left.clamp(0, whole) * CELLS + whole - 1) / whole.max(1);
        (0..CELLS).map(|cell| if cell < full { self.pick("█", "#") } else { self.pick("░", ".") }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_nothing_left_is_an_empty_bar() {
        let check = |left, expected: &str| assert_eq!(Glyphs::Ascii.bar(left, 11 * 3600), expected);
        check(11 * 3600, "####");
        check(60, "#...");
        check(0, "....");
        check(i64::from(i32::MAX), "####");
        check(-5, "....");
    }
}
