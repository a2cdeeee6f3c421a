//! The messenger's desk: the thread that owns the database and the messenger.
//!
//! Whoever wants something of the messenger puts it on the desk ([`Inbox`]): the application its calls,
//! the node's task the envelopes that came in and what became of those that went out. The thread works
//! off as much as lies there in one transaction of the database, commits it, and only then gives out
//! what is to be sent, reported and answered. Nobody waits for the disk but who asked for something.
//!
//! What it does with a transaction stands in `guarded`, which simulations use too.
//!
//! The application's calls overtake envelopes. When too many envelopes lie there the node's task reads no
//! more of the network, so that a flood slows whoever sends it.

mod batch;
mod guarded;
mod inbox;
mod thread;
mod watchers;

pub(crate) use batch::Batch;
pub(super) use batch::{Orders, Reply};
pub(crate) use guarded::GuardedMessenger;
pub(super) use inbox::Inbox;
pub(crate) use inbox::{Arrival, Work};
pub(super) use thread::{Desk, StartError, start};
pub(super) use watchers::{Outcome, Until, Watchers};

use super::handle::CallError;

use crate::messenger::{Messenger, MessengerError, Turn};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// Calls that may wait at the desk; beyond it the caller waits. They are worked off together, so a
/// longer queue would only delay the first.
const MAX_CALLS: usize = 64;

/// A call of the application.
pub(crate) struct Call {
    job: Job,
    /// Room in the queue.
    _room: OwnedSemaphorePermit,
}

type Job = Box<dyn FnOnce(&mut Messenger, &mut Turn<'_>, &mut Watchers) -> Done + Send>;

/// What a call came to, before it is committed.
pub(super) struct Done {
    ran: Ran,
    reply: Reply,
}

/// How something went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ran {
    /// Well.
    Done,
    /// It was refused, or failed after it may have done a part.
    Failed,
    /// Neither the messenger nor what it wrote can be trusted.
    Spoiled,
}

/// The application's end of the desk.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    inbox: Arc<Inbox>,
    room: Arc<Semaphore>,
}

impl Caller {
    pub(super) fn new(inbox: Arc<Inbox>) -> Self {
        Self {
            inbox,
            room: Arc::new(Semaphore::new(MAX_CALLS)),
        }
    }

    /// How much waits besides calls, and its bytes.
    pub(super) fn backlog(&self) -> (usize, usize) {
        self.inbox.load()
    }

    /// Runs `job` on the messenger's thread. Its result comes back once what it changed is committed and
    /// what it listens to is listened to. A future that is dropped before the job is queued takes it
    /// back; afterwards it is done all the same.
    ///
    /// What a job that fails has done is undone, on disk and in memory.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Messenger, &mut Turn<'_>, &mut Watchers) -> Result<T, MessengerError>
        + Send
        + 'static,
    ) -> Result<T, CallError> {
        let room = Arc::clone(&self.room);
        let room = room.acquire_owned().await;
        let room = room.map_err(|_| CallError::Stopped)?;
        let (answer, result) = oneshot::channel();
        let job = Box::new(
            move |messenger: &mut Messenger, turn: &mut Turn<'_>, watchers: &mut Watchers| {
                let value = job(messenger, turn, watchers);
                let ran = match &value {
                    Ok(_) => Ran::Done,
                    Err(error) if error.spoils() => Ran::Spoiled,
                    Err(_) => Ran::Failed,
                };
                Done {
                    ran,
                    reply: Reply::new(move |committed| {
                        let value = match committed {
                            Ok(()) => value.map_err(CallError::Messenger),
                            Err(reason) => Err(CallError::RolledBack(reason)),
                        };
                        // Nobody waits any more: then nobody needs to know.
                        let _ = answer.send(value);
                    }),
                }
            },
        );
        self.inbox.call(Call { job, _room: room })?;
        result
            .await
            .unwrap_or_else(|_| match self.inbox.is_closed() {
                true => Err(CallError::Stopped),
                false => Err(CallError::RolledBack("it fails altogether".into())),
            })
    }
}
