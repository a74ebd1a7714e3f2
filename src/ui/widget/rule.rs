//! Titled rules, which separate panes, and the lines that meet them.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::{Modifier, Style},
};

use super::{Paint, badge_text, put};
use crate::ui::{format::width, glyph::Glyph, theme::Role};

/// The rule above a pane: `─2 HEALTH ──────── 3 ok ─`, and with the focus
/// `━1▌NEXT▐━━━━━`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rule<'a> {
    /// The key that jumps to the pane; none for a rule that is no pane's.
    pub number: Option<u8>,
    /// The pane's name; may be empty.
    pub title: &'a str,
    /// What is said after the title.
    pub note: &'a str,
    /// What is said at the right end.
    pub right: &'a str,
    /// Whether keys go to this pane.
    pub focused: bool,
}

impl Rule<'_> {
    /// Draws it on the first row of `area`, over its whole width.
    ///
    /// Where not everything fits, the note goes first, then what stands at
    /// the right, and the title is cut last.
    pub fn draw(&self, paint: Paint<'_>, buffer: &mut Buffer, area: Rect) {
        let area = first_row(area, buffer);
        if area.is_empty() {
            return;
        }
        self.fill(paint, buffer, area);
        let inside = Rect {
            x: area.x + 1,
            width: area.width.saturating_sub(2),
            ..area
        };
        let room = usize::from(inside.width);
        let fits = |rule: &Self| rule.needed(paint) < room;
        let without_note = Rule { note: "", ..*self };
        let title_only = Rule {
            right: "",
            ..without_note
        };
        let shown = [*self, without_note]
            .into_iter()
            .find(fits)
            .unwrap_or(title_only);
        shown.write(paint, buffer, inside);
    }

    fn fill(&self, paint: Paint<'_>, buffer: &mut Buffer, area: Rect) {
        let glyph = if self.focused {
            Glyph::FocusRule
        } else {
            Glyph::Rule
        };
        for position in area.positions() {
            buffer[position]
                .set_char(paint.glyph(glyph))
                .set_style(self.line_style(paint));
        }
    }

    fn write(&self, paint: Paint<'_>, buffer: &mut Buffer, area: Rect) {
        let mut left = area;
        for (text, style) in self.left(paint, area.width) {
            let taken = put(buffer, left, &text, style);
            left.x += taken;
            left.width -= taken;
        }
        let right = self.right_text();
        let wide = u16::try_from(width(&right)).unwrap_or(u16::MAX);
        if wide <= left.width {
            let at = Rect {
                x: left.right() - wide,
                width: wide,
                ..left
            };
            put(buffer, at, &right, paint.style(Role::Muted));
        }
    }

    /// Number, title and note, with their spaces; the title cut to `room`.
    fn left(&self, paint: Paint<'_>, room: u16) -> Vec<(String, Style)> {
        let number = self
            .number
            .map(|number| number.to_string())
            .unwrap_or_default();
        let taken = u16::try_from(number.len())
            .unwrap_or(u16::MAX)
            .saturating_add(2);
        let title = paint.truncate(self.title, room.saturating_sub(taken));
        let (before, title) = match (title.is_empty(), self.focused) {
            (true, _) => (number, String::new()),
            (false, true) => (number, badge_text(&title, paint.tier)),
            (false, false) if number.is_empty() => (number, format!("{title} ")),
            (false, false) => (format!("{number} "), format!("{title} ")),
        };
        let note = match self.note {
            "" => String::new(),
            note => format!(" {note} "),
        };
        vec![
            (before, self.title_style(paint)),
            (title, self.badge_style(paint)),
            (note, paint.style(Role::Muted)),
        ]
    }

    fn right_text(&self) -> String {
        match self.right {
            "" => String::new(),
            right => format!(" {right} "),
        }
    }

    /// The columns of everything, without the rule around it.
    fn needed(&self, paint: Paint<'_>) -> usize {
        let left = self.left(paint, u16::MAX);
        left.iter().map(|(text, _)| width(text)).sum::<usize>() + width(&self.right_text())
    }

    fn line_style(&self, paint: Paint<'_>) -> Style {
        paint.style(if self.focused {
            Role::Focus
        } else {
            Role::Rule
        })
    }

    fn title_style(&self, paint: Paint<'_>) -> Style {
        paint.style(if self.focused {
            Role::Focus
        } else {
            Role::Normal
        })
    }

    fn badge_style(&self, paint: Paint<'_>) -> Style {
        let style = self.title_style(paint);
        if self.focused {
            style.add_modifier(Modifier::REVERSED)
        } else {
            style
        }
    }
}

