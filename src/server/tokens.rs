//! Tokens, from the log into the hands of their bearers and back.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Grant, Hash, Scope, Scopes, Server};
use crate::{
    clock::random,
    domain::text::Name,
    store::{StoreError, Token},
};

/// How often the log is asked for its tokens: one that is taken back ends
/// within a second, on every server on that log.
const EVERY: Duration = Duration::from_millis(400);

/// The least time between two looks for a token that is not known.
const PAUSE: Duration = Duration::from_millis(50);

/// What a token begins with, so that one in the wrong place is recognised.
const MARK: &str = "warroom_";

/// A new token, and what may be kept of it.
pub fn mint() -> (String, Hash) {
    let token = format!("{MARK}{:032x}{:032x}", random(), random());
    let hash = Hash::of(&token);
    (token, hash)
}

/// Takes up the tokens as they are in the logs now.
///
/// # Errors
///
/// When one of the logs can't be read; the tokens are what they were then.
pub async fn take_up(server: &Server) -> Result<(), StoreError> {
    let grants = held(server).await?;
    server.tokens.set(grants, server.clock.now());
    Ok(())
}

/// The tokens that the logs have now, but for those that were taken back.
async fn held(server: &Server) -> Result<Vec<Grant>, StoreError> {
    let mut grants = Vec::new();
    for (name, workspace) in server.workspaces() {
        let tokens = workspace.log().tokens().await?;
        let held = tokens.iter().filter(|token| token.revoked_at.is_none());
        grants.extend(held.map(|token| grant(token, name)));
    }
    Ok(grants)
}

/// Takes up the tokens for somebody whose own is not known. Who guesses makes no
/// work of that: one look is for all who wait, and the next one comes later.
pub(super) async fn look_again(server: &Server) {
    let asked = Instant::now();
    let mut looked = server.tokens.looked.lock().await;
    if looked.is_some_and(|at| at > asked) {
        return;
    }
    if let Some(at) = *looked {
        tokio::time::sleep_until(at + PAUSE).await;
    }
    *looked = Some(Instant::now());
    match held(server).await {
        Ok(grants) => server.tokens.add(grants, server.clock.now()),
        Err(error) => tracing::warn!(%error, "the tokens stay as they were"),
    }
}

/// Takes up every change of the tokens, until it is told to stop.
pub async fn follow(server: Arc<Server>, stop: CancellationToken) {
    let mut well = true;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        let looked = take_up(&server).await;
        if let (Err(error), true) = (&looked, well) {
            tracing::warn!(%error, "the tokens stay as they were");
        }
        well = looked.is_ok();
    }
}

fn grant(token: &Token, workspace: &Name) -> Grant {
    Grant {
        hash: Hash::stored(token.hash),
        name: token.name.clone(),
        workspace: workspace.clone(),
        scopes: scopes(&token.scopes),
        expires_at: token.expires_at,
    }
}

/// Scopes as they are stored. A word of a newer program allows nothing here.
fn scopes(words: &str) -> Scopes {
    words.split(',').filter_map(Scope::from_word).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use axum::{body::Body, extract::Request};

    use super::*;
    use crate::{
        clock::Clock,
        server::auth::identify,
        store::{Log, OpenMode},
    };

    #[test]
    fn no_two_tokens_are_the_same_and_each_has_256_random_bits() {
        let (one, _) = mint();
        let (other, hash) = mint();

        assert_ne!(one, other);
        assert_eq!(one.len(), MARK.len() + 64);
        assert_eq!(hash, Hash::of(&other));
    }

    #[tokio::test]
    async fn a_token_that_was_made_a_moment_ago_is_taken_at_its_first_use() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.db");
        let log = Log::open(path, OpenMode::ReadWrite).await.unwrap();
        let logs = BTreeMap::from([("prod".into(), log.clone())]);
        let server = Server::new(logs, Clock::System).await.unwrap();
        take_up(&server).await.unwrap();
        let (token, hash) = mint();

        let made = Token {
            hash: hash.bytes(),
            name: "ada".into(),
            scopes: "write".to_owned(),
            created_at: server.clock.now(),
            expires_at: None,
            revoked_at: None,
        };
        log.add_token(&made).await.unwrap();

        let header = format!("Bearer {token}");
        let request = Request::get("/").header("authorization", header);
        let mut request = request.body(Body::empty()).unwrap();
        let caller = identify(&server, &mut request).await.unwrap().unwrap();
        assert_eq!(&*caller.name, "ada");
    }

    #[test]
    fn a_scope_of_a_newer_program_allows_nothing() {
        let scopes = scopes("read,fly");

        assert_eq!(scopes.iter().collect::<Vec<_>>(), [Scope::Read]);
    }
}
