//! The simulated upstreams behind `--demo` and `backhaul sim`: a made-up fleet, told over the real
//! services' HTTP on 127.0.0.1. They are as strict as the real ones and know no client.
//!
//! `world` decides what is so at an instant; a service (one file an upstream) writes it down as
//! its original would; `server` carries it over HTTP, breaks it on purpose and keeps a list of calls.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "the numbers of a made-up fleet are small by construction"
)]

mod alias;
mod ask;
mod atlas;
mod bodies;
mod chance;
mod cursor;
mod faults;
mod freight;
mod gemini;
mod geotab;
mod limits;
mod mapbox;
mod mcleod;
mod motive;
mod roster;
mod samsara;
mod server;
mod shift;
mod showcase;
mod spread;
mod tally;
mod terminal;
mod truth;
mod week;
mod world;

use std::fmt;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use self::faults::{Fault, Faults};
use self::gemini::Gemini;
use self::geotab::{Geotab, Place};
use self::mapbox::Mapbox;
use self::mcleod::McLeod;
pub use self::motive::Credentials as MotiveCredentials;
use self::motive::Motive;
use self::samsara::Samsara;
use self::server::{Server, Service};
use self::spread::Spread;
pub use self::terminal::Credentials as TerminalCredentials;
use self::terminal::Terminal;
pub use self::truth::{TrueDriver, TrueStop, TrueTrailer, Truth};
use self::world::World;
use crate::model::Timestamp;

/// Tells the time. The whole world hangs on it.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What to simulate.
#[derive(Clone)]
pub struct Options {
    /// Tractors; trailers and drivers follow from it.
    pub units: usize,
    /// The same seed gives the same world.
    pub seed: u64,
    /// Where on 127.0.0.1 to listen; 0 takes any free port.
    pub port: u16,
    /// The ELDs there are; the fleet is spread over them.
    pub elds: Vec<Upstream>,
    /// The configuration has McLeod asked for XML instead of JSON; the server speaks both.
    pub mcleod_xml: bool,
    /// One upstream fails now and then, as they do.
    pub moody: bool,
    /// Some trucks are in trouble on purpose, so that every reason there is can be seen at any hour.
    pub showcase: bool,
    /// So many seconds later happens all that is driven and hauled: whoever wants to find the same hour of the same
    /// week whenever it is moves it there.
    pub later_by_s: i64,
    /// What time it is. From 2024 on.
    pub clock: Clock,
}

impl Options {
    /// The usual fleet of sixty at this clock, spread over every ELD, on any port, in a good mood.
    pub fn new(clock: Clock) -> Self {
        Self {
            units: 60,
            seed: 1,
            port: 0,
            elds: Upstream::ELDS.to_vec(),
            mcleod_xml: false,
            moody: false,
            showcase: false,
            later_by_s: 0,
            clock,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("units", &self.units)
            .field("seed", &self.seed)
            .field("port", &self.port)
            .field("elds", &self.elds)
            .field("mcleod_xml", &self.mcleod_xml)
            .field("moody", &self.moody)
            .field("showcase", &self.showcase)
            .field("later_by_s", &self.later_by_s)
            .finish_non_exhaustive()
    }
}

/// Which of the simulated services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Upstream {
    /// An ELD.
    Samsara,
    /// An ELD.
    Motive,
    /// An ELD.
    Geotab,
    /// An ELD behind a service that speaks for many.
    Terminal,
    /// The TMS.
    McLeod,
    /// Travel times and places.
    Mapbox,
    /// The assistant's model.
    Gemini,
}

impl Upstream {
    /// Every ELD.
    pub const ELDS: &[Self] = &[Self::Samsara, Self::Motive, Self::Geotab, Self::Terminal];

    /// As accounts of it are named.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Samsara => "samsara",
            Self::Motive => "motive",
            Self::Geotab => "geotab",
            Self::Terminal => "terminal",
            Self::McLeod => "mcleod",
            Self::Mapbox => "mapbox",
            Self::Gemini => "gemini",
        }
    }
}

