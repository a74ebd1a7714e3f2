//! Text that is sent, on a terminal that can't show all of its signs.

use crate::ui::capability::Tier;

/// The sign that an update begins with.
const SIREN: &str = "🚨";

/// `text` as this terminal can show it, and what has to be said beside it.
pub fn for_tier(text: &str, tier: Tier) -> (String, &'static str) {
    match tier {
        Tier::Console | Tier::Ascii if text.contains(SIREN) => {
            (text.replace(SIREN, "[!]"), "[!] is sent as U+1F6A8")
        }
        Tier::Rich | Tier::Console | Tier::Ascii => (text.to_owned(), ""),
    }
}
