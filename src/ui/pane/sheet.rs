//! A sheet over the panes: what will happen, the text that will be sent, the
//! fields and the gate. Where there is too little room the text scrolls, and
//! the field with the cursor stays in sight: nothing is confirmed unread.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{overlay::opened, quote};
use crate::ui::{
    canvas::Canvas,
    edit::Edit,
    format,
    sheet::{Field, Gate, Sheet},
    theme::Role,
    widget::{self, Paint},
};

/// Rows of the text that should be seen beside all fields.
const READABLE: u16 = 6;

/// Draws the sheet; answers where the cursor stands.
pub(super) fn draw(sheet: &Sheet, canvas: &mut Canvas<'_, '_>) -> Option<(u16, u16)> {
    let mut inside = opened(canvas, &sheet.title, "Esc: nothing happens");
    let document = document(sheet, inside.paint, inside.width());
    let long = document.area.height;
    let all = asked_rows(sheet, inside.width());
    let height = inside.height();
    let gap = u16::from(long > 0);
    if 1 + long + gap + all <= height {
        scrolled(&mut inside, &document, (1, long), 0);
        return asked(sheet, &mut inside, 1 + long + gap, true);
    }
    let whole = height >= all + READABLE.min(long + 1);
    let rows = if whole {
        all
    } else {
        narrowest(sheet, inside.width())
    };
    let room = height.saturating_sub(rows);
    scrolled(&mut inside, &document, (0, room), sheet.scroll);
    asked(sheet, &mut inside, room, whole)
}

/// What will happen and what is sent, over as many rows as that takes.
fn document(sheet: &Sheet, paint: Paint<'_>, width: u16) -> Buffer {
    let lines: Vec<String> = sheet
        .lines
        .iter()
        .chain(&sheet.reaches)
        .flat_map(|line| Canvas::wrapped(line, width.saturating_sub(4)))
        .collect();
    let quote = sheet
        .quote
        .as_ref()
        .map(|text| quote::for_tier(text, paint.tier));
    let quoted = quote.as_ref().map_or(Vec::new(), |(text, _)| {
        Canvas::wrapped(text, width.saturating_sub(8))
    });
    let rows = |lines: &Vec<String>| u16::try_from(lines.len()).unwrap_or(u16::MAX / 4);
    let gap = u16::from(!lines.is_empty() && quote.is_some());
    let boxed = if quote.is_some() {
        rows(&quoted) + 2
    } else {
        0
    };
    let area = Rect::new(0, 0, width, rows(&lines) + gap + boxed);
    let mut buffer = Buffer::empty(area);
    let mut canvas = Canvas::new(&mut buffer, area, paint);
    canvas.clear(Role::Base);
    for (y, line) in (0..).zip(&lines) {
        canvas.text(2, y, Role::Normal, line);
    }
    if let Some((_, note)) = quote {
        let title = match note {
            "" => "exactly this text".to_owned(),
            note => format!("exactly this text; {note}"),
        };
        let place = Rect {
            x: 2,
            y: rows(&lines) + gap,
            width: width.saturating_sub(4),
            height: boxed,
        };
        draw_box(&mut canvas.part(place), &title, &quoted);
    }
    buffer
}

fn draw_box(canvas: &mut Canvas<'_, '_>, title: &str, lines: &[String]) {
    let (paint, buffer, place) = canvas.raw();
    let inside = widget::sheet(paint, buffer, place, title);
    let mut inside = canvas.part(inside);
    for (y, line) in (0..inside.height()).zip(lines) {
        inside.text(0, y, Role::Normal, line);
    }
}

/// Shows `rows` rows of the document from row `y` on; where that is not all of
/// it, the last of them says how to read on.
fn scrolled(canvas: &mut Canvas<'_, '_>, document: &Buffer, (y, rows): (u16, u16), scroll: u16) {
    let long = document.area.height;
    let shown = if long > rows {
        rows.saturating_sub(1)
    } else {
        long
    };
    let first = scroll.min(long - shown);
    let (_, buffer, area) = canvas.raw();
    for row in 0..shown {
        for x in 0..area.width.min(document.area.width) {
            let cell = document[(x, first + row)].clone();
            buffer[(area.x + x, area.y + y + row)] = cell;
        }
    }
    if long > rows && rows > 0 {
        let text = match long - shown - first {
            0 => "the end; PgUp goes back".to_owned(),
            more => format!(
                "PgDn: {} to read",
                format::count(usize::from(more), "more line", "more lines")
            ),
        };
        canvas.text(2, y + shown, Role::Key, &text);
    }
}

