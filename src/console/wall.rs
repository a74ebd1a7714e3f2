//! The wall: the same log for a whole room, and no key does anything.
//!
//! It reads; it never writes, fires or sends. What the terminal sends is read
//! only to learn that it was resized, or is gone.

mod life;

use std::{os::fd::OwnedFd, sync::Arc, time::Duration};

use color_eyre::eyre::{Report, WrapErr as _};
use tokio::{
    sync::{
        mpsc::{self, Receiver, Sender},
        watch,
    },
    task::JoinSet,
    time::{Instant, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;

use self::life::Life;
use super::{
    Again, Looks, Setup,
    again::take_up,
    aside::Aside,
    follow,
    looking::Looking,
    tasks,
    terminal::{self, Handle, Input, Screen, Signal},
};
use crate::{
    clock::{self, Clock},
    domain::{health::Panel, night::Night, text::Title},
    journal::count_as_others,
    probe::Probe,
    store::Log,
    sync::Seen,
    ui::{
        app::App,
        capability::{Capability, Tier},
        msg::{EngineSeen, Msg},
        theme::Theme,
        view::Look,
        wall::{self, Beat, Wall},
    },
};

pub use life::Watcher;

/// How many messages may wait.
const INBOX: usize = 256;
/// How often the lease is looked at: the heartbeat that the wall shows.
const BEAT: Duration = Duration::from_secs(1);

/// How often it is asked whether somebody keeps the clock right.
const CLOCK: Duration = Duration::from_mins(1);
/// How often a text console is painted anew: what the kernel writes there does
/// not stay.
const REPAINT: Duration = Duration::from_mins(1);

/// How it hangs there.
#[expect(missing_debug_implementations, reason = "what reads it again has none")]
pub struct How {
    /// Nobody's name and nobody's words are shown, only roles.
    pub redact: bool,
    /// When it is dim, and how it looks then.
    pub night: Option<(Night, Theme)>,
    /// Who watches over it.
    pub watcher: Watcher,
    /// Reads what can change meanwhile.
    pub again: Again,
}

/// Runs the wall until it is told to end; answers the exit code.
///
/// # Errors
///
/// When there is no terminal, or the log can't be read any more.
pub async fn run(setup: Setup, how: How, errors: Option<OwnedFd>) -> color_eyre::Result<i32> {
    let (screen, inputs, handle) =
        terminal::open(&setup.capability, errors).wrap_err("opening the terminal")?;
    if setup.capability.blanks {
        handle.stay_lit();
    }
    let mut hung = Hung::new(&setup, how, screen, handle.clone());
    let ended = hung.show(setup, inputs).await;
    (hung.how.watcher.say)("STOPPING=1");
    handle.leave();
    ended
}

/// A wall on its panel.
struct Hung {
    wall: Wall,
    how: How,
    theme: Theme,
    capability: Capability,
    clock: Clock,
    screen: Screen,
    handle: Handle,
    life: Life,
    repainted: Instant,
    aside: Aside<Result<Looks, String>>,
}

impl Hung {
    fn new(setup: &Setup, how: How, screen: Screen, handle: Handle) -> Self {
        let now = setup.clock.now();
        let panel = Panel::new(setup.settings.host.clone(), &setup.works.specs);
        let mut app = App::new(setup.settings.clone(), setup.keymap.clone(), panel, now);
        app.local_offset_s = setup.clock.local_offset_s();
        let mut wall = Wall::new(app, now);
        wall.redact = how.redact;
        Self {
            wall,
            theme: setup.theme.clone(),
            capability: setup.capability.clone(),
            clock: setup.clock,
            screen,
            handle,
            life: Life::new(how.watcher.every),
            repainted: Instant::now(),
            aside: Aside::default(),
            how,
        }
    }

    async fn show(
        &mut self,
        mut setup: Setup,
        mut inputs: Receiver<Input>,
    ) -> color_eyre::Result<i32> {
        let (sender, mut messages) = mpsc::channel(INBOX);
        let stop = CancellationToken::new();
        let _stopped = stop.clone().drop_guard();
        let (asked, kept) = watch::channel(None);
        let mut running = start(&mut setup, &sender, &stop);
        running.spawn(ask_clock(asked));
        let mut looking = Looking::new(setup.clock, &sender, &stop);
        looking.begin(setup.works.probes, &mut running);
        let mut tick = tokio::time::interval(Duration::from_secs(1));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            self.draw();
            tokio::select! {
                input = inputs.recv() => match input {
                    Some(Input::Signal(Signal::ReadAgain)) => self.read_again(),
                    input => if let Some(code) = ends(input.as_ref()) { return Ok(code) },
                },
                Some(msg) = messages.recv() => self.message(msg),
                read = self.aside.done() => if let Some(probes) = self.take_up(read?) {
                    looking.begin(probes, &mut running);
                },
                _ = tick.tick() => self.tick(*kept.borrow()),
                Some(ended) = running.join_next() => ended.wrap_err("a part of the wall ended")??,
            }
            while let Ok(msg) = messages.try_recv() {
                self.message(msg);
            }
        }
    }

    fn read_again(&mut self) {
        let again = Arc::clone(&self.how.again);
        if !self.aside.begin(move || again()) {
            tracing::warn!("the disk does not keep up: the configuration stays as it was");
        }
    }

    /// Takes the configuration up as it is now; answers what is probed by it.
    fn take_up(&mut self, read: Result<Looks, String>) -> Option<Vec<Probe>> {
        let now = self.clock.now();
        let (theme, works) = take_up(read, &mut self.wall.app, now)?;
        self.theme = theme;
        Some(works.probes)
    }

    fn message(&mut self, msg: Msg) {
        wall::update(&mut self.wall, msg, self.clock.now());
    }

    fn draw(&mut self) {
        let now = self.clock.now();
        let night = self.how.night.as_ref();
        let night = night.filter(|(night, _)| self.wall.is_dim(*night, now));
        let look = Look {
            theme: night.map_or(&self.theme, |(_, theme)| theme),
            depth: self.capability.depth,
            tier: self.capability.glyphs,
            slow: false,
        };
        self.screen.draw(|cells| {
            wall::draw(&self.wall, look, now, cells);
            None
        });
    }

    fn tick(&mut self, synchronised: Option<bool>) {
        let now = self.clock.now();
        self.wall.synchronised = synchronised;
        // It hangs there for months, in which summer time comes and goes.
        self.wall.app.local_offset_s = self.clock.local_offset_s();
        wall::update(&mut self.wall, Msg::Tick, now);
        let known = self.wall.beat(now) != Beat::Starting;
        let sign = self.life.sign(self.handle.stats(), known, Instant::now());
        if let Some(word) = sign {
            (self.how.watcher.say)(word);
        }
        self.repaint();
    }

    /// Paints a text console anew, once a minute.
    fn repaint(&mut self) {
        if self.capability.glyphs == Tier::Console && self.repainted.elapsed() >= REPAINT {
            self.repainted = Instant::now();
            self.screen.repaint();
        }
    }
}

/// Asks again and again whether somebody keeps the clock right.
async fn ask_clock(answers: watch::Sender<Option<bool>>) -> Result<(), Report> {
    loop {
        answers.send_replace(clock::synchronised().await);
        tokio::time::sleep(CLOCK).await;
    }
}

/// The exit code, where the input ends the wall; keys never do.
fn ends(input: Option<&Input>) -> Option<i32> {
    match input {
        None | Some(Input::Hangup) => Some(129),
        Some(Input::Signal(signal)) => signal.exit_code(),
        Some(Input::Key(_) | Input::Paste(_) | Input::Lines(_) | Input::Resize) => None,
    }
}

fn start(
    setup: &mut Setup,
    messages: &Sender<Msg>,
    stop: &CancellationToken,
) -> JoinSet<Result<(), Report>> {
    let mut running = JoinSet::new();
    running.spawn(follow::follow(
        setup.log.clone(),
        0,
        messages.clone(),
        stop.clone(),
    ));
    match setup.sync.take() {
        Some(sync) => {
            let seen = watch::Sender::new(Seen::default());
            let told = messages.clone();
            running.spawn(tasks::in_touch(sync, seen, false, told, stop.clone()))
        }
        None => running.spawn(watch_engine(
            setup.log.clone(),
            setup.clock,
            messages.clone(),
        )),
    };
    running
}

/// Looks who holds the lease, and when that engine last did its round.
pub(super) async fn watch_engine(
    log: Log,
    clock: Clock,
    messages: Sender<Msg>,
) -> Result<(), Report> {
    loop {
        let look = async || {
            count_as_others(&log, clock).await?;
            log.engine(clock.now()).await
        };
        let running = follow::patiently(Some(&messages), look).await?;
        let holder = running.holder.map(|owner| owner.to_string());
        let seen = EngineSeen {
            holder: holder.as_deref().map(Title::lossy),
            mine: false,
            ticked_at: running.ticked_at,
        };
        if messages.send(Msg::Engine(seen)).await.is_err() {
            return Ok(());
        }
        tokio::time::sleep(BEAT).await;
    }
}
