//! HOST: what this host has left, as its own probe reads it.

use chrono::{DateTime, Utc};

use super::health::{is_system, mark};
use crate::{
    domain::{health::Watch, probe::System},
    ui::{app::App, canvas::Canvas, format, theme::Role},
};

/// Columns of the gauges, at the right end: as many as a load of three digits
/// leaves.
const GAUGE: u16 = 10;

/// Whether a probe looks at this host.
pub fn is_probed(app: &App) -> bool {
    watch(app).is_some()
}

fn watch(app: &App) -> Option<&Watch> {
    app.panel.watches().find(|watch| is_system(watch))
}

/// Draws the readings, a row each.
pub fn draw(app: &App, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let Some(watch) = watch(app) else {
        return;
    };
    let (_, role) = mark(watch.state(now));
    let role = if role == Role::Ok { Role::Normal } else { role };
    let Some(system) = watch.last().and_then(|reading| reading.system) else {
        canvas.text(3, 0, Role::Muted, "not read yet");
        return;
    };
    let rows = [
        load(&system),
        ("mem", of(system.memory), system.memory_percent()),
        ("disk", of(system.disk), system.disk_percent()),
    ];
    for (y, (name, text, percent)) in (0..).zip(rows) {
        canvas.text(3, y, Role::Muted, name);
        canvas.text(9, y, role, &text);
        let end = canvas.width().saturating_sub(1);
        canvas.right(end, y, role, &format!("{percent}%"));
        let x = end.saturating_sub(GAUGE + 5);
        let used = f64::from(percent) / 100.0;
        canvas.bar(x, y, GAUGE, used.min(1.0), Role::Muted);
    }
    if let Some(age) = watch.age(now).filter(|_| role == Role::Stale) {
        let text = format!("read {} ago", format::age(age));
        canvas.text(3, 3, Role::Stale, &text);
    }
}

/// The load over one, five and fifteen minutes; the first against the cores.
fn load(system: &System) -> (&'static str, String, u8) {
    let [one, five, fifteen] = system.load;
    let cores = usize::try_from(system.cores.max(1)).unwrap_or(usize::MAX);
    let cores = format::count(cores, "core", "cores");
    let text = format!("{one:.2}  {five:.2}  {fifteen:.2}   {cores}");
    ("load", text, system.load_percent())
}

/// `25.9 of 32.0 GiB`.
fn of((used, all): (u64, u64)) -> String {
    format::of_bytes(used, all)
}
