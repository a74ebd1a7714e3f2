//! What a command that recorded something says: what is in the log now.

use clap::Args;
use serde::Serialize;

use super::{
    args::Output,
    failure::Exit,
    room::{Recorded, Room},
    say, view,
};
use crate::{domain::incident::Incident, ui::app::line};

/// When it happened, where that is not now.
#[derive(Debug, Clone, Default, Args)]
pub struct At {
    /// When it happened: 14:05 (UTC), '14:05 local', '10m ago'; now otherwise
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
}

impl At {
    /// A time that was typed elsewhere.
    pub const fn typed(text: String) -> Self {
        Self { at: Some(text) }
    }
}

/// What was recorded.
#[derive(Debug, Serialize)]
struct Done<'a> {
    incident: view::Brief<'a>,
    entries: Vec<view::Happened>,
    deliveries: Vec<Queued<'a>>,
}

/// A message that follows.
#[derive(Debug, Serialize)]
struct Queued<'a> {
    key: &'a str,
    channel: &'a str,
    not_before: chrono::DateTime<chrono::Utc>,
    text: &'a str,
}

/// Says what was recorded.
///
/// # Errors
///
/// When stdout can't be written.
pub fn tell(room: &Room, recorded: &Recorded) -> color_eyre::Result<Exit> {
    let Some(incident) = room.board.get(recorded.incident) else {
        return Ok(Exit::Ok);
    };
    match room.global().output {
        Output::Json => say::json(&done(room, recorded, incident))?,
        Output::Table if room.global().quiet => {}
        Output::Table => say::data(&lines(room, recorded, incident))?,
    }
    Ok(Exit::Ok)
}

/// Says how the new incident is called; with `--quiet` nothing else.
///
/// # Errors
///
/// When stdout can't be written.
pub fn declared(room: &Room, recorded: &Recorded) -> color_eyre::Result<Exit> {
    let incident = room.board.get(recorded.incident);
    if let (Some(incident), Output::Table, true) =
        (incident, room.global().output, room.global().quiet)
    {
        say::data(&incident.label())?;
        return Ok(Exit::Ok);
    }
    if let Some(like) = incident.and_then(|incident| room.board.looks_like(incident)) {
        let label = like.label();
        say::note(
            room.global(),
            &format!("it looks like {label}: `warroom retro recurrence yes --of {label}` says so"),
        );
    }
    tell(room, recorded)
}

fn done<'a>(room: &'a Room, recorded: &'a Recorded, incident: &'a Incident) -> Done<'a> {
    let entries = recorded.entries.iter().filter_map(|id| {
        let (incident, entry) = room.board.entry(*id)?;
        Some(view::happened(&room.board, incident, entry))
    });
    Done {
        incident: view::brief(incident, room.now()),
        entries: entries.collect(),
        deliveries: recorded
            .intents
            .iter()
            .map(|intent| Queued {
                key: &intent.key,
                channel: &intent.channel,
                not_before: intent.not_before,
                text: &intent.text,
            })
            .collect(),
    }
}

fn lines(room: &Room, recorded: &Recorded, incident: &Incident) -> String {
    let mut lines = Vec::new();
    for id in &recorded.entries {
        let Some(entry) = incident.entry(*id) else {
            continue;
        };
        let row = line(&room.board, incident, entry);
        let number = entry.seq.map(|seq| format!(" #{seq}")).unwrap_or_default();
        lines.push(format!(
            "{}{number} {}: {}",
            incident.label(),
            row.kind,
            row.text
        ));
    }
    let waits = |id| incident.entry(id).is_some_and(|entry| entry.waits());
    for intent in recorded
        .intents
        .iter()
        .filter(|intent| !waits(intent.origin))
    {
        lines.push(format!(
            "{} to {}: {}",
            incident.label(),
            intent.channel,
            intent.key
        ));
    }
    lines.join("\n")
}
