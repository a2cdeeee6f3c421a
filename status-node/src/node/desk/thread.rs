//! The thread itself.

use super::batch::Batch;
use super::inbox::Work;
use super::{Arrival, Inbox, Orders, Ran, Reply, Watchers};
use crate::Chat;
use crate::account::Identity;
use crate::data_folder::DataFolder;
use crate::messenger::{
    Messenger, MessengerError, MessengerEvent, Settings, TransportReport, Turn,
};
use crate::node::clock::now_ms;
use crate::node::event::NodeEvent;
use crate::node::stats::DeskCounts;
use crate::storage::{Database, StorageError};
use rusqlite::Transaction;
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
    mind: Mind,
    inbox: Arc<Inbox>,
    orders: mpsc::Sender<Orders>,
    events: mpsc::Sender<NodeEvent>,
    counts: Arc<DeskCounts>,
}

/// The messenger, and what it is loaded with.
struct Mind {
    identity: Option<Arc<Identity>>,
    settings: Settings,
    /// None after the database failed: then it is loaded anew before anything else.
    messenger: Option<Messenger>,
    /// How often it was loaded.
    generation: u64,
    watchers: Watchers,
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
            mind: Mind {
                identity: desk.identity,
                settings: desk.settings,
                messenger: None,
                generation: 0,
                watchers: Watchers::default(),
                counts: Arc::clone(&counts),
            },
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
        let messenger = clerk.mind.load(&mut turn, &mut batch)?;
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
                    self.mind.messenger = None;
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
            false => self.mind.messenger.as_ref()?.poll_timeout(),
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
        self.mind.load(&mut turn, batch)?;
        let begun = Instant::now();
        if due.is_some_and(|due| due <= turn.now_ms) {
            self.mind.run(&mut turn, batch, Work::Timeout)?;
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
            self.mind.run(&mut turn, batch, work)?;
        }
        let messenger = self.mind.load(&mut turn, batch)?;
        messenger.finish(&mut turn)?;
        transaction.commit().map_err(StorageError::from)?;
        batch.collect(messenger);
        Ok(())
    }

    /// What was committed leaves.
    fn give_out(&mut self, mut batch: Batch) {
        for event in batch.events {
            if let MessengerEvent::Ledger { message, entry } = &event {
                self.mind.watchers.notice(message, entry);
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
        batch.orders.generation = self.mind.generation;
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

impl Mind {
    /// The messenger, loaded if need be.
    fn load(
        &mut self,
        turn: &mut Turn<'_>,
        batch: &mut Batch,
    ) -> Result<&mut Messenger, MessengerError> {
        let loaded = match self.messenger.take() {
            Some(messenger) => messenger,
            None => {
                self.generation += 1;
                batch.anew();
                Messenger::load(turn, self.identity.as_deref(), self.settings.clone())?
            }
        };
        Ok(self.messenger.insert(loaded))
    }

    /// Does something. If that fails in the middle, only this is undone and the messenger loaded anew, in
    /// the same transaction: nobody else's work is lost by it, since what others have done and what is
    /// to be sent for it stands in the database.
    ///
    /// # Errors
    ///
    /// If the whole transaction is spoiled.
    fn run(
        &mut self,
        turn: &mut Turn<'_>,
        batch: &mut Batch,
        work: Work,
    ) -> Result<(), MessengerError> {
        let transaction = turn.transaction;
        point(transaction, "SAVEPOINT task")?;
        let before = transaction.total_changes();
        let ran = self.attempt(turn, batch, work);
        let changed = transaction.total_changes() != before;
        if transaction.is_autocommit() {
            // SQLite rolled back everything, as it does when the disk is full.
            return Err(MessengerError::Stale);
        }
        let undo = match ran {
            Ran::Done => false,
            // What is undone on disk is undone in memory: a ratchet must not be behind what it encrypted.
            Ran::Failed => changed,
            Ran::Spoiled => true,
        };
        if undo {
            point(transaction, "ROLLBACK TO task")?;
            self.messenger = None;
        }
        point(transaction, "RELEASE task")?;
        let messenger = self.load(turn, batch)?;
        batch.collect_events(messenger);
        Ok(())
    }

    fn attempt(&mut self, turn: &mut Turn<'_>, batch: &mut Batch, work: Work) -> Ran {
        let Some(messenger) = &mut self.messenger else {
            return Ran::Spoiled;
        };
        let result = match work {
            Work::Call(call) => {
                let done = (call.job)(messenger, turn, &mut self.watchers);
                batch.replies.push(done.reply);
                return done.ran;
            }
            Work::Timeout => messenger.handle_timeout(turn),
            Work::Arrival(Arrival::Envelope { channel, incoming }) => {
                batch.envelopes += 1;
                messenger.handle_envelope(turn, &channel, incoming)
            }
            Work::Arrival(Arrival::Report { generation, report }) => {
                if generation != self.generation && is_by_number(&report) {
                    // Of a number that means something else now. What it was sent for is sent again.
                    return Ran::Done;
                }
                messenger.handle_transport(turn, report)
            }
        };
        match result {
            Ok(()) => Ran::Done,
            Err(error) => {
                tracing::error!(%error, "the messenger fails; what it was at is undone");
                self.counts.fail();
                if error.spoils() {
                    Ran::Spoiled
                } else {
                    Ran::Failed
                }
            }
        }
    }
}

fn is_by_number(report: &TransportReport) -> bool {
    matches!(
        report,
        TransportReport::Sealed { .. } | TransportReport::Failed { .. }
    )
}

fn point(transaction: &Transaction<'_>, statement: &str) -> Result<(), MessengerError> {
    transaction.prepare_cached(statement)?.execute([])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Call, Done};
    use super::*;
    use secp256k1::SecretKey;
    use tokio::sync::Semaphore;

    /// A call that chooses something about a person, and fails then.
    fn fails(person: secp256k1::PublicKey) -> Work {
        let room = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        let job = Box::new(
            move |messenger: &mut Messenger, turn: &mut Turn<'_>, _: &mut Watchers| {
                messenger.set_data_sync(turn, &person, false).unwrap();
                Done {
                    ran: Ran::Failed,
                    reply: Reply::new(|_| {}),
                }
            },
        );
        Work::Call(Call { job, _room: room })
    }

    #[test]
    fn what_failed_is_undone_in_memory_as_on_disk() {
        let key = SecretKey::from_byte_array([7; 32]).unwrap();
        let mut mind = Mind {
            identity: Some(Arc::new(Identity::from_secret_key(key))),
            settings: Settings::default(),
            messenger: None,
            generation: 0,
            watchers: Watchers::default(),
            counts: Arc::default(),
        };
        let mut database = Database::in_memory().unwrap();
        let transaction = database.transaction().unwrap();
        let mut rng = rand::rng();
        let mut turn = Turn {
            transaction: &transaction,
            now_ms: 1_590_000_000_000,
            rng: &mut rng,
        };
        let mut batch = Batch::default();
        mind.load(&mut turn, &mut batch).unwrap();
        let bob = SecretKey::from_byte_array([8; 32]).unwrap();
        let bob = crate::account::public_key(&bob);
        mind.run(&mut turn, &mut batch, fails(bob)).unwrap();
        assert!(mind.load(&mut turn, &mut batch).unwrap().data_sync(&bob));
        assert_eq!(mind.generation, 2, "loaded from what the disk has");
        assert!(batch.orders.anew);
    }
}
