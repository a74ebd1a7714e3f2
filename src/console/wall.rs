//! The wall: the same log for a whole room, and no key does anything.
//!
//! It reads; it never writes, fires or sends. What the terminal sends is read
//! only to learn that it was resized, or is gone.

use std::{os::fd::OwnedFd, time::Duration};

use color_eyre::eyre::{Report, WrapErr as _};
use ratatui::Terminal;
use tokio::{
    sync::mpsc::{self, Receiver, Sender},
    task::JoinSet,
    time::MissedTickBehavior,
};
use tokio_util::sync::CancellationToken;

use super::{
    Again, Setup,
    again::read_again,
    follow, tasks,
    terminal::{self, Handle, Input, Screen, Signal},
};
use crate::{
    clock::Clock,
    domain::{health::Panel, text::Title},
    probe::Schedule,
    store::Log,
    ui::{
        app::App,
        msg::{EngineSeen, Msg},
        view::Look,
        wall::{self, Wall},
    },
};

/// How many messages may wait.
const INBOX: usize = 256;
/// How often the lease is looked at: the heartbeat that the wall shows.
const BEAT: Duration = Duration::from_secs(1);

/// Runs the wall until it is told to end; answers the exit code.
///
/// # Errors
///
/// When there is no terminal, or the log can't be read any more.
pub async fn run(
    setup: Setup,
    again: Again,
    redact: bool,
    errors: Option<OwnedFd>,
) -> color_eyre::Result<i32> {
    let capability = setup.capability.clone();
    let (screen, inputs, handle) =
        terminal::open(&capability, errors).wrap_err("opening the terminal")?;
    let terminal = Terminal::new(screen).wrap_err("opening the screen")?;
    let ended = show(setup, again, redact, terminal, inputs).await;
    Handle::leave(&handle);
    ended
}

async fn show(
    mut setup: Setup,
    again: Again,
    redact: bool,
    mut terminal: Terminal<Screen>,
    mut inputs: Receiver<Input>,
) -> color_eyre::Result<i32> {
    let (sender, mut messages) = mpsc::channel(INBOX);
    let stop = CancellationToken::new();
    let _stopped = stop.clone().drop_guard();
    let now = setup.clock.now();
    let panel = Panel::new(setup.settings.host.clone(), &setup.specs);
    let mut wall = Wall::new(
        App::new(setup.settings.clone(), setup.keymap.clone(), panel, now),
        now,
    );
    wall.redact = redact;
    let mut theme = setup.theme.clone();
    let (depth, tier) = (setup.capability.depth, setup.capability.glyphs);
    let clock = setup.clock;
    let mut running = start(&mut setup, &sender, &stop);
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let look = Look {
            theme: &theme,
            depth,
            tier,
            slow: false,
        };
        terminal
            .draw(|frame| wall::draw(&wall, look, clock.now(), frame))
            .wrap_err("drawing the wall")?;
        tokio::select! {
            input = inputs.recv() => match input {
                Some(Input::Signal(Signal::ReadAgain)) => {
                    theme = read_again(&again, &mut wall.app, clock.now()).unwrap_or(theme);
                }
                input => if let Some(code) = ends(input.as_ref()) { return Ok(code) },
            },
            Some(msg) = messages.recv() => wall::update(&mut wall, msg, clock.now()),
            _ = tick.tick() => wall::update(&mut wall, Msg::Tick, clock.now()),
            Some(ended) = running.join_next() => ended.wrap_err("a part of the wall ended")??,
        }
        while let Ok(msg) = messages.try_recv() {
            wall::update(&mut wall, msg, clock.now());
        }
    }
}

/// The exit code, where the input ends the wall; keys never do.
fn ends(input: Option<&Input>) -> Option<i32> {
    match input {
        None | Some(Input::Hangup) => Some(129),
        Some(Input::Signal(signal)) => signal.exit_code(),
        Some(Input::Key(_) | Input::Paste(_) | Input::Resize) => None,
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
        Some(sync) => running.spawn(tasks::in_touch(sync, messages.clone(), stop.clone())),
        None => running.spawn(watch_engine(
            setup.log.clone(),
            setup.clock,
            messages.clone(),
        )),
    };
    let schedule = Schedule::new(std::mem::take(&mut setup.probes), setup.clock);
    running.spawn(tasks::look(schedule, messages.clone(), stop.clone()));
    running
}

/// Looks who holds the lease, and when that engine last did its round.
async fn watch_engine(log: Log, clock: Clock, messages: Sender<Msg>) -> Result<(), Report> {
    loop {
        let lease = follow::patiently(|| log.lease())
            .await?
            .filter(|lease| lease.expires_at > clock.now());
        let holder = lease
            .map(|lease| Title::lossy(&format!("{} on {}", lease.owner.name, lease.owner.host)));
        let ticked_at = follow::patiently(|| log.last_tick()).await?;
        let seen = EngineSeen {
            holder,
            mine: false,
            ticked_at,
        };
        if messages.send(Msg::Engine(seen)).await.is_err() {
            return Ok(());
        }
        tokio::time::sleep(BEAT).await;
    }
}
