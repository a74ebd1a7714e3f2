//! Work that may hang in the kernel or in libc, and can't be cancelled there:
//! look-ups, and questions to a file system on a dead server.
//!
//! It gets threads of its own. The runtime's would do, but quitting waits for
//! those, and nobody should wait for a dead file server in order to quit.

use std::{io, sync::Arc, thread};

use tokio::sync::{Semaphore, oneshot};

/// Threads for one sort of work; at most so many hang at the same time.
#[derive(Debug, Clone)]
pub(super) struct Aside {
    free: Arc<Semaphore>,
}

impl Aside {
    pub(super) fn new(most: usize) -> Self {
        Self {
            free: Arc::new(Semaphore::new(most)),
        }
    }

    /// Does `work` on a thread. While all of them hang, this waits: for the
    /// caller to bound, as the work itself.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        let place = Arc::clone(&self.free)
            .acquire_owned()
            .await
            .map_err(io::Error::other)?;
        let (answer, answered) = oneshot::channel();
        thread::Builder::new()
            .name("probe-aside".to_owned())
            .spawn(move || {
                let done = work();
                drop(place);
                // Nobody waits any more where the time was up.
                answer.send(done).ok();
            })?;
        answered.await.map_err(io::Error::other)
    }
}
