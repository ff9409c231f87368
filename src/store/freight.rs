//! Movements, orders and stops as the TMS tells them. What has not changed is confirmed, not rewritten.

use rusqlite::params;

use super::apply::Work;
use super::{pairings, questions, rows};
use crate::model::{Assignment, Timestamp, TmsMovement, TmsOrder, TmsStop};

/// The feed that lists movements.
const MOVEMENTS: &str = "movements";
/// The feed that reads movements one by one, for the units they carry.
pub(super) const ASSIGNMENTS: &str = "assignments";
/// The feed that lists orders.
const ORDERS: &str = "orders";
/// The feed that lists stops.
const STOPS: &str = "stops";

/// Takes in a movement.
pub(super) fn movement(work: &mut Work<'_>, told: &TmsMovement) -> rusqlite::Result<()> {
    let before = rows::movement(work.sql, &told.company_id, &told.id)?;
    let mut told = told.clone();
    match &before {
        Some(before) if ![MOVEMENTS, ASSIGNMENTS].contains(&work.resource) => {
            // A movement of several orders comes along in each; only the movement itself says which is first.
            told.order_id = before.tms.order_id.clone().or(told.order_id);
            told = told.filled_from(&before.tms);
        }
        // A list of movements need not say which order each carries; stops do.
        Some(before) => told.order_id = told.order_id.or_else(|| before.tms.order_id.clone()),
        None => {}
    }
    let open = told.status.is_open();
    let now = work.now.millis();
    // A change asks for the movement's own word on its units again. What it said of another equipment
    // group, or that it had nobody before it had a group, no longer holds: until it is asked, the group's
    // units are shown.
    let changed = work
        .sql
        .prepare_cached(
            "INSERT INTO movements (company_id, id, rev, order_id, status, tms_status, loaded, brokered, dispatcher,
                 distance_mi, equipment_group, next_call_at, needs_hydration, ended_at, updated_at, synced_at, preassigned)
             VALUES (?1, ?2, ?3, coalesce(?4, (SELECT order_id FROM stops WHERE company_id = ?1 AND movement_id = ?2
                     AND order_id IS NOT NULL ORDER BY sequence LIMIT 1)),
                 ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?5 <> 'void', iif(?13, NULL, coalesce((SELECT max(actual_departure_at) FROM stops
                     WHERE company_id = ?1 AND movement_id = ?2), ?14)), ?14, ?14, ?15)
             ON CONFLICT DO UPDATE SET rev = ?3, order_id = ?4, status = ?5, tms_status = ?6, loaded = ?7, brokered = ?8,
                 dispatcher = ?9, distance_mi = ?10, equipment_group = ?11, next_call_at = ?12,
                 needs_hydration = ?5 <> 'void' AND (?13 OR hydrated_at IS NULL), ended_at = iif(?13, NULL, coalesce(ended_at, ?14)), updated_at = ?14, preassigned = ?15,
                 hydrated_at = iif(?13 AND equipment_group IS NOT ?11 AND (equipment_group IS NOT NULL
                     OR coalesce(tms_driver, tms_driver2, tms_tractor, tms_trailer) IS NULL), NULL, hydrated_at)
             WHERE (order_id, status, tms_status, loaded, brokered, dispatcher, distance_mi, equipment_group, next_call_at,
                    preassigned)
                 IS NOT (?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?15)",
        )?
        .execute(params![
            told.company_id,
            told.id,
            work.rev,
            told.order_id,
            told.status.word(),
            told.tms_status,
            told.loaded.word(),
            told.brokered,
            told.dispatcher,
            told.distance_mi,
            told.equipment_group,
            told.next_call_at.map(Timestamp::millis),
            open,
            now,
            told.preassigned,
        ])?;
    confirm(work, "movements", &told.company_id, &told.id)?;
    if changed > 0 {
        questions::told(work.sql, "movement", &told.id)?;
        work.touched.movements = true;
        work.touched.loads = true;
    }
    Ok(())
}

