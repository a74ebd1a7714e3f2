//! `etcd`, from Debian's `etcd-server`, over its JSON gateway.

use std::{fs, net::TcpListener, net::TcpStream, process::Command, thread, time::Duration};

use serde_json::json;

use super::{Served, follower::KEY, follower::Speaks, quiet};

/// Starts it in a folder of its own, and waits until it listens.
pub fn start() -> Served {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("the folder is ours");
    let (clients, peers) = (free_port(), free_port());
    let clients_at = format!("http://127.0.0.1:{clients}");
    let peers_at = format!("http://127.0.0.1:{peers}");
    let child = quiet(
        Command::new("etcd")
            .arg("--data-dir")
            .arg(folder.path().join("data"))
            .args(["--listen-client-urls", &clients_at])
            .args(["--advertise-client-urls", &clients_at])
            .args(["--listen-peer-urls", &peers_at])
            .args(["--initial-advertise-peer-urls", &peers_at])
            .args(["--initial-cluster", &format!("default={peers_at}")]),
    );
    while TcpStream::connect(("127.0.0.1", clients)).is_err() {
        thread::sleep(Duration::from_millis(20));
    }
    fs::write(folder.path().join("port"), clients.to_string()).expect("the folder is ours");
    Served {
        child,
        folder,
        token: String::new(),
        speaks: Speaks::Watch,
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it is bound").port()
}

/// As many bytes as an entry of ours.
pub fn entry(number: u32) -> String {
    let value = format!("{number:0>400}");
    json!({ "key": KEY, "value": value }).to_string()
}
