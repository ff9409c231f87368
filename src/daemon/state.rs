//! How polling goes, in the one sentence that the service manager shows, and what a configuration that
//! was read anew changes. Pure but for the log lines that name what changed.

use crate::config::Config;
use crate::model::{FeedStatus, Timestamp};
use crate::rules::age::is_behind;

/// What only consoles go by.
const OF_CONSOLES: [&str; 4] = ["keys.", "theme.", "notify.", "map."];

/// The accounts that are polled.
#[derive(Clone, Debug)]
pub(super) struct Polled {
    names: Vec<String>,
}

impl Polled {
    /// By this configuration.
    pub(super) fn of(config: &Config) -> Self {
        let elds = config.elds.iter().filter(|eld| eld.off_reason().is_none()).map(|eld| &eld.name);
        let tms = Some(&config.mcleod).filter(|tms| tms.off_reason().is_none()).map(|tms| &tms.name);
        Self { names: elds.chain(tms).cloned().collect() }
    }

    /// Before anything is known.
    pub(super) fn beginning(&self) -> String {
        match self.names.len() {
            1 => "polling 1 account".to_owned(),
            count => format!("polling {count} accounts"),
        }
    }

    /// How their feeds go.
    pub(super) fn words(&self, feeds: &[FeedStatus], now: Timestamp) -> String {
        let of = |name: &String| -> Vec<&FeedStatus> {
            feeds.iter().filter(|feed| feed.account == *name && !feed.is_unsupported()).collect()
        };
        let is_new = |feed: &&FeedStatus| feed.last_ok_at.is_none() && feed.error.is_none();
        let (mut unread, mut silent) = (0, Vec::new());
        for name in &self.names {
            let feeds = of(name);
            if feeds.iter().any(|feed| !is_new(feed) && is_behind(feed, now)) {
                silent.push(name.as_str());
            } else if feeds.is_empty() || feeds.iter().any(is_new) {
                unread += 1;
            }
        }
        let mut words = self.beginning();
        if !silent.is_empty() {
            words = format!("{words}, {} silent ({})", silent.len(), silent.join(", "));
        }
        if unread > 0 {
            words = format!("{words}, {unread} not read to the end yet");
        }
        words
    }
}

/// A configuration that was read anew, as far as it can be gone by.
pub(super) struct Fresh {
    pub(super) config: Config,
    /// Something changed that polling goes by.
    pub(super) concerns_polling: bool,
}

/// Logs what changed, by name. What cannot change while we run stays as it is.
pub(super) fn take_on(mut fresh: Config, before: &Config) -> Fresh {
    let changes = fresh.changes_since(before);
    let is_fixed = |key: &str| key.starts_with("database.");
    let mut concerns_polling = false;
    for change in changes.iter().filter(|change| !is_fixed(&change.key)) {
        let is_shown = OF_CONSOLES.iter().any(|table| change.key.starts_with(table));
        concerns_polling |= !is_shown;
        let whose = if is_shown { " (for consoles that are opened from now on)" } else { "" };
        tracing::info!("configuration read anew: {} {}{whose}", change.key, change.words);
    }
    // Nothing of what is gone by: that of the database which was refused before may have been put right again.
    if changes.iter().all(|change| is_fixed(&change.key)) && fresh.database == before.database {
        tracing::info!("configuration read anew: nothing changed");
    }
    if fresh.database != before.database {
        tracing::warn!(
            "configuration read anew: the database cannot change while this process runs and stays {}: restart it to take on database.url and database.group",
            before.database.path.display()
        );
        fresh.database = before.database.clone();
    }
    Fresh { config: fresh, concerns_polling }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

    fn feed(account: &str, resource: &str, read_s_ago: Option<i64>, error: Option<&str>) -> FeedStatus {
        FeedStatus {
            account: account.to_owned(),
            resource: resource.to_owned(),
            interval_s: 5,
            last_ok_at: read_s_ago.map(|ago| Timestamp::from_millis(NOW.millis() - ago * 1000)),
            error: error.map(str::to_owned),
            ..FeedStatus::default()
        }
    }

    #[test]
    fn one_sentence_says_how_it_goes() {
        let polled = Polled { names: ["sam", "motive", "mcleod"].map(str::to_owned).to_vec() };
        let check = |feeds: &[FeedStatus], expected: &str| assert_eq!(polled.words(feeds, NOW), expected);
        check(&[], "polling 3 accounts, 3 not read to the end yet");
        let well = [feed("sam", "vehicle_stats", Some(4), None), feed("motive", "vehicles", Some(9), None)];
        let tms = feed("mcleod", "movements", Some(2), None);
        check(&[well.as_slice(), std::slice::from_ref(&tms)].concat(), "polling 3 accounts");
        let down = feed("motive", "hos", None, Some("credentials refused"));
        let unsupported = feed("sam", "trailers", None, Some("not supported: no trailers"));
        check(
            &[well.as_slice(), &[tms, down, unsupported]].concat(),
            "polling 3 accounts, 1 silent (motive)",
        );
        let old = feed("sam", "vehicle_stats", Some(400), None);
        check(
            &[old, feed("motive", "vehicles", None, None), feed("mcleod", "orders", Some(1), None)],
            "polling 3 accounts, 1 silent (sam), 1 not read to the end yet",
        );
    }

    #[test]
    fn the_database_stays_until_a_restart_and_what_consoles_show_restarts_nothing() {
        let config = |rest: &str, url: &str| {
            Config::from_toml(&format!("[database]\nurl = \"sqlite:{url}\"\n{rest}")).unwrap()
        };
        let before = config("", "/a.db");
        let fresh = take_on(config("[theme]\nname = \"light\"\n", "/b.db"), &before);
        assert_eq!((fresh.config.database.url.as_str(), fresh.concerns_polling), ("sqlite:/a.db", false));
        // Put right again, nothing is left of it.
        let fresh = take_on(config("", "/a.db"), &fresh.config);
        assert!(fresh.config.changes_since(&before).is_empty());
        let fresh = take_on(config("[polling]\nidle = \"9s\"\n", "/a.db"), &before);
        assert!(fresh.concerns_polling);
        assert_eq!(fresh.config.polling.idle, std::time::Duration::from_secs(9));
    }
}
