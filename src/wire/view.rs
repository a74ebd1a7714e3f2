//! What scripts read, from `-o json` and over HTTP: small structs with stable names, times in UTC as
//! RFC 3339, lengths of time in whole seconds.

mod duty;
mod log;
pub mod words;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

pub use duty::{Over, Owed, over, owed};
pub use log::{Happened, Seen, Sending, happened, sending};

use crate::domain::{
    duty::{duties, settled},
    entry::{EntryId, IncidentId},
    escalation,
    fact::{ActionKind, Role},
    incident::{Conflict, Incident, Milestones},
    phase::Phase,
    retrospective::{self, Reason},
    severity::Severity,
    text::{Name, Prose, Title},
    update::Setting,
};

/// An incident, in a line of a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IncidentInBrief)]
pub struct Brief<'a> {
    #[schema(value_type = String, format = "uuid")]
    pub id: IncidentId,
    pub label: String,
    pub number: Option<u32>,
    #[schema(value_type = String)]
    pub title: &'a Title,
    #[schema(value_type = Option<String>)]
    pub severity: Option<Severity>,
    #[schema(value_type = Option<String>)]
    pub highest_severity: Option<Severity>,
    #[schema(value_type = String)]
    pub phase: Phase,
    pub active: bool,
    #[schema(value_type = String)]
    pub impact: &'a Title,
    #[schema(value_type = Option<String>)]
    pub service: Option<&'a Name>,
    pub drill: bool,
    pub private: bool,
    #[schema(value_type = Option<String>)]
    pub commander: Option<&'a Name>,
    pub anchor: DateTime<Utc>,
    /// What people set apart from each other, to be set again.
    #[schema(value_type = Vec<Value>)]
    pub conflicts: Vec<Conflict>,
    pub duties: Vec<Owed>,
}

/// An incident, whole.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Incident)]
pub struct Whole<'a> {
    #[serde(flatten)]
    pub brief: Brief<'a>,
    pub roles: Vec<RoleOf<'a>>,
    #[schema(value_type = Vec<String>)]
    pub people: Vec<Name>,
    pub milestones: &'a Milestones,
    #[schema(value_type = Option<String>)]
    pub acknowledged_by: Option<&'a Name>,
    #[schema(value_type = Vec<String>)]
    pub also_acknowledged_by: &'a [Name],
    pub settled: Vec<Over>,
    pub held_until: Option<DateTime<Utc>>,
    pub downtime_seconds: i64,
    pub outages: Vec<Outage>,
    pub updates: Vec<Said<'a>>,
    pub published: Vec<Said<'a>>,
    #[schema(value_type = Option<String>, format = "uuid")]
    pub draft: Option<EntryId>,
    pub draft_approved: bool,
    pub requests: Vec<Request<'a>>,
    pub links: Vec<Link<'a>>,
    #[schema(value_type = Vec<String>)]
    pub ticked: Vec<&'a str>,
    #[schema(value_type = Vec<String>)]
    pub alerts_firing: Vec<&'a Title>,
    #[schema(value_type = Vec<String>)]
    pub unmet_at_resolve: &'a [Title],
    #[schema(value_type = Option<String>)]
    pub long_running: Option<&'a Prose>,
    #[schema(value_type = Option<String>)]
    pub ended_because: Option<&'a Prose>,
    #[schema(value_type = Option<String>, format = "uuid")]
    pub merged_into: Option<IncidentId>,
    #[schema(value_type = Vec<String>)]
    pub absorbed: &'a [IncidentId],
    #[schema(value_type = Option<String>, format = "uuid")]
    pub recurrence_of: Option<IncidentId>,
    pub retrospective: LookingBack<'a>,
    #[schema(value_type = String)]
    pub policy: &'a Title,
    pub entries: usize,
}

/// Who does what.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleOf<'a> {
    #[schema(value_type = String)]
    pub role: Role,
    #[schema(value_type = String)]
    pub person: &'a Name,
}

/// A time of downtime.
#[derive(Debug, Serialize, ToSchema)]
pub struct Outage {
    pub from: DateTime<Utc>,
    pub to: Option<DateTime<Utc>>,
}

