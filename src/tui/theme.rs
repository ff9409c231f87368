//! Looks by meaning. Everything else names a role; which colour that is stands in `assets/themes/`, under what a
//! person writes in `[theme]`.

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};

/// What a piece of text means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// Nothing in particular.
    #[default]
    Text,
    /// There if wanted: names of fields, sources.
    Muted,
    /// What this screen, or this part of it, is.
    Title,
    /// Where the cursor is.
    Selected,
    /// As it should be.
    Good,
    /// Soon not as it should be.
    Warn,
    /// Not as it should be.
    Bad,
    /// On the map: where the sea begins.
    Coast,
    /// On the map: between two countries.
    Border,
    /// On the map: a road.
    Road,
    /// On the map: what the fleet drew itself.
    Own,
    /// On the map: the selected load's legs, and where its truck was.
    Route,
}

impl Role {
    /// Every role with its name in a theme.
    pub const ALL: [(Self, &'static str); 12] = [
        (Self::Text, "text"),
        (Self::Muted, "muted"),
        (Self::Title, "title"),
        (Self::Selected, "selected"),
        (Self::Good, "good"),
        (Self::Warn, "warn"),
        (Self::Bad, "bad"),
        (Self::Coast, "coast"),
        (Self::Border, "border"),
        (Self::Road, "road"),
        (Self::Own, "own"),
        (Self::Route, "route"),
    ];
}

/// The themes there are.
const THEMES: &[(&str, &str)] = &[
    ("default", include_str!("../../assets/themes/default.toml")),
    ("dark", include_str!("../../assets/themes/dark.toml")),
    ("light", include_str!("../../assets/themes/light.toml")),
    ("high-contrast", include_str!("../../assets/themes/high-contrast.toml")),
    (MONO, include_str!("../../assets/themes/mono.toml")),
];

/// The one without colours.
const MONO: &str = "mono";

/// How each role looks. Sixteen colours, because SSH does not carry word of more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    styles: [Style; Role::ALL.len()],
}

/// A mistake in `[theme]`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    /// No theme has this name.
    #[error("no theme is called `{0}`; there are {all}", all = list(THEMES.iter().map(|(name, _)| *name)))]
    UnknownTheme(String),
    /// No role has this name.
    #[error("`theme.{0}` is no role; there are {all}", all = list(Role::ALL.iter().map(|(_, name)| *name)))]
    UnknownRole(String),
    /// Not a colour or an attribute.
    #[error(
        "`{word}` is no colour or attribute; write of {colours}, one with on- before it for the ground, and of {attributes}, or plain",
        colours = list(COLOURS.iter().map(|(name, _)| *name)),
        attributes = list(ATTRIBUTES.iter().map(|(name, _)| *name))
    )]
    NotALook {
        /// The role's name.
        role: String,
        /// What was written.
        word: String,
    },
}

impl ThemeError {
    /// The key of `[theme]` that it is about.
    pub fn key(&self) -> &str {
        match self {
            Self::UnknownTheme(_) => "name",
            Self::UnknownRole(role) | Self::NotALook { role, .. } => role,
        }
    }
}

impl Theme {
    /// The theme of this name, without colours where `no_color` says so.
    pub fn named(name: &str, no_color: bool) -> Result<Self, ThemeError> {
        Self::load(name, &[], no_color)
    }

