//! A backup takes the place of a log as a whole, or not at all.

use std::{fs, process::Stdio, thread, time::Duration};

use super::backend::{Backend, synced};
use crate::cli::house::said;

/// How often the program is killed while it works.
const KILLS: u32 = 20;

/// The files beside the server's log.
fn files(backend: &Backend) -> Vec<String> {
    let files = fs::read_dir(backend.house.path()).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.contains("server.db")).collect();
    names.sort();
    names
}

#[test]
fn a_consoles_copy_is_refused_before_anything_is_moved() {
    let mut backend = Backend::on_a_file();
    let client = backend.client("ada");
    backend.start();
    client.done("declare down --severity P3");
    synced(&client);
    backend.end();
    let (log, before) = (backend.done("export").out, files(&backend));
    let copy = client.path().join(".local/share/warroom/prod.db");

    let line = format!("restore {}", copy.display());
    let refused = said(backend.command(&line).output().unwrap());

    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.err.contains("this log is a copy"), "{refused:?}");
    assert_eq!(backend.done("export").out, log);
    assert_eq!(files(&backend), before);
}

#[test]
fn a_restore_that_is_killed_leaves_the_old_log_or_the_whole_new_one() {
    let backend = Backend::on_a_file();
    let kept = backend.house.path().join("kept.db");
    backend.token("eve");
    backend.done("declare down --severity P3");
    backend.done(&format!("backup {}", kept.display()));
    let lists = |line: &str| backend.done(line).out;
    let old = lists("export").lines().count();
    let line = format!("restore {}", kept.display());
    let mut ended = [0, 0];

    for n in 0..KILLS {
        backend.token("eve");
        backend.done("token revoke eve");
        backend.done("note later");
        let entries = lists("export").lines().count();
        let mut command = backend.command(&line);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut restoring = command.spawn().unwrap();
        thread::sleep(Duration::from_millis(u64::from(n) * 4));
        restoring.kill().unwrap();
        restoring.wait().unwrap();

        let now = lists("export").lines().count();
        let is_new = now == old;
        assert!(is_new || now == entries, "{now} of {entries}");
        // The backup knows of a token that was revoked since.
        assert!(!holds(&lists("token list -o json")));
        ended[usize::from(is_new)] += 1;
        backend.done("verify");
    }
    backend.done(&line);

    assert!(ended[0] > 0, "no kill came in time: {ended:?}");
    let left = files(&backend);
    assert!(
        !left.iter().any(|name| name.contains("restoring")),
        "{left:?}"
    );
}

/// Whether one of these tokens holds.
fn holds(tokens: &str) -> bool {
    let tokens: serde_json::Value = serde_json::from_str(tokens).unwrap();
    let tokens = tokens.as_array().unwrap();
    tokens.iter().any(|token| token["revoked_at"].is_null())
}
