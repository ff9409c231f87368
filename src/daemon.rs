//! Polling without a screen (`--sync-only`), the simulated upstreams (`sim`), and the poller's
//! wiring, which the console shares: from a lease to polling. What is polled is put together in
//! `accounts`; how a poller without a screen runs on, in `serving`.

mod accounts;
mod assistant;
mod board;
mod orders;
mod serving;
mod state;
mod trial;

use std::future::ready;
use std::io::{Write, stderr, stdout};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{oneshot, watch};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout_at};

use self::accounts::nothing_to_poll;
pub use self::accounts::{AnyAccount, accounts};
pub use self::assistant::{ask, assistant};
pub use self::board::{board, office};
use self::orders::Orders;
use self::serving::Serving;
pub use self::trial::{Failed, Shown, ahead, try_account};
use crate::config::{Config, ConfigError, Database};
use crate::log::Levels;
use crate::model::{Leader, Notice};
use crate::providers::settled;
use crate::service::Service;
use crate::sim::{self, Sim};
use crate::store::{Access, Lease, Retention, Store, StoreError, Watch, leader};
use crate::sync::{Clock, JUDGE, Lookups, Poller, Polling, Pulse, Upkeep, judge_once};

/// How to poll.
#[derive(Clone, Debug)]
pub struct Options {
    /// Read every feed once, then end.
    pub once: bool,
    /// Poll the simulated fleet.
    pub demo: bool,
    /// The database was named on the command line.
    pub database_named: bool,
}

/// What a poller without a screen is given of the world around it.
pub struct Outside<'a> {
    /// Reads the configuration anew.
    pub reread: &'a dyn Fn() -> Result<Config, ConfigError>,
    /// Who started us.
    pub service: Service,
    /// What is logged.
    pub levels: Levels,
}

/// A configuration that is well formed and still cannot be worked with: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Refused(String);

impl Refused {
    /// With this reason.
    pub fn because(reason: impl std::fmt::Display) -> Self {
        Self(reason.to_string())
    }
}

/// What to simulate.
#[derive(Clone, Copy, Debug)]
pub struct SimOptions {
    /// Tractors.
    pub units: u32,
    /// The same seed is the same fleet.
    pub seed: u64,
    /// Of 127.0.0.1; 0 takes any that is free.
    pub port: u16,
    /// First print a configuration for it.
    pub print_config: bool,
}

/// A stop is over after this, whatever hangs.
const STOP_WITHIN: Duration = Duration::from_millis(1800);

/// What came of `ending`, if it ended in the time that a stop may take. What was handed out meanwhile, such as a
/// token that works once, is then kept too.
pub async fn ended_in_time<T>(ending: impl Future<Output = T>) -> Option<T> {
    let by = Instant::now() + STOP_WITHIN;
    let ended = timeout_at(by, ending).await.ok();
    let _ = timeout_at(by, settled()).await;
    ended
}

/// Polls until told to stop; with `once`, until every feed was read.
pub async fn run(config: &Config, options: Options, outside: Outside<'_>) -> anyhow::Result<ExitCode> {
    let mut orders = Orders::listen()?;
    let demo = if options.demo { Some(Demo::start(config, options.database_named).await?) } else { None };
    let polled = demo.as_ref().map_or(config, |demo| &demo.config);
    let accounts = accounts(polled)?;
    // What can never work is said before anything is polled.
    board(polled)?;
    if accounts.is_empty() {
        return Err(Refused(nothing_to_poll(polled)).into());
    }
    if !options.once {
        let (config, demo) = (config.clone(), demo.as_ref());
        return Serving { config, demo, outside, orders, was_refused: false, is_ready: false }.run().await;
    }
    let lease = lease_now(polled).await?;
    let path = &polled.database.path;
    let lease =
        lease.with_context(|| format!("another process already polls this database: {}", holder(path)))?;
    tokio::select! {
        ended = once(polled, accounts, lease) => ended,
        () = orders.stop() => {
            ended_in_time(ready(())).await;
            bail!("stopped before every feed was read")
        }
    }
}

/// Serves the simulated upstreams until told to stop; then says on stderr how they were called.
pub async fn sim(options: SimOptions) -> anyhow::Result<ExitCode> {
    let mut stop = stop_signal()?;
    let SimOptions { units, seed, port, print_config } = options;
    let sim = start_sim(sim::Options { units: units as usize, seed, port, ..usual_world() }).await?;
    if print_config {
        let mut out = stdout().lock();
        out.write_all(b"# It holds tokens: chmod 600 the file you keep it in.\n")?;
        out.write_all(sim.config_toml(None).as_bytes())?;
        out.flush()?;
    }
    tracing::info!(port = sim.port(), units, seed, "simulated upstreams are listening on 127.0.0.1");
    let _ = stop.wait_for(|stop| *stop).await;
    // Who watched it for its limits wants to know; who has gone away does not.
    let _ = stderr().write_all(sim.tally().as_bytes());
    Ok(ExitCode::SUCCESS)
}