    /// The theme of this name, with the looks of the roles that `own` names replaced, such as
    /// `("warn", "bold magenta")`. Without colours, where `no_color` says so, only attributes are left.
    pub fn load(name: &str, own: &[(String, String)], no_color: bool) -> Result<Self, ThemeError> {
        let known = THEMES.iter().find(|(known, _)| *known == name);
        let (_, text) = known.ok_or_else(|| ThemeError::UnknownTheme(name.to_owned()))?;
        let mono = THEMES.iter().find(|(known, _)| no_color && *known == MONO);
        // A test reads every one: what cannot be read has no looks.
        let looks: BTreeMap<String, String> =
            toml::from_str(mono.map_or(*text, |(_, mono)| *mono)).unwrap_or_default();
        let mut theme = Self { styles: [Style::new(); Role::ALL.len()] };
        for (role, look) in looks.iter().chain(own.iter().map(|(role, look)| (role, look))) {
            let place = Role::ALL.iter().position(|(_, known)| known == role);
            let slot = place.and_then(|place| theme.styles.get_mut(place));
            let slot = slot.ok_or_else(|| ThemeError::UnknownRole(role.clone()))?;
            let mut style = style(role, look)?;
            if no_color {
                let coloured = style.fg.is_some() || style.bg.is_some();
                (style.fg, style.bg) = (None, None);
                // What was told apart by colour alone is still told apart, by what stands there without colours.
                if coloured && style == Style::new() {
                    continue;
                }
            }
            *slot = style;
        }
        Ok(theme)
    }

    /// How text of this meaning looks.
    pub fn style(self, role: Role) -> Style {
        let place = Role::ALL.iter().position(|(known, _)| *known == role);
        place.and_then(|place| self.styles.get(place)).copied().unwrap_or_default()
    }
}

/// The look that is written as `words`.
fn style(role: &str, words: &str) -> Result<Style, ThemeError> {
    let mut style = Style::new();
    for word in words.split_whitespace() {
        let ground = word.strip_prefix("on-");
        let colour =
            COLOURS.iter().find(|(name, _)| *name == ground.unwrap_or(word)).map(|(_, colour)| *colour);
        let attribute = ATTRIBUTES.iter().find(|(name, _)| *name == word).map(|(_, attribute)| *attribute);
        style = match (colour, attribute) {
            (Some(colour), _) if ground.is_some() => style.bg(colour),
            (Some(colour), _) => style.fg(colour),
            (None, Some(attribute)) => style.add_modifier(attribute),
            (None, None) if word == "plain" => style,
            (None, None) => {
                return Err(ThemeError::NotALook { role: role.to_owned(), word: word.to_owned() });
            }
        };
    }
    Ok(style)
}

const COLOURS: &[(&str, Color)] = &[
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("gray", Color::Gray),
    ("dark-gray", Color::DarkGray),
    ("light-red", Color::LightRed),
    ("light-green", Color::LightGreen),
    ("light-yellow", Color::LightYellow),
    ("light-blue", Color::LightBlue),
    ("light-magenta", Color::LightMagenta),
    ("light-cyan", Color::LightCyan),
    ("white", Color::White),
];

