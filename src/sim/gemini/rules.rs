//! In place of a model: words of the question choose among the functions that were declared; what they returned
//! is said as it was returned. Knows no fleet, and nothing of who asks.

use serde_json::{Value, json};

use super::only;

/// What it says.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// Words.
    Text(String),
    /// Functions it calls, with what.
    Calls(Vec<(String, Value)>),
}

/// What the demo model says to a request.
pub fn said(asked: &Value) -> Said {
    let contents = asked["contents"].as_array().map(Vec::as_slice).unwrap_or_default();
    let turn = Turn::of(contents);
    let may_call = asked["toolConfig"]["functionCallingConfig"]["mode"] != "NONE";
    let calls = if may_call { turn.calls(asked) } else { Vec::new() };
    if calls.is_empty() { Said::Text(turn.words()) } else { Said::Calls(calls) }
}

/// The turn that runs.
struct Turn<'a> {
    /// In lower case.
    question: String,
    /// Its words.
    words: Vec<String>,
    /// What is selected on the screen: "driver Ann Stone, load 0261391".
    selected: String,
    /// What was called and returned in this turn.
    steps: Vec<(&'a str, &'a Value)>,
    /// What was called last before it, for "it" and "there".
    before: Option<&'a Value>,
}

/// Refused whoever asks.
const REFUSED: &[(&[&str], &str)] = &[
    (
        &["home address", "lives", "at home", "his home", "her home", "licence number"],
        "I do not know anybody's home address or private life.",
    ),
    (
        &["traffic", "weather"],
        "I do not know what traffic or weather will be; travel times are as they were told last.",
    ),
    (&["ignore your rules", "ignore all"], "I only answer questions about the fleet."),
    (
        &["make 418 drive", "more hours", "assign ", "reassign", "cancel load", "send a message"],
        "I can only look things up: nothing can be changed from here, and no driver may go on past his hours of service.",
    ),
];

/// Before what is selected on the screen, which stands under a question.
const SELECTED: &str = "\n(Selected on the screen: ";

/// Words that mean what is selected.
const POINTING: &[&str] = &["this", "it", "that", "there", "he", "him", "she", "her"];

/// Words that choose a function that needs nothing; the first that fits.
const PLAIN: &[(&[&str], &[&str])] = &[
    (&["handoff", "hand off", "shift change"], &["open_exceptions"]),
    (&["detention", "detained"], &["detention"]),
    (&["pickups", "not covered", "uncovered", "unassigned"], &["uncovered_pickups"]),
    (&["out of hours", "hours tonight"], &["hours_running_out"]),
    (&["data good", "data fresh", "is the data"], &["sync_health"]),
    (&["late", "at risk"], &["late_loads", "sync_health"]),
];

impl<'a> Turn<'a> {
    fn of(contents: &'a [Value]) -> Self {
        let parts = |content: &'a Value| content["parts"].as_array().into_iter().flatten();
        let is_question = |content: &Value| {
            content["role"] == "user"
                && content["parts"]
                    .as_array()
                    .is_some_and(|all| all.iter().all(|part| part.get("text").is_some()))
        };
        let from = contents.iter().rposition(is_question).unwrap_or(0);
        let question: String =
            contents.get(from).into_iter().flat_map(parts).filter_map(|part| part["text"].as_str()).collect();
        let after = contents.get(from + 1..).unwrap_or_default().iter().flat_map(parts);
        let calls = after.clone().filter_map(|part| part.get("functionCall"));
        let results = after.filter_map(|part| part.get("functionResponse"));
        let steps = calls
            .zip(results)
            .map(|(call, result)| (call["name"].as_str().unwrap_or_default(), &result["response"]));
        let before = contents.get(..from).unwrap_or_default().iter().flat_map(parts);
        let (question, selected) = question.split_once(SELECTED).unwrap_or((&question, ""));
        let question = question.to_lowercase();
        let words = question.split(|c: char| c.is_whitespace() || "?!,;\"()".contains(c));
        Self {
            words: words
                .map(|word| word.trim_end_matches(['.', ':']).to_owned())
                .filter(|word| !word.is_empty())
                .collect(),
            selected: selected.trim_end_matches(')').to_owned(),
            question,
            steps: steps.collect(),
            before: before.filter_map(|part| part.get("functionCall")).next_back(),
        }
    }

