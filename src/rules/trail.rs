//! A unit's trail.
