//! XML as a tree of elements that borrow from the text. Bounded in depth and number; no document type,
//! so that no entity can grow. What the elements mean is said in `answer` and `soap`.

mod columns;

use std::borrow::Cow;

use quick_xml::escape;
use quick_xml::events::attributes::Attributes;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

pub(super) use self::columns::LIST;

use crate::http::{self, Kind};

/// An answer nests four or five deep.
const DEEPEST: usize = 32;
/// Ten thousand positions with their units and messages are fifty thousand elements; where columns are
/// elements too, a page of a thousand rows is a hundred thousand.
const MOST: usize = 1_000_000;

/// One element. Its attributes are looked into only when they are asked for.
#[derive(Debug)]
pub(super) struct Element<'a> {
    start: BytesStart<'a>,
    /// Its own text, without that of its children; blank text is none.
    text: Cow<'a, str>,
    pub(super) children: Vec<Self>,
}

impl<'a> Element<'a> {
    /// Reads a document.
    ///
    /// Fails where it breaks off, is not well-formed, or is larger or deeper than an answer; the message
    /// says where, and never what stands there.
    pub(super) fn parse(text: &'a str) -> Result<Self, http::Error> {
        let mut reader = Reader::from_str(text);
        // An `&` alone is a slip of the pen in somebody's comment.
        reader.config_mut().allow_dangling_amp = true;
        let (mut open, mut count, mut root) = (Vec::<Self>::new(), 0, None);
        loop {
            let event = reader.read_event().map_err(|e| broken(&e, text, reader.error_position()))?;
            let closed = match event {
                Event::Start(start) => {
                    open.push(Self::new(start));
                    None
                }
                Event::Empty(start) => Some(Self::new(start)),
                Event::End(_) => open.pop(),
                Event::Text(words) => {
                    add(&mut open, words.into_inner());
                    None
                }
                Event::CData(words) => {
                    add(&mut open, words.into_inner());
                    None
                }
                Event::GeneralRef(reference) => {
                    add(&mut open, Cow::Owned(referred(&reference)));
                    None
                }
                Event::DocType(_) => {
                    return Err(http::Error::malformed(page_or("a document type declaration", text)));
                }
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => None,
                Event::Eof if open.is_empty() => break,
                Event::Eof => {
                    return Err(http::Error::malformed(format!(
                        "XML that breaks off{}",
                        place(text, text.len())
                    )));
                }
            };
            let Some(closed) = closed else {
                if open.len() > DEEPEST {
                    return Err(http::Error::malformed("XML that nests deeper than any answer"));
                }
                continue;
            };
            count += 1;
            if count > MOST {
                return Err(http::Error::new(
                    Kind::TooLarge,
                    format_args!("the answer has more than {MOST} elements"),
                ));
            }
            match open.last_mut() {
                Some(parent) => parent.children.push(closed),
                None if root.is_none() => root = Some(closed),
                None => return Err(http::Error::malformed("XML with more than one root")),
            }
        }
        root.ok_or_else(|| http::Error::malformed("XML without an element"))
    }

    const fn new(start: BytesStart<'a>) -> Self {
        Self { start, text: Cow::Borrowed(""), children: Vec::new() }
    }

    /// Its name without a prefix.
    pub(super) fn name(&self) -> &str {
        self.start.local_name().into_inner()
    }

    /// Its own text, trimmed.
    pub(super) fn text(&self) -> &str {
        self.text.trim()
    }

    /// The nearest descendant of this name, whatever its prefix.
    pub(super) fn find(&self, name: &str) -> Option<&Self> {
        let child = self.children.iter().find(|child| child.name() == name);
        child.or_else(|| self.children.iter().find_map(|child| child.find(name)))
    }

    /// Whether it has columns, or text in their place: what has neither is only a wrapper.
    pub(super) fn is_bare(&self) -> bool {
        self.text().is_empty() && self.columns().next().is_none()
    }

    /// Its attributes, without those that are XML's own.
    fn columns(&self) -> impl Iterator<Item = Result<(&str, Cow<'_, str>), quick_xml::Error>> {
        let mut attributes: Attributes<'_> = self.start.attributes();
        // Which column stands there twice is found out by the row.
        attributes.with_checks(false);
        attributes.filter_map(|attribute| match attribute {
            Ok(attribute) if attribute.key.prefix().is_some() || attribute.key.as_ref() == "xmlns" => None,
            Ok(attribute) => Some(Ok((attribute.key.into_inner(), attribute.value))),
            Err(error) => Some(Err(error.into())),
        })
    }
}

