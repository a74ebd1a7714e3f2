//! What stands above the probes and below them: what their columns are.

use super::{WIDE, control, seen::Seen};
use crate::ui::{app::App, canvas::Canvas, format, theme::Role};

/// The names of the columns, or that this host sees nothing; answers the rows
/// it took.
pub(super) fn draw(app: &App, seen: &[Seen<'_>], canvas: &mut Canvas<'_, '_>) -> u16 {
    let wide = canvas.width() >= WIDE;
    if let Some((role, ways)) = control::cut_off(app) {
        let room = canvas.width().saturating_sub(1);
        canvas.clipped(1, 0, role, format::fitting(&ways, room), room);
        return 1;
    }
    if wide {
        let samples = match canvas.width() {
            ..63 => "last",
            63.. => "last samples",
        };
        // Without readings there is neither latency nor age.
        // How long it is like this says so itself.
        let (value, last, age) = if any_here(seen) {
            ("  now     p95   ", samples, "age")
        } else {
            ("                ", "seen from", "")
        };
        canvas.text(
            3,
            0,
            Role::Muted,
            &format!("probe            state  {value}{last}"),
        );
        canvas.right(canvas.width() - 1, 0, Role::Muted, age);
    }
    u16::from(wide)
}

fn any_here(seen: &[Seen<'_>]) -> bool {
    seen.iter().any(|seen| matches!(seen, Seen::Here(_)))
}

/// `@vm: read by that host, which keeps the samples`, below the probes where a
/// row is left and what is beside them is short; answers the row after it.
pub(super) fn vantage(
    seen: &[Seen<'_>],
    canvas: &mut Canvas<'_, '_>,
    (y, bottom): (u16, u16),
) -> u16 {
    let Some(vantage) = seen.iter().find_map(Seen::vantage) else {
        return y;
    };
    if canvas.width() >= WIDE || y >= bottom {
        return y;
    }
    let ways = [
        format!("@{vantage}: that host probes, and has the samples"),
        format!("@{vantage}: that host probes it"),
    ];
    let room = canvas.width().saturating_sub(4);
    canvas.clipped(3, y, Role::Muted, format::fitting(&ways, room), room);
    y + 1
}
