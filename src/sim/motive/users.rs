//! Motive's people: the company, its groups, the users, and where drivers are.
//!
//! Beside the fleet's drivers it lists three: the first driver's account from before he came back
//! (same name, deactivated), an administrator and a clerk.

use serde_json::{Map, Value, json};

use super::super::alias::Person;
use super::super::ask::{Answer, Ask};
use super::super::atlas::{CITIES, near};
use super::super::roster::{ENTERED, Part, Roster};
use super::super::spread::Share;
use super::{COMPANY, Motive, Page, bad, ids, last, rounded, written};

const GROUPS: [(u64, &str); 2] = [(61_001, "South"), (61_002, "North")];

/// A row of the list of users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum User {
    /// The first driver's account from before.
    Former(usize),
    /// Runs the account.
    Admin,
    /// Works in the office.
    Clerk,
    /// Keeps his log here, at this place.
    Driver(usize),
}

/// All rows, by ascending id.
pub fn listed(share: &Share) -> Vec<User> {
    let former = share.drivers.first().map(|first| User::Former(*first));
    let odd = former.into_iter().chain([User::Admin, User::Clerk]);
    odd.chain((0..share.drivers.len()).map(User::Driver)).collect()
}

#[expect(clippy::unnecessary_wraps, reason = "endpoints have one shape")]
pub fn companies(_: &Motive, _: &Ask) -> Result<Value, Answer> {
    let company = json!({
        "id": COMPANY,
        "company_id": "EXAMPLE",
        "name": "Example Freight Lines",
        "street": "1 Yard Rd",
        "city": "Dallas",
        "state": "TX",
        "zip": "75212",
        "dot_ids": ["999999"],
        "cycle": "70_8",
        "time_zone": "Central Time (US & Canada)",
        "metric_units": false,
    });
    Ok(json!({ "companies": [{ "company": company }] }))
}

pub fn groups(_: &Motive, ask: &Ask) -> Result<Value, Answer> {
    let page = Page::of(ask)?;
    let group =
        |(id, name): &(u64, &str)| json!({ "id": id, "name": name, "company_id": COMPANY, "creator": null });
    let rows = page.rows(&GROUPS).iter().map(group).collect();
    Ok(page.answer(("groups", "group"), rows, GROUPS.len()))
}

pub fn users(motive: &Motive, ask: &Ask) -> Result<Value, Answer> {
    let page = Page::of(ask)?;
    let role = last(ask, "role");
    if role.is_some_and(|role| !["driver", "admin", "fleet_user"].contains(&role)) {
        return Err(bad("role must be driver, admin or fleet_user"));
    }
    let wanted = |user: &User| role.is_none_or(|role| role == user.role());
    let all: Vec<User> = motive.users.iter().copied().filter(wanted).collect();
    let rows = page.rows(&all).iter().map(|user| motive.user(*user, ask.now())).collect();
    Ok(page.answer(("users", "user"), rows, all.len()))
}

/// Where drivers are: those who are deactivated or at home are nowhere.
pub fn locations(motive: &Motive, ask: &Ask) -> Result<Value, Answer> {
    let page = Page::of(ask)?;
    let all = motive.wanted_drivers(ask)?;
    let rows = page.rows(&all).iter().map(|user| motive.whereabouts(*user, ask.now())).collect();
    Ok(page.answer(("users", "user"), rows, all.len()))
}

/// The id of a driver's account.
pub const fn driver_id(driver: usize) -> u64 {
    800_001 + driver as u64
}

/// The group of a truck.
pub const fn group_of(tractor: usize) -> u64 {
    GROUPS[tractor % 2].0
}

impl User {
    const fn role(self) -> &'static str {
        match self {
            Self::Former(_) | Self::Driver(_) => "driver",
            Self::Admin => "admin",
            Self::Clerk => "fleet_user",
        }
    }
}

impl Motive {
    /// The drivers that a question names, or all of them.
    pub(super) fn wanted_drivers(&self, ask: &Ask) -> Result<Vec<User>, Answer> {
        let ids = ids(ask, "driver_ids")?;
        let wanted = |user: &User| {
            user.role() == "driver"
                && ids.as_ref().is_none_or(|ids| ids.binary_search(&self.user_id(*user)).is_ok())
        };
        Ok(self.users.iter().copied().filter(wanted).collect())
    }

    fn user_id(&self, user: User) -> u64 {
        match user {
            User::Former(_) => 700_001,
            User::Admin => 700_002,
            User::Clerk => 700_003,
            User::Driver(place) => driver_id(self.share.drivers[place]),
        }
    }

    /// Who stands behind a driver's row, and how he was entered.
    pub(super) fn behind(&self, user: User) -> Option<(usize, Person)> {
        let roster = &self.world.roster;
        match user {
            User::Former(driver) => {
                // He left with his ids, and nothing but the name is as it was.
                let person =
                    Person { company_id: None, external_id: None, ..Person::driver(roster, driver, 1) };
                Some((driver, Person { username: format!("{}.old", person.username), ..person }))
            }
            User::Driver(place) => {
                let driver = self.share.drivers[place];
                Some((driver, Person::driver(roster, driver, place)))
            }
            User::Admin | User::Clerk => None,
        }
    }

