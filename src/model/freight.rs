//! Movements, orders and stops. `Tms…` is what the TMS says; the row around it adds what we know.

use std::cmp::Ordering;

use serde::Serialize;

use super::{Keyed, Reason, RowText, Timestamp, UnitId};

/// Where a movement stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MovementStatus {
    /// Under way.
    InProgress,
    /// Given to somebody, not started.
    Covered,
    /// Waiting for a truck.
    Available,
    /// Done.
    Delivered,
    /// Cancelled, or gone from the TMS.
    Void,
    /// A code we do not know.
    #[default]
    Unknown,
}

impl MovementStatus {
    /// The word used in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Covered => "covered",
            Self::InProgress => "in_progress",
            Self::Delivered => "delivered",
            Self::Void => "void",
            Self::Unknown => "unknown",
        }
    }

    /// Whether there is still something to be done for it.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Available | Self::Covered | Self::InProgress | Self::Unknown => true,
            Self::Delivered | Self::Void => false,
        }
    }
}

/// Full or empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Loaded {
    /// With freight.
    Loaded,
    /// Without.
    Empty,
    /// Nobody says.
    #[default]
    Unknown,
}

impl Loaded {
    /// The word used in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Loaded => "loaded",
            Self::Empty => "empty",
            Self::Unknown => "unknown",
        }
    }
}

/// What happens at a stop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StopType {
    /// Freight comes on.
    Pickup,
    /// Freight goes off.
    Delivery,
    /// Anything else.
    #[default]
    Other,
}

impl StopType {
    /// The word used in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pickup => "pickup",
            Self::Delivery => "delivery",
            Self::Other => "other",
        }
    }
}

/// Who worked out an ETA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EtaSource {
    /// Mapbox, with the truck's limits.
    Mapbox,
    /// Mapbox, without some or all of them.
    MapboxCar,
    /// Straight line.
    Estimate,
    /// The TMS.
    Tms,
}

impl EtaSource {
    /// The word used in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mapbox => "mapbox",
            Self::MapboxCar => "mapbox_car",
            Self::Estimate => "estimate",
            Self::Tms => "tms",
        }
    }

    /// What stands behind a time or a lateness that rests on it: nothing where that is a truck's own route.
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Mapbox => "",
            Self::MapboxCar => "car",
            Self::Estimate => "est",
            Self::Tms => "tms",
        }
    }

    /// The same as a part of a sentence: ", by the straight line".
    pub const fn clause(self) -> &'static str {
        match self {
            Self::Mapbox => "",
            Self::MapboxCar => ", by a car's route",
            Self::Estimate => ", by the straight line",
            Self::Tms => ", by the TMS",
        }
    }

    /// The words of a time or a lateness with the mark of what it rests on: "14:05 est".
    pub fn marked(source: Option<Self>, words: String) -> String {
        match source.map_or("", Self::mark) {
            _ if words == "-" => words,
            "" => words,
            mark => words + " " + mark,
        }
    }
}

/// Whether a load will make its windows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// It will.
    Ok,
    /// With little to spare.
    Tight,
    /// Not without help.
    AtRisk,
    /// It will not, or has not.
    Late,
    /// An input is missing or too old.
    #[default]
    Unknown,
}

impl Risk {
    /// The word used in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Tight => "tight",
            Self::AtRisk => "at_risk",
            Self::Late => "late",
            Self::Unknown => "unknown",
        }
    }
}

/// A movement's key: ids collide between companies of one TMS.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MovementKey {
    /// The TMS company.
    pub company_id: RowText,
    /// The TMS's own id.
    pub id: RowText,
}

/// An order's key.
pub type OrderKey = MovementKey;

/// A stop's key.
pub type StopKey = MovementKey;

/// What the TMS says of a movement.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TmsMovement {
    /// The TMS's own id.
    pub id: RowText,
    /// The TMS company.
    pub company_id: RowText,
    /// The first of its orders; empty moves have none.
    pub order_id: Option<RowText>,
    /// Where it stands.
    pub status: MovementStatus,
    /// The TMS's own code for that.
    pub tms_status: Option<RowText>,
    /// Full or empty.
    pub loaded: Loaded,
    /// Moved by an outside carrier.
    pub brokered: bool,
    /// The user whose load it is.
    pub dispatcher: Option<RowText>,
    /// Miles.
    pub distance_mi: Option<f64>,
    /// The equipment group that ties units to it (McLeod `equipment_group_id`).
    #[serde(skip)]
    pub equipment_group: Option<RowText>,
    /// The next check call due.
    pub next_call_at: Option<Timestamp>,
    /// Whether units were planned for it before it starts; `None` where the TMS leaves that open.
    #[serde(skip)]
    pub preassigned: Option<bool>,
}

