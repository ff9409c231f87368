//! `--sync-only` until it is stopped: standing by, polling, from one configuration to the next, and what
//! the service manager is told meanwhile. How to poll is not known here.

use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use super::orders::{Order, Orders};
use super::state::{self, Polled};
use super::{Demo, Outside, Refused, accounts, board, ended_in_time, lease_when_free, nothing_to_poll, poll};
use crate::config::Config;
use crate::store::{Lease, feeds, opens_slowly};
use crate::sync::{Clock, Lookups, Pulse};

/// How often is looked whether the sentence about us is still true.
const LOOK: Duration = Duration::from_secs(5);

/// How long opening the database may take and still be work where it is copied and brought up to this version, or
/// looked through.
const OPENING: Duration = Duration::from_mins(10);

/// A poller without a screen.
pub(super) struct Serving<'a> {
    /// As it was written; what is polled may be the demo's.
    pub(super) config: Config,
    pub(super) demo: Option<&'a Demo>,
    pub(super) outside: Outside<'a>,
    pub(super) orders: Orders,
    /// The configuration that was read last could not be gone by.
    pub(super) was_refused: bool,
    /// The service manager was told that we are ready.
    pub(super) is_ready: bool,
}

/// What is added to how it goes as long as it is so.
const REFUSED: &str = "the changed configuration was refused, see the log";

/// What came of an order.
enum Then {
    GoOn,
    Stop,
    TakeOn(Box<Config>),
}

impl Serving<'_> {
    /// Until it is stopped.
    pub(super) async fn run(mut self) -> anyhow::Result<ExitCode> {
        if let Some(lease) = self.stand_by().await? {
            let config = self.polled()?;
            let watchdog = self.outside.service.watchdog().unwrap_or_default();
            let opening = if opens_slowly(&config.database.path) { OPENING } else { watchdog };
            // One for all configurations, so that no reload makes who hangs seem to have just begun.
            let life = Life { beats: Pulse::default(), began: Instant::now(), opening, watchdog };
            while self.poll(&lease, &life).await? {}
        }
        tracing::info!("stopped");
        Ok(ExitCode::SUCCESS)
    }

    /// The lease once it is free; `None` when told to stop before.
    async fn stand_by(&mut self) -> anyhow::Result<Option<Lease>> {
        // Where the database is does not change while we run.
        let config = self.polled()?;
        let (stands_by, mut told) = watch::channel(String::new());
        let mut waiting = "waiting for the database's lock".to_owned();
        let mut lease = pin!(lease_when_free(&config, |holder| drop(stands_by.send_replace(holder))));
        let mut pulse = self.pulse();
        loop {
            tokio::select! {
                lease = &mut lease => return lease.map(Some),
                Ok(()) = told.changed() => {
                    waiting = format!("standing by: {} polls", *told.borrow_and_update());
                    self.is_ready = true;
                    self.answer(&waiting);
                }
                order = self.orders.next() => {
                    match self.obey(order) {
                        Then::Stop => return Ok(None),
                        Then::TakeOn(config) => {
                            self.config = *config;
                            self.answer(&waiting);
                        }
                        Then::GoOn => {}
                    }
                    self.outside.service.status(&self.with_refusal(waiting.clone()));
                }
                // Whoever waits for a lock works as long as it can say so.
                () = due(&mut pulse) => self.outside.service.alive(),
            }
        }
    }

    /// Polls by one configuration. True when there is another to go on by.
    async fn poll(&mut self, lease: &Lease, life: &Life) -> anyhow::Result<bool> {
        let config = self.polled()?;
        let (halt, halted) = watch::channel(false);
        tracing::info!(database = %config.database.path.display(), "polling");
        let polled = Polled::of(&config);
        self.outside.service.status("opening the database");
        let (mut first_beat, mut said) = (life.beats.subscribe(), None);
        let tell = |notice: crate::model::Notice| tracing::warn!("{}", notice.text);
        let mut polling = pin!(poll(&config, lease, halted, life.beats.clone(), Lookups::default(), tell));
        let (mut pulse, mut look, mut goes_on) = (self.pulse(), interval(LOOK), false);
        let mut looking: Option<JoinHandle<Option<String>>> = None;
        loop {
            tokio::select! {
                ended = &mut polling => return ended.map(|()| goes_on),
                order = self.orders.next() => match self.obey(order) {
                    Then::Stop => {
                        halt.send_replace(true);
                        ended_in_time(polling).await.unwrap_or(Ok(()))?;
                        return Ok(false);
                    }
                    Then::TakeOn(config) => {
                        self.config = *config;
                        goes_on = true;
                        halt.send_replace(true);
                    }
                    // What was said of the order gives way to how it goes, at the next look.
                    Then::GoOn => said = said.map(|_| String::new()),
                },
                () = due(&mut pulse) => if life.works(Instant::now()) { self.outside.service.alive() },
                // The database is open and brought up: who waits for us may go on.
                Ok(()) = first_beat.changed(), if said.is_none() => {
                    self.is_ready = true;
                    let words = polled.beginning();
                    self.answer(&words);
                    said = Some(words);
                }
                _ = look.tick(), if said.is_some() && looking.is_none() => looking = Some(look_again(&config, &polled)),
                Some(seen) = looked(&mut looking) => {
                    let seen = self.with_refusal(seen);
                    if said.as_ref() != Some(&seen) {
                        self.outside.service.status(&seen);
                        said = Some(seen);
                    }
                }
            }
        }
    }

    /// Does what one signal asks for.
    fn obey(&mut self, order: Order) -> Then {
        let Outside { service, levels, .. } = &mut self.outside;
        match order {
            Order::Stop => {
                service.stopping();
                return Then::Stop;
            }
            Order::Finer => levels.finer(),
            Order::AsAsked => levels.as_asked(),
            Order::Reload => return self.reload(),
        }
        Then::GoOn
    }

    /// Reads the configuration anew. One that cannot be polled by is refused, and the old one holds.
    fn reload(&mut self) -> Then {
        self.outside.service.reloading();
        let fresh = (self.outside.reread)().map_err(anyhow::Error::from);
        let fresh = fresh.and_then(|fresh| self.checked(&fresh).map(|()| fresh));
        let fresh = match fresh {
            Ok(fresh) => fresh,
            Err(error) => {
                for line in format!("{error:#}").lines() {
                    tracing::error!("configuration refused: {line}");
                }
                tracing::error!("the configuration that was read before holds on");
                self.was_refused = true;
                self.answer(REFUSED);
                return Then::GoOn;
            }
        };
        self.was_refused = false;
        let fresh = state::take_on(fresh, &self.config);
        if fresh.concerns_polling {
            return Then::TakeOn(Box::new(fresh.config));
        }
        self.config = fresh.config;
        self.answer("the configuration was read anew: nothing of it changes how is polled");
        Then::GoOn
    }

    /// Ends a reload, and says how it goes. Before the start is over it ends nothing.
    fn answer(&self, words: &str) {
        let service = &self.outside.service;
        if self.is_ready { service.ready(words) } else { service.status(words) }
    }

    /// How it goes, and that a configuration was refused as long as that is so.
    fn with_refusal(&self, words: String) -> String {
        if self.was_refused { format!("{words}; {REFUSED}") } else { words }
    }

    /// Fails where it cannot be polled by this.
    fn checked(&self, config: &Config) -> anyhow::Result<()> {
        let config = self.of_demo(config)?;
        board(&config)?;
        super::access(&config)?;
        if accounts(&config)?.is_empty() {
            return Err(Refused(nothing_to_poll(&config)).into());
        }
        Ok(())
    }

    /// What is polled by.
    fn polled(&self) -> anyhow::Result<Config> {
        self.of_demo(&self.config)
    }

    fn of_demo(&self, config: &Config) -> anyhow::Result<Config> {
        self.demo.map_or_else(|| Ok(config.clone()), |demo| demo.config_by(config))
    }

    /// When a sign of life is due: twice in the time after which one is missed.
    fn pulse(&self) -> Option<Interval> {
        let mut pulse = interval(self.outside.service.watchdog()? / 2);
        pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Some(pulse)
    }
}

