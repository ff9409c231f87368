//! The columns that are read, and no others: rows of `driver` and `users` hold social security numbers,
//! licences and passwords, and what is not named here is never decoded. Column names are McLeod's own.

use serde::Deserialize;

use super::scalar::{Children, Scalar};

/// Row types whose every column is a [`Scalar`], left out or not, and whose children are [`Children`].
macro_rules! rows {
    ($($(#[$doc:meta])* $row:ident { $($(#[$column_meta:meta])* $column:ident),* $(,)? } $({ $($(#[$child_meta:meta])* $child:ident: $child_row:ident),* $(,)? })?)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(default, bound(deserialize = "'de: 'a"))]
        #[allow(clippy::struct_field_names, reason = "McLeod's names")]
        pub(super) struct $row<'a> {
            $($(#[$column_meta])* pub(super) $column: Scalar<'a>,)*
            $($($(#[$child_meta])* pub(super) $child: Children<$child_row<'a>>,)*)?
        }
    )*};
}

rows! {
    /// `driver`. `name` is the surname.
    Driver {
        company_id, id, name, first_name, is_active, fleet_manager, tractor_id, currenteqpgrpid, cell_phone,
        phone, avl_drive_hours, avl_onduty_hours, avl_hours, avl_as_of_date, event_status, event_date,
    }

    /// `tractor`.
    Tractor {
        company_id, id, service_status, outservice_date, fleet_id, dispatcher, driver1_id, currenteqpgrpid,
        make, model, model_year, serial_number, tag,
    }

    /// `trailer`. `is_active` is a code here, not a flag.
    Trailer {
        company_id, id, is_active, outservice_date, trailer_type, is_hooked, tractor_id, currenteqpgrpid,
        make, model_year, serial_number, license_no,
    }

    /// `mc_position`. The driver beside the tractor is not read: whose place it is, is what matters.
    Position {
        company_id, id, mc_unit_no, mc_unit_type, position_date, latitude, longitude, direction, speed,
        near_b_city, near_s_city,
    } {
        tractor: Keyed,
    }

    /// `customer`.
    Customer { company_id, id, name }

    /// `users/current`: who one is to the server.
    Identity { #[serde(rename = "companyId", alias = "company_id")] company_id }

    /// `equipment_item`: one piece of an equipment group. `type_sequence` counts from 0 within its type.
    EquipmentItem { company_id, equipment_group_id, equipment_type_id, equipment_id, type_sequence }

    /// A child of which only the key matters, whatever else of it comes.
    Keyed { company_id, id }

    /// `movement`. The computed columns and the equipment children come with `GET /movements/{id}` only.
    Movement {
        company_id, id, status, loaded, brokerage, dispatcher_user_id, fleet_manager, move_distance,
        move_distance_um, equipment_group_id, next_sched_call, preassign_sequence,
        #[serde(rename = "__tractor_id")] tractor_id,
        #[serde(rename = "__driver1_id")] driver1_id,
        #[serde(rename = "__driver2_id")] driver2_id,
        #[serde(rename = "__trailer1_id")] trailer1_id,
        #[serde(rename = "__trailer2_id")] trailer2_id,
        #[serde(rename = "__trailer3_id")] trailer3_id,
    } {
        stops: Stop,
        orders: Order,
        tractor: Tractor,
        driver1: Driver,
        driver2: Driver,
        trailer1: Trailer,
        trailer2: Trailer,
        trailer3: Trailer,
    }

    /// `orders`. Searches put its movements under `movement`, `GET /orders/{id}` under `movements`.
    Order {
        company_id, id, status, customer_id, curr_movement_id, blnum, ponum, cust_order_no, consignee_refno,
        commodity, commodity_id, weight, weight_um, pieces, equipment_type_id, ordered_date,
    } {
        customer: Customer,
        stops: Stop,
        movement: Movement,
        movements: Movement,
    }

    /// `stop`.
    Stop {
        company_id, id, movement_id, movement_sequence, order_id, order_sequence, stop_type, status,
        location_name, address, city_name, state, zip_code, latitude, longitude, sched_arrive_early,
        sched_arrive_late, actual_arrival, actual_departure, eta, projected_arrival, planned_arrival_time,
        contact_name, phone,
        #[serde(rename = "__timezone")] timezone,
    }
}
