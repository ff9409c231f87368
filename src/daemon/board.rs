//! From a configuration to what judging needs of it: how the office plans, and who tells travel times.

use super::Refused;
use super::accounts::{fingerprint, secret};
use crate::config::{self, Config};
use crate::model::Truck;
use crate::routing::{Mapbox, Profile, Settings};
use crate::rules::eta::Office;
use crate::rules::hours::Cycle;
use crate::sync::{Board, Router};

/// What loads are judged with. Fails where Mapbox is configured in a way that can never work.
pub fn board(config: &Config) -> Result<Board, Refused> {
    let router = match config.mapbox.off_reason() {
        None => Some(router(&config.mapbox)?),
        Some(_) => None,
    };
    Ok(Board { database: config.database.path.clone(), office: office(config), router })
}

/// How the office plans.
pub fn office(config: &Config) -> Office {
    let operations = &config.operations;
    #[expect(clippy::cast_possible_truncation, reason = "the configuration allows 1 to 3")]
    let truck_per_mille = (config.mapbox.provider.truck_factor * 1000.0).round() as i64;
    Office {
        zone: operations.timezone.clone(),
        cycle: match operations.cycle {
            config::Cycle::SeventyInEight => Cycle::SeventyInEight,
            config::Cycle::SixtyInSeven => Cycle::SixtyInSeven,
        },
        day_start: operations.day_start,
        dwell: operations.unload,
        warning: operations.late_warning,
        truck_per_mille,
    }
}

pub(super) fn router(account: &config::Account<config::Mapbox>) -> Result<Router, Refused> {
    let mapbox = &account.provider;
    let refused = |why: String| Refused::because(format_args!("mapbox: {why}"));
    let token = secret(&mapbox.token);
    let settings = Settings {
        base_url: &account.base_url,
        token: &token,
        profile: Profile::named(&mapbox.profile).unwrap_or_default(),
        truck: Truck::new(mapbox.max_height_m, mapbox.max_width_m, mapbox.max_weight_t).map_err(refused)?,
        ca_file: account.ca_file.as_deref(),
    };
    Ok(Router {
        mapbox: Mapbox::new(&settings).map_err(refused)?,
        calls_per_minute: account.calls_per_minute,
        fingerprint: fingerprint(&[&account.base_url, mapbox.token.expose()]),
    })
}
