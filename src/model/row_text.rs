//! The text of a row's field. Rows are many and their texts short: a name, a number, a code. It knows no row.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::HashSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// So many bytes are kept in place.
const IN_PLACE: usize = 14;

/// Text that is only read. A short one takes no memory but its own 16 bytes, a long one is shared by whoever clones
/// it; none takes no room in an `Option`.
#[derive(Clone)]
pub struct RowText(Kept);

#[derive(Clone)]
enum Kept {
    InPlace { length: u8, bytes: [u8; IN_PLACE] },
    Shared(Arc<Long>),
}

/// Behind one more pointer, since two words of it would not fit in place.
struct Long(Box<str>);

impl RowText {
    /// The text.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            // Bytes of a `str` from its beginning to its end are one: it never falls back.
            Kept::InPlace { .. } => std::str::from_utf8(self.as_bytes()).unwrap_or_default(),
            Kept::Shared(long) => &long.0,
        }
    }

    /// Its bytes, which sort as the text does.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Kept::InPlace { length, bytes } => bytes.get(..usize::from(*length)).unwrap_or_default(),
            Kept::Shared(long) => long.0.as_bytes(),
        }
    }

    /// Whether somebody else has it too.
    fn is_shared(&self) -> bool {
        matches!(&self.0, Kept::Shared(long) if Arc::strong_count(long) > 1)
    }

    /// The one that there is of a long text where long ones are shared, else a new one.
    fn long(text: &str) -> Self {
        let new = || Self(Kept::Shared(Arc::new(Long(text.into()))));
        SHARED.with_borrow_mut(|shared| {
            let Some(shared) = shared else { return new() };
            if let Some(known) = shared.get(text) {
                return known.clone();
            }
            let new = new();
            shared.insert(new.clone());
            new
        })
    }

    /// The text in place, where it is short enough.
    fn in_place(text: &str) -> Option<Self> {
        let mut bytes = [0; IN_PLACE];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        let length = u8::try_from(text.len()).ok()?;
        Some(Self(Kept::InPlace { length, bytes }))
    }
}

thread_local! {
    /// The long texts that are shared on this thread now, if any are.
    static SHARED: RefCell<Option<HashSet<RowText>>> = const { RefCell::new(None) };
}

/// Long texts that rows have in common: of each there is one, whoever names it.
#[derive(Debug, Default)]
pub struct SharedTexts {
    texts: HashSet<RowText>,
    /// So many there may be before those are let go that no row has any more.
    room: usize,
}

impl SharedTexts {
    /// Has every long text that `read` makes on this thread be one of these. What is read within may not do the same.
    pub fn during<T>(&mut self, read: impl FnOnce() -> T) -> T {
        SHARED.set(Some(std::mem::take(&mut self.texts)));
        let done = read();
        self.texts = SHARED.take().unwrap_or_default();
        if self.texts.len() > self.room {
            self.texts.retain(RowText::is_shared);
            self.texts.shrink_to_fit();
            self.room = (2 * self.texts.len()).max(LEAST_ROOM);
        }
        done
    }
}

/// Fewer shared texts are not looked through.
const LEAST_ROOM: usize = 1024;

impl Default for RowText {
    fn default() -> Self {
        Self(Kept::InPlace { length: 0, bytes: [0; IN_PLACE] })
    }
}

impl From<&str> for RowText {
    fn from(text: &str) -> Self {
        Self::in_place(text).unwrap_or_else(|| Self::long(text))
    }
}

impl From<String> for RowText {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<&String> for RowText {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<RowText> for String {
    fn from(text: RowText) -> Self {
        text.as_str().to_owned()
    }
}

impl From<&RowText> for String {
    fn from(text: &RowText) -> Self {
        text.as_str().to_owned()
    }
}

impl Deref for RowText {
    type Target = str;
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for RowText {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Borrow<str> for RowText {
    fn borrow(&self) -> &str {
        self
    }
}

impl PartialEq for RowText {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for RowText {}

impl PartialEq<str> for RowText {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialEq<&str> for RowText {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}

impl PartialEq<String> for RowText {
    fn eq(&self, other: &String) -> bool {
        self == other.as_str()
    }
}

impl PartialEq<RowText> for String {
    fn eq(&self, other: &RowText) -> bool {
        other == self
    }
}

impl PartialEq<RowText> for str {
    fn eq(&self, other: &RowText) -> bool {
        other == self
    }
}

impl PartialEq<RowText> for &str {
    fn eq(&self, other: &RowText) -> bool {
        other == self
    }
}

impl PartialOrd for RowText {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RowText {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

/// As the text itself, so that it is found by that.
impl Hash for RowText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for RowText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for RowText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl Serialize for RowText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn text_of_any_length_is_kept_sorted_and_found_as_it_is() {
        let texts = [
            "",
            "0",
            "0042",
            "14 bytes long.",
            "15 bytes long..",
            "São Paulo",
            "éééééé",
            "ééééééé",
            "éééééééé",
            "a street that is long and its number",
        ];
        for text in texts {
            let kept = RowText::from(text);
            assert_eq!(
                (kept.as_str(), &kept, RowText::from(text.to_owned())),
                (text, &kept.clone(), kept.clone())
            );
            assert_eq!((format!("{kept}"), format!("{kept:?}"), format!("{kept:>40}")), {
                (text.to_owned(), format!("{text:?}"), format!("{text:>40}"))
            });
            assert!(HashSet::from([kept.clone()]).contains(text));
            for other in texts {
                let beside = RowText::from(other);
                assert_eq!(kept.cmp(&beside), text.cmp(other), "{text} {other}");
                assert_eq!((kept == other, kept == beside), (text == other, text == other));
            }
        }
        assert_eq!(RowText::default(), "");
    }

    #[test]
    fn it_takes_sixteen_bytes_and_none_takes_no_more() {
        assert_eq!((size_of::<RowText>(), size_of::<Option<RowText>>()), (16, 16));
    }

    #[test]
    fn what_is_read_while_texts_are_shared_is_one_text_and_goes_with_its_last_row() {
        let text = "a street that is long and its number";
        let is_one = |a: &RowText, b: &RowText| a.as_str().as_ptr() == b.as_str().as_ptr();
        let mut shared = SharedTexts::default();
        let first = shared.during(|| RowText::from(text));
        let (second, short) = shared.during(|| (RowText::from(text), RowText::from("0042")));
        assert!(is_one(&first, &second));
        assert!(!is_one(&first, &RowText::from(text)), "nobody shares outside of it");
        assert_eq!((first.as_str(), short.as_str(), shared.texts.len()), (text, "0042", 1));
        drop((first, second));
        shared.during(|| (0..=LEAST_ROOM).for_each(|number| drop(RowText::from(format!("{text} {number}")))));
        assert_eq!(shared.texts.len(), 0);
    }

    #[test]
    fn who_clones_a_long_one_shares_it() {
        let long = RowText::from("a street that is long and its number");
        assert_eq!(long.as_str().as_ptr(), long.clone().as_str().as_ptr());
    }
}
