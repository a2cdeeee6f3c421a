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
        let values = Values::new(turn.transaction);
        let known = values.get(INSTALLATION)?;
        let known = known.and_then(|bytes| String::from_utf8(bytes).ok());
        let installation = match known {
            Some(text) => InstallationId::from(text.as_str()),
            None => {
                let fresh = InstallationId::random(&mut turn.rng);
                values.set(INSTALLATION, fresh.as_bytes())?;
                fresh
            }
        };
        let key = *identity.chat_key();
        Ok(Self {
            key,
            person: Person::from(*identity.profile().public_key()),
            endpoint: Endpoint::new(&key, installation, settings),
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
