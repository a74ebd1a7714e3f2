//! What stands over the panes: sheets, help, palette, lists.

use chrono::{DateTime, Utc};
use ratatui::layout::Rect;

use super::footer::reach;
use crate::ui::{
    action::{Action, Group},
    app::{App, Line, Mode, Palette},
    canvas::Canvas,
    format,
    glyph::Glyph,
    layout::{Areas, Size},
    sheet::{Field, Gate, Sheet},
    theme::Role,
    widget,
};

/// Columns before what is typed into a sheet.
const VALUE: u16 = 20;

/// Draws what is open, if anything; answers where the cursor stands.
pub fn draw(
    app: &App,
    areas: &Areas,
    canvas: &mut Canvas<'_, '_>,
    now: DateTime<Utc>,
) -> Option<(u16, u16)> {
    let middle = if areas.size <= Size::Tiny {
        canvas.area()
    } else {
        areas.middle()
    };
    match &app.mode {
        Mode::Browse | Mode::Compose | Mode::Find(_) => None,
        Mode::Sheet(sheet) => draw_sheet(sheet, &mut canvas.part(middle)),
        Mode::Palette(palette) => Some(draw_palette(app, palette, &mut canvas.part(middle))),
        Mode::Help(filter, row) => {
            help(app, &filter.text(), *row, &mut canvas.part(middle));
            None
        }
        Mode::History(row) => {
            history(app, *row, &mut canvas.part(middle), now);
            None
        }
        Mode::Messages(row) => {
            messages(app, *row, &mut canvas.part(middle));
            None
        }
        Mode::Link => {
            let text = "g: the letter of a link to copy it; gg goes to the first row";
            canvas.part(areas.toast).text(1, 0, Role::Key, text);
            None
        }
        Mode::Details(entry) => {
            let line = app
                .board
                .get(entry.incident)
                .map(|incident| crate::ui::app::line(incident, entry));
            details(entry, line.as_ref(), &mut canvas.part(middle));
            None
        }
    }
}

/// A titled area over the panes; answers the canvas inside.
fn opened<'c, 'p>(canvas: &'c mut Canvas<'_, 'p>, title: &str, note: &str) -> Canvas<'c, 'p> {
    canvas.clear(Role::Base);
    let line = canvas.glyph(Glyph::FocusRule);
    let width = canvas.width();
    canvas.repeat(0, 0, Role::Focus, line, width);
    canvas.badge(1, 0, Role::Focus, title);
    if !note.is_empty() {
        canvas.right(
            width.saturating_sub(1),
            0,
            Role::Muted,
            &format!(" {note} "),
        );
    }
    let area = canvas.area();
    canvas.part(Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1),
        ..area
    })
}

fn draw_sheet(sheet: &Sheet, canvas: &mut Canvas<'_, '_>) -> Option<(u16, u16)> {
    let mut inside = opened(canvas, &sheet.title, "Esc: nothing happens");
    let area = inside.area();
    let width = inside.width().saturating_sub(4);
    let mut y = 1;
    for line in sheet
        .lines
        .iter()
        .chain(&sheet.reaches)
        .flat_map(|line| Canvas::wrapped(line, width))
    {
        inside.text(2, y, Role::Normal, &line);
        y += 1;
    }
    y += u16::from(y > 1);
    if let Some(quote) = &sheet.quote {
        let below = u16::try_from(sheet.fields.len()).unwrap_or(0) + 4;
        y = quoted(quote, &mut inside, y, below) + 1;
    }
    let mut cursor = None;
    for (place, field) in sheet.fields.iter().enumerate() {
        let focused = place == sheet.at;
        inside.text(
            2,
            y,
            if focused { Role::Focus } else { Role::Muted },
            field.label,
        );
        if !field.choices.is_empty() {
            choices(field, &mut inside, VALUE, y, focused);
        } else if let Some(at) = typed(field, &mut inside, y, focused) {
            cursor = Some((area.x + at, area.y + y));
        }
        y += 1;
    }
    y += u16::from(!sheet.fields.is_empty());
    if let Some(at) = gate(sheet, &mut inside, y) {
        cursor = Some((area.x + at, area.y + y));
    }
    if let Some(error) = &sheet.error {
        for (row, line) in (y + 2..inside.height()).zip(Canvas::wrapped(error, width)) {
            inside.text(2, row, Role::Bad, &line);
        }
    }
    cursor
}

