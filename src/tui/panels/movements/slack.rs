//! How slack is written: its words, its colour, and what goes first. What it is, `rules::slack` says.

use crate::model::Reason;
use crate::rules::slack::Slack;
use crate::tui::theme::Role;
use crate::tui::widgets::table::Order;
use crate::tui::words::{UNKNOWN, minutes};

/// Less than this to spare is tight.
const TIGHT_S: i64 = 30 * 60;

/// Characters of its column.
pub const WIDTH: u16 = 9;

/// "+1h20", "LATE 35m", "RISK 7m", "PAST 35m", "HERE 1h05".
pub fn words(slack: Slack) -> String {
    match slack {
        Slack::Here(seconds) => format!("HERE {}", minutes(seconds)),
        Slack::Past(seconds) => format!("PAST {}", minutes(seconds)),
        Slack::Late(seconds) => format!("LATE {}", minutes(seconds)),
        Slack::Risk(seconds) => format!("RISK {}", minutes(seconds)),
        Slack::Spare(seconds) => format!("+{}", minutes(seconds)),
        Slack::Blind(Reason::StaleGps) => "GPS OLD".to_owned(),
        Slack::Blind(_) => "HOURS ?".to_owned(),
        Slack::Unknown => UNKNOWN.to_owned(),
    }
}

/// The same in the width of a column: of many hours the minutes say nothing.
pub fn short(slack: Slack) -> String {
    let whole = words(slack);
    match whole.rsplit_once('h') {
        Some((hours, _)) if whole.len() > WIDTH.into() => format!("{hours}h"),
        Some(_) | None => whole,
    }
}

/// What it means.
pub const fn role(slack: Slack) -> Role {
    match slack {
        Slack::Past(_) | Slack::Late(_) | Slack::Risk(_) => Role::Bad,
        Slack::Spare(..TIGHT_S) | Slack::Blind(_) => Role::Warn,
        Slack::Here(_) | Slack::Spare(_) | Slack::Unknown => Role::Text,
    }
}

/// The latest first; what has arrived after all that has not.
pub const fn order(slack: Slack) -> Order {
    match slack {
        Slack::Past(seconds) | Slack::Late(seconds) | Slack::Risk(seconds) => {
            Order::Number(seconds.saturating_neg())
        }
        Slack::Spare(seconds) => Order::Number(seconds),
        // Below what is known to be in time: nobody knows, and it must be looked at.
        Slack::Blind(_) => Order::Number(i64::MAX - 1),
        Slack::Here(_) => Order::Number(i64::MAX),
        Slack::Unknown => Order::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_late_comes_first_and_what_is_unknown_comes_last() {
        let blind = Slack::Blind(Reason::StaleGps);
        let mut all =
            [Slack::Unknown, Slack::Here(5), blind, Slack::Spare(60), Slack::Late(90), Slack::Past(600)];
        assert_eq!(short(Slack::Late(15 * 3600 + 240)), "LATE 15h");
        assert_eq!(short(Slack::Late(9 * 3600 + 240)), "LATE 9h04");
        assert_eq!(short(Slack::Blind(Reason::StaleHos)), "HOURS ?");
        all.sort_by_key(|slack| order(*slack));
        assert_eq!(
            all,
            [Slack::Past(600), Slack::Late(90), Slack::Spare(60), blind, Slack::Here(5), Slack::Unknown]
        );
    }
}
