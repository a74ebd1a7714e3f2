//! Stories: whole incidents, told in `stories/*.toml` and played on one board.
//!
//! Times are hours and minutes since a noon (a Wednesday; `-00:05` and `52:00`
//! are fine). In a line, a name says who does what; `owed` is everything that
//! is owed afterwards, the soonest first; `refused` is a part of the sentence
//! with which it is refused. `in` names the incident, `knowing = "00:10"` says
//! that the person has seen nothing since then.

use std::{fmt::Write as _, fs, path::Path};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use uuid::Uuid;
use warroom::domain::{
    board::Board,
    duty::duties,
    entry::{Entry, EntryId, IncidentId, ReplicaId, Seq, Via},
    fact::{ActionKind, Declaration, Fact, Health, Role, Update},
    incident::{Command, Gate},
    phase::Phase,
    severity::Severity,
    text::Prose,
    update::{Audience, Form},
};

use crate::rules::room::{on, probe, word};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    /// Amends the built-in policy.
    #[serde(default)]
    policy: String,
    line: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    at: String,
    /// When the actor last saw the log.
    knowing: Option<String>,
    #[serde(rename = "in")]
    about: Option<String>,
    refused: Option<String>,
    owed: Option<Vec<String>>,
    severity: Option<String>,
    phase: Option<String>,
    /// Everybody else is an actor, and says what they do.
    #[serde(flatten)]
    actors: toml::Table,
}

/// What somebody does: one word, or a table with the word as a key.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Deed {
    Acknowledge,
    Lead,
    Mitigate,
    ImpactStarted,
    EndHold,
    Hold {
        until: String,
        because: String,
    },
    Close,
    Declare(Declare),
    Severity {
        to: Severity,
        #[serde(default)]
        because: String,
    },
    Enter {
        phase: Phase,
        rollback: Option<String>,
    },
    Resolve {
        because: Option<String>,
    },
    Reopen(String),
    Cancel(String),
    Merge {
        into: String,
    },
    Update {
        next: String,
    },
    FinalUpdate,
    LongRunning(String),
    DraftForOutside(String),
    ApproveForOutside,
    Publish,
    Note(String),
    Ask {
        of: String,
        what: String,
        by: String,
    },
    Answer,
    Down(String),
    Up(String),
    Fire(String),
    NewFailureMode(bool),
    HoldRetrospective,
    WaiveRetrospective {
        role: String,
        because: String,
    },
    Action {
        what: String,
        owner: Option<String>,
    },
    RetractLast,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declare {
    title: String,
    severity: Option<Severity>,
    alert: Option<String>,
    reported: Option<String>,
    #[serde(default)]
    drill: bool,
    #[serde(default)]
    private: bool,
}

/// A story being played.
struct Stage {
    board: Board,
    policy: String,
    entries: u128,
    /// When which number was given out: what somebody knew at a time.
    numbered: Vec<(DateTime<Utc>, Seq)>,
    last: Option<EntryId>,
}

/// Who does it, when, and where.
struct Scene<'a> {
    who: &'a str,
    at: DateTime<Utc>,
    base: Seq,
    about: Option<&'a str>,
}

#[test]
fn every_story_is_true() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories");
    let mut wrong = String::new();
    let mut told = 0;
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        told += 1;
        if let Err(what) = play(&text) {
            writeln!(wrong, "{name}, {what}\n").unwrap();
        }
    }
    assert!(told >= 8, "only {told} stories were found");
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn a_story_that_is_not_true_says_line_expected_and_found() {
    let text = "[[line]]\nat = \"00:00\"\nada = { declare = { title = \"x\", severity = \"P2\", alert = \"00:00\" } }\nowed = [\"00:05 respond\"]\n";

    let what = play(text).unwrap_err();

    assert!(what.starts_with("line 1 (00:00):"), "{what}");
    assert!(what.contains("expected:\n    00:05 respond"), "{what}");
    assert!(what.contains("found:\n    00:15 respond"), "{what}");
}

