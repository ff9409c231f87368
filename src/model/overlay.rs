//! What the fleet draws on the map itself: points, lines and areas out of `GeoJSON` (RFC 7946). The text is
//! a person's file: names are cleaned, what is no place on earth is refused by name.

use serde_json::Value;

use super::{Point, clean};

/// Characters of a name that are kept.
const NAME: usize = 40;
/// How deep collections may lie in each other.
const DEEP: usize = 8;

/// All of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overlay {
    /// In the order of the files.
    pub shapes: Vec<Shape>,
}

/// One thing on the map.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// What it is called: its property `name`, else `title`, else its id; empty where it has none.
    pub name: String,
    form: Form,
}

#[derive(Clone, Debug, PartialEq)]
enum Form {
    Point(Point),
    /// Lines, or the rings of an area.
    Lines(Vec<Vec<Point>>),
}

/// Why a file cannot be drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is no JSON.
    #[error("is no JSON: {0}")]
    Json(String),
    /// It is JSON, but not of RFC 7946.
    #[error("is no GeoJSON: {0} has {1}")]
    Form(String, &'static str),
}

impl Shape {
    /// Where its name is written: the place itself, or the middle of its extent.
    pub fn point(&self) -> Option<Point> {
        let lines = match &self.form {
            Form::Point(point) => return Some(*point),
            Form::Lines(lines) => lines,
        };
        let mut points = lines.iter().flatten();
        let first = points.next()?;
        let (mut low, mut high) = (*first, *first);
        for point in points {
            low.latitude = low.latitude.min(point.latitude);
            low.longitude = low.longitude.min(point.longitude);
            high.latitude = high.latitude.max(point.latitude);
            high.longitude = high.longitude.max(point.longitude);
        }
        Point::new(f64::midpoint(low.latitude, high.latitude), f64::midpoint(low.longitude, high.longitude))
    }

    /// What is to be drawn of it: none of a point.
    pub fn lines(&self) -> &[Vec<Point>] {
        match &self.form {
            Form::Point(_) => &[],
            Form::Lines(lines) => lines,
        }
    }
}

impl Overlay {
    /// Takes in one file's text. Nothing of a file with a mistake is taken in.
    pub fn read(&mut self, text: &str) -> Result<(), Unreadable> {
        let root: Value = serde_json::from_str(text).map_err(|error| {
            // Its own words may quote the file.
            Unreadable::Json(format!("line {}, column {}", error.line(), error.column()))
        })?;
        let mut shapes = Vec::new();
        read(&root, "", "the file", DEEP, &mut shapes)?;
        self.shapes.extend(shapes);
        Ok(())
    }
}

/// Takes in an object: a collection, a feature or a geometry. `at` says where, for a person.
fn read(value: &Value, name: &str, at: &str, deep: usize, shapes: &mut Vec<Shape>) -> Result<(), Unreadable> {
    let wrong = |what| Err(Unreadable::Form(at.to_owned(), what));
    if deep == 0 {
        return wrong("collections in collections in collections");
    }
    let each = |key: &str, word: &str, shapes: &mut Vec<Shape>| match value.get(key).and_then(Value::as_array)
    {
        Some(parts) => (1..).zip(parts).try_for_each(|(number, part)| {
            let at = format!(
                "{word} {number}{}",
                if at == "the file" { String::new() } else { format!(" of {at}") }
            );
            read(part, name, &at, deep - 1, shapes)
        }),
        None => wrong("no list of its parts"),
    };
    let coordinates = value.get("coordinates").unwrap_or(&Value::Null);
    let many = || coordinates.as_array().map(Vec::as_slice).unwrap_or_default();
    let form = match value.get("type").and_then(Value::as_str) {
        Some("FeatureCollection") => return each("features", "feature", shapes),
        Some("GeometryCollection") => return each("geometries", "geometry", shapes),
        Some("Feature") => {
            // RFC 7946 §3.2: a feature that is nowhere has the geometry null.
            let geometry = value.get("geometry").filter(|geometry| !geometry.is_null());
            return geometry.map_or(Ok(()), |geometry| read(geometry, &name_of(value), at, deep - 1, shapes));
        }
        Some("Point") => point(coordinates).map(|point| vec![Form::Point(point)]),
        Some("MultiPoint") => many().iter().map(|one| point(one).map(Form::Point)).collect(),
        Some("LineString") => line(coordinates).map(|line| vec![Form::Lines(vec![line])]),
        Some("MultiLineString" | "Polygon") => lines(coordinates).map(|lines| vec![Form::Lines(lines)]),
        Some("MultiPolygon") => many().iter().map(|one| lines(one).map(Form::Lines)).collect(),
        _ => return wrong("no type of RFC 7946"),
    };
    match form {
        Some(forms) if coordinates.is_array() => {
            shapes.extend(forms.into_iter().map(|form| Shape { name: name.to_owned(), form }));
            Ok(())
        }
        _ => wrong("coordinates that are no place on earth (longitude comes first)"),
    }
}

