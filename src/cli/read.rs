//! Looking: what is going on, what happened, what was sent. Nothing is recorded.

use chrono::{DateTime, Utc};
use clap::Args;

use super::{
    failure::{Exit, Failure},
    room::Room,
    say, view, words,
};
use crate::{
    domain::{
        board::Board,
        incident::{Conflict, Field, Incident},
        phase::Phase,
        severity::Severity,
        text::{Name, one_line},
    },
    ui::app::line,
};

/// Incidents: those that are active, or disputed, the worst first.
#[derive(Debug, Args)]
pub struct List {
    /// All there ever were, the newest first
    #[arg(short, long)]
    pub all: bool,
    /// Only those in this phase
    #[arg(long, value_name = "PHASE")]
    pub phase: Option<String>,
    /// Only those of this severity
    #[arg(long, value_name = "P1..P4")]
    pub severity: Option<Severity>,
    /// At most so many
    #[arg(short = 'n', long, value_name = "COUNT")]
    pub limit: Option<usize>,
}

/// One incident: how it stands, what is owed, who does what.
#[derive(Debug, Args)]
pub struct Show {
    /// INC-142, 142 or an id; the only active one otherwise
    pub which: Option<String>,
}

/// What happened in an incident, in order.
#[derive(Debug, Args)]
pub struct Timeline {
    /// INC-142, 142 or an id; the only active one otherwise
    pub which: Option<String>,
    /// Only the last so many
    #[arg(short = 'n', long, value_name = "COUNT")]
    pub limit: Option<usize>,
    /// Only these kinds, as JSON names them: noted, escalated …
    #[arg(long, value_name = "KIND")]
    pub kind: Vec<String>,
}

impl List {
    /// Prints them.
    ///
    /// # Errors
    ///
    /// When the phase is none, or stdout can't be written.
    pub fn run(&self, room: &Room) -> color_eyre::Result<Exit> {
        let now = room.now();
        let phase = self.phase.as_deref().map(phase).transpose()?;
        let chosen: Vec<&Incident> = if self.all || phase.is_some_and(|phase| !phase.is_active()) {
            room.board.all().rev().collect()
        } else {
            room.board.open()
        };
        let chosen: Vec<&Incident> = chosen
            .into_iter()
            .filter(|incident| phase.is_none_or(|phase| incident.phase() == phase))
            .filter(|incident| self.severity.is_none() || incident.severity() == self.severity)
            .take(self.limit.unwrap_or(usize::MAX))
            .collect();
        let views: Vec<_> = chosen
            .iter()
            .map(|incident| view::brief(incident, now))
            .collect();
        say::either(room.global(), &views, || list(&room.board, &chosen, now))?;
        if chosen.is_empty() {
            let all = if self.all {
                ""
            } else {
                " (--all shows those that are over)"
            };
            say::note(room.global(), &format!("no incident{all}"));
        }
        Ok(Exit::Ok)
    }
}

fn list(board: &Board, incidents: &[&Incident], now: DateTime<Utc>) -> String {
    let rows: Vec<Vec<String>> = incidents
        .iter()
        .map(|incident| {
            let next = view::brief(incident, now).duties.into_iter().next();
            vec![
                incident.label(),
                words::severity(incident),
                board.phase_in_words(incident),
                words::stamp(incident.anchor()),
                incident
                    .commander()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
                incident.title_in_list(),
                next.map(|owed| format!("{} {}", owed.what, words::left(owed.due, now)))
                    .unwrap_or_default(),
            ]
        })
        .collect();
    say::table(
        &[
            "INCIDENT",
            "LEVEL",
            "PHASE",
            "SINCE",
            "COMMANDER",
            "TITLE",
            "NEXT",
        ],
        &rows,
    )
}

/// The phase that a word names.
///
/// # Errors
///
/// Names those that there are.
pub fn phase(word: &str) -> Result<Phase, Failure> {
    const ALL: [Phase; 8] = [
        Phase::Triage,
        Phase::Investigating,
        Phase::Identified,
        Phase::Fixing,
        Phase::Monitoring,
        Phase::Resolved,
        Phase::Closed,
        Phase::Cancelled,
    ];
    ALL.into_iter()
        .find(|phase| phase.word().eq_ignore_ascii_case(word.trim()))
        .ok_or_else(|| {
            let known: Vec<String> = ALL
                .iter()
                .map(|phase| phase.word().to_lowercase())
                .collect();
            let word = one_line(word);
            Failure::usage(format!("{word:?} is not a phase: {}", known.join(", ")))
        })
}

impl Show {
    /// Prints it.
    ///
    /// # Errors
    ///
    /// When there is no such incident, or stdout can't be written.
    pub fn run(&self, room: &Room) -> color_eyre::Result<Exit> {
        let wanted = self.which.as_deref().or(room.global().incident.as_deref());
        let incident = room.find(wanted)?;
        let whole = view::whole(incident, room.now());
        say::either(room.global(), &whole, || show(room, incident, &whole))?;
        Ok(Exit::Ok)
    }
}

fn show(room: &Room, incident: &Incident, whole: &view::Whole<'_>) -> String {
    let brief = &whole.brief;
    let mut lines = vec![format!("{} {}", brief.label, brief.title)];
    let rows = facts(&room.board, incident, whole)
        .into_iter()
        .chain(clocks(whole, room.now()))
        .chain(lessons(whole))
        .filter(|(_, value)| !value.is_empty());
    lines.extend(rows.map(|(name, value)| format!("{name:<12}{value}")));
    lines.join("\n")
}

