//! A console's place at the database: it renews its row among the viewers, reads what was committed,
//! and tells the screen. One thread, asleep but for a moment every two seconds and at each commit.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::sync::mpsc;

use crate::config::Config;
use crate::daemon;
use crate::model::{Act, Deed, Fleet, Leader, Polled, Seen, Timestamp, Viewer, clean};
use crate::store::{Access, Bell, Ear, People, Reader, Scope, StoreError, Watch, leader, polled};
use crate::sync::{self, Clock, Polling};
use crate::tui::app::{App, Mode};
use crate::tui::event::Event;

/// How often a console renews its row among the viewers (contract §3).
const RENEW: Duration = Duration::from_secs(2);

/// The nice value of the thread that reads what was committed: on Linux it is a thread's own.
#[cfg(target_os = "linux")]
const BEHIND: i32 = 5;

/// How often what drivers did on the days before is read again.
const HISTORY: Duration = Duration::from_mins(1);

/// What a console says of itself. Clones say it of the same console.
#[derive(Clone)]
pub struct Presence {
    shared: Arc<Shared>,
    bell: Bell,
}

struct Shared {
    viewer: Mutex<Viewer>,
    /// Something was said that others should know at once.
    said: AtomicBool,
    left: AtomicBool,
    /// What the person wants written, in the order it was wanted.
    wishes: Mutex<Vec<Wish>>,
}

/// What a person does about exceptions, to be written.
#[derive(Clone, Debug)]
pub struct Wish {
    /// About which, and how each is seen.
    pub on: Vec<(String, Seen)>,
    /// What.
    pub deed: Deed,
    /// What to say once it is written.
    pub done: String,
}

impl Presence {
    /// Says something new, at once.
    pub fn tell(&self, say: impl FnOnce(&mut Viewer)) {
        self.note(say);
        self.shared.said.store(true, Ordering::Release);
        self.bell.ring();
    }

    /// Notes something that the next renewal carries.
    pub fn note(&self, say: impl FnOnce(&mut Viewer)) {
        say(&mut self.shared.viewer.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Has something written, at once.
    pub fn act(&self, wish: Wish) {
        self.shared.wishes.lock().unwrap_or_else(PoisonError::into_inner).push(wish);
        self.bell.ring();
    }

    /// The console is left.
    pub fn leave(&self) {
        self.shared.left.store(true, Ordering::Release);
        self.bell.ring();
    }
}

/// What a console is here for.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// Only to look on.
    pub view_only: bool,
    /// To poll too, once nobody else does.
    pub polls: bool,
    /// Nothing can be written here, and the screen says so.
    pub read_only: bool,
}

/// The thread's own.
pub struct Desk {
    path: PathBuf,
    access: Access,
    clock: Clock,
    /// It brings up an older file itself.
    polls: bool,
    /// The screen says that nothing can be written.
    read_only: bool,
    /// `None` for a console that only views: how often others poll is not its word to give.
    polling: Option<Polling>,
    events: mpsc::Sender<Event>,
    shared: Arc<Shared>,
    ear: Ear,
    reader: Option<Reader>,
    /// The screen was told of a whole fleet, or that there is none to be told of.
    has_read: bool,
    people: Option<People>,
    /// Trouble that was told, so that it is told once.
    told: Option<String>,
    shown: Option<(Polled, Mode)>,
    /// How often it was looked who polls.
    looks: u32,
    /// When the drivers' days were read last.
    history_at: Option<Timestamp>,
}

impl Desk {
    /// A desk, and the presence that it announces.
    pub fn new(
        config: &Config,
        standing: Standing,
        app: &App,
        events: mpsc::Sender<Event>,
        clock: Clock,
    ) -> anyhow::Result<(Presence, Self)> {
        let (bell, ear) = Bell::new().context("making the console's bell")?;
        let viewer = myself(&app.looking_at(), clock.now());
        let shared = Arc::new(Shared {
            viewer: Mutex::new(viewer),
            said: AtomicBool::new(true),
            left: AtomicBool::new(false),
            wishes: Mutex::default(),
        });
        let desk = Self {
            path: config.database.path.clone(),
            access: daemon::access(config)?,
            clock,
            polls: standing.polls,
            read_only: standing.read_only,
            polling: (!standing.view_only).then(|| daemon::polling(config)),
            events,
            shared: Arc::clone(&shared),
            ear,
            reader: None,
            has_read: false,
            people: None,
            told: None,
            shown: None,
            looks: 0,
            history_at: None,
        };
        Ok((Presence { shared, bell }, desk))
    }