/// Takes in the units of a movement, as the movement itself names them.
pub(super) fn assignment(work: &mut Work<'_>, told: &Assignment) -> rusqlite::Result<()> {
    let changed = work
        .sql
        .prepare_cached(
            "UPDATE movements SET tms_driver = ?3, tms_driver2 = ?4, tms_tractor = ?5, tms_trailer = ?6,
                 hydrated_at = ?7, rev = ?8
             WHERE company_id = ?1 AND id = ?2 AND (hydrated_at IS NULL
                 OR (tms_driver, tms_driver2, tms_tractor, tms_trailer) IS NOT (?3, ?4, ?5, ?6))",
        )?
        .execute(params![
            told.company_id,
            told.movement_id,
            told.driver,
            told.driver2,
            told.tractor,
            told.trailer,
            work.now.millis(),
            work.rev,
        ])?;
    // Told to readers too: that it names nobody is only known now.
    let read = work
        .sql
        .prepare_cached(
            "UPDATE movements SET needs_hydration = 0, hydrated_at = ?4, rev = ?3
             WHERE company_id = ?1 AND id = ?2 AND needs_hydration = 1",
        )?
        .execute(params![told.company_id, told.movement_id, work.rev, work.now.millis()])?;
    if changed + read == 0 {
        // It says what it did. Others have waited for longer now.
        work.sql
            .prepare_cached("UPDATE movements SET hydrated_at = ?3 WHERE company_id = ?1 AND id = ?2")?
            .execute(params![told.company_id, told.movement_id, work.now.millis()])?;
    }
    questions::told(work.sql, "movement", &told.movement_id)?;
    work.touched.movements |= changed + read > 0;
    work.touched.loads |= changed > 0;
    pairings::more_trailers(work, told)?;
    drop_stops_not_named(work, &told.company_id, &told.movement_id)
}

/// A movement read by itself names all of its stops: what it does not name was deleted in the TMS,
/// which says so nowhere else.
fn drop_stops_not_named(work: &mut Work<'_>, company_id: &str, movement_id: &str) -> rusqlite::Result<()> {
    let named: bool = work
        .sql
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM stops WHERE company_id = ?1 AND movement_id = ?2 AND seen_rev = ?3)",
        )?
        .query_row(params![company_id, movement_id, work.rev], |row| row.get(0))?;
    if !named {
        return Ok(());
    }
    let dropped = work
        .sql
        .prepare_cached("DELETE FROM stops WHERE company_id = ?1 AND movement_id = ?2 AND seen_rev < ?3")?
        .execute(params![company_id, movement_id, work.rev])?;
    work.touched.stops |= dropped > 0;
    work.touched.stops_gone |= dropped > 0;
    Ok(())
}

/// Something of a movement changed that our columns may not show: it is asked for its own word again, unless
/// it is over. Who drove it was asked then, and its billing is touched for days.
pub(super) fn changed(work: &Work<'_>, company_id: &str, id: &str) -> rusqlite::Result<()> {
    let wanted = work
        .sql
        .prepare_cached(
            "UPDATE movements SET needs_hydration = 1
             WHERE company_id = ?1 AND id = ?2 AND needs_hydration = 0
                 AND (status NOT IN ('delivered', 'void') OR status = 'delivered' AND hydrated_at IS NULL)",
        )?
        .execute([company_id, id])?;
    if wanted > 0 {
        questions::told(work.sql, "movement", id)?;
    }
    Ok(())
}

/// The TMS no longer knows a movement: it was deleted there.
pub(super) fn gone(work: &mut Work<'_>, company_id: &str, id: &str) -> rusqlite::Result<()> {
    let changed = work
        .sql
        .prepare_cached(
            "UPDATE movements SET status = 'void', tms_status = NULL, needs_hydration = 0, ended_at = coalesce(ended_at, ?3),
                 updated_at = ?3, rev = ?4
             WHERE company_id = ?1 AND id = ?2 AND status <> 'void'",
        )?
        .execute(params![company_id, id, work.now.millis(), work.rev])?;
    if changed > 0 {
        work.touched.movements = true;
        work.touched.loads = true;
    }
    Ok(())
}

