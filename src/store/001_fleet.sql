-- The first schema. Times are Unix milliseconds UTC (`_at`), durations seconds (`_s`).
-- `rev` is the revision of the last commit that touched a row: readers fetch what is newer than
-- what they have. `updated_at` moves with content, `synced_at` with every confirmation,
-- `computed_at` with what we work out ourselves; each without the others.

-- One row a table: the last revision that touched it, and the last that took rows away.
CREATE TABLE revisions (
    name     TEXT PRIMARY KEY,
    rev      INTEGER NOT NULL,
    full_rev INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO revisions (name, rev, full_rev) VALUES
    ('all', 0, 0), ('tractors', 0, 0), ('trailers', 0, 0), ('drivers', 0, 0), ('movements', 0, 0),
    ('orders', 0, 0), ('stops', 0, 0), ('feeds', 0, 0), ('conflicts', 0, 0);

-- What each account says of a unit or driver, apart, so that joining can be undone.
CREATE TABLE profiles (
    kind            TEXT NOT NULL,
    account         TEXT NOT NULL,
    external_id     TEXT NOT NULL,
    resource        TEXT NOT NULL,
    name            TEXT NOT NULL,
    active          INTEGER NOT NULL,
    vin             TEXT,
    plate           TEXT,
    licence         TEXT,
    refs            TEXT NOT NULL,
    make            TEXT,
    model           TEXT,
    year            TEXT,
    phone           TEXT,
    timezone        TEXT,
    ruleset         TEXT,
    dispatcher      TEXT,
    fleet           TEXT,
    trailer_type    TEXT,
    equipment_group TEXT,
    rev             INTEGER NOT NULL,
    -- The last commit that confirmed it: what a complete read did not confirm is gone. Not a time,
    -- since clocks are set back.
    seen_rev        INTEGER NOT NULL,
    first_at        INTEGER NOT NULL,
    synced_at       INTEGER NOT NULL,
    PRIMARY KEY (kind, account, external_id, resource)
) STRICT, WITHOUT ROWID;
CREATE INDEX profiles_by_group ON profiles (equipment_group) WHERE equipment_group IS NOT NULL;

-- Which provider ids are which unit.
CREATE TABLE unit_links (
    kind        TEXT NOT NULL,
    unit_id     TEXT NOT NULL,
    account     TEXT NOT NULL,
    external_id TEXT NOT NULL,
    rule        TEXT NOT NULL,
    linked_at   INTEGER NOT NULL,
    PRIMARY KEY (kind, account, external_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX unit_links_by_unit ON unit_links (kind, unit_id);

-- Records that look alike and were not joined.
CREATE TABLE conflicts (
    kind    TEXT NOT NULL,
    records TEXT NOT NULL,
    reason  TEXT NOT NULL,
    PRIMARY KEY (kind, records, reason)
) STRICT, WITHOUT ROWID;

-- One account's word that two of its records go together.
CREATE TABLE pairings (
    account   TEXT NOT NULL,
    tie       TEXT NOT NULL,
    left_id   TEXT NOT NULL,
    source    TEXT NOT NULL,
    resource  TEXT NOT NULL,
    -- '' says that it has no partner.
    right_id  TEXT NOT NULL,
    since_at  INTEGER,
    seen_rev  INTEGER NOT NULL,
    PRIMARY KEY (account, tie, left_id, source, resource, right_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE tractors (
    id             TEXT PRIMARY KEY,
    rev            INTEGER NOT NULL,
    unit_number    TEXT NOT NULL,
    latitude       REAL,
    longitude      REAL,
    heading_deg    REAL,
    speed_mph      REAL,
    state          TEXT NOT NULL DEFAULT 'dark',
    state_since_at INTEGER,
    place          TEXT,
    observed_at    INTEGER,
    source         TEXT,
    engine         TEXT,
    engine_at      INTEGER,
    fuel_pct       REAL,
    fuel_at        INTEGER,
    odometer_mi    REAL,
    odometer_at    INTEGER,
    driver_id      TEXT,
    trailer_id     TEXT,
    movement_id    TEXT,
    vin            TEXT,
    plate          TEXT,
    make           TEXT,
    model          TEXT,
    year           TEXT,
    fleet          TEXT,
    dispatcher     TEXT,
    active         INTEGER NOT NULL DEFAULT 1,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    synced_at      INTEGER NOT NULL,
    computed_at    INTEGER
) STRICT;

CREATE TABLE trailers (
    id             TEXT PRIMARY KEY,
    rev            INTEGER NOT NULL,
    unit_number    TEXT NOT NULL,
    latitude       REAL,
    longitude      REAL,
    heading_deg    REAL,
    speed_mph      REAL,
    state          TEXT NOT NULL DEFAULT 'dark',
    state_since_at INTEGER,
    place          TEXT,
    observed_at    INTEGER,
    source         TEXT,
    tractor_id     TEXT,
    attached_by    TEXT,
    driver_id      TEXT,
    movement_id    TEXT,
    loaded         TEXT NOT NULL DEFAULT 'unknown',
    vin            TEXT,
    plate          TEXT,
    trailer_type   TEXT,
    active         INTEGER NOT NULL DEFAULT 1,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    synced_at      INTEGER NOT NULL,
    computed_at    INTEGER
) STRICT;

CREATE TABLE drivers (
    id                  TEXT PRIMARY KEY,
    rev                 INTEGER NOT NULL,
    name                TEXT NOT NULL,
    hos_status          TEXT NOT NULL DEFAULT 'unknown',
    hos_status_since_at INTEGER,
    drive_left_s        INTEGER,
    shift_left_s        INTEGER,
    break_left_s        INTEGER,
    cycle_left_s        INTEGER,
    cycle_tomorrow_s    INTEGER,
    hos_as_of_at        INTEGER,
    source              TEXT,
    latitude            REAL,
    longitude           REAL,
    place               TEXT,
    observed_at         INTEGER,
    tractor_id          TEXT,
    movement_id         TEXT,
    phone               TEXT,
    timezone            TEXT,
    ruleset             TEXT,
    dispatcher          TEXT,
    active              INTEGER NOT NULL DEFAULT 1,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
    synced_at           INTEGER NOT NULL,
    computed_at         INTEGER
) STRICT;

CREATE TABLE movements (
    company_id      TEXT NOT NULL,
    id              TEXT NOT NULL,
    rev             INTEGER NOT NULL,
    order_id        TEXT,
    status          TEXT NOT NULL,
    tms_status      TEXT,
    driver_id       TEXT,
    driver2_id      TEXT,
    tractor_id      TEXT,
    trailer_id      TEXT,
    loaded          TEXT NOT NULL,
    brokered        INTEGER NOT NULL,
    dispatcher      TEXT,
    distance_mi     REAL,
    equipment_group TEXT,
    next_call_at    INTEGER,
    preassigned     INTEGER,
    eta_at          INTEGER,
    legal_eta_at    INTEGER,
    late_s          INTEGER,
    risk            TEXT NOT NULL DEFAULT 'unknown',
    reason          TEXT,
    -- The TMS's own ids of the units, read from the movement itself; NULL until it was.
    tms_driver      TEXT,
    tms_driver2     TEXT,
    tms_tractor     TEXT,
    tms_trailer     TEXT,
    hydrated_at     INTEGER,
    needs_hydration INTEGER NOT NULL DEFAULT 1,
    ended_at        INTEGER,
    updated_at      INTEGER NOT NULL,
    synced_at       INTEGER NOT NULL,
    computed_at     INTEGER,
    PRIMARY KEY (company_id, id)
) STRICT;
CREATE INDEX movements_to_hydrate ON movements (needs_hydration) WHERE needs_hydration = 1;

CREATE TABLE orders (
    company_id     TEXT NOT NULL,
    id             TEXT NOT NULL,
    rev            INTEGER NOT NULL,
    movement_id    TEXT,
    customer       TEXT,
    customer_id    TEXT,
    customer_name  TEXT,
    status         TEXT NOT NULL,
    tms_status     TEXT,
    bol            TEXT,
    po             TEXT,
    consignee_ref  TEXT,
    commodity      TEXT,
    weight_lb      REAL,
    pieces         INTEGER,
    equipment_type TEXT,
    updated_at     INTEGER NOT NULL,
    synced_at      INTEGER NOT NULL,
    PRIMARY KEY (company_id, id)
) STRICT;
CREATE INDEX orders_by_customer ON orders (company_id, customer_id);
CREATE INDEX orders_by_movement ON orders (company_id, movement_id);

CREATE TABLE customers (
    company_id TEXT NOT NULL,
    id         TEXT NOT NULL,
    name       TEXT NOT NULL,
    synced_at  INTEGER NOT NULL,
    PRIMARY KEY (company_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE stops (
    company_id          TEXT NOT NULL,
    id                  TEXT NOT NULL,
    rev                 INTEGER NOT NULL,
    order_id            TEXT,
    movement_id         TEXT,
    sequence            INTEGER NOT NULL,
    type                TEXT NOT NULL,
    tms_type            TEXT,
    tms_status          TEXT,
    done                INTEGER NOT NULL,
    name                TEXT,
    address             TEXT,
    city                TEXT,
    state               TEXT,
    zip                 TEXT,
    latitude            REAL,
    longitude           REAL,
    timezone            TEXT,
    scheduled_early_at  INTEGER,
    scheduled_late_at   INTEGER,
    scheduled_raw       TEXT,
    actual_arrival_at   INTEGER,
    actual_departure_at INTEGER,
    tms_eta_at          INTEGER,
    contact             TEXT,
    phone               TEXT,
    eta_at              INTEGER,
    eta_source          TEXT,
    legal_eta_at        INTEGER,
    -- The last commit that named it.
    seen_rev            INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
    synced_at           INTEGER NOT NULL,
    computed_at         INTEGER,
    PRIMARY KEY (company_id, id)
) STRICT;
CREATE INDEX stops_by_movement ON stops (company_id, movement_id, sequence);
CREATE INDEX stops_by_order ON stops (company_id, order_id, sequence);

-- What is asked for one by one and has not been told yet: when to ask again.
CREATE TABLE inquiries (
    want       TEXT NOT NULL,
    id         TEXT NOT NULL,
    tries      INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    PRIMARY KEY (want, id)
) STRICT, WITHOUT ROWID;

-- History, thinned. Time first: that is how it is written, and how it is thrown away. A point stands
-- under the id its unit had then: a unit's trail is that of its own id and of the ids of the records
-- linked to it (`account:external_id`).
CREATE TABLE positions (
    kind        TEXT NOT NULL,
    unit_id     TEXT NOT NULL,
    latitude    REAL NOT NULL,
    longitude   REAL NOT NULL,
    speed_mph   REAL,
    heading_deg REAL,
    observed_at INTEGER NOT NULL,
    source      TEXT NOT NULL,
    PRIMARY KEY (observed_at, kind, unit_id, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE feeds (
    account        TEXT NOT NULL,
    resource       TEXT NOT NULL,
    cursor         TEXT,
    interval_s     INTEGER NOT NULL DEFAULT 0,
    last_try_at    INTEGER,
    last_ok_at     INTEGER,
    next_try_at    INTEGER,
    calls          INTEGER NOT NULL DEFAULT 0,
    tokens_left    INTEGER,
    error          TEXT,
    error_since_at INTEGER,
    -- The error is the whole account's, such as a refused credential.
    whole_account  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account, resource)
) STRICT, WITHOUT ROWID;

-- Token buckets, so that a new poller does not spend what the last one already has.
CREATE TABLE buckets (
    account       TEXT PRIMARY KEY,
    full_at       INTEGER NOT NULL,
    -- Until when a refused credential is not tried again, and which: a changed one is tried at once.
    refused_until INTEGER,
    fingerprint   TEXT
) STRICT, WITHOUT ROWID;

-- Rows that were set aside, with the reason; the newest thousand of each account.
CREATE TABLE rejects (
    id          INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    account     TEXT NOT NULL,
    resource    TEXT NOT NULL,
    external_id TEXT NOT NULL,
    reason      TEXT NOT NULL
) STRICT;
CREATE TABLE reject_counts (
    account TEXT NOT NULL,
    reason  TEXT NOT NULL,
    count   INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (account, reason)
) STRICT, WITHOUT ROWID;

-- Open consoles.
CREATE TABLE viewers (
    id         TEXT PRIMARY KEY,
    pid        INTEGER NOT NULL,
    host       TEXT NOT NULL,
    user       TEXT NOT NULL,
    view       TEXT NOT NULL,
    since_at   INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    key_at     INTEGER NOT NULL,
    -- Set when a person asks for fresh data now.
    refresh_at INTEGER
) STRICT, WITHOUT ROWID;

-- What people did: acknowledge, snooze, claim, note. The one table that no upstream can restore.
CREATE TABLE actions (
    id         INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    user       TEXT NOT NULL,
    host       TEXT NOT NULL,
    verb       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    text       TEXT,
    until_at   INTEGER
) STRICT;
