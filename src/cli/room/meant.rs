//! Which incident, and which of its entries, somebody means.

use super::Room;
use crate::{
    cli::{failure::Failure, touch::Touch},
    domain::{duty, entry::Entry, incident::Incident},
};

impl Room {
    /// The incident that is meant: `--incident`, or the only active one.
    ///
    /// # Errors
    ///
    /// When there is none, or several could be meant.
    pub fn incident(&self) -> Result<&Incident, Failure> {
        let wanted = self.global().incident.as_deref();
        self.find(wanted)
    }

    /// The incident that `text` means.
    ///
    /// # Errors
    ///
    /// As [`Room::incident`].
    pub fn find(&self, text: Option<&str>) -> Result<&Incident, Failure> {
        if text.is_none() && self.follow_up && self.board.active().is_empty() {
            return self.looked_back_on();
        }
        self.board.find(text).map_err(|refusal| {
            let several = text.is_none() && self.board.active().len() > 1;
            let sentence = refusal.sentence;
            match self.touch {
                _ if several => Failure::usage(sentence),
                Touch::All | Touch::Without(_) => Failure::not_found(sentence),
                Touch::Denied(_) | Touch::Anew(_) | Touch::Away(_) => {
                    Failure::not_found(format!("{sentence}; what the server has since is not here"))
                }
            }
        })
    }

    /// The only incident that waits for its retrospective or closing.
    fn looked_back_on(&self) -> Result<&Incident, Failure> {
        let open: Vec<&Incident> = self
            .board
            .all()
            .filter(|incident| duty::follow_up_is_open(incident))
            .collect();
        match open.as_slice() {
            [] => Err(Failure::not_found(
                "no incident is active or waits for its follow-up: name one with --incident",
            )),
            [one] => Ok(one),
            several => {
                let labels: Vec<String> = several.iter().map(|one| one.label()).collect();
                Err(Failure::usage(format!(
                    "{} wait for their follow-up: name one with --incident",
                    labels.join(", ")
                )))
            }
        }
    }

    /// The entry of `incident` that is meant by its id, the last digits of
    /// that, its number in the log (`#12`), or `last` for one's own last.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn entry<'a>(&self, incident: &'a Incident, text: &str) -> Result<&'a Entry, Failure> {
        let wanted = text.trim().to_ascii_lowercase();
        let number: Option<u64> = wanted
            .strip_prefix('#')
            .and_then(|number| number.parse().ok());
        let is_meant = |entry: &Entry| match (wanted.as_str(), number) {
            ("last", _) => entry.by == *self.me(),
            (_, Some(number)) => entry.seq == Some(number),
            (wanted, None) => wanted.len() >= 4 && entry.id.to_string().ends_with(wanted),
        };
        let mut entries = incident.entries().iter().rev();
        entries
            .find(|entry| is_meant(entry))
            .map(AsRef::as_ref)
            .ok_or_else(|| {
                let text = crate::domain::text::one_line(text);
                let label = incident.label();
                Failure::not_found(format!(
                    "{label} has no entry {text}: `warroom timeline` shows their numbers, such as #12"
                ))
            })
    }
}
