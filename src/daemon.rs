//! Polling without a screen.

use std::process::ExitCode;

use crate::config::Config;

/// How to poll.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Read every feed once, then end.
    pub once: bool,
    /// Poll the simulated fleet.
    pub demo: bool,
}

/// What to simulate.
#[derive(Clone, Copy, Debug)]
pub struct SimOptions {
    /// Tractors.
    pub units: u32,
    /// The same seed is the same fleet.
    pub seed: u64,
    /// Of 127.0.0.1; 0 takes any that is free.
    pub port: u16,
    /// First print a configuration for it.
    pub print_config: bool,
}

/// Polls until told to stop.
#[expect(clippy::unused_async, reason = "not wired yet")]
pub async fn run(_config: &Config, _options: Options) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not wired yet")
}

/// Serves the simulated upstreams until told to stop.
#[expect(clippy::unused_async, reason = "not wired yet")]
pub async fn sim(_options: SimOptions) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not wired yet")
}
