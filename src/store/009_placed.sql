-- When an address was found last: readers read the places again.
INSERT INTO revisions (name, rev, full_rev) VALUES ('places', 0, 0);
