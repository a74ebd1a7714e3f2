//! Which messages follow from an entry. Pure, so that the console, a command
//! and the engine record the same intents under the same keys.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    entry::Entry,
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
    if incident.is_sealed() || incident.overtaken_by(entry).is_some() {
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
        } => pages(
            incident,
            entry,
            via,
            &page_text(incident, entry, target, *late_s),
            &format!("{step}/{round}"),
            now,
        ),
        Fact::Paged { person, text, via } => {
            let text = format!(
                "{}\nFor {person}, from {}: {text}",
                headline(incident),
                entry.by
            );
            pages(incident, entry, via, &text, "page", now)
        }
        Fact::StepSkipped {
            step,
            target,
            why: Skip::Overtaken,
            ..
        } => late_notices(incident, entry, step, target, now),
        _ => Vec::new(),
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
            key: key(incident, entry, channel),
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
            key: Title::lossy(&format!(
                "{}/{what}/{}/{channel}",
                incident.label(),
                entry.id
            )),
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
            key: Title::lossy(&format!("{}/late/{step}/{channel}", incident.label())),
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

fn page_text(incident: &Incident, entry: &Entry, target: &Name, late_s: i64) -> String {
    let late = match late_s {
        ..=60 => String::new(),
        late => format!(" ({} min late)", late / 60),
    };
    let lead = incident.commander().map_or_else(
        || "nobody leads yet".to_owned(),
        |who| format!("{who} leads"),
    );
    // Only whoever stands in for the server's engine has a name of its own.
    let from = match &*entry.by {
        "engine" => String::new(),
        by => format!("\nSent by {by}: the server is away."),
    };
    format!(
        "{}\nEscalated to {target}{late}. Since {} UTC; {}; {lead}.{from}",
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

fn key(incident: &Incident, entry: &Entry, channel: &Name) -> Title {
    Title::lossy(&format!("{}/{}/{channel}", incident.label(), entry.id))
}