/// Whether the TMS names somebody for a load, or something to drive it with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Named {
    /// The load was not read by itself yet, and a list does not tell.
    #[default]
    Unread,
    /// It names none.
    Nobody,
    /// It does; whom we know or not.
    Somebody,
}

impl Named {
    /// The word that is selected.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unread => "unread",
            Self::Nobody => "nobody",
            Self::Somebody => "somebody",
        }
    }
}

/// One row of `movements`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Movement {
    /// What the TMS says.
    #[serde(flatten)]
    pub tms: TmsMovement,
    /// Our driver.
    pub driver_id: Option<UnitId>,
    /// The co-driver of a team.
    pub driver2_id: Option<UnitId>,
    /// Our tractor.
    pub tractor_id: Option<UnitId>,
    /// Our trailer.
    pub trailer_id: Option<UnitId>,
    /// Whether the TMS names a driver: without one in `driver_id`, that may be one we do not know.
    #[serde(skip)]
    pub driver_named: Named,
    /// The same of a tractor.
    #[serde(skip)]
    pub tractor_named: Named,
    /// Practical arrival at the next stop.
    pub eta_at: Option<Timestamp>,
    /// Earliest legal arrival at the next stop.
    pub legal_eta_at: Option<Timestamp>,
    /// Seconds past the window's end; negative is time to spare.
    pub late_s: Option<i64>,
    /// Whether it will be late.
    pub risk: Risk,
    /// Why.
    pub reason: Option<Reason>,
    /// When the row's content last changed here.
    pub updated_at: Timestamp,
    /// When an upstream last confirmed it.
    pub synced_at: Timestamp,
    /// When what we work out ourselves was last worked out.
    pub computed_at: Option<Timestamp>,
}

/// What the TMS says of an order.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TmsOrder {
    /// The TMS's own id; leading zeros matter.
    pub id: RowText,
    /// The TMS company.
    pub company_id: RowText,
    /// Its current movement.
    pub movement_id: Option<RowText>,
    /// The TMS's customer id.
    pub customer_id: Option<RowText>,
    /// The customer's name where the TMS gave it.
    #[serde(skip)]
    pub customer_name: Option<RowText>,
    /// Where it stands, by the movement's words.
    pub status: MovementStatus,
    /// The TMS's own code for that.
    pub tms_status: Option<RowText>,
    /// Bill of lading.
    pub bol: Option<RowText>,
    /// Purchase order.
    pub po: Option<RowText>,
    /// The consignee's reference.
    pub consignee_ref: Option<RowText>,
    /// What is carried.
    pub commodity: Option<RowText>,
    /// Pounds.
    pub weight_lb: Option<f64>,
    /// Pieces.
    pub pieces: Option<i64>,
    /// Equipment wanted, as told.
    pub equipment_type: Option<RowText>,
}

/// One row of `orders`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Order {
    /// What the TMS says.
    #[serde(flatten)]
    pub tms: TmsOrder,
    /// The customer's name, or the id where no name is known.
    pub customer: Option<RowText>,
    /// When the row's content last changed here.
    pub updated_at: Timestamp,
    /// When an upstream last confirmed it.
    pub synced_at: Timestamp,
}

/// What the TMS says of a stop.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TmsStop {
    /// The TMS's own id.
    pub id: RowText,
    /// The TMS company.
    pub company_id: RowText,
    /// The order it serves.
    pub order_id: Option<RowText>,
    /// The movement it is driven in.
    pub movement_id: Option<RowText>,
    /// Place in the movement; where that counts from is not documented, so only the order matters.
    pub sequence: i64,
    /// What happens there.
    #[serde(rename = "type")]
    pub kind: StopType,
    /// The TMS's own code for that.
    pub tms_type: Option<RowText>,
    /// The TMS's own code for how far it is (McLeod: A open, D done).
    pub tms_status: Option<RowText>,
    /// Whether the TMS calls it done.
    pub done: bool,
    /// Who is there.
    pub name: Option<RowText>,
    /// Street.
    pub address: Option<RowText>,
    /// City.
    pub city: Option<RowText>,
    /// State or province.
    pub state: Option<RowText>,
    /// Postal code.
    pub zip: Option<RowText>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// The stop's own zone, where told: letters ("CDT") or an IANA name.
    pub timezone: Option<RowText>,
    /// Window opens.
    pub scheduled_early_at: Option<Timestamp>,
    /// Window closes; the same as early for a fixed appointment.
    pub scheduled_late_at: Option<Timestamp>,
    /// The window as the TMS wrote it, so that a wrong zone can be proved and mended.
    #[serde(skip)]
    pub scheduled_raw: Option<RowText>,
    /// Arrived, by the TMS.
    pub actual_arrival_at: Option<Timestamp>,
    /// Departed, by the TMS.
    pub actual_departure_at: Option<Timestamp>,
    /// The TMS's own ETA.
    pub tms_eta_at: Option<Timestamp>,
    /// Who to ask.
    pub contact: Option<RowText>,
    /// Where to ask.
    pub phone: Option<RowText>,
}

