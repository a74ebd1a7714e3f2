//! The folder of runbooks.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use crate::{domain::runbook::steps, ui::msg::Runbook};

/// Files read at the most; a folder is for people, not an archive.
const MOST: usize = 500;
/// Bytes read of one file.
const LONGEST: u64 = 256 * 1024;

/// Every runbook in `folder` and one folder below it, by name. A folder that
/// is not there has none.
pub fn read(folder: &Path) -> Vec<Runbook> {
    let mut files = Vec::new();
    collect(folder, 1, &mut files);
    files.sort();
    files.truncate(MOST);
    files.iter().filter_map(|path| read_one(path)).collect()
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

fn read_one(path: &Path) -> Option<Runbook> {
    let file = fs::File::open(path).ok()?;
    let changed = file
        .metadata()
        .and_then(|meta| meta.modified())
        .ok()
        .map(Into::into);
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let name = path.file_name()?.to_string_lossy();
    Some(Runbook {
        file: name.as_ref().into(),
        steps: steps(&text),
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
}
