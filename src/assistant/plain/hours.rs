//! Whose hours a question asks for, and how many of driving, by the words in it. Pure; knows no fleet.

/// Words that a question for somebody's hours may hold beside who that is.
pub const FILLER: &[&str] = &[
    "a",
    "all",
    "are",
    "as",
    "at",
    "available",
    "before",
    "break",
    "by",
    "can",
    "clock",
    "clocks",
    "could",
    "cycle",
    "day",
    "do",
    "does",
    "drive",
    "driver",
    "driving",
    "duty",
    "enough",
    "for",
    "give",
    "got",
    "had",
    "has",
    "have",
    "hos",
    "hour",
    "hours",
    "how",
    "hrs",
    "is",
    "last",
    "left",
    "legal",
    "legally",
    "long",
    "longer",
    "many",
    "may",
    "me",
    "more",
    "much",
    "now",
    "of",
    "on",
    "out",
    "remaining",
    "run",
    "runs",
    "shift",
    "show",
    "still",
    "tell",
    "the",
    "tight",
    "time",
    "to",
    "today",
    "tonight",
    "tractor",
    "truck",
    "unit",
    "what",
    "what's",
    "whats",
    "when",
    "will",
    "with",
];
/// Before or behind whose name hours are counted.
const COUNTED: &[&str] = &["hours", "hour", "hrs", "h", "more"];
/// What asks for no one driver's hours.
const OTHERS: &[&str] = &[
    "any",
    "anybody",
    "anyone",
    "drivers",
    "everybody",
    "everyone",
    "get",
    "late",
    "make",
    "near",
    "reach",
    "somebody",
    "someone",
    "there",
    "trucks",
    "until",
    "where",
    "which",
    "who",
    "who's",
    "whos",
    "whose",
    "why",
    "you",
];

/// Somebody's hours.
#[derive(Clone, Debug, PartialEq)]
pub struct Hours {
    /// Whose, as the question has it; empty where it names nobody.
    pub whose: String,
    /// So many of driving are asked about.
    pub driving: Option<f64>,
}

/// Whose hours these words ask for: "how many hours does ana ruiz have left", "can ana drive 3 more hours".
pub fn asked(words: &[&str]) -> Option<Hours> {
    let has = |any: &[&str]| words.iter().any(|word| any.contains(word));
    if has(OTHERS) || !is_about_hours(words) {
        return None;
    }
    let is_count = |at: usize| words.get(at + 1).is_some_and(|next| COUNTED.contains(next));
    let amount = |at: usize, word: &str| -> Option<f64> {
        let number =
            if is_count(at) { word } else { word.strip_suffix('h').or_else(|| word.strip_suffix("hrs"))? };
        number.parse().ok()
    };
    let driving = words.iter().enumerate().find_map(|(at, word)| amount(at, word));
    let named =
        words.iter().enumerate().filter(|(at, word)| !FILLER.contains(word) && amount(*at, word).is_none());
    let named: Vec<&str> = named.map(|(_, word)| *word).filter(|word| *word != "h").collect();
    let whose = named.join(" ");
    let whose = whose.strip_suffix("'s").or_else(|| whose.strip_suffix('\'')).unwrap_or(&whose).to_owned();
    Some(Hours { whose, driving })
}

/// Whether it asks what is left of hours, and not how long something takes.
fn is_about_hours(words: &[&str]) -> bool {
    let has = |any: &[&str]| words.iter().any(|word| any.contains(word));
    let is_counted = |word: &&str| word.strip_suffix('h').is_some_and(|number| number.parse::<f64>().is_ok());
    let counts = has(&["hour", "hours", "hrs"]) || words.iter().any(is_counted);
    let is_whose =
        words.iter().any(|word| word.ends_with("'s") && !["what's", "how's", "it's"].contains(word));
    let ends = words.last().is_some_and(|word| ["hours", "clocks", "hos"].contains(word));
    let follows = words
        .windows(2)
        .any(|pair| ["hours", "clocks"].contains(&pair[0]) && ["of", "for"].contains(&pair[1]));
    let drives = has(&["drive", "driving"]);
    has(&["clocks", "hos"])
        || counts
            && (drives
                || is_whose
                || ends
                || follows
                || has(&["left", "remaining", "have", "has", "run", "runs"]))
        || drives
            && !words.windows(2).any(|pair| pair[0] == "drive" && ["to", "from"].contains(&pair[1]))
            && words.windows(2).any(|pair| [["how", "long"], ["drive", "time"]].contains(&[pair[0], pair[1]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(question: &str, expected: Option<(&str, Option<f64>)>) {
        let words: Vec<&str> = question.split(' ').collect();
        let found = asked(&words);
        assert_eq!(found.as_ref().map(|one| (one.whose.as_str(), one.driving)), expected, "{question}");
    }

    #[test]
    fn a_drivers_hours_are_asked_for_in_many_ways() {
        check("how many hours does ana ruiz have left", Some(("ana ruiz", None)));
        check("how many hours of driving has 418 left", Some(("418", None)));
        check("how much drive time does ana have", Some(("ana", None)));
        check("how long can ana ruiz drive", Some(("ana ruiz", None)));
        check("can ana ruiz drive 3 more hours", Some(("ana ruiz", Some(3.0))));
        check("does ortiz have 2.5 hours left", Some(("ortiz", Some(2.5))));
        check("can unit 418 still drive 4h", Some(("418", Some(4.0))));
        check("what are ortiz's hours", Some(("ortiz", None)));
        check("what's ortiz's hos", Some(("ortiz", None)));
        check("hours for ray ortiz", Some(("ray ortiz", None)));
        check("ray ortiz hours", Some(("ray ortiz", None)));
        check("when does ana run out of hours", Some(("ana", None)));
        check("how many hours does he have left", Some(("he", None)));
        check("hours run out tonight", Some(("", None)));
    }

    #[test]
    fn what_asks_for_no_ones_hours_is_something_else() {
        for question in [
            "who has 5 hours left",
            "who's near dallas with 5 hours",
            "who runs out of hours tonight",
            "can 4471 make it in 3 hours",
            "how many hours to dallas",
            "how many hours until 4471 delivers",
            "which drivers have 3 hours left",
            "what is late in the next 4 hours",
            "can you let smith drive 2 more hours",
            "where is ray ortiz",
        ] {
            check(question, None);
        }
    }
}
