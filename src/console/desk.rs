//! A console's place at the database: it renews its row among the viewers, reads what was committed,
//! and tells the screen. One thread, asleep but for a moment every two seconds and at each commit.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::sync::mpsc;

use super::Options;
use crate::config::Config;
use crate::daemon;
use crate::model::{Act, Deed, Fleet, Leader, Seen, Timestamp, Viewer, clean};
use crate::store::{Access, Bell, Ear, People, Reader, Scope, StoreError, Watch, leader};
use crate::sync::{self, Clock, Polling};
use crate::tui::app::{App, Mode};
use crate::tui::event::Event;

/// How often a console renews its row among the viewers (contract §3).
const RENEW: Duration = Duration::from_secs(2);

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

/// The thread's own.
pub struct Desk {
    path: PathBuf,
    access: Access,
    clock: Clock,
    /// `None` for a console that only views: how often others poll is not its word to give.
    polling: Option<Polling>,
    events: mpsc::Sender<Event>,
    shared: Arc<Shared>,
    ear: Ear,
    reader: Option<Reader>,
    people: Option<People>,
    /// Trouble that was told, so that it is told once.
    told: Option<String>,
    shown: Option<(Option<Leader>, Mode)>,
    /// When the drivers' days were read last.
    history_at: Option<Timestamp>,
}

impl Desk {
    /// A desk, and the presence that it announces.
    pub fn new(
        config: &Config,
        options: &Options,
        app: &App,
        reader: Option<Reader>,
        events: mpsc::Sender<Event>,
        clock: Clock,
    ) -> anyhow::Result<(Presence, Self)> {
        let (bell, ear) = Bell::new().context("making the console's bell")?;
        let viewer = myself(app.looking_at(), clock.now());
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
            polling: (!options.view_only).then(|| daemon::polling(config)),
            events,
            shared: Arc::clone(&shared),
            ear,
            reader,
            people: None,
            told: None,
            shown: None,
            history_at: None,
        };
        Ok((Presence { shared, bell }, desk))
    }

    /// Stays until the console is left, then takes its row away.
    pub fn stay(mut self) {
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
        if self.people.is_none() {
            match People::open(&self.path, self.access) {
                Ok(people) => self.people = Some(people),
                Err(error) => {
                    return self.trouble(&format!("your console does not count as watching: {error}"));
                }
            }
        }
        let viewer = self.shared.viewer.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let announced = self.people.as_mut().map(|people| people.announce(&viewer, now));
        if let Some(Err(error)) = announced {
            // Opened anew next time: after a repair there is another file under the name.
            self.people = None;
            self.trouble(&format!("your console does not count as watching: {error}"));
        }
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
        let people = match &mut self.people {
            Some(people) => people,
            closed => closed.insert(People::open(&self.path, self.access)?),
        };
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
                if self.events.blocking_send(Event::Fleet(fleet)).is_err() {
                    return false;
                }
            }
            Ok(None) => {}
            Err(error) => {
                self.reader = None;
                self.trouble(&format!("what is shown may be old: {error}"));
            }
        }
        if due && !self.tell_history(now) {
            return false;
        }
        if due {
            let leader = leader(&self.path);
            let shown = (leader.clone(), self.mode(leader.is_some(), now));
            if self.shown.as_ref() != Some(&shown) {
                let told = [Event::Leader(leader), Event::Mode(shown.1)];
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

/// Why nothing was written, and what to do.
fn words_of(error: &StoreError, wanted: &str) -> String {
    format!(
        "{error}. This was wanted: {wanted}. Ask whoever runs this database to let you write to it, or press the key again"
    )
}

/// Who sits here, as others are told.
pub fn user() -> String {
    let user =
        std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "unknown".to_owned());
    clean(&user, 32)
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