/// One call that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// When, by the simulation's clock.
    pub at: Timestamp,
    /// Whom.
    pub upstream: Upstream,
    /// The path below the base URL, with its leading `/`; where one path does everything, what was
    /// called behind it (`/apiv1/GetFeed/LogRecord`).
    pub path: String,
    /// The query as it was written, without `?`.
    pub query: String,
    /// What was answered; 0 where nothing was.
    pub status: u16,
    /// It came over the service's limit, and was told so.
    pub too_many: bool,
}

/// The running simulation. Dropping it closes its port and every connection.
pub struct Sim {
    port: u16,
    elds: Vec<Upstream>,
    samsara_token: String,
    motive: MotiveCredentials,
    terminal: TerminalCredentials,
    mcleod_token: String,
    mcleod_xml: bool,
    mapbox_token: String,
    gemini_key: String,
    geotab: Arc<geotab::Account>,
    geotab_port: u16,
    server: Arc<Server>,
    listening: Vec<JoinHandle<()>>,
}

impl Sim {
    /// Listens on 127.0.0.1 and answers from now on, on the runtime it is called in. Fails when the
    /// port is taken.
    pub async fn start(options: Options) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", options.port)).await?;
        let port = listener.local_addr()?.port();
        // Geotab sends its clients on to another server, which is told by host and port alone.
        let geotab_home = TcpListener::bind(("127.0.0.1", 0)).await?;
        let mut sim = Self::silent(options, port, geotab_home.local_addr()?.port());
        sim.listening = vec![
            tokio::spawn(server::listen(listener, "", Arc::clone(&sim.server))),
            tokio::spawn(server::listen(geotab_home, geotab::HOME, Arc::clone(&sim.server))),
        ];
        Ok(sim)
    }

    /// The simulation at these ports, where nobody listens yet.
    fn silent(options: Options, port: u16, geotab_port: u16) -> Self {
        let (samsara_token, mcleod_token) = tokens(options.seed);
        let (mapbox_token, gemini_key) = (mapbox_token(options.seed), gemini_key(options.seed));
        let spread = Spread::over(&options.elds);
        let world = World::new(options.units, options.seed, spread).later_by(options.later_by_s);
        let world = Arc::new(if options.showcase { world.with_showcase() } else { world });
        let (motive, terminal) = (MotiveCredentials::of(options.seed), TerminalCredentials::of(options.seed));
        let home = format!("127.0.0.1:{geotab_port}");
        let geotab = geotab::Account::new(Arc::clone(&world), geotab_password(options.seed), home);
        let geotab = Arc::new(geotab);
        let mut services: Vec<Box<dyn Service>> = Vec::new();
        for upstream in options.elds.iter().chain(&[Upstream::McLeod, Upstream::Mapbox, Upstream::Gemini]) {
            let world = Arc::clone(&world);
            match upstream {
                Upstream::Samsara => services.push(Box::new(Samsara::new(world, samsara_token.clone()))),
                Upstream::Motive => services.push(Box::new(Motive::new(world, motive.clone(), options.seed))),
                Upstream::Geotab => {
                    services.push(Box::new(Geotab::new(Arc::clone(&geotab), Place::Root)));
                    services.push(Box::new(Geotab::new(Arc::clone(&geotab), Place::Home)));
                }
                Upstream::Terminal => services.push(Box::new(Terminal::new(world, terminal.clone()))),
                Upstream::McLeod => services.push(Box::new(McLeod::new(world, mcleod_token.clone()))),
                Upstream::Mapbox => {
                    services.push(Box::new(Mapbox::new(mapbox_token.clone(), options.later_by_s)));
                }
                Upstream::Gemini => {
                    services.push(Box::new(Gemini::new(gemini_key.clone(), options.seed)));
                }
            }
        }
        let server = Arc::new(Server::new(services, options.clock, options.moody));
        Self {
            port,
            elds: options.elds,
            samsara_token,
            motive,
            terminal,
            mcleod_token,
            mcleod_xml: options.mcleod_xml,
            mapbox_token,
            gemini_key,
            geotab,
            geotab_port,
            server,
            listening: Vec::new(),
        }
    }

    /// The port it listens on.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// A whole config file for the simulated services. `database` is a `sqlite:` URL.
    pub fn config_toml(&self, database: Option<&str>) -> String {
        let database = database.map_or_else(String::new, |url| {
            let quoted = url.replace('\\', "\\\\").replace('"', "\\\"");
            format!("[database]\nurl = \"{quoted}\"\n\n")
        });
        let elds: String = self.elds.iter().map(|eld| self.eld_toml(*eld)).collect();
        format!(
            "{database}{elds}\
             [mcleod]\nbase_url = \"{}\"\ntoken = \"{}\"\ncompany_id = \"{}\"\nserver_timezone = \"{}\"\n\
             # The simulated server speaks both, as the real one does: json | xml\nformat = \"{}\"\n\n\
             [mapbox]\nbase_url = \"{}\"\ntoken = \"{}\"\n\n\
             # The demo model: simple rules behind Gemini's interface\n\
             [gemini]\nbase_url = \"{}\"\napi_key = \"{}\"\n",
            self.mcleod_url(),
            self.mcleod_token,
            mcleod::COMPANY,
            mcleod::ZONE,
            if self.mcleod_xml { "xml" } else { "json" },
            self.mapbox_url(),
            self.mapbox_token,
            self.gemini_url(),
            self.gemini_key
        )
    }

    /// One ELD's table of the config file.
    fn eld_toml(&self, eld: Upstream) -> String {
        let (name, login) = match eld {
            Upstream::Samsara => ("samsara", format!("api_token = \"{}\"", self.samsara_token)),
            Upstream::Geotab => (
                "geotab",
                format!(
                    "database = \"{}\"\nusername = \"{}\"\npassword = \"{}\"",
                    geotab::DATABASE,
                    geotab::USER,
                    self.geotab_password()
                ),
            ),
            Upstream::Motive => ("motive", format!("api_key = \"{}\"", self.motive.api_key)),
            Upstream::Terminal => {
                let TerminalCredentials { api_key, connection_token, .. } = &self.terminal;
                ("terminal", format!("api_key = \"{api_key}\"\nconnection_token = \"{connection_token}\""))
            }
            Upstream::McLeod | Upstream::Mapbox | Upstream::Gemini => return String::new(),
        };
        let url = self.url(eld);
        format!("[[eld]]\nname = \"{name}\"\nprovider = \"{name}\"\n{login}\nbase_url = \"{url}\"\n\n")
    }

    /// Samsara's base URL.
    pub fn samsara_url(&self) -> String {
        self.url(Upstream::Samsara)
    }

    /// The token that Samsara takes.
    pub fn samsara_token(&self) -> &str {
        &self.samsara_token
    }

    /// Motive's base URL.
    pub fn motive_url(&self) -> String {
        self.url(Upstream::Motive)
    }

    /// Where Motive hands out tokens.
    pub fn motive_token_url(&self) -> String {
        format!("{}/oauth/token", self.motive_url())
    }

    /// What opens Motive: its key, or the app and its first refresh token.
    pub const fn motive(&self) -> &MotiveCredentials {
        &self.motive
    }

    /// Terminal's base URL.
    pub fn terminal_url(&self) -> String {
        self.url(Upstream::Terminal)
    }

    /// What opens Terminal, and the connection in it.
    pub const fn terminal(&self) -> &TerminalCredentials {
        &self.terminal
    }

    /// Geotab's base URL: that of the server where one logs in, which sends on to another.
    pub fn geotab_url(&self) -> String {
        self.url(Upstream::Geotab)
    }

    /// The base URL of the Geotab server that the database lives on: who logs in there stays.
    pub fn geotab_home_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.geotab_port)
    }

    /// The Geotab database, as people write it: the server has its own spelling.
    pub const fn geotab_database(&self) -> &'static str {
        geotab::DATABASE
    }

    /// The Geotab user, as people write it: the server has its own spelling.
    pub const fn geotab_user(&self) -> &'static str {
        geotab::USER
    }

    /// The user's password.
    pub fn geotab_password(&self) -> &str {
        self.geotab.password()
    }

    /// Ends every Geotab session there is; a login opens a new one.
    pub fn expire_geotab_sessions(&self) {
        self.geotab.expire_sessions();
    }

    /// While true, the Geotab database is starting: every call is refused, a login too.
    pub fn set_geotab_starting(&self, is_starting: bool) {
        self.geotab.set_starting(is_starting);
    }

    /// Restores the Geotab database from a copy: every version told so far is void.
    pub fn restore_geotab(&self) {
        self.geotab.restore();
    }

    /// McLeod's base URL.
    pub fn mcleod_url(&self) -> String {
        self.url(Upstream::McLeod)
    }

    /// The token that McLeod takes.
    pub fn mcleod_token(&self) -> &str {
        &self.mcleod_token
    }

    /// Mapbox's base URL.
    pub fn mapbox_url(&self) -> String {
        self.url(Upstream::Mapbox)
    }

    /// The token that Mapbox takes.
    pub fn mapbox_token(&self) -> &str {
        &self.mapbox_token
    }

    /// Gemini's base URL.
    pub fn gemini_url(&self) -> String {
        self.url(Upstream::Gemini)
    }

    /// The key that Gemini takes.
    pub fn gemini_key(&self) -> &str {
        &self.gemini_key
    }

    /// Breaks it on purpose, while it runs.
    pub fn faults(&self) -> &Faults {
        &self.server.faults
    }

    /// The latest calls, oldest first; bounded, so the oldest of very many are gone.
    pub fn calls(&self) -> Vec<Call> {
        self.server.calls()
    }

    /// Those calls counted: how many of whom, how many came over a limit, how they lie in the minute.
    /// A table for people.
    pub fn tally(&self) -> String {
        tally::tally(&self.calls())
    }

    fn url(&self, upstream: Upstream) -> String {
        format!("http://127.0.0.1:{}{}", self.port, self.server.prefix(upstream))
    }
}

