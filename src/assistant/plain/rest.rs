//! What of a question nobody understood. Each word of it is one that changes nothing, one that its look-up speaks of, or
//! one that the look-up was given; the others are left over, and whoever answers honours them or says so. Pure.

use serde_json::{Map, Value};

use super::hours;
use super::meaning::BESIDE;
use super::people::owner;
use crate::assistant::tools::Tool;
use crate::model::folded;

/// Words that change nothing in any question.
const FILLER: &[&str] = &[
    "a",
    "about",
    "actually",
    "all",
    "an",
    "and",
    "any",
    "anybody",
    "anyone",
    "anything",
    "are",
    "at",
    "be",
    "been",
    "being",
    "by",
    "can",
    "check",
    "could",
    "currently",
    "customer",
    "dispatcher",
    "do",
    "does",
    "doing",
    "driver",
    "drivers",
    "everything",
    "find",
    "for",
    "from",
    "get",
    "getting",
    "give",
    "got",
    "have",
    "has",
    "he",
    "her",
    "here",
    "hello",
    "hey",
    "hi",
    "him",
    "his",
    "how",
    "how's",
    "i",
    "in",
    "is",
    "it",
    "it's",
    "its",
    "just",
    "know",
    "list",
    "load",
    "loads",
    "look",
    "looking",
    "may",
    "me",
    "moment",
    "need",
    "now",
    "of",
    "ok",
    "okay",
    "on",
    "one",
    "or",
    "our",
    "out",
    "please",
    "pls",
    "present",
    "really",
    "right",
    "see",
    "she",
    "show",
    "so",
    "some",
    "somebody",
    "someone",
    "state",
    "still",
    "tell",
    "thanks",
    "that",
    "that's",
    "the",
    "their",
    "them",
    "there",
    "there's",
    "they",
    "this",
    "to",
    "tractor",
    "tractors",
    "truck",
    "trucks",
    "trying",
    "unit",
    "units",
    "up",
    "us",
    "want",
    "we",
    "what",
    "what's",
    "whats",
    "which",
    "who",
    "who's",
    "whos",
    "whose",
    "will",
    "with",
    "would",
    "you",
    "your",
    "yet",
];
/// Of those, what behind "in" is a state: Oklahoma, Maine.
const STATES_TOO: &[&str] = &["in", "or", "me", "hi", "ok"];
/// Words that turn round what a question asks for.
const TURNED: &[&str] = &[
    "aren't",
    "besides",
    "but",
    "don't",
    "except",
    "excluding",
    "isn't",
    "minus",
    "no",
    "not",
    "other",
    "outside",
    "without",
    "won't",
];
/// What stands before a place.
const BEFORE_PLACE: &[&str] =
    &["in", "at", "near", "around", "to", "from", "into", "inside", "through", "leaving", "by"];
/// What stands before what a question is only about.
const BEFORE: &[&str] = &["of", "for", "with", "on", "without", "not"];
/// Words of a time that is over.
const OVER: &[&str] = &["did", "was", "were", "had", "yesterday", "ago", "went", "last"];
/// What counts a number.
const COUNTED: &[&str] =
    &["hours", "hour", "hrs", "h", "miles", "mile", "mi", "more", "next", "within", "coming"];

/// Whether a word stands in questions, and is nobody's name there.
pub fn is_plain(word: &str) -> bool {
    [FILLER, OVER, TURNED, COUNTED, BEFORE, BEFORE_PLACE, BESIDE].iter().any(|words| words.contains(&word))
        || Tool::ALL.into_iter().any(|tool| vocabulary(tool).contains(&word))
}

