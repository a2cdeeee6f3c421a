//! What is listened to, kept in step with chats, contacts and groups.

use super::{Messenger, MessengerError, SubscriptionChange, Turn, chats, contacts, groups};
use crate::Chat;
use crate::coupling::{Acquaintance, Channel, Interest};
use std::collections::{BTreeMap, VecDeque};

/// What is listened to now, and what the transport was not yet told. There is one entry for each chat,
/// contact and member of a group, all of which are bounded.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    installed: BTreeMap<Interest, Channel>,
    changes: VecDeque<SubscriptionChange>,
    stale: bool,
}

impl Subscriptions {
    pub(super) fn poll(&mut self) -> Option<SubscriptionChange> {
        self.changes.pop_front()
    }
}

impl Messenger {
    /// To be called whenever a chat is shown or left, a contact is added or removed, or a group changes:
    /// what is listened to follows at the end of the turn.
    pub(super) fn interests_changed(&mut self) {
        self.subscriptions.stale = true;
    }

    /// The channels that are listened to.
    pub fn subscriptions(&self) -> impl Iterator<Item = &Channel> {
        self.subscriptions.installed.values()
    }

    /// Brings what is listened to in step with chats, contacts and groups.
    pub(super) fn refresh_subscriptions(
        &mut self,
        turn: &mut Turn<'_>,
    ) -> Result<(), MessengerError> {
        if !std::mem::take(&mut self.subscriptions.stale) {
            return Ok(());
        }
        let (public, people) = self.company(turn)?;
        let account = self.account.clone();
        let own = account.as_deref();
        let wanted = Interest::all(own.map(|own| own.public()), public, people);
        let gone: Vec<_> = self
            .subscriptions
            .installed
            .keys()
            .filter(|interest| !wanted.contains(interest))
            .cloned()
            .collect();
        for interest in gone {
            if let Some(channel) = self.subscriptions.installed.remove(&interest) {
                let change = SubscriptionChange::Remove { channel };
                self.subscriptions.changes.push_back(change);
            }
        }
        for interest in wanted {
            if self.subscriptions.installed.contains_key(&interest) {
                continue;
            }
            let Some(channel) = interest.channel(own.map(|own| own.key())) else {
                continue;
            };
            let Some(route) = self.routes.of(turn.transaction, &channel)? else {
                continue;
            };
            let change = SubscriptionChange::Install {
                channel: channel.clone(),
                route,
            };
            self.subscriptions.changes.push_back(change);
            self.subscriptions.installed.insert(interest, channel);
        }
        Ok(())
    }

    /// The public chats that are joined, and everybody one has to do with.
    fn company(&self, turn: &Turn<'_>) -> Result<(Vec<String>, Vec<Acquaintance>), MessengerError> {
        let mut public = Vec::new();
        let mut people = groups::people(turn.transaction)?;
        for record in chats::all(turn.transaction)? {
            match record.chat {
                _ if !record.active => {}
                Chat::Public(name) => public.push(name.as_str().to_owned()),
                Chat::Person(person) => people.push(*person.public_key()),
                // Its members are there already.
                Chat::Group(_) => {}
            }
        }
        let contacts = contacts::all(turn.transaction)?.into_iter();
        // Who added the account got an acknowledgement, and writes to the topic of the two from then on;
        // so does who was blocked and is not any more.
        people.extend(
            contacts
                .filter(|contact| {
                    let known = contact.added || contact.has_added_us;
                    (known || self.people.has_exchanged(&contact.person)) && !contact.blocked
                })
                .map(|contact| contact.person),
        );
        // One's own other devices write to the topic of oneself and oneself.
        people.extend(self.account.as_ref().map(|own| *own.public()));
        let mut company = Vec::with_capacity(people.len());
        for person in people {
            company.push(Acquaintance {
                person,
                exchanged: self.people.has_exchanged(&person),
            });
        }
        Ok((public, company))
    }
}
