//! Movements, orders and stops, and what they carry inside each other.

use super::answer::Row;
use super::border::{Border, miles, place, pounds};
use super::scalar::{Children, Scalar};
use super::units::Brought;
use super::wire::{Movement, Order, Stop};
use crate::model::{
    Assignment, Batch, Change, Loaded, MovementStatus, Profile, Reject, StopType, TmsMovement, TmsOrder,
    TmsStop,
};

/// Longest reference number or code kept.
const CODE_LENGTH: usize = 40;
/// Longest name or street kept.
const NAME_LENGTH: usize = 80;

impl<'a> Row<'a> for Movement<'a> {
    const NAME: &'static str = "movement";
    const IS_WATCHED: bool = true;

    fn key(&self) -> (&Scalar<'a>, &Scalar<'a>) {
        (&self.company_id, &self.id)
    }

    fn tell(&self, id: &str, border: &Border<'_>, told: &mut Batch) -> Result<(), &'static str> {
        self.tell_with(id, None, border, told);
        Ok(())
    }
}

/// A movement read by itself, which alone promises to name its units.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(transparent, bound(deserialize = "'de: 'a"))]
pub(super) struct Hydrated<'a>(Movement<'a>);

impl<'a> Row<'a> for Hydrated<'a> {
    const NAME: &'static str = "movement";

    fn key(&self) -> (&Scalar<'a>, &Scalar<'a>) {
        self.0.key()
    }

    fn tell(&self, id: &str, border: &Border<'_>, told: &mut Batch) -> Result<(), &'static str> {
        self.0.tell(id, border, told)?;
        let row = &self.0;
        // A brokered move's truck and driver are the carrier's, free text in columns we do not read.
        let mut assignment = Assignment {
            company_id: border.company.to_owned(),
            movement_id: id.to_owned(),
            driver: unit(&row.driver1_id, &row.driver1, border, told),
            driver2: unit(&row.driver2_id, &row.driver2, border, told),
            tractor: unit(&row.tractor_id, &row.tractor, border, told),
            trailer: unit(&row.trailer1_id, &row.trailer1, border, told),
            more_trailers: Vec::new(),
        };
        for (id, child) in [(&row.trailer2_id, &row.trailer2), (&row.trailer3_id, &row.trailer3)] {
            assignment.more_trailers.extend(unit(id, child, border, told));
        }
        told.changes.push(Change::Assignment(assignment));
        Ok(())
    }
}

impl Movement<'_> {
    /// `order` is the one this row stands in, where it is a child of one.
    fn tell_with(&self, id: &str, order: Option<&str>, border: &Border<'_>, told: &mut Batch) {
        let first_order = || self.orders.0.iter().find_map(|order| order.id.id());
        let of_a_stop = || self.stops.0.iter().find_map(|stop| stop.order_id.id());
        told.changes.push(Change::Movement(Box::new(TmsMovement {
            id: id.into(),
            company_id: border.company.into(),
            order_id: order.map(str::to_owned).or_else(first_order).or_else(of_a_stop).map(Into::into),
            status: status(&self.status),
            tms_status: self.status.kept(CODE_LENGTH).map(Into::into),
            loaded: match self.loaded.code().as_deref() {
                Some("L") => Loaded::Loaded,
                Some("E") => Loaded::Empty,
                Some(_) | None => Loaded::Unknown,
            },
            brokered: self.brokerage.flag().unwrap_or(false),
            dispatcher: self.dispatcher_user_id.id().or_else(|| self.fleet_manager.id()).map(Into::into),
            distance_mi: miles(&self.move_distance, &self.move_distance_um),
            equipment_group: self.equipment_group_id.id().map(Into::into),
            next_call_at: border.instant(&self.next_sched_call),
            preassigned: self.preassign_sequence.number().map(|place| place > 0.0),
        })));
        tell_stops(&self.stops, border, Within { movement: Some(id), order: None }, told);
        for order in &self.orders.0 {
            let Some(order_id) = order.id.id().filter(|_| order.says_something()) else { continue };
            if is_ours(order, &order_id, border, told) {
                // Of an order of several movements the one that is still to be driven matters.
                let movement = Some(id).filter(|_| status(&self.status).is_open());
                order.tell_alone(&order_id, movement, border, told);
            }
        }
    }
}

