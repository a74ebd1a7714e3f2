//! What happened: facts in the past tense, stored for ever and never changed.
//!
//! A fact that this program does not know (written by a newer one) is kept
//! byte for byte as [`Fact::Unknown`], relayed, and shown as what it is. One that
//! it knows in part keeps what it came as beside it ([`Fact::read_whole`]).

mod parts;
mod stored;
mod words;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    entry::{EntryId, IncidentId},
    phase::Phase,
    severity::Severity,
    text::{Address, Name, Prose, Title},
    update::Form,
};

pub use parts::{Declaration, ProbeChange, Update};
pub use words::{ActionKind, ErrorClass, Fate, Health, Role, Skip, StepId};

/// One thing that happened. The variant's name in snake case is the entry's
/// `kind`; its fields are the entry's `body`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "body", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each variant's sentence names its fields")]
pub enum Fact {
    /// An incident was declared. Everything else of an incident follows this.
    Declared(Box<Declaration>),
    /// Somebody took the page: the first stops the page ladder (E2).
    Acknowledged {},
    /// The severity was set or changed.
    SeverityChanged {
        to: Severity,
        #[serde(default)]
        reason: Prose,
    },
    /// Title, impact or blast radius were reworded; absent parts stay.
    Described {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<Title>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        impact: Option<Title>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        service: Option<Name>,
    },
    /// Work moved to another phase (G2).
    PhaseEntered {
        phase: Phase,
        /// On entering `fixing`: how to get back, or that there is no way.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rollback: Option<Prose>,
    },
    /// When the impact began, as far as known (T2); the entry's time says when.
    ImpactStarted {},
    /// Impact is over; the service need not be normal yet.
    Mitigated {},
    /// The service is normal again. `unmet` are the gate's open points (R1).
    Resolved {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unmet: Vec<Title>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Prose>,
    },
    /// Resolved too early: the same incident goes on (R2).
    Reopened { reason: Prose },
    /// Follow-up is done (V4).
    Closed {},
    /// It never was one: a false alarm, or a duplicate.
    Cancelled { reason: Prose },
    /// This incident goes on in another one; its id stays resolvable (R3).
    Merged { into: IncidentId },
    /// Another incident goes on in this one, with its duties (R3).
    Absorbed {
        from: IncidentId,
        alert_at: Option<DateTime<Utc>>,
        #[serde(default)]
        fired: Vec<String>,
        /// Whom each of these told, in the same order: a policy that is adopted
        /// meanwhile may have somebody else there (E6).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        targets: Vec<Name>,
        /// The highest level that it ever had (S4).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        highest: Option<Severity>,
    },
    /// A role was given to a person; the commander is one of the roles.
    RoleGiven { role: Role, person: Name },
    /// A person gave a role up.
    RoleLeft { role: Role, person: Name },
    /// A person joined in, for instance by answering a page.
    Joined { person: Name },
    /// Somebody wrote something down.
    Noted { text: Prose },
    /// A time-boxed request to one person.
    Asked {
        of: Name,
        what: Prose,
        by: DateTime<Utc>,
    },
    /// The request was answered.
    Answered {
        ask: EntryId,
        #[serde(default)]
        text: Prose,
    },
    /// An entry was pinned to the top, or taken down again.
    Pinned { entry: EntryId, on: bool },
    /// A link was added.
    Linked { name: Name, url: Address },
    /// A checklist item was ticked, or unticked: `detect.ack`, `runbook:x.md#3`.
    Ticked { item: Title, done: bool },
    /// An entry happened at another time than it says (T1).
    Corrected {
        entry: EntryId,
        at: DateTime<Utc>,
        #[serde(default)]
        reason: Prose,
    },
    /// An entry is taken back; it stays visible as retracted (U6).
    Retracted {
        entry: EntryId,
        #[serde(default)]
        reason: Prose,
    },

    /// A person sent an update; deliveries follow (U4).
    UpdateSent(Box<Update>),
    /// The longer promise of an incident that will take long (U1).
    LongRunning { reason: Prose },
    /// A text for outside was drafted (X2).
    ExternalDrafted { form: Form },
    /// The commander approved a draft (X2).
    ExternalApproved { draft: EntryId },

    /// A channel took a message. `key` is the delivery's.
    Delivered {
        of: EntryId,
        channel: Name,
        key: Title,
        #[serde(default)]
        note: Title,
    },
    /// A channel did not take a message, and will not be tried again by itself.
    Undelivered {
        of: EntryId,
        channel: Name,
        key: Title,
        why: Title,
        #[serde(default, skip_serializing_if = "Fate::is_failed")]
        fate: Fate,
    },

    /// A step of a ladder fired (E1); a person's doing when `by_hand`.
    Escalated {
        step: StepId,
        #[serde(default)]
        round: u32,
        target: Name,
        /// Contacts and channels reached for: `bo` by `pager`.
        #[serde(default)]
        via: Vec<Name>,
        #[serde(default)]
        late_s: i64,
        #[serde(default)]
        by_hand: bool,
    },
    /// A step was passed over, and why (E3, E7, E8, E11).
    StepSkipped {
        step: StepId,
        target: Name,
        why: Skip,
        #[serde(default)]
        reason: Prose,
    },
    /// The question before a step was answered (E5).
    StepConfirmed { step: StepId, go: bool },
    /// A ladder waits until then (E11).
    Held { until: DateTime<Utc>, reason: Prose },
    /// The wait was ended early.
    HoldEnded {},
    /// A person was paged by hand (E11).
    Paged {
        person: Name,
        #[serde(default)]
        text: Prose,
        #[serde(default)]
        via: Vec<Name>,
    },
    /// A newer policy was adopted on purpose (E6); the whole file.
    PolicyAdopted { policy: String },

