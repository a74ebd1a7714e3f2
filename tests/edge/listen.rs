//! Where it listens, and who may come in.

use std::{
    io::Write as _,
    os::unix::{fs::PermissionsExt as _, net::UnixStream},
};

use super::{
    PATIENCE,
    ask::{answer, ask},
    served::{Served, house, token},
};

#[test]
fn the_port_is_in_the_file_and_on_stderr() {
    let house = house();
    let file = house.path().join("port");
    let mut command = house.command(["serve", "--listen", "127.0.0.1:0", "--port-file"]);
    command.arg(&file);

    let served = Served::with(command);
    let port = std::fs::read_to_string(file).unwrap();
    assert_eq!(port, format!("{}\n", served.address.port()));
    assert_eq!(served.get("/healthz", None).status, 200);
}

#[test]
fn plain_http_beyond_this_host_is_refused_unless_it_is_asked_for() {
    let house = house();

    let said = house.say("serve --listen 0.0.0.0:0");

    assert_eq!((said.code, said.out.as_str()), (2, ""), "{said:?}");
    assert!(said.err.contains("--tls-cert"), "{said:?}");
    assert!(said.err.contains("--insecure-plain-http"), "{said:?}");
    let command = house.command(["serve", "--listen", "0.0.0.0:0", "--insecure-plain-http"]);
    Served::with(command);
}

#[test]
fn an_address_that_is_taken_is_named_and_the_engine_does_not_run() {
    let house = house();
    let served = Served::start(&house, "");
    let other = super::served::house();

    let said = other.say(&format!("serve --listen {}", served.address));

    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains(&served.address.to_string()), "{said:?}");
    assert!(!said.err.contains("engine"), "{said:?}");
}

#[test]
fn a_database_that_can_not_be_reached_is_told_without_its_password() {
    let house = house();

    let said =
        house.say("serve --listen 127.0.0.1:0 --db postgres://ada:canary@127.0.0.1:1/warroom");

    assert_eq!(said.code, 1, "{said:?}");
    assert!(
        said.err
            .contains("postgres://ada@127.0.0.1:1/warroom can't be reached"),
        "{said:?}"
    );
    assert!(!said.err.contains("canary"), "{said:?}");
}

#[test]
fn on_a_unix_socket_nobody_needs_a_token() {
    let house = house();
    let path = house.path().join("sock");
    let mut command = house.command(["serve", "--socket"]);
    command.arg(&path);
    let served = Served::spawn(&mut command);
    served.says("serving local on");

    let mut stream = UnixStream::connect(&path).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let answer = ask(&mut stream, "GET", "/metrics", None);

    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(!served.said().contains("token"), "{}", served.said());
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_socket_that_a_killed_server_left_is_taken_over_and_anothers_is_not() {
    let house = house();
    let path = house.path().join("sock");
    let start = |house: &crate::cli::house::House| {
        let mut command = house.command(["serve", "--socket-mode", "660", "--socket"]);
        command.arg(&path);
        command
    };
    let mut killed = Served::spawn(&mut start(&house));
    killed.says("serving local on");
    killed.kill();

    let second = Served::spawn(&mut start(&house));
    second.says("serving local on");
    let other = super::served::house();
    let third = crate::cli::house::said(start(&other).output().unwrap());

    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o660);
    assert_eq!(third.code, 1, "{third:?}");
    assert!(third.err.contains("another server listens on"), "{third:?}");
}

#[test]
fn a_file_in_the_place_of_the_socket_is_left_alone() {
    let house = house();
    let file = house.file("sock", "precious");
    let mut command = house.command(["serve", "--socket"]);

    let said = crate::cli::house::said(command.arg(&file).output().unwrap());

    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("is not a socket"), "{said:?}");
    assert_eq!(std::fs::read_to_string(file).unwrap(), "precious");
}

#[test]
fn a_head_that_is_too_large_is_refused() {
    let house = house();
    let served = Served::start(&house, "");
    let mut stream = served.connect();
    let long = "x".repeat(100_000);

    write!(
        stream,
        "GET /healthz HTTP/1.1\r\nhost: a\r\nx-long: {long}\r\n\r\n"
    )
    .ok();

    assert_eq!(answer(&mut stream).status, 431);
    assert_eq!(served.get("/healthz", None).status, 200);
}

#[test]
fn too_many_headers_are_refused() {
    let house = house();
    let served = Served::start(&house, "");
    let mut stream = served.connect();
    let many = "x-many: 1\r\n".repeat(200);

    write!(stream, "GET /healthz HTTP/1.1\r\nhost: a\r\n{many}\r\n").unwrap();

    assert_eq!(answer(&mut stream).status, 431);
}

#[test]
fn a_body_without_a_token_is_not_waited_for() {
    let house = house();
    let served = Served::start(&house, "");
    let mut stream = served.connect();

    let head = "POST /metrics HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n\r\n{";
    stream.write_all(head.as_bytes()).unwrap();

    let answer = answer(&mut stream);
    assert_eq!(answer.status, 405, "{answer:?}");
}

#[test]
fn a_bearer_that_is_twice_there_is_refused() {
    let house = house();
    let secret = token(&house, "ada", "read");
    let served = Served::start(&house, "");
    let mut stream = served.connect();

    let bearer = format!("authorization: Bearer {secret}\r\n");
    let request =
        format!("GET /metrics HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{bearer}{bearer}\r\n");
    stream.write_all(request.as_bytes()).unwrap();

    assert_eq!(answer(&mut stream).code(), "unauthenticated");
}
