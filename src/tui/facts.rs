//! What a panel may look at to say something about a row: the fleet, the time, and how to write.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use jiff::tz::TimeZone;

use super::app::{Mode, Setup};
use super::glyphs::Glyphs;
use crate::model::{
    Driver, DutyHistory, Exception, Fleet, Leader, Movement, MovementKey, Point, Timestamp, Tractor, Trailer,
    UnitId, Viewer,
};
use crate::rules::basis::Basis;
use crate::rules::committed::Committed;
use crate::rules::detention::{self, Held};
use crate::rules::eta::Office;
use crate::rules::filter::Scene;
use crate::rules::freshness::{self, Freshness, Standing};
use crate::rules::near::There;
use crate::rules::queue::{self, load_of};

/// The facts of one moment and the manner of writing them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Facts {
    pub fleet: Arc<Fleet>,
    /// Movements not yet over, counted once per fleet.
    pub open_loads: usize,
    pub now: Timestamp,
    /// What still comes, as of then.
    pub fresh: Freshness,
    pub mode: Mode,
    /// Why nothing that is done here is written; `None`: it is.
    pub read_only: Option<Arc<str>>,
    pub leader: Option<Leader>,
    /// Nobody polls: the lease was looked at, and nobody has it.
    pub is_unpolled: bool,
    /// Who sits here, as others are told.
    pub user: String,
    /// This console's host and process there.
    pub here: (String, u32),
    /// What drivers did on the days before.
    pub history: Arc<DutyHistory>,
    /// How the office plans.
    pub office: Arc<Office>,
    /// The office's zone.
    pub zone: TimeZone,
    pub metric: bool,
    pub glyphs: Glyphs,
    /// Who has loads to do, once it was asked for.
    committed: Arc<OnceLock<Committed>>,
    /// The id of the worst open exception of each load that has any, once it was asked for.
    worst: Arc<OnceLock<HashMap<MovementKey, String>>>,
    /// The place that the filter of the table in hand names.
    pub near: Option<Point>,
    /// When units and drivers around it can legally be there.
    pub there: Arc<There>,
}

impl Facts {
    /// With nothing known yet.
    pub fn new(setup: &Setup) -> Self {
        Self {
            fleet: Arc::default(),
            open_loads: 0,
            now: setup.now,
            fresh: Freshness::default(),
            mode: Mode::View,
            read_only: None,
            leader: None,
            is_unpolled: false,
            user: setup.user.clone(),
            here: setup.here.clone(),
            history: Arc::default(),
            office: Arc::new(setup.office.clone()),
            zone: setup.zone.clone(),
            metric: setup.metric,
            glyphs: setup.glyphs,
            committed: Arc::default(),
            worst: Arc::default(),
            near: None,
            there: Arc::default(),
        }
    }

    /// Takes in a newer fleet.
    pub fn learn(&mut self, fleet: Arc<Fleet>) {
        if !fleet.movements.are(&self.fleet.movements) {
            self.open_loads = fleet.movements.iter().filter(|row| row.tms.status.is_open()).count();
        }
        self.worst = Arc::default();
        self.committed = Arc::default();
        self.fleet = fleet;
        self.turn(self.now);
    }

    /// Takes in the time.
    pub fn turn(&mut self, now: Timestamp) {
        self.now = now;
        self.fresh = Freshness::of(&self.fleet.feeds, now);
    }

    /// Who has loads to do.
    pub fn committed(&self) -> &Committed {
        self.scene().committed()
    }

    /// These, with the place that a filter names, and when what is around it can be there.
    #[must_use]
    pub fn beside(&self, near: Option<Point>, there: Arc<There>) -> Self {
        Self { near, there, ..self.clone() }
    }