/// Plays a story; the first line that is not true, with what was found.
fn play(text: &str) -> Result<(), String> {
    let story: Story = toml::from_str(text).map_err(|error| error.to_string())?;
    let mut stage = Stage {
        board: Board::default(),
        policy: match story.policy.as_str() {
            "" => String::new(),
            text => format!("amends = \"built-in\"\n{text}"),
        },
        entries: 0,
        numbered: Vec::new(),
        last: None,
    };
    for (number, line) in story.line.iter().enumerate() {
        line_is_true(&mut stage, line)
            .map_err(|what| format!("line {} ({}): {what}", number + 1, line.at))?;
    }
    Ok(())
}

fn line_is_true(stage: &mut Stage, line: &Line) -> Result<(), String> {
    let at = time(&line.at)?;
    let base = match &line.knowing {
        Some(clock) => stage.known_at(time(clock)?),
        None => stage.board.head(),
    };
    let mut refused = None;
    for (who, deed) in &line.actors {
        let deed: Deed = deed.clone().try_into().map_err(|e| format!("{who}: {e}"))?;
        let scene = Scene {
            who,
            at,
            base,
            about: line.about.as_deref(),
        };
        refused = stage.carry_out(&scene, deed)?.or(refused);
    }
    same(line.refused.as_deref(), refused.as_deref())?;
    let Some(incident) = stage.find(line.about.as_deref())? else {
        return Err("there is no incident to look at".to_owned());
    };
    let incident = stage.board.get(incident).ok_or("it has gone")?;
    if let Some(expected) = &line.owed {
        let found: Vec<String> = duties(incident)
            .iter()
            .map(|due| format!("{} {}", clock(due.by), word(&due.duty)))
            .collect();
        if *expected != found {
            return Err(differs(&expected.join("\n    "), &found.join("\n    ")));
        }
    }
    let level = incident
        .severity()
        .map_or_else(|| "unset".to_owned(), |level| level.to_string());
    equal(line.severity.as_deref(), &level)?;
    equal(
        line.phase.as_deref(),
        &incident.phase().word().to_lowercase(),
    )
}

fn same(expected: Option<&str>, found: Option<&str>) -> Result<(), String> {
    match (expected, found) {
        (None, None) => Ok(()),
        (Some(part), Some(sentence)) if sentence.contains(part) => Ok(()),
        (expected, found) => Err(differs(
            &expected.map_or("it is done".to_owned(), |part| format!("refused: …{part}…")),
            &found.map_or("it is done".to_owned(), |sentence| {
                format!("refused: {sentence}")
            }),
        )),
    }
}

fn equal(expected: Option<&str>, found: &str) -> Result<(), String> {
    match expected {
        Some(expected) if expected != found => Err(differs(expected, found)),
        Some(_) | None => Ok(()),
    }
}

fn differs(expected: &str, found: &str) -> String {
    format!("\n  expected:\n    {expected}\n  found:\n    {found}")
}

fn noon() -> DateTime<Utc> {
    on("2026-01-14", "12:00")
}

/// `00:50`, `-00:05`, `52:00:01`: since noon.
fn time(text: &str) -> Result<DateTime<Utc>, String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let mut seconds = 0;
    let mut unit = 3600;
    for part in digits.split(':') {
        let count: i64 = part.parse().map_err(|_| format!("{text:?} is no time"))?;
        seconds += count * unit;
        unit /= 60;
    }
    Ok(noon() + TimeDelta::seconds(sign * seconds))
}

fn clock(at: DateTime<Utc>) -> String {
    let seconds = (at - noon()).num_seconds();
    let (sign, rest) = (if seconds < 0 { "-" } else { "" }, seconds.abs());
    let clock = format!("{sign}{:02}:{:02}", rest / 3600, rest / 60 % 60);
    match rest % 60 {
        0 => clock,
        second => format!("{clock}:{second:02}"),
    }
}

fn optional(text: Option<&String>) -> Result<Option<DateTime<Utc>>, String> {
    text.map(|text| time(text)).transpose()
}

impl Stage {
    fn known_at(&self, at: DateTime<Utc>) -> Seq {
        self.numbered
            .iter()
            .filter(|(when, _)| *when <= at)
            .map(|(_, seq)| *seq)
            .max()
            .unwrap_or(0)
    }

