//! The thread itself.

use super::batch::Batch;
use super::guarded::GuardedMessenger;
use super::inbox::Work;
use super::{Inbox, Orders, Reply};
use crate::Chat;
use crate::account::Identity;
use crate::data_folder::DataFolder;
use crate::messenger::{MessengerError, MessengerEvent, Settings, Turn};
use crate::node::clock::now_ms;
use crate::node::event::NodeEvent;
use crate::node::stats::DeskCounts;
use crate::storage::{Database, StorageError};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

/// How long a transaction collects work at most: what is done waits that long for its commit.
const MAX_TURN: Duration = Duration::from_millis(50);

/// Arrivals that are worked off after calls and before their answers, so that a busy application does
/// not keep everybody's messages waiting.
const ARRIVALS_AFTER_CALLS: usize = 8;

/// Orders that may wait for the node's task, which is not slow.
const ORDERS: usize = 16;

/// What a desk is started with.
pub(in crate::node) struct Desk {
    /// None for one in memory.
    pub(in crate::node) database: Option<Database>,
    /// The data folder that the database is in, if the node is to keep it locked.
    pub(in crate::node) folder: Option<DataFolder>,
    pub(in crate::node) identity: Option<Arc<Identity>>,
    pub(in crate::node) settings: Settings,
    /// Chats to be joined before anything arrives.
    pub(in crate::node) chats: Vec<Chat>,
    pub(in crate::node) events: mpsc::Sender<NodeEvent>,
}

/// A desk at work.
pub(in crate::node) struct Started {
    pub(in crate::node) inbox: Arc<Inbox>,
    pub(in crate::node) orders: mpsc::Receiver<Orders>,
    pub(in crate::node) counts: Arc<DeskCounts>,
    /// Ends once the inbox is closed and empty.
    pub(in crate::node) thread: std::thread::JoinHandle<()>,
}

/// Why a desk did not start.
#[derive(Debug, thiserror::Error)]
pub(in crate::node) enum StartError {
    /// The system gives no thread.
    #[error(transparent)]
    Thread(std::io::Error),
    /// The database does not open, or the messenger does not load from it, or a chat cannot be joined.
    #[error(transparent)]
    Messenger(#[from] MessengerError),
}

/// Loads the messenger on a thread of its own. The first orders say what it listens to.
///
/// # Errors
///
/// [`StartError`].
pub(in crate::node) async fn start(desk: Desk) -> Result<Started, StartError> {
    let inbox = Arc::new(Inbox::default());
    let counts = Arc::new(DeskCounts::default());
    let (orders, orders_queue) = mpsc::channel(ORDERS);
    let (ready, loaded) = oneshot::channel();
    let shared = (Arc::clone(&inbox), Arc::clone(&counts), orders);
    let thread = std::thread::Builder::new()
        .name("messenger".into())
        .spawn(move || match Clerk::load(desk, shared) {
            Ok(mut clerk) => {
                // Whoever started it may have given up: then the inbox is closed.
                let _ = ready.send(Ok(()));
                clerk.run();
            }
            Err(error) => drop(ready.send(Err(error))),
        })
        .map_err(StartError::Thread)?;
    loaded.await.unwrap_or(Err(MessengerError::Stale))?;
    Ok(Started {
        inbox,
        orders: orders_queue,
        counts,
        thread,
    })
}

/// The messenger and its database.
struct Clerk {
    database: Database,
    /// Unlocked after the database is closed: fields are dropped in this order.
    _folder: Option<DataFolder>,
    guarded: GuardedMessenger,
    inbox: Arc<Inbox>,
    orders: mpsc::Sender<Orders>,
    events: mpsc::Sender<NodeEvent>,
    counts: Arc<DeskCounts>,
}

impl Clerk {
    fn load(
        desk: Desk,
        (inbox, counts, orders): (Arc<Inbox>, Arc<DeskCounts>, mpsc::Sender<Orders>),
    ) -> Result<Self, MessengerError> {
        let database = match desk.database {
            Some(database) => database,
            None => Database::in_memory()?,
        };
        let mut clerk = Self {
            database,
            _folder: desk.folder,
            guarded: GuardedMessenger::new(desk.identity, desk.settings, Arc::clone(&counts)),
            inbox,
            orders,
            events: desk.events,
            counts,
        };
        let mut batch = Batch::default();
        let transaction = clerk.database.transaction()?;
        let mut rng = rand::rng();
        let mut turn = Turn {
            transaction: &transaction,
            now_ms: now_ms(),
            rng: &mut rng,
        };
        let messenger = clerk.guarded.load(&mut turn, &mut batch)?;
        for chat in &desk.chats {
            messenger.join(&mut turn, chat)?;
        }
        messenger.finish(&mut turn)?;
        transaction.commit().map_err(StorageError::from)?;
        batch.collect(messenger);
        clerk.give_out(batch);
        Ok(clerk)
    }

