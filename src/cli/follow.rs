//! The log as it goes on, line by line: for a screen reader, a terminal that
//! can't move its cursor, or a pipe. Only ever adds a line, and writes no
//! escape.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, Utc};
use color_eyre::eyre::WrapErr as _;
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval_at},
};

use super::{
    args::Output, failure::Exit, room::Room, say, status, touch::in_touch_during, view, words,
};
use crate::{
    domain::{
        board::Board,
        duty::Clock,
        entry::IncidentId,
        fact::Health,
        text::{Name, escaped, one_line},
    },
    journal,
    sync::Seen,
    ui::{
        app::line,
        msg::{LinkSeen, LinkState},
    },
};

/// How often duties are looked at: somebody who listens hears a line to its
/// end, and nothing is worth more than one in this time.
const LOOK: Duration = Duration::from_mins(1);

/// What was said already.
#[derive(Debug, Default)]
struct Said {
    /// Whether the server was away.
    away: bool,
    health: BTreeMap<Name, Health>,
    owed: BTreeMap<(IncidentId, String), Clock>,
}

/// Says how things stand, and then what happens, until it is interrupted.
///
/// # Errors
///
/// When the log can't be read, or stdout can't be written.
pub async fn run(room: &mut Room) -> color_eyre::Result<Exit> {
    let interrupted = tokio::signal::ctrl_c();
    if room.global().output == Output::Table {
        status::status(room).await?;
    }
    let (seen, link) = watch::channel(Seen::default());
    let sync = room.sync.take();
    let following = Box::pin(in_touch_during(sync.as_ref(), &seen, go_on(room, link)));
    tokio::select! {
        ended = following => ended.map(|()| Exit::Ok),
        heard = interrupted => heard.wrap_err("listening for ^C").map(|()| Exit::Interrupted),
    }
}

async fn go_on(room: &mut Room, mut link: watch::Receiver<Seen>) -> color_eyre::Result<()> {
    let log = room.log()?.clone();
    let mut changes = log.changes().await;
    let mut said = Said::default();
    said.health(&room.board, room.now());
    said.owed(&room.board, room.now());
    let mut minutes = interval_at(Instant::now() + LOOK, LOOK);
    minutes.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let head = room.board.head();
        match journal::catch_up(&log, &mut room.board).await {
            // What was not read yet is read after the next change or minute.
            Err(error) if error.may_pass() => tracing::warn!(%error, "following waits"),
            other => drop(other?),
        }
        tell(room, &mut said, head)?;
        tokio::select! {
            () = changes.changed() => {}
            _ = minutes.tick() => {
                // Whoever writes may count by another time than a minute ago.
                journal::count_as_others(room.log()?, room.setup.clock).await.ok();
                duties(room, &mut said)?;
            }
            Ok(()) = link.changed() => {
                let seen = link.borrow_and_update().link.clone();
                lines(room, said.link(&seen).as_slice())?;
            }
        }
    }
}

/// Says what came after the entry of number `head`.
fn tell(room: &Room, said: &mut Said, head: u64) -> color_eyre::Result<()> {
    let now = room.now();
    let mut news = Vec::new();
    for incident in room.board.all() {
        let entries = incident.entries().iter();
        news.extend(
            entries
                .filter(|entry| entry.seq > Some(head))
                .map(|entry| (incident, entry)),
        );
    }
    news.sort_by_key(|(_, entry)| entry.seq);
    for (incident, entry) in news {
        match room.global().output {
            Output::Json => {
                let happened = view::happened(&room.board, incident, entry);
                let line = serde_json::to_string(&happened).wrap_err("writing JSON")?;
                say::data(&escaped(&line))?;
            }
            Output::Table => {
                let row = line(&room.board, incident, entry);
                let (at, label) = (words::time(row.at, now), incident.label());
                let text = format!("{at} {label} {} {}: {}", row.who, row.kind, row.text);
                say::data(&one_line(&text))?;
            }
        }
    }
    lines(room, &said.health(&room.board, now))
}

fn duties(room: &Room, said: &mut Said) -> color_eyre::Result<()> {
    lines(room, &said.owed(&room.board, room.now()))
}

/// Programs follow entries alone.
fn lines(room: &Room, lines: &[String]) -> color_eyre::Result<()> {
    match room.global().output {
        Output::Json => Ok(()),
        Output::Table => lines.iter().try_for_each(|text| say::data(&one_line(text))),
    }
}

impl Said {
    /// That the server is away, or that it is back, in words.
    fn link(&mut self, link: &LinkSeen) -> Option<String> {
        let server = &link.server;
        let (away, words) = match &link.state {
            LinkState::Offline { why, .. } => (true, format!("link: {server} is away: {why}")),
            LinkState::Online { .. } => (false, format!("link: {server} answers again")),
            LinkState::Alone => return None,
        };
        let before = std::mem::replace(&mut self.away, away);
        (before != away).then_some(words)
    }

    /// Probes that are not as they were, in words.
    fn health(&mut self, board: &Board, now: DateTime<Utc>) -> Vec<String> {
        let seen: BTreeMap<Name, Health> = board
            .probes()
            .map(|(name, health, _)| (name.clone(), health))
            .collect();
        let before = std::mem::replace(&mut self.health, seen);
        let changed = board
            .probes()
            .filter(|(name, health, _)| before.get(*name) != Some(health));
        changed
            .map(|probe| format!("health: {}", words::health([probe].into_iter(), now)))
            .collect()
    }

    /// What has become urgent or overdue since, in words; each is said once as
    /// either.
    fn owed(&mut self, board: &Board, now: DateTime<Utc>) -> Vec<String> {
        let mut owed = BTreeMap::new();
        let mut news = Vec::new();
        for (id, due) in board.duties() {
            let Some(incident) = board.get(id) else {
                continue;
            };
            let (_, what) = view::words::duty(incident, &due.duty);
            let (by, left) = (words::time(due.by, now), words::left(due.by, now));
            let sentence = format!("owed: {} {what} by {by}, {left}", incident.label());
            let (key, clock) = ((id, what), due.clock(now));
            if clock != Clock::Running && self.owed.get(&key) != Some(&clock) {
                news.push(sentence);
            }
            owed.insert(key, clock);
        }
        self.owed = owed;
        news
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::cli::policy::simulated;
    use crate::domain::{policy::Policy, severity::Severity};

    #[test]
    fn a_duty_is_said_once_when_it_becomes_urgent_and_once_when_it_is_overdue() {
        let noon = DateTime::from_timestamp(1_769_083_200, 0).unwrap();
        let mut board = Board::default();
        let mut entry = simulated(&Policy::built_in(), Severity::P2, noon, noon);
        (entry.incident, entry.seq) = (IncidentId(uuid::Uuid::max()), Some(1));
        board.apply(entry);
        let mut said = Said::default();
        let mut respond = |minutes| {
            let news = said.owed(&board, noon + TimeDelta::minutes(minutes));
            let first = news.iter().find(|text| text.contains("acknowledge"));
            first.map(|text| text.rsplit(", ").next().unwrap().to_owned())
        };

        assert_eq!(respond(1), None);
        assert_eq!(respond(13).as_deref(), Some("in 2m"));
        assert_eq!(respond(14), None);
        assert_eq!(respond(16).as_deref(), Some("overdue by 1m"));
        assert_eq!(respond(17), None);
    }
}
