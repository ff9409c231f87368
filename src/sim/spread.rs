//! Which of the simulated ELDs knows which unit: a fleet that grew by buying other fleets, and some
//! trucks with two devices.

use super::Upstream;
use super::roster::{DARK, NAMESAKE, Part, Roster, SHOP, SMALL, TEAM, ZERO};

/// How a fleet is spread over the ELDs there are.
#[derive(Clone, Debug)]
pub struct Spread {
    elds: Vec<Upstream>,
}

/// What one ELD knows of the fleet, in ascending order. A unit's *place* is its index here.
#[derive(Clone, Debug, Default)]
pub struct Share {
    /// Tractors.
    pub tractors: Vec<usize>,
    /// Drivers.
    pub drivers: Vec<usize>,
    /// Trailers.
    pub trailers: Vec<usize>,
}

impl Spread {
    /// Over these, the first of which has twice the share of the others and everything peculiar.
    pub fn over(elds: &[Upstream]) -> Self {
        assert!(!elds.is_empty(), "a fleet has an ELD");
        Self { elds: elds.to_vec() }
    }

    /// Whether `eld` has a device in this tractor.
    pub fn has_tractor(&self, eld: Upstream, tractor: usize) -> bool {
        let home = self.home(tractor);
        let second = (tractor % 7 == 3).then(|| (home + 1) % self.elds.len());
        self.is(eld, home) || second.is_some_and(|second| self.is(eld, second))
    }

    /// Whether a driver keeps his log with `eld`: in one of them only, that of his tractor.
    pub fn has_driver(&self, eld: Upstream, roster: &Roster, driver: usize) -> bool {
        let home = match roster.part(driver) {
            Part::Solo => self.home(driver),
            Part::Second => self.home(TEAM),
            Part::Namesake => self.home(NAMESAKE),
            Part::Gone | Part::Disconnected => 0,
            Part::Home => driver % self.elds.len(),
        };
        self.is(eld, home)
    }

    /// Whether a trailer is with `eld`.
    pub fn has_trailer(&self, eld: Upstream, roster: &Roster, trailer: usize) -> bool {
        self.is(eld, roster.tractor_of(trailer).map_or(0, |tractor| self.home(tractor)))
    }

    /// Whether `eld` has this tractor by a second device only: its driver keeps his log with another.
    pub fn is_second(&self, eld: Upstream, tractor: usize) -> bool {
        self.has_tractor(eld, tractor) && !self.is(eld, self.home(tractor))
    }

    /// All that `eld` knows. Worked out once for a service: a page must not ask every unit of a
    /// large fleet whether it is there.
    pub fn share(&self, eld: Upstream, roster: &Roster) -> Share {
        Share {
            tractors: (0..roster.tractors).filter(|tractor| self.has_tractor(eld, *tractor)).collect(),
            drivers: (0..roster.drivers).filter(|driver| self.has_driver(eld, roster, *driver)).collect(),
            trailers: (0..roster.trailers)
                .filter(|trailer| self.has_trailer(eld, roster, *trailer))
                .collect(),
        }
    }

    fn home(&self, tractor: usize) -> usize {
        if matches!(tractor, SHOP | DARK | ZERO | SMALL | TEAM) {
            return 0;
        }
        (tractor % (self.elds.len() + 1)).saturating_sub(1)
    }

    fn is(&self, eld: Upstream, place: usize) -> bool {
        self.elds.get(place) == Some(&eld)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_with_some_eld_and_every_seventh_truck_with_two() {
        let roster = Roster::new(500, 1);
        for count in 1..=Upstream::ELDS.len() {
            let elds = &Upstream::ELDS[..count];
            let spread = Spread::over(elds);
            let shares: Vec<Share> = elds.iter().map(|eld| spread.share(*eld, &roster)).collect();
            let held = |of: fn(&Share) -> &Vec<usize>, unit: usize| {
                shares.iter().filter(|share| of(share).binary_search(&unit).is_ok()).count()
            };
            for tractor in 0..roster.tractors {
                let expected = if tractor % 7 == 3 && count > 1 { 2 } else { 1 };
                assert_eq!(held(|share| &share.tractors, tractor), expected, "tractor {tractor} of {count}");
            }
            assert!((0..roster.drivers).all(|driver| held(|share| &share.drivers, driver) == 1));
            assert!((0..roster.trailers).all(|trailer| held(|share| &share.trailers, trailer) == 1));
            // Whoever keeps a log with an ELD sits in a truck that it has.
            for (eld, share) in elds.iter().zip(&shares) {
                let solo = share.drivers.iter().filter(|driver| roster.part(**driver) == Part::Solo);
                assert!(solo.into_iter().all(|driver| !spread.is_second(*eld, *driver)));
            }
        }
    }
}
