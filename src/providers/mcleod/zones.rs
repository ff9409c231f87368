//! Whose wall clock a stop's digits are on, where its offsets are not believed: by the zone letters that
//! came with it, else by where it is.

use jiff::tz::TimeZone;

/// The zone that a stop's letters name, by daylight or standard letters alike: `EDT` and `EST` both are
/// New York's, and the date decides which holds. `state` settles the places that never change their clocks.
pub(super) fn zone_by_letters(letters: &str, state: Option<&str>) -> Option<TimeZone> {
    let name = match (letters.to_ascii_uppercase().as_str(), state) {
        ("MST", Some("AZ")) => "America/Phoenix",
        ("CST", Some("SK")) => "America/Regina",
        ("AST", Some("PR" | "VI")) => "America/Puerto_Rico",
        ("NST" | "NDT", _) => "America/St_Johns",
        ("AST" | "ADT", _) => "America/Halifax",
        ("EST" | "EDT" | "ET", _) => "America/New_York",
        ("CST" | "CDT" | "CT", _) => "America/Chicago",
        ("MST" | "MDT" | "MT", _) => "America/Denver",
        ("PST" | "PDT" | "PT", _) => "America/Los_Angeles",
        ("AKST" | "AKDT", _) => "America/Anchorage",
        ("HST" | "HDT", _) => "Pacific/Honolulu",
        // Some tenants may write the IANA name itself.
        _ if letters.contains('/') => letters,
        _ => return None,
    };
    TimeZone::get(name).ok()
}

/// The zone of a place in a state or province. In one that keeps two times the line between them is drawn
/// along a few degrees, which is good but for a county or two; without degrees it is the zone of most.
pub(super) fn zone_by_place(state: &str, degrees: Option<(f64, f64)>) -> Option<TimeZone> {
    let minority = degrees.and_then(|(latitude, longitude)| across_the_line(state, latitude, longitude));
    TimeZone::get(minority.or_else(|| of_most(state))?).ok()
}

/// The zone of the smaller part of a state, for places in it; longitudes are west of Greenwich.
fn across_the_line(state: &str, latitude: f64, longitude: f64) -> Option<&'static str> {
    let (north, west) = (latitude, -longitude);
    let (zone, is_there) = match state {
        // El Paso.
        "TX" => ("America/Denver", west > 104.92),
        // Beyond the Apalachicola, but for the coast at its mouth.
        "FL" => ("America/Chicago", west > 85.0 && north > 29.95),
        // Chattanooga, and all east of the Cumberland Plateau.
        "TN" => ("America/New_York", west < 85.02 || north < 35.3 && west < 85.42),
        // Paducah, Owensboro, Bowling Green, and the south as far as the Cumberland.
        "KY" => ("America/Chicago", west > 86.05 || north < 37.2 && west > 84.95),
        // Gary's corner and Evansville's.
        "IN" => (
            "America/Chicago",
            north > 41.15 && west > 86.5
                || north > 40.75 && west > 86.95
                || north < 38.5 && west > 87.32
                || north < 38.2 && west > 86.6,
        ),
        // The four counties along Wisconsin.
        "MI" => ("America/Chicago", north < 46.5 && west > 87.5),
        "ND" => ("America/Denver", north < 47.55 && west > 102.0),
        "SD" | "NE" => ("America/Denver", west > 101.0),
        "KS" => ("America/Denver", (37.75..39.57).contains(&north) && west > 101.52),
        // Malheur County.
        "OR" => ("America/Boise", (42.5..44.45).contains(&north) && west < 118.2),
        // North of the Salmon.
        "ID" => ("America/Los_Angeles", north > 45.5),
        _ => return None,
    };
    is_there.then_some(zone)
}

