//! One message out, one message in, of a session that exists.

use super::{Opening, Session, SessionId};
use crate::MessageId;
use crate::ratchet::{KeyWindow, RatchetError, RatchetHeader, open};
use crate::store::Store;
use core::fmt;
use rand_core::CryptoRng;

/// What came of reading a message in a session.
#[derive(Clone, PartialEq, Eq)]
pub struct ReadInSession {
    /// The plaintext.
    pub plaintext: Vec<u8>,
    /// Whether its key was kept: the message is one that was skipped, or it came once more.
    pub kept_key: bool,
}

/// Shows how long the plaintext is, not what it says.
impl fmt::Debug for ReadInSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadInSession")
            .field("plaintext", &format_args!("{} bytes", self.plaintext.len()))
            .field("kept_key", &self.kept_key)
            .finish()
    }
}

/// Why a message was not read in a session.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError<E> {
    /// There is no such session.
    #[error("no session of this name is stored")]
    NoSession,
    /// The ratchet refuses the message; nothing has changed.
    #[error(transparent)]
    Ratchet(#[from] RatchetError),
    /// The store failed; roll back.
    #[error("the store of sessions failed: {0}")]
    Store(E),
}

/// Encrypts the next message of session `id` at `now_ns` and stores the session; none if there is
/// no such session, or its chain is full.
///
/// # Errors
///
/// If the store fails; then roll back, and nothing may leave.
pub fn encrypt_in_session<S: Store>(
    store: &mut S,
    id: &SessionId,
    plaintext: &[u8],
    now_ns: i64,
) -> Result<Option<(RatchetHeader, Vec<u8>)>, S::Error> {
    let Some(mut session) = store.session(id)? else {
        return Ok(None);
    };
    let Some(sealed) = session.ratchet.encrypt(plaintext) else {
        return Ok(None);
    };
    session.used_ns = now_ns;
    store.put_session(id, &session)?;
    Ok(Some(sealed))
}

/// Decrypts a message of session `id` at `now_ns`. Its key stays until `message` is confirmed with
/// [`Store::confirm_message`], so a message that comes again is read again.
///
/// # Errors
///
/// [`ReadError`]. Unless the store failed, nothing has changed.
pub fn decrypt_in_session<S: Store>(
    store: &mut S,
    id: &SessionId,
    header: &RatchetHeader,
    ciphertext: &[u8],
    message: &MessageId,
    now_ns: i64,
    rng: &mut impl CryptoRng,
) -> Result<ReadInSession, ReadError<S::Error>> {
    let session = store.session(id).map_err(ReadError::Store)?;
    let session = session.ok_or(ReadError::NoSession)?;
    let sealed = Sealed {
        header,
        ciphertext,
        message,
    };
    decrypt_with(store, id, session, &sealed, now_ns, rng)
}

/// A message of a session, as it came.
pub(crate) struct Sealed<'a> {
    pub(crate) header: &'a RatchetHeader,
    pub(crate) ciphertext: &'a [u8],
    pub(crate) message: &'a MessageId,
}

/// [`decrypt_in_session`], for who has read `session` from the store already.
pub(crate) fn decrypt_with<S: Store>(
    store: &mut S,
    id: &SessionId,
    mut session: Session,
    sealed: &Sealed<'_>,
    now_ns: i64,
    rng: &mut impl CryptoRng,
) -> Result<ReadInSession, ReadError<S::Error>> {
    let Sealed {
        header,
        ciphertext,
        message,
    } = *sealed;
    let kept = store.message_key(id, &header.key, header.n);
    if let Some(key) = kept.map_err(ReadError::Store)? {
        let plaintext = open(&key.key, header, ciphertext).map_err(RatchetError::from)?;
        store
            .link_message(message, id, &header.key, header.n)
            .map_err(ReadError::Store)?;
        // A session that is on its way out is still in use, if only by messages that came late.
        if session.superseded_ns.is_some() && session.used_ns < now_ns {
            session.used_ns = now_ns;
            store.put_session(id, &session).map_err(ReadError::Store)?;
        }
        return Ok(ReadInSession {
            plaintext,
            kept_key: true,
        });
    }
    let mut read = session.ratchet.decrypt(header, ciphertext, rng)?;
    session.ratchet = read.ratchet;
    if session.opening == Opening::Unanswered {
        session.opening = Opening::Answered;
    }
    session.used_ns = now_ns;
    if let Some(own) = read.keys.last_mut() {
        own.message = Some(*message);
    }
    let window = KeyWindow::after(session.ratchet.keys_made());
    store
        .put_session(id, &session)
        .and_then(|()| store.put_message_keys(id, &read.keys, window))
        .map_err(ReadError::Store)?;
    Ok(ReadInSession {
        plaintext: read.plaintext,
        kept_key: false,
    })
}