    fn has(&self, words: &[&str]) -> bool {
        let all = format!(" {} ", self.words.join(" "));
        words.iter().any(|word| all.contains(&format!(" {word}")))
    }

    fn calls(&self, asked: &Value) -> Vec<(String, Value)> {
        let wanted = match self.steps.as_slice() {
            [] => self.first_calls(),
            // What a number is was found: now how it stands.
            [("find", result)] => follow_up(result),
            steps => again(steps),
        };
        let tools = asked["tools"].as_array().into_iter().flatten();
        let declared: Vec<&Value> = tools
            .filter_map(|one| one["functionDeclarations"].as_array())
            .flatten()
            .map(|one| &one["name"])
            .collect();
        wanted.into_iter().filter(|(name, _)| declared.iter().any(|one| *one == name)).collect()
    }

    /// Why this is refused, whoever asks.
    fn refusal(&self) -> Option<&'static str> {
        let asks_home = self.has(&["where does", "where do"]) && self.has(&["live"]);
        let is_refused =
            |words: &[&str]| self.has(words) || asks_home && words.first() == Some(&"home address");
        REFUSED.iter().find(|(words, _)| is_refused(words)).map(|(_, refusal)| *refusal)
    }

    fn first_calls(&self) -> Vec<(String, Value)> {
        let one = |name: &str, args: Value| vec![(name.to_owned(), args)];
        if let Some(args) = self.hours() {
            return one("get_driver_hours", args);
        }
        if self.refusal().is_some() {
            return Vec::new();
        }
        let number = self.number();
        if let Some(trailer) =
            self.between(&["trailer"], &["and", "now", "been"]).filter(|_| number.is_some())
        {
            return one("trailer_where", json!({ "trailer": trailer }));
        }
        if self.has(&["make", "reach"]) && self.has(&["can", "will"]) {
            return one("plan_legal_arrival", self.can());
        }
        if self.has(&["who else", "take this", "re-power", "instead"]) {
            return number.map(|load| one("best_drivers", json!({ "movement": load }))).unwrap_or_default();
        }
        if self.has(&["not updating", "dark", "silent"]) {
            let selected = || self.selected("tractor").filter(|_| self.points());
            let unit = number.filter(|_| self.own_number().is_some()).or_else(selected);
            let all = || self.of_fleet("why_dark");
            return one("why_dark", unit.map_or_else(all, |unit| json!({ "unit": unit })));
        }
        let plain = PLAIN.iter().find(|(words, _)| self.has(words));
        let of_several = self.has(&["what", "which", "any", "loads"]);
        let names_one = self.own_number().is_some() || self.points() && !of_several;
        if let (Some((_, names)), false) = (plain, names_one) {
            return names.iter().map(|name| ((*name).to_owned(), self.of_fleet(name))).collect();
        }
        if let Some(place) = self.between(&["near", "around"], &["with", "within", "and", "who", "now"]) {
            return one("near", self.near(&self.meant(&place)));
        }
        if self.has(&["where"]) && self.asks_who() {
            let meant = self.selected("driver").or_else(|| self.selected("tractor"));
            return meant.map(|who| one("get_driver_location", json!({ "driver": who }))).unwrap_or_default();
        }
        match number {
            Some(load) if self.has(&["eta", "when"]) => one("get_eta", json!({ "movement": load })),
            Some(load) if self.has(&["load", "movement", "it", "this"]) => {
                one("get_movement_status", json!({ "movement": load }))
            }
            Some(text) => one("find", json!({ "text": text })),
            None => match self.between(&["where is", "where's"], &["now", "and", "going", "headed", "right"])
            {
                Some(name) => match self.selected("trailer").filter(|_| self.points()) {
                    Some(trailer) => one("trailer_where", json!({ "trailer": trailer })),
                    None => one("get_driver_location", json!({ "driver": self.meant(&name) })),
                },
                None => Vec::new(),
            },
        }
    }

    /// What a function of the whole fleet is called with: which part of it is asked about, how far ahead, and whether who
    /// is out of hours goes first.
    fn of_fleet(&self, function: &str) -> Value {
        let mut args = json!({});
        if function == "sync_health" {
            return args;
        }
        if let Some(part) = only::part(&self.words, function) {
            args["only"] = json!(part);
        }
        let hours = self.words.windows(2).find(|pair| ["hours", "hour"].contains(&pair[1].as_str()));
        let looks_ahead = ["late_loads", "hours_running_out", "uncovered_pickups"].contains(&function);
        if let Some(hours) = hours.and_then(|pair| pair[0].parse::<f64>().ok()).filter(|_| looks_ahead) {
            args["within_hours"] = json!(hours);
        }
        if function == "hours_running_out" && self.has(&["is out of", "are out of", "who's out of"]) {
            args["out"] = json!(true);
        }
        args
    }

    /// What is selected of that kind.
    fn selected(&self, kind: &str) -> Option<String> {
        let parts = self.selected.split(", ").filter_map(|part| part.split_once(' '));
        parts.into_iter().find(|(named, _)| *named == kind).map(|(_, name)| name.to_owned())
    }

    /// Whether it means what is selected.
    fn points(&self) -> bool {
        self.words.iter().any(|word| POINTING.contains(&word.as_str()))
    }

    /// Whether it means who is selected, and not the load.
    fn asks_who(&self) -> bool {
        const WHO: &[&str] = &["he", "him", "she", "her", "driver", "truck"];
        self.points() && self.words.iter().any(|word| WHO.contains(&word.as_str()))
    }

    /// Who or what is named, or selected where only that is pointed at.
    fn meant(&self, named: &str) -> String {
        let points = named.split(' ').next().is_some_and(|word| POINTING.contains(&word));
        let unit = || ["driver", "tractor", "trailer", "load"].iter().find_map(|kind| self.selected(kind));
        unit().filter(|_| points).unwrap_or_else(|| named.to_owned())
    }

    /// The number that is named.
    fn own_number(&self) -> Option<String> {
        let words: Vec<&str> = self.question.split_whitespace().collect();
        let is_count = |index: usize| {
            words.get(index + 1).is_some_and(|next| ["hours", "h", "miles", "mi", "more"].contains(next))
        };
        let own = words
            .iter()
            .enumerate()
            .find(|(index, word)| word.bytes().any(|byte| byte.is_ascii_digit()) && !is_count(*index));
        own.map(|(_, own)| own.trim_matches(|c: char| !c.is_alphanumeric()).to_owned())
    }

    /// The number that is asked about; for "this" the load that is selected, else the one of the question before.
    fn number(&self) -> Option<String> {
        if let Some(own) = self.own_number() {
            return Some(own);
        }
        if !self.points() {
            return None;
        }
        if !self.selected.is_empty() {
            return self.selected("load");
        }
        let args = &self.before?["args"];
        ["movement", "trailer", "unit", "text"]
            .iter()
            .find_map(|name| args[*name].as_str())
            .map(str::to_owned)
    }

    /// The words after one of `begins`, up to one of `ends`.
    fn between(&self, begins: &[&str], ends: &[&str]) -> Option<String> {
        let all = self.words.join(" ");
        let rest =
            begins.iter().find_map(|begin| all.split_once(&format!("{begin} ")).map(|(_, rest)| rest))?;
        let words: Vec<&str> = rest.split(' ').take_while(|word| !ends.contains(word)).collect();
        Some(words.join(" ")).filter(|words| !words.is_empty())
    }

    /// "how many hours does ana ruiz have left", "can ana ruiz drive 3 more hours"
    fn hours(&self) -> Option<Value> {
        const ASKS: &[&str] = &["how", "can", "does", "has", "what", "what's"];
        const FILLER: &[&str] = &[
            "how", "many", "much", "long", "can", "does", "do", "has", "have", "what", "what's", "are", "is",
            "the", "hours", "hour", "clocks", "left", "more", "still", "drive", "driving", "time", "of",
            "for", "driver", "truck", "unit", "now", "today", "tonight",
        ];
        let first = self.words.first()?;
        let is_whose = self.words.iter().any(|word| word.ends_with("'s") && word != "what's");
        let of_one = self.has(&["left", "drive", "have "]) || is_whose;
        let of_all = self.has(&["who", "near", "make", "reach", "you ", "late", "until"]);
        if !ASKS.contains(&first.as_str()) || !self.has(&["hour", "clocks"]) || !of_one || of_all {
            return None;
        }
        let count = self.words.windows(2).find(|pair| ["hours", "hour", "more"].contains(&pair[1].as_str()));
        let count = count.and_then(|pair| Some((pair[0].as_str(), pair[0].parse::<f64>().ok()?)));
        let words = self.words.iter().map(String::as_str);
        let name: Vec<&str> = words
            .filter(|word| !FILLER.contains(word) && count.is_none_or(|(text, _)| text != *word))
            .collect();
        let name = name.join(" ");
        let name = self.meant(name.strip_suffix("'s").unwrap_or(&name));
        let mut args = json!({ "driver": name });
        if let Some((_, hours)) = count {
            args["drive_hours"] = json!(hours);
        }
        Some(args).filter(|_| !name.is_empty())
    }

    fn near(&self, place: &str) -> Value {
        let mut args = json!({ "place": place });
        let before = |units: &[&str]| {
            self.words
                .windows(2)
                .find(|pair| units.contains(&pair[1].as_str()))
                .and_then(|pair| pair[0].parse::<f64>().ok())
        };
        if let Some(hours) = before(&["hours", "h"]) {
            args["drive_hours"] = json!(hours);
        }
        if let Some(miles) = before(&["miles", "mi"]) {
            args["miles"] = json!(miles);
        }
        if self.has(&["empty"]) {
            args["empty"] = json!(true);
        }
        args
    }

    /// "can smith make memphis by 2"
    fn can(&self) -> Value {
        let mut args = json!({});
        let who = self.between(&["can", "will"], &["make", "reach", "legally", "still"]).unwrap_or_default();
        let points = who.split(' ').next().is_some_and(|word| POINTING.contains(&word));
        let load = match who.strip_prefix("load ") {
            Some(load) => Some(load.to_owned()),
            None if points => self.selected("load").or_else(|| self.number()),
            None => None,
        };
        match load {
            Some(load) => args["movement"] = json!(load),
            None => args["driver"] = json!(self.meant(&who)),
        }
        if let Some(place) =
            self.between(&["make", "reach"], &["by", "in", "on"]).filter(|place| place != "it")
        {
            args["place"] = json!(place);
        }
        if let Some(by) = self.between(&["by"], &["and"]) {
            args["by"] = json!(by);
        }
        args
    }

    /// What was returned, one paragraph a function; without any, what it can be asked.
    fn words(&self) -> String {
        if let Some(refusal) = self.refusal().filter(|_| self.steps.is_empty()) {
            return refusal.to_owned();
        }
        // What was found of a number only led to how it stands.
        let steps = self.steps.iter().filter(|(name, _)| *name != "find" || self.steps.len() == 1);
        let told: Vec<String> = steps.map(|(_, result)| returned(result)).collect();
        if told.is_empty() {
            return "I am the demo model: a set of simple rules. Ask what is late, who is near a city, where a load, \
                    a driver or a trailer is, whether somebody can make a stop, or whether the data is good."
                .to_owned();
        }
        told.join("\n\n")
    }
}