/// A field's text, as much of its end as there is room for; answers where the
/// cursor stands.
fn typed(field: &Field, canvas: &mut Canvas<'_, '_>, y: u16, focused: bool) -> Option<u16> {
    let text = field.value.text();
    let shown = text.lines().last().unwrap_or_default();
    let room = canvas.width().saturating_sub(VALUE + 4);
    let role = match (focused, field.suggested) {
        (true, true) => Role::Select,
        (true, false) => Role::Strong,
        (false, _) => Role::Normal,
    };
    let end = canvas.text(VALUE, y, role, &tail(shown, usize::from(room)));
    let hint = u16::try_from(format::width(&field.hint)).unwrap_or(0);
    if end + 2 + hint < canvas.width() {
        let right = canvas.width().saturating_sub(2);
        canvas.right(right, y, Role::Muted, &field.hint);
    }
    focused.then_some(end)
}

fn tail(text: &str, columns: usize) -> String {
    let mut kept: Vec<char> = Vec::new();
    let mut width = 0;
    for c in text.chars().rev() {
        width += format::width(c.encode_utf8(&mut [0; 4]));
        if width > columns {
            break;
        }
        kept.push(c);
    }
    kept.into_iter().rev().collect()
}

fn choices(field: &Field, canvas: &mut Canvas<'_, '_>, mut x: u16, y: u16, focused: bool) {
    let chosen = field.value.text();
    let all: usize = field.choices.iter().map(|choice| choice.len() + 2).sum();
    if all > usize::from(canvas.width().saturating_sub(x)) {
        let room = canvas.width().saturating_sub(x + 16);
        let x = canvas.clipped(
            x,
            y,
            if focused { Role::Focus } else { Role::Strong },
            &chosen,
            room,
        );
        canvas.text(x + 2, y, Role::Muted, &field.hint);
        return;
    }
    for choice in &field.choices {
        if *choice == chosen {
            x = canvas.badge(
                x.saturating_sub(1),
                y,
                if focused { Role::Focus } else { Role::Muted },
                choice,
            ) + 1;
        } else {
            x = canvas.text(x, y, Role::Muted, choice) + 2;
        }
    }
}

fn gate(sheet: &Sheet, canvas: &mut Canvas<'_, '_>, y: u16) -> Option<u16> {
    let here = sheet.is_at_gate();
    let role = if here { Role::Strong } else { Role::Muted };
    match &sheet.gate {
        Gate::Enter => {
            canvas.text(
                2,
                y,
                Role::Muted,
                "Enter records it   Tab next field   Esc back",
            );
            None
        }
        Gate::Yes => {
            let x = canvas.text(
                2,
                y,
                role,
                if here {
                    "Do it?  y / N "
                } else {
                    "Enter goes on to the question"
                },
            );
            here.then_some(x)
        }
        Gate::Word(word) => {
            if !here {
                canvas.text(
                    2,
                    y,
                    Role::Muted,
                    "Enter goes on; nothing happens before the word is typed",
                );
                return None;
            }
            let x = canvas.text(2, y, role, "Type the word  ");
            let x = canvas.text(x, y, Role::Key, word);
            let x = canvas.text(x, y, role, "  and press Enter:  [ ");
            let end = canvas.text(x, y, Role::Strong, &sheet.typed.text());
            canvas.text((x + 14).max(end + 1), y, role, "]");
            canvas.text(2, y + 1, Role::Muted, "Pasting is ignored here.");
            Some(end)
        }
    }
}

