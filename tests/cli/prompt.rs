//! The typed word, on a real terminal.

use std::io::{Read as _, Write as _};

use portable_pty::{CommandBuilder, ExitStatus, PtySize, native_pty_system};

use super::house::House;

/// Raises INC-1 to P1 on a terminal, and types `answer` when asked.
fn raise(house: &House, answer: &str) -> ExitStatus {
    let pty = native_pty_system().openpty(PtySize::default()).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_warroom"));
    command.args(["severity", "P1"]);
    command.env_clear();
    command.env("HOME", house.path());
    command.env("USER", "ada");
    let mut child = pty.slave.spawn_command(command).unwrap();
    drop(pty.slave);
    let mut reader = pty.master.try_clone_reader().unwrap();
    let mut writer = pty.master.take_writer().unwrap();

    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains("Type p1 to go on: ") {
        let mut some = [0; 256];
        let count = reader.read(&mut some).unwrap();
        assert_ne!(count, 0, "it ended and asked nothing: {seen:?}");
        seen.extend_from_slice(&some[..count]);
    }
    writer.write_all(answer.as_bytes()).unwrap();
    writer.flush().unwrap();
    let rest = std::thread::spawn(move || reader.read_to_end(&mut Vec::new()).ok());
    let status = child.wait().unwrap();
    drop((writer, pty.master));
    rest.join().unwrap();
    status
}

#[test]
fn the_right_word_goes_on() {
    let house = House::declared();

    let status = raise(&house, "p1\n");

    assert_eq!(status.exit_code(), 0);
    assert_eq!(house.json("show")["severity"], "P1");
}

#[test]
fn another_word_records_nothing() {
    let house = House::declared();

    let status = raise(&house, "yes\n");

    assert_eq!(status.exit_code(), 5);
    assert_eq!(house.json("show")["severity"], "P2");
}

#[test]
fn ctrl_c_at_the_question_ends_with_its_own_code() {
    let house = House::declared();

    let status = raise(&house, "\x03");

    assert_eq!(status.exit_code(), 130);
    assert_eq!(house.json("show")["severity"], "P2");
}
