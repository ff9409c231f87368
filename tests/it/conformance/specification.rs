//! As much of an `OpenAPI` document as it takes to check a GET and to answer it with the vendor's examples.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

/// Deeper than this a schema only repeats itself.
const DEPTH: u32 = 12;

/// A vendor's `OpenAPI` document.
pub(super) struct Specification(Value);

/// A request as the server sees it; header names in lower case.
pub(super) struct Request<'a> {
    pub(super) path: &'a str,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<String>,
}

impl Specification {
    pub(super) fn read(path: &Path) -> Self {
        Self(serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
    }

    #[cfg(test)]
    pub(super) fn of(document: Value) -> Self {
        Self(document)
    }

    /// What the document has against a GET; nothing when it is one that it knows.
    pub(super) fn violations(&self, request: &Request<'_>) -> Vec<String> {
        let Some(parameters) = self.parameters(request.path) else {
            return vec![format!("{}: there is no such GET", request.path)];
        };
        let mut violations = Vec::new();
        for parameter in &parameters {
            let (place, name) = (text(parameter, "in"), text(parameter, "name"));
            let is_there = match place {
                "query" => request.query.iter().any(|(sent, _)| sent == name),
                "header" => request.headers.contains(&name.to_lowercase()),
                _ => true,
            };
            if parameter["required"] == true && !is_there {
                violations.push(format!("{place} `{name}` is required"));
            }
        }
        for (name, value) in &request.query {
            let known =
                parameters.iter().find(|known| text(known, "in") == "query" && text(known, "name") == name);
            match known {
                None => violations.push(format!("there is no query `{name}`")),
                Some(known) => violations.extend(
                    self.against(&known["schema"], value).map(|why| format!("query `{name}`: {why}")),
                ),
            }
        }
        if !request.headers.iter().any(|name| name == "authorization") {
            violations.push("header `authorization` is required".to_owned());
        }
        violations.iter().map(|why| format!("{}: {why}", request.path)).collect()
    }

    /// The body of the 200 that the document shows for a GET of `path`.
    pub(super) fn example(&self, path: &str) -> Value {
        let content = &self.0["paths"][path]["get"]["responses"]["200"]["content"]["application/json"];
        if let Some(example) = content.get("example") {
            return example.clone();
        }
        self.instance(&content["schema"], DEPTH)
    }

    fn parameters(&self, path: &str) -> Option<Vec<&Value>> {
        let item = self.0["paths"].get(path)?;
        let of_both = [&item["parameters"], &item.get("get")?["parameters"]];
        let listed = of_both.into_iter().filter_map(Value::as_array).flatten();
        Some(listed.map(|parameter| self.resolved(parameter)).collect())
    }

    /// What is wrong with a query's value by its schema.
    fn against(&self, schema: &Value, value: &str) -> Option<String> {
        let schema = self.resolved(schema);
        if let Some(allowed) = schema["enum"].as_array() {
            return (!allowed.iter().any(|one| one == value))
                .then(|| format!("`{value}` is not among {allowed:?}"));
        }
        match text(schema, "type") {
            "integer" => {
                let Ok(number) = value.parse::<i64>() else {
                    return Some(format!("`{value}` is no integer"));
                };
                let beyond = |name: &str, out: fn(i64, i64) -> bool| {
                    schema[name].as_i64().filter(|bound| out(number, *bound))
                };
                let bound = beyond("minimum", |a, b| a < b).or_else(|| beyond("maximum", |a, b| a > b));
                bound.map(|bound| format!("{number} is beyond {bound}"))
            }
            "boolean" => (!matches!(value, "true" | "false")).then(|| format!("`{value}` is no boolean")),
            // Comma-separated in one parameter (style form, explode false).
            "array" => value.split(',').find_map(|item| self.against(&schema["items"], item)),
            _ if text(schema, "format") == "date-time" => backhaul::model::Timestamp::parse(value)
                .is_none()
                .then(|| format!("`{value}` is no date-time")),
            _ => None,
        }
    }

    /// One value of a schema: its example, else the plainest there is.
    fn instance(&self, schema: &Value, depth: u32) -> Value {
        let schema = self.resolved(schema);
        if let Some(example) = schema.get("example").or_else(|| schema["examples"].get(0)) {
            return example.clone();
        }
        if let Some(first) = schema["enum"].get(0) {
            return first.clone();
        }
        if depth == 0 {
            return Value::Null;
        }
        for choice in ["oneOf", "anyOf"] {
            if let Some(first) = schema[choice].get(0) {
                return self.instance(first, depth - 1);
            }
        }
        let mut object = Map::new();
        for part in schema["allOf"].as_array().into_iter().flatten() {
            match self.instance(part, depth - 1) {
                Value::Object(part) => object.extend(part),
                scalar => return scalar,
            }
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            object.insert(name.clone(), self.instance(property, depth - 1));
        }
        if !object.is_empty() {
            return Value::Object(object);
        }
        match (text(schema, "type"), text(schema, "format")) {
            ("array", _) => json!([self.instance(&schema["items"], depth - 1)]),
            ("boolean", _) => json!(true),
            ("integer" | "number", _) => json!(0),
            ("string", "date-time") => json!("2021-01-06T03:24:53.000Z"),
            ("string", _) => json!("string"),
            _ => json!({}),
        }
    }

    fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        let mut value = value;
        while let Some(reference) = value["$ref"].as_str() {
            value = self.0.pointer(reference.trim_start_matches('#')).unwrap();
        }
        value
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

#[test]
fn a_request_that_the_document_does_not_know_is_a_violation() {
    let specification = Specification::of(json!({
        "components": {"parameters": {"Token": {"in": "header", "name": "Connection-Token", "required": true}}},
        "paths": {"/a": {
            "parameters": [{"$ref": "#/components/parameters/Token"}],
            "get": {"parameters": [
                {"in": "query", "name": "limit", "schema": {"type": "integer", "maximum": 5}},
                {"in": "query", "name": "kinds", "required": true,
                 "schema": {"type": "array", "items": {"type": "string", "enum": ["x", "y"]}}},
            ]},
        }},
    }));
    let check = |path: &str, query: &[(&str, &str)], headers: &[&str], expected: &[&str]| {
        let query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let headers = headers.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(specification.violations(&Request { path, query, headers }), expected);
    };
    let both = ["authorization", "connection-token"];
    check("/a", &[("kinds", "x,y"), ("limit", "5")], &both, &[]);
    check("/b", &[], &both, &["/b: there is no such GET"]);
    check("/a", &[], &both, &["/a: query `kinds` is required"]);
    check(
        "/a",
        &[("kinds", "x,z")],
        &both,
        &["/a: query `kinds`: `z` is not among [String(\"x\"), String(\"y\")]"],
    );
    check("/a", &[("kinds", "x"), ("limit", "6")], &both, &["/a: query `limit`: 6 is beyond 5"]);
    check("/a", &[("kinds", "x"), ("limit", "few")], &both, &["/a: query `limit`: `few` is no integer"]);
    check("/a", &[("kinds", "x"), ("after", "c")], &both, &["/a: there is no query `after`"]);
    let expected = ["/a: header `Connection-Token` is required", "/a: header `authorization` is required"];
    check("/a", &[("kinds", "x")], &[], &expected);
}
