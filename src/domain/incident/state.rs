//! What follows from an incident's entries.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Serialize;

use super::{
    apart::Said,
    guard::Changes,
    outbound::{External, Outbound},
};
use crate::domain::{
    downtime::Ledger,
    entry::{EntryId, IncidentId},
    fact::{ActionKind, Health, Role, Skip},
    phase::Phase,
    policy::{Policy, Rung},
    severity::Severity,
    text::{Address, Name, Prose, Title},
};

/// The state of an incident.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// What is wrong.
    pub title: Title,
    /// What users notice.
    pub impact: Title,
    /// The service hit.
    pub service: Option<Name>,
    /// The alert's identity at its source.
    pub fingerprint: Option<Name>,
    /// An exercise (X4).
    pub drill: bool,
    /// Restricted (X4).
    pub private: bool,
    /// The policy in force (E6).
    pub policy: Arc<Policy>,
    /// The incident that this one repeats (R2).
    pub recurrence_of: Option<IncidentId>,
    /// The level, once decided.
    pub severity: Option<Severity>,
    /// The highest level ever held (S4).
    pub highest: Option<Severity>,
    pub(super) said: Said,
    pub(super) changes: Changes,
    /// Entries without effect, and what overtook each: their authors had not
    /// seen it.
    pub superseded: BTreeMap<EntryId, EntryId>,
    /// When the resolution deadline was already past as the level changed (S3).
    pub overdue_on_change: Option<DateTime<Utc>>,
    /// When the highest level that requires outside news was reached (X1).
    pub external_since: Option<DateTime<Utc>>,
    /// Where the work stands.
    pub phase: Phase,
    /// When what happened (T2).
    pub times: Milestones,
    /// The first acknowledgement, judged when it happened (S3).
    pub taken: Option<Taken>,
    /// Who does what, in the order in which they took it.
    pub roles: Vec<(Role, Name)>,
    /// Who joined, and when first.
    pub joined: Vec<(Name, DateTime<Utc>)>,
    /// Updates inside the company, oldest first.
    pub updates: Vec<Outbound>,
    /// The first of them that was out, judged when it was (S3).
    pub first_notice: Option<Told>,
    /// News for outside (X2).
    pub external: External,
    /// Why it takes long, if somebody declared so (U1).
    pub long_running: Option<Prose>,
    /// Requests to people.
    pub asks: Vec<Ask>,
    /// Pinned entries.
    pub pins: Vec<EntryId>,
    /// Links that were added.
    pub links: Vec<(Name, Address)>,
    /// Ticked checklist items: who and when.
    pub ticks: BTreeMap<String, (Name, DateTime<Utc>)>,
    /// What was climbed.
    pub ladder: LadderState,
    /// Outages (X1).
    pub ledger: Ledger,
    /// Probes that count, as far as they changed: state and since.
    pub probes: BTreeMap<Name, (Health, DateTime<Utc>)>,
    /// Attached alerts by fingerprint: name, and whether it fires.
    pub alerts: BTreeMap<Name, (Title, bool)>,
    /// Open points when it was resolved (R1).
    pub unmet: Vec<Title>,
    /// Who said that it was resolved, the latest time.
    pub resolved_by: Name,
    /// Why it was cancelled, reopened last, or merged.
    pub ended_because: Prose,
    /// The incident that it goes on in (R3).
    pub merged_into: Option<IncidentId>,
    /// Incidents that go on in it (R3).
    pub absorbed: Vec<IncidentId>,
    /// Looking back (V1).
    pub retrospective: Retrospective,
    /// Facts of kinds that this program does not know.
    pub unknown: usize,
    /// One of those changes what the others mean: nothing may be added to the
    /// incident by a program that does not know it.
    pub needs_newer: bool,
}

