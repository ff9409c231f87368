//! Against what the vendors themselves publish, read where it lies: their recordings and examples are
//! understood, and what we ask is what their specifications know. Skipped where they are not at hand.

mod mapbox;
mod mock;
mod prism;
mod questions;
mod recordings;
mod specification;

use std::path::{Path, PathBuf};

use backhaul::model::Timestamp;
use backhaul::providers::Ask;

const SHARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/fixtures");

/// Where `path` lies; says so and gives `None` where it does not.
fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(SHARED).join(path);
    if !path.exists() {
        eprintln!("skipped: there is no {}", path.display());
        return None;
    }
    Some(path)
}

fn ask(resource: &'static str) -> Ask<'static> {
    let now = Timestamp::parse("2026-11-20T15:05:15Z").unwrap();
    Ask { resource, cursor: None, page: None, restart: false, wanted: &[], now }
}
