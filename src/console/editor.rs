//! Text that leaves the screen for a file: a copy, or a person's editor.

use std::{
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

/// Bytes read back from an editor; far more than fits into an update.
const LONGEST_EDIT: u64 = 256 * 1024;

/// A new file that only its owner reads. Never one that is there: somebody
/// else may have put it there.
fn private_file(name: &str) -> io::Result<(PathBuf, std::fs::File)> {
    let folder = std::env::var_os("XDG_RUNTIME_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let path = folder.join(format!("warroom-{:016x}-{name}", fastrand::u64(..)));
    let file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?;
    Ok((path, file))
}

/// Writes text that is too long for a terminal's clipboard into a file.
pub(super) fn keep_copy(text: &str) -> io::Result<PathBuf> {
    let (path, mut file) = private_file("copy.md")?;
    file.write_all(text.as_bytes())?;
    Ok(path)
}

/// Lets a person write `text` in their editor; answers what they left.
pub(super) fn edit(text: &str) -> io::Result<String> {
    let (path, mut file) = private_file("update.md")?;
    let edited = file
        .write_all(text.as_bytes())
        .and_then(|()| edit_file(&path));
    match edited {
        Ok(edited) => {
            std::fs::remove_file(&path)?;
            Ok(edited)
        }
        // What was written there is not thrown away.
        Err(error) => Err(io::Error::other(format!(
            "{error}; the text is in {}",
            path.display()
        ))),
    }
}

fn edit_file(path: &Path) -> io::Result<String> {
    let named = |name: &&str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let editor = ["VISUAL", "EDITOR"]
        .iter()
        .find_map(named)
        .unwrap_or_else(|| "vi".to_owned());
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let status = std::process::Command::new(program)
        .args(words)
        .arg(path)
        .status()?;
    if !status.success() {
        return Err(io::Error::other(format!("{program} ended with {status}")));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(LONGEST_EDIT)
        .read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
