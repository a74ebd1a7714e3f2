//! The folder of runbooks.

use std::{
    collections::VecDeque,
    fs,
    io::{self, Read as _},
    path::Path,
};

use chrono::{DateTime, Utc};

use crate::{
    domain::{runbook::document, text::Title},
    ui::msg::Runbook,
};

/// Files read at the most; a folder is for people, not an archive.
const MOST: usize = 500;
/// Names looked at the most, so that a wrong folder costs no minute.
const LOOKED_AT: usize = 20_000;
/// How many folders may lie in each other.
const DEEPEST: usize = 8;
/// Bytes read of one file.
const LONGEST: u64 = 256 * 1024;

/// A runbook as it lies on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its words, as far as they are read.
    pub text: String,
    /// When somebody last changed it, where the disk says so.
    pub changed: Option<DateTime<Utc>>,
}

/// The runbooks in `folder` and the folders below it, by their paths there, in
/// order. A folder that is not there has none.
///
/// What a dot hides is left out, and so is what a link leads to outside.
pub fn files(folder: &Path) -> Vec<String> {
    let Ok(root) = fs::canonicalize(folder) else {
        return Vec::new();
    };
    let mut folders = VecDeque::from([(root.clone(), 0)]);
    let (mut files, mut left) = (Vec::new(), LOOKED_AT);
    while let Some((folder, depth)) = folders.pop_front() {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| !is_hidden(entry)).take(left) {
            left -= 1;
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.extend((depth < DEEPEST).then(|| (path, depth + 1)));
            } else if is_runbook(&path, &root) {
                files.extend(below(&root, &path));
            }
        }
    }
    files.sort();
    files.truncate(MOST);
    files
}

fn is_hidden(entry: &fs::DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

/// A file, also by way of a link that stays inside; nothing that could block
/// whoever reads it.
fn is_runbook(path: &Path, root: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "md")
        && fs::canonicalize(path).is_ok_and(|real| real.starts_with(root) && real.is_file())
}

/// `db/down.md`: two folders may have a file of the same name, and their ticks
/// are their own. `None` for a name that is no text.
fn below(root: &Path, path: &Path) -> Option<String> {
    let parts = path.strip_prefix(root).ok()?.iter();
    let parts: Option<Vec<&str>> = parts.map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}

/// Reads one of [`files`].
///
/// # Errors
///
/// When it can't be read any more.
pub fn written(folder: &Path, file: &str) -> io::Result<Written> {
    let file = fs::File::open(folder.join(file))?;
    let changed = file.metadata()?.modified().ok().map(Into::into);
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(Written { text, changed })
}

/// Every runbook in `folder`, for the console.
pub fn read(folder: &Path) -> Vec<Runbook> {
    let read = |file: String| {
        let Written { text, changed } = written(folder, &file).ok()?;
        Some(Runbook {
            file: Title::lossy(&file),
            lines: document(&text),
            changed,
        })
    };
    files(folder).into_iter().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_has_no_runbook() {
        assert_eq!(read(Path::new("/there/is/no/such/folder")), Vec::new());
    }

    #[test]
    fn files_of_one_name_in_two_folders_have_names_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        for below in ["", "db", "web"] {
            fs::create_dir_all(folder.path().join(below)).unwrap();
            fs::write(folder.path().join(below).join("down.md"), "1. look\n").unwrap();
        }

        let books = read(folder.path());

        let files: Vec<&str> = books.iter().map(|book| book.file.as_str()).collect();
        assert_eq!(files, ["db/down.md", "down.md", "web/down.md"]);
    }

    #[test]
    fn a_link_is_followed_inside_the_folder_and_not_out_of_it() {
        use std::os::unix::fs::symlink;
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret.md"), "1. none of yours\n").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("a/b/c")).unwrap();
        fs::write(at("a/b/c/deep.md"), "1. look\n").unwrap();
        fs::create_dir(at(".git")).unwrap();
        fs::write(at(".git/kept.md"), "1. not for people\n").unwrap();
        symlink(at("a/b/c/deep.md"), at("near.md")).unwrap();
        symlink(outside.path().join("secret.md"), at("far.md")).unwrap();
        symlink(outside.path(), at("away")).unwrap();
        symlink(folder.path(), at("a/again")).unwrap();

        assert_eq!(files(folder.path()), ["a/b/c/deep.md", "near.md"]);
    }

    #[test]
    fn a_file_without_a_list_has_its_words() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("notes.md"), "Call the provider.\n").unwrap();

        let books = read(folder.path());

        assert_eq!(books[0].lines[0].text, "Call the provider.");
    }
}
