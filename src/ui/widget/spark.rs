//! Sparklines: is it getting better? One column a sample, the newest at the
//! right, and a gap where nothing was seen.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{Paint, put};
use crate::ui::{capability::Tier, glyph::levels, theme::Role};

/// Without a limit the scale reaches at least this many times the lowest
/// sample: a steady value is a low line, and its noise no drama. The lowest
/// stands in the middle of the second of eight steps, so a third more stays there.
const HEADROOM: f64 = 16.0 / 3.0;

/// The last samples of one value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spark<'a> {
    /// The samples, the oldest first; `None` where nothing was seen.
    pub samples: &'a [Option<f64>],
    /// The scale reaches at least to here.
    pub limit: Option<f64>,
}

impl Spark<'_> {
    /// Exactly `columns` of them; the last ones where there are more.
    pub fn text(&self, columns: u16, tier: Tier) -> String {
        let columns = usize::from(columns);
        let skipped = self.samples.len().saturating_sub(columns);
        let shown = &self.samples[skipped..];
        let top = self.top(shown);
        let missing = columns - shown.len();
        let drawn = shown.iter().map(|sample| match known(*sample) {
            Some(value) => level(value / top, tier),
            None => ' ',
        });
        std::iter::repeat_n(' ', missing).chain(drawn).collect()
    }

    /// Draws it on the first row of `area`.
    pub fn draw(&self, paint: Paint<'_>, buffer: &mut Buffer, area: Rect) {
        let visible = area.intersection(buffer.area);
        let text = self.text(visible.width, paint.tier);
        put(buffer, visible, &text, paint.style(Role::Muted));
    }

    /// The value at the top of the scale; above 0.
    fn top(&self, shown: &[Option<f64>]) -> f64 {
        let values = || shown.iter().filter_map(|sample| known(*sample));
        let highest = values().fold(f64::MIN_POSITIVE, f64::max);
        let least = match known(self.limit) {
            Some(limit) => limit,
            None => values().fold(f64::MAX, f64::min).min(highest) * HEADROOM,
        };
        highest.max(least)
    }
}

/// A sample that can be drawn: from 0 up, and finite.
pub(super) fn known(sample: Option<f64>) -> Option<f64> {
    sample
        .filter(|value| value.is_finite())
        .map(|value| value.max(0.0))
}

/// The character for a height from 0 to 1.
pub(super) fn level(height: f64, tier: Tier) -> char {
    let levels = levels(tier);
    let steps = u16::try_from(levels.len()).unwrap_or(1);
    let step = (1..steps)
        .filter(|step| height * f64::from(steps) > f64::from(*step))
        .count();
    levels[step]
}
