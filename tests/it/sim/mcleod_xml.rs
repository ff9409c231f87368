//! The simulated McLeod in XML, its own default: that it says what it says in JSON, row for row.

use serde_json::{Map, Value};

use super::{Reply, World};
use backhaul::sim::{Fault, Upstream};

/// One element, as read back.
#[derive(Debug, PartialEq)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Self>,
}

async fn xml(world: &World, path: &str) -> Reply {
    let token = format!("Token {}", world.sim.mcleod_token());
    world.get(&format!("{}{path}", world.sim.mcleod_url()), &[("authorization", &token)]).await
}

#[tokio::test]
async fn every_table_says_in_xml_what_it_says_in_json() {
    let world = World::of(40).await;
    let mut compared = 0;
    for path in [
        "/movements/search?status=P",
        "/orders/search",
        "/stop/search",
        "/drivers/search",
        "/tractors/search",
        "/trailers/search",
        "/customers/search",
        "/equipment_item/search",
        "/movement_order/search",
        "/mc_position/search",
        "/mcmessages/positions",
        "/tractors/406",
        "/users/current",
        "/metadata",
    ] {
        let reply = xml(&world, path).await;
        assert_eq!((reply.status, reply.headers["content-type"].to_str().unwrap()), (200, "application/xml"));
        let root = read(&reply.body);
        let json = world.mcleod(path).await.json();
        let rows = match json {
            Value::Array(rows) => rows,
            row => vec![row],
        };
        let elements = if root.name == "list" { root.children } else { vec![root] };
        assert_eq!(elements.len(), rows.len(), "{path}");
        for (element, row) in elements.iter().zip(&rows) {
            assert_eq!(element, &expected(row, &element.name), "{path}");
            compared += 1;
        }
    }
    assert!(compared > 500, "{compared}");
}

#[tokio::test]
async fn letters_that_xml_keeps_for_itself_arrive() {
    let world = World::of(20).await;
    let body = xml(&world, "/tractors/406").await.body;
    assert!(
        body.contains("planning_comment=\"Tires &lt; 4/32&quot; &amp; due&#10;ask &lt;shop&gt;\""),
        "{body}"
    );
    let customers = xml(&world, "/customers/search").await.body;
    assert!(customers.contains(" &amp; SONS\""), "{customers}");
}

#[tokio::test]
async fn nothing_found_is_an_empty_list_and_an_unknown_id_has_no_body() {
    let world = World::of(5).await;
    for number in 0..10 {
        assert_eq!(read(&xml(&world, &format!("/tractors/search?id=x{number}")).await.body).name, "list");
    }
    let unknown = xml(&world, "/movements/9999999").await;
    assert_eq!((unknown.status, unknown.body.as_str()), (404, ""));
    let time = xml(&world, "/sysadmin/getServerTimeMillis").await;
    assert_eq!(time.headers["content-type"], "text/plain");
}

#[tokio::test]
async fn single_movements_can_be_forbidden_while_searches_go_on() {
    let world = World::of(20).await;
    let id = world.search("/movements/search?recordLength=2").await[0]["id"].as_str().unwrap().to_owned();
    let forbidden = Fault::Status { code: 403, retry_after: None };
    world.sim.faults().set(Upstream::McLeod, "/movements/{id}", forbidden);
    assert_eq!(world.mcleod(&format!("/movements/{id}")).await.status, 403);
    assert_eq!(world.mcleod("/movements/search").await.status, 200);
    assert_eq!(world.mcleod("/equipment_item/search?equipment_type_id=L").await.status, 200);
}

/// The element that a row must be: columns as attributes, children under their tables' names.
fn expected(row: &Value, root: &str) -> Element {
    let row: &Map<String, Value> = row.as_object().unwrap();
    let mut element = Element {
        name: row.get("__type").map_or(root, |name| name.as_str().unwrap()).to_owned(),
        attributes: Vec::new(),
        children: Vec::new(),
    };
    for (name, value) in row.iter().filter(|(name, _)| *name != "__type") {
        match value {
            Value::Object(_) => element.children.push(expected(value, name)),
            Value::Array(rows) => element.children.extend(rows.iter().map(|row| expected(row, name))),
            Value::Bool(flag) => {
                element.attributes.push((name.clone(), if *flag { "Y" } else { "N" }.to_owned()));
            }
            Value::Number(number) => element.attributes.push((name.clone(), number.to_string())),
            Value::String(text) => element.attributes.push((name.clone(), text.clone())),
            Value::Null => panic!("{name} is null, and should be left out"),
        }
    }
    element
}

/// Reads a document of elements and attributes, which is all there is.
fn read(text: &str) -> Element {
    let text = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").unwrap_or(text);
    let mut open: Vec<Element> = Vec::new();
    for tag in text.split('<').map(str::trim).filter(|tag| !tag.is_empty()) {
        let tag = tag.strip_suffix('>').unwrap_or_else(|| panic!("text between elements: {tag}"));
        let closed = if let Some(name) = tag.strip_prefix('/') {
            let element = open.pop().unwrap();
            assert_eq!(element.name, name);
            element
        } else {
            let (tag, empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
            let (name, rest) = tag.split_once(' ').unwrap_or((tag, ""));
            let element =
                Element { name: name.to_owned(), attributes: attributes(rest), children: Vec::new() };
            if !empty {
                open.push(element);
                continue;
            }
            element
        };
        match open.last_mut() {
            Some(parent) => parent.children.push(closed),
            None => return closed,
        }
    }
    panic!("no end: {text}");
}

fn attributes(text: &str) -> Vec<(String, String)> {
    let mut parts = text.split('"');
    let mut found = Vec::new();
    while let (Some(name), Some(value)) = (parts.next(), parts.next()) {
        let value = value
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#10;", "\n")
            .replace("&amp;", "&");
        found.push((name.trim().trim_end_matches('=').to_owned(), value));
    }
    found
}