/// The simulated fleet behind `--demo`, and the configuration that polls it.
pub struct Demo {
    /// Listens as long as it lives.
    sim: Sim,
    database: Database,
    /// The person's own settings, with the simulated accounts.
    pub config: Config,
}

impl Demo {
    /// Starts the simulated upstreams. The database is the demo's own, beside the real one, unless
    /// one was named on the command line.
    pub async fn start(config: &Config, database_named: bool) -> anyhow::Result<Self> {
        let sim = start_sim(sim::Options { moody: true, showcase: true, ..usual_world() }).await?;
        let mut database = config.database.clone();
        if !database_named {
            database.path = database.path.with_file_name("demo.db");
            database.url = format!("sqlite:{}", database.path.display());
        }
        let mut demo = Self { sim, database, config: config.clone() };
        demo.config = demo.config_by(config)?;
        Ok(demo)
    }

    /// A person's settings, with the simulated accounts.
    fn config_by(&self, config: &Config) -> anyhow::Result<Config> {
        let mut demo = Config::from_toml(&self.sim.config_toml(Some(&self.database.url)))
            .context("the demo's configuration")?;
        demo.database = self.database.clone();
        demo.polling = config.polling;
        demo.operations = config.operations.clone();
        // What the person asked for, though it is only a demo of it.
        demo.gemini.provider.hides_names = config.gemini.provider.hides_names;
        (demo.keys, demo.theme, demo.notify) = (config.keys.clone(), config.theme.clone(), config.notify);
        Ok(demo)
    }
}

/// The simulated world as it is at this moment.
fn usual_world() -> sim::Options {
    let clock = Clock::system();
    sim::Options::new(Arc::new(move || clock.now()))
}

async fn start_sim(options: sim::Options) -> anyhow::Result<Sim> {
    let port = options.port;
    Sim::start(options).await.with_context(|| format!("listening on 127.0.0.1:{port}"))
}

/// Polls until `stop` is true, whoever calls holding the lease. What was being written is committed when
/// this returns. Signs of life go to `pulse`; people ask at `lookups`; a repair of the database is told to `tell`.
pub async fn poll(
    config: &Config,
    _lease: &Lease,
    stop: watch::Receiver<bool>,
    pulse: Pulse,
    lookups: Lookups,
    mut tell: impl FnMut(Notice),
) -> anyhow::Result<()> {
    let mut repaired = false;
    loop {
        let ended = poll_on(config, stop.clone(), pulse.clone(), lookups.clone(), &mut tell).await;
        match ended {
            // Opening it anew moves the damaged file aside; once, so that a dying disk is no endless loop.
            Err(StoreError::Damaged(why)) if !std::mem::replace(&mut repaired, true) => {
                tracing::error!("the database is damaged ({why}): opening it anew");
            }
            ended => return Ok(ended?),
        }
    }
}

async fn poll_on(
    config: &Config,
    stop: watch::Receiver<bool>,
    pulse: Pulse,
    lookups: Lookups,
    tell: &mut impl FnMut(Notice),
) -> Result<(), StoreError> {
    let clock = Clock::system();
    let (store, notice) = open_store(config, &clock).await?;
    notice.into_iter().for_each(tell);
    let mut poller = Poller::new(store, polling(config), clock);
    poller.beat(pulse);
    poller.serve(lookups);
    for account in accounts(config).map_err(|e| StoreError::Broken(e.to_string()))? {
        account.poll_by(&mut poller).await?;
    }
    poller.judge(board(config).map_err(|e| StoreError::Broken(e.to_string()))?);
    let path = &config.database.path;
    let watch =
        Watch::new(path).map_err(|e| StoreError::File { path: path.clone(), reason: e.to_string() })?;
    poller.run(watch, upkeep(config), stop).await
}

fn upkeep(config: &Config) -> Upkeep {
    let keep = &config.retention;
    let tms = Some(&config.mcleod).filter(|tms| tms.off_reason().is_none()).map(|tms| &tms.name);
    let router = Some(&config.mapbox).filter(|mapbox| mapbox.off_reason().is_none());
    let router = router.map(|mapbox| &mapbox.name);
    let talker = Some(&config.gemini).filter(|gemini| gemini.off_reason().is_none());
    let talker = talker.map(|gemini| &gemini.name);
    Upkeep {
        retention: Retention { movements: keep.movements, positions: keep.positions },
        accounts: config
            .elds
            .iter()
            .map(|eld| &eld.name)
            .chain(tms)
            .chain(router)
            .chain(talker)
            .cloned()
            .collect(),
    }
}

async fn open_store(config: &Config, clock: &Clock) -> Result<(Store, Option<Notice>), StoreError> {
    let (path, now) = (config.database.path.clone(), clock.now());
    let access = access(config).map_err(|refused| StoreError::Broken(refused.to_string()))?;
    let opened = spawn_blocking(move || Store::open(&path, access, JUDGE, now)).await;
    let (store, notice) = opened.unwrap_or_else(|panic| Err(StoreError::Broken(panic.to_string())))?;
    store.take_on(config.wishes(), now).await?;
    Ok((store, notice))
}

