//! Puts settings into the text of a configuration and keeps every other byte of it: comments, order, blank
//! lines. Pure: it reads and writes no file, and does not know what a key takes.

use std::ops::Range;

use toml::Value;
use toml::de::{DeTable, DeValue};

use super::draft::default_of;

/// The table that settings go into.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    /// A table there is one of, such as `mcleod`.
    Table(&'a str),
    /// The `[[eld]]` of this name, of this provider; a new one where there is none.
    Eld {
        /// The account's name.
        name: &'a str,
        /// Its provider.
        provider: &'a str,
    },
}

impl Place<'_> {
    const fn keys_of(&self) -> &str {
        match self {
            Self::Table(name) => name,
            Self::Eld { provider, .. } => provider,
        }
    }

    /// What a new one begins with.
    fn opening(&self) -> String {
        match self {
            Self::Table(name) => format!("[{name}]\n"),
            Self::Eld { name, provider } => {
                format!("[[eld]]\n{}{}", line("name", name), line("provider", provider))
            }
        }
    }
}

/// `text` with these settings in it, and without those of `obsolete`. What stands there under the same keys is replaced;
/// a default that nobody overrules is left out.
///
/// Fails with a sentence where the table is written in a way that nothing can be added to or taken from.
pub fn with(
    text: &str,
    place: Place<'_>,
    settings: &[(&str, &str)],
    obsolete: &[&str],
) -> Result<String, String> {
    let root = DeTable::parse(text).map_err(|error| error.message().to_owned())?;
    let is_default = |key: &str, value: &str| default_of(place.keys_of(), key) == Some(value);
    let Some((at, table)) = found(root.get_ref(), place) else {
        let mut added = text.to_owned();
        if !text.is_empty() {
            added.push_str(if text.ends_with('\n') { "\n" } else { "\n\n" });
        }
        added.push_str(&place.opening());
        let lines = settings.iter().filter(|(key, value)| !is_default(key, value));
        added.extend(lines.map(|(key, value)| line(key, value)));
        return Ok(added);
    };
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut new_lines = String::new();
    for (key, value) in settings {
        match table.get(*key) {
            Some(there) => edits.push((there.span(), quoted(value))),
            None if is_default(key, value) => {}
            None => new_lines.push_str(&line(key, value)),
        }
    }
    if !new_lines.is_empty() {
        let end = header_end(text, at).ok_or_else(|| {
            let (name, lines) = (place.keys_of(), new_lines.trim_end());
            format!("{name} is not written as a table with a line of its own; add to it by hand:\n{lines}")
        })?;
        let begins = if text.get(..end).is_some_and(|before| before.ends_with('\n')) { "" } else { "\n" };
        edits.push((end..end, format!("{begins}{new_lines}")));
    }
    let written = obsolete.iter().filter_map(|name| table.iter().find(|(key, _)| key.get_ref() == name));
    for (key, value) in written {
        let name = key.get_ref();
        let lines = own_lines(text, key.span().start..value.span().end).ok_or_else(|| {
            format!("{name} is not needed any more, and has no line of its own: take it out by hand")
        })?;
        edits.push((lines, String::new()));
    }
    // From the end, so that what is in front stays where it was found; what is taken out before what is put in its place.
    edits.sort_by_key(|(range, _)| std::cmp::Reverse((range.start, range.end)));
    let mut edited = text.to_owned();
    for (range, new) in edits {
        edited.replace_range(range, &new);
    }
    Ok(edited)
}

/// The names of the ELD accounts in `text`; none where it is no TOML.
pub fn eld_names(text: &str) -> Vec<String> {
    let Ok(root) = DeTable::parse(text) else { return Vec::new() };
    let Some(accounts) = root.get_ref().get("eld").and_then(|elds| elds.get_ref().as_array()) else {
        return Vec::new();
    };
    accounts.iter().filter_map(|account| account_name(account.get_ref().as_table()?)).collect()
}

/// Whether a table there is one of stands in `text` with this key set.
pub fn has(text: &str, table: &str, key: &str) -> bool {
    let Ok(root) = DeTable::parse(text) else { return false };
    let table = root.get_ref().get(table).and_then(|table| table.get_ref().as_table());
    table.is_some_and(|table| table.get(key).is_some())
}

/// Where a table's header is, and what is in the table.
fn found<'t, 'i>(root: &'t DeTable<'i>, place: Place<'_>) -> Option<(usize, &'t DeTable<'i>)> {
    match place {
        Place::Table(name) => {
            let (key, table) = root.iter().find(|(key, _)| key.get_ref().as_ref() == name)?;
            Some((key.span().start, table.get_ref().as_table()?))
        }
        Place::Eld { name, .. } => root.get("eld")?.get_ref().as_array()?.iter().find_map(|account| {
            let table = account.get_ref().as_table()?;
            (account_name(table)? == name).then(|| (account.span().start, table))
        }),
    }
}

