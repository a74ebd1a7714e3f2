//! What happened last, in a row each.

use std::collections::BTreeSet;

use super::{Wall, frame};
use crate::{
    domain::incident::Incident,
    ui::{app, canvas::Canvas, format, pane::health::mark, theme::Role},
};

/// Kinds of rows that say nothing to a room: what concerns the record, who sits
/// where, what comes after.
const UNSAID: [&str; 22] = [
    "sent",
    "pin",
    "unpin",
    "done",
    "not done",
    "corrected",
    "retracted",
    "link",
    "role",
    "joined",
    "reworded",
    "draft",
    "approved",
    "policy",
    "confirm",
    "long",
    "recurs",
    "failure",
    "retro",
    "factor",
    "action",
    "unknown",
];
/// Kinds whose words are the program's own, not a person's.
const OWN_WORDS: [&str; 3] = ["ack", "mitigated", "phase"];

/// Of a probe that goes up and down, how it is now: the rest is noise.
fn newest_of_its_probe() -> impl FnMut(&app::Line) -> bool {
    let mut seen = BTreeSet::new();
    move |line| {
        let name = line.text.split(": ").next().unwrap_or_default();
        line.health.is_none() || seen.insert(name.to_owned())
    }
}

/// Draws them, newest first. What was taken back or had no effect is not what
/// the room is to believe.
pub(super) fn draw(wall: &Wall, incident: &Incident, canvas: &mut Canvas<'_, '_>) {
    frame::rule(canvas, canvas.area(), "LATEST", "");
    let lines = incident
        .entries()
        .iter()
        .rev()
        .map(|entry| app::line(&wall.app.board, incident, entry))
        .filter(|line| !line.retracted && line.overtaken.is_none())
        .filter(|line| !UNSAID.contains(&line.kind.as_str()))
        .filter(newest_of_its_probe());
    for (y, line) in (1..canvas.height()).zip(lines) {
        let (role, glyph) = line.health.map_or((Role::Normal, String::new()), |health| {
            let (glyph, role) = mark(health);
            (role, format!("{} ", canvas.glyph(glyph)))
        });
        canvas.text(4, y, Role::Muted, &format::time_minutes(line.at));
        let (who, text) = said(wall, incident, &line);
        canvas.clipped(12, y, Role::Normal, &who, 8);
        let room = canvas.width().saturating_sub(23);
        canvas.clipped(21, y, role, &format!("{glyph}{text}"), room);
    }
}

/// Who and what of a row: without names, a person's words are left out (W18).
fn said(wall: &Wall, incident: &Incident, line: &app::Line) -> (String, String) {
    let by_machine = matches!(line.who.as_str(), "engine" | "probe");
    let is_update = line.kind.starts_with("update");
    let kind = match line.kind.as_str() {
        "note" | "down" | "slow" | "ok" | "unknown" | "stale" => String::new(),
        kind => format!("{kind}: "),
    };
    if !wall.redact || by_machine {
        return (line.who.clone(), format!("{kind}{}", line.text));
    }
    let commands = incident
        .commander()
        .is_some_and(|name| name.as_str() == line.who);
    let who = if commands { "command" } else { "team" };
    let text = if is_update || OWN_WORDS.contains(&line.kind.as_str()) {
        format!("{kind}{}", line.text)
    } else {
        line.kind.clone()
    };
    (who.to_owned(), text)
}
