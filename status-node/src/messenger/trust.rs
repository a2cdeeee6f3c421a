//! Trust on first use: whose key was seen, on which devices, and what the user thinks of it.
//!
//! A key is remembered when its owner's first message comes, and so is each device that it names; both
//! are reported once. Names that the user gives are labels of keys: who is called the same as somebody
//! else is reported, since that is what an impostor would look like.

use super::{Arrived, Messenger, MessengerError, MessengerEvent, Turn};
use secp256k1::PublicKey;
use status_conversational_security::InstallationId;
use status_conversational_security::trust::{
    SafetyNumber, SqliteStore, Standing, Trust, TrustError, TrustEvent,
};
use std::collections::BTreeMap;

/// How many senders are remembered in memory as noted lately, so that a conversation does not look them
/// up for each message.
const NOTED: usize = 1_024;

/// For how long, in ms: the records are kept to the hour.
const NOTED_FOR_MS: u64 = 3_600_000;

/// Bytes that a label may have; a longer alias is none.
const MAX_LABEL: usize = status_conversational_security::trust::MAX_LABEL;

type Sender = ([u8; 33], Option<InstallationId>);

/// Who was noted when, in ms.
#[derive(Debug, Default)]
pub(super) struct Noted(BTreeMap<Sender, u64>);

impl Noted {
    /// Whether a sender was noted lately; is from now on.
    fn was(&mut self, sender: Sender, now_ms: u64) -> bool {
        if let Some(at_ms) = self.0.get(&sender)
            && now_ms.abs_diff(*at_ms) < NOTED_FOR_MS
        {
            return true;
        }
        if self.0.len() >= NOTED {
            self.0.clear();
        }
        self.0.insert(sender, now_ms);
        false
    }
}

impl Messenger {
    /// The user compared the safety number with the owner of a key, and it was the same.
    ///
    /// # Errors
    ///
    /// If the database fails, or there are too many judgements.
    pub fn verify_key(
        &mut self,
        turn: &mut Turn<'_>,
        person: &PublicKey,
    ) -> Result<(), MessengerError> {
        let mut trust = Trust::new(SqliteStore::new(turn.transaction)?);
        trust.verify(person, turn.now_ms).map_err(failed)?;
        self.report(MessengerEvent::Contact(*person));
        Ok(())
    }

    /// The user does not trust a key any more.
    ///
    /// # Errors
    ///
    /// As [`verify_key`](Self::verify_key).
    pub fn revoke_key(
        &mut self,
        turn: &mut Turn<'_>,
        person: &PublicKey,
    ) -> Result<(), MessengerError> {
        let mut trust = Trust::new(SqliteStore::new(turn.transaction)?);
        let event = trust.revoke(person, turn.now_ms).map_err(failed)?;
        self.report_trust(event);
        self.report(MessengerEvent::Contact(*person));
        Ok(())
    }

    /// How far a key is to be trusted.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn standing(
        &self,
        turn: &Turn<'_>,
        person: &PublicKey,
    ) -> Result<Standing, MessengerError> {
        let trust = Trust::new(SqliteStore::new(turn.transaction)?);
        trust.standing(person).map_err(failed)
    }

    /// The safety number of the account and a person, which both see the same.
    ///
    /// # Errors
    ///
    /// If there is no account.
    pub fn safety_number(&self, person: &PublicKey) -> Result<SafetyNumber, MessengerError> {
        Ok(SafetyNumber::of(self.account()?.public(), person))
    }

    /// Remembers a key on its first use, and a device, and says so.
    pub(super) fn note_identity(
        &mut self,
        turn: &mut Turn<'_>,
        arrived: &Arrived,
    ) -> Result<(), MessengerError> {
        if self.is_me(&arrived.author) {
            return Ok(());
        }
        // The installation is that of who signed the envelope; the author may be somebody else.
        let is_sender = arrived.author == arrived.transport_signer;
        let installation = arrived.installation.as_ref();
        let installation = installation.filter(|id| is_sender && !id.as_str().is_empty());
        let sender = (arrived.author.serialize(), installation.cloned());
        if self.noted.was(sender, turn.now_ms) {
            return Ok(());
        }
        let mut trust = Trust::new(SqliteStore::new(turn.transaction)?);
        let installation = installation.map(InstallationId::as_str);
        match trust.handle_identity(&arrived.author, installation, turn.now_ms) {
            Ok(event) => self.report_trust(event),
            Err(TrustError::Store(error)) => return Err(error.into()),
            // An id that is too long for the records says nothing worth remembering.
            Err(_) => {}
        }
        Ok(())
    }

    /// The user called somebody by a name. Who has it already keeps it.
    pub(super) fn note_alias(
        &mut self,
        turn: &mut Turn<'_>,
        person: &PublicKey,
        alias: &str,
    ) -> Result<(), MessengerError> {
        if !(1..=MAX_LABEL).contains(&alias.len()) {
            return Ok(());
        }
        let mut trust = Trust::new(SqliteStore::new(turn.transaction)?);
        match trust.handle_label(alias, person, turn.now_ms) {
            Ok(event) => self.report_trust(event),
            Err(TrustError::Store(error)) => return Err(error.into()),
            // There is no room: the name stands, without being watched over.
            Err(_) => {}
        }
        Ok(())
    }

    fn report_trust(&mut self, event: Option<TrustEvent>) {
        if let Some(event) = event {
            self.report(MessengerEvent::Trust(event));
        }
    }
}

fn failed(error: TrustError<status_conversational_security::trust::SqliteError>) -> MessengerError {
    match error {
        TrustError::Store(error) => error.into(),
        // Labels and installations are not passed here.
        TrustError::Full(limit) => MessengerError::Full { limit },
        TrustError::Label(_) | TrustError::Installation(_) => MessengerError::Stale,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_noted_once_an_hour_and_memory_is_bounded() {
        let mut noted = Noted::default();
        let sender = |byte: u8| ([byte; 33], Some(InstallationId::from("phone")));
        assert!(!noted.was(sender(1), 0));
        assert!(noted.was(sender(1), NOTED_FOR_MS - 1));
        assert!(!noted.was(([1; 33], None), 1));
        assert!(!noted.was(sender(1), NOTED_FOR_MS));
        for number in 0..3_000_u16 {
            let id = InstallationId::from(number.to_string().as_str());
            noted.was(([2; 33], Some(id)), 5);
            assert!(noted.0.len() <= NOTED);
        }
    }
}
