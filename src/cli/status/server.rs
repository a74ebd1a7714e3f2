//! How a copy stands to its server, for `status`: what is shown is as old as
//! their last word to each other, and who pages is not what the copy says.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    cli::{engine::holds_lease, room::Room, touch::Touch, words},
    store::StoreError,
};

/// The server of a copy, as far as it is known here.
#[derive(Debug, Serialize)]
pub(super) struct Server {
    name: String,
    state: State,
    /// What stands in the way.
    why: Option<String>,
    /// When it last answered here; up to a minute earlier than it did.
    heard_at: Option<DateTime<Utc>>,
    /// Who pages from this copy, in the place of the server.
    pages_here: Option<String>,
}

/// Whether what is shown is what the server has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// It is.
    InTouch,
    /// It answers, and lets nobody in from here.
    Refused,
    /// It has a new log, and waits for ours.
    MadeAnew,
    /// It does not answer.
    Away,
}

impl Server {
    /// `None` without a server.
    pub(super) async fn of(room: &Room) -> Result<Option<Self>, StoreError> {
        let (Some(sync), Some(log)) = (&room.sync, &room.log) else {
            return Ok(None);
        };
        let (state, why) = match &room.touch {
            Touch::All | Touch::Without(_) => (State::InTouch, None),
            Touch::Denied(why) => (State::Refused, Some(why.clone())),
            Touch::Anew(why) => (State::MadeAnew, Some(why.clone())),
            Touch::Away(why) => (State::Away, Some(why.clone())),
        };
        Ok(Some(Self {
            name: sync.server(),
            state,
            why,
            heard_at: log.heard_at().await?,
            pages_here: holds_lease(log, room.now()).await?,
        }))
    }

    /// That it is out of touch, and since when; `None` while it is not.
    pub(super) fn line(&self, now: DateTime<Utc>) -> Option<String> {
        let name = &self.name;
        let how = match self.state {
            State::InTouch => return None,
            State::Refused => "says no to this host",
            State::MadeAnew => "was made anew, and has nothing of this",
            State::Away => "is away",
        };
        Some(match self.heard_at {
            Some(at) => format!(
                "server: {name} {how}, last heard at {}",
                words::time(at, now)
            ),
            None => format!("server: {name} {how}, and was never heard here"),
        })
    }

    /// `as of 14:02Z: ` before what the log here says of services.
    pub(super) fn as_of(&self, now: DateTime<Utc>) -> String {
        match (self.state, self.heard_at) {
            (State::InTouch, _) | (_, None) => String::new(),
            (State::Refused | State::MadeAnew | State::Away, Some(at)) => {
                format!("as of {}: ", words::time(at, now))
            }
        }
    }

    /// Who pages, while the server does not say it; `None` while it does.
    pub(super) fn engine(&self) -> Option<String> {
        if let Some(holder) = &self.pages_here {
            return Some(format!("{holder} pages from here, in the server's place"));
        }
        let nobody = "nobody pages from here (`warroom engine --page-from-here` does)";
        match self.state {
            State::InTouch => None,
            State::Refused => Some("the server pages, and says no to this host".to_owned()),
            State::MadeAnew => Some(format!("the server knows of nothing that is due; {nobody}")),
            State::Away => Some(format!(
                "the server pages, if it lives: it can't be seen from here; {nobody}"
            )),
        }
    }
}
