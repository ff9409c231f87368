-- What the assistant spent on each day of the office, by everybody who uses this database.
CREATE TABLE assistant_days (
    day       TEXT PRIMARY KEY,
    calls     INTEGER NOT NULL,
    -- Millionths of a dollar.
    micro_usd INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
