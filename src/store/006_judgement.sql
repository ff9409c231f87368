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
    -- When the travel times were told that this rests on.
    routed_at           INTEGER,
    -- A JSON array of sentences.
    notes               TEXT NOT NULL,
    computed_at         INTEGER NOT NULL,
    PRIMARY KEY (company_id, movement_id)
) STRICT;
INSERT INTO revisions (name, rev, full_rev) VALUES ('judgements', 0, 0);

-- Where the addresses of stops are that the TMS gives no coordinates for: looked up once and kept, as
-- permanent geocodes may be.
CREATE TABLE places (
    street    TEXT NOT NULL,
    city      TEXT NOT NULL,
    state     TEXT NOT NULL,
    zip       TEXT NOT NULL,
    -- NULL where nothing was found that can be trusted.
    latitude  REAL,
    longitude REAL,
    -- Only part of it fits: a person has to confirm it.
    is_unsure INTEGER NOT NULL,
    asked_at  INTEGER NOT NULL,
    PRIMARY KEY (street, city, state, zip)
) STRICT, WITHOUT ROWID;