    /// Stays until the console is left, then takes its row away.
    pub fn stay(mut self) {
        give_way();
        // A person waits for the fleet: before anything is written, which may have to wait for others.
        if !self.tell_news(self.clock.now(), false) {
            return;
        }
        let mut watch = None;
        let mut renewed = None::<Instant>;
        while !self.shared.left.load(Ordering::Acquire) {
            let now = self.clock.now();
            if !self.write_wishes(now) {
                break;
            }
            let due = renewed.is_none_or(|at| at.elapsed() >= RENEW);
            if self.shared.said.swap(false, Ordering::AcqRel) || due {
                self.announce(now);
                renewed = Some(Instant::now());
                if self.events.blocking_send(Event::Tick(now)).is_err() {
                    break;
                }
            }
            if !self.tell_news(now, due) {
                break;
            }
            let rest = renewed.map_or(RENEW, |at| RENEW.saturating_sub(at.elapsed()));
            self.rest(&mut watch, rest);
        }
        // Pressed just before leaving is pressed.
        self.write_wishes(self.clock.now());
        let id = self.shared.viewer.lock().unwrap_or_else(PoisonError::into_inner).id.clone();
        if let Some(people) = &mut self.people {
            let _ = people.leave(&id);
        }
    }

    /// Sleeps until there may be something new. The folder may not be there yet, and then appears.
    fn rest(&self, watch: &mut Option<Watch>, at_most: Duration) {
        if watch.is_none() {
            *watch = Watch::new(&self.path).ok();
        }
        match watch {
            Some(watch) => watch.wait(&self.ear, at_most),
            None => std::thread::sleep(at_most),
        }
    }

    /// Renews this console's row; opens the database for that once it can be.
    fn announce(&mut self, now: Timestamp) {
        let viewer = self.shared.viewer.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match self.people().and_then(|people| people.announce(&viewer, now)) {
            Ok(()) => {
                if std::mem::take(&mut self.read_only) {
                    let _ = self.events.blocking_send(Event::ReadOnly(None));
                }
            }
            Err(error) => {
                // Opened anew next time: after a repair there is another file under the name.
                self.people = None;
                if error.leaves_reading() {
                    self.read_only = true;
                    let _ = self.events.blocking_send(Event::ReadOnly(Some(error.to_string())));
                } else if !self.is_about_to_be_brought_up(&error) {
                    self.trouble(&format!("your console does not count as watching: {error}"));
                }
            }
        }
    }

    /// The connection that is written with, opened where it is not.
    fn people(&mut self) -> Result<&mut People, StoreError> {
        match &mut self.people {
            Some(people) => Ok(people),
            closed => Ok(closed.insert(People::open(&self.path, self.access)?)),
        }
    }

    /// Whether this console, as soon as it polls, does away with that itself.
    fn is_about_to_be_brought_up(&self, error: &StoreError) -> bool {
        let by_us = |leader: Option<Leader>| leader.is_none_or(|leader| leader.pid == std::process::id());
        matches!(error, StoreError::Older { .. }) && self.polls && by_us(leader(&self.path))
    }

    /// Writes what the person did, and says what came of it. False when nobody listens any more.
    fn write_wishes(&mut self, now: Timestamp) -> bool {
        let wishes = std::mem::take(&mut *self.shared.wishes.lock().unwrap_or_else(PoisonError::into_inner));
        for wish in wishes {
            let event = match self.write(&wish, now) {
                Ok(()) => Event::Done(wish.done),
                Err(error) => {
                    self.people = None;
                    tracing::warn!("not written: {error}");
                    Event::Notice(format!("not written: {}", words_of(&error, &wish.done)))
                }
            };
            if self.events.blocking_send(event).is_err() {
                return false;
            }
        }
        true
    }

    fn write(&mut self, wish: &Wish, now: Timestamp) -> Result<(), StoreError> {
        let (user, host) = {
            let viewer = self.shared.viewer.lock().unwrap_or_else(PoisonError::into_inner);
            (viewer.user.clone(), viewer.host.clone())
        };
        let people = self.people()?;
        for (id, seen) in &wish.on {
            let (user, host, deed) = (user.clone(), host.clone(), wish.deed.clone());
            people.act(id, &Act { at: now, user, host, deed, seen: *seen })?;
        }
        Ok(())
    }

    /// What is new: the fleet where it changed and, when `due`, who polls how often. False when
    /// nobody listens any more.
    fn tell_news(&mut self, now: Timestamp, due: bool) -> bool {
        match self.fleet_if_changed(now) {
            Ok(Some(fleet)) => {
                self.has_read = true;
                if self.events.blocking_send(Event::Fleet(fleet)).is_err() {
                    return false;
                }
            }
            Ok(None) => {}
            Err(error) if self.is_about_to_be_brought_up(&error) => {}
            Err(error) => {
                self.reader = None;
                // What a glance saw is not gone on with: the keys that wait for more would wait for ever.
                if !self.has_read && self.events.blocking_send(Event::Fleet(Arc::default())).is_err() {
                    return false;
                }
                self.has_read = true;
                self.trouble(&format!("what is shown may be old: {error}"));
            }
        }
        if due && !self.tell_history(now) {
            return false;
        }
        if due {
            let polled = polled(&self.path);
            // Who polls himself takes the lease a moment after he came: until then nobody is missing.
            self.looks = self.looks.saturating_add(1);
            if polled == Polled::ByNobody && self.polls && self.looks == 1 {
                return true;
            }
            let shown = (polled.clone(), self.mode(matches!(polled, Polled::By(_)), now));
            if self.shown.as_ref() != Some(&shown) {
                let told = [Event::Leader(polled), Event::Mode(shown.1)];
                self.shown = Some(shown);
                return told.into_iter().all(|event| self.events.blocking_send(event).is_ok());
            }
        }
        true
    }

