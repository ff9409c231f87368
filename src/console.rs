//! Wires the parts for a person at a terminal: what is stored onto the screen at once, then the
//! poller if nobody else polls, and this console's row among the viewers.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::{mpsc, watch};
use tokio::task::spawn_blocking;
use tokio::time::{interval, sleep, timeout};

use crate::config::{Config, Units};
use crate::daemon::{self, AnyAccount, Demo, Duty};
use crate::model::{Fleet, Leader, Timestamp, Viewer};
use crate::store::{Access, People, Reader, StoreError, Watch, leader};
use crate::sync::{self, Clock, Polling};
use crate::tui::app::{App, Effect, Mode, Setup};
use crate::tui::event::{Event, read_terminal};
use crate::tui::glyphs::Glyphs;
use crate::tui::keymap::KeyMap;
use crate::tui::run;
use crate::tui::terminal::{self, Screen};
use crate::tui::theme::Theme;

/// How to show it.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct Options {
    /// Never poll.
    pub view_only: bool,
    /// Show the simulated fleet.
    pub demo: bool,
    /// The database was named on the command line.
    pub database_named: bool,
    /// No colour.
    pub no_color: bool,
    /// Only ASCII.
    pub ascii: bool,
}

/// Never more frames than thirty a second.
const FRAME: Duration = Duration::from_millis(33);
/// A stop is over after this, whatever hangs.
const STOP_WITHIN: Duration = Duration::from_secs(2);
/// How often a console renews its row among the viewers.
const RENEW: Duration = Duration::from_secs(2);

/// Shows the console until it is left.
pub async fn run(config: &Config, options: Options) -> anyhow::Result<ExitCode> {
    let demo = if options.demo { Some(Demo::start(config, options.database_named).await?) } else { None };
    let config = demo.as_ref().map_or(config, |demo| &demo.config);
    let accounts = if options.view_only { Vec::new() } else { daemon::accounts(config)? };
    let clock = Clock::system();
    let (path, access) = (config.database.path.clone(), daemon::access(config));
    let mut app = App::new(setup(config, &options, clock.now())?);
    let desk = Desk::open(path.clone(), access, &clock).await?;
    let (reader, first) = first_fleet(path.clone(), clock.now()).await?;
    if let Some(fleet) = &first {
        app.update(Event::Fleet(Arc::clone(fleet)));
    }
    if desk.people.is_none() {
        app.update(Event::Notice(
            "this database may only be read by you: your console does not count as watching".into(),
        ));
    }
    let mut screen = Screen::enter()
        .context("this is no terminal: use a command such as `backhaul tractors`, or --sync-only")?;
    let (events, inbox) = mpsc::channel(1024);
    let presence = desk.presence.clone();
    terminal::watch_for_hangup(events.clone());
    listen(events.clone(), presence.clone(), clock.clone())?;
    let (stop, stopped) = watch::channel(false);
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(desk.stay(stopped.clone()));
    tasks.spawn(poll(config.clone(), accounts, events.clone(), stopped.clone()));
    let polling = daemon::polling(config);
    let news =
        News { path, reader, polling: (!options.view_only).then_some(polling), fleet: first, shown: None };
    tasks.spawn(news.show(events.clone(), clock.clone()));
    let perform = |effect| match effect {
        Effect::Refresh => presence.send_modify(|viewer| viewer.refresh_at = Some(clock.now())),
        Effect::Look(view) => presence.send_modify(|viewer| view.clone_into(&mut viewer.view)),
        Effect::Copy(text) => {
            let _ = terminal::copy_osc52(&text);
        }
        Effect::Suspend => {
            let resumed = if terminal::suspend().is_ok() { Event::Resumed } else { Event::Hangup };
            let _ = events.try_send(resumed);
        }
    };
    let shown = run::run(&mut screen.terminal, &mut app, FRAME, inbox, perform).await;
    // The terminal first: a person sees the shell again while the last commit ends.
    drop(screen);
    let _ = stop.send(true);
    let _ = timeout(STOP_WITHIN, async { while tasks.join_next().await.is_some() {} }).await;
    shown.context("writing to the terminal")?;
    Ok(ExitCode::SUCCESS)
}

