//! Keys as data: `assets/keys.toml`, under a person's `[keys]`.

use std::collections::{BTreeMap, HashMap};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::{Action, Realm};

const DEFAULTS: &str = include_str!("../../assets/keys.toml");

/// Which key does what.
#[derive(Clone, Debug)]
pub struct KeyMap {
    actions: HashMap<(Realm, Chord), Action>,
    /// Each action's keys as they are written, the first being the one to advertise.
    keys: BTreeMap<Action, Vec<String>>,
}

/// A key with what is held down beside it. Shift is part of a letter, not of the chord.
type Chord = (KeyCode, KeyModifiers);

/// A mistake in `[keys]`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The name is no action's.
    #[error("no action is called `{0}`; there are {all}", all = names())]
    UnknownAction(String),
    /// Not a key's name.
    #[error(
        "`{key}` is not a key: write one character, or up, down, left, right, home, end, pageup, pagedown, enter, esc, tab, backspace, delete, space, f1 to f12, with ctrl- or alt- before it where wanted"
    )]
    NotAKey {
        /// The action that it was to be of.
        action: String,
        /// What was written.
        key: String,
    },
    /// One key for two actions.
    #[error("`{key}` cannot both `{first}` and `{second}`: give one of them another key")]
    Conflict {
        /// The key.
        key: String,
        /// The name of one action.
        first: &'static str,
        /// The name of the other.
        second: &'static str,
    },
    /// Neither `quit` nor `leave` has a key.
    #[error("`quit` or `leave` needs a key: there is no other way out")]
    NoWayOut,
}

impl KeyError {
    /// The actions that it is about, the one that is more likely meant first.
    pub fn actions(&self) -> Vec<&str> {
        match self {
            Self::UnknownAction(action) | Self::NotAKey { action, .. } => vec![action],
            Self::Conflict { first, second, .. } => vec![second, first],
            Self::NoWayOut => vec![Action::Quit.name(), Action::Leave.name()],
        }
    }
}

impl KeyMap {
    /// The default keys, with those of each action that `user` names replaced.
    #[expect(
        clippy::missing_panics_doc,
        reason = "the default keys are part of the program, not of its input"
    )]
    pub fn load(user: BTreeMap<String, Vec<String>>) -> Result<Self, KeyError> {
        let mut keys: BTreeMap<String, Vec<String>> =
            toml::from_str(DEFAULTS).expect("keys.toml is part of the program, and a test reads it");
        keys.extend(user);
        let mut map = Self { actions: HashMap::new(), keys: BTreeMap::new() };
        for (name, chords) in keys {
            let action = Action::named(&name).ok_or(KeyError::UnknownAction(name))?;
            for key in &chords {
                let chord = parse(key).ok_or_else(|| KeyError::NotAKey {
                    action: action.name().to_owned(),
                    key: key.clone(),
                })?;
                if let Some(other) = map.actions.insert((action.realm(), chord), action)
                    && other != action
                {
                    return Err(KeyError::Conflict {
                        key: key.clone(),
                        first: other.name(),
                        second: action.name(),
                    });
                }
            }
            map.keys.insert(action, chords);
        }
        if map.keys_of(Action::Quit).is_empty() && map.keys_of(Action::Leave).is_empty() {
            return Err(KeyError::NoWayOut);
        }
        Ok(map)
    }

    /// What a key does there: what is the place's own before what is done everywhere.
    pub fn action(&self, key: KeyEvent, realm: Realm) -> Option<Action> {
        let chord = chord(key.code, key.modifiers);
        let own = self.actions.get(&(realm, chord));
        own.or_else(|| self.actions.get(&(Realm::Everywhere, chord))).copied()
    }

    /// An action's keys, the one to advertise first; none where a person took them away.
    pub fn keys_of(&self, action: Action) -> &[String] {
        self.keys.get(&action).map(Vec::as_slice).unwrap_or_default()
    }
}

