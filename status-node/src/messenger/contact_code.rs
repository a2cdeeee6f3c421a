//! One's own bundle, published for whoever knows the public key: some time after the start, then every
//! few hours. It is renewed there if it is more than a day old.

use super::outbox::Kind;
use super::{Messenger, MessengerError, Turn};
use crate::coupling::Channel;
use bytes::Bytes;
use status_conversational_security::SqliteStore;

impl Messenger {
    /// Publishes the contact code if it is time to.
    pub(super) fn publish_contact_code(
        &mut self,
        turn: &mut Turn<'_>,
    ) -> Result<(), MessengerError> {
        let Some(account) = self.account.clone() else {
            return Ok(());
        };
        if self.contact_code_ms.is_none_or(|due| due > turn.now_ms) {
            return Ok(());
        }
        let next = turn
            .now_ms
            .saturating_add(self.settings.contact_code_every_ms);
        self.contact_code_ms = Some(next);
        let channel = Channel::ContactCode(*account.public());
        let Some(route) = self.routes.of(turn.transaction, &channel)? else {
            return Ok(());
        };
        let mut store = SqliteStore::new(turn.transaction);
        let now_ns = turn.now_ns();
        let endpoint = account.endpoint();
        let code = endpoint.public_message(&mut store, Bytes::new(), now_ns, &mut turn.rng)?;
        let kind = Kind::ContactCode;
        Ok(self
            .outbox
            .put(turn.transaction, kind, next, route, code, Vec::new())?)
    }
}
