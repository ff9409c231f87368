//! Defaults, then the file, then the environment, then flags: settings with their origins, not yet
//! the typed configuration. Every mistake is collected, none stops the reading.

use std::path::PathBuf;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::file::ConfigFile;
use super::keys::{ELD_VARIABLES, ELDS, Key, TABLES, VARIABLES, Variable, actions};
use super::link::{self, Link};
use super::table::{Origin, Table};
use super::value::Given;
use super::{Environment, Problem};
use crate::model::nearest;

/// Keys that a person bound to an action, from `[keys]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The action's name; whether there is such an action is for the console to say.
    pub action: String,
    /// The keys, as written.
    pub keys: Vec<String>,
    /// Where that is written.
    pub origin: Origin,
}

/// Everything that was said, by table.
pub(super) struct Layers<'a> {
    environment: Environment<'a>,
    pub(super) tables: Vec<Table>,
    /// Each account with its provider.
    pub(super) elds: Vec<(&'static str, Table)>,
    pub(super) keys: Vec<Binding>,
    pub(super) links: Vec<Link>,
    /// Files of `GeoJSON` that the map shows, as written, from `[map]`.
    pub(super) map: Vec<String>,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Layers<'a> {
    /// The defaults.
    pub(super) fn new(environment: Environment<'a>) -> Self {
        let tables = TABLES.iter().map(|(name, keys)| Table::new(*name, keys, environment)).collect();
        Self {
            environment,
            tables,
            elds: Vec::new(),
            keys: Vec::new(),
            links: Vec::new(),
            map: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// The table of this name.
    pub(super) fn table(&self, name: &str) -> &Table {
        self.tables.iter().find(|table| table.name == name).expect("asked for a table there is")
    }

    fn table_mut(&mut self, name: &str) -> &mut Table {
        self.tables.iter_mut().find(|table| table.name == name).expect("asked for a table there is")
    }

    /// Puts the file over what is there.
    pub(super) fn read_file(&mut self, file: &ConfigFile) {
        let lines = Lines { path: &file.path, text: &file.text };
        let root = match DeTable::parse(&file.text) {
            Ok(root) => root,
            Err(error) => {
                let origin = lines.origin(error.span().map_or(0, |span| span.start));
                // Its `Display` would quote the line, and a credential with it.
                self.problem(origin, "not valid TOML", &error.message().replace('\n', ", "));
                return;
            }
        };
        let mut sections: Vec<_> = root.get_ref().iter().collect();
        sections.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in sections {
            let origin = lines.origin(name.span().start);
            match (name.get_ref().as_ref(), value.get_ref()) {
                ("eld", DeValue::Array(accounts)) => {
                    for (index, account) in accounts.iter().enumerate() {
                        self.read_eld(index, account, lines);
                    }
                }
                ("eld", _) => self.problem(origin, "eld", "expected one `[[eld]]` for each account"),
                ("link", DeValue::Array(tables)) => {
                    for (index, link) in tables.iter().enumerate() {
                        match link::read(index, link, lines) {
                            Ok(link) => self.links.push(link),
                            Err(problems) => self.problems.extend(problems),
                        }
                    }
                }
                ("link", _) => self.problem(origin, "link", "expected one `[[link]]` for each"),
                ("map", DeValue::Table(settings)) => self.read_map(settings, lines),
                ("keys", DeValue::Table(bindings)) => self.read_keys(bindings, lines),
                (name, DeValue::Table(settings)) if TABLES.iter().any(|(known, _)| *known == name) => {
                    self.read_table(name, origin, settings, lines);
                }
                (name, value) => {
                    let known = TABLES.iter().map(|(known, _)| *known).chain(["eld", "keys", "link", "map"]);
                    if known.clone().any(|known| known == name) {
                        self.problem(
                            origin,
                            name,
                            &format!("expected a table `[{name}]`, found {}", article(value)),
                        );
                    } else {
                        self.problems.push(Problem::unknown(origin, name, name, known));
                    }
                }
            }
        }
    }

    /// Puts the environment over what is there: for an ELD account it only fills what is missing.
    pub(super) fn read_environment(&mut self) {
        self.read_variables(|_| true);
        for (provider, keys) in ELDS {
            self.read_eld_environment(provider, keys);
        }
    }

    /// Puts the variables that set a table's keys over what is there, as far as they are wanted.
    pub(super) fn read_variables(&mut self, wanted: impl Fn(&Variable) -> bool) {
        for variable in VARIABLES.iter().filter(|variable| wanted(variable)) {
            let Some(text) = given(self.environment, variable.name) else { continue };
            let seconds =
                variable.name == "POLLING_INTERVAL" && text.bytes().all(|byte| byte.is_ascii_digit());
            let text = if seconds { format!("{text}s") } else { text };
            self.set_text(variable.table, variable.key, &text, Origin::Environment(variable.name));
        }
    }

    /// Puts a flag over what is there.
    pub(super) fn read_flag(&mut self, flag: &'static str, table: &str, key: &str, text: &str) {
        self.set_text(table, key, text, Origin::Flag(flag));
    }

    /// Gives a key a default that only the running system knows.
    pub(super) fn set_default(&mut self, table: &str, key: &str, text: &str) {
        self.set_text(table, key, text, Origin::Default);
    }

    /// Notes a mistake.
    pub(super) fn problem(&mut self, origin: Origin, key: &str, message: &str) {
        self.problems.push(Problem { origin, key: key.to_owned(), message: message.to_owned() });
    }

    fn set_text(&mut self, table: &str, key: &str, text: &str, origin: Origin) {
        let environment = self.environment;
        if let Err(problem) = self.table_mut(table).set_text(key, text, origin, environment) {
            self.problems.push(problem);
        }
    }

    fn read_table(&mut self, name: &str, origin: Origin, settings: &DeTable<'_>, lines: Lines<'_>) {
        let environment = self.environment;
        let table = self.table_mut(name);
        table.origin = origin;
        let problems = fill(table, settings, lines, environment);
        self.problems.extend(problems);
    }

    fn read_eld(&mut self, index: usize, account: &Spanned<DeValue<'_>>, lines: Lines<'_>) {
        let origin = lines.origin(account.span().start);
        let at = format!("eld[{index}]");
        let DeValue::Table(settings) = account.get_ref() else {
            return self.problem(origin, &at, "expected one `[[eld]]` for each account");
        };
        let word = |key: &str| settings.get(key).and_then(|value| value.get_ref().as_str());
        let name = word("name").or_else(|| word("provider")).map_or(at, |name| format!("eld.{name}"));
        let known = ELDS.iter().map(|(provider, _)| *provider);
        let Some((provider, keys)) = ELDS.iter().find(|(known, _)| word("provider") == Some(*known)) else {
            let expected = known.clone().collect::<Vec<_>>().join(" | ");
            let Some(value) = settings.get("provider") else {
                return self.problem(origin, &format!("{name}.provider"), &format!("is missing: {expected}"));
            };
            let mut message = format!("expected {expected}, found {}", article(value.get_ref()));
            if let Some(near) = word("provider").and_then(|typed| nearest(typed, known)) {
                message = format!("{message}; did you mean {near:?}?");
            }
            return self.problem(lines.origin(value.span().start), &format!("{name}.provider"), &message);
        };
        let mut table = Table::new(name, keys, self.environment);
        table.origin = origin;
        let problems = fill(&mut table, settings, lines, self.environment);
        self.problems.extend(problems);
        self.elds.push((provider, table));
    }

    fn read_keys(&mut self, bindings: &DeTable<'_>, lines: Lines<'_>) {
        for (action, value) in bindings {
            if !actions().any(|known| known == action.get_ref().as_ref()) {
                let origin = lines.origin(action.span().start);
                let name = format!("keys.{}", action.get_ref());
                self.problems.push(Problem::unknown(origin, &name, action.get_ref(), actions()));
                continue;
            }
            let origin = lines.origin(value.span().start);
            let keys = value.get_ref().as_array().and_then(|keys| {
                keys.iter().map(|key| key.get_ref().as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
            });
            match keys {
                Some(keys) => self.keys.push(Binding { action: action.get_ref().to_string(), keys, origin }),
                None => self.problem(
                    origin,
                    &format!("keys.{}", action.get_ref()),
                    &format!("expected a list like [\"j\", \"down\"], found {}", article(value.get_ref())),
                ),
            }
        }
    }

    fn read_map(&mut self, settings: &DeTable<'_>, lines: Lines<'_>) {
        for (key, value) in settings {
            if key.get_ref().as_ref() != "layers" {
                let origin = lines.origin(key.span().start);
                let name = format!("map.{}", key.get_ref());
                self.problems.push(Problem::unknown(origin, &name, key.get_ref(), ["layers"]));
                continue;
            }
            let files = value.get_ref().as_array().and_then(|files| {
                files
                    .iter()
                    .map(|file| file.get_ref().as_str().map(str::to_owned))
                    .collect::<Option<Vec<_>>>()
            });
            match files {
                Some(files) => self.map = files,
                None => self.problem(
                    lines.origin(value.span().start),
                    "map.layers",
                    &format!("expected a list like [\"yards.geojson\"], found {}", article(value.get_ref())),
                ),
            }
        }
    }

    fn read_eld_environment(&mut self, provider: &'static str, keys: &'static [Key]) {
        let environment = self.environment;
        let variables = || ELD_VARIABLES.iter().filter(|variable| variable.table == provider);
        let found: Vec<_> =
            variables().filter_map(|variable| Some((variable, given(environment, variable.name)?))).collect();
        if found.is_empty() {
            return;
        }
        if !self.elds.iter().any(|(of, _)| *of == provider) {
            let mut table = Table::new(format!("eld.{provider}"), keys, environment);
            if let Some((first, _)) = found.first() {
                table.origin = Origin::Environment(first.name);
                let origin = table.origin.clone();
                table
                    .set_text("provider", provider, origin, environment)
                    .expect("one of the provider's words");
            }
            self.elds.push((provider, table));
        }
        // Of several accounts the first that lacks something is meant: two with one credential
        // would read the same trucks twice.
        let lacks = |table: &Table| variables().any(|variable| !table.is_given(variable.key));
        let account = self.elds.iter_mut().find(|(of, table)| *of == provider && lacks(table));
        let Some((_, table)) = account else { return };
        for (variable, text) in found {
            if !table.is_given(variable.key) {
                let origin = Origin::Environment(variable.name);
                self.problems.extend(table.set_text(variable.key, &text, origin, environment).err());
            }
        }
    }
}

/// Sets every key that the file gives.
fn fill(
    table: &mut Table,
    settings: &DeTable<'_>,
    lines: Lines<'_>,
    environment: Environment<'_>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (key, value) in settings {
        let known = table.keys.iter().any(|known| known.name == key.get_ref().as_ref());
        let at = if known { value.span().start } else { key.span().start };
        let given = match value.get_ref() {
            DeValue::String(text) => Given::Text(text),
            DeValue::Integer(number) => {
                let digits = number.as_str().replace('_', "");
                i64::from_str_radix(&digits, number.radix())
                    .map_or(Given::Other("a number too large"), Given::Whole)
            }
            DeValue::Float(number) => {
                number.as_str().replace('_', "").parse().map_or(Given::Other("a number"), Given::Number)
            }
            other @ (DeValue::Boolean(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_)) => {
                Given::Other(article(other))
            }
        };
        problems.extend(table.set(key.get_ref(), given, lines.origin(at), environment).err());
    }
    problems
}

/// What a variable says; an empty one says nothing.
fn given(environment: Environment<'_>, name: &str) -> Option<String> {
    environment(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// What a value is, in words that do not repeat it.
pub(super) fn article(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// Turns places in a file's text into line numbers.
#[derive(Clone, Copy)]
pub(super) struct Lines<'a> {
    path: &'a Arc<PathBuf>,
    text: &'a str,
}

impl Lines<'_> {
    pub(super) fn origin(self, at: usize) -> Origin {
        let line = self.text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
        Origin::File(self.path.clone(), line)
    }
}
