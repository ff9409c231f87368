//! `[[link]]`: what a person says of which accounts' records are one unit. Only the file has them.

use std::collections::HashSet;

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Value};

use super::Problem;
use super::keys::LINK;
use super::layers::{Layers, Lines, article};
use super::table::Origin;
use crate::model::{RecordName, UnitKind, Wish, nearest};

/// The TMS's account, which always has this name.
const TMS: &str = "mcleod";

/// One `[[link]]`.
#[derive(Clone, Debug)]
pub struct Link {
    /// What it says.
    pub wish: Wish,
    /// Where it stands.
    pub origin: Origin,
    /// Where each of its units stands.
    units_at: Vec<Origin>,
    same_at: Origin,
}

impl Link {
    /// Its keys, each with its value as TOML would have it, and where that came from.
    pub(super) fn shown(&self) -> impl Iterator<Item = (&'static str, String, &Origin)> {
        let units = self.wish.units.iter().map(|unit| Value::from(unit.to_string())).collect();
        [
            ("kind", format!("{:?}", self.wish.kind.word()), &self.origin),
            ("units", Value::Array(units).to_string(), self.units_at.first().unwrap_or(&self.origin)),
            ("same", self.wish.same.to_string(), &self.same_at),
        ]
        .into_iter()
    }
}

/// Reads one. `index` counts them from 0.
pub(super) fn read(
    index: usize,
    link: &Spanned<DeValue<'_>>,
    lines: Lines<'_>,
) -> Result<Link, Vec<Problem>> {
    let mut reading = Reading { name: format!("link[{index}]"), lines, problems: Vec::new() };
    let origin = lines.origin(link.span().start);
    let DeValue::Table(table) = link.get_ref() else {
        let message = "expected one `[[link]]` for each".to_owned();
        return Err(vec![Problem { origin, key: reading.name, message }]);
    };
    for key in table.keys().filter(|key| !LINK.contains(&key.get_ref().as_ref())) {
        let (at, name) = (lines.origin(key.span().start), format!("{}.{}", reading.name, key.get_ref()));
        reading.problems.push(Problem::unknown(at, &name, key.get_ref(), LINK.iter().copied()));
    }
    let kind = reading.kind(table, &origin);
    let units = reading.units(table, &origin);
    let same = reading.same(table);
    match (kind, reading.problems) {
        (Some(kind), problems) if problems.is_empty() => {
            let (units, units_at) = units.into_iter().unzip();
            let (same, same_at) = same.unwrap_or((true, Origin::Default));
            Ok(Link { wish: Wish { kind, units, same }, origin, units_at, same_at })
        }
        (_, problems) => Err(problems),
    }
}

/// Every unit's account must be one there is; only known once the whole configuration is.
pub(super) fn check_accounts(layers: &mut Layers<'_>) {
    let mut accounts: Vec<String> = layers.elds.iter().map(|(_, table)| table.text("name")).collect();
    accounts.push(TMS.to_owned());
    let mut unknown = Vec::new();
    for (index, link) in layers.links.iter().enumerate() {
        let units = link.wish.units.iter().zip(&link.units_at);
        for (unit, origin) in units.filter(|(unit, _)| !accounts.contains(&unit.account)) {
            let mut message =
                format!("there is no account `{}`; there are {}", unit.account, accounts.join(", "));
            if let Some(near) = nearest(&unit.account, accounts.iter().map(String::as_str)) {
                message = format!("{message}; did you mean `{near}`?");
            }
            unknown.push((origin.clone(), format!("link[{index}].units"), message));
        }
    }
    for (origin, key, message) in unknown {
        layers.problem(origin, &key, &message);
    }
}

struct Reading<'a> {
    name: String,
    lines: Lines<'a>,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn problem(&mut self, origin: Origin, key: &str, message: String) {
        self.problems.push(Problem { origin, key: format!("{}.{key}", self.name), message });
    }

    fn kind(&mut self, table: &DeTable<'_>, origin: &Origin) -> Option<UnitKind> {
        let expected = UnitKind::ALL.map(UnitKind::word).join(" | ");
        let Some(value) = table.get("kind") else {
            self.problem(origin.clone(), "kind", format!("is missing: {expected}"));
            return None;
        };
        let word = value.get_ref().as_str();
        let kind = word.and_then(UnitKind::from_word);
        if kind.is_none() {
            let found = word.map_or_else(|| article(value.get_ref()).to_owned(), |word| format!("{word:?}"));
            let mut message = format!("expected {expected}, found {found}");
            let words = UnitKind::ALL.map(UnitKind::word);
            if let Some(near) = word.and_then(|word| nearest(word, words)) {
                message = format!("{message}; did you mean {near:?}?");
            }
            self.problem(self.lines.origin(value.span().start), "kind", message);
        }
        kind
    }

    fn units(&mut self, table: &DeTable<'_>, origin: &Origin) -> Vec<(RecordName, Origin)> {
        let example = "expected two or more like [\"samsara:281474977075805\", \"mcleod:4471\"]";
        let Some(value) = table.get("units") else {
            self.problem(origin.clone(), "units", format!("is missing: {example}"));
            return Vec::new();
        };
        let at = self.lines.origin(value.span().start);
        let Some(entries) = value.get_ref().as_array() else {
            self.problem(at, "units", format!("{example}, found {}", article(value.get_ref())));
            return Vec::new();
        };
        let (mut units, mut seen) = (Vec::new(), HashSet::new());
        for entry in entries {
            let at = self.lines.origin(entry.span().start);
            match entry.get_ref().as_str().map(|text| (text, RecordName::parse(text))) {
                None => self.problem(at, "units", format!("{example}, found {}", article(entry.get_ref()))),
                Some((text, None)) => {
                    self.problem(at, "units", format!("expected ACCOUNT:ID, found {text:?}"));
                }
                Some((text, Some(unit))) if !seen.insert(unit.clone()) => {
                    self.problem(at, "units", format!("{text:?} stands there twice"));
                    units.push((unit, origin.clone()));
                }
                Some((_, Some(unit))) => units.push((unit, at)),
            }
        }
        if entries.len() < 2 {
            self.problem(at, "units", format!("{example}, found {}", entries.len()));
        }
        units
    }

    fn same(&mut self, table: &DeTable<'_>) -> Option<(bool, Origin)> {
        let value = table.get("same")?;
        let at = self.lines.origin(value.span().start);
        match value.get_ref() {
            DeValue::Boolean(same) => Some((*same, at)),
            other => {
                self.problem(at, "same", format!("expected true or false, found {}", article(other)));
                None
            }
        }
    }
}
