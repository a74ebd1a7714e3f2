//! What every page has: the clock and the title above, the heartbeat below.

use chrono::{DateTime, TimeDelta, Timelike as _, Utc};
use ratatui::{
    layout::Rect,
    style::{Modifier, Style},
};

use super::{Beat, Wall, beat::skew, page::Turning};
use crate::ui::{
    canvas::Canvas,
    format::{self, Align, letters},
    glyph::Glyph,
    theme::Role,
    widget::{Big, Rule, Size},
};

/// Letters beyond this are not in the big font.
const LAST_BIG_LETTER: char = '\u{ff}';

/// Cuts rows off the top of what is left of a page.
pub(super) struct Rows(pub Rect);

impl Rows {
    /// The next `rows`; fewer where fewer are left.
    pub fn take(&mut self, rows: u16) -> Rect {
        let rows = rows.min(self.0.height);
        let top = Rect {
            height: rows,
            ..self.0
        };
        self.0.y += rows;
        self.0.height -= rows;
        top
    }

    /// The last `rows`.
    pub fn take_last(&mut self, rows: u16) -> Rect {
        let rows = rows.min(self.0.height);
        self.0.height -= rows;
        Rect {
            y: self.0.bottom(),
            height: rows,
            ..self.0
        }
    }
}

/// A rule with a title, and what is said at its right end.
pub(super) fn rule(canvas: &mut Canvas<'_, '_>, area: Rect, title: &str, right: &str) {
    let mut part = canvas.part(area);
    let (paint, buffer, area) = part.raw();
    Rule {
        title: &format!(" {title}"),
        right,
        ..Rule::default()
    }
    .draw(paint, buffer, area);
}

/// `columns` of `area`, from `x` on, counted from its corner.
pub(super) fn columns(area: Rect, x: u16, columns: u16) -> Rect {
    let x = x.min(area.width);
    Rect {
        x: area.x + x,
        width: columns.min(area.width - x),
        ..area
    }
}

/// Big letters in a role; cut where they are too many, plain where the font
/// does not have them.
pub(super) fn big(
    canvas: &mut Canvas<'_, '_>,
    area: Rect,
    (text, size): (&str, Size),
    align: Align,
    role: Role,
) {
    let style = letters_of(canvas.paint.style(role), role);
    styled(canvas, area, (text, size), align, style);
}

fn styled(
    canvas: &mut Canvas<'_, '_>,
    area: Rect,
    (text, size): (&str, Size),
    align: Align,
    style: Style,
) {
    let mut part = canvas.part(area);
    let (paint, buffer, mut area) = part.raw();
    let text = if area.height < size.rows().min(4) {
        text.to_owned()
    } else if text.chars().all(|letter| letter <= LAST_BIG_LETTER) {
        cut(text, area.width)
    } else {
        area.height = area.height.min(1);
        text.to_owned()
    };
    Big {
        text: &text,
        size,
        align,
        style,
    }
    .draw(paint, buffer, area);
}

/// A reversed role would fill its block; big letters are seen as they are.
/// Only what is overdue stays a block: it has to hurt.
fn letters_of(style: Style, role: Role) -> Style {
    if role == Role::Over {
        style
    } else {
        style.remove_modifier(Modifier::REVERSED)
    }
}

/// As many letters as there is room for in four columns each; the last two
/// are dots where some are missing, after a whole word where that leaves half.
fn cut(text: &str, columns: u16) -> String {
    let room = usize::from(columns / Size::Small.columns());
    let all: Vec<&str> = letters(text).map(|(letter, _)| letter).collect();
    if all.len() <= room || room < 4 {
        return text.to_owned();
    }
    let kept = &all[..room - 2];
    let is_part = |letter: &&str| letter.chars().all(char::is_alphanumeric);
    let mid_word = is_part(&all[kept.len()]);
    let end = kept.iter().rposition(|letter| !is_part(letter));
    let end = end.filter(|end| mid_word && *end >= kept.len() / 2);
    let kept = kept[..end.unwrap_or(kept.len())].concat();
    format!("{}..", kept.trim_end())
}

/// A line in the middle of its row.
pub(super) fn centred(canvas: &mut Canvas<'_, '_>, text: &str, role: Role) {
    let wide = u16::try_from(format::width(text)).unwrap_or(u16::MAX);
    let x = canvas.width().saturating_sub(wide) / 2;
    let room = canvas.width();
    canvas.clipped(x, 0, role, text, room);
}

/// Rows of the header: four for the title, one below, and the rule.
pub(super) const HEADER: u16 = 6;
/// Columns of the clock.
const CLOCK: u16 = 20;

/// Title and clock in big letters; below, `left` and the date; and the rule.
pub(super) fn header(
    wall: &Wall,
    canvas: &mut Canvas<'_, '_>,
    area: Rect,
    (title, left): (&str, &str),
    now: DateTime<Utc>,
) {
    let tall = area.height >= HEADER;
    let title_area = Rect {
        height: if tall { 4 } else { 1 },
        ..area
    };
    let clock = now.format("%H:%M").to_string();
    let width = if tall { CLOCK } else { 5 };
    let at = columns(title_area, area.width.saturating_sub(width + 2), width);
    let room = area.width.saturating_sub(width + 6);
    let size = Size::Small;
    big(
        canvas,
        columns(title_area, 2, room),
        (title, size),
        Align::Left,
        Role::WallTitle,
    );
    big(canvas, at, (&clock, size), Align::Right, Role::WallTitle);
    let below = Rect {
        y: title_area.bottom(),
        height: 1,
        ..area
    };
    // What the big letters had to cut is not lost.
    let is_cut = tall && size.width(title) > room;
    let whole = is_cut.then(|| format!("{left}   {title}"));
    let left = whole.as_deref().unwrap_or(left);
    second(wall, &mut canvas.part(below), left, now);
    if now.hour() % 2 == 1 {
        let height = title_area.height + 1;
        swap(canvas, Rect { height, ..area });
        return;
    }
    let glyph = canvas.glyph(Glyph::FocusRule);
    let mut rule = canvas.part(Rect {
        y: below.bottom(),
        ..below
    });
    rule.repeat(0, 0, Role::Rule, glyph, area.width);
}