/// An update that was sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct Said<'a> {
    #[schema(value_type = String, format = "uuid")]
    pub entry: EntryId,
    #[schema(value_type = String)]
    pub by: &'a Name,
    pub at: DateTime<Utc>,
    pub posted_at: Option<DateTime<Utc>>,
    #[schema(value_type = String)]
    pub status: &'a Title,
    #[schema(value_type = String)]
    pub impact: &'a Title,
    #[schema(value_type = String)]
    pub eta: &'a Title,
    pub eta_at: Option<DateTime<Utc>>,
    pub next: Option<DateTime<Utc>>,
    #[schema(value_type = String)]
    pub body: &'a Prose,
    pub last: bool,
    #[schema(value_type = Vec<String>)]
    pub channels: &'a [Name],
    #[schema(value_type = Vec<String>)]
    pub posted: Vec<&'a Name>,
    #[schema(value_type = Vec<String>)]
    pub failed: Vec<&'a Name>,
}

/// A request to a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Request<'a> {
    #[schema(value_type = String, format = "uuid")]
    pub entry: EntryId,
    #[schema(value_type = String)]
    pub from: &'a Name,
    #[schema(value_type = String)]
    pub of: &'a Name,
    #[schema(value_type = String)]
    pub what: &'a Prose,
    pub by: DateTime<Utc>,
    pub answered: Option<DateTime<Utc>>,
}

/// A link.
#[derive(Debug, Serialize, ToSchema)]
pub struct Link<'a> {
    #[schema(value_type = String)]
    pub name: &'a Name,
    #[schema(value_type = String)]
    pub url: &'a str,
}

/// Looking back.
#[derive(Debug, Serialize, ToSchema)]
pub struct LookingBack<'a> {
    pub required: bool,
    /// Why it is required, as of now (V1).
    pub reasons: Vec<String>,
    /// When its length alone will require it, while that is still ahead.
    pub required_from: Option<DateTime<Utc>>,
    pub recurs: Option<bool>,
    pub new_failure_mode: Option<bool>,
    pub scheduled: Option<DateTime<Utc>>,
    pub held: Option<DateTime<Utc>>,
    #[schema(value_type = Vec<String>)]
    pub attendees: &'a [Name],
    #[schema(value_type = Option<String>)]
    pub waived_by: Option<&'a Title>,
    #[schema(value_type = Vec<String>)]
    pub factors: &'a [Prose],
    pub actions: Vec<Item<'a>>,
    pub open_before_closing: Vec<String>,
}

/// An action item.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActionItem)]
pub struct Item<'a> {
    #[schema(value_type = String, format = "uuid")]
    pub entry: EntryId,
    #[schema(value_type = String)]
    pub kind: ActionKind,
    #[schema(value_type = String)]
    pub what: &'a Prose,
    #[schema(value_type = Option<String>)]
    pub owner: Option<&'a Name>,
    pub due: Option<NaiveDate>,
    pub done: bool,
}

/// An incident in a line of a list.
pub fn brief(incident: &Incident, now: DateTime<Utc>) -> Brief<'_> {
    let state = incident.state();
    Brief {
        id: incident.id,
        label: incident.label(),
        number: incident.number,
        title: &state.title,
        severity: incident.severity(),
        highest_severity: state.highest,
        phase: incident.phase(),
        active: incident.is_active(),
        impact: &state.impact,
        service: state.service.as_ref(),
        drill: state.drill,
        private: state.private,
        commander: incident.commander(),
        anchor: incident.anchor(),
        conflicts: incident.conflicts().collect(),
        duties: duties(incident)
            .iter()
            .map(|due| owed(incident, due, now))
            .collect(),
    }
}

/// An incident, whole.
pub fn whole(incident: &Incident, now: DateTime<Utc>) -> Whole<'_> {
    let state = incident.state();
    Whole {
        brief: brief(incident, now),
        roles: roles(incident),
        people: incident.people(),
        milestones: &state.times,
        acknowledged_by: state.taken.as_ref().map(|taken| &taken.by),
        also_acknowledged_by: state.taken.as_ref().map_or(&[], |taken| &taken.also),
        settled: settled(incident).iter().map(over).collect(),
        held_until: escalation::held_until(incident),
        downtime_seconds: state.ledger.total(now).num_seconds(),
        outages: outages(incident),
        updates: state.updates.iter().map(said).collect(),
        published: state.external.published.iter().map(said).collect(),
        draft: state.external.draft.as_ref().map(|(draft, ..)| *draft),
        draft_approved: is_approved(incident),
        requests: requests(incident),
        links: links(incident),
        ticked: state.ticks.keys().map(String::as_str).collect(),
        alerts_firing: firing(incident),
        unmet_at_resolve: &state.unmet,
        long_running: state.long_running.as_ref(),
        ended_because: Some(&state.ended_because).filter(|why| !why.is_empty()),
        merged_into: state.merged_into,
        absorbed: &state.absorbed,
        recurrence_of: state.recurrence_of,
        retrospective: looking_back(incident, now),
        policy: &incident.policy().name,
        entries: incident.entries().len(),
    }
}

