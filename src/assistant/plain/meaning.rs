//! What a question asks for, by the words in it and the names of those who drive. Pure; knows no fleet.

mod near;
mod one;
#[cfg(test)]
mod tests;

use std::ops::Range;

use serde_json::{Map, Value, json};

use super::hours;
use super::people::{People, owner};
use super::selected::Selected;
use super::words::{NOUNS, TURNED, is_of};
use super::{Meant, NO_FORECAST, NO_PRIVATE, NO_RULES, NO_WRITING, NOTHING_SELECTED};
use crate::assistant::tools::Tool;

/// Words that mean what is selected, unless the question names something itself.
const THIS: &[&str] = &["this", "it", "that", "here", "him", "he", "his", "her", "she"];
/// What a question whether somebody may do something begins with.
const ASKS: &[&str] = &["can", "could", "may", "does", "has", "how", "is", "will"];
/// A question has no more words.
const MOST_WORDS: usize = 120;

/// What `question` asks for, where `selected` is what "this" means.
pub fn meaning(question: &str, selected: &Selected, people: &People) -> Meant {
    let words = words(question);
    if words.len() > MOST_WORDS {
        return Meant::Unclear;
    }
    let asked = Asked { words: words.iter().map(String::as_str).collect(), selected, people };
    asked.refused().or_else(|| asked.meant()).unwrap_or(Meant::Unclear)
}

/// The words of a question, in small letters.
pub fn words(question: &str) -> Vec<String> {
    let lower = question.to_lowercase().replace('\u{2019}', "'");
    let words = lower.split_whitespace().map(|word| word.trim_matches(|c: char| ".,;!?\"()".contains(c)));
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

struct Asked<'a> {
    words: Vec<&'a str>,
    selected: &'a Selected,
    people: &'a People,
}

impl<'a> Asked<'a> {
    fn has(&self, any: &[&str]) -> bool {
        self.words.iter().any(|word| any.contains(word))
    }

    fn says(&self, phrase: &str) -> bool {
        let all = self.words.join(" ");
        format!(" {all} ").contains(&format!(" {phrase} "))
    }

    /// The word after the last of these.
    fn after(&self, any: &[&str]) -> Option<usize> {
        Some(self.words.iter().rposition(|word| any.contains(word))? + 1).filter(|at| *at < self.words.len())
    }

