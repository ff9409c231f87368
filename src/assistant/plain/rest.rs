//! What of a question nobody understood. Each word of it is one that changes nothing, one that its look-up speaks of, or
//! one that the look-up was given; the others are left over, and whoever answers honours them or says so. Pure.

use serde_json::{Map, Value};

use super::people::owner;
use super::words::{BEFORE, BEFORE_PLACE, COUNTED, FILLER, OVER, STATES_TOO, TURNED, is_of, is_spoken_of};
use crate::assistant::tools::Tool;
use crate::model::folded;

/// What stands before words that were left over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind {
    /// What stands before a place: "in", "near".
    Place,
    /// What says where something came from, which is not where it is: "from", "out of".
    Origin,
    /// Anything else.
    Other,
}

/// Words that were left over and stand together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// The words.
    pub text: String,
    /// The same with what stands before them: "in texas".
    pub said: String,
    /// What they stand behind.
    pub behind: Behind,
    /// Whether they are of a time that is over.
    pub is_over: bool,
    /// Whether they turn round what is asked: then no other word says what is asked for.
    pub is_turned: bool,
}

/// What is left over of `question` that `tool` with `arguments` answers.
pub fn left(question: &str, tool: Tool, arguments: &Map<String, Value>) -> Vec<Rest> {
    let words = super::meaning::words(question);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let given = given(arguments);
    let is_left = |at: usize| {
        let word = words[at];
        let before = at.checked_sub(1).map_or("", |before| words[before]);
        let is_filler = (is_of(FILLER, word) || is_of(BEFORE_PLACE, word))
            && !(before == "in" && is_of(STATES_TOO, word));
        !is_filler && !is_spoken_of(tool, word) && !is_of(COUNTED, word) && !is_given(word, &given)
    };
    let all: Vec<usize> = (0..words.len()).filter(|at| is_left(*at)).collect();
    let runs = all.chunk_by(|a, b| a + 1 == *b);
    runs.map(|run| rest(&words, run)).collect()
}

fn rest(words: &[&str], run: &[usize]) -> Rest {
    let (first, last) = (run.first().copied().unwrap_or(0), run.last().copied().unwrap_or(0));
    let article = first.checked_sub(1).filter(|at| ["a", "an", "our", "the"].contains(&words[*at]));
    let lead = article.unwrap_or(first).checked_sub(1).map_or("", |at| words[at]);
    let text = words.get(first..=last).unwrap_or_default().join(" ");
    let text = owner(&text).to_owned();
    let is_out = lead == "of" && article.unwrap_or(first).checked_sub(2).is_some_and(|at| words[at] == "out");
    let lead = if is_out { "out of" } else { lead };
    let behind = match lead {
        "from" | "leaving" | "out of" => Behind::Origin,
        lead if is_of(BEFORE_PLACE, lead) => Behind::Place,
        _ => Behind::Other,
    };
    let is_led = behind != Behind::Other || is_of(BEFORE, lead);
    let said = if is_led { format!("{lead} {text}") } else { text.clone() };
    let has = |list: &str| run.iter().any(|at| is_of(list, words[*at]));
    Rest { text, said, behind, is_over: has(OVER), is_turned: has(TURNED) }
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

    fn check(question: &str, tool: Tool, arguments: &Value, expected: &[&str]) {
        let found = left(question, tool, arguments.as_object().unwrap());
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
        check("detention over 3 hours", Tool::Detention, &json!({}), &["over 3"]);
        let bob = json!({ "driver": "bob" });
        check("what did bob do", Tool::DriverLocation, &bob, &["did"]);
        check("where's bob headed now", Tool::DriverLocation, &bob, &[]);
        let dallas = json!({ "place": "dallas", "miles": 50.0 });
        check("trucks within 50 miles of Dallas with a reefer", Tool::Near, &dallas, &["with reefer"]);
    }
}
