//! This host's load, memory and disk, in one row.

use chrono::{DateTime, Utc};

use super::mark;
use crate::{
    domain::{health::Watch, probe::System},
    ui::{canvas::Canvas, theme::Role},
};

pub(super) fn row(watch: &Watch, canvas: &mut Canvas<'_, '_>, y: u16, now: DateTime<Utc>) {
    let (glyph, role) = mark(watch.state(now));
    let role = if role == Role::Ok { Role::Normal } else { role };
    if role != Role::Normal {
        let text = canvas.glyph(glyph).to_string();
        canvas.text(1, y, role, &text);
    }
    let Some(system) = watch.last().and_then(|reading| reading.system) else {
        canvas.text(3, y, Role::Muted, "host  not read yet");
        return;
    };
    let System {
        load, memory, disk, ..
    } = system;
    let memory_percent = system.memory_percent();
    let disk_percent = system.disk_percent();
    if canvas.width() < 58 {
        canvas.text(3, y, role, &format!("load {:.2}", load[0]));
        canvas.text(18, y, role, &format!("mem {memory_percent}%"));
        canvas.text(29, y, role, &format!("disk {disk_percent}%"));
        return;
    }
    let x = canvas.text(
        3,
        y,
        role,
        &format!("host  load {:.2} {:.2} {:.2}", load[0], load[1], load[2]),
    );
    let bar = if canvas.width() >= 70 { 10 } else { 4 };
    let x = canvas.text(x + 3, y, role, &format!("mem {memory_percent}% "));
    canvas.bar(x, y, bar, share(memory.0, memory.1), Role::Muted);
    let x = canvas.text(x + bar + 3, y, role, &format!("disk {disk_percent}% "));
    canvas.bar(x, y, bar, share(disk.0, disk.1), Role::Muted);
}

#[expect(clippy::cast_precision_loss, reason = "a share of a bar")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}
