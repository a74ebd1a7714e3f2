//! Logs that differ in their middle and have the same entries under the same
//! numbers later on.

use std::path::Path;

use super::backend::{Backend, synced};

/// Ada's approval is in what is lost, and refused when her copy brings it back,
/// because bo was here before it: what she recorded after it has the numbers
/// again that it had.
fn put_back(restore: impl FnOnce(&Backend, &Path)) {
    let mut backend = Backend::on_a_file();
    let [ada, bo, carol] = ["ada", "bo", "carol"].map(|who| backend.client(who));
    let kept = backend.house.path().join("kept.db");
    backend.start();
    ada.done("declare down --severity P3 --yes");
    ada.done("external draft Slow --impact errors");
    synced(&ada);
    backend.done(&format!("backup {}", kept.display()));
    ada.done("external approve");
    for n in 0..4 {
        ada.done(&format!("note a{n}"));
    }
    synced(&ada);
    synced(&carol);
    backend.end();
    restore(&backend, &kept);
    backend.start();
    bo.done("note losing-data");

    let refused = ada.say("sync --wait 30s");
    assert_eq!(refused.code, 3, "{refused:?}");
    synced(&carol);

    let log = backend.agree(&[ada, bo, carol]);
    for text in ["losing-data", "a0", "a1", "a2", "a3"] {
        let times = log.matches(&format!(r#""text":"{text}""#)).count();
        assert_eq!(times, 1, "{text} in {log}");
    }
    assert!(!log.contains("never came"), "nothing was lost: {log}");
}

#[test]
fn a_copy_sees_what_differs_before_what_is_the_same_again_after_a_restore() {
    put_back(|backend, kept| {
        backend.done(&format!("restore {} --yes", kept.display()));
    });
}

#[test]
fn a_copy_sees_what_differs_before_what_is_the_same_again_in_the_same_history() {
    put_back(Backend::put_back);
}
