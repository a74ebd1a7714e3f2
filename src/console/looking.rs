//! The probes of a screen: others can take their place while it is shown.

use color_eyre::eyre::Report;
use tokio::{
    sync::mpsc::{self, Sender},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use super::tasks::later;
use crate::{
    clock::Clock,
    probe::{Nudge, Probe, Schedule},
    ui::msg::Msg,
};

/// The probes at work.
pub(super) struct Looking {
    clock: Clock,
    messages: Sender<Msg>,
    stop: CancellationToken,
    /// Ends what looks now.
    round: CancellationToken,
    nudge: Nudge,
}

impl Looking {
    /// None yet; all of them end with `stop`.
    pub(super) fn new(clock: Clock, messages: &Sender<Msg>, stop: &CancellationToken) -> Self {
        Self {
            clock,
            messages: messages.clone(),
            stop: stop.clone(),
            round: stop.child_token(),
            nudge: Nudge::default(),
        }
    }

    /// Every probe looks now.
    pub(super) fn look_now(&self) {
        self.nudge.look_now();
    }

    /// Looks at these, and at no others any more.
    pub(super) fn begin(&mut self, probes: Vec<Probe>, running: &mut JoinSet<Result<(), Report>>) {
        self.round.cancel();
        self.round = self.stop.child_token();
        let schedule = Schedule::new(probes, self.clock);
        self.nudge = schedule.nudge();
        let look = look(schedule, self.messages.clone(), self.round.clone());
        running.spawn(later(look));
    }
}

async fn look(
    schedule: Schedule,
    messages: Sender<Msg>,
    stop: CancellationToken,
) -> Result<(), Report> {
    let (sender, mut readings) = mpsc::channel(64);
    let schedule = schedule.run(sender, stop);
    let forward = async {
        while let Some((name, reading)) = readings.recv().await {
            messages.send(Msg::Reading(name, reading)).await.ok();
        }
    };
    tokio::join!(schedule, forward);
    Ok(())
}
