//! Upstream accounts: where each is, how often it may be called, with what credentials, and why it
//! is off when it is.

use std::path::PathBuf;

use jiff::tz::TimeZone;

use super::Secret;
use super::layers::Layers;
use super::table::Table;

/// One upstream account. `P` holds what only this kind of upstream has, credentials among it.
#[derive(Clone, Debug)]
pub struct Account<P> {
    /// Unique among all accounts; the `source` of rows and the `account` of feeds.
    pub name: String,
    /// https, or http to a loopback address; may have a path. Empty only while the account is off.
    pub base_url: String,
    /// In no 60 seconds may there be more calls than this.
    pub calls_per_minute: u32,
    /// A PEM file trusted besides the system's.
    pub ca_file: Option<PathBuf>,
    /// What only this kind of upstream has.
    pub provider: P,
    off: Option<String>,
}

impl<P> Account<P> {
    /// Why this account is not used; `None` when it is. Its credentials are empty while it is off.
    pub fn off_reason(&self) -> Option<String> {
        self.off.clone()
    }
}

/// An ELD account.
pub type Eld = Account<EldProvider>;

/// Which service an ELD account is with, and how it logs in.
#[derive(Clone, Debug)]
pub enum EldProvider {
    /// Samsara.
    Samsara {
        /// Bearer token.
        api_token: Secret,
    },
    /// Motive.
    Motive(MotiveLogin),
    /// Geotab.
    Geotab {
        /// The company's database.
        database: String,
        /// The service account.
        username: String,
        /// Its password.
        password: Secret,
    },
    /// Terminal, which passes other ELDs on.
    Terminal {
        /// Our key.
        api_key: Secret,
        /// The fleet's connection.
        connection_token: Secret,
    },
}

impl EldProvider {
    /// The word of the configuration: "samsara" …
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Samsara { .. } => "samsara",
            Self::Motive(_) => "motive",
            Self::Geotab { .. } => "geotab",
            Self::Terminal { .. } => "terminal",
        }
    }
}

/// How to log in to Motive.
#[derive(Clone, Debug)]
pub enum MotiveLogin {
    /// By a key of the fleet.
    ApiKey(Secret),
    /// By OAuth 2; the refresh token rotates, the one here is only the first.
    OAuth {
        /// Of our application.
        client_id: String,
        /// Of our application.
        client_secret: Secret,
        /// The first one.
        refresh_token: Secret,
        /// Where tokens are exchanged.
        token_url: String,
    },
}

/// What only the TMS has.
#[derive(Clone, Debug)]
pub struct Mcleod {
    /// How to log in.
    pub login: McleodLogin,
    /// The company within the TMS.
    pub company_id: String,
    /// The HTTP header that carries it.
    pub company_header: String,
    /// What the server is asked to answer in.
    pub format: McleodFormat,
    /// What the times of stops mean.
    pub stop_time_basis: StopTimeBasis,
    /// The zone the server writes times without an offset in.
    pub server_timezone: TimeZone,
}

/// How to log in to McLeod.
#[derive(Clone, Debug)]
pub enum McleodLogin {
    /// By a token.
    Token(Secret),
    /// By HTTP Basic.
    Password {
        /// The user.
        username: String,
        /// The password.
        password: Secret,
    },
}

/// What McLeod answers in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum McleodFormat {
    /// JSON.
    Json,
    /// XML, the server's own default.
    Xml,
}

/// What the times of stops mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopTimeBasis {
    /// Instants, with the server's offset.
    ServerInstant,
    /// Wall-clock times at the stop, whatever offset stands behind them.
    StopLocal,
}

/// What only the routing service has.
#[derive(Clone, Debug)]
pub struct Mapbox {
    /// Access token.
    pub token: Secret,
    /// Routing profile.
    pub profile: String,
    /// A truck takes this many times as long as a car.
    pub truck_factor: f64,
    /// Metres.
    pub max_height_m: f64,
    /// Metres.
    pub max_width_m: f64,
    /// Metric tons.
    pub max_weight_t: f64,
}

