//! Whether one driver has a truck to himself, or two take turns at its wheel, or one takes it over from another.
//! Plans nothing.

use crate::model::{Movement, UnitId};

/// Who is at the wheel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Crew {
    /// One driver: his hours are the truck's.
    #[default]
    Alone,
    /// Two: the truck goes on while one of them rests (49 CFR 395.1(g)(1)), which is not planned yet.
    Team,
    /// One after the other: before this driver has this truck, another one drives it, or he drives another. Only
    /// then do his hours begin to run, or the truck comes to him, and when that is nobody says.
    Handover,
}

/// How many drivers are on a truck, as log-ins, loads and standing pairs have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aboard {
    /// None, or one.
    OneAtMost,
    /// Two or more.
    Several,
}

impl Crew {
    /// Who drives a truck that has these loads to do. Where a load names its drivers that counts: two who
    /// share a truck by day and by night are no team. Where none does, nobody knows whose hours those of a
    /// truck with several drivers would be.
    pub fn of(loads: &[&Movement], aboard: Aboard) -> Self {
        let is_named = loads.iter().any(|load| load.driver_id.is_some());
        let has_two = loads.iter().any(|load| load.driver2_id.is_some());
        if has_two || (!is_named && aboard == Aboard::Several) { Self::Team } else { Self::Alone }
    }

    /// What a plan of one driver's hours is refused with; `None` where there is one driver.
    pub fn refusal(self) -> Option<String> {
        match self {
            Self::Alone => None,
            Self::Team => Some("team: the hours of two drivers are not planned yet".to_owned()),
            Self::Handover => Some(
                "handover: a load before this one has another driver or another truck; when he and the truck are \
                 free of it is not planned yet"
                    .to_owned(),
            ),
        }
    }
}

/// Whether a load names another driver, or another truck, than these two.
pub fn is_anothers(load: &Movement, tractor: Option<&UnitId>, driver: Option<&UnitId>) -> bool {
    let named = [load.driver_id.as_ref(), load.driver2_id.as_ref()];
    let has_other_driver = driver.is_some() && load.driver_id.is_some() && !named.contains(&driver);
    let has_other_truck =
        tractor.is_some() && load.tractor_id.is_some() && load.tractor_id.as_ref() != tractor;
    has_other_driver || has_other_truck
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_is_anothers_only_where_it_names_somebody_else() {
        let id = |id: &str| UnitId(id.into());
        let load = |tractor: Option<&str>, driver: Option<&str>, second: Option<&str>| Movement {
            tractor_id: tractor.map(id),
            driver_id: driver.map(id),
            driver2_id: second.map(id),
            ..Movement::default()
        };
        let check = |load: &Movement, expected: bool| {
            assert_eq!(is_anothers(load, Some(&id("t")), Some(&id("d"))), expected, "{load:?}");
        };
        check(&load(Some("t"), Some("d"), None), false);
        check(&load(Some("t"), Some("e"), Some("d")), false);
        check(&load(Some("t"), None, None), false);
        check(&load(None, Some("d"), None), false);
        check(&load(Some("t"), Some("e"), None), true);
        check(&load(Some("u"), Some("d"), None), true);
        assert!(!is_anothers(&load(Some("u"), Some("e"), None), None, None));
    }

    #[test]
    fn a_load_says_who_drives_and_without_one_two_on_a_truck_are_a_team() {
        let load = |one: Option<&str>, two: Option<&str>| Movement {
            driver_id: one.map(|id| UnitId(id.into())),
            driver2_id: two.map(|id| UnitId(id.into())),
            ..Movement::default()
        };
        let check = |loads: &[Movement], aboard, expected| {
            assert_eq!(Crew::of(&loads.iter().collect::<Vec<_>>(), aboard), expected, "{loads:?} {aboard:?}");
        };
        let (one, team) = (load(Some("a"), None), load(Some("a"), Some("b")));
        check(&[], Aboard::OneAtMost, Crew::Alone);
        check(&[], Aboard::Several, Crew::Team);
        check(&[load(None, None)], Aboard::Several, Crew::Team);
        check(std::slice::from_ref(&one), Aboard::Several, Crew::Alone);
        check(std::slice::from_ref(&team), Aboard::OneAtMost, Crew::Team);
        // One of several is enough: what comes after it begins where the two have brought the truck.
        check(&[team, one], Aboard::OneAtMost, Crew::Team);
    }
}
