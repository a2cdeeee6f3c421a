//! What the account makes of foreign bytes, for explaining them. Messages are really decrypted in the
//! account's sessions, and all that this moves is taken back.

use super::account::Account;
use super::{Messenger, MessengerError, Turn, contacts, seen};
use crate::coupling::{Channel, Interest, Route};
use crate::storage::StorageError;
use rusqlite::Transaction;
use secp256k1::{PublicKey, SecretKey};
use status_conversational_security::{
    CompressedKey, Handled, Installation, InstallationId, Session, SessionId, SqliteStore, Store,
};
use status_payload::{MessageId, Person};
use std::cell::RefCell;
use std::sync::Arc;

/// The name of the point to which everything goes back.
const BEGIN: &str = "SAVEPOINT examination";

/// Goes back to it.
const END: &str = "ROLLBACK TO examination; RELEASE examination";

/// The account with its channels and sessions, as of a moment. Several messages can be read one after the
/// other, as if they came in; afterwards nothing of it has happened.
pub struct Examination<'t> {
    transaction: &'t Transaction<'t>,
    account: Arc<Account>,
    channels: Vec<(Interest, Channel, Route)>,
    now_ns: i64,
    failed: RefCell<Option<StorageError>>,
}

impl Messenger {
    /// Has `look` see what the account makes of bytes. Whatever it reads, the messenger and the database
    /// stay as they are.
    ///
    /// # Errors
    ///
    /// [`MessengerError::NoIdentity`] without an account, and if the database fails.
    pub fn examine<T>(
        &mut self,
        turn: &mut Turn<'_>,
        look: impl FnOnce(&Examination<'_>) -> T,
    ) -> Result<T, MessengerError> {
        let account = self.account()?;
        let storage = |error| MessengerError::from(StorageError::from(error));
        turn.transaction.execute_batch(BEGIN).map_err(storage)?;
        let seen = self.look(turn, account, look);
        // Also if it failed: what it read must not stay half read.
        turn.transaction.execute_batch(END).map_err(storage)?;
        seen
    }

    fn look<T>(
        &self,
        turn: &Turn<'_>,
        account: Arc<Account>,
        look: impl FnOnce(&Examination<'_>) -> T,
    ) -> Result<T, MessengerError> {
        let mut routes = super::Routes::default();
        let mut channels = Vec::new();
        for (interest, channel) in self.interests() {
            if let Some(route) = routes.of(turn.transaction, channel)? {
                channels.push((interest.clone(), channel.clone(), route));
            }
        }
        let examination = Examination {
            transaction: turn.transaction,
            account,
            channels,
            now_ns: turn.now_ns(),
            failed: RefCell::new(None),
        };
        let seen = look(&examination);
        match examination.failed.into_inner() {
            Some(error) => Err(error.into()),
            None => Ok(seen),
        }
    }
}

impl Examination<'_> {
    /// What the account listens to.
    pub fn channels(&self) -> &[(Interest, Channel, Route)] {
        &self.channels
    }

    /// Whose account it is.
    pub fn identity(&self) -> &PublicKey {
        self.account.public()
    }

    /// The account, as messages name it.
    pub fn person(&self) -> &Person {
        self.account.person()
    }

    /// This installation.
    pub fn installation(&self) -> &InstallationId {
        self.account.installation()
    }

    /// The key to which envelopes and messages for the account are encrypted.
    pub(crate) fn key(&self) -> &SecretKey {
        self.account.key()
    }

    /// Reads a message of conversational security that is from `from`, in the account's sessions; none if
    /// the database fails. It can be read again: it is not confirmed.
    pub fn read(&self, from: &PublicKey, message: bytes::Bytes, id: &[u8; 32]) -> Option<Handled> {
        let mut store = SqliteStore::new(self.transaction);
        let (endpoint, now_ns) = (self.account.endpoint(), self.now_ns);
        // Nothing that is drawn here is kept or leaves.
        let mut rng = rand::rng();
        let handled = endpoint.handle_message(&mut store, from, message, id, now_ns, &mut rng);
        self.noted(handled.map_err(StorageError::from))
    }

    /// The session that a message names, as it is before that is read.
    pub fn session(&self, from: &PublicKey, installation: &str, prekey: &[u8]) -> Option<Session> {
        let id = SessionId {
            identity: CompressedKey::from(from),
            installation: InstallationId::from(installation),
            prekey: CompressedKey::from_field(prekey)?,
        };
        let session = SqliteStore::new(self.transaction).session(&id);
        self.noted(session.map_err(StorageError::from))?
    }

    /// What is known of somebody's device.
    pub fn device(&self, person: &PublicKey, installation: &str) -> Option<Installation> {
        let identity = CompressedKey::from(person);
        let id = InstallationId::from(installation);
        let known = SqliteStore::new(self.transaction).installation(&identity, &id);
        self.noted(known.map_err(StorageError::from))?
    }

    /// Whether the account has blocked somebody.
    pub fn is_blocked(&self, person: &PublicKey) -> bool {
        self.noted(contacts::is_blocked(self.transaction, person))
            .unwrap_or_default()
    }

    /// Whether a message came before, or is one's own.
    pub fn came_before(&self, message: &MessageId) -> bool {
        self.noted(seen::is_known(self.transaction, message))
            .unwrap_or_default()
    }

    /// Keeps the first failure for [`Messenger::examine`] to report.
    fn noted<T>(&self, result: Result<T, StorageError>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.failed.borrow_mut().get_or_insert(error);
                None
            }
        }
    }
}

impl std::fmt::Debug for Examination<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Examination")
            .field("account", &self.account)
            .field("channels", &self.channels.len())
            .finish_non_exhaustive()
    }
}
