//! Trailers that move while no tractor of ours is with them: a theft, or a wrong unit hooked.

use std::collections::{HashMap, HashSet};

use super::Alert;
use super::condition::Condition;
use super::settle::Absence;
use super::sight::Sight;
use crate::model::{
    Exception, ExceptionKind, Motion, Muster, Post, Rolling, Severity, Sighting, Subject, SubjectKind,
    Touches, Trailer, UnitKind,
};
use crate::rules::freshness::Freshness;
use crate::rules::pairing::together;
use crate::rules::{locality, motion};

/// Cells of the grid that tractors are looked up in, north and east: larger than the farthest that one
/// can be with a trailer, which is 21 miles, up to 60 degrees north.
const CELL_DEG: (f64, f64) = (0.31, 0.62);

pub(super) struct Alone;

/// Who is with a moving trailer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Company<'a> {
    /// The tractor of this number.
    Of(&'a str),
    /// Nobody of ours.
    Nobody,
    /// A tractor that may be with it is not seen.
    Unknown,
}

impl Alert for Alone {
    fn topic(&self) -> &'static str {
        ExceptionKind::TrailerAlone.topic()
    }

    fn find(&self, sight: &Sight<'_>, found: &mut Vec<Condition>) {
        let (mut roads, of_others) = (None, of_others(sight));
        for trailer in &sight.fleet.trailers {
            if motion_of(sight, trailer) != Motion::Moving || is_hauled_by_others(&of_others, trailer) {
                continue;
            }
            let Some(seen) = Sighting::of(trailer.latitude, trailer.longitude, trailer.observed_at) else {
                continue;
            };
            if let Some(Company::Of(_) | Company::Unknown) = paired(sight, trailer, seen) {
                continue;
            }
            let roads = roads.get_or_insert_with(|| Roads::of(sight.muster, sight.fresh));
            if roads.company(seen) == Company::Nobody {
                found.push(alone(trailer));
            }
        }
    }

    fn absence(&self, sight: &Sight<'_>, row: &Exception) -> Absence {
        let trailer = row.touches.trailer_id.as_ref().and_then(|id| sight.fleet.trailers.get(id));
        let Some(trailer) = trailer else { return Absence::Over("no longer in the fleet".into()) };
        let of_others = of_others(sight);
        match motion_of(sight, trailer) {
            Motion::Dark => Absence::Unknown,
            Motion::Idle | Motion::Stopped => Absence::Eased("it stands".into()),
            Motion::Moving if is_hauled_by_others(&of_others, trailer) => {
                Absence::Eased("an outside carrier has its load".into())
            }
            Motion::Moving => {
                let seen = Sighting::of(trailer.latitude, trailer.longitude, trailer.observed_at);
                let company = seen.map(|seen| {
                    paired(sight, trailer, seen)
                        .unwrap_or_else(|| Roads::of(sight.muster, sight.fresh).company(seen))
                });
                match company {
                    Some(Company::Of(tractor)) => Absence::Eased(format!("{tractor} is with it")),
                    Some(Company::Nobody | Company::Unknown) | None => Absence::Unknown,
                }
            }
        }
    }
}

fn alone(trailer: &Trailer) -> Condition {
    let place = locality::place(trailer.place.as_deref(), trailer.latitude, trailer.longitude);
    let place = place.map_or_else(String::new, |place| format!(" at {place}"));
    let summary = format!("Trailer {} moves{place} and no tractor of ours is with it", trailer.unit_number);
    let subject = Subject::plain(SubjectKind::Trailer, trailer.id.0.clone());
    let condition = Condition::new(ExceptionKind::TrailerAlone, Severity::Critical, subject, summary)
        .touching(Touches {
            movement_id: trailer.movement_id.clone(),
            tractor_id: trailer.tractor_id.clone(),
            trailer_id: Some(trailer.id.clone()),
            account: trailer.source.clone(),
            ..Touches::default()
        })
        .since(trailer.state_since_at.or(trailer.observed_at))
        .text("loaded", trailer.loaded.word());
    match &trailer.tractor_id {
        Some(tractor) => condition.text("paired_with", &tractor.0),
        None => condition,
    }
}

fn motion_of(sight: &Sight<'_>, trailer: &Trailer) -> Motion {
    motion::at(UnitKind::Trailer, trailer.state, trailer.observed_at, sight.now)
}

/// The open loads of outside carriers, by id alone: a trailer's row does not say of which company its is.
fn of_others<'a>(sight: &Sight<'a>) -> HashSet<&'a str> {
    let open = sight.fleet.movements.iter().filter(|row| row.tms.brokered && row.tms.status.is_open());
    open.map(|row| row.tms.id.as_str()).collect()
}

fn is_hauled_by_others(of_others: &HashSet<&str>, trailer: &Trailer) -> bool {
    trailer.movement_id.as_deref().is_some_and(|id| of_others.contains(id))
}

/// Whether the tractor that is said to pull it does; `None` where none is said to, or it is elsewhere.
fn paired<'a>(sight: &Sight<'a>, trailer: &Trailer, seen: Sighting) -> Option<Company<'a>> {
    let tractor = Post::from(&**sight.fleet.tractors.get(trailer.tractor_id.as_ref()?)?);
    match together(tractor.seen, seen) {
        Some(true) => Some(Company::Of(tractor.unit_number)),
        Some(false) => None,
        None => Some(Company::Unknown),
    }
}

/// All tractors by the cell they are in.
pub struct Roads<'a> {
    cells: HashMap<(i32, i32), Vec<(&'a str, Sighting)>>,
    /// Whether positions of some tractors do not come: one of them may be anywhere.
    some_unseen: bool,
}

