//! Who and what the simulated fleet consists of: unit numbers, VINs, names. All invented, and odd
//! in the ways real rosters are odd.

use super::chance::Chance;

/// The truck without a working gateway: in the shop for months.
pub const SHOP: usize = 7;
/// The truck whose gateway is heard from only now and then.
pub const DARK: usize = 11;
/// The truck whose number the TMS writes with a leading zero.
pub const ZERO: usize = 12;
/// The truck whose number the ELD writes in small letters.
pub const SMALL: usize = 20;
/// The truck that two drivers share.
pub const TEAM: usize = 5;
/// The driver after whom another one is named.
pub const NAMESAKE: usize = 1;

/// When the fleet was entered: nothing of most rosters changed since. Unix seconds.
pub const ENTERED: i64 = 1_706_000_000;

/// Counts of a fleet.
#[derive(Clone, Copy, Debug)]
pub struct Roster {
    /// Tractors.
    pub tractors: usize,
    /// Drivers: one a tractor, and the odd ones after them.
    pub drivers: usize,
    /// Trailers: one a tractor, then second ones, the last the stray.
    pub trailers: usize,
    seed: u64,
}

/// What a driver is besides the one of his truck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Drives the truck of the same number.
    Solo,
    /// Rides along in [`TEAM`].
    Second,
    /// Left the company.
    Gone,
    /// Shares his name with [`NAMESAKE`], and is at home.
    Namesake,
    /// His app is not connected.
    Disconnected,
    /// At home.
    Home,
}

impl Roster {
    /// The roster of a fleet of so many tractors.
    pub fn new(tractors: usize, seed: u64) -> Self {
        let tractors = tractors.max(1);
        Self {
            tractors,
            drivers: tractors + (tractors * 15 / 100).max(5),
            trailers: tractors + tractors * 8 / 10 + 2,
            seed,
        }
    }

    /// The part of a driver.
    pub const fn part(&self, driver: usize) -> Part {
        if driver < self.tractors {
            return Part::Solo;
        }
        match driver - self.tractors {
            0 if self.tractors > TEAM => Part::Second,
            1 => Part::Gone,
            2 => Part::Namesake,
            3 => Part::Disconnected,
            _ => Part::Home,
        }
    }

    /// The trailer that runs about and is known to be attached to nothing.
    pub const fn stray(&self) -> usize {
        self.trailers - 1
    }

    /// The trailer that a truck pulls in its week of that number: every other week its second one.
    pub const fn trailer_of(&self, tractor: usize, week: i64) -> usize {
        let second = self.tractors + tractor;
        if week.rem_euclid(2) == 1 && second + 2 < self.trailers { second } else { tractor }
    }

    /// The truck in whose weeks a trailer takes part, and at whose yard it stands else.
    pub const fn tractor_of(&self, trailer: usize) -> Option<usize> {
        if trailer >= self.stray() {
            return None;
        }
        Some(trailer % self.tractors)
    }

    /// A tractor's number in the TMS.
    pub fn number(tractor: usize) -> String {
        match tractor {
            ZERO => "0412".to_owned(),
            SMALL => "T420".to_owned(),
            other => (400 + other).to_string(),
        }
    }

    /// A tractor's name in the ELD.
    pub fn name(tractor: usize) -> String {
        match tractor {
            ZERO => "412".to_owned(),
            SMALL => "t420".to_owned(),
            other => Self::number(other),
        }
    }

    /// A trailer's number, the same everywhere.
    pub fn trailer_number(trailer: usize) -> String {
        let kind = if trailer.is_multiple_of(3) { 'R' } else { 'V' };
        format!("{kind}{}", 53_001 + trailer)
    }

    /// A tractor's VIN, check digit included.
    pub fn vin(&self, tractor: usize) -> String {
        let (maker, _) = MAKES[tractor % MAKES.len()];
        vin(maker, "JGLDR", tractor, 100_000 + (self.seed % 500_000) as usize + tractor)
    }

    /// A tractor's maker.
    pub fn make(tractor: usize) -> &'static str {
        MAKES[tractor % MAKES.len()].1
    }

    /// A trailer's VIN.
    pub fn trailer_vin(&self, trailer: usize) -> String {
        vin("1UY", "VS253", trailer, 300_000 + (self.seed % 400_000) as usize + trailer)
    }

    /// A licence plate. No state has one like it.
    pub fn plate(unit: usize, kind: char) -> String {
        format!("{kind}X{:05}", unit + 1)
    }

    /// First and last name of a driver.
    pub fn person(&self, driver: usize) -> (&'static str, &'static str) {
        let driver = if matches!(self.part(driver), Part::Namesake) { NAMESAKE.min(driver) } else { driver };
        let (place, turn) = (driver % LAST.len(), driver / LAST.len());
        let shift = (self.seed % 1000) as usize;
        // Unlike for more than a thousand drivers; beyond that names repeat, as they do.
        (FIRST[(place * 5 + turn + shift) % FIRST.len()], LAST[(place * 7 + shift) % LAST.len()])
    }

    /// Whether some other driver has the same first and last name.
    pub fn shares_name(&self, driver: usize) -> bool {
        let own_name = |driver: usize| self.part(driver) != Part::Namesake;
        if driver == NAMESAKE || !own_name(driver) {
            return true;
        }
        let names = FIRST.len() * LAST.len();
        (driver % names..self.drivers).step_by(names).any(|other| other != driver && own_name(other))
    }

    /// A driver's id in the TMS: at most eight letters and digits.
    pub fn driver_id(&self, driver: usize) -> String {
        let (first, last) = self.person(driver);
        format!("{last:.3}{first:.1}{driver:03X}").to_uppercase()
    }

    /// A telephone number nobody has.
    pub fn phone(driver: usize) -> String {
        format!("{}-555-01{:02}", 201 + driver / 100 * 7 % 700, driver % 100)
    }

    /// Licence number and state, the same in ELD and TMS.
    pub fn licence(driver: usize) -> (String, &'static str) {
        let states = ["TX", "TN", "GA", "OH", "IL", "OK"];
        (format!("FAKE{driver:07}"), states[driver % states.len()])
    }

    /// The city of a tractor's yard, by its place in `yards`.
    pub fn yard(&self, tractor: usize, yards: usize) -> usize {
        Chance::of(&[self.seed, 17, tractor as u64]).below(yards)
    }
}

