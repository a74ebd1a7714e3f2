//! PEOPLE: who does what, who is there, who is asked for what.

use chrono::{DateTime, Utc};

use crate::{
    domain::fact::Role as Job,
    ui::{app::App, canvas::Canvas, format, theme::Role},
};

/// Draws the pane.
pub fn draw(app: &App, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let Some(incident) = app.incident() else {
        return;
    };
    let mut y = 0;
    let width = canvas.width();
    for job in [
        Job::Commander,
        Job::Deputy,
        Job::OpsLead,
        Job::CommsLead,
        Job::Scribe,
    ] {
        let names: Vec<&str> = incident
            .with_role(job)
            .map(crate::domain::text::Text::as_str)
            .collect();
        let needed = matches!(job, Job::Commander | Job::Scribe);
        if names.is_empty() && !needed {
            continue;
        }
        let role = if names.is_empty() && job == Job::Commander {
            Role::Warn
        } else {
            Role::Normal
        };
        canvas.text(2, y, Role::Muted, job.word());
        let text = if names.is_empty() {
            "-       P takes it".to_owned()
        } else {
            names.join(", ")
        };
        canvas.clipped(14, y, role, &text, width.saturating_sub(15));
        y += 1;
    }
    for (person, since) in &incident.state().joined {
        canvas.text(2, y, Role::Muted, "here");
        canvas.clipped(14, y, Role::Normal, person, width.saturating_sub(24));
        canvas.right(width - 1, y, Role::Muted, &format::age(now - *since));
        y += 1;
    }
    for ask in incident
        .state()
        .asks
        .iter()
        .filter(|ask| ask.answered.is_none())
    {
        let late = ask.asked.by <= now;
        let role = if late { Role::Over } else { Role::Normal };
        canvas.text(2, y, role, "asked");
        canvas.clipped(
            14,
            y,
            role,
            &format!("{}: {}", ask.asked.of, ask.asked.what),
            width.saturating_sub(24),
        );
        canvas.right(width - 1, y, role, &format::countdown(ask.asked.by - now));
        y += 1;
    }
    for (target, contact) in &incident.policy().contact {
        canvas.text(2, y, Role::Muted, "phone");
        canvas.clipped(
            14,
            y,
            Role::Muted,
            &format!("{target}: {} {}", contact.person, contact.phone),
            width.saturating_sub(15),
        );
        y += 1;
    }
}
