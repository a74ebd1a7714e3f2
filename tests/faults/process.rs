//! Processes that end with their test, and only those.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
};

use super::PATIENCE;

/// A process, killed when it is dropped.
pub struct Process(Child);

impl Process {
    pub fn new(command: &mut Command) -> Self {
        Self(command.spawn().unwrap())
    }

    pub fn pid(&self) -> u32 {
        self.0.id()
    }

    /// `kill -9`, and waits until it is gone.
    pub fn kill(&mut self) {
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
pub struct Talking {
    pub process: Process,
    lines: Receiver<String>,
}

impl Talking {
    pub fn new(command: &mut Command) -> Self {
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
    pub fn says(&self, start: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("it never said {start:?}"));
            if line.starts_with(start) {
                return line;
            }
        }
    }
}
