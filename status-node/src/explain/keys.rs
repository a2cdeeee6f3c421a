//! What envelopes are opened with: keys that were given, chats that anybody can derive a key for, and the
//! channels of an account.

use super::Explainer;
use crate::Chat;
use crate::account::public_key;
use crate::coupling::{Channel, Route};
use crate::hex_key;
use secp256k1::{PublicKey, SecretKey};
use status_whisper::{Key, SymmetricKey, Topic};
use zeroize::Zeroizing;

/// What may open an envelope, and how it is called when it does.
#[derive(Clone)]
pub(super) struct NamedKey {
    pub(super) name: String,
    /// The topic that belongs to it; none if it may be any.
    pub(super) topic: Option<Topic>,
    /// Through what a message comes that it opens, if that is known.
    pub(super) channel: Option<Channel>,
    /// Whether an account listens to it.
    pub(super) of_account: bool,
    /// What it may be, each with what is said of it then.
    pub(super) keys: Vec<(&'static str, Key)>,
}

impl NamedKey {
    fn of_channel(name: String, channel: Channel, route: Route, own: Option<&SecretKey>) -> Self {
        Self {
            name,
            topic: Some(route.topic),
            keys: route
                .key
                .opening(own)
                .map(|key| ("", key))
                .into_iter()
                .collect(),
            channel: Some(channel),
            of_account: false,
        }
    }

    /// Whether an envelope of this topic may be for it.
    pub(super) fn may_have(&self, topic: Topic) -> bool {
        self.topic.is_none_or(|own| own == topic)
    }
}

/// 32 bytes that may be a private key.
#[derive(Clone)]
pub(super) struct GivenKey(Zeroizing<[u8; 32]>);

impl GivenKey {
    pub(super) fn secret(&self) -> Option<SecretKey> {
        SecretKey::from_byte_array(*self.0).ok()
    }
}

impl Explainer<'_> {
    /// Opens envelopes of a public chat, or what a person announces under their contact code; with that
    /// person's or one's own private key among the [keys](Self::key) also what the two say to each other.
    /// A group has no key of its own. Takes some 7 ms for each topic.
    pub fn chat(mut self, chat: &Chat) -> Self {
        match chat {
            Chat::Public(name) => {
                let channel = Channel::Public(name.as_str().to_owned());
                if let Some(route) = Route::of(chat) {
                    let name = chat.to_string();
                    self.keys
                        .push(NamedKey::of_channel(name, channel, route, None));
                }
            }
            Chat::Person(person) => {
                let person = *person.public_key();
                let name = format!("the contact code of {}", hex_key(&person));
                let channel = Channel::ContactCode(person);
                let route = Route::contact_code(&person);
                self.keys
                    .push(NamedKey::of_channel(name, channel, route, None));
                for given in self.given.clone() {
                    self.acquaint(&given, &person);
                }
                self.people.push(person);
            }
            Chat::Group(_) => {}
        }
        self
    }

    /// Tries 32 bytes on envelopes, as a symmetric key and as a private key; as a private key also on
    /// what is encrypted to an identity, and in a pair with another on what opens a session.
    pub fn key(mut self, bytes: [u8; 32]) -> Self {
        let number = self.given.len() + 1;
        let given = GivenKey(Zeroizing::new(bytes));
        let mut keys = vec![(", symmetric", SymmetricKey::new(bytes).into())];
        if let Some(secret) = given.secret() {
            keys.push((", private", secret.into()));
        }
        self.keys.push(NamedKey {
            name: format!("key {number}"),
            topic: None,
            channel: None,
            of_account: false,
            keys,
        });
        for person in self.people.clone() {
            self.acquaint(&given, &person);
        }
        self.given.push(given);
        self
    }

    /// Opens what two people say to each other on the topic that they share.
    fn acquaint(&mut self, given: &GivenKey, person: &PublicKey) {
        let Some(secret) = given.secret() else {
            return;
        };
        let agreed = crate::coupling::SharedSecret::of(&secret, person);
        let route = Route::private(person, Some(&agreed));
        let names = [public_key(&secret), *person].map(|key| hex_key(&key));
        let name = format!("the topic that {} and {} share", names[0], names[1]);
        let channel = Channel::Negotiated(agreed);
        self.keys
            .push(NamedKey::of_channel(name, channel, route, None));
    }

    /// Opens what comes through a channel of an account.
    pub(super) fn listen(
        &mut self,
        name: String,
        channel: Channel,
        route: Route,
        own: Option<&SecretKey>,
    ) {
        let key = NamedKey::of_channel(name, channel, route, own);
        self.keys.push(NamedKey {
            of_account: true,
            ..key
        });
    }
}
