//! From a body to rows, and from rows to facts: the one place that knows an answer is JSON or XML. Both
//! feed the same rows of `wire`. Which of the two a body is, it says itself: servers answer in the other
//! one now and then, whatever was asked for.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::border::Border;
use super::scalar::Scalar;
use super::seen::Digest;
use super::soap;
use super::xml::{Element, LIST, PAGE};
use crate::http;
use crate::model::{Batch, Reject};

/// A row type: how to recognise it, and what it tells.
pub(super) trait Row<'a>: Deserialize<'a> {
    /// What it is called in a reject's reason.
    const NAME: &'static str;
    /// Whether it matters how it came: whether [`Told::came`] names it.
    const IS_WATCHED: bool = false;

    /// Its `company_id` and `id`.
    fn key(&self) -> (&Scalar<'a>, &Scalar<'a>);

    /// Its facts. `id` is the row's own, kept. `Err` says why there are none.
    fn tell(&self, id: &str, border: &Border<'_>, told: &mut Batch) -> Result<(), &'static str>;
}

/// What one page brought, and what paging must know of it.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Told {
    /// Facts and rejects.
    pub(super) batch: Batch,
    /// Rows, of whatever company and however broken.
    pub(super) rows: usize,
    /// Rows that told something.
    pub(super) ours: usize,
    /// Rows that could not be understood.
    pub(super) broken: usize,
    /// Why the first row that was refused is not ours.
    pub(super) refused: Option<String>,
    /// The first row's id.
    pub(super) first: Option<String>,
    /// The last row's id.
    pub(super) last: Option<String>,
    /// Rows that told something, each with its digest.
    pub(super) came: Vec<(String, u64)>,
}

/// An answer, taken apart into rows that are not read yet.
#[derive(Debug)]
pub(super) struct Answer<'a>(Vec<Raw<'a>>);

/// One row as it came.
#[derive(Debug)]
enum Raw<'a> {
    Json(&'a RawValue),
    Xml(Element<'a>),
}

impl<'a> Answer<'a> {
    /// Takes apart a list in any of the shapes a list has: an array or a `<list>`, one bare object or
    /// element, `null`, nothing at all; and any of these within a SOAP envelope.
    ///
    /// Fails when the body is none of them, or a SOAP fault.
    pub(super) fn parse(body: &'a str) -> Result<Self, http::Error> {
        let body = body.trim_start_matches('\u{feff}').trim();
        if body.starts_with('<') { from_xml(body) } else { from_json(body) }.map(Self)
    }

    /// Reads the rows and what they tell.
    pub(super) fn tell<'r, R: Row<'r>>(&'r self, border: &Border<'_>) -> Told {
        self.tell_by(border, |row: &R, id, batch| row.tell(id, border, batch))
    }

    /// Reads the rows, each of which tells what `tell` makes of it.
    pub(super) fn tell_by<'r, R: Row<'r>>(
        &'r self,
        border: &Border<'_>,
        mut tell: impl FnMut(&R, &str, &mut Batch) -> Result<(), &'static str>,
    ) -> Told {
        let mut told = Told::default();
        for raw in &self.0 {
            told.rows += 1;
            let Some(row) = raw.row::<R>() else {
                told.broken += 1;
                let external_id = raw.id().unwrap_or_default();
                told.batch.rejects.push(Reject { external_id, reason: format!("not a {} row", R::NAME) });
                continue;
            };
            let (company, id) = row.key();
            let Some(id) = id.id() else {
                told.broken += 1;
                let reason = format!("a {} row without an id", R::NAME);
                told.batch.rejects.push(Reject { external_id: String::new(), reason });
                continue;
            };
            if told.first.is_none() {
                told.first = Some(id.clone());
            }
            told.last = Some(id.clone());
            let reason = match border.admit(company, true) {
                Ok(()) => match tell(&row, &id, &mut told.batch) {
                    Ok(()) => {
                        told.ours += 1;
                        if R::IS_WATCHED
                            && let Some(Digest(digest)) = raw.row()
                        {
                            told.came.push((id, digest));
                        }
                        continue;
                    }
                    Err(reason) => {
                        told.broken += 1;
                        reason.to_owned()
                    }
                },
                Err(reason) => {
                    told.refused.get_or_insert_with(|| reason.clone());
                    reason
                }
            };
            told.batch.rejects.push(Reject { external_id: id, reason: format!("{} {reason}", R::NAME) });
        }
        told
    }

    /// The only row, as this type; `None` when there is not exactly one that can be read as it.
    pub(super) fn only<'r, R: Deserialize<'r>>(&'r self) -> Option<R> {
        match self.0.as_slice() {
            [raw] => raw.row(),
            _ => None,
        }
    }
}

impl Raw<'_> {
    fn row<'r, R: Deserialize<'r>>(&'r self) -> Option<R> {
        match self {
            // A list would be taken for a row whose columns come in order.
            Self::Json(raw) => raw.get().starts_with('{').then(|| serde_json::from_str(raw.get()).ok())?,
            Self::Xml(element) => element.row(),
        }
    }

    fn id(&self) -> Option<String> {
        self.row::<Id<'_>>()?.id.id()
    }
}

