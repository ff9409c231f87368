//! What panels are made of: a table that lists, a sheet that tells, a line of text that fits.

pub mod sheet;
pub mod table;
pub mod text;
