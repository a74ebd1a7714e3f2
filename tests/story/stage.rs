//! The stage: who does what, decided and recorded on one board.

use chrono::{DateTime, Utc};
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

use super::{optional, time};
use crate::rules::room::{probe, word};

/// What somebody does: one word, or a table with the word as a key.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Deed {
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
    Reword(String),
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
pub(super) struct Declare {
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
pub(super) struct Stage {
    pub(super) board: Board,
    pub(super) policy: String,
    pub(super) entries: u128,
    /// When which number was given out: what somebody knew at a time.
    pub(super) numbered: Vec<(DateTime<Utc>, Seq)>,
    pub(super) last: Option<EntryId>,
}

/// Who does it, when, and where.
pub(super) struct Scene<'a> {
    pub(super) who: &'a str,
    pub(super) at: DateTime<Utc>,
    pub(super) base: Seq,
    pub(super) about: Option<&'a str>,
}

impl Stage {
    pub(super) fn known_at(&self, at: DateTime<Utc>) -> Seq {
        self.numbered
            .iter()
            .filter(|(when, _)| *when <= at)
            .map(|(_, seq)| *seq)
            .max()
            .unwrap_or(0)
    }

    /// The incident of that label; without one, the one declared last.
    pub(super) fn find(&self, label: Option<&str>) -> Result<Option<IncidentId>, String> {
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
    pub(super) fn carry_out(
        &mut self,
        scene: &Scene<'_>,
        deed: Deed,
    ) -> Result<Option<String>, String> {
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
            not_green: Some(Vec::new()),
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
            came_as: None,
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
            Deed::Reword(title) => Fact::Described {
                title: Some(title.as_str().into()),
                impact: None,
                service: None,
            },
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
        label: None,
        last: incident.phase() == Phase::Resolved,
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
        label: None,
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
