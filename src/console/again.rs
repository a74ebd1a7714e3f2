//! The configuration, read again while a screen is shown.

use chrono::{DateTime, Utc};

use crate::ui::{
    app::{App, Settings},
    keymap::Keymap,
    theme::Theme,
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
    /// What is to be said of it.
    pub warnings: Vec<String>,
}

/// Reads the configuration again, or says why everything stays as it was.
pub type Again = Box<dyn Fn() -> Result<Looks, String> + Send + Sync>;

/// Reads it again into a screen; answers its colours, where they may change.
pub(super) fn read_again(again: &Again, app: &mut App, now: DateTime<Utc>) -> Option<Theme> {
    match again() {
        Ok(looks) => {
            app.take_up(looks.settings, looks.keymap);
            for warning in looks.warnings {
                app.tell(warning, true, now);
            }
            app.tell("the configuration was read again", false, now);
            Some(looks.theme)
        }
        Err(why) => {
            // A wall has no line for it: its own log says it as well.
            tracing::warn!(why, "the configuration stays as it was");
            app.tell(format!("everything stays as it was: {why}"), true, now);
            None
        }
    }
}