impl<'a> Row<'a> for Order<'a> {
    const NAME: &'static str = "order";

    fn key(&self) -> (&Scalar<'a>, &Scalar<'a>) {
        (&self.company_id, &self.id)
    }

    fn tell(&self, id: &str, border: &Border<'_>, told: &mut Batch) -> Result<(), &'static str> {
        self.tell_alone(id, None, border, told);
        for movement in self.movement.0.iter().chain(&self.movements.0) {
            let Some(movement_id) = movement.id.id() else { continue };
            if is_ours(movement, &movement_id, border, told) {
                movement.tell_with(&movement_id, Some(id), border, told);
            }
        }
        Ok(())
    }
}

impl Order<'_> {
    /// Whether more of the order came than which one it is. Inside a movement some servers send only a few of its
    /// columns, which say what they say; what is left out there is as it was, or comes with the order itself.
    fn says_something(&self) -> bool {
        let columns = [
            &self.status,
            &self.customer_id,
            &self.blnum,
            &self.ponum,
            &self.cust_order_no,
            &self.consignee_refno,
            &self.ordered_date,
        ];
        columns.into_iter().any(|column| column.text().is_some())
    }

    /// The order and its stops, without its movements; within `movement`, where it stands in one.
    fn tell_alone(&self, id: &str, movement: Option<&str>, border: &Border<'_>, told: &mut Batch) {
        let around = || movement.map(str::to_owned);
        let first_movement = || self.movement.0.iter().chain(&self.movements.0).find_map(|row| row.id.id());
        let customer = self.customer.0.first();
        told.changes.push(Change::Order(Box::new(TmsOrder {
            id: id.into(),
            company_id: border.company.into(),
            movement_id: self.curr_movement_id.id().or_else(first_movement).or_else(around).map(Into::into),
            customer_id: self.customer_id.id().or_else(|| customer?.id.id()).map(Into::into),
            customer_name: customer.and_then(|customer| customer.name.kept(NAME_LENGTH)).map(Into::into),
            status: status(&self.status),
            tms_status: self.status.kept(CODE_LENGTH).map(Into::into),
            bol: self.blnum.kept(CODE_LENGTH).map(Into::into),
            po: self.ponum.kept(CODE_LENGTH).or_else(|| self.cust_order_no.kept(CODE_LENGTH)).map(Into::into),
            consignee_ref: self.consignee_refno.kept(CODE_LENGTH).map(Into::into),
            commodity: self
                .commodity
                .kept(NAME_LENGTH)
                .or_else(|| self.commodity_id.kept(NAME_LENGTH))
                .map(Into::into),
            weight_lb: pounds(&self.weight, &self.weight_um),
            pieces: self.pieces.integer(),
            equipment_type: self.equipment_type_id.kept(CODE_LENGTH).map(Into::into),
        })));
        tell_stops(&self.stops, border, Within { movement: None, order: Some(id) }, told);
    }
}

impl<'a> Row<'a> for Stop<'a> {
    const NAME: &'static str = "stop";

    fn key(&self) -> (&Scalar<'a>, &Scalar<'a>) {
        (&self.company_id, &self.id)
    }

    fn tell(&self, id: &str, border: &Border<'_>, told: &mut Batch) -> Result<(), &'static str> {
        told.changes.push(Change::Stop(Box::new(self.stop(id, border, Within::default()))));
        Ok(())
    }
}

/// What a stop stands in, for when its own row does not say.
#[derive(Clone, Copy, Default)]
struct Within<'a> {
    movement: Option<&'a str>,
    order: Option<&'a str>,
}

