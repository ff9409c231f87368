//! backhaul: the dispatcher's terminal.
//!
//! Facts flow one way: `providers` → `model` → `store` → `tui` and `commands`. Which module may
//! name which is a table in `tests/it/layers.rs`, and the picture is in `ARCHITECTURE.md`.

pub mod assistant;
pub mod checkup;
pub mod cli;
pub mod commands;
pub mod config;
pub mod console;
pub mod daemon;
pub mod http;
pub mod init;
pub mod log;
pub mod model;
pub mod providers;
pub mod routing;
pub mod rules;
pub mod service;
pub mod sim;
pub mod store;
pub mod sync;
pub mod tui;
