//! Runbooks: Markdown files, of which the steps can be ticked.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use crate::{domain::text::Title, ui::msg::Runbook};

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

/// The steps of a runbook: the items of its lists, at the top level; its
/// headings below the first, where it has no list.
pub fn steps(markdown: &str) -> Vec<Title> {
    let items = texts(
        markdown,
        |tag| matches!(tag, Tag::Item),
        |end| matches!(end, TagEnd::Item),
    );
    if !items.is_empty() {
        return items;
    }
    let headings = texts(
        markdown,
        |tag| matches!(tag, Tag::Heading { .. }),
        |end| matches!(end, TagEnd::Heading(_)),
    );
    headings.into_iter().skip(1).collect()
}

/// The text inside each outermost piece that `opens` and `closes` tell.
fn texts(
    markdown: &str,
    opens: impl Fn(&Tag<'_>) -> bool,
    closes: impl Fn(&TagEnd) -> bool,
) -> Vec<Title> {
    let mut found = Vec::new();
    let mut depth = 0;
    let mut text = String::new();
    for event in Parser::new(markdown) {
        match event {
            Event::Start(tag) if opens(&tag) => depth += 1,
            Event::End(end) if closes(&end) => {
                depth -= 1;
                if depth == 0 {
                    found.push(Title::lossy(text.trim()));
                    text.clear();
                }
            }
            Event::Text(part) | Event::Code(part) if depth == 1 => text.push_str(&part),
            Event::SoftBreak | Event::HardBreak if depth == 1 => text.push(' '),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_are_the_items_of_the_lists() {
        let text = "# Latency\n\nWhy.\n\n1. confirm with `curl -f`\n2. roll back\n   - in staging first\n\n- tell people\n";

        let steps = steps(text);

        assert_eq!(
            steps,
            ["confirm with curl -f", "roll back", "tell people"].map(Title::from)
        );
    }

    #[test]
    fn without_a_list_the_headings_are_the_steps() {
        assert_eq!(
            steps("# Title\n\n## Look\n\ntext\n\n## Mend\n"),
            ["Look", "Mend"].map(Title::from)
        );
    }

    #[test]
    fn a_folder_that_is_not_there_has_no_runbook() {
        assert_eq!(read(Path::new("/there/is/no/such/folder")), Vec::new());
    }
}
