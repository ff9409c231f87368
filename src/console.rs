//! The console.

use std::process::ExitCode;

use crate::config::Config;

/// How to show it.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct Options {
    /// Never poll.
    pub view_only: bool,
    /// Show the simulated fleet.
    pub demo: bool,
    /// No colour.
    pub no_color: bool,
    /// Only ASCII.
    pub ascii: bool,
}

/// Shows the console until it is left.
#[expect(clippy::unused_async, reason = "not wired yet")]
pub async fn run(_config: &Config, _options: Options) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not wired yet")
}
