//! An incident as Markdown: for a ticket, a wiki page, or a mail by hand.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use super::app::{App, timeline};

/// Why writing can't fail.
const IN_MEMORY: &str = "a string takes all text";

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
    writeln!(
        text,
        "# {} {level}: {}\n",
        incident.label(),
        escape(&state.title)
    )
    .expect(IN_MEMORY);
    writeln!(text, "- Status: {}", incident.phase()).expect(IN_MEMORY);
    writeln!(
        text,
        "- Since: {}",
        incident.anchor().format("%Y-%m-%d %H:%M UTC")
    )
    .expect(IN_MEMORY);
    if let Some(commander) = incident.commander() {
        writeln!(text, "- Commander: {}", escape(commander)).expect(IN_MEMORY);
    }
    if let Some(resolved) = state.times.resolved {
        writeln!(
            text,
            "- Resolved: {}",
            resolved.format("%Y-%m-%d %H:%M UTC")
        )
        .expect(IN_MEMORY);
    }
    writeln!(
        text,
        "- Downtime: {}",
        crate::domain::span::format(state.ledger.total(now))
    )
    .expect(IN_MEMORY);
    text.push_str("\n| time | who | what | |\n| --- | --- | --- | --- |\n");
    for line in timeline(app).into_iter().rev() {
        let at = line.at.format("%Y-%m-%d %H:%M:%SZ");
        writeln!(
            text,
            "| {at} | {} | {} | {} |",
            escape(&line.who),
            escape(&line.kind),
            escape(&line.text)
        )
        .expect(IN_MEMORY);
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
