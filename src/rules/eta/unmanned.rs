//! Why a load has no driver or no tractor here: there is none, or it is one that we do not know. Times are not told
//! either way.

use super::Missing;
use crate::model::{Driver, Movement, Named, Reason, Tractor};

/// What a load lacks that we have no driver for, or no tractor: somebody to drive it, or only our knowing who that is.
/// With another driver or tractor than its own it lacks whatever those do.
pub fn unmanned(movement: &Movement, driver: Option<&Driver>, tractor: Option<&Tractor>) -> Missing {
    let is_its_own = driver.is_none_or(|driver| movement.driver_id.as_ref() == Some(&driver.id))
        && tractor.is_none_or(|tractor| movement.tractor_id.as_ref() == Some(&tractor.id));
    let (named, what, linked) = match driver {
        None => (movement.driver_named, "driver", movement.driver_id.is_some()),
        Some(_) => (movement.tractor_named, "tractor", movement.tractor_id.is_some()),
    };
    let note = match named {
        // One who is known by his id, and is no longer with the fleet, drives no load.
        Named::Somebody if is_its_own && !linked => {
            Some(format!("units_unknown: the TMS names a {what} that is in no roster"))
        }
        Named::Unread if is_its_own => {
            Some(format!("units_unread: its {what} was not read from the TMS yet"))
        }
        Named::Nobody | Named::Somebody | Named::Unread => None,
    };
    Missing { reason: note.is_none().then_some(Reason::NoDriver), note }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::UnitId;

    #[test]
    fn a_load_whose_driver_or_tractor_we_do_not_know_is_not_told_as_having_none() {
        let (ann, truck) = (Driver { id: UnitId("d".into()), ..Driver::default() }, Tractor::default());
        let check = |named: Named, driver: Option<&Driver>, expected: Result<&str, Reason>| {
            let load = Movement {
                driver_id: driver.map(|driver| driver.id.clone()),
                driver_named: named,
                tractor_named: named,
                ..Movement::default()
            };
            let missing = unmanned(&load, driver, None);
            assert_eq!(missing.note.as_deref().ok_or(Reason::NoDriver), expected);
            assert_eq!(missing.reason, expected.err());
        };
        let (nobody, none) = (Named::Nobody, Err(Reason::NoDriver));
        check(nobody, None, none);
        check(nobody, Some(&ann), none);
        check(Named::Somebody, None, Ok("units_unknown: the TMS names a driver that is in no roster"));
        check(Named::Somebody, Some(&ann), Ok("units_unknown: the TMS names a tractor that is in no roster"));
        check(Named::Unread, None, Ok("units_unread: its driver was not read from the TMS yet"));
        check(Named::Unread, Some(&ann), Ok("units_unread: its tractor was not read from the TMS yet"));
        // Whom the roster has dismissed the TMS may still name.
        let gone = |driver_id, tractor_id| Movement {
            driver_id,
            tractor_id,
            driver_named: Named::Somebody,
            tractor_named: Named::Somebody,
            ..Movement::default()
        };
        let no_driver = Some(Reason::NoDriver);
        assert_eq!(unmanned(&gone(Some(UnitId("x".into())), None), None, None).reason, no_driver);
        let parked = gone(Some(ann.id.clone()), Some(UnitId("t".into())));
        assert_eq!(unmanned(&parked, Some(&ann), None).reason, no_driver);
        // With another's it is no word of the TMS that one is lacking.
        let load = Movement { tractor_named: Named::Somebody, ..Movement::default() };
        assert_eq!(unmanned(&load, Some(&ann), None).reason, Some(Reason::NoDriver));
        assert_eq!(unmanned(&load, None, Some(&truck)).reason, Some(Reason::NoDriver));
    }
}
