//! Whether two logs have the same history: each of its sums covers everything
//! up to its number, so two that agree there agree on all that came before.

use super::{
    Log, StoreError,
    meta::say,
    row::{sum, to_db},
    tx::Tx,
};
use crate::domain::entry::Seq;

/// Where a copy keeps what its server said of the entries that are here.
const THEIR_TOTAL: &str = "server_total";

impl Log {
    /// The sum of everything up to number `seq`; `None` where the log ends
    /// before that.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn total_at(&self, seq: Seq) -> Result<Option<String>, StoreError> {
        if seq == 0 {
            return Ok(Some(sum(&["warroom"])));
        }
        sqlx::query_scalar("SELECT total FROM entries WHERE seq = $1")
            .bind(to_db(seq))
            .fetch_optional(&self.inner.readers)
            .await
            .map_err(|error| self.inner.unread(error))
    }

    /// The sum of everything up to number `seq` as the server told it, where
    /// that is the last that it told. Its own word is what it can be asked for:
    /// where its disk changed a row, the sums here are others for good.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn total_told(&self, seq: Seq) -> Result<Option<String>, StoreError> {
        let told = self.said(THEIR_TOTAL).await?.unwrap_or_default();
        let told = told.split_once(':');
        let told = told.filter(|(at, _)| at.parse() == Ok(seq));
        Ok(told.map(|(_, total)| total.to_owned()))
    }
}

/// Keeps the sum that the server told of everything up to number `seq`; none
/// where it tells none.
pub(super) async fn keep_told(
    tx: &mut Tx<'_>,
    seq: Seq,
    total: Option<&str>,
) -> Result<(), StoreError> {
    let told = total.filter(|total| total.len() == 64);
    let told = told.map(|total| format!("{seq}:{total}"));
    say(tx, THEIR_TOTAL, told.unwrap_or_default()).await
}