/// What polling is known to be at work by.
struct Life {
    /// Its signs of life.
    beats: Pulse,
    /// When it began; a reload is no beginning.
    began: Instant,
    /// How long opening the database may take.
    opening: Duration,
    /// How long it may be without a sign from then on.
    watchdog: Duration,
}

impl Life {
    /// Whether it is at work: what hangs is not to be told of as alive.
    fn works(&self, now: Instant) -> bool {
        match *self.beats.borrow() {
            Some(beat) => now.duration_since(beat) < self.watchdog,
            None => now.duration_since(self.began) < self.opening,
        }
    }
}

/// Never, where nobody wants signs of life.
async fn due(pulse: &mut Option<Interval>) {
    match pulse {
        Some(pulse) => drop(pulse.tick().await),
        None => std::future::pending().await,
    }
}

/// Looks how it goes, on a thread that may wait for the database.
fn look_again(config: &Config, polled: &Polled) -> JoinHandle<Option<String>> {
    let (path, polled) = (config.database.path.clone(), polled.clone());
    tokio::task::spawn_blocking(move || Some(polled.words(&feeds(&path).ok()?, Clock::system().now())))
}

/// What came of a look, once it came to something.
async fn looked(looking: &mut Option<JoinHandle<Option<String>>>) -> Option<String> {
    let Some(look) = looking else { return std::future::pending().await };
    let seen = look.await.ok().flatten();
    *looking = None;
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gives_no_sign_for_as_long_as_one_is_waited_for_does_not_work() {
        let began = Instant::now();
        let after = |secs| began + Duration::from_secs(secs);
        let watchdog = Duration::from_secs(60);
        let life = |opening| Life { beats: Pulse::default(), began, opening, watchdog };
        let slow = life(OPENING);
        assert!(slow.works(after(599)), "a large database is being brought up");
        assert!(!slow.works(after(601)));
        let quick = life(watchdog);
        assert!(quick.works(after(59)) && !quick.works(after(60)), "there is nothing that could take long");
        slow.beats.send_replace(Some(after(700)));
        assert!(slow.works(after(759)));
        assert!(!slow.works(after(760)));
    }
}
