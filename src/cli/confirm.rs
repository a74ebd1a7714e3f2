//! The typed word before anything reaches people, or ends for all of them.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use super::{
    args::Global,
    failure::{Exit, Failure},
};

/// Passes with `--yes`, or after somebody typed `word` on a terminal. Nothing
/// is asked where there is nobody to answer.
///
/// # Errors
///
/// With the code for "nobody confirmed it", and how to.
pub fn word(global: &Global, word: &str, what: &str) -> Result<(), Failure> {
    if global.yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Failure::new(
            Exit::Unconfirmed,
            format!(
                "{what}: add --yes to confirm it, or say it on a terminal; nothing was recorded"
            ),
        ));
    }
    if ask(word, what) == Some(word.to_owned()) {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Unconfirmed,
        format!("the word was not {word:?}: nothing was recorded"),
    ))
}

fn ask(word: &str, what: &str) -> Option<String> {
    let mut err = io::stderr().lock();
    write!(err, "{what}. Type {word} to go on: ").ok()?;
    err.flush().ok()?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).ok()?;
    Some(line.trim().to_owned())
}
