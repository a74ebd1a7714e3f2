//! Who asks, and what they may. A token makes a [`Caller`] of its bearer, for
//! one workspace; the name it gives is the one under which entries are
//! recorded.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use axum::{
    extract::Request,
    http::{HeaderMap, header},
};
use chrono::{DateTime, Utc};
use ring::digest::{SHA256, digest};
use tokio::{sync::Mutex, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{Problem, Server, tokens};
use crate::{
    domain::text::Name,
    wire::{Code, Scope},
};

/// Some scopes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// Whether one of them is enough where `wanted` is asked for.
    pub fn allow(&self, wanted: Scope) -> bool {
        self.0.iter().any(|scope| scope.allows(wanted))
    }

    /// Those that were given, in order.
    pub fn iter(&self) -> impl Iterator<Item = Scope> {
        self.0.iter().copied()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        let mut scopes: Vec<Scope> = scopes.into_iter().collect();
        scopes.sort_unstable();
        scopes.dedup();
        Self(scopes)
    }
}

/// Who asks. A request has one as an extension, behind an [`Arc`], once a token,
/// or the other end of a socket, said who it is.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The name under which entries are recorded.
    pub name: Name,
    /// The one workspace it is for.
    pub workspace: Name,
    /// What it may.
    pub scopes: Scopes,
    /// When it ends; never where absent.
    pub expires_at: Option<DateTime<Utc>>,
    /// Cancelled as soon as it may nothing any more: whoever waits, ends then.
    pub revoked: CancellationToken,
}

#[cfg(test)]
impl Caller {
    /// Somebody of this name, for a test.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.into(),
            workspace: "prod".into(),
            scopes: std::iter::empty().collect(),
            expires_at: None,
            revoked: CancellationToken::new(),
        }
    }
}

impl Caller {
    /// Whether the caller may.
    ///
    /// # Errors
    ///
    /// [`Code::Forbidden`], with what would be needed.
    pub fn may(&self, wanted: Scope) -> Result<(), Problem> {
        if self.scopes.allow(wanted) {
            return Ok(());
        }
        Err(Problem::new(
            Code::Forbidden,
            format_args!(
                "this needs a token with the scope {}: ask for one",
                wanted.word()
            ),
        ))
    }
}

impl Caller {
    /// Whether they may anything still: a request takes its time, and its caller
    /// may have lost all rights since it began.
    ///
    /// # Errors
    ///
    /// [`Code::Unauthenticated`], where the token was revoked.
    pub(super) fn still(&self) -> Result<(), Problem> {
        if self.revoked.is_cancelled() {
            return Err(ended());
        }
        Ok(())
    }
}

/// What whoever lost their rights meanwhile is told.
pub(super) fn ended() -> Problem {
    Problem::new(
        Code::Unauthenticated,
        "the token was revoked, or has expired: ask for another one",
    )
}

/// The SHA-256 of a token. Tokens are random, so nothing slower is needed, and
/// looking one up by its hash tells nobody how near a guess was.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// Of a token as its bearer sends it.
    pub fn of(token: &str) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        Self(hash)
    }

    /// To be stored.
    pub const fn bytes(self) -> [u8; 32] {
        self.0
    }

    /// A hash as it was stored.
    pub const fn stored(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hash(…)")
    }
}

/// What a token gives its bearer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Of the token itself, which is not kept.
    pub hash: Hash,
    /// The name under which entries are recorded.
    pub name: Name,
    /// The one workspace it is for.
    pub workspace: Name,
    /// What it may.
    pub scopes: Scopes,
    /// When it ends; never where absent.
    pub expires_at: Option<DateTime<Utc>>,
}

/// The tokens that hold now.
#[derive(Debug, Default)]
pub struct Tokens {
    held: RwLock<HashMap<Hash, Arc<Caller>>>,
    /// When the logs were last asked for one that was not known.
    pub(super) looked: Mutex<Option<Instant>>,
}

impl Tokens {
    /// Puts `grants` in the place of all there were. One that is no more, was
    /// changed, or has expired ends at once, also for those who wait.
    pub fn set(&self, grants: Vec<Grant>, now: DateTime<Utc>) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        let mut before = std::mem::take(&mut *held);
        for grant in grants.into_iter().filter(|grant| grant.holds(now)) {
            let known = before.get(&grant.hash).is_some_and(|one| one.has(&grant));
            let caller = known.then(|| before.remove(&grant.hash)).flatten();
            let hash = grant.hash;
            held.insert(hash, caller.unwrap_or_else(|| Arc::new(grant.into())));
        }
        for caller in before.into_values() {
            caller.revoked.cancel();
        }
    }

    /// Adds those of `grants` that are not known. What is no more ends by
    /// [`Tokens::set`].
    pub(super) fn add(&self, grants: Vec<Grant>, now: DateTime<Utc>) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        for grant in grants.into_iter().filter(|grant| grant.holds(now)) {
            held.entry(grant.hash)
                .or_insert_with(|| Arc::new(grant.into()));
        }
    }

    /// How many hold.
    pub fn count(&self) -> usize {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.len()
    }

    /// Who sends this token; `None` where it does not hold.
    fn bearer(&self, token: Hash, now: DateTime<Utc>) -> Option<Arc<Caller>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let caller = held.get(&token)?;
        holds(caller.expires_at, now).then(|| Arc::clone(caller))
    }
}