/// Takes in an order.
pub(super) fn order(work: &mut Work<'_>, told: &TmsOrder) -> rusqlite::Result<()> {
    if let (Some(id), Some(name)) = (&told.customer_id, &told.customer_name) {
        customer(work, &told.company_id, id, name)?;
    }
    let mut told = told.clone();
    if let Some(before) = rows::order(work.sql, &told.company_id, &told.id)? {
        if work.resource == ORDERS {
            told.movement_id = told.movement_id.or(before.tms.movement_id);
        } else {
            // An order of several movements comes along in each; only the order itself says which is current.
            told.movement_id = before.tms.movement_id.clone().or(told.movement_id);
            if told.tms_status.is_none() {
                told.status = before.tms.status;
            }
            told = told.filled_from(&before.tms);
        }
    }
    let changed = work
        .sql
        .prepare_cached(
            "INSERT INTO orders (company_id, id, rev, movement_id, customer_id, customer_name, status, tms_status, bol, po,
                 consignee_ref, commodity, weight_lb, pieces, equipment_type, updated_at, synced_at, customer)
             VALUES (?1, ?2, ?3, coalesce(?4, (SELECT movement_id FROM stops WHERE company_id = ?1 AND order_id = ?2
                     AND movement_id IS NOT NULL ORDER BY sequence LIMIT 1)),
                 ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?16,
                 coalesce((SELECT name FROM customers WHERE company_id = ?1 AND id = ?5), ?5))
             ON CONFLICT DO UPDATE SET rev = ?3, movement_id = excluded.movement_id, customer_id = excluded.customer_id,
                 customer_name = excluded.customer_name, customer = excluded.customer,
                 status = excluded.status, tms_status = excluded.tms_status, bol = excluded.bol, po = excluded.po,
                 consignee_ref = excluded.consignee_ref, commodity = excluded.commodity, weight_lb = excluded.weight_lb,
                 pieces = excluded.pieces, equipment_type = excluded.equipment_type, updated_at = ?16
             WHERE (movement_id, customer_id, customer, status, tms_status, bol, po, consignee_ref, commodity, weight_lb,
                    pieces, equipment_type)
                 IS NOT (excluded.movement_id, excluded.customer_id, excluded.customer, excluded.status,
                    excluded.tms_status, excluded.bol, excluded.po, excluded.consignee_ref, excluded.commodity,
                    excluded.weight_lb, excluded.pieces, excluded.equipment_type)",
        )?
        .execute(params![
            told.company_id,
            told.id,
            work.rev,
            told.movement_id,
            told.customer_id,
            told.customer_name,
            told.status.word(),
            told.tms_status,
            told.bol,
            told.po,
            told.consignee_ref,
            told.commodity,
            told.weight_lb,
            told.pieces,
            told.equipment_type,
            work.now.millis(),
        ])?;
    confirm(work, "orders", &told.company_id, &told.id)?;
    work.touched.orders |= changed > 0;
    Ok(())
}

/// Takes in a customer's name, and shows it on the customer's orders.
pub(super) fn customer(work: &mut Work<'_>, company_id: &str, id: &str, name: &str) -> rusqlite::Result<()> {
    let now = work.now.millis();
    questions::told(work.sql, "customer", id)?;
    let changed = work
        .sql
        .prepare_cached(
            "INSERT INTO customers VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET name = ?3, synced_at = ?4 WHERE name <> ?3",
        )?
        .execute(params![company_id, id, name, now])?;
    if changed > 0 {
        let shown = work
            .sql
            .prepare_cached(
                "UPDATE orders SET customer = ?3, updated_at = ?4, rev = ?5
                 WHERE company_id = ?1 AND customer_id = ?2 AND customer IS NOT ?3",
            )?
            .execute(params![company_id, id, name, now, work.rev])?;
        work.touched.orders |= shown > 0;
    }
    Ok(())
}

/// Takes in a stop. Our own ETA stays; the TMS's is shown where there is no better one.
pub(super) fn stop(work: &mut Work<'_>, told: &TmsStop) -> rusqlite::Result<()> {
    if work.resource == STOPS && told.scheduled_early_at.is_none() && !is_of_ours(work, told)? {
        return Ok(());
    }
    let told = with_what_was_known(work, told)?;
    let changed = write_stop(work, &told)?;
    work.sql
        .prepare_cached("UPDATE stops SET synced_at = ?3, seen_rev = ?4 WHERE company_id = ?1 AND id = ?2")?
        .execute(params![told.company_id, told.id, work.now.millis(), work.rev])?;
    if !changed {
        return Ok(());
    }
    work.sql
        .prepare_cached(
            "UPDATE stops SET eta_at = tms_eta_at, eta_source = iif(tms_eta_at IS NULL, NULL, 'tms'), computed_at = ?3
             WHERE company_id = ?1 AND id = ?2 AND coalesce(eta_source, 'tms') = 'tms' AND eta_at IS NOT tms_eta_at",
        )?
        .execute(params![told.company_id, told.id, work.now.millis()])?;
    work.touched.stops = true;
    ties_of_stop(work, &told)?;
    over_when_left(work, &told)
}

/// Whether we hold the movement of a stop. One without an early time may be of any year, and those of a
/// movement that is still to come are read with it.
fn is_of_ours(work: &Work<'_>, told: &TmsStop) -> rusqlite::Result<bool> {
    work.sql
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM movements WHERE company_id = ?1 AND id = ?2)")?
        .query_row(params![told.company_id, told.movement_id], |row| row.get(0))
}

/// A stop with what this view of it does not carry, as it was told before.
fn with_what_was_known(work: &Work<'_>, told: &TmsStop) -> rusqlite::Result<TmsStop> {
    let mut told = told.clone();
    if let Some(before) = rows::stop(work.sql, &told.company_id, &told.id)? {
        if [STOPS, ASSIGNMENTS].contains(&work.resource) {
            // Only some of the views of a stop carry its zone.
            told.timezone = told.timezone.or(before.tms.timezone);
        } else {
            told = told.filled_from(&before.tms);
        }
    }
    Ok(told)
}

