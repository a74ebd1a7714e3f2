//! Following the log line by line, where no screen is.

use std::{
    io::{BufRead as _, BufReader, Lines},
    process::{Child, ChildStdout},
};

use rustix::process::{Pid, Signal, kill_process};

use super::house::House;

/// Something that goes on until it is interrupted; ends with its test.
pub struct Following {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Following {
    pub fn start(house: &House, line: &str) -> Self {
        let mut child = house.command(line.split_whitespace()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// Reads on to the line that begins so. Ended by the harness if none does.
    pub fn until(&mut self, beginning: &str) -> String {
        self.lines
            .find_map(|line| line.ok().filter(|line| line.starts_with(beginning)))
            .unwrap_or_else(|| panic!("it ended before {beginning:?}"))
    }

    fn interrupt(mut self) -> Option<i32> {
        kill_process(Pid::from_child(&self.child), Signal::INT).unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn following_says_how_things_stand_and_then_what_happens() {
    for line in ["follow", "--plain"] {
        let house = House::declared();
        let mut following = Following::start(&house, line);
        following.until("incident: INC-1 checkout is down");
        following.until("engine: nobody runs one");

        house.run(["note", "rolled \x1b[31mback", "--as", "bo"]);
        let note = following.lines.next().unwrap().unwrap();

        let (_, rest) = note.split_once(' ').unwrap();
        assert_eq!(rest, "INC-1 bo note: rolled ·back", "{line}");
        assert_eq!(following.interrupt(), Some(130), "{line}");
    }
}

#[test]
fn a_program_follows_one_entry_a_line() {
    let house = House::declared();
    let mut following = Following::start(&house, "follow -o json");
    // What is told begins at some moment after the start: note until one is.
    let first = std::thread::scope(|scope| {
        let (told, heard) = std::sync::mpsc::channel();
        scope.spawn(move || {
            let house = house;
            while heard.try_recv().is_err() {
                house.done("note again");
            }
        });
        let first = following.lines.next().unwrap().unwrap();
        told.send(()).unwrap();
        first
    });

    let entry: serde_json::Value = serde_json::from_str(&first).unwrap();

    assert_eq!(entry["kind"], "noted");
    assert_eq!(entry["text"], "again");
}

#[test]
fn following_a_terminal_that_is_dumb_writes_no_escape() {
    let house = House::declared();
    house.run(["declare", "search is slow", "--severity", "P3"]);
    let mut following = Following::start(&house, "--plain");

    let mut seen = following.until("incident: INC-1");
    seen.push_str(&following.until("engine: "));

    assert!(!seen.contains('\x1b'), "{seen:?}");
}
