//! From which other draft one was taken.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde::{Deserialize, Serialize};

/// Another draft as it was when its words were taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its key.
    pub key: String,
    /// What its text came to. A program of another make may come to another
    /// number: then it counts as changed, and is kept.
    print: u64,
}

impl Source {
    /// The draft under that key, as its text is now.
    pub fn new(key: &str, text: &str) -> Self {
        Self {
            key: key.to_owned(),
            print: print(text),
        }
    }

    /// Whether that is the text that was taken over.
    pub fn is_of(&self, text: &str) -> bool {
        self.print == print(text)
    }
}

fn print(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
