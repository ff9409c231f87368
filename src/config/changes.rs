//! What differs between two configurations, in words for a log: of a secret only that it does.

use std::collections::{BTreeMap, BTreeSet};

use super::Config;
use super::value::Value;

/// A key whose value is another than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The dotted key, as `config show` has it.
    pub key: String,
    /// From what to what.
    pub words: String,
}

/// What stands behind a key.
#[derive(PartialEq, Eq)]
struct Held<'a> {
    shown: Option<String>,
    /// The credential itself, for the comparison and nothing else.
    secret: Option<&'a str>,
}

impl Config {
    /// Every key whose value here is another than it was `before`, by name.
    pub fn changes_since(&self, before: &Self) -> Vec<Change> {
        let (was, is) = (before.held(), self.held());
        let keys: BTreeSet<_> = was.keys().chain(is.keys()).collect();
        let changed = keys.into_iter().filter(|key| was.get(*key) != is.get(*key));
        changed.map(|key| Change { key: key.clone(), words: words(was.get(key), is.get(key)) }).collect()
    }

    fn held(&self) -> BTreeMap<String, Held<'_>> {
        let mut held: BTreeMap<_, _> = (self.shown().into_iter())
            .map(|shown| (shown.key, Held { shown: Some(shown.value), secret: None }))
            .collect();
        for table in &self.tables {
            for setting in &table.settings {
                let key = format!("{}.{}", table.name, setting.key.name);
                if let (Some(Value::Secret(secret)), Some(held)) = (&setting.value, held.get_mut(&key)) {
                    held.secret = Some(secret.expose());
                }
            }
        }
        if !self.map_layers.is_empty() {
            let shown = Some(format!("{:?}", self.map_layers));
            held.insert("map.layers".to_owned(), Held { shown, secret: None });
        }
        held
    }
}

fn words(was: Option<&Held<'_>>, is: Option<&Held<'_>>) -> String {
    let secret = |held: Option<&Held<'_>>| held.and_then(|held| held.secret).is_some();
    if secret(was) || secret(is) {
        let text = |held: Option<&Held<'_>>| held.and_then(|held| held.secret).unwrap_or_default().to_owned();
        return match (text(was).is_empty(), text(is).is_empty()) {
            (true, _) => "is set now".to_owned(),
            (false, true) => "is not set any more".to_owned(),
            (false, false) => "changed".to_owned(),
        };
    }
    let shown = |held: Option<&Held<'_>>| {
        held.and_then(|held| held.shown.clone()).unwrap_or_else(|| "nothing".to_owned())
    };
    format!("{} → {}", shown(was), shown(is))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "[database]\nurl = \"sqlite:x\"\n[polling]\nidle = \"60s\"\n\
        [[eld]]\nname = \"sam\"\nprovider = \"samsara\"\napi_token = \"s3cret-1\"\n";

    fn changes(after: &str) -> Vec<String> {
        let [before, after] = [BEFORE, after].map(|text| Config::from_toml(text).unwrap());
        let changes = after.changes_since(&before);
        changes.into_iter().map(|change| format!("{}: {}", change.key, change.words)).collect()
    }

    #[test]
    fn the_same_in_other_words_is_no_change() {
        assert!(changes(BEFORE).is_empty());
        assert!(changes(&format!("# mine\n{BEFORE}calls_per_minute = 1000\n")).is_empty());
    }

    #[test]
    fn every_key_that_changed_is_named_with_what_it_was_and_is() {
        let after = BEFORE.replace("60s", "20s").replace("sqlite:x", "sqlite:y");
        let expected = ["database.url: \"sqlite:x\" → \"sqlite:y\"", "polling.idle: \"60s\" → \"20s\""];
        assert_eq!(changes(&after), expected);
    }

    #[test]
    fn of_a_secret_only_that_it_changed_is_said() {
        assert_eq!(changes(&BEFORE.replace("s3cret-1", "s3cret-2")), ["eld.sam.api_token: changed"]);
        assert_eq!(
            changes(&BEFORE.replace("s3cret-1", "env:NOBODY")),
            ["eld.sam.api_token: is not set any more"]
        );
        let gone = changes("[database]\nurl = \"sqlite:x\"\n");
        assert!(gone.contains(&"eld.sam.api_token: is not set any more".to_owned()), "{gone:?}");
        assert!(gone.contains(&"eld.sam.provider: \"samsara\" → nothing".to_owned()), "{gone:?}");
        assert!(!gone.concat().contains("s3cret"));
    }
}
