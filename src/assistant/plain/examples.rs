//! What can be asked, said by what there is: every name in it is the fleet's own, so that each question has an answer.

use std::sync::Arc;

use crate::model::{Fleet, Movement, StopType};
use crate::rules::trip;

/// Says that a question was not understood, and which would be.
pub fn asked_like(fleet: &Fleet) -> String {
    let is_driven = |row: &&Arc<Movement>| row.tms.status.is_open() && row.driver_id.is_some();
    let load = fleet.movements.iter().find(is_driven);
    let delivery = |id: &str| {
        fleet.stops.iter().find(|stop| {
            !stop.tms.done
                && stop.tms.kind == StopType::Delivery
                && stop.tms.movement_id.as_deref() == Some(id)
        })
    };
    let driver = load.and_then(|row| fleet.drivers.get(row.driver_id.as_ref()?));
    let last_stop = load.and_then(|row| delivery(&row.tms.id));
    let order = fleet.orders.iter().find(|row| row.tms.po.is_some() && row.tms.movement_id.is_some());
    let trailer = fleet.trailers.iter().find(|row| row.observed_at.is_some());
    let tractor = fleet.tractors.iter().find(|row| row.observed_at.is_some());
    let asked = [
        Some("what is late and why".to_owned()),
        last_stop.map(|stop| format!("who is near {} with 5 hours and an empty", trip::place(stop))),
        trailer.map(|row| format!("where is trailer {}", row.unit_number)),
        driver.zip(load).map(|(driver, _)| format!("can {} make it", driver.name)),
        driver.map(|driver| format!("how many hours does {} have left", driver.name)),
        load.map(|row| format!("who else can take {}", row.tms.id)),
        Some("who runs out of hours".to_owned()),
        Some("what is in detention".to_owned()),
        order.and_then(|row| Some(format!("where is PO {}", row.tms.po.as_ref()?))),
        tractor.map(|row| format!("why is {} not updating", row.unit_number)),
        Some("which trucks are dark".to_owned()),
        Some("what pickups are not covered".to_owned()),
        Some("handoff".to_owned()),
        Some("is the data good".to_owned()),
    ];
    let asked: Vec<String> = asked.into_iter().flatten().collect();
    format!("I do not understand this. Ask: {}.", asked.join(" \u{b7} "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Timestamp, Trailer, UnitId};

    #[test]
    fn what_there_is_not_is_no_example() {
        let mut fleet = Fleet::default();
        let of_none = asked_like(&fleet);
        assert!(of_none.contains("what is late and why") && !of_none.contains("trailer"), "{of_none}");
        let unit = |number: &str, observed_at| Trailer {
            id: UnitId(number.into()),
            unit_number: number.into(),
            observed_at,
            ..Trailer::default()
        };
        fleet.trailers = [unit("1", None), unit("V2", Some(Timestamp::from_secs(0)))].into_iter().collect();
        assert!(asked_like(&fleet).contains("where is trailer V2 "), "one that was seen");
    }
}
