-- Since when a unit stands where it stands, whatever its state is called meanwhile, and when it was last seen
-- rolling or elsewhere before that. `state_since_at` begins anew with silence; these do not.
ALTER TABLE tractors ADD COLUMN stood_since_at INTEGER;
ALTER TABLE tractors ADD COLUMN stood_after_at INTEGER;
ALTER TABLE trailers ADD COLUMN stood_since_at INTEGER;
ALTER TABLE trailers ADD COLUMN stood_after_at INTEGER;
-- What pulled a trailer last, and when it was told that it does so no more.
ALTER TABLE trailers ADD COLUMN dropped_by TEXT;
ALTER TABLE trailers ADD COLUMN dropped_at INTEGER;
-- Until when a driver can stay off duty and still meet the window of the stop that the load is judged by.
ALTER TABLE judgements ADD COLUMN leave_by_at INTEGER;
