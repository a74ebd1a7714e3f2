//! Nobody is told "saved" before the disk has it: seen with strace.

use std::{fs, process::Command};

use uuid::Uuid;
use warroom::{
    clock::Clock,
    domain::{secret::Secret, text::Name},
    remote::{Address, Remote},
    wire::{OnConflict, Post},
};

use super::backend::Backend;
use crate::faults::kills::number;

/// A post of one note.
pub fn post() -> Post {
    let id = Clock::System.new_id();
    let event = serde_json::json!({
        "id": id, "incident": Uuid::from_u128(1), "kind": "noted", "at": Clock::System.now(),
        "recorded_at": Clock::System.now(), "by": "ada", "via": "console",
        "replica": Uuid::from_u128(7), "base": 0, "body": { "text": id }
    });
    Post {
        events: vec![serde_json::from_value(event).unwrap()],
        on_conflict: OnConflict::Record,
        sent_at: None,
        given_up: Vec::new(),
    }
}

/// What speaks to this server.
pub fn remote(backend: &Backend, token: &str) -> Remote {
    warroom::notify::install_tls();
    let url = format!("http://{}/", backend.address());
    let address = Address {
        url: url.parse().unwrap(),
        workspace: Name::lossy(backend.workspace()),
        token: Some(Secret::new(token)),
        token_file: None,
        ca_file: None,
    };
    Remote::new(address).unwrap()
}

/// How many posts were answered 200, and how many of these without a sync of
/// the log between the post and its answer.
fn read(trace: &str) -> (usize, usize) {
    let (mut answered, mut unsafe_ones) = (0, 0);
    let (mut arrived, mut synced) = (false, false);
    for line in trace.lines() {
        let ended = line.ends_with("= 0") || line.contains("= 0 (");
        let is_sync = line.contains("fdatasync") || line.contains("fsync");
        if line.contains("\"POST /v1/ws/") {
            (arrived, synced) = (true, false);
        } else if is_sync && ended {
            synced = true;
        } else if arrived && line.contains("\"HTTP/1.1 200") {
            answered += 1;
            unsafe_ones += usize::from(!synced);
            arrived = false;
        }
    }
    (answered, unsafe_ones)
}

#[test]
fn a_sync_of_the_log_is_what_an_answer_waits_for() {
    let trace = |synced: &str| {
        format!(
            "1 recvfrom(9, \"POST /v1/ws/prod/e\"..., 8192, 0, NULL, NULL) = 700\n{synced}\
             1 writev(9, [{{iov_base=\"HTTP/1.1 200 OK\\r\\n\"..., iov_len=9}}], 1) = 9\n"
        )
    };

    assert_eq!(read(&trace("2 fdatasync(5) = 0\n")), (1, 0));
    assert_eq!(
        read(&trace("2 fdatasync(5 <unfinished ...>\n")),
        (1, 1),
        "it had not ended"
    );
    assert_eq!(read(&trace("")), (1, 1));
}

#[tokio::test]
async fn i1_every_post_is_synced_between_its_arrival_and_its_answer() {
    let posts = number("WARROOM_POSTS").unwrap_or(200);
    let mut backend = Backend::on_a_file();
    let token = backend.token("ada");
    let out = backend.house.path().join("trace");
    let made = Command::new("mkfifo").arg(&out).status();
    assert!(made.expect("mkfifo is installed").success());
    let served = backend.serving();
    let mut traced = Command::new("strace");
    // Its own child is the server, so that whoever ends that ends both.
    traced.args(["-D", "-f", "-qq", "-s", "32", "-e"]);
    traced.arg("trace=recvfrom,read,sendto,write,writev,fdatasync,fsync");
    traced.arg("-o").arg(&out).arg(served.get_program());
    traced.args(served.get_args()).env_clear();
    traced.envs(
        served
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    if let Some(path) = std::env::var_os("PATH") {
        traced.env("PATH", path);
    }
    let there = Command::new("strace").arg("-V").output().is_ok();
    assert!(
        there,
        "there is no strace: install Debian's package of that name"
    );
    // A pipe is at its end when what traces has said everything.
    let trace = std::thread::spawn(move || fs::read_to_string(out));
    backend.start_as(traced);
    let remote = remote(&backend, &token);

    for _ in 0..posts {
        remote.post(&post()).await.unwrap();
    }

    backend.end();
    let seen = read(&trace.join().unwrap().unwrap());
    say!(
        "{} posts answered 200, {} of them before a sync",
        seen.0,
        seen.1
    );
    assert_eq!(seen, (usize::try_from(posts).unwrap(), 0));
}
