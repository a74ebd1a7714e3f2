//! A bare ratatui program: five paragraphs and a table, and bytes as crossterm
//! writes them.

use std::convert::Infallible;

use crossterm::{QueueableCommand as _, cursor, style};
use ratatui::{
    Frame, Terminal,
    backend::{Backend, ClearType, WindowSize},
    buffer::Cell,
    layout::{Constraint, Layout, Position, Size},
    style::{Color, Modifier, Style},
    widgets::{Block, Paragraph, Row, Table, TableState},
};

/// A terminal of this size that keeps the bytes it gets.
#[derive(Debug)]
pub struct Wire {
    pub size: Size,
    pub out: Vec<u8>,
}

impl Wire {
    /// A bare program's terminal.
    pub fn terminal(size: Size) -> Terminal<Self> {
        let wire = Self {
            size,
            out: Vec::new(),
        };
        Terminal::new(wire).expect("it can't fail")
    }

    fn look(&mut self, cell: &Cell, before: &mut (Color, Color, Modifier)) {
        let queued = "a vector takes all bytes";
        if cell.modifier != before.2 {
            self.out
                .queue(style::SetAttribute(style::Attribute::Reset))
                .expect(queued);
            for (modifier, attribute) in [
                (Modifier::BOLD, style::Attribute::Bold),
                (Modifier::DIM, style::Attribute::Dim),
                (Modifier::REVERSED, style::Attribute::Reverse),
                (Modifier::UNDERLINED, style::Attribute::Underlined),
            ] {
                if cell.modifier.contains(modifier) {
                    self.out
                        .queue(style::SetAttribute(attribute))
                        .expect(queued);
                }
            }
            *before = (Color::Reset, Color::Reset, cell.modifier);
        }
        if (cell.fg, cell.bg) != (before.0, before.1) {
            let colors = style::Colors::new(colour(cell.fg), colour(cell.bg));
            self.out.queue(style::SetColors(colors)).expect(queued);
            (before.0, before.1) = (cell.fg, cell.bg);
        }
    }
}

fn colour(colour: Color) -> style::Color {
    match colour {
        Color::Rgb(r, g, b) => style::Color::Rgb { r, g, b },
        Color::Indexed(place) => style::Color::AnsiValue(place),
        _ => style::Color::Reset,
    }
}

impl Backend for Wire {
    type Error = Infallible;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), Infallible>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut before = (Color::Reset, Color::Reset, Modifier::empty());
        let mut next = None;
        for (x, y, cell) in content {
            if next != Some((x, y)) {
                self.out
                    .queue(cursor::MoveTo(x, y))
                    .expect("a vector takes all bytes");
            }
            next = Some((x + 1, y));
            self.look(cell, &mut before);
            self.out.extend_from_slice(cell.symbol().as_bytes());
        }
        self.out.extend_from_slice(b"\x1b[39m\x1b[49m\x1b[0m");
        Ok(())
    }

    fn hide_cursor(&mut self) -> Result<(), Infallible> {
        self.out.extend_from_slice(b"\x1b[?25l");
        Ok(())
    }

    fn show_cursor(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
        Ok(Position::ORIGIN)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, _: P) -> Result<(), Infallible> {
        Ok(())
    }

    fn clear(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn clear_region(&mut self, _: ClearType) -> Result<(), Infallible> {
        Ok(())
    }

    fn size(&self) -> Result<Size, Infallible> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> Result<WindowSize, Infallible> {
        Ok(WindowSize {
            columns_rows: self.size,
            pixels: Size::ZERO,
        })
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// The bare program's screen, with row `chosen` of the table lit.
pub fn draw(frame: &mut Frame<'_>, rows: &[[String; 3]], chosen: usize) {
    let [left, right] =
        Layout::horizontal([Constraint::Fill(2), Constraint::Fill(3)]).areas(frame.area());
    let panes: [_; 5] = Layout::vertical([Constraint::Fill(1); 5]).areas(left);
    for (area, words) in panes.into_iter().zip(rows) {
        let text = words.join(" ").repeat(4);
        let pane = Paragraph::new(text).block(Block::bordered().title("pane"));
        frame.render_widget(pane, area);
    }
    let shown = rows.iter().take(usize::from(right.height));
    let table = Table::new(
        shown.map(|row| Row::new(row.iter().map(String::as_str))),
        [
            Constraint::Length(9),
            Constraint::Length(9),
            Constraint::Fill(1),
        ],
    )
    .block(Block::bordered().title("events"))
    .row_highlight_style(
        Style::new()
            .fg(Color::Rgb(250, 250, 250))
            .bg(Color::Rgb(40, 60, 90)),
    );
    let mut state = TableState::new().with_selected(chosen);
    frame.render_stateful_widget(table, right, &mut state);
}
