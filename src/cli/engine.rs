//! The engine without a screen: fires what is due, delivers, and records what
//! the probes see, until it is told to end.

use std::sync::Arc;

use clap::Args;
use color_eyre::eyre::WrapErr as _;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::{mpsc, watch},
};
use tokio_util::sync::CancellationToken;

use super::{
    failure::{Exit, in_a_line},
    in_place,
    open::Setup,
    room::Room,
    say,
};
use crate::{
    clock::Clock,
    config::Config,
    domain::{
        board::Board,
        channel,
        entry::{ENGINE, IncidentId, Via},
        fact::Fact,
        health::Panel,
        probe::{Reading, Spec},
        text::{Name, Title},
    },
    engine::Engine,
    journal::{self, Author},
    notify::{Channel, Channels},
    probe::{self, Probe, Schedule},
    store::{Log, Owner, StoreError},
    ui::msg::{EngineSeen, Wish},
};

/// How many readings may wait; a burst is one per probe.
const READINGS: usize = 64;

/// The name of this host, as the system says it.
pub fn host() -> Name {
    Name::lossy(&rustix::system::uname().nodename().to_string_lossy())
}

/// This process, as the lease names it.
pub fn owner(setup: &Setup) -> Owner {
    Owner {
        name: setup.config.actor.clone(),
        host: host(),
        pid: std::process::id(),
    }
}

/// Every channel of the configuration, ready to deliver or with what is wrong
/// with it.
pub fn channels(config: &Config) -> Channels {
    let specs = config.channels.iter();
    specs
        .map(|(name, spec)| {
            let channel = match spec {
                Ok(spec) => {
                    // In place of a server its word counts as well.
                    let public = spec.public || config.publish.contains(name);
                    let spec = channel::Spec {
                        public,
                        ..spec.clone()
                    };
                    Channel::new(spec).map_err(|error| error.to_string())
                }
                Err(error) => Err(error.to_string()),
            };
            let channel = channel.map_err(|why| Title::lossy(&why));
            (name.clone(), channel.map(Arc::new))
        })
        .collect()
}

/// The channels that nothing can be sent to, and whatever else was left out of
/// the configuration, with the reason of each.
pub fn out_of_order(config: &Config) -> Vec<String> {
    let channels = channels(config).into_iter();
    let channels = channels.filter_map(|(name, channel)| {
        let why = channel.err()?;
        Some(format!("the channel {name} is out of order: {why}"))
    });
    let others = config.faults().iter();
    let others = others.map(|fault| format!("out of order, and left out: {}", fault.error));
    others.chain(channels).collect()
}

/// The probes of the configuration that can be made, and why others can't.
pub fn probes(config: &Config) -> (Vec<Probe>, Vec<String>) {
    let (made, broken) = probe::each(config.probes.iter().cloned());
    let told = broken.iter();
    let told = told.map(|error| format!("out of order, and left out: {error}"));
    (made, told.collect())
}

/// Who runs the engine now; `None` when nobody does.
///
/// # Errors
///
/// When the log can't be read.
pub async fn holder(room: &Room) -> Result<Option<String>, StoreError> {
    if let Some(sync) = &room.sync {
        return Ok(sync.engine().await);
    }
    let now = room.now();
    let Some(log) = &room.log else {
        return Ok(None);
    };
    let lease = log.lease().await?;
    Ok(lease.filter(|lease| lease.expires_at > now).map(|lease| {
        let owner = lease.owner;
        format!("{} on {} (pid {})", owner.name, owner.host, owner.pid)
    }))
}

/// Fire what is due, deliver and probe, without a screen, until SIGTERM
///
/// SIGUSR1 reads the configuration again; with a mistake in it, everything
/// stays as it was.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  warroom engine
  warroom engine --page-from-here   # until the server answers again")]
pub struct Run {
    /// On a copy whose server is away: page from here, over the channels of this
    /// host, until it answers. Reaches people
    #[arg(long)]
    page_from_here: bool,
}

