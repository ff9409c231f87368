//! Wires the parts for a person at a terminal: the queue onto the screen at once, the whole fleet behind it, then the
//! poller if nobody else polls, and this console's row among the viewers.

mod chat;
mod chats;
mod desk;
mod files;
mod looks;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::{mpsc, watch};
use tokio::task::spawn_blocking;

use self::chats::ChatFolder;
use self::desk::{Desk, Presence, Standing, Wish};
pub use self::looks::looks;

use crate::config::{Config, Units};
use crate::daemon::{self, Demo};
use crate::model::overlay::Overlay;
use crate::model::{Fleet, Notice, Timestamp};
use crate::rules::trail;
use crate::store::{self, StoreError};
use crate::sync::{Clock, Lookups, Pulse};
use crate::tui::app::{App, Calls, Effect, Mouse, Setup};
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
    /// The mouse from the start.
    pub mouse: bool,
    /// Where views are kept that a person saves; without it they hold until the console is left.
    pub views: Option<PathBuf>,
    /// Where conversations are kept; without it they last until the console is left.
    pub chats: Option<PathBuf>,
}

/// How far back a trail goes on the map.
const TRAIL: Duration = Duration::from_hours(24);

/// A file of points and lines is smaller; what is larger is no such file.
const LARGEST_LAYER: u64 = 16 << 20;

/// Never more frames than thirty a second.
const FRAME: Duration = Duration::from_millis(33);

/// Shows the console until it is left.
pub async fn run(config: &Config, options: Options) -> anyhow::Result<ExitCode> {
    let looks = looks(config, options.no_color)?;
    let demo = if options.demo { Some(Demo::start(config, options.database_named).await?) } else { None };
    let config = demo.as_ref().map_or(config, |demo| &demo.config);
    let read_only = read_only(config, &options)?;
    let polls = !options.view_only && read_only.is_none() && !daemon::accounts(config)?.is_empty();
    let clock = Clock::system();
    let mut app = App::new(setup(config, looks, &options, clock.now())?);
    // Begun before the rest: somebody's home may be far away.
    let mut folder = ChatFolder::new(options.chats, &config.database.path);
    let talked = spawn_blocking(move || {
        let read = folder.read();
        (folder, read)
    });
    app.update(Event::ReadOnly(read_only.clone()));
    if let Some(fleet) = first_look(config, clock.now())? {
        app.update(Event::Fleet(fleet));
    }
    let views = files::ViewFile::new(options.views.clone());
    match views.read() {
        Ok(saved) => app.know_views(saved),
        Err(trouble) => drop(app.update(Event::Notice(trouble))),
    }
    // Before the terminal is taken: a signal that finds nobody listening would leave it taken.
    let leave = daemon::stop_signal()?;
    let mut screen = Screen::enter()
        .context("this is no terminal: use a command such as `backhaul tractors`, or --sync-only")?;
    if options.mouse {
        terminal::set_mouse(true).context("writing to the terminal")?;
    }
    // Before anything else wants the processor: the whole fleet is read behind it.
    if app.take_stale() {
        screen.terminal.draw(|frame| app.draw(frame)).context("writing to the terminal")?;
    }
    let (events, inbox) = mpsc::channel(1024);
    terminal::watch_for_hangup(events.clone());
    let standing = Standing { view_only: options.view_only, polls, read_only: read_only.is_some() };
    let (presence, desk) = Desk::new(config, standing, &app, events.clone(), clock.clone())?;
    listen(events.clone(), leave, presence.clone(), clock.clone());
    let (stop, stopped) = watch::channel(false);
    let desk = spawn_blocking(move || desk.stay());
    let lookups = Lookups::default();
    let polling = polls.then(|| tokio::spawn(poll(config.clone(), lookups.clone(), events.clone(), stopped)));
    let (folder, (kept, trouble)) = talked.await.context("reading what was talked of before")?;
    app.know_chats(kept.iter().map(|one| one.past.clone()).collect());
    for trouble in trouble {
        app.update(Event::Notice(trouble));
    }
    let (chat, talking) = chat::start(config, lookups, (folder, kept), events.clone());
    let perform = |effect| match effect {
        Effect::Chat(wish) => drop(chat.send(wish)),
        Effect::Refresh => presence.tell(|viewer| viewer.refresh_at = Some(clock.now())),
        Effect::Look(view) => presence.tell(|viewer| viewer.view = view),
        Effect::Act { on, deed, done } => presence.act(Wish { on, deed, done }),
        Effect::Copy(text) => {
            let _ = terminal::copy_osc52(&text);
        }
        // A terminal that cannot be written to is noticed by whoever draws.
        Effect::Call(text) => drop(terminal::call(&text)),
        Effect::Mouse(mouse) => drop(terminal::set_mouse(mouse == Mouse::On)),
        Effect::KeepView(change) => {
            if let Err(trouble) = views.change(&change) {
                let _ = events.try_send(Event::Notice(trouble));
            }
        }
        Effect::Export(file) => {
            let _ = events.try_send(Event::Said(files::export(Path::new(""), &file)));
        }
        Effect::Trail(kind, id) => {
            let (path, events, now) = (config.database.path.clone(), events.clone(), clock.now());
            spawn_blocking(move || {
                let seen = store::trail(&path, kind, &id, now.minus(TRAIL));
                let told = seen.map(trail::one_line).map_err(|error| error.to_string());
                let _ = events.blocking_send(Event::Trail(kind, id, told));
            });
        }
        Effect::Suspend => {
            let resumed = if terminal::suspend().is_ok() { Event::Resumed } else { Event::Hangup };
            let _ = events.try_send(resumed);
        }
    };
    let shown = run::run(&mut screen.terminal, &mut app, FRAME, inbox, perform).await;
    // Nothing more is asked: what was said is written to its end.
    drop(chat);
    // The terminal first: a person sees the shell again while the last commit ends.
    drop(screen);
    let _ = stop.send(true);
    presence.leave();
    let ended = async {
        let _ = talking.await;
        let _ = desk.await;
        if let Some(polling) = polling {
            let _ = polling.await;
        }
    };
    let _ = daemon::ended_in_time(ended).await;
    shown.context("writing to the terminal")?;
    Ok(ExitCode::SUCCESS)
}

