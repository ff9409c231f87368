//! Whether questions are refused for what they ask, or because the service refuses, or garbles, everything.
//! Pure; what follows from it is `sync`'s to do.

use std::collections::BTreeSet;

/// The loads whose questions were refused, or answered with what does not fit them, since one last went well.
#[derive(Clone, Debug, Default)]
pub struct Refusals(BTreeSet<String>);

impl Refusals {
    /// So many loads in a row are no chance: one may have a stop overseas.
    const TOO_MANY: usize = 2;

    /// Takes in that the question about `load`, one of `loads`, was refused. Whether that is the service's doing: no
    /// question has gone well since another load's was refused, or there is no other load.
    pub fn refused(&mut self, load: &str, loads: usize) -> bool {
        self.0.insert(load.to_owned());
        self.0.len() >= Self::TOO_MANY.min(loads)
    }

    /// A question was understood and answered, be it that there is no road.
    pub fn answered(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_load_that_is_refused_is_its_own_matter_and_a_second_in_a_row_is_the_services() {
        let mut refusals = Refusals::default();
        assert!(!refusals.refused("A", 33));
        assert!(!refusals.refused("A", 33), "the same again");
        assert!(refusals.refused("B", 33));
        refusals.answered();
        assert!(!refusals.refused("B", 33));
        refusals.answered();
        assert!(!refusals.refused("A", 33));
    }

    #[test]
    fn of_a_fleet_with_one_load_its_refusal_is_the_services() {
        assert!(Refusals::default().refused("A", 1));
    }
}