/// What only the assistant has.
#[derive(Clone, Debug)]
pub struct Gemini {
    /// API key.
    pub api_key: Secret,
    /// The model asked first.
    pub model: String,
    /// The model asked when that one cannot answer.
    pub fallback_model: String,
    /// How much it thinks: minimal, low, medium, high, xhigh.
    pub thinking: String,
    /// Dollars that may be spent on a day of the office; 0 is no limit.
    pub daily_budget_usd: f64,
    /// Drivers' names do not leave the box.
    pub hides_names: bool,
}

pub(super) fn eld(provider: &str, table: &Table) -> Eld {
    let (provider, off) = match provider {
        "samsara" => {
            (EldProvider::Samsara { api_token: table.secret("api_token") }, table.lacks(&["api_token"]))
        }
        "motive" => motive(table),
        "geotab" => (
            EldProvider::Geotab {
                database: table.text("database"),
                username: table.text("username"),
                password: table.secret("password"),
            },
            table.lacks(&["database", "username", "password"]),
        ),
        "terminal" => (
            EldProvider::Terminal {
                api_key: table.secret("api_key"),
                connection_token: table.secret("connection_token"),
            },
            table.lacks(&["api_key", "connection_token"]),
        ),
        other => unreachable!("{other} is not in the table of providers"),
    };
    account(table.text("name"), table, provider, off)
}

pub(super) fn mcleod(layers: &Layers<'_>) -> Account<Mcleod> {
    let table = layers.table("mcleod");
    let by_password = table.is_given("username") && !table.is_given("token");
    let (login, off) = if by_password {
        let login =
            McleodLogin::Password { username: table.text("username"), password: table.secret("password") };
        (login, table.lacks(&["base_url", "username", "password"]))
    } else {
        (McleodLogin::Token(table.secret("token")), table.lacks(&["base_url", "token"]))
    };
    let provider = Mcleod {
        login,
        company_id: table.text("company_id"),
        company_header: table.text("company_header"),
        format: match table.text("format").as_str() {
            "xml" => McleodFormat::Xml,
            _ => McleodFormat::Json,
        },
        stop_time_basis: match table.text("stop_time_basis").as_str() {
            "stop_local" => StopTimeBasis::StopLocal,
            _ => StopTimeBasis::ServerInstant,
        },
        server_timezone: table.zone("server_timezone"),
    };
    account("mcleod".to_owned(), table, provider, off)
}

pub(super) fn mapbox(layers: &Layers<'_>) -> Account<Mapbox> {
    let table = layers.table("mapbox");
    let provider = Mapbox {
        token: table.secret("token"),
        profile: table.text("profile"),
        truck_factor: table.number("truck_factor"),
        max_height_m: table.number("max_height_m"),
        max_width_m: table.number("max_width_m"),
        max_weight_t: table.number("max_weight_t"),
    };
    account("mapbox".to_owned(), table, provider, table.lacks(&["token"]))
}

pub(super) fn gemini(layers: &Layers<'_>) -> Account<Gemini> {
    let table = layers.table("gemini");
    let provider = Gemini {
        api_key: table.secret("api_key"),
        model: table.text("model"),
        fallback_model: table.text("fallback_model"),
        thinking: table.text("thinking"),
        daily_budget_usd: table.number("daily_budget_usd"),
        hides_names: table.text("driver_names") == "tokens",
    };
    account("gemini".to_owned(), table, provider, table.lacks(&["api_key"]))
}

fn motive(table: &Table) -> (EldProvider, Option<String>) {
    if !table.is_given("client_id") {
        let login = MotiveLogin::ApiKey(table.secret("api_key"));
        return (EldProvider::Motive(login), table.lacks(&["api_key"]));
    }
    let login = MotiveLogin::OAuth {
        client_id: table.text("client_id"),
        client_secret: table.secret("client_secret"),
        refresh_token: table.secret("refresh_token"),
        token_url: table.text("token_url"),
    };
    (EldProvider::Motive(login), table.lacks(&["client_id", "client_secret", "refresh_token"]))
}

fn account<P>(name: String, table: &Table, provider: P, off: Option<String>) -> Account<P> {
    Account {
        name,
        base_url: table.text("base_url"),
        calls_per_minute: table.whole("calls_per_minute"),
        ca_file: table.text_opt("ca_file").map(PathBuf::from),
        provider,
        off,
    }
}
