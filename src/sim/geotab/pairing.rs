//! Geotab's `DriverChange` and `TrailerAttachment`: who is in which truck, and what it pulls.

use serde_json::{Value, json};

use super::super::roster::SHOP;
use super::super::week::{Activity, WEEK};
use super::feed::Key;
use super::fleet::{Device, Fleet, Kind};
use super::units::trailer_id;
use super::words::{ALWAYS, date, driver, id, reference};

/// How long it takes until it is known.
const LAG: i64 = 20;
/// Attachments are kept for so many weeks.
const KEPT: i64 = 4;

/// A driver logs in or out.
#[derive(Clone, Copy, Debug)]
pub struct DriverChange {
    /// The device of the truck.
    pub device: Device,
    /// When.
    pub at: i64,
    /// The user who is in the truck from then on.
    pub driver: Option<usize>,
}

/// A trailer is hooked.
#[derive(Clone, Copy, Debug)]
pub struct Attachment {
    /// The device of the truck.
    pub device: Device,
    /// The trailer.
    pub trailer: usize,
    /// It begins.
    pub from: i64,
    /// It ended.
    pub to: Option<i64>,
}

impl Fleet {
    /// The changes that came in from `begin` until before `end`.
    pub fn changes(&self, begin: i64, end: i64) -> Vec<(Key, DriverChange)> {
        let devices = self.devices.iter();
        let all = devices.flat_map(|device| self.changes_of(*device, begin - LAG, end - 1 - LAG));
        let new = all.filter(|change| change.at + LAG >= begin);
        new.map(|change| (change.key(), change)).collect()
    }

    /// The changes on a device up to `until`, oldest first: those from `since` on, and the one or
    /// more before.
    pub fn changes_of(&self, device: Device, since: i64, until: i64) -> Vec<DriverChange> {
        let Kind::Tractor(tractor) = device.kind else { return Vec::new() };
        let Some(who) = self.driver_of(tractor).filter(|_| tractor != SHOP) else { return Vec::new() };
        let mut changes = Vec::new();
        // From the week before on: the change that holds may be a week old.
        let mut at = since - WEEK;
        while at <= until {
            let week = self.world.truck(tractor, at).week;
            changes.push(DriverChange { device, at: week.begin, driver: Some(who) });
            let last = week.stretches.last().filter(|last| last.activity == Activity::Restart);
            if let Some(last) = last {
                changes.push(DriverChange { device, at: week.begin + i64::from(last.start), driver: None });
            }
            at = week.begin + WEEK;
        }
        changes.retain(|change| change.at <= until);
        changes
    }

    /// The attachments that changed from `begin` until before `end`, as they are at `now`.
    pub fn attachments_changed(&self, begin: i64, end: i64, now: i64) -> Vec<(Key, Attachment)> {
        let weeks = (now - begin).div_euclid(WEEK).clamp(0, KEPT) + 1;
        let all = self.devices.iter().flat_map(|device| self.attachments(*device, weeks, now));
        all.map(|attachment| (attachment.key(), attachment))
            .filter(|(key, _)| (begin..end).contains(&key.second()))
            .collect()
    }

    /// The attachments of the last `weeks` weeks and of this one.
    pub fn attachments(&self, device: Device, weeks: i64, now: i64) -> Vec<Attachment> {
        let Kind::Tractor(tractor) = device.kind else { return Vec::new() };
        if tractor == SHOP {
            return Vec::new();
        }
        let this = self.world.truck(tractor, now - LAG);
        let all = (0..=weeks).rev().map(|back| {
            let from = this.week.begin - back * WEEK;
            let trailer = self.world.roster.trailer_of(tractor, this.week_number - back);
            Attachment { device, trailer, from, to: (back > 0).then_some(from + WEEK) }
        });
        all.filter(|attachment| self.trailers.binary_search(&attachment.trailer).is_ok()).collect()
    }
}

impl DriverChange {
    /// Where it stands in the feed.
    pub fn key(self) -> Key {
        Key::of(self.at + LAG, self.device.number, 0)
    }

    /// As it is written.
    pub fn json(self, version: &str) -> Value {
        json!({
            "id": id((self.at as usize) << 18 | self.device.number),
            "device": reference(self.device.number),
            "driver": driver(self.driver),
            "dateTime": date(self.at, 0),
            "type": if self.driver.is_some() { "Driver" } else { "None" },
            "version": version,
        })
    }
}

impl Attachment {
    /// Where it stands in the feed.
    pub fn key(self) -> Key {
        Key::of(self.to.unwrap_or(self.from) + LAG, self.device.number, usize::from(self.to.is_some()))
    }

    /// As it is written: an open end is 2050, or the last date there is.
    pub fn json(self, version: &str) -> Value {
        let open = if self.device.place % 3 == 2 { "9999-12-31T23:59:59.999Z" } else { ALWAYS };
        // References may be bare.
        let trailer = trailer_id(self.trailer);
        let trailer = if self.device.place % 7 == 6 { json!(trailer) } else { json!({ "id": trailer }) };
        json!({
            "id": id((self.from as usize) << 18 | self.device.number),
            "device": reference(self.device.number),
            "trailer": trailer,
            "activeFrom": date(self.from, 0),
            "activeTo": self.to.map_or_else(|| open.to_owned(), |to| date(to, 0)),
            "version": version,
        })
    }
}