/// How a divider meets a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Joint {
    /// It goes down from the rule.
    Down,
    /// It comes down to the rule.
    Up,
    /// It crosses the rule.
    Cross,
    /// The rule goes to the right from it.
    Right,
    /// The rule goes to the left from it.
    Left,
}

/// Joins a divider to the rule at `at`; the rule's words are left alone.
///
/// The joint is heavy where the rule at either side of it is.
pub fn joint(paint: Paint<'_>, buffer: &mut Buffer, at: Position, joint: Joint) {
    let beside = [at.x.checked_sub(1), at.x.checked_add(1)].map(|x| Position {
        x: x.unwrap_or(at.x),
        ..at
    });
    let is = |position: Position, glyph: Glyph| {
        let symbol = buffer.cell(position).map(ratatui::buffer::Cell::symbol);
        symbol.is_some_and(|symbol| symbol.chars().eq([paint.glyph(glyph)]))
    };
    let free = is(at, Glyph::Rule)
        || is(at, Glyph::FocusRule)
        || is(at, Glyph::Divider)
        || buffer.cell(at).is_some_and(|cell| cell.symbol() == " ");
    let heavy = beside
        .into_iter()
        .any(|position| is(position, Glyph::FocusRule));
    let light = beside.into_iter().any(|position| is(position, Glyph::Rule));
    if !free || !(heavy || light) {
        return;
    }
    let glyph = match (joint, heavy) {
        (Joint::Down, false) => Glyph::JointDown,
        (Joint::Down, true) => Glyph::FocusJointDown,
        (Joint::Up, false) => Glyph::JointUp,
        (Joint::Up, true) => Glyph::FocusJointUp,
        (Joint::Cross, false) => Glyph::Cross,
        (Joint::Cross, true) => Glyph::FocusCross,
        (Joint::Right, false) => Glyph::JointRight,
        (Joint::Right, true) => Glyph::FocusJointRight,
        (Joint::Left, false) => Glyph::JointLeft,
        (Joint::Left, true) => Glyph::FocusJointLeft,
    };
    let role = if heavy { Role::Focus } else { Role::Rule };
    buffer[at]
        .set_char(paint.glyph(glyph))
        .set_style(paint.style(role));
}

/// Draws the line between two columns, down the first column of `area`.
pub fn divider(paint: Paint<'_>, buffer: &mut Buffer, area: Rect) {
    let area = area.intersection(buffer.area);
    let area = Rect {
        width: area.width.min(1),
        ..area
    };
    for position in area.positions() {
        buffer[position]
            .set_char(paint.glyph(Glyph::Divider))
            .set_style(paint.style(Role::Rule));
    }
}

/// Draws the panes of a narrow screen as tabs on one rule:
/// `━[1 NEXT]━━2 HEALTH──3 TIMELINE───`. The rule is heavy beside the focus.
pub fn tabs(paint: Paint<'_>, buffer: &mut Buffer, area: Rect, titles: &[&str], focused: usize) {
    let area = first_row(area, buffer);
    Rule::default().fill(paint, buffer, area);
    let mut left = area;
    for (place, title) in titles.iter().enumerate() {
        let (here, before) = (place == focused, place == focused + 1);
        let line = Rule {
            focused: here || before,
            ..Rule::default()
        };
        let edge = if place == 0 { 1 } else { 2 };
        advance(&mut left, edge, |lead| line.fill(paint, buffer, lead));
        let text = if here {
            format!("[{title}]")
        } else {
            (*title).to_owned()
        };
        let style = Rule {
            focused: here,
            ..line
        }
        .badge_style(paint);
        let wide = put(buffer, left, &text, style);
        advance(&mut left, wide, |_| ());
    }
    if focused + 1 == titles.len() {
        let line = Rule {
            focused: true,
            ..Rule::default()
        };
        advance(&mut left, 2, |lead| line.fill(paint, buffer, lead));
    }
}

/// The first row of what is in the buffer.
fn first_row(area: Rect, buffer: &Buffer) -> Rect {
    let area = area.intersection(buffer.area);
    Rect {
        height: area.height.min(1),
        ..area
    }
}

/// Goes on by some columns, after something was done with them.
fn advance(area: &mut Rect, columns: u16, with: impl FnOnce(Rect)) {
    let columns = columns.min(area.width);
    with(Rect {
        width: columns,
        ..*area
    });
    area.x += columns;
    area.width -= columns;
}
