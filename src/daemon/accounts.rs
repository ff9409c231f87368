//! From a configuration to accounts that can be polled, and the reasons why others cannot.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::Refused;
use crate::config::{
    self, Config, EldProvider, Mcleod, McleodFormat, McleodLogin, MotiveLogin, StopTimeBasis,
};
use crate::providers::TokenFile;
use crate::providers::geotab::{self, Geotab};
use crate::providers::mcleod::{self, McLeod};
use crate::providers::motive::{self, Motive};
use crate::providers::samsara::Samsara;
use crate::providers::terminal::Terminal;
use crate::store::{Store, StoreError};
use crate::sync::{Account, Clock, Poller, Polling, read_once};

/// An account of any service, ready to be polled.
pub enum AnyAccount {
    /// Samsara.
    Samsara(Account<Samsara>),
    /// Geotab.
    Geotab(Box<Account<Geotab>>),
    /// Motive.
    Motive(Account<Motive>),
    /// Terminal.
    Terminal(Account<Terminal>),
    /// McLeod.
    McLeod(Account<McLeod>),
}

impl AnyAccount {
    /// Its name.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Samsara(account) => &account.name,
            Self::Geotab(account) => &account.name,
            Self::Motive(account) => &account.name,
            Self::Terminal(account) => &account.name,
            Self::McLeod(account) => &account.name,
        }
    }

    /// Hands it to the poller.
    pub(super) async fn poll_by(self, poller: &mut Poller) -> Result<(), StoreError> {
        match self {
            Self::Samsara(account) => poller.add(account).await,
            Self::Geotab(account) => poller.add(*account).await,
            Self::Motive(account) => poller.add(account).await,
            Self::Terminal(account) => poller.add(account).await,
            Self::McLeod(account) => poller.add(account).await,
        }
    }

    /// Reads each of its feeds once. Returns what failed, as (resource, why).
    pub(super) async fn read_once(
        self,
        store: &Store,
        polling: &Polling,
        clock: &Clock,
    ) -> Result<Vec<(&'static str, String)>, StoreError> {
        match self {
            Self::Samsara(account) => read_once(account, store, polling, clock).await,
            Self::Geotab(account) => read_once(*account, store, polling, clock).await,
            Self::Motive(account) => read_once(account, store, polling, clock).await,
            Self::Terminal(account) => read_once(account, store, polling, clock).await,
            Self::McLeod(account) => read_once(account, store, polling, clock).await,
        }
    }
}

/// The accounts that can be polled. Fails where one is configured in a way that can never work.
pub fn accounts(config: &Config) -> anyhow::Result<Vec<AnyAccount>> {
    let mut accounts = Vec::new();
    let tokens = tokens(&config.database.path);
    for eld in config.elds.iter().filter(|eld| eld.off_reason().is_none()) {
        accounts.push(self::eld(eld, &tokens)?);
    }
    if config.mcleod.off_reason().is_none() {
        accounts.push(AnyAccount::McLeod(mcleod(&config.mcleod)?));
    }
    Ok(accounts)
}

/// The account of this name, where it is one that can be polled.
pub(super) fn account(config: &Config, name: &str) -> Result<Option<AnyAccount>, Refused> {
    let eld = config.elds.iter().find(|eld| eld.name == name && eld.off_reason().is_none());
    if let Some(eld) = eld {
        return self::eld(eld, &tokens(&config.database.path)).map(Some);
    }
    let tms = Some(&config.mcleod).filter(|tms| tms.name == name && tms.off_reason().is_none());
    tms.map(|tms| mcleod(tms).map(AnyAccount::McLeod)).transpose()
}

/// Where what services hand out is kept, for a database at this path.
fn tokens(database: &Path) -> PathBuf {
    database.parent().unwrap_or(Path::new("")).join("tokens")
}

fn eld(eld: &config::Eld, tokens: &Path) -> Result<AnyAccount, Refused> {
    let (name, calls_per_minute) = (eld.name.clone(), eld.calls_per_minute);
    let refused = |reason: String| Refused(format!("{}: {reason}", eld.name));
    match &eld.provider {
        EldProvider::Samsara { api_token } => {
            let provider = Samsara::new(&eld.base_url, &secret(api_token), eld.ca_file.as_deref());
            let provider = provider.map_err(refused)?;
            let fingerprint = fingerprint(&[&eld.base_url, api_token.expose()]);
            Ok(AnyAccount::Samsara(Account { name, provider, calls_per_minute, fingerprint }))
        }
        EldProvider::Geotab { database, username, password } => {
            let provider = Geotab::new(geotab::Account {
                base_url: eld.base_url.clone(),
                database: database.clone(),
                username: username.clone(),
                password: secret(password),
                ca_file: eld.ca_file.clone(),
                tokens: tokens.to_owned(),
                name: name.clone(),
            });
            let provider = provider.map_err(refused)?;
            let fingerprint = fingerprint(&[&eld.base_url, database, username, password.expose()]);
            let account = Account { name, provider, calls_per_minute, fingerprint };
            Ok(AnyAccount::Geotab(Box::new(account)))
        }
        EldProvider::Motive(login) => {
            let (credential, secrets) = motive_credential(login, TokenFile::new(tokens, &name));
            let provider = Motive::new(&eld.base_url, credential, eld.ca_file.as_deref()).map_err(refused)?;
            let fingerprint = fingerprint(&[&[eld.base_url.as_str()], secrets.as_slice()].concat());
            Ok(AnyAccount::Motive(Account { name, provider, calls_per_minute, fingerprint }))
        }
        EldProvider::Terminal { api_key, connection_token } => {
            let (key, token) = (secret(api_key), secret(connection_token));
            let provider = Terminal::new(&eld.base_url, &key, &token, eld.ca_file.as_deref());
            let provider = provider.map_err(refused)?;
            let fingerprint = fingerprint(&[&eld.base_url, api_key.expose(), connection_token.expose()]);
            Ok(AnyAccount::Terminal(Account { name, provider, calls_per_minute, fingerprint }))
        }
    }
}

