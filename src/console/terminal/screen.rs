//! What ratatui draws on: a buffer that is handed over whole.

use std::{convert::Infallible, sync::Arc};

use ratatui::{
    backend::{Backend, ClearType, WindowSize},
    buffer::{Buffer, Cell, CellWidth as _},
    layout::{Position, Rect, Size},
};

use super::{
    mailbox::{Frame, Mailbox},
    tty::Tty,
};

/// A backend that never waits for the terminal and never asks it anything.
///
/// [`flush`](Backend::flush) leaves the newest screen for the writer. Where
/// nothing has changed since the last one, it leaves nothing.
#[derive(Debug)]
pub struct Screen {
    tty: Arc<Tty>,
    mailbox: Arc<Mailbox>,
    cells: Buffer,
    cursor: Position,
    visible: bool,
    repaint: bool,
    changed: bool,
}

impl Screen {
    pub(super) fn new(tty: Arc<Tty>, mailbox: Arc<Mailbox>) -> Self {
        let cells = Buffer::empty(Rect::from((Position::ORIGIN, tty.size())));
        Self {
            tty,
            mailbox,
            cells,
            cursor: Position::ORIGIN,
            visible: false,
            repaint: false,
            changed: false,
        }
    }

    fn put(&mut self, at: Position, cell: &Cell) {
        if let Some(place) = self.cells.cell_mut(at) {
            place.clone_from(cell);
            self.changed = true;
        }
        let right = Position::new(at.x.saturating_add(1), at.y);
        if cell.symbol().len() > 1
            && cell.cell_width() > 1
            && let Some(covered) = self.cells.cell_mut(right)
        {
            covered.reset();
        }
    }

    fn blank(&mut self, from: usize, to: usize) {
        let to = to.min(self.cells.content.len());
        for cell in self.cells.content.get_mut(from..to).unwrap_or_default() {
            cell.reset();
        }
        self.changed = true;
    }
}

impl Backend for Screen {
    type Error = Infallible;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), Infallible>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        for (x, y, cell) in content {
            self.put(Position::new(x, y), cell);
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> Result<(), Infallible> {
        self.changed |= self.visible;
        self.visible = false;
        Ok(())
    }

    fn show_cursor(&mut self) -> Result<(), Infallible> {
        self.changed |= !self.visible;
        self.visible = true;
        Ok(())
    }

    /// Where the cursor was put last; the terminal is not asked.
    fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
        Ok(self.cursor)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Infallible> {
        let position = position.into();
        self.changed |= self.visible && position != self.cursor;
        self.cursor = position;
        Ok(())
    }

    /// Blanks everything, takes the terminal's size as it is now, and paints
    /// anew with the next frame.
    fn clear(&mut self) -> Result<(), Infallible> {
        self.cells
            .resize(Rect::from((Position::ORIGIN, self.tty.size())));
        self.cells.reset();
        (self.repaint, self.changed) = (true, true);
        Ok(())
    }

    fn clear_region(&mut self, region: ClearType) -> Result<(), Infallible> {
        let width = usize::from(self.cells.area.width);
        let (column, row) = (usize::from(self.cursor.x), usize::from(self.cursor.y));
        let at = row * width + column.min(width);
        match region {
            ClearType::All => self.clear()?,
            ClearType::AfterCursor => self.blank(at, usize::MAX),
            ClearType::BeforeCursor => self.blank(0, at),
            ClearType::CurrentLine => self.blank(row * width, (row + 1) * width),
            ClearType::UntilNewLine => self.blank(at, (row + 1) * width),
        }
        Ok(())
    }

    /// The terminal's size now; 80×24 where it does not know.
    fn size(&self) -> Result<Size, Infallible> {
        Ok(self.tty.size())
    }

    fn window_size(&mut self) -> Result<WindowSize, Infallible> {
        Ok(WindowSize {
            columns_rows: self.tty.size(),
            pixels: Size::ZERO,
        })
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        if !std::mem::take(&mut self.changed) {
            return Ok(());
        }
        let frame = Frame {
            cells: self.mailbox.copy(&self.cells),
            cursor: self.visible.then_some(self.cursor),
            repaint: std::mem::take(&mut self.repaint),
        };
        self.mailbox.post(frame);
        Ok(())
    }
}