fn setup(config: &Config, options: &Options, now: Timestamp) -> anyhow::Result<Setup> {
    let bindings: BTreeMap<_, _> =
        config.keys.iter().map(|binding| (binding.action.clone(), binding.keys.clone())).collect();
    Ok(Setup {
        keys: KeyMap::load(bindings).map_err(daemon::Refused::because)?,
        theme: Theme::named(&config.theme, options.no_color).map_err(daemon::Refused::because)?,
        glyphs: if options.ascii { Glyphs::Ascii } else { Glyphs::Unicode },
        zone: config.operations.timezone.clone(),
        metric: config.operations.units == Units::Metric,
        now,
    })
}

/// What is stored, for the first frame; `None` where nothing is yet, or it cannot be read.
async fn first_fleet(path: PathBuf, now: Timestamp) -> anyhow::Result<(Option<Reader>, Option<Arc<Fleet>>)> {
    let read = spawn_blocking(move || {
        let mut reader = Reader::open(&path)?;
        let fleet = reader.fleet(now)?;
        Ok::<_, StoreError>((reader, fleet))
    });
    match read.await? {
        Ok((reader, fleet)) => Ok((Some(reader), Some(fleet))),
        // Nothing there yet, or damaged: the poller makes it anew, and then it is shown.
        Err(StoreError::Missing(_) | StoreError::Damaged(_)) => Ok((None, None)),
        Err(error) => Err(error.into()),
    }
}

/// Passes what the terminal and the system say to the screen, and notes that a person is there.
fn listen(events: mpsc::Sender<Event>, presence: watch::Sender<Viewer>, clock: Clock) -> anyhow::Result<()> {
    let (keys, mut pressed) = mpsc::channel(256);
    read_terminal(keys);
    let mut stop = daemon::stop_signal()?;
    tokio::spawn(async move {
        loop {
            let event = tokio::select! {
                event = pressed.recv() => event.unwrap_or(Event::Hangup),
                _ = stop.wait_for(|stop| *stop) => Event::Hangup,
            };
            if matches!(event, Event::Key(_) | Event::Paste(_)) {
                // Not told to anybody by itself: the next renewal carries it.
                presence.send_if_modified(|viewer| {
                    viewer.key_at = clock.now();
                    false
                });
            }
            let last = matches!(event, Event::Hangup);
            if events.send(event).await.is_err() || last {
                return;
            }
        }
    });
    Ok(())
}

/// This console's row among the viewers.
struct Desk {
    /// `None` where the database may only be read.
    people: Option<People>,
    presence: watch::Sender<Viewer>,
    clock: Clock,
}

impl Desk {
    async fn open(path: PathBuf, access: Access, clock: &Clock) -> anyhow::Result<Self> {
        let now = clock.now();
        let opened = spawn_blocking(move || People::open(&path, access)).await?;
        let people = match opened {
            Ok(people) => Some(people),
            Err(StoreError::File { .. } | StoreError::Damaged(_)) => None,
            Err(error) => return Err(error.into()),
        };
        let (pid, host) = (std::process::id(), daemon::host());
        let user = std::env::var("USER")
            .or_else(|_| std::env::var("LOGNAME"))
            .unwrap_or_else(|_| "unknown".to_owned());
        let viewer = Viewer {
            id: format!("{host}:{pid}:{}", now.millis()),
            user: crate::model::clean(&user, 32),
            host,
            pid,
            view: "movements".to_owned(),
            since_at: now,
            seen_at: now,
            key_at: now,
            refresh_at: None,
        };
        let (presence, _) = watch::channel(viewer);
        Ok(Self { people, presence, clock: clock.clone() })
    }

    /// Announces and renews until the console is left, then takes the row away.
    async fn stay(self, mut stop: watch::Receiver<bool>) {
        let Some(mut people) = self.people else { return };
        let mut changed = self.presence.subscribe();
        loop {
            let (viewer, now) = (changed.borrow_and_update().clone(), self.clock.now());
            let renewed = spawn_blocking(move || {
                let result = people.announce(&viewer, now);
                (people, result)
            });
            let Ok((back, result)) = renewed.await else { return };
            people = back;
            if let Err(error) = result {
                tracing::warn!("announcing this console: {error}");
            }
            tokio::select! {
                () = sleep(RENEW) => {}
                _ = changed.changed() => {}
                _ = stop.wait_for(|stop| *stop) => break,
            }
        }
        let id = self.presence.borrow().id.clone();
        let _ = spawn_blocking(move || people.leave(&id)).await;
    }
}