/// Writes a stop; the parameters are [`write_stop`]'s.
const STOP: &str = "INSERT INTO stops (company_id, id, rev, order_id, movement_id, sequence, type, tms_type, tms_status, done, name,
         address, city, state, zip, latitude, longitude, timezone, scheduled_early_at, scheduled_late_at,
         scheduled_raw, actual_arrival_at, actual_departure_at, tms_eta_at, contact, phone, updated_at, synced_at,
         seen_rev)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
         ?23, ?24, ?25, ?26, ?27, ?27, ?3)
     ON CONFLICT DO UPDATE SET rev = ?3, order_id = ?4, movement_id = ?5, sequence = ?6, type = ?7, tms_type = ?8,
         tms_status = ?9, done = ?10, name = ?11, address = ?12, city = ?13, state = ?14, zip = ?15, latitude = ?16,
         longitude = ?17, timezone = ?18, scheduled_early_at = ?19, scheduled_late_at = ?20, scheduled_raw = ?21,
         actual_arrival_at = ?22, actual_departure_at = ?23, tms_eta_at = ?24, contact = ?25, phone = ?26,
         updated_at = ?27
     WHERE (order_id, movement_id, sequence, type, tms_type, tms_status, done, name, address, city, state, zip,
            latitude, longitude, timezone, scheduled_early_at, scheduled_late_at, scheduled_raw, actual_arrival_at,
            actual_departure_at, tms_eta_at, contact, phone)
         IS NOT (?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24,
            ?25, ?26)";

/// Writes a stop where it is another than it was. True when it is.
fn write_stop(work: &Work<'_>, told: &TmsStop) -> rusqlite::Result<bool> {
    let millis = |at: Option<Timestamp>| at.map(Timestamp::millis);
    let changed = work.sql.prepare_cached(STOP)?.execute(params![
        told.company_id,
        told.id,
        work.rev,
        told.order_id,
        told.movement_id,
        told.sequence,
        told.kind.word(),
        told.tms_type,
        told.tms_status,
        told.done,
        told.name,
        told.address,
        told.city,
        told.state,
        told.zip,
        told.latitude,
        told.longitude,
        told.timezone,
        millis(told.scheduled_early_at),
        millis(told.scheduled_late_at),
        told.scheduled_raw,
        millis(told.actual_arrival_at),
        millis(told.actual_departure_at),
        millis(told.tms_eta_at),
        told.contact,
        told.phone,
        work.now.millis(),
    ])?;
    Ok(changed > 0)
}

/// A load was over when its last stop was left, not when we first heard of it.
fn over_when_left(work: &Work<'_>, told: &TmsStop) -> rusqlite::Result<()> {
    let (Some(movement), Some(left_at)) = (&told.movement_id, told.actual_departure_at) else {
        return Ok(());
    };
    work.sql
        .prepare_cached(
            "UPDATE movements SET ended_at = (SELECT max(actual_departure_at) FROM stops
                 WHERE company_id = ?1 AND movement_id = ?2)
             WHERE company_id = ?1 AND id = ?2 AND status = 'delivered' AND ended_at > ?3",
        )?
        .execute(params![told.company_id, movement, left_at.millis()])?;
    Ok(())
}

/// A stop says which order a movement carries, and which movement an order rides in, where those
/// themselves do not.
fn ties_of_stop(work: &mut Work<'_>, told: &TmsStop) -> rusqlite::Result<()> {
    let (Some(movement), Some(order)) = (&told.movement_id, &told.order_id) else { return Ok(()) };
    let now = work.now.millis();
    let movements = work
        .sql
        .prepare_cached(
            "UPDATE movements SET order_id = ?3, updated_at = ?4, rev = ?5
             WHERE company_id = ?1 AND id = ?2 AND order_id IS NULL",
        )?
        .execute(params![told.company_id, movement, order, now, work.rev])?;
    let orders = work
        .sql
        .prepare_cached(
            "UPDATE orders SET movement_id = ?3, updated_at = ?4, rev = ?5
             WHERE company_id = ?1 AND id = ?2 AND movement_id IS NULL",
        )?
        .execute(params![told.company_id, order, movement, now, work.rev])?;
    work.touched.movements |= movements > 0;
    work.touched.orders |= orders > 0;
    Ok(())
}

fn confirm(work: &Work<'_>, table: &str, company_id: &str, id: &str) -> rusqlite::Result<()> {
    work.sql
        .prepare_cached(&format!("UPDATE {table} SET synced_at = ?3 WHERE company_id = ?1 AND id = ?2"))?
        .execute(params![company_id, id, work.now.millis()])?;
    Ok(())
}
