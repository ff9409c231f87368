//! All integration tests, in one binary.
#![allow(clippy::unwrap_used, clippy::string_slice)]

mod answers;
mod cli;
mod config;
mod conformance;
mod geotab;
mod hours;
mod http;
mod land;
mod layers;
mod mcleod;
mod motive;
mod processes;
mod pty;
mod routing;
mod samsara;
mod screens;
mod sim;
mod stays;
mod store;
mod sync;
mod terminal;
mod truth;
