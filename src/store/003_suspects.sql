-- The fix of a unit that was set aside as a jump, until the next one bears it out or clears the unit.
CREATE TABLE suspects (
    kind        TEXT NOT NULL,
    unit_id     TEXT NOT NULL,
    latitude    REAL NOT NULL,
    longitude   REAL NOT NULL,
    speed_mph   REAL,
    heading_deg REAL,
    observed_at INTEGER NOT NULL,
    source      TEXT NOT NULL,
    PRIMARY KEY (kind, unit_id)
) STRICT, WITHOUT ROWID;

-- A driver is where the tractor is: whoever moves a tractor finds its drivers by this.
CREATE INDEX drivers_by_tractor ON drivers (tractor_id) WHERE tractor_id IS NOT NULL;
