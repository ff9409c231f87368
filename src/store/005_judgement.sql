-- What we make of each load that is not over; worked out anew whenever something it rests on changes.
CREATE TABLE judgements (
    company_id          TEXT NOT NULL,
    movement_id         TEXT NOT NULL,
    rev                 INTEGER NOT NULL,
    tractor_id          TEXT,
    driver_id           TEXT,
    risk                TEXT NOT NULL,
    reason              TEXT,
    stop_id             TEXT,
    late_s              INTEGER,
    -- A JSON array: every remaining stop with its times.
    arrivals            TEXT NOT NULL,
    latest_departure_at INTEGER,
    drive_s             INTEGER,
    -- A JSON object: where the driver's hours end before the work does.
    runs_out            TEXT,
    oldest_input        TEXT,
    oldest_at           INTEGER,
    -- A JSON array of sentences.
    notes               TEXT NOT NULL,
    computed_at         INTEGER NOT NULL,
    PRIMARY KEY (company_id, movement_id)
) STRICT;
INSERT INTO revisions (name, rev, full_rev) VALUES ('judgements', 0, 0);

-- Places of stops that the TMS gives no coordinates for, found once by their address and kept: only
-- permanent geocodes may be.
CREATE TABLE geocodes (
    address     TEXT PRIMARY KEY,
    -- NULL where nothing was found that can be trusted.
    latitude    REAL,
    longitude   REAL,
    -- 'exact' 'high': used. 'medium': used and shown as unsure. NULL: not found.
    confidence  TEXT,
    found       TEXT,
    asked_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
