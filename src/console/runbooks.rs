//! The folder of runbooks.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use crate::{
    domain::{runbook::document, text::Title},
    ui::msg::Runbook,
};

/// Files read at the most; a folder is for people, not an archive.
const MOST: usize = 500;
/// Bytes read of one file.
const LONGEST: u64 = 256 * 1024;

/// Every runbook in `folder` and one folder below it, by its path there. A folder that
/// is not there has none.
pub fn read(folder: &Path) -> Vec<Runbook> {
    let mut files = Vec::new();
    collect(folder, 1, &mut files);
    files.sort();
    files.truncate(MOST);
    let read = |path: &PathBuf| read_one(folder, path);
    files.iter().filter_map(read).collect()
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .take(MOST * 2)
    {
        let path = entry.path();
        if path.is_dir() && depth > 0 {
            collect(&path, depth - 1, files);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            files.push(path);
        }
    }
}

fn read_one(folder: &Path, path: &Path) -> Option<Runbook> {
    let file = fs::File::open(path).ok()?;
    let changed = file
        .metadata()
        .and_then(|meta| meta.modified())
        .ok()
        .map(Into::into);
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    // Two folders may have a file of the same name: their ticks are their own.
    let parts = path.strip_prefix(folder).ok()?.iter();
    let parts: Vec<_> = parts.map(|part| part.to_string_lossy()).collect();
    Some(Runbook {
        file: Title::lossy(&parts.join("/")),
        lines: document(&text),
        changed,
    })
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
    fn a_file_without_a_list_has_its_words() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("notes.md"), "Call the provider.\n").unwrap();

        let books = read(folder.path());

        assert_eq!(books[0].lines[0].text, "Call the provider.");
    }
}
