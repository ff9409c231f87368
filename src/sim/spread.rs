//! Which of the simulated ELDs knows which unit: a fleet that grew by buying other fleets, and some
//! trucks with two devices.

use super::Upstream;
use super::roster::{DARK, NAMESAKE, Part, Roster, SHOP, SMALL, TEAM, ZERO};

/// How a fleet is spread over the ELDs there are.
#[derive(Clone, Debug)]
pub struct Spread {
    elds: Vec<Upstream>,
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
