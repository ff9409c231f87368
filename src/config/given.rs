//! What somebody gave, as opposed to what holds by default: which accounts are meant to be used, and
//! which credentials lead to nothing.

use super::Config;
use super::table::{Origin, Table};
use super::value::Value;
use crate::model::Wish;

/// What somebody gave of the upstreams.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Every account by its name, and whether anything of it was given.
    pub accounts: Vec<(String, bool)>,
    /// The credentials that were given.
    pub secrets: Vec<GivenSecret>,
}

/// A credential that was given; not the credential itself.
#[derive(Clone, Debug)]
pub struct GivenSecret {
    /// The account it is of.
    pub account: String,
    /// The dotted key.
    pub key: String,
    /// The reference it was written as; `None` when it was written as itself.
    pub reference: Option<String>,
    /// Why it leads to nothing; `None` when it leads to a credential.
    pub missing: Option<String>,
}

impl Config {
    /// What somebody gave of the upstreams, in the order of the example file.
    pub fn given(&self) -> Given {
        let mut given = Given::default();
        for table in &self.tables {
            let account = match (table.name.strip_prefix("eld."), table.name.as_str()) {
                (Some(_), _) => table.text("name"),
                (None, "mcleod" | "mapbox" | "gemini") => table.name.clone(),
                (None, _) => continue,
            };
            let is_wanted = table.settings.iter().any(|setting| setting.origin != Origin::Default);
            given.secrets.extend(secrets(table, &account));
            given.accounts.push((account, is_wanted));
        }
        given
    }

    /// What the `[[link]]`s say, in their order.
    pub fn wishes(&self) -> Vec<Wish> {
        self.links.iter().map(|link| link.wish.clone()).collect()
    }
}

fn secrets(table: &Table, account: &str) -> Vec<GivenSecret> {
    let given = table.settings.iter().filter(|setting| setting.origin != Origin::Default);
    let secrets = given.filter_map(|setting| match &setting.value {
        Some(Value::Secret(secret)) => Some(GivenSecret {
            account: account.to_owned(),
            key: format!("{}.{}", table.name, setting.key.name),
            reference: secret.reference().map(str::to_owned),
            missing: secret.missing(),
        }),
        _ => None,
    });
    secrets.collect()
}
