//! Terminal's drivers, as of the last sync.
//!
//! Beside the fleet's there are one who was put on the list of those to leave out, and the first
//! driver's account from before he came back, deleted. Both come only when they are asked for, and
//! so does whoever left.

use serde_json::{Value, json};

use super::super::alias::Person;
use super::super::ask::{Answer, Ask};
use super::super::roster::{ENTERED, Part, Roster};
use super::super::spread::Share;
use super::ids::{Noun, id};
use super::question::{flag, modified, page};
use super::units::{groups_of, metadata, raw};
use super::{PROVIDER, Terminal, present, synced, written};

/// A row of the list of drivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Driver {
    /// Keeps his log here, at this place.
    Fleet(usize),
    /// Left out on purpose.
    LeftOut,
    /// The first driver's account from before, deleted.
    Former(usize),
}

/// All rows.
pub fn listed(share: &Share) -> Vec<Driver> {
    let former = share.drivers.first().map(|first| Driver::Former(*first));
    (0..share.drivers.len()).map(Driver::Fleet).chain([Driver::LeftOut]).chain(former).collect()
}

pub fn drivers(terminal: &Terminal, ask: &Ask) -> Result<Value, Answer> {
    let (hidden, deleted) = (flag(ask, "hidden"), flag(ask, "deleted"));
    let shown = |driver: &Driver| match driver {
        Driver::Fleet(place) => hidden || !terminal.has_left(*place),
        Driver::LeftOut => hidden,
        Driver::Former(_) => deleted,
    };
    let changed = modified(ask, ENTERED);
    let all: Vec<Driver> = terminal.drivers.iter().copied().filter(|row| changed && shown(row)).collect();
    page(ask, &all, |driver| terminal.driver(driver, ask))
}

impl Terminal {
    /// Whether a driver left the company.
    pub(super) fn has_left(&self, place: usize) -> bool {
        self.world.roster.part(self.share.drivers[place]) == Part::Gone
    }

    /// A driver as the list has him.
    pub(super) fn driver(&self, row: Driver, ask: &Ask) -> Value {
        let roster = &self.world.roster;
        match row {
            Driver::Fleet(place) => self.fleet_driver(place, ask),
            Driver::LeftOut => json!({
                "id": id(Noun::Driver, &[u64::MAX]),
                "status": "active",
                "sourceId": "d0",
                "provider": PROVIDER,
                "lastName": "Yard",
                "metadata": {
                    "addedAt": written(ENTERED),
                    "modifiedAt": written(ENTERED),
                    "visibility": "hidden_by_exclude_list",
                },
            }),
            Driver::Former(driver) => {
                let (first, last) = roster.person(driver);
                json!({
                    "id": id(Noun::Driver, &[driver as u64, 1]),
                    "status": "inactive",
                    "sourceId": format!("x{driver:X}"),
                    "provider": PROVIDER,
                    "firstName": first,
                    "lastName": last,
                    "metadata": {
                        "addedAt": written(ENTERED),
                        "modifiedAt": written(ENTERED),
                        "deletedAt": written(ENTERED),
                        "visibility": "deleted",
                    },
                })
            }
        }
    }

    fn fleet_driver(&self, place: usize, ask: &Ask) -> Value {
        let driver = self.share.drivers[place];
        let (first, last) = self.world.roster.person(driver);
        let person = Person::driver(&self.world.roster, driver, place);
        // The provider's own id is whatever the company gave him.
        let source = person.company_id.or(person.external_id).unwrap_or_else(|| format!("d{:X}", driver + 1));
        // Some are entered without a first name or without any; not those known by nothing else.
        let nameless = place % 9 == 5 && place % 5 != 3;
        let left = self.has_left(place);
        let digits = Roster::phone(driver).replace('-', "");
        let mut row = present(json!({
            "id": id(Noun::Driver, &[driver as u64]),
            "status": if left { "inactive" } else { "active" },
            "sourceId": source,
            "provider": PROVIDER,
            "firstName": (!nameless).then_some(first),
            "lastName": (!nameless || place.is_multiple_of(2)).then_some(last),
            "email": (place % 4 == 2).then(|| format!("driver{driver}@example.com")),
            "phone": (place % 3 != 1).then(|| format!("+1{digits}")),
            "username": person.username,
            "license": person.licence.map(|(number, state)| json!({ "number": number, "state": state })),
            "groups": groups_of(self.world.seat(driver).unwrap_or(driver), ask),
            "createdAt": (place % 3 != 2).then(|| written(ENTERED)),
            "metadata": metadata(ENTERED, place),
            "raw": raw(ask, "driver", &json!(source), synced(ask.now())),
        }));
        if left {
            row["metadata"]["visibility"] = json!("hidden_by_status");
        }
        row
    }
}
