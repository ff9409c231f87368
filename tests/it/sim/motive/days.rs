//! What our own client makes of the simulated days of duty.

use std::collections::HashMap;

use backhaul::model::{Change, DutyDay, DutySource, Timestamp};
use backhaul::providers::motive::{Credential, Motive};
use backhaul::providers::{Ask, Provider};
use secrecy::SecretString;

use super::super::{NOON, World};
use super::all;

/// Every day that a feed tells of, with whose it is and where it comes from.
async fn days(world: &World, resource: &'static str) -> Vec<(String, DutySource, DutyDay)> {
    let key = SecretString::from(world.sim.motive().api_key.as_str());
    let motive = Motive::new(&world.sim.motive_url(), Credential::ApiKey(key), None).unwrap();
    let (mut found, mut next) = (Vec::new(), None::<String>);
    loop {
        let (page, now) = (next.as_deref(), Timestamp::from_secs(NOON));
        let ask = Ask { resource, cursor: None, page, restart: false, wanted: &[], now };
        let page = motive.fetch(ask).await.unwrap();
        assert_eq!(page.batch.rejects, [], "{resource}");
        for change in page.batch.changes {
            let Change::DutyDays { external_id, source, days } = change else { continue };
            found.extend(days.into_iter().map(|day| (external_id.clone(), source, day)));
        }
        next = page.next;
        if next.is_none() {
            return found;
        }
    }
}

#[tokio::test]
async fn the_log_has_nine_days_of_a_driver_and_agrees_with_the_seven_of_the_recap() {
    let world = all(40).await;
    let mut logged = HashMap::new();
    for (driver, source, day) in days(&world, "hours_of_service").await {
        assert_eq!(source, DutySource::Log);
        let worked = day.driving_s.unwrap() + day.on_duty_not_driving_s.unwrap();
        assert_eq!(logged.insert((driver, day.date), worked), None, "each day once");
    }
    let drivers = logged.len() / 9;
    assert!(drivers >= 40 && logged.len() == drivers * 9, "{}", logged.len());
    let mut agreed = 0;
    for (driver, source, day) in days(&world, "available_time").await {
        assert_eq!(source, DutySource::Recap);
        // A recap is told of drivers who have left as well.
        if let Some(worked) = logged.get(&(driver, day.date)) {
            assert_eq!(day.on_duty_s, Some(*worked), "{day:?}");
            agreed += 1;
        }
    }
    assert_eq!(agreed, drivers * 7);
    assert!(logged.values().any(|worked| *worked > 8 * 3600), "somebody worked");
}
