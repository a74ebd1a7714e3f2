//! The control probes: whether what is seen from here is about the targets, or
//! about this host.

use chrono::{DateTime, Utc};

use super::row::{value, word};
use crate::{
    domain::health::Link,
    ui::{app::App, canvas::Canvas, theme::Role},
};

/// What the control probes say, unless all is well: that what is seen from here
/// may be about this host alone (H2).
pub(super) fn cut_off(app: &App) -> Option<(Role, Vec<String>)> {
    let controls: Vec<&str> = app
        .panel
        .controls()
        .map(|it| it.spec().name.as_str())
        .collect();
    let by = controls.join(", ");
    match app.panel.link() {
        Link::Up => None,
        Link::Doubtful => Some((
            Role::Warn,
            vec![
                format!("control {by} fails: we may be cut off ourselves"),
                "we may be cut off ourselves".to_owned(),
            ],
        )),
        Link::Down => Some((
            Role::Offline,
            vec![
                format!("this host is offline (control {by}): targets are unknown"),
                "this host is offline: targets are unknown".to_owned(),
                "host offline: targets are unknown".to_owned(),
            ],
        )),
    }
}

/// `control  gateway ok 1ms: this host is online`, below the targets where a row
/// is left; answers the row after it.
pub(super) fn row(
    app: &App,
    canvas: &mut Canvas<'_, '_>,
    (y, bottom): (u16, u16),
    now: DateTime<Utc>,
) -> u16 {
    let said = app.panel.controls().map(|watch| {
        let state = watch.state(now);
        format!(
            "{} {} {}",
            watch.spec().name,
            word(state),
            value(watch, now)
        )
    });
    let said: Vec<String> = said.collect();
    if said.is_empty() || y >= bottom {
        return y;
    }
    let answered = app.panel.controls().any(|watch| watch.last().is_some());
    let (role, verdict) = match app.panel.link() {
        Link::Up if answered => (Role::Muted, ": this host is online"),
        Link::Up => (Role::Muted, ""),
        Link::Doubtful | Link::Down => (Role::Warn, ""),
    };
    let room = canvas.width().saturating_sub(4);
    let text = format!("control  {}{verdict}", said.join(", "));
    canvas.clipped(3, y, role, &text, room);
    y + 1
}
