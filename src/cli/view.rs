//! What `-o json` writes: small structs with stable names, times in UTC as
//! RFC 3339, lengths of time in whole seconds.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{
    domain::{
        duty::{self, Clock, Due, Duty, Promise, Settled, Standing},
        entry::{Entry, EntryId, IncidentId, Via},
        escalation,
        fact::{ActionKind, Health, Role},
        incident::Incident,
        notice::{Delivery, DeliveryState, Purpose},
        phase::Phase,
        retrospective,
        severity::Severity,
        text::{Name, Prose, Title},
        update::Setting,
    },
    ui::app::{Line, line},
};

/// An incident, in a line of a list.
#[derive(Debug, Serialize)]
pub struct Brief<'a> {
    pub id: IncidentId,
    pub label: String,
    pub number: u32,
    pub title: &'a Title,
    pub severity: Option<Severity>,
    pub highest_severity: Option<Severity>,
    pub phase: Phase,
    pub active: bool,
    pub impact: &'a Title,
    pub service: Option<&'a Name>,
    pub drill: bool,
    pub private: bool,
    pub commander: Option<&'a Name>,
    pub anchor: DateTime<Utc>,
    pub duties: Vec<Owed>,
}

/// An incident, whole.
#[derive(Debug, Serialize)]
pub struct Whole<'a> {
    #[serde(flatten)]
    pub brief: Brief<'a>,
    pub roles: Vec<RoleOf<'a>>,
    pub people: Vec<Name>,
    pub milestones: Times,
    pub settled: Vec<Over>,
    pub held_until: Option<DateTime<Utc>>,
    pub downtime_seconds: i64,
    pub outages: Vec<Outage>,
    pub updates: Vec<Said<'a>>,
    pub published: Vec<Said<'a>>,
    pub draft: Option<EntryId>,
    pub draft_approved: bool,
    pub requests: Vec<Request<'a>>,
    pub links: Vec<Link<'a>>,
    pub ticked: Vec<&'a str>,
    pub alerts_firing: Vec<&'a Title>,
    pub unmet_at_resolve: &'a [Title],
    pub long_running: Option<&'a Prose>,
    pub ended_because: Option<&'a Prose>,
    pub merged_into: Option<IncidentId>,
    pub absorbed: &'a [IncidentId],
    pub recurrence_of: Option<IncidentId>,
    pub retrospective: LookingBack<'a>,
    pub policy: &'a Title,
    pub entries: usize,
}

/// Something owed.
#[derive(Debug, Clone, Serialize)]
pub struct Owed {
    pub duty: &'static str,
    pub what: String,
    pub rule: &'static str,
    pub due: DateTime<Utc>,
    pub from: DateTime<Utc>,
    pub state: &'static str,
    /// Until it is due; negative once it is overdue.
    pub left_seconds: i64,
    pub overdue_seconds: i64,
    pub step: Option<String>,
    pub target: Option<Name>,
}

/// A clock that does not run.
#[derive(Debug, Serialize)]
pub struct Over {
    pub promise: &'static str,
    pub state: &'static str,
    pub step: Option<String>,
    pub target: Option<Name>,
    pub by: Option<Name>,
    pub at: Option<DateTime<Utc>>,
    pub took_seconds: Option<i64>,
    pub of_seconds: Option<i64>,
    pub why: Option<String>,
}

/// When what happened.
#[derive(Debug, Serialize)]
pub struct Times {
    pub impact_started: Option<DateTime<Utc>>,
    pub alert: Option<DateTime<Utc>>,
    pub reported: Option<DateTime<Utc>>,
    pub declared: DateTime<Utc>,
    pub acknowledged: Option<DateTime<Utc>>,
    pub triaged: Option<DateTime<Utc>>,
    pub identified: Option<DateTime<Utc>>,
    pub mitigated: Option<DateTime<Utc>>,
    pub resolved_first: Option<DateTime<Utc>>,
    pub resolved: Option<DateTime<Utc>>,
    pub reopened: Option<DateTime<Utc>>,
    pub closed: Option<DateTime<Utc>>,
    pub cancelled: Option<DateTime<Utc>>,
}

