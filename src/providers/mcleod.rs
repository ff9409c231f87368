//! McLeod LoadMaster's `/ws`: rosters, movements, orders, stops, positions. Reads only, JSON only.
//!
//! Nobody can see a customer's server from here, so everything that servers differ in is read either
//! way (`scalar`, `answer`) or is a setting ([`Account`]).

mod answer;
mod border;
mod credential;
mod dates;
mod feeds;
mod freight;
mod one_by_one;
mod read;
mod scalar;
mod units;
mod wire;

use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;
use reqwest::header::HeaderValue;

pub use self::credential::Credential;

use self::answer::Told;
use self::border::Border;
use self::feeds::{DRIVERS, FEEDS, MOVEMENTS, ORDERS, STOPS, TRACTORS, TRAILERS};
use self::one_by_one::{below, wanted};
use self::read::{Listing, Next, Place};
use super::{Ask, FeedSpec, Page, Provider};
use crate::http::{self, Client, Kind, Limits};
use crate::model::{Batch, Change, Reject, Timestamp};

const JSON: &str = "application/json";
/// What `GET /sysadmin/getServerTimeMillis` answers, and nothing else: asked for JSON it says 406.
const PLAIN: &str = "text/plain";
/// A search over many orders may think for a minute before its first byte.
const PATIENCE: Duration = Duration::from_secs(90);
/// Most customers named in one read.
const CUSTOMERS_A_READ: usize = 20;
/// Most movements read one by one in one read.
const MOVEMENTS_A_READ: usize = 40;

/// One McLeod server and company.
#[derive(Clone, Debug)]
pub struct Account {
    /// The whole base, `/ws` and all: `https://tms.example.com/ws`.
    pub base_url: String,
    /// Who asks.
    pub credential: Credential,
    /// The company whose rows are ours; others' are refused.
    pub company_id: String,
    /// The header that names it.
    pub company_header: String,
    /// A PEM file trusted besides the system's certificates.
    pub ca_file: Option<PathBuf>,
    /// What the digits of a stop's times mean.
    pub stop_time_basis: StopTimeBasis,
    /// The zone of dates without an offset.
    pub server_zone: TimeZone,
}

/// What the digits of a stop's times mean. Sources conflict, so it is a setting, to be proved on one
/// appointment in another zone whose wall time is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StopTimeBasis {
    /// An instant, by its own offset or the server's zone.
    #[default]
    ServerInstant,
    /// Wall clock where the stop is; the offset means nothing.
    StopLocal,
}

/// Reads one company of one McLeod server.
#[derive(Debug)]
pub struct McLeod {
    client: Client,
    company: String,
    basis: StopTimeBasis,
    zone: TimeZone,
}

impl McLeod {
    /// Fails with a sentence when the account cannot be used: a base that is not a URL, a header that is
    /// none, a CA file that cannot be read.
    pub fn new(account: Account) -> Result<Self, String> {
        let company = account.company_id.trim().to_owned();
        let named = HeaderValue::from_str(&company)
            .map_err(|_illegal| format!("`{company}` cannot stand in an HTTP header"))?;
        let mut headers = vec![("authorization", account.credential.header()?)];
        if !account.company_header.is_empty() {
            headers.push((account.company_header.as_str(), named));
        }
        let limits = Limits { read: PATIENCE, ..Limits::default() };
        let client = Client::new(&account.base_url, &headers, account.ca_file.as_deref(), &limits)?;
        Ok(Self { client, company, basis: account.stop_time_basis, zone: account.server_zone })
    }

    /// The facts in one answer to `resource`, without asking anybody.
    ///
    /// Fails when the body is not what that resource answers; a single bad row is only a reject.
    pub fn normalise(&self, resource: &str, body: &str, now: Timestamp) -> Result<Batch, http::Error> {
        Ok(self.told(resource, body, now)?.batch)
    }

    fn told(&self, resource: &str, body: &str, now: Timestamp) -> Result<Told, http::Error> {
        let border = Border { company: &self.company, server: &self.zone, basis: self.basis, now };
        match resource {
            "drivers" => answer::read::<wire::Driver<'_>>(body, &border),
            "tractors" => answer::read::<wire::Tractor<'_>>(body, &border),
            "trailers" => answer::read::<wire::Trailer<'_>>(body, &border),
            "movements" => answer::read::<wire::Movement<'_>>(body, &border),
            "stops" => answer::read::<wire::Stop<'_>>(body, &border),
            "orders" => answer::read::<wire::Order<'_>>(body, &border),
            "assignments" => answer::read::<freight::Hydrated<'_>>(body, &border),
            "customers" => answer::read::<wire::Customer<'_>>(body, &border),
            "positions" => answer::read::<wire::Position<'_>>(body, &border),
            _ => Err(unknown(resource)),
        }
    }

