//! McLeod LoadMaster's `/ws`: rosters, movements, orders, stops, positions. Reads only, in JSON or XML.
//!
//! Nobody can see a customer's server from here, so everything that servers differ in is read either
//! way (`scalar`, `answer`) or is a setting ([`Account`]).

mod answer;
mod assignments;
mod border;
mod company;
mod credential;
mod dates;
mod encoding;
mod feeds;
mod freight;
mod one_by_one;
mod read;
mod scalar;
mod seen;
mod soap;
mod standing;
mod units;
mod wire;
mod xml;
mod zones;

use std::path::PathBuf;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use jiff::tz::TimeZone;
use reqwest::header::HeaderValue;

pub use self::credential::Credential;

use self::answer::{Answer, Told};
use self::border::Border;
use self::company::wrong_company;
use self::feeds::{DRIVERS, FEEDS, MOVEMENTS, ORDERS, STOPS, TRACTORS, TRAILERS};
use self::one_by_one::{below, wanted};
use self::read::{Listing, Next, Place};
use self::seen::Seen;
use self::standing::Standing;
use super::{Ask, FeedSpec, Page, Provider};
use crate::http::{self, Client, Kind, Limits};
use crate::model::{Batch, Change, Reject, Timestamp};

/// What `GET /sysadmin/getServerTimeMillis` answers, and nothing else: asked for JSON it says 406.
const PLAIN: &str = "text/plain";
/// A search over many orders may think for a minute before its first byte.
const PATIENCE: Duration = Duration::from_secs(90);
/// Most customers named in one read.
const CUSTOMERS_A_READ: usize = 20;

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
    /// What it is asked to answer in.
    pub format: Format,
    /// A PEM file trusted besides the system's certificates.
    pub ca_file: Option<PathBuf>,
    /// What the digits of a stop's times mean.
    pub stop_time_basis: StopTimeBasis,
    /// The zone of dates without an offset.
    pub server_zone: TimeZone,
}

/// What a server is asked to answer in. An answer in the other one is read as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    #[default]
    Json,
    /// XML, in which servers answer who asks for nothing.
    Xml,
}