    /// What drivers did on the days before, once in a while: it changes by the day. False when nobody listens any
    /// more.
    fn tell_history(&mut self, now: Timestamp) -> bool {
        if self.history_at.is_some_and(|at| now.since(at) < HISTORY) {
            return true;
        }
        let history = self.reader.as_ref().map(Reader::duty_history);
        match history {
            Some(Ok(history)) => {
                self.history_at = Some(now);
                self.events.blocking_send(Event::History(Arc::new(history))).is_ok()
            }
            Some(Err(error)) => {
                self.trouble(&format!("plans are made without the days before: {error}"));
                true
            }
            None => true,
        }
    }

    /// Opens the database once it is there.
    fn fleet_if_changed(&mut self, now: Timestamp) -> Result<Option<Arc<Fleet>>, StoreError> {
        if let Some(reader) = &mut self.reader {
            return reader.fleet_if_changed(now);
        }
        match Reader::open(&self.path, Scope::Live) {
            Ok(mut reader) => {
                let fleet = reader.fleet(now)?;
                self.reader = Some(reader);
                Ok(Some(fleet))
            }
            Err(StoreError::Missing(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// How often whoever polls reads positions now.
    fn mode(&self, polled: bool, now: Timestamp) -> Mode {
        let Some(polling) = self.polling.filter(|_| polled) else { return Mode::View };
        let seconds = |every: Duration| i64::try_from(every.as_secs()).unwrap_or(i64::MAX);
        let viewers = self.reader.as_ref().map(Reader::viewers).unwrap_or_default();
        match polling.mode(viewers, now) {
            sync::Mode::Active => Mode::Live { every_s: seconds(polling.active) },
            sync::Mode::Idle => Mode::Idle { every_s: seconds(polling.idle) },
        }
    }

    /// Tells the person once, and the log each time it is another.
    fn trouble(&mut self, what: &str) {
        if self.told.as_deref() == Some(what) {
            return;
        }
        tracing::warn!("{what}");
        self.told = Some(what.to_owned());
        let _ = self.events.blocking_send(Event::Notice(what.to_owned()));
    }
}

/// On a box with many consoles all of them read each commit at once, and somebody's key must not wait for that: the
/// kernel lets this thread run behind those that answer keys. Where it does not know of that, all are equal.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, BEHIND) {
        tracing::debug!("reading commits goes on at the usual priority: {error}");
    }
}

/// Why nothing was written, and what to do.
fn words_of(error: &StoreError, wanted: &str) -> String {
    format!(
        "{error}. This was wanted: {wanted}. Ask whoever runs this database to let you write to it, or press the key again"
    )
}

/// Who sits here, as others are told.
pub fn user() -> String {
    let named = |name: &str| std::env::var(name).ok();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    name_of([named("USER"), named("LOGNAME")], rustix::process::getuid().as_raw(), &users)
}

/// The first of `told` that is a name, else what `users`, in the form of `/etc/passwd`, calls the user with this id. A
/// directory service may know users that the file does not: those go by their number.
fn name_of(told: [Option<String>; 2], uid: u32, users: &str) -> String {
    let told = told.into_iter().flatten().map(|name| clean(&name, 32)).find(|name| !name.is_empty());
    let of_uid = |line: &str| {
        let mut parts = line.split(':');
        let name = clean(parts.next()?, 32);
        let id = parts.nth(1)?.parse::<u32>().ok()?;
        (id == uid && !name.is_empty()).then_some(name)
    };
    told.or_else(|| users.lines().find_map(of_uid)).unwrap_or_else(|| format!("uid {uid}"))
}

/// This console among the viewers.
fn myself(view: &str, now: Timestamp) -> Viewer {
    let (pid, host) = (std::process::id(), daemon::host());
    Viewer {
        id: format!("{host}:{pid}:{}", now.millis()),
        user: user(),
        host,
        pid,
        view: view.to_owned(),
        since_at: now,
        seen_at: now,
        key_at: now,
        refresh_at: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_sits_here_has_a_name_however_the_console_was_started() {
        let users = "root:x:0:0::/root:/bin/sh\nann:x:1001:1001:Ann:/home/ann:/bin/bash\nbroken\n";
        let check = |user: Option<&str>, login: Option<&str>, uid, expected: &str| {
            let told = [user, login].map(|name| name.map(str::to_owned));
            assert_eq!(name_of(told, uid, users), expected);
        };
        check(Some("bob"), Some("ann"), 1001, "bob");
        check(None, Some("cy"), 1001, "cy");
        check(Some(" "), Some(""), 1001, "ann");
        check(None, None, 0, "root");
        check(None, None, 4242, "uid 4242");
    }
}