fn setup(
    config: &Config,
    (keys, theme): (KeyMap, Theme),
    options: &Options,
    now: Timestamp,
) -> anyhow::Result<Setup> {
    Ok(Setup {
        keys,
        theme,
        glyphs: if options.ascii { Glyphs::Ascii } else { Glyphs::Unicode },
        zone: config.operations.timezone.clone(),
        metric: config.operations.units == Units::Metric,
        user: desk::user(),
        here: (daemon::host(), std::process::id()),
        office: daemon::office(config),
        own: Arc::new(own(&config.map_layers)?),
        mouse: if options.mouse { Mouse::On } else { Mouse::Off },
        calls: if config.notify.critical {
            Calls::On { quiet_from: config.notify.quiet_from, quiet_until: config.notify.quiet_until }
        } else {
            Calls::Off
        },
        now,
    })
}

/// What the fleet draws on the map itself. A file that cannot be drawn ends the start: a yard that is
/// silently missing would look like no yard.
fn own(files: &[PathBuf]) -> anyhow::Result<Overlay> {
    let mut overlay = Overlay::default();
    for file in files {
        let name = file.display();
        let too_large = std::fs::metadata(file).is_ok_and(|file| file.len() > LARGEST_LAYER);
        let read = || -> Result<String, String> {
            if too_large {
                return Err("is larger than 16 MiB".to_owned());
            }
            std::fs::read_to_string(file).map_err(|error| format!("cannot be read: {error}"))
        };
        let drawn = read().and_then(|text| overlay.read(&text).map_err(|error| error.to_string()));
        drawn.map_err(|why| {
            daemon::Refused::because(format!(
                "the map's layer {name} {why}; mend it, or take it out of [map] layers"
            ))
        })?;
    }
    Ok(overlay)
}

/// Why nothing can be written here, by this person or by this version. A file of a newer version is only looked
/// into where that was asked for: whoever wants to do more must be told before.
fn read_only(config: &Config, options: &Options) -> anyhow::Result<Option<String>> {
    match store::check_standing(&config.database.path) {
        Ok(()) => Ok(None),
        Err(newer @ StoreError::Newer { .. }) if !options.view_only => Err(newer.into()),
        Err(error) if error.leaves_reading() => Ok(Some(error.to_string())),
        Err(error) => Err(error.into()),
    }
}

/// What the first frame shows of what is stored; `None` where nothing is yet, or it cannot be read: the
/// poller makes it anew, and then it is shown.
fn first_look(config: &Config, now: Timestamp) -> anyhow::Result<Option<Arc<Fleet>>> {
    match store::glance(&config.database.path, now) {
        Ok(fleet) => Ok(Some(Arc::new(fleet))),
        Err(StoreError::Missing(_) | StoreError::Older { .. } | StoreError::Damaged(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Passes what the terminal and the system say to the screen, and notes that a person is there.
fn listen(events: mpsc::Sender<Event>, mut stop: watch::Receiver<bool>, presence: Presence, clock: Clock) {
    let (keys, mut pressed) = mpsc::channel(256);
    read_terminal(keys);
    tokio::spawn(async move {
        loop {
            let event = tokio::select! {
                event = pressed.recv() => event.unwrap_or(Event::Hangup),
                _ = stop.wait_for(|stop| *stop) => Event::Hangup,
            };
            if matches!(event, Event::Key(_) | Event::Paste(_) | Event::Mouse(_)) {
                presence.note(|viewer| viewer.key_at = clock.now());
            }
            let last = matches!(event, Event::Hangup);
            if events.send(event).await.is_err() || last {
                return;
            }
        }
    });
}

/// Polls whenever nobody else does, until the console is left. A console without an upstream to
/// poll leaves the lease to those that have one.
async fn poll(
    config: Config,
    lookups: Lookups,
    events: mpsc::Sender<Event>,
    mut stop: watch::Receiver<bool>,
) {
    let lease = tokio::select! {
        lease = daemon::wait_for_lease(&config) => lease,
        _ = stop.wait_for(|stop| *stop) => return,
    };
    let ended = match lease {
        Ok(lease) => {
            let tell = |notice: Notice| {
                let _ = events.try_send(Event::Notice(notice.text));
            };
            daemon::poll(&config, &lease, stop, Pulse::default(), lookups, tell).await
        }
        Err(error) => Err(error),
    };
    if let Err(error) = ended {
        tracing::error!("polling ended: {error:#}");
        let _ = events.send(Event::Notice(format!("polling ended: {error:#}"))).await;
    }
}
