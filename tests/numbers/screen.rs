//! The screen at 200 by 60, beside a bare ratatui program of that size.

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::{
    Terminal,
    backend::{Backend as _, TestBackend},
    buffer::Buffer,
    layout::{Rect, Size},
};
use warroom::{
    console::terminal::Encoder,
    domain::{
        health::Panel,
        probe::{Outcome, Reading, Spec},
    },
    ui::{
        action::Action,
        app::{App, Pane, Settings, act, update},
        capability::{Depth, Tier},
        keymap::Keymap,
        msg::{Msg, Runbook},
        theme::Theme,
        view::{self, Look},
    },
};

use super::{
    history,
    rounds::{self, Goal, Rounds},
    wire::{self, Wire},
};

/// How often a round asks what is owed: once is too short to be measured.
const TICKS: u32 = 50;

const SIZE: Size = Size {
    width: 200,
    height: 60,
};

/// Measures all of it.
pub fn measure() {
    let theme = Theme::built_in("harbor").expect("it is built in");
    let look = Look {
        theme: &theme,
        depth: Depth::True,
        tier: Tier::Rich,
        slow: false,
    };
    let lines = history::lines(100_000);
    let (few, many) = (app(&lines[..200]), app(&lines));
    frame(&few, look);
    key(&few, look);
    growth(&few, &many, look);
}

/// A frame with the composer open, beside a frame of the bare program.
fn frame(app: &App, look: Look<'_>) {
    let rows = rows();
    let mut busy = app.clone();
    act(&mut busy, Action::Compose, "", now());
    let mut ours = Console::new(busy, look);
    let mut bare = terminal();
    let drawn = Rounds::take(
        201,
        || ours.draw(),
        || {
            let drawn = bare.draw(|frame| wire::draw(frame, &rows, 1));
            drawn.expect("it can't fail").area
        },
    );
    rounds::times(
        "draw the busiest screen, 200x60",
        &drawn,
        1,
        &Goal(1.5, 1.2),
    );
}

/// From a key to the bytes that leave, and how many those are.
fn key(app: &App, look: Look<'_>) {
    let rows = rows();
    let mut ours = Console::new(app.clone(), look);
    let mut bare = Wire::terminal(SIZE);
    let mut down = false;
    let taken = Rounds::take(
        201,
        || ours.key(),
        || {
            down = !down;
            bare.backend_mut().out.clear();
            let drawn = bare.draw(|frame| wire::draw(frame, &rows, usize::from(down)));
            drawn.expect("it can't fail").area
        },
    );
    rounds::times("one key to bytes, 200 entries", &taken, 1, &Goal(1.5, 1.2));

    let ([before, after], sent) = ours.pair();
    let mut wire = Wire {
        size: SIZE,
        out: Vec::new(),
    };
    wire.draw(before.diff_iter(&after)).expect("it can't fail");
    let bytes = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let (ours, floor) = (bytes(sent), bytes(wire.out.len()));
    let what = "  bytes of the same two frames";
    rounds::amounts(what, ours, floor, " B", &Goal(1.5, 1.0));
}

/// A long incident beside a short one: what is seen is as much.
fn growth(few: &App, many: &App, look: Look<'_>) {
    let goal = Goal(1.25, 1.0);
    let beside = |few: App, many: App| {
        let (mut few, mut many) = (Console::new(few, look), Console::new(many, look));
        Rounds::take(101, || many.key(), || few.key())
    };
    let keys = beside(few.clone(), many.clone());
    rounds::times("one key, 100,000 entries to 200", &keys, 1, &goal);
    let filtered = |app: &App| {
        let mut app = app.clone();
        let filter = "gateway -who:user3".to_owned();
        app.filters.insert(Pane::Timeline, filter);
        app
    };
    let keys = beside(filtered(few), filtered(many));
    rounds::times("  the same with a filter", &keys, 1, &goal);
    let ticks = Rounds::take(101, || tick(many), || tick(few));
    rounds::times("a second's tick, 100,000 to 200", &ticks, TICKS, &goal);
}

fn tick(app: &App) -> usize {
    (0..TICKS).map(|_| app.duties().len()).sum()
}

