//! The screen at 200 by 60, beside a bare ratatui program of that size.

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::{
    Terminal,
    backend::{Backend as _, TestBackend},
    buffer::Buffer,
    layout::Size,
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
    rounds::{Goal, Rounds, Table},
    wire::{self, Wire},
};

const SIZE: Size = Size {
    width: 200,
    height: 60,
};

pub fn measure(table: &mut Table) {
    let theme = Theme::built_in("harbor").expect("it is built in");
    let look = Look {
        theme: &theme,
        depth: Depth::True,
        tier: Tier::Rich,
        slow: false,
    };
    let lines = history::lines(100_000);
    let rows: Vec<[String; 3]> = (0..200_u8).map(row).collect();

    let mut busy = app(&lines[..200]);
    act(&mut busy, Action::Compose, "", now());
    let mut screen =
        Terminal::new(TestBackend::new(SIZE.width, SIZE.height)).expect("it can't fail");
    let mut bare = Terminal::new(TestBackend::new(SIZE.width, SIZE.height)).expect("it can't fail");
    let drawn = Rounds::take(
        201,
        || {
            drop(
                screen
                    .draw(|frame| view::draw(&busy, look, now(), frame))
                    .expect("it can't fail"),
            )
        },
        || {
            drop(
                bare.draw(|frame| wire::draw(frame, &rows, 1))
                    .expect("it can't fail"),
            )
        },
    );
    table.times(
        "draw the busiest screen, 200x60",
        &drawn,
        1,
        &Goal(1.5, 1.2),
    );

    let mut bare = Wire::terminal(SIZE);
    let mut ours = Console::new(app(&lines[..200]), look);
    let mut down = false;
    let key = Rounds::take(
        201,
        || ours.key(),
        || {
            down = !down;
            bare.backend_mut().out.clear();
            bare.draw(|frame| wire::draw(frame, &rows, usize::from(down)))
                .expect("it can't fail");
        },
    );
    table.times("one key to bytes, 200 entries", &key, 1, &Goal(1.5, 1.2));
    let bytes = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let (pair, ours_bytes) = ours.pair();
    let mut wire = Wire {
        size: SIZE,
        out: Vec::new(),
    };
    wire.draw(pair[0].diff(&pair[1]).into_iter())
        .expect("it can't fail");
    table.amounts(
        "  bytes of the same two frames",
        bytes(ours_bytes),
        bytes(wire.out.len()),
        " B",
        &Goal(1.5, 1.0),
    );

    let mut long = Console::new(app(&lines), look);
    let growth = Rounds::take(101, || long.key(), || ours.key());
    table.times(
        "one key, 100,000 entries to 200",
        &growth,
        1,
        &Goal(1.25, 1.0),
    );
    let (few, many) = (app(&lines[..200]), app(&lines));
    let ticks = Rounds::take(101, || tick(&many), || tick(&few));
    table.times(
        "one second's tick, 100,000 to 200",
        &ticks,
        50,
        &Goal(1.25, 1.0),
    );
    let filtered = |app: &App| {
        let mut app = app.clone();
        app.filters
            .insert(Pane::Timeline, "gateway -who:user3".to_owned());
        Console::new(app, look)
    };
    let (mut few, mut many) = (filtered(&few), filtered(&many));
    let taken = Rounds::take(15, || many.key(), || few.key());
    table.times(
        "  the same key with a filter",
        &taken,
        1,
        &Goal(200.0, 20.0),
    );
}

fn tick(app: &App) -> usize {
    (0..50).map(|_| app.duties().len()).sum()
}

/// A console without a terminal: what it would write is counted.
struct Console<'a> {
    app: App,
    look: Look<'a>,
    terminal: Terminal<TestBackend>,
    encoder: Encoder,
    shown: Option<Buffer>,
    out: Vec<u8>,
    down: bool,
}

impl<'a> Console<'a> {
    fn new(app: App, look: Look<'a>) -> Self {
        Self {
            app,
            look,
            terminal: Terminal::new(TestBackend::new(SIZE.width, SIZE.height))
                .expect("it can't fail"),
            encoder: Encoder::new(look.depth, look.tier),
            shown: None,
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
        let (app, look) = (&self.app, self.look);
        let drawn = self
            .terminal
            .draw(|frame| view::draw(app, look, now(), frame));
        let wanted = drawn.expect("it can't fail").buffer.clone();
        self.out.clear();
        self.encoder
            .encode(self.shown.as_ref(), &wanted, None, &mut self.out);
        self.shown = Some(wanted);
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
        policy: warroom::domain::policy::BUILT_IN.to_owned(),
        local_offset_s: 0,
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
        steps: vec!["roll back".into(); 12],
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