/// Who does what.
#[derive(Debug, Serialize)]
pub struct RoleOf<'a> {
    pub role: Role,
    pub person: &'a Name,
}

/// A time of downtime.
#[derive(Debug, Serialize)]
pub struct Outage {
    pub from: DateTime<Utc>,
    pub to: Option<DateTime<Utc>>,
}

/// An update that was sent.
#[derive(Debug, Serialize)]
pub struct Said<'a> {
    pub entry: EntryId,
    pub by: &'a Name,
    pub at: DateTime<Utc>,
    pub posted_at: Option<DateTime<Utc>>,
    pub status: &'a Title,
    pub impact: &'a Title,
    pub eta: &'a Title,
    pub eta_at: Option<DateTime<Utc>>,
    pub next: Option<DateTime<Utc>>,
    pub body: &'a Prose,
    pub last: bool,
    pub channels: &'a [Name],
    pub posted: Vec<&'a Name>,
    pub failed: Vec<&'a Name>,
}

/// A request to a person.
#[derive(Debug, Serialize)]
pub struct Request<'a> {
    pub entry: EntryId,
    pub from: &'a Name,
    pub of: &'a Name,
    pub what: &'a Prose,
    pub by: DateTime<Utc>,
    pub answered: Option<DateTime<Utc>>,
}

/// A link.
#[derive(Debug, Serialize)]
pub struct Link<'a> {
    pub name: &'a Name,
    pub url: &'a str,
}

/// Looking back.
#[derive(Debug, Serialize)]
pub struct LookingBack<'a> {
    pub required: bool,
    pub reasons: Vec<String>,
    pub recurs: Option<bool>,
    pub new_failure_mode: Option<bool>,
    pub scheduled: Option<DateTime<Utc>>,
    pub held: Option<DateTime<Utc>>,
    pub attendees: &'a [Name],
    pub waived_by: Option<&'a Title>,
    pub factors: &'a [Prose],
    pub actions: Vec<Item<'a>>,
    pub open_before_closing: Vec<String>,
}

/// An action item.
#[derive(Debug, Serialize)]
pub struct Item<'a> {
    pub entry: EntryId,
    pub kind: ActionKind,
    pub what: &'a Prose,
    pub owner: Option<&'a Name>,
    pub due: Option<NaiveDate>,
    pub done: bool,
}

/// An entry of a timeline.
#[derive(Debug, Serialize)]
pub struct Happened {
    pub id: EntryId,
    pub seq: Option<u64>,
    pub incident: IncidentId,
    pub at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    pub by: Name,
    pub via: Via,
    pub kind: String,
    /// The entry in words, as the console shows it.
    pub text: String,
    pub body: Box<RawValue>,
    pub retracted: bool,
    pub pinned: bool,
}

/// A delivery.
#[derive(Debug, Serialize)]
pub struct Sending<'a> {
    pub key: &'a Title,
    pub channel: &'a Name,
    pub incident: IncidentId,
    pub origin: EntryId,
    pub purpose: Purpose,
    pub state: DeliveryState,
    pub attempts: u32,
    pub next_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
    pub maybe_repeat: bool,
    pub last_error: Option<&'a Title>,
    pub subject: &'a Title,
    pub text: &'a Prose,
}

/// A probe's state, as the log tells.
#[derive(Debug, Serialize)]
pub struct Seen<'a> {
    pub probe: &'a Name,
    pub state: Health,
    pub since: DateTime<Utc>,
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
        duties: duty::duties(incident)
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
        milestones: times(incident),
        settled: duty::settled(incident).iter().map(over).collect(),
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

fn times(incident: &Incident) -> Times {
    let times = &incident.state().times;
    Times {
        impact_started: times.impact_started,
        alert: times.alert,
        reported: times.reported,
        declared: times.declared,
        acknowledged: times.acknowledged,
        triaged: times.triaged,
        identified: times.identified,
        mitigated: times.mitigated,
        resolved_first: times.resolved_first,
        resolved: times.resolved,
        reopened: times.reopened,
        closed: times.closed,
        cancelled: times.cancelled,
    }
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
        failed: sent.failed.iter().map(|(name, _)| name).collect(),
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
        reasons: retrospective::reasons(incident)
            .iter()
            .map(|reason| reason.words(incident))
            .collect(),
        recurs: state.recurs,
        new_failure_mode: state.new_failure_mode,
        scheduled: state.scheduled,
        held: state.held,
        attendees: &state.attendees,
        waived_by: state.waived.as_ref().map(|(role, _)| role),
        factors: &state.factors,
        actions: actions.collect(),
        open_before_closing: retrospective::open_before_closing(incident),
    }
}