const MAKES: &[(&str, &str)] =
    &[("1FU", "FREIGHTLINER"), ("1XK", "KENWORTH"), ("4V4", "VOLVO"), ("1XP", "PETERBILT")];

/// Seventeen characters with the check digit of 49 CFR 565.
fn vin(maker: &str, model: &str, unit: usize, serial: usize) -> String {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let year = ['M', 'N', 'P', 'R'][unit % 4];
    let open = format!("{maker}{model}0{year}L{:06}", serial % 1_000_000);
    let sum: u32 = open.chars().zip(WEIGHTS).map(|(letter, weight)| value(letter) * weight).sum();
    let check = char::from_digit(sum % 11, 10).unwrap_or('X');
    open.chars().enumerate().map(|(at, letter)| if at == 8 { check } else { letter }).collect()
}

const fn value(letter: char) -> u32 {
    match letter {
        '0'..='9' => letter as u32 - '0' as u32,
        'A'..='H' => letter as u32 - 'A' as u32 + 1,
        'J'..='N' => letter as u32 - 'J' as u32 + 1,
        'P' => 7,
        'R' => 9,
        'S'..='Z' => letter as u32 - 'S' as u32 + 2,
        _ => 0,
    }
}

const FIRST: &[&str] = &[
    "Ana", "Ben", "Carla", "Dmitri", "Elena", "Frank", "Grace", "Hector", "Ines", "Jamal", "Karen", "Luis",
    "Maria", "Nate", "Olga", "Pete", "Quinn", "Rosa", "Sam", "Tomas", "Uma", "Victor", "Wanda", "Xavier",
    "Yusuf", "Zoe", "Amir", "Bridget", "Cesar", "Dana", "Emil", "Fatima", "Gus",
];

const LAST: &[&str] = &[
    "Reyes", "Stone", "Okafor", "Novak", "Silva", "Baker", "Kowalski", "Nguyen", "Patel", "Morris", "Haddad",
    "Jensen", "Ortiz", "Petrov", "Quigley", "Ramos", "Sato", "Turner", "Ueda", "Vargas", "Walsh", "Yilmaz",
    "Zeller", "Abbott", "Brandt", "Castro", "Dubois", "Eriksen", "Fontana", "Grant", "Holloway", "Iverson",
    "Jackson", "Keller", "Lindgren", "Mbeki", "Nolan",
];

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;

    #[test]
    fn a_vin_carries_its_check_digit() {
        // Worked by hand in 49 CFR 565's own way: the textbook VIN of eleven ones.
        assert_eq!(vin("111", "11111", 0, 0).len(), 17);
        let sum: u32 = "11111111111111111"
            .chars()
            .zip([8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2])
            .map(|(letter, weight)| value(letter) * weight)
            .sum();
        assert_eq!(sum % 11, 1);
    }

    #[test]
    fn ids_are_short_and_unique_and_two_drivers_share_a_name() {
        let roster = Roster::new(10_000, 3);
        let ids: HashSet<String> = (0..roster.drivers).map(|driver| roster.driver_id(driver)).collect();
        assert_eq!(ids.len(), roster.drivers);
        assert!(ids.iter().all(|id| id.len() <= 8));
        let vins: HashSet<String> = (0..roster.tractors).map(|tractor| roster.vin(tractor)).collect();
        assert_eq!(vins.len(), roster.tractors);
        assert_eq!(roster.person(roster.tractors + 2), roster.person(NAMESAKE));
    }

    #[test]
    fn whoever_shares_no_name_is_the_only_one_of_his() {
        for tractors in [60, 2000] {
            let roster = Roster::new(tractors, 3);
            let mut bearers = HashMap::new();
            (0..roster.drivers).for_each(|driver| *bearers.entry(roster.person(driver)).or_insert(0) += 1);
            for driver in 0..roster.drivers {
                let alone = bearers[&roster.person(driver)] == 1;
                assert_eq!(roster.shares_name(driver), !alone, "driver {driver} of {tractors}");
            }
        }
    }
}