impl Stop<'_> {
    fn stop(&self, id: &str, border: &Border<'_>, within: Within<'_>) -> TmsStop {
        let timezone = self.timezone.kept(CODE_LENGTH);
        let state = self.state.code();
        let place = place(&self.latitude, &self.longitude);
        let zone = border.stop_zone(timezone.as_deref(), state.as_deref(), place);
        let at = |date: &Scalar<'_>| border.at_stop(date, zone.as_ref());
        let early = at(&self.sched_arrive_early);
        TmsStop {
            id: id.into(),
            company_id: border.company.into(),
            order_id: self.order_id.id().or_else(|| within.order.map(str::to_owned)).map(Into::into),
            movement_id: self.movement_id.id().or_else(|| within.movement.map(str::to_owned)).map(Into::into),
            sequence: self.movement_sequence.integer().or_else(|| self.order_sequence.integer()).unwrap_or(0),
            kind: match self.stop_type.code().as_deref() {
                Some("PU") => StopType::Pickup,
                Some("SO") => StopType::Delivery,
                Some(_) | None => StopType::Other,
            },
            tms_type: self.stop_type.kept(CODE_LENGTH).map(Into::into),
            tms_status: self.status.kept(CODE_LENGTH).map(Into::into),
            done: self.status.code().as_deref() == Some("D"),
            name: self.location_name.kept(NAME_LENGTH).map(Into::into),
            address: self.address.kept(NAME_LENGTH).map(Into::into),
            city: self.city_name.kept(NAME_LENGTH).map(Into::into),
            state: state.map(Into::into),
            zip: self.zip_code.kept(CODE_LENGTH).map(Into::into),
            latitude: place.map(|(latitude, _)| latitude),
            longitude: place.map(|(_, longitude)| longitude),
            timezone: timezone.map(Into::into),
            scheduled_early_at: early,
            // No end of the window means a fixed appointment.
            scheduled_late_at: at(&self.sched_arrive_late).or(early),
            scheduled_raw: self.window_as_written().map(Into::into),
            actual_arrival_at: at(&self.actual_arrival),
            actual_departure_at: at(&self.actual_departure),
            tms_eta_at: [&self.eta, &self.projected_arrival, &self.planned_arrival_time]
                .into_iter()
                .find_map(at),
            contact: self.contact_name.kept(NAME_LENGTH).map(Into::into),
            phone: self.phone.kept(CODE_LENGTH).map(Into::into),
        }
    }

    /// `EARLY/LATE`, each as it came, or empty.
    fn window_as_written(&self) -> Option<String> {
        let [early, late] =
            [&self.sched_arrive_early, &self.sched_arrive_late].map(|date| date.kept(CODE_LENGTH));
        if early.is_none() && late.is_none() {
            return None;
        }
        Some(format!("{}/{}", early.unwrap_or_default(), late.unwrap_or_default()))
    }
}

fn tell_stops(stops: &Children<Stop<'_>>, border: &Border<'_>, within: Within<'_>, told: &mut Batch) {
    for stop in &stops.0 {
        let Some(id) = stop.id.id() else { continue };
        if is_ours(stop, &id, border, told) {
            told.changes.push(Change::Stop(Box::new(stop.stop(&id, border, within))));
        }
    }
}

/// Whether a child row is of our company; one that is not is set aside.
fn is_ours<'a, R: Row<'a>>(child: &R, id: &str, border: &Border<'_>, told: &mut Batch) -> bool {
    let Err(reason) = border.admit(child.key().0, false) else { return true };
    told.rejects.push(Reject { external_id: id.to_owned(), reason: format!("{} {reason}", R::NAME) });
    false
}

fn status(code: &Scalar<'_>) -> MovementStatus {
    match code.code().as_deref() {
        Some("A") => MovementStatus::Available,
        Some("C") => MovementStatus::Covered,
        Some("P") => MovementStatus::InProgress,
        Some("D") => MovementStatus::Delivered,
        Some("V") => MovementStatus::Void,
        Some(_) | None => MovementStatus::Unknown,
    }
}

/// A unit's id by the computed column, else by the child row. What a whole child says of it is told too, for where
/// no roster does.
fn unit<'a, R: Brought<'a>>(
    computed: &Scalar<'_>,
    child: &Children<R>,
    border: &Border<'_>,
    told: &mut Batch,
) -> Option<String> {
    let brought = child.0.iter().find_map(|row| Some((row, row.key().1.id()?)));
    let Some((row, id)) = brought.filter(|(_, id)| computed.id().is_none_or(|named| named == *id)) else {
        return computed.id();
    };
    if !is_ours(row, &id, border, told) {
        // Somebody is named all the same; but of ours who has the same id is another.
        return Some(format!("{}/{id}", row.key().0.id().unwrap_or_default()));
    }
    told.changes.extend(row.in_full(&id, border).map(|profile| {
        // Its equipment group is read from the roster: of this movement the units are known already.
        Change::Profile(Box::new(Profile { equipment_group: None, ..profile }))
    }));
    Some(id)
}
