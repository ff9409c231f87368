//! Who is logged in to which truck, kept from record to record: a record says who is in a truck, and
//! of a driver who left it nothing, so that who was there before must be remembered.

use std::collections::HashMap;

use crate::model::{Pairing, PairingSource, Tie, Timestamp};

/// The seats of all trucks.
#[derive(Debug, Default)]
pub(super) struct Wheel {
    /// The feed's version up to which this holds. What the store holds may be older: then whatever
    /// was told since was not written, and all seats must be told again.
    through: Option<String>,
    drivers: HashMap<String, Seat>,
    trucks: HashMap<String, String>,
}

#[derive(Debug)]
struct Seat {
    driver: String,
    told_at: Timestamp,
}

impl Wheel {
    /// Whether the seats are known as of this version.
    pub(super) fn holds(&self, version: Option<&str>) -> bool {
        version.is_some() && self.through.as_deref() == version
    }

    /// The seats are known as of this version; `None`: they are not.
    pub(super) fn hold(&mut self, version: Option<String>) {
        self.through = version;
    }

    /// They are known as of this version too, if they are known at all.
    pub(super) fn hold_on(&mut self, version: &str) {
        if let Some(through) = &mut self.through {
            version.clone_into(through);
        }
    }

    /// All seats are told now.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// A truck's record: who sits in it, or nobody. Returns what that changes, and confirms what it does
    /// not.
    pub(super) fn seat(&mut self, truck: &str, driver: Option<String>, told_at: Timestamp) -> Vec<Pairing> {
        let Some(driver) = driver else {
            return self.leave(truck).into_iter().collect();
        };
        let mut told = Vec::new();
        match self.trucks.get(&driver) {
            Some(other) if other != truck => {
                // Nobody drives two trucks; the later word is the true one.
                if self.drivers.get(other).is_some_and(|seat| seat.told_at > told_at) {
                    return self.leave(truck).into_iter().collect();
                }
                let other = other.clone();
                self.drivers.remove(&other);
            }
            _ => {}
        }
        if self.drivers.get(truck).is_some_and(|seat| seat.driver != driver) {
            told.extend(self.leave(truck));
        }
        self.trucks.insert(driver.clone(), truck.to_owned());
        self.drivers.insert(truck.to_owned(), Seat { driver: driver.clone(), told_at });
        told.push(pairing(driver, Some(truck.to_owned())));
        told
    }

    fn leave(&mut self, truck: &str) -> Option<Pairing> {
        let seat = self.drivers.remove(truck)?;
        self.trucks.remove(&seat.driver);
        Some(pairing(seat.driver, None))
    }
}

fn pairing(driver: String, truck: Option<String>) -> Pairing {
    Pairing { tie: Tie::DriverTractor, left: driver, right: truck, by: PairingSource::Eld, since_at: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(wheel: &mut Wheel, truck: &str, driver: Option<&str>, at: i64) -> Vec<(String, Option<String>)> {
        let told = wheel.seat(truck, driver.map(str::to_owned), Timestamp::from_secs(at));
        told.into_iter().map(|pairing| (pairing.left, pairing.right)).collect()
    }

    fn pair(driver: &str, truck: Option<&str>) -> (String, Option<String>) {
        (driver.to_owned(), truck.map(str::to_owned))
    }

    #[test]
    fn who_leaves_a_truck_is_said_to_have_none() {
        let mut wheel = Wheel::default();
        assert_eq!(told(&mut wheel, "t1", Some("ann"), 1), [pair("ann", Some("t1"))]);
        assert_eq!(told(&mut wheel, "t1", None, 2), [pair("ann", None)]);
        assert_eq!(told(&mut wheel, "t1", None, 3), []);
        assert_eq!(told(&mut wheel, "t1", Some("ann"), 4), [pair("ann", Some("t1"))]);
        assert_eq!(told(&mut wheel, "t1", Some("bob"), 5), [pair("ann", None), pair("bob", Some("t1"))]);
    }

    #[test]
    fn a_driver_sits_where_the_later_word_puts_him() {
        let mut wheel = Wheel::default();
        told(&mut wheel, "t1", Some("ann"), 5);
        assert_eq!(told(&mut wheel, "t2", Some("ann"), 9), [pair("ann", Some("t2"))]);
        assert_eq!(told(&mut wheel, "t1", Some("ann"), 7), [], "an older record of the truck he left");
        assert_eq!(told(&mut wheel, "t1", None, 10), [], "and it is empty since");
        assert_eq!(told(&mut wheel, "t2", None, 11), [pair("ann", None)]);
    }

    #[test]
    fn the_seats_hold_for_the_version_they_were_told_up_to() {
        let mut wheel = Wheel::default();
        assert!(!wheel.holds(None) && !wheel.holds(Some("1")));
        wheel.hold(Some("1".to_owned()));
        assert!(wheel.holds(Some("1")) && !wheel.holds(Some("0")) && !wheel.holds(None));
        wheel.clear();
        assert!(!wheel.holds(Some("1")));
    }
}
