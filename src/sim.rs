//! The simulated upstreams behind `--demo` and `backhaul sim`: a made-up fleet, told over the real
//! services' HTTP on 127.0.0.1. They are as strict as the real ones and know no client.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "the numbers of a made-up fleet are small by construction"
)]

mod atlas;
mod chance;
mod freight;
mod roster;
mod shift;
mod week;
mod world;
