//! Records what the probes see and the log does not say yet, while this process
//! runs the engine: as a console does.

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::host;
use crate::{
    clock::Clock,
    domain::{
        board::Board,
        entry::{ENGINE, IncidentId, Via},
        fact::Fact,
        health::Panel,
        probe::{Reading, Spec},
        text::Name,
    },
    journal::{self, Author},
    store::{Log, StoreError},
    ui::msg::{EngineSeen, Wish},
};

/// Records what the probes see and the log does not say yet, while this
/// process runs the engine: as a console does.
pub(super) struct Watcher {
    log: Log,
    author: Author,
    panel: Panel,
    board: Board,
    seen: watch::Receiver<EngineSeen>,
}

impl Watcher {
    pub(super) fn new(
        log: Log,
        clock: Clock,
        specs: &[Spec],
        seen: watch::Receiver<EngineSeen>,
    ) -> Self {
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

    pub(super) async fn run(
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
