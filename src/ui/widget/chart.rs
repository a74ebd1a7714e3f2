//! Charts: how a value went over a span of time, against its limit.

use chrono::{DateTime, TimeDelta, Utc};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{
    Paint, put,
    spark::{known, level},
    spread,
};
use crate::ui::{
    format::{Align, fit, time, time_minutes, width},
    glyph::Glyph,
    theme::Role,
};

/// A chart of blocks, with its values at the left and its times below.
#[derive(Debug, Clone, Copy)]
pub struct Chart<'a> {
    /// What is shown: `latency of api /health, 60 min`.
    pub title: &'a str,
    /// The samples, the oldest first, evenly over the span; `None` is a gap.
    pub samples: &'a [Option<f64>],
    /// The value that must not be passed; drawn as a line.
    pub limit: Option<f64>,
    /// From when until when.
    pub span: (DateTime<Utc>, DateTime<Utc>),
    /// How a value is written: `1.0s`.
    pub label: fn(f64) -> String,
}

/// Over less than this, times to the minute would be the same ones.
const SECONDS_MATTER: TimeDelta = TimeDelta::minutes(8);

/// Below the title and above the times it takes this many rows to say something.
const LEAST_ROWS: u16 = 2;

impl Chart<'_> {
    /// Draws it over the whole of `area`. Where it is low, the title and the
    /// times are left out; where it is narrow, the values are.
    pub fn draw(&self, paint: Paint<'_>, buffer: &mut Buffer, area: Rect) {
        let area = area.intersection(buffer.area);
        if area.is_empty() {
            return;
        }
        let framed = area.height >= LEAST_ROWS + 2;
        let rows = if framed { area.height - 2 } else { area.height };
        let top = self.top();
        let labels = self.labels(top, rows);
        let gutter = gutter(&labels, area.width);
        let plot = Rect {
            x: area.x + gutter,
            y: area.y + u16::from(framed),
            width: area.width - gutter,
            height: rows,
        };
        self.plot(paint, buffer, plot, top);
        if gutter > 0 {
            let left = Rect {
                x: area.x,
                width: gutter - 1,
                ..plot
            };
            write_labels(paint, buffer, left, &labels);
        }
        if framed {
            self.heading(paint, buffer, area);
            self.times(
                paint,
                buffer,
                Rect {
                    y: plot.bottom(),
                    height: 1,
                    ..plot
                },
            );
        }
    }

    fn heading(&self, paint: Paint<'_>, buffer: &mut Buffer, area: Rect) {
        let limit = self
            .limit
            .map(|limit| format!("limit {}", (self.label)(limit)));
        let muted = paint.style(Role::Muted);
        let title = Line::from(Span::styled(self.title, paint.style(Role::Normal)));
        let right = Line::from(Span::styled(limit.unwrap_or_default(), muted));
        spread(paint, buffer, area, &title, &right);
    }

    fn plot(&self, paint: Paint<'_>, buffer: &mut Buffer, area: Rect, top: f64) {
        let limit_row = self.limit.map(|limit| row_of(limit / top, area.height));
        for position in area.positions() {
            let row = area.bottom() - 1 - position.y;
            let value = self.at(position.x - area.x, area.width);
            let height = value.unwrap_or(0.0) / top * f64::from(area.height) - f64::from(row);
            let (glyph, role) = if height > 0.0 {
                (level(height, paint.tier), Role::Muted)
            } else if limit_row == Some(row) {
                (paint.glyph(Glyph::Limit), Role::Rule)
            } else {
                (' ', Role::Muted)
            };
            buffer[position]
                .set_char(glyph)
                .set_style(paint.style(role));
        }
    }

    /// The highest sample of one column of the plot: what is bad is not averaged away.
    fn at(&self, column: u16, columns: u16) -> Option<f64> {
        let count = self.samples.len();
        let (column, columns) = (usize::from(column), usize::from(columns));
        let first = column * count / columns;
        let end = ((column + 1) * count / columns).max(first + 1).min(count);
        self.samples
            .get(first..end)?
            .iter()
            .filter_map(|sample| known(*sample))
            .reduce(f64::max)
    }

    /// The value at the top: a round one, above every sample and the limit.
    fn top(&self) -> f64 {
        let highest = self
            .samples
            .iter()
            .copied()
            .chain([self.limit])
            .filter_map(known);
        round_up(highest.fold(0.0, f64::max))
    }

    /// What stands at the left, by row from the bottom; the limit goes first.
    fn labels(&self, top: f64, rows: u16) -> Vec<(u16, String)> {
        let limit = self.limit.map(|limit| (row_of(limit / top, rows), limit));
        let ends = [(rows - 1, top), (0, 0.0)];
        let mut labels: Vec<(u16, String)> = Vec::new();
        for (row, value) in limit.into_iter().chain(ends) {
            if labels.iter().all(|(taken, _)| *taken != row) {
                labels.push((row, (self.label)(value)));
            }
        }
        labels
    }

    fn times(&self, paint: Paint<'_>, buffer: &mut Buffer, area: Rect) {
        let (from, to) = self.span;
        let mut free = area.x;
        for quarter in 0..=4_u16 {
            let at = from + (to - from) / 4 * i32::from(quarter);
            let text = if to - from < SECONDS_MATTER {
                time(at)
            } else {
                time_minutes(at)
            };
            let wide = u16::try_from(text.len()).unwrap_or(u16::MAX);
            let Some(last) = area.right().checked_sub(wide) else {
                return;
            };
            let x = (area.x + area.width / 4 * quarter).min(last);
            let crowded = x < free || (quarter < 4 && x + wide >= last);
            if crowded {
                continue;
            }
            put(
                buffer,
                Rect {
                    x,
                    width: wide,
                    ..area
                },
                &text,
                paint.style(Role::Muted),
            );
            free = x + wide + 1;
        }
    }
}

fn write_labels(paint: Paint<'_>, buffer: &mut Buffer, area: Rect, labels: &[(u16, String)]) {
    let style: Style = paint.style(Role::Muted);
    for (row, label) in labels {
        let text = fit(label, usize::from(area.width), Align::Right, paint.tier);
        let y = area.bottom() - 1 - row;
        put(
            buffer,
            Rect {
                y,
                height: 1,
                ..area
            },
            &text,
            style,
        );
    }
}

/// The columns for the values and a space; none where they would take half of the chart.
fn gutter(labels: &[(u16, String)], columns: u16) -> u16 {
    let widest = labels
        .iter()
        .map(|(_, label)| width(label))
        .max()
        .unwrap_or(0);
    let gutter = u16::try_from(widest + 1).unwrap_or(u16::MAX);
    if gutter > columns / 2 { 0 } else { gutter }
}

/// The row, from the bottom, that a share of the height falls into.
fn row_of(share: f64, rows: u16) -> u16 {
    (1..rows)
        .rev()
        .find(|row| share * f64::from(rows) >= f64::from(*row))
        .unwrap_or(0)
}

/// The next round number: 1, 1.5, 2, 3, 4, 5, 6, 8 or 10 times a power of ten; above 0.
fn round_up(value: f64) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    if !power.is_normal() {
        return 1.0;
    }
    [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0]
        .into_iter()
        .map(|step| step * power)
        .find(|round| *round >= value && round.is_finite())
        .unwrap_or(value)
}