    /// The incident of that label; without one, the one declared last.
    fn find(&self, label: Option<&str>) -> Result<Option<IncidentId>, String> {
        match label {
            Some(label) => self
                .board
                .find(Some(label))
                .map(|incident| Some(incident.id))
                .map_err(|refusal| refusal.sentence),
            None => Ok(self.board.all().next_back().map(|incident| incident.id)),
        }
    }

    /// Does it, or says with which sentence it was refused.
    fn carry_out(&mut self, scene: &Scene<'_>, deed: Deed) -> Result<Option<String>, String> {
        if let Deed::Declare(declare) = deed {
            return self.declare(scene, &declare);
        }
        let about = self.find(scene.about)?.ok_or("nothing is declared yet")?;
        let fact = self.fact(scene, about, deed)?;
        if matches!(fact, Fact::ProbeChanged(_)) {
            self.record(scene, IncidentId::WORKSPACE, fact);
            return Ok(None);
        }
        let mut command = Command::new(fact, scene.who.into(), scene.at);
        command.gate = Gate {
            probes_green: true,
            final_update_drafted: true,
        };
        match self.board.decide(about, &command) {
            Err(refusal) => Ok(Some(refusal.sentence)),
            Ok(facts) => {
                for (incident, fact) in facts {
                    self.record(scene, incident, fact);
                }
                Ok(None)
            }
        }
    }

    fn declare(&mut self, scene: &Scene<'_>, declare: &Declare) -> Result<Option<String>, String> {
        let declaration = Declaration {
            title: declare.title.as_str().into(),
            severity: declare.severity,
            alert_at: optional(declare.alert.as_ref())?,
            reported_at: optional(declare.reported.as_ref())?,
            drill: declare.drill,
            private: declare.private,
            policy: self.policy.clone(),
            ..Declaration::default()
        };
        match self.board.decide_declare(declaration, scene.at) {
            Err(refusal) => Ok(Some(refusal.sentence)),
            Ok(fact) => {
                self.entries += 1;
                let id = IncidentId(Uuid::from_u128((1 << 64) + self.entries));
                self.record(scene, id, fact);
                Ok(None)
            }
        }
    }

    fn record(&mut self, scene: &Scene<'_>, incident: IncidentId, fact: Fact) {
        self.entries += 1;
        let seq = self.board.head() + 1;
        let id = EntryId(Uuid::from_u128(self.entries));
        let replica = scene
            .who
            .bytes()
            .fold(7_u128, |sum, byte| sum * 31 + u128::from(byte));
        self.board.apply(Entry {
            id,
            seq: Some(seq),
            incident,
            at: scene.at,
            recorded_at: scene.at,
            by: scene.who.into(),
            via: match scene.who {
                "engine" => Via::Engine,
                "probe" => Via::Probe,
                _ => Via::Console,
            },
            replica: ReplicaId(Uuid::from_u128(replica)),
            base: scene.base,
            fact,
        });
        self.numbered.push((scene.at, seq));
        self.last = Some(id);
    }

