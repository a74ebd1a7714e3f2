//! What a screen asks of the file system, beside its loop: a folder on a file
//! server that is gone must not hold up the picture.

use color_eyre::eyre::{Report, eyre};
use tokio::task::JoinSet;

/// How many may be under way: more than anybody asks for while files are read
/// at all.
const MOST: usize = 8;

/// Work with files that is under way, and what it answers.
#[derive(Debug)]
pub(super) struct Aside<T>(JoinSet<T>);

impl<T> Default for Aside<T> {
    fn default() -> Self {
        Self(JoinSet::new())
    }
}

impl<T: Send + 'static> Aside<T> {
    /// Begins; `false` when too much is under way.
    pub(super) fn begin(&mut self, work: impl FnOnce() -> T + Send + 'static) -> bool {
        let has_room = self.0.len() < MOST;
        if has_room {
            self.0.spawn_blocking(work);
        }
        has_room
    }

    /// What is done next.
    ///
    /// # Errors
    ///
    /// When the work panicked.
    pub(super) async fn done(&mut self) -> Result<T, Report> {
        match self.0.join_next().await {
            Some(done) => done.map_err(|error| eyre!("a part of the program ended: {error}")),
            None => std::future::pending().await,
        }
    }
}
