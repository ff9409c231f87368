//! The simulated McLeod.

use std::sync::Arc;

use axum::http::StatusCode;

use super::Upstream;
use super::ask::{Answer, Ask};
use super::server::Service;
use super::world::World;

/// The company that all rows belong to.
pub const COMPANY: &str = "TMS";
/// The zone of the server.
pub const ZONE: &str = "America/Chicago";

pub struct McLeod {
    world: Arc<World>,
    token: String,
}

impl McLeod {
    pub fn new(world: Arc<World>, token: String) -> Self {
        Self { world, token }
    }
}

impl Service for McLeod {
    fn upstream(&self) -> Upstream {
        Upstream::McLeod
    }
    fn prefix(&self) -> &'static str {
        "/mcleod/ws"
    }
    fn answer(&self, _: &Ask) -> Answer {
        let _ = (&self.world, &self.token);
        Answer::text(StatusCode::NOT_FOUND, "")
    }
}
