//! A terminal to test on: a pseudo-terminal, read by an emulator.

use std::{
    fs,
    io::{Read as _, Write},
    num::NonZeroU16,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use tempfile::TempDir;
use tokio::time::Instant;

use super::{PATIENCE, child::MARK};
use crate::cli::house::House;

/// How the program is started.
pub(super) struct Start<'a> {
    /// "NAME=value NAME=value".
    pub(super) environment: &'a str,
    /// Columns and rows.
    pub(super) size: (u16, u16),
    /// A script for `sh`, with PROGRAM and LOG in it.
    pub(super) script: Option<&'a str>,
    /// Whether it is started by typing at a shell with job control.
    pub(super) shell: bool,
}

impl Default for Start<'_> {
    fn default() -> Self {
        Self {
            environment: "TERM=xterm-256color LANG=C.UTF-8 SSH_CONNECTION=a",
            size: (80, 24),
            script: None,
            shell: false,
        }
    }
}

/// What has been read from the terminal so far.
pub(super) struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    held: bool,
    closed: bool,
}

impl Seen {
    pub(super) fn row(&self, row: u16) -> String {
        let (_, columns) = self.parser.screen().size();
        let mut rows = self.parser.screen().rows(0, columns.get());
        rows.nth(usize::from(row))
            .unwrap_or_default()
            .trim_end()
            .to_owned()
    }

    pub(super) fn text(&self) -> String {
        self.parser.screen().contents()
    }

    pub(super) fn raw_text(&self) -> String {
        String::from_utf8_lossy(&self.raw).into_owned()
    }

    /// What the program's clock says; 0 where it is not on the screen.
    pub(super) fn tick(&self) -> u64 {
        self.row(0)
            .strip_prefix("tick ")
            .and_then(|tick| tick.parse().ok())
            .unwrap_or(0)
    }

    /// The colour behind a cell.
    pub(super) fn ground(&self, row: u16, column: u16) -> vt100::Color {
        let cell = self.parser.screen().cell(row, column);
        cell.expect("a cell there").bgcolor()
    }

    pub(super) fn on_screen(&self) -> bool {
        self.parser.screen().alternate_screen()
    }

    /// Whether all modes are off that the program switches on.
    pub(super) fn screen_is_left(&self) -> bool {
        let screen = self.parser.screen();
        let raw = self.raw_text();
        let wraps = raw.rfind("\u{1b}[?7h") > raw.rfind("\u{1b}[?7l");
        let plain =
            !screen.bold() && !screen.inverse() && screen.fgcolor() == vt100::Color::Default;
        let on = screen.alternate_screen() || screen.bracketed_paste() || screen.hide_cursor();
        !on && wraps && plain
    }
}

type Shared = Arc<(Mutex<Seen>, Condvar)>;

/// The program, and the terminal it runs on.
pub(super) struct Pty {
    master: Box<dyn MasterPty + Send>,
    slave: Box<dyn SlavePty + Send>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    seen: Shared,
    folder: Arc<TempDir>,
    environment: String,
    pub(super) modes_before: String,
}

impl Pty {
    /// The program itself, in that house, on a screen of 120x40.
    pub(super) fn real(house: &House, environment: &str, arguments: &str) -> Self {
        let (program, home) = (env!("CARGO_BIN_EXE_warroom"), house.path().display());
        let script = format!(
            "printf %s $$ >LOG.pid; HOME={home} USER=ada {environment} exec {program} {arguments}"
        );
        Self::start(&Start {
            script: Some(&script),
            size: (120, 40),
            ..Start::default()
        })
    }

    pub(super) fn start(how: &Start<'_>) -> Self {
        let (columns, rows) = how.size;
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system()
            .openpty(size)
            .expect("a pseudo-terminal");
        let folder = Arc::new(tempfile::tempdir().expect("a folder"));
        let modes_before = modes(pair.master.as_ref());
        let command = command(how, &folder.path().join("log"));
        let child = pair.slave.spawn_command(command).expect("the program");
        let mut pty = Self {
            keyboard: pair.master.take_writer().expect("the only writer"),
            seen: read(pair.master.as_ref(), how.size),
            master: pair.master,
            slave: pair.slave,
            child,
            folder,
            environment: how.environment.to_owned(),
            modes_before,
        };
        if how.shell {
            pty.until("a prompt", |seen| seen.text().contains("$ "));
            pty.send("\"$EXE\" --exact terminal::helper_screen_child --nocapture\r");
        }
        pty
    }

