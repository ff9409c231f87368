//! What a panel may look at to say something about a row: the fleet, the time, and how to write.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::app::Mode;
use super::glyphs::Glyphs;
use crate::model::{Driver, Fleet, Leader, Timestamp, Tractor, Trailer, UnitId};

/// The facts of one moment and the manner of writing them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Facts {
    pub fleet: Arc<Fleet>,
    /// Movements not yet over, counted once per fleet.
    pub open_loads: usize,
    pub now: Timestamp,
    pub mode: Mode,
    pub leader: Option<Leader>,
    /// The office's zone.
    pub zone: TimeZone,
    pub metric: bool,
    pub glyphs: Glyphs,
}

impl Facts {
    /// Takes in a newer fleet.
    pub fn learn(&mut self, fleet: Arc<Fleet>) {
        self.open_loads = fleet.movements.iter().filter(|row| row.tms.status.is_open()).count();
        self.fleet = fleet;
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
