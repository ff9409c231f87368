//! What a panel may look at to say something about a row: the fleet, the time, and how to write.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::app::Mode;
use super::glyphs::Glyphs;
use crate::model::{
    Driver, DutyHistory, Exception, Fleet, Leader, Movement, Point, Timestamp, Tractor, Trailer, UnitId,
};
use crate::rules::basis::Basis;
use crate::rules::committed::Committed;
use crate::rules::eta::Office;
use crate::rules::filter::Scene;
use crate::rules::freshness::{self, Freshness, Standing};

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
    pub leader: Option<Leader>,
    /// Who sits here, as others are told.
    pub user: String,
    /// What drivers did on the days before.
    pub history: Arc<DutyHistory>,
    /// How the office plans.
    pub office: Arc<Office>,
    /// The office's zone.
    pub zone: TimeZone,
    pub metric: bool,
    pub glyphs: Glyphs,
    /// Who has loads to do.
    pub committed: Arc<Committed>,
    /// The place that the filter of the table in hand names.
    pub near: Option<Point>,
}

impl Facts {
    /// Takes in a newer fleet.
    pub fn learn(&mut self, fleet: Arc<Fleet>) {
        self.open_loads = fleet.movements.iter().filter(|row| row.tms.status.is_open()).count();
        self.committed = Arc::new(Committed::of(&fleet, self.now));
        self.fleet = fleet;
        self.turn(self.now);
    }

    /// Takes in the time.
    pub fn turn(&mut self, now: Timestamp) {
        self.now = now;
        self.fresh = Freshness::of(&self.fleet.feeds, now);
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

    /// An exception that stands in the queue.
    pub fn open_exception(&self, id: &String) -> Option<&Arc<Exception>> {
        self.fleet.exceptions.get(id).filter(|row| row.is_open())
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
        self.driver(id).map_or_else(|| "-".to_owned(), |driver| driver.name.clone())
    }

    /// A tractor's number, "-" where there is none.
    pub fn tractor_number(&self, id: Option<&UnitId>) -> String {
        self.tractor(id).map_or_else(|| "-".to_owned(), |tractor| tractor.unit_number.clone())
    }

    /// A trailer's number, "-" where there is none.
    pub fn trailer_number(&self, id: Option<&UnitId>) -> String {
        self.trailer(id).map_or_else(|| "-".to_owned(), |trailer| trailer.unit_number.clone())
    }
}
