//! A console in the middle of an incident, as the mock-ups show it: real
//! entries folded by the board, real readings fed to the panel.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::test_runner::Config as ProptestConfig;
use ratatui::{
    Terminal,
    backend::TestBackend,
    buffer::{Buffer, Cell},
};
use uuid::Uuid;
use warroom::{
    domain::{
        entry::{Entry, EntryId, IncidentId, ReplicaId, Via},
        fact::{Declaration, ErrorClass, Fact, Health, ProbeChange, Role, StepId, Update},
        health::Panel,
        notice::{Delivery, DeliveryState, Intent, Purpose},
        phase::Phase,
        probe::{Outcome, Reading, Spec, System, Target},
        severity::Severity,
        text::{Name, Title},
        update::{Audience, Form},
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

/// Builds a log, entry by entry.
#[derive(Default)]
pub struct Log {
    entries: Vec<Entry>,
}

impl Log {
    /// One more entry of `incident`. The engine's and the probes' are theirs by name.
    pub fn add(
        &mut self,
        incident: IncidentId,
        when: DateTime<Utc>,
        by: &str,
        fact: Fact,
    ) -> EntryId {
        let seq = self.entries.len() as u64 + 1;
        let id = EntryId(Uuid::from_u128(u128::from(seq) + 0x1000));
        let via = match by {
            "engine" => Via::Engine,
            "probe" => Via::Probe,
            _ => Via::Console,
        };
        self.entries.push(Entry {
            id,
            seq: Some(seq),
            incident,
            at: when,
            recorded_at: when,
            by: by.into(),
            via,
            replica: ReplicaId(Uuid::from_u128(7)),
            base: seq - 1,
            fact,
            came_as: None,
        });
        id
    }

    /// One more entry of the incident on the screen, made on another console
    /// that had seen the log up to `base`.
    pub fn apart(&mut self, base: u64, clock: &str, by: &str, fact: Fact) -> EntryId {
        let id = self.add(INCIDENT, at(clock), by, fact);
        let entry = self.entries.last_mut().expect("it was added");
        entry.base = base;
        entry.replica = ReplicaId(Uuid::from_u128(8));
        id
    }

    /// One more entry of the incident on the screen.
    fn tell(&mut self, clock: &str, by: &str, fact: Fact) {
        self.add(INCIDENT, at(clock), by, fact);
    }

    /// An update that both channels took.
    fn sent(&mut self, when: DateTime<Utc>, next: &str) {
        let of = self.add(
            INCIDENT,
            when,
            "ana",
            Fact::UpdateSent(Box::new(words(next))),
        );
        for channel in ["#incidents", "eng-mgmt"] {
            let delivered = Fact::Delivered {
                of,
                channel: channel.into(),
                key: format!("{of}/{channel}").as_str().into(),
                note: Title::default(),
            };
            self.add(INCIDENT, when, "engine", delivered);
        }
    }

    /// The entries so far.
    pub fn entries(&self) -> Vec<Entry> {
        self.entries.clone()
    }
}

fn words(next: &str) -> Update {
    Update {
        audience: Audience::Internal,
        form: Form {
            status: "Investigating".into(),
            impact: "P2 - High latency on video generation".into(),
            eta: "2 hours".into(),
            eta_at: None,
            next: Some(at(next)),
            body: "Render times are about four times normal.".into(),
        },
        channels: vec!["#incidents".into(), "eng-mgmt".into()],
        label: None,
        last: false,
        draft: None,
    }
}

/// What an incident is declared with.
pub fn declaration(title: &str, severity: Severity, alert: DateTime<Utc>) -> Declaration {
    Declaration {
        title: title.into(),
        severity: Some(severity),
        alert_at: Some(alert),
        impact: "videos take minutes".into(),
        policy: POLICY.to_owned(),
        ..Declaration::default()
    }
}

/// The log of a quiet console: one incident, long over.
pub fn quiet_log() -> Log {
    let before = IncidentId(Uuid::from_u128(0x2042));
    let day = |clock: &str| {
        format!("2026-01-11T{clock}Z")
            .parse::<DateTime<Utc>>()
            .expect("a time of that day")
    };
    let mut log = Log::default();
    let slow = declaration("Slow thumbnails", Severity::P3, day("06:40:00"));
    log.add(
        before,
        day("06:41:00"),
        "kai",
        Fact::Declared(Box::new(slow)),
    );
    log.add(before, day("06:45:00"), "kai", Fact::Acknowledged {});
    let resolved = Fact::Resolved {
        unmet: Vec::new(),
        reason: Some("verified by hand".into()),
    };
    log.add(before, day("10:00:00"), "kai", resolved);
    log.add(before, day("11:00:00"), "kai", Fact::Closed {});
    log
}

/// The log of the mock-ups' incident.
pub fn incident_log() -> Log {
    let mut log = quiet_log();
    triaged(&mut log);
    log.sent(at("13:20:15"), "13:50:00");
    log.tell("13:29:22", "engine", escalated());
    log.tell("13:31:09", "bo", joined("bo"));
    log.tell("13:31:30", "bo", has(Role::OpsLead, "bo"));
    log.tell("13:32:00", "kai", has(Role::OpsLead, "kai"));
    let found = "4.18.2 raised worker memory 24 -> 31 GiB; testing rollback in staging";
    log.tell("13:44:30", "kai", noted(found));
    log.sent(at("13:50:02"), "14:20:00");
    let refused = changed("render-2", Health::Down, "connection refused");
    log.add(IncidentId::WORKSPACE, at("13:54:48"), "probe", refused);
    let slow = changed("api /health", Health::Degraded, "1.84s, limit 1.00s");
    log.add(IncidentId::WORKSPACE, at("13:58:40"), "probe", slow);
    let evicted = "render-2 evicted: OOM at 31.2 GiB, node drained";
    log.tell("14:03:11", "ana", noted(evicted));
    log
}

/// Declared, taken, and found to be worse than it looked.
fn triaged(log: &mut Log) {
    let title = "High latency on video generation";
    let declared = declaration(title, Severity::P3, at("13:14:22"));
    log.tell("13:15:10", "ana", Fact::Declared(Box::new(declared)));
    log.tell("13:16:02", "ana", Fact::Acknowledged {});
    log.tell("13:16:05", "ana", has(Role::Commander, "ana"));
    let investigating = Fact::PhaseEntered {
        phase: Phase::Investigating,
        rollback: None,
    };
    log.tell("13:16:20", "ana", investigating);
    let worse = Fact::SeverityChanged {
        to: Severity::P2,
        reason: "38% of renders above 30s".into(),
    };
    log.tell("13:17:40", "ana", worse);
}

fn has(role: Role, person: &str) -> Fact {
    Fact::RoleGiven {
        role,
        person: person.into(),
    }
}

fn joined(person: &str) -> Fact {
    Fact::Joined {
        person: person.into(),
    }
}

fn noted(text: &str) -> Fact {
    Fact::Noted { text: text.into() }
}

/// The Team Lead was paged.
pub fn escalated() -> Fact {
    Fact::Escalated {
        step: StepId {
            ladder: "management".to_owned(),
            index: 0,
        },
        round: 0,
        target: "Team Lead".into(),
        via: vec!["pager".into()],
        late_s: 0,
        by_hand: false,
    }
}

/// The incident, and a probe that goes up and down in it.
pub fn flapping() -> Log {
    let mut log = incident_log();
    for minute in 4..7 {
        for (second, to) in [(10, Health::Down), (30, Health::Up)] {
            let when = at(&format!("14:0{minute}:{second}"));
            let change = changed("queue depth", to, "flapping");
            log.add(IncidentId::WORKSPACE, when, "probe", change);
        }
    }
    log
}

/// That a probe changed to that state.
pub fn changed(probe: &str, to: Health, detail: &str) -> Fact {
    Fact::ProbeChanged(Box::new(ProbeChange {
        probe: probe.into(),
        from: Health::Up,
        to,
        class: (to == Health::Down).then_some(ErrorClass::Connect),
        detail: detail.into(),
        vantage: "desk-1".into(),
        counts: false,
        since: None,
    }))
}

fn spec(name: &str, target: Target, slow: Option<i64>) -> Spec {
    Spec {
        name: name.into(),
        target,
        every: TimeDelta::seconds(10),
        timeout: TimeDelta::seconds(5),
        slow: slow.map(TimeDelta::milliseconds),
        failures: 3,
        successes: 2,
        control: false,
        counts: None,
    }
}

fn http(url: &str) -> Target {
    Target::Http {
        url: url.to_owned(),
        status: None,
        body: None,
        follow: false,
        headers: Vec::new(),
        ca_file: None,
    }
}

fn tcp(address: &str) -> Target {
    Target::Tcp {
        address: address.to_owned(),
    }
}

/// The probes of the mock-ups, and one that tells whether this host is online.
pub fn specs() -> Vec<Spec> {
    let queue = Target::Command {
        argv: vec!["queue-depth".to_owned()],
    };
    let host = Target::System {
        path: "/".into(),
        warn_percent: 90,
    };
    let mut control = spec("gateway", tcp("127.0.0.1:1"), None);
    control.control = true;
    vec![
        spec("api /health", http("http://127.0.0.1/health"), Some(1000)),
        spec("queue depth", queue, None),
        spec("render-2", tcp("127.0.0.1:2"), None),
        spec("render-1", tcp("127.0.0.1:3"), None),
        spec("status page", http("http://127.0.0.1/status"), Some(1000)),
        spec("grafana", http("http://127.0.0.1/grafana"), Some(1000)),
        spec("host", host, None),
        control,
    ]
}

fn reading(when: DateTime<Utc>, outcome: Outcome, took: Option<u64>, detail: &str) -> Reading {
    Reading {
        at: when,
        outcome,
        took: took.map(Duration::from_millis),
        detail: detail.into(),
        system: None,
    }
}

/// Forty rounds of readings up to `until`: the mock-ups' trouble, or none.
pub fn readings(until: DateTime<Utc>, trouble: bool) -> Vec<(Name, Reading)> {
    let mut all = Vec::new();
    for (round, back) in (0..40_u64).zip((0..40_i64).rev()) {
        let when = until - TimeDelta::seconds(2 + 10 * back);
        let wobble = round * 3 % 7;
        let mut tell = |name: &str, reading: Reading| all.push((Name::from(name), reading));
        tell("gateway", reading(when, Outcome::Pass, Some(1), ""));
        tell("api /health", api(when, round, trouble, wobble));
        tell(
            "queue depth",
            reading(when, Outcome::Pass, Some(200 + wobble * 4), "212"),
        );
        tell(
            "render-1",
            reading(when, Outcome::Pass, Some(38 + wobble), ""),
        );
        tell(
            "status page",
            reading(when, Outcome::Pass, Some(120 + wobble), ""),
        );
        if !trouble || round < 14 {
            tell("grafana", reading(when, Outcome::Pass, Some(95), ""));
        }
        tell("render-2", render(when, round, trouble));
        tell("host", host(when));
    }
    all
}

fn api(when: DateTime<Utc>, round: u64, trouble: bool, wobble: u64) -> Reading {
    match (trouble, round) {
        (true, 39) => reading(when, Outcome::Warn, Some(1840), "slow"),
        (true, 24..) => reading(
            when,
            Outcome::Warn,
            Some(1000 + (round - 20) * 50 + wobble * 10),
            "slow",
        ),
        (true | false, _) => reading(when, Outcome::Pass, Some(400 + wobble * 10), ""),
    }
}

fn render(when: DateTime<Utc>, round: u64, trouble: bool) -> Reading {
    if trouble && round >= 20 {
        reading(
            when,
            Outcome::Fail(ErrorClass::Connect),
            None,
            "connection refused",
        )
    } else {
        reading(when, Outcome::Pass, Some(41 + round), "")
    }
}

fn host(when: DateTime<Utc>) -> Reading {
    Reading {
        system: Some(System {
            load: [7.91, 5.20, 3.11],
            cores: 16,
            memory: (81, 100),
            disk: (64, 100),
        }),
        ..reading(when, Outcome::Pass, None, "")
    }
}

/// Who sits at the console, and where it sends.
pub fn settings() -> Settings {
    Settings {
        links: Vec::new(),
        me: "ana".into(),
        host: "desk-1".into(),
        workspace: "StoryCore Engine".into(),
        inside: vec!["#incidents".into(), "eng-mgmt".into()],
        outside: vec!["status page".into()],
        pages_by: Ok(vec!["pager".into()]),
        policy: POLICY.to_owned(),
        local_offset_s: 3600,
        bell: true,
        clipboard: true,
    }
}

/// A console that was started an hour ago, with nothing on it.
pub fn blank() -> App {
    let panel = Panel::new("desk-1".into(), &specs());
    App::new(
        settings(),
        Keymap::built_in(),
        panel,
        now() - TimeDelta::hours(1),
    )
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
    let mut terminal =
        Terminal::new(TestBackend::new(size.0, size.1)).expect("a test screen takes any size");
    terminal
        .draw(|frame| view::draw(app, look, now, frame))
        .expect("a test screen takes any size");
    terminal.backend().buffer().clone()
}

/// What is on the screen, as words alone.
pub fn words_on(app: &App, size: (u16, u16), tier: Tier, now: DateTime<Utc>) -> String {
    let buffer = screen(app, size, tier, now);
    let rows = buffer.content.chunks(usize::from(size.0));
    let row = |cells: &[Cell]| cells.iter().map(Cell::symbol).collect::<String>();
    rows.map(row).collect::<Vec<_>>().join("\n")
}
