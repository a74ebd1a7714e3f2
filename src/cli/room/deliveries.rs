//! What was sent and what waits, as whoever delivers says it.

use super::Room;
use crate::{
    cli::say,
    domain::notice::Delivery,
    remote::RemoteError,
    store::{DeliveryFilter, Log, StoreError},
    sync::{Replica, SyncError},
    ui::format,
};

/// The server's deliveries.
async fn of_server(sync: &Replica, filter: DeliveryFilter) -> Result<Vec<Delivery>, RemoteError> {
    let mut deliveries = sync
        .deliveries(filter != DeliveryFilter::Unfinished)
        .await?;
    match filter {
        DeliveryFilter::All | DeliveryFilter::Unfinished => {}
        DeliveryFilter::About(id) => deliveries.retain(|one| one.intent.incident == id),
        DeliveryFilter::In(state) => deliveries.retain(|one| one.state == state),
    }
    Ok(deliveries)
}

impl Room {
    /// What was sent and what waits, as whoever delivers says it: the server,
    /// for a copy. Nothing where no log has begun.
    ///
    /// # Errors
    ///
    /// When the log can't be read, or the server does not say it.
    pub async fn deliveries(&self, filter: DeliveryFilter) -> Result<Vec<Delivery>, SyncError> {
        match (&self.sync, &self.log) {
            (Some(sync), Some(log)) => {
                let ours = self.sent_from_here(log, filter).await?;
                let mut all = match of_server(sync, filter).await {
                    Err(error) if !ours.is_empty() => {
                        let text = format!("what the server delivers is not known: {error}");
                        say::note(self.global(), &text);
                        Vec::new()
                    }
                    other => other?,
                };
                all.extend(ours);
                Ok(all)
            }
            (Some(sync), None) => Ok(of_server(sync, filter).await?),
            (None, Some(log)) => Ok(log.deliveries(filter).await?),
            (None, None) => Ok(Vec::new()),
        }
    }

    /// What was sent from this copy while the server was away, and a word.
    async fn sent_from_here(
        &self,
        log: &Log,
        filter: DeliveryFilter,
    ) -> Result<Vec<Delivery>, StoreError> {
        let ours = log.deliveries(filter).await?;
        if !ours.is_empty() {
            let count = format::count(ours.len(), "message was", "messages were");
            let text = format!("the last {count} sent from here, in the server's place");
            say::note(self.global(), &text);
        }
        Ok(ours)
    }
}
