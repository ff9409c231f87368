//! Rows as CSV (RFC 4180), made from the same JSON that `--json` prints, so that both have the same
//! fields. Safe to open in a spreadsheet: a cell that would be taken for a formula is marked as text.

use std::fmt;
use std::io::{self, Write};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

/// Prints a header of `fields` and a line for each row, a JSON object with those fields in that order.
pub(super) fn print(fields: &[String], rows: &[Fields], out: &mut dyn Write) -> io::Result<()> {
    line(fields.iter().cloned(), out)?;
    for row in rows {
        line(row.0.iter().map(|(_, value)| cell(value)), out)?;
    }
    Ok(())
}

/// Prints lines of text under their titles.
pub(super) fn print_lines(titles: &[&str], rows: &[Vec<String>], out: &mut dyn Write) -> io::Result<()> {
    line(titles.iter().map(|title| (*title).to_owned()), out)?;
    rows.iter().try_for_each(|row| line(row.iter().map(|text| defused(text)), out))
}

/// A JSON object with its fields in the order they were written.
#[derive(Debug)]
pub(super) struct Fields(pub(super) Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Fields(fields))
    }
}

fn line(cells: impl Iterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<_> = cells.map(|cell| quoted(&cell)).collect();
    write!(out, "{}\r\n", cells.join(","))
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => defused(text),
        other => other.to_string(),
    }
}

/// Text that a spreadsheet will not run: `=1+1` becomes `'=1+1`, numbers stay numbers.
fn defused(text: &str) -> String {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if risky && text.parse::<f64>().is_err() { format!("'{text}") } else { text.to_owned() }
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_defused() {
        let check = |json: &str, expected: &str| {
            let value: Value = serde_json::from_str(json).unwrap();
            assert_eq!(quoted(&cell(&value)), expected, "{json}");
        };
        check("null", "");
        check("-97.5", "-97.5");
        check("true", "true");
        check("\"plain\"", "plain");
        check("\"a, \\\"b\\\"\"", "\"a, \"\"b\"\"\"");
        check("\"-12\"", "-12");
        check("\"-\"", "'-");
        check("\"=HYPERLINK(1,2)\"", "\"'=HYPERLINK(1,2)\"");
        check("\"@x\"", "'@x");
        check("\"+1 555 0100\"", "'+1 555 0100");
    }

    #[test]
    fn fields_keep_their_order() {
        let fields: Fields = serde_json::from_str(r#"{"b": 1, "a": null}"#).unwrap();
        let names: Vec<_> = fields.0.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["b", "a"]);
    }
}
