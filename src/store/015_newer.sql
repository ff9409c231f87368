-- What a reader asks for after each commit: the rows that are newer than what it has. Loads and their stops change
-- seldom and are many; they are looked up, not looked through. Units and drivers change nearly all at once: theirs
-- are looked through.
CREATE INDEX movements_by_rev ON movements (rev);
CREATE INDEX orders_by_rev ON orders (rev);
CREATE INDEX stops_by_rev ON stops (rev);
CREATE INDEX stays_by_rev ON stays (rev);
CREATE INDEX judgements_by_rev ON judgements (rev);
CREATE INDEX exceptions_by_rev ON exceptions (rev);
