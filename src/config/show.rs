//! The effective configuration in words: every value with where it came from, no secret among them.

use std::io::{self, Write};

use serde::Serialize;

use super::Config;
use super::table::{Setting, Table};
use super::value::Value;

/// One value of the effective configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// The table, as its header would be written: `[polling]`, `[[eld]]`.
    #[serde(skip)]
    header: String,
    /// The dotted key: `polling.active`, `eld.samsara.api_token`.
    pub key: String,
    /// As TOML would have it; a secret is `"***"`.
    pub value: String,
    /// Where it came from.
    pub from: String,
}

impl Config {
    /// Every value there is, in the order of the example file.
    pub fn shown(&self) -> Vec<Shown> {
        let mut all = Vec::new();
        for table in &self.tables {
            let header = match table.name.strip_prefix("eld.") {
                Some(_) => "[[eld]]".to_owned(),
                None => format!("[{}]", table.name),
            };
            all.extend(table.settings.iter().filter_map(|setting| shown(&header, table, setting)));
        }
        for (index, link) in self.links.iter().enumerate() {
            all.extend(link.shown().map(|(key, value, origin)| Shown {
                header: "[[link]]".to_owned(),
                key: format!("link[{index}].{key}"),
                value,
                from: origin.to_string(),
            }));
        }
        all.extend(self.keys.iter().map(|binding| Shown {
            header: "[keys]".to_owned(),
            key: format!("keys.{}", binding.action),
            value: format!("{:?}", binding.keys),
            from: binding.origin.to_string(),
        }));
        all
    }

    /// Prints them as TOML with a `# from …` behind each.
    pub fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut last = None;
        for line in self.shown() {
            let (table, name) = line.key.rsplit_once('.').unwrap_or(("", &line.key));
            if last.as_deref() != Some(table) {
                let gap = if last.is_some() { "\n" } else { "" };
                writeln!(out, "{gap}{}", line.header)?;
                last = Some(table.to_owned());
            }
            writeln!(out, "{:<44} # from {}", format!("{name} = {}", line.value), line.from)?;
        }
        Ok(())
    }
}

fn shown(header: &str, table: &Table, setting: &Setting) -> Option<Shown> {
    let mut from = setting.origin.to_string();
    if let Some(Value::Secret(secret)) = &setting.value {
        let note = secret.missing().or_else(|| secret.reference().map(str::to_owned));
        from = note.map_or(from.clone(), |note| format!("{from}, {note}"));
    }
    Some(Shown {
        header: header.to_owned(),
        key: format!("{}.{}", table.name, setting.key.name),
        value: setting.shown.clone()?,
        from,
    })
}