fn terminal() -> Terminal<TestBackend> {
    let backend = TestBackend::new(SIZE.width, SIZE.height);
    Terminal::new(backend).expect("it can't fail")
}

/// The bare program's table.
fn rows() -> Vec<[String; 3]> {
    (0..200_u8).map(row).collect()
}

/// A console without a terminal: what it would write is counted.
struct Console<'a> {
    app: App,
    look: Look<'a>,
    encoder: Encoder,
    shown: Option<Buffer>,
    spare: Option<Buffer>,
    out: Vec<u8>,
    down: bool,
}

impl<'a> Console<'a> {
    fn new(app: App, look: Look<'a>) -> Self {
        Self {
            app,
            look,
            encoder: Encoder::new(look.depth, look.tier),
            shown: None,
            spare: None,
            out: Vec::new(),
            down: false,
        }
    }

    /// The chosen row goes down and up in turns.
    fn key(&mut self) {
        self.down = !self.down;
        let code = if self.down {
            KeyCode::Down
        } else {
            KeyCode::Up
        };
        let key = crossterm::event::KeyEvent::new(code, KeyModifiers::NONE);
        update(&mut self.app, Msg::Key(key), now());
        self.draw();
    }

    /// As the program does it: over a screen that is over, then compared with
    /// what the terminal shows.
    fn draw(&mut self) {
        let area = Rect::new(0, 0, SIZE.width, SIZE.height);
        let spare = self.spare.take();
        let mut cells = spare.unwrap_or_else(|| Buffer::empty(area));
        let cursor = view::draw(&self.app, self.look, now(), &mut cells);
        self.out.clear();
        self.encoder
            .encode(self.shown.as_ref(), &cells, cursor, &mut self.out);
        self.spare = self.shown.replace(cells);
    }

    /// Two frames, and the bytes from the one to the other.
    fn pair(&mut self) -> ([Buffer; 2], usize) {
        self.key();
        let before = self.shown.clone().expect("it was drawn");
        self.key();
        let after = self.shown.clone().expect("it was drawn");
        ([before, after], self.out.len())
    }
}

/// A minute and a bit after it began: nothing is overdue.
fn now() -> DateTime<Utc> {
    history::time(history::BEGAN) + TimeDelta::seconds(75)
}

fn row(place: u8) -> [String; 3] {
    [
        format!("12:00:{:02}", place % 60),
        format!("user{place}"),
        "rolled back checkout".to_owned(),
    ]
}

/// Twenty probes with all their samples, a runbook, and these entries.
fn app(lines: &[String]) -> App {
    let specs: Vec<Spec> = (0..20).map(spec).collect();
    let settings = Settings {
        links: Vec::new(),
        me: "ada".into(),
        host: "bastion".into(),
        workspace: "acme".into(),
        inside: vec!["incidents".into()],
        outside: vec!["status".into()],
        works: vec!["pager".into()],
        policy: warroom::domain::policy::BUILT_IN.to_owned(),
        pid: 7,
        bell: false,
        clipboard: false,
    };
    let mut app = App::new(
        settings,
        Keymap::built_in(),
        Panel::new("bastion".into(), &specs),
        now(),
    );
    for back in (0..240_i32).rev() {
        let reading = |took| Reading {
            at: now() - TimeDelta::seconds(10) * back,
            outcome: Outcome::Pass,
            took: Some(std::time::Duration::from_millis(took)),
            detail: "status 200".into(),
            system: None,
        };
        for (spec, took) in specs.iter().zip(20..) {
            app.panel.observe(&spec.name, &reading(took));
        }
    }
    let entries = lines.iter().map(|line| history::entry(line)).collect();
    update(&mut app, Msg::Entries(entries), now());
    let runbook = Runbook {
        file: "checkout.md".into(),
        lines: warroom::domain::runbook::document(&"1. roll back\n".repeat(12)),
        changed: Some(now()),
    };
    update(&mut app, Msg::Runbooks(vec![runbook]), now());
    app.focus = Pane::Timeline;
    app
}

fn spec(place: u32) -> Spec {
    let text = format!(r#"{{"name":"checkout-{place}","kind":"tcp","address":"127.0.0.1:1"}}"#);
    serde_json::from_str(&text).expect("it is as the configuration says it")
}