impl Run {
    /// Works until it is told to end.
    ///
    /// # Errors
    ///
    /// When it may not, or the log can't be written.
    pub async fn run(self, room: &Room) -> color_eyre::Result<Exit> {
        if self.page_from_here {
            Box::pin(in_place::run(room)).await
        } else {
            run(room).await
        }
    }
}

/// Works until SIGTERM or SIGINT.
///
/// # Errors
///
/// When a channel or a probe can't be made, or the log can't be written.
async fn run(room: &Room) -> color_eyre::Result<Exit> {
    if room.log()?.is_copy() {
        return Err(StoreError::IsCopy.into());
    }
    let stop = CancellationToken::new();
    stop_on_signals(&stop)?;
    let mut again = signal(SignalKind::user_defined1()).wrap_err("listening for SIGUSR1")?;
    let mut works = Works::begin(&room.setup, room.log()?);
    let (seen, told) = watch::channel(EngineSeen::default());
    let teller = tokio::spawn(tell(room.setup.global.quiet, told));
    let ended = loop {
        let round = stop.child_token();
        let mut work = Box::pin(works.run(&seen, &round));
        let next = tokio::select! {
            ended = &mut work => break ended,
            next = anew(room, &mut again) => next,
        };
        // What it is at comes to its end before the next one begins.
        round.cancel();
        work.await?;
        works = next;
    };
    drop(seen);
    teller.await.wrap_err("telling who runs the engine")?;
    ended?;
    say::note(&room.setup.global, "the engine ended, as it was told to");
    Ok(Exit::Ok)
}

/// Waits until the configuration is to be read again, and can be.
async fn anew(room: &Room, again: &mut Signal) -> Works {
    let (global, workspace) = (&room.setup.global, &room.setup.config.workspace);
    loop {
        again.recv().await;
        let works = Setup::anew(global.clone(), workspace, "engine").and_then(|mut setup| {
            setup.clock = room.setup.clock;
            Works::anew(&setup, room.log()?)
        });
        match works {
            Ok(works) => {
                say::note(global, "the configuration was read again");
                return works;
            }
            Err(error) => {
                let why = in_a_line(&error);
                say::aside(&format!("warroom: everything stays as it was: {why}"));
            }
        }
    }
}

/// The engine and the probes of a configuration, ready to work.
#[derive(Debug)]
pub struct Works {
    log: Log,
    clock: Clock,
    engine: Engine,
    probes: Vec<Probe>,
}

impl Works {
    /// Makes those that can be made, says which can't, and starts nothing: an
    /// engine with a mistake in one probe is better than none.
    pub fn begin(setup: &Setup, log: &Log) -> Self {
        let (probes, broken) = probes(&setup.config);
        for why in broken {
            say::note(&setup.global, &format!("warning: {why}"));
        }
        Self::of(setup, log, probes)
    }

    /// Makes them for a program that has others at work, and starts nothing.
    ///
    /// # Errors
    ///
    /// When a probe can't be made: those at work are better.
    pub fn anew(setup: &Setup, log: &Log) -> color_eyre::Result<Self> {
        let probes = probe::all(setup.config.probes.iter().cloned());
        Ok(Self::of(setup, log, probes.wrap_err("making the probes")?))
    }

    fn of(setup: &Setup, log: &Log, probes: Vec<Probe>) -> Self {
        Self {
            log: log.clone(),
            clock: setup.clock,
            engine: Engine::new(
                log.clone(),
                setup.clock,
                owner(setup),
                channels(&setup.config),
            ),
            probes,
        }
    }

    /// The same, for a log that has copies: see [`Engine::after_copies`].
    #[must_use]
    pub fn after_copies(mut self) -> Self {
        self.engine = self.engine.after_copies();
        self
    }