/// Each other hour the header is dark on bright, so that nothing burns in (W8).
/// Its end needs no rule then.
fn swap(canvas: &mut Canvas<'_, '_>, area: Rect) {
    let mut part = canvas.part(area);
    let (_, buffer, area) = part.raw();
    for position in area.positions() {
        // A badge is turned back, and so is seen as one.
        buffer[position].modifier.toggle(Modifier::REVERSED);
    }
}

fn second(wall: &Wall, canvas: &mut Canvas<'_, '_>, left: &str, now: DateTime<Utc>) {
    let end = canvas.width().saturating_sub(2);
    let date = format!("UTC{}  {}", local(wall, now), format::day_long(now));
    let mut end = canvas.right(end, 0, Role::Muted, &date);
    let late = match wall.beat(now) {
        Beat::Late(age) => Some(format!("NO BEAT FOR {}", format::age(age))),
        Beat::Live | Beat::Lost(_) | Beat::Starting | Beat::Never => None,
    };
    let clock = (!wall.trusts_clock()).then(|| "CLOCK NOT TRUSTED".to_owned());
    for text in [clock, late].into_iter().flatten() {
        let wide = u16::try_from(text.len() + 4).unwrap_or(end);
        end = end.saturating_sub(wide);
        canvas.badge(end, 0, Role::Slow, &text);
    }
    canvas.clipped(2, 0, Role::Strong, left, end.saturating_sub(4));
}

/// `  15:07 local`, where the host's clock is not UTC (W14).
fn local(wall: &Wall, now: DateTime<Utc>) -> String {
    match wall.app.local_offset_s {
        0 => String::new(),
        east => {
            let local = now + TimeDelta::seconds(east.into());
            format!("  {} local", format::time_minutes(local))
        }
    }
}

/// The dots of the heartbeat.
const DOTS: u64 = 10;

/// `● live   data 2s old   ▪▪▪▫▫▫▫▫▫▫   …   wall-03   up 61d 04h`.
pub(super) fn footer(wall: &Wall, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let (role, glyph, word) = state(wall.beat(now));
    let mark = canvas.glyph(glyph);
    let mut x = canvas.text(2, 0, role, &format!("{mark} {word}"));
    let end = right(wall, canvas, now).saturating_sub(2);
    let age = wall.app.engine.ticked_at.map(|at| now - at);
    let data = age.map(|age| format!("data {} old", canvas.paint.age(age)));
    let skew = skew(wall).map(|off| format!("clocks differ by {}", format::short(off)));
    let parts = [
        (Role::Muted, data),
        (Role::Normal, Some(dots(wall, canvas))),
        (Role::Warn, skew),
        (Role::Muted, next_check(wall, now)),
    ];
    for (role, text) in parts {
        let Some(text) = text else { continue };
        let wide = u16::try_from(format::width(&text)).unwrap_or(u16::MAX);
        if x.saturating_add(wide + 3) > end {
            return;
        }
        x = canvas.text(x + 3, 0, role, &text);
    }
}

/// Whether it is live, as a glyph and a word.
pub(super) const fn state(beat: Beat) -> (Role, Glyph, &'static str) {
    match beat {
        Beat::Live => (Role::Live, Glyph::Ok, "live"),
        Beat::Late(_) => (Role::Slow, Glyph::Slow, "late"),
        Beat::Starting => (Role::Muted, Glyph::Off, "starting"),
        Beat::Lost(_) | Beat::Never => (Role::Offline, Glyph::Down, "NOT LIVE"),
    }
}

/// One more with each beat of the engine, and from ten back to one: dots that
/// stand still are an engine that stands still (W3).
fn dots(wall: &Wall, canvas: &Canvas<'_, '_>) -> String {
    let full = wall
        .beats
        .checked_sub(1)
        .map_or(0, |beats| beats % DOTS + 1);
    (0..DOTS)
        .map(|dot| {
            if dot < full {
                Glyph::Beat
            } else {
                Glyph::NoBeat
            }
        })
        .map(|glyph| canvas.glyph(glyph))
        .collect()
}

fn next_check(wall: &Wall, now: DateTime<Utc>) -> Option<String> {
    let next = wall
        .app
        .panel
        .watches()
        .filter_map(|watch| Some(watch.last()?.at.checked_add_signed(watch.spec().every)? - now))
        .filter(|left| *left >= TimeDelta::zero())
        .min()?;
    Some(format!("next check in {}", format::age(next)))
}

fn right(wall: &Wall, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) -> u16 {
    let (place, count) = wall.pages.place(&wall.app.board);
    let page = match wall.pages.turning(&wall.app.board, now) {
        Turning::Alone => String::new(),
        Turning::In(left) => format!(
            "page {place} of {count}, next in {}s   ",
            left.num_seconds()
        ),
        Turning::Pinned => format!("page {place} of {count}, a P1 stays   "),
        Turning::Deadline => format!("page {place} of {count}, a deadline stays   "),
    };
    let up = format::short(now - wall.started);
    let text = format!("{page}{}   up {up}", wall.app.settings.host);
    let end = canvas.width().saturating_sub(2);
    let room = end.saturating_sub(14);
    let text = canvas.paint.truncate(&text, room);
    canvas.right(end, 0, Role::Muted, &text)
}