    /// One step of a list: the server's time first, then page after page.
    async fn list(&self, listing: &Listing, ask: Ask<'_>) -> Result<Page, http::Error> {
        let place = match ask.page {
            Some(text) => {
                Place::parse(text).ok_or_else(|| http::Error::malformed("a page we did not name"))?
            }
            None if listing.changes.is_some() => {
                let cursor = ask.cursor.filter(|_| !ask.restart);
                let place = Place::begin(listing, cursor, self.server_time(ask.now).await?);
                return Ok(Page { next: place.written(), ..Page::default() });
            }
            None => Place::begin(listing, None, ask.now),
        };
        let query = place.query(listing, &self.zone);
        let query: Vec<(&str, &str)> =
            query.iter().map(|(column, value)| (column.as_str(), value.as_str())).collect();
        let answer = match self.client.get(listing.path, &query, JSON, ask.now).await {
            Ok(answer) => answer,
            Err(error) if error.kind == Kind::Rejected || error.is_fault() => {
                // The table may not be audited, and then knows no changes. Some servers refuse with a 500,
                // which may as well be a bad moment: that is not held against the table.
                let refused = error.kind == Kind::Rejected;
                let whole = place.without_changes(refused).ok_or(error)?;
                return Ok(Page { next: whole.written(), is_step: true, ..Page::default() });
            }
            Err(error) => return Err(error),
        };
        let mut told = self.told(ask.resource, &answer::text(&answer.body), ask.now)?;
        let next = match place.advance(listing, &mut told) {
            Next::Page(place) => place.written(),
            Next::Done { cursor, complete } => {
                told.batch.cursor = cursor;
                told.batch.complete = complete;
                None
            }
        };
        Ok(Page { batch: told.batch, next, is_step: false })
    }

    /// The server's time, by which its audit trail is kept; ours where the server does not tell.
    async fn server_time(&self, now: Timestamp) -> Result<Timestamp, http::Error> {
        match self.client.get("sysadmin/getServerTimeMillis", &[], PLAIN, now).await {
            Ok(answer) => {
                let millis = answer::text(&answer.body).trim().parse().ok().filter(|millis| *millis > 0);
                Ok(millis.map_or(now, Timestamp::from_millis))
            }
            Err(error) => match error.kind {
                Kind::NotFound | Kind::Forbidden | Kind::Rejected => Ok(now),
                _ => Err(error),
            },
        }
    }

    /// Every unit's newest position, in one call.
    async fn positions(&self, ask: Ask<'_>) -> Result<Page, http::Error> {
        let answer = self.client.get("mcmessages/positions", &[], JSON, ask.now).await?;
        let batch = self.normalise(ask.resource, &answer::text(&answer.body), ask.now)?;
        Ok(Page { batch, ..Page::default() })
    }

    /// One step through the wanted customers.
    async fn customer(&self, ask: Ask<'_>) -> Result<Page, http::Error> {
        let Some((id, step)) = wanted(&ask, CUSTOMERS_A_READ) else { return Ok(Page::default()) };
        let batch = match self.client.get(&below("customers", id), &[], JSON, ask.now).await {
            Ok(answer) => self.one(&ask, id, &answer::text(&answer.body))?,
            Err(error) if error.kind == Kind::NotFound => rejected(id, "customer is not known to the TMS"),
            Err(error) => return Err(error),
        };
        Ok(Page { batch, next: step.after(), is_step: false })
    }

    /// One step through the wanted movements.
    async fn assignment(&self, ask: Ask<'_>) -> Result<Page, http::Error> {
        let Some((id, step)) = wanted(&ask, MOVEMENTS_A_READ) else { return Ok(Page::default()) };
        if step.missing {
            let batch = self.confirm_gone(&ask, id).await?;
            return Ok(Page { batch, next: step.after(), is_step: false });
        }
        match self.client.get(&below("movements", id), &[], JSON, ask.now).await {
            Ok(answer) => {
                let batch = self.one(&ask, id, &answer::text(&answer.body))?;
                Ok(Page { batch, next: step.after(), is_step: false })
            }
            Err(error) if error.kind == Kind::NotFound => Ok(Page::step(step.asking_again())),
            Err(error) => Err(error),
        }
    }

    /// A 404 is also what a server says whose application is being restarted. Only a search that answers,
    /// and does not find the movement either, proves it gone.
    async fn confirm_gone(&self, ask: &Ask<'_>, id: &str) -> Result<Batch, http::Error> {
        let query = [("movement.id", id), ("recordLength", "1")];
        let answer = self.client.get("movements/search", &query, JSON, ask.now).await?;
        let body = answer::text(&answer.body);
        let found = self.told("movements", &body, ask.now)?;
        if found.first.as_deref() == Some(id) {
            return Ok(rejected(id, "movement is found by search, but cannot be read"));
        }
        let gone = Change::MovementGone { company_id: self.company.clone(), id: id.to_owned() };
        Ok(Batch { changes: vec![gone], ..Batch::default() })
    }

    /// The row that was asked for by id.
    fn one(&self, ask: &Ask<'_>, id: &str, body: &str) -> Result<Batch, http::Error> {
        let told = self.told(ask.resource, body, ask.now)?;
        Ok(if told.rows == 0 { rejected(id, "the TMS answered with nothing") } else { told.batch })
    }
}

impl Provider for McLeod {
    fn feeds(&self) -> &'static [FeedSpec] {
        FEEDS
    }

    async fn fetch(&self, ask: Ask<'_>) -> Result<Page, http::Error> {
        match ask.resource {
            "drivers" => self.list(&DRIVERS, ask).await,
            "tractors" => self.list(&TRACTORS, ask).await,
            "trailers" => self.list(&TRAILERS, ask).await,
            "movements" => self.list(&MOVEMENTS, ask).await,
            "stops" => self.list(&STOPS, ask).await,
            "orders" => self.list(&ORDERS, ask).await,
            "assignments" => self.assignment(ask).await,
            "customers" => self.customer(ask).await,
            "positions" => self.positions(ask).await,
            other => Err(unknown(other)),
        }
    }
}

fn rejected(id: &str, reason: &str) -> Batch {
    let reject = Reject { external_id: id.to_owned(), reason: reason.to_owned() };
    Batch { rejects: vec![reject], ..Batch::default() }
}

fn unknown(resource: &str) -> http::Error {
    http::Error::malformed(format!("McLeod has no resource `{resource}`"))
}
