//! What is drawn on: a buffer that is handed over whole.
//!
//! No [`ratatui::Terminal`] stands between: it would keep two screens and
//! compare them, and the writer has to compare again with what the terminal
//! really shows.

use std::sync::Arc;

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use super::{
    mailbox::{Frame, Mailbox},
    tty::Tty,
};

/// A screen that never waits for the terminal and never asks it anything.
#[derive(Debug)]
pub struct Screen {
    tty: Arc<Tty>,
    mailbox: Arc<Mailbox>,
    repaint: bool,
}

impl Screen {
    pub(super) fn new(tty: Arc<Tty>, mailbox: Arc<Mailbox>) -> Self {
        Self {
            tty,
            mailbox,
            repaint: false,
        }
    }

    /// Leaves for the writer what `paint` draws, in the terminal's size now;
    /// 80×24 where it does not know. Where that is what the terminal shows,
    /// nothing is sent.
    ///
    /// `paint` has to draw over every cell: they hold some older screen. It
    /// answers where the cursor stands; hidden where nowhere.
    pub fn draw(&mut self, paint: impl FnOnce(&mut Buffer) -> Option<Position>) {
        let area = Rect::from((Position::ORIGIN, self.tty.size()));
        let mut cells = self.mailbox.spare(area);
        let cursor = paint(&mut cells);
        self.mailbox.post(Frame {
            cells,
            cursor,
            repaint: std::mem::take(&mut self.repaint),
        });
    }

    /// Trusts nothing that was drawn before: the next screen is sent whole.
    pub fn repaint(&mut self) {
        self.repaint = true;
    }
}
