//! What the person here does about exceptions: seen, claimed, snoozed, noted. Nothing is written here; what
//! is to be written is handed out, and is shown once the database tells of it.

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{Event as Terminal, KeyCode, KeyEvent};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::{App, Effect, Under};
use crate::model::{Deed, Exception, Fleet, Mark, Seen, Snooze, Timestamp, clean};
use crate::rules::handoff;
use crate::tui::action::Action;
use crate::tui::facts::Facts;
use crate::tui::panels::{Go, Place, Subject, exception_number};
use crate::tui::words;

/// The longest note that is typed in one line, in characters.
const NOTE: usize = 300;

/// What is snoozed without another word.
const USUAL: &str = "30m";

/// Something that is typed about exceptions, which are those that were at hand when it was asked for.
pub struct Prompt {
    what: What,
    on: Vec<(String, Seen)>,
    about: String,
    pub input: Input,
    /// What is wrong with what was typed.
    wrong: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Snooze,
    Note,
}

impl Prompt {
    /// What is asked, before what is typed.
    pub fn question(&self) -> String {
        match (&self.wrong, self.what) {
            (Some(wrong), _) => format!("{wrong}: "),
            (None, What::Snooze) => {
                format!("snooze {} (4h, until 14:30, +15m worse, off) [{USUAL}]: ", self.about)
            }
            (None, What::Note) => format!("note on {}: ", self.about),
        }
    }

    pub fn paste(&mut self, text: &str) {
        self.input = Input::new(clean(&format!("{}{}", self.input.value(), clean(text, NOTE)), NOTE));
    }
}

impl App {
    /// Has seen, or claims; or takes that back where it was so already.
    pub(super) fn mark(&mut self, action: Action) -> Option<Effect> {
        let (on, about) = self.at_hand()?;
        let user = &self.facts.user;
        let rows: Vec<_> = on.iter().filter_map(|(id, _)| self.facts.open_exception(id)).collect();
        let all = |is: &dyn Fn(&Exception) -> bool| rows.iter().all(|row| is(row));
        let (deed, done) = match action {
            Action::Ack if all(&|row| row.acked_by().any(|mark| mark.user == *user)) => {
                (Deed::Unack, format!("{about}: not seen after all"))
            }
            Action::Ack => (Deed::Ack, format!("{about}: everybody reads that you have seen it")),
            _ if all(&|row| row.handling.claim.as_ref().is_some_and(|mark| mark.user == *user)) => {
                (Deed::Unclaim, format!("{about}: released, nobody has it"))
            }
            _ => {
                let from = self.take_from_others(action, &on, &about)?;
                (Deed::Claim, format!("{about}: everybody reads that you see to it{from}"))
            }
        };
        Some(Effect::Act { on, deed, done })
    }

    /// Who had these, in a few words; nothing where nobody else did. What somebody else has is taken over only by the same
    /// key again: `None` until then, and all who have a part of it are named.
    fn take_from_others(&mut self, action: Action, on: &[(String, Seen)], about: &str) -> Option<String> {
        let rows = on.iter().filter_map(|(id, _)| self.facts.open_exception(id));
        let claims = rows.filter_map(|row| row.handling.claim.as_ref());
        let mut others: Vec<&Mark> = Vec::new();
        for mark in claims.filter(|mark| mark.user != self.facts.user) {
            if others.iter().all(|other| other.user != mark.user) {
                others.push(mark);
            }
        }
        let asked = self.taking.take();
        if others.is_empty() {
            return Some(String::new());
        }
        let names: Vec<String> = others.iter().map(|mark| mark.user.clone()).collect();
        let had = format!(", {} had it", names.join(" and "));
        let taking = Some((action, on.iter().map(|(id, _)| id.clone()).collect(), names));
        if asked == taking {
            return Some(had);
        }
        let since = |mark: &Mark| words::time(mark.at, &self.facts.zone, self.facts.now);
        let have = others.iter().enumerate().map(|(place, mark)| {
            let has = if place == 0 { " has it" } else { "" };
            format!("{}{has} since {}", mark.user, since(mark))
        });
        let have = have.collect::<Vec<_>>().join(", ");
        self.say(format!("{about}: {have}; the same key again takes it"));
        self.taking = taking;
        None
    }

    /// Learns why nothing that is done here is written any more, or that it is again.
    pub(super) fn only_read(&mut self, why: Option<String>) {
        let why: Option<Arc<str>> = why.map(|why| clean(&why, 400).into());
        if why == self.facts.read_only {
            return;
        }
        if let Some(why) = &why {
            self.notice(&format!("read only: {why}"));
        }
        self.facts.read_only = why;
        self.prompt = None;
        self.shown.stale = true;
    }