/// How to log in to Motive, and what tells this credential from another.
fn motive_credential(login: &MotiveLogin, tokens: TokenFile) -> (motive::Credential, Vec<&str>) {
    match login {
        MotiveLogin::ApiKey(key) => (motive::Credential::ApiKey(secret(key)), vec![key.expose()]),
        MotiveLogin::OAuth { client_id, client_secret, refresh_token, token_url } => {
            let application = motive::Application {
                client_id: client_id.clone(),
                client_secret: secret(client_secret),
                refresh_token: secret(refresh_token),
                token_url: token_url.clone(),
                tokens,
            };
            let told = vec![client_id.as_str(), client_secret.expose(), refresh_token.expose(), token_url];
            (motive::Credential::OAuth(application), told)
        }
    }
}

pub(super) fn secret(secret: &config::Secret) -> SecretString {
    SecretString::from(secret.expose())
}

fn mcleod(account: &config::Account<Mcleod>) -> Result<Account<McLeod>, Refused> {
    let Mcleod { login, company_id, company_header, format, stop_time_basis, server_timezone } =
        &account.provider;
    let provider = McLeod::new(mcleod::Account {
        base_url: account.base_url.clone(),
        credential: match login {
            McleodLogin::Token(token) => mcleod::Credential::Token(secret(token)),
            McleodLogin::Password { username, password } => {
                mcleod::Credential::Basic { username: username.clone(), password: secret(password) }
            }
        },
        company_id: company_id.clone(),
        company_header: company_header.clone(),
        format: match format {
            McleodFormat::Json => mcleod::Format::Json,
            McleodFormat::Xml => mcleod::Format::Xml,
        },
        ca_file: account.ca_file.clone(),
        stop_time_basis: match stop_time_basis {
            StopTimeBasis::ServerInstant => mcleod::StopTimeBasis::ServerInstant,
            StopTimeBasis::StopLocal => mcleod::StopTimeBasis::StopLocal,
        },
        server_zone: server_timezone.clone(),
    });
    let provider = provider.map_err(|e| Refused(format!("mcleod: {e}")))?;
    let fingerprint = match login {
        McleodLogin::Token(token) => fingerprint(&[&account.base_url, token.expose()]),
        McleodLogin::Password { username, password } => {
            fingerprint(&[&account.base_url, username, password.expose()])
        }
    };
    let (name, calls_per_minute) = (account.name.clone(), account.calls_per_minute);
    Ok(Account { name, provider, calls_per_minute, fingerprint })
}

/// Tells one address and credential from another: eight bytes of a digest are enough to see a change. It is
/// written nowhere as it is: the store seals what it keeps of it.
pub(super) fn fingerprint(parts: &[&str]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, parts.join("\n").as_bytes());
    let head: [u8; 8] = digest.as_ref().first_chunk().copied().unwrap_or_default();
    format!("{:016x}", u64::from_be_bytes(head))
}

/// What to tell a poller that has nothing to poll.
pub(super) fn nothing_to_poll(config: &Config) -> String {
    let reasons: Vec<_> =
        config.off_accounts().into_iter().map(|(name, why)| format!("{name}: {why}")).collect();
    format!(
        "there is nothing to poll: no upstream can be used ({}); `backhaul init` connects one",
        reasons.join("; ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mcleod_is_polled_in_either_format() {
        for format in ["json", "xml"] {
            let text = format!(
                "[database]\nurl = \"sqlite:x\"\n[mcleod]\nbase_url = \"https://tms.example.com/ws\"\ntoken = \"t\"\nformat = \"{format}\"\n"
            );
            let config = Config::from_toml(&text).unwrap();
            assert!(config.off_accounts().iter().all(|(name, _)| name != "mcleod"), "{format}");
            let names: Vec<_> =
                accounts(&config).unwrap().iter().map(|account| account.name().to_owned()).collect();
            assert_eq!(names, ["mcleod"], "{format}");
        }
    }
}
