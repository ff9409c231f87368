//! What a question about loads and drivers is answered from, whoever asks: the panels, the commands and
//! the assistant call the same rules with the same basis. Answers nothing itself.

use super::eta::{Case, Missing, Office, Road, legal_at};
use super::freshness::Freshness;
use super::itinerary::{Call, Itinerary, Queues};
use crate::model::{
    Driver, DutyHistory, EtaSource, Fleet, Leg, Movement, Places, Point, Timestamp, Tractor, Trailer,
};

/// The facts of one moment, and how the office plans. Made once for many questions.
pub struct Basis<'a> {
    /// Everything that is known.
    pub fleet: &'a Fleet,
    /// What drivers did on the days before.
    pub history: &'a DutyHistory,
    /// Where addresses are.
    pub places: &'a Places,
    /// How the office plans.
    pub office: &'a Office,
    /// Now.
    pub now: Timestamp,
    /// What still comes.
    pub fresh: Freshness,
    /// Which loads each truck has.
    pub queues: Queues<'a>,
}

impl<'a> Basis<'a> {
    /// As of `now`.
    pub fn new(
        fleet: &'a Fleet,
        history: &'a DutyHistory,
        places: &'a Places,
        office: &'a Office,
        now: Timestamp,
    ) -> Self {
        let fresh = Freshness::of(&fleet.feeds, now);
        Self { fleet, history, places, office, now, fresh, queues: Queues::of(fleet, now) }
    }

    /// A driver with his truck and what the two have still to do.
    pub fn rig(&self, driver: &'a Driver) -> Rig<'a> {
        let tractor =
            driver.tractor_id.as_ref().and_then(|id| self.fleet.tractors.get(id)).map(AsRef::as_ref);
        let trailer = tractor.and_then(|tractor| tractor.trailer_id.as_ref());
        let trailer = trailer.and_then(|id| self.fleet.trailers.get(id)).map(AsRef::as_ref);
        let loads = self.queues.loads_of(tractor.map(|tractor| &tractor.id), Some(&driver.id));
        Rig { driver, tractor, trailer, loads }
    }

    /// The stops of these loads that are not done.
    pub fn calls(&self, loads: &[&Movement]) -> Vec<Call<'a>> {
        loads.iter().flat_map(|load| self.queues.calls_of(load)).collect()
    }

    /// What a rig has to do if it does `own` after `first`, some of its loads.
    pub fn itinerary<'b>(&self, rig: &Rig<'_>, first: &[&Movement], own: Vec<Call<'b>>) -> Itinerary<'b>
    where
        'a: 'b,
    {
        let tractor = rig.tractor.map(|tractor| &tractor.id);
        // Whoever is one of two on any of his loads is that while another is put off, too.
        Itinerary {
            before: self.calls(first),
            own,
            crew: self.queues.crew_of(tractor, Some(&rig.driver.id), &rig.loads),
        }
    }

    /// The straight line from where a rig is through the stops of `itinerary` that it has not reached;
    /// `None` where a place is not known.
    pub fn straight(&self, rig: &Rig<'_>, itinerary: &Itinerary<'_>) -> Option<Straight> {
        let tractor = rig.tractor?;
        let from = Point::new(tractor.latitude?, tractor.longitude?)?;
        let stands = usize::from(itinerary.calls().next().is_some_and(|call| call.arrived_at.is_some()));
        let to: Vec<Point> =
            itinerary.calls().skip(stands).map(|call| self.places.of(call.stop)).collect::<Option<_>>()?;
        let starts = std::iter::once(from).chain(to.iter().copied());
        let legs = starts.zip(&to).map(|(from, to)| Leg::straight(from, *to));
        let left_s = legs.map(|leg| whole(leg.seconds)).collect();
        Some(Straight { from, to, left_s, asked_at: self.now })
    }

    /// What a rig is judged by on its way through `itinerary`; `movement` is the load that this is for.
    pub fn case<'b>(
        &self,
        rig: &'b Rig<'a>,
        movement: &'b Movement,
        itinerary: &'b Itinerary<'b>,
        road: Option<&'b Straight>,
    ) -> Case<'b>
    where
        'a: 'b,
    {
        Case {
            movement,
            itinerary,
            tractor: rig.tractor,
            driver: Some(rig.driver),
            days: self.history.get(&rig.driver.id).map(Vec::as_slice).unwrap_or_default(),
            road: road.map(Straight::road),
        }
    }

    /// When a rig can legally be at the last call of `itinerary` at the earliest, by the straight line.
    pub fn legal_at(&self, rig: &Rig<'a>, itinerary: &Itinerary<'_>) -> Result<Timestamp, Missing> {
        let road = self.straight(rig, itinerary);
        let nobodys = Movement::default();
        let case = self.case(rig, &nobodys, itinerary, road.as_ref());
        legal_at(&case, &self.fresh, self.office, self.now)
    }
}

/// A driver with his truck.
#[derive(Clone, Debug)]
pub struct Rig<'a> {
    /// Who.
    pub driver: &'a Driver,
    /// With what; `None` where he has no truck.
    pub tractor: Option<&'a Tractor>,
    /// What it pulls, where that is known.
    pub trailer: Option<&'a Trailer>,
    /// What they have to do, in the order it is done.
    pub loads: Vec<&'a Movement>,
}

/// Travel times by the straight line.
#[derive(Clone, Debug)]
pub struct Straight {
    from: Point,
    to: Vec<Point>,
    left_s: Vec<i64>,
    asked_at: Timestamp,
}

impl Straight {
    /// As a road to be planned with.
    pub fn road(&self) -> Road<'_> {
        Road {
            left_s: &self.left_s,
            from: self.from,
            to: &self.to,
            source: EtaSource::Estimate,
            told: self.to.len(),
            asked_at: self.asked_at,
        }
    }

    /// Seconds of driving, to the last place.
    pub fn drive_s(&self) -> i64 {
        self.left_s.iter().sum()
    }
}

/// Whole seconds, never fewer than there are.
fn whole(seconds: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "seconds of a trip; what is no number is 0")]
    let whole = seconds.max(0.0).ceil() as i64;
    whole
}
