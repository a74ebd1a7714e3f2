//! How large a policy may be: every round of the engine goes over all of it.

use super::Policy;
use crate::domain::{measure::too_many_channels, text::Name};

/// The most ladders; the process document has two.
const LADDERS: usize = 16;
/// The most steps of all ladders together.
const STEPS: usize = 64;

impl Policy {
    /// What is too large about it, and the way out; `None` where nothing is.
    pub(in crate::domain) fn too_much(&self) -> Option<String> {
        let (ladders, steps) = (self.ladders.len(), self.steps().count());
        if ladders > LADDERS {
            return Some(format!(
                "the policy has {ladders} ladders, and {LADDERS} are the most: join some"
            ));
        }
        if steps > STEPS {
            return Some(format!(
                "the ladders have {steps} steps together, and {STEPS} are the most: leave some out"
            ));
        }
        let is_a_name = |name: &str| *Name::lossy(name) == *name;
        if let Some(ladder) = self.ladders.iter().find(|ladder| !is_a_name(&ladder.name)) {
            let name = Name::lossy(&ladder.name);
            return Some(format!(
                "the ladder {name:?} needs a name of one line and 64 characters at the most"
            ));
        }
        self.contact.iter().find_map(|(target, contact)| {
            too_many_channels(&format!("[contact.{target:?}]"), &contact.channels)
        })
    }
}
