//! Whether anybody looks: then positions are read at the active interval (contract §3).

use std::time::Duration;

use crate::model::{Timestamp, Viewer};

/// Whether this console is open and used: `timeout` after its last key it no longer counts; `None` is never.
pub fn is_watching(viewer: &Viewer, timeout: Option<Duration>, now: Timestamp) -> bool {
    viewer.is_here(now) && timeout.is_none_or(|timeout| now.since(viewer.key_at) <= timeout)
}

/// Whether any of them is.
pub fn anybody(viewers: &[Viewer], timeout: Option<Duration>, now: Timestamp) -> bool {
    viewers.iter().any(|viewer| is_watching(viewer, timeout, now))
}
