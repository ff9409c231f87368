//! What the subcommands print: pure functions of a fleet and the time. They open nothing.

pub mod ask;
pub mod audit;
pub mod best;
pub mod detention;
pub mod doctor;
pub mod find;
pub mod handoff;
pub mod hours;
pub mod late;
pub mod near;
pub mod plan;
pub mod proof;
pub mod rows;
pub mod say;
pub mod status;
pub mod trail;
pub mod uncovered;

mod ascii;
mod csv;
mod grid;
mod table;

use std::io::{self, Write};

use jiff::tz::TimeZone;
use serde::Serialize;

use self::ascii::Ascii;

/// How to answer.
#[derive(Clone, Debug)]
pub enum Format {
    /// One JSON array or object.
    Json,
    /// RFC 4180, with a header.
    Csv,
    /// For people.
    Text(Layout),
}

/// How an answer for people is laid out.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Columns of the terminal; `None`: as wide as it takes.
    pub width: Option<usize>,
    /// Whether only ASCII may be used; whoever prints through [`Format::print`] uses no more.
    pub ascii: bool,
    /// The office's zone, in which times are shown.
    pub zone: TimeZone,
}

impl Format {
    /// Prints to `out` in this format: of text that is to be ASCII nothing else gets there, whatever rows and people's notes
    /// hold. What programs read is as it is.
    pub fn print(
        &self,
        out: &mut dyn Write,
        print: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        match self {
            Self::Text(Layout { ascii: true, .. }) => {
                let mut out = Ascii::new(out);
                print(&mut out)?;
                out.flush()
            }
            Self::Json | Self::Csv | Self::Text(_) => {
                print(out)?;
                out.flush()
            }
        }
    }

    /// How to lay it out for people; `None` where it was printed as the JSON array of `rows` instead.
    fn laid_out<T: Serialize>(
        &self,
        rows: impl Iterator<Item = T>,
        out: &mut dyn Write,
    ) -> io::Result<Option<&Layout>> {
        match self {
            Self::Json | Self::Csv => print_json(rows, out).map(|()| None),
            Self::Text(layout) => Ok(Some(layout)),
        }
    }
}

/// One JSON array, an element a line.
fn print_array(elements: &[String], out: &mut dyn Write) -> io::Result<()> {
    if elements.is_empty() {
        return writeln!(out, "[]");
    }
    writeln!(out, "[\n{}\n]", elements.join(",\n"))
}

/// The rows as one JSON array.
fn print_json<T: Serialize>(rows: impl Iterator<Item = T>, out: &mut dyn Write) -> io::Result<()> {
    let rows = rows.map(|row| serde_json::to_string(&row)).collect::<serde_json::Result<Vec<_>>>()?;
    print_array(&rows, out)
}

/// So many things of a kind are listed for people. A fleet may have thousands in doubt, and a terminal that
/// scrolls away what is above them tells nothing.
const LISTED: usize = 10;
/// So many records of one of them.
const NAMED: usize = 4;

/// Names in a row, of many only the first.
fn listed(names: &[String]) -> String {
    match names.len().checked_sub(NAMED) {
        None | Some(0) => names.join(", "),
        Some(more) => format!("{} and {more} more", names.get(..NAMED).unwrap_or_default().join(", ")),
    }
}
