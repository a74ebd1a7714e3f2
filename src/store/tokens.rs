//! Tokens: who may speak to a server over this log. A token itself is not
//! stored, only its SHA-256; and no row is ever deleted, so that who could do
//! what, and until when, stays readable.

use chrono::{DateTime, Utc};
use sqlx::{Row as _, any::AnyRow};

use super::{
    Log, StoreError,
    row::{from_millis, to_millis},
    tx::Tx,
};
use crate::domain::text::{Name, hex};

/// What is kept of a token.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// The SHA-256 of what its bearer sends.
    pub hash: [u8; 32],
    /// The name under which its bearer's entries are recorded.
    pub name: Name,
    /// What it allows: words with commas between them.
    pub scopes: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends; never where absent.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was taken back; `None` while it was not.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Token")
            .field("id", &self.id())
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Token {
    /// What tells it from others of the same name: eight digits, of no use to
    /// anybody who wants to guess the token.
    pub fn id(&self) -> String {
        hex(&self.hash[..4])
    }

    /// Whether it opens anything at `now`.
    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|at| at > now)
    }

    /// Whether it holds and is called by that name, or by that id.
    pub fn is_meant(&self, name_or_id: &str, now: DateTime<Utc>) -> bool {
        let named = &*self.name == name_or_id || self.id() == name_or_id;
        named && self.holds(now)
    }
}

impl Log {
    /// Adds a token. One that is made holds in every server on this log as
    /// soon as that has looked again.
    ///
    /// # Errors
    ///
    /// When the file can't be written.
    pub async fn add_token(&self, token: &Token) -> Result<(), StoreError> {
        let mut tx = self.inner.begin().await?;
        let done = sqlx::query(
            "INSERT INTO tokens (hash, name, scopes, created_at, expires_at, revoked_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(hex(&token.hash))
        .bind(token.name.to_string())
        .bind(token.scopes.clone())
        .bind(token.created_at.timestamp_millis())
        .bind(token.expires_at.map(|at| at.timestamp_millis()))
        .bind(token.revoked_at.map(|at| at.timestamp_millis()))
        .execute(tx.conn())
        .await;
        done.map_err(|error| tx.told(error))?;
        tx.commit().await
    }

    /// Every token there ever was, oldest first.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        let rows = sqlx::query(SELECT).fetch_all(&self.inner.readers).await;
        let rows = rows.map_err(|error| self.inner.unread(error))?;
        Ok(readable(&rows))
    }

    /// Takes back the tokens of that name, or the one with that id. Answers
    /// with those that held until now; none where nothing was to do.
    ///
    /// # Errors
    ///
    /// When the file can't be written.
    pub async fn revoke_tokens(
        &self,
        name_or_id: &str,
        now: DateTime<Utc>,
    ) -> Result<Vec<Token>, StoreError> {
        let mut tx = self.inner.begin().await?;
        let rows = sqlx::query(SELECT).fetch_all(tx.conn()).await;
        let mut meant = readable(&rows.map_err(|error| tx.told(error))?);
        meant.retain(|token| token.is_meant(name_or_id, now));
        for token in &mut meant {
            revoke(&mut tx, token, now).await?;
        }
        tx.commit().await?;
        Ok(meant)
    }
}

const SELECT: &str = "SELECT hash, name, scopes, created_at, expires_at, revoked_at FROM tokens \
                      ORDER BY created_at, hash";

async fn revoke(tx: &mut Tx<'_>, token: &mut Token, now: DateTime<Utc>) -> Result<(), StoreError> {
    token.revoked_at = Some(to_millis(now));
    let done = sqlx::query("UPDATE tokens SET revoked_at = $1 WHERE hash = $2")
        .bind(now.timestamp_millis())
        .bind(hex(&token.hash))
        .execute(tx.conn())
        .await;
    done.map(drop).map_err(|error| tx.told(error))
}

/// The rows that can be read. A damaged one opens nothing, and must not lock
/// everybody else out.
fn readable(rows: &[AnyRow]) -> Vec<Token> {
    let tokens = rows.iter().filter_map(|row| {
        let token = read(row);
        if token.is_none() {
            tracing::warn!("a token can't be read, and is passed over");
        }
        token
    });
    tokens.collect()
}

fn read(row: &AnyRow) -> Option<Token> {
    let hash: String = row.try_get(0).ok()?;
    let name: String = row.try_get(1).ok()?;
    let expires_at: Option<i64> = row.try_get(4).ok()?;
    let revoked_at: Option<i64> = row.try_get(5).ok()?;
    // One that is there and is no time must not read as absent.
    let time = |millis: Option<i64>| millis.map(|one| from_millis(one).ok_or(())).transpose();
    Some(Token {
        hash: unhex(&hash)?,
        name: Name::lossy(&name),
        scopes: row.try_get(2).ok()?,
        created_at: from_millis(row.try_get(3).ok()?)?,
        expires_at: time(expires_at).ok()?,
        revoked_at: time(revoked_at).ok()?,
    })
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> = text
        .chars()
        .map(|digit| {
            digit
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        })
        .collect::<Option<_>>()?;
    let (pairs, _) = digits.as_chunks::<2>();
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    bytes.try_into().ok()
}
