//! Ticking a checklist: what is in none can't be done.

use std::path::Path;

use clap::Args;

use super::{failure::Failure, room::Room, runbook, text::typed};
use crate::domain::{
    fact::Fact,
    incident::Incident,
    located::closest,
    text::{Title, one_line},
};

/// Tick an item of a checklist.
#[derive(Debug, Args)]
#[command(after_help = "\
Items are named by their id in the policy, or by the place of a step in a
runbook: `runbook:restart.md#3`.

Example:
  warroom tick verify.health")]
pub struct Tick {
    /// Which
    pub item: String,
    /// It is not done after all
    #[arg(long)]
    pub undo: bool,
}

impl Tick {
    /// What is recorded.
    ///
    /// # Errors
    ///
    /// When there is no such item, with those that there are.
    pub fn fact(&self, room: &Room) -> Result<Fact, Failure> {
        let incident = room.incident()?;
        let item: Title = typed("the item", &self.item)?;
        // Somebody may have ticked it where there are other runbooks.
        if !incident.state().ticks.contains_key(item.as_str()) {
            exists(incident, &room.setup.config.runbooks, &item)?;
        }
        let done = !self.undo;
        Ok(Fact::Ticked { item, done })
    }
}

fn exists(incident: &Incident, folder: &Path, item: &str) -> Result<(), Failure> {
    match item.strip_prefix("runbook:") {
        Some(step) => is_step(folder, item, step),
        None => is_item(incident, item),
    }
}

/// An item of the incident's own policy.
fn is_item(incident: &Incident, item: &str) -> Result<(), Failure> {
    let items = incident.policy().phases.iter().flat_map(|one| &one.items);
    let known: Vec<&str> = items.map(|item| item.id.as_str()).collect();
    if known.contains(&item) {
        return Ok(());
    }
    let meant = closest(item, &known).map(|near| format!("did you mean {near}? "));
    Err(Failure::not_found(format!(
        "the checklists of {} have no item {}: {}there are {}; a step of a runbook is called as runbook:restart.md#3",
        incident.label(),
        one_line(item),
        meant.unwrap_or_default(),
        known.join(", ")
    )))
}

/// A step of a runbook that is here.
fn is_step(folder: &Path, item: &str, step: &str) -> Result<(), Failure> {
    let file = step.rsplit_once('#').map_or(step, |(file, _)| file);
    let steps = runbook::steps(folder, file)?;
    if steps.iter().any(|known| known == item) {
        return Ok(());
    }
    let there = match steps.as_slice() {
        [] => "it has none".to_owned(),
        [only] => format!("there is {only}"),
        [first, .., last] => format!("there are {first} to {last}"),
    };
    Err(Failure::not_found(format!(
        "the runbook {} has no step {}: {there}",
        one_line(file),
        one_line(item)
    )))
}
