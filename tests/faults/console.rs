//! A console on a terminal of its own.

use std::{
    io::{Read as _, Write},
    num::NonZeroU16,
    sync::{Arc, Condvar, Mutex},
    thread,
    time::Duration,
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::Instant;

use super::PATIENCE;
use crate::cli::house::House;

pub const WARROOM: &str = env!("CARGO_BIN_EXE_warroom");
const ROWS: u16 = 45;
const COLUMNS: u16 = 140;

/// What has been read so far.
pub struct Seen {
    parser: vt100::Parser,
    ended: bool,
}

impl Seen {
    pub fn text(&self) -> String {
        self.parser.screen().contents()
    }

    /// The row of the sheet's first field as it is drawn, cursor and all.
    fn field(&self) -> Option<String> {
        let screen = self.parser.screen();
        let row = screen
            .rows(0, COLUMNS)
            .position(|row| row.starts_with("  Note "))?;
        screen.rows_formatted(0, COLUMNS).nth(row)
    }

    /// Whether a note with this text is in the timeline.
    pub fn has_note(&self, text: &str) -> bool {
        notes(&self.text()).any(|note| note.starts_with(text))
    }
}

/// What follows the kind "note" in the rows of a screen.
pub fn notes(screen: &str) -> impl Iterator<Item = &str> {
    screen
        .lines()
        .filter_map(|line| Some(line.split_once(" note ")?.1.trim_start()))
}

type Shared = Arc<(Mutex<Seen>, Condvar)>;

/// The console; killed when it is dropped.
pub struct Console {
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    seen: Shared,
    _master: Box<dyn MasterPty + Send>,
}

/// Kills a console from another thread. The process is reaped by its
/// [`Console`], after which this must not be used.
#[derive(Clone, Copy)]
pub struct Handle(Pid);

impl Handle {
    pub fn kill(self) {
        kill_process(self.0, Signal::KILL).ok();
    }

    /// Asks it to end.
    pub fn end(self) {
        kill_process(self.0, Signal::TERM).ok();
    }
}

impl Console {
    /// Starts one, for this person; `watch` sees every screen.
    pub fn start(house: &House, who: &str, watch: impl Fn(&str) + Send + 'static) -> Self {
        Self::run(house, CommandBuilder::new(WARROOM), who, watch)
    }

    /// One that was started at a shell, which knows how to stop it.
    pub fn at_a_shell(house: &House, who: &str) -> Self {
        let mut shell = CommandBuilder::new("/bin/sh");
        shell.arg("-i");
        let mut console = Self::run(house, shell, who, |_| ());
        console.send(&format!("{WARROOM}\r"));
        console
    }

    /// What a command draws; it is given the variables of a console.
    pub fn of(house: &House, command: CommandBuilder) -> Self {
        Self::run(house, command, "ada", |_| ())
    }

    fn run(
        house: &House,
        mut command: CommandBuilder,
        who: &str,
        watch: impl Fn(&str) + Send + 'static,
    ) -> Self {
        let size = PtySize {
            rows: ROWS,
            cols: COLUMNS,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        command.env_clear();
        for (name, value) in [
            ("USER", who),
            ("TERM", "xterm-256color"),
            ("LANG", "C.UTF-8"),
        ] {
            command.env(name, value);
        }
        command.env("HOME", house.path());
        let child = pair.slave.spawn_command(command).unwrap();
        Self {
            keyboard: pair.master.take_writer().unwrap(),
            seen: read(pair.master.as_ref(), watch),
            _master: pair.master,
            child,
        }
    }

    pub fn handle(&self) -> Handle {
        let pid = self.child.process_id().unwrap();
        Handle(Pid::from_raw(pid.try_into().unwrap()).unwrap())
    }

    /// Reads on until it is true; `None` when the console ended before.
    pub fn until(&self, what: &str, met: impl Fn(&Seen) -> bool) -> Option<()> {
        let start = Instant::now();
        let mut seen = self.seen.0.lock().unwrap();
        while !met(&seen) {
            if seen.ended {
                return None;
            }
            let text = || seen.text();
            assert!(start.elapsed() < PATIENCE, "no {what} on:\n{}", text());
            let pause = Duration::from_millis(200);
            seen = self.seen.1.wait_timeout(seen, pause).unwrap().0;
        }
        Some(())
    }

    /// Whether it gets true in half a second; `None` when the console ended.
    fn soon(&self, met: impl Fn(&Seen) -> bool) -> Option<bool> {
        let start = Instant::now();
        let mut seen = self.seen.0.lock().unwrap();
        while !met(&seen) {
            if seen.ended {
                return None;
            }
            if start.elapsed() > Duration::from_millis(500) {
                return Some(false);
            }
            let pause = Duration::from_millis(50);
            seen = self.seen.1.wait_timeout(seen, pause).unwrap().0;
        }
        Some(true)
    }

    pub fn ready(&self) -> Option<()> {
        self.until("room", |seen| seen.text().contains("TIMELINE"))
    }

    /// Types a note, up to the last Enter; `None` when the console ended.
    pub fn type_note(&mut self, text: &str) -> Option<()> {
        self.ready()?;
        self.send("a")?;
        self.until("sheet", |seen| seen.text().contains("NOTE IN"))?;
        // In brackets: keys as quick as these would be taken for a paste, and
        // the Tab after them for a part of it.
        self.send(&format!("\u{1b}[200~{text}\u{1b}[201~"))?;
        self.until("typed text", |seen| seen.text().contains(text))?;
        let before = self.seen.0.lock().unwrap().field();
        // A new sheet takes no key for a moment: what is typed ahead is no answer.
        loop {
            self.send("\t")?;
            if self.soon(|seen| seen.field() != before)? {
                break;
            }
        }
        self.send("\r")?;
        self.until("room again", |seen| !seen.text().contains("NOTE IN"))
    }

    pub fn send(&mut self, keys: &str) -> Option<()> {
        self.keyboard.write_all(keys.as_bytes()).ok()
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.handle().kill();
        self.child.wait().ok();
    }
}

/// Reads the terminal on a thread of its own until nobody writes to it.
fn read(master: &(dyn MasterPty + Send), watch: impl Fn(&str) + Send + 'static) -> Shared {
    let size = |cells| NonZeroU16::new(cells).unwrap();
    let seen: Shared = Arc::new((
        Mutex::new(Seen {
            parser: vt100::Parser::new(size(ROWS), size(COLUMNS), 0),
            ended: false,
        }),
        Condvar::new(),
    ));
    let mut reader = master.try_clone_reader().unwrap();
    let shared = Arc::clone(&seen);
    thread::spawn(move || {
        let mut bytes = [0; 16384];
        while let Ok(count @ 1..) = reader.read(&mut bytes) {
            let mut seen = shared.0.lock().unwrap();
            seen.parser.process(&bytes[..count]);
            watch(&seen.text());
            shared.1.notify_all();
        }
        shared.0.lock().unwrap().ended = true;
        shared.1.notify_all();
    });
    seen
}