fn name_of(feature: &Value) -> String {
    let properties = feature.get("properties");
    let named = ["name", "title"].into_iter().find_map(|key| properties?.get(key)?.as_str());
    clean(named.or_else(|| feature.get("id")?.as_str()).unwrap_or_default(), NAME)
}

fn lines(value: &Value) -> Option<Vec<Vec<Point>>> {
    value.as_array()?.iter().map(line).collect()
}

fn line(value: &Value) -> Option<Vec<Point>> {
    value.as_array()?.iter().map(point).collect()
}

/// Longitude first (RFC 7946 §3.1.1); a height may follow.
fn point(value: &Value) -> Option<Point> {
    let numbers = value.as_array()?;
    Point::new(numbers.get(1)?.as_f64()?, numbers.first()?.as_f64()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Result<Vec<Shape>, String> {
        let mut overlay = Overlay::default();
        overlay.read(text).map_err(|error| error.to_string())?;
        Ok(overlay.shapes)
    }

    #[test]
    fn yards_lanes_and_areas_are_read_with_their_names() {
        let shapes = told(
            r#"{"type":"FeatureCollection","features":[
                {"type":"Feature","properties":{"name":"Dallas\u001b[31m yard"},
                 "geometry":{"type":"Point","coordinates":[-96.8,32.78,120]}},
                {"type":"Feature","properties":null,"id":"lane 9",
                 "geometry":{"type":"LineString","coordinates":[[-96.8,32.78],[-95.37,29.76]]}},
                {"type":"Feature","properties":{"title":"no-go"},"geometry":{"type":"MultiPolygon",
                 "coordinates":[[[[-100,30],[-98,30],[-98,32],[-100,30]]]]}},
                {"type":"Feature","properties":{},"geometry":null}]}"#,
        )
        .unwrap();
        let names: Vec<_> = shapes.iter().map(|shape| shape.name.as_str()).collect();
        assert_eq!(names, ["Dallas yard", "lane 9", "no-go"]);
        assert_eq!(shapes[0].point(), Point::new(32.78, -96.8));
        assert_eq!(shapes[1].lines()[0].len(), 2);
        assert_eq!(shapes[2].point(), Point::new(31.0, -99.0));
        assert_eq!(told(r#"{"type":"Point","coordinates":[-96.8,32.78]}"#).unwrap()[0].name, "");
    }

    #[test]
    fn a_mistake_says_where_it_is() {
        let check = |text: &str, expected: &str| assert_eq!(told(text).unwrap_err(), expected);
        check("{\n  x", "is no JSON: line 2, column 3");
        check("[]", "is no GeoJSON: the file has no type of RFC 7946");
        check(
            r#"{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null},
                {"type":"Feature","geometry":{"type":"Point","coordinates":[32.78,-96.8]}}]}"#,
            "is no GeoJSON: feature 2 has coordinates that are no place on earth (longitude comes first)",
        );
        check(r#"{"type":"FeatureCollection"}"#, "is no GeoJSON: the file has no list of its parts");
        let deep = r#"{"type":"GeometryCollection","geometries":["#.repeat(50) + &"]}".repeat(50);
        assert!(told(&deep).unwrap_err().contains("collections in collections"), "{:?}", told(&deep));
    }
}