const ATTRIBUTES: &[(&str, Modifier)] = &[
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(role: &str, look: &str) -> Vec<(String, String)> {
        vec![(role.to_owned(), look.to_owned())]
    }

    #[test]
    fn every_theme_says_how_every_role_looks() {
        for (name, text) in THEMES {
            let looks: BTreeMap<String, String> = toml::from_str(text).unwrap();
            let mut roles: Vec<_> = Role::ALL.iter().map(|(_, role)| *role).collect();
            roles.sort_unstable();
            assert_eq!(looks.keys().map(String::as_str).collect::<Vec<_>>(), roles, "{name}");
            Theme::named(name, false).unwrap();
        }
    }

    #[test]
    fn without_colours_trouble_still_stands_out() {
        let mono = Theme::named("default", true).unwrap();
        assert_eq!(Theme::named("mono", false), Ok(mono));
        assert_eq!(Theme::named("high-contrast", true), Ok(mono));
        for role in [Role::Warn, Role::Bad, Role::Selected] {
            let style = mono.style(role);
            assert!(style.fg.is_none() && !style.add_modifier.is_empty(), "{role:?}");
        }
        let theme = Theme::load("default", &own("bad", "red"), true).unwrap();
        assert_eq!(theme, mono, "a colour alone leaves what stands out without one");
        let theme = Theme::load("default", &own("bad", "red underlined"), true).unwrap();
        assert_eq!(theme.style(Role::Bad), Style::new().add_modifier(Modifier::UNDERLINED));
    }

    #[test]
    fn red_and_green_alone_tell_nothing_apart() {
        for (name, _) in THEMES {
            let theme = Theme::named(name, false).unwrap();
            let (good, warn, bad) =
                (theme.style(Role::Good), theme.style(Role::Warn), theme.style(Role::Bad));
            for trouble in [warn, bad] {
                assert_ne!(good.add_modifier, trouble.add_modifier, "{name}");
            }
            for colour in [Color::Green, Color::LightGreen] {
                assert!(warn.fg != Some(colour) && bad.fg != Some(colour), "{name}");
            }
        }
    }

    #[test]
    fn a_person_replaces_single_roles_and_mistakes_are_named() {
        let theme = Theme::load("dark", &own("warn", "magenta on-gray  bold"), false).unwrap();
        let expected = Style::new().fg(Color::Magenta).bg(Color::Gray).add_modifier(Modifier::BOLD);
        assert_eq!(theme.style(Role::Warn), expected);
        let dark = Theme::named("dark", false).unwrap();
        assert_eq!(theme.style(Role::Bad), dark.style(Role::Bad));
        let check = |result: Result<Theme, ThemeError>, expected: &str| {
            let error = result.unwrap_err();
            let error = format!("theme.{}: {error}", error.key());
            assert!(error.starts_with(expected), "{error}");
        };
        check(
            Theme::named("neon", false),
            "theme.name: no theme is called `neon`; there are default, dark, light, high-contrast, mono",
        );
        check(
            Theme::load("dark", &own("alarm", "red"), false),
            "theme.alarm: `theme.alarm` is no role; there are text,",
        );
        check(Theme::load("dark", &own("bad", "bold pink"), false), "theme.bad: `pink` is no colour");
        check(Theme::load("dark", &own("bad", "on-plain"), false), "theme.bad: `on-plain` is no colour");
    }

    /// What xterm shows, red, green and blue.
    fn rgb(colour: Color) -> [u8; 3] {
        match colour {
            Color::Black => [0, 0, 0],
            Color::Red => [205, 0, 0],
            Color::Green => [0, 205, 0],
            Color::Yellow => [205, 205, 0],
            Color::Blue => [0, 0, 238],
            Color::Magenta => [205, 0, 205],
            Color::Cyan => [0, 205, 205],
            Color::Gray => [229, 229, 229],
            Color::DarkGray => [127, 127, 127],
            Color::LightRed => [255, 0, 0],
            Color::LightGreen => [0, 255, 0],
            Color::LightYellow => [255, 255, 0],
            Color::LightBlue => [92, 92, 255],
            Color::LightMagenta => [255, 0, 255],
            Color::LightCyan => [0, 255, 255],
            Color::White => [255, 255, 255],
            other => panic!("{other:?} is none of sixteen"),
        }
    }

    /// WCAG 2.2, contrast ratio.
    fn contrast(a: Color, b: Color) -> f64 {
        let light = |colour| {
            let [red, green, blue] = rgb(colour).map(|part| {
                let part = f64::from(part) / 255.0;
                if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
            });
            0.2126 * red + 0.7152 * green + 0.0722 * blue
        };
        let (a, b) = (light(a), light(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_word_can_be_read_on_its_ground() {
        let check = |name: &str, ink: Color, ground: Color, least: f64| {
            let theme = Theme::named(name, false).unwrap();
            for (role, word) in Role::ALL {
                let style = theme.style(role);
                let contrast = contrast(style.fg.unwrap_or(ink), style.bg.unwrap_or(ground));
                assert!(contrast >= least, "{word} of {name}: {contrast:.2}");
                assert!(!style.add_modifier.contains(Modifier::DIM), "how faint dim is, nobody knows");
                let is_bold_black =
                    style.fg == Some(Color::Black) && style.add_modifier.contains(Modifier::BOLD);
                assert!(!is_bold_black, "{word} of {name}: many terminals draw bold black as gray");
            }
        };
        check("dark", Color::Gray, Color::Black, 4.5);
        check("light", Color::Black, Color::White, 4.5);
        // Its grounds are its own, whatever the terminal's are.
        check("high-contrast", Color::DarkGray, Color::DarkGray, 7.0);
    }
}
