//! What follows from an entry that was taken back, and does not leave.
//!
//! News for outside rest on their draft and its approval as well: whoever takes
//! one of these back means that nobody outside reads it (X2).

use std::collections::HashSet;

use super::{
    RawEntry, StoreError,
    item::{Item, readable, save, select, unfinished},
    tx::Tx,
};
use crate::domain::{
    entry::{EntryId, IncidentId},
    fact::Fact,
};

/// Cancels what follows from an entry and has not left, inside a transaction;
/// answers with all that follows from it.
pub(super) async fn take_back(tx: &mut Tx<'_>, origin: EntryId) -> Result<Vec<Item>, StoreError> {
    let query = sqlx::query(select!("WHERE origin = $1 ORDER BY nr")).bind(origin.to_string());
    let items = readable(tx.conn(), query).await;
    let mut items = items.map_err(|error| tx.told(error))?;
    for item in &mut items {
        if item.take_back() {
            save(tx, item).await?;
        }
    }
    Ok(items)
}

/// Cancels what does not stand any more, where one of these rows takes
/// something back. What a row names of another incident stays.
pub(super) async fn after(tx: &mut Tx<'_>, rows: &[RawEntry]) -> Result<(), StoreError> {
    let taking_back = rows.iter().filter(|row| row.kind == "retracted");
    let incidents: HashSet<IncidentId> = taking_back.map(|row| row.incident).collect();
    for incident in incidents {
        clear(tx, incident).await?;
    }
    Ok(())
}

async fn clear(tx: &mut Tx<'_>, incident: IncidentId) -> Result<(), StoreError> {
    let query = sqlx::query(select!(
        "WHERE incident = $1 AND ",
        unfinished!(),
        " ORDER BY nr"
    ));
    let items = readable(tx.conn(), query.bind(incident.to_string())).await;
    let items = items.map_err(|error| tx.told(error))?;
    let said = said(tx, incident).await?;
    for mut item in items {
        if stands_no_more(&item, &said) && item.take_back() {
            save(tx, &item).await?;
        }
    }
    Ok(())
}

/// Whether the entry that a delivery follows from was taken back, or what lets
/// it leave; one that pages can't be.
pub(super) async fn is_taken_back(tx: &mut Tx<'_>, item: &Item) -> Result<bool, StoreError> {
    if item.is_repeated_in_doubt() {
        return Ok(false);
    }
    let said = said(tx, item.delivery.intent.incident).await?;
    Ok(stands_no_more(item, &said))
}

/// What an incident says of updates and of what was taken back, in order.
async fn said(tx: &mut Tx<'_>, incident: IncidentId) -> Result<Vec<(EntryId, Fact)>, StoreError> {
    let rows: Result<Vec<(String, String, String)>, _> = sqlx::query_as(
        "SELECT id, kind, body FROM entries WHERE incident = $1 \
         AND kind IN ('retracted', 'external_approved', 'update_sent') ORDER BY seq",
    )
    .bind(incident.to_string())
    .fetch_all(tx.conn())
    .await;
    let rows = rows.map_err(|error| tx.told(error))?;
    let read = |(id, kind, body): &(String, String, String)| {
        Some((id.parse().ok()?, Fact::read(kind, body).ok()?))
    };
    Ok(rows.iter().filter_map(read).collect())
}

/// A draft that was approved again may be published again: what was taken back
/// before does not count.
fn stands_no_more(item: &Item, said: &[(EntryId, Fact)]) -> bool {
    let origin = item.delivery.intent.origin;
    let takes_back = |wanted: EntryId| {
        move |(_, fact): &(EntryId, Fact)| match fact {
            Fact::Retracted { entry, .. } => *entry == wanted,
            _ => false,
        }
    };
    if said.iter().any(takes_back(origin)) {
        return true;
    }
    let Some(place) = said.iter().position(|(id, _)| *id == origin) else {
        return false;
    };
    let Fact::UpdateSent(update) = &said[place].1 else {
        return false;
    };
    let Some(rests_on) = update.draft else {
        return false;
    };
    let approvals = said.iter().filter_map(|(id, fact)| match fact {
        Fact::ExternalApproved { draft } if *draft == rests_on => Some(*id),
        _ => None,
    });
    approvals
        .chain([rests_on])
        .any(|id| said[place..].iter().any(takes_back(id)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        fact::Update,
        text::Prose,
        update::{Audience, Form},
    };

    #[test]
    fn a_fact_is_stored_under_the_word_that_is_looked_for_here() {
        let entry = EntryId(uuid::Uuid::nil());
        let reason = Prose::default();
        let update = Update {
            audience: Audience::Internal,
            form: Form::default(),
            channels: Vec::new(),
            label: None,
            last: false,
            draft: None,
        };

        let facts = [
            Fact::Retracted { entry, reason },
            Fact::ExternalApproved { draft: entry },
            Fact::UpdateSent(Box::new(update)),
        ];

        let kinds = facts.map(|fact| fact.write().0);
        assert_eq!(kinds, ["retracted", "external_approved", "update_sent"]);
    }
}
