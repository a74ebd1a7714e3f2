//! Puts split keys together again, and keeps replies from becoming keys.
//!
//! A slow link may deliver `Esc`, `[` and `A` in three packets, and the input
//! library reads three keys where one arrow was pressed. A terminal's answer
//! to a question (ours or an earlier program's) is read as typing, too: it
//! begins with what looks like Alt and one of `] P _ ^ X`.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tokio::time::Instant;

/// A reply is over when nothing comes for so long.
const SILENCE: Duration = Duration::from_millis(50);
/// No reply takes longer; a held key must not be swallowed for ever.
const LONGEST: Duration = Duration::from_secs(1);
/// More bytes than any key's sequence has.
const LONGEST_KEY: usize = 12;

/// Keys in, keys out; some wait until it is clear what they are.
#[derive(Debug)]
pub(super) struct Escapes {
    wait: Duration,
    state: State,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Quiet,
    /// An Esc, and what followed it so far (`[`, `[1;`).
    Escape {
        last: Instant,
        rest: String,
    },
    /// Something that begins a reply, and may still be a key.
    Begun {
        at: Instant,
        keys: Vec<KeyEvent>,
    },
    /// Inside a reply; `escape` after an Esc, which a `\` makes its end.
    Reply {
        begun: Instant,
        last: Instant,
        escape: bool,
    },
}

impl Escapes {
    /// `wait` is how long an Esc waits for more.
    pub(super) fn new(wait: Duration) -> Self {
        Self {
            wait,
            state: State::Quiet,
        }
    }

    /// When something that waits must be decided; `None` while nothing does.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match &self.state {
            State::Quiet => None,
            State::Escape { last, .. } => Some(*last + self.wait),
            State::Begun { at, .. } => Some(*at + SILENCE),
            State::Reply { begun, last, .. } => Some((*last + SILENCE).min(*begun + LONGEST)),
        }
    }

    /// Decides what has waited long enough.
    pub(super) fn tick(&mut self, now: Instant) -> Vec<KeyEvent> {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return Vec::new();
        }
        match std::mem::replace(&mut self.state, State::Quiet) {
            State::Quiet | State::Reply { .. } => Vec::new(),
            State::Escape { rest, .. } => typed_after_esc(&rest),
            State::Begun { keys, .. } => keys,
        }
    }

    /// One more key.
    pub(super) fn feed(&mut self, key: KeyEvent, now: Instant) -> Vec<KeyEvent> {
        let mut out = self.tick(now);
        match std::mem::replace(&mut self.state, State::Quiet) {
            State::Quiet => out.extend(self.begin(key, now)),
            State::Escape { rest, .. } => out.extend(self.go_on(rest, key, now)),
            State::Begun { at, .. } => self.swallow(at, false, key, now),
            State::Reply { begun, escape, .. } => self.swallow(begun, escape, key, now),
        }
        out
    }

    fn begin(&mut self, key: KeyEvent, now: Instant) -> Option<KeyEvent> {
        if key.code == KeyCode::Esc && key.modifiers.is_empty() {
            self.state = State::Escape {
                last: now,
                rest: String::new(),
            };
            return None;
        }
        if key.modifiers.contains(KeyModifiers::ALT) && begins_reply(key.code) {
            self.state = State::Begun {
                at: now,
                keys: vec![key],
            };
            return None;
        }
        Some(key)
    }

    /// The key after an Esc, and after what has been put together so far.
    fn go_on(&mut self, mut rest: String, key: KeyEvent, now: Instant) -> Vec<KeyEvent> {
        let typed = key.modifiers.difference(KeyModifiers::SHIFT).is_empty();
        let (KeyCode::Char(character), true) = (key.code, typed) else {
            return then(typed_after_esc(&rest), self.begin(key, now));
        };
        if rest.is_empty() && begins_reply(key.code) {
            self.state = State::Begun {
                at: now,
                keys: vec![esc(), key],
            };
            return Vec::new();
        }
        rest.push(character);
        match rebuild(&rest) {
            Rebuilt::Key(key) => vec![key],
            Rebuilt::More if rest.len() < LONGEST_KEY => {
                self.state = State::Escape { last: now, rest };
                Vec::new()
            }
            // Letters after a lone Esc were typed; anything longer was a sequence we don't know.
            Rebuilt::Nothing if rest.chars().count() == 1 => vec![esc(), key],
            Rebuilt::More | Rebuilt::Nothing => Vec::new(),
        }
    }

    fn swallow(&mut self, begun: Instant, escape: bool, key: KeyEvent, now: Instant) {
        let has = |modifier| key.modifiers.contains(modifier);
        let ended = match key.code {
            KeyCode::Char('\\') => escape || has(KeyModifiers::ALT),
            KeyCode::Char('g') => has(KeyModifiers::CONTROL),
            _ => false,
        };
        if !ended {
            let escape = key.code == KeyCode::Esc;
            self.state = State::Reply {
                begun,
                last: now,
                escape,
            };
        }
    }
}

