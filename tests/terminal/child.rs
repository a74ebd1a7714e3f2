//! The small program: a clock, the last inputs, a badge, its size.

use std::{fmt::Write as _, fs, io::Write as _, path::PathBuf, time::Duration};

use ratatui::{
    buffer::Buffer,
    style::{Color, Style},
    text::Line,
    widgets::Widget as _,
};
use tokio::{sync::mpsc, time};
use warroom::{
    console::terminal::{self, Handle, Input, Screen, Signal},
    ui::capability::{Capability, Wishes},
};

/// The variable that makes a test binary this program; its value is the log.
pub(super) const MARK: &str = "WARROOM_TEST_SCREEN";
/// The exit status after a hang-up, to tell it from any other end.
pub(super) const AFTER_HANGUP: i32 = 42;
/// What it leaves on the terminal when it stops.
pub(super) const LAST_WORDS: &str = "nobody pages meanwhile";
/// How often the clock ticks.
const TICK: Duration = Duration::from_millis(10);

pub(super) fn run() {
    terminal::install_panic_hook(None);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let code = runtime.expect("a runtime").block_on(Child::run());
    terminal::exit_now(code);
}

struct Child {
    log: PathBuf,
    handle: Handle,
    ticks: u64,
    draws: u64,
    stalled_at: u64,
    ticking: bool,
    flooding: bool,
    got: Vec<String>,
}

impl Child {
    async fn run() -> i32 {
        let environment = std::env::vars().collect();
        let capability = Capability::new(&environment, Some("/dev/pts/0"), Wishes::default());
        let (screen, inputs, handle) = terminal::open(&capability, None).expect("a terminal");
        handle.title("drill");
        let log = PathBuf::from(std::env::var_os(MARK).expect("started by a test"));
        fs::write(log.with_extension("pid"), std::process::id().to_string())
            .expect("a place to write");
        let child = Self {
            log,
            handle,
            ticks: 0,
            draws: 0,
            stalled_at: 0,
            ticking: true,
            flooding: false,
            got: Vec::new(),
        };
        child.turn(screen, inputs).await
    }

    async fn turn(mut self, mut screen: Screen, mut inputs: mpsc::Receiver<Input>) -> i32 {
        let mut clock = time::interval(TICK);
        loop {
            let input = tokio::select! {
                input = inputs.recv() => input,
                _ = clock.tick() => None,
            };
            self.ticks += u64::from(input.is_none() && self.ticking);
            if let Some(code) = self.take(input).await {
                return code;
            }
            screen.draw(|cells| {
                cells.reset();
                self.draw(cells);
                None
            });
            self.draws += 1;
            self.report();
        }
    }

    /// The exit status, where it ends.
    async fn take(&mut self, input: Option<Input>) -> Option<i32> {
        match input? {
            Input::Hangup => return Some(AFTER_HANGUP),
            Input::Signal(Signal::Continued) => self.handle.resume().expect("a terminal"),
            Input::Signal(signal) => return signal.exit_code(),
            Input::Resize => {}
            Input::Lines(keys) => self.got.push(format!("Lines({})", keys.len())),
            Input::Paste(text) => self.got.push(format!("Paste({text:?})")),
            Input::Key(key) => {
                let name = match key.code {
                    crossterm::event::KeyCode::Char(c) => format!("{c:?}"),
                    other => format!("{other:?}"),
                };
                let held = key
                    .modifiers
                    .contains(crossterm::event::KeyModifiers::CONTROL);
                self.got.push(name.clone());
                return self.press(&name, held).await;
            }
        }
        None
    }

    async fn press(&mut self, name: &str, held: bool) -> Option<i32> {
        match (name, held) {
            ("'q'", false) => return Some(0),
            ("'p'", false) => panic!("boom"),
            ("'t'", false) => drop(std::thread::spawn(|| panic!("boom")).join()),
            ("'f'", false) => self.flooding = true,
            ("'s'", false) => self.ticking = false,
            ("'n'", false) => drop(writeln!(std::io::stderr(), "noise")),
            ("'e'", false) => self.edit(),
            ("'z'", true) => drop(self.handle.suspend(LAST_WORDS).await.expect("a terminal")),
            _ => {}
        }
        None
    }

    fn edit(&self) {
        let edited = self.log.with_extension("edited");
        let script = "echo ready; read line; echo \"$line\" >\"$0\"";
        let run = || {
            std::process::Command::new("sh")
                .args(["-c", script])
                .arg(edited)
                .status()
        };
        let handle = &self.handle;
        let status = tokio::task::block_in_place(|| handle.suspended(run));
        assert!(status.expect("a terminal").expect("a shell").success());
    }

    fn draw(&self, cells: &mut Buffer) {
        let area = cells.area;
        let lines = [
            Line::raw(format!("tick {}", self.ticks)),
            Line::raw(format!("got {}", self.got.join(" "))),
            Line::styled(
                "P1 CRITICAL",
                Style::new()
                    .fg(Color::Red)
                    .bg(Color::Indexed(16))
                    .bold()
                    .reversed(),
            ),
            Line::raw(format!("{}x{}", area.width, area.height)),
        ];
        for (line, row) in lines.into_iter().zip(area.rows()) {
            line.render(row, cells);
        }
        if self.flooding {
            let filler = char::from(b'a' + u8::try_from(self.ticks % 26).unwrap_or(0));
            for row in area.rows().skip(4) {
                let line = filler.to_string().repeat(usize::from(row.width));
                line.render(row, cells);
            }
        }
    }

    fn report(&mut self) {
        let stats = self.handle.stats();
        if stats.stalled.is_some() && self.stalled_at == 0 {
            self.stalled_at = self.ticks;
        }
        let mut text = String::new();
        for (name, value) in [
            ("ticks", self.ticks),
            ("draws", self.draws),
            ("calm", if self.ticking { 0 } else { self.draws }),
            ("stalled", self.stalled_at),
            ("bytes", stats.bytes),
            ("skipped", stats.skipped),
        ] {
            writeln!(text, "{name} {value}").expect("a string takes everything");
        }
        // Renamed into place, so that nobody reads half of it.
        let new = self.log.with_extension("new");
        fs::write(&new, text)
            .and_then(|()| fs::rename(&new, &self.log))
            .expect("a place to write");
    }
}
