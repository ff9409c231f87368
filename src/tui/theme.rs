//! Colours by meaning. Everything else names a role; only this file names a colour.

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

/// The colours of a screen. No background and no white, so that it reads on light and dark alike;
/// sixteen colours, because SSH does not carry word of more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    colours: bool,
}

/// No theme has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no theme is called `{0}`; there are default and mono")]
pub struct UnknownTheme(pub String);

impl Theme {
    /// The theme of this name, without colours where `no_color` says so.
    pub fn named(name: &str, no_color: bool) -> Result<Self, UnknownTheme> {
        match name {
            "default" => Ok(Self { colours: !no_color }),
            "mono" => Ok(Self { colours: false }),
            _ => Err(UnknownTheme(name.to_owned())),
        }
    }

    /// How text of this meaning looks.
    pub fn style(self, role: Role) -> Style {
        let plain = match role {
            Role::Text | Role::Good | Role::Coast | Role::Border => Style::new(),
            Role::Muted | Role::Road => Style::new().add_modifier(Modifier::DIM),
            Role::Title | Role::Warn | Role::Bad | Role::Own | Role::Route => {
                Style::new().add_modifier(Modifier::BOLD)
            }
            Role::Selected => Style::new().add_modifier(Modifier::REVERSED),
        };
        if !self.colours {
            return plain;
        }
        match role {
            Role::Text | Role::Muted | Role::Title | Role::Selected | Role::Route => plain,
            Role::Good => plain.fg(Color::Green),
            Role::Warn => plain.fg(Color::Yellow),
            Role::Bad => plain.fg(Color::Red),
            Role::Coast => plain.fg(Color::Cyan),
            Role::Border | Role::Own => plain.fg(Color::Magenta),
            Role::Road => plain.fg(Color::Blue),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colours_trouble_still_stands_out() {
        let mono = Theme::named("default", true).unwrap();
        assert_eq!(Theme::named("mono", false), Ok(mono));
        for role in [Role::Warn, Role::Bad, Role::Selected] {
            let style = mono.style(role);
            assert!(style.fg.is_none() && !style.add_modifier.is_empty(), "{role:?}");
        }
        assert_eq!(
            Theme::named("neon", false).unwrap_err().to_string(),
            "no theme is called `neon`; there are default and mono"
        );
    }
}
