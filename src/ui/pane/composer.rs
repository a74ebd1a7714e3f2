//! The open composer: fields and text at the left, exactly what will be sent
//! at the right, and hints below it.

mod small;

use chrono::{DateTime, Utc};
use ratatui::layout::Rect;

pub use self::small::draw_small;
use super::{quote, sheet::typed_role};
use crate::{
    domain::{
        fact::Fact,
        hints::{self, hints},
        text::Name,
        update::{Audience, Setting},
    },
    ui::{
        action::Action,
        app::{App, since_last_update},
        canvas::Canvas,
        composer::{Composer, Field},
        format,
        glyph::Glyph,
        theme::Role,
    },
};

/// Rows above the text.
const FIELDS: u16 = 6;
/// Columns before a field's text.
const LABEL: u16 = 11;

/// What typing does to a line that was filled in.
const TYPING: [&str; 2] = ["typing replaces it, arrows keep it", "typing replaces it"];

/// So many probes are named of those that changed.
const PROBES: usize = 4;
/// So many entries are looked through for them, for each frame.
const LOOKED_AT: usize = 500;

/// Columns from which the preview stands beside the fields.
const BESIDE: u16 = 72;
/// Rows below fields and preview.
const STATUS: u16 = 3;

/// Where its parts stand: the fields, the preview where there is room for one,
/// and the rows below them.
struct Parts {
    fields: Rect,
    preview: Option<Rect>,
    status: Rect,
}

impl Parts {
    fn of(area: Rect) -> Self {
        let top = area.height.saturating_sub(STATUS);
        let status = Rect {
            y: area.y + top,
            height: area.height - top,
            ..area
        };
        let whole = Rect {
            height: top,
            ..area
        };
        if area.width < BESIDE {
            return Self {
                fields: whole,
                preview: None,
                status,
            };
        }
        let half = area.width / 2;
        Self {
            fields: Rect {
                width: half,
                ..whole
            },
            preview: Some(Rect {
                x: area.x + half + 1,
                width: area.width - half - 1,
                ..whole
            }),
            status,
        }
    }
}

/// The line between the fields and the preview of a composer in `area`, from its
/// title row to the rule below it; `None` where there is no preview.
pub fn divider(area: Rect) -> Option<Rect> {
    let parts = Parts::of(area);
    parts.preview.map(|preview| Rect {
        x: parts.fields.right(),
        y: area.y.saturating_sub(1),
        width: 1,
        height: preview.height + 1,
    })
}

/// Draws the composer.
pub fn draw(app: &App, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let Some(composer) = &app.composer else {
        return;
    };
    let parts = Parts::of(canvas.area());
    fields(composer, &mut canvas.part(parts.fields));
    if let Some(right) = parts.preview {
        preview(app, composer, &mut canvas.part(right), now);
    }
    let warns = parts.preview.is_none().then(|| warning(app, composer, now));
    status(app, warns.flatten(), &mut canvas.part(parts.status));
}

/// The first thing that is wrong with it, where no preview says so.
fn warning(app: &App, composer: &Composer, now: DateTime<Utc>) -> Option<String> {
    match composer.form(now) {
        Ok(_) => all_hints(app, composer, now).into_iter().next(),
        Err(why) => Some(why),
    }
}

fn fields(composer: &Composer, canvas: &mut Canvas<'_, '_>) {
    let rows = [
        (Field::Status, "Status", &composer.status),
        (Field::Impact, "Impact", &composer.impact),
        (Field::Eta, "ETA", &composer.eta),
        (Field::Next, "Next", &composer.next),
    ];
    let width = canvas.width();
    for (y, (field, label, edit)) in (0..).zip(rows) {
        let focused = composer.field == field;
        canvas.text(1, y, if focused { Role::Focus } else { Role::Muted }, label);
        if !composer.says(field) {
            canvas.text(LABEL - 2, y, Role::Muted, "not said outside");
            continue;
        }
        canvas.text(LABEL - 2, y, Role::Rule, "[");
        canvas.text(width.saturating_sub(2), y, Role::Rule, "]");
        let room = width.saturating_sub(LABEL + 3);
        let (text, _) = window(&edit.text(), edit.cursor().1, usize::from(room), focused);
        canvas.text(LABEL, y, typed_role(edit, focused), &text);
    }
    channels(composer, canvas);
    let text_width = width.saturating_sub(2);
    let (lines, row, _) =
        wrap_with_cursor(&composer.body.text(), composer.body.cursor(), text_width);
    let height = usize::from(canvas.height().saturating_sub(FIELDS));
    let first = (row + 1).saturating_sub(height);
    for (y, line) in (FIELDS..canvas.height()).zip(lines.iter().skip(first)) {
        canvas.text(1, y, Role::Normal, line);
    }
    if composer.body.is_empty() && composer.field != Field::Body {
        canvas.text(1, FIELDS, Role::Muted, "more, in your own words");
    }
}

