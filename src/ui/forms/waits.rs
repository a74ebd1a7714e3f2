//! What a sheet says while the server is away: what waits for it, and what can
//! be done at once instead.

use super::from_here;
use crate::ui::{action::Action, app::App, format, msg::LinkState};

/// The lines for what reaches people by `action`; none while the server answers.
pub(super) fn lines(app: &App, action: Action) -> Vec<String> {
    let link = &app.shared.link;
    let LinkState::Offline { since, .. } = &link.state else {
        return Vec::new();
    };
    // These say it themselves.
    if matches!(action, Action::PageFromHere | Action::Publish) {
        return Vec::new();
    }
    let (server, writes) = (&link.server, action == Action::Review);
    if app.shared.in_place.is_some() && !writes {
        return vec![format!(
            "{server} is away: this console pages in its place."
        )];
    }
    let why = if link.answers {
        format!("{server} says no to this console")
    } else {
        format!("{server} is away since {}", format::clock_minutes(*since))
    };
    let waits = format!("Nothing leaves now: {why}. It is kept here, and waits for that.");
    vec![waits, meanwhile(app, writes)]
}

/// What reaches somebody before the server answers.
fn meanwhile(app: &App, writes: bool) -> String {
    let key = |action: Action| app.keymap.key_of(action);
    let named = |action| key(action).unwrap_or_else(|| format!(":{action}"));
    let phones = format!("{} the phone list", named(Action::Phones));
    let pages = !app.shared.link.answers && from_here::can_page(app);
    let pages = pages.then(|| format!(", {} to page from here", named(Action::PageFromHere)));
    let first = if writes { "post it by hand; " } else { "" };
    format!(
        "To tell people at once: {first}Esc, then {phones}{}.",
        pages.unwrap_or_default()
    )
}
