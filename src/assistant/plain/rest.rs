//! What of a question nobody understood. Each word of it is one that changes nothing, one that its look-up speaks of, or
//! one that the look-up was given; the others are left over, and whoever answers honours them or says so. Pure.

use std::ops::Range;

use serde_json::{Map, Value};

use super::people::owner;
use super::selected::Selected;
use super::states;
use super::words::{
    AHEAD, ARTICLES, BEFORE, BEFORE_PLACE, COUNTED, FILLER, NOUNS, OVER, POINTING, SOMEBODY, TELL, TURNED,
    is_negated, is_of, is_spoken_of,
};
use crate::assistant::tools::Tool;
use crate::model::folded;

/// What stands before words that were left over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind {
    /// What stands before a place: "in", "near".
    Place,
    /// What stands before a place or who has something: "by".
    By,
    /// What says where something came from, which is not where it is: "from", "out of".
    Origin,
    /// Anything else.
    Other,
}

/// Words that were left over and stand together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// What they name, if anything: the words, or who is selected and pointed at by them.
    pub name: Option<String>,
    /// The words with what stands before them: "in texas".
    pub said: String,
    /// What they stand behind.
    pub behind: Behind,
    /// Whether they are of a time that is over.
    pub is_over: bool,
    /// Whether they turn round what is asked: then no other word says what is asked for.
    pub is_turned: bool,
}

/// What is left over of `question` that `tool` with `arguments` answers, where `selected` is what "his" means.
pub fn left(question: &str, tool: Tool, arguments: &Map<String, Value>, selected: &Selected) -> Vec<Rest> {
    let words = super::meaning::words(question);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let given = given(arguments);
    let place = arguments.get("place").and_then(Value::as_str);
    let points = match tool {
        Tool::Near => place.is_none() || place != selected.whereabouts(),
        _ => tool.takes_only(arguments),
    };
    let question = Question { words: &words, tool, given: &given, points };
    let is_word =
        |at: usize| is_of(POINTING, words[at]) || question.is_plain(at) || is_given(words[at], &given);
    let is_state = states::lettered(&words, is_word);
    let is_left = |at: &usize| !is_given(words[*at], &given) && (is_state[*at] || !question.is_plain(*at));
    let all: Vec<usize> = (0..words.len()).filter(is_left).collect();
    let mut found: Vec<(Range<usize>, Rest)> = Vec::new();
    for run in runs(&words, &all, &is_state) {
        let before = found.last().filter(|(before, _)| is_joined(&words, before.end, run.start));
        let before = before.map(|(_, rest)| rest.behind);
        let points = !is_state[run.start] && words[run.clone()].iter().any(|word| is_of(POINTING, word));
        let mut rest = rest(&words, &run, before);
        if points {
            let is_driver = is_of(SOMEBODY, words[run.start]) || words[run.clone()] == ["this", "driver"];
            rest.name = selected.driver.clone().filter(|_| is_driver);
        }
        found.push((run, rest));
    }
    found.into_iter().map(|(_, rest)| rest).collect()
}

/// A question, and what is known of its words.
struct Question<'a> {
    words: &'a [&'a str],
    tool: Tool,
    given: &'a [String],
    /// Words that mean what is selected name a part of what is asked for.
    points: bool,
}

impl Question<'_> {
    /// Whether the word there changes nothing, or the look-up speaks of it.
    fn is_plain(&self, at: usize) -> bool {
        let word = self.words[at];
        if is_of(TURNED, word) {
            return is_negated(self.tool, self.words, at);
        }
        if is_of(POINTING, word) {
            let is_told = word == "me" && is_of(TELL, self.before(at));
            return !self.points || is_told;
        }
        if at > 0 && self.before(at) == "this" && is_of(NOUNS, word) {
            return self.is_plain(at - 1);
        }
        is_of(FILLER, word)
            || is_of(BEFORE_PLACE, word)
            || is_spoken_of(self.tool, word)
            || is_of(COUNTED, word) && self.counts(at)
            || is_of(AHEAD, word) && self.is_ahead(at)
    }

    fn before(&self, at: usize) -> &str {
        at.checked_sub(1).map_or("", |at| self.words[at])
    }

    /// Whether a number that the look-up was given stands before it: "5 hours", "2 more hours".
    fn counts(&self, at: usize) -> bool {
        at.checked_sub(1).is_some_and(|before| {
            let word = self.words[before];
            self.is_amount(word) || word == "more" && self.counts(before)
        })
    }

    /// Whether such a number follows it: "next 4 hours", "within the next 4 hours".
    fn is_ahead(&self, at: usize) -> bool {
        let mut behind = self.words.iter().skip(at + 1).filter(|word| !is_of(AHEAD, word) && **word != "the");
        behind.next().is_some_and(|word| self.is_amount(word))
    }

    fn is_amount(&self, word: &str) -> bool {
        word.starts_with(|c: char| c.is_ascii_digit()) && is_given(word, self.given)
    }
}