/// Text in a box, exactly as it is; answers the row below it.
fn quoted(text: &str, canvas: &mut Canvas<'_, '_>, y: u16, below: u16) -> u16 {
    let area = canvas.area();
    let lines = Canvas::wrapped(text, area.width.saturating_sub(8));
    let room = area.height.saturating_sub(y + below + 2).max(1);
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(room);
    let place = Rect {
        x: area.x + 2,
        y: area.y + y,
        width: area.width.saturating_sub(4),
        height: rows + 2,
    };
    let more = lines.len() - usize::from(rows);
    let title = if more > 0 {
        format!("exactly this text, and {more} more lines")
    } else {
        "exactly this text".to_owned()
    };
    let mut part = canvas.part(place);
    let (paint, buffer, place) = part.raw();
    let inside = widget::sheet(paint, buffer, place, &title);
    let mut inside = canvas.part(inside);
    for (row, line) in (0..rows).zip(&lines) {
        inside.text(0, row, Role::Normal, line);
    }
    y + rows + 2
}

fn draw_palette(app: &App, palette: &Palette, canvas: &mut Canvas<'_, '_>) -> (u16, u16) {
    let mut inside = opened(
        canvas,
        "COMMAND",
        "Enter does it   Tab completes   Esc back",
    );
    let area = inside.area();
    let end = inside.text(1, 0, Role::Key, ":");
    let end = inside.text(end, 0, Role::Strong, &palette.input.text());
    let hits = palette.hits(app);
    let height = usize::from(inside.height().saturating_sub(2));
    let first = (palette.row + 1).saturating_sub(height);
    for (y, (place, hit)) in (2..inside.height()).zip(hits.iter().enumerate().skip(first)) {
        let role = if hit.off.is_some() {
            Role::Off
        } else {
            Role::Normal
        };
        let key_role = if hit.off.is_some() {
            Role::Off
        } else {
            Role::Key
        };
        let key = hit.key.as_deref().unwrap_or_default();
        inside.clipped(2, y, key_role, key, 7);
        inside.clipped(10, y, role, hit.action.word(), 17);
        let note = hit.off.unwrap_or(reach(hit.action.reach()));
        let end = inside.right(area.width.saturating_sub(1), y, Role::Muted, note);
        let room = end.saturating_sub(30);
        inside.clipped(28, y, role, hit.action.title(), room);
        if place == palette.row {
            inside.paint_row(y, Role::Select);
        }
    }
    if hits.is_empty() {
        inside.text(2, 2, Role::Muted, "no action fits");
    }
    (area.x + end, area.y)
}

/// Every key, from the keymap; what can't be now is greyed, with the reason.
fn help(app: &App, filter: &str, row: usize, canvas: &mut Canvas<'_, '_>) {
    let mut inside = opened(canvas, "KEYS", "type to filter   arrows scroll   Esc back");
    let rows = help_rows(app, filter);
    let width = inside.width();
    let columns: u16 = if width >= 110 { 2 } else { 1 };
    let height = inside.height().saturating_sub(1);
    let column_width = width / columns;
    let shown = usize::from(height) * usize::from(columns);
    let first = row.min(rows.len().saturating_sub(shown));
    for (place, line) in rows.iter().skip(first).take(shown).enumerate() {
        let place = u16::try_from(place).unwrap_or(0);
        let (x, y) = (place / height.max(1) * column_width, place % height.max(1));
        match line {
            HelpRow::Title(text) => drop(inside.text(x + 1, y, Role::Strong, text)),
            HelpRow::Key { keys, title, off } => {
                inside.clipped(
                    x + 2,
                    y,
                    if off.is_some() { Role::Off } else { Role::Key },
                    keys,
                    12,
                );
                let end = inside.clipped(
                    x + 15,
                    y,
                    if off.is_some() {
                        Role::Off
                    } else {
                        Role::Normal
                    },
                    title,
                    34,
                );
                if let Some(off) = off {
                    inside.clipped(
                        end + 2,
                        y,
                        Role::Muted,
                        off,
                        (x + column_width).saturating_sub(end + 3),
                    );
                }
            }
        }
    }
    let more = rows.len().saturating_sub(first + shown);
    let text = if filter.is_empty() {
        format!("from keys.toml and the defaults; {more} more below")
    } else {
        format!("filter: {filter}; {} rows", rows.len())
    };
    inside.text(1, height, Role::Muted, &text);
}