    /// An alert was attached to the incident, or fired again.
    AlertFired {
        fingerprint: Name,
        name: Title,
        #[serde(default)]
        source: Name,
    },
    /// An attached alert cleared; it only suggests (R1).
    AlertCleared { fingerprint: Name },
    /// A probe changed state (H1).
    ProbeChanged(Box<ProbeChange>),
    /// A person added an outage to the ledger (X1).
    OutageAdded {
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        #[serde(default)]
        reason: Prose,
    },
    /// A person struck a span from the ledger (X1).
    OutageStruck {
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        #[serde(default)]
        reason: Prose,
    },

    /// Whether it recurs, as a person says (V1).
    RecurrenceSaid {
        recurs: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<IncidentId>,
    },
    /// Whether the failure mode is new, as a person says (V1).
    FailureModeSaid { new: bool },
    /// The retrospective has a date.
    RetrospectiveScheduled { at: DateTime<Utc> },
    /// The retrospective was held (V2).
    RetrospectiveHeld {
        #[serde(default)]
        attendees: Vec<Name>,
        #[serde(default)]
        notes: Prose,
    },
    /// No retrospective, by whose authority and why (V2).
    RetrospectiveWaived { role: Title, reason: Prose },
    /// Something that contributed.
    FactorAdded { text: Prose },
    /// An action item (V4).
    ActionAdded {
        kind: ActionKind,
        what: Prose,
        #[serde(default)]
        owner: Option<Name>,
        #[serde(default)]
        due: Option<NaiveDate>,
    },
    /// An action item changed; absent parts stay.
    ActionChanged {
        action: EntryId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<Name>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<NaiveDate>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        done: Option<bool>,
    },

    /// Of a kind, or in a shape, that this program does not know.
    #[serde(skip)]
    Unknown(Unknown),
}

/// A fact from a newer program, or one with fields of a newer program, as it
/// came.
#[derive(Debug, Clone)]
pub struct Unknown {
    /// Its kind.
    pub kind: String,
    /// Its body, byte for byte.
    pub body: Box<RawValue>,
}

impl Unknown {
    /// Whether a program that does not know it must not add to its incident:
    /// its body says `"critical": true`.
    pub fn is_critical(&self) -> bool {
        #[derive(Deserialize)]
        struct Mark {
            #[serde(default)]
            critical: bool,
        }
        serde_json::from_str(self.body.get()).is_ok_and(|mark: Mark| mark.critical)
    }
}

impl PartialEq for Unknown {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.body.get() == other.body.get()
    }
}

impl Fact {
    /// The policy that it brings, as text; `None` for what brings none.
    pub fn policy(&self) -> Option<&str> {
        if let Self::Declared(declared) = self {
            return Some(&declared.policy);
        }
        if let Self::PolicyAdopted { policy } = self {
            return Some(policy);
        }
        None
    }

    /// Reads a stored fact. What is not understood becomes [`Fact::Unknown`],
    /// so nothing that was accepted once is ever lost.
    ///
    /// # Errors
    ///
    /// Only when `body` is no JSON at all.
    pub fn read(kind: &str, body: &str) -> Result<Self, serde_json::Error> {
        Self::read_whole(kind, body).map(|(fact, _)| fact)
    }

    /// Reads a stored fact; and as it came, where a newer program wrote fields
    /// into it that this one does not know.
    ///
    /// # Errors
    ///
    /// As [`Fact::read`].
    pub fn read_whole(
        kind: &str,
        body: &str,
    ) -> Result<(Self, Option<Unknown>), serde_json::Error> {
        let as_it_came = || -> Result<Unknown, serde_json::Error> {
            let raw: &RawValue = serde_json::from_str(body)?;
            Ok(Unknown {
                kind: kind.to_owned(),
                body: raw.to_owned(),
            })
        };
        match stored::read(kind, body) {
            Ok((known, false)) => Ok((known, None)),
            Ok((known, true)) => Ok((known, Some(as_it_came()?))),
            Err(_) => Ok((Self::Unknown(as_it_came()?), None)),
        }
    }

    /// The fact as it is stored: its kind, and its body as JSON.
    ///
    /// # Panics
    ///
    /// Never: a fact has only text keys and finite numbers.
    pub fn write(&self) -> (String, Box<RawValue>) {
        #[derive(Deserialize)]
        struct Tagged {
            kind: String,
            body: Box<RawValue>,
        }
        if let Self::Unknown(unknown) = self {
            return (unknown.kind.clone(), unknown.body.clone());
        }
        let text =
            serde_json::to_string(self).expect("a fact has only text keys and finite numbers");
        let tagged: Tagged =
            serde_json::from_str(&text).expect("every known fact has a kind and a body");
        (tagged.kind, tagged.body)
    }
}
