//! All integration tests, in one binary.

mod cli;
mod config;
mod http;
mod layers;
mod processes;
mod providers;
mod pty;
mod screens;
mod sim;
mod store;
mod sync;