enum HelpRow {
    Title(&'static str),
    Key {
        keys: String,
        title: &'static str,
        off: Option<&'static str>,
    },
}

fn help_rows(app: &App, filter: &str) -> Vec<HelpRow> {
    let filter = filter.to_lowercase();
    let mut rows = Vec::new();
    for group in Group::ALL {
        let keys: Vec<HelpRow> = Action::ALL
            .iter()
            .filter(|action| action.group() == group)
            .filter(|action| format!("{} {}", action.word(), action.title()).contains(&filter))
            .map(|action| {
                let keys = app.keymap.keys_of(*action).join(" ");
                let keys = if keys.is_empty() {
                    format!(":{}", action.word())
                } else {
                    keys
                };
                HelpRow::Key {
                    keys,
                    title: action.title(),
                    off: app.enabled(*action).err(),
                }
            })
            .collect();
        if !keys.is_empty() {
            rows.push(HelpRow::Title(group.title()));
            rows.extend(keys);
        }
    }
    rows
}

fn history(app: &App, row: usize, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let mut inside = opened(canvas, "INCIDENTS", "Enter shows one   Esc back");
    let width = inside.width();
    let height = usize::from(inside.height());
    let first = (row + 1).saturating_sub(height);
    for (y, (place, incident)) in
        (0..inside.height()).zip(app.board.all().rev().enumerate().skip(first))
    {
        let state = incident.state();
        let role = if incident.is_active() {
            Role::Strong
        } else {
            Role::Normal
        };
        let level = incident
            .severity()
            .map_or("--".to_owned(), |level| level.to_string());
        inside.text(
            2,
            y,
            role,
            &format!(
                "{:<9} {level}  {}",
                incident.label(),
                format::day(incident.anchor())
            ),
        );
        let ended = state
            .times
            .resolved
            .or(state.times.cancelled)
            .unwrap_or(now);
        let right = format!(
            "{:>8}  {:<13}",
            format::hours(ended - incident.anchor()),
            incident.phase().word().to_lowercase()
        );
        let start = inside.right(width.saturating_sub(1), y, Role::Muted, &right);
        inside.clipped(29, y, role, &state.title, start.saturating_sub(31));
        if place == row {
            inside.paint_row(y, Role::Select);
        }
    }
    if app.board.all().next().is_none() {
        inside.text(2, 0, Role::Muted, "no incident so far");
    }
}

fn messages(app: &App, row: usize, canvas: &mut Canvas<'_, '_>) {
    let mut inside = opened(canvas, "MESSAGES", "newest first   any other key closes");
    for (y, toast) in (0..inside.height()).zip(app.messages.iter().rev().skip(row)) {
        inside.text(1, y, Role::Muted, &format::time(toast.at));
        let room = inside.width().saturating_sub(12);
        inside.clipped(
            11,
            y,
            if toast.error { Role::Bad } else { Role::Normal },
            &toast.text,
            room,
        );
    }
}

fn details(entry: &crate::domain::entry::Entry, line: Option<&Line>, canvas: &mut Canvas<'_, '_>) {
    let mut inside = opened(canvas, "ENTRY", "any key closes");
    let (kind, body) = entry.fact.write();
    let rows = [
        (
            "happened",
            entry
                .at
                .to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        ),
        (
            "recorded",
            entry
                .recorded_at
                .to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        ),
        ("by", entry.by.to_string()),
        ("kind", kind),
        (
            "number",
            entry.seq.map(|seq| seq.to_string()).unwrap_or_default(),
        ),
        ("id", entry.id.to_string()),
    ];
    let mut y = 0;
    for (label, text) in rows {
        inside.text(2, y, Role::Muted, label);
        inside.text(14, y, Role::Normal, &text);
        y += 1;
    }
    let width = inside.width().saturating_sub(4);
    let words = line.map(|line| line.text.clone()).unwrap_or_default();
    let body = crate::domain::text::one_line(body.get());
    for (row, line) in
        (y + 1..inside.height()).zip(Canvas::wrapped(&format!("{words}\n\n{body}"), width))
    {
        inside.text(2, row, Role::Normal, &line);
    }
}
