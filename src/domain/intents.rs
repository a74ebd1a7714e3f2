//! Which messages follow from an entry. Pure, so that the console, a command
//! and the engine record the same intents under the same keys.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    entry::{ENGINE, Entry},
    escalation::RINGS_AFTER,
    fact::{Fact, Skip, StepId, Update},
    incident::Incident,
    notice::{Intent, Purpose},
    text::{Name, Prose, Title},
    update::{Audience, Setting},
};

/// How long a message inside the company can be taken back.
pub const HOLD_INSIDE: TimeDelta = TimeDelta::seconds(10);
/// How long a message to the public can be taken back.
pub const HOLD_OUTSIDE: TimeDelta = TimeDelta::seconds(30);

/// How long an update for these people can be taken back.
pub const fn hold(audience: Audience) -> TimeDelta {
    match audience {
        Audience::Internal => HOLD_INSIDE,
        Audience::External => HOLD_OUTSIDE,
    }
}

/// The messages that follow from `entry`, which need not be applied yet.
///
/// None leave a drill or a private incident, by construction (X4), nobody
/// outside is told what was not approved, whoever recorded it (X2), and none
/// follow from an entry that was overtaken.
pub fn intents(incident: &Incident, entry: &Entry, now: DateTime<Utc>) -> Vec<Intent> {
    if !entry.fact.moves_messages()
        || incident.is_sealed()
        || incident.overtaken_by(entry).is_some()
    {
        return Vec::new();
    }
    match &entry.fact {
        Fact::UpdateSent(update) if !may_leave(incident, update) => Vec::new(),
        Fact::UpdateSent(update) => updates(incident, entry, update, now),
        Fact::Escalated {
            step,
            round,
            target,
            via,
            late_s,
            by_hand: false,
        } => {
            let how = how(*round, *late_s, unheard_of(entry, now));
            let text = page_text(incident, entry, target, &how);
            pages(incident, entry, via, &text, &format!("{step}/{round}"), now)
        }
        Fact::Paged { person, text, via } => {
            let text = format!(
                "{}\nFor {person}, from {}{}: {text}",
                headline(incident),
                entry.by,
                how(0, 0, unheard_of(entry, now))
            );
            pages(incident, entry, via, &text, "page", now)
        }
        Fact::StepSkipped {
            step,
            target,
            why: Skip::Overtaken,
            ..
        } => late_notices(incident, entry, step, target, now),
        // Of what moves messages, these bring none of their own.
        _ => Vec::new(),
    }
}

impl Fact {
    /// Whether messages may follow from it, or it changes or tells what becomes
    /// of one: then there is something to look at among what is delivered.
    pub const fn moves_messages(&self) -> bool {
        match self {
            Self::UpdateSent(_)
            | Self::Escalated { .. }
            | Self::StepSkipped { .. }
            | Self::Paged { .. }
            | Self::Delivered { .. }
            | Self::Undelivered { .. }
            | Self::ExternalApproved { .. }
            | Self::Retracted { .. } => true,
            // A newer program may know better, and asking costs little.
            Self::Unknown(_) => true,
            Self::Declared(_)
            | Self::Acknowledged {}
            | Self::SeverityChanged { .. }
            | Self::Described { .. }
            | Self::PhaseEntered { .. }
            | Self::ImpactStarted {}
            | Self::Mitigated {}
            | Self::Resolved { .. }
            | Self::Reopened { .. }
            | Self::Closed {}
            | Self::Cancelled { .. }
            | Self::Merged { .. }
            | Self::Absorbed { .. }
            | Self::RoleGiven { .. }
            | Self::RoleLeft { .. }
            | Self::Joined { .. }
            | Self::Noted { .. }
            | Self::Asked { .. }
            | Self::Answered { .. }
            | Self::Pinned { .. }
            | Self::Linked { .. }
            | Self::Ticked { .. }
            | Self::Corrected { .. }
            | Self::LongRunning { .. }
            | Self::ExternalDrafted { .. }
            | Self::StepConfirmed { .. }
            | Self::Held { .. }
            | Self::HoldEnded {}
            | Self::PolicyAdopted { .. }
            | Self::AlertFired { .. }
            | Self::AlertCleared { .. }
            | Self::ProbeChanged(_)
            | Self::OutageAdded { .. }
            | Self::OutageStruck { .. }
            | Self::RecurrenceSaid { .. }
            | Self::FailureModeSaid { .. }
            | Self::RetrospectiveScheduled { .. }
            | Self::RetrospectiveHeld { .. }
            | Self::RetrospectiveWaived { .. }
            | Self::FactorAdded { .. }
            | Self::ActionAdded { .. }
            | Self::ActionChanged { .. } => false,
        }
    }
}

fn may_leave(incident: &Incident, update: &Update) -> bool {
    match update.audience {
        Audience::Internal => true,
        Audience::External => incident.may_publish(update).is_ok(),
    }
}

