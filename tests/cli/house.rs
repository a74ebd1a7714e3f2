//! A house of its own: an empty home, and the real program in it.

use std::{
    ffi::OsStr,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// A home that nothing was in.
pub struct House {
    dir: TempDir,
}

/// What the program said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl House {
    pub fn new() -> Self {
        Self {
            dir: TempDir::new().unwrap(),
        }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Writes the configuration of this house.
    pub fn config(&self, text: &str) {
        self.file(".config/warroom/config.toml", text);
    }

    /// The program, with nothing of our own surroundings but a user.
    pub fn command<I>(&self, arguments: I) -> Command
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        let mut command = Command::new(env!("CARGO_BIN_EXE_warroom"));
        command
            .env_clear()
            .env("HOME", self.path())
            .env("USER", "ada")
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn run<I>(&self, arguments: I) -> Said
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        said(self.command(arguments).output().unwrap())
    }

    /// The same, with words separated by spaces.
    pub fn say(&self, line: &str) -> Said {
        self.run(line.split_whitespace())
    }

    /// The same, and it must succeed.
    pub fn done(&self, line: &str) -> Said {
        let said = self.say(line);
        assert_eq!(said.code, 0, "{line}: {said:?}");
        said
    }

    /// The same as JSON; it must succeed, and stdout must be nothing else.
    pub fn json(&self, line: &str) -> Value {
        let said = self.done(&format!("{line} -o json"));
        serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{line}: {error}: {said:?}"))
    }

    /// Runs it with text on its stdin. A program that ends early leaves the
    /// rest unread, which is no failure of ours.
    pub fn feed<I>(&self, arguments: I, text: &[u8]) -> Said
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let text = text.to_vec();
        let writer = std::thread::spawn(move || stdin.write_all(&text).ok());
        let said = said(child.wait_with_output().unwrap());
        writer.join().unwrap();
        said
    }

    pub fn declared() -> Self {
        let house = Self::new();
        let said = house.run(["declare", "checkout is down", "--severity", "P2"]);
        assert_eq!(said.code, 0, "{said:?}");
        house
    }
}

/// Ends with its test, whatever happens in it.
pub struct Running(Child);

impl Running {
    pub fn new(mut command: Command) -> Self {
        Self(command.stdout(Stdio::null()).spawn().unwrap())
    }

    pub fn stderr(&mut self) -> std::process::ChildStderr {
        self.0.stderr.take().unwrap()
    }

    /// Asks it to end, and answers its exit code.
    pub fn end(mut self) -> Option<i32> {
        let pid = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        self.0.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

pub fn said(output: Output) -> Said {
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
