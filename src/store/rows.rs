//! Rows as they lie in the file, read into the nouns.

use rusqlite::types::{FromSql, FromSqlResult, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, ToSql};

use crate::model::{
    Confidence, Conflict, Driver, DutyStatus, Engine, EtaSource, FeedStatus, Loaded, Motion, Movement,
    MovementStatus, Named, ObservedStay, Order, Reason, Risk, RowText, Stay, Stop, StopType, Timestamp,
    TmsMovement, TmsOrder, TmsStop, Tractor, Trailer, UnitId, UnitKind, Viewer, Waiting,
};

/// The name of the TMS's account, whose numbers and spellings win.
pub(super) const TMS_ACCOUNT: &str = "mcleod";

type Result<T> = rusqlite::Result<T>;

/// A kind of row: its columns, and how one is read.
pub(super) trait FromRow: Sized {
    /// What is selected, in the order in which `from_row` reads it.
    const COLUMNS: &'static str;
    /// Text among these that no load is judged by, and most of what a row weighs.
    const UNJUDGED: &'static [&'static str] = &[];
    /// Text among these that no screen shows and no load is judged by: it is kept to prove what came.
    const UNSHOWN: &'static [&'static str] = &[];
    /// The table.
    const TABLE: &'static str;
    /// Which rows there are at all, for whoever reads.
    const SHOWN: &'static str = "1";
    /// Which of them a screen shows: `?2` is since when what is over is no longer of interest.
    const LIVE: &'static str = "1";
    /// The same, written so that reading all of them goes by the loads rather than by the rows.
    const LIVE_ALL: &'static str = "1";
    /// Which rows are new since revision `?1`.
    const NEWER: &'static str = "rev > ?1";
    /// Another table whose changes bring rows of this one into view.
    const HANGS_ON: Option<&'static str> = None;
    /// Reads one.
    fn from_row(row: &Row<'_>) -> Result<Self>;
}

impl FromSql for RowText {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str().map(Self::from)
    }
}

impl ToSql for RowText {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.as_str()))
    }
}

/// A column's text, not copied.
pub(super) fn text<'a>(row: &'a Row<'_>, column: usize) -> Result<Option<&'a str>> {
    Ok(row.get_ref(column)?.as_str_or_null()?)
}

/// Takes columns from left to right.
pub(super) struct Columns<'a> {
    row: &'a Row<'a>,
    next: usize,
}

impl<'a> Columns<'a> {
    pub(super) fn of(row: &'a Row<'a>) -> Self {
        Self { row, next: 0 }
    }

    pub(super) fn take<T: rusqlite::types::FromSql>(&mut self) -> Result<T> {
        let column = self.next;
        self.next += 1;
        self.row.get(column)
    }

    pub(super) fn at(&mut self) -> Result<Timestamp> {
        self.take().map(Timestamp::from_millis)
    }

    pub(super) fn at_opt(&mut self) -> Result<Option<Timestamp>> {
        Ok(self.take::<Option<i64>>()?.map(Timestamp::from_millis))
    }

    pub(super) fn id(&mut self) -> Result<UnitId> {
        self.take().map(UnitId)
    }

    pub(super) fn id_opt(&mut self) -> Result<Option<UnitId>> {
        Ok(self.take::<Option<RowText>>()?.map(UnitId))
    }

    /// What was written as JSON.
    fn json<T: serde::de::DeserializeOwned>(&mut self) -> Result<T> {
        let column = self.next;
        let text: String = self.take()?;
        serde_json::from_str(&text).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error.into())
        })
    }

    /// An enum by its word; `None` where there is none, or one of a newer version.
    pub(super) fn word<T>(&mut self, from_word: fn(&str) -> Option<T>) -> Result<Option<T>> {
        let column = self.next;
        self.next += 1;
        Ok(self.row.get_ref(column)?.as_str_or_null().ok().flatten().and_then(from_word))
    }
}

