//! Who the messenger speaks for.

use crate::account::Identity;
use crate::storage::{Settings as Values, StorageError};
use secp256k1::{PublicKey, SecretKey};
use status_conversational_security::{Endpoint, InstallationId, Settings};
use status_payload::Person;
use std::fmt;

use super::Turn;

/// Where the id of this installation is remembered.
const INSTALLATION: &str = "installation";

/// The id of this installation, which is made if there is none.
pub(super) fn installation(turn: &mut Turn<'_>) -> Result<InstallationId, StorageError> {
    let known = Values::new(turn.transaction).get(INSTALLATION)?;
    let known = known.and_then(|bytes| String::from_utf8(bytes).ok());
    if let Some(text) = known {
        return Ok(InstallationId::from(text.as_str()));
    }
    let fresh = InstallationId::random(&mut turn.rng);
    set_installation(turn, &fresh)?;
    Ok(fresh)
}

/// Sets the id of this installation, before anything was sent as another.
pub(super) fn set_installation(
    turn: &Turn<'_>,
    installation: &InstallationId,
) -> Result<(), StorageError> {
    Values::new(turn.transaction).set(INSTALLATION, installation.as_bytes())
}

/// The account, on this installation.
pub(super) struct Account {
    key: SecretKey,
    person: Person,
    endpoint: Endpoint,
}

impl Account {
    /// The account with the installation id that stands in the database, or with a new one.
    pub(super) fn load(
        turn: &mut Turn<'_>,
        identity: &Identity,
        settings: Settings,
    ) -> Result<Self, StorageError> {
        let installation = installation(turn)?;
        let key = *identity.chat_key();
        let endpoint = Endpoint::new(&key, installation, settings);
        Ok(Self {
            key,
            person: Person::from(*identity.profile().public_key()),
            endpoint: endpoint.map_err(|_| StorageError::Damaged("the id of the installation"))?,
        })
    }

    /// The key that signs.
    pub(super) fn key(&self) -> &SecretKey {
        &self.key
    }

    /// The public key.
    pub(super) fn public(&self) -> &PublicKey {
        self.person.public_key()
    }

    /// The account as messages name it.
    pub(super) fn person(&self) -> &Person {
        &self.person
    }

    /// Conversational security of this installation.
    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// This installation.
    pub(super) fn installation(&self) -> &InstallationId {
        self.endpoint.installation()
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        self.key.non_secure_erase();
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("person", &self.person)
            .field("installation", self.installation())
            .finish_non_exhaustive()
    }
}
