//! Which part of the fleet a question is about: the words of it that no rule knows, to be passed on as they stand. The
//! function that they are passed to knows what they name, or says that they name nothing. Knows no fleet.

/// Words that the rules know, or that change nothing.
const KNOWN: &[&str] = &[
    "a",
    "about",
    "all",
    "an",
    "and",
    "any",
    "anyone",
    "anything",
    "are",
    "aren't",
    "at",
    "be",
    "been",
    "being",
    "behind",
    "by",
    "can",
    "change",
    "coming",
    "cover",
    "covered",
    "currently",
    "customer",
    "dark",
    "data",
    "detained",
    "detention",
    "dispatcher",
    "do",
    "does",
    "doing",
    "driver",
    "drivers",
    "everything",
    "feeds",
    "first",
    "for",
    "fresh",
    "from",
    "give",
    "going",
    "good",
    "hand",
    "handoff",
    "has",
    "have",
    "held",
    "hello",
    "hi",
    "hour",
    "hours",
    "how",
    "i",
    "in",
    "is",
    "isn't",
    "it",
    "just",
    "late",
    "list",
    "load",
    "loads",
    "me",
    "near",
    "next",
    "now",
    "of",
    "off",
    "ok",
    "on",
    "our",
    "out",
    "please",
    "pickup",
    "pickups",
    "right",
    "risk",
    "run",
    "running",
    "runs",
    "shift",
    "show",
    "silent",
    "so",
    "still",
    "tell",
    "that",
    "the",
    "there",
    "this",
    "to",
    "tonight",
    "tractor",
    "tractors",
    "truck",
    "trucks",
    "unassigned",
    "uncovered",
    "unit",
    "units",
    "up",
    "updating",
    "us",
    "waiting",
    "we",
    "what",
    "what's",
    "whats",
    "when",
    "which",
    "who",
    "who's",
    "whose",
    "why",
    "will",
    "with",
    "within",
    "you",
    "not",
    "no",
    "without",
];
/// They turn the question round, and no part is named, but before what a function lists as lacking.
const TURNED: &[&str] = &["not", "no", "without", "aren't", "isn't"];
/// What may stand between.
const BETWEEN: &[&str] = &["a", "any", "be", "been", "being"];

/// The part that `words` name, with commas between what stands apart; nothing where every word is known.
pub fn part(words: &[String], function: &str) -> Option<String> {
    let lacks: &[&str] = match function {
        "uncovered_pickups" => &["covered", "driver", "drivers"],
        "why_dark" => &["updating"],
        _ => &[],
    };
    let turns = |at: usize| {
        let mut behind = words.iter().skip(at + 1).filter(|word| !BETWEEN.contains(&word.as_str()));
        let next = behind.next().map_or("", String::as_str);
        TURNED.contains(&words[at].as_str()) && !lacks.contains(&next)
    };
    let is_left = |at: &usize| {
        let word = words[*at].as_str();
        let is_state = at.checked_sub(1).is_some_and(|before| words[before] == "in") && word == "ok";
        let is_amount = word.trim_end_matches(char::is_alphabetic).parse::<f64>().is_ok();
        !is_amount && (is_state || !KNOWN.contains(&word) || turns(*at))
    };
    let left: Vec<usize> = (0..words.len()).filter(is_left).collect();
    let runs = left.chunk_by(|a, b| a + 1 == *b).filter_map(|run| words.get(*run.first()?..=*run.last()?));
    let runs: Vec<String> = runs.map(|run| run.join(" ")).collect();
    let names = runs.iter().map(|run| run.strip_suffix("'s").unwrap_or(run));
    Some(names.collect::<Vec<_>>().join(", ")).filter(|names| !names.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_rule_knows_is_passed_on() {
        let check = |question: &str, expected: Option<&str>| {
            let words: Vec<String> = question.split(' ').map(str::to_owned).collect();
            assert_eq!(part(&words, "late_loads").as_deref(), expected, "{question}");
        };
        check("what's going to be late and why", None);
        check("what's late in texas", Some("texas"));
        check("klee's late loads in new mexico", Some("klee, new mexico"));
        check("late in the next 4 hours", None);
        check("which loads are not late", Some("not"));
        let turned = |question: &str, function: &str, expected: Option<&str>| {
            let words: Vec<String> = question.split(' ').map(str::to_owned).collect();
            assert_eq!(part(&words, function).as_deref(), expected, "{question}");
        };
        turned("which trucks not in texas are dark", "why_dark", Some("not, texas"));
        turned("which trucks are not updating", "why_dark", None);
        turned("pickups not in texas not covered", "uncovered_pickups", Some("not, texas"));
        turned("loads without a driver", "uncovered_pickups", None);
    }
}
