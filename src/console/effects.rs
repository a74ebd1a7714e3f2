//! What the state asks for: the console does it, or hands it to a task.

use std::{io, path::PathBuf, sync::Arc};

use chrono::{DateTime, Utc};

use super::{Console, Looks, again::take_up, editor, writer::Job};
use crate::{
    domain::entry::IncidentId,
    ui::msg::{Effect, LinkState, Msg},
};

/// What was done aside.
pub(super) enum Done {
    /// The configuration was read again.
    Read(Result<Looks, String>),
    /// The same, for the policy that an incident is to adopt.
    Policy(IncidentId, Result<Looks, String>),
    /// A copy was written into a file.
    Kept(io::Result<PathBuf>),
}

impl Console {
    pub(super) fn carry_out(&mut self, effect: Effect, now: DateTime<Utc>) {
        match effect {
            Effect::Record(wishes) => {
                let batch = self.tasks.write(wishes, &self.app.board);
                self.job(Job::Append(batch, Vec::new()), now);
            }
            Effect::SaveDraft(key, text) => self.job(Job::SaveDraft(key, text), now),
            Effect::Send(wishes, drafts) => {
                let batch = self.tasks.write(wishes, &self.app.board);
                self.job(Job::Append(batch, drafts), now);
            }
            Effect::Deliver(order) => self.job(Job::Deliver(order), now),
            Effect::AdoptPolicy(incident) => self.adopt(incident, now),
            Effect::PageFromHere => self.tasks.page_from_here(),
            Effect::ProbeNow => self.tasks.probe_now(),
            Effect::Copy(text) => self.copy(text, now),
            Effect::Bell => self.handle.bell(),
            Effect::Edit(text) => self.edit(&text, now),
            Effect::Mouse(on) => self.handle.mouse(on),
            Effect::Redraw => self.repaint = true,
            Effect::Suspend => self.suspends = true,
            Effect::Quit => self.exit = Some(0),
        }
    }

    /// Records that the policy on disk counts from now on (E6): that of the
    /// server, as it is at this moment, where there is one. The configuration
    /// may name another file than it did.
    fn adopt(&mut self, incident: IncidentId, now: DateTime<Utc>) {
        if !matches!(self.app.shared.link.state, LinkState::Alone) {
            return self.job(Job::AskPolicy(incident), now);
        }
        let again = Arc::clone(&self.again);
        self.aside(move || Done::Policy(incident, again()));
    }

    /// Begins work with files. Only where the disk stands still is there too
    /// much of it.
    pub(super) fn aside(&mut self, work: impl FnOnce() -> Done + Send + 'static) {
        if !self.aside.begin(work) {
            let text = "the disk does not keep up: this was not done; try again";
            self.app.warn(text, self.clock.now());
        }
    }

    pub(super) fn done(&mut self, done: Done) {
        let now = self.clock.now();
        match done {
            Done::Read(read) => {
                if let Some((theme, works)) = take_up(read, &mut self.app, now) {
                    self.picture.theme = theme;
                    self.tasks.take_up(works);
                }
            }
            Done::Policy(incident, Ok(looks)) => {
                self.message(Msg::Policy(incident, looks.settings.policy));
            }
            Done::Policy(_, Err(why)) => self.app.warn(why, now),
            Done::Kept(Ok(path)) => {
                let text = format!("written to {}", path.display());
                self.app.tell(text, now);
            }
            Done::Kept(Err(error)) => {
                let text = format!("it could not be written: {error}");
                self.app.warn(text, now);
            }
        }
    }

    /// The queue is only full when the disk stands still; then the person is
    /// told that nothing was recorded, instead of waiting for it.
    fn job(&mut self, job: Job, now: DateTime<Utc>) {
        if !self.tasks.job(job) {
            let text = "the disk does not keep up: this was not recorded; try again";
            self.app.warn(text, now);
        }
    }

    /// We can't know whether the terminal takes it, so we don't say "copied".
    fn copy(&mut self, text: String, now: DateTime<Utc>) {
        if self.app.settings.clipboard && self.handle.copy(&text) {
            self.app.tell("sent to your terminal's clipboard", now);
        } else {
            self.aside(move || Done::Kept(editor::keep_copy(&text)));
        }
    }

    fn edit(&mut self, text: &str, now: DateTime<Utc>) {
        let handle = self.handle.clone();
        let edited = tokio::task::block_in_place(|| handle.suspended(|| editor::edit(text)));
        self.repaint = true;
        match edited {
            Ok(Ok(text)) => self.message(Msg::Edited(text)),
            Ok(Err(error)) => self.app.warn(format!("the editor: {error}"), now),
            Err(error) => self
                .app
                .warn(format!("taking the terminal again: {error}"), now),
        }
    }
}
