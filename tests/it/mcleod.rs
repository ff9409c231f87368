//! mcleod
