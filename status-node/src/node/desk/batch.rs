//! What one transaction brought, kept back until it is committed.

use crate::messenger::{Messenger, MessengerEvent, Outbound, SubscriptionChange};
use std::fmt;

/// The answer to a call.
pub(crate) struct Reply(Box<dyn FnOnce(Result<(), String>) + Send>);

impl Reply {
    pub(super) fn new(answer: impl FnOnce(Result<(), String>) + Send + 'static) -> Self {
        Self(Box::new(answer))
    }

    /// Answers.
    pub(in crate::node) fn give(self) {
        (self.0)(Ok(()));
    }

    /// Answers that nothing was done.
    pub(super) fn fail(self, reason: String) {
        (self.0)(Err(reason));
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reply")
    }
}

/// What the node's task is to do, in this order.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    /// The loading of the messenger that the numbers of the outbounds belong to.
    pub(crate) generation: u64,
    /// The messenger was loaded anew: what it listened to is forgotten.
    pub(crate) anew: bool,
    /// What is listened to from now on, and no longer.
    pub(crate) subscriptions: Vec<SubscriptionChange>,
    /// Answers that wait for that.
    pub(crate) replies: Vec<Reply>,
    /// What is sent.
    pub(crate) outbounds: Vec<Outbound>,
}

impl Orders {
    pub(super) fn changes_subscriptions(&self) -> bool {
        self.anew || !self.subscriptions.is_empty()
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.changes_subscriptions() && self.outbounds.is_empty()
    }
}

/// See the module's documentation.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) orders: Orders,
    pub(crate) events: Vec<MessengerEvent>,
    pub(super) replies: Vec<Reply>,
    /// Envelopes, to be counted if they are lost.
    pub(super) envelopes: u64,
}

impl Batch {
    /// Whether nothing was worked off.
    pub(super) fn is_untouched(&self) -> bool {
        self.replies.is_empty() && self.envelopes == 0
    }

    /// Takes what the messenger reports of something that is done.
    pub(super) fn collect_events(&mut self, messenger: &mut Messenger) {
        while let Some(event) = messenger.poll_event() {
            self.events.push(event);
        }
    }

    /// Takes all that the messenger has to give out, after the commit.
    pub(crate) fn collect(&mut self, messenger: &mut Messenger) {
        self.collect_events(messenger);
        while let Some(change) = messenger.poll_subscription() {
            self.orders.subscriptions.push(change);
        }
        while let Some(outbound) = messenger.poll_outbound() {
            self.orders.outbounds.push(outbound);
        }
    }

    /// The messenger was loaded anew, and says once more what it listens to.
    pub(super) fn anew(&mut self) {
        self.orders.anew = true;
    }
}