/// The zone of a state or province; where it has two, the one most of its people live in.
fn of_most(state: &str) -> Option<&'static str> {
    Some(match state {
        "CT" | "DC" | "DE" | "FL" | "GA" | "IN" | "KY" | "MA" | "MD" | "ME" | "MI" | "NC" | "NH" | "NJ"
        | "NY" | "OH" | "PA" | "RI" | "SC" | "VA" | "VT" | "WV" => "America/New_York",
        "AL" | "AR" | "IA" | "IL" | "KS" | "LA" | "MN" | "MO" | "MS" | "ND" | "NE" | "OK" | "SD" | "TN"
        | "TX" | "WI" => "America/Chicago",
        "CO" | "ID" | "MT" | "NM" | "UT" | "WY" => "America/Denver",
        "AZ" => "America/Phoenix",
        "CA" | "NV" | "OR" | "WA" => "America/Los_Angeles",
        "AK" => "America/Anchorage",
        "HI" => "Pacific/Honolulu",
        "PR" | "VI" => "America/Puerto_Rico",
        "ON" | "QC" => "America/Toronto",
        "MB" => "America/Winnipeg",
        "SK" => "America/Regina",
        "AB" | "NT" => "America/Edmonton",
        "BC" => "America/Vancouver",
        "YT" => "America/Whitehorse",
        "NB" | "NS" | "PE" => "America/Halifax",
        "NL" => "America/St_Johns",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::mcleod::dates::Written;

    #[test]
    fn letters_name_a_zone_and_the_date_decides_between_summer_and_winter() {
        let check = |letters: &str, state: Option<&str>, text: &str, expected: &str| {
            let zone = zone_by_letters(letters, state).unwrap();
            let instant = Written::parse(text).unwrap().wall_clock(&zone).unwrap();
            assert_eq!(instant.to_string(), expected, "{letters} {text}");
        };
        check("EDT", None, "20260710080000-0500", "2026-07-10T12:00:00Z");
        check("EST", None, "20260710080000-0500", "2026-07-10T12:00:00Z");
        check("EDT", None, "20260110080000-0600", "2026-01-10T13:00:00Z");
        check("MST", Some("AZ"), "20260710080000-0500", "2026-07-10T15:00:00Z");
        check("MST", Some("CO"), "20260710080000-0500", "2026-07-10T14:00:00Z");
        check("America/Boise", None, "20260710080000-0500", "2026-07-10T14:00:00Z");
        assert!(zone_by_letters("XYZ", None).is_none());
    }

    #[test]
    fn every_state_on_the_table_names_a_zone_that_exists() {
        for state in
            ["NY", "TX", "CO", "AZ", "CA", "AK", "HI", "PR", "ON", "MB", "SK", "AB", "BC", "YT", "NS", "NL"]
        {
            assert!(zone_by_place(state, None).is_some(), "{state}");
        }
        assert!(zone_by_place("ZZ", Some((40.0, -90.0))).is_none());
    }

    #[test]
    fn a_state_of_two_times_is_split_by_where_the_place_is() {
        let check = |state: &str, latitude: f64, longitude: f64, expected: &str| {
            let zone = zone_by_place(state, Some((latitude, longitude))).unwrap();
            assert_eq!(zone.iana_name(), Some(expected), "{state} {latitude} {longitude}");
        };
        let [eastern, central, mountain, pacific] =
            ["America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"];
        check("TX", 31.76, -106.49, mountain); // El Paso
        check("TX", 31.04, -104.83, central); // Van Horn
        check("FL", 30.16, -85.66, central); // Panama City
        check("FL", 29.81, -85.30, eastern); // Port St. Joe
        check("FL", 30.44, -84.28, eastern); // Tallahassee
        check("TN", 35.05, -85.31, eastern); // Chattanooga
        check("TN", 35.96, -83.92, eastern); // Knoxville
        check("TN", 36.16, -85.50, central); // Cookeville
        check("TN", 36.16, -86.78, central); // Nashville
        check("KY", 38.25, -85.76, eastern); // Louisville
        check("KY", 37.69, -85.86, eastern); // Elizabethtown
        check("KY", 36.99, -86.44, central); // Bowling Green
        check("KY", 36.79, -85.37, central); // Burkesville
        check("IN", 41.59, -87.35, central); // Gary
        check("IN", 41.68, -86.25, eastern); // South Bend
        check("IN", 37.97, -87.57, central); // Evansville
        check("IN", 38.39, -86.93, eastern); // Jasper
        check("MI", 45.82, -88.07, central); // Iron Mountain
        check("MI", 46.54, -87.40, eastern); // Marquette
        check("ND", 46.88, -102.79, mountain); // Dickinson
        check("ND", 48.15, -103.62, central); // Williston
        check("SD", 44.08, -103.23, mountain); // Rapid City
        check("SD", 44.37, -100.35, central); // Pierre
        check("NE", 41.87, -103.66, mountain); // Scottsbluff
        check("NE", 41.12, -100.77, central); // North Platte
        check("KS", 39.35, -101.71, mountain); // Goodland
        check("KS", 37.97, -100.87, central); // Garden City
        check("OR", 44.03, -116.96, "America/Boise"); // Ontario
        check("OR", 44.77, -117.83, pacific); // Baker City
        check("ID", 47.68, -116.78, pacific); // Coeur d'Alene
        check("ID", 43.62, -116.20, mountain); // Boise
        check("GA", 33.75, -84.39, eastern);
    }
}