fn then(mut keys: Vec<KeyEvent>, last: Option<KeyEvent>) -> Vec<KeyEvent> {
    keys.extend(last);
    keys
}

fn esc() -> KeyEvent {
    KeyEvent::from(KeyCode::Esc)
}

/// Operating-system command, device control, application command, privacy
/// message, start of string.
fn begins_reply(code: KeyCode) -> bool {
    matches!(code, KeyCode::Char(']' | 'P' | '_' | '^' | 'X'))
}

/// What to make of an Esc whose rest did not come.
fn typed_after_esc(rest: &str) -> Vec<KeyEvent> {
    let mut characters = rest.chars();
    match (characters.next(), characters.next()) {
        (None, _) => vec![esc()],
        (Some(only), None) => vec![esc(), KeyEvent::from(KeyCode::Char(only))],
        (Some(_), Some(_)) => Vec::new(),
    }
}

enum Rebuilt {
    Key(KeyEvent),
    More,
    Nothing,
}

/// The key whose sequence, without its Esc, is `rest`.
fn rebuild(rest: &str) -> Rebuilt {
    if let Some(last) = rest.strip_prefix('O') {
        return match last.chars().next() {
            None => Rebuilt::More,
            Some(last) => {
                last_letter(last).map_or(Rebuilt::Nothing, |code| Rebuilt::Key(code.into()))
            }
        };
    }
    let Some(sequence) = rest.strip_prefix('[') else {
        return Rebuilt::Nothing;
    };
    match sequence.chars().last() {
        None => Rebuilt::More,
        Some('0'..='9' | ';' | '<' | '=' | '>' | '?' | ' '..='/') => Rebuilt::More,
        Some(last) => {
            let parameters = &sequence[..sequence.len() - last.len_utf8()];
            numbered(parameters, last).map_or(Rebuilt::Nothing, Rebuilt::Key)
        }
    }
}

/// `[5~`, `[1;5C`, `[A`: a number or a letter says which, the second how.
fn numbered(parameters: &str, last: char) -> Option<KeyEvent> {
    let mut numbers = parameters.split(';');
    let first = numbers.next().unwrap_or_default();
    let held = numbers
        .next()
        .map_or(Some(1), |held| held.parse::<u8>().ok())?;
    let code = match (last, first) {
        ('~', number) => numbered_key(number.parse().ok()?)?,
        // Any other number would be a report, as of the cursor's place.
        (letter, "" | "1") => last_letter(letter)?,
        _ => return None,
    };
    Some(KeyEvent::new(code, held_down(held, code)))
}

fn held_down(number: u8, code: KeyCode) -> KeyModifiers {
    let bits = number.saturating_sub(1);
    let all = [
        (1, KeyModifiers::SHIFT),
        (2, KeyModifiers::ALT),
        (4, KeyModifiers::CONTROL),
    ];
    let held = all.iter().filter(|(bit, _)| bits & bit != 0);
    let start = if code == KeyCode::BackTab {
        KeyModifiers::SHIFT
    } else {
        KeyModifiers::NONE
    };
    held.fold(start, |held, (_, modifier)| held | *modifier)
}

fn last_letter(letter: char) -> Option<KeyCode> {
    Some(match letter {
        'A' => KeyCode::Up,
        'B' => KeyCode::Down,
        'C' => KeyCode::Right,
        'D' => KeyCode::Left,
        'H' => KeyCode::Home,
        'F' => KeyCode::End,
        'Z' => KeyCode::BackTab,
        'P' => KeyCode::F(1),
        'Q' => KeyCode::F(2),
        'R' => KeyCode::F(3),
        'S' => KeyCode::F(4),
        _ => return None,
    })
}

fn numbered_key(number: u8) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(number - 10),
        17..=21 => KeyCode::F(number - 11),
        23 | 24 => KeyCode::F(number - 12),
        _ => return None,
    })
}