fn updates(incident: &Incident, entry: &Entry, update: &Update, now: DateTime<Utc>) -> Vec<Intent> {
    let purpose = match update.audience {
        Audience::Internal => Purpose::Update,
        Audience::External => Purpose::Public,
    };
    let setting = Setting {
        label: update.label.as_deref(),
        siren: true,
        now: entry.recorded_at,
    };
    let (subject, text) = match update.audience {
        Audience::Internal => (subject(incident), update.form.render(setting)),
        Audience::External => (Title::lossy(&public_headline(update)), public_text(update)),
    };
    update
        .channels
        .iter()
        .map(|channel| Intent {
            key: key(incident, entry, "", channel),
            channel: channel.clone(),
            incident: incident.id,
            origin: entry.id,
            purpose,
            not_before: now + hold(update.audience),
            subject: subject.clone(),
            text: Prose::lossy(&text),
            maybe_repeat: false,
        })
        .collect()
}

/// News for outside carry no internal form: the status, and the words.
fn public_text(update: &Update) -> String {
    format!("{}\n\n{}", public_headline(update), update.form.body)
}

/// Of what was approved alone: the title and the severity are our own (X2).
fn public_headline(update: &Update) -> String {
    format!("{}: {}", update.form.status, update.form.impact)
}

fn pages(
    incident: &Incident,
    entry: &Entry,
    via: &[Name],
    text: &str,
    what: &str,
    now: DateTime<Utc>,
) -> Vec<Intent> {
    via.iter()
        .map(|channel| Intent {
            key: key(incident, entry, &format!("{what}/"), channel),
            channel: channel.clone(),
            incident: incident.id,
            origin: entry.id,
            purpose: Purpose::Page,
            not_before: now,
            subject: subject(incident),
            text: Prose::lossy(text),
            maybe_repeat: false,
        })
        .collect()
}

fn late_notices(
    incident: &Incident,
    entry: &Entry,
    step: &StepId,
    target: &Name,
    now: DateTime<Utc>,
) -> Vec<Intent> {
    let Some(contact) = incident.policy().contact(target) else {
        return Vec::new();
    };
    let text = format!(
        "{}\nLate notice for {target}: the step was due while no engine ran; somebody above was paged instead. No answer is needed.",
        headline(incident)
    );
    contact
        .channels
        .iter()
        .map(|channel| Intent {
            key: key(incident, entry, &format!("late/{step}/"), channel),
            channel: channel.clone(),
            incident: incident.id,
            origin: entry.id,
            purpose: Purpose::LateNotice,
            not_before: now,
            subject: subject(incident),
            text: Prose::lossy(&text),
            maybe_repeat: false,
        })
        .collect()
}

/// How long ago a page was asked for, while the server was away, in seconds.
fn unheard_of(entry: &Entry, now: DateTime<Utc>) -> i64 {
    (now - entry.recorded_at).num_seconds().max(0)
}

/// ` (repeat 2, 5 min late)`: the which page of its step it is, and how long
/// after its time it leaves; nothing for the first one in time.
fn how(round: u32, late_s: i64, waited_s: i64) -> String {
    let repeat = (round > 0).then(|| format!("repeat {}", u64::from(round) + 1));
    let late_s = late_s.max(0).saturating_add(waited_s);
    let late = (late_s > RINGS_AFTER.num_seconds()).then(|| format!("{} min late", late_s / 60));
    let parts: Vec<String> = repeat.into_iter().chain(late).collect();
    if parts.is_empty() {
        return String::new();
    }
    format!(" ({})", parts.join(", "))
}

fn page_text(incident: &Incident, entry: &Entry, target: &Name, how: &str) -> String {
    let lead = incident.commander().map_or_else(
        || "nobody leads yet".to_owned(),
        |who| format!("{who} leads"),
    );
    // Whoever stands in for the server's engine has a name of its own.
    let from = match &*entry.by {
        ENGINE => String::new(),
        by if entry.is_by_a_person() => format!("\nAsked for by {by}."),
        by => format!("\nSent by {by}: the server is away."),
    };
    format!(
        "{}\nEscalated to {target}{how}. Since {} UTC; {}; {lead}.{from}",
        headline(incident),
        incident.anchor().format("%Y-%m-%d %H:%M"),
        incident.phase().word().to_lowercase(),
    )
}

fn headline(incident: &Incident) -> String {
    let severity = incident
        .severity()
        .map_or_else(|| "severity not set".to_owned(), |level| level.to_string());
    format!(
        "{} {severity} - {}",
        incident.label(),
        incident.state().title
    )
}

fn subject(incident: &Incident) -> Title {
    Title::lossy(&headline(incident))
}

/// The key of a message, the same whoever makes it: that of another one must
/// never stand in its way, so what does not fit is left out, not cut.
fn key(incident: &Incident, entry: &Entry, what: &str, channel: &Name) -> Title {
    let whole = format!("{}/{what}{}/{channel}", incident.label(), entry.id);
    Title::typed(&whole).unwrap_or_else(|_| Title::lossy(&format!("{channel}/{}", entry.id)))
}
