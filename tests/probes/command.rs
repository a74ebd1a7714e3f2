//! Programs: how they end, what they say, and that nothing is left of them.

use std::{path::Path, time::Duration};

use tempfile::TempDir;
use tokio::{io::AsyncReadExt as _, net::unix::pipe, time::timeout};
use warroom::{
    clock::Clock,
    domain::{
        fact::ErrorClass,
        probe::{Outcome, Target},
    },
    probe::Probe,
};

use super::{command, read, read_impatiently, shell, spec};

/// A pipe that tells when the last process that holds it has ended.
struct Leash {
    dir: TempDir,
    end: pipe::Receiver,
}

impl Leash {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("leash");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.expect("mkfifo is installed").success());
        let end = pipe::OpenOptions::new().open_receiver(&path).unwrap();
        Self { dir, end }
    }

    fn path(&self) -> std::path::PathBuf {
        self.dir.path().join("leash")
    }

    async fn wait_for_word(&mut self) {
        self.end.readable().await.unwrap();
        self.end.read_u8().await.unwrap();
    }

    /// Comes back when nobody is left; long before they would end by themselves.
    async fn wait_for_nobody(mut self) {
        let mut rest = Vec::new();
        let ended = timeout(Duration::from_secs(20), self.end.read_to_end(&mut rest));
        ended.await.expect("somebody is left running").unwrap();
    }
}

/// Leaves a child in the background that says a word and holds the leash, then
/// goes on with `then`.
fn with_child(leash: &Path, then: &str) -> Target {
    let leash = leash.display();
    shell(&format!(
        "(echo x; exec sleep 60) >{leash} 2>/dev/null & {then}"
    ))
}

#[tokio::test]
async fn status_0_passes_and_others_fail() {
    let well = read(command(&["true"])).await;
    let said = read(shell("echo all 3 replicas in step; echo more")).await;
    let ill = read(shell("echo 2 replicas behind >&2; exit 3")).await;
    let killed = read(shell("kill -9 $$")).await;
    let missing = read(command(&["/nonexistent/program"])).await;

    assert_eq!(well.outcome, Outcome::Pass);
    assert_eq!(well.detail.as_str(), "exit 0");
    assert_eq!(said.detail.as_str(), "all 3 replicas in step");
    assert_eq!(ill.outcome, Outcome::Fail(ErrorClass::Status));
    assert_eq!(ill.detail.as_str(), "exit 3: 2 replicas behind");
    assert_eq!(killed.detail.as_str(), "ended by signal 9");
    assert_eq!(missing.outcome, Outcome::Fail(ErrorClass::Connect));
    assert_eq!(
        missing.detail.as_str(),
        "/nonexistent/program can't be started: no such file or directory"
    );
}

#[tokio::test]
async fn arguments_are_not_read_by_a_shell() {
    let reading = read(command(&["echo", "$HOME; exit 1", "`id`"])).await;

    assert_eq!(reading.outcome, Outcome::Pass);
    assert_eq!(reading.detail.as_str(), "$HOME; exit 1 `id`");
}

#[tokio::test]
async fn a_program_that_asks_for_input_finds_none() {
    let reading = read(command(&["cat"])).await;

    assert_eq!(reading.outcome, Outcome::Pass);
}

#[tokio::test]
async fn a_program_that_asks_on_the_terminal_finds_none() {
    // Its session (the 6th field) is its own, and has no terminal (the 7th).
    let script = r#"[ "$(cut -d' ' -f6,7 /proc/$$/stat)" = "$$ 0" ]"#;

    let reading = read(shell(script)).await;

    assert_eq!(reading.outcome, Outcome::Pass);
}

#[tokio::test]
async fn what_it_says_cannot_act_on_the_terminal() {
    let reading = read(shell(r"printf '\033[2J\033]52;c;aGk=\007well\r\nnext'")).await;

    assert_eq!(reading.detail.as_str(), "·well");
}

#[tokio::test]
async fn more_output_than_is_kept_holds_nobody_up() {
    let much = read(shell("yes | head -c 10000000; exit 0")).await;
    let endless = read_impatiently(command(&["yes"])).await;
    let unbroken = read(shell("head -c 1000000 /dev/zero | tr '\\0' x")).await;

    assert_eq!(much.outcome, Outcome::Pass);
    assert_eq!(much.detail.as_str(), "y");
    assert_eq!(endless.outcome, Outcome::Fail(ErrorClass::Timeout));
    assert_eq!(endless.detail.as_str(), "still running after 1s: y");
    assert_eq!(unbroken.detail.chars().count(), 200);
}

#[tokio::test]
async fn what_takes_too_long_is_ended_with_its_children() {
    let mut leash = Leash::new();
    let target = with_child(&leash.path(), "wait");

    let reading = read_impatiently(target).await;

    assert_eq!(reading.outcome, Outcome::Fail(ErrorClass::Timeout));
    assert_eq!(reading.detail.as_str(), "still running after 1s");
    leash.wait_for_word().await;
    leash.wait_for_nobody().await;
}

#[tokio::test]
async fn what_is_left_in_the_background_ends_with_the_program() {
    let mut leash = Leash::new();
    let wait_for_child = "while ! pgrep -g 0 sleep >/dev/null; do :; done; echo done";
    let target = with_child(&leash.path(), wait_for_child);

    let reading = read(target).await;

    assert_eq!(reading.detail.as_str(), "done");
    leash.wait_for_word().await;
    leash.wait_for_nobody().await;
}

#[tokio::test]
async fn a_reading_that_is_dropped_leaves_nothing_running() {
    let mut leash = Leash::new();
    let probe = Probe::new(spec(with_child(&leash.path(), "wait"))).unwrap();

    tokio::select! {
        reading = probe.read(&Clock::System) => panic!("it waits for its child: {reading:?}"),
        () = leash.wait_for_word() => {}
    }

    leash.wait_for_nobody().await;
}
