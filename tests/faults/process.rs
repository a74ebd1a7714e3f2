//! Processes that end with their test, and only those.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
};

use super::PATIENCE;

/// A process, killed when it is dropped.
pub(super) struct Process(Child);

impl Process {
    pub(super) fn new(command: &mut Command) -> Self {
        Self(command.spawn().unwrap())
    }

    pub(super) fn pid(&self) -> u32 {
        self.0.id()
    }

    /// `kill -9`, and waits until it is gone.
    pub(super) fn kill(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A process whose words on stderr are listened to.
pub(super) struct Talking {
    pub(super) process: Process,
    lines: Receiver<String>,
}

impl Talking {
    pub(super) fn new(command: &mut Command) -> Self {
        let mut process = Process::new(command.stdout(Stdio::null()).stderr(Stdio::piped()));
        let stderr = BufReader::new(process.0.stderr.take().unwrap());
        let (tx, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                tx.send(line).ok();
            }
        });
        Self { process, lines }
    }

    /// The next line that begins like this.
    pub(super) fn says(&self, start: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("it never said {start:?}"));
            if line.starts_with(start) {
                return line;
            }
        }
    }
}
