//! The rows of a table as the text of a file, CSV or JSON, with when they were true. Writes no file itself.

use serde_json::{Map, Value, json};

use crate::rules::proof::TITLES;
use crate::tui::facts::Facts;
use crate::tui::widgets::table::Rows;
use crate::tui::words::{self, UNKNOWN};

/// Which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Csv,
    Json,
}

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// "backhaul-drivers-20260302-140500.csv".
    pub name: String,
    /// What is in it.
    pub text: String,
    /// How many rows that is.
    pub rows: usize,
}

/// What proves how long a truck was held at a stop, in a file.
pub fn proof(stop_id: &str, rows: &[[String; 6]], facts: &Facts) -> File {
    let line =
        |cells: &mut dyn Iterator<Item = &str>| cells.map(field).collect::<Vec<_>>().join(",") + "\r\n";
    let mut text = line(&mut TITLES.into_iter());
    for cells in rows {
        text += &line(&mut cells.iter().map(String::as_str));
    }
    // An id is whatever the TMS says; a file's name leads nowhere else.
    let id: String = stop_id.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    File { name: format!("backhaul-detention-{id}{}.csv", stamp(facts)), text, rows: rows.len() }
}

/// "-20260302-140500".
fn stamp(facts: &Facts) -> String {
    let at = facts.now.calendar().map(|at| at.to_zoned(facts.zone.clone()));
    at.map_or_else(String::new, |at| at.strftime("-%Y%m%d-%H%M%S").to_string())
}

/// These rows in a file, as of now.
pub fn file(rows: &Rows, filter: &str, form: Form, facts: &Facts) -> File {
    let at = facts.now.calendar().map(|at| at.to_zoned(facts.zone.clone()));
    let as_of = at.map_or_else(|| UNKNOWN.to_owned(), |at| at.strftime("%Y-%m-%d %H:%M:%S %Z").to_string());
    let read = words::age(Some(facts.fleet.read_at), facts.now);
    let (ending, text) = match form {
        Form::Csv => ("csv", csv(rows, filter, &format!("{as_of}, database read {read} ago"))),
        Form::Json => ("json", json_text(rows, filter, &as_of)),
    };
    let name = format!("backhaul-{}{}.{ending}", rows.title.to_lowercase(), stamp(facts));
    File { name, text, rows: rows.cells.len() }
}

fn csv(rows: &Rows, filter: &str, as_of: &str) -> String {
    let mut told = vec![format!("{} as of {as_of}", rows.title)];
    if !filter.is_empty() {
        told.push(format!("filter {filter} ({})", rows.hidden));
    }
    let line =
        |cells: &mut dyn Iterator<Item = &str>| cells.map(field).collect::<Vec<_>>().join(",") + "\r\n";
    let mut text = line(&mut std::iter::once(told.join("; ").as_str()));
    text += &line(&mut rows.columns.iter().copied());
    for cells in &rows.cells {
        text += &line(&mut cells.iter().map(String::as_str));
    }
    text
}

/// A field in quotes where it needs them. What a spreadsheet would take for a formula is made text: a load's
/// comment must not be run.
fn field(text: &str) -> String {
    if text == UNKNOWN {
        return String::new();
    }
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

fn json_text(rows: &Rows, filter: &str, as_of: &str) -> String {
    let name = |title: &str| title.to_lowercase().replace(' ', "_");
    let row = |cells: &Vec<String>| {
        let cells = rows.columns.iter().zip(cells).map(|(title, cell)| {
            (name(title), if cell == UNKNOWN { Value::Null } else { Value::from(cell.as_str()) })
        });
        Value::Object(cells.collect::<Map<_, _>>())
    };
    let all: Vec<Value> = rows.cells.iter().map(row).collect();
    let told = json!({ "panel": name(rows.title), "as_of": as_of, "filter": filter, "hidden": rows.hidden, "rows": all });
    format!("{told:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_never_a_formula_and_never_breaks_its_line() {
        let check = |text: &str, expected: &str| assert_eq!(field(text), expected);
        check("Amarillo TX", "Amarillo TX");
        check("-", "");
        check("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"");
        check("+1h20", "'+1h20");
        check("@SUM(A1)", "'@SUM(A1)");
        check("-2", "'-2");
        check("a,b", "\"a,b\"");
        check("", "");
    }
}
