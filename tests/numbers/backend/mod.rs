//! The shared backend under a thousand followers, beside the least that could
//! do the same (axum, one watch, and one insert into bare `SQLite` per entry)
//! and beside `etcd`, whose watch is made for it.
//!
//! Each runs in a process of its own and is spoken to by the same clients, one
//! after the other. An entry has arrived when the last follower has it.

mod etcd;
mod floor;
mod follower;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::json;
use tempfile::TempDir;
use tokio::{runtime::Runtime, time::Instant};
use uuid::Uuid;

use self::follower::{Connection, Crowd, Server, Speaks};
use super::rounds::{self, Goal};

pub use floor::{FLOOR, serve as serve_floor};

/// How many follow; fewer by `WARROOM_FOLLOWERS`, for a first look.
const FOLLOWERS: u32 = 1_000;
/// How many entries are posted, and how long after each other.
const ENTRIES: u32 = 200;
const EVERY: Duration = Duration::from_millis(100);

/// What one server did.
struct Measured {
    p50_ms: f64,
    p99_ms: f64,
    cpu_us: f64,
    rss_mib: f64,
    cores: f64,
}

/// A server in a process of its own.
struct Served {
    child: Child,
    folder: TempDir,
    token: String,
    speaks: Speaks,
}

/// Measures all of them.
pub fn measure() {
    let runtime = Runtime::new().expect("threads can be had");
    let followers = std::env::var("WARROOM_FOLLOWERS");
    let followers = followers.ok().and_then(|count| count.parse().ok());
    let followers = followers.unwrap_or(FOLLOWERS);
    let ours = runtime.block_on(measured(ours(), followers));
    let floor = runtime.block_on(measured(the_floor(), followers));
    let etcd = runtime.block_on(measured(etcd::start(), followers));
    let of = format!("{followers} follow, 10/s: ");
    compare(&of, &ours, &floor, &ABOVE_THE_FLOOR);
    let of = format!("{followers} follow, beside etcd: ");
    compare(&of, &ours, &etcd, &BESIDE_ETCD);
}

/// A number of each, what it is counted in, and what is to be reached.
type Row = (&'static str, fn(&Measured) -> f64, &'static str, Goal);

const BESIDE_ETCD: [Row; 4] = [
    (
        "append to all, p50",
        |one| one.p50_ms,
        " ms",
        Goal(0.5, 0.3),
    ),
    (
        "append to all, p99",
        |one| one.p99_ms,
        " ms",
        Goal(0.5, 0.3),
    ),
    (
        "CPU per delivery",
        |one| one.cpu_us,
        " us",
        Goal(0.25, 0.15),
    ),
    ("memory", |one| one.rss_mib, " MiB", Goal(0.5, 0.25)),
];

const ABOVE_THE_FLOOR: [Row; 5] = [
    (
        "append to all have it, p50",
        |one| one.p50_ms,
        " ms",
        Goal(1.7, 1.2),
    ),
    (
        "append to all have it, p99",
        |one| one.p99_ms,
        " ms",
        Goal(2.0, 1.2),
    ),
    (
        "server's CPU per delivery",
        |one| one.cpu_us,
        " us",
        Goal(2.0, 1.2),
    ),
    ("server's memory", |one| one.rss_mib, " MiB", Goal(3.0, 2.0)),
    (
        "server's processor, cores",
        |one| one.cores,
        "",
        Goal(2.0, 1.2),
    ),
];

fn compare(of: &str, ours: &Measured, other: &Measured, rows: &[Row]) {
    for (what, number, unit, goal) in rows {
        rounds::amounts(
            &format!("{of}{what}"),
            number(ours),
            number(other),
            unit,
            goal,
        );
    }
}