impl fmt::Debug for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sim").field("port", &self.port).finish_non_exhaustive()
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.listening.iter().for_each(JoinHandle::abort);
    }
}

/// The config file for a simulation of these options, which need not run yet: its port must be named in them.
pub fn config_toml(options: Options, database: Option<&str>) -> String {
    let port = options.port;
    Sim::silent(options, port, 0).config_toml(database)
}

/// The password of Geotab's user: it opens nothing but a simulation of the same seed.
fn geotab_password(seed: u64) -> String {
    format!("geotab-sim-{:016x}", chance::Chance::of(&[seed, 89]).throw())
}

/// Mapbox's token: it opens nothing but a simulation of the same seed.
fn mapbox_token(seed: u64) -> String {
    format!("pk.sim.{:016x}", chance::Chance::of(&[seed, 101]).throw())
}

/// Gemini's key: it opens nothing but a simulation of the same seed.
fn gemini_key(seed: u64) -> String {
    format!("gemini-sim-{:016x}", chance::Chance::of(&[seed, 107]).throw())
}

/// Samsara's and McLeod's token: they open nothing but a simulation of the same seed.
fn tokens(seed: u64) -> (String, String) {
    let mut chance = chance::Chance::of(&[seed, 97]);
    let samsara = format!("samsara_sim_{:016x}{:016x}", chance.throw(), chance.throw());
    let (high, low) = (chance.throw(), chance.throw());
    let mcleod = format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xFFFF,
        high & 0xFFFF,
        low >> 48,
        low & 0xFFFF_FFFF_FFFF
    );
    (samsara, mcleod)
}
