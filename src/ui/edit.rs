//! Text being typed: a line or a page, with the shell's keys.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui_textarea::{CursorMove, TextArea};

/// The character that a key types; `None` for keys that type none.
pub fn typed_by(key: &KeyEvent) -> Option<char> {
    let held = key.modifiers.difference(KeyModifiers::SHIFT);
    match key.code {
        KeyCode::Char(character) if held.is_empty() => Some(character),
        KeyCode::Enter if held.is_empty() => Some('\n'),
        KeyCode::Tab if held.is_empty() => Some('\t'),
        _ => None,
    }
}

/// Text being typed.
#[derive(Debug, Clone)]
pub struct Edit {
    area: TextArea<'static>,
    several_lines: bool,
    /// Nobody typed it: the first character takes its place.
    suggested: bool,
}

impl Default for Edit {
    fn default() -> Self {
        Self::line("")
    }
}

impl PartialEq for Edit {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text() && self.cursor() == other.cursor()
    }
}

impl Edit {
    /// One line, with the cursor at its end.
    pub fn line(text: &str) -> Self {
        Self::with(text, false)
    }

    /// One line that is filled in for a person: what they type takes its place,
    /// and any other key makes it theirs, to be amended.
    pub fn suggestion(text: &str) -> Self {
        Self {
            suggested: !text.is_empty(),
            ..Self::line(text)
        }
    }

    /// Whether its text is a suggestion that nobody has touched.
    pub const fn is_suggestion(&self) -> bool {
        self.suggested
    }

    /// Several lines, with the cursor at their end.
    pub fn page(text: &str) -> Self {
        Self::with(text, true)
    }

    fn with(text: &str, several_lines: bool) -> Self {
        let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        Self {
            area,
            several_lines,
            suggested: false,
        }
    }

    /// What was typed.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Its lines.
    pub fn lines(&self) -> &[String] {
        self.area.lines()
    }

    /// Line and character of the cursor, from 0.
    pub fn cursor(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.area.is_empty()
    }

    /// Puts text in at the cursor; breaks become spaces in a single line. The
    /// blanks at its end stay: one goes on typing behind them.
    pub fn insert(&mut self, text: &str) {
        self.make_room(true);
        let blanks = text.len() - text.trim_end_matches(' ').len();
        let text = crate::domain::text::Text::<65_536, true>::lossy(text);
        let text = format!("{text}{}", " ".repeat(blanks.min(80)));
        if self.several_lines {
            self.area.insert_str(text);
        } else {
            self.area.insert_str(text.replace('\n', " "));
        }
    }

    /// Puts text in that begins on a line of its own.
    pub fn insert_below(&mut self, text: &str) {
        if self.cursor().1 > 0 {
            self.area.insert_newline();
        }
        self.insert(text);
    }

    /// Puts other text in its place.
    pub fn set(&mut self, text: &str) {
        *self = Self::with(text, self.several_lines);
    }

    /// A suggestion makes room for what is typed, and is one no longer.
    fn make_room(&mut self, types: bool) {
        if std::mem::take(&mut self.suggested) && types {
            self.set("");
        }
    }

    /// Carries out a key; `false` when it means nothing in text.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let commands = KeyModifiers::CONTROL | KeyModifiers::ALT;
        let types = matches!(key.code, KeyCode::Char(_)) && !key.modifiers.intersects(commands);
        self.make_room(types);
        let area = &mut self.area;
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return control(area, key.code);
        }
        if key.modifiers.contains(KeyModifiers::ALT) {
            return alt(area, key.code);
        }
        match key.code {
            KeyCode::Char(c) => area.insert_char(c),
            KeyCode::Enter if self.several_lines => area.insert_newline(),
            KeyCode::Backspace => {
                area.delete_char();
            }
            KeyCode::Delete => {
                area.delete_next_char();
            }
            KeyCode::Left => area.move_cursor(CursorMove::Back),
            KeyCode::Right => area.move_cursor(CursorMove::Forward),
            KeyCode::Up if self.several_lines => area.move_cursor(CursorMove::Up),
            KeyCode::Down if self.several_lines => area.move_cursor(CursorMove::Down),
            KeyCode::Home => area.move_cursor(CursorMove::Head),
            KeyCode::End => area.move_cursor(CursorMove::End),
            _ => return false,
        }
        true
    }
}

fn control(area: &mut TextArea<'static>, code: KeyCode) -> bool {
    match code {
        KeyCode::Char('a') => area.move_cursor(CursorMove::Head),
        KeyCode::Char('e') => area.move_cursor(CursorMove::End),
        KeyCode::Char('b') => area.move_cursor(CursorMove::Back),
        KeyCode::Char('f') => area.move_cursor(CursorMove::Forward),
        KeyCode::Char('p') => area.move_cursor(CursorMove::Up),
        KeyCode::Char('n') => area.move_cursor(CursorMove::Down),
        KeyCode::Char('d') => drop(area.delete_next_char()),
        KeyCode::Char('h') => drop(area.delete_char()),
        KeyCode::Char('w') => drop(area.delete_word()),
        KeyCode::Char('u') => drop(area.delete_line_by_head()),
        KeyCode::Char('k') => drop(area.delete_line_by_end()),
        KeyCode::Char('y') => drop(area.paste()),
        KeyCode::Char('_' | '7' | '/') => drop(area.undo()),
        _ => return false,
    }
    true
}

fn alt(area: &mut TextArea<'static>, code: KeyCode) -> bool {
    match code {
        KeyCode::Char('b') => area.move_cursor(CursorMove::WordBack),
        KeyCode::Char('f') => area.move_cursor(CursorMove::WordForward),
        KeyCode::Char('d') => drop(area.delete_next_word()),
        KeyCode::Char('_') => drop(area.redo()),
        _ => return false,
    }
    true
}
