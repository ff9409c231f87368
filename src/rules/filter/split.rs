//! A filter's text in pieces: quotes, negation, and where a name ends and a comparison begins. Knows no field.

use std::ops::Range;

/// How a field is compared with what is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// `:`
    Is,
    /// `=`
    Equals,
    /// `!=`
    Differs,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

impl Compare {
    /// As it is typed.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Is => ":",
            Self::Equals => "=",
            Self::Differs => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }

    /// What the text begins with, and how many bytes that takes.
    fn starts(text: &str) -> Option<(Self, usize)> {
        const SIGNS: [(&str, Compare); 9] = [
            (">=", Compare::AtLeast),
            ("<=", Compare::AtMost),
            ("!=", Compare::Differs),
            ("\u{2265}", Compare::AtLeast),
            ("\u{2264}", Compare::AtMost),
            (":", Compare::Is),
            ("=", Compare::Equals),
            ("<", Compare::Less),
            (">", Compare::More),
        ];
        SIGNS.iter().find(|(sign, _)| text.starts_with(sign)).map(|(sign, compare)| (*compare, sign.len()))
    }
}

/// One term as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Where it stands in the whole text, in bytes.
    pub span: Range<usize>,
    /// Whether it is to be turned round.
    pub negated: bool,
    /// What it says.
    pub body: Body<'a>,
}

/// What a term says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body<'a> {
    /// Text to be found anywhere.
    Text(String),
    /// A field's name, how it is compared, and with what, quotes and all.
    Field(&'a str, Compare, &'a str),
    /// A comparison of nothing.
    Nameless(Compare, &'a str),
}

/// The terms of `text`: they end at spaces outside quotes. A quote that is not closed yet ends with the text.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut start, mut quoted) = (Vec::new(), None, false);
    for (at, c) in text.char_indices() {
        if c == '"' {
            quoted = !quoted;
        }
        if !quoted && c.is_whitespace() {
            if let Some(start) = start.take() {
                pieces.extend(piece(text, start..at));
            }
        } else {
            start = start.or(Some(at));
        }
    }
    if let Some(start) = start {
        pieces.extend(piece(text, start..text.len()));
    }
    pieces
}

/// One term; `None` where nothing is said yet.
fn piece(text: &str, span: Range<usize>) -> Option<Piece<'_>> {
    let raw = text.get(span.clone())?;
    let rest = raw.strip_prefix(['-', '!']);
    let (negated, raw) = (rest.is_some(), rest.unwrap_or(raw));
    let body = body(raw);
    let says_nothing = matches!(&body, Body::Text(text) if text.is_empty());
    (!says_nothing).then_some(Piece { span, negated, body })
}

fn body(raw: &str) -> Body<'_> {
    for (at, c) in raw.char_indices() {
        if c == '"' {
            break;
        }
        let Some((name, rest)) = raw.split_at_checked(at) else { break };
        let Some((compare, length)) = Compare::starts(rest) else { continue };
        let said = rest.get(length..).unwrap_or_default();
        if name.is_empty() && matches!(compare, Compare::Is | Compare::Equals) {
            break;
        }
        if name.is_empty() {
            return Body::Nameless(compare, said);
        }
        if is_name(name) {
            return Body::Field(name, compare, said);
        }
        break;
    }
    Body::Text(unquoted(raw))
}

/// A field's name begins with a letter: "10:35" is a time to be looked for.
fn is_name(text: &str) -> bool {
    text.starts_with(char::is_alphabetic) && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

/// Text without its quotes.
pub fn unquoted(text: &str) -> String {
    text.chars().filter(|c| *c != '"').collect()
}

/// The parts of `text` between separators outside quotes, each without its quotes.
pub fn parts(text: &str, separator: char) -> Vec<String> {
    let mut quoted = false;
    let is_end = |c: char| {
        quoted ^= c == '"';
        c == separator && !quoted
    };
    text.split(is_end).map(unquoted).collect()
}
