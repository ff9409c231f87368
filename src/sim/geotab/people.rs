//! Geotab's `User` and `DutyStatusAvailability`.

use serde_json::{Value, json};

use super::super::atlas::CITIES;
use super::super::roster::{Part, Roster};
use super::feed::Key;
use super::fleet::{ENTERED, Fleet, User, Who};
use super::sessions::USER;
use super::words::{ALWAYS, date, driver, id, span};

const DAY: i64 = 24 * 3600;

impl Fleet {
    /// The rules a user's log is kept by; `None` where he keeps none.
    fn rules(&self, user: User) -> Option<&'static str> {
        let driver = user.driver()?;
        match self.world.roster.part(driver) {
            Part::Home if driver.is_multiple_of(3) => None,
            _ if user.place % 6 == 4 => Some("America8DayBig"),
            _ => Some("America8Day"),
        }
    }

    /// The users whose row changed from `begin` until before `end`: a row changes when he logs in of
    /// a morning.
    pub fn users_changed(&self, begin: i64, end: i64, now: i64) -> Vec<(Key, User)> {
        let changed = self.users.iter().filter_map(|user| {
            let at = self.accessed(*user, now);
            (begin..end).contains(&at).then(|| (Key::of(at, user.number, 0), *user))
        });
        changed.collect()
    }

    /// When he last logged in: once a day, or long ago.
    fn accessed(&self, user: User, now: i64) -> i64 {
        let works = user.driver().is_some_and(|driver| self.world.seat(driver).is_some());
        let own = user.number as i64 * 5113 % DAY;
        if works { (now - own).div_euclid(DAY) * DAY + own } else { ENTERED + own }
    }

    /// A user's row.
    pub fn user_row(&self, user: User, now: i64) -> Value {
        let mut row = json!({
            "id": id(user.number),
            "activeFrom": date(ENTERED, user.number),
            "activeTo": ALWAYS,
            "lastAccessDate": date(self.accessed(user, now), 0),
            "hosRuleSet": self.rules(user).unwrap_or("None"),
            "companyGroups": [{ "id": "GroupCompanyId" }],
            "isMetric": false,
            "language": "en",
        });
        let (driver, former) = match user.who {
            Who::Driver(driver) => (driver, self.world.roster.part(driver) == Part::Gone),
            Who::Former(driver) => (driver, true),
            Who::Service => {
                row["name"] = json!(USER.to_lowercase());
                (row["firstName"], row["lastName"]) = (json!("Dispatch"), json!("Board"));
                (row["isDriver"], row["timeZoneId"]) = (json!(false), json!("America/Chicago"));
                return row;
            }
        };
        let roster = &self.world.roster;
        let (first, last) = roster.person(driver);
        let (licence, state) = Roster::licence(driver);
        let yard = self.world.seat(driver).map_or(0, |tractor| self.world.yard(tractor).city);
        let login = format!("{first}.{last}{}@example.invalid", user.number).to_lowercase();
        row["name"] = json!(login);
        (row["firstName"], row["lastName"]) = (json!(first), json!(last));
        row["isDriver"] = json!(true);
        row["driverGroups"] = json!([{ "id": "GroupCompanyId" }]);
        row["keys"] = json!([]);
        (row["licenseNumber"], row["licenseProvince"]) = (json!(licence), json!(state));
        row["phoneNumber"] = json!(Roster::phone(driver));
        // Offices forget it for some.
        row["employeeNo"] = json!(if driver % 4 == 1 { String::new() } else { roster.driver_id(driver) });
        row["companyName"] = json!("Example Freight Lines");
        row["carrierNumber"] = json!("999999");
        row["timeZoneId"] = json!(CITIES[yard].zone);
        if former {
            row["activeFrom"] = json!(date(ENTERED - 300 * DAY, user.number));
            row["activeTo"] = json!(date(ENTERED - DAY, user.number));
        }
        row
    }

    /// A driver's clocks: none for who keeps no log.
    pub fn availability(&self, user: User, now: i64) -> Vec<Value> {
        let Some(who) = user.driver().filter(|_| self.rules(user).is_some()) else { return Vec::new() };
        if matches!(self.world.roster.part(who), Part::Disconnected | Part::Gone) {
            return Vec::new();
        }
        let is = self.world.driver(who, now);
        let left = |seconds: i32| span(i64::from(seconds.max(0)));
        let cycle = left(is.cycle);
        let mut row = json!({
            "driver": driver(Some(user.number)),
            "driving": left(is.drive),
            "duty": left(is.shift),
            "workday": left(is.shift),
            "cycle": cycle,
            "cycleDriving": cycle,
            "cycleRest": span(i64::from(is.cycle.max(0)) * 2),
            "rest": left(is.until_break),
            "drivingBreakDuration": "00:30:00",
            "dutySinceCycleRest": format!("{}.3630000", span(i64::from((70 * 3600 - is.cycle).max(0)))),
            "cycleAvailabilities": [{ "dateTime": date((now / DAY + 1) * DAY, 0), "available": cycle }],
            "recap": [{ "dateTime": date(now / DAY * DAY, 0), "duration": "03:00:00" }],
            "is16HourExemptionAvailable": true,
            "isAdverseDrivingApplied": false,
            "isAdverseDrivingExemptionAvailable": true,
            "isOffDutyDeferralExemptionAvailable": false,
            "isRailroadExemptionAvailable": false,
        });
        // Rules without a break have no clock for it.
        if let (4, Some(row)) = (user.place % 23, row.as_object_mut()) {
            row.remove("rest");
            row.remove("drivingBreakDuration");
        }
        vec![row]
    }
}
