-- A person's word on records, as it was applied last: the [[link]]s of the poller's configuration.
CREATE TABLE wishes (
    number  INTEGER PRIMARY KEY,
    kind    TEXT NOT NULL,
    -- `account:id`, a line each.
    units   TEXT NOT NULL,
    same    INTEGER NOT NULL
) STRICT;

-- Entries of wishes that no active record answers to.
CREATE TABLE wishes_waiting (
    kind   TEXT NOT NULL,
    unit   TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (kind, unit, reason)
) STRICT, WITHOUT ROWID;

-- What each account last told of the hours of a driver whom several accounts know. One of them is
-- believed, and stands in `drivers`.
CREATE TABLE hours_told (
    account          TEXT NOT NULL,
    external_id      TEXT NOT NULL,
    status           TEXT NOT NULL DEFAULT 'unknown',
    status_since_at  INTEGER,
    drive_left_s     INTEGER,
    shift_left_s     INTEGER,
    break_left_s     INTEGER,
    cycle_left_s     INTEGER,
    cycle_tomorrow_s INTEGER,
    as_of_at         INTEGER,
    believed         INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account, external_id)
) STRICT, WITHOUT ROWID;

-- Where a record last saw its unit, as the row showed it when its records changed: a unit that comes
-- apart again shows what was its own. Older than the history, if need be.
CREATE TABLE positions_told (
    kind           TEXT NOT NULL,
    account        TEXT NOT NULL,
    external_id    TEXT NOT NULL,
    latitude       REAL NOT NULL,
    longitude      REAL NOT NULL,
    speed_mph      REAL,
    heading_deg    REAL,
    observed_at    INTEGER NOT NULL,
    place          TEXT,
    state          TEXT NOT NULL,
    state_since_at INTEGER,
    PRIMARY KEY (kind, account, external_id)
) STRICT, WITHOUT ROWID;

-- On which unit a person acted, where that was folded into another since; it goes back with the unit.
ALTER TABLE actions ADD COLUMN noted_on TEXT;

-- In which commit it was set aside: what a list names and is not understood is not gone.
ALTER TABLE rejects ADD COLUMN rev INTEGER NOT NULL DEFAULT 0;

-- How often something of a unit was set aside, and why. The account's id, since a reject may be of
-- something we have no unit for.
CREATE TABLE reject_units (
    account     TEXT NOT NULL,
    external_id TEXT NOT NULL,
    resource    TEXT NOT NULL,
    reason      TEXT NOT NULL,
    count       INTEGER NOT NULL,
    first_at    INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    PRIMARY KEY (account, external_id, resource, reason)
) STRICT, WITHOUT ROWID;
