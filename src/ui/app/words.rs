//! One entry as a row of the timeline: its kind, and its words.

mod parts;

use chrono::TimeDelta;

use self::parts::{action_text, item_text, level_before, promised, said, span_of, took, with};
use super::{
    People,
    rows::{Line, Mark},
    standing_of,
    tone::tone,
};
use crate::domain::{
    board::Board,
    entry::{ENGINE, Entry, EntryId, IncidentId, Via},
    escalation::is_unsent,
    fact::{Fact, Health},
    incident::Incident,
    text::one_line,
    update::Audience,
};
use crate::ui::format::{clock_on_day, count};

/// What a page is that was asked for out of touch.
const NOT_PAGED_YET: &str = "waits for the server: NOBODY IS PAGED YET";

/// One entry as a row.
pub fn line(board: &Board, incident: &Incident, entry: &Entry) -> Line {
    let (kind, text, health) = words(board, incident, entry);
    let text = match incident.overtaken_in_words(entry.id) {
        Some(deed) => format!("had no effect: {deed} before ({text})"),
        None => match incident.apart_in_words(entry) {
            Some(apart) => format!("{apart} ({text})"),
            None => text,
        },
    };
    Line {
        entry: entry.id,
        at: incident.at(entry),
        who: match entry.via {
            Via::Engine => "engine".to_owned(),
            Via::Probe => "probe".to_owned(),
            Via::Console | Via::Cli | Via::Import | Via::Other(_) => entry.by.to_string(),
        },
        kind,
        tone: tone(&entry.fact),
        health,
        text: one_line(&text),
        retracted: incident.retracted_by(entry.id).is_some(),
        overtaken: incident.overtaken_by(entry),
        pinned: incident.state().pins.contains(&entry.id),
        mark: mark(incident, entry),
    }
}

fn mark(incident: &Incident, entry: &Entry) -> Option<Mark> {
    if entry.recorded_at - incident.at(entry) >= BACK_DATED {
        return Some(Mark::BackDated);
    }
    incident.came_late(entry.id).then_some(Mark::Late)
}

/// How much earlier than it was recorded an entry happened that stands among
/// later ones.
const BACK_DATED: TimeDelta = TimeDelta::minutes(1);

/// What people call another incident.
fn named(board: &Board, id: IncidentId) -> String {
    board
        .get(id)
        .map_or_else(|| "another incident".to_owned(), Incident::label)
}

