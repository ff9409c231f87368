-- When a tractor was at a stop, as its fixes show it. What the TMS says of the same stop is in `stops`.
-- Worked out by us: it moves neither `updated_at` nor `synced_at` of anything.
CREATE TABLE stays (
    company_id        TEXT NOT NULL,
    stop_id           TEXT NOT NULL,
    rev               INTEGER NOT NULL,
    movement_id       TEXT NOT NULL,
    tractor_id        TEXT NOT NULL,
    -- The best estimate; it arrived after the one and by the other.
    arrived_at        INTEGER NOT NULL,
    arrived_after_at  INTEGER,
    arrived_by_at     INTEGER NOT NULL,
    -- NULL while nothing proves that it left.
    departed_at       INTEGER,
    departed_after_at INTEGER,
    departed_by_at    INTEGER,
    confidence        TEXT NOT NULL,
    -- JSON: the fixes that prove it.
    evidence          TEXT NOT NULL,
    -- How often what had been said before was changed.
    amended           INTEGER NOT NULL DEFAULT 0,
    computed_at       INTEGER NOT NULL,
    PRIMARY KEY (company_id, stop_id)
) STRICT;
CREATE INDEX stays_by_tractor ON stays (tractor_id);
CREATE INDEX stays_by_movement ON stays (company_id, movement_id);
INSERT INTO revisions (name, rev, full_rev) VALUES ('stays', 0, 0);

-- Since when a tractor is known to be on a movement, those that were taken off it again among them.
CREATE TABLE tractors_assigned (
    company_id  TEXT NOT NULL,
    movement_id TEXT NOT NULL,
    tractor_id  TEXT NOT NULL,
    since_at    INTEGER NOT NULL,
    PRIMARY KEY (company_id, movement_id, tractor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tractors_assigned_by_tractor ON tractors_assigned (tractor_id);
INSERT INTO tractors_assigned
    SELECT company_id, id, tractor_id, updated_at FROM movements
    WHERE tractor_id IS NOT NULL AND status NOT IN ('delivered', 'void');

-- The fixes that stays are judged by: of those in one cell (a span of time, shorter near a stop that the
-- tractor is to make) the earliest. So it does not matter in which order they come. The history above
-- is too coarse for this, and depends on the order.
CREATE TABLE stay_fixes (
    tractor_id  TEXT NOT NULL,
    -- 0: far from every stop, five minutes. 1: near and standing, one. 2: near and rolling, ten seconds.
    grain       INTEGER NOT NULL,
    number      INTEGER NOT NULL,
    latitude    REAL NOT NULL,
    longitude   REAL NOT NULL,
    speed_mph   REAL,
    observed_at INTEGER NOT NULL,
    source      TEXT NOT NULL,
    PRIMARY KEY (tractor_id, grain, number)
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO stay_fixes
    SELECT unit_id, 0, observed_at / 300000, latitude, longitude, speed_mph, observed_at, source FROM positions
    WHERE kind = 'tractor' AND observed_at > (SELECT max(observed_at) FROM positions) - 12 * 3600000
    ORDER BY observed_at, source;
