//! What tools answer from: one moment of the stored fleet, the same that panels and commands show. Reads; asks
//! no upstream anything.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::model::{DutyHistory, Fleet, Leader, Timestamp};
use crate::rules::basis::Basis;
use crate::rules::eta::Office;
use crate::store::{self, Reader, Scope};

/// Tools that are called together answer from one moment.
const HOLDS: Duration = Duration::from_secs(2);

/// One moment.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Everything that is known.
    pub fleet: Arc<Fleet>,
    /// What drivers did on the days before.
    pub history: DutyHistory,
    /// How the office plans.
    pub office: Office,
    /// The office's zone, in which times are told that have no other.
    pub zone: TimeZone,
    /// Who polls.
    pub leader: Option<Leader>,
    /// When this is.
    pub now: Timestamp,
}

impl Facts {
    /// What rules ask for.
    pub fn basis(&self) -> Basis<'_> {
        Basis::new(&self.fleet, &self.history, &self.fleet.places, &self.office, self.now)
    }
}

/// Where facts come from: as of an instant, or why there are none. May block for some milliseconds.
pub type Library = Arc<dyn Fn(Timestamp) -> Result<Arc<Facts>, String> + Send + Sync>;

/// The facts of a database, read when they are asked for; of two questions within two seconds only once, unless
/// something was written meanwhile.
pub fn stored(database: PathBuf, office: Office, zone: TimeZone) -> Library {
    let open: Mutex<Option<(Reader, Option<Arc<Facts>>)>> = Mutex::new(None);
    Arc::new(move |now| {
        let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
        if !database.exists() {
            return Err(format!("there is no database yet at {}", database.display()));
        }
        let (reader, last) = match &mut *open {
            Some(open) => open,
            none => none.insert((Reader::open(&database, Scope::Whole).map_err(|e| e.to_string())?, None)),
        };
        let fleet = reader.fleet(now).map_err(|error| error.to_string())?;
        if let Some(facts) = last.as_ref().filter(|last| Arc::ptr_eq(&last.fleet, &fleet))
            && facts.now <= now
            && now.since(facts.now) < HOLDS
        {
            return Ok(Arc::clone(facts));
        }
        let read = || -> Result<Facts, store::StoreError> {
            Ok(Facts {
                fleet,
                history: reader.duty_history()?,
                office: office.clone(),
                zone: zone.clone(),
                leader: store::leader(&database),
                now,
            })
        };
        let facts = Arc::new(read().map_err(|error| error.to_string())?);
        *last = Some(Arc::clone(&facts));
        Ok(facts)
    })
}
