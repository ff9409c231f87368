//! What a dispatcher asks: which loads are late, how one gets there, who is near, who can take it, who waits,
//! and what a number is. The rules, and that what is printed is what they say.

mod best;
mod binary;
mod detention;
mod find;
mod late;
mod limits;
pub(crate) mod made;
mod near;
mod plan;
mod proof;
mod say;

use std::io;

use backhaul::commands::{Format, Layout};
use serde_json::Value;

/// What `print` prints as JSON.
fn json(print: impl FnOnce(&Format, &mut dyn io::Write) -> io::Result<()>) -> Value {
    let mut out = Vec::new();
    print(&Format::Json, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

/// What `print` prints for people on a terminal of so many columns.
fn text(width: usize, print: impl FnOnce(&Format, &mut dyn io::Write) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    let layout = Layout { width: Some(width), ascii: false, zone: made::office().zone };
    print(&Format::Text(layout), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