#[expect(
    clippy::too_many_lines,
    reason = "one arm per fact, each a line or two"
)]
fn words(board: &Board, incident: &Incident, entry: &Entry) -> (String, String, Option<Health>) {
    let of = |kind: &str, text: String| (kind.to_owned(), text, None);
    match &entry.fact {
        Fact::Declared(declaration) => {
            let level = declaration
                .severity
                .map_or_else(|| "severity not set".to_owned(), |level| level.to_string());
            let how = if declaration.drill { "drill" } else { "opened" };
            of(how, format!("{level}: {}", declaration.title))
        }
        Fact::Acknowledged {} => of("ack", took(incident, entry)),
        Fact::SeverityChanged { to, reason } => {
            let apart = incident.apart_in_words(entry).is_some();
            let was = level_before(incident, entry).filter(|_| !apart);
            let was = was.map(|was| format!("{was} -> ")).unwrap_or_default();
            of("severity", with(format!("{was}{to}"), reason))
        }
        Fact::Described {
            title,
            impact,
            service,
        } => {
            let parts = [title.as_deref(), impact.as_deref(), service.as_deref()];
            of(
                "reworded",
                parts
                    .into_iter()
                    .flatten()
                    .filter(|part| !part.is_empty())
                    .collect::<Vec<_>>()
                    .join("; "),
            )
        }
        Fact::PhaseEntered { phase, rollback } => of(
            "phase",
            with(
                phase.word().to_owned(),
                rollback.as_deref().unwrap_or_default(),
            ),
        ),
        Fact::ImpactStarted {} => of("impact", "impact began".to_owned()),
        Fact::Mitigated {} => of("mitigated", "impact is over".to_owned()),
        Fact::Resolved { unmet, reason } => {
            let gate = match unmet.len() {
                0 => String::new(),
                open => format!(" with {} open", count(open, "point", "points")),
            };
            of(
                "resolved",
                with(
                    format!("the service is normal{gate}"),
                    reason.as_deref().unwrap_or_default(),
                ),
            )
        }
        Fact::Reopened { reason } => of("reopened", reason.to_string()),
        Fact::Closed {} => of("closed", "follow-up is done".to_owned()),
        Fact::Cancelled { reason } => of("cancelled", reason.to_string()),
        Fact::Merged { into } => of("merged", format!("goes on in {}", named(board, *into))),
        Fact::Absorbed { from, .. } => {
            of("merged", format!("{} goes on here", named(board, *from)))
        }
        Fact::RoleGiven { role, person } => of("role", format!("{person} is {}", role.word())),
        Fact::RoleLeft { role, person } => {
            of("role", format!("{person} is no longer {}", role.word()))
        }
        Fact::Joined { person } => of("joined", person.to_string()),
        Fact::Noted { text } => of("note", text.to_string()),
        Fact::Asked { of: who, what, by } => {
            of("ask", format!("{who}: {what} (by {})", by.format("%H:%MZ")))
        }
        Fact::Answered { text, .. } => of("answer", text.to_string()),
        Fact::Pinned { on: true, entry } => of("pin", about(board, incident, *entry)),
        Fact::Pinned { on: false, entry } => of("unpin", about(board, incident, *entry)),
        Fact::Linked { name, url } => of("link", format!("{name} {url}")),
        Fact::Ticked { item, done: true } => of("done", item_text(incident, item)),
        Fact::Ticked { item, done: false } => of("not done", item_text(incident, item)),
        Fact::Corrected { at, reason, entry } => of(
            "corrected",
            with(
                format!(
                    "to {}: {}",
                    at.format("%H:%M:%SZ"),
                    about(board, incident, *entry)
                ),
                reason,
            ),
        ),
        Fact::Retracted { reason, entry } => {
            of("retracted", with(about(board, incident, *entry), reason))
        }
        Fact::UpdateSent(update) => {
            let number = incident
                .state()
                .updates
                .iter()
                .position(|sent| sent.entry == entry.id);
            let (kind, to) = match update.audience {
                Audience::Internal => (
                    number.map_or_else(
                        || "update".to_owned(),
                        |place| format!("update {}", place + 1),
                    ),
                    "",
                ),
                Audience::External => ("public".to_owned(), "to the public, "),
            };
            let text =
                standing_of(incident, entry.id, People::Told).unwrap_or_else(|| said(update));
            (kind, format!("{to}{text}"), None)
        }
        Fact::LongRunning { reason } => of("long", reason.to_string()),
        Fact::ExternalDrafted { form } => of("draft", format!("for outside: {}", form.body)),
        Fact::ExternalApproved { .. } => of("approved", "the news for outside".to_owned()),
        Fact::Delivered { channel, note, .. } => of("sent", with(channel.to_string(), note)),
        Fact::Undelivered { channel, why, .. } => of("NOT sent", format!("{channel}: {why}")),
        Fact::Escalated {
            target,
            via,
            late_s,
            by_hand,
            round,
            ..
        } => {
            let how = match (by_hand, via.as_slice()) {
                (true, _) => "told by hand".to_owned(),
                (false, _) if incident.is_sealed() => "is due; nothing leaves".to_owned(),
                (false, []) => "told by hand".to_owned(),
                (false, _) if is_unsent(incident, entry) => NOT_PAGED_YET.to_owned(),
                (false, via) => format!(
                    "paged by {}",
                    via.iter()
                        .map(crate::domain::text::Text::as_str)
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
            };
            let late = if *late_s > 60 {
                format!(", {} min late", late_s / 60)
            } else {
                String::new()
            };
            let repeat = if *round > 0 {
                format!(", repeat {}", u64::from(*round) + 1)
            } else {
                String::new()
            };
            of("escalate", format!("{target} {how}{repeat}{late}"))
        }
        Fact::StepSkipped {
            target,
            why,
            reason,
            ..
        } => of(
            "skipped",
            with(format!("{target}: {}", why.words()), reason),
        ),
        Fact::StepConfirmed { go, step } => of(
            "confirm",
            format!("{step} {}", if *go { "goes" } else { "is called off" }),
        ),
        Fact::Held { until, reason } => of(
            "hold",
            with(
                format!("the ladder until {}", clock_on_day(*until, entry.at)),
                reason,
            ),
        ),
        Fact::HoldEnded {} => of("hold", "ended".to_owned()),
        Fact::Paged { person, text, .. } if is_unsent(incident, entry) => {
            of("page", with(format!("{person} {NOT_PAGED_YET}"), text))
        }
        Fact::Paged { person, text, .. } if incident.is_sealed() => {
            of("page", with(format!("{person}, but nothing leaves"), text))
        }
        Fact::Paged { person, text, .. } => of("page", with(person.to_string(), text)),
        // What a server puts back of its own policy (X2).
        Fact::PolicyAdopted { .. } if entry.by.as_str() == ENGINE => of(
            "policy",
            "news for outside need two people, as the server's policy says".to_owned(),
        ),
        Fact::PolicyAdopted { .. } => of("policy", "a newer policy was adopted".to_owned()),
        Fact::AlertFired { name, source, .. } => of("alert", with(format!("{name} fires"), source)),
        Fact::AlertCleared { fingerprint } => of("alert", format!("{fingerprint} cleared")),
        Fact::ProbeChanged(change) => {
            let kind = match change.to {
                Health::Up => "ok",
                Health::Degraded => "slow",
                Health::Down => "down",
                Health::Unknown => "unknown",
                Health::Stale => "stale",
            };
            (
                kind.to_owned(),
                with(change.probe.to_string(), &change.detail),
                Some(change.to),
            )
        }
        Fact::OutageAdded { from, to, reason } => of(
            "downtime",
            with(format!("added {}", span_of(*from, *to)), reason),
        ),
        Fact::OutageStruck { from, to, reason } => of(
            "downtime",
            with(format!("struck {}", span_of(*from, *to)), reason),
        ),
        Fact::RecurrenceSaid { recurs, .. } => {
            of("recurs", if *recurs { "yes" } else { "no" }.to_owned())
        }
        Fact::FailureModeSaid { new } => of(
            "failure",
            if *new {
                "a new failure mode"
            } else {
                "a known failure mode"
            }
            .to_owned(),
        ),
        Fact::RetrospectiveScheduled { at } => {
            of("retro", format!("on {}", at.format("%Y-%m-%d %H:%MZ")))
        }
        Fact::RetrospectiveHeld { attendees, .. } => {
            let people = count(attendees.len(), "person", "people");
            of("retro", format!("held with {people}"))
        }
        Fact::RetrospectiveWaived { role, reason } => {
            of("retro", with(format!("waived by {role}"), reason))
        }
        Fact::FactorAdded { text } => of("factor", text.to_string()),
        Fact::ActionAdded {
            kind,
            what,
            owner,
            due,
        } => {
            let promised = promised(owner.as_deref(), *due);
            of("action", format!("{}: {what}{promised}", kind.word()))
        }
        Fact::ActionChanged {
            action,
            owner,
            due,
            done,
        } => {
            let how = match done {
                Some(true) => "done: ",
                Some(false) => "not done: ",
                None => "",
            };
            let promised = promised(owner.as_deref(), *due);
            let what = action_text(incident, *action);
            of("action", format!("{how}{what}{promised}"))
        }
        Fact::Unknown(unknown) => of(
            "unknown",
            format!("{} (from a newer warroom)", one_line(&unknown.kind)),
        ),
    }
}

/// What another entry was about, for a row that pins, moves or takes it back.
fn about(board: &Board, incident: &Incident, id: EntryId) -> String {
    let Some(entry) = incident.entry(id) else {
        return "an entry that is not here yet".to_owned();
    };
    match &entry.fact {
        // Those are about others themselves, and may be so in a circle.
        Fact::Pinned { .. } | Fact::Corrected { .. } | Fact::Retracted { .. } => {
            format!("what {} did at {}", entry.by, entry.at.format("%H:%M:%SZ"))
        }
        Fact::UpdateSent(update) => format!("update: {}", said(update)),
        _ => {
            let (kind, text, _) = words(board, incident, entry);
            with(kind, &text)
        }
    }
}
