//! The services that can be connected, and what each has to be asked: as little as it works with. What a key takes and
//! what it is by default is the configuration's to know.

/// A service.
#[derive(Debug)]
pub struct Service {
    /// Its name in the configuration: an ELD's provider, or a table.
    pub name: &'static str,
    /// What it is for.
    pub what: &'static str,
    /// Where its credential is made.
    pub hint: &'static str,
    /// Whether the configuration may have several accounts of it.
    pub is_eld: bool,
    /// What to ask, in this order.
    pub asks: &'static [Ask],
}

impl Service {
    /// Every key that may be asked for.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> {
        let asks: &'static [Ask] = self.asks;
        asks.iter().chain(asks.iter().flat_map(|ask| ask.or)).map(|ask| ask.key)
    }

    /// The keys that are not needed beside these: those of the other way to sign in.
    pub fn obsolete(&self, settings: &[(&str, &str)]) -> Vec<&'static str> {
        let is_set = |key: &str| settings.iter().any(|(set, _)| *set == key);
        let asks: &'static [Ask] = self.asks;
        let either = asks.iter().filter(|ask| !ask.or.is_empty());
        let other = either.flat_map(|ask| if is_set(ask.key) { ask.or } else { std::slice::from_ref(ask) });
        other.map(|ask| ask.key).collect()
    }
}

/// One question.
#[derive(Debug)]
pub struct Ask {
    /// The key that it sets.
    pub key: &'static str,
    /// What is said beside it.
    pub note: &'static str,
    /// Asked instead where this is left empty.
    pub or: &'static [Self],
}

/// All of them, in the order in which they are offered.
pub const SERVICES: &[Service] = &[
    Service {
        name: "samsara",
        what: "ELD",
        hint: "An API token from the Samsara dashboard, with read scopes only: docs/samsara.md",
        is_eld: true,
        asks: &[ask("api_token", ""), ask("base_url", "")],
    },
    Service {
        name: "motive",
        what: "ELD",
        hint: "A company API key of Motive's, or an OAuth app: docs/motive.md",
        is_eld: true,
        asks: &[
            Ask {
                key: "api_key",
                note: "Enter alone: an OAuth app instead",
                or: &[
                    ask("client_id", ""),
                    ask("client_secret", ""),
                    ask("refresh_token", ""),
                    ask("token_url", ""),
                ],
            },
            ask("base_url", ""),
        ],
    },
    Service {
        name: "geotab",
        what: "ELD",
        hint: "A MyGeotab service account that sees the groups you dispatch: docs/geotab.md",
        is_eld: true,
        asks: &[
            ask("database", "the company's, as in the address my.geotab.com/DATABASE"),
            ask("username", ""),
            ask("password", ""),
            ask("base_url", ""),
        ],
    },
    Service {
        name: "terminal",
        what: "ELD, one of many through withterminal.com",
        hint: "A secret key of Terminal's and the token of one connection: docs/terminal.md",
        is_eld: true,
        asks: &[ask("api_key", "sk_..."), ask("connection_token", "con_tkn_..."), ask("base_url", "")],
    },
    Service {
        name: "mcleod",
        what: "TMS",
        hint: "The address of your LoadMaster web services and a token, or a user: docs/mcleod.md",
        is_eld: false,
        asks: &[
            ask("base_url", "https://HOST/ws"),
            Ask {
                key: "token",
                note: "Enter alone: a user name and password instead",
                or: &[ask("username", ""), ask("password", "")],
            },
            ask("company_id", ""),
            ask("server_timezone", "where the server's clock is"),
        ],
    },
    Service {
        name: "mapbox",
        what: "travel times; without it they are reckoned from the distance",
        hint: "An access token of Mapbox's without URL restrictions: docs/mapbox.md",
        is_eld: false,
        asks: &[ask("token", ""), ask("base_url", "")],
    },
    Service {
        name: "gemini",
        what: "the assistant; without it questions are answered by fixed rules",
        hint: "A key of Google AI Studio's: docs/gemini.md",
        is_eld: false,
        asks: &[ask("api_key", ""), ask("base_url", "")],
    },
];

const fn ask(key: &'static str, note: &'static str) -> Ask {
    Ask { key, note, or: &[] }
}

/// The service that somebody means: its number in the list, its name, or a beginning of that which no other has.
pub fn meant(text: &str) -> Option<&'static Service> {
    if let Ok(number) = text.parse::<usize>() {
        return SERVICES.get(number.checked_sub(1)?);
    }
    let folded = text.to_lowercase();
    let mut alike = SERVICES.iter().filter(|service| service.name.starts_with(&folded));
    alike.next().filter(|_| alike.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{default_of, is_secret};

    #[test]
    fn a_service_is_meant_by_number_name_or_beginning() {
        let name = |text: &str| meant(text).map(|service| service.name);
        assert_eq!(name("1"), Some("samsara"));
        assert_eq!(name("7"), Some("gemini"));
        assert_eq!(name("GEO"), Some("geotab"));
        assert_eq!(name("m"), None, "that is three of them");
        for none in ["0", "8", "x", "-1"] {
            assert_eq!(name(none), None, "{none}");
        }
    }

    #[test]
    fn of_two_ways_to_sign_in_the_other_is_not_needed() {
        let motive = meant("motive").unwrap();
        let app = ["client_id", "client_secret", "refresh_token", "token_url"];
        assert_eq!(motive.obsolete(&[("api_key", "k")]), app);
        assert_eq!(motive.obsolete(&app.map(|key| (key, "x"))), ["api_key"]);
        assert_eq!(meant("samsara").unwrap().obsolete(&[("api_token", "t")]), [""; 0]);
    }

    #[test]
    fn every_question_is_of_a_key_and_has_a_default_or_a_value_to_give() {
        for service in SERVICES {
            let asks = service.asks.iter().chain(service.asks.iter().flat_map(|ask| ask.or));
            let secrets = asks.clone().filter(|ask| is_secret(service.name, ask.key)).count();
            assert!(secrets > 0, "{} has a credential", service.name);
            for ask in asks.filter(|ask| ask.key == "base_url") {
                assert!(
                    default_of(service.name, ask.key).is_some() || !ask.note.is_empty(),
                    "{}",
                    service.name
                );
            }
        }
    }
}
