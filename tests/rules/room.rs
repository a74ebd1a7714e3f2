//! A room for tests: a board, a clock on the wall, and people who act.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;
use warroom::domain::{
    board::Board,
    duty::{Due, Duty, Promise, Standing, duties, settled},
    entry::{Entry, EntryId, IncidentId, ReplicaId, Seq, Via},
    escalation::{Climb, climb, reach},
    fact::{Declaration, Fact, Health, ProbeChange, StepId, Update},
    incident::{Command, Incident, Refusal},
    policy::Policy,
    severity::Severity,
    text::Name,
    update::{Audience, Form},
};

/// The policy of a team that can reach everybody on its ladders.
pub const REACHABLE: &str = r#"
amends = "built-in"

[contact."Initial responder"]
person = "ada"
channels = ["pager"]
[contact."Team Lead"]
person = "bo"
channels = ["pager", "phone"]
[contact."Engineering Manager"]
person = "cy"
channels = ["pager"]
[contact."VP Engineering"]
person = "di"
channels = ["pager"]
[contact.CEO]
person = "ed"
channels = ["pager"]
"#;

/// `14:03` is on Wednesday 14 January 2026, in UTC.
pub fn at(clock: &str) -> DateTime<Utc> {
    on("2026-01-14", clock)
}

/// A time of day in UTC.
pub fn on(day: &str, clock: &str) -> DateTime<Utc> {
    let day: NaiveDate = day.parse().expect("a date such as 2026-01-14");
    let time = format!("{clock}:00")[..8]
        .parse()
        .expect("a time such as 14:03");
    day.and_time(time).and_utc()
}

/// An instant with its offset: `2026-01-16T18:30:00-05:00`.
pub fn instant(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text)
        .expect("an instant with its offset")
        .to_utc()
}

pub fn minutes(count: i64) -> TimeDelta {
    TimeDelta::minutes(count)
}

pub fn hours(count: i64) -> TimeDelta {
    TimeDelta::hours(count)
}

/// The policy of that text.
pub fn policy(text: &str) -> Policy {
    Policy::parse("policy.toml", text)
        .expect("a policy that can be read")
        .0
}

/// What a duty is called in tests and stories.
pub fn word(duty: &Duty) -> String {
    match duty {
        Duty::Respond(_) => "respond".to_owned(),
        Duty::Triage => "triage".to_owned(),
        Duty::Resolve(_) => "resolve".to_owned(),
        Duty::Escalate { target, .. } => target.to_string(),
        Duty::HoldEnds => "hold ends".to_owned(),
        Duty::FirstNotice => "first notice".to_owned(),
        Duty::Update => "update".to_owned(),
        Duty::FinalUpdate => "final update".to_owned(),
        Duty::External => "external".to_owned(),
        Duty::FinalExternal => "final external".to_owned(),
        Duty::Settle(field) => format!("settle {}", field.word()),
        Duty::Answer { of, .. } => format!("answer from {of}"),
        Duty::Retrospective => "retrospective".to_owned(),
    }
}

/// The duty of that word, if it is owed.
pub fn due(incident: &Incident, what: &str) -> Option<Due> {
    duties(incident)
        .into_iter()
        .find(|due| word(&due.duty) == what)
}

/// By when that is owed, if it is.
pub fn owed(incident: &Incident, what: &str) -> Option<DateTime<Utc>> {
    due(incident, what).map(|due| due.by)
}

/// How a promise ended, if it is settled.
pub fn standing(incident: &Incident, what: &Promise) -> Option<Standing> {
    settled(incident)
        .into_iter()
        .find(|settled| settled.what == *what)
        .map(|settled| settled.standing)
}

/// How a step of the management ladder ended, if it is settled.
pub fn step_standing(incident: &Incident, target: &str) -> Option<Standing> {
    settled(incident).into_iter().find_map(|settled| {
        matches!(&settled.what, Promise::Escalate(_, who) if who.as_str() == target)
            .then_some(settled.standing)
    })
}

