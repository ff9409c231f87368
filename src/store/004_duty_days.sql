-- What each account says a driver did on one day of the home terminal's, a row for each way it says so.
-- Under the account's own id: `unit_links` says whose it is. Kept for 15 days.
CREATE TABLE duty_days (
    account               TEXT NOT NULL,
    external_id           TEXT NOT NULL,
    -- YYYY-MM-DD, as told.
    date                  TEXT NOT NULL,
    -- 'log': added up from the day's log. 'recap': told beside the clocks. The log goes before the
    -- recap, as long as it is confirmed: an account may lose the right to read it.
    source                TEXT NOT NULL,
    driving_s             INTEGER,
    -- Without driving; for what counts against the cycle, add it.
    on_duty_not_driving_s INTEGER,
    -- With driving: what counts against the cycle. Never told beside the other.
    on_duty_s             INTEGER,
    off_duty_s            INTEGER,
    sleeper_s             INTEGER,
    -- On duty, for whoever cannot tell.
    waiting_s             INTEGER,
    updated_at            INTEGER NOT NULL,
    synced_at             INTEGER NOT NULL,
    PRIMARY KEY (account, external_id, date, source)
) STRICT, WITHOUT ROWID;