    /// What a filter judges rows by.
    pub fn scene(&self) -> Scene<'_> {
        Scene {
            fleet: &self.fleet,
            fresh: &self.fresh,
            committed: &self.committed,
            now: self.now,
            metric: self.metric,
        }
    }

    /// Miles from the place that the filter names; `None` where there is none, or nobody knows.
    pub fn miles(&self, latitude: Option<f64>, longitude: Option<f64>) -> Option<f64> {
        Some(Point::new(latitude?, longitude?)?.miles_to(self.near?))
    }

    /// How a load stands now.
    pub fn standing(&self, movement: &Movement) -> Standing {
        freshness::standing(movement, &self.fleet, &self.fresh, self.now)
    }

    /// What questions about loads and drivers are answered from: the same for every door.
    pub fn basis(&self) -> Basis<'_> {
        Basis::new(&self.fleet, &self.history, &self.fleet.places, &self.office, self.now)
    }

    /// The worst of the open exceptions of a load.
    pub fn worst_of(&self, load: &MovementKey) -> Option<&Exception> {
        let worst = self.worst.get_or_init(|| {
            let of_load = |row: &Exception| Some((load_of(row)?, row.id.clone()));
            // The best first, so that the worst stays.
            let open = queue::open(&self.fleet, &self.fresh, self.now);
            open.into_iter().rev().filter_map(of_load).collect()
        });
        self.fleet.exceptions.get(worst.get(load)?).map(AsRef::as_ref)
    }

    /// Who else has the page of a load open, by name; of one login several people may be.
    pub fn others_at(&self, load: &MovementKey) -> BTreeSet<&str> {
        let is_here = |viewer: &Viewer| (&viewer.host, viewer.pid) == (&self.here.0, self.here.1);
        let others = self.fleet.viewers.iter().filter(|viewer| viewer.looks_at(load) && !is_here(viewer));
        others.map(|viewer| viewer.user.as_str()).collect()
    }

    /// The same in words; nothing where nobody has.
    pub fn beside_at(&self, load: &MovementKey) -> Option<String> {
        let named = |user: &str| {
            if user == self.user { format!("another console of {user}") } else { user.to_owned() }
        };
        let others: Vec<String> = self.others_at(load).into_iter().map(named).collect();
        match others.as_slice() {
            [] => None,
            [one] => Some(format!("{one} is looking at load {} too", load.id)),
            [many @ .., last] => {
                Some(format!("{} and {last} are looking at load {} too", many.join(", "), load.id))
            }
        }
    }

    /// An exception that stands in the queue.
    pub fn open_exception(&self, id: &String) -> Option<&Arc<Exception>> {
        self.fleet.exceptions.get(id).filter(|row| self.holds(row))
    }

    /// Whether an exception stands in the queue, as far as can be told now.
    pub fn holds(&self, row: &Exception) -> bool {
        queue::holds(row, &self.fleet, &self.fresh, self.now)
    }

    /// The truck at a stop that an exception is about, as it stands now.
    pub fn held(&self, row: &Exception) -> Option<Held<'_>> {
        detention::of_exception(&self.fleet, &self.fresh, row, self.now)
    }

    /// The exceptions of these ids that stand in the queue, with all else that is wrong with their loads, the worst first.
    pub fn whole(&self, ids: &[String]) -> Vec<&Exception> {
        queue::whole(&self.fleet, &self.fresh, self.now, ids)
    }

    pub fn driver(&self, id: Option<&UnitId>) -> Option<&Driver> {
        self.fleet.drivers.get(id?).map(Arc::as_ref)
    }

    pub fn tractor(&self, id: Option<&UnitId>) -> Option<&Tractor> {
        self.fleet.tractors.get(id?).map(Arc::as_ref)
    }

    pub fn trailer(&self, id: Option<&UnitId>) -> Option<&Trailer> {
        self.fleet.trailers.get(id?).map(Arc::as_ref)
    }

    /// A driver's name, "-" where there is none or it is not known.
    pub fn driver_name(&self, id: Option<&UnitId>) -> String {
        self.driver(id).map_or_else(|| "-".to_owned(), |driver| driver.name.to_string())
    }

    /// A tractor's number, "-" where there is none.
    pub fn tractor_number(&self, id: Option<&UnitId>) -> String {
        self.tractor(id).map_or_else(|| "-".to_owned(), |tractor| tractor.unit_number.to_string())
    }

    /// A trailer's number, "-" where there is none.
    pub fn trailer_number(&self, id: Option<&UnitId>) -> String {
        self.trailer(id).map_or_else(|| "-".to_owned(), |trailer| trailer.unit_number.to_string())
    }
}
