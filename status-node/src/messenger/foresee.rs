//! What a message would leave as, without sending it.

use super::{Messenger, MessengerError, Outbound, Text, Turn};
use crate::Chat;
use crate::coupling::Channel;
use crate::pipeline::envelope_size;
use crate::storage::StorageError;
use status_whisper::Topic;

/// An envelope that a message would leave in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreseen {
    /// Its topic.
    pub topic: Topic,
    /// What the topic belongs to, as far as it can be told; none of the topic of two people.
    pub channel: Option<Channel>,
    /// Its size in bytes ([`Envelope::size`](status_whisper::Envelope::size)).
    pub size: usize,
}

impl Messenger {
    /// The envelopes that a text would leave in now, those for one's own other devices included. It is
    /// rehearsed whole, by another messenger on the same database, and undone: nothing is sent, and no key
    /// of a session is used up. The random parts would be others when it is sent, the sizes and topics the
    /// same.
    ///
    /// # Errors
    ///
    /// Those of [`send_text`](Self::send_text).
    pub fn foresee(
        &self,
        turn: &mut Turn<'_>,
        chat: &Chat,
        text: impl Into<Text>,
    ) -> Result<Vec<Foreseen>, MessengerError> {
        let transaction = turn.transaction;
        let point = |statement| {
            let done = transaction.execute_batch(statement);
            done.map_err(StorageError::from)
        };
        point("SAVEPOINT rehearsal")?;
        let rehearsed = self.rehearse(turn, chat, text.into());
        point("ROLLBACK TO rehearsal; RELEASE rehearsal")?;
        let account = self.account()?;
        let outbounds = rehearsed?;
        let foreseen = outbounds
            .into_iter()
            .map(|Outbound { route, payload, .. }| Foreseen {
                topic: route.topic,
                channel: match (chat.public_name(), route.key.person()) {
                    (Some(name), _) => Some(Channel::Public(name.into())),
                    (None, Some(person)) => Some(Channel::Partitioned(*person)),
                    (None, None) => None,
                },
                size: envelope_size(&payload, account.key(), &route),
            });
        Ok(foreseen.collect())
    }

    /// What a text makes leave, beside what would leave anyway.
    fn rehearse(
        &self,
        turn: &mut Turn<'_>,
        chat: &Chat,
        text: Text,
    ) -> Result<Vec<Outbound>, MessengerError> {
        let mut other = Self::with_account(turn, self.account.clone(), self.settings.clone())?;
        other.handle_timeout(turn)?;
        other.finish(turn)?;
        while other.poll_outbound().is_some() {}
        other.send_text(turn, chat, text)?;
        other.finish(turn)?;
        Ok(std::iter::from_fn(|| other.poll_outbound()).collect())
    }
}