    /// The same program on the same terminal, after the first has ended.
    pub(super) fn start_again(&mut self) {
        let seen = self.seen();
        drop(seen);
        self.until("what is left", |_| true);
        self.seen().raw.clear();
        let how = Start {
            environment: &self.environment,
            ..Start::default()
        };
        let command = command(&how, &self.folder.path().join("log"));
        self.child = self.slave.spawn_command(command).expect("the program");
        self.until("a cleaning", |seen| {
            seen.raw_text().contains("\u{1b}[?1049l")
        });
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads on until it is true; the clock's tick then.
    pub(super) fn until(&mut self, what: &str, condition: impl Fn(&Seen) -> bool) -> u64 {
        let start = Instant::now();
        let mut seen = self.seen();
        while !condition(&seen) {
            assert!(
                start.elapsed() < PATIENCE,
                "waited in vain for {what}; the screen:\n{}\n{:?}",
                seen.text(),
                seen.raw_text()
            );
            seen = self
                .seen
                .1
                .wait_timeout(seen, Duration::from_millis(100))
                .expect("the reader does not panic")
                .0;
        }
        seen.tick()
    }

    pub(super) fn send(&mut self, keys: &str) {
        self.keyboard
            .write_all(keys.as_bytes())
            .expect("a terminal");
    }

    pub(super) fn signal(&self, signal: Signal) {
        kill_process(self.log().pid(), signal).expect("it runs");
    }

    pub(super) fn exit_code(&mut self) -> u32 {
        until("the end of the program", || {
            self.child.try_wait().expect("our own child")
        })
        .exit_code()
    }

    pub(super) fn modes(&self) -> String {
        modes(self.master.as_ref())
    }

    pub(super) fn log(&self) -> Log {
        Log {
            path: self.folder.path().join("log"),
            _folder: Arc::clone(&self.folder),
        }
    }

    pub(super) fn stop_reading(&self) {
        self.seen().held = true;
    }

    /// Ends the reading for good, with the next thing the program writes.
    pub(super) fn end_reading(&self) {
        self.seen().closed = true;
        until("the reader's end", || {
            (Arc::strong_count(&self.seen) == 1).then_some(())
        });
    }

    pub(super) fn go_on_reading(&self) {
        self.seen().held = false;
        self.seen.1.notify_all();
    }

    pub(super) fn resize(&self, columns: u16, rows: u16) {
        self.seen()
            .parser
            .screen_mut()
            .set_size(cells(rows), cells(columns));
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        self.master.resize(size).expect("a terminal");
    }

    pub(super) fn cell(&self, row: u16, column: u16) -> vt100::Cell {
        self.seen()
            .parser
            .screen()
            .cell(row, column)
            .expect("a cell there")
            .clone()
    }

    pub(super) fn raw(&self) -> Vec<u8> {
        self.seen().raw.clone()
    }

    pub(super) fn raw_text(&self) -> String {
        self.seen().raw_text()
    }

    /// The parameters of every "select graphic rendition".
    pub(super) fn renditions(&self) -> Vec<String> {
        let text = self.raw_text();
        let codes = text
            .split("\u{1b}[")
            .skip(1)
            .filter_map(|rest| rest.split_once('m'));
        codes
            .map(|(codes, _)| codes.to_owned())
            .filter(|codes| codes.chars().all(|c| c.is_ascii_digit() || c == ';'))
            .collect()
    }
}

impl Drop for Pty {
    /// Hangs up as soon as the program writes again.
    fn drop(&mut self) {
        self.seen().closed = true;
        self.go_on_reading();
    }
}

/// What the program writes about itself.
pub(super) struct Log {
    path: PathBuf,
    _folder: Arc<TempDir>,
}

impl Log {
    pub(super) fn count(&self, name: &str) -> Option<u64> {
        let text = fs::read_to_string(&self.path).ok()?;
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
        line.parse().ok()
    }

    /// The file beside the log, once something is in it.
    pub(super) fn read(&self, ending: &str) -> Option<String> {
        let text = fs::read_to_string(format!("{}{ending}", self.path.display())).ok()?;
        (!text.trim().is_empty()).then_some(text)
    }

    pub(super) fn pid(&self) -> Pid {
        let pid = until("the program's start", || self.read(".pid"));
        Pid::from_raw(pid.parse().expect("a number")).expect("a process")
    }
}

/// Waits until there is an answer.
pub(super) fn until<T>(what: &str, mut answer: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = answer() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
        thread::yield_now();
        thread::park_timeout(Duration::from_millis(2));
    }
}

/// Whether no such process runs; one nobody has waited for has ended, too.
pub(super) fn has_ended(pid: Pid) -> bool {
    if test_kill_process(pid).is_err() {
        return true;
    }
    let status = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
    status.is_ok_and(|status| status.contains(") Z "))
}

fn command(how: &Start<'_>, log: &Path) -> CommandBuilder {
    let exe = std::env::current_exe().expect("this program");
    let mut command = if how.shell {
        CommandBuilder::from_argv(vec!["sh".into(), "-i".into()])
    } else if let Some(script) = how.script {
        let program = "\"$EXE\" --exact terminal::helper_screen_child --nocapture";
        let script = script
            .replace("PROGRAM", program)
            .replace("LOG", &log.display().to_string());
        CommandBuilder::from_argv(vec!["sh".into(), "-c".into(), script.into()])
    } else {
        let mut command = CommandBuilder::new(&exe);
        command.args(["--exact", "terminal::helper_screen_child", "--nocapture"]);
        command
    };
    command.env_clear();
    for pair in how.environment.split_whitespace() {
        let (name, value) = pair.split_once('=').expect("NAME=value");
        command.env(name, value);
    }
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("PS1", "$ ");
    command.env("EXE", exe);
    command.env(MARK, log);
    command
}

fn modes(master: &(dyn MasterPty + Send)) -> String {
    format!("{:?}", master.get_termios().expect("a terminal"))
}

/// Reads the terminal on a thread of its own until it is closed.
fn read(master: &(dyn MasterPty + Send), size: (u16, u16)) -> Shared {
    let (columns, rows) = if size == (0, 0) { (80, 24) } else { size };
    let parser = vt100::Parser::new(cells(rows), cells(columns), 0);
    let seen: Shared = Arc::new((
        Mutex::new(Seen {
            parser,
            raw: Vec::new(),
            held: false,
            closed: false,
        }),
        Condvar::new(),
    ));
    let mut reader = master.try_clone_reader().expect("a reader");
    let shared = Arc::clone(&seen);
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(read @ 1..) = reader.read(&mut bytes) {
            let guard = shared.0.lock().expect("the test does not panic with it");
            let mut guard = shared
                .1
                .wait_while(guard, |seen| seen.held)
                .expect("the test does not panic with it");
            if guard.closed {
                break;
            }
            guard.parser.process(&bytes[..read]);
            guard.raw.extend_from_slice(&bytes[..read]);
            drop(guard);
            shared.1.notify_all();
        }
    });
    seen
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).expect("at least one cell")
}
