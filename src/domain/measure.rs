//! How much one entry may ask of everybody who reads it: of the engine above
//! all, which does nothing else meanwhile. What a log has already still counts.

use super::{fact::Fact, policy::Policy, text::Name};

/// The most channels that one entry, or one contact, names.
pub const CHANNELS: usize = 32;

/// What is too much about an entry that comes in, and the way out; `None` for
/// one that may.
pub fn too_much(fact: &Fact) -> Option<String> {
    let channels = match fact {
        Fact::UpdateSent(update) => update.channels.as_slice(),
        Fact::Escalated { via, .. } | Fact::Paged { via, .. } => via.as_slice(),
        _ => &[],
    };
    too_many_channels("it", channels).or_else(|| {
        let policy = Policy::of(fact.policy()?)?;
        policy.too_much()
    })
}

/// That `what` names more channels than it may.
pub(super) fn too_many_channels(what: &str, channels: &[Name]) -> Option<String> {
    let count = channels.len();
    (count > CHANNELS).then(|| {
        format!("{what} names {count} channels, and {CHANNELS} are the most: send it in parts")
    })
}