    /// The number that is asked about: a word with a digit in it, but no length of time or count of hours.
    fn number(&self) -> Option<&'a str> {
        let is_length = |word: &str| {
            let number = UNITS.iter().find_map(|unit| word.strip_suffix(unit));
            number.is_some_and(|number| number.parse::<f64>().is_ok())
        };
        let is_number = |(index, word): &(usize, &&'a str)| {
            let counts = self.words.get(index + 1).is_some_and(|next| UNITS.contains(next));
            let is_time = word.contains(':') || ["am", "pm"].iter().any(|half| word.ends_with(half));
            word.bytes().any(|byte| byte.is_ascii_digit()) && !counts && !is_time && !is_length(word)
        };
        self.words.iter().enumerate().find(is_number).map(|(_, word)| owner(word))
    }

    /// What stands before one of `units`: "5 hours", "5h".
    fn amount(&self, units: &[&str]) -> Option<f64> {
        (0..self.words.len()).find_map(|at| self.amount_at(at, units))
    }

    /// The same, where it stands there.
    fn amount_at(&self, at: usize, units: &[&str]) -> Option<f64> {
        let word = self.words.get(at)?;
        let next = self.words.get(at + 1).filter(|next| units.contains(next));
        let number = next.map(|_| *word).or_else(|| {
            units.iter().find_map(|unit| word.strip_suffix(unit)).filter(|number| !number.is_empty())
        })?;
        number.parse().ok()
    }

    /// Whether it points at what is selected: "this load", "him".
    fn points(&self) -> bool {
        self.has(THIS)
    }

    /// The load that is asked about, or that is selected and meant by "this".
    fn load(&self) -> Option<String> {
        self.number().map(str::to_owned).or_else(|| self.selected.load.clone().filter(|_| self.points()))
    }

    fn refused(&self) -> Option<Meant> {
        let refused = |why: &str| Some(Meant::Refused(why.to_owned()));
        if self.says("ignore your rules") || self.says("ignore all") || self.says("your instructions") {
            return refused(NO_RULES);
        }
        if self.asks_home() || self.has(&["licence", "license", "salary"]) {
            return refused(NO_PRIVATE);
        }
        if self.has(&["traffic", "weather", "forecast", "snow", "rain", "storm", "congestion"]) {
            return refused(NO_FORECAST);
        }
        let orders = [
            "assign", "reassign", "cancel", "dispatch", "send", "message", "tell", "book", "change",
            "delete", "move", "swap", "claim", "let", "force",
        ];
        // "Tell me" asks.
        let asks = ["tell", "send"].into_iter().any(|verb| self.words.starts_with(&[verb, "me"]));
        let is_order = !asks && self.words.first().is_some_and(|word| orders.contains(word));
        let is_made = self.words.first() == Some(&"make") && self.has(&["drive", "go", "run", "work"]);
        // Whether somebody may is asked; that he should is not.
        let is_more = self.has(&["more", "longer"])
            && self.has(&["drive", "driving"])
            && self.has(&["hour", "hours"])
            && self.words.first() != Some(&"who")
            && !(ASKS.iter().any(|verb| self.words.first() == Some(verb))
                && hours::asked(&self.words).is_some());
        if is_order || is_made || is_more { refused(NO_WRITING) } else { None }
    }

    /// Whether it asks where somebody lives. A customer may have that word in his name.
    fn asks_home(&self) -> bool {
        const BEFORE: &[&str] = &["his", "her", "their", "at", "get", "gets", "go", "goes", "going"];
        const ASKING: &[&str] = &["where's", "what's", "who's", "how's", "it's"];
        const BEHIND: &[&str] = &["address", "now", "tonight", "today", "tomorrow"];
        // "Home Depot" and "a live unload" are the trade's: what follows tells.
        let ends =
            |at: usize, behind: &[&str]| self.words.get(at + 1).is_none_or(|next| behind.contains(next));
        let is_home = |at: usize| match (at.checked_sub(1).map(|before| self.words[before]), self.words[at]) {
            (_, "home") if self.words.get(at + 1) == Some(&"address") => true,
            (Some(before), "home") => {
                let is_somebodys = before.ends_with("'s") && !ASKING.contains(&before);
                (BEFORE.contains(&before) || is_somebodys) && ends(at, BEHIND)
            }
            (_, "live" | "lived" | "living") => {
                self.has(&["where", "does", "do"]) && ends(at, &["at", "in", "now", "these"])
            }
            (_, "lives") => true,
            _ => false,
        };
        (0..self.words.len()).any(is_home)
    }

    fn meant(&self) -> Option<Meant> {
        self.of_the_fleet().or_else(|| self.of_one()).or_else(|| self.of_whom())
    }

    /// Questions that name no one thing. What is wrong somewhere goes before who is there.
    fn of_the_fleet(&self) -> Option<Meant> {
        let with = |tool, arguments: Map<String, Value>| Some(Meant::LookUp(tool, arguments));
        if self.has(&["handoff", "handover"]) || self.says("hand off") || self.says("shift change") {
            return with(Tool::OpenExceptions, Map::new());
        }
        if let Some(meant) = self.uncovered() {
            return Some(meant);
        }
        let sits = self.has(&["sitting", "stuck"])
            && self.has(&[
                "who", "who's", "what", "what's", "which", "trucks", "drivers", "loads", "anyone", "anybody",
            ])
            && !self.has(&["trailer", "trailers", "empty", "empties", "long"]);
        if sits && self.number().is_none() || self.has(&["detention", "detained", "waiting"]) {
            return with(Tool::Detention, Map::new());
        }
        if let Some(meant) = self.hours().or_else(|| self.out_of_hours()) {
            return Some(meant);
        }
        if self.has(&["data", "feeds", "feed", "sync"])
            && self.has(&["good", "fresh", "stale", "true", "old", "ok", "right", "health"])
        {
            return with(Tool::SyncHealth, Map::new());
        }
        let of_several = self.has(&["what", "what's", "which", "any", "anything", "loads", "everything"]);
        let names_one = self.number().is_some() || self.points() && !of_several;
        if (self.has(&["late", "behind"]) || self.says("at risk")) && !names_one {
            let mut arguments = self.ahead();
            if self.has(&["today", "tonight"]) {
                arguments.insert("today".to_owned(), json!(true));
            }
            return with(Tool::LateLoads, arguments);
        }
        if self.has(&["dark", "silent"]) && !names_one {
            return with(Tool::WhyDark, Map::new());
        }
        let is_taken = self.has(TAKES) && (self.number().is_some() || self.points());
        if is_taken { None } else { self.near() }
    }

    /// Pickups that nobody makes: "which loads are not covered", "loads without a driver".
    fn uncovered(&self) -> Option<Meant> {
        let says = |phrases: &[&str]| phrases.iter().any(|phrase| self.says(phrase));
        let is_unassigned = self.has(&["unassigned"]) || says(NO_DRIVER);
        let is_awaited = ["for", "on"].iter().any(|on| {
            let by = |what: &&str| self.says(&format!("waiting {on} {what}"));
            ["driver", "a driver", "drivers", "truck", "a truck", "trucks"].iter().any(by)
        });
        let is_open = self.has(&["uncovered"]) || self.says("not covered");
        let asks = self.words.first().is_some_and(|word| ["are", "is"].contains(word));
        let is_turned = self.words.iter().any(|word| is_of(TURNED, word));
        let is_pickup = self.has(&["pickup", "pickups"])
            && (self.has(&["cover", "without"]) || self.has(&["covered"]) && (asks || is_turned));
        if !(is_unassigned || is_awaited || is_open || is_pickup) {
            return None;
        }
        // A truck or a driver that waits for work is another thing.
        let is_meant = self
            .is_of_freight()
            .unwrap_or_else(|| is_open || self.has(&["anything", "everything", "what", "what's"]));
        if !is_meant {
            return (is_unassigned || is_awaited || is_open).then_some(Meant::Unclear);
        }
        let mut arguments = self.ahead();
        if is_unassigned {
            arguments.insert("unassigned".to_owned(), json!(true));
        }
        Some(Meant::LookUp(Tool::UncoveredPickups, arguments))
    }

    /// Whether it asks for freight and not for who or what moves it: which it names first.
    fn is_of_freight(&self) -> Option<bool> {
        const FREIGHT: &str =
            "freight load loads movement movements order orders pickup pickups shipment shipments";
        const RIGS: &str = "drivers tractor tractors trailer trailers truck trucks unit units who who's";
        // "Without drivers" says what is lacking, not what is asked for.
        let lacks = |at: usize| at > 0 && is_of("a for need needs no on without", self.words[at - 1]);
        (0..self.words.len()).find_map(|at| match self.words[at] {
            word if is_of(FREIGHT, word) => Some(true),
            word if is_of(RIGS, word) && !lacks(at) => Some(false),
            _ => None,
        })
    }

    /// Who runs out of hours, and who is out of them.
    fn out_of_hours(&self) -> Option<Meant> {
        let runs_out =
            self.says("out of hours") || self.says("hours run out") || self.says("about to run out");
        let mut arguments = self.ahead();
        let will =
            ["run", "runs", "running", "going", "about", "soon", "tonight", "when", "will", "next", "within"];
        if !self.has(&will) {
            arguments.insert("out".to_owned(), json!(true));
        }
        runs_out.then_some(Meant::LookUp(Tool::HoursRunningOut, arguments))
    }

    /// How far ahead is asked, where that is said: "in the next 4 hours", "within 4h".
    fn ahead(&self) -> Map<String, Value> {
        let ahead = ["next", "within", "in", "coming", "following"];
        let mut behind =
            self.words.iter().enumerate().skip(1).filter(|(at, _)| ahead.contains(&self.words[at - 1]));
        let hours = behind.find_map(|(at, _)| self.amount_at(at, &["hours", "hour", "hrs", "h"]));
        hours.map(|hours| ("within_hours".to_owned(), json!(hours))).into_iter().collect()
    }

    /// One driver's hours.
    fn hours(&self) -> Option<Meant> {
        let hours::Hours { mut whose, driving } = hours::asked(&self.words)?;
        if let Some(name) = self.named(0..self.words.len()) {
            whose = name;
        }
        if THIS.contains(&whose.as_str()) || is_of(NOUNS, whose.trim_start_matches("this ").trim()) {
            let Selected { load, driver, tractor, .. } = self.selected;
            let meant = driver.clone().or_else(|| tractor.clone()).or_else(|| load.clone());
            match meant.filter(|_| self.points()) {
                Some(name) => whose = name,
                None => return Some(Meant::Refused(NOTHING_SELECTED.to_owned())),
            }
        }
        let mut arguments = Map::from_iter([("driver".to_owned(), json!(whose))]);
        arguments.extend(driving.map(|hours| ("drive_hours".to_owned(), json!(hours))));
        Some(Meant::LookUp(Tool::DriverHours, arguments)).filter(|_| !whose.is_empty())
    }

    /// Which driver's name stands among these of the words, as the question has it.
    fn named(&self, among: Range<usize>) -> Option<String> {
        let words = self.words.get(among)?;
        let name = words.get(self.people.named(words)?)?.join(" ");
        Some(owner(&name).to_owned())
    }

    /// Whoever is named, where nothing else is understood: where he is and what he has.
    fn of_whom(&self) -> Option<Meant> {
        let name = self.named(0..self.words.len())?;
        Some(Meant::LookUp(Tool::DriverLocation, Map::from_iter([("driver".to_owned(), json!(name))])))
    }
}

/// What says that nobody is assigned to it.
const NO_DRIVER: &[&str] = &[
    "need a driver",
    "need drivers",
    "needs a driver",
    "no driver",
    "no drivers",
    "nobody assigned",
    "nobody is assigned",
    "nobody is on",
    "nobody on",
    "not assigned",
    "without a driver",
    "without driver",
    "without drivers",
];

/// What asks who else can take a load.
const TAKES: &[&str] = &["take", "cover", "re-power", "repower", "best", "instead"];

/// What numbers count.
const UNITS: &[&str] = &["hours", "hour", "hrs", "h", "miles", "mile", "mi", "minutes", "min", "more"];
