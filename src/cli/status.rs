//! How things stand: the console without a screen. Nothing is recorded.

mod server;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use self::server::Server;
use super::{
    failure::{Exit, Failure},
    read::seen,
    room::Room,
    say, view, words,
};
use crate::{
    domain::{
        entry::{EntryId, IncidentId},
        escalation,
        fact::Fact,
        incident::Incident,
        left::{Left, left_over},
        text::Title,
    },
    store::{DeliveryFilter, RawEntry, Unsent},
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
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<Server>,
    /// Incidents that are only here, and so not paged for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refused: Vec<Refused>,
    /// Why, of each entry that the server will not take.
    #[serde(skip)]
    why: HashMap<EntryId, Title>,
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
    let meant = meant(room)?;
    let active = match meant {
        Some(incident) => vec![incident],
        None => room.board.open(),
    };
    let unfinished = unfinished(room).await?;
    let engine = super::engine::holder(room).await?;
    let unsent = match &room.log {
        Some(log) => log.unsent().await?,
        None => Vec::new(),
    };
    let status = Status {
        now,
        incidents: active
            .iter()
            .map(|incident| view::brief(incident, now))
            .collect(),
        probes: seen(room),
        unfinished_deliveries: unfinished,
        engine,
        server: Server::of(room).await?,
        refused: refused(&unsent),
        why: unsent
            .into_iter()
            .filter_map(|one| Some((one.row.id, one.refused?)))
            .collect(),
    };
    say::either(room.global(), &status, || {
        sentences(room, &status, meant.map(|incident| incident.id))
    })?;
    Ok(Exit::Ok)
}

/// The incident that was named; `None` for all of them.
fn meant(room: &Room) -> Result<Option<&Incident>, Failure> {
    let named = room.global().incident.as_deref();
    named.map(|text| room.find(Some(text))).transpose()
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
fn refused(unsent: &[Unsent]) -> Vec<Refused> {
    let is_declared = |row: &RawEntry| {
        let entry = row.entry();
        entry.is_some_and(|entry| matches!(entry.fact, Fact::Declared(_)))
    };
    let declared = unsent.iter().filter(|one| is_declared(&one.row));
    let refused = declared.filter_map(|one| {
        Some(Refused {
            incident: one.row.incident,
            why: one.refused.clone()?,
        })
    });
    refused.collect()
}

/// Pages that were asked for here, and of which the server has not heard, or
/// will not.
fn not_paged_yet(status: &Status<'_>, incident: &Incident) -> impl Iterator<Item = String> {
    escalation::unsent(incident).map(|(target, entry)| {
        let since = format::clock_minutes(entry.recorded_at);
        match status.why.get(&entry.id) {
            Some(why) => format!("next: NOBODY IS PAGED: {target}: refused by the server: {why}"),
            None => {
                format!("next: NOBODY IS PAGED YET: {target} waits for the server since {since}")
            }
        }
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

fn sentences(room: &Room, status: &Status<'_>, meant: Option<IncidentId>) -> String {
    let mut lines = Vec::new();
    for brief in &status.incidents {
        let known = room.board.get(brief.id);
        let title = known.map_or_else(|| brief.title.to_string(), Incident::title_in_list);
        lines.push(format!("incident: {} {title}", brief.label));
        lines.push(match brief.severity {
            Some(severity) => format!("severity: {severity} {}", severity.word()),
            None => "severity: not set, so it waits as P1 would".to_owned(),
        });
        let lead = brief
            .commander
            .map_or_else(|| "nobody leads".to_owned(), |who| format!("{who} leads"));
        lines.push(format!("phase: {}; {lead}", brief.phase));
        lines.extend(not_paged_at_all(status, brief.id));
        let incident = room.board.get(brief.id).into_iter();
        lines.extend(incident.flat_map(|incident| not_paged_yet(status, incident)));
        for owed in &brief.duties {
            let due = words::time(owed.due, status.now);
            let left = words::left(owed.due, status.now);
            lines.push(format!("next: {} by {due}, {left}", owed.what));
        }
    }
    if status.incidents.is_empty() {
        lines.push("incident: none is active".to_owned());
    }
    let left = left_over(&room.board);
    let left = left.filter(|(incident, _)| meant.is_none_or(|meant| incident.id == meant));
    lines.extend(left.map(|(incident, left)| {
        let each = |left: &Left| match left.by() {
            Some(by) => format!("{} {}", left.words(), words::left(by, status.now)),
            None => left.words(),
        };
        let left: Vec<String> = left.iter().map(each).collect();
        format!("left of {}: {}", incident.label(), left.join(", "))
    }));
    let server = status.server.as_ref();
    lines.extend(server.and_then(|server| server.line(status.now)));
    lines.push(format!(
        "health: {}{}",
        server.map_or_else(String::new, |server| server.as_of(status.now)),
        words::health(room.board.probes(), status.now)
    ));
    if let Some(count @ 1..) = status.unfinished_deliveries {
        lines.push(format!(
            "deliveries: {count} not finished, see `warroom deliveries`"
        ));
    }
    let unseen = server.and_then(Server::engine);
    lines.push(match unseen.as_ref().or(status.engine.as_ref()) {
        Some(holder) => format!("engine: {holder}"),
        None => "engine: nobody runs one, so nothing is paged or delivered".to_owned(),
    });
    lines.join("\n")
}
