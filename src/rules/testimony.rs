//! Which account is believed about a driver's hours, when several keep a log of him. He drives under
//! one of them; in the others he looks like somebody who has been off duty for days.

use std::time::Duration;

use crate::model::{DutyStatus, HoursWord, Timestamp};

/// Of two accounts that are equally good the one believed last stays so, until it has been silent for
/// this long: each answers "as of now", and taking turns would show two drivers in one row.
pub const SILENT: Duration = Duration::from_mins(15);

/// Picks the word that is believed; `None` where there is none.
///
/// Being logged in to a truck counts most, then a duty status that somebody has chosen. An account
/// where he idles never takes the place of one where he works, however fresh its answer: old hours
/// show their age, wrong ones show nothing.
pub fn believed(words: &[HoursWord], now: Timestamp) -> Option<usize> {
    let best = words.iter().map(rank).max()?;
    let mut equals = words.iter().enumerate().filter(|(_, word)| rank(word) == best);
    let is_silent = |word: &HoursWord| word.as_of_at.is_none_or(|at| now.since(at) > SILENT);
    let last = equals.clone().find(|(_, word)| word.believed);
    if let Some((index, _)) = last.filter(|(_, word)| !is_silent(word)) {
        return Some(index);
    }
    let newest = equals.clone().filter(|(_, word)| !is_silent(word)).max_by_key(|(_, word)| word.as_of_at);
    newest.or(last).or_else(|| equals.next()).map(|(index, _)| index)
}

fn rank(word: &HoursWord) -> (bool, u8) {
    let chosen = match word.status {
        DutyStatus::Driving | DutyStatus::OnDuty | DutyStatus::YardMove => 3,
        DutyStatus::Sleeper | DutyStatus::PersonalConveyance => 2,
        DutyStatus::OffDuty => 1,
        DutyStatus::Unknown => 0,
    };
    (word.logged_in, chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(100_000);

    /// `status [in] [was]`, told so many minutes ago.
    fn word(text: &str, minutes: u64) -> HoursWord {
        let mut words = text.split(' ');
        let status = words.next().and_then(DutyStatus::from_word).unwrap();
        let rest: Vec<_> = words.collect();
        HoursWord {
            status,
            logged_in: rest.contains(&"in"),
            as_of_at: Some(NOW.minus(Duration::from_mins(minutes))),
            believed: rest.contains(&"was"),
        }
    }

    #[test]
    fn he_is_believed_where_he_works() {
        let check = |words: &[(&str, u64)], expected: usize| {
            let told: Vec<_> = words.iter().map(|(text, minutes)| word(text, *minutes)).collect();
            assert_eq!(believed(&told, NOW), Some(expected), "{words:?}");
        };
        check(&[("off_duty was", 0), ("off_duty in", 0)], 1);
        check(&[("driving", 0), ("off_duty was", 0)], 0);
        check(&[("unknown was", 0), ("off_duty", 0)], 1);
        check(&[("sleeper was", 1), ("off_duty", 0)], 0);
        // Equally good: who was believed stays, whoever answered last …
        check(&[("off_duty was", 5), ("off_duty", 0)], 0);
        check(&[("off_duty", 0), ("off_duty", 5)], 0);
        // … until it falls silent; but an idle one takes no worker's place.
        check(&[("off_duty was", 16), ("off_duty", 0)], 1);
        check(&[("driving was", 600), ("off_duty", 0)], 0);
        check(&[("off_duty was", 600), ("off_duty", 700)], 0);
        assert_eq!(believed(&[], NOW), None);
    }
}
