//! The configuration, read again while a screen is shown.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{
    domain::probe::Spec,
    notify::Channels,
    probe::Probe,
    ui::{
        app::{App, Settings},
        keymap::Keymap,
        theme::Theme,
    },
};

/// What of the configuration can change while a screen is shown.
#[derive(Debug)]
pub struct Looks {
    /// Who sits here, and what they may reach.
    pub settings: Settings,
    /// Keys.
    pub keymap: Keymap,
    /// Colours.
    pub theme: Theme,
    /// What goes on beside the screen.
    pub works: Works,
    /// What is to be said of it.
    pub warnings: Vec<String>,
}

/// What works beside the screen: what looks, and what sends.
#[derive(Debug)]
pub struct Works {
    /// What is probed.
    pub specs: Vec<Spec>,
    /// The same, ready to look.
    pub probes: Vec<Probe>,
    /// Where messages can go.
    pub channels: Channels,
}

/// Reads the configuration again, or says why everything stays as it was.
///
/// It waits for the disk.
pub type Again = Arc<dyn Fn() -> Result<Looks, String> + Send + Sync>;

/// Takes what was read again up into a screen; answers its colours and what
/// works beside it, where they may change.
pub(super) fn take_up(
    read: Result<Looks, String>,
    app: &mut App,
    now: DateTime<Utc>,
) -> Option<(Theme, Works)> {
    match read {
        Ok(looks) => {
            app.take_up(looks.settings, looks.keymap);
            app.panel.take_up(&looks.works.specs);
            let warned = !looks.warnings.is_empty();
            app.tell("the configuration was read again", now);
            if warned {
                app.warn_all(looks.warnings, now);
            }
            Some((looks.theme, looks.works))
        }
        Err(why) => {
            // A wall has no line for it: its own log says it as well.
            tracing::warn!(why, "the configuration stays as it was");
            app.warn(format!("everything stays as it was: {why}"), now);
            None
        }
    }
}
