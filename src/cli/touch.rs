//! A copy of the log and its server: made the same for a command, and kept so
//! while one goes on.

use std::time::Duration;

use color_eyre::eyre::eyre;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{args::Global, failure::Failure, say};
use crate::{
    sync::{Replica, Seen, SyncError},
    ui::format,
};

/// How long a command waits for the server before it goes on by itself.
const TOUCH: Duration = Duration::from_secs(3);

/// How a copy and its server stand after they were to be made the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touch {
    /// Everything went both ways.
    All,
    /// It took everything but so many entries.
    Without(u64),
    /// It answered, and did not let us in; with its reason.
    Denied(String),
    /// It was made anew, and waits for somebody to give it what is here; in a
    /// sentence.
    Anew(String),
    /// It did not answer; with what stands in the way.
    Away(String),
}

impl Touch {
    /// What a person has to know of it; `None` where all is well.
    fn words(&self) -> Option<String> {
        match self {
            Self::All => None,
            Self::Without(refused) => {
                let count = format::count(*refused, "entry was", "entries were");
                Some(format!("{count} refused: `warroom sync` lists what waits"))
            }
            Self::Denied(why) | Self::Anew(why) => Some(format!("not sent: {why}")),
            Self::Away(why) => Some(format!("offline: {why}")),
        }
    }

    /// Says so, on stderr.
    pub fn say(&self, global: &Global) {
        if let Some(words) = self.words() {
            say::note(global, &words);
        }
    }

    /// Fails where the server brought nothing and there is nothing else to show.
    ///
    /// # Errors
    ///
    /// With its reason, as the only sentence about it.
    pub fn must_have_brought_all(&self) -> Result<(), Failure> {
        match self {
            Self::All | Self::Without(_) => Ok(()),
            Self::Denied(why) | Self::Anew(why) | Self::Away(why) => {
                Err(Failure::refused(format!(
                    "nothing of this workspace is here yet, and the server gave nothing: {why}"
                )))
            }
        }
    }
}

/// Takes what the server has and gives it what waits. Without an answer the
/// command goes on with what is here; saying so is left to the caller.
///
/// # Errors
///
/// What will not pass by itself and is not the server's.
pub async fn in_touch(sync: &Replica) -> color_eyre::Result<Touch> {
    match tokio::time::timeout(TOUCH, sync.settle()).await {
        Ok(Ok(settled)) if settled.refused > 0 => Ok(Touch::Without(settled.refused)),
        Ok(Ok(_)) => Ok(Touch::All),
        Ok(Err(error)) if error.may_pass() => Ok(Touch::Away(error.to_string())),
        // What is here can be read, and kept, whatever the server says.
        Ok(Err(SyncError::Remote(error))) => Ok(Touch::Denied(error.to_string())),
        Ok(Err(error @ SyncError::MadeAnew { .. })) => Ok(Touch::Anew(error.to_string())),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => {
            let why = format!("{} does not answer in time", sync.server());
            Ok(Touch::Away(why))
        }
    }
}

/// Keeps a copy and its server the same while `work` goes on; without a server
/// there is nothing to keep.
///
/// # Errors
///
/// As `work`; or what stands in the way of the copy and will not pass.
pub async fn in_touch_during<T>(
    sync: Option<&Replica>,
    seen: &watch::Sender<Seen>,
    work: impl Future<Output = color_eyre::Result<T>>,
) -> color_eyre::Result<T> {
    let never = CancellationToken::new();
    let keep = async {
        match sync {
            Some(sync) => sync.run(seen, &never).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        done = work => done,
        ended = keep => Err(ended.err().map_or_else(|| eyre!("the server was let go"), Into::into)),
    }
}