    /// The fact of a deed.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm per deed, each a line or two"
    )]
    fn fact(&self, scene: &Scene<'_>, about: IncidentId, deed: Deed) -> Result<Fact, String> {
        let incident = self.board.get(about).ok_or("it has gone")?;
        Ok(match deed {
            Deed::Declare(_) => return Err("declared twice".to_owned()),
            Deed::Acknowledge => Fact::Acknowledged {},
            Deed::Lead => Fact::RoleGiven {
                role: Role::Commander,
                person: scene.who.into(),
            },
            Deed::Mitigate => Fact::Mitigated {},
            Deed::ImpactStarted => Fact::ImpactStarted {},
            Deed::EndHold => Fact::HoldEnded {},
            Deed::Hold { until, because } => Fact::Held {
                until: time(&until)?,
                reason: prose(&because),
            },
            Deed::Close => Fact::Closed {},
            Deed::Severity { to, because } => Fact::SeverityChanged {
                to,
                reason: prose(&because),
            },
            Deed::Enter { phase, rollback } => Fact::PhaseEntered {
                phase,
                rollback: rollback.as_deref().map(prose),
            },
            Deed::Resolve { because } => Fact::Resolved {
                unmet: Vec::new(),
                reason: because.as_deref().map(prose),
            },
            Deed::Reopen(because) => Fact::Reopened {
                reason: prose(&because),
            },
            Deed::Cancel(because) => Fact::Cancelled {
                reason: prose(&because),
            },
            Deed::Merge { into } => Fact::Merged {
                into: self.find(Some(&into))?.ok_or("merge into what?")?,
            },
            Deed::Update { next } => update(Audience::Internal, Some(time(&next)?), None),
            Deed::FinalUpdate => update(Audience::Internal, None, None),
            Deed::LongRunning(because) => Fact::LongRunning {
                reason: prose(&because),
            },
            Deed::DraftForOutside(body) => Fact::ExternalDrafted {
                form: Form {
                    body: prose(&body),
                    ..form(None)
                },
            },
            Deed::ApproveForOutside => Fact::ExternalApproved {
                draft: draft(incident).ok_or("there is no draft")?,
            },
            Deed::Publish => publish(incident),
            Deed::Note(text) => Fact::Noted { text: prose(&text) },
            Deed::Ask { of, what, by } => Fact::Asked {
                of: of.as_str().into(),
                what: prose(&what),
                by: time(&by)?,
            },
            Deed::Answer => Fact::Answered {
                ask: incident
                    .state()
                    .asks
                    .last()
                    .ok_or("nothing is asked")?
                    .entry,
                text: Prose::default(),
            },
            Deed::Down(name) => probe(&name, Health::Up, Health::Down),
            Deed::Up(name) => probe(&name, Health::Down, Health::Up),
            Deed::Fire(target) => fire(incident, &target, scene.at)?,
            Deed::NewFailureMode(new) => Fact::FailureModeSaid { new },
            Deed::HoldRetrospective => Fact::RetrospectiveHeld {
                attendees: Vec::new(),
                notes: Prose::default(),
            },
            Deed::WaiveRetrospective { role, because } => Fact::RetrospectiveWaived {
                role: role.as_str().into(),
                reason: prose(&because),
            },
            Deed::Action { what, owner } => Fact::ActionAdded {
                kind: ActionKind::Preventive,
                what: prose(&what),
                owner: owner.as_deref().map(Into::into),
                due: None,
            },
            Deed::RetractLast => Fact::Retracted {
                entry: self.last.ok_or("there is nothing to retract")?,
                reason: Prose::default(),
            },
        })
    }
}

fn prose(text: &str) -> Prose {
    text.into()
}

fn draft(incident: &warroom::domain::incident::Incident) -> Option<EntryId> {
    incident
        .state()
        .external
        .draft
        .as_ref()
        .map(|(entry, _, _)| *entry)
}

/// An update, posted by hand; the last one where nothing follows.
/// The newest draft for outside is published, word for word.
fn publish(incident: &warroom::domain::incident::Incident) -> Fact {
    let written = incident.state().external.draft.as_ref();
    Fact::UpdateSent(Box::new(Update {
        audience: Audience::External,
        form: written.map_or_else(|| form(None), |(_, _, form)| form.clone()),
        channels: Vec::new(),
        last: false,
        draft: draft(incident),
    }))
}

fn form(next: Option<DateTime<Utc>>) -> Form {
    Form {
        status: "Investigating".into(),
        impact: "checkout is slow".into(),
        eta: "unknown".into(),
        next,
        ..Form::default()
    }
}

fn update(audience: Audience, next: Option<DateTime<Utc>>, draft: Option<EntryId>) -> Fact {
    Fact::UpdateSent(Box::new(Update {
        audience,
        form: form(next),
        channels: Vec::new(),
        last: next.is_none() && audience == Audience::Internal,
        draft,
    }))
}

/// The engine fires the step of that target, as late as it is.
fn fire(
    incident: &warroom::domain::incident::Incident,
    target: &str,
    at: DateTime<Utc>,
) -> Result<Fact, String> {
    let due = duties(incident)
        .into_iter()
        .find(|due| word(&due.duty) == target)
        .ok_or_else(|| format!("{target} is not owed"))?;
    match due.duty {
        warroom::domain::duty::Duty::Escalate {
            step,
            target,
            round,
            ..
        } => Ok(Fact::Escalated {
            step,
            target,
            round,
            via: Vec::new(),
            late_s: (at - due.by).num_seconds().max(0),
            by_hand: false,
        }),
        _ => Err(format!("{target} is no step of a ladder")),
    }
}
