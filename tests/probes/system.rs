//! This host, next to what `df` and `free` say of it.

use std::{path::Path, process::Command};

use warroom::domain::{
    fact::ErrorClass,
    probe::{Outcome, System, Target},
};

use super::read;

fn said_by(program: &str, arguments: &[&str]) -> Vec<Vec<String>> {
    let said = Command::new(program)
        .args(arguments)
        .env("LC_ALL", "C")
        .output()
        .unwrap_or_else(|error| panic!("{program} is needed to compare with: {error}"));
    let said = String::from_utf8(said.stdout).unwrap();
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect();
    said.lines().map(words).collect()
}

/// Used and available bytes, and `Use%`.
fn df(path: &Path) -> (u64, u64, u8) {
    let lines = said_by("df", &["-P", "-B1", path.to_str().unwrap()]);
    let line = &lines[1];
    let percent = line[4].trim_end_matches('%').parse().unwrap();
    (line[2].parse().unwrap(), line[3].parse().unwrap(), percent)
}

/// Used bytes and all.
fn free() -> (u64, u64) {
    let lines = said_by("free", &["-b"]);
    let memory = lines.iter().find(|line| line[0] == "Mem:").unwrap();
    (memory[2].parse().unwrap(), memory[1].parse().unwrap())
}

fn host(path: &Path, warn_percent: u8) -> Target {
    Target::System {
        path: path.to_owned(),
        warn_percent,
    }
}

async fn measured(path: &Path) -> System {
    let reading = read(host(path, 101)).await;
    reading.system.expect("this host can be measured")
}

#[tokio::test]
async fn disk_is_counted_as_df_counts_it() {
    for path in ["/", "/dev/shm", "/tmp"].map(Path::new) {
        // Others write to the same disk: compare when df said the same twice.
        let (ours, (used, available, percent)) = loop {
            let before = df(path);
            let ours = measured(path).await;
            if df(path) == before {
                break (ours, before);
            }
        };

        assert_eq!(ours.disk, (used, used + available), "{}", path.display());
        assert_eq!(ours.disk_percent(), percent, "{}", path.display());
    }
}

#[tokio::test]
async fn memory_is_counted_as_free_counts_it() {
    let before = free();
    let ours = measured(Path::new("/")).await;
    let after = free();

    // It never stands still: within a twentieth of what free says around it.
    let (used, total) = ours.memory;
    let slack = total / 20;
    assert_eq!(total, before.1);
    assert!(
        used + slack >= before.0.min(after.0),
        "{used} of {before:?}"
    );
    assert!(used <= before.0.max(after.0) + slack, "{used} of {after:?}");
}

#[tokio::test]
async fn a_share_over_its_limit_is_a_warning() {
    let reading = read(host(Path::new("/"), 0)).await;

    assert_eq!(reading.outcome, Outcome::Warn);
    assert!(reading.detail.starts_with("disk "), "{}", reading.detail);
    assert_eq!(reading.took, None);
}

#[tokio::test]
async fn a_file_system_that_is_not_there_is_named() {
    let reading = read(host(Path::new("/nonexistent"), 90)).await;

    assert_eq!(reading.outcome, Outcome::Fail(ErrorClass::Body));
    assert_eq!(
        reading.detail.as_str(),
        "/nonexistent: no such file or directory"
    );
}
