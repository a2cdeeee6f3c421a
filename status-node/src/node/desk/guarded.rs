//! The messenger in its transactions: what fails in the middle of one is undone alone, on disk and in
//! memory. It has no thread and no clock.

use super::batch::Batch;
use super::inbox::Work;
use super::{Arrival, Ran, Watchers};
use crate::account::Identity;
use crate::messenger::{LedgerEntry, Messenger, MessengerError, Settings, TransportReport, Turn};
use crate::node::stats::DeskCounts;
use rusqlite::Transaction;
use status_payload::MessageId;
use std::sync::Arc;

/// The messenger, and what it is loaded with.
pub(crate) struct GuardedMessenger {
    identity: Option<Arc<Identity>>,
    settings: Settings,
    /// None after the database failed: then it is loaded anew before anything else.
    messenger: Option<Messenger>,
    /// How often it was loaded.
    generation: u64,
    watchers: Watchers,
    counts: Arc<DeskCounts>,
}

impl GuardedMessenger {
    pub(crate) fn new(
        identity: Option<Arc<Identity>>,
        settings: Settings,
        counts: Arc<DeskCounts>,
    ) -> Self {
        Self {
            identity,
            settings,
            messenger: None,
            generation: 0,
            watchers: Watchers::default(),
            counts,
        }
    }

    /// The messenger as it is.
    pub(crate) fn messenger(&self) -> Option<&Messenger> {
        self.messenger.as_ref()
    }

    /// Forgets the messenger, which is ahead of the database.
    pub(crate) fn forget(&mut self) {
        self.messenger = None;
    }

    /// How often it was loaded.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Somebody may wait for what became of a message.
    pub(super) fn notice(&mut self, message: &MessageId, entry: &LedgerEntry) {
        self.watchers.notice(message, entry);
    }

    /// The messenger, loaded if need be.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub(crate) fn load(
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
    pub(crate) fn run(
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
    use super::super::{Call, Done, Reply};
    use super::*;
    use crate::storage::Database;
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
        let identity = Arc::new(Identity::from_secret_key(key));
        let mut guarded =
            GuardedMessenger::new(Some(identity), Settings::default(), Arc::default());
        let mut database = Database::in_memory().unwrap();
        let transaction = database.transaction().unwrap();
        let mut rng = rand::rng();
        let mut turn = Turn {
            transaction: &transaction,
            now_ms: 1_590_000_000_000,
            rng: &mut rng,
        };
        let mut batch = Batch::default();
        guarded.load(&mut turn, &mut batch).unwrap();
        let bob = SecretKey::from_byte_array([8; 32]).unwrap();
        let bob = crate::account::public_key(&bob);
        guarded.run(&mut turn, &mut batch, fails(bob)).unwrap();
        assert!(guarded.load(&mut turn, &mut batch).unwrap().data_sync(&bob));
        assert_eq!(guarded.generation, 2, "loaded from what the disk has");
        assert!(batch.orders.anew);
    }
}