/// Words that were left over and stand together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// The words.
    pub text: String,
    /// The same with what stands before them: "in texas".
    pub said: String,
    /// Whether they stand where a place does.
    pub is_place: bool,
    /// Whether they are where something came from, which is not where it is.
    pub is_from: bool,
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
    let known = vocabulary(tool);
    let is_left = |at: usize| {
        let word = words[at];
        let before = at.checked_sub(1).map_or("", |before| words[before]);
        let is_filler = (FILLER.contains(&word) || BEFORE_PLACE.contains(&word))
            && !(before == "in" && STATES_TOO.contains(&word));
        !is_filler && !known.contains(&word) && !COUNTED.contains(&word) && !is_given(word, &given)
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
    let is_from = is_out || ["from", "leaving"].contains(&lead);
    let is_led = is_out || BEFORE_PLACE.contains(&lead) || BEFORE.contains(&lead);
    let said = if is_led { format!("{lead} {text}") } else { text.clone() };
    let has = |any: &[&str]| run.iter().any(|at| any.contains(&words[*at]));
    Rest {
        text,
        said,
        is_place: BEFORE_PLACE.contains(&lead),
        is_from,
        is_over: has(OVER),
        is_turned: has(TURNED),
    }
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

/// Words that a look-up's answer speaks of.
fn vocabulary(tool: Tool) -> &'static [&'static str] {
    match tool {
        Tool::LateLoads => &[
            "driving",
            "drives",
            "late",
            "behind",
            "risk",
            "going",
            "gonna",
            "running",
            "run",
            "why",
            "schedule",
            "freight",
            "trouble",
            "worst",
            "first",
            "movements",
            "soon",
        ],
        Tool::HoursRunningOut => &[
            "hours", "hour", "run", "runs", "running", "hos", "end", "ends", "first", "tonight", "soon",
            "clock", "clocks", "going", "almost", "when",
        ],
        Tool::Detention => {
            &["stuck", "detention", "detained", "waiting", "held", "sitting", "free", "time", "long"]
        }
        Tool::UncoveredPickups => &[
            "pickup",
            "pickups",
            "cover",
            "covered",
            "uncovered",
            "unassigned",
            "not",
            "aren't",
            "isn't",
            "no",
            "without",
            "nobody",
            "assigned",
            "anybody",
            "open",
            "needs",
            "need",
            "picks",
            "picking",
        ],
        Tool::OpenExceptions => {
            &["handoff", "handover", "hand", "off", "shift", "change", "send", "open", "sheet"]
        }
        Tool::SyncHealth => &[
            "data", "feeds", "feed", "sync", "good", "fresh", "stale", "true", "old", "right", "health",
            "date", "how",
        ],
        Tool::WhyDark => &[
            "why",
            "dark",
            "silent",
            "gone",
            "not",
            "isn't",
            "updating",
            "update",
            "reporting",
            "going",
            "went",
            "tractor",
        ],
        Tool::Near => &[
            "reach",
            "near",
            "around",
            "nearby",
            "close",
            "closest",
            "nearest",
            "empty",
            "empties",
            "left",
            "drive",
            "driving",
            "trailer",
            "trailers",
            "available",
            "free",
            "having",
            "least",
            "where",
        ],
        Tool::DriverHours => hours::FILLER,
        Tool::DriverLocation => &[
            "where",
            "where's",
            "wheres",
            "going",
            "headed",
            "heading",
            "location",
            "located",
            "whereabouts",
            "bound",
            "position",
            "today",
        ],
        Tool::MovementStatus => &[
            "when", "eta", "arrive", "where", "where's", "wheres", "status", "late", "claimed", "owner",
            "order", "po", "bol", "pro", "number", "risk", "why", "movement", "going", "time", "running",
            "behind", "headed", "freight", "owns", "loaded",
        ],
        Tool::Eta => &[
            "eta",
            "when",
            "when's",
            "arrive",
            "arrives",
            "arriving",
            "deliver",
            "delivers",
            "delivering",
            "order",
            "po",
            "bol",
            "movement",
            "time",
            "due",
        ],
        Tool::PlanLegalArrival => &[
            "going",
            "make",
            "reach",
            "legally",
            "legal",
            "plan",
            "time",
            "movement",
            "order",
            "po",
            "possibly",
            "even",
            "appointment",
            "when",
            "drive",
            "enough",
            "hours",
            "able",
            "realistically",
            "ever",
            "be",
        ],
        Tool::BestDrivers => &[
            "else", "take", "best", "instead", "re-power", "repower", "cover", "movement", "order", "run",
            "legally",
        ],
        Tool::TrailerWhere => &[
            "trailer", "where", "where's", "wheres", "long", "sat", "sitting", "sit", "since", "been", "how",
            "empty", "loaded",
        ],
        Tool::Find | Tool::SearchDrivers => {
            &["where", "where's", "wheres", "po", "order", "bol", "number", "trailer"]
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(question: &str, tool: Tool, arguments: Value, expected: &[&str]) {
        let found = left(question, tool, arguments.as_object().unwrap());
        let said: Vec<&str> = found.iter().map(|rest| rest.said.as_str()).collect();
        assert_eq!(said, expected, "{question}");
    }

    #[test]
    fn every_word_is_understood_or_left_over() {
        check("what's late in Texas", Tool::LateLoads, json!({}), &["in texas"]);
        check("what's going to be late and why?", Tool::LateLoads, json!({}), &[]);
        check("loads late for Home Depot", Tool::LateLoads, json!({}), &["for home depot"]);
        check("which loads are not late", Tool::LateLoads, json!({}), &["not"]);
        check("late loads out of Dallas", Tool::LateLoads, json!({}), &["out of dallas"]);
        check("what's late near the Alamo", Tool::LateLoads, json!({}), &["near alamo"]);
        check("klee's late loads", Tool::LateLoads, json!({}), &["klee"]);
        check("is anything late in OK", Tool::LateLoads, json!({}), &["in ok"]);
        check("is anything late, ok?", Tool::LateLoads, json!({}), &[]);
        let four = json!({ "within_hours": 4.0 });
        check("late in the next 4 hours", Tool::LateLoads, four.clone(), &[]);
        check("late within 4h in the panhandle", Tool::LateLoads, four, &["in panhandle"]);
        check("detention over 3 hours", Tool::Detention, json!({}), &["over 3"]);
        let bob = json!({ "driver": "bob" });
        check("what did bob do", Tool::DriverLocation, bob.clone(), &["did"]);
        check("where's bob headed now", Tool::DriverLocation, bob, &[]);
        let dallas = json!({ "place": "dallas", "miles": 50.0 });
        check("trucks within 50 miles of Dallas with a reefer", Tool::Near, dallas, &["with reefer"]);
    }
}
