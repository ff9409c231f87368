//! Columns of text, aligned, and fitted to a width: wide cells are cut first, then whole columns go
//! from the right, so the first ones must be the ones that matter.

use std::io::{self, Write};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::Layout;

const GAP: usize = 2;
/// No column is cut below this.
const NARROWEST: usize = 12;

/// Prints the titles and the rows below them; every row has a cell for each title.
pub(super) fn print(
    titles: &[&str],
    rows: &[Vec<String>],
    layout: &Layout,
    out: &mut dyn Write,
) -> io::Result<()> {
    print_whole(titles, &[], rows, layout, out)
}

/// The same, with columns by these titles that are shown whole or not at all: a time without the letters of
/// its zone is another time.
pub(super) fn print_whole(
    titles: &[&str],
    whole: &[&str],
    rows: &[Vec<String>],
    layout: &Layout,
    out: &mut dyn Write,
) -> io::Result<()> {
    let natural: Vec<usize> = (titles.iter().enumerate())
        .map(|(column, title)| {
            rows.iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.width())
                .fold(title.width(), usize::max)
        })
        .collect();
    let widths = match layout.width {
        Some(width) => {
            let may_be_cut: Vec<bool> = titles.iter().map(|title| !whole.contains(title)).collect();
            fit(&natural, &may_be_cut, width)
        }
        None => natural,
    };
    let heads: Vec<String> = titles.iter().map(|title| (*title).to_owned()).collect();
    for row in std::iter::once(&heads).chain(rows) {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let cell = cut(cell, *width, layout.ascii);
            let pad = width - cell.width() + GAP;
            line.push_str(&cell);
            line.extend(std::iter::repeat_n(' ', pad));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Widths that together fit; fewer than there were when even narrow columns do not.
fn fit(natural: &[usize], may_be_cut: &[bool], into: usize) -> Vec<usize> {
    let shown = (1..=natural.len()).rev().find_map(|count| shrunk(natural.get(..count)?, may_be_cut, into));
    // Not even the first fits as it is.
    shown.unwrap_or_else(|| natural.first().map(|only| into.min(*only)).into_iter().collect())
}

/// These widths, the widest made narrower until all fit; `None` where they would be too narrow to read.
fn shrunk(natural: &[usize], may_be_cut: &[bool], into: usize) -> Option<Vec<usize>> {
    let mut widths = natural.to_vec();
    while widths.iter().map(|width| width + GAP).sum::<usize>().saturating_sub(GAP) > into {
        let cut = widths.iter_mut().zip(may_be_cut).filter(|(_, may_be_cut)| **may_be_cut);
        let widest = cut.map(|(width, _)| width).max().filter(|widest| **widest > NARROWEST)?;
        *widest -= 1;
    }
    Some(widths)
}

/// The cell's beginning that takes at most `width` columns, marked where something is missing.
fn cut(cell: &str, width: usize, ascii: bool) -> String {
    if cell.width() <= width {
        return cell.to_owned();
    }
    let mark = if ascii { "~" } else { "…" };
    let room = width.saturating_sub(1);
    let mut out = String::new();
    let mut taken = 0;
    for c in cell.chars() {
        taken += c.width().unwrap_or(0);
        if taken > room {
            break;
        }
        out.push(c);
    }
    if width > 0 {
        out.push_str(mark);
    }
    out
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    fn check(width: Option<usize>, expected: &str) {
        let rows = [["T-101", "I-40, 12 mi E of Amarillo TX", "Ann"], ["7", "東京", "-"]];
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.map(str::to_owned).to_vec()).collect();
        let layout = Layout { width, ascii: false, zone: TimeZone::UTC };
        let mut out = Vec::new();
        print(&["UNIT", "PLACE", "DRIVER"], &rows, &layout, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn columns_line_up_whatever_their_letters() {
        check(
            None,
            "UNIT   PLACE                         DRIVER\n\
             T-101  I-40, 12 mi E of Amarillo TX  Ann\n\
             7      東京                          -\n",
        );
    }

    #[test]
    fn a_column_that_means_something_else_when_cut_is_not_cut() {
        let rows = [vec!["a long name of a load".to_owned(), "Tue 14:05 CST".to_owned(), "x".to_owned()]];
        let printed = |width: usize| {
            let layout = Layout { width: Some(width), ascii: false, zone: TimeZone::UTC };
            let mut out = Vec::new();
            print_whole(&["LOAD", "ETA", "Y"], &["ETA"], &rows, &layout, &mut out).unwrap();
            String::from_utf8(out).unwrap().lines().nth(1).unwrap().to_owned()
        };
        assert_eq!(printed(30), "a long name…  Tue 14:05 CST  x");
        assert_eq!(printed(29), "a long name o…  Tue 14:05 CST");
        assert_eq!(printed(20), "a long name of a lo…");
    }

    #[test]
    fn the_widest_is_cut_first_then_columns_go_from_the_right() {
        check(
            Some(30),
            "UNIT   PLACE            DRIVER\nT-101  I-40, 12 mi E …  Ann\n7      東京             -\n",
        );
        check(Some(20), "UNIT   PLACE\nT-101  I-40, 12 mi …\n7      東京\n");
        check(Some(3), "UN…\nT-…\n7\n");
    }
}
