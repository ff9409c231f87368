//! One term of a filter: from what was typed to what is tested, or to a sentence that says what can be said.

use std::ops::Range;

use super::split::{Body, Compare, Piece, parts, unquoted};
use super::test::{Choice, Term, Test};
use super::{Asked, Complaint, DEFAULT_MILES, Field, Kind, Scene, Words, amount};
use crate::model::folded;
use crate::rules::whereabouts;

/// Words that ask for what nobody knows.
const UNKNOWN: [&str; 4] = ["?", "-", "none", "unknown"];

/// What a term tests; nothing where it is only begun.
pub fn term<R: Asked>(piece: &Piece<'_>, scene: &Scene<'_>) -> Result<Option<Term<R>>, Complaint> {
    let complain = |text: String| Complaint { span: piece.span.clone(), text };
    let (test, differs) = match &piece.body {
        Body::Text(text) => (Test::Holds(folded(text)), false),
        Body::Nameless(compare, said) => {
            let field = R::FIELDS.iter().find(|field| field.kind == Kind::Length);
            let name = field.map_or("age", |field| field.name);
            let said = if said.is_empty() { "5h" } else { said };
            let sign = compare.word();
            return Err(complain(format!("what is to be {sign}{said}? Say {name}{sign}{said}")));
        }
        Body::Field(name, compare, said) => {
            let field = named::<R>(name).map_err(complain)?;
            let test = test(field, *compare, said, scene).map_err(complain)?;
            (test, *compare == Compare::Differs)
        }
    };
    Ok(Some(Term { negated: piece.negated ^ differs, test }))
}

fn named<R: Asked>(name: &str) -> Result<&'static Field<R>, String> {
    let small = name.to_lowercase();
    let is = |field: &&Field<R>| field.name == small || field.aliases.contains(&small.as_str());
    R::FIELDS.iter().find(is).ok_or_else(|| {
        let names: Vec<_> = R::FIELDS.iter().map(|field| field.name).collect();
        let perhaps = nearest(&small, &names).map(|name| format!(", {name} perhaps")).unwrap_or_default();
        format!("no field `{name}` here{perhaps}; there are {}", names.join(", "))
    })
}

fn test<R: Asked>(
    field: &'static Field<R>,
    compare: Compare,
    said: &str,
    scene: &Scene<'_>,
) -> Result<Test<R>, String> {
    let name = field.name;
    let choices = matches!(compare, Compare::Is | Compare::Equals | Compare::Differs);
    if choices && field.kind != Kind::Near && UNKNOWN.contains(&said) {
        return Ok(Test::OneOf { field, any: vec![Choice::Unknown], exactly: true });
    }
    match field.kind {
        Kind::Text if choices => one_of(field, compare, said, None),
        Kind::State(words) | Kind::Trailer(words) if choices => one_of(field, compare, said, Some(words)),
        Kind::Text => {
            Err(format!("{name} is a text, without more or less: say {name}:{}", example(said, "x")))
        }
        Kind::State(words) => Err(format!("{name} is a word: say {name}:{}", list(words))),
        Kind::Trailer(words) => {
            Err(format!("{name} is a number or a word: say {name}:53012 or {name}:{}", list(words)))
        }
        Kind::Near if compare == Compare::Is => near(field, said, scene),
        Kind::Near => Err("near what? Say near:dallas<100".to_owned()),
        Kind::Length | Kind::Speed | Kind::Percent | Kind::Count => number(field, compare, said, scene),
    }
}

fn example<'a>(said: &'a str, otherwise: &'a str) -> &'a str {
    if said.is_empty() { otherwise } else { said }
}

/// A text or a word, or one of several between commas.
fn one_of<R: Asked>(
    field: &'static Field<R>,
    compare: Compare,
    said: &str,
    words: Option<Words>,
) -> Result<Test<R>, String> {
    let mut any = Vec::new();
    for part in parts(said, ',').iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
        let small = folded(part);
        let found = words.map(|words| meant(&small, words)).unwrap_or_default();
        match (field.kind, found.as_slice()) {
            _ if UNKNOWN.contains(&small.as_str()) => any.push(Choice::Unknown),
            (Kind::State(words), []) => {
                let perhaps = slipped(&small, words).map(|word| format!(", {word} perhaps"));
                let perhaps = perhaps.unwrap_or_default();
                return Err(format!("no {} is `{part}`{perhaps}; there are {}", field.name, list(words)));
            }
            (Kind::Trailer(words), []) => match slipped(&small, words) {
                Some(word) => return Err(format!("no {0} is `{part}`: say {0}:{word}", field.name)),
                None => any.push(Choice::Text(small)),
            },
            (_, []) => any.push(Choice::Text(small)),
            (_, found) => any.extend(found.iter().map(|word| Choice::Word(word))),
        }
    }
    if any.is_empty() {
        let what = words.map_or_else(|| "what it begins with".to_owned(), list);
        return Err(format!("{}{} what? Say {what}", field.name, compare.word()));
    }
    Ok(Test::OneOf { field, any, exactly: compare != Compare::Is })
}

