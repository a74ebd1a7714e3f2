//! A part of the screen to draw on: text by role, clipped to its area.

use ratatui::{
    buffer::{Buffer, Cell},
    layout::Rect,
    style::{Modifier, Style},
};

use super::{
    capability::Tier,
    format,
    glyph::Glyph,
    theme::Role,
    widget::{self, Paint, put},
};

/// A part of the screen, with coordinates from its own corner.
pub struct Canvas<'a, 'p> {
    buffer: &'a mut Buffer,
    area: Rect,
    /// The theme, and what the terminal can show of it.
    pub paint: Paint<'p>,
}

impl<'a, 'p> Canvas<'a, 'p> {
    /// The part `area` of `buffer`.
    pub fn new(buffer: &'a mut Buffer, area: Rect, paint: Paint<'p>) -> Self {
        let area = area.intersection(buffer.area);
        Self {
            buffer,
            area,
            paint,
        }
    }

    /// A part of this part; `area` is in the screen's coordinates.
    pub fn part(&mut self, area: Rect) -> Canvas<'_, 'p> {
        Canvas {
            area: area.intersection(self.area),
            buffer: self.buffer,
            paint: self.paint,
        }
    }

    /// Where it is on the screen.
    pub const fn area(&self) -> Rect {
        self.area
    }

    /// Columns.
    pub const fn width(&self) -> u16 {
        self.area.width
    }

    /// Rows.
    pub const fn height(&self) -> u16 {
        self.area.height
    }

    /// The character for a glyph.
    pub const fn glyph(&self, glyph: Glyph) -> char {
        self.paint.glyph(glyph)
    }

    /// The glyph before a row, or a blank.
    pub fn mark(&self, glyph: Option<Glyph>) -> String {
        glyph.map_or(' ', |glyph| self.glyph(glyph)).to_string()
    }

    /// Writes text; answers the column after it.
    pub fn text(&mut self, x: u16, y: u16, role: Role, text: &str) -> u16 {
        self.styled(x, y, self.paint.style(role), text)
    }

    /// Writes text with a style; answers the column after it.
    pub fn styled(&mut self, x: u16, y: u16, style: Style, text: &str) -> u16 {
        if x >= self.area.width || y >= self.area.height {
            return x;
        }
        let area = self.at(x, y, u16::MAX);
        x + put(self.buffer, area, text, style)
    }

    /// Writes text of at most `columns`, cut with an ellipsis.
    pub fn clipped(&mut self, x: u16, y: u16, role: Role, text: &str, columns: u16) -> u16 {
        let columns = columns.min(self.area.width.saturating_sub(x));
        let text = self.paint.truncate(text, columns);
        self.text(x, y, role, &text)
    }

    /// Writes text that ends before column `end`; answers where it starts.
    pub fn right(&mut self, end: u16, y: u16, role: Role, text: &str) -> u16 {
        let width = u16::try_from(format::width(text)).unwrap_or(u16::MAX);
        let start = end.saturating_sub(width);
        self.text(start, y, role, text);
        start
    }

    /// Repeats a character over `columns`.
    pub fn repeat(&mut self, x: u16, y: u16, role: Role, c: char, columns: u16) {
        let columns = columns.min(self.area.width.saturating_sub(x));
        let text: String = std::iter::repeat_n(c, usize::from(columns)).collect();
        self.text(x, y, role, &text);
    }

    /// A gauge of `columns`, of which the share `used` is full.
    pub fn bar(&mut self, x: u16, y: u16, columns: u16, used: f64, role: Role) {
        if y < self.area.height {
            let area = self.at(x, y, columns);
            widget::bar(self.paint, self.buffer, area, used, role);
        }
    }

    /// A badge: `▌NEXT▐`; answers the column after it.
    pub fn badge(&mut self, x: u16, y: u16, role: Role, text: &str) -> u16 {
        if y >= self.area.height {
            return x;
        }
        let area = self.at(x, y, u16::MAX);
        let style = self.paint.style(role).add_modifier(Modifier::REVERSED);
        x + widget::badge(self.paint, self.buffer, area, text, style)
    }

