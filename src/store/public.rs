//! What the public may have read, whatever the log says of it: others write
//! there, and a channel may take long.

use super::{
    Accepting, StoreError,
    item::{Item, readable, select},
};
use crate::domain::{
    entry::{EntryId, IncidentId},
    notice::{DeliveryState, Purpose},
    text::Name,
};

impl Accepting<'_> {
    /// Looks at what is on its way to the public, or was, of an incident.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn look_at_news(&mut self, incident: IncidentId) -> Result<(), StoreError> {
        let query = sqlx::query(select!("WHERE incident = $1 ORDER BY nr"));
        let items = readable(self.tx.conn(), query.bind(incident.to_string())).await;
        let items = items.map_err(|error| self.tx.told(error))?;
        let public = items.into_iter().map(|item: Item| item.delivery);
        let public = public.filter(|one| one.intent.purpose == Purpose::Public);
        self.news.extend(public);
        Ok(())
    }

    /// Whether the public reads at `channel` what `entry` published, or may have:
    /// it leaves, it left, or nobody knows. What waits and is `stopped` does not
    /// leave. Only of incidents that were looked at.
    pub fn is_out(&self, entry: EntryId, channel: &Name, stopped: bool) -> bool {
        let mut news = self.news.iter();
        news.any(|one| {
            let may_be_read = match one.state {
                DeliveryState::Queued => !stopped,
                DeliveryState::InFlight | DeliveryState::Sent => true,
                DeliveryState::Uncertain => !one.is_held(),
                DeliveryState::Dead | DeliveryState::Cancelled => false,
            };
            may_be_read && one.intent.origin == entry && one.intent.channel == *channel
        })
    }
}
