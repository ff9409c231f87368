//! Whether questions are refused for what they ask, or because the service refuses, or garbles, everything.
//! Pure; what follows from it is `sync`'s to do.

use std::collections::BTreeSet;

/// The loads whose questions were refused, or answered with what does not fit them, since one last went well.
#[derive(Clone, Debug, Default)]
pub struct Refusals(BTreeSet<String>);

impl Refusals {
    /// So many loads in a row are no chance: a few may have a stop overseas.
    const TOO_MANY: usize = 5;

    /// Takes in that the question about `load`, one of `loads`, was refused. Whether that is the service's doing: no
    /// question has gone well since those of several others were refused, or of all there are.
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
    fn a_few_loads_that_are_refused_are_their_own_matter_and_five_in_a_row_the_services() {
        let mut refusals = Refusals::default();
        for load in ["A", "A", "B", "C", "D", "D"] {
            assert!(!refusals.refused(load, 33), "{load}");
        }
        assert!(refusals.refused("E", 33));
        refusals.answered();
        assert!(!refusals.refused("E", 33));
    }

    #[test]
    fn where_every_load_there_is_was_refused_it_is_the_services() {
        assert!(Refusals::default().refused("A", 1));
        let mut refusals = Refusals::default();
        assert!(!refusals.refused("A", 2));
        assert!(refusals.refused("B", 2));
    }
}