    /// The whole part, for a widget that draws itself.
    pub fn raw(&mut self) -> (Paint<'p>, &mut Buffer, Rect) {
        (self.paint, self.buffer, self.area)
    }

    /// `columns` of row `y` from `x` on, on the screen.
    fn at(&self, x: u16, y: u16, columns: u16) -> Rect {
        let x = x.min(self.area.width);
        Rect {
            x: self.area.x + x,
            y: self.area.y + y,
            width: columns.min(self.area.width - x),
            height: 1,
        }
    }

    /// Gives a whole row a role, over what stands there.
    pub fn paint_row(&mut self, y: u16, role: Role) {
        if y < self.area.height {
            let row = Rect {
                x: self.area.x,
                y: self.area.y + y,
                width: self.area.width,
                height: 1,
            };
            self.buffer.set_style(row, self.paint.style(role));
        }
    }

    /// Writes what stands for something left out as this terminal can show it,
    /// also inside words from elsewhere: nothing is drawn after this.
    pub fn in_tier(&mut self) {
        if self.paint.tier == Tier::Rich {
            return;
        }
        let signs = [("·", Glyph::Dot), ("…", Glyph::Ellipsis)];
        let signs = signs.map(|(rich, glyph)| (rich, self.glyph(glyph)));
        for position in self.area.positions() {
            let cell = &mut self.buffer[position];
            if let Some((_, sign)) = signs.iter().find(|(rich, _)| *rich == cell.symbol()) {
                cell.set_char(*sign);
            }
        }
    }

    /// Empties it and gives it a surface.
    pub fn clear(&mut self, surface: Role) {
        if self.area.is_empty() {
            return;
        }
        let mut blank = Cell::EMPTY;
        blank.set_style(self.paint.style(surface));
        let width = usize::from(self.area.width);
        for y in self.area.top()..self.area.bottom() {
            let start = self.buffer.index_of(self.area.x, y);
            self.buffer.content[start..start + width].fill(blank.clone());
        }
    }

    /// One line in rows of `columns`, broken where a row ends, as it stands.
    pub fn broken(line: &str, columns: u16) -> Vec<String> {
        let mut rows = Vec::new();
        let last = break_word(line, usize::from(columns.max(1)), &mut rows);
        rows.push(last);
        rows
    }

    /// Lines broken at words to `columns`.
    pub fn wrapped(text: &str, columns: u16) -> Vec<String> {
        let columns = usize::from(columns.max(1));
        let mut lines = Vec::new();
        for paragraph in text.split('\n') {
            wrap_paragraph(paragraph, columns, &mut lines);
        }
        lines
    }
}

fn wrap_paragraph(paragraph: &str, columns: usize, lines: &mut Vec<String>) {
    let words = paragraph.trim_start_matches(' ');
    let (indent, _) = paragraph.split_at(paragraph.len() - words.len());
    let mut line = if indent.len() < columns { indent } else { "" }.to_owned();
    let mut begun = false;
    for word in words.split(' ') {
        let gap = usize::from(begun && !line.is_empty());
        begun = true;
        if format::width(&line) + gap + format::width(word) <= columns {
            if gap == 1 {
                line.push(' ');
            }
            line.push_str(word);
            continue;
        }
        if !line.trim_start().is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        line = break_word(word, columns, lines);
    }
    lines.push(line);
}

/// A word longer than a line is broken where the line ends.
fn break_word(word: &str, columns: usize, lines: &mut Vec<String>) -> String {
    let mut line = String::new();
    for c in word.chars() {
        let mut next = line.clone();
        next.push(c);
        if format::width(&next) > columns && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
            line.push(c);
        } else {
            line = next;
        }
    }
    line
}