fn names() -> String {
    Action::ALL.iter().map(|(_, name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// Terminals differ on whether they report Shift beside a capital letter.
fn chord(code: KeyCode, modifiers: KeyModifiers) -> Chord {
    match code {
        KeyCode::Char(_) => (code, modifiers - KeyModifiers::SHIFT),
        _ => (code, modifiers),
    }
}

fn parse(text: &str) -> Option<Chord> {
    let (mut modifiers, mut name) = (KeyModifiers::NONE, text);
    loop {
        (modifiers, name) = if let Some(rest) = name.strip_prefix("ctrl-") {
            (modifiers | KeyModifiers::CONTROL, rest)
        } else if let Some(rest) = name.strip_prefix("alt-") {
            (modifiers | KeyModifiers::ALT, rest)
        } else {
            break;
        };
    }
    let code = match name {
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "pageup" => KeyCode::PageUp,
        "pagedown" => KeyCode::PageDown,
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "backspace" => KeyCode::Backspace,
        "delete" => KeyCode::Delete,
        "space" => KeyCode::Char(' '),
        _ => function_key(name).or_else(|| single(name).map(KeyCode::Char))?,
    };
    Some(chord(code, modifiers))
}

fn function_key(name: &str) -> Option<KeyCode> {
    let number: u8 = name.strip_prefix('f')?.parse().ok()?;
    (1..=12).contains(&number).then_some(KeyCode::F(number))
}

fn single(name: &str) -> Option<char> {
    let mut chars = name.chars();
    chars.next().filter(|c| chars.next().is_none() && !c.is_control() && !c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::action::{OnMap, Toward};

    fn load(user: &str) -> Result<KeyMap, KeyError> {
        KeyMap::load(toml::from_str(user).unwrap())
    }

    #[test]
    fn every_action_has_a_key_and_a_description() {
        let keys = load("").unwrap();
        for (action, name, description) in Action::ALL {
            assert!(!keys.keys_of(*action).is_empty(), "{name} has no key");
            assert!(description.len() > 10, "{name} is not described");
            assert_eq!(Action::named(name), Some(*action));
        }
    }

    #[test]
    fn a_person_replaces_the_keys_of_the_actions_they_name() {
        let keys = load("down = ['u', 'alt-down']\nopen = ['space']").unwrap();
        let pressed = |code, modifiers| keys.action(KeyEvent::new(code, modifiers), Realm::Everywhere);
        assert_eq!(pressed(KeyCode::Char('u'), KeyModifiers::NONE), Some(Action::Down));
        assert_eq!(pressed(KeyCode::Down, KeyModifiers::ALT), Some(Action::Down));
        assert_eq!(pressed(KeyCode::Char(' '), KeyModifiers::NONE), Some(Action::Open));
        assert_eq!(pressed(KeyCode::Char('j'), KeyModifiers::NONE), None);
        assert_eq!(pressed(KeyCode::Char('G'), KeyModifiers::SHIFT), Some(Action::Last));
    }

    #[test]
    fn on_the_map_its_own_keys_come_first() {
        let keys = load("").unwrap();
        let pressed = |key, realm| keys.action(KeyEvent::new(key, KeyModifiers::NONE), realm);
        let north = Action::OnMap(OnMap::Pan(Toward::North));
        assert_eq!(pressed(KeyCode::Char('k'), Realm::Map), Some(north));
        assert_eq!(pressed(KeyCode::Char('k'), Realm::Everywhere), Some(Action::Up));
        assert_eq!(pressed(KeyCode::Char('+'), Realm::Everywhere), None);
        assert_eq!(pressed(KeyCode::Char('q'), Realm::Map), Some(Action::Quit));
        // Nobody can be shut in by the map.
        for action in [Action::Quit, Action::Leave, Action::Help, Action::Back, Action::Open, Action::Filter]
        {
            for key in keys.keys_of(action) {
                let (code, modifiers) = parse(key).unwrap();
                assert_eq!(keys.action(KeyEvent::new(code, modifiers), Realm::Map), Some(action), "{key}");
            }
        }
    }

    #[test]
    fn mistakes_are_named() {
        let check = |user: &str, expected: &str| {
            let error = load(user).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        };
        check("fly = ['f']", "no action is called `fly`; there are up, down,");
        check("quit = ['qq']", "`qq` is not a key: ");
        check("quit = ['']", "`` is not a key: ");
        check("quit = ['f13']", "`f13` is not a key: ");
        check("quit = ['j']", "`j` cannot both `down` and `quit`");
        check("quit = []\nleave = []", "`quit` or `leave` needs a key");
    }
}