/// What was asked of a part of the fleet that is none is asked of all of it: that it is none stands before the answer.
fn again(steps: &[(&str, &Value)]) -> Vec<(String, Value)> {
    let is_none = |result: &Value| {
        let why = result.get("error").map(ToString::to_string).unwrap_or_default();
        why.contains("UNKNOWN") && why.contains("the whole fleet")
    };
    let once = |name: &str| steps.iter().filter(|(other, _)| *other == name).count() == 1;
    let none = steps.iter().filter(|(name, result)| is_none(result) && once(name));
    none.map(|(name, _)| ((*name).to_owned(), json!({}))).collect()
}

/// How a load stands, where what was found belongs to one.
fn follow_up(found: &Value) -> Vec<(String, Value)> {
    let asks_back = member(found, "summary").is_some_and(|summary| summary.contains("AMBIGUOUS"));
    match member(found, "load").filter(|_| !asks_back) {
        Some(load) => vec![("get_movement_status".to_owned(), json!({ "movement": load }))],
        None => Vec::new(),
    }
}

/// What a function said in words, else all of it.
fn returned(result: &Value) -> String {
    if let Some(error) = result.get("error") {
        let words = error.as_str().or_else(|| error["data"].as_str()).map(str::to_owned);
        return words.unwrap_or_else(|| error.to_string());
    }
    member(result, "summary").unwrap_or_else(|| result.to_string())
}

/// The first text of that name, however deep it stands.
fn member(value: &Value, name: &str) -> Option<String> {
    match value {
        Value::Object(members) => {
            let own = members.get(name).and_then(Value::as_str).map(str::to_owned);
            own.or_else(|| members.values().find_map(|inner| member(inner, name)))
        }
        Value::Array(all) => all.iter().find_map(|inner| member(inner, name)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