/// An entry, with its words.
pub fn happened(incident: &Incident, entry: &Entry) -> Happened {
    let Line {
        at,
        text,
        retracted,
        pinned,
        ..
    } = line(incident, entry);
    let (kind, body) = entry.fact.write();
    Happened {
        id: entry.id,
        seq: entry.seq,
        incident: entry.incident,
        at,
        recorded_at: entry.recorded_at,
        by: entry.by.clone(),
        via: entry.via,
        kind,
        text,
        body,
        retracted,
        pinned,
    }
}

/// A delivery.
pub fn sending(delivery: &Delivery) -> Sending<'_> {
    let intent = &delivery.intent;
    Sending {
        key: &intent.key,
        channel: &intent.channel,
        incident: intent.incident,
        origin: intent.origin,
        purpose: intent.purpose,
        state: delivery.state,
        attempts: delivery.attempts,
        next_at: delivery.next_at,
        created_at: delivery.created_at,
        sent_at: delivery.sent_at,
        maybe_repeat: delivery.maybe_repeat,
        last_error: Some(&delivery.last_error).filter(|error| !error.is_empty()),
        subject: &intent.subject,
        text: &intent.text,
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

/// Something owed, as it stands at `now`.
pub fn owed(incident: &Incident, due: &Due, now: DateTime<Utc>) -> Owed {
    let left = due.by - now;
    let (step, target) = match &due.duty {
        Duty::Escalate { step, target, .. } => (Some(step.to_string()), Some(target.clone())),
        Duty::Answer { of, .. } => (None, Some(of.clone())),
        _ => (None, None),
    };
    let (duty, what) = super::words::duty(incident, &due.duty);
    Owed {
        duty,
        what,
        rule: due.duty.rule(),
        due: due.by,
        from: due.from,
        state: match due.clock(now) {
            Clock::Running => "running",
            Clock::DueSoon => "due_soon",
            Clock::Overdue => "overdue",
        },
        left_seconds: left.num_seconds(),
        overdue_seconds: (-left).max(TimeDelta::zero()).num_seconds(),
        step,
        target,
    }
}

fn over(settled: &Settled) -> Over {
    let (promise, step, target) = match &settled.what {
        Promise::Respond => ("respond", None, None),
        Promise::Resolve => ("resolve", None, None),
        Promise::Escalate(step, target) => {
            ("escalate", Some(step.to_string()), Some(target.clone()))
        }
        Promise::External => ("external", None, None),
        Promise::Retrospective => ("retrospective", None, None),
    };
    let empty = Over {
        promise,
        state: "held",
        step,
        target,
        by: None,
        at: None,
        took_seconds: None,
        of_seconds: None,
        why: None,
    };
    let timed = |state, by: &Name, at: DateTime<Utc>, took: TimeDelta, of: Option<TimeDelta>| {
        (
            state,
            by.clone(),
            at,
            took.num_seconds(),
            of.map(|of| of.num_seconds()),
        )
    };
    let (state, by, at, took, of) = match &settled.standing {
        Standing::Met { by, at, took, of } => timed("met", by, *at, *took, *of),
        Standing::Missed { by, at, took, of } => timed("missed", by, *at, *took, *of),
        Standing::Held(until) => {
            return Over {
                at: Some(*until),
                ..empty
            };
        }
        Standing::NotApplicable(why) => {
            return Over {
                state: "not_applicable",
                why: Some(why.clone()),
                ..empty
            };
        }
    };
    Over {
        state,
        by: Some(by),
        at: Some(at),
        took_seconds: Some(took),
        of_seconds: of,
        ..empty
    }
}