impl FromRow for Tractor {
    const TABLE: &'static str = "tractors";
    const UNJUDGED: &'static [&'static str] =
        &["vin", "plate", "make", "model", "year", "fleet", "dispatcher"];
    const SHOWN: &'static str = "active = 1";
    const COLUMNS: &'static str = "id, unit_number, vin, plate, make, model, year, fleet, dispatcher, latitude, longitude, \
        heading_deg, speed_mph, place, state, state_since_at, stood_since_at, stood_after_at, driver_id, trailer_id, movement_id, engine, engine_at, fuel_pct, \
        fuel_at, odometer_mi, odometer_at, source, observed_at, updated_at, synced_at, computed_at";

    fn from_row(row: &Row<'_>) -> Result<Self> {
        let mut c = Columns::of(row);
        Ok(Self {
            id: c.id()?,
            unit_number: c.take()?,
            vin: c.take()?,
            plate: c.take()?,
            make: c.take()?,
            model: c.take()?,
            year: c.take()?,
            fleet: c.take()?,
            dispatcher: c.take()?,
            latitude: c.take()?,
            longitude: c.take()?,
            heading_deg: c.take()?,
            speed_mph: c.take()?,
            place: c.take()?,
            state: c.word(Motion::from_word)?.unwrap_or_default(),
            state_since_at: c.at_opt()?,
            stood_since_at: c.at_opt()?,
            stood_after_at: c.at_opt()?,
            driver_id: c.id_opt()?,
            trailer_id: c.id_opt()?,
            movement_id: c.take()?,
            engine: c.word(Engine::from_word)?,
            engine_at: c.at_opt()?,
            fuel_pct: c.take()?,
            fuel_at: c.at_opt()?,
            odometer_mi: c.take()?,
            odometer_at: c.at_opt()?,
            source: c.take()?,
            observed_at: c.at_opt()?,
            updated_at: c.at()?,
            synced_at: c.at()?,
            computed_at: c.at_opt()?,
        })
    }
}

impl FromRow for Trailer {
    const TABLE: &'static str = "trailers";
    const UNJUDGED: &'static [&'static str] = &["vin", "plate", "trailer_type"];
    const SHOWN: &'static str = "active = 1";
    const COLUMNS: &'static str = "id, unit_number, vin, plate, trailer_type, latitude, longitude, heading_deg, speed_mph, \
        place, state, state_since_at, stood_since_at, stood_after_at, tractor_id, attached_by, driver_id, dropped_by, dropped_at, \
        movement_id, loaded, source, observed_at, \
        updated_at, synced_at, computed_at";

    fn from_row(row: &Row<'_>) -> Result<Self> {
        let mut c = Columns::of(row);
        Ok(Self {
            id: c.id()?,
            unit_number: c.take()?,
            vin: c.take()?,
            plate: c.take()?,
            trailer_type: c.take()?,
            latitude: c.take()?,
            longitude: c.take()?,
            heading_deg: c.take()?,
            speed_mph: c.take()?,
            place: c.take()?,
            state: c.word(Motion::from_word)?.unwrap_or_default(),
            state_since_at: c.at_opt()?,
            stood_since_at: c.at_opt()?,
            stood_after_at: c.at_opt()?,
            tractor_id: c.id_opt()?,
            attached_by: c.take()?,
            driver_id: c.id_opt()?,
            dropped_by: c.id_opt()?,
            dropped_at: c.at_opt()?,
            movement_id: c.take()?,
            loaded: c.word(Loaded::from_word)?.unwrap_or_default(),
            source: c.take()?,
            observed_at: c.at_opt()?,
            updated_at: c.at()?,
            synced_at: c.at()?,
            computed_at: c.at_opt()?,
        })
    }
}

impl FromRow for Driver {
    const TABLE: &'static str = "drivers";
    const UNJUDGED: &'static [&'static str] = &["phone", "dispatcher", "place"];
    const SHOWN: &'static str = "active = 1";
    const COLUMNS: &'static str = "id, name, phone, timezone, ruleset, dispatcher, hos_status, hos_status_since_at, \
        hos_rest_since_at, drive_left_s, shift_left_s, break_left_s, cycle_left_s, cycle_tomorrow_s, hos_as_of_at, latitude, longitude, place, \
        tractor_id, movement_id, source, observed_at, updated_at, synced_at, computed_at";

    fn from_row(row: &Row<'_>) -> Result<Self> {
        let mut c = Columns::of(row);
        Ok(Self {
            id: c.id()?,
            name: c.take()?,
            phone: c.take()?,
            timezone: c.take()?,
            ruleset: c.take()?,
            dispatcher: c.take()?,
            hos_status: c.word(DutyStatus::from_word)?.unwrap_or_default(),
            hos_status_since_at: c.at_opt()?,
            hos_rest_since_at: c.at_opt()?,
            drive_left_s: c.take()?,
            shift_left_s: c.take()?,
            break_left_s: c.take()?,
            cycle_left_s: c.take()?,
            cycle_tomorrow_s: c.take()?,
            hos_as_of_at: c.at_opt()?,
            latitude: c.take()?,
            longitude: c.take()?,
            place: c.take()?,
            tractor_id: c.id_opt()?,
            movement_id: c.take()?,
            source: c.take()?,
            observed_at: c.at_opt()?,
            updated_at: c.at()?,
            synced_at: c.at()?,
            computed_at: c.at_opt()?,
        })
    }
}