/// The runs of `all`, places in `words`: what stands together, but each state's letters and each word that points at
/// somebody on its own.
fn runs(words: &[&str], all: &[usize], is_state: &[bool]) -> Vec<Range<usize>> {
    let points = |at: usize| (is_of(SOMEBODY, words[at]) || words[at] == "me") && !is_state[at];
    let stands_alone = |run: &Range<usize>, at: usize| {
        let is_letters = run.len() == 1 && is_state[run.start] && is_state[at];
        is_letters || points(at) || points(at - 1)
    };
    let mut runs: Vec<Range<usize>> = Vec::new();
    for at in all.iter().copied() {
        match runs.last_mut() {
            Some(run) if run.end == at && !stands_alone(run, at) => run.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

/// Whether what begins there goes on with what ended: "texas or ok".
fn is_joined(words: &[&str], end: usize, start: usize) -> bool {
    end == start || end + 1 == start && ["or", "and"].contains(&words[end])
}

/// Those words, behind what stands before them or else what stood `before` the words that they go on with.
fn rest(words: &[&str], run: &Range<usize>, before: Option<Behind>) -> Rest {
    let first = run.start;
    let article = first.checked_sub(1).filter(|at| is_of(ARTICLES, words[*at]));
    let lead = article.unwrap_or(first).checked_sub(1).map_or("", |at| words[at]);
    let text = words.get(run.clone()).unwrap_or_default().join(" ");
    let text = owner(&text).to_owned();
    let is_out = lead == "of" && article.unwrap_or(first).checked_sub(2).is_some_and(|at| words[at] == "out");
    let lead = if is_out { "out of" } else { lead };
    let behind = match (before, lead) {
        (Some(before), _) => before,
        (None, "from" | "leaving" | "out of") => Behind::Origin,
        (None, "by") => Behind::By,
        (None, lead) if is_of(BEFORE_PLACE, lead) => Behind::Place,
        _ => Behind::Other,
    };
    let is_led = before.is_none() && (behind != Behind::Other || is_of(BEFORE, lead));
    let said = if is_led { format!("{lead} {text}") } else { text.clone() };
    let has = |list: &str| words[run.clone()].iter().any(|word| is_of(list, word));
    Rest { name: Some(text), said, behind, is_over: has(OVER), is_turned: has(TURNED) }
}

/// The words and numbers that a look-up was given.
fn given(arguments: &Map<String, Value>) -> Vec<String> {
    let words =
        |text: &str| folded(text).split([' ', ',']).map(|word| owner(word).to_owned()).collect::<Vec<_>>();
    arguments
        .iter()
        .flat_map(|(name, value)| match value {
            Value::String(text) => words(text),
            // "Tonight" is of today.
            Value::Bool(true) if name == "today" => vec!["today".to_owned(), "tonight".to_owned()],
            Value::Number(number) => number.as_f64().map(|number| number.to_string()).into_iter().collect(),
            _ => Vec::new(),
        })
        .collect()
}

fn is_given(word: &str, given: &[String]) -> bool {
    let plain = folded(owner(word));
    let number = plain.trim_end_matches(char::is_alphabetic);
    let is_amount = |given: &String| {
        number
            .parse::<f64>()
            .is_ok_and(|number| given.parse().is_ok_and(|given: f64| (given - number).abs() < 1e-9))
    };
    given.iter().any(|given| *given == plain || is_amount(given))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::rules::only::states::STATES;

    fn check(question: &str, tool: Tool, arguments: &Value, expected: &[&str]) {
        let found = left(question, tool, arguments.as_object().unwrap(), &Selected::default());
        let said: Vec<&str> = found.iter().map(|rest| rest.said.as_str()).collect();
        assert_eq!(said, expected, "{question}");
    }

    #[test]
    fn every_word_is_understood_or_left_over() {
        check("what's late in Texas", Tool::LateLoads, &json!({}), &["in texas"]);
        check("what's going to be late and why?", Tool::LateLoads, &json!({}), &[]);
        check("loads late for Home Depot", Tool::LateLoads, &json!({}), &["for home depot"]);
        check("which loads are not late", Tool::LateLoads, &json!({}), &["not"]);
        check("late loads out of Dallas", Tool::LateLoads, &json!({}), &["out of dallas"]);
        check("what's late near the Alamo", Tool::LateLoads, &json!({}), &["near alamo"]);
        check("klee's late loads", Tool::LateLoads, &json!({}), &["klee"]);
        check("is anything late in OK", Tool::LateLoads, &json!({}), &["in ok"]);
        check("is anything late, ok?", Tool::LateLoads, &json!({}), &[]);
        let four = json!({ "within_hours": 4.0 });
        check("late in the next 4 hours", Tool::LateLoads, &four, &[]);
        check("late within 4h in the panhandle", Tool::LateLoads, &four, &["in panhandle"]);
        check("detention over 3 hours", Tool::Detention, &json!({}), &["over 3 hours"]);
        let bob = json!({ "driver": "bob" });
        check("what did bob do", Tool::DriverLocation, &bob, &["did"]);
        check("where's bob headed now", Tool::DriverLocation, &bob, &[]);
        let dallas = json!({ "place": "dallas", "miles": 50.0 });
        check("trucks within 50 miles of Dallas with a reefer", Tool::Near, &dallas, &["with reefer"]);
    }

    #[test]
    fn a_state_goes_by_its_letters_wherever_a_place_may_stand() {
        let late = |question: &str, expected: &[&str]| check(question, Tool::LateLoads, &json!({}), expected);
        for (letters, _) in STATES {
            let own = letters.to_lowercase();
            late(&format!("what's late in {letters}"), &[&format!("in {own}")]);
            late(&format!("which loads in {letters} are late"), &[&format!("in {own}")]);
            late(&format!("what's late in {letters}?"), &[&format!("in {own}")]);
            for (other, _) in STATES {
                let second = other.to_lowercase();
                let both = [format!("in {own}"), second.clone()];
                let both = both.each_ref().map(String::as_str);
                late(&format!("late in {letters} or {other}"), &both);
                late(&format!("what's late in {letters} and {other}"), &both);
                late(&format!("what's late in {letters}, {other}"), &both);
                late(&format!("which loads in {letters} or {other} are late"), &both);
            }
        }
    }

    #[test]
    fn letters_of_a_state_are_words_where_no_place_may_stand() {
        let late = |question: &str, expected: &[&str]| check(question, Tool::LateLoads, &json!({}), expected);
        late("late in or near Dallas", &["near dallas"]);
        late("late in Texas or in Oklahoma", &["in texas", "in oklahoma"]);
        late("late in WA, OR or ID", &["in wa", "or", "id"]);
        late("late in Portland, OR", &["in portland or"]);
        late("late in Portland, ME", &["in portland me"]);
        late("late in Kansas City", &["in kansas city"]);
        late("late in VT or ME", &["in vt", "me"]);
        late("ok, hi, what's late on or in me", &["in me"]);
        late("tell me what's late", &[]);
        late("late in Dallas on Tuesday", &["in dallas", "on tuesday"]);
        late("late from TX or OK", &["from tx", "ok"]);
        late("late in the next hour", &["in next hour"]);
        late("late within 50 mi of MI", &["within 50 mi", "of mi"]);
        let near = json!({ "place": "portland or", "miles": 50.0 });
        check("who is near Portland OR within 50 mi", Tool::Near, &near, &[]);
    }

    #[test]
    fn what_points_is_who_is_selected_or_left_over() {
        let named = |selected: &str, question: &str, tool: Tool| -> Vec<(String, Option<String>)> {
            let found = left(question, tool, &Map::new(), &Selected::read(selected));
            found.into_iter().map(|rest| (rest.said, rest.name)).collect()
        };
        let of = |said: &str, name: Option<&str>| vec![(said.to_owned(), name.map(str::to_owned))];
        let ann = "driver Ann Stone, load 0412";
        for (question, said) in [
            ("which of his loads are late", "of his"),
            ("what's late for her", "for her"),
            ("what's late for this driver", "for this driver"),
        ] {
            assert_eq!(named(ann, question, Tool::LateLoads), of(said, Some("Ann Stone")), "{question}");
            assert_eq!(named("load 0412", question, Tool::LateLoads), of(said, None), "{question}");
        }
        assert_eq!(named(ann, "what's late for me", Tool::LateLoads), of("for me", None));
        assert_eq!(named(ann, "what's late near me", Tool::LateLoads), of("near me", None));
        assert_eq!(named(ann, "detention on this load", Tool::Detention), of("on this load", None));
        assert_eq!(named(ann, "show me what's late", Tool::LateLoads), Vec::new());
        assert_eq!(named(ann, "where is his load 4471", Tool::MovementStatus), of("4471", Some("4471")));
    }

    #[test]
    fn what_turns_a_question_round_is_left_over_but_where_it_is_what_was_asked() {
        let turned = |question: &str, tool: Tool, expected: bool| {
            let found = left(question, tool, &Map::new(), &Selected::default());
            assert_eq!(found.iter().any(|rest| rest.is_turned), expected, "{question}");
        };
        turned("which trucks not in Texas are dark", Tool::WhyDark, true);
        turned("which trucks in Texas are not dark", Tool::WhyDark, true);
        turned("which trucks in Texas are not updating", Tool::WhyDark, false);
        turned("which pickups not in Texas are uncovered", Tool::UncoveredPickups, true);
        turned("pickups not in Texas that are not covered", Tool::UncoveredPickups, true);
        turned("which pickups are not uncovered", Tool::UncoveredPickups, true);
        for question in [
            "pickups not covered in Texas",
            "pickups that aren't yet covered in Texas",
            "loads without a driver in Texas",
            "loads with no driver in Texas",
            "loads with nobody on them in Texas",
        ] {
            turned(question, Tool::UncoveredPickups, false);
        }
    }
}
