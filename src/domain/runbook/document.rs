//! A runbook as it is read: line by line, with the steps in their places.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::domain::text::one_line;

/// Letters of a line of prose, at the most: a list is scrolled by lines, so a
/// paragraph is more than one.
const LETTERS: usize = 72;
/// Before the lines of a list inside a step.
const INDENT: &str = "  ";

/// What a line of a runbook is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A title.
    Heading,
    /// A line of prose; an empty one between parts.
    Prose,
    /// A line of code, exactly as it stands in the file.
    Code,
    /// A step, by its number from 1 on: it can be ticked.
    Step(usize),
}

/// A line of a runbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub kind: Kind,
    /// Its words, clean.
    pub text: String,
}

/// The whole of a runbook. Its steps have the numbers of [`super::steps`].
pub fn document(markdown: &str) -> Vec<Line> {
    let mut reader = Reader::default();
    for event in Parser::new_ext(markdown, Options::ENABLE_TASKLISTS) {
        reader.read(event);
    }
    reader.end_line();
    if reader.steps == 0 {
        headings_are_steps(&mut reader.lines);
    }
    reader.lines
}

/// Without a list, the headings below the first are what is to be done.
fn headings_are_steps(lines: &mut [Line]) {
    let headings = lines.iter_mut().filter(|line| line.kind == Kind::Heading);
    for (place, line) in headings.enumerate().skip(1) {
        line.kind = Kind::Step(place);
    }
}

#[derive(Default)]
struct Reader {
    lines: Vec<Line>,
    /// The words of the line that is being read.
    text: String,
    /// Steps so far.
    steps: usize,
    /// How many items the line is in.
    depth: usize,
    /// The line begins a step.
    is_step: bool,
    in_heading: bool,
    in_code: bool,
    /// Addresses of the links that the line is in.
    links: Vec<String>,
}

impl Reader {
    fn read(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.in_code => self.code(&text),
            Event::Text(text)
            | Event::Code(text)
            | Event::Html(text)
            | Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text) => self.text.push_str(&text),
            // A step is one line; elsewhere lines end where their author ended them.
            Event::SoftBreak | Event::HardBreak if self.is_step || self.in_heading => {
                self.text.push(' ');
            }
            Event::SoftBreak | Event::HardBreak => self.end_line(),
            Event::Rule | Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { .. } => {
                self.end_line();
                self.gap();
                self.in_heading = true;
            }
            Tag::Item => {
                self.end_line();
                self.depth += 1;
                self.is_step = self.depth == 1;
                if self.depth > 1 {
                    self.text.push_str("- ");
                }
            }
            Tag::CodeBlock(_) => {
                self.end_line();
                self.in_code = true;
            }
            Tag::Link { dest_url, .. } => self.links.push(dest_url.to_string()),
            Tag::List(_) => self.end_line(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.end_line();
                self.in_heading = false;
            }
            TagEnd::Item => {
                self.end_line();
                self.depth = self.depth.saturating_sub(1);
            }
            TagEnd::Paragraph | TagEnd::HtmlBlock => {
                self.end_line();
                if self.depth == 0 {
                    self.gap();
                }
            }
            TagEnd::CodeBlock => self.in_code = false,
            TagEnd::Link => self.end_link(),
            _ => {}
        }
    }

    /// Where a link leads is said behind it.
    fn end_link(&mut self) {
        let Some(url) = self.links.pop() else {
            return;
        };
        if !self.text.ends_with(&url) {
            self.text.extend([" (", &url, ")"]);
        }
    }

    fn code(&mut self, text: &str) {
        for line in text.lines() {
            let line = format!("{}{}", self.indent(), line.replace('\t', "    "));
            self.push(Kind::Code, &line);
        }
    }

    fn indent(&self) -> String {
        INDENT.repeat(self.depth)
    }

    /// An empty line, unless there is one, or nothing before it.
    fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| !line.text.is_empty()) {
            self.push(Kind::Prose, "");
        }
    }

    fn end_line(&mut self) {
        let text = std::mem::take(&mut self.text);
        let text = text.trim();
        if self.is_step {
            self.steps += 1;
            self.push(Kind::Step(self.steps), text);
            self.is_step = false;
            return;
        }
        if text.is_empty() {
            return;
        }
        if self.in_heading {
            self.push(Kind::Heading, text);
            return;
        }
        for line in folded(text) {
            let line = format!("{}{line}", self.indent());
            self.push(Kind::Prose, &line);
        }
    }

    fn push(&mut self, kind: Kind, text: &str) {
        let text = one_line(text);
        self.lines.push(Line { kind, text });
    }
}

/// `text` in lines of few letters, broken between words.
fn folded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < LETTERS => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::runbook::steps;

    fn lines(markdown: &str) -> Vec<(Kind, String)> {
        let lines = document(markdown).into_iter();
        lines.map(|line| (line.kind, line.text)).collect()
    }

    #[test]
    fn all_of_it_is_there_with_the_steps_in_their_places() {
        let text = "# Latency\n\nWhy it is slow, see [the board](https://g.test/d).\n\n1. confirm\n   with `curl`\n\n   ```sh\n   curl -f \\\n     http://x\n   ```\n2. roll back\n   - in staging\n\nThen tell people.\n";

        assert_eq!(
            lines(text),
            [
                (Kind::Heading, "Latency"),
                (
                    Kind::Prose,
                    "Why it is slow, see the board (https://g.test/d)."
                ),
                (Kind::Prose, ""),
                (Kind::Step(1), "confirm with curl"),
                (Kind::Code, "  curl -f \\"),
                (Kind::Code, "    http://x"),
                (Kind::Step(2), "roll back"),
                (Kind::Prose, "    - in staging"),
                (Kind::Prose, "Then tell people."),
                (Kind::Prose, ""),
            ]
            .map(|(kind, text)| (kind, text.to_owned()))
        );
    }

    #[test]
    fn a_step_has_the_number_under_which_it_is_ticked() {
        let text = "- one\n- two\n  - inside\n\n## More\n\n* three\n* \n* five\n";

        let numbered: Vec<usize> = document(text)
            .iter()
            .filter_map(|line| match line.kind {
                Kind::Step(number) => Some(number),
                Kind::Heading | Kind::Prose | Kind::Code => None,
            })
            .collect();

        assert_eq!(numbered, (1..=steps(text).len()).collect::<Vec<_>>());
    }

    #[test]
    fn without_a_list_the_headings_are_the_steps_and_the_words_stay() {
        let found = lines("# Title\n\n## Look\n\ntext\n");

        assert_eq!(found[0], (Kind::Heading, "Title".to_owned()));
        assert!(
            found.contains(&(Kind::Step(1), "Look".to_owned())),
            "{found:?}"
        );
        assert!(
            found.contains(&(Kind::Prose, "text".to_owned())),
            "{found:?}"
        );
    }

    #[test]
    fn what_could_act_on_a_terminal_is_taken_out_of_code_too() {
        for (_, text) in lines("```\n\u{1b}[2Jrm\n```\n\n\u{202e}evil\n") {
            assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
        }
    }

    #[test]
    fn a_long_paragraph_is_several_lines() {
        let text = "word ".repeat(40);

        let lines = lines(&text);

        assert!(lines.len() >= 3, "{lines:?}");
        assert!(lines.iter().all(|(_, line)| line.len() <= 72), "{lines:?}");
    }
}
