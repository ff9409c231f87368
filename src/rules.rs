//! Judgements: pure functions of facts and the time. No I/O, no clock, no terminal.

pub mod age;
pub mod alerts;
pub mod cycle;
pub mod eta;
pub mod freshness;
pub mod hours;
pub mod itinerary;
pub mod link;
pub mod motion;
pub mod pairing;
pub mod sanity;
pub mod stay;
pub mod testimony;
pub mod trail;
pub mod trip;
pub mod watching;
pub mod zone;
