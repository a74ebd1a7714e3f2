//! A console in the middle of an incident, as the mock-ups show it: real
//! entries folded by the board, real readings fed to the panel.

mod log;
mod probes;

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::test_runner::Config as ProptestConfig;
use ratatui::{
    buffer::{Buffer, Cell},
    layout::Rect,
};
use uuid::Uuid;
use warroom::{
    domain::{
        entry::{EntryId, IncidentId},
        fact::Fact,
        health::Panel,
        notice::{Delivery, DeliveryState, Intent, Purpose},
        severity::Severity,
        text::Title,
    },
    ui::{
        app::{App, Settings, update},
        capability::{Depth, Tier},
        keymap::Keymap,
        msg::{Effect, EngineSeen, Msg},
        theme::Theme,
        view::{self, Look},
    },
};

pub use log::{Log, changed, declaration, escalated, flapping, incident_log, quiet_log};
pub use probes::{readings, specs};

/// The policy of the mock-ups: the built-in one, with people behind its steps.
pub const POLICY: &str = r#"
amends = "built-in"
updated = 2026-01-15

[contact."Initial responder"]
person = "ana"
channels = ["pager"]
[contact."Team Lead"]
person = "bo"
channels = ["pager"]
[contact."Engineering Manager"]
person = "mia"
phone = "+49 30 5550 102"
channels = ["pager"]
[contact."VP Engineering"]
person = "raj"
channels = ["pager"]
"#;

/// The incident on the screen.
pub const INCIDENT: IncidentId = IncidentId(Uuid::from_u128(0x2043));

/// So many cases of a property; one that fails becomes a test of its own.
pub fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// A time of the day of the incident: `14:07:00`.
pub fn at(clock: &str) -> DateTime<Utc> {
    format!("2026-01-22T{clock}Z")
        .parse()
        .expect("a time of that day")
}

/// The moment of the mock-ups.
pub fn now() -> DateTime<Utc> {
    at("14:07:00")
}

/// Who sits at the console, and where it sends.
pub fn settings() -> Settings {
    Settings {
        links: Vec::new(),
        me: "ana".into(),
        host: "desk-1".into(),
        pid: 7,
        workspace: "StoryCore Engine".into(),
        inside: vec!["#incidents".into(), "eng-mgmt".into()],
        outside: vec!["status page".into()],
        works: ["pager", "#incidents", "eng-mgmt", "status page"]
            .map(Into::into)
            .to_vec(),
        policy: POLICY.to_owned(),
        bell: true,
        clipboard: true,
    }
}

/// A console that was started an hour ago, with nothing on it.
pub fn blank() -> App {
    let panel = Panel::new("desk-1".into(), &specs());
    let started = now() - TimeDelta::hours(1);
    let mut app = App::new(settings(), Keymap::built_in(), panel, started);
    app.local_offset_s = 3600;
    app
}

/// A console that has read `log`, and sees its engine.
pub fn console(log: &Log, trouble: bool) -> App {
    let mut app = blank();
    update(&mut app, Msg::Entries(log.entries()), now());
    for (name, reading) in readings(now(), trouble) {
        update(&mut app, Msg::Reading(name, reading), now());
    }
    engine(&mut app, Some(now() - TimeDelta::seconds(2)));
    app
}

/// The console of the mock-ups.
pub fn busy() -> App {
    console(&incident_log(), true)
}

/// The console with nothing wrong.
pub fn quiet() -> App {
    console(&quiet_log(), false)
}

/// A console with a P2 that nobody has taken yet.
pub fn untaken() -> App {
    let mut log = Log::default();
    let declared = declaration("High latency", Severity::P2, at("13:14:22"));
    log.add(
        INCIDENT,
        at("13:15:00"),
        "kai",
        Fact::Declared(Box::new(declared)),
    );
    console(&log, false)
}

/// A page on its way, or at the end of it.
pub fn delivery(key: &str, state: DeliveryState) -> Delivery {
    Delivery {
        intent: Intent {
            key: key.into(),
            channel: "pager".into(),
            incident: INCIDENT,
            origin: EntryId(Uuid::from_u128(1)),
            purpose: Purpose::Page,
            not_before: now(),
            subject: "High latency".into(),
            text: "High latency".into(),
            maybe_repeat: false,
        },
        state,
        attempts: 1,
        next_at: now(),
        maybe_repeat: false,
        last_error: Title::default(),
        sent_at: None,
        created_at: now(),
    }
}

/// The engine's last round.
pub fn engine(app: &mut App, ticked_at: Option<DateTime<Utc>>) {
    let seen = EngineSeen {
        holder: ticked_at.map(|_| "desk-1".into()),
        mine: true,
        ticked_at,
    };
    update(app, Msg::Engine(seen), now());
}

/// A key without modifiers.
pub fn key(code: KeyCode) -> Msg {
    Msg::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

/// A key with Ctrl.
pub fn ctrl(c: char) -> Msg {
    Msg::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL))
}

/// Presses keys one second apart, as a person does; answers what left, and when
/// the last key was pressed. `\n` is Enter, `\t` Tab, `\x1b` Esc, `\x12` Ctrl-R;
/// `<` and `>` are the arrow keys.
pub fn press(app: &mut App, keys: &str, mut when: DateTime<Utc>) -> (Vec<Effect>, DateTime<Utc>) {
    let mut effects = Vec::new();
    for c in keys.chars() {
        let msg = match c {
            '\n' => key(KeyCode::Enter),
            '\t' => key(KeyCode::Tab),
            '\x1b' => key(KeyCode::Esc),
            '\x12' => ctrl('r'),
            '<' => key(KeyCode::Left),
            '>' => key(KeyCode::Right),
            c => key(KeyCode::Char(c)),
        };
        when += TimeDelta::seconds(1);
        effects.extend(update(app, msg, when));
    }
    (effects, when)
}

/// What is on the screen.
pub fn screen(app: &App, size: (u16, u16), tier: Tier, now: DateTime<Utc>) -> Buffer {
    let theme = Theme::roles();
    let look = Look {
        theme: &theme,
        depth: Depth::Ansi256,
        tier,
        slow: false,
    };
    let mut cells = Buffer::empty(Rect::new(0, 0, size.0, size.1));
    view::draw(app, look, now, &mut cells);
    cells
}

/// What is on the screen, as words alone.
pub fn words_on(app: &App, size: (u16, u16), tier: Tier, now: DateTime<Utc>) -> String {
    let buffer = screen(app, size, tier, now);
    let rows = buffer.content.chunks(usize::from(size.0));
    let row = |cells: &[Cell]| cells.iter().map(Cell::symbol).collect::<String>();
    rows.map(row).collect::<Vec<_>>().join("\n")
}
