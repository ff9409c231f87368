-- What is wrong and wants somebody: one row a thing that goes wrong, kept when it is over so that a
-- second time is known as one. 'watched' rows hold, but not yet for long enough to bother anybody.
CREATE TABLE exceptions (
    id               TEXT PRIMARY KEY,
    rev              INTEGER NOT NULL,
    kind             TEXT NOT NULL,
    severity         TEXT NOT NULL,
    subject_kind     TEXT NOT NULL,
    -- Of the movement, the order and the stop.
    company_id       TEXT,
    subject_id       TEXT NOT NULL,
    movement_id      TEXT,
    order_id         TEXT,
    stop_id          TEXT,
    tractor_id       TEXT,
    trailer_id       TEXT,
    driver_id        TEXT,
    account          TEXT,
    since_at         INTEGER NOT NULL,
    deadline_at      INTEGER,
    -- NULL where it is the time since `since_at`.
    measure_s        INTEGER,
    score            INTEGER NOT NULL,
    summary          TEXT NOT NULL,
    -- A JSON object: what it rests on.
    facts            TEXT NOT NULL,
    state            TEXT NOT NULL,
    -- Where it is about to go, and since when.
    trend            TEXT,
    trend_at         INTEGER,
    -- How often it was raised since `first_raised_at`.
    count            INTEGER NOT NULL,
    first_raised_at  INTEGER,
    raised_at        INTEGER,
    worsened_at      INTEGER,
    cleared_at       INTEGER,
    cleared_because  TEXT,
    computed_at      INTEGER NOT NULL
) STRICT;
INSERT INTO revisions (name, rev, full_rev) VALUES ('exceptions', 0, 0);

-- What was on the screen of whoever acted on an exception (`kind` = 'exception', `subject_id` = its id):
-- to have seen a load at risk is not to have seen it late. `worse_by_s` is a snooze's.
ALTER TABLE actions ADD COLUMN seen_kind TEXT;
ALTER TABLE actions ADD COLUMN seen_severity TEXT;
ALTER TABLE actions ADD COLUMN seen_count INTEGER;
ALTER TABLE actions ADD COLUMN seen_badness_s INTEGER;
ALTER TABLE actions ADD COLUMN worse_by_s INTEGER;
CREATE INDEX actions_on_exceptions ON actions (subject_id) WHERE kind = 'exception';
