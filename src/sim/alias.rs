//! How the offices of the second and third ELD entered the same units: by what a record can be
//! recognised as one the TMS has. It decides spellings and gaps, and knows no service.
//!
//! Tractors and trailers, by their place in the ELD's own list, for unit 412 (V53412 …):
//!
//! | place % 6 | number      | VIN                  | plate       | is joined with the TMS by     |
//! |-----------|-------------|----------------------|-------------|-------------------------------|
//! | 0, 5      | `412`       | as it is             | as it is    | VIN                           |
//! | 1         | `T-412`     | small, in two pieces | as it is    | VIN                           |
//! | 2         | `00412 `    | none                 | none        | number                        |
//! | 3         | `Truck 412` | none                 | with dashes | plate                         |
//! | 4         | none        | as it is             | as it is    | VIN                           |
//!
//! Where the TMS has no VIN (every ninth tractor, every fifth trailer), 0 and 5 are joined by their
//! number, 1 and 4 by their plate.
//!
//! Drivers, by their place:
//!
//! | place % 5 | company's id  | user name      | other system's id | licence     | joined by        |
//! |-----------|---------------|----------------|-------------------|-------------|------------------|
//! | 0         | the TMS's     | `first.last12` | none              | as it is    | company's id     |
//! | 1         | none          | the TMS's id   | none              | none        | user name        |
//! | 2         | none          | `first.last12` | none              | with dashes | licence          |
//! | 3         | none          | `first.last12` | none              | none        | full name        |
//! | 4         | none          | `first.last12` | the TMS's         | as it is    | other system's id|
//!
//! Whoever shares his name with another keeps his licence in row 3 too: a name that is not unique
//! joins nothing.

use super::roster::Roster;

/// A tractor or trailer as entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its number.
    pub number: Option<String>,
    /// Its VIN.
    pub vin: Option<String>,
    /// Its plate.
    pub plate: Option<String>,
}

/// A driver as entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The id that the company gave him.
    pub company_id: Option<String>,
    /// The name he signs in with.
    pub username: String,
    /// His id in another system.
    pub external_id: Option<String>,
    /// His licence: number and state.
    pub licence: Option<(String, &'static str)>,
}

impl Unit {
    /// A tractor at `place`.
    pub fn tractor(roster: &Roster, tractor: usize, place: usize) -> Self {
        Self::of(&Roster::number(tractor), roster.vin(tractor), Roster::plate(tractor, 'P'), place)
    }

    /// A trailer at `place`.
    pub fn trailer(roster: &Roster, trailer: usize, place: usize) -> Self {
        let number = Roster::trailer_number(trailer);
        Self::of(&number, roster.trailer_vin(trailer), Roster::plate(trailer, 'T'), place)
    }

    fn of(number: &str, vin: String, plate: String, at: usize) -> Self {
        let entered = |number: Option<String>, vin, plate| Self { number, vin, plate };
        match at % 6 {
            1 => entered(Some(format!("T-{number}")), Some(in_pieces(&vin, ' ').to_lowercase()), Some(plate)),
            2 => entered(Some(format!("00{number} ")), None, None),
            3 => entered(Some(format!("Truck {number}")), None, Some(in_pieces(&plate, '-'))),
            4 => entered(None, Some(vin), Some(plate)),
            _ => entered(Some(number.to_owned()), Some(vin), Some(plate)),
        }
    }
}

impl Person {
    /// A driver at `place`.
    pub fn driver(roster: &Roster, driver: usize, place: usize) -> Self {
        let (first, last) = roster.person(driver);
        let (number, state) = Roster::licence(driver);
        let id = roster.driver_id(driver);
        let plain = Self {
            company_id: None,
            username: format!("{first}.{last}{driver}").to_lowercase(),
            external_id: None,
            licence: Some((number.clone(), state)),
        };
        match place % 5 {
            0 => Self { company_id: Some(id), ..plain },
            1 => Self { username: id.to_lowercase(), licence: None, ..plain },
            2 => Self { licence: Some((number.replace("FAKE", "fake-"), state)), ..plain },
            3 if !roster.shares_name(driver) => Self { licence: None, ..plain },
            3 => plain,
            _ => Self { external_id: Some(id), ..plain },
        }
    }
}

/// Broken after the third letter.
fn in_pieces(text: &str, by: char) -> String {
    let breaks = |at: usize| (at == 3).then_some(by);
    text.chars().enumerate().flat_map(|(at, letter)| breaks(at).into_iter().chain([letter])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_places_in_a_row_show_every_way_a_unit_can_be_known() {
        let roster = Roster::new(60, 1);
        let entered: Vec<Unit> = (0..6).map(|place| Unit::tractor(&roster, 13, place)).collect();
        let numbers: Vec<_> = entered.iter().map(|unit| unit.number.as_deref()).collect();
        assert_eq!(
            numbers,
            [Some("413"), Some("T-413"), Some("00413 "), Some("Truck 413"), None, Some("413")]
        );
        let vins = entered.iter().map(|unit| u8::from(unit.vin.is_some())).collect::<Vec<_>>();
        assert_eq!(vins, [1, 1, 0, 0, 1, 1]);
        assert_eq!(entered[3].plate.as_deref(), Some("PX0-0014"));
    }

    #[test]
    fn a_driver_without_any_id_is_the_only_one_of_his_name() {
        let roster = Roster::new(60, 1);
        assert_eq!(Person::driver(&roster, 9, 3).licence, None);
        assert!(Person::driver(&roster, super::super::roster::NAMESAKE, 3).licence.is_some());
        assert_eq!(Person::driver(&roster, 9, 1).username, roster.driver_id(9).to_lowercase());
    }
}
