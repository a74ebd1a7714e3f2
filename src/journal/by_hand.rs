//! What a person decides about a message, and that it is told: without it the
//! log would say that nobody was paged, and whoever reads it would page again.

use super::Author;
use crate::{
    domain::{
        board::Board,
        entry::{Entry, Wish},
        fact::{Fact, Fate},
        notice::Delivery,
    },
    store::{Log, StoreError},
};

impl Author {
    /// Takes a delivery back, and says so in the log.
    ///
    /// # Errors
    ///
    /// As [`Log::cancel`].
    pub async fn cancel(&self, log: &Log, key: &str) -> Result<Delivery, StoreError> {
        let known = known(log, key).await?;
        let told = Fact::Undelivered {
            of: known.intent.origin,
            channel: known.intent.channel.clone(),
            key: known.intent.key.clone(),
            why: "cancelled".into(),
            fate: Fate::CalledOff,
        };
        log.cancel(key, &self.told(&known, told)).await
    }

    /// Takes this person's word that a delivery arrived, and says so in the log.
    ///
    /// # Errors
    ///
    /// As [`Log::mark_sent`].
    pub async fn mark_sent(&self, log: &Log, key: &str) -> Result<Delivery, StoreError> {
        let known = known(log, key).await?;
        let told = Fact::Delivered {
            of: known.intent.origin,
            channel: known.intent.channel.clone(),
            key: known.intent.key.clone(),
            note: "marked as sent".into(),
        };
        let now = self.clock.now();
        log.mark_sent(key, &self.told(&known, told), now).await
    }

    fn told(&self, known: &Delivery, fact: Fact) -> Vec<Entry> {
        let wish = Wish {
            incident: known.intent.incident,
            fact,
            at: self.clock.now(),
        };
        self.write(vec![wish], &Board::default()).entries
    }
}

async fn known(log: &Log, key: &str) -> Result<Delivery, StoreError> {
    let none = || StoreError::NoDelivery {
        key: key.to_owned(),
    };
    log.delivery(key).await?.ok_or_else(none)
}