fn channels(composer: &Composer, canvas: &mut Canvas<'_, '_>) {
    let focused = composer.field == Field::To;
    canvas.text(1, 4, if focused { Role::Focus } else { Role::Muted }, "To");
    if composer.to.is_empty() {
        canvas.text(LABEL - 2, 4, Role::Muted, "no channel: you post it by hand");
        return;
    }
    let mut x = LABEL - 2;
    for (place, (name, ticked)) in composer.to.iter().enumerate() {
        let mark = if *ticked { "[x]" } else { "[ ]" };
        let role = if focused && place == composer.channel {
            Role::Focus
        } else {
            Role::Normal
        };
        x = canvas.text(x, 4, role, &format!("{mark} {name}")) + 2;
    }
}

/// The part of a line that is seen, and the cursor's column in it.
fn window(text: &str, cursor: usize, room: usize, focused: bool) -> (String, usize) {
    let before: String = text.chars().take(cursor).collect();
    let at = format::width(&before);
    let skip = if focused {
        (at + 1).saturating_sub(room)
    } else {
        0
    };
    let mut seen = String::new();
    let mut column = 0;
    for c in text.chars() {
        let width = format::width(c.encode_utf8(&mut [0; 4]));
        if column >= skip && column + width <= skip + room {
            seen.push(c);
        }
        column += width;
    }
    (seen, at - skip.min(at))
}

/// The text as it is drawn, and where its cursor is: row and column.
fn wrap_with_cursor(
    text: &str,
    cursor: (usize, usize),
    columns: u16,
) -> (Vec<String>, usize, usize) {
    let mut lines = Vec::new();
    let mut at = (0, 0);
    for (place, paragraph) in text.split('\n').enumerate() {
        let wrapped = Canvas::wrapped(paragraph, columns);
        if place == cursor.0 {
            let (row, column) = place_in(&wrapped, paragraph, cursor.1);
            at = (lines.len() + row, column);
        }
        lines.extend(wrapped);
    }
    (lines, at.0, at.1)
}

/// Where character `cursor` of `paragraph` stands in its wrapped lines. The
/// blank at which a line was broken is at the end of that line.
fn place_in(wrapped: &[String], paragraph: &str, cursor: usize) -> (usize, usize) {
    let chars: Vec<char> = paragraph.chars().collect();
    let mut start = 0;
    for (row, line) in wrapped.iter().enumerate() {
        let length = line.chars().count();
        let is_last = row + 1 == wrapped.len();
        if cursor <= start + length || is_last {
            let inside: String = chars
                .iter()
                .skip(start)
                .take(cursor.saturating_sub(start))
                .collect();
            return (row, format::width(&inside));
        }
        let blank = chars.get(start + length) == Some(&' ');
        start += length + usize::from(blank);
    }
    (0, 0)
}

/// Where the terminal's cursor stands.
pub fn cursor(app: &App, area: Rect) -> Option<(u16, u16)> {
    let composer = app.composer.as_ref()?;
    let area = Parts::of(area).fields;
    let width = area.width;
    let room = usize::from(width.saturating_sub(LABEL + 3));
    let line = |edit: &crate::ui::edit::Edit, y: u16| {
        let (_, column) = window(&edit.text(), edit.cursor().1, room, true);
        (
            area.x + LABEL + u16::try_from(column).unwrap_or(0),
            area.y + y,
        )
    };
    Some(match composer.field {
        Field::Status => line(&composer.status, 0),
        Field::Impact => line(&composer.impact, 1),
        Field::Eta => line(&composer.eta, 2),
        Field::Next => line(&composer.next, 3),
        Field::To => return None,
        Field::Body => {
            let (_, row, column) = wrap_with_cursor(
                &composer.body.text(),
                composer.body.cursor(),
                width.saturating_sub(2),
            );
            let height = usize::from(area.height.saturating_sub(FIELDS));
            let row = row.min(height.saturating_sub(1));
            (
                area.x + 1 + u16::try_from(column).unwrap_or(0),
                area.y + FIELDS + u16::try_from(row).unwrap_or(0),
            )
        }
    })
}

