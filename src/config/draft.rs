//! A configuration that is still being written: what its text would make, and what a key takes. Reads no
//! file but those that secrets refer to.

use std::path::Path;
use std::sync::Arc;

use super::file::ConfigFile;
use super::keys::{ELDS, Key, TABLES, VARIABLES};
use super::value::{Kind, Value};
use super::{Config, ConfigError, Environment, filed};

impl Config {
    /// The configuration that `text` would make as the file `path`. References in it lead where they lead
    /// in this environment; of its variables that which names the database alone goes before the text, since what a
    /// service hands out is kept beside it.
    pub fn draft(text: &str, path: &Path, environment: Environment<'_>) -> Result<Self, ConfigError> {
        let file = ConfigFile { path: Arc::new(path.to_owned()), text: text.to_owned(), mode: None };
        let mut layers = filed(Some(&file), environment);
        layers.read_variables(|variable| variable.table == "database");
        Self::checked(layers, Some(&file))
    }
}

/// What a key of a table, or of an ELD account of a provider, is when nobody says.
pub fn default_of(table: &str, key: &str) -> Option<&'static str> {
    key_of(table, key)?.default
}

/// Whether a key holds a credential.
pub fn is_secret(table: &str, key: &str) -> bool {
    key_of(table, key).is_some_and(|key| matches!(key.kind, Kind::Secret))
}

/// Whether a key takes `text`; fails with what was expected instead. A reference to a secret may lead to
/// nothing here: where the program will run it may lead to something.
pub fn check(table: &str, key: &str, text: &str, environment: Environment<'_>) -> Result<(), String> {
    let known = key_of(table, key).ok_or_else(|| format!("{table} has no key {key}"))?;
    match known.kind.read(known.kind.given(text), environment)? {
        Value::Secret(secret) if secret.reference().is_none() => match secret.missing() {
            Some(why) => Err(why),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// The variable of this environment that goes before what the file says of a key, where there is one.
pub fn overruled_by(table: &str, key: &str, environment: Environment<'_>) -> Option<&'static str> {
    let variable = VARIABLES.iter().find(|variable| variable.table == table && variable.key == key)?;
    environment(variable.name).is_some_and(|text| !text.trim().is_empty()).then_some(variable.name)
}

fn key_of(table: &str, key: &str) -> Option<&'static Key> {
    let (_, keys) = TABLES.iter().chain(ELDS).find(|(name, _)| *name == table)?;
    keys.iter().find(|known| known.name == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_key_takes_is_known_before_it_is_written() {
        let check = |table: &str, key: &str, text: &str| check(table, key, text, &|_| None);
        assert_eq!(check("samsara", "api_token", "env:NOT_HERE"), Ok(()), "it may be set elsewhere");
        assert_eq!(check("samsara", "api_token", ""), Err("is empty".to_owned()));
        assert!(check("mcleod", "base_url", "tms.example.com").is_err());
        assert!(check("mcleod", "server_timezone", "Chicago").is_err());
        assert_eq!(default_of("geotab", "base_url"), Some("https://my.geotab.com"));
        assert_eq!(default_of("mcleod", "base_url"), None);
        assert!(is_secret("geotab", "password") && !is_secret("geotab", "username"));
    }

    #[test]
    fn a_draft_is_not_overruled_by_the_environment() {
        let environment = |name: &str| match name {
            "HOME" => Some("/home/ann".to_owned()),
            "MAPBOX_TOKEN" => Some("pk.other".to_owned()),
            "OURS" => Some("pk.ours".to_owned()),
            _ => None,
        };
        let text = "[mapbox]\ntoken = \"env:OURS\"\n";
        let config = Config::draft(text, Path::new("/x/config.toml"), &environment).unwrap();
        assert_eq!(config.mapbox.provider.token.expose(), "pk.ours");
        assert!(config.check_permissions().is_ok());
        assert_eq!(
            overruled_by("mapbox", "token", &environment),
            Some("MAPBOX_TOKEN"),
            "as a person is told"
        );
        assert_eq!(overruled_by("gemini", "api_key", &environment), None);
        let elsewhere = |name: &str| (name == "DATABASE_URL").then(|| "sqlite:/var/x/b.db".to_owned());
        let config = Config::draft("", Path::new("/x/config.toml"), &elsewhere).unwrap();
        assert_eq!(config.database.url, "sqlite:/var/x/b.db");
    }
}
