//! What happened last, in a row each.

use std::collections::BTreeSet;

use super::{Wall, frame};
use crate::{
    domain::{
        entry::{Entry, Via},
        fact::Fact,
        incident::Incident,
    },
    ui::{app, canvas::Canvas, format, pane::health::mark, theme::Role},
};

/// Whose words a row has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Voice {
    /// The program's own: they name nobody, and quote nobody.
    Program,
    /// A person's.
    Person,
}

/// Whose words the room reads of `fact`; `None` for what says nothing to it:
/// what concerns the record, who sits where, what comes after.
const fn voice(fact: &Fact) -> Option<Voice> {
    match fact {
        Fact::Acknowledged {}
        | Fact::PhaseEntered { rollback: None, .. }
        | Fact::Mitigated {}
        | Fact::UpdateSent(_)
        | Fact::ProbeChanged(_) => Some(Voice::Program),
        Fact::Declared(_)
        | Fact::SeverityChanged { .. }
        | Fact::PhaseEntered { .. }
        | Fact::ImpactStarted {}
        | Fact::Resolved { .. }
        | Fact::Reopened { .. }
        | Fact::Closed {}
        | Fact::Cancelled { .. }
        | Fact::Merged { .. }
        | Fact::Absorbed { .. }
        | Fact::Noted { .. }
        | Fact::Asked { .. }
        | Fact::Answered { .. }
        | Fact::Undelivered { .. }
        | Fact::Escalated { .. }
        | Fact::StepSkipped { .. }
        | Fact::Held { .. }
        | Fact::HoldEnded {}
        | Fact::Paged { .. }
        | Fact::AlertFired { .. }
        | Fact::AlertCleared { .. }
        | Fact::OutageAdded { .. }
        | Fact::OutageStruck { .. } => Some(Voice::Person),
        Fact::Described { .. }
        | Fact::RoleGiven { .. }
        | Fact::RoleLeft { .. }
        | Fact::Joined { .. }
        | Fact::Pinned { .. }
        | Fact::Linked { .. }
        | Fact::Ticked { .. }
        | Fact::Corrected { .. }
        | Fact::Retracted { .. }
        | Fact::LongRunning { .. }
        | Fact::ExternalDrafted { .. }
        | Fact::ExternalApproved { .. }
        | Fact::Delivered { .. }
        | Fact::StepConfirmed { .. }
        | Fact::PolicyAdopted { .. }
        | Fact::RecurrenceSaid { .. }
        | Fact::FailureModeSaid { .. }
        | Fact::RetrospectiveScheduled { .. }
        | Fact::RetrospectiveHeld { .. }
        | Fact::RetrospectiveWaived { .. }
        | Fact::FactorAdded { .. }
        | Fact::ActionAdded { .. }
        | Fact::ActionChanged { .. }
        | Fact::Unknown(_) => None,
    }
}

/// Of a probe that goes up and down, how it is now: the rest is noise.
fn newest_of_its_probe() -> impl FnMut(&(&Entry, Voice)) -> bool {
    let mut seen = BTreeSet::new();
    move |(entry, _)| {
        let Fact::ProbeChanged(change) = &entry.fact else {
            return true;
        };
        seen.insert(change.probe.clone())
    }
}

/// Draws them, newest first. What was taken back or had no effect is not what
/// the room is to believe.
pub(super) fn draw(wall: &Wall, incident: &Incident, canvas: &mut Canvas<'_, '_>) {
    frame::rule(canvas, canvas.area(), "LATEST", "");
    let rows = incident
        .entries()
        .iter()
        .rev()
        .filter(|entry| incident.retracted_by(entry.id).is_none())
        .filter(|entry| incident.overtaken_by(entry).is_none())
        .filter_map(|entry| Some((&**entry, voice(&entry.fact)?)))
        .filter(|(entry, _)| !wall.redact || says_something(entry))
        .filter(newest_of_its_probe());
    for (y, (entry, voice)) in (1..canvas.height()).zip(rows) {
        let line = app::line(&wall.app.board, incident, entry);
        let (role, glyph) = line.health.map_or((Role::Normal, String::new()), |health| {
            let (glyph, role) = mark(health);
            (role, format!("{} ", canvas.glyph(glyph)))
        });
        canvas.text(4, y, Role::Muted, &format::time_minutes(line.at));
        let (who, text) = said(wall, incident, (entry, voice), &line);
        canvas.clipped(12, y, Role::Normal, &who, 8);
        let room = canvas.width().saturating_sub(23);
        canvas.clipped(21, y, role, &format!("{glyph}{text}"), room);
    }
}

/// Whether anything is left of it without a person's words.
const fn says_something(entry: &Entry) -> bool {
    !matches!(
        entry.fact,
        Fact::Noted { .. } | Fact::Asked { .. } | Fact::Answered { .. }
    )
}

/// Who and what of a row: without names, a person's words are left out (W18).
fn said(
    wall: &Wall,
    incident: &Incident,
    (entry, voice): (&Entry, Voice),
    line: &app::Line,
) -> (String, String) {
    // A note is its words, and a probe's state is in its mark.
    let is_bare = matches!(entry.fact, Fact::Noted { .. } | Fact::ProbeChanged(_));
    let text = if is_bare {
        line.text.clone()
    } else {
        format!("{}: {}", line.kind, line.text)
    };
    if !wall.redact || matches!(entry.via, Via::Engine | Via::Probe) {
        return (line.who.clone(), text);
    }
    let leads = incident.commander() == Some(&entry.by);
    let who = if leads { "command" } else { "team" };
    // Who set something apart is named there.
    let is_apart = incident.apart_in_words(entry).is_some();
    let names = voice == Voice::Person || is_apart;
    let text = match &entry.fact {
        Fact::SeverityChanged { to, .. } if !is_apart => format!("{}: {to}", line.kind),
        _ if names => line.kind.clone(),
        Fact::UpdateSent(_) => {
            let stands = app::standing_of(incident, entry.id, app::People::Unnamed);
            format!("{}: {}", line.kind, stands.unwrap_or_default())
        }
        _ => text,
    };
    (who.to_owned(), text)
}
