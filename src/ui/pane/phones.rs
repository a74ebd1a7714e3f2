//! Whom to phone while nobody can be paged: the steps of the ladders in their
//! order, then everybody else whom the policy names.

use chrono::{DateTime, Utc};

use super::overlay::opened;
use crate::{
    domain::{
        duty::{Duty, duties},
        incident::Incident,
        policy::{Contact, Policy},
        text::Name,
    },
    ui::{app::App, canvas::Canvas, format, glyph::Glyph, theme::Role},
};

/// Somebody to phone.
struct Row {
    target: Name,
    who: String,
    phone: String,
    when: String,
    glyph: Option<Glyph>,
    role: Role,
}

/// Draws the list.
pub(super) fn draw(app: &App, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let mut inside = opened(canvas, "WHO TO PHONE", "Esc back");
    let rows = rows(app, now);
    let end = inside.width().saturating_sub(1);
    for (y, row) in (0..inside.height()).zip(&rows) {
        let glyph = inside.mark(row.glyph);
        inside.text(0, y, row.role, &glyph);
        inside.clipped(2, y, row.role, &row.target, 20);
        inside.clipped(23, y, Role::Strong, &row.who, 14);
        let start = inside.right(end, y, row.role, &row.when);
        inside.clipped(38, y, Role::Strong, &row.phone, start.saturating_sub(39));
    }
    if rows.is_empty() {
        let none = "the policy names nobody: [contact] says who stands behind a step";
        inside.text(2, 0, Role::Muted, none);
    }
}

fn rows(app: &App, now: DateTime<Utc>) -> Vec<Row> {
    let incident = app.incident();
    let team = app.policy.as_deref();
    let Some(policy) = incident.map(Incident::policy).or(team) else {
        return Vec::new();
    };
    let mut rows: Vec<Row> = incident.map_or_else(Vec::new, |incident| due(incident, now));
    for (target, contact) in &policy.contact {
        if rows.iter().all(|row| row.target.as_str() != target) {
            rows.push(row(policy, Name::lossy(target), Some(contact)));
        }
    }
    rows
}

/// Those who are still to be told, the next first.
fn due(incident: &Incident, now: DateTime<Utc>) -> Vec<Row> {
    let policy = incident.policy();
    let mut rows: Vec<Row> = Vec::new();
    for due in duties(incident) {
        let Duty::Escalate { target, .. } = due.duty else {
            continue;
        };
        if rows.iter().any(|row| row.target == target) {
            continue;
        }
        let late = due.by <= now;
        let known = row(policy, target.clone(), policy.contact(&target));
        rows.push(Row {
            when: format::countdown(due.by - now),
            glyph: match (late, rows.is_empty()) {
                (true, _) => Some(Glyph::Overdue),
                (false, true) => Some(Glyph::Current),
                (false, false) => None,
            },
            role: if late { Role::Bad } else { Role::Normal },
            ..known
        });
    }
    rows
}

fn row(policy: &Policy, target: Name, contact: Option<&Contact>) -> Row {
    let phone = contact.and_then(|contact| policy.phone_of(contact));
    Row {
        who: contact.map_or_else(|| "nobody named".to_owned(), |one| one.person.to_string()),
        phone: phone.unwrap_or("no number in the policy").to_owned(),
        when: String::new(),
        glyph: None,
        role: Role::Normal,
        target,
    }
}
