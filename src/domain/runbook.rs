//! Runbooks: Markdown, of which the steps can be ticked.

mod document;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::text::Title;

pub use document::{Kind, Line, document};

/// Names a step in facts: `runbook:latency.md#3` for the third.
pub fn item(file: &str, step: usize) -> String {
    format!("runbook:{file}#{step}")
}

/// The first heading; `None` without one.
pub fn title(markdown: &str) -> Option<Title> {
    headings(markdown).into_iter().next()
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
    headings(markdown).into_iter().skip(1).collect()
}

fn headings(markdown: &str) -> Vec<Title> {
    texts(
        markdown,
        |tag| matches!(tag, Tag::Heading { .. }),
        |end| matches!(end, TagEnd::Heading(_)),
    )
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
    for event in Parser::new_ext(markdown, Options::ENABLE_TASKLISTS) {
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
}