    pub(super) fn is_active(&self, user: User) -> bool {
        match user {
            User::Former(_) => false,
            User::Driver(place) => self.world.roster.part(self.share.drivers[place]) != Part::Gone,
            User::Admin | User::Clerk => true,
        }
    }

    /// A driver as other rows show him.
    pub(super) fn summary(&self, place: usize) -> Value {
        Value::Object(self.card(User::Driver(place)))
    }

    /// What every row says of a user.
    pub(super) fn card(&self, user: User) -> Map<String, Value> {
        let behind = self.behind(user);
        let (first, last) = match (&behind, user) {
            (Some((driver, _)), _) => self.world.roster.person(*driver),
            (None, User::Admin) => ("Avery", "Bell"),
            (None, _) => ("Robin", "Hale"),
        };
        let person = behind.map(|(_, person)| person);
        let card = json!({
            "id": self.user_id(user),
            "first_name": first,
            "last_name": last,
            "username": person.as_ref().map(|person| person.username.clone()),
            "email": null,
            "driver_company_id": person.and_then(|person| person.company_id),
            "status": if self.is_active(user) { "active" } else { "deactivated" },
            "role": user.role(),
        });
        match card {
            Value::Object(card) => card,
            _ => Map::new(),
        }
    }

    fn user(&self, user: User, now: i64) -> Value {
        let mut row = self.card(user);
        let behind = self.behind(user);
        let seat = behind.as_ref().and_then(|(driver, _)| self.world.seat(*driver));
        let yard = self.world.yard(seat.unwrap_or(0)).city;
        let external = behind.as_ref().and_then(|(_, person)| person.external_id.clone());
        let external = external.map(|id| json!([{ "external_id": id, "integration_name": "generic_tms" }]));
        let place = if let User::Driver(place) = user { place } else { 0 };
        let more = json!({
            "phone": behind.as_ref().map(|(driver, _)| Roster::phone(*driver)),
            "phone_country_code": "+1",
            "company_reference_id": null,
            "time_zone": (place % 8 != 5).then(|| rails_zone(CITIES[yard].zone)),
            "metric_units": false,
            "group_ids": seat.map_or(json!([]), |tractor| json!([group_of(tractor)])),
            "created_at": written(ENTERED, false),
            "updated_at": written(ENTERED, place % 4 == 2),
            "external_ids": external,
        });
        row.extend(more.as_object().cloned().unwrap_or_default());
        if let Some((driver, person)) = behind {
            row.extend(self.of_drivers(driver, &person, place, now));
        } else {
            // What only drivers have is absent, not null.
            row.remove("username");
            row.remove("driver_company_id");
        }
        Value::Object(row)
    }

    fn of_drivers(&self, driver: usize, person: &Person, place: usize, now: i64) -> Map<String, Value> {
        let (number, state) = person.licence.clone().unzip();
        let cycle = match place % 6 {
            4 => Some("70_8_2020"),
            5 => None,
            _ => Some("70_8"),
        };
        let more = json!({
            "drivers_license_number": number,
            "drivers_license_state": state,
            "joined_at": "2024-01-23",
            "duty_status": self.duty_word(driver, place, now),
            "eld_mode": if self.world.seat(driver).is_some() { "logs" } else { "none" },
            "cycle": cycle,
            "carrier_name": "Example Freight Lines",
            "exception_short_haul": false,
            "minute_logs": true,
            "personal_conveyance_enabled": true,
            "yard_moves_enabled": true,
        });
        more.as_object().cloned().unwrap_or_default()
    }

    fn whereabouts(&self, user: User, now: i64) -> Value {
        let mut row = self.card(user);
        let driver = self.behind(user).map(|(driver, _)| driver).filter(|_| self.is_active(user));
        let tractor = driver.and_then(|driver| self.world.driver(driver, now).tractor);
        let location = tractor.map(|tractor| {
            let at = self.world.last_report(tractor, now, super::vehicles::EVERY);
            let seen = self.world.truck(tractor, at);
            json!({
                "lat": rounded(seen.point.latitude, 6),
                "lon": rounded(seen.point.longitude, 6),
                "description": near(seen.point, seen.stretch.city),
                "located_at": written(at, false),
            })
        });
        let vehicle = tractor.and_then(|tractor| self.share.tractors.binary_search(&tractor).ok()).map(|place| {
            let head = self.head(super::Vehicle::Fleet(place));
            json!({ "id": head["id"], "number": head["number"], "status": "active", "make": head["make"], "model": head["model"] })
        });
        row.insert("current_location".to_owned(), json!(location));
        row.insert("current_vehicle".to_owned(), json!(vehicle));
        Value::Object(row)
    }
}

/// Rails has names of its own for zones.
fn rails_zone(zone: &str) -> &'static str {
    match zone {
        "America/New_York" => "Eastern Time (US & Canada)",
        "America/Denver" => "Mountain Time (US & Canada)",
        "America/Los_Angeles" => "Pacific Time (US & Canada)",
        _ => "Central Time (US & Canada)",
    }
}
