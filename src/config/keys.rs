//! Every key of the configuration, in one table: what it holds and what it is when nobody says.

use std::time::Duration;

use super::value::Kind;

/// One key of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// As it would be written in the file, without quotes; `None` where there is none.
    pub(super) default: Option<&'static str>,
}

/// The tables there is one of. `eld`, `keys` are of their own kind.
pub(super) const TABLES: &[(&str, &[Key])] = &[
    ("database", DATABASE),
    ("retention", RETENTION),
    ("polling", POLLING),
    ("cache", CACHE),
    ("mcleod", MCLEOD),
    ("mapbox", MAPBOX),
    ("gemini", GEMINI),
    ("operations", OPERATIONS),
    ("notify", NOTIFY),
    ("theme", THEME),
];

/// The providers an `[[eld]]` may have, each with the keys it takes. The name is also the default
/// name of such an account.
pub(super) const ELDS: &[(&str, &[Key])] =
    &[("samsara", SAMSARA), ("motive", MOTIVE), ("geotab", GEOTAB), ("terminal", TERMINAL)];

/// The keys of a `[[link]]`.
pub(super) const LINK: &[&str] = &["kind", "units", "same"];

/// The words of [`ELDS`].
const PROVIDERS: &[&str] = &["samsara", "motive", "geotab", "terminal"];

/// What can be done by a key, by the names that `[keys]` takes.
pub(super) fn actions() -> impl Iterator<Item = &'static str> + Clone {
    let lines = include_str!("../../assets/keys.toml").lines();
    lines.filter_map(|line| Some(line.split_once('=')?.0.trim()).filter(|name| !name.starts_with('#')))
}

/// An environment variable, and the key it sets.
pub(super) struct Variable {
    pub(super) name: &'static str,
    /// A table, or one of [`ELDS`].
    pub(super) table: &'static str,
    pub(super) key: &'static str,
}

/// The variables that set a key of the tables there is one of.
pub(super) const VARIABLES: &[Variable] = &[
    variable("DATABASE_URL", "database", "url"),
    variable("POLLING_INTERVAL", "polling", "idle"),
    variable("MCLEOD_API_URL", "mcleod", "base_url"),
    variable("MCLEOD_API_TOKEN", "mcleod", "token"),
    variable("MCLEOD_COMPANY_ID", "mcleod", "company_id"),
    variable("MAPBOX_TOKEN", "mapbox", "token"),
    variable("GEMINI_API_KEY", "gemini", "api_key"),
];

/// The variables that give an ELD account its credentials.
pub(super) const ELD_VARIABLES: &[Variable] = &[
    variable("SAMSARA_API_TOKEN", "samsara", "api_token"),
    variable("MOTIVE_API_KEY", "motive", "api_key"),
    variable("GEOTAB_DATABASE", "geotab", "database"),
    variable("GEOTAB_USERNAME", "geotab", "username"),
    variable("GEOTAB_PASSWORD", "geotab", "password"),
    variable("TERMINAL_API_KEY", "terminal", "api_key"),
    variable("TERMINAL_CONNECTION_TOKEN", "terminal", "connection_token"),
];

const DATABASE: &[Key] = &[key("url", Kind::Database, None), key("group", Kind::Text, Some(""))];

const RETENTION: &[Key] =
    &[key("movements", at_least(3600), Some("30d")), key("positions", at_least(3600), Some("30d"))];

const POLLING: &[Key] = &[
    key("active", at_least(1), Some("5s")),
    key("idle", at_least(1), Some("60s")),
    key("hours_active", at_least(1), Some("30s")),
    key("hours_idle", at_least(1), Some("60s")),
    key("movements_active", at_least(1), Some("30s")),
    key("movements_idle", at_least(1), Some("60s")),
    key("roster", at_least(1), Some("300s")),
    key("viewer_timeout", Kind::Duration { least: Duration::from_secs(1), or_zero: true }, Some("15m")),
];

const CACHE: &[Key] = &[
    key("locations", at_least(0), Some("30s")),
    key("hours", at_least(0), Some("60s")),
    key("profiles", at_least(0), Some("300s")),
];

