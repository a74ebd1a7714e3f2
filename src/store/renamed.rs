//! What waits under an id that is another entry's by now: somebody else's came
//! from the server under it. It must not be lost for that, so it goes on under
//! an id of its own.

use uuid::{Builder, Variant, Version};

use super::{
    RawEntry, StoreError, connect, counters,
    log::known,
    outbox::waiting,
    row::{from_db, sum},
    tx::Tx,
};
use crate::domain::entry::EntryId;

/// Gives each of `taken`, which wait, a new id, and has what waits beside them
/// mean that one.
pub(super) async fn rename(tx: &mut Tx<'_>, taken: &[RawEntry]) -> Result<(), StoreError> {
    for row in taken {
        let (old, kind) = (row.id, &row.kind);
        let goes_on = RawEntry {
            id: next_id(row),
            ..row.clone()
        };
        let (new, refused) = match there(tx, goes_on.id).await? {
            None => (goes_on.id, None),
            Some(there) if there.is_again(&goes_on) => {
                drop_from(tx, old).await?;
                mean(tx, old, goes_on.id).await?;
                continue;
            }
            // Whoever took both would take the next one as well.
            Some(_) => (EntryId(connect::random_id()), Some(TAKEN)),
        };
        tracing::warn!(%old, %new, %kind, "the log has another entry by the id of one that waits");
        move_to(tx, old, new, refused).await?;
        mean(tx, old, new).await?;
    }
    Ok(())
}

/// Why it does not go on by itself.
const TAKEN: &str =
    "others have the ids that it had: `warroom sync give ID` hands it in all the same";

/// The id under which it goes on: of the same moment, and the same on every copy
/// that has it, so that those who hand it in hand in one entry.
fn next_id(row: &RawEntry) -> EntryId {
    let said = [
        &row.incident.to_string(),
        &row.kind,
        &row.at.timestamp_millis().to_string(),
        &row.recorded_at.timestamp_millis().to_string(),
        &row.via,
        &row.body,
    ];
    let digits = sum(&said.map(String::as_str));
    let bits = u128::from_str_radix(&digits[..32], 16).unwrap_or_default();
    let mut bytes = bits.to_be_bytes();
    let old = row.id.0;
    EntryId(if old.get_version() == Some(Version::SortRand) {
        bytes[..6].copy_from_slice(&old.as_bytes()[..6]);
        let new = Builder::from_bytes(bytes).with_variant(Variant::RFC4122);
        new.with_version(Version::SortRand).into_uuid()
    } else {
        Builder::from_random_bytes(bytes).into_uuid()
    })
}

/// What is here under that id, with a number or without.
async fn there(tx: &mut Tx<'_>, id: EntryId) -> Result<Option<RawEntry>, StoreError> {
    if let Some(numbered) = known(tx, &[id]).await?.remove(&id) {
        return Ok(Some(numbered));
    }
    Ok(waiting(tx, &[id]).await?.remove(&id))
}

/// It belongs to none of this copy's counts from then on: the server may have
/// counted it when it refused it. What was denied waits for a person still.
async fn move_to(
    tx: &mut Tx<'_>,
    old: EntryId,
    new: EntryId,
    refused: Option<&str>,
) -> Result<(), StoreError> {
    give_up_count(tx, old).await?;
    let done = sqlx::query(
        "UPDATE outbox SET id = $1, rseq = NULL, \
         refused = CASE WHEN refused LIKE 'denied: %' THEN refused ELSE $2 END WHERE id = $3",
    )
    .bind(new.to_string())
    .bind(refused.map(str::to_owned))
    .bind(old.to_string())
    .execute(tx.conn())
    .await;
    done.map(drop).map_err(|error| tx.told(error))
}

/// It came from elsewhere already, under the id that it would get.
async fn drop_from(tx: &mut Tx<'_>, id: EntryId) -> Result<(), StoreError> {
    give_up_count(tx, id).await?;
    let done = sqlx::query("DELETE FROM outbox WHERE id = $1")
        .bind(id.to_string())
        .execute(tx.conn())
        .await;
    done.map(drop).map_err(|error| tx.told(error))
}

async fn give_up_count(tx: &mut Tx<'_>, id: EntryId) -> Result<(), StoreError> {
    let rseq: Result<Option<i64>, _> = sqlx::query_scalar("SELECT rseq FROM outbox WHERE id = $1")
        .bind(id.to_string())
        .fetch_one(tx.conn())
        .await;
    match rseq.map_err(|error| tx.told(error))? {
        Some(rseq) => counters::give_up(tx, from_db(rseq)).await,
        None => Ok(()),
    }
}

/// What waits and says `old` means `new`.
async fn mean(tx: &mut Tx<'_>, old: EntryId, new: EntryId) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE outbox SET body = replace(body, $1, $2)")
        .bind(old.to_string())
        .bind(new.to_string())
        .execute(tx.conn())
        .await;
    done.map(drop).map_err(|error| tx.told(error))
}
