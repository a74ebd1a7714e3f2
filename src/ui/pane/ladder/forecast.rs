//! What will come of the next step: only what is true of the engine that runs,
//! of who can be paged, and of whether the time has come.

use chrono::{DateTime, Utc};

use super::Climbing;
use crate::{
    domain::{
        escalation::{self, Way},
        incident::Incident,
        policy::{Policy, Step},
        text::Name,
    },
    ui::{app::App, format, pane::header, theme::Role},
};

/// A line of the forecast: its column, how it looks, its words.
type Line = (u16, Role, String);

/// Whose engine carries out what falls due.
enum Engine<'a> {
    /// This console's.
    Here,
    /// Another's, by its name.
    There(&'a str),
    /// Nobody's.
    None,
}

impl<'a> Engine<'a> {
    fn of(app: &'a App, now: DateTime<Utc>) -> Self {
        match &app.engine.holder {
            Some(_) if !header::engine_runs(app, now) => Self::None,
            Some(_) if app.engine.mine => Self::Here,
            Some(holder) => Self::There(holder),
            None => Self::None,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Here => "this console".to_owned(),
            Self::There(holder) => format!("the engine of {holder}"),
            Self::None => "nobody".to_owned(),
        }
    }
}

/// What will come of `next`, line by line.
pub(super) fn forecast(
    app: &App,
    incident: &Incident,
    next: &Climbing<'_>,
    now: DateTime<Utc>,
) -> Vec<Line> {
    let engine = Engine::of(app, now);
    let at = format::clock(next.due.by);
    let past = next.due.by <= now;
    let by_hand = by_hand(incident.policy(), next.step);
    let heading = |role, text: String| (2, role, text);
    let line = |text: String| (4, Role::Normal, text);
    if matches!(engine, Engine::None) {
        let nobody = if past {
            format!("Due since {at}, and no engine runs: nobody was paged.")
        } else {
            format!("No engine runs: at {at} nobody is paged by itself.")
        };
        let start = "`warroom engine` runs one, and it catches up with what is late";
        return vec![
            heading(Role::Bad, nobody),
            line(by_hand),
            line(start.to_owned()),
        ];
    }
    let Some(action) = done_by_itself(incident, next) else {
        let nobody = if past {
            format!("Due since {at}: nobody can be paged for it.")
        } else {
            format!("At {at} this row turns red and rings; nobody is paged.")
        };
        return vec![heading(Role::Strong, nobody), line(by_hand)];
    };
    let when = if past {
        format!("Due since {at}; {} does at its next round:", engine.words())
    } else {
        format!("At {at}, by itself, {} will:", engine.words())
    };
    vec![
        heading(Role::Strong, when),
        line(format!("1  {action}")),
        line("2  an entry in the timeline says so".to_owned()),
    ]
}

/// What an engine does about the step; `None` where that is nothing, since
/// the policy can reach nobody at all.
fn done_by_itself(incident: &Incident, next: &Climbing<'_>) -> Option<String> {
    let policy = incident.policy();
    if !escalation::climbs_by_itself(incident) {
        return None;
    }
    let found = escalation::reach(policy, next.step).zip(policy.contact(&next.step.target));
    Some(match found {
        Some(_) if incident.is_sealed() => "nothing leaves: it is recorded only".to_owned(),
        Some((channels, contact)) => format!("page {} by {}", contact.person, list(channels)),
        None => format!(
            "nobody can be paged for it: pass it over, and {}",
            instead(incident, next)
        ),
    })
}

/// Who is paged in the place of a step that reaches nobody (E7).
fn instead(incident: &Incident, next: &Climbing<'_>) -> String {
    let policy = incident.policy();
    let above = policy.steps().find(|(id, _, step)| {
        id.ladder == next.id.ladder
            && id.index > next.id.index
            && step.is_for(incident.severity())
            && escalation::reach(policy, step).is_some()
    });
    above.map_or_else(
        || "tell them by hand, then E".to_owned(),
        |(_, _, step)| format!("page the {} at once", step.target),
    )
}

/// Who is to be called by a person, and how that is recorded.
fn by_hand(policy: &Policy, step: &Step) -> String {
    match policy.contact(&step.target) {
        Some(contact) => format!("call {}, then E records it", contact.called()),
        None => format!("tell the {} yourself, then E records it", step.target),
    }
}

/// How the target of a step is reached.
pub(super) fn reach(app: &App, incident: &Incident, step: &Step, now: DateTime<Utc>) -> String {
    let (contact, sealed) = match escalation::way(incident, &step.target) {
        Way::Pages(contact) => (contact, ""),
        Way::Plays(contact) => (contact, " (a drill: nothing leaves)"),
        Way::ByHand(Some(contact)) => return format!("by hand: call {}, then E", contact.called()),
        Way::ByHand(None) => return "nobody is named: tell them by hand, then E".to_owned(),
    };
    let engine = match Engine::of(app, now) {
        Engine::None => " - BUT NO ENGINE RUNS",
        Engine::Here | Engine::There(_) => "",
    };
    let channels = list(&contact.channels);
    format!("{}   {channels}{sealed}{engine}", contact.person)
}

fn list(channels: &[Name]) -> String {
    let names: Vec<&str> = channels.iter().map(Name::as_str).collect();
    names.join(", ")
}
