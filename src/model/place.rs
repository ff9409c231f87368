//! Addresses, and the places that a geocoder finds for them.

use std::collections::HashMap;

use super::{Point, RowText, Stop, TmsStop};

/// An address in its parts, complete enough to be looked up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    /// Number and street.
    pub street: RowText,
    /// City.
    pub city: Option<RowText>,
    /// State or province.
    pub state: Option<RowText>,
    /// Postal code.
    pub zip: Option<RowText>,
}

impl Address {
    /// Where a stop is, by its TMS; `None` without a street, or without anything that says in which town:
    /// the middle of a city is no place to be on time at.
    pub fn of(stop: &TmsStop) -> Option<Self> {
        let part = |text: &Option<RowText>| text.clone().filter(|text| !text.trim().is_empty());
        let (street, city, zip) = (part(&stop.address)?, part(&stop.city), part(&stop.zip));
        (city.is_some() || zip.is_some()).then_some(Self { street, city, state: part(&stop.state), zip })
    }
}

/// Whether a place that was looked up is the one that is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// It is, as far as a geocoder can say.
    Sure,
    /// Only part of the address fits: a person has to confirm it.
    ToConfirm,
}

/// Where addresses are that were looked up.
#[derive(Clone, Debug, Default)]
pub struct Places(HashMap<Address, (Point, Trust)>);

impl Places {
    /// Where a stop is: by its TMS, else by its address, whether or not somebody has to confirm that.
    pub fn of(&self, stop: &Stop) -> Option<Point> {
        told(stop).or_else(|| self.found(stop).map(|(point, _)| point))
    }

    /// Where a stop is by its TMS, else by its address where that is sure: near enough to the truth to say that
    /// a truck is there, or is not.
    pub fn sure_of(&self, stop: &Stop) -> Option<Point> {
        let found = || self.found(stop).filter(|(_, trust)| *trust == Trust::Sure);
        told(stop).or_else(|| found().map(|(point, _)| point))
    }

    fn found(&self, stop: &Stop) -> Option<(Point, Trust)> {
        self.0.get(&Address::of(&stop.tms)?).copied()
    }
}

/// Where the TMS has a stop.
fn told(stop: &Stop) -> Option<Point> {
    stop.tms
        .latitude
        .zip(stop.tms.longitude)
        .and_then(|(latitude, longitude)| Point::new(latitude, longitude))
}

impl FromIterator<(Address, Point, Trust)> for Places {
    fn from_iter<I: IntoIterator<Item = (Address, Point, Trust)>>(found: I) -> Self {
        Self(found.into_iter().map(|(address, point, trust)| (address, (point, trust))).collect())
    }
}

/// How well a place fits the address it was found for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fit {
    /// Too little fits.
    Low,
    /// Some of it fits: a person has to say so.
    Medium,
    /// Nearly all of it fits.
    High,
    /// All of it fits.
    Exact,
}

impl Fit {
    /// The word used by Mapbox and on screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Exact => "exact",
        }
    }
}

/// A place found for an address.
#[derive(Clone, Debug, PartialEq)]
pub struct Located {
    /// Where a truck is to be sent: the entrance on the road where one is known.
    pub point: Point,
    /// The address as the geocoder writes it.
    pub name: String,
    /// How well it fits.
    pub confidence: Fit,
    /// What the point is, in the geocoder's word: `rooftop`, `parcel`, `interpolated`.
    pub accuracy: Option<String>,
}

/// What became of looking up an address.
#[derive(Clone, Debug, PartialEq)]
pub enum Geocoded {
    /// It is there.
    Found(Located),
    /// It may be there: to be confirmed by a person before a truck is promised there.
    ToConfirm(Located),
    /// Something was found that is not it; why, in words.
    Rejected(String),
    /// Nothing was found.
    NoMatch,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_wants_a_street_and_a_town() {
        let check = |street: &str, city: &str, zip: &str, complete: bool| {
            let text = |text: &str| Some(RowText::from(text));
            let stop =
                TmsStop { address: text(street), city: text(city), zip: text(zip), ..TmsStop::default() };
            assert_eq!(Address::of(&stop).is_some(), complete, "{street}, {city} {zip}");
        };
        check("110 INDUSTRIAL PKWY", "MEMPHIS", "", true);
        check("110 INDUSTRIAL PKWY", "", "38118", true);
        check("110 INDUSTRIAL PKWY", " ", "", false);
        check("", "MEMPHIS", "38118", false);
        assert_eq!(Address::of(&TmsStop::default()), None);
    }
}
