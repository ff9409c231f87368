//! Reads that go through a list of wanted ids, one call each.

use std::fmt::Write;

use crate::providers::Ask;

/// Where in the wanted ids a read is; written as `7`, or `7?` while a missing one is asked for again.
#[derive(Clone, Copy)]
pub(super) struct Step {
    index: usize,
    /// It was not found, and is asked for another way.
    pub(super) missing: bool,
    last: bool,
}

impl Step {
    /// The page after this one.
    pub(super) fn after(self) -> Option<String> {
        (!self.last).then(|| (self.index + 1).to_string())
    }

    /// This one's page, asked another way.
    pub(super) fn asking_again(self) -> String {
        format!("{}?", self.index)
    }
}

/// The wanted id whose turn it is, of at most `most`.
pub(super) fn wanted<'a>(ask: &Ask<'a>, most: usize) -> Option<(&'a str, Step)> {
    let page = ask.page.unwrap_or("0");
    let missing = page.ends_with('?');
    let index: usize = page.trim_end_matches('?').parse().ok()?;
    let count = ask.wanted.len().min(most);
    let id = ask.wanted.get(..count)?.get(index)?;
    Some((id, Step { index, missing, last: index + 1 == count }))
}

/// `resource/id`, with whatever an id may hold kept inside its segment.
pub(super) fn below(resource: &str, id: &str) -> String {
    let mut path = format!("{resource}/");
    for byte in id.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => path.push(char::from(byte)),
            _ => {
                let _ = write!(path, "%{byte:02X}");
            }
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    #[test]
    fn a_read_goes_through_the_wanted_ids_and_no_further_than_its_most() {
        let ids = ["a", "b", "c"].map(str::to_owned);
        let turn = |page: Option<&str>| {
            let (cursor, restart, now) = (None, false, Timestamp::default());
            let ask = Ask { resource: "customers", cursor, page, restart, wanted: &ids, now };
            wanted(&ask, 2).map(|(id, step)| (id.to_owned(), step.missing, step.after()))
        };
        assert_eq!(turn(None), Some(("a".to_owned(), false, Some("1".to_owned()))));
        assert_eq!(turn(Some("0?")), Some(("a".to_owned(), true, Some("1".to_owned()))));
        assert_eq!(turn(Some("1")), Some(("b".to_owned(), false, None)));
        assert_eq!(turn(Some("2")), None);
        assert_eq!(turn(Some("x")), None);
    }

    #[test]
    fn an_id_stays_in_its_own_segment() {
        assert_eq!(below("movements", "0412233"), "movements/0412233");
        assert_eq!(below("customers", "A/B C?"), "customers/A%2FB%20C%3F");
    }
}