/// An attribute's value without its escapes; one that was escaped wrongly stays as it stands.
fn unescaped(raw: Cow<'_, str>) -> Cow<'_, str> {
    match raw {
        Cow::Borrowed(raw) => escape::unescape(raw).unwrap_or(Cow::Borrowed(raw)),
        Cow::Owned(raw) => escape::unescape(&raw).map(Cow::into_owned).unwrap_or(raw).into(),
    }
}

/// What `&…;` stands for. An entity that nobody declared stays as it stands.
fn referred(reference: &BytesRef<'_>) -> String {
    match reference.resolve_char_ref() {
        Ok(Some(character)) => character.to_string(),
        _ => escape::resolve_predefined_entity(reference)
            .map_or_else(|| format!("&{};", &**reference), str::to_owned),
    }
}

/// Adds text to the innermost open element. White space between children is none.
fn add<'a>(open: &mut [Element<'a>], words: Cow<'a, str>) {
    let Some(element) = open.last_mut() else { return };
    if !element.text.is_empty() {
        element.text.to_mut().push_str(&words);
    } else if !words.trim().is_empty() {
        element.text = words;
    }
}

fn broken(error: &quick_xml::Error, text: &str, at: u64) -> http::Error {
    let what = match error {
        quick_xml::Error::Syntax(_) => "XML that breaks off",
        _ => "not well-formed XML",
    };
    http::Error::malformed(page_or(
        &format!("{what}{}", place(text, usize::try_from(at).unwrap_or(usize::MAX))),
        text,
    ))
}

/// ` at line 3 column 7`.
fn place(text: &str, at: usize) -> String {
    let before = text.as_bytes().get(..at).unwrap_or(text.as_bytes());
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let line = before.split(|byte| *byte == b'\n').count();
    format!(" at line {line} column {}", before.len() - line_start + 1)
}

/// `what`, unless the text is a page for people, which is the likelier and the plainer thing to say.
fn page_or(what: &str, text: &str) -> String {
    let head: String = text.trim_start().chars().take(14).collect::<String>().to_ascii_lowercase();
    if head.starts_with("<!doctype html") || head.starts_with("<html") {
        return PAGE.to_owned();
    }
    what.to_owned()
}

/// What a web page in an answer's place is called.
pub(super) const PAGE: &str = "a web page where rows were asked for; is `base_url` right?";

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Element::parse(text).unwrap_err().message
    }

    #[test]
    fn text_is_put_together_from_its_pieces() {
        let check = |body: &str, expected: &str| {
            assert_eq!(Element::parse(body).unwrap().text(), expected, "{body}");
        };
        check("<a>ACME &amp; SONS</a>", "ACME & SONS");
        check("<a>A&#66;&#x43; <!-- x --><![CDATA[<D> & ]]>E</a>", "ABC <D> & E");
        check("<a>fish & chips &c; &zwnj;</a>", "fish & chips &c; &zwnj;");
        check("<a>\n  <b/>\n</a>", "");
        check("<a/>", "");
    }

    #[test]
    fn a_prefix_is_no_part_of_a_name() {
        let root = Element::parse("<s:a xmlns:s='urn:x'><s:b><c>7</c></s:b></s:a>").unwrap();
        assert_eq!((root.name(), root.is_bare()), ("a", true));
        assert_eq!(root.find("c").map(Element::text), Some("7"));
        assert!(root.find("d").is_none());
    }

    #[test]
    fn what_is_no_xml_is_refused_by_its_place_and_never_repeated() {
        assert_eq!(
            refused("<list>\n <driver social_security_no=\"078-05"),
            "XML that breaks off at line 2 column 2"
        );
        assert_eq!(refused("<list>\n <driver id=\"1\"/>"), "XML that breaks off at line 2 column 18");
        assert_eq!(refused("<list><secret></list>"), "not well-formed XML at line 1 column 15");
        assert_eq!(refused("<a/><b/>"), "XML with more than one root");
        assert_eq!(refused("<!-- nothing -->"), "XML without an element");
        assert_eq!(refused("<!DOCTYPE html><html><br></html>"), PAGE);
        assert_eq!(refused("<html><br></html>"), PAGE);
    }

    #[test]
    fn no_document_type_is_read() {
        let bomb = "<!DOCTYPE l [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><l>&b;</l>";
        assert_eq!(refused(bomb), "a document type declaration");
    }

    #[test]
    fn depth_and_number_are_bounded() {
        let deep = |levels: usize| format!("{}{}", "<a>".repeat(levels), "</a>".repeat(levels));
        assert!(Element::parse(&deep(DEEPEST)).is_ok());
        assert_eq!(refused(&deep(DEEPEST + 1)), "XML that nests deeper than any answer");
        // Never so deep that taking the tree apart would overflow the stack.
        assert_eq!(refused(&"<a>".repeat(1_000_000)), "XML that nests deeper than any answer");
        let many = format!("<l>{}</l>", "<a/>".repeat(MOST));
        assert_eq!(refused(&many), "the answer has more than 1000000 elements");
    }
}
