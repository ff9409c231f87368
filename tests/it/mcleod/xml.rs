//! The XML of a JSON answer, as a server would write the same rows.

use serde_json::{Map, Value};

/// How columns are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Style {
    /// As attributes, as the documentation has it.
    Attributes,
    /// As child elements with text.
    Elements,
}

/// A document of these rows: a list, one row, or nothing (`null`).
pub fn xml(rows: &Value) -> String {
    xml_in(rows, Style::Attributes)
}

pub fn xml_in(rows: &Value, style: Style) -> String {
    match rows {
        Value::Array(rows) => {
            let rows: String = rows.iter().map(|row| element(None, row, style)).collect();
            format!("<list>\n{rows}</list>")
        }
        Value::Null => "<list/>".to_owned(),
        row => element(None, row, style),
    }
}

fn element(name: Option<&str>, row: &Value, style: Style) -> String {
    let Value::Object(row) = row else { return format!("<item>{}</item>", written(row)) };
    let kind = row.get("__type").and_then(Value::as_str).or(name).unwrap_or("row");
    let name = name.map(|name| format!(" __name=\"{name}\"")).unwrap_or_default();
    let (columns, children) = parts(row);
    let (mut attributes, mut inside) = (String::new(), String::new());
    for (column, value) in columns {
        match style {
            Style::Attributes => attributes.extend([" ", column, "=\"", &written(value), "\""]),
            Style::Elements => inside.extend(["<", column, ">", &written(value), "</", column, ">\n"]),
        }
    }
    for (name, child) in children {
        let children = child.as_array().map_or(std::slice::from_ref(child), Vec::as_slice);
        inside.extend(children.iter().map(|child| element(Some(name), child, style)));
    }
    format!("<{kind}{name}{attributes}>{inside}</{kind}>\n")
}

type Parts<'a> = Vec<(&'a String, &'a Value)>;

fn parts(row: &Map<String, Value>) -> (Parts<'_>, Parts<'_>) {
    let told =
        row.iter().filter(|(name, value)| !value.is_null() && !["__type", "__name"].contains(&name.as_str()));
    told.partition(|(_, value)| !value.is_object() && !value.is_array())
}

fn written(value: &Value) -> String {
    match value {
        Value::Bool(true) => "Y".to_owned(),
        Value::Bool(false) => "N".to_owned(),
        Value::String(text) => {
            text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;").replace('\u{1b}', "&#x1b;")
        }
        other => other.to_string(),
    }
}