fn ours() -> Served {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("the folder is ours");
    let program = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_warroom"));
        command
            .env_clear()
            .env("HOME", folder.path())
            .env("USER", "bench")
            .args(["--workspace", "prod"])
            .args(arguments);
        command
    };
    let made = program(&["token", "create", "bench", "--scope", "write"]).output();
    let token = String::from_utf8(made.expect("it runs").stdout).expect("a token is text");
    let port = folder.path().join("port");
    let mut command = program(&["serve", "-q", "--listen", "127.0.0.1:0", "--port-file"]);
    command.arg(&port);
    Served {
        child: quiet(&mut command),
        token: token.trim().to_owned(),
        speaks: Speaks::Pages,
        folder,
    }
}

fn the_floor() -> Served {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("the folder is ours");
    let program = std::env::current_exe().expect("it runs");
    Served {
        child: quiet(Command::new(program).env(FLOOR, folder.path())),
        token: String::new(),
        speaks: Speaks::Pages,
        folder,
    }
}

fn quiet(command: &mut Command) -> Child {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null());
    let program = command.get_program().to_owned();
    let started = command.stderr(Stdio::null()).spawn();
    started.unwrap_or_else(|error| panic!("starting {}: {error}", program.display()))
}

impl Drop for Served {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

async fn measured(served: Served, followers: u32) -> Measured {
    let port = port(&served.folder.path().join("port")).await;
    let place = Server {
        address: format!("127.0.0.1:{port}"),
        token: served.token.clone(),
        speaks: served.speaks,
    };
    let crowd = Crowd::gather(&place, followers).await;
    let mut writer = Connection::open(&place).await;
    let pid = served.child.id();
    let (cpu, began) = (cpu_s(pid), Instant::now());
    let mut took = Vec::new();
    for number in 1..=ENTRIES {
        let sent = Instant::now();
        // The server's own probes have written to the log as well.
        let seq = writer.post(&entry(number, served.speaks)).await;
        let all = crowd.all_have(seq).await;
        took.push((all - sent).as_secs_f64() * 1e3);
        tokio::time::sleep_until(began + EVERY * number).await;
    }
    let (cpu, wall) = (cpu_s(pid) - cpu, began.elapsed().as_secs_f64());
    took.sort_by(f64::total_cmp);
    let place = |percent: usize| took[(took.len() - 1) * percent / 100];
    let deliveries = f64::from(ENTRIES) * f64::from(followers);
    Measured {
        p50_ms: place(50),
        p99_ms: place(99),
        cpu_us: cpu / deliveries * 1e6,
        rss_mib: rss_mib(pid),
        cores: cpu / wall,
    }
}

async fn port(file: &Path) -> u16 {
    loop {
        let text = fs::read_to_string(file).unwrap_or_default();
        if let Ok(port) = text.trim().parse() {
            return port;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A note of about 300 bytes.
fn entry(number: u32, speaks: Speaks) -> String {
    let now = "2026-11-23T12:00:00.000Z";
    if speaks == Speaks::Watch {
        return etcd::entry(number);
    }
    json!({ "events": [{
        "id": Uuid::from_u128(number.into()), "incident": Uuid::nil(), "kind": "noted", "at": now,
        "recorded_at": now, "via": "cli", "replica": Uuid::nil(), "base": 0,
        "body": { "text": "render-2 was evicted and its node drained; ".repeat(3) },
    }] })
    .to_string()
}

/// The processor time of a process so far, in seconds.
fn cpu_s(pid: u32) -> f64 {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("it lives");
    let spent = tasks.flatten().map(|task| {
        let text = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        text.split(' ')
            .next()
            .and_then(|ns| ns.parse::<f64>().ok())
            .unwrap_or(0.0)
    });
    spent.sum::<f64>() / 1e9
}

fn rss_mib(pid: u32) -> f64 {
    let path = PathBuf::from(format!("/proc/{pid}/status"));
    let text = fs::read_to_string(path).expect("it lives");
    let line = text.lines().find(|line| line.starts_with("VmHWM"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1));
    kib.and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}
