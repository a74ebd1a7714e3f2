//! By which time an engine counts, told to whoever begins after it (T5).

use super::Turn;
use crate::{
    journal::{self, counts_by},
    store::StoreError,
};

impl Turn<'_> {
    /// While nothing is counted down, the time goes back with a clock that was
    /// set back: what was too late or too early is mended then. Else whoever
    /// begins on this host finds in the log by which time to go on.
    pub(super) async fn keep_time(&mut self) -> Result<(), StoreError> {
        let (log, clock) = (&self.engine.log, self.engine.clock);
        let Some(before) = clock.line() else {
            return Ok(());
        };
        let mut counts = self.counts().await?;
        if !counts && clock.follow_back() {
            journal::catch_up(log, &mut self.board).await?;
            counts = self.counts().await?;
            if counts {
                // That came by the time before; by this one it would be late.
                clock.resume(before);
            }
        }
        if log.is_a_file() {
            let time = counts.then(|| counts_by(clock)).flatten();
            let before = log.counts_by().await?;
            if let (Some(before), Some(time)) = (before, &time)
                && let Some(by) = time.went_back_from(&before)
            {
                log.went_back(self.fence, clock.now(), by).await?;
            }
            log.count_by(self.fence, time.as_ref()).await?;
        }
        Ok(())
    }

    /// Whether anything is due by the time that is.
    async fn counts(&self) -> Result<bool, StoreError> {
        Ok(!self.board.active().is_empty() || self.engine.log.soonest_delivery().await?.is_some())
    }
}
