//! How whoever is to be told is reached: the one answer for sheets, ladders,
//! countdowns, commands and the engine.

use super::{reach, reaches_anybody};
use crate::domain::{
    incident::Incident,
    policy::{Contact, Step},
    text::Name,
};

/// How the target of a step is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Way<'a> {
    /// Over the channels of this contact.
    Pages(&'a Contact),
    /// As if over these channels: a drill, of which nothing leaves (X4).
    Plays(&'a Contact),
    /// By a person: no channel reaches it (E7), or it is private and nothing
    /// leaves (X4). Whom to call, where somebody is named.
    ByHand(Option<&'a Contact>),
}

/// How `target` is told of `incident`.
pub fn way<'a>(incident: &'a Incident, target: &Name) -> Way<'a> {
    let state = incident.state();
    match incident.policy().contact(target) {
        Some(contact) if state.private || contact.channels.is_empty() => Way::ByHand(Some(contact)),
        Some(contact) if state.drill => Way::Plays(contact),
        Some(contact) => Way::Pages(contact),
        None => Way::ByHand(None),
    }
}

/// Channels that reach the target of a step of `incident`; `None` where a
/// person has to. A drill is climbed as if it were none.
pub fn reach_from<'a>(incident: &'a Incident, step: &Step) -> Option<&'a [Name]> {
    reach(incident.policy(), step).filter(|_| !incident.state().private)
}

/// Whether an engine climbs the ladders of `incident`. Where it can reach
/// nobody, steps are for the people in the room to carry out, and one that
/// nobody carried out must not look done.
pub fn climbs_by_itself(incident: &Incident) -> bool {
    !incident.state().private && reaches_anybody(incident.policy())
}
