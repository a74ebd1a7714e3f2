//! A delivery's row: read whole, changed, written whole, and sealed with a
//! sum, so that a row damaged in place is found.

use chrono::{DateTime, Utc};
use sqlx::{Any, Executor, Row as _, any::AnyRow};

use super::{
    Ending, Fence, Lease, Owner, Start, StoreError, Try, lease,
    row::{from_db, from_millis, sum, to_db},
    sql,
    tx::Tx,
};
use crate::domain::{
    notice::{Delivery, DeliveryState, Intent},
    text::Title,
};

/// What is read of a delivery, in this order.
macro_rules! select {
    ($($tail:tt)+) => {
        concat!(
            "SELECT state, attempts, next_at, fence, owner, lease_until, maybe_repeat, \
             last_error, sent_at, created_at, intent, total FROM deliveries ",
            $($tail)+
        )
    };
}
pub(super) use select;

/// [`DeliveryState::is_over`] in SQL, the other way round: there is an index of
/// just these, so that the others cost nothing.
macro_rules! unfinished {
    () => {
        "state NOT IN ('sent', 'cancelled')"
    };
}
pub(super) use unfinished;

/// [`DeliveryState::is_open`] in SQL.
macro_rules! open {
    () => {
        "state NOT IN ('sent', 'cancelled') AND state <> 'dead'"
    };
}
pub(super) use open;

/// A delivery, and what only the store needs to know of it.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) delivery: Delivery,
    /// How long its process may take, while it is on the wire.
    pub(super) lease_until: Option<DateTime<Utc>>,
    /// The turn at the lease of its last try.
    fence: Fence,
    /// Who made its last try, as JSON; empty before the first.
    owner: String,
    /// The intent as it was written.
    intent: String,
}

impl Item {
    /// A new one.
    pub(super) fn new(intent: &Intent, start: &Start, now: DateTime<Utc>) -> Self {
        let (state, last_error) = match start {
            Start::Queued => (DeliveryState::Queued, Title::default()),
            Start::Held(why) => (DeliveryState::Uncertain, why.clone()),
            Start::Dropped(why) => (DeliveryState::Cancelled, why.clone()),
        };
        Self {
            delivery: Delivery {
                intent: intent.clone(),
                state,
                attempts: 0,
                next_at: intent.not_before,
                maybe_repeat: false,
                last_error,
                sent_at: None,
                created_at: now,
            },
            lease_until: None,
            fence: 0,
            owner: String::new(),
            intent: serde_json::to_string(intent).expect("an intent has only texts and times"),
        }
    }

    /// Begins a try.
    pub(super) fn begin(&mut self, lease: &Lease, until: DateTime<Utc>) -> Try {
        self.delivery.state = DeliveryState::InFlight;
        self.delivery.attempts += 1;
        self.fence = lease.fence;
        self.owner = lease::json(&lease.owner);
        self.lease_until = Some(until);
        Try {
            key: self.delivery.intent.key.clone(),
            fence: self.fence,
            attempt: self.delivery.attempts,
        }
    }

    /// Whether `one` is the try that is under way.
    pub(super) fn is_on_the_wire_for(&self, one: &Try) -> bool {
        self.delivery.state == DeliveryState::InFlight
            && self.fence == one.fence
            && self.delivery.attempts == one.attempt
    }

    /// Ends a try.
    pub(super) fn end(&mut self, ending: Ending, now: DateTime<Utc>) {
        self.lease_until = None;
        let delivery = &mut self.delivery;
        match ending {
            Ending::Sent => {
                delivery.state = DeliveryState::Sent;
                delivery.sent_at = Some(now);
            }
            Ending::Again {
                why,
                next_at,
                maybe_repeat,
            } => {
                delivery.state = DeliveryState::Queued;
                delivery.next_at = next_at;
                delivery.maybe_repeat |= maybe_repeat;
                delivery.last_error = why;
            }
            Ending::Dead { why } => {
                delivery.state = DeliveryState::Dead;
                delivery.last_error = why;
            }
            Ending::Uncertain { why } => {
                delivery.state = DeliveryState::Uncertain;
                delivery.last_error = why;
            }
        }
    }