impl FromRow for Movement {
    const TABLE: &'static str = "movements";
    const LIVE: &'static str = "(status NOT IN ('delivered', 'void') OR ended_at > ?2)";
    const LIVE_ALL: &'static str = Self::LIVE;
    const COLUMNS: &'static str = "id, company_id, order_id, status, tms_status, loaded, brokered, dispatcher, distance_mi, \
        equipment_group, next_call_at, preassigned, driver_id, driver2_id, tractor_id, trailer_id, \
        iif(coalesce(driver_id, tms_driver) IS NOT NULL, 'somebody', iif(needs_hydration = 0 OR hydrated_at IS NOT NULL \
            OR (status = 'available' AND preassigned = 0), 'nobody', 'unread')), \
        iif(coalesce(tractor_id, tms_tractor) IS NOT NULL, 'somebody', iif(needs_hydration = 0 OR hydrated_at IS NOT NULL \
            OR (status = 'available' AND preassigned = 0), 'nobody', 'unread')), eta_at, legal_eta_at, late_s, risk, \
        reason, updated_at, synced_at, computed_at";

    fn from_row(row: &Row<'_>) -> Result<Self> {
        let mut c = Columns::of(row);
        Ok(Self {
            tms: TmsMovement {
                id: c.take()?,
                company_id: c.take()?,
                order_id: c.take()?,
                status: c.word(MovementStatus::from_word)?.unwrap_or_default(),
                tms_status: c.take()?,
                loaded: c.word(Loaded::from_word)?.unwrap_or_default(),
                brokered: c.take()?,
                dispatcher: c.take()?,
                distance_mi: c.take()?,
                equipment_group: c.take()?,
                next_call_at: c.at_opt()?,
                preassigned: c.take()?,
            },
            driver_id: c.id_opt()?,
            driver2_id: c.id_opt()?,
            tractor_id: c.id_opt()?,
            trailer_id: c.id_opt()?,
            driver_named: c.word(Named::from_word)?.unwrap_or_default(),
            tractor_named: c.word(Named::from_word)?.unwrap_or_default(),
            eta_at: c.at_opt()?,
            legal_eta_at: c.at_opt()?,
            late_s: c.take()?,
            risk: c.word(Risk::from_word)?.unwrap_or_default(),
            reason: c.word(Reason::from_word)?,
            updated_at: c.at()?,
            synced_at: c.at()?,
            computed_at: c.at_opt()?,
        })
    }
}

impl FromRow for Order {
    const TABLE: &'static str = "orders";
    const UNSHOWN: &'static [&'static str] = &["customer_name"];
    const HANGS_ON: Option<&'static str> = Some("movements");
    const NEWER: &'static str = "(rev > ?1 OR rowid IN (SELECT x.rowid FROM movements m CROSS JOIN orders x \
        ON x.company_id = m.company_id AND x.movement_id = m.id WHERE m.rev > ?1))";
    const LIVE: &'static str = "EXISTS (SELECT 1 FROM movements m WHERE m.company_id = orders.company_id \
        AND m.id = orders.movement_id AND (m.status NOT IN ('delivered', 'void') OR m.ended_at > ?2))";
    const LIVE_ALL: &'static str = "rowid IN (SELECT x.rowid FROM movements m CROSS JOIN orders x \
        ON x.company_id = m.company_id AND x.movement_id = m.id \
        WHERE m.status NOT IN ('delivered', 'void') OR m.ended_at > ?2)";
    const COLUMNS: &'static str = "id, company_id, movement_id, customer_id, customer_name, status, tms_status, bol, po, \
        consignee_ref, commodity, weight_lb, pieces, equipment_type, customer, updated_at, synced_at";

    fn from_row(row: &Row<'_>) -> Result<Self> {
        let mut c = Columns::of(row);
        Ok(Self {
            tms: TmsOrder {
                id: c.take()?,
                company_id: c.take()?,
                movement_id: c.take()?,
                customer_id: c.take()?,
                customer_name: c.take()?,
                status: c.word(MovementStatus::from_word)?.unwrap_or_default(),
                tms_status: c.take()?,
                bol: c.take()?,
                po: c.take()?,
                consignee_ref: c.take()?,
                commodity: c.take()?,
                weight_lb: c.take()?,
                pieces: c.take()?,
                equipment_type: c.take()?,
            },
            customer: c.take()?,
            updated_at: c.at()?,
            synced_at: c.at()?,
        })
    }
}