    fn run(&mut self) {
        while self.inbox.wait(self.due()) {
            let mut batch = Batch::default();
            match self.transact(&mut batch) {
                Ok(()) => self.give_out(batch),
                Err(error) => {
                    tracing::error!(%error, "the database fails; nothing of this turn was kept");
                    self.guarded.forget();
                    self.counts.lose(batch.envelopes);
                    if batch.is_untouched() {
                        // Not even begun: whoever is next is told so, instead of trying for ever.
                        drop(self.inbox.next());
                    }
                    let reason = error.to_string();
                    for reply in batch.replies {
                        reply.fail(reason.clone());
                    }
                }
            }
        }
    }

    /// When the messenger wants to be woken.
    fn due(&self) -> Option<u64> {
        match self.inbox.is_congested() {
            true => None,
            false => self.guarded.messenger()?.poll_timeout(),
        }
    }

    /// One transaction: what is due, calls, arrivals.
    fn transact(&mut self, batch: &mut Batch) -> Result<(), MessengerError> {
        let due = self.due();
        let transaction = self.database.transaction()?;
        let mut rng = rand::rng();
        let mut turn = Turn {
            transaction: &transaction,
            now_ms: now_ms(),
            rng: &mut rng,
        };
        self.guarded.load(&mut turn, batch)?;
        let begun = Instant::now();
        if due.is_some_and(|due| due <= turn.now_ms) {
            self.guarded.run(&mut turn, batch, Work::Timeout)?;
        }
        let mut after_calls = 0;
        while begun.elapsed() < MAX_TURN {
            let answering = !batch.replies.is_empty();
            let work = match answering && !self.inbox.has_calls() {
                // Somebody waits for an answer.
                true if after_calls == ARRIVALS_AFTER_CALLS => break,
                true => {
                    after_calls += 1;
                    self.inbox.next_arrival().map(Work::Arrival)
                }
                false => self.inbox.next(),
            };
            let Some(work) = work else {
                break;
            };
            turn.now_ms = now_ms();
            self.guarded.run(&mut turn, batch, work)?;
        }
        let messenger = self.guarded.load(&mut turn, batch)?;
        messenger.finish(&mut turn)?;
        transaction.commit().map_err(StorageError::from)?;
        batch.collect(messenger);
        Ok(())
    }

    /// What was committed leaves.
    fn give_out(&mut self, mut batch: Batch) {
        for event in batch.events {
            if let MessengerEvent::Ledger { message, entry } = &event {
                self.guarded.notice(message, entry);
            }
            let is_message = matches!(event, MessengerEvent::Message(_));
            match self.events.try_send(NodeEvent::from(event)) {
                Ok(()) if is_message => self.counts.shown(),
                // Nobody listens, by choice.
                Err(mpsc::error::TrySendError::Closed(_)) if is_message => self.counts.shown(),
                Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => {}
                Err(mpsc::error::TrySendError::Full(_)) => self.counts.lag(is_message),
            }
        }
        batch.orders.generation = self.guarded.generation();
        if batch.orders.changes_subscriptions() {
            batch.orders.replies = batch.replies;
        } else {
            batch.replies.into_iter().for_each(Reply::give);
        }
        if !batch.orders.is_empty() {
            // The node's task ends before this thread does: then nobody is to be told any more.
            let _ = self.orders.blocking_send(batch.orders);
        }
    }
}
