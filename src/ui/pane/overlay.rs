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
    theme::Role,
};

/// Whether what is open lies over the panes.
pub const fn covers(mode: &Mode) -> bool {
    match mode {
        Mode::Browse | Mode::Compose | Mode::Find(_) | Mode::Link => false,
        Mode::Sheet(_)
        | Mode::Palette(_)
        | Mode::Help(..)
        | Mode::History(_)
        | Mode::Phones
        | Mode::Conflicts(_)
        | Mode::Messages(_)
        | Mode::Details(_) => true,
    }
}

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
        Mode::Sheet(sheet) => super::sheet::draw(sheet, &mut canvas.part(middle)),
        Mode::Palette(palette) => Some(draw_palette(app, palette, &mut canvas.part(middle))),
        Mode::Help(filter, row) => {
            help(app, &filter.text(), *row, &mut canvas.part(middle));
            None
        }
        Mode::History(list) => {
            super::history::draw(app, list, &mut canvas.part(middle), now);
            None
        }
        Mode::Phones => {
            super::phones::draw(app, &mut canvas.part(middle), now);
            None
        }
        Mode::Conflicts(row) => {
            super::conflicts::draw(app, *row, &mut canvas.part(middle));
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
                .map(|incident| crate::ui::app::line(&app.board, incident, entry));
            details(entry, line.as_ref(), &mut canvas.part(middle));
            None
        }
    }
}