/// The words that begin with what was typed so far; the one that is it, where one is.
fn meant(small: &str, words: Words) -> Vec<&'static str> {
    let small = small.replace(['-', ' '], "_");
    if let Some((_, word)) = words.iter().find(|(said, _)| *said == small) {
        return vec![*word];
    }
    let mut found: Vec<_> =
        words.iter().filter(|(said, _)| said.starts_with(&small)).map(|(_, word)| *word).collect();
    found.dedup();
    found
}

/// The word that was meant by one that is none, where it is a slip of the finger.
fn slipped(small: &str, words: Words) -> Option<&'static str> {
    nearest(small, &words.iter().map(|(said, _)| *said).collect::<Vec<_>>())
}

/// "moving, idle, stopped or dark", without what else they are called.
fn list(words: Words) -> String {
    let words: Vec<_> = words.iter().filter(|(said, word)| said == word).map(|(said, _)| *said).collect();
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

fn number<R: Asked>(
    field: &'static Field<R>,
    compare: Compare,
    said: &str,
    scene: &Scene<'_>,
) -> Result<Test<R>, String> {
    let (name, said) = (field.name, unquoted(said));
    let (what, such_as) = match field.kind {
        Kind::Speed => ("a speed", "60"),
        Kind::Percent => ("a percentage", "25"),
        Kind::Count => ("a count", "100"),
        _ => ("a length of time", "5h"),
    };
    if compare == Compare::Is {
        let such_as = example(&said, such_as);
        return Err(format!("{name} is {what}: say {name}>={such_as} or {name}<{such_as}"));
    }
    if said.is_empty() {
        return Err(format!("{name}{} what? Say {what}, such as {such_as}", compare.word()));
    }
    #[expect(clippy::cast_precision_loss, reason = "seconds of some years at most")]
    let amount = match field.kind {
        Kind::Speed => amount::mph(&said, scene.metric),
        Kind::Percent => amount::percent(&said),
        Kind::Count => amount::count(&said),
        _ => amount::seconds(&said).map(|seconds| seconds as f64),
    }
    .map_err(|wrong| format!("{name}: {wrong}"))?;
    Ok(Test::Compared { field, compare, amount })
}

fn near<R: Asked>(field: &'static Field<R>, said: &str, scene: &Scene<'_>) -> Result<Test<R>, String> {
    let cut = whole(said);
    let place = said.get(..cut.start).map(unquoted).unwrap_or_default();
    let radius = said.get(cut.end..).unwrap_or_default();
    if place.trim().is_empty() {
        return Err("near what? Say a city, a unit, a driver or lat,lon: near:dallas<100".to_owned());
    }
    if let Some((place, _)) = place.split_once('>') {
        return Err(format!(
            "near is within: say near:{place}<100, or -near:{place}<100 for what is farther"
        ));
    }
    let miles = match radius {
        "" if cut.is_empty() => DEFAULT_MILES,
        "" => return Err(format!("near:{place} within how far? Say near:{place}<100")),
        radius => amount::miles(radius, scene.metric).map_err(|wrong| format!("near: {wrong}"))?,
    };
    let spot = whereabouts::locate(scene.fleet, &scene.fleet.places, &place)
        .map_err(|wrong| format!("near: {wrong}"))?;
    Ok(Test::Within { field, spot, miles })
}

/// Where "<" or "<=" stands, outside quotes; the empty end of the text where it does not.
fn whole(said: &str) -> Range<usize> {
    let mut quoted = false;
    for (at, c) in said.char_indices() {
        quoted ^= c == '"';
        if c == '<' && !quoted {
            let equals = said.get(at + 1..).is_some_and(|rest| rest.starts_with('='));
            return at..at + 1 + usize::from(equals);
        }
    }
    said.len()..said.len()
}

/// The name that is one slip of the finger away, or begins alike.
fn nearest(typed: &str, names: &[&'static str]) -> Option<&'static str> {
    let begins = |name: &&&'static str| typed.len() >= 2 && name.starts_with(typed);
    let slip = |name: &&&'static str| slips(typed, name) <= 1 + typed.len() / 5;
    names.iter().find(begins).or_else(|| names.iter().filter(|_| typed.len() >= 3).find(slip)).copied()
}

/// How many letters must be changed, added, left out or swapped with the next.
fn slips(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for (i, left) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, right) in b.iter().enumerate() {
            let at = |row: Option<&Vec<usize>>, column: usize| {
                row.and_then(|row| row.get(column)).copied().unwrap_or(usize::MAX / 2)
            };
            let above = rows.last();
            let mut least = (at(above, j) + usize::from(left != right))
                .min(at(above, j + 1) + 1)
                .min(at(Some(&row), j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(right) && b.get(j - 1) == Some(left);
            if swapped {
                least = least.min(at(rows.get(i - 1), j - 1) + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows.last().and_then(|row| row.last()).copied().unwrap_or(0)
}
