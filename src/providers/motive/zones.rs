//! Motive names time zones as Rails does; everybody else names them as IANA does.

/// The IANA zone of a Rails zone name of North America. `None` for any other: no guess.
pub(super) fn iana(rails: &str) -> Option<&'static str> {
    Some(match rails {
        "Hawaii" => "Pacific/Honolulu",
        "Alaska" => "America/Juneau",
        "Pacific Time (US & Canada)" => "America/Los_Angeles",
        "Tijuana" => "America/Tijuana",
        "Arizona" => "America/Phoenix",
        "Mountain Time (US & Canada)" => "America/Denver",
        "Chihuahua" => "America/Chihuahua",
        "Mazatlan" => "America/Mazatlan",
        "Central Time (US & Canada)" => "America/Chicago",
        "Saskatchewan" => "America/Regina",
        "Guadalajara" | "Mexico City" => "America/Mexico_City",
        "Monterrey" => "America/Monterrey",
        "Eastern Time (US & Canada)" => "America/New_York",
        "Indiana (East)" => "America/Indiana/Indianapolis",
        "Atlantic Time (Canada)" => "America/Halifax",
        "Newfoundland" => "America/St_Johns",
        "Puerto Rico" => "America/Puerto_Rico",
        "UTC" => "Etc/UTC",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_is_a_real_one() {
        let names = "Hawaii|Alaska|Pacific Time (US & Canada)|Tijuana|Arizona|Mountain Time (US & Canada)|\
            Chihuahua|Mazatlan|Central Time (US & Canada)|Saskatchewan|Guadalajara|Mexico City|Monterrey|\
            Eastern Time (US & Canada)|Indiana (East)|Atlantic Time (Canada)|Newfoundland|Puerto Rico|UTC";
        for name in names.split('|') {
            let zone = iana(name).unwrap_or_else(|| panic!("{name} is not known"));
            assert!(jiff::tz::TimeZone::get(zone).is_ok(), "{zone}");
        }
    }

    #[test]
    fn a_name_that_is_not_known_is_no_zone() {
        for name in ["", "Moon", "central time (us & canada)", "Kyiv"] {
            assert_eq!(iana(name), None, "{name}");
        }
    }
}
