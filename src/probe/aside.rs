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

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn what_hangs_keeps_its_place_and_holds_up_nobody_who_quits() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let aside = Aside::new(1);
        let (release, hang) = mpsc::channel::<()>();
        let (started, running) = mpsc::channel();

        runtime.block_on(async {
            let hanging = aside.run(move || {
                started.send(()).ok();
                hang.recv().ok()
            });
            assert!(hanging.now_or_never().is_none());
            running.recv().unwrap();
            assert!(aside.run(|| "next").now_or_never().is_none());
        });
        drop(runtime);

        // Only now, so that the line above would wait for ever if it waited.
        drop(release);
    }

    #[tokio::test]
    async fn an_answer_comes_back_and_makes_room() {
        let aside = Aside::new(1);

        for round in 0..3 {
            assert_eq!(aside.run(move || round).await.unwrap(), round);
        }
    }

    #[tokio::test]
    async fn work_that_panics_is_an_error_and_makes_room() {
        let aside = Aside::new(1);

        let failed = aside.run(|| -> u8 { panic!("as asked") }).await;

        assert!(failed.is_err());
        assert_eq!(aside.run(|| 1).await.unwrap(), 1);
    }
}