const SAMSARA: &[Key] = &[
    key("name", Kind::Name, Some("samsara")),
    PROVIDER,
    key("api_token", Kind::Secret, None),
    key("base_url", Kind::Url, Some("https://api.samsara.com")),
    calls("1000"),
    CA_FILE,
];

const MOTIVE: &[Key] = &[
    key("name", Kind::Name, Some("motive")),
    PROVIDER,
    key("api_key", Kind::Secret, None),
    key("client_id", Kind::Text, None),
    key("client_secret", Kind::Secret, None),
    key("refresh_token", Kind::Secret, None),
    key("token_url", Kind::Url, Some("https://gomotive.com/oauth/token")),
    key("base_url", Kind::Url, Some("https://api.gomotive.com")),
    calls("120"),
    CA_FILE,
];

const GEOTAB: &[Key] = &[
    key("name", Kind::Name, Some("geotab")),
    PROVIDER,
    key("database", Kind::Text, None),
    key("username", Kind::Text, None),
    key("password", Kind::Secret, None),
    key("base_url", Kind::Url, Some("https://my.geotab.com")),
    calls("600"),
    CA_FILE,
];

const TERMINAL: &[Key] = &[
    key("name", Kind::Name, Some("terminal")),
    PROVIDER,
    key("api_key", Kind::Secret, None),
    key("connection_token", Kind::Secret, None),
    key("base_url", Kind::Url, Some("https://api.withterminal.com/tsp/v1")),
    calls("1200"),
    CA_FILE,
];

const MCLEOD: &[Key] = &[
    key("base_url", Kind::Url, None),
    key("token", Kind::Secret, None),
    key("username", Kind::Text, None),
    key("password", Kind::Secret, None),
    key("company_id", Kind::Text, Some("TMS")),
    key("company_header", Kind::Text, Some("X-com.mcleodsoftware.CompanyID")),
    key("format", Kind::Word(&["json", "xml"]), Some("json")),
    key("stop_time_basis", Kind::Word(&["server_instant", "stop_local"]), Some("server_instant")),
    key("server_timezone", Kind::Zone, Some("America/Chicago")),
    calls("240"),
    CA_FILE,
];

const MAPBOX: &[Key] = &[
    key("token", Kind::Secret, None),
    key("base_url", Kind::Url, Some("https://api.mapbox.com")),
    key("profile", Kind::Word(&["driving-traffic", "driving"]), Some("driving-traffic")),
    key("truck_factor", Kind::Number { least: 1.0, most: 3.0 }, Some("1.07")),
    key("max_height_m", Kind::Number { least: 0.0, most: 10.0 }, Some("4.12")),
    key("max_width_m", Kind::Number { least: 0.0, most: 10.0 }, Some("2.6")),
    key("max_weight_t", Kind::Number { least: 0.0, most: 100.0 }, Some("36.3")),
    calls("240"),
    CA_FILE,
];

const GEMINI: &[Key] = &[
    key("api_key", Kind::Secret, None),
    key("base_url", Kind::Url, Some("https://generativelanguage.googleapis.com")),
    key("model", Kind::Text, Some("gemini-3.8-flash")),
    key("fallback_model", Kind::Text, Some("gemini-3.5-flash-lite")),
    key("thinking", Kind::Word(&["minimal", "low", "medium", "high", "xhigh"]), Some("low")),
    key("daily_budget_usd", Kind::Number { least: 0.0, most: 100_000.0 }, Some("5.0")),
    key("driver_names", Kind::Word(&["send", "tokens"]), Some("send")),
    calls("60"),
    CA_FILE,
];

const OPERATIONS: &[Key] = &[
    key("timezone", Kind::Zone, Some("America/Chicago")),
    key("units", Kind::Word(&["us", "metric"]), Some("us")),
    key("cycle", Kind::Word(&["70/8", "60/7"]), Some("70/8")),
    key("day_start", Kind::TimeOfDay, Some("00:00")),
    key("unload_minutes", Kind::Whole { least: 0, most: 1440 }, Some("120")),
    key("late_warning", at_least(0), Some("30m")),
];

const NOTIFY: &[Key] = &[
    key("critical", Kind::Word(&["bell", "off"]), Some("bell")),
    key("quiet_from", Kind::TimeOfDay, Some("00:00")),
    key("quiet_until", Kind::TimeOfDay, Some("00:00")),
];