fn is_approved(incident: &Incident) -> bool {
    let external = &incident.state().external;
    let draft = external.draft.as_ref().map(|(draft, ..)| draft);
    draft.is_some() && draft == external.approved.as_ref().map(|(draft, _)| draft)
}

fn roles(incident: &Incident) -> Vec<RoleOf<'_>> {
    let roles = incident.state().roles.iter();
    roles
        .map(|(role, person)| RoleOf {
            role: *role,
            person,
        })
        .collect()
}

fn outages(incident: &Incident) -> Vec<Outage> {
    let spans = incident.state().ledger.intervals();
    spans
        .into_iter()
        .map(|span| Outage {
            from: span.from,
            to: span.to,
        })
        .collect()
}

fn said(sent: &crate::domain::incident::Outbound) -> Said<'_> {
    let form = &sent.update.form;
    Said {
        entry: sent.entry,
        by: &sent.by,
        at: sent.at,
        posted_at: sent.posted_at(),
        status: &form.status,
        impact: &form.impact,
        eta: &form.eta,
        eta_at: form.eta_at,
        next: form.next,
        body: &form.body,
        last: sent.update.last,
        channels: &sent.update.channels,
        posted: sent.posted.iter().map(|(name, _)| name).collect(),
        failed: sent.not_sent.iter().map(|one| &one.channel).collect(),
    }
}

fn requests(incident: &Incident) -> Vec<Request<'_>> {
    let asks = incident.state().asks.iter();
    asks.map(|ask| Request {
        entry: ask.entry,
        from: &ask.asked.from,
        of: &ask.asked.of,
        what: &ask.asked.what,
        by: ask.asked.by,
        answered: ask.answered,
    })
    .collect()
}

fn links(incident: &Incident) -> Vec<Link<'_>> {
    let links = incident.state().links.iter();
    links.map(|(name, url)| Link { name, url }).collect()
}

fn firing(incident: &Incident) -> Vec<&Title> {
    let alerts = incident.state().alerts.values();
    alerts
        .filter(|(_, fires)| *fires)
        .map(|(name, _)| name)
        .collect()
}

fn looking_back(incident: &Incident, now: DateTime<Utc>) -> LookingBack<'_> {
    let state = &incident.state().retrospective;
    let reasons = retrospective::reasons(incident);
    let actions = state.actions.iter().map(|action| Item {
        entry: action.entry,
        kind: action.kind,
        what: &action.what,
        owner: action.owner.as_ref(),
        due: action.due,
        done: action.done,
    });
    LookingBack {
        required: retrospective::is_required(incident, now),
        reasons: (reasons.iter().filter(|reason| reason.holds(now)))
            .map(|reason| reason.words(incident))
            .collect(),
        required_from: reasons.iter().find_map(|reason| match reason {
            Reason::Long(limit) if !reason.holds(now) => Some(*limit),
            Reason::Long(_) | Reason::Severity(_) | Reason::Recurring | Reason::NewFailureMode => {
                None
            }
        }),
        recurs: state.recurs,
        new_failure_mode: state.new_failure_mode,
        scheduled: state.scheduled,
        held: state.held,
        attendees: &state.attendees,
        waived_by: state.waived.as_ref().map(|(role, _)| role),
        factors: &state.factors,
        actions: actions.collect(),
        open_before_closing: (retrospective::open_before_closing(incident).iter())
            .map(retrospective::Missing::words)
            .collect(),
    }
}

/// The setting in which updates are shown and sent.
pub const fn setting(label: Option<&str>, now: DateTime<Utc>) -> Setting<'_> {
    Setting {
        label,
        siren: true,
        now,
    }
}
