//! What the system asks for, as inputs.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures::{
    FutureExt as _,
    future::{BoxFuture, join_all},
};
use rustix::process;
use signal_hook::{
    consts::{SIGALRM, SIGQUIT, SIGUSR2},
    low_level::emulate_default_handler,
};
use tokio::{
    signal::unix::{self, SignalKind},
    sync::{Notify, mpsc},
    time::sleep,
};

use super::{Input, exit_now, guard, input::Signal};
use crate::console::tasks;

/// Changes of size closer together than this are one more, not many.
const SETTLE: Duration = Duration::from_millis(50);
/// A loop that has not given the terminal back by then never will.
pub(super) const LOOP: Duration = Duration::from_secs(2);
/// How long, after that, it may write down what it was asked for and wait for
/// messages on the wire: longer than it takes by itself, so that this only ends
/// what hangs.
const REST: Duration = tasks::PATIENCE.saturating_add(LOOP);

/// Signals that we don't handle and that end a program: it is their default,
/// but they must not leave a broken terminal behind.
const FATAL: [i32; 3] = [SIGQUIT, SIGALRM, SIGUSR2];

/// What a suspended console and its signals tell each other.
#[derive(Debug, Default)]
pub(super) struct Away {
    /// Another program has the terminal.
    pub(super) editing: AtomicBool,
    /// We have stopped ourselves and wait to be continued.
    pub(super) stopping: AtomicBool,
    /// We were continued.
    pub(super) continued: Notify,
    /// The loop has ended, and the terminal was given back for good.
    pub(super) left: AtomicBool,
}

impl Away {
    /// How much longer somebody who has to end may take, once the loop had its
    /// time: nothing, if it hangs. One that has ended is not in anybody's way
    /// any more, and a page cut off on the wire would be sent again.
    pub(super) fn rest(&self) -> Duration {
        if self.left.load(Ordering::SeqCst) {
            REST
        } else {
            Duration::ZERO
        }
    }
}

/// Listens from now on; the listening itself runs on the runtime.
pub(super) fn listen(inputs: &mpsc::Sender<Input>, away: &Arc<Away>) -> io::Result<()> {
    let all = [
        (SignalKind::terminate(), Signal::Terminate),
        (SignalKind::interrupt(), Signal::Interrupt),
        (SignalKind::hangup(), Signal::Hangup),
        (SignalKind::user_defined1(), Signal::ReadAgain),
        (
            SignalKind::from_raw(process::Signal::TSTP.as_raw()),
            Signal::Suspend,
        ),
        (
            SignalKind::from_raw(process::Signal::CONT.as_raw()),
            Signal::Continued,
        ),
    ];
    let mut listening: Vec<BoxFuture<'static, ()>> = Vec::new();
    for (kind, signal) in all {
        let stream = unix::signal(kind)?;
        listening.push(forward(stream, signal, inputs.clone(), Arc::clone(away)).boxed());
    }
    for signal in FATAL {
        let stream = unix::signal(SignalKind::from_raw(signal))?;
        listening.push(die_of(stream, signal).boxed());
    }
    let sizes = unix::signal(SignalKind::window_change())?;
    listening.push(forward_sizes(sizes, inputs.clone()).boxed());
    // One task for all: each would wake the runtime once more before the first
    // frame.
    tokio::spawn(join_all(listening));
    Ok(())
}

async fn forward(
    mut stream: unix::Signal,
    signal: Signal,
    inputs: mpsc::Sender<Input>,
    away: Arc<Away>,
) {
    while stream.recv().await.is_some() {
        if !is_for_the_loop(signal, &away) {
            continue;
        }
        if let Some(code) = signal.exit_code() {
            let away = Arc::clone(&away);
            // Asked again at the keyboard, it waits for nothing more.
            let again = signal == Signal::Interrupt && away.left.load(Ordering::SeqCst);
            tokio::spawn(async move {
                sleep(LOOP).await;
                if !again {
                    sleep(away.rest()).await;
                }
                exit_now(code);
            });
        }
        if inputs.send(Input::Signal(signal)).await.is_err() {
            return;
        }
    }
}

fn is_for_the_loop(signal: Signal, away: &Away) -> bool {
    let editing = away.editing.load(Ordering::SeqCst);
    match signal {
        Signal::Terminate | Signal::Hangup | Signal::ReadAgain => true,
        // Meant for the editor: the keyboard sends it to both of us.
        Signal::Interrupt => !editing,
        Signal::Suspend if editing => {
            process::kill_process(process::getpid(), process::Signal::STOP).ok();
            false
        }
        Signal::Suspend => true,
        Signal::Continued => {
            let ourselves = away.stopping.load(Ordering::SeqCst);
            away.continued.notify_waiters();
            !editing && !ourselves
        }
    }
}

/// Gives the terminal back, and dies as one does of this signal.
async fn die_of(mut stream: unix::Signal, signal: i32) {
    if stream.recv().await.is_some() {
        guard::leave();
        // It does not come back, unless the signal can't be raised at all.
        emulate_default_handler(signal).ok();
        exit_now(128 + signal);
    }
}

async fn forward_sizes(mut stream: unix::Signal, inputs: mpsc::Sender<Input>) {
    while stream.recv().await.is_some() {
        if inputs.send(Input::Resize).await.is_err() {
            return;
        }
        sleep(SETTLE).await;
    }
}
