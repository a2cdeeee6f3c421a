//! What went over the wire: no key of the ratchet encrypts two things.

use super::bare::Bare;
use super::people::{PEOPLE, key, others, secret};
use bytes::Bytes;
use status_conversational_security::ProtocolMessage;
use status_devp2p::Enode;
use status_devp2p::net::NetworkEvent;
use status_node::coupling::{Route, SharedSecret};
use status_whisper::packets::{Messages, code};
use status_whisper::{Envelope, Hash, Key, Topic, open};
use std::collections::{HashMap, HashSet};
use std::fmt;
use tokio::sync::oneshot;

/// Somebody who is connected to the relay, and can open what the three write to each other.
pub(crate) struct Tap {
    stop: oneshot::Sender<()>,
    task: tokio::task::JoinHandle<Seen>,
}

/// What was seen.
#[derive(Default)]
pub(crate) struct Seen {
    envelopes: HashSet<Hash>,
    /// What each message key encrypted: the sender's ratchet key and the number in its chain name it.
    used: HashMap<(Bytes, u32), Bytes>,
    /// Keys that encrypted two things.
    reused: Vec<(Bytes, u32)>,
}

pub(crate) async fn start(relay: Enode) -> Tap {
    let bare = Bare::connect(relay).await;
    bare.greet().await;
    let routes = routes();
    let (stop, mut stopped) = oneshot::channel();
    let task = tokio::spawn(async move {
        // The connection lives as long as its handle.
        let mut bare = bare;
        let mut seen = Seen::default();
        loop {
            let event = tokio::select! {
                event = bare.events.recv() => event.unwrap(),
                _ = &mut stopped => {
                    bare.network.shutdown().await;
                    return seen;
                }
            };
            if let NetworkEvent::Message { code, payload, .. } = event
                && code == code::MESSAGES
            {
                for envelope in Messages::decode(&payload).unwrap().envelopes {
                    seen.see(&envelope, &routes);
                }
            }
        }
    });
    Tap { stop, task }
}

/// All topics that two of them use for what is private, and the keys.
fn routes() -> Vec<(Topic, Key)> {
    let mut routes = Vec::new();
    for person in 0..PEOPLE {
        let own = Route::private(&key(person), None);
        let opening = own.key.opening(Some(&secret(person))).unwrap();
        routes.push((own.topic, opening));
        for other in others(person) {
            let shared = SharedSecret::of(&secret(person), &key(other));
            let route = Route::private(&key(other), Some(&shared));
            routes.push((route.topic, route.key.opening(None).unwrap()));
        }
    }
    routes
}

impl Tap {
    /// Stops looking.
    pub(crate) async fn seen(self) -> Seen {
        drop(self.stop);
        self.task.await.unwrap()
    }
}

impl Seen {
    fn see(&mut self, envelope: &Envelope, routes: &[(Topic, Key)]) {
        if !self.envelopes.insert(envelope.hash()) {
            return;
        }
        let fitting = routes
            .iter()
            .filter(|(topic, _)| *topic == envelope.topic());
        let opened = fitting
            .filter_map(|(_, key)| open(envelope, key).ok())
            .next();
        let Some(opened) = opened else {
            return;
        };
        let Ok(message) = ProtocolMessage::decode(opened.payload()) else {
            return;
        };
        for direct in message.message().direct_message.values() {
            let Some(header) = &direct.dr_header else {
                continue;
            };
            let key = (header.key.clone(), header.n);
            let ciphertext = direct.payload.clone();
            let before = self.used.insert(key.clone(), ciphertext.clone());
            if before.is_some_and(|before| before != ciphertext) {
                self.reused.push(key);
            }
        }
    }

    /// Fails if a key was used twice, or if nothing was seen.
    pub(crate) fn check(&self) {
        assert!(!self.used.is_empty(), "no message of a session was seen");
        let reused = self.reused.len();
        assert_eq!(reused, 0, "keys that encrypted two things");
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (envelopes, keys) = (self.envelopes.len(), self.used.len());
        write!(f, "{envelopes} envelopes seen with {keys} message keys")
    }
}