/// One row of `stops`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Stop {
    /// What the TMS says.
    #[serde(flatten)]
    pub tms: TmsStop,
    /// Practical arrival.
    pub eta_at: Option<Timestamp>,
    /// Who worked that out.
    pub eta_source: Option<EtaSource>,
    /// Earliest legal arrival.
    pub legal_eta_at: Option<Timestamp>,
    /// When the row's content last changed here.
    pub updated_at: Timestamp,
    /// When an upstream last confirmed it.
    pub synced_at: Timestamp,
    /// When what we work out ourselves was last worked out.
    pub computed_at: Option<Timestamp>,
}

impl Stop {
    /// When the window opens: a truck that comes before waits. Of a stop with a late time alone (*by 16:00*)
    /// it is open before that, as an appointment without its earliest is (`hos.md`): `None`.
    pub const fn opens_at(&self) -> Option<Timestamp> {
        self.tms.scheduled_early_at
    }

    /// When the window closes: whoever comes after is late. A lone early time is a fixed appointment
    /// (`mcleod.md`), so it closes at that instant too; so does one typed to close before it opens, since
    /// what can be relied on then is when it opens.
    pub fn closes_at(&self) -> Option<Timestamp> {
        closes_at(self.tms.scheduled_early_at, self.tms.scheduled_late_at)
    }

    /// The first time that its window has, to put stops in order and to look ahead by.
    pub fn window_at(&self) -> Option<Timestamp> {
        self.opens_at().or_else(|| self.closes_at())
    }
}

/// The one rule for when a window closes, from what the TMS has as its early and late time.
pub(super) fn closes_at(early_at: Option<Timestamp>, late_at: Option<Timestamp>) -> Option<Timestamp> {
    late_at.filter(|late| early_at.is_none_or(|early| early <= *late)).or(early_at)
}

macro_rules! keep_what_is_not_told {
    ($($row:ty: $($field:ident)*;)*) => {$(
        impl $row {
            /// This, with what it leaves out taken from what was told before: rows that come along
            /// inside others may be cut short.
            #[must_use]
            pub fn filled_from(mut self, before: &Self) -> Self {
                $(if self.$field.is_none() { self.$field.clone_from(&before.$field); })*
                self
            }
        }
    )*};
}
keep_what_is_not_told! {
    TmsMovement: order_id tms_status dispatcher distance_mi equipment_group next_call_at preassigned;
    TmsOrder: movement_id customer_id customer_name tms_status bol po consignee_ref commodity weight_lb pieces
        equipment_type;
    TmsStop: order_id movement_id tms_type tms_status name address city state zip latitude longitude timezone
        scheduled_early_at scheduled_late_at scheduled_raw actual_arrival_at actual_departure_at tms_eta_at
        contact phone;
}

macro_rules! keyed_by_company_and_id {
    ($($row:ty),*) => {$(
        impl Keyed for $row {
            type Key = MovementKey;
            fn key(&self) -> MovementKey {
                MovementKey { company_id: self.tms.company_id.clone(), id: self.tms.id.clone() }
            }
            fn cmp_key(&self, key: &MovementKey) -> Ordering {
                (&self.tms.company_id, &self.tms.id).cmp(&(&key.company_id, &key.id))
            }
            fn cmp_row(&self, other: &Self) -> Ordering {
                (&self.tms.company_id, &self.tms.id).cmp(&(&other.tms.company_id, &other.tms.id))
            }
        }
    )*};
}
keyed_by_company_and_id!(Movement, Order, Stop);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_open_from_its_early_time_and_until_a_late_one_that_can_be_believed() {
        let check = |early: Option<i64>, late: Option<i64>, opens: Option<i64>, closes: Option<i64>| {
            let at = |secs: Option<i64>| secs.map(Timestamp::from_secs);
            let mut stop = Stop::default();
            (stop.tms.scheduled_early_at, stop.tms.scheduled_late_at) = (at(early), at(late));
            assert_eq!((stop.opens_at(), stop.closes_at()), (at(opens), at(closes)), "{early:?} {late:?}");
            assert_eq!(stop.window_at(), at(opens.or(closes)));
        };
        check(None, None, None, None);
        check(Some(5), Some(9), Some(5), Some(9));
        check(Some(5), Some(5), Some(5), Some(5));
        check(Some(5), None, Some(5), Some(5));
        check(None, Some(9), None, Some(9));
        check(Some(5), Some(4), Some(5), Some(5));
    }
}