/// Reads every feed once, the accounts side by side.
async fn once(config: &Config, accounts: Vec<AnyAccount>, lease: Lease) -> anyhow::Result<ExitCode> {
    let clock = Clock::system();
    let (store, notice) = open_store(config, &clock).await?;
    if let Some(notice) = notice {
        tracing::warn!("{}", notice.text);
    }
    store.keep_accounts(upkeep(config).accounts, clock.now()).await?;
    let polling = polling(config);
    let mut reads = tokio::task::JoinSet::new();
    for account in accounts {
        let (store, clock) = (store.clone(), clock.clone());
        reads.spawn(async move {
            let name = account.name().to_owned();
            (name, account.read_once(&store, &polling, &clock).await)
        });
    }
    let mut failures = Vec::new();
    for (name, failed) in reads.join_all().await {
        failures.extend(failed?.into_iter().map(|(resource, why)| format!("{name} {resource}: {why}")));
    }
    failures.extend(judge_once(board(config)?, &store, &clock).await?);
    store.close().await;
    drop(lease);
    if failures.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    failures.sort();
    bail!("{}", failures.join("\n"))
}

/// The lease at once; `None` when another process has it.
async fn lease_now(config: &Config) -> anyhow::Result<Option<Lease>> {
    for _ in 0..3 {
        if let Some(lease) = Lease::try_take(&config.database.path, access(config)?, me)? {
            return Ok(Some(lease));
        }
        // `status` in another process touches the lock for a moment; a poller keeps it.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(None)
}

/// The lease as soon as nobody has it; until then this process stands by, and `tell` is told for whom.
async fn lease_when_free(config: &Config, tell: impl FnOnce(String)) -> anyhow::Result<Lease> {
    if let Some(lease) = lease_now(config).await? {
        return Ok(lease);
    }
    let holder = holder(&config.database.path);
    tracing::info!("standing by: {holder} polls this database; taking over when it ends");
    tell(holder);
    wait_for_lease(config).await
}

/// The lease once it is free.
pub async fn wait_for_lease(config: &Config) -> anyhow::Result<Lease> {
    let (sender, receiver) = oneshot::channel();
    let (path, access) = (config.database.path.clone(), access(config)?);
    // A thread of its own, not the pool's: it may wait for days, and a stop does not wait for it.
    std::thread::Builder::new().name("lease".into()).spawn(move || {
        let _ = sender.send(Lease::wait(&path, access, me));
    })?;
    Ok(receiver.await.context("waiting for the poller's lock")??)
}

fn holder(path: &Path) -> String {
    leader(path).map_or_else(
        || "a process that is just ending".to_owned(),
        |leader| format!("process {} on {}", leader.pid, leader.host),
    )
}

/// This process, as the lease's holder from now on.
fn me() -> Leader {
    Leader { pid: std::process::id(), host: host(), since_at: Clock::system().now() }
}

/// This host's name, as one word.
pub fn host() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    name.split_whitespace().next().unwrap_or("localhost").to_owned()
}

/// Who may use the database's files. Fails where the group of the configuration does not exist.
pub fn access(config: &Config) -> Result<Access, ConfigError> {
    Ok(config.group()?.map_or(Access::Owner, Access::Group))
}

/// The configured intervals, as the poller takes them.
pub fn polling(config: &Config) -> Polling {
    let (polling, cache) = (&config.polling, &config.cache);
    Polling {
        active: polling.active,
        idle: polling.idle,
        hours_active: polling.hours_active,
        hours_idle: polling.hours_idle,
        movements_active: polling.movements_active,
        movements_idle: polling.movements_idle,
        roster: polling.roster,
        viewer_timeout: polling.viewer_timeout,
        fresh_locations: cache.locations,
        fresh_hours: cache.hours,
        fresh_profiles: cache.profiles,
    }
}

/// True once the system asks us to stop.
pub fn stop_signal() -> anyhow::Result<watch::Receiver<bool>> {
    let (sender, receiver) = watch::channel(false);
    let mut signals = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()]
        .into_iter()
        .map(signal)
        .collect::<Result<Vec<_>, _>>()
        .context("listening for signals")?;
    tokio::spawn(async move {
        let waits = signals.iter_mut().map(|signal| Box::pin(signal.recv()));
        first_of(waits.collect()).await;
        let _ = sender.send(true);
        // Kept, so that the receivers see the value rather than a closed channel.
        std::future::pending::<()>().await;
    });
    Ok(receiver)
}

/// Returns when any of them does.
async fn first_of<F: Future + Unpin>(mut futures: Vec<F>) {
    std::future::poll_fn(|context| {
        let ready = futures.iter_mut().any(|future| std::pin::Pin::new(future).poll(context).is_ready());
        if ready { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}
