-- What an action was about, and how that was handled before and after it (JSON objects): the exception's own row goes
-- when it is over for long, what people did about it stays. NULL in actions of an older version.
ALTER TABLE actions ADD COLUMN about TEXT;
ALTER TABLE actions ADD COLUMN company_id TEXT;
ALTER TABLE actions ADD COLUMN movement_id TEXT;
ALTER TABLE actions ADD COLUMN handled_before TEXT;
ALTER TABLE actions ADD COLUMN handled_after TEXT;

-- What people did is only added to. A unit that was acted on may be joined with another, and parted again: that is
-- all that moves, and an exception never does. No list of columns: `rowid` is another name of `id`.
CREATE TRIGGER actions_are_never_changed
BEFORE UPDATE ON actions
WHEN OLD.kind NOT IN ('tractor', 'trailer', 'driver')
    OR (NEW.id, NEW.at, NEW.user, NEW.host, NEW.verb, NEW.kind, NEW.text, NEW.until_at, NEW.seen_kind, NEW.seen_severity,
        NEW.seen_count, NEW.seen_badness_s, NEW.worse_by_s, NEW.about, NEW.company_id, NEW.movement_id,
        NEW.handled_before, NEW.handled_after)
    IS NOT (OLD.id, OLD.at, OLD.user, OLD.host, OLD.verb, OLD.kind, OLD.text, OLD.until_at, OLD.seen_kind, OLD.seen_severity,
        OLD.seen_count, OLD.seen_badness_s, OLD.worse_by_s, OLD.about, OLD.company_id, OLD.movement_id,
        OLD.handled_before, OLD.handled_after)
BEGIN
    SELECT RAISE(ABORT, 'what people did is only added to');
END;
CREATE TRIGGER actions_are_never_taken_away
BEFORE DELETE ON actions
BEGIN
    SELECT RAISE(ABORT, 'what people did is only added to');
END;