fn account_name(table: &DeTable<'_>) -> Option<String> {
    let word =
        |key: &str| table.get(key).and_then(|value: &toml::Spanned<DeValue<'_>>| value.get_ref().as_str());
    word("name").or_else(|| word("provider")).map(str::to_owned)
}

/// Where the line of a header ends; `None` where it is none.
fn header_end(text: &str, at: usize) -> Option<usize> {
    let (before, after) = text.split_at_checked(at)?;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let end = after.find('\n').map_or(text.len(), |newline| at + newline + 1);
    text.get(start..end)?.trim_start().starts_with('[').then_some(end)
}

/// The whole lines of a key and its value, the comment behind them included; `None` where something else stands there too.
fn own_lines(text: &str, setting: Range<usize>) -> Option<Range<usize>> {
    let start = text.get(..setting.start)?.rfind('\n').map_or(0, |newline| newline + 1);
    let end = text.get(setting.end..)?.find('\n').map_or(text.len(), |newline| setting.end + newline + 1);
    let (before, after) = (text.get(start..setting.start)?.trim(), text.get(setting.end..end)?.trim());
    (before.is_empty() && (after.is_empty() || after.starts_with('#'))).then_some(start..end)
}

fn line(key: &str, value: &str) -> String {
    format!("{key} = {}\n", quoted(value))
}

fn quoted(value: &str) -> String {
    Value::String(value.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMSARA: Place<'_> = Place::Eld { name: "samsara", provider: "samsara" };

    #[test]
    fn an_account_is_added_behind_what_is_there() {
        let new = with("", SAMSARA, &[("api_token", "t"), ("base_url", "https://api.samsara.com")], &[]);
        let expected = "[[eld]]\nname = \"samsara\"\nprovider = \"samsara\"\napi_token = \"t\"\n";
        assert_eq!(new.as_deref(), Ok(expected), "a default is not written down");
        let text = "# ours\n[polling]\nidle = \"30s\"   # slower\n";
        assert_eq!(with(text, SAMSARA, &[("api_token", "t")], &[]), Ok(format!("{text}\n{expected}")));
    }

    #[test]
    fn an_account_that_is_there_is_mended_in_its_place() {
        let text = "[[eld]]\nprovider = \"samsara\"\napi_token = 'old' # since May\n\n[[eld]]\nname = \"two\"\nprovider = \"samsara\"\n# end\n";
        let mended =
            with(text, SAMSARA, &[("api_token", "new"), ("base_url", "https://api.eu.samsara.com")], &[]);
        let expected = "[[eld]]\nbase_url = \"https://api.eu.samsara.com\"\nprovider = \"samsara\"\napi_token = \"new\" # since May\n\n[[eld]]\nname = \"two\"\nprovider = \"samsara\"\n# end\n";
        assert_eq!(mended.as_deref(), Ok(expected));
        let second = Place::Eld { name: "two", provider: "samsara" };
        let mended = with(text, second, &[("api_token", "t")], &[]).unwrap();
        assert!(
            mended.ends_with("[[eld]]\napi_token = \"t\"\nname = \"two\"\nprovider = \"samsara\"\n# end\n")
        );
        assert_eq!(eld_names(text), ["samsara", "two"]);
    }

    #[test]
    fn the_example_file_takes_every_table() {
        let example = include_str!("../../config.example.toml");
        let mcleod = [("base_url", "https://tms.acme.example/ws"), ("token", "t"), ("company_id", "ACME")];
        let edited = with(example, Place::Table("mcleod"), &mcleod, &[]).unwrap();
        let config = super::super::Config::draft(&edited, "c.toml".as_ref(), &|name| {
            (name == "HOME").then(|| "/h".to_owned())
        });
        let config = config.unwrap();
        assert_eq!(config.mcleod.off_reason(), None);
        assert_eq!(config.mcleod.provider.company_id, "ACME");
        let kept = |line: &&str| !line.starts_with("company_id") && !line.is_empty();
        let mut left = edited.lines();
        for line in example.lines().filter(kept) {
            assert!(left.any(|there| there == line), "{line} is kept, in its order");
        }
        assert!(has(&edited, "mcleod", "token") && !has(example, "mcleod", "token"));
    }

    #[test]
    fn a_table_without_a_line_of_its_own_is_left_alone() {
        for text in ["mapbox = { profile = \"driving\" }\n", "mapbox.profile = \"driving\"\n"] {
            let refused = with(text, Place::Table("mapbox"), &[("token", "t")], &[]).unwrap_err();
            assert!(refused.ends_with("by hand:\ntoken = \"t\""), "{refused}");
        }
    }

    #[test]
    fn quotes_in_a_value_stay_in_it() {
        let text = with("", Place::Table("mapbox"), &[("token", "a\"b\\c")], &[]).unwrap();
        let read: toml::Table = text.parse().unwrap();
        assert_eq!(read["mapbox"]["token"].as_str(), Some("a\"b\\c"));
    }

    #[test]
    fn what_an_account_does_not_need_any_more_goes_with_its_line() {
        let text = "[[eld]]\nprovider = \"motive\"\napi_key = 'old' # since May\ntoken_url = \"u\"\n# end\n";
        let motive = Place::Eld { name: "motive", provider: "motive" };
        let mended = with(text, motive, &[("client_id", "c")], &["api_key", "username"]);
        let expected = "[[eld]]\nclient_id = \"c\"\nprovider = \"motive\"\ntoken_url = \"u\"\n# end\n";
        assert_eq!(mended.as_deref(), Ok(expected));
        let first = with("[mcleod]\ntoken = \"t\"", Place::Table("mcleod"), &[("username", "u")], &["token"]);
        assert_eq!(first.as_deref(), Ok("[mcleod]\nusername = \"u\"\n"));
        let inline = "mcleod = { token = \"t\", username = \"u\" }\n";
        let refused = with(inline, Place::Table("mcleod"), &[("username", "u")], &["token"]).unwrap_err();
        assert!(refused.ends_with("take it out by hand"), "{refused}");
    }
}
