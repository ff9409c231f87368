//! Samsara.