/// A titled area over the panes; answers the canvas inside.
pub(super) fn opened<'c, 'p>(
    canvas: &'c mut Canvas<'_, 'p>,
    title: &str,
    note: &str,
) -> Canvas<'c, 'p> {
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
        let room = area.width.saturating_sub(31);
        let note = hit
            .off
            .map_or_else(|| confirmed(hit.action, room), ToOwned::to_owned);
        let note = inside.paint.truncate(&note, room);
        let end = inside.right(area.width.saturating_sub(1), y, Role::Muted, &note);
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

/// Whom it reaches, and what is typed before it does: `reaches people: type
/// send`; the latter alone where its title needs the room.
fn confirmed(action: Action, room: u16) -> String {
    let (whom, gate) = (reach(action.reach()), action.gate());
    let both = format!("{whom}: {gate}");
    let fits = format::width(action.title()) + format::width(&both) < usize::from(room);
    match (gate.is_empty(), fits) {
        (true, _) => whom.to_owned(),
        (false, true) => both,
        (false, false) => gate,
    }
}

/// Columns of an action in the help: its keys, what it does, why it is off.
const HELP_COLUMN: u16 = 58;

/// Columns of the keys: the longest name of an action has as many.
const HELP_KEYS: u16 = 16;

/// Every key, from the keymap; what can't be now is greyed, with the reason.
fn help(app: &App, filter: &str, row: usize, canvas: &mut Canvas<'_, '_>) {
    let mut inside = opened(canvas, "KEYS", "type to filter   arrows scroll   Esc back");
    let rows = help_rows(app, filter);
    let width = inside.width();
    let height = inside.height().saturating_sub(1);
    let needed = rows.len().div_ceil(usize::from(height.max(1)));
    let needed = u16::try_from(needed).unwrap_or(u16::MAX);
    let columns = (width / HELP_COLUMN).min(needed).max(1);
    let column = width / columns;
    let shown = usize::from(height) * usize::from(columns);
    let first = row.min(rows.len().saturating_sub(shown));
    for (place, line) in rows.iter().skip(first).take(shown).enumerate() {
        let place = u16::try_from(place).unwrap_or(0);
        let (x, y) = (place / height.max(1) * column, place % height.max(1));
        help_row(line, &mut inside, (x, y), column);
    }
    let more = rows.len().saturating_sub(first + shown);
    let text = if filter.is_empty() {
        format!("from keys.toml and the defaults; {more} more below")
    } else {
        format!(
            "filter: {filter}; {}",
            format::count(rows.len(), "row", "rows")
        )
    };
    inside.text(1, height, Role::Muted, &text);
}

fn help_row(line: &HelpRow, canvas: &mut Canvas<'_, '_>, (x, y): (u16, u16), columns: u16) {
    let HelpRow::Key {
        keys,
        title,
        note,
        off,
    } = line
    else {
        if let HelpRow::Title(text) = line {
            canvas.text(x + 1, y, Role::Strong, text);
        }
        return;
    };
    let (key, words) = if *off {
        (Role::Off, Role::Off)
    } else {
        (Role::Key, Role::Normal)
    };
    canvas.clipped(x + 2, y, key, keys, HELP_KEYS);
    let start = x + HELP_KEYS + 3;
    let room = (x + columns).saturating_sub(start + 1);
    let end = canvas.clipped(start, y, words, title, room);
    let room = (x + columns).saturating_sub(end + 3);
    canvas.clipped(end + 2, y, Role::Muted, note, room);
}

enum HelpRow {
    Title(&'static str),
    Key {
        keys: String,
        title: &'static str,
        note: String,
        off: bool,
    },
}

/// The groups, what reaches people first: whoever asks for help with an incident
/// open looks for that, and not for the way around the screen.
const fn in_order(app: &App) -> [Group; 6] {
    use Group::{After, Composer, Everywhere, Incident, Lists, People};
    match (&app.composer, app.shown) {
        (Some(_), _) => [Composer, People, Incident, Everywhere, Lists, After],
        (None, Some(_)) => [People, Incident, After, Everywhere, Lists, Composer],
        (None, None) => Group::ALL,
    }
}

/// One row for all keys that only go to a pane.
fn to_panes(app: &App) -> HelpRow {
    let panes = Action::ALL.iter().filter(|action| action.goes_to_a_pane());
    let keys = panes.filter_map(|action| app.keymap.key_of(*action));
    let keys: Vec<String> = keys.collect();
    HelpRow::Key {
        keys: keys.concat(),
        title: "go to a pane, by the digit in its title",
        note: String::new(),
        off: false,
    }
}

fn help_rows(app: &App, filter: &str) -> Vec<HelpRow> {
    let filter = filter.to_lowercase();
    let mut rows = Vec::new();
    for group in in_order(app) {
        let keys: Vec<HelpRow> = Action::ALL
            .iter()
            .filter(|action| action.group() == group)
            .filter(|action| !filter.is_empty() || !action.goes_to_a_pane())
            .filter(|action| {
                let also = action.aliases().join(" ");
                format!("{} {} {also}", action.word(), action.title()).contains(&filter)
            })
            .map(|action| {
                let keys = app.keymap.keys_of(*action).join(" ");
                let keys = if keys.is_empty() {
                    format!(":{}", action.word())
                } else {
                    keys
                };
                let off = app.enabled(*action).err();
                HelpRow::Key {
                    keys,
                    title: action.title(),
                    note: off.map_or_else(|| action.gate(), ToOwned::to_owned),
                    off: off.is_some(),
                }
            })
            .collect();
        if !keys.is_empty() {
            rows.push(HelpRow::Title(group.title()));
            if group == Group::Everywhere && filter.is_empty() {
                rows.push(to_panes(app));
            }
            rows.extend(keys);
        }
    }
    rows
}

fn messages(app: &App, row: usize, canvas: &mut Canvas<'_, '_>) {
    let mut inside = opened(
        canvas,
        "MESSAGES",
        "newest first   arrows scroll   Esc back",
    );
    for (y, message) in (0..inside.height()).zip(app.messages.iter().rev().skip(row)) {
        super::log::row(message, &mut inside, y);
    }
}

fn details(entry: &crate::domain::entry::Entry, line: Option<&Line>, canvas: &mut Canvas<'_, '_>) {
    let mut inside = opened(canvas, "ENTRY", "Esc back");
    let (kind, body) = entry.write();
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