/// A row of which only the key is read.
#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
struct Id<'a> {
    id: Scalar<'a>,
}

fn from_json(body: &str) -> Result<Vec<Raw<'_>>, http::Error> {
    match body.bytes().next() {
        None => Ok(Vec::new()),
        Some(b'[') => {
            let rows: Vec<&RawValue> = serde_json::from_str(body).map_err(|e| not_json(&e))?;
            Ok(rows.into_iter().map(Raw::Json).collect())
        }
        Some(b'{') => {
            let raw = Raw::Json(serde_json::from_str(body).map_err(|e| not_json(&e))?);
            // An error in an object's clothes must not pass for a list of one.
            raw.id().ok_or_else(|| http::Error::malformed("an object that is no row"))?;
            Ok(vec![raw])
        }
        Some(_) if body == "null" => Ok(Vec::new()),
        Some(_) => Err(http::Error::malformed("neither a list nor a row")),
    }
}

/// Where the JSON breaks; never what stands there.
fn not_json(error: &serde_json::Error) -> http::Error {
    let what = if error.is_eof() { "JSON that breaks off" } else { "not JSON" };
    http::Error::malformed(format!("{what} at line {} column {}", error.line(), error.column()))
}

fn from_xml(body: &str) -> Result<Vec<Raw<'_>>, http::Error> {
    let root = Element::parse(body)?;
    if root.name().eq_ignore_ascii_case("html") {
        return Err(http::Error::malformed(PAGE));
    }
    let found = if root.name() == "Envelope" {
        soap::opened(root, |element| element.row::<Id<'_>>().is_some_and(|row| row.id.id().is_some()))?
    } else {
        vec![root]
    };
    let mut rows = Vec::new();
    for element in found {
        if element.name() == LIST {
            if !element.text().is_empty() {
                return Err(http::Error::malformed("a list of words where rows were asked for"));
            }
            rows.extend(element.children.into_iter().map(Raw::Xml));
        } else {
            let row = Raw::Xml(element);
            row.id().ok_or_else(|| http::Error::malformed("an element that is no row"))?;
            rows.push(row);
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(body: &str) -> Option<usize> {
        Answer::parse(body).ok().map(|answer| answer.0.len())
    }

    #[test]
    fn a_list_comes_in_five_shapes() {
        let check = |body: &str, rows: Option<usize>| assert_eq!(count(body), rows, "{body:?}");
        check(r#"[{"id":"1"},{"id":"2"}]"#, Some(2));
        check(r#"{"id":"1"}"#, Some(1));
        check("\u{feff} null\n", Some(0));
        check("[]", Some(0));
        check("", Some(0));
        check("  \n", Some(0));
        check(r#"{"error":"no licence"}"#, None);
        check("[{\"id\":", None);
        check("\"ok\"", None);
    }

    #[test]
    fn so_it_does_in_xml_and_in_an_envelope() {
        let check = |body: &str, rows: Option<usize>| {
            assert_eq!(count(body), rows, "{body}");
            let soap = format!("<S:Envelope xmlns:S='x'>\n<S:Body>{body}</S:Body></S:Envelope>");
            assert_eq!(count(&soap), rows, "{soap}");
        };
        check("<list><driver id='1'/>\n<driver id='2'/></list>", Some(2));
        check("<driver id='1'/>", Some(1));
        check("<driver><id>1</id></driver>", Some(1));
        check("<list/>", Some(0));
        check("<list> </list>", Some(0));
        check("<list>no licence</list>", None);
        check("<error message='no licence'/>", None);
        check("<error>no licence</error>", None);
        check("<list>", None);
        assert_eq!(count("<?xml version='1.0'?>\n<!-- x --><list><driver id='1'/></list>\n"), Some(1));
        assert_eq!(count("<HTML><body id='1'></body></HTML>"), None);
    }

    #[test]
    fn a_broken_answer_is_described_without_repeating_it() {
        let said = Answer::parse("[{\"social_security_no\":\"123-45-6789\"").unwrap_err().to_string();
        assert_eq!(said, "answer not understood (JSON that breaks off at line 1 column 36)");
        let said = Answer::parse("<driver social_security_no='123-45-6789'").unwrap_err().to_string();
        assert_eq!(said, "answer not understood (XML that breaks off at line 1 column 1)");
    }
}