/// When what happened (T2), in UTC. `declared` always has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, utoipa::ToSchema)]
pub struct Milestones {
    /// Impact began.
    pub impact_started: Option<DateTime<Utc>>,
    /// The monitoring raised the alarm.
    pub alert: Option<DateTime<Utc>>,
    /// A person reported it.
    pub reported: Option<DateTime<Utc>>,
    /// It was declared here.
    pub declared: DateTime<Utc>,
    /// The first person took it.
    pub acknowledged: Option<DateTime<Utc>>,
    /// The severity was decided.
    pub triaged: Option<DateTime<Utc>>,
    /// The cause was known.
    pub identified: Option<DateTime<Utc>>,
    /// Impact was over.
    pub mitigated: Option<DateTime<Utc>>,
    /// The service was normal for the first time.
    pub resolved_first: Option<DateTime<Utc>>,
    /// The service was normal, the latest time; `None` since it was reopened.
    pub resolved: Option<DateTime<Utc>>,
    /// Follow-up was done.
    pub closed: Option<DateTime<Utc>>,
    /// It went on after all, the latest time.
    pub reopened: Option<DateTime<Utc>>,
    /// It was called off.
    pub cancelled: Option<DateTime<Utc>>,
}

impl Milestones {
    /// The alert or the report, whichever was first (T2).
    pub fn detected(&self) -> Option<DateTime<Utc>> {
        [self.alert, self.reported].into_iter().flatten().min()
    }

    /// Moves the alert and the report to when they were by the right clock: the
    /// one that it was declared by was so far ahead. `declared` is mended.
    pub(super) fn were_ahead(&mut self, by: TimeDelta) {
        let declared = self.declared;
        let moved = |at: DateTime<Utc>| at.checked_sub_signed(by).unwrap_or(at).min(declared);
        self.alert = self.alert.map(moved);
        self.reported = self.reported.map(moved);
    }
}

/// The first acknowledgement, with the deadline that was in force (S3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Who.
    pub by: Name,
    /// When.
    pub at: DateTime<Utc>,
    /// By when it was owed then; `None` while no severity was set.
    pub deadline: Option<DateTime<Utc>>,
    /// Who else acknowledged later.
    pub also: Vec<Name>,
}

/// The first notice inside the company, with the deadline that was in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Who sent it.
    pub by: Name,
    /// When it was out.
    pub at: DateTime<Utc>,
    /// By when it was owed then.
    pub deadline: DateTime<Utc>,
}

/// A request to one person.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// The entry that asked.
    pub entry: EntryId,
    /// Who asked whom for what, and by when.
    pub asked: Asked,
    /// When it was answered.
    pub answered: Option<DateTime<Utc>>,
}

/// The words of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Who asked.
    pub from: Name,
    /// Who is asked.
    pub of: Name,
    /// For what.
    pub what: Prose,
    /// When it was asked.
    pub at: DateTime<Utc>,
    /// By when.
    pub by: DateTime<Utc>,
}

/// What was climbed, passed over, held. Each step stands under whom it told, so
/// that none takes another's place once a policy is adopted (E6).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LadderState {
    /// Steps that fired, the first time each; they stay fired (E3).
    pub fired: BTreeMap<Rung, Fired>,
    /// The round that each step fires next: the ones before have their ids in
    /// the log, also where their page was called off and the step is open again.
    pub rounds: BTreeMap<Rung, u32>,
    /// Steps passed over, and why.
    pub skipped: BTreeMap<Rung, (Skip, DateTime<Utc>)>,
    /// Questions answered (E5).
    pub confirmed: BTreeMap<Rung, bool>,
    /// The wait in force, if any (E11).
    pub hold: Option<Hold>,
    /// Pages on their way.
    pub pages: BTreeMap<EntryId, OnItsWay>,
    /// Steps whose page no channel took, and when the last refused (E7).
    pub unreached: BTreeMap<Rung, DateTime<Utc>>,
}

impl LadderState {
    /// The round that a step fires next; 0 where it never did.
    pub(super) fn rounds_of(&self, rung: &Rung) -> u32 {
        self.rounds.get(rung).copied().unwrap_or_default()
    }
}

