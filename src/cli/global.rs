//! The flags that every command takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Flags that every command takes.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// The configuration file [default: ~/.config/backhaul/config.toml, else /etc/backhaul/config.toml]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// The database, such as `sqlite:/var/lib/backhaul/backhaul.db`
    #[arg(long, global = true, value_name = "URL")]
    pub database: Option<String>,

    /// Answer in JSON
    #[arg(long, global = true)]
    pub json: bool,

    /// No colour; `NO_COLOR` in the environment says the same
    #[arg(long, global = true)]
    pub no_color: bool,

    /// Nothing but ASCII characters
    #[arg(long, global = true)]
    pub ascii: bool,

    /// What to log: error, warn, info, debug, trace, or a filter such as `backhaul::sync=debug`
    #[arg(long, global = true, value_name = "LEVEL", default_value = "info", hide_default_value = true)]
    pub log: String,

    /// How to log: as text, or one JSON object a line
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "FORMAT",
        default_value = "text",
        hide_default_value = true
    )]
    pub log_format: LogFormat,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people
    Text,
    /// For programs
    Json,
}