    /// Works until `stop`, which is cancelled as well when it ends by itself.
    ///
    /// # Errors
    ///
    /// When the log can't be written.
    pub async fn run(
        self,
        seen: &watch::Sender<EngineSeen>,
        stop: &CancellationToken,
    ) -> color_eyre::Result<()> {
        let (tx, readings) = mpsc::channel(READINGS);
        let specs: Vec<Spec> = self.probes.iter().map(|one| one.spec().clone()).collect();
        tokio::spawn(Schedule::new(self.probes, self.clock).run(tx, stop.clone()));
        let watcher = Watcher::new(self.log, self.clock, &specs, seen.subscribe());
        let watching = stop.clone();
        let watcher = tokio::spawn(async move {
            let ended = watcher.run(readings, &watching).await;
            // Without its probes the engine would be silent about an outage.
            watching.cancel();
            ended
        });
        let ended = self.engine.run(seen, stop).await;
        stop.cancel();
        watcher.await.wrap_err("watching the probes")??;
        ended.wrap_err("running the engine")
    }
}

/// Cancels `stop` at SIGTERM or SIGINT.
///
/// # Errors
///
/// When signals can't be listened to.
pub fn stop_on_signals(stop: &CancellationToken) -> color_eyre::Result<()> {
    let mut term = signal(SignalKind::terminate()).wrap_err("listening for SIGTERM")?;
    let mut int = signal(SignalKind::interrupt()).wrap_err("listening for SIGINT")?;
    let stop = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
        stop.cancel();
    });
    Ok(())
}

/// Says on stderr who holds the lease, whenever that changes.
pub async fn tell(quiet: bool, mut told: watch::Receiver<EngineSeen>) {
    let mut last = None;
    while told.changed().await.is_ok() {
        let seen = told.borrow_and_update().clone();
        let Some(holder) = seen.holder else { continue };
        let now = (holder, seen.mine);
        if quiet || last.as_ref() == Some(&now) {
            continue;
        }
        say::aside(&if now.1 {
            format!("the engine runs: {}", now.0)
        } else {
            format!("the engine waits: {} runs it", now.0)
        });
        last = Some(now);
    }
}

/// Records what the probes see and the log does not say yet, while this
/// process runs the engine: as a console does.
struct Watcher {
    log: Log,
    author: Author,
    panel: Panel,
    board: Board,
    seen: watch::Receiver<EngineSeen>,
}

impl Watcher {
    fn new(log: Log, clock: Clock, specs: &[Spec], seen: watch::Receiver<EngineSeen>) -> Self {
        let author = Author {
            name: ENGINE.into(),
            via: Via::Engine,
            replica: log.replica(),
            clock,
        };
        Self {
            panel: Panel::new(host(), specs),
            board: Board::default(),
            seen,
            author,
            log,
        }
    }

    async fn run(
        mut self,
        mut readings: mpsc::Receiver<(Name, Reading)>,
        stop: &CancellationToken,
    ) -> Result<(), StoreError> {
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                reading = readings.recv() => match reading {
                    Some((name, reading)) => self.take(&name, &reading).await?,
                    None => return Ok(()),
                },
            }
        }
    }

    /// Records what the log does not say yet. What can't be written now is
    /// compared again at the next reading.
    async fn take(&mut self, name: &Name, reading: &Reading) -> Result<(), StoreError> {
        self.panel.observe(name, reading);
        if !self.seen.borrow().mine {
            return Ok(());
        }
        match self.tell(reading).await {
            Err(error) if error.may_pass() => {
                tracing::warn!(%error, "a probe's change was not recorded yet");
                Ok(())
            }
            other => other,
        }
    }

    async fn tell(&mut self, reading: &Reading) -> Result<(), StoreError> {
        if self.board.untold(&self.panel).is_empty() {
            return Ok(());
        }
        journal::catch_up(&self.log, &mut self.board).await?;
        let changes = self.board.untold(&self.panel).into_iter();
        let wishes = changes.map(|change| Wish {
            incident: IncidentId::WORKSPACE,
            fact: Fact::ProbeChanged(Box::new(change)),
            at: reading.at,
        });
        self.write(wishes.collect(), reading).await
    }

    async fn write(&mut self, wishes: Vec<Wish>, reading: &Reading) -> Result<(), StoreError> {
        let batch = self.author.write(wishes, &self.board);
        self.log
            .append(&batch.entries, &batch.intents, reading.at)
            .await?;
        Ok(())
    }
}