impl Caller {
    /// Whether that is what its token gives now.
    fn has(&self, grant: &Grant) -> bool {
        self.name == grant.name
            && self.workspace == grant.workspace
            && self.scopes == grant.scopes
            && self.expires_at == grant.expires_at
    }
}

impl From<Grant> for Caller {
    fn from(grant: Grant) -> Self {
        Self {
            name: grant.name,
            workspace: grant.workspace,
            scopes: grant.scopes,
            expires_at: grant.expires_at,
            revoked: CancellationToken::new(),
        }
    }
}

impl Grant {
    fn holds(&self, now: DateTime<Utc>) -> bool {
        holds(self.expires_at, now)
    }
}

fn holds(expires_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    expires_at.is_none_or(|at| at > now)
}

/// Who asks; nobody where a request has no token. One who is known already,
/// from the other end of a socket, stays who they are.
///
/// # Errors
///
/// [`Code::Unauthenticated`], where the token is none that holds.
pub(super) async fn identify(
    server: &Server,
    request: &mut Request,
) -> Result<Option<Arc<Caller>>, Problem> {
    if let Some(known) = request.extensions().get::<Arc<Caller>>() {
        return Ok(Some(Arc::clone(known)));
    }
    let Some(token) = bearer(request.headers())?.map(Hash::of) else {
        return Ok(None);
    };
    let known = || server.tokens.bearer(token, server.clock.now());
    let mut caller = known();
    if caller.is_none() {
        // It may have been made a moment ago.
        tokens::look_again(server).await;
        caller = known();
    }
    let caller = caller.ok_or_else(|| {
        Problem::new(
            Code::Unauthenticated,
            "the token is unknown, has expired or was revoked: ask for another one",
        )
    })?;
    request.extensions_mut().insert(Arc::clone(&caller));
    Ok(Some(caller))
}

/// What whoever is nobody is told where somebody is needed.
pub(super) fn needed() -> Problem {
    Problem::new(
        Code::Unauthenticated,
        "send a token as `Authorization: Bearer …`: whoever runs the server can make one",
    )
}

fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (first, second) = (values.next(), values.next());
    let Some(value) = first else {
        return Ok(None);
    };
    let token = value.to_str().ok().and_then(|text| {
        let (kind, token) = text.split_once(' ')?;
        kind.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    match (token, second) {
        (Some(token), None) => Ok(Some(token)),
        _ => Err(Problem::new(
            Code::Unauthenticated,
            "the header has to be one `Authorization: Bearer …`",
        )),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn grant(token: &str, expires_at: Option<DateTime<Utc>>) -> Grant {
        Grant {
            hash: Hash::of(token),
            name: "ada".into(),
            workspace: "prod".into(),
            scopes: [Scope::Write].into_iter().collect(),
            expires_at,
        }
    }

    #[test]
    fn a_token_that_is_taken_away_ends_for_those_who_wait() {
        let noon = DateTime::UNIX_EPOCH;
        let tokens = Tokens::default();
        tokens.set(vec![grant("a", None), grant("b", None)], noon);
        let (a, b) = (
            tokens.bearer(Hash::of("a"), noon),
            tokens.bearer(Hash::of("b"), noon),
        );

        tokens.set(vec![grant("b", None)], noon);

        assert!(a.unwrap().revoked.is_cancelled());
        assert!(!b.unwrap().revoked.is_cancelled());
        assert!(tokens.bearer(Hash::of("a"), noon).is_none());
    }

    #[test]
    fn a_token_that_allows_less_than_before_ends_for_those_who_wait() {
        let noon = DateTime::UNIX_EPOCH;
        let tokens = Tokens::default();
        tokens.set(vec![grant("a", None)], noon);
        let before = tokens.bearer(Hash::of("a"), noon).unwrap();

        let scopes = [Scope::Hook].into_iter().collect();
        tokens.set(
            vec![Grant {
                scopes,
                ..grant("a", None)
            }],
            noon,
        );

        assert!(before.revoked.is_cancelled());
        assert!(
            tokens
                .bearer(Hash::of("a"), noon)
                .unwrap()
                .may(Scope::Read)
                .is_err()
        );
    }

    #[test]
    fn a_token_holds_until_the_moment_it_expires() {
        let noon = DateTime::UNIX_EPOCH;
        let tokens = Tokens::default();
        tokens.set(vec![grant("a", Some(noon + TimeDelta::hours(1)))], noon);

        assert!(
            tokens
                .bearer(Hash::of("a"), noon + TimeDelta::minutes(59))
                .is_some()
        );
        assert!(
            tokens
                .bearer(Hash::of("a"), noon + TimeDelta::hours(1))
                .is_none()
        );
    }

    #[test]
    fn admin_is_all_write_reads_and_a_hook_only_posts_alerts() {
        let may = |given: Scope| Scope::ALL.map(|wanted| given.allows(wanted));

        assert_eq!(may(Scope::Read), [true, false, false, false]);
        assert_eq!(may(Scope::Write), [true, true, false, false]);
        assert_eq!(may(Scope::Admin), [true, true, true, true]);
        assert_eq!(may(Scope::Hook), [false, false, false, true]);
    }
}
