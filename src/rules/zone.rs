//! Whose clock a stop lives by, where nobody says but the address settles it. No guess: a state or
//! province with two zones has none here, however few live in the smaller part.

use jiff::Zoned;
use jiff::tz::{Offset, TimeZone};

use crate::model::{Stop, Timestamp};

/// The zone a stop is in: by the TMS's letters or name, else by its state where that has only one.
pub fn of_stop(stop: &Stop) -> Option<TimeZone> {
    let told = stop.tms.timezone.as_deref().and_then(named);
    let of_state = || TimeZone::get(of_state(stop.tms.state.as_deref()?)?).ok();
    told.or_else(of_state)
}

/// The letters of the zone a stop's times are in just then, "EST"; `None` where it is not known.
pub fn letters_at(stop: &Stop, at: Timestamp) -> Option<String> {
    let letters = at.calendar()?.to_zoned(of_stop(stop)?).strftime("%Z").to_string();
    // A fixed offset is called by its hours; the TMS's own word is better known.
    let told = stop.tms.timezone.as_ref().filter(|_| letters.starts_with(['+', '-']));
    Some(told.map_or(letters, Into::into))
}

/// "14:05" by a zone's clock; `None` beyond the calendar.
pub fn clock(at: Timestamp, zone: &TimeZone) -> Option<String> {
    Some(at.calendar()?.to_zoned(zone.clone()).strftime("%H:%M").to_string())
}

/// "14:05" today, "Wed 14:05" on the days around it, else "03-22 14:05"; `None` beyond the calendar.
pub fn time(at: Timestamp, zone: &TimeZone, now: Timestamp) -> Option<String> {
    let (at, now) = (at.calendar()?.to_zoned(zone.clone()), now.calendar()?.to_zoned(zone.clone()));
    let format = match is_around(&at, &now) {
        _ if at.date() == now.date() => "%H:%M",
        true => "%a %H:%M",
        false => "%m-%d %H:%M",
    };
    Some(at.strftime(format).to_string())
}

/// Whether a day is so near that its name alone tells which it is: one of seven.
pub(super) fn is_around(at: &Zoned, now: &Zoned) -> bool {
    (-2..=4).contains(&(at.date() - now.date()).get_days())
}

/// What a zone calls itself just then: "CST"; `None` beyond the calendar.
pub fn letters(at: Timestamp, zone: &TimeZone) -> Option<String> {
    Some(at.calendar()?.to_zoned(zone.clone()).strftime("%Z").to_string())
}

fn named(name: &str) -> Option<TimeZone> {
    // Letters say an offset, not a place: "CDT" in January is still UTC-5.
    let hours: i8 = match name {
        "NDT" | "NST" | "HST" => {
            return TimeZone::get(if name == "HST" { "Pacific/Honolulu" } else { "America/St_Johns" }).ok();
        }
        "ADT" => -3,
        "AST" | "EDT" => -4,
        "EST" | "CDT" => -5,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" | "AKDT" => -8,
        "AKST" => -9,
        "UTC" | "GMT" => 0,
        _ => return TimeZone::get(name).ok(),
    };
    Some(TimeZone::fixed(Offset::constant(hours)))
}

/// The IANA zone of the whole of a state or province, by its postal letters in any case. `None` for
/// one that keeps more than one time, at any season, and for letters that are not known.
pub fn of_state(letters: &str) -> Option<&'static str> {
    let mut upper = [0; 2];
    let letters = letters.trim().as_bytes();
    if letters.len() != upper.len() {
        return None;
    }
    upper.copy_from_slice(letters);
    upper.make_ascii_uppercase();
    // Split, so absent: AK FL ID IN KS KY MI ND NE OR SD TN TX; NV, whose West Wendover keeps Mountain
    // time; AZ, whose Navajo Nation keeps summer time; BC, NL, NU, ON, QC and SK.
    Some(match &upper {
        b"CT" | b"DC" | b"DE" | b"GA" | b"MA" | b"MD" | b"ME" | b"NC" | b"NH" | b"NJ" | b"NY" | b"OH"
        | b"PA" | b"RI" | b"SC" | b"VA" | b"VT" | b"WV" => "America/New_York",
        b"AL" | b"AR" | b"IA" | b"IL" | b"LA" | b"MN" | b"MO" | b"MS" | b"OK" | b"WI" => "America/Chicago",
        b"CO" | b"MT" | b"NM" | b"UT" | b"WY" => "America/Denver",
        b"CA" | b"WA" => "America/Los_Angeles",
        b"HI" => "Pacific/Honolulu",
        b"PR" => "America/Puerto_Rico",
        b"AB" | b"NT" => "America/Edmonton",
        b"MB" => "America/Winnipeg",
        b"NB" => "America/Moncton",
        b"NS" | b"PE" => "America/Halifax",
        b"YT" => "America/Whitehorse",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_with_one_zone_has_it_in_any_case() {
        let check = |letters, zone| assert_eq!(of_state(letters), Some(zone), "{letters}");
        check("GA", "America/New_York");
        check("il ", "America/Chicago");
        check("Co", "America/Denver");
        check("CA", "America/Los_Angeles");
        check("MB", "America/Winnipeg");
    }

    #[test]
    fn a_state_with_two_zones_has_none() {
        let split = "AK AZ FL ID IN KS KY MI ND NE NV OR SD TN TX BC NL NU ON QC SK";
        for letters in split.split(' ') {
            assert_eq!(of_state(letters), None, "{letters}");
        }
    }

    #[test]
    fn what_is_no_state_has_none() {
        for letters in ["", "X", "XX", "Georgia", "É", "ÉÉ"] {
            assert_eq!(of_state(letters), None, "{letters}");
        }
    }

    #[test]
    fn every_zone_is_a_real_one() {
        let letters = (b'A'..=b'Z').flat_map(|a| (b'A'..=b'Z').map(move |b| [a, b]));
        for name in letters.filter_map(|pair| of_state(std::str::from_utf8(&pair).unwrap())) {
            assert!(jiff::tz::TimeZone::get(name).is_ok(), "{name}");
        }
    }
}