/// A step of the management ladder.
pub fn step(index: usize) -> StepId {
    StepId {
        ladder: "management".to_owned(),
        index,
    }
}

/// What the engine does at `now` with everybody reachable who has a channel.
pub fn climbed(room: &Room, now: &str) -> Climb {
    let incident = room.incident();
    climb(incident, at(now), |step| {
        reach(incident.policy(), step).is_some()
    })
}

/// The only step of the page ladder.
pub fn page() -> StepId {
    StepId {
        ladder: "page".to_owned(),
        index: 0,
    }
}

/// Whom the management ladder tells, from its lowest step.
pub const MANAGERS: [&str; 4] = ["Team Lead", "Engineering Manager", "VP Engineering", "CEO"];

/// That a step of the management ladder fired.
pub fn escalated(index: usize, target: &str) -> Fact {
    Fact::Escalated {
        step: step(index),
        round: 0,
        target: target.into(),
        via: Vec::new(),
        late_s: 0,
        by_hand: false,
    }
}

/// The same, with a page over these channels.
pub fn paged(index: usize, via: &[&str]) -> Fact {
    Fact::Escalated {
        step: step(index),
        round: 0,
        target: MANAGERS[index].into(),
        via: via.iter().map(|channel| name(channel)).collect(),
        late_s: 0,
        by_hand: false,
    }
}

pub fn severity(to: Severity, reason: &str) -> Fact {
    Fact::SeverityChanged {
        to,
        reason: reason.into(),
    }
}

/// That it was resolved, with nothing left open.
pub fn resolved() -> Fact {
    Fact::Resolved {
        unmet: Vec::new(),
        reason: None,
    }
}

/// An update inside the company, posted by hand.
pub fn update(next: Option<DateTime<Utc>>) -> Update {
    Update {
        label: None,
        audience: Audience::Internal,
        form: Form {
            status: "Investigating".into(),
            impact: "P2 - High latency on video generation".into(),
            eta: "2 hours".into(),
            next,
            ..Form::default()
        },
        channels: Vec::new(),
        last: next.is_none(),
        draft: None,
    }
}

pub fn sent(update: Update) -> Fact {
    Fact::UpdateSent(Box::new(update))
}

/// That a probe of the service went from `from` to `to`.
pub fn probe(name: &str, from: Health, to: Health) -> Fact {
    Fact::ProbeChanged(Box::new(ProbeChange {
        probe: name.into(),
        from,
        to,
        class: None,
        detail: "status 503".into(),
        vantage: "bastion".into(),
        counts: true,
        since: None,
    }))
}

/// A declaration at that severity with that alert.
pub fn alert(severity: Severity, at: DateTime<Utc>) -> Declaration {
    Declaration {
        title: "High latency".into(),
        severity: Some(severity),
        alert_at: Some(at),
        ..Declaration::default()
    }
}

/// One board, and one incident on it that the test is about.
pub struct Room {
    pub board: Board,
    pub id: IncidentId,
    entries: u128,
}

impl Room {
    /// Alerted, declared at the same time, at that severity.
    pub fn alerted(severity: Severity, time: DateTime<Utc>) -> Self {
        Self::declared(alert(severity, time), time)
    }

    pub fn declared(declaration: Declaration, time: DateTime<Utc>) -> Self {
        let mut room = Self {
            board: Board::default(),
            id: IncidentId(Uuid::from_u128(1 << 64)),
            entries: 0,
        };
        room.happens(time, "ada", Fact::Declared(Box::new(declaration)));
        room
    }

    /// With the policy in which everybody can be reached.
    pub fn reachable(severity: Severity, time: DateTime<Utc>) -> Self {
        Self::under(REACHABLE, severity, time)
    }

