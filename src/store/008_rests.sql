-- Since when a driver rests, in one status of rest or another without anything between. NULL while he does
-- not rest. He has rested in his present status at least.
ALTER TABLE drivers ADD COLUMN hos_rest_since_at INTEGER;
ALTER TABLE hours_told ADD COLUMN rest_since_at INTEGER;
UPDATE drivers SET hos_rest_since_at = hos_status_since_at
    WHERE hos_status IN ('off_duty', 'sleeper', 'personal_conveyance');
UPDATE hours_told SET rest_since_at = status_since_at
    WHERE status IN ('off_duty', 'sleeper', 'personal_conveyance');
