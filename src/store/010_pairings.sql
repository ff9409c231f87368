-- Which words a complete read did not name is remembered by the writer, not in each row.
ALTER TABLE pairings DROP COLUMN seen_rev;