    /// Whether it is on the wire for somebody who will not end the try: out of
    /// time, or a process that is gone. `lease` is the caller's: an older turn
    /// of the same process id was another process.
    pub(super) fn is_abandoned(&self, lease: &Lease, now: DateTime<Utc>) -> bool {
        if self.delivery.state != DeliveryState::InFlight {
            return false;
        }
        let Ok(owner) = serde_json::from_str::<Owner>(&self.owner) else {
            return true;
        };
        let late = self.lease_until.is_none_or(|until| until <= now);
        let same = owner.host == lease.owner.host && owner.pid == lease.owner.pid;
        late || (same && self.fence != lease.fence) || owner.is_gone(&lease.owner.host)
    }

    /// Cancels it, as its entry was taken back; answers whether it could. What
    /// may have left already says so still, and a page is not taken back.
    pub(super) fn take_back(&mut self) -> bool {
        if self.is_repeated_in_doubt() {
            return false;
        }
        let delivery = &mut self.delivery;
        let waits = match delivery.state {
            DeliveryState::Queued | DeliveryState::Dead => true,
            DeliveryState::Uncertain => delivery.is_held(),
            DeliveryState::InFlight | DeliveryState::Sent | DeliveryState::Cancelled => false,
        };
        if waits {
            delivery.state = DeliveryState::Cancelled;
            delivery.last_error = Title::lossy("taken back");
        }
        waits
    }

    /// Whether silence would be worse than a repeat.
    pub(super) fn is_repeated_in_doubt(&self) -> bool {
        self.delivery.intent.purpose.is_urgent()
    }

    /// Ends a try that nobody else will end.
    pub(super) fn take_over(&mut self, again: bool, now: DateTime<Utc>) {
        let why = Title::lossy("the program ended while it was sent");
        let ending = if again {
            Ending::Again {
                why,
                next_at: now,
                maybe_repeat: true,
            }
        } else {
            Ending::Uncertain { why }
        };
        self.end(ending, now);
    }

    /// Adds it, unless its key is known; answers how many were added.
    pub(super) async fn insert(&self, tx: &mut Tx<'_>) -> Result<u64, StoreError> {
        let delivery = &self.delivery;
        let done = sqlx::query(
            "INSERT INTO deliveries (nr, key, channel, incident, origin, state, attempts, next_at, fence, \
             owner, lease_until, maybe_repeat, last_error, sent_at, created_at, intent, total) \
             VALUES ((SELECT coalesce(max(nr), 0) + 1 FROM deliveries), $1, $2, $3, $4, $5, 0, $6, 0, '', NULL, $7, $11, NULL, $8, $9, $10) \
             ON CONFLICT (key) DO NOTHING",
        )
        .bind(delivery.intent.key.to_string())
        .bind(delivery.intent.channel.to_string())
        .bind(delivery.intent.incident.to_string())
        .bind(delivery.intent.origin.to_string())
        .bind(delivery.state.key())
        .bind(delivery.next_at.timestamp_millis())
        .bind(i64::from(delivery.maybe_repeat))
        .bind(delivery.created_at.timestamp_millis())
        .bind(self.intent.clone())
        .bind(self.total())
        .bind(delivery.last_error.to_string())
        .execute(tx.conn())
        .await;
        done.map(|done| done.rows_affected())
            .map_err(|error| tx.told(error))
    }

    /// The sum over everything that is stored of it.
    fn total(&self) -> String {
        let delivery = &self.delivery;
        let millis = |at: Option<DateTime<Utc>>| {
            at.map_or_else(String::new, |at| at.timestamp_millis().to_string())
        };
        sum(&[
            &delivery.intent.key,
            delivery.state.key(),
            &delivery.attempts.to_string(),
            &millis(Some(delivery.next_at)),
            &self.fence.to_string(),
            &self.owner,
            &millis(self.lease_until),
            if delivery.maybe_repeat { "1" } else { "0" },
            &delivery.last_error,
            &millis(delivery.sent_at),
            &millis(Some(delivery.created_at)),
            &self.intent,
        ])
    }
}

/// Writes what may have changed.
pub(super) async fn save(tx: &mut Tx<'_>, item: &Item) -> Result<(), StoreError> {
    let delivery = &item.delivery;
    let done = sqlx::query(
        "UPDATE deliveries SET state = $2, attempts = $3, next_at = $4, fence = $5, owner = $6, \
         lease_until = $7, maybe_repeat = $8, last_error = $9, sent_at = $10, total = $11 \
         WHERE key = $1",
    )
    .bind(delivery.intent.key.to_string())
    .bind(delivery.state.key())
    .bind(i64::from(delivery.attempts))
    .bind(delivery.next_at.timestamp_millis())
    .bind(to_db(item.fence))
    .bind(item.owner.clone())
    .bind(item.lease_until.map(|at| at.timestamp_millis()))
    .bind(i64::from(delivery.maybe_repeat))
    .bind(delivery.last_error.to_string())
    .bind(delivery.sent_at.map(|at| at.timestamp_millis()))
    .bind(item.total())
    .execute(tx.conn())
    .await;
    done.map(drop).map_err(|error| tx.told(error))
}

