//! How slack is written: its words, its colour, and what goes first. What it is, `rules::slack` says.

use crate::model::{EtaSource, Reason};
use crate::rules::slack::Slack;
use crate::tui::theme::Role;
use crate::tui::widgets::table::Order;
use crate::tui::words::{UNKNOWN, minutes};

/// Less than this to spare is tight.
const TIGHT_S: i64 = 30 * 60;

/// Characters of its column.
pub const WIDTH: u16 = 9;

/// What stands before a number where there is no room for the mark of what it rests on: it is not a truck's own route.
pub const ROUGH: &str = "~";

/// "+1h20", "LATE 35m", "RISK 7m", "PAST 35m", "HERE 1h05".
pub fn words(slack: Slack) -> String {
    after(slack, "")
}

/// The same with `rough` before a number that is counted from an arrival to come.
fn after(slack: Slack, rough: &str) -> String {
    match slack {
        Slack::Here(seconds) => format!("HERE {}", minutes(seconds)),
        Slack::Past(seconds) => format!("PAST {}", minutes(seconds)),
        Slack::Late(seconds) => format!("LATE {rough}{}", minutes(seconds)),
        Slack::Risk(seconds) => format!("RISK {rough}{}", minutes(seconds)),
        Slack::Spare(seconds) => format!("+{rough}{}", minutes(seconds)),
        Slack::Blind(Reason::StaleGps) => "GPS OLD".to_owned(),
        Slack::Blind(_) => "HOURS ?".to_owned(),
        Slack::Unknown => UNKNOWN.to_owned(),
    }
}

/// The same in the width of a column, and whether it rests on less than a truck's route: "LATE ~35m". Of many hours the
/// minutes say nothing.
pub fn short(slack: Slack, source: Option<EtaSource>) -> String {
    let is_rough = source.is_some_and(|source| !source.mark().is_empty());
    let whole = after(slack, if is_rough { ROUGH } else { "" });
    let close = |text: &str| text.replacen(" ~", "~", 1);
    let fits = |text: &String| text.len() <= WIDTH.into();
    let hours = || whole.rsplit_once('h').map(|(hours, _)| format!("{hours}h"));
    let forms = [Some(whole.clone()), Some(close(&whole)), hours(), hours().map(|text| close(&text))];
    forms.into_iter().flatten().find(fits).unwrap_or(whole)
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
        all.sort_by_key(|slack| order(*slack));
        assert_eq!(
            all,
            [Slack::Past(600), Slack::Late(90), Slack::Spare(60), blind, Slack::Here(5), Slack::Unknown]
        );
    }

    #[test]
    fn what_rests_on_less_than_a_truck_s_route_is_marked_in_the_same_width() {
        let check = |slack, source, expected: &str| assert_eq!(short(slack, source), expected);
        let (nine, fifteen) = (9 * 3600 + 240, 15 * 3600 + 240);
        check(Slack::Late(fifteen), None, "LATE 15h");
        check(Slack::Late(nine), Some(EtaSource::Mapbox), "LATE 9h04");
        check(Slack::Blind(Reason::StaleHos), None, "HOURS ?");
        check(Slack::Late(2100), Some(EtaSource::Estimate), "LATE ~35m");
        check(Slack::Late(nine), Some(EtaSource::Estimate), "LATE~9h04");
        check(Slack::Risk(fifteen), Some(EtaSource::MapboxCar), "RISK ~15h");
        check(Slack::Spare(nine), Some(EtaSource::Tms), "+~9h04");
    }
}