/// Rows of all fields, the gate, and what is wrong.
fn asked_rows(sheet: &Sheet, width: u16) -> u16 {
    let fields = u16::try_from(sheet.fields.len()).unwrap_or(0);
    let gap = u16::from(!sheet.fields.is_empty());
    fields + gap + gate_rows(sheet) + error_rows(sheet, width)
}

/// Rows of what has the cursor alone, and what is wrong.
fn narrowest(sheet: &Sheet, width: u16) -> u16 {
    1 + error_rows(sheet, width).min(2)
}

fn gate_rows(sheet: &Sheet) -> u16 {
    match sheet.gate {
        Gate::Word(_) => 2,
        Gate::Enter | Gate::Yes => 1,
    }
}

fn error_rows(sheet: &Sheet, width: u16) -> u16 {
    let lines = |error: &String| Canvas::wrapped(error, width.saturating_sub(4)).len();
    let rows = sheet.error.as_ref().map_or(0, lines);
    u16::try_from(rows).unwrap_or(u16::MAX / 4)
}

/// Draws the fields and the gate from row `y` on, or only what has the cursor
/// where not `all` of them fit; answers where the cursor stands.
fn asked(sheet: &Sheet, canvas: &mut Canvas<'_, '_>, mut y: u16, all: bool) -> Option<(u16, u16)> {
    let area = canvas.area();
    let mut cursor = None;
    for (place, one) in sheet.fields.iter().enumerate() {
        let focused = place == sheet.at;
        if all || focused {
            cursor = draw_field(one, canvas, y, focused).or(cursor);
            y += 1;
        }
    }
    y += u16::from(all && !sheet.fields.is_empty());
    let mut after = y;
    if all || sheet.is_at_gate() {
        cursor = gate(sheet, canvas, y)
            .map(|x| (area.x + x, area.y + y))
            .or(cursor);
        after = y + if all { gate_rows(sheet) } else { 1 };
    }
    let width = canvas.width().saturating_sub(4);
    let error = sheet
        .error
        .iter()
        .flat_map(|error| Canvas::wrapped(error, width));
    for (row, line) in (after..canvas.height()).zip(error) {
        canvas.repeat(0, row, Role::Base, ' ', area.width);
        canvas.text(2, row, Role::Bad, &line);
    }
    cursor
}

/// How what stands in a field looks: a suggestion as what is chosen, since the
/// next character takes its place.
pub(super) const fn typed_role(edit: &Edit, focused: bool) -> Role {
    match (focused, edit.is_suggestion()) {
        (true, true) => Role::Select,
        (true, false) => Role::Strong,
        (false, _) => Role::Normal,
    }
}

/// Draws one field; answers where the cursor stands, if it is in it.
fn draw_field(
    field: &Field,
    canvas: &mut Canvas<'_, '_>,
    y: u16,
    focused: bool,
) -> Option<(u16, u16)> {
    let label = if focused { Role::Focus } else { Role::Muted };
    canvas.text(2, y, label, field.label);
    let area = canvas.area();
    let x = if area.width < 60 { 16 } else { 20 };
    if !field.choices.is_empty() {
        choices(field, canvas, x, y, focused);
        return None;
    }
    let text = field.value.text();
    let shown = text.lines().last().unwrap_or_default();
    let room = area.width.saturating_sub(x + 4);
    let role = typed_role(&field.value, focused);
    let end = canvas.text(x, y, role, &tail(shown, usize::from(room)));
    let hint = u16::try_from(format::width(&field.hint)).unwrap_or(0);
    if end + 2 + hint < area.width {
        canvas.right(area.width.saturating_sub(2), y, Role::Muted, &field.hint);
    }
    focused.then_some((area.x + end, area.y + y))
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
    let is_last = sheet.at + 1 >= sheet.fields.len();
    let role = if here { Role::Strong } else { Role::Muted };
    match &sheet.gate {
        Gate::Enter => {
            let text = match sheet.after_enter() {
                Some(_) => "Enter next field; the last records it   nobody is messaged   Esc back",
                None => "Enter records it; nobody is messaged   Tab next field   Esc back",
            };
            canvas.text(2, y, Role::Muted, text);
            None
        }
        Gate::Yes => {
            let x = canvas.text(
                2,
                y,
                role,
                match (here, is_last) {
                    (true, _) => "Do it?  y / N ",
                    (false, true) => "Enter goes on to the question",
                    (false, false) => "Enter next field; the question comes last",
                },
            );
            here.then_some(x)
        }
        Gate::Word(word) => {
            if !here {
                let text = if is_last {
                    "Enter goes on; nothing happens before you type"
                } else {
                    "Enter next field; it happens once you type"
                };
                let x = canvas.text(2, y, Role::Muted, text);
                canvas.text(x + 1, y, Role::Key, word);
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
