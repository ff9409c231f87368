//! The keys and the theme that a configuration asks for; what of them is wrong is named by its line. Draws nothing.

use std::collections::BTreeMap;

use crate::config::{Config, ConfigError, Problem};
use crate::tui::keymap::{KeyError, KeyMap};
use crate::tui::theme::{Theme, ThemeError};

/// What a console goes by; without colours where `no_color` says so.
pub fn looks(config: &Config, no_color: bool) -> Result<(KeyMap, Theme), ConfigError> {
    let bindings: BTreeMap<_, _> =
        config.keys.iter().map(|binding| (binding.action.clone(), binding.keys.clone())).collect();
    let keys = KeyMap::load(bindings).map_err(|error| wrong_key(config, &error));
    let theme = Theme::load(&config.theme.name, &config.theme.own, no_color)
        .map_err(|error| wrong_look(config, &error));
    match (keys, theme) {
        (Ok(keys), Ok(theme)) => Ok((keys, theme)),
        (keys, theme) => {
            let problems = keys.err().into_iter().chain(theme.err()).collect();
            Err(ConfigError { problems })
        }
    }
}

/// Where a person wrote it: of two actions with one key, one may have it by default.
fn wrong_key(config: &Config, error: &KeyError) -> Problem {
    let actions = error.actions();
    let written =
        actions.iter().find_map(|action| config.keys.iter().find(|binding| binding.action == *action));
    let (action, origin) = match written {
        Some(binding) => (binding.action.as_str(), binding.origin.clone()),
        None => (actions.first().copied().unwrap_or_default(), crate::config::Origin::Default),
    };
    Problem { origin, key: format!("keys.{action}"), message: error.to_string() }
}

fn wrong_look(config: &Config, error: &ThemeError) -> Problem {
    let key = error.key();
    Problem { origin: config.origin("theme", key), key: format!("theme.{key}"), message: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_keys_and_colours_is_named_by_its_line() {
        let check = |text: &str, expected: &str| {
            let config = Config::from_toml(&format!("[database]\nurl = \"sqlite:x\"\n{text}")).unwrap();
            let error = looks(&config, false).err().unwrap().to_string();
            assert!(error.starts_with(expected), "{error}");
        };
        check("[keys]\nsort = [\"j\"]\n", "config.toml:4: keys.sort: `j` cannot both `down` and `sort`");
        check(
            "[keys]\nup = [\"g\"]\nfirst = [\"g\"]\n",
            "config.toml:4: keys.up: `g` cannot both `first` and `up`",
        );
        check("[keys]\ndown = [\"hyper-q\"]\n", "config.toml:4: keys.down: `hyper-q` is not a key: ");
        check("[keys]\nquit = []\nleave = []\n", "config.toml:4: keys.quit: `quit` or `leave` needs a key");
        check("[theme]\nbad = \"bold chartreuse\"\n", "config.toml:4: theme.bad: `chartreuse` is no colour");
        check(
            "[keys]\nsort = [\"j\"]\n[theme]\nbad = \"puce\"\n",
            "config.toml:4: keys.sort: `j` cannot both `down` and `sort`: give one of them another key\n\
             config.toml:6: theme.bad: `puce` is no colour",
        );
    }
}
