//! Methods as work of the messenger: the same for a call through the socket, for a node of one's own and
//! for a database that no node has open.

use super::error::{RpcError, code};
use super::methods::Method;
use crate::messenger::{Messenger, MessengerError, Turn};

/// A method that the messenger answers.
pub trait Operation: Method + 'static {
    /// Whether it makes sense without the database of the account: a node whose account is locked has
    /// another one, in memory, where nothing of the account is.
    const WHILE_LOCKED: bool = false;

    /// Does it.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<Self::Answer, Refusal>;
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The messenger says why.
    #[error(transparent)]
    Messenger(#[from] MessengerError),
    /// What is asked for makes no sense here. Nothing has changed.
    #[error(transparent)]
    Call(#[from] RpcError),
}

/// What came of an operation, as the messenger's own thread wants it: the outer error is one after which its transaction may have
/// to be rolled back.
pub(super) fn perform<T>(done: Result<T, Refusal>) -> Result<Result<T, RpcError>, MessengerError> {
    match done {
        Ok(answer) => Ok(Ok(answer)),
        Err(Refusal::Call(error)) => Ok(Err(error)),
        Err(Refusal::Messenger(error)) => Err(error),
    }
}

impl From<&MessengerError> for RpcError {
    fn from(error: &MessengerError) -> Self {
        let code = match error {
            MessengerError::Storage(_) | MessengerError::Stale => code::STORAGE,
            MessengerError::NoIdentity => code::NO_ACCOUNT,
            MessengerError::UnknownChat(_)
            | MessengerError::UnknownDevice
            | MessengerError::NoPairing => code::UNKNOWN,
            _ => code::REFUSED,
        };
        Self::new(code, error)
    }
}

impl From<Refusal> for RpcError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Messenger(error) => Self::from(&error),
            Refusal::Call(error) => error,
        }
    }
}
