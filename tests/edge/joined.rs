//! The edge and what is behind it: who follows, who posts, and how it ends.

use std::{
    io::{Read, Write},
    net::TcpStream,
    os::unix::net::UnixStream,
};

use serde_json::json;

use crate::cli::house::House;

use super::{
    PATIENCE,
    ask::{Answer, answer},
    served::{Served, house, token},
};

/// Somebody who waits for news, and is known to.
fn follower(served: &Served, token: &str, other: &str) -> TcpStream {
    let mut stream = served.connect();
    let request = format!(
        "GET /v1/ws/local/events?after=0&wait=25 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\
         authorization: Bearer {token}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    while !served
        .get("/metrics", Some(other))
        .body
        .contains("\nwarroom_followers_waiting 1\n")
    {}
    stream
}

fn post<S: Read + Write>(stream: &mut S) -> Answer {
    let id = "01930f3e-0000-7000-8000-000000000001";
    let event = json!({
        "id": id, "incident": id, "kind": "noted", "at": "2026-01-22T12:00:00Z",
        "recorded_at": "2026-01-22T12:00:00Z", "by": "mallory", "via": "console",
        "replica": id, "base": 0, "body": { "text": "hello" }
    });
    let body = json!({ "events": [event] }).to_string();
    let head = "POST /v1/ws/local/events HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\
                content-type: application/json\r\n";
    let length = body.len();
    let request = format!("{head}content-length: {length}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).unwrap();
    answer(stream)
}

#[test]
fn a_token_that_is_taken_back_ends_who_waits_with_it() {
    let house = house();
    let (ada, bo) = (token(&house, "ada", "read"), token(&house, "bo", "read"));
    let served = Served::start(&house, "");
    let mut waiting = follower(&served, &ada, &bo);

    house.done("token revoke ada");

    // Had it waited to the end, there would be no news and no refusal.
    assert_eq!(answer(&mut waiting).code(), "unauthenticated");
    assert_eq!(served.get("/metrics", Some(&bo)).status, 200);
}

#[test]
fn who_waits_while_the_server_ends_is_told_to_come_again() {
    let house = house();
    let (ada, bo) = (token(&house, "ada", "read"), token(&house, "bo", "read"));
    let mut served = Served::start(&house, "");
    let mut waiting = follower(&served, &ada, &bo);

    assert_eq!(served.end(), Some(0), "{}", served.said());

    let told = answer(&mut waiting);
    assert_eq!(told.code(), "draining", "{told:?}");
    assert!(told.header("retry-after").is_some());
}

/// The user who runs this.
fn me() -> String {
    let id = std::process::Command::new("id")
        .arg("-un")
        .output()
        .unwrap();
    String::from_utf8(id.stdout).unwrap().trim().to_owned()
}

#[test]
fn every_command_goes_over_a_unix_socket_without_a_token() {
    let house = house();
    let path = house.path().join("a sock");
    let mut command = house.command(["serve", "--socket"]);
    let served = Served::spawn(command.arg(&path));
    served.says("serving local on");
    let client = House::new();
    let place = format!("unix:{}", path.display());
    client.config(&format!(
        "server = {place:?}\nworkspace = \"local\"\nactor = \"mallory\"\n"
    ));

    client.run(["declare", "checkout is down", "--severity", "P2"]);
    client.run(["note", "seen from here"]);
    let standing = client.json("sync");

    assert_eq!(standing["server"], path.to_str().unwrap(), "{standing}");
    assert_eq!(
        (&standing["reached"], &standing["head"]),
        (&true.into(), &2.into())
    );
    let log = house.done("export").out;
    assert!(log.contains("seen from here"), "{log}");
    let by_me = format!("\"by\":\"{}\"", me());
    assert_eq!(log.matches(&by_me).count(), 2, "{log}");
}

#[test]
fn on_a_unix_socket_an_entry_is_of_the_user_who_is_there() {
    let house = house();
    let path = house.path().join("sock");
    let mut command = house.command(["serve", "--socket"]);
    let served = Served::spawn(command.arg(&path));
    served.says("serving local on");
    let mut stream = UnixStream::connect(&path).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();

    let posted = post(&mut stream);

    assert_eq!(posted.status, 200, "{posted:?}");
    let log = house.done("export").out;
    assert!(log.contains(&format!("\"by\":\"{}\"", me())), "{log}");
    assert!(!log.contains("mallory"), "{log}");
}
