-- Which programs may read this file, by the schema that they know: those that know at least this one. A step that
-- gives what stood there before another meaning, or takes it away, raises it.
CREATE TABLE readers (oldest INTEGER NOT NULL);
INSERT INTO readers VALUES (13);
