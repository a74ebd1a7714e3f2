//! Stories: whole incidents, told in `stories/*.toml` and played on one board.
//!
//! Times are hours and minutes since a noon (a Wednesday; `-00:05` and `52:00`
//! are fine). In a line, a name says who does what; `owed` is everything that
//! is owed afterwards, the soonest first; `refused` is a part of the sentence
//! with which it is refused. `in` names the incident, `knowing = "00:10"` says
//! that the person has seen nothing since then.

mod stage;

use std::{fmt::Write as _, fs, path::Path};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use warroom::domain::{board::Board, duty::duties};

use crate::rules::room::{on, word};

use stage::{Deed, Scene, Stage};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    /// Amends the built-in policy.
    #[serde(default)]
    policy: String,
    line: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    at: String,
    /// When the actor last saw the log.
    knowing: Option<String>,
    #[serde(rename = "in")]
    about: Option<String>,
    refused: Option<String>,
    owed: Option<Vec<String>>,
    severity: Option<String>,
    phase: Option<String>,
    /// Everybody else is an actor, and says what they do.
    #[serde(flatten)]
    actors: toml::Table,
}

#[test]
fn every_story_is_true() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories");
    let mut wrong = String::new();
    let mut told = 0;
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        told += 1;
        if let Err(what) = play(&text) {
            writeln!(wrong, "{name}, {what}\n").unwrap();
        }
    }
    assert!(told >= 8, "only {told} stories were found");
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn a_story_that_is_not_true_says_line_expected_and_found() {
    let text = "[[line]]\nat = \"00:00\"\nada = { declare = { title = \"x\", severity = \"P2\", alert = \"00:00\" } }\nowed = [\"00:05 respond\"]\n";

    let what = play(text).unwrap_err();

    assert!(what.starts_with("line 1 (00:00):"), "{what}");
    assert!(what.contains("expected:\n    00:05 respond"), "{what}");
    assert!(what.contains("found:\n    00:15 respond"), "{what}");
}

/// Plays a story; the first line that is not true, with what was found.
fn play(text: &str) -> Result<(), String> {
    let story: Story = toml::from_str(text).map_err(|error| error.to_string())?;
    let mut stage = Stage {
        board: Board::default(),
        policy: match story.policy.as_str() {
            "" => String::new(),
            text => format!("amends = \"built-in\"\n{text}"),
        },
        entries: 0,
        numbered: Vec::new(),
        last: None,
    };
    for (number, line) in story.line.iter().enumerate() {
        line_is_true(&mut stage, line)
            .map_err(|what| format!("line {} ({}): {what}", number + 1, line.at))?;
    }
    Ok(())
}

fn line_is_true(stage: &mut Stage, line: &Line) -> Result<(), String> {
    let at = time(&line.at)?;
    let base = match &line.knowing {
        Some(clock) => stage.known_at(time(clock)?),
        None => stage.board.head(),
    };
    let mut refused = None;
    for (who, deed) in &line.actors {
        let deed: Deed = deed.clone().try_into().map_err(|e| format!("{who}: {e}"))?;
        let scene = Scene {
            who,
            at,
            base,
            about: line.about.as_deref(),
        };
        refused = stage.carry_out(&scene, deed)?.or(refused);
    }
    same(line.refused.as_deref(), refused.as_deref())?;
    let Some(incident) = stage.find(line.about.as_deref())? else {
        return Err("there is no incident to look at".to_owned());
    };
    let incident = stage.board.get(incident).ok_or("it has gone")?;
    if let Some(expected) = &line.owed {
        let found: Vec<String> = duties(incident)
            .iter()
            .map(|due| format!("{} {}", clock(due.by), word(&due.duty)))
            .collect();
        if *expected != found {
            return Err(differs(&expected.join("\n    "), &found.join("\n    ")));
        }
    }
    let level = incident
        .severity()
        .map_or_else(|| "unset".to_owned(), |level| level.to_string());
    equal(line.severity.as_deref(), &level)?;
    equal(
        line.phase.as_deref(),
        &incident.phase().word().to_lowercase(),
    )
}

fn same(expected: Option<&str>, found: Option<&str>) -> Result<(), String> {
    match (expected, found) {
        (None, None) => Ok(()),
        (Some(part), Some(sentence)) if sentence.contains(part) => Ok(()),
        (expected, found) => Err(differs(
            &expected.map_or("it is done".to_owned(), |part| format!("refused: …{part}…")),
            &found.map_or("it is done".to_owned(), |sentence| {
                format!("refused: {sentence}")
            }),
        )),
    }
}

fn equal(expected: Option<&str>, found: &str) -> Result<(), String> {
    match expected {
        Some(expected) if expected != found => Err(differs(expected, found)),
        Some(_) | None => Ok(()),
    }
}

fn differs(expected: &str, found: &str) -> String {
    format!("\n  expected:\n    {expected}\n  found:\n    {found}")
}

fn noon() -> DateTime<Utc> {
    on("2026-01-14", "12:00")
}

/// `00:50`, `-00:05`, `52:00:01`: since noon.
fn time(text: &str) -> Result<DateTime<Utc>, String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let mut seconds = 0;
    let mut unit = 3600;
    for part in digits.split(':') {
        let count: i64 = part.parse().map_err(|_| format!("{text:?} is no time"))?;
        seconds += count * unit;
        unit /= 60;
    }
    Ok(noon() + TimeDelta::seconds(sign * seconds))
}

fn clock(at: DateTime<Utc>) -> String {
    let seconds = (at - noon()).num_seconds();
    let (sign, rest) = (if seconds < 0 { "-" } else { "" }, seconds.abs());
    let clock = format!("{sign}{:02}:{:02}", rest / 3600, rest / 60 % 60);
    match rest % 60 {
        0 => clock,
        second => format!("{clock}:{second:02}"),
    }
}

fn optional(text: Option<&String>) -> Result<Option<DateTime<Utc>>, String> {
    text.map(|text| time(text)).transpose()
}
