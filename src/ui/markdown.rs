//! An incident as Markdown: for a ticket, a wiki page, or a mail by hand.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use super::app::{App, timeline};

/// The incident on the screen, with its timeline, oldest first.
pub fn incident(app: &App, now: DateTime<Utc>) -> String {
    let Some(incident) = app.incident() else {
        return String::new();
    };
    let state = incident.state();
    let mut text = String::new();
    let level = incident
        .severity()
        .map_or_else(|| "severity not set".to_owned(), |level| level.to_string());
    drop(writeln!(
        text,
        "# {} {level}: {}\n",
        incident.label(),
        escape(&state.title)
    ));
    drop(writeln!(text, "- Status: {}", incident.phase()));
    drop(writeln!(
        text,
        "- Since: {}",
        incident.anchor().format("%Y-%m-%d %H:%M UTC")
    ));
    if let Some(commander) = incident.commander() {
        drop(writeln!(text, "- Commander: {}", escape(commander)));
    }
    if let Some(resolved) = state.times.resolved {
        drop(writeln!(
            text,
            "- Resolved: {}",
            resolved.format("%Y-%m-%d %H:%M UTC")
        ));
    }
    drop(writeln!(
        text,
        "- Downtime: {}",
        crate::domain::span::format(state.ledger.total(now))
    ));
    text.push_str("\n| time | who | what | |\n| --- | --- | --- | --- |\n");
    for line in timeline(app).into_iter().rev() {
        let at = line.at.format("%Y-%m-%d %H:%M:%SZ");
        drop(writeln!(
            text,
            "| {at} | {} | {} | {} |",
            escape(&line.who),
            escape(&line.kind),
            escape(&line.text)
        ));
    }
    text
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(
            c,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#'
        ) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
