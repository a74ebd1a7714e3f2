//! The loop that joins the screen, the keys and the doors.
//!
//! It drains everything that waits, reads the clock once, lets the state
//! change, carries out the effects, and draws once. It never awaits the disk
//! or the network: that is for tasks, which answer with messages, and for work
//! with files aside. Only an editor holds it up, to which the terminal belongs.

mod again;
mod aside;
mod editor;
mod effects;
mod follow;
pub mod in_place;
mod looking;
mod picture;
pub mod runbooks;
mod tasks;
pub mod terminal;
pub mod wall;
mod writer;

use std::{os::fd::OwnedFd, path::PathBuf, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use color_eyre::eyre::WrapErr as _;
use tokio::{
    sync::mpsc::{self, Receiver},
    time::{Instant, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;

use self::{
    aside::Aside,
    effects::Done,
    picture::Picture,
    tasks::Tasks,
    terminal::{Handle, Input, Screen, Signal},
};
pub use again::{Again, Looks, Works};

use crate::{
    clock::{Clock, uptime},
    domain::{
        entry::{IncidentId, Seq},
        health::Panel,
    },
    store::Log,
    sync::Replica,
    ui::{
        app::{App, Settings, Source, update},
        capability::Capability,
        keymap::Keymap,
        msg::Msg,
        theme::Theme,
    },
};

/// How many messages may wait. Tasks that find it full wait their turn; a
/// burst of probe readings is a dozen.
const INBOX: usize = 256;
/// At most one frame in this time: a burst of keys is one frame, not two hundred.
const FRAME: Duration = Duration::from_millis(16);
/// What the shell shows while a console is stopped that ran the engine.
const STOPPED: &str = "warroom is stopped, and it ran the engine: nobody is paged and nothing is delivered until `fg` brings it back, unless another console or `warroom engine` runs";
/// What two clocks may stray from each other before one of them was set again.
const RESET: TimeDelta = TimeDelta::seconds(2);
/// A tick that comes this much late tells that the machine slept.
const SLEPT: TimeDelta = TimeDelta::seconds(20);

/// Everything that a console is made of.
#[derive(Debug)]
pub struct Setup {
    /// The log.
    pub log: Log,
    /// What keeps it and the shared backend the same; `None` without one.
    pub sync: Option<Arc<Replica>>,
    /// The time.
    pub clock: Clock,
    /// Who sits here, and what they may reach.
    pub settings: Settings,
    /// Keys.
    pub keymap: Keymap,
    /// Colours.
    pub theme: Theme,
    /// What the terminal can show.
    pub capability: Capability,
    /// What looks and sends beside the screen.
    pub works: Works,
    /// The server took no entries from here when it last said so.
    pub read_only: bool,
    /// The incident that is shown first; whichever is active where none is named.
    pub shown: Option<IncidentId>,
    /// None are configured here: those of the server are offered.
    pub takes_channels: bool,
    /// The folder of the runbooks.
    pub runbooks: PathBuf,
    /// What is to be said first: warnings of the configuration and the log.
    pub warnings: Vec<String>,
}

/// Takes the terminal and runs until the person leaves; answers the exit code.
/// `errors` takes what would be written over the screen otherwise.
///
/// # Errors
///
/// When there is no terminal to take, or a part of the program ended badly.
pub async fn run(setup: Setup, again: Again, errors: Option<OwnedFd>) -> color_eyre::Result<i32> {
    let now = setup.clock.now();
    let (app, head) = first(&setup, now).await?;
    let (mut screen, inputs, handle) =
        terminal::open(&setup.capability, errors).wrap_err("opening the terminal")?;
    let picture = Picture::of(&setup);
    // Before anything else is begun: whoever opens it wants to see.
    picture.draw(&app, now, &mut screen);
    let mut console = Console::start(setup, (app, head), picture, handle.clone(), again);
    let ended = console.work(&mut screen, inputs).await;
    handle.leave();
    console.end().await;
    ended
}

/// The screen's state with the log as it is, or as much as one page has; and
/// how far that goes.
async fn first(setup: &Setup, now: DateTime<Utc>) -> color_eyre::Result<(App, Seq)> {
    let panel = Panel::new(setup.settings.host.clone(), &setup.works.specs);
    let mut app = App::new(setup.settings.clone(), setup.keymap.clone(), panel, now);
    app.local_offset_s = setup.clock.local_offset_s();
    app.warn_all(setup.warnings.clone(), now);
    app.awaits = [Source::Log, Source::Outbox, Source::Runbooks].into();
    app.awaits
        .extend(setup.sync.as_ref().map(|_| Source::Server));
    app.shared.link.read_only = setup.read_only;
    loop {
        let entries = follow::page(&setup.log, app.board.head())
            .await
            .wrap_err("reading the log")?;
        let is_all = entries.is_empty();
        update(&mut app, Msg::Entries(entries), now);
        if is_all || setup.shown.is_none_or(|id| app.board.get(id).is_some()) {
            break;
        }
    }
    app.shown = setup.shown.or(app.shown);
    let head = app.board.head();
    Ok((app, head))
}

/// A console at work.
struct Console {
    app: App,
    clock: Clock,
    picture: Picture,
    handle: Handle,
    again: Again,
    aside: Aside<Done>,
    tasks: Tasks,
    messages: Receiver<Msg>,
    stop: CancellationToken,
    /// When it last ticked, by the host's uptime: a clock that is set is no sleep.
    last_tick: TimeDelta,
    stepped: Option<TimeDelta>,
    exit: Option<i32>,
    repaint: bool,
    suspends: bool,
}

impl Console {
    fn start(
        setup: Setup,
        (app, head): (App, Seq),
        picture: Picture,
        handle: Handle,
        again: Again,
    ) -> Self {
        let (sender, messages) = mpsc::channel(INBOX);
        let stop = CancellationToken::new();
        let clock = setup.clock;
        let tasks = Tasks::start(setup, head, &sender, &stop);
        Self {
            app,
            clock,
            picture,
            handle,
            again,
            aside: Aside::default(),
            tasks,
            messages,
            stop,
            last_tick: uptime(),
            stepped: None,
            exit: None,
            repaint: false,
            suspends: false,
        }
    }

    async fn work(
        &mut self,
        screen: &mut Screen,
        mut inputs: Receiver<Input>,
    ) -> color_eyre::Result<i32> {
        // The first frame was drawn just now.
        let every = self.tick_every();
        let mut tick = tokio::time::interval_at(Instant::now() + every, every);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut drawn = Instant::now();
        let mut dirty = false;
        loop {
            if dirty && drawn.elapsed() >= FRAME {
                self.draw(screen);
                drawn = Instant::now();
                dirty = false;
            }
            tokio::select! {
                input = inputs.recv() => match input {
                    Some(input) => self.inputs(input, &mut inputs).await?,
                    None => return Ok(129),
                },
                Some(msg) = self.messages.recv() => self.message(msg),
                _ = tick.tick() => self.tick(),
                done = self.aside.done() => self.done(done?),
                failed = self.tasks.failed() => return Err(failed),
                () = tokio::time::sleep_until(drawn + FRAME), if dirty => {}
            }
            // Everything that waits is one batch, and one frame.
            if let Ok(input) = inputs.try_recv() {
                self.inputs(input, &mut inputs).await?;
            }
            while let Ok(msg) = self.messages.try_recv() {
                self.message(msg);
            }
            dirty = true;
            if let Some(code) = self.exit {
                return Ok(code);
            }
        }
    }

    fn tick_every(&self) -> Duration {
        Duration::from_secs(if self.picture.is_slow() { 5 } else { 1 })
    }

    fn draw(&mut self, screen: &mut Screen) {
        let now = self.clock.now();
        if std::mem::take(&mut self.repaint) {
            screen.repaint();
        }
        self.picture.draw(&self.app, now, screen);
    }

    /// What waits came at once: a gate tells by the time what was not typed.
    async fn inputs(&mut self, first: Input, rest: &mut Receiver<Input>) -> color_eyre::Result<()> {
        let now = self.clock.now();
        self.input(first, now).await?;
        while let Ok(input) = rest.try_recv() {
            self.input(input, now).await?;
        }
        Ok(())
    }

    async fn input(&mut self, input: Input, now: DateTime<Utc>) -> color_eyre::Result<()> {
        match input {
            Input::Key(key) => self.update(Msg::Key(key), now),
            Input::Paste(text) => self.message(Msg::Paste(text)),
            Input::Lines(keys) => self.message(Msg::Lines(keys)),
            Input::Resize => self.repaint = true,
            Input::Hangup => self.exit = Some(129),
            Input::Signal(Signal::Suspend) => self.suspend().await?,
            // A terminal that can't be taken again is gone.
            Input::Signal(Signal::Continued) if self.handle.resume().is_err() => {
                self.exit = Some(129);
            }
            Input::Signal(Signal::Continued) => self.repaint = true,
            Input::Signal(Signal::ReadAgain) => {
                let again = Arc::clone(&self.again);
                self.aside(move || Done::Read(again()));
            }
            Input::Signal(signal) => self.exit = signal.exit_code(),
        }
        if std::mem::take(&mut self.suspends) {
            self.suspend().await?;
        }
        Ok(())
    }

    async fn suspend(&mut self) -> color_eyre::Result<()> {
        let since = self.clock.now();
        let pages = self.app.engine.mine || self.app.shared.in_place.is_some();
        let last_words = if pages { STOPPED } else { "" };
        if self
            .handle
            .suspend(last_words)
            .await
            .wrap_err("suspending")?
        {
            self.message(Msg::Away(since));
            self.last_tick = uptime();
        }
        self.repaint = true;
        Ok(())
    }

    fn tick(&mut self) {
        let up = uptime();
        let slept = up - self.last_tick;
        if slept > SLEPT {
            self.message(Msg::Away(self.clock.now() - slept));
        }
        self.last_tick = up;
        // Summer time comes and goes in the middle of an incident.
        self.app.local_offset_s = self.clock.local_offset_s();
        self.message(Msg::Tick);
        self.look_at_the_clock();
    }

    /// Tells that the clock was set, once for each time that it is.
    fn look_at_the_clock(&mut self) {
        let off = self.clock.stepped();
        let is_news = match (self.stepped, off) {
            (Some(before), Some(off)) => (off - before).abs() > RESET,
            (before, off) => before.is_some() != off.is_some(),
        };
        if is_news {
            self.stepped = off;
            self.message(Msg::Stepped(off));
        }
    }

    fn message(&mut self, msg: Msg) {
        self.update(msg, self.clock.now());
    }

    fn update(&mut self, msg: Msg, now: DateTime<Utc>) {
        for effect in update(&mut self.app, msg, now) {
            self.carry_out(effect, now);
        }
    }

    /// Lets what was asked for reach the disk, and gives the lease back.
    async fn end(mut self) {
        // Nobody reads answers any more: a task must not wait for a place.
        self.messages.close();
        self.stop.cancel();
        self.tasks.end().await;
    }
}