impl FromRow for Stop {
    const TABLE: &'static str = "stops";
    const UNJUDGED: &'static [&'static str] = &["contact", "phone"];
    const UNSHOWN: &'static [&'static str] = &["scheduled_raw"];
    const HANGS_ON: Option<&'static str> = Some("movements");
    const NEWER: &'static str = "(rev > ?1 OR rowid IN (SELECT x.rowid FROM movements m CROSS JOIN stops x \
        ON x.company_id = m.company_id AND x.movement_id = m.id WHERE m.rev > ?1))";
    const LIVE: &'static str = "EXISTS (SELECT 1 FROM movements m WHERE m.company_id = stops.company_id \
        AND m.id = stops.movement_id AND (m.status NOT IN ('delivered', 'void') OR m.ended_at > ?2))";
    const LIVE_ALL: &'static str = "rowid IN (SELECT x.rowid FROM movements m CROSS JOIN stops x \
        ON x.company_id = m.company_id AND x.movement_id = m.id \
        WHERE m.status NOT IN ('delivered', 'void') OR m.ended_at > ?2)";
    const COLUMNS: &'static str = "id, company_id, order_id, movement_id, sequence, type, tms_type, tms_status, done, name, \
        address, city, state, zip, latitude, longitude, timezone, scheduled_early_at, scheduled_late_at, scheduled_raw, \
        actual_arrival_at, actual_departure_at, tms_eta_at, contact, phone, eta_at, eta_source, legal_eta_at, updated_at, \
        synced_at, computed_at";

    fn from_row(row: &Row<'_>) -> Result<Self> {
        let mut c = Columns::of(row);
        Ok(Self {
            tms: TmsStop {
                id: c.take()?,
                company_id: c.take()?,
                order_id: c.take()?,
                movement_id: c.take()?,
                sequence: c.take()?,
                kind: c.word(StopType::from_word)?.unwrap_or_default(),
                tms_type: c.take()?,
                tms_status: c.take()?,
                done: c.take()?,
                name: c.take()?,
                address: c.take()?,
                city: c.take()?,
                state: c.take()?,
                zip: c.take()?,
                latitude: c.take()?,
                longitude: c.take()?,
                timezone: c.take()?,
                scheduled_early_at: c.at_opt()?,
                scheduled_late_at: c.at_opt()?,
                scheduled_raw: c.take()?,
                actual_arrival_at: c.at_opt()?,
                actual_departure_at: c.at_opt()?,
                tms_eta_at: c.at_opt()?,
                contact: c.take()?,
                phone: c.take()?,
            },
            eta_at: c.at_opt()?,
            eta_source: c.word(EtaSource::from_word)?,
            legal_eta_at: c.at_opt()?,
            updated_at: c.at()?,
            synced_at: c.at()?,
            computed_at: c.at_opt()?,
        })
    }
}

impl FromRow for Stay {
    const TABLE: &'static str = "stays";
    const HANGS_ON: Option<&'static str> = Some("movements");
    const NEWER: &'static str = "(rev > ?1 OR rowid IN (SELECT x.rowid FROM movements m CROSS JOIN stays x \
        ON x.company_id = m.company_id AND x.movement_id = m.id WHERE m.rev > ?1))";
    const LIVE: &'static str = "EXISTS (SELECT 1 FROM movements m WHERE m.company_id = stays.company_id \
        AND m.id = stays.movement_id AND (m.status NOT IN ('delivered', 'void') OR m.ended_at > ?2))";
    const LIVE_ALL: &'static str = Self::LIVE;
    const COLUMNS: &'static str = "company_id, stop_id, movement_id, tractor_id, arrived_at, arrived_after_at, \
        arrived_by_at, departed_at, departed_after_at, departed_by_at, confidence, evidence, amended, computed_at";

