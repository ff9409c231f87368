//! The forms in which numbers, plates and VINs are compared.

/// Letters and digits only, upper case: how VINs and plates are compared.
pub fn folded(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// Trimmed, upper case, without leading zeros: how unit numbers and driver ids are compared.
pub fn unit_number(text: &str) -> String {
    let upper = text.trim().to_uppercase();
    upper.trim_start_matches('0').to_owned()
}

/// Whether a folded VIN has the form of one (49 CFR 565.13(b), 565.15): seventeen characters
/// without `I`, `O` and `Q`, and not one character over and over, as placeholders are.
///
/// The check digit is not asked for: VINs from outside North America have none, and one that two
/// systems spell alike identifies a truck however it was typed.
pub fn valid_vin(vin: &str) -> bool {
    let allowed = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase() && !matches!(c, 'I' | 'O' | 'Q');
    vin.len() == 17 && vin.chars().all(allowed) && vin.chars().any(|c| !vin.starts_with(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vin_is_valid_by_its_form() {
        let check = |vin: &str, valid| assert_eq!(valid_vin(vin), valid, "{vin}");
        check("1M8GDM9AXKP042788", true);
        check("11111111111111111", false);
        check("1FUJA6CV0", false);
        check("1M8GDM9AXKO042788", false);
    }

    #[test]
    fn numbers_compare_without_zeros_and_case() {
        assert_eq!(unit_number(" 00412a "), "412A");
        assert_eq!(unit_number("000"), "");
        assert_eq!(folded("abc-12 3"), "ABC123");
    }
}