/// The delivery with this key.
pub(super) async fn load(tx: &mut Tx<'_>, key: &str) -> Result<Item, StoreError> {
    let row = sqlx::query(select!("WHERE key = $1"))
        .bind(key.to_owned())
        .fetch_optional(tx.conn())
        .await;
    let row = row.map_err(|error| tx.told(error))?;
    let row = row.ok_or_else(|| StoreError::NoDelivery {
        key: key.to_owned(),
    })?;
    read(&row)
        .map(|(item, _)| item)
        .ok_or_else(|| tx.damaged(format!("the delivery {key} can't be read")))
}

/// All that wait, are on the wire, or are uncertain, in order of creation.
///
/// One that can't be read is left out, so that it can't hold up the others;
/// it is logged, and found by [`super::Log::verify`].
pub(super) async fn open_items<'c>(
    on: impl Executor<'c, Database = Any>,
) -> Result<Vec<Item>, sqlx::Error> {
    let open = select!("WHERE ", open!(), " ORDER BY nr");
    readable(on, sqlx::query(open)).await
}

/// Those of the answer that can be read.
pub(super) async fn readable<'c>(
    on: impl Executor<'c, Database = Any>,
    question: sql::Question<'_>,
) -> Result<Vec<Item>, sqlx::Error> {
    let rows = sql::rows(on, question).await?;
    let items = rows.iter().map(Option::as_ref).filter_map(read_or_leave);
    Ok(items.collect())
}

/// A row of the answer; `None`, and a word, where it can't be read.
pub(super) fn read_or_leave(row: Option<&AnyRow>) -> Option<Item> {
    let item = row.and_then(read).map(|(item, _)| item);
    if item.is_none() {
        tracing::error!("a delivery in the log is damaged and left out");
    }
    item
}

/// Reads a row, and whether its sum is right; `None` where it is not what was
/// once written.
pub(super) fn read(row: &AnyRow) -> Option<(Item, bool)> {
    let number = |place: usize| row.try_get::<i64, _>(place).ok();
    let text = |place: usize| row.try_get::<String, _>(place).ok();
    let time = |place: usize| {
        let millis = row.try_get::<Option<i64>, _>(place).ok()?;
        Some(millis.and_then(from_millis))
    };
    let intent = text(10)?;
    let item = Item {
        delivery: Delivery {
            intent: serde_json::from_str(&intent).ok()?,
            state: DeliveryState::from_key(&text(0)?)?,
            attempts: u32::try_from(number(1)?).ok()?,
            next_at: time(2)??,
            maybe_repeat: number(6)? != 0,
            last_error: Title::lossy(&text(7)?),
            sent_at: time(8)?,
            created_at: time(9)??,
        },
        lease_until: time(5)?,
        fence: from_db(number(3)?),
        owner: text(4)?,
        intent,
    };
    let sound = item.total() == text(11)?;
    Some((item, sound))
}

#[cfg(test)]
mod tests {
    use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};

    use super::*;
    use crate::store::schema;

    /// Whether a state is in a set, as the database has it.
    async fn has(conn: &mut SqliteConnection, set: &str, state: DeliveryState) -> bool {
        let sql = format!("SELECT {set} FROM (SELECT $1 AS state)");
        sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(state.key())
            .fetch_one(conn)
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn the_database_knows_which_states_are_open_and_which_are_over() {
        let mut conn = SqliteConnection::connect("sqlite::memory:").await.unwrap();

        for state in DeliveryState::ALL {
            assert_eq!(has(&mut conn, open!(), state).await, state.is_open());
            assert_ne!(has(&mut conn, unfinished!(), state).await, state.is_over());
        }
    }

    #[test]
    fn the_table_takes_every_state_and_has_an_index_of_what_is_not_over() {
        let keys = DeliveryState::ALL.map(|state| format!("'{}'", state.key()));
        let check = format!("CHECK (state IN ({}))", keys.join(", "));

        assert!(schema::TABLES.contains(&check));
        assert!(schema::TABLES.contains(concat!("ON deliveries (nr) WHERE ", unfinished!())));
    }
}