fn preview(app: &App, composer: &Composer, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let Some(incident) = app.board.get(composer.incident) else {
        return;
    };
    let width = canvas.width().saturating_sub(2);
    let text = match composer.form(now) {
        Ok(form) if composer.audience == Audience::Internal => {
            let label = app.board.label_in_updates(incident);
            form.render(Setting {
                label: label.as_deref(),
                siren: true,
                now,
            })
        }
        Ok(form) => format!("{}: {}\n\n{}", form.status, form.impact, form.body),
        Err(why) => format!("{} {why}", canvas.glyph(Glyph::Overdue)),
    };
    let to = if composer.audience == Audience::Internal {
        "exactly as it will be sent"
    } else {
        "for people outside"
    };
    let (text, note) = quote::for_tier(&text, canvas.paint.tier);
    canvas.text(1, 0, Role::Muted, &format!("preview: {to}"));
    canvas.text(1, 1, Role::Muted, note);
    let mut y = 1 + u16::from(!note.is_empty());
    for line in Canvas::wrapped(&text, width) {
        canvas.text(1, y, Role::Normal, &line);
        y += 1;
    }
    y += 1;
    for hint in all_hints(app, composer, now) {
        for line in Canvas::wrapped(&format!("{} {hint}", canvas.glyph(Glyph::Off)), width) {
            canvas.text(1, y, Role::Warn, &line);
            y += 1;
        }
    }
}

/// What the composer warns about, and what it will not send (X3, U5).
fn all_hints(app: &App, composer: &Composer, now: DateTime<Utc>) -> Vec<String> {
    let Ok(form) = composer.form(now) else {
        return Vec::new();
    };
    let people: Vec<Name> = app
        .written_about()
        .map(crate::domain::incident::Incident::people)
        .unwrap_or_default();
    let context = hints::Context {
        now,
        known_people: &people,
        internal_suffixes: &[],
    };
    let mut all: Vec<String> = hints::stale_eta(&form, now)
        .map(|stale| stale.to_string())
        .into_iter()
        .collect();
    all.extend(
        hints(&form, composer.audience, &context)
            .iter()
            .map(ToString::to_string),
    );
    all.dedup();
    all
}

fn status(app: &App, warning: Option<String>, canvas: &mut Canvas<'_, '_>) {
    let rule = canvas.glyph(Glyph::Rule);
    let width = canvas.width();
    canvas.repeat(0, 0, Role::Rule, rule, width);
    let (look, text) = match warning {
        Some(warning) => (Role::Warn, warning),
        None => (Role::Muted, since(app)),
    };
    canvas.clipped(1, 1, look, &text, width.saturating_sub(2));
    let offered = app.enabled(Action::Insert).ok();
    let key = offered.and_then(|()| app.keymap.key_of(Action::Insert));
    let insert = key.map_or_else(Vec::new, |key| {
        let what = ["probes, notes since the last update", "probes, notes"];
        what.map(|what| format!("{key} insert: {what}")).to_vec()
    });
    let mut end = width.saturating_sub(2);
    if app.composer.as_ref().is_some_and(Composer::suggests) {
        let replaces = TYPING[usize::from(width < BESIDE)];
        end = canvas.right(end, 2, Role::Muted, replaces);
    }
    let room = end.saturating_sub(3);
    canvas.clipped(1, 2, Role::Muted, format::fitting(&insert, room), room);
}

fn since(app: &App) -> String {
    let notes = since_last_update(app).replace('\n', "; ");
    let notes = Some(notes).filter(|notes| !notes.is_empty());
    let parts: Vec<String> = probed(app).into_iter().chain(notes).collect();
    if parts.is_empty() {
        "no note since the last update".to_owned()
    } else {
        format!("since the last update: {}", parts.join("; "))
    }
}

/// What became of each probe since the last update, the newest first; at most
/// as many as a row has room for.
fn probed(app: &App) -> Vec<String> {
    let Some(incident) = app.written_about() else {
        return Vec::new();
    };
    let since = incident.state().last_update().map(|sent| sent.at);
    let mut seen: Vec<(&Name, String)> = Vec::new();
    for entry in incident.entries().iter().rev().take(LOOKED_AT) {
        let Fact::ProbeChanged(change) = &entry.fact else {
            continue;
        };
        let is_newer = since.is_none_or(|since| entry.at > since);
        let is_known = seen.iter().any(|(name, _)| **name == change.probe);
        if is_newer && !is_known && seen.len() < PROBES {
            let words = format!("{} {}", change.probe, change.to.word());
            seen.push((&change.probe, words));
        }
    }
    seen.into_iter().map(|(_, words)| words).collect()
}
