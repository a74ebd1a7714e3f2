//! Which key means which action. Data: the built-in file, and a team's file
//! merged over it.

use std::{collections::BTreeMap, fmt, str::FromStr};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::{Action, Group, UnknownAction};
use crate::domain::located::{self, Located, Warning};

/// The built-in keys.
pub const BUILT_IN: &str = include_str!("keymap.toml");

/// A key with its modifiers; Shift is already in the character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    ctrl: bool,
    alt: bool,
}

/// What a key file gets wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum KeymapError {
    /// It can't be read.
    #[error(transparent)]
    Unreadable(#[from] Box<Located>),
    /// It reads well and can't be meant so.
    #[error("{file}: [{group}] {key}: {problem}")]
    Impossible {
        /// The file.
        file: String,
        /// The table.
        group: String,
        /// The key.
        key: String,
        /// What is wrong, and what would be right.
        problem: String,
    },
}

/// Keys and their actions.
#[derive(Debug, Clone, PartialEq)]
pub struct Keymap {
    keys: Vec<(Group, Key, Action)>,
}

type File = BTreeMap<String, BTreeMap<String, String>>;

impl Keymap {
    /// The built-in keys alone.
    ///
    /// # Panics
    ///
    /// Never: a test reads them.
    pub fn built_in() -> Self {
        let mut map = Self { keys: Vec::new() };
        map.merge("built-in keys", BUILT_IN)
            .expect("the built-in keys are tested");
        map
    }

    /// Merges a file over these keys; `""` takes a key away.
    ///
    /// # Errors
    ///
    /// Says which key is unknown, or means two things at once.
    pub fn merge(&mut self, file: &str, text: &str) -> Result<Vec<Warning>, KeymapError> {
        let (tables, warnings) = located::parse::<File>(file, text)?;
        for (word, keys) in tables {
            let group = group(&word).ok_or_else(|| impossible(file, &word, "", no_group()))?;
            for (key_text, action) in keys {
                self.set(group, &key_text, &action)
                    .map_err(|problem| impossible(file, &word, &key_text, problem))?;
            }
        }
        match self.conflict() {
            Some((group, key, problem)) => {
                Err(impossible(file, group.word(), &key.to_string(), problem))
            }
            None => Ok(warnings),
        }
    }

    fn set(&mut self, group: Group, key: &str, action: &str) -> Result<(), String> {
        let key: Key = key.parse()?;
        self.keys
            .retain(|(known, other, _)| *known != group || *other != key);
        if !action.is_empty() {
            let action: Action = action
                .parse()
                .map_err(|error: UnknownAction| error.to_string())?;
            if (action.group() == Group::Composer) != (group == Group::Composer) {
                return Err(format!("{action} belongs into [{}]", action.group().word()));
            }
            self.keys.push((group, key, action));
        }
        Ok(())
    }

    /// Two groups that count at the same time give one key two meanings.
    fn conflict(&self) -> Option<(Group, Key, String)> {
        self.keys
            .iter()
            .enumerate()
            .find_map(|(place, (group, key, action))| {
                let (other_group, _, other) =
                    self.keys[..place].iter().find(|(other, same, _)| {
                        same == key && (*other == Group::Composer) == (*group == Group::Composer)
                    })?;
                let problem = format!(
                    "it means {other} in [{}] and {action} in [{}]: give one another key",
                    other_group.word(),
                    group.word()
                );
                Some((*group, *key, problem))
            })
    }

    /// What the key asks for; in the composer, or elsewhere.
    pub fn action(&self, event: KeyEvent, in_composer: bool) -> Option<Action> {
        let key = Key::of(event);
        let found = |composer: bool| {
            self.keys
                .iter()
                .find(|(group, known, _)| *known == key && (*group == Group::Composer) == composer)
                .map(|(_, _, action)| *action)
        };
        found(in_composer)
    }

    /// The first key of an action, as people write it.
    pub fn key_of(&self, action: Action) -> Option<String> {
        self.keys
            .iter()
            .find(|(_, _, known)| *known == action)
            .map(|(_, key, _)| key.to_string())
    }

    /// Every key of an action.
    pub fn keys_of(&self, action: Action) -> Vec<String> {
        self.keys
            .iter()
            .filter(|(_, _, known)| *known == action)
            .map(|(_, key, _)| key.to_string())
            .collect()
    }
}

fn group(word: &str) -> Option<Group> {
    Group::ALL.into_iter().find(|group| group.word() == word)
}

fn no_group() -> String {
    let words: Vec<&str> = Group::ALL.iter().map(|group| group.word()).collect();
    format!("there is no such table: one of {}", words.join(", "))
}

fn impossible(file: &str, group: &str, key: &str, problem: String) -> KeymapError {
    KeymapError::Impossible {
        file: file.to_owned(),
        group: group.to_owned(),
        key: format!("{key:?}"),
        problem,
    }
}

impl Key {
    /// The key of an event.
    pub fn of(event: KeyEvent) -> Self {
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        let alt = event.modifiers.contains(KeyModifiers::ALT);
        let code = match event.code {
            KeyCode::Char(c) if ctrl => KeyCode::Char(c.to_ascii_lowercase()),
            KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
            code => code,
        };
        Self { code, ctrl, alt }
    }
}

const NAMED: [(&str, KeyCode); 16] = [
    ("esc", KeyCode::Esc),
    ("enter", KeyCode::Enter),
    ("tab", KeyCode::Tab),
    ("backtab", KeyCode::BackTab),
    ("space", KeyCode::Char(' ')),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("f1", KeyCode::F(1)),
];

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (ctrl, rest) = text
            .strip_prefix("ctrl-")
            .map_or((false, text), |rest| (true, rest));
        let (alt, rest) = rest
            .strip_prefix("alt-")
            .map_or((false, rest), |rest| (true, rest));
        let by_name = NAMED
            .iter()
            .find(|(name, _)| *name == rest)
            .map(|(_, code)| *code);
        let mut chars = rest.chars();
        let single = match (chars.next(), chars.next()) {
            (Some(c), None) => Some(KeyCode::Char(c)),
            _ => None,
        };
        let found = by_name.or(single).ok_or_else(|| {
            let names: Vec<&str> = NAMED.iter().map(|(name, _)| *name).collect();
            format!(
                "not a key: one character, or one of {}, with ctrl- or alt- before it",
                names.join(", ")
            )
        })?;
        Ok(Self {
            code: found,
            ctrl,
            alt,
        })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = NAMED.iter().find(|(_, code)| *code == self.code);
        let text = match (name, self.code) {
            (Some((name, KeyCode::Esc | KeyCode::Tab | KeyCode::Enter)), _) => {
                let mut letters = name.chars();
                letters
                    .next()
                    .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
                    .unwrap_or_default()
            }
            (Some((name, _)), _) => (*name).to_owned(),
            (None, KeyCode::Char(c)) if self.ctrl => c.to_ascii_uppercase().to_string(),
            (None, KeyCode::Char(c)) => c.to_string(),
            (None, other) => format!("{other:?}"),
        };
        let ctrl = if self.ctrl { "^" } else { "" };
        let alt = if self.alt { "Alt-" } else { "" };
        f.pad(&format!("{ctrl}{alt}{text}"))
    }
}
