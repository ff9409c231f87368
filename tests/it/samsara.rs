//! samsara
