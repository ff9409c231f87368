//! How McLeod writes an answer: XML unless JSON is asked for, both from the same rows.

use axum::http::StatusCode;
use serde_json::{Map, Value};

use super::super::ask::Answer;

/// What an answer is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// Tables are elements, columns attributes, children nested.
    Xml,
    /// Rows are objects.
    Json,
}

impl Written {
    /// What an `Accept` header gets; `None` when neither will do. XML is the server's own choice.
    pub fn by(accept: &str) -> Option<Self> {
        let mut best: Option<(f64, Self)> = None;
        for range in accept.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let written = match parts.next().unwrap_or_default() {
                "application/json" => Self::Json,
                "application/xml" | "application/*" | "*/*" => Self::Xml,
                _ => continue,
            };
            let quality = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
            if quality > best.map_or(0.0, |(best, _)| best) {
                best = Some((quality, written));
            }
        }
        best.map(|(_, written)| written)
    }

    /// An answer of one row, a list of them, or null. `root` names what has no `__type` of its own.
    pub fn answer(self, status: StatusCode, value: &Value, root: &str) -> Answer {
        match self {
            Self::Json => Answer::json(status, value),
            Self::Xml => {
                Answer { content_type: "application/xml", ..Answer::text(status, document(value, root)) }
            }
        }
    }
}

/// A whole document.
fn document(value: &Value, root: &str) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    match value {
        Value::Object(row) => element(&mut text, row, root),
        Value::Array(rows) if !rows.is_empty() => {
            text.push_str("<list>\n");
            rows.iter().filter_map(Value::as_object).for_each(|row| element(&mut text, row, root));
            text.push_str("</list>\n");
        }
        _ => text.push_str("<list/>\n"),
    }
    text
}

/// One row: its columns as attributes, then its children.
fn element(text: &mut String, row: &Map<String, Value>, root: &str) {
    let name = row.get("__type").and_then(Value::as_str).unwrap_or(root);
    text.push('<');
    text.push_str(name);
    let mut children: Vec<&Map<String, Value>> = Vec::new();
    for (column, value) in row.iter().filter(|(column, _)| *column != "__type") {
        match value {
            Value::Object(child) => children.push(child),
            Value::Array(several) => children.extend(several.iter().filter_map(Value::as_object)),
            Value::Null => {}
            Value::Bool(flag) => attribute(text, column, if *flag { "Y" } else { "N" }),
            Value::Number(number) => attribute(text, column, &number.to_string()),
            Value::String(value) => attribute(text, column, value),
        }
    }
    if children.is_empty() {
        text.push_str("/>\n");
        return;
    }
    text.push_str(">\n");
    for child in children {
        element(text, child, root);
    }
    text.push_str("</");
    text.push_str(name);
    text.push_str(">\n");
}

fn attribute(text: &mut String, name: &str, value: &str) {
    text.push(' ');
    text.push_str(name);
    text.push_str("=\"");
    for letter in value.chars() {
        match letter {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            // Else a reader would make a space of it.
            '\n' => text.push_str("&#10;"),
            other => text.push(other),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_representation_is_negotiated() {
        let check =
            |accept: &str, expected: Option<Written>| assert_eq!(Written::by(accept), expected, "{accept}");
        check("*/*", Some(Written::Xml));
        check("application/xml", Some(Written::Xml));
        check("application/json", Some(Written::Json));
        check("text/plain, application/json;q=0.5", Some(Written::Json));
        check("application/json;q=0.5, application/xml", Some(Written::Xml));
        check("application/json, application/xml", Some(Written::Json));
        check("application/json;q=0, */*;q=0.1", Some(Written::Xml));
        check("text/html", None);
        check("application/json;q=0", None);
    }

    #[test]
    fn columns_are_attributes_and_children_elements_of_their_tables() {
        let row = json!([{
            "__type": "movement", "id": "0412233", "brokerage": false, "move_distance": 668.0,
            "cfsim_lane": "A & \"B\" <C>\nD", "fleet_manager": null,
            "stops": [{ "__type": "stop", "__name": "stops", "id": "1" }],
            "driver1": { "__type": "driver", "__name": "driver1", "is_active": true },
        }]);
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<list>\n\
             <movement brokerage=\"N\" cfsim_lane=\"A &amp; &quot;B&quot; &lt;C&gt;&#10;D\" id=\"0412233\" move_distance=\"668.0\">\n\
             <driver __name=\"driver1\" is_active=\"Y\"/>\n\
             <stop __name=\"stops\" id=\"1\"/>\n\
             </movement>\n</list>\n";
        assert_eq!(document(&row, "list"), expected);
        assert!(document(&json!([]), "list").ends_with("<list/>\n"));
        assert!(document(&Value::Null, "list").ends_with("<list/>\n"));
        assert!(document(&json!({ "id": "x" }), "users").ends_with("<users id=\"x\"/>\n"));
    }
}
