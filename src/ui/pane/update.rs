//! UPDATE: what will be said next, folded to what fits.

use chrono::{DateTime, Utc};

use crate::{
    domain::{
        duty::{Clock, Duty, duties},
        incident::Incident,
        update::{Audience, Setting},
    },
    ui::{
        app::{App, People, standing_of},
        canvas::Canvas,
        composer::Composer,
        format,
        theme::Role,
    },
};

/// `UPDATE 3`, or `FOR OUTSIDE`, while the composer is open; `UPDATE 3 OF INC-1`
/// where it might be taken for another's.
pub fn name(app: &App) -> String {
    let (Some(composer), Some(incident)) = (&app.composer, app.written_about()) else {
        return "UPDATE".to_owned();
    };
    let name = match composer.audience {
        Audience::Internal => format!("UPDATE {}", incident.state().updates.len() + 1),
        Audience::External => "FOR OUTSIDE".to_owned(),
    };
    if app.board.open().len() > 1 || app.shown != Some(incident.id) {
        format!("{name} OF {}", incident.label())
    } else {
        name
    }
}

/// `draft 3, not sent`.
pub fn note(app: &App) -> String {
    let number = app
        .incident()
        .map_or(1, |incident| incident.state().updates.len() + 1);
    if app.has_draft() {
        format!(" draft {number}, not sent")
    } else {
        String::new()
    }
}

/// `next due 14:20Z`.
pub fn due(app: &App, now: DateTime<Utc>) -> String {
    if let Some(composer) = app
        .composer
        .as_ref()
        .filter(|_| matches!(app.mode, crate::ui::app::Mode::Compose))
    {
        return format!("{} of 4000", composer.length());
    }
    let Some(incident) = app.incident() else {
        return "nothing to say".to_owned();
    };
    let due = duties(incident)
        .into_iter()
        .find(|due| due.duty.is_news() && due.duty != Duty::External);
    match due {
        Some(due) if due.clock(now) == Clock::Overdue => format!(
            "due {} {}",
            format::clock_minutes(due.by),
            format::countdown(due.by - now)
        ),
        Some(due) => format!("next due {}", format::clock_minutes(due.by)),
        None => "nothing is due".to_owned(),
    }
}

/// Draws the folded pane.
pub fn draw(app: &App, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let Some(incident) = app.incident() else {
        return;
    };
    let kept = app
        .composer
        .clone()
        .filter(|composer| composer.incident == incident.id)
        .or_else(|| kept(app, now));
    let Some(composer) = kept else {
        last_said(app, incident, canvas);
        return;
    };
    if canvas.height() < 6 {
        let body = composer.body.text().replace('\n', " ");
        let text = format!(
            "{}. {}. ETA: {}. {body}",
            composer.status.text(),
            composer.impact.text(),
            composer.eta.text()
        );
        canvas.clipped(2, 0, Role::Normal, &text, canvas.width().saturating_sub(3));
        return;
    }
    fields(app, &composer, canvas);
}

/// What was said last; the whole of it where there is room.
fn last_said(app: &App, incident: &Incident, canvas: &mut Canvas<'_, '_>) {
    let key = app
        .keymap
        .key_of(crate::ui::action::Action::Compose)
        .unwrap_or_default();
    let room = canvas.width().saturating_sub(3);
    let Some(sent) = incident.state().updates.last() else {
        let text = format!("nothing was said yet: {key} writes the first update");
        canvas.clipped(2, 0, Role::Muted, &text, room);
        return;
    };
    let form = &sent.update.form;
    if canvas.height() < 6 {
        let said = [&form.status, &form.impact];
        let [status, impact] = said.map(|said| said.as_str().trim_end_matches('.'));
        let text = format!("last: {status}. {impact}. ETA: {}", form.eta);
        let more = format!("{text}   {key} writes the next one");
        let fits = format::width(&more) <= usize::from(room);
        canvas.clipped(2, 0, Role::Muted, if fits { &more } else { &text }, room);
        return;
    }
    let number = incident.state().updates.len();
    let at = format::time_minutes(sent.at);
    let by = &sent.by;
    let stands = standing_of(incident, sent.entry, People::Told).filter(|_| sent.posted.is_empty());
    let stands = stands.map(|words| format!(", {words}")).unwrap_or_default();
    let said = format!("update {number} of {at}, by {by}{stands}   {key} writes the next one");
    canvas.clipped(2, 0, Role::Muted, &said, room);
    let setting = Setting {
        label: None,
        siren: false,
        now: sent.at,
    };
    let text = form.render(setting);
    let lines = text
        .lines()
        .skip(1)
        .flat_map(|line| Canvas::wrapped(line, room));
    for (y, line) in (2..canvas.height()).zip(lines) {
        canvas.text(2, y, Role::Normal, &line);
    }
}

fn kept(app: &App, now: DateTime<Utc>) -> Option<Composer> {
    let incident = app.incident()?;
    let kept = app.drafts.latest(incident.id, Audience::Internal)?;
    let mut composer = Composer::new(incident, Audience::Internal, &app.settings.inside, now);
    composer.restore(&kept.text);
    Some(composer)
}

fn fields(app: &App, composer: &Composer, canvas: &mut Canvas<'_, '_>) {
    let half = canvas.width() / 2 - 10;
    let rows = [
        ("Status:", composer.status.text()),
        ("Impact:", composer.impact.text()),
        ("ETA:", composer.eta.text()),
        ("Next:", composer.next.text()),
    ];
    for (y, (label, text)) in (0..).zip(rows) {
        canvas.text(2, y, Role::Muted, label);
        canvas.clipped(11, y, Role::Normal, &text, half.saturating_sub(8));
    }
    let to: Vec<&str> = composer
        .to
        .iter()
        .filter(|(_, ticked)| *ticked)
        .map(|(name, _)| name.as_str())
        .collect();
    let to = if to.is_empty() {
        "nobody yet: no channel is configured".to_owned()
    } else {
        to.join(", ")
    };
    let x = half + 4;
    canvas.text(x, 0, Role::Muted, "To:");
    canvas.clipped(
        x + 5,
        0,
        Role::Normal,
        &to,
        canvas.width().saturating_sub(x + 6),
    );
    canvas.text(
        x,
        1,
        Role::Muted,
        "Not sent. Nothing leaves this console until you press",
    );
    let key = app
        .keymap
        .key_of(crate::ui::action::Action::Review)
        .unwrap_or_default();
    canvas.text(
        x,
        2,
        Role::Muted,
        &format!("{key}, read the preview and type the word."),
    );
    let width = canvas.width().saturating_sub(4);
    for (y, line) in (5..canvas.height()).zip(Canvas::wrapped(&composer.body.text(), width)) {
        canvas.text(2, y, Role::Normal, &line);
    }
}
