//! What waits because the token could not write.

use warroom::domain::{
    entry::Entry,
    fact::{Declaration, Fact},
    severity::Severity,
};

use super::{fence, folder, noon, note, outbox::copy};

/// Entry `n`: it opens the incident that the notes are of.
fn opening(n: u128) -> Entry {
    let declaration = Declaration {
        title: "checkout is down".into(),
        severity: Some(Severity::P1),
        impact: "nobody can pay".into(),
        ..Declaration::default()
    };
    Entry {
        fact: Fact::Declared(Box::new(declaration)),
        ..note(n, "")
    }
}

#[tokio::test]
async fn what_was_paged_from_a_copy_goes_behind_the_opening_that_was_denied() {
    let folder = folder();
    let log = copy(&folder).await;
    let fence = fence(&log).await;
    log.append(&[opening(1)], &[], noon()).await.unwrap();
    let told = [note(2, "paged from here")];
    log.append_held(fence, &told, &[], noon()).await.unwrap();
    log.deny("the token was revoked").await.unwrap();
    let goes = async || {
        let goes = log.to_hand_in(|one| one.refused.is_none()).await.unwrap();
        let ids = goes.iter().map(|one| one.row.id.0.as_u128());
        ids.collect::<Vec<_>>()
    };

    let denied = goes().await;
    log.give(None).await.unwrap();

    assert_eq!(denied, []);
    assert_eq!(goes().await, [1, 2]);
}