/// A page of which nobody knows yet what became.
#[derive(Debug, Clone, PartialEq)]
pub struct OnItsWay {
    /// The step that it stands for; `None` where a person paged by hand.
    pub rung: Option<Rung>,
    /// The channels that may still take it.
    pub left: Vec<Name>,
    /// A channel failed, and not because it was called off there (E7).
    pub failed: bool,
    /// A person called it off.
    pub by_hand: bool,
    /// How the step stood before it fired.
    pub before: Option<Fired>,
    /// The step's next round since: a later one, where it fired once more.
    pub next_round: u32,
}

/// A step that fired.
#[derive(Debug, Clone, PartialEq)]
pub struct Fired {
    /// When first.
    pub at: DateTime<Utc>,
    /// When last, for ladders that repeat.
    pub last: DateTime<Utc>,
    /// Who was told.
    pub target: Name,
    /// How long after it was due, in seconds.
    pub late_s: i64,
    /// A person did it.
    pub by_hand: bool,
    /// Whose word that is; `None` where the log's own engine did it.
    pub by: Option<Name>,
}

/// A ladder that waits (E11).
#[derive(Debug, Clone, PartialEq)]
pub struct Hold {
    /// The entry that said so.
    pub entry: EntryId,
    /// Since when.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// Who said so.
    pub by: Name,
    /// Why.
    pub reason: Prose,
}

/// Looking back (V1 to V4).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Retrospective {
    /// Whether it recurs, once a person said so.
    pub recurs: Option<bool>,
    /// Whether the failure mode is new, once a person said so.
    pub new_failure_mode: Option<bool>,
    /// Its date.
    pub scheduled: Option<DateTime<Utc>>,
    /// When it was held.
    pub held: Option<DateTime<Utc>>,
    /// Who said that it was.
    pub held_by: Name,
    /// Who attended.
    pub attendees: Vec<Name>,
    /// By whose authority there is none, and why.
    pub waived: Option<(Title, Prose)>,
    /// What contributed.
    pub factors: Vec<Prose>,
    /// What is to be done.
    pub actions: Vec<Action>,
}

/// An action item (V4).
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// The entry that added it.
    pub entry: EntryId,
    /// One of the four kinds.
    pub kind: ActionKind,
    /// What is to be done.
    pub what: Prose,
    /// Who does it.
    pub owner: Option<Name>,
    /// By when.
    pub due: Option<NaiveDate>,
    /// Done.
    pub done: bool,
}

impl State {
    /// The last update inside the company, but for those that nobody reads.
    pub fn last_update(&self) -> Option<&Outbound> {
        self.updates.iter().rfind(|sent| !sent.is_kept_back())
    }

    /// The level that every clock counts with: unset waits as P1 would.
    pub fn assumed_severity(&self) -> Severity {
        self.severity.unwrap_or(Severity::P1)
    }

    pub(super) fn new(policy: Arc<Policy>) -> Self {
        Self {
            title: Title::default(),
            impact: Title::default(),
            service: None,
            fingerprint: None,
            drill: false,
            private: false,
            policy,
            recurrence_of: None,
            severity: None,
            highest: None,
            said: Said::default(),
            changes: Changes::default(),
            superseded: BTreeMap::new(),
            overdue_on_change: None,
            external_since: None,
            phase: Phase::Triage,
            times: Milestones::default(),
            taken: None,
            roles: Vec::new(),
            joined: Vec::new(),
            updates: Vec::new(),
            first_notice: None,
            external: External::default(),
            long_running: None,
            asks: Vec::new(),
            pins: Vec::new(),
            links: Vec::new(),
            ticks: BTreeMap::new(),
            ladder: LadderState::default(),
            ledger: Ledger::default(),
            probes: BTreeMap::new(),
            alerts: BTreeMap::new(),
            unmet: Vec::new(),
            resolved_by: Name::default(),
            ended_because: Prose::default(),
            merged_into: None,
            absorbed: Vec::new(),
            retrospective: Retrospective::default(),
            unknown: 0,
            needs_newer: false,
        }
    }
}
