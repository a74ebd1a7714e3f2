//! Reads the files: what a person wrote, and secrets.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    os::unix::fs::PermissionsExt as _,
    path::Path,
};

use super::ConfigError;
use crate::domain::{located::Located, secret::Secret};

/// The most of a configuration that is read; a large one has 20 KiB.
const CONFIG: u64 = 1 << 20;
/// The most of a secret that is read; the longest are keys of 4 KiB.
const SECRET: u64 = 1 << 16;
/// Permissions that let anybody but the owner touch a file.
const OTHERS: u32 = 0o077;

/// The text of a file; `None` if there is none.
pub(super) fn text(path: &Path) -> Result<Option<String>, ConfigError> {
    let bytes = match bytes(path, CONFIG) {
        Ok((bytes, _)) => bytes,
        Err(ConfigError::Unreadable { source, .. }) if is_absent(&source) => return Ok(None),
        Err(error) => return Err(error),
    };
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let lossy = String::from_utf8_lossy(error.as_bytes());
            let file = path.display().to_string();
            let located = Located::at(&file, &lossy, good..good, "found a byte that is not UTF-8")
                .hint("save the file as UTF-8");
            Err(ConfigError::Wrong(Box::new(located)))
        }
    }
}

/// The secret in a file that only its owner can read.
pub(super) fn secret(path: &Path) -> Result<Secret, ConfigError> {
    let (bytes, mode) = bytes(path, SECRET)?;
    if mode & OTHERS != 0 {
        return Err(ConfigError::Exposed {
            file: path.into(),
            mode: mode & 0o777,
        });
    }
    let text = String::from_utf8(bytes).map_err(|_| ConfigError::NotText(path.into()))?;
    let secret = Secret::new(&text);
    if secret.reveal().chars().any(char::is_control) {
        return Err(ConfigError::NotText(path.into()));
    }
    if secret.is_empty() {
        return Err(ConfigError::EmptySecret(path.into()));
    }
    Ok(secret)
}

/// What is in a file, and its permissions.
fn bytes(path: &Path, limit: u64) -> Result<(Vec<u8>, u32), ConfigError> {
    let unreadable = |source| ConfigError::Unreadable {
        file: path.into(),
        source,
    };
    // Looked at before it is opened: opening a pipe would wait for a writer.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(ConfigError::NotAFile(path.into()));
    }
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    let mode = metadata.permissions().mode();
    let expected = metadata.len().min(limit) + 1;
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or_default());
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > limit {
        return Err(ConfigError::TooLarge {
            file: path.into(),
            limit,
        });
    }
    Ok((bytes, mode))
}

fn is_absent(error: &io::Error) -> bool {
    // A home that is a file (/dev/null) has nothing in it either.
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}