const THEME: &[Key] = &[
    key("name", Kind::Word(THEMES), Some("default")),
    key("text", Kind::Text, None),
    key("muted", Kind::Text, None),
    key("title", Kind::Text, None),
    key("selected", Kind::Text, None),
    key("good", Kind::Text, None),
    key("warn", Kind::Text, None),
    key("bad", Kind::Text, None),
];

/// The themes there are.
const THEMES: &[&str] = &["default", "dark", "light", "high-contrast", "mono"];

const PROVIDER: Key = key("provider", Kind::Word(PROVIDERS), None);
const CA_FILE: Key = key("ca_file", Kind::Text, None);

const fn key(name: &'static str, kind: Kind, default: Option<&'static str>) -> Key {
    Key { name, kind, default }
}

const fn at_least(secs: u64) -> Kind {
    Kind::Duration { least: Duration::from_secs(secs), or_zero: false }
}

const fn calls(default: &'static str) -> Key {
    key("calls_per_minute", Kind::Whole { least: 1, most: 100_000 }, Some(default))
}

const fn variable(name: &'static str, table: &'static str, key: &'static str) -> Variable {
    Variable { name, table, key }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use toml::{Table, Value};

    use super::*;

    const EXAMPLE: &str = include_str!("../../config.example.toml");

    /// The example with its commented keys put in force.
    fn example() -> Table {
        let is_key = |rest: &str| rest.starts_with('[') || rest.starts_with(|c: char| c.is_ascii_lowercase());
        let uncommented =
            |line: &'static str| line.strip_prefix('#').filter(|rest| is_key(rest)).unwrap_or(line);
        let text: Vec<_> = EXAMPLE.lines().map(uncommented).collect();
        text.join("\n").parse().unwrap()
    }

    fn check(name: &str, keys: &[Key], written: &Table) {
        let known: HashSet<_> = keys.iter().map(|key| key.name).collect();
        let found: HashSet<_> = written.keys().map(String::as_str).collect();
        assert_eq!(found, known, "the keys of {name}");
        for key in keys {
            let Some(default) = key.default else { continue };
            let value = match &written[key.name] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            assert_eq!(value, default, "{name}.{}", key.name);
        }
    }

    #[test]
    fn the_example_shows_every_key_with_its_default_and_no_other() {
        let example = example();
        for (name, keys) in TABLES {
            check(name, keys, example[*name].as_table().unwrap());
        }
        let accounts = example["eld"].as_array().unwrap();
        assert_eq!(accounts.len(), ELDS.len());
        for ((provider, keys), account) in ELDS.iter().zip(accounts) {
            let account = account.as_table().unwrap();
            assert_eq!(account["provider"].as_str(), Some(*provider));
            check(provider, keys, account);
        }
        let links = example["link"].as_array().unwrap();
        for link in links {
            let mut written: Vec<_> = link.as_table().unwrap().keys().map(String::as_str).collect();
            written.sort_by_key(|key| LINK.iter().position(|known| known == key));
            assert_eq!(written, LINK);
        }
        assert_eq!(example["map"].as_table().unwrap().len(), 1);
        assert_eq!(example["map"]["layers"].as_array().unwrap().len(), 0);
        assert_eq!(example.len(), TABLES.len() + 4, "no other table but eld, link, map and keys");
    }

    #[test]
    fn every_default_is_a_value_its_key_takes() {
        for (table, key) in
            TABLES.iter().chain(ELDS).flat_map(|(table, keys)| keys.iter().map(move |k| (table, k)))
        {
            let Some(default) = key.default else { continue };
            let read = key.kind.read(key.kind.given(default), &|_| None);
            assert!(read.is_ok(), "{table}.{}: {read:?}", key.name);
        }
    }

    #[test]
    fn every_variable_sets_a_key_there_is() {
        for (variables, tables) in [(VARIABLES, TABLES), (ELD_VARIABLES, ELDS)] {
            for variable in variables {
                let (_, keys) = tables.iter().find(|(name, _)| *name == variable.table).unwrap();
                assert!(keys.iter().any(|key| key.name == variable.key), "{}", variable.name);
            }
        }
        let words: Vec<_> = ELDS.iter().map(|(name, _)| *name).collect();
        assert_eq!(words, PROVIDERS);
    }
}
