//! The forms in which numbers, plates and VINs are compared.

use crate::model::is_placeholder;

/// Letters and digits only, upper case: how VINs and plates are compared.
pub fn folded(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// Trimmed, upper case, without leading zeros: how unit numbers and driver ids are compared.
pub fn unit_number(text: &str) -> String {
    let upper = text.trim().to_uppercase();
    upper.trim_start_matches('0').to_owned()
}

/// The digits of a phone number, without the 1 that North America begins with abroad: how phones are compared. `None` of
/// what is too short to be one person's.
pub fn phone_number(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let national = digits.strip_prefix('1').filter(|rest| rest.len() == 10).unwrap_or(&digits);
    let is_one = national.len() >= 7 && national.chars().any(|c| !national.starts_with(c));
    is_one.then(|| national.to_owned())
}

/// Whether a folded VIN has the form of one (49 CFR 565.13(b), 565.15): seventeen characters
/// without `I`, `O` and `Q`, and not what stands for none.
///
/// The check digit is not asked for: VINs from outside North America have none, and one that two
/// systems spell alike identifies a truck however it was typed.
pub fn valid_vin(vin: &str) -> bool {
    let allowed = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase() && !matches!(c, 'I' | 'O' | 'Q');
    vin.len() == 17 && vin.chars().all(allowed) && !is_placeholder(vin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vin_is_valid_by_its_form() {
        let check = |vin: &str, valid| assert_eq!(valid_vin(vin), valid, "{vin}");
        check("1M8GDM9AXKP042788", true);
        check("11111111111111111", false);
        check("12345678901234567", false);
        check("1FUJA6CV0", false);
        check("1M8GDM9AXKO042788", false);
    }

    #[test]
    fn phones_compare_by_their_digits() {
        let check = |text: &str, number: Option<&str>| assert_eq!(phone_number(text).as_deref(), number);
        check("+1 (912) 555-0100", Some("9125550100"));
        check("912.555.0100", Some("9125550100"));
        check("555-0100", Some("5550100"));
        check("x100", None);
        check("000-000-0000", None);
    }

    #[test]
    fn numbers_compare_without_zeros_and_case() {
        assert_eq!(unit_number(" 00412a "), "412A");
        assert_eq!(unit_number("000"), "");
        assert_eq!(folded("abc-12 3"), "ABC123");
    }
}
