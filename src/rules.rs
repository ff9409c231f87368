//! Judgements: pure functions of facts and the time. No I/O, no clock, no terminal.

pub mod age;
pub mod alerts;
pub mod basis;
pub mod best;
pub mod crew;
pub mod cycle;
pub mod detention;
pub mod eta;
pub mod find;
pub mod freshness;
pub mod hours;
pub mod itinerary;
pub mod late;
pub mod link;
pub mod load_plan;
pub mod motion;
pub mod near;
pub mod pairing;
pub mod sanity;
pub mod stay;
pub mod testimony;
pub mod trail;
pub mod trip;
pub mod watching;
pub mod whereabouts;
pub mod zone;
