//! Callers who wait for something to become of a message of their own.

use crate::messenger::{LedgerEntry, LedgerState};
use status_devp2p::NodeId;
use status_payload::MessageId;
use status_whisper::Hash;
use std::collections::HashMap;
use tokio::sync::oneshot;

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::node) enum Until {
    /// A first peer has it.
    Handed,
    /// Every device that it goes to acknowledged it.
    Acknowledged,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::node) enum Outcome {
    /// A first peer has it.
    Handed {
        /// In this envelope.
        envelope: Hash,
        /// Which.
        peer: NodeId,
    },
    /// Every device that it goes to acknowledged it.
    Acknowledged,
    /// It is not sent any more.
    Expired,
    /// It cannot be sent.
    Failed(String),
}

/// See the module's documentation. There are as many as there are callers; one who gave up is removed
/// with the next entry about his message, or when the next one comes.
#[derive(Debug, Default)]
pub(in crate::node) struct Watchers {
    waiting: HashMap<MessageId, Vec<Watcher>>,
}

#[derive(Debug)]
struct Watcher {
    until: Until,
    reply: oneshot::Sender<Outcome>,
}

impl Watchers {
    /// Waits for a message. To be called in the job that sends it, so that nothing is missed.
    pub(in crate::node) fn watch(
        &mut self,
        message: MessageId,
        until: Until,
        reply: oneshot::Sender<Outcome>,
    ) {
        self.waiting.retain(|_, watchers| {
            watchers.retain(|watcher| !watcher.reply.is_closed());
            !watchers.is_empty()
        });
        let watcher = Watcher { until, reply };
        self.waiting.entry(message).or_default().push(watcher);
    }

    /// An entry of the ledger was committed.
    pub(super) fn notice(&mut self, message: &MessageId, entry: &LedgerEntry) {
        let Some(watchers) = self.waiting.get_mut(message) else {
            return;
        };
        let mut rest = Vec::new();
        for watcher in watchers.drain(..) {
            match outcome(watcher.until, &entry.state) {
                // Whoever gave up waiting needs no answer.
                Some(outcome) => drop(watcher.reply.send(outcome)),
                None if watcher.reply.is_closed() => {}
                None => rest.push(watcher),
            }
        }
        *watchers = rest;
        if watchers.is_empty() {
            self.waiting.remove(message);
        }
    }
}

/// Whether this is what was waited for, or means that it will not come.
fn outcome(until: Until, state: &LedgerState) -> Option<Outcome> {
    match (state, until) {
        (LedgerState::Handed { envelope, peer }, Until::Handed) => Some(Outcome::Handed {
            envelope: *envelope,
            peer: *peer,
        }),
        (LedgerState::Acknowledged { remaining: 0, .. }, Until::Acknowledged) => {
            Some(Outcome::Acknowledged)
        }
        (LedgerState::Expired { .. }, _) => Some(Outcome::Expired),
        (LedgerState::Failed { reason }, _) => Some(Outcome::Failed(reason.clone())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(state: LedgerState) -> LedgerEntry {
        LedgerEntry { at_ms: 1, state }
    }

    #[test]
    fn each_waits_for_its_own_event_and_gets_no_other() {
        let mut watchers = Watchers::default();
        let id = MessageId::from([1; 32]);
        let (handed, mut handed_result) = oneshot::channel();
        let (acknowledged, mut acknowledged_result) = oneshot::channel();
        watchers.watch(id, Until::Handed, handed);
        watchers.watch(id, Until::Acknowledged, acknowledged);
        let (envelope, peer) = (Hash([2; 32]), NodeId([3; 64]));
        watchers.notice(&id, &entry(LedgerState::Queued));
        watchers.notice(&id, &entry(LedgerState::Sealed { envelope }));
        assert!(handed_result.try_recv().is_err());
        watchers.notice(&id, &entry(LedgerState::Handed { envelope, peer }));
        assert_eq!(
            handed_result.try_recv(),
            Ok(Outcome::Handed { envelope, peer })
        );
        assert!(acknowledged_result.try_recv().is_err());
        watchers.notice(&id, &entry(LedgerState::Expired { person: None }));
        assert_eq!(acknowledged_result.try_recv(), Ok(Outcome::Expired));
        assert!(watchers.waiting.is_empty());
    }

    #[test]
    fn who_gave_up_is_forgotten() {
        let mut watchers = Watchers::default();
        for number in 0..10 {
            let (reply, _) = oneshot::channel();
            watchers.watch(MessageId::from([number; 32]), Until::Handed, reply);
        }
        assert_eq!(watchers.waiting.len(), 1);
    }
}