    /// Says what was taken from this console's person, as a newer fleet tells of it: what the footer said before does
    /// not hold any more.
    pub(super) fn hear_of_claims(&mut self, fleet: &Fleet) {
        let user = &self.facts.user;
        let is_mine = |row: &Exception| row.handling.claim.as_ref().is_some_and(|mark| mark.user == *user);
        let mine = self.facts.fleet.exceptions.iter().filter(|row| row.is_open() && is_mine(row));
        let taken = mine.filter_map(|row| {
            let by = fleet.exceptions.get(&row.id).filter(|now| now.is_open())?.handling.claim.as_ref()?;
            let at = words::clock(by.at, &self.facts.zone);
            let about = exception_number(row, &self.facts);
            (by.user != *user).then(|| format!("{about}: {} took it from you at {at}", by.user))
        });
        let taken: Vec<String> = taken.collect();
        if !taken.is_empty() {
            self.said = None;
        }
        for text in &taken {
            self.notice(text);
        }
    }

    /// Takes over the line of the handoff that the cursor is on, and goes on to the next.
    pub(super) fn accept(&mut self) -> Option<Effect> {
        let Some(Subject::Exception(_)) = self.in_hand() else {
            self.say("only what is open is taken over, line by line");
            return None;
        };
        let (on, about) = self.at_hand()?;
        let now = self.facts.now;
        let rows = on.iter().filter_map(|(id, _)| self.facts.open_exception(id));
        let mut accepted = rows.map(|row| handoff::accepted(row, now));
        if accepted.all(|mark| mark.is_some_and(|mark| mark.user == self.facts.user)) {
            self.say(format!("{about}: you have taken it over already"));
            self.go_page(Go::Down);
            return None;
        }
        let from = self.take_from_others(Action::Accept, &on, &about)?;
        let done = format!("{about}: everybody reads that you have taken it over{from}");
        self.go_page(Go::Down);
        Some(Effect::Act { on, deed: Deed::Accept, done })
    }

    /// Asks for what must be typed.
    pub(super) fn ask(&mut self, action: Action) {
        let Some((mut on, mut about)) = self.at_hand() else { return };
        let what = if action == Action::Note { What::Note } else { What::Snooze };
        if what == What::Note {
            // One note is one note, whatever else is wrong with the load.
            on.truncate(1);
            let noted = on.first().and_then(|(id, _)| self.facts.open_exception(id));
            about = noted.map_or(about, |row| exception_number(row, &self.facts));
        }
        self.prompt = Some(Prompt { what, on, about, input: Input::default(), wrong: None });
    }

    /// A key while something is asked.
    pub(super) fn answer(&mut self, key: KeyEvent, action: Option<Action>) -> Option<Effect> {
        let mut prompt = self.prompt.take()?;
        let letter = matches!(key.code, KeyCode::Char(_));
        match action {
            Some(Action::Leave) => {
                self.quit = true;
                return None;
            }
            Some(Action::Back) if !letter => return None,
            Some(Action::Open) if !letter => return self.finish(prompt),
            _ => {
                prompt.wrong = None;
                let before = prompt.input.clone();
                prompt.input.handle_event(&Terminal::Key(key));
                if prompt.input.value().chars().count() > NOTE {
                    prompt.input = before;
                }
            }
        }
        self.prompt = Some(prompt);
        None
    }

    fn finish(&mut self, mut prompt: Prompt) -> Option<Effect> {
        let typed = clean(prompt.input.value(), NOTE);
        let about = &prompt.about;
        let (deed, done) = match prompt.what {
            What::Note if typed.is_empty() => return None,
            What::Note => (Deed::Note(typed), format!("{about}: your note is there for everybody")),
            What::Snooze => {
                let asked = if typed.is_empty() { USUAL } else { &typed };
                let Some((deed, until)) = snooze(asked, &self.facts) else {
                    prompt.wrong = Some(format!("`{typed}` is no time; write 30m, 4h, 14:30, +15m or off"));
                    prompt.input.reset();
                    self.prompt = Some(prompt);
                    return None;
                };
                let done = format!("{about}: {until}{}", too_long(&deed, &prompt.on, &self.facts));
                (deed, done)
            }
        };
        Some(Effect::Act { on: prompt.on, deed, done })
    }

    /// What is wrong on the line of the board that the cursor is on.
    pub(super) fn under_cursor(&mut self) -> Option<String> {
        if self.place != Place::Board || !self.pages.is_empty() {
            return None;
        }
        let (slot, facts) = self.arranged();
        slot.panel.at_hand(&facts).into_iter().next()
    }

