//! Many connections that ask nothing.

use std::{
    io::{Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream},
    process::Command,
};

use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::net::TcpSocket;

use super::{
    PATIENCE,
    ask::{Answer, answer, ask},
    served::{Served, house},
};

/// How many come, and how many of them have a seat.
const CROWD: usize = 4_000;
const SEATS: usize = 2_048;

#[test]
fn a_server_without_files_left_goes_on_once_there_are_some() {
    let house = house();
    let mut few = Command::new("sh");
    few.env_clear()
        .env("HOME", house.path())
        .args(["-c", "ulimit -n 40; exec \"$0\" serve --listen 127.0.0.1:0"])
        .arg(env!("CARGO_BIN_EXE_warroom"));
    let served = Served::with(few);
    served.until("/readyz", None, 200);

    let crowd: Vec<TcpStream> = (0..200).map(|_| served.connect()).collect();
    drop(crowd);

    assert_eq!(served.until("/healthz", None, 200).status, 200);
}

/// A connection from another address of this host.
async fn from_elsewhere(to: SocketAddr) -> Answer {
    let socket = TcpSocket::new_v4().unwrap();
    let other = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
    socket.bind(SocketAddr::new(other, 0)).unwrap();
    let stream = socket.connect(to).await.unwrap().into_std().unwrap();
    stream.set_nonblocking(false).unwrap();
    let mut stream: TcpStream = stream;
    ask(&mut stream, "GET", "/healthz", None)
}

#[tokio::test]
async fn four_thousand_who_say_nothing_keep_nobody_else_out() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
    let house = house();
    let served = Served::start(&house, "");

    let mut crowd: Vec<TcpStream> = (0..CROWD).map(|_| served.connect()).collect();

    // Those without a seat are told so, and when to come again.
    let refused = answer(&mut crowd.pop().unwrap());
    assert_eq!(refused.status, 503, "{refused:?}");
    assert_eq!(refused.code(), "busy");
    assert!(refused.header("retry-after").is_some());
    assert_eq!(from_elsewhere(served.address).await.status, 200);

    // Those with a seat lose it: some began to ask, and never went on.
    for slow in &mut crowd[..SEATS / 2] {
        slow.write_all(b"GET /healthz HTTP/1.1\r\nx-slow: ")
            .unwrap();
    }
    for seated in &mut crowd[..SEATS] {
        seated.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut bytes = Vec::new();
        // However it ends, it ends.
        if let Err(error) = seated.read_to_end(&mut bytes) {
            assert_ne!(error.kind(), std::io::ErrorKind::WouldBlock, "still seated");
        }
    }
    assert_eq!(served.until("/healthz", None, 200).status, 200);
}