fn facts(
    board: &Board,
    incident: &Incident,
    whole: &view::Whole<'_>,
) -> Vec<(&'static str, String)> {
    let brief = &whole.brief;
    let text = |value: Option<&dyn ToString>| value.map(ToString::to_string).unwrap_or_default();
    let stamp = |at: Option<DateTime<Utc>>| at.map(words::stamp).unwrap_or_default();
    let kind = match (brief.drill, brief.private) {
        (true, _) => "a drill: nothing leaves",
        (false, true) => "private: nothing leaves",
        (false, false) => "",
    };
    let mut rows = vec![
        ("severity", words::severity(incident)),
        ("phase", board.phase_in_words(incident)),
        ("impact", brief.impact.to_string()),
        ("service", text(brief.service.map(|service| service as _))),
        ("kind", kind.to_owned()),
    ];
    let roles = whole.roles.iter();
    rows.extend(roles.map(|given| (given.role.word(), given.person.to_string())));
    rows.extend(acknowledged(whole));
    rows.extend([
        ("since", words::stamp(brief.anchor)),
        ("mitigated", stamp(whole.milestones.mitigated)),
        ("resolved", stamp(whole.milestones.resolved)),
        ("downtime", words::length(whole.downtime_seconds)),
        ("updates", whole.updates.len().to_string()),
    ]);
    rows
}

fn acknowledged(whole: &view::Whole<'_>) -> Option<(&'static str, String)> {
    let first = whole.acknowledged_by?;
    let also: Vec<&str> = whole
        .also_acknowledged_by
        .iter()
        .map(Name::as_str)
        .collect();
    let also = if also.is_empty() {
        String::new()
    } else {
        format!("; also acknowledged by {}", also.join(", "))
    };
    Some(("ack", format!("by {first}{also}")))
}

fn clocks(whole: &view::Whole<'_>, now: DateTime<Utc>) -> Vec<(&'static str, String)> {
    let owed = whole.brief.duties.iter().map(|owed| {
        let (due, left) = (words::stamp(owed.due), words::left(owed.due, now));
        let (what, rule) = (&owed.what, owed.rule);
        ("owed", format!("{due}  {left}: {what} ({rule})"))
    });
    let unowed = |one: &&Conflict| !whole.brief.active && one.field != Field::Phase;
    let conflicts = whole.brief.conflicts.iter().filter(unowed);
    let conflicts = conflicts.map(|conflict| ("conflict", conflict.words()));
    let settled = whole.settled.iter().map(|over| {
        let target = over.target.as_ref().map(|target| format!(" {target}"));
        let why = over.why.as_ref().map(|why| format!(" ({why})"));
        let (target, why) = (target.unwrap_or_default(), why.unwrap_or_default());
        let word = over.state.replace('_', " ");
        ("settled", format!("{}{target}: {word}{why}", over.promise))
    });
    let reasons = whole.retrospective.reasons.iter();
    let reasons = reasons.map(|reason| ("looks back", reason.clone()));
    let ahead = whole.retrospective.required_from.map(|from| {
        let (at, left) = (words::stamp(from), words::left(from, now));
        ("looks back", format!("from {at}, {left}, if it goes on"))
    });
    owed.chain(conflicts)
        .chain(settled)
        .chain(reasons)
        .chain(ahead)
        .collect()
}

/// What looking back brought: why it happened, and what is done about it.
fn lessons(whole: &view::Whole<'_>) -> Vec<(&'static str, String)> {
    let looking_back = &whole.retrospective;
    let factors = looking_back.factors.iter();
    let factors = factors.map(|factor| ("factor", one_line(factor)));
    let actions = looking_back.actions.iter().map(|item| {
        let owner = item.owner.map_or("nobody owns it", Name::as_str);
        let due = item.due.map(|due| format!(", due {due}"));
        let done = if item.done { ", done" } else { "" };
        let (kind, what) = (item.kind.word(), one_line(item.what));
        let due = due.unwrap_or_default();
        ("action", format!("{kind}: {what} ({owner}{due}{done})"))
    });
    factors.chain(actions).collect()
}

impl Timeline {
    /// Prints it.
    ///
    /// # Errors
    ///
    /// When there is no such incident, or stdout can't be written.
    pub fn run(&self, room: &Room) -> color_eyre::Result<Exit> {
        let wanted = self.which.as_deref().or(room.global().incident.as_deref());
        let incident = room.find(wanted)?;
        let mut entries: Vec<view::Happened> = incident
            .entries()
            .iter()
            .map(|entry| view::happened(&room.board, incident, entry))
            .filter(|entry| self.kind.is_empty() || self.kind.contains(&entry.kind))
            .collect();
        entries.sort_by_key(|entry| entry.at);
        let from = self
            .limit
            .map_or(0, |most| entries.len().saturating_sub(most));
        let entries = entries.split_off(from);
        say::either(room.global(), &entries, || {
            timeline(&room.board, incident, &entries)
        })?;
        Ok(Exit::Ok)
    }
}

fn timeline(board: &Board, incident: &Incident, entries: &[view::Happened]) -> String {
    let rows: Vec<Vec<String>> = entries
        .iter()
        .filter_map(|entry| {
            let row = line(board, incident, incident.entry(entry.id)?);
            let mark = match (row.retracted, row.pinned) {
                (true, _) => "taken back: ",
                (false, true) => "pinned: ",
                (false, false) => "",
            };
            Some(vec![
                entry.seq.map(|seq| format!("#{seq}")).unwrap_or_default(),
                words::stamp(row.at),
                row.who,
                row.kind,
                format!("{mark}{}", row.text),
            ])
        })
        .collect();
    say::table(&["ENTRY", "AT", "WHO", "KIND", "WHAT"], &rows)
}

/// The probes, as the log tells.
pub fn seen(room: &Room) -> Vec<view::Seen<'_>> {
    let probes = room.board.probes();
    probes
        .map(|(probe, state, since)| view::Seen {
            probe,
            state,
            since,
        })
        .collect()
}