    pub fn under(policy: &str, severity: Severity, time: DateTime<Utc>) -> Self {
        let declaration = Declaration {
            policy: policy.to_owned(),
            ..alert(severity, time)
        };
        Self::declared(declaration, time)
    }

    pub fn incident(&self) -> &Incident {
        self.board.get(self.id).expect("it was declared")
    }

    /// Declares another incident, which the test is about from here on.
    pub fn declares(&mut self, declaration: Declaration, time: DateTime<Utc>) -> IncidentId {
        self.id = IncidentId(Uuid::from_u128((1 << 64) + self.entries + 1));
        self.happens(time, "ada", Fact::Declared(Box::new(declaration)));
        self.id
    }

    /// Records a fact, whatever `decide` would say.
    pub fn happens(&mut self, time: DateTime<Utc>, by: &str, fact: Fact) -> EntryId {
        let entry = self.entry(time, by, fact);
        let id = entry.id;
        self.board.apply(entry);
        id
    }

    /// Records what the engine itself did.
    pub fn fires(&mut self, time: DateTime<Utc>, fact: Fact) -> EntryId {
        let mut entry = self.entry(time, "engine", fact);
        entry.via = Via::Engine;
        let id = entry.id;
        self.board.apply(entry);
        id
    }

    /// Records what a probe saw, on the workspace.
    pub fn sees(&mut self, time: DateTime<Utc>, fact: Fact) {
        let mut entry = self.entry(time, "probe", fact);
        entry.incident = IncidentId::WORKSPACE;
        entry.via = Via::Probe;
        self.board.apply(entry);
    }

    /// Records a fact made on another console that had seen the log up to `base`.
    pub fn happens_apart(
        &mut self,
        base: Seq,
        time: DateTime<Utc>,
        by: &str,
        fact: Fact,
    ) -> EntryId {
        let mut entry = self.entry(time, by, fact);
        let replica = by.bytes().fold(7, |sum, byte| sum * 31 + u128::from(byte));
        entry.replica = ReplicaId(Uuid::from_u128(replica));
        entry.base = base;
        let id = entry.id;
        self.board.apply(entry);
        id
    }

    /// What `decide` says, with nothing recorded.
    pub fn asks(&self, time: DateTime<Utc>, by: &str, fact: Fact) -> Result<Vec<Fact>, Refusal> {
        self.incident().decide(&Command::new(fact, by.into(), time))
    }

    /// The sentence with which `decide` refuses.
    pub fn refusal(&self, time: DateTime<Utc>, by: &str, fact: Fact) -> String {
        self.asks(time, by, fact)
            .expect_err("this is refused")
            .sentence
    }

    /// Somebody joins in.
    pub fn comes(&mut self, time: DateTime<Utc>, who: &str) {
        let person = who.into();
        self.happens(time, who, Fact::Joined { person });
    }

    /// Decides, and records what was decided.
    pub fn does(&mut self, time: DateTime<Utc>, by: &str, fact: Fact) -> EntryId {
        let command = Command::new(fact, by.into(), time);
        let facts = self
            .board
            .decide(self.id, &command)
            .expect("this is not refused");
        let about = self.id;
        let mut first = None;
        for (incident, fact) in facts {
            self.id = incident;
            let entry = self.happens(time, by, fact);
            first.get_or_insert(entry);
        }
        self.id = about;
        first.expect("something was decided")
    }

    pub fn head(&self) -> Seq {
        self.board.head()
    }

    pub fn entry(&mut self, time: DateTime<Utc>, by: &str, fact: Fact) -> Entry {
        self.entries += 1;
        Entry {
            id: EntryId(Uuid::from_u128(self.entries)),
            seq: Some(self.board.head() + 1),
            incident: self.id,
            at: time,
            recorded_at: time,
            by: by.into(),
            via: Via::Console,
            replica: ReplicaId(Uuid::from_u128(1)),
            base: self.board.head(),
            fact,
            came_as: None,
        }
    }
}

pub fn name(text: &str) -> Name {
    text.into()
}
