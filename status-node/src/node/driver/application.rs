//! What the application asks for, and its messages on their way out.

use super::Driver;
use crate::coupling::Route;
use crate::node::clock::now_ms;
use crate::node::handle::{Command, JoinError, SendError, Sent};
use crate::node::sending::{Sealed, Sending};
use crate::node::stats::NodeStats;
use crate::pipeline::Outgoing;
use crate::{Chat, Message};
use status_devp2p::NodeId;
use status_payload::{Content, next_clock};
use status_whisper::{Envelope, Filter, Role};
use std::time::Duration;
use tokio::sync::oneshot;

/// How long the search for a nonce may take, as the messenger has it.
const POW_LIMIT: Duration = Duration::from_secs(5);

/// Messages that are sealed at once. The others keep their place in the queue, so that a burst
/// is neither refused by the proof of work nor grows old in front of it.
const MAX_SEALING: usize = 128;

impl Driver {
    pub(super) fn handle_command(&mut self, command: Command) {
        match command {
            Command::Join { chat, route, reply } => {
                let _ = reply.send(self.join(chat, &route));
            }
            Command::Leave { chat } => {
                if let Some(filter) = self.chats.remove(&chat) {
                    self.chat_of.remove(&filter);
                    self.whisper.uninstall_filter(filter, now_ms());
                }
            }
            Command::Send {
                chat,
                route,
                text,
                reply,
            } => self.send(chat, route, text, reply),
            Command::Stats { reply } => {
                let _ = reply.send(self.stats());
            }
            Command::Stop { done } => drop(done),
        }
    }

    pub(in crate::node) fn join(&mut self, chat: Chat, route: &Route) -> Result<(), JoinError> {
        if self.chats.contains_key(&chat) {
            return Ok(());
        }
        let own = self.identity.as_ref().map(|identity| identity.chat_key());
        // A public chat's envelopes open with the key they are made with.
        let Some(key) = route.key.opening(own) else {
            return Err(JoinError::NotOurs);
        };
        let filter = Filter::new(route.topic, key);
        let id = self
            .whisper
            .install_filter(filter, now_ms())
            .map_err(|error| JoinError::TooMany(error.to_string()))?;
        self.chat_of.insert(id, chat.clone());
        self.chats.insert(chat, id);
        Ok(())
    }

    pub(super) fn send(
        &mut self,
        chat: Chat,
        route: Route,
        text: String,
        reply: oneshot::Sender<Result<Sent, SendError>>,
    ) {
        match self.sign(&chat, &text) {
            Ok(message) => {
                self.counts.sent += 1;
                self.seal(Sending {
                    chat,
                    route,
                    message,
                    text,
                    reply,
                });
            }
            Err(error) => {
                let _ = reply.send(Err(error));
            }
        }
    }

    pub(super) fn sign(&mut self, chat: &Chat, text: &str) -> Result<Outgoing, SendError> {
        let identity = self.identity.as_ref().ok_or(SendError::NoIdentity)?;
        let now = now_ms();
        let last = self.clocks.get(chat).copied().unwrap_or_default();
        let clock = next_clock(last, now);
        let message = Outgoing::sign(identity.chat_key(), chat, text, clock, now)?;
        self.remember_clock(chat, clock);
        self.recent.insert(message.id);
        Ok(message)
    }

    /// Makes the envelope, once there is a peer for it.
    pub(super) fn seal(&mut self, sending: Sending) {
        if !sending.is_wanted() {
            return;
        }
        if self.ready.is_empty() || self.sealing.len() >= MAX_SEALING {
            if let Some(sending) = self.sending.wait(sending) {
                sending.fail(SendError::TooMany);
            }
            return;
        }
        let Some(identity) = &self.identity else {
            return sending.fail(SendError::NoIdentity);
        };
        let unsealed = sending.message.encrypt(
            identity.chat_key(),
            &sending.route,
            now_ms(),
            &mut rand::rng(),
        );
        match unsealed {
            Err(error) => sending.fail(error.into()),
            Ok(unsealed) => {
                let search = self.pow.seal(unsealed, POW_LIMIT);
                self.sealing.spawn(async move {
                    let result = search.await;
                    Sealed { sending, result }
                });
            }
        }
    }

    /// Goes on with messages that waited, as many as are sealed at once.
    pub(super) fn seal_waiting(&mut self) {
        while !self.ready.is_empty() && self.sealing.len() < MAX_SEALING {
            match self.sending.next_waiting() {
                Some(sending) => self.seal(sending),
                None => break,
            }
        }
    }

    pub(super) fn handle_sealed(&mut self, Sealed { sending, result }: Sealed) {
        let envelope = match result {
            Ok(_) if !self.sending.has_room() => return sending.fail(SendError::TooMany),
            Ok(envelope) => envelope,
            Err(error) => return sending.fail(error.into()),
        };
        let now = now_ms();
        if let Role::Light { .. } = self.whisper.config().role
            && !self.chats.contains_key(&sending.chat)
        {
            self.sending_topics.insert(envelope.topic());
            let topics = self.sending_topics;
            self.whisper.set_role(Role::Light { topics }, now);
        }
        match self.whisper.post(&envelope, now) {
            Ok(()) => self.sending.posted(sending, envelope),
            Err(error) => sending.fail(error.into()),
        }
    }

    pub(super) fn handed(&mut self, sending: Sending, envelope: Envelope, handed_to: NodeId) {
        let Some(identity) = &self.identity else {
            return;
        };
        let message = Message {
            chat: sending.chat,
            from: *identity.profile().public_key(),
            text: sending.text,
            id: sending.message.id,
            clock: sending.message.clock,
            timestamp: sending.message.timestamp,
            envelope: Some(envelope.hash()),
            received: sending.message.timestamp,
            outgoing: true,
            response_to: None,
            ens_name: String::new(),
            content: Content::Text,
            fault: None,
        };
        let _ = sending.reply.send(Ok(Sent {
            message,
            handed_to,
            envelope,
        }));
    }

    fn stats(&self) -> NodeStats {
        NodeStats {
            network: self.network.stats(),
            whisper: *self.whisper.counters(),
            ready_peers: self.ready.len(),
            pool_envelopes: self.whisper.pool().len(),
            pool_bytes: self.whisper.pool().bytes(),
            messages: self.counts.messages,
            other_messages: self.counts.other_messages,
            sent: self.counts.sent,
            refused: self.counts.refused.clone(),
            events_dropped: self.counts.events_dropped,
            packets_lost: self.counts.packets_lost,
            peer_faults: self.counts.peer_faults,
        }
    }
}