impl Format {
    /// The `Accept` header.
    const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Xml => "application/xml",
        }
    }
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
    format: Format,
    basis: StopTimeBasis,
    zone: TimeZone,
    /// Until when, in milliseconds, the server counts as one that hides its movements.
    hidden_until: AtomicI64,
    standing: Standing,
    /// How the movements came last.
    movements: Seen,
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
        Ok(Self {
            client,
            company,
            format: account.format,
            basis: account.stop_time_basis,
            zone: account.server_zone,
            hidden_until: AtomicI64::new(0),
            standing: Standing::default(),
            movements: Seen::default(),
        })
    }

    /// The facts in one answer to `resource`, without asking anybody. The body says itself whether it is
    /// JSON or XML.
    ///
    /// Fails when the body is not what that resource answers; a single bad row is only a reject.
    pub fn normalise(
        &self,
        resource: &str,
        body: impl AsRef<[u8]>,
        now: Timestamp,
    ) -> Result<Batch, http::Error> {
        Ok(self.told(resource, body.as_ref(), now)?.batch)
    }

    fn told(&self, resource: &str, body: &[u8], now: Timestamp) -> Result<Told, http::Error> {
        let text = encoding::text(body)?;
        let answer = Answer::parse(&text)?;
        let border = self.border(now);
        let told = match resource {
            "drivers" => answer.tell::<wire::Driver<'_>>(&border),
            "tractors" => answer.tell::<wire::Tractor<'_>>(&border),
            "trailers" => answer.tell::<wire::Trailer<'_>>(&border),
            "movements" => answer.tell::<wire::Movement<'_>>(&border),
            "stops" => answer.tell::<wire::Stop<'_>>(&border),
            "orders" => answer.tell::<wire::Order<'_>>(&border),
            "assignments" => answer.tell::<freight::Hydrated<'_>>(&border),
            "customers" => answer.tell::<wire::Customer<'_>>(&border),
            "positions" => answer.tell::<wire::Position<'_>>(&border),
            _ => return Err(unknown(resource)),
        };
        if told.rows > 0 && told.first.is_none() {
            return Err(http::Error::malformed(format_args!("none of {} rows is one", told.rows)));
        }
        Ok(told)
    }

    fn border(&self, now: Timestamp) -> Border<'_> {
        Border { company: &self.company, server: &self.zone, basis: self.basis, now }
    }

    /// Asks for rows.
    async fn get(
        &self,
        path: &str,
        query: &[(&str, &str)],
        now: Timestamp,
    ) -> Result<http::Answer, http::Error> {
        self.client.get(path, query, self.format.media_type(), now).await.map_err(soap::judged)
    }

    /// One step of a list: the server's time first, then page after page.
    async fn list(&self, listing: &Listing, ask: Ask<'_>) -> Result<Page, http::Error> {
        let place = match ask.page {
            Some(text) => {
                Place::parse(text).ok_or_else(|| http::Error::malformed("a page we did not name"))?
            }
            None if !listing.changes.is_empty() => {
                let cursor = ask.cursor.filter(|_| !ask.restart);
                let mut place = Place::begin(listing, cursor, self.server_time(ask.now).await?);
                if ask.resource == "movements" && self.movements.begins(ask.cursor) {
                    place = place.reaching_back();
                }
                // The time is told to anybody: it proves nothing of the credential.
                return Ok(Page { next: place.written(), is_step: true, ..Page::default() });
            }
            None => Place::begin(listing, None, ask.now),
        };
        let query = place.query(listing, &self.zone);
        let query: Vec<(&str, &str)> =
            query.iter().map(|(column, value)| (column.as_str(), value.as_str())).collect();
        let of_changes = place.is_of_changes(listing);
        let (mut told, next, is_refused) = match self.get(listing.path, &query, ask.now).await {
            Ok(answer) => {
                let mut told = self.told(ask.resource, &answer.body, ask.now)?;
                let next = place.advance(listing, &mut told);
                (told, next, false)
            }
            Err(error) if is_refusal(&error) => {
                // The table may not be audited, and then knows no changes. Some servers refuse with a 500,
                // which may as well be a bad moment: that is not held against the table.
                let refused = error.kind == Kind::Rejected;
                let mut told = Told::default();
                let next = if place.is_dispensable(listing) {
                    place.without_part(listing, refused, &mut told)
                } else {
                    place.without_changes(listing, refused).ok_or(error)?
                };
                (told, next, true)
            }
            Err(error) => return Err(error),
        };
        if ask.resource == "movements" {
            let is_end = match &next {
                Next::Page(place) => !of_changes && place.is_of_changes(listing),
                Next::Done { .. } => true,
                Next::NoneOurs(_) => false,
            };
            self.movements.note(&told.came, of_changes);
            if is_end {
                self.movements.ended(of_changes);
            }
        }
        let next = match next {
            Next::Page(place) => place.written(),
            Next::Done { cursor, complete } => {
                if ask.resource == "movements" {
                    // More may have changed than a list shows: their units, or that a stop is gone.
                    let company_id = &self.company;
                    told.batch.changes.extend(
                        self.movements
                            .changed(cursor.as_deref())
                            .into_iter()
                            .map(|id| Change::MovementChanged { company_id: company_id.clone(), id }),
                    );
                }
                told.batch.cursor = cursor;
                told.batch.complete = complete;
                None
            }
            Next::NoneOurs(reason) => return Err(none_ours(&reason)),
        };
        let is_step = is_refused && next.is_some() && told.batch.rejects.is_empty();
        Ok(Page { batch: told.batch, next, is_step })
    }

    /// The server's time, by which its audit trail is kept; ours where the server does not tell.
    async fn server_time(&self, now: Timestamp) -> Result<Timestamp, http::Error> {
        match self.client.get("sysadmin/getServerTimeMillis", &[], PLAIN, now).await {
            Ok(answer) => {
                let millis =
                    String::from_utf8_lossy(&answer.body).trim().parse().ok().filter(|millis| *millis > 0);
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
        let answer = self.get("mcmessages/positions", &[], ask.now).await?;
        let told = self.told(ask.resource, &answer.body, ask.now)?;
        match told.refused.filter(|_| told.ours == 0) {
            Some(reason) => Err(none_ours(&reason)),
            None => Ok(Page { batch: told.batch, ..Page::default() }),
        }
    }

    /// One step through the wanted customers.
    async fn customer(&self, ask: Ask<'_>) -> Result<Page, http::Error> {
        let Some((id, step)) = wanted(&ask, CUSTOMERS_A_READ) else { return Ok(Page::default()) };
        let batch = match self.get(&below("customers", id), &[], ask.now).await {
            Ok(answer) => self.one(&ask, id, &answer.body)?,
            Err(error) if error.kind == Kind::NotFound => rejected(id, "customer is not known to the TMS"),
            Err(error) => return Err(error),
        };
        Ok(Page { batch, next: step.after(), is_step: false })
    }

    /// The row that was asked for by id.
    fn one(&self, ask: &Ask<'_>, id: &str, body: &[u8]) -> Result<Batch, http::Error> {
        let told = self.told(ask.resource, body, ask.now)?;
        Ok(if told.rows == 0 { rejected(id, "the TMS answered with nothing") } else { told.batch })
    }
}

impl Provider for McLeod {
    fn feeds(&self) -> &'static [FeedSpec] {
        FEEDS
    }

    async fn fetch(&self, ask: Ask<'_>) -> Result<Page, http::Error> {
        let told = match ask.resource {
            "company" => self.company(ask).await,
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
        };
        // A SOAP fault may come as a success, of which nobody has struck anything out yet.
        self.standing.judge(ask.resource, told.map_err(|error| self.client.discreet(error)))
    }
}

/// Whether the server answered that it does not do what was asked for.
fn is_refusal(error: &http::Error) -> bool {
    error.kind == Kind::Rejected || error.is_fault()
}

fn rejected(id: &str, reason: &str) -> Batch {
    let reject = Reject { external_id: id.to_owned(), reason: reason.to_owned() };
    Batch { rejects: vec![reject], ..Batch::default() }
}

/// A read that showed rows and not one of ours must not pass for a fleet that is quiet.
fn none_ours(reason: &str) -> http::Error {
    wrong_company(format_args!("not one row is ours: the first {reason}"))
}

fn unknown(resource: &str) -> http::Error {
    http::Error::malformed(format!("McLeod has no resource `{resource}`"))
}
