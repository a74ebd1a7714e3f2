//! How things stand: the console without a screen. Nothing is recorded.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{failure::Exit, read::seen, room::Room, say, view, words};
use crate::{
    domain::{
        entry::IncidentId,
        escalation,
        fact::Fact,
        incident::Incident,
        left::{Left, left_over},
        text::Title,
    },
    store::{DeliveryFilter, RawEntry},
    sync::SyncError,
    ui::format,
};

/// How things stand, in sentences.
#[derive(Debug, Serialize)]
struct Status<'a> {
    now: DateTime<Utc>,
    incidents: Vec<view::Brief<'a>>,
    probes: Vec<view::Seen<'a>>,
    unfinished_deliveries: Option<usize>,
    engine: Option<String>,
    /// Incidents that are only here, and so not paged for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refused: Vec<Refused>,
}

/// An incident that the server will not take.
#[derive(Debug, Serialize)]
struct Refused {
    incident: IncidentId,
    why: Title,
}

/// How things stand, in a few lines: the console without a screen.
///
/// # Errors
///
/// When the log can't be read, or stdout can't be written.
pub async fn status(room: &Room) -> color_eyre::Result<Exit> {
    let now = room.now();
    let active = room.board.open();
    let unfinished = unfinished(room).await?;
    let engine = super::engine::holder(room).await?;
    let status = Status {
        now,
        incidents: active
            .iter()
            .map(|incident| view::brief(incident, now))
            .collect(),
        probes: seen(room),
        unfinished_deliveries: unfinished,
        engine,
        refused: refused(room).await?,
    };
    say::either(room.global(), &status, || sentences(room, &status))?;
    Ok(Exit::Ok)
}

/// How many deliveries are not over; `None`, and a word, while the server that
/// knows it does not answer. The rest is told all the same.
async fn unfinished(room: &Room) -> color_eyre::Result<Option<usize>> {
    match room.deliveries(DeliveryFilter::Unfinished).await {
        Ok(deliveries) => Ok(Some(deliveries.len())),
        Err(SyncError::Remote(error)) => {
            let text = format!("what is delivered is not known: {error}");
            say::note(room.global(), &text);
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// The incidents declared here that the server refused for good.
async fn refused(room: &Room) -> color_eyre::Result<Vec<Refused>> {
    let Some(log) = &room.log else {
        return Ok(Vec::new());
    };
    let unsent = log.unsent().await?.into_iter();
    let is_declared = |row: &RawEntry| {
        let entry = row.entry();
        entry.is_some_and(|entry| matches!(entry.fact, Fact::Declared(_)))
    };
    let declared = unsent.filter(|one| is_declared(&one.row));
    let refused = declared.filter_map(|one| {
        Some(Refused {
            incident: one.row.incident,
            why: one.refused?,
        })
    });
    Ok(refused.collect())
}

/// Pages that were asked for here, and wait for the server.
fn not_paged_yet(incident: &Incident) -> impl Iterator<Item = String> {
    escalation::unsent(incident).map(|(target, entry)| {
        let since = format::clock_minutes(entry.recorded_at);
        format!("next: NOBODY IS PAGED YET: {target} waits for the server since {since}")
    })
}

/// That the server will not take the incident, so that no engine climbs for it,
/// whatever is due.
fn not_paged_at_all(status: &Status<'_>, incident: IncidentId) -> impl Iterator<Item = String> {
    let refused = status.refused.iter();
    let ours = refused.filter(move |one| one.incident == incident);
    ours.map(|one| {
        let why = &one.why;
        format!("next: NOBODY IS PAGED: refused by the server: {why}. Declare it anew; `warroom sync` lists what is kept here")
    })
}

fn sentences(room: &Room, status: &Status<'_>) -> String {
    let mut lines = Vec::new();
    for brief in &status.incidents {
        lines.push(format!("incident: {} {}", brief.label, brief.title));
        lines.push(match brief.severity {
            Some(severity) => format!("severity: {severity} {}", severity.word()),
            None => "severity: not set, so it waits as P1 would".to_owned(),
        });
        let lead = brief
            .commander
            .map_or_else(|| "nobody leads".to_owned(), |who| format!("{who} leads"));
        lines.push(format!("phase: {}; {lead}", brief.phase));
        lines.extend(not_paged_at_all(status, brief.id));
        lines.extend(room.board.get(brief.id).into_iter().flat_map(not_paged_yet));
        for owed in &brief.duties {
            let due = words::time(owed.due, status.now);
            let left = words::left(owed.due, status.now);
            lines.push(format!("next: {} by {due}, {left}", owed.what));
        }
    }
    if status.incidents.is_empty() {
        lines.push("incident: none is active".to_owned());
    }
    lines.extend(left_over(&room.board).map(|(incident, left)| {
        let each = |left: &Left| match left.by() {
            Some(by) => format!("{} {}", left.words(), words::left(by, status.now)),
            None => left.words(),
        };
        let left: Vec<String> = left.iter().map(each).collect();
        format!("left of {}: {}", incident.label(), left.join(", "))
    }));
    lines.push(format!(
        "health: {}",
        words::health(room.board.probes(), status.now)
    ));
    if let Some(count @ 1..) = status.unfinished_deliveries {
        lines.push(format!(
            "deliveries: {count} not finished, see `warroom deliveries`"
        ));
    }
    lines.push(match &status.engine {
        Some(holder) => format!("engine: {holder}"),
        None => "engine: nobody runs one, so nothing is paged or delivered".to_owned(),
    });
    lines.join("\n")
}
