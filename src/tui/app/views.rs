//! Views that were saved: a panel with its filter and arrangement under a name, and their file's text. Reads
//! and writes no file itself.

use serde::{Deserialize, Serialize};

use crate::model::clean;
use crate::tui::widgets::table::Arrangement;

/// Characters of a name, and of a filter, at most.
const NAME: usize = 40;
const FILTER: usize = 200;

/// A view under its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedView {
    /// What it is called.
    pub name: String,
    /// The panel, as `viewers.view` calls it.
    pub panel: String,
    /// The filter, as it was typed.
    #[serde(default)]
    pub filter: String,
    /// The heading it is sorted by; none for the panel's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// Whether that is turned round.
    #[serde(default)]
    pub reversed: bool,
    /// The headings picked; none where the width chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
    /// What it is grouped by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

impl SavedView {
    /// This arrangement of a panel, under a name.
    pub fn new(name: &str, panel: &str, filter: &str, arrangement: Arrangement) -> Self {
        let Arrangement { sort, reversed, columns, group } = arrangement;
        Self {
            name: clean(name, NAME),
            panel: panel.to_owned(),
            filter: clean(filter, FILTER),
            sort,
            reversed,
            columns,
            group,
        }
    }

    /// How the table is arranged.
    pub fn arrangement(&self) -> Arrangement {
        Arrangement {
            sort: self.sort.clone(),
            reversed: self.reversed,
            columns: self.columns.clone(),
            group: self.group.clone(),
        }
    }
}

/// A change to the views that are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Keep this one, in place of one of the same name.
    Save(SavedView),
    /// Keep the one of this name no more.
    Forget(String),
}

/// All that are kept, in the order they were first saved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Views {
    #[serde(default, rename = "view")]
    all: Vec<SavedView>,
}

impl Views {
    /// From the text of their file. Fails with a sentence that says where it is broken.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut views: Self = toml::from_str(text).map_err(|broken| {
            let line = broken
                .span()
                .and_then(|span| text.get(..span.start))
                .map_or(1, |before| before.split('\n').count());
            format!("line {line}: {}", broken.message())
        })?;
        // A file that people share is as untrusted as any other text.
        for view in &mut views.all {
            (view.name, view.filter) = (clean(&view.name, NAME), clean(&view.filter, FILTER));
        }
        Ok(views)
    }

    /// The text of their file.
    pub fn write(&self) -> String {
        let body = toml::to_string(self).unwrap_or_default();
        format!("# Views saved in the console with `:save NAME`. May be edited, and shared.\n\n{body}")
    }

    /// Makes a change.
    pub fn change(&mut self, change: &Change) {
        match change {
            Change::Save(view) => match self.all.iter_mut().find(|kept| kept.name == view.name) {
                Some(kept) => kept.clone_from(view),
                None => self.all.push(view.clone()),
            },
            Change::Forget(name) => self.all.retain(|kept| kept.name != *name),
        }
    }

    /// The one of this name, in letters of either case.
    pub fn named(&self, name: &str) -> Option<&SavedView> {
        let small = name.to_lowercase();
        self.all
            .iter()
            .find(|view| view.name == name)
            .or_else(|| self.all.iter().find(|view| view.name.to_lowercase() == small))
    }

    /// The one that was saved so manieth, from 0.
    pub fn at(&self, place: usize) -> Option<&SavedView> {
        self.all.get(place)
    }

    /// Their names.
    pub fn names(&self) -> Vec<&str> {
        self.all.iter().map(|view| view.name.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(name: &str) -> SavedView {
        SavedView {
            name: name.to_owned(),
            panel: "drivers".to_owned(),
            filter: "near:dallas<100 drive>=5h \"a b\"".to_owned(),
            sort: Some("MILES".to_owned()),
            columns: Some(vec!["NAME".to_owned(), "AGE".to_owned()]),
            ..SavedView::default()
        }
    }

    #[test]
    fn views_are_written_and_read_back_and_replaced_by_name() {
        let mut views = Views::default();
        for name in ["dallas", "late \u{1b}[2J", "dallas"] {
            views.change(&Change::Save(SavedView::new(
                name,
                "drivers",
                &view(name).filter,
                view(name).arrangement(),
            )));
        }
        assert_eq!(views.names(), ["dallas", "late"]);
        assert_eq!(Views::read(&views.write()), Ok(views.clone()));
        assert_eq!(views.named("DALLAS").map(SavedView::arrangement), Some(view("").arrangement()));
        views.change(&Change::Forget("dallas".to_owned()));
        assert_eq!(views.names(), ["late"]);
        assert_eq!(Views::read(&Views::default().write()), Ok(Views::default()));
    }

    #[test]
    fn a_broken_file_says_where() {
        let error = Views::read("[[view]]\nname = \"a\"\npanel = 5\n").unwrap_err();
        assert!(error.starts_with("line 3: "), "{error}");
        assert!(Views::read("[[view]]\nname = \"a\"\npanel = \"x\"\ncolour = 1\n").is_err());
        assert!(Views::read("\u{0}[[[").is_err());
    }
}
