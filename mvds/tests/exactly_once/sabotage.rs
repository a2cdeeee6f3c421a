//! Defects on purpose, to show that the judge sees them.

use status_mvds::{Numbering, Payload, Transmit};
use std::collections::HashSet;

/// What is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sabotage {
    Nothing,
    /// As vacp2p/mvds with SQLite: a message that comes again is not acknowledged again.
    AcknowledgesOnce,
    /// Each message is sent to each peer once.
    NeverRepeats,
    /// What came is known until the next crash only.
    ForgetsWhatCame,
    /// Payloads leave before what they say is committed.
    SendsBeforeItCommits,
}

pub(crate) struct Saboteur {
    sabotage: Sabotage,
    sent: HashSet<(Vec<u8>, Vec<u8>)>,
}

impl Saboteur {
    pub(crate) fn new(sabotage: Sabotage) -> Self {
        Self {
            sabotage,
            sent: HashSet::new(),
        }
    }

    pub(crate) fn forgets_what_came(&self) -> bool {
        self.sabotage == Sabotage::ForgetsWhatCame
    }

    pub(crate) fn sends_before_it_commits(&self) -> bool {
        self.sabotage == Sabotage::SendsBeforeItCommits
    }

    /// The payload as it leaves.
    pub(crate) fn tamper(
        &mut self,
        transmit: &Transmit,
        numbering: Numbering,
    ) -> Option<bytes::Bytes> {
        let bytes = &transmit.payload;
        if !matches!(
            self.sabotage,
            Sabotage::AcknowledgesOnce | Sabotage::NeverRepeats
        ) {
            return Some(bytes.clone());
        }
        let (mut payload, _) = Payload::decode(bytes.clone(), numbering).unwrap();
        let mut is_first = |id: &[u8]| {
            let peer = transmit.peer.as_ref().to_vec();
            self.sent.insert((peer, id.to_vec()))
        };
        if self.sabotage == Sabotage::AcknowledgesOnce {
            payload.acks.retain(|id| is_first(id));
        } else {
            payload.messages.retain(|message| is_first(&message.id().0));
        }
        (!payload.is_empty()).then(|| payload.encode(numbering))
    }
}