    fn from_row(row: &Row<'_>) -> Result<Self> {
        let mut c = Columns::of(row);
        Ok(Self {
            company_id: c.take()?,
            stop_id: c.take()?,
            movement_id: c.take()?,
            tractor_id: c.id()?,
            observed: ObservedStay {
                arrived_at: c.at()?,
                arrived_after_at: c.at_opt()?,
                arrived_by_at: c.at()?,
                departed_at: c.at_opt()?,
                departed_after_at: c.at_opt()?,
                departed_by_at: c.at_opt()?,
                confidence: c.word(Confidence::from_word)?.unwrap_or_default(),
                evidence: c.json()?,
            },
            amended: c.take()?,
            computed_at: c.at()?,
        })
    }
}

impl FromRow for FeedStatus {
    const TABLE: &'static str = "feeds";
    const COLUMNS: &'static str = "account, resource, interval_s, last_try_at, last_ok_at, calls, tokens_left, error, \
        error_since_at, next_try_at";

    fn from_row(row: &Row<'_>) -> Result<Self> {
        let mut c = Columns::of(row);
        Ok(Self {
            account: c.take()?,
            resource: c.take()?,
            interval_s: c.take()?,
            last_try_at: c.at_opt()?,
            last_ok_at: c.at_opt()?,
            calls: c.take()?,
            tokens_left: c.take()?,
            error: c.take()?,
            error_since_at: c.at_opt()?,
            next_try_at: c.at_opt()?,
        })
    }
}

impl FromRow for Viewer {
    const TABLE: &'static str = "viewers";
    const COLUMNS: &'static str = "id, user, host, pid, view, since_at, seen_at, key_at, refresh_at";

    fn from_row(row: &Row<'_>) -> Result<Self> {
        let mut c = Columns::of(row);
        Ok(Self {
            id: c.take()?,
            user: c.take()?,
            host: c.take()?,
            pid: c.take()?,
            view: c.take()?,
            since_at: c.at()?,
            seen_at: c.at()?,
            key_at: c.at()?,
            refresh_at: c.at_opt()?,
        })
    }
}

impl FromRow for Conflict {
    const TABLE: &'static str = "conflicts";
    const COLUMNS: &'static str = "kind, records, reason";

    fn from_row(row: &Row<'_>) -> Result<Self> {
        let mut c = Columns::of(row);
        let kind = c.word(UnitKind::from_word)?.unwrap_or(UnitKind::Tractor);
        let records: String = c.take()?;
        Ok(Self { kind, records: records.lines().map(str::to_owned).collect(), reason: c.take()? })
    }
}

impl FromRow for Waiting {
    const TABLE: &'static str = "wishes_waiting";
    const COLUMNS: &'static str = "kind, unit, reason";

    fn from_row(row: &Row<'_>) -> Result<Self> {
        let mut c = Columns::of(row);
        let kind = c.word(UnitKind::from_word)?.unwrap_or(UnitKind::Tractor);
        Ok(Self { kind, unit: c.take()?, reason: c.take()? })
    }
}

fn one<T: FromRow>(sql: &Connection, company_id: &str, id: &str) -> Result<Option<T>> {
    let select = format!("SELECT {} FROM {} WHERE company_id = ?1 AND id = ?2", T::COLUMNS, T::TABLE);
    sql.prepare_cached(&select)?.query_row([company_id, id], T::from_row).optional()
}

pub(super) fn movement(sql: &Connection, company_id: &str, id: &str) -> Result<Option<Movement>> {
    one(sql, company_id, id)
}

pub(super) fn order(sql: &Connection, company_id: &str, id: &str) -> Result<Option<Order>> {
    one(sql, company_id, id)
}

pub(super) fn stop(sql: &Connection, company_id: &str, id: &str) -> Result<Option<Stop>> {
    one(sql, company_id, id)
}
