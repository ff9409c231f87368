//! Reads that go through a list of wanted ids, a call or two each.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::providers::Ask;

/// Where in the wanted ids a read is: [`crate::providers::Page::next`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Step {
    index: usize,
    /// How this one is asked for.
    pub(super) by: By,
    #[serde(skip)]
    last: bool,
}

/// How a row is asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) enum By {
    /// By its own path.
    #[default]
    Itself,
    /// By a search for its id, since its own path did not answer.
    Search,
    /// By the equipment group that the search named: its units only.
    Group(String),
}

impl Step {
    /// The page after this one.
    pub(super) fn after(&self) -> Option<String> {
        if self.last {
            return None;
        }
        Self { index: self.index + 1, by: By::Itself, last: false }.written()
    }

    /// This one's page, asked another way.
    pub(super) fn asking(&self, by: By) -> Option<String> {
        Self { by, ..self.clone() }.written()
    }

    fn written(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }
}

/// The wanted id whose turn it is, of at most `most`.
pub(super) fn wanted<'a>(ask: &Ask<'a>, most: usize) -> Option<(&'a str, Step)> {
    let step: Step = match ask.page {
        Some(page) => serde_json::from_str(page).ok()?,
        None => Step { index: 0, by: By::Itself, last: false },
    };
    let count = ask.wanted.len().min(most);
    let id = ask.wanted.get(..count)?.get(step.index)?;
    let last = step.index + 1 == count;
    Some((id, Step { last, ..step }))
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
            wanted(&ask, 2).map(|(id, step)| (id.to_owned(), step))
        };
        let (id, step) = turn(None).unwrap();
        assert_eq!((id.as_str(), &step.by), ("a", &By::Itself));
        let (id, again) = turn(step.asking(By::Group("g\"1".to_owned())).as_deref()).unwrap();
        assert_eq!((id.as_str(), &again.by), ("a", &By::Group("g\"1".to_owned())));
        let (id, last) = turn(again.after().as_deref()).unwrap();
        assert_eq!((id.as_str(), &last.by, last.after()), ("b", &By::Itself, None));
        let beyond = Step { index: 2, ..last };
        assert_eq!(turn(beyond.written().as_deref()), None);
        assert_eq!(turn(Some("x")), None);
    }

    #[test]
    fn an_id_stays_in_its_own_segment() {
        assert_eq!(below("movements", "0412233"), "movements/0412233");
        assert_eq!(below("customers", "A/B C?"), "customers/A%2FB%20C%3F");
    }
}