    /// The open exceptions that a key is about now, each as it is seen, and what to call them.
    fn at_hand(&mut self) -> Option<(Vec<(String, Seen)>, String)> {
        if std::mem::take(&mut self.under) == Under::Slipped && self.pages.is_empty() {
            // The key was meant for the line that was there.
            self.say("the board changed under the cursor just now: look again");
            return None;
        }
        let ids = if let Some(subject) = self.in_hand() {
            subject.exceptions(&self.facts)
        } else {
            let (slot, facts) = self.arranged();
            slot.panel.go(Go::Stay, &facts);
            slot.panel.at_hand(&facts)
        };
        let now = self.facts.now;
        // Whichever of what is wrong with a load is at hand, a key is about all of it.
        let rows = self.facts.whole(&ids);
        let about = named(&rows, &self.facts);
        let on: Vec<_> = rows.iter().map(|row| (row.id.clone(), row.seen(now))).collect();
        if about.is_none() {
            self.say("nothing is wrong here that could be seen to");
        }
        Some((on, about?))
    }
}

/// What to call these: each load or other thing that any of them is about, the worst first; `None` of none.
fn named(rows: &[&Exception], facts: &Facts) -> Option<String> {
    let mut names: Vec<String> = Vec::new();
    for row in rows {
        let name = exception_number(row, facts);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let last = names.pop()?;
    Some(if names.is_empty() { last } else { format!("{} and {last}", names.join(", ")) })
}

/// That a snooze lasts beyond the time in which something can be done; nothing where it does not.
fn too_long(deed: &Deed, on: &[(String, Seen)], facts: &Facts) -> String {
    let Deed::Snooze(Snooze { until_at: Some(until), .. }) = deed else { return String::new() };
    let rows = on.iter().filter_map(|(id, _)| facts.open_exception(id));
    let ends = rows.filter_map(|row| row.deadline_at).filter(|at| *at > facts.now).min();
    match ends.filter(|ends| ends < until) {
        Some(ends) => {
            let at = words::time(ends, &facts.zone, facts.now);
            format!(" - BUT the time to act ends at {at}")
        }
        None => String::new(),
    }
}

/// What `typed` asks for, and how it is said: "30m", "4h", "1h30", "14:30" (the office's clock, the next time it
/// is that), "+15m" (until it is worse by that), "off".
fn snooze(typed: &str, facts: &Facts) -> Option<(Deed, String)> {
    let typed = typed.trim().trim_start_matches("until ").trim();
    if typed.eq_ignore_ascii_case("off") {
        return Some((Deed::Unsnooze, "no longer snoozed".to_owned()));
    }
    if let Some(worse) = typed.strip_prefix('+') {
        let worse_by_s = i64::try_from(span(worse.trim_end_matches("worse").trim())?.as_secs()).ok()?;
        let said = format!("snoozed until it is worse by {}", words::minutes(worse_by_s));
        return Some((Deed::Snooze(Snooze { until_at: None, worse_by_s: Some(worse_by_s) }), said));
    }
    let until = match typed.split_once(':') {
        Some((hour, minute)) => next_time(hour, minute, facts)?,
        None => facts.now.plus(span(typed)?),
    };
    let said = format!("snoozed until {} or worse", words::time(until, &facts.zone, facts.now));
    Some((Deed::Snooze(Snooze { until_at: Some(until), worse_by_s: None }), said))
}

/// "45m", "4h", "1h30": up to a week.
fn span(text: &str) -> Option<Duration> {
    let whole = |text: &str| -> Option<u64> {
        let digits = !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| digits)
    };
    let text = text.to_lowercase();
    let minutes = match text.split_once('h') {
        Some((hours, "")) => whole(hours)? * 60,
        Some((hours, minutes)) => whole(hours)? * 60 + whole(minutes.trim_end_matches('m'))?,
        None => whole(text.strip_suffix('m')?)?,
    };
    (1..=7 * 24 * 60).contains(&minutes).then(|| Duration::from_secs(minutes * 60))
}

/// When the office's clock shows this next.
fn next_time(hour: &str, minute: &str, facts: &Facts) -> Option<Timestamp> {
    let now = facts.now.calendar()?.to_zoned(facts.zone.clone());
    let time = jiff::civil::Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()?;
    let today = now.date().to_zoned(facts.zone.clone()).ok()?;
    let at = |day: &jiff::Zoned| {
        Some(Timestamp::from_secs(day.with().time(time).build().ok()?.timestamp().as_second()))
    };
    at(&today).filter(|at| *at > facts.now).or_else(|| at(&today.tomorrow().ok()?))
}