impl<'a> Roads<'a> {
    /// The roads as every tractor of ours is on them.
    pub fn of(muster: &'a Muster, fresh: &Freshness) -> Self {
        let mut cells: HashMap<_, Vec<_>> = HashMap::new();
        let mut some_unseen = false;
        for post in muster.iter() {
            some_unseen |= post.source.is_some_and(|source| !fresh.positions(source));
            if let Some(seen) = post.seen {
                let cell = cell(seen.latitude, seen.longitude);
                cells.entry(cell).or_default().push((post.unit_number, seen));
            }
        }
        Self { cells, some_unseen }
    }

    /// Whether a trailer's row is worth reading: it may be alone.
    pub fn may_be_alone(&self, trailer: &Rolling) -> bool {
        let paired = trailer.tractor.map(|tractor| together(tractor, trailer.seen));
        matches!(paired, None | Some(Some(false))) && self.company(trailer.seen) == Company::Nobody
    }

    fn company(&self, seen: Sighting) -> Company<'a> {
        let (row, column) = cell(seen.latitude, seen.longitude);
        for row in row - 1..=row + 1 {
            for column in column - 1..=column + 1 {
                for (number, own) in self.cells.get(&(row, column)).into_iter().flatten() {
                    if together(Some(*own), seen) == Some(true) {
                        return Company::Of(number);
                    }
                }
            }
        }
        if self.some_unseen { Company::Unknown } else { Company::Nobody }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "degrees on earth, or a cell that nothing is in")]
fn cell(latitude: f64, longitude: f64) -> (i32, i32) {
    ((latitude / CELL_DEG.0).floor() as i32, (longitude / CELL_DEG.1).floor() as i32)
}

#[cfg(test)]
mod tests {
    use super::super::tests::*;
    use super::*;
    use crate::model::{MovementStatus, UnitId};

    /// A trailer that moves at 35, -101, seen just now, paired with tractor 1.
    fn yard() -> Yard {
        let mut yard = Yard::new();
        yard.load("1", MovementStatus::InProgress);
        yard.trailer("53012", |trailer| {
            (trailer.latitude, trailer.longitude) = (Some(35.0), Some(-101.0));
            (trailer.state, trailer.observed_at) = (Motion::Moving, Some(minutes(0)));
            trailer.tractor_id = Some(UnitId("samsara:1".into()));
        });
        yard
    }

    fn tractor_at(yard: &mut Yard, north_mi: f64, seen: i64) {
        yard.change_tractor("1", |tractor| {
            (tractor.latitude, tractor.longitude) = (Some(35.0 + north_mi / 69.09), Some(-101.0));
            (tractor.state, tractor.observed_at) = (Motion::Moving, Some(minutes(seen)));
        });
    }

    #[test]
    fn a_trailer_is_alone_when_no_tractor_can_be_with_it() {
        let check = |north_mi, seen, expected: usize| {
            let mut yard = yard();
            tractor_at(&mut yard, north_mi, seen);
            assert_eq!(yard.find(&Alone).len(), expected, "{north_mi} miles, {seen} min");
        };
        check(0.9, 0, 0);
        check(1.1, 0, 1);
        // Three minutes are four miles.
        check(4.9, -3, 0);
        check(5.1, -3, 1);
        // Not seen at the time: it may be anywhere.
        check(300.0, -16, 0);
    }

    #[test]
    fn any_tractor_of_ours_will_do_also_one_in_the_next_cell() {
        let mut yard = yard();
        tractor_at(&mut yard, 300.0, 0);
        yard.load("2", MovementStatus::InProgress);
        yard.trailer("53012", |trailer| trailer.latitude = Some(CELL_DEG.0 * 113.0 + 0.001));
        yard.change_tractor("2", |tractor| {
            (tractor.latitude, tractor.longitude) = (Some(CELL_DEG.0 * 113.0 - 0.001), Some(-101.0));
            tractor.observed_at = Some(minutes(0));
        });
        assert_eq!(yard.find(&Alone).len(), 0);
        yard.change_tractor("2", |tractor| tractor.latitude = Some(34.0));
        let row = yard.raised(&Alone);
        assert_eq!((row.severity, row.id.as_str()), (Severity::Critical, "trailer:samsara:53012"));
        yard.change_tractor("2", |tractor| tractor.latitude = Some(CELL_DEG.0 * 113.0));
        assert_eq!(yard.absence(&Alone, &row), Absence::Eased("T2 is with it".into()));
        yard.trailer("53012", |trailer| trailer.state = Motion::Stopped);
        assert_eq!(yard.absence(&Alone, &row), Absence::Eased("it stands".into()));
    }

    #[test]
    fn while_some_tractors_are_not_seen_nobody_can_say_that_it_is_alone() {
        let mut yard = yard();
        tractor_at(&mut yard, 300.0, 0);
        let row = yard.raised(&Alone);
        yard.silence("samsara");
        assert_eq!(yard.find(&Alone), []);
        assert_eq!(yard.absence(&Alone, &row), Absence::Unknown);
    }

    #[test]
    fn an_outside_carriers_trailer_is_not_alone() {
        let mut yard = yard();
        tractor_at(&mut yard, 300.0, 0);
        yard.load("9", MovementStatus::InProgress);
        yard.change("9", |row| row.tms.brokered = true);
        yard.trailer("53012", |trailer| trailer.movement_id = Some("9".into()));
        assert_eq!(yard.find(&Alone), []);
    }
}
