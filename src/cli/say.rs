//! Words out: data on stdout, everything else on stderr. The only place that
//! writes to either, so that nothing unclean and nothing unasked gets there.

use std::io::{self, Write as _};

use color_eyre::eyre::WrapErr as _;
use serde::Serialize;

use super::args::{Global, Output};
use crate::{
    domain::text::{escaped, one_line},
    ui::{
        capability::Tier,
        format::{Align, fit, width},
    },
};

/// Data: written as it is, with a line break at its end.
///
/// # Errors
///
/// When stdout can't be written.
pub fn data(text: &str) -> color_eyre::Result<()> {
    let mut out = io::stdout().lock();
    let ended = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    write!(out, "{text}{ended}")
        .and_then(|()| out.flush())
        .wrap_err("writing to stdout")
}

/// Data as JSON, for people to read as well.
///
/// # Errors
///
/// When stdout can't be written.
pub fn json(value: &impl Serialize) -> color_eyre::Result<()> {
    let text = serde_json::to_string_pretty(value).wrap_err("writing JSON")?;
    let text = escaped(&text);
    data(&text)
}

/// One or the other, as asked.
///
/// # Errors
///
/// When stdout can't be written.
pub fn either(
    global: &Global,
    value: &impl Serialize,
    text: impl FnOnce() -> String,
) -> color_eyre::Result<()> {
    match global.output {
        Output::Json => json(value),
        Output::Table => data(&text()),
    }
}

/// What was done, for programs: people were told on stderr.
///
/// # Errors
///
/// When stdout can't be written.
pub fn done(global: &Global, value: &impl Serialize) -> color_eyre::Result<()> {
    either(global, value, String::new)
}

/// A word on stderr, unless nobody wants to hear it.
pub fn note(global: &Global, text: &str) {
    if !global.quiet {
        aside(text);
    }
}

/// A word on stderr. One that can't be written is dropped: there is nowhere
/// left to say so.
pub fn aside(text: &str) {
    let mut err = io::stderr().lock();
    for line in text.lines() {
        writeln!(err, "{}", one_line(line)).ok();
    }
}

/// Rows in columns, each as wide as its widest cell; nothing without rows.
pub fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut widths: Vec<usize> = heads.iter().map(|head| width(head)).collect();
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| one_line(cell)).collect())
        .collect();
    for row in &rows {
        for (column, cell) in widths.iter_mut().zip(row) {
            *column = (*column).max(width(cell));
        }
    }
    let mut text = String::new();
    let heads: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    for row in std::iter::once(&heads).chain(&rows) {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| fit(cell, *width, Align::Left, Tier::Rich));
        let line = cells.collect::<Vec<_>>().join("  ");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
