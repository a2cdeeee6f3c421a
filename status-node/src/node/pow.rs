//! Proof of work on threads of its own, so that it delays neither the network nor the runtime.

use status_whisper::{Envelope, Progress, Unsealed};
use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Messages that may wait for a thread. At 0.002 a message costs microseconds, so a full queue
/// means that the caller produces more than one can want.
const QUEUE: usize = 256;

/// Nonces tried between two looks at the clock and at whether anybody still wants the result:
/// some 20 ms of work.
const STEP: u64 = 1 << 16;

/// A pool of threads that search for nonces. Dropping it ends the threads once their step is done.
#[derive(Debug)]
pub(crate) struct PowPool {
    jobs: SyncSender<Job>,
}

#[derive(Debug)]
struct Job {
    unsealed: Unsealed,
    limit: Duration,
    reply: oneshot::Sender<Result<Envelope, PowError>>,
}

/// Why there is no envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PowError {
    /// The target was not reached in time.
    #[error("the proof of work was not found within {} ms", .0.as_millis())]
    TimeLimit(Duration),
    /// Too many messages wait already.
    #[error("{QUEUE} messages wait for their proof of work already")]
    Busy,
    /// The pool was stopped.
    #[error("the proof of work is given up: the node is stopping")]
    Stopped,
}

impl PowPool {
    /// Starts `threads` threads.
    pub(crate) fn start(threads: NonZeroUsize) -> std::io::Result<Self> {
        let (jobs, queue) = sync_channel::<Job>(QUEUE);
        let queue = Arc::new(Mutex::new(queue));
        for number in 0..threads.get() {
            let queue = Arc::clone(&queue);
            std::thread::Builder::new()
                .name(format!("pow-{number}"))
                .spawn(move || work(&queue))?;
        }
        Ok(Self { jobs })
    }

    /// Finds the nonce of `unsealed`, for at most `limit` from when a thread takes it up. Dropping
    /// the future cancels the search.
    pub(crate) fn seal(
        &self,
        unsealed: Unsealed,
        limit: Duration,
    ) -> impl Future<Output = Result<Envelope, PowError>> + Send + use<> {
        let (reply, result) = oneshot::channel();
        let queued = self.jobs.try_send(Job {
            unsealed,
            limit,
            reply,
        });
        async move {
            match queued {
                Err(TrySendError::Full(_)) => Err(PowError::Busy),
                Err(TrySendError::Disconnected(_)) => Err(PowError::Stopped),
                Ok(()) => result.await.unwrap_or(Err(PowError::Stopped)),
            }
        }
    }
}

fn work(queue: &Mutex<Receiver<Job>>) {
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match next {
            Ok(job) => job.run(),
            Err(_) => return,
        }
    }
}

impl Job {
    fn run(self) {
        let cancelled = AtomicBool::new(false);
        let Some(mut search) = self.unsealed.search() else {
            let _ = self.reply.send(Ok(self.unsealed.with_nonce(0)));
            return;
        };
        let end = Instant::now() + self.limit;
        let result = loop {
            if self.reply.is_closed() {
                return;
            }
            match search.run(STEP, &cancelled) {
                Progress::Found(nonce) => break Ok(self.unsealed.with_nonce(nonce)),
                _ if Instant::now() >= end => break Err(PowError::TimeLimit(self.limit)),
                _ => {}
            }
        };
        // Nobody waits any more: then nobody needs to know.
        let _ = self.reply.send(result);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use status_whisper::{MessageBuilder, Recipient, SymmetricKey, Topic, Work};

    fn unsealed(pow: f64) -> Unsealed {
        let key = SymmetricKey::new([1; 32]);
        MessageBuilder::new(Topic([1, 2, 3, 4]), b"hello")
            .ttl(15)
            .work(Work::Target(pow))
            .encrypt(Recipient::Symmetric(&key), 1_000_000, &mut rand::rng())
            .unwrap()
    }

    fn pool(threads: usize) -> PowPool {
        PowPool::start(NonZeroUsize::new(threads).unwrap()).unwrap()
    }

    #[tokio::test]
    async fn the_target_of_the_messenger_is_reached() {
        let envelope = pool(1)
            .seal(unsealed(0.002), Duration::from_secs(5))
            .await
            .unwrap();
        assert!(envelope.pow() >= 0.002);
    }

    #[tokio::test]
    async fn an_absurd_target_ends_at_the_limit() {
        let limit = Duration::from_millis(1);
        let result = pool(1).seal(unsealed(1e15), limit).await;
        assert_eq!(result, Err(PowError::TimeLimit(limit)));
    }

    #[tokio::test]
    async fn a_dropped_search_frees_its_thread() {
        let pool = pool(1);
        drop(pool.seal(unsealed(1e15), Duration::from_secs(3600)));
        pool.seal(unsealed(0.002), Duration::from_secs(5))
            .await
            .unwrap();
    }
}
