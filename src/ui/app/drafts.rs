//! Drafts that are kept: those of this console, and what it found. Each console
//! has keys of its own, so that two that write at a time lose nothing.

use crate::{
    domain::{entry::IncidentId, update::Audience},
    ui::composer::Composer,
};

/// A draft as it is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its key: for what it is, whose, from which console, and which of these.
    pub key: String,
    /// Its text.
    pub text: String,
}

/// Every draft that is known, the one that was touched last at the end.
#[derive(Debug, Clone, Default)]
pub struct Drafts {
    who: String,
    console: String,
    kept: Vec<Kept>,
}

impl Drafts {
    /// Those of a person's console, which has a name of its own.
    pub(super) fn of_console(who: &str, console: &str) -> Self {
        Self {
            who: who.to_owned(),
            console: console.to_owned(),
            kept: Vec::new(),
        }
    }

    /// Keeps a text under a key, in place of what was there.
    pub fn keep(&mut self, key: String, text: String) {
        self.forget(&key);
        self.kept.push(Kept { key, text });
    }

    /// Forgets one that was sent.
    pub fn forget(&mut self, key: &str) {
        self.kept.retain(|kept| kept.key != key);
    }

    /// What is on disk, the one touched last at the end. Of its own this console
    /// knows more than the disk, to which it writes.
    pub(super) fn read(&mut self, found: Vec<(String, String)>) {
        let (own, _): (Vec<Kept>, Vec<Kept>) = std::mem::take(&mut self.kept)
            .into_iter()
            .partition(|kept| self.is_own(&kept.key));
        let others = found.into_iter().map(|(key, text)| Kept { key, text });
        let others = others.filter(|kept| !self.is_own(&kept.key));
        self.kept = others.chain(own).collect();
    }

    /// The text under a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        let kept = self.kept.iter().find(|kept| kept.key == key)?;
        Some(&kept.text)
    }

    /// All of them that are for this, whoever wrote them.
    pub fn all(
        &self,
        incident: IncidentId,
        audience: Audience,
    ) -> impl DoubleEndedIterator<Item = &Kept> {
        let below = format!("{}/", Composer::draft_key(incident, audience));
        let kept = self.kept.iter();
        kept.filter(move |kept| kept.key.starts_with(&below))
    }

    /// The one to go on with: this console's last, or else the last that the
    /// same person left at another one.
    pub fn latest(&self, incident: IncidentId, audience: Audience) -> Option<&Kept> {
        let bare = Composer::draft_key(incident, audience);
        let mine = format!("{bare}/{}/", self.who);
        let own = self
            .all(incident, audience)
            .rfind(|kept| self.is_own(&kept.key));
        own.or_else(|| {
            self.all(incident, audience)
                .rfind(|kept| kept.key.starts_with(&mine))
        })
    }

    /// Whether this console wrote it.
    pub fn is_own(&self, key: &str) -> bool {
        key.contains(&format!("/{}/{}/", self.who, self.console))
    }

    /// A key of this console under which nothing is kept.
    pub fn new_key(&self, incident: IncidentId, audience: Audience) -> String {
        let bare = Composer::draft_key(incident, audience);
        let key = |number: usize| format!("{bare}/{}/{}/{number}", self.who, self.console);
        // One of them is free: there are more than drafts.
        let numbers = 1..=self.kept.len() + 1;
        let free = numbers.map(key).find(|key| self.get(key).is_none());
        free.unwrap_or(bare)
    }

    /// The keys that are done with once this draft is sent: its own, and those
    /// that it was taken from, unless somebody went on with them.
    pub fn done_with(&self, composer: &Composer) -> Vec<String> {
        let unchanged = composer.taken_from.iter().filter(|source| {
            let text = self.get(&source.key);
            text.is_some_and(|text| source.is_of(text))
        });
        let sources = unchanged.map(|source| source.key.clone());
        std::iter::once(composer.key.clone())
            .chain(sources)
            .collect()
    }
}