/// Polls whenever nobody else does, until the console is left.
async fn poll(
    config: Config,
    accounts: Vec<AnyAccount>,
    events: mpsc::Sender<Event>,
    mut stop: watch::Receiver<bool>,
) {
    if accounts.is_empty() {
        return;
    }
    let polling = async {
        let lease = daemon::wait_for_lease(&config).await?;
        let (duty, notice) = Duty::begin(&config, accounts, lease).await?;
        if let Some(notice) = notice {
            let _ = events.send(Event::Notice(notice.text)).await;
        }
        anyhow::Ok(duty)
    };
    let begun = tokio::select! {
        begun = polling => begun,
        _ = stop.wait_for(|stop| *stop) => return,
    };
    let ended = match begun {
        Ok(duty) => duty.poll(stop).await,
        Err(error) => Err(error),
    };
    if let Err(error) = ended {
        tracing::error!("polling ended: {error:#}");
        let _ = events.send(Event::Notice(format!("polling ended: {error:#}"))).await;
    }
}

/// Tells the screen the time, what was committed, and how the database is polled.
struct News {
    path: PathBuf,
    reader: Option<Reader>,
    /// `None` for a console that only views.
    polling: Option<Polling>,
    fleet: Option<Arc<Fleet>>,
    shown: Option<(Option<Leader>, Mode)>,
}

impl News {
    async fn show(mut self, events: mpsc::Sender<Event>, clock: Clock) {
        let mut watch = Watch::new(&self.path).ok();
        let mut every = interval(Duration::from_secs(1));
        loop {
            let ticked = tokio::select! {
                _ = every.tick() => true,
                () = written(&mut watch) => false,
            };
            let now = clock.now();
            if ticked && events.send(Event::Tick(now)).await.is_err() {
                return;
            }
            let looked = spawn_blocking(move || {
                let told = self.look(now, ticked);
                (self, told)
            });
            let Ok((back, told)) = looked.await else { return };
            self = back;
            for event in told {
                if events.send(event).await.is_err() {
                    return;
                }
            }
        }
    }

    /// What is new: the fleet where it changed, and once a second who polls how often.
    fn look(&mut self, now: Timestamp, ticked: bool) -> Vec<Event> {
        let mut told = Vec::new();
        match self.fleet_if_changed(now) {
            Ok(Some(fleet)) => {
                self.fleet = Some(Arc::clone(&fleet));
                told.push(Event::Fleet(fleet));
            }
            Ok(None) => {}
            Err(error) => tracing::warn!("reading the database: {error}"),
        }
        if ticked {
            let leader = leader(&self.path);
            let now_shown = (leader.clone(), self.mode(leader.is_some(), now));
            if self.shown.as_ref() != Some(&now_shown) {
                told.extend([Event::Leader(leader), Event::Mode(now_shown.1)]);
                self.shown = Some(now_shown);
            }
        }
        told
    }

    /// Opens the database once it is there.
    fn fleet_if_changed(&mut self, now: Timestamp) -> Result<Option<Arc<Fleet>>, StoreError> {
        if let Some(reader) = &mut self.reader {
            return reader.fleet_if_changed(now);
        }
        match Reader::open(&self.path) {
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
        let viewers = self.fleet.as_ref().map(|fleet| fleet.viewers.as_slice()).unwrap_or_default();
        match polling.mode(viewers, now) {
            sync::Mode::Active => Mode::Live { every_s: seconds(polling.active) },
            sync::Mode::Idle => Mode::Idle { every_s: seconds(polling.idle) },
        }
    }
}

async fn written(watch: &mut Option<Watch>) {
    match watch {
        Some(watch) => watch.written().await,
        None => std::future::pending().await,
    }
}
