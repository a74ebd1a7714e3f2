//! The composer on a screen too small for its fields: the one with the cursor.

use chrono::{DateTime, Utc};

use super::{Composer, typed_role, warning, wrap_with_cursor};
use crate::ui::{app::App, canvas::Canvas, composer::Field, pane::update, theme::Role};

/// Every field with its name, in the order of the Tab key.
const FIELDS: [(Field, &str); 6] = [
    (Field::Status, "Status"),
    (Field::Impact, "Impact"),
    (Field::Eta, "ETA"),
    (Field::Next, "Next"),
    (Field::To, "To"),
    (Field::Body, "Text"),
];

/// Draws the field with the cursor; answers where the cursor stands.
pub fn draw_small(
    app: &App,
    canvas: &mut Canvas<'_, '_>,
    now: DateTime<Utc>,
) -> Option<(u16, u16)> {
    let composer = app.composer.as_ref()?;
    let (width, height) = (canvas.width(), canvas.height());
    // Outside nothing is promised, and Tab passes those fields over.
    let said: Vec<_> = FIELDS
        .iter()
        .filter(|(field, _)| composer.says(*field))
        .collect();
    let place = said
        .iter()
        .position(|(field, _)| *field == composer.field)?;
    let (_, label) = said.get(place)?;
    if height < 3 {
        let x = canvas.text(0, 0, Role::Focus, &format!("{label}: "));
        return text(composer, canvas, (x, 0), 1);
    }
    canvas.badge(0, 0, Role::Focus, &update::name(app));
    let which = format!("{label}, {} of {}", place + 1, said.len());
    canvas.right(width, 0, Role::Focus, &which);
    let below = height.saturating_sub(2);
    if height > 3 {
        if let Some(warning) = warning(app, composer, now) {
            canvas.clipped(0, below, Role::Warn, &warning, width);
        }
        let keys = "Tab next field  ^R review  Esc keeps it";
        canvas.clipped(0, height - 1, Role::Muted, keys, width);
    }
    let rows = if height > 3 { below - 1 } else { below };
    text(composer, canvas, (0, 1), rows)
}

/// The field's text, its end last where it is too long.
fn text(
    composer: &Composer,
    canvas: &mut Canvas<'_, '_>,
    (x, y): (u16, u16),
    rows: u16,
) -> Option<(u16, u16)> {
    let Some(edit) = composer.focus() else {
        for (y, (place, (name, ticked))) in (y..).zip(composer.to.iter().enumerate()) {
            let here = place == composer.channel;
            let role = if here { Role::Focus } else { Role::Normal };
            let mark = if *ticked { "[x]" } else { "[ ]" };
            canvas.text(x, y, role, &format!("{mark} {name}"));
        }
        return None;
    };
    if rows == 0 {
        return None;
    }
    let columns = canvas.width().saturating_sub(x + 1);
    let (lines, row, column) = wrap_with_cursor(&edit.text(), edit.cursor(), columns);
    let first = (row + 1).saturating_sub(usize::from(rows));
    for (y, line) in (y..y + rows).zip(lines.iter().skip(first)) {
        canvas.text(x, y, typed_role(edit, true), line);
    }
    let area = canvas.area();
    let row = u16::try_from(row - first).ok()?;
    let column = u16::try_from(column).ok()?;
    Some((area.x + x + column, area.y + y + row))
}
