//! Which cycle a driver is under, by the word his ELD has for it. What is not one of the two that are
//! planned by is refused, never taken for one of them.

/// On-duty limits: 70 hours in 8 days or 60 in 7 (49 CFR 395.3(b)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// 70/8.
    SeventyInEight,
    /// 60/7.
    SixtyInSeven,
    /// A set of rules that is not planned by: another country's, a state's own, passengers, an exemption.
    Other,
}

/// Words that say no more than "of the United States, for property".
const PLAIN: [&str; 9] = ["usa", "us", "america", "hour", "hours", "day", "days", "property", "big"];

/// What `word` means: "USA 70 hour / 8 day" and "USA Property (8/70)" (Samsara), `70_8` and `70_8_2020`
/// (Motive), `America8Day` (Geotab). Every other word in it makes it another set of rules, such as
/// "Canada South" or "Alaska Property (7/70)".
pub fn told(word: &str) -> Told {
    let mut numbers = Vec::new();
    let mut names = Vec::new();
    for run in runs(word) {
        match run.parse::<u32>() {
            // The year of the edition of the rules.
            Ok(2000..) => {}
            Ok(number) => numbers.push(number),
            Err(_) => names.push(run),
        }
    }
    if names.iter().any(|name| !PLAIN.contains(&name.as_str())) {
        return Told::Other;
    }
    numbers.sort_unstable();
    match numbers.as_slice() {
        [8, 70] => Told::SeventyInEight,
        [7, 60] => Told::SixtyInSeven,
        [8] if names.iter().any(|name| name == "america") => Told::SeventyInEight,
        [7] if names.iter().any(|name| name == "america") => Told::SixtyInSeven,
        _ => Told::Other,
    }
}

/// The runs of letters and of digits, in lower case; a capital after a small letter begins another.
fn runs(word: &str) -> Vec<String> {
    let mut runs: Vec<String> = Vec::new();
    let mut last = ' ';
    for c in word.chars() {
        let goes_on = match c {
            _ if c.is_ascii_digit() => last.is_ascii_digit(),
            _ if c.is_alphabetic() => last.is_alphabetic() && !(last.is_lowercase() && c.is_uppercase()),
            _ => {
                last = c;
                continue;
            }
        };
        if !goes_on {
            runs.push(String::new());
        }
        last = c;
        if let Some(run) = runs.last_mut() {
            run.extend(c.to_lowercase());
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_two_federal_cycles_for_property_are_planned_by() {
        let check = |word: &str, expected| assert_eq!(told(word), expected, "{word}");
        check("USA 70 hour / 8 day", Told::SeventyInEight);
        check("USA_70_HOUR_8_DAY", Told::SeventyInEight);
        check("USA Property (8/70)", Told::SeventyInEight);
        check("USA 60 hour / 7 day", Told::SixtyInSeven);
        check("70_8", Told::SeventyInEight);
        check("70_8_2020", Told::SeventyInEight);
        check("60_7", Told::SixtyInSeven);
        check("America8Day", Told::SeventyInEight);
        check("America8DayBig", Told::SeventyInEight);
        check("America7Day", Told::SixtyInSeven);
        check("AK 70 hour / 7 day", Told::Other);
        check("Alaska Property (7/70)", Told::Other);
        check("USA Passenger (8/70)", Told::Other);
        check("CA 80 hour / 8 day", Told::Other);
        check("OK 70 hour / 8 day", Told::Other);
        check("Canada South 70/7", Told::Other);
        check("CanadaSouthOil", Told::Other);
        check("8", Told::Other);
        check("", Told::Other);
        check("70", Told::Other);
    }
}
