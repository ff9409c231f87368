//! The group that the database is shared with: its number and its name, by the system's own list. It asks no directory service
//! and opens the files to nobody.

use super::table::Origin;
use super::{Config, ConfigError, Problem};

impl Config {
    /// The number of the group of `database.group`; `None` where the database is nobody else's. Fails where there is no
    /// such group.
    pub fn group(&self) -> Result<Option<u32>, ConfigError> {
        let Some(group) = &self.database.group else { return Ok(None) };
        let number = listed(|name, _| name == group).map(|(_, number)| number);
        // A directory service may know groups that the list does not; those can be given by number.
        number.or_else(|| group.parse().ok()).map(Some).ok_or_else(|| {
            let message = format!("there is no group `{group}` in /etc/group; name one, or give its number");
            let key = "database.group".to_owned();
            ConfigError { problems: vec![Problem { origin: self.origin("database", "group"), key, message }] }
        })
    }

    /// Where a key of a table was set; a key that the table does not have was set nowhere.
    pub fn origin(&self, table: &str, key: &str) -> Origin {
        let table = self.tables.iter().find(|known| known.name == table);
        let setting = table.and_then(|table| table.settings.iter().find(|setting| setting.key.name == key));
        setting.map_or(Origin::Default, |setting| setting.origin.clone())
    }
}

/// What `database.group` is to say for the group of this number.
pub fn group_name(number: u32) -> String {
    listed(|_, known| known == number).map_or_else(|| number.to_string(), |(name, _)| name)
}

/// The first group of the system's list that is wanted.
fn listed(is_wanted: impl Fn(&str, u32) -> bool) -> Option<(String, u32)> {
    let groups = std::fs::read_to_string("/etc/group").unwrap_or_default();
    let mut all = groups.lines().filter_map(|line| {
        let mut fields = line.split(':');
        Some((fields.next()?, fields.nth(1)?.parse().ok()?))
    });
    all.find(|(name, number)| is_wanted(name, *number)).map(|(name, number)| (name.to_owned(), number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_found_by_name_and_number_and_a_wrong_one_by_its_line() {
        let of = |group: &str| {
            Config::from_toml(&format!("[database]\nurl = \"sqlite:x\"\n{group}")).unwrap().group()
        };
        assert_eq!(of(""), Ok(None));
        assert_eq!(of("group = \"root\"\n"), Ok(Some(0)));
        assert_eq!(of("group = \"64100\"\n"), Ok(Some(64_100)));
        assert_eq!(group_name(0), "root");
        let refused = of("group = \"no-such-group\"\n").unwrap_err().to_string();
        assert!(
            refused.starts_with("config.toml:3: database.group: there is no group `no-such-group`"),
            "{refused}"
        );
    }
}
