//! What is listened to, and whose keys are kept, in step with chats, contacts and groups.

use super::account::Account;
use super::{Messenger, MessengerError, SubscriptionChange, Turn, columns};
use crate::Chat;
use crate::coupling::{Acquaintance, Channel, Company, Interest};
use crate::storage::StorageError;
use rusqlite::Transaction;
use secp256k1::PublicKey;
use status_conversational_security::SqliteStore;
use status_payload::Person;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How many strangers are listened to, those who wrote last: 512. Whoever is answered is none any more.
pub const MAX_STRANGERS_HEARD: usize = 512;

/// How many others are heard on the topic of the two, because something private went to them, were it an
/// acknowledgement: those first to whom something was said, and the newest, 1,500.
pub const MAX_OTHERS_HEARD: usize = 1_500;

/// How many members of one group are listened to: 256, more than a private group that works has. It keeps
/// who makes up members from having the node listen to nothing else.
pub const MAX_MEMBERS_HEARD: usize = 256;

/// How many keys are derived in one turn, at 7 ms each: the rest waits for the next, which is due at
/// once.
const MAX_DERIVED: u64 = 16;

/// What is listened to now, and what the transport was not yet told. There is no more than
/// [`Interest::MAX`].
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    installed: BTreeMap<Interest, Channel>,
    changes: VecDeque<SubscriptionChange>,
    /// People whose keys are kept whoever else comes.
    kept: BTreeSet<[u8; 33]>,
    stale: bool,
    behind: bool,
}

impl Subscriptions {
    pub(super) fn poll(&mut self) -> Option<SubscriptionChange> {
        self.changes.pop_front()
    }

    /// Whether there is more to derive than fitted into one turn.
    pub(super) fn is_behind(&self) -> bool {
        self.behind
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

    /// Where a private message to a person goes: to the topic of the two if all that it reaches are
    /// `agreed` on it. That is listened to as well, and so remembered, unless there are too many.
    pub(super) fn private_channel(
        &self,
        account: &Account,
        person: &PublicKey,
        agreed: bool,
    ) -> Channel {
        let negotiated = || {
            let interest = Interest::Negotiated((*person).into());
            let installed = self.subscriptions.installed.get(&interest).cloned();
            installed.unwrap_or_else(|| Channel::negotiated(account.key(), person))
        };
        Channel::private(person, agreed.then(negotiated))
    }

    /// What is listened to, and through which channel.
    pub(super) fn interests(&self) -> impl Iterator<Item = (&Interest, &Channel)> {
        self.subscriptions.installed.iter()
    }

    /// Brings what is listened to in step with chats, contacts and groups.
    pub(super) fn refresh_subscriptions(
        &mut self,
        turn: &mut Turn<'_>,
    ) -> Result<(), MessengerError> {
        let stale = std::mem::take(&mut self.subscriptions.stale);
        if !stale && !self.subscriptions.behind {
            return Ok(());
        }
        self.subscriptions.behind = false;
        let company = self.company(turn)?;
        self.keep_company(turn, &company)?;
        let account = self.account.clone();
        let own = account.as_deref();
        let wanted = Interest::all(own.map(|own| own.public()), &company);
        let listed: BTreeSet<_> = wanted.iter().collect();
        let installed = self.subscriptions.installed.keys();
        let gone = installed.filter(|interest| !listed.contains(interest));
        for interest in gone.cloned().collect::<Vec<_>>() {
            if let Some(channel) = self.subscriptions.installed.remove(&interest) {
                let change = SubscriptionChange::Remove { channel };
                self.subscriptions.changes.push_back(change);
            }
        }
        let derived = self.routes.derived();
        for interest in wanted {
            if self.subscriptions.installed.contains_key(&interest) {
                continue;
            }
            if self.routes.derived() - derived >= MAX_DERIVED {
                self.subscriptions.behind = true;
                break;
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

    /// Has conversational security keep what it knows of friends and of members of groups, and of nobody
    /// else.
    fn keep_company(
        &mut self,
        turn: &mut Turn<'_>,
        company: &Company,
    ) -> Result<(), MessengerError> {
        let Some(account) = self.account.clone() else {
            return Ok(());
        };
        let people = company.friends.iter().chain(&company.members);
        let wanted: BTreeMap<_, _> = people
            .map(|one| (one.person.public_key().serialize(), one.person))
            .collect();
        let (endpoint, now_ns) = (account.endpoint(), turn.now_ns());
        let mut store = SqliteStore::new(turn.transaction);
        let kept = &mut self.subscriptions.kept;
        for (key, person) in &wanted {
            if kept.insert(*key) {
                endpoint.keep_identity(&mut store, person.public_key(), true, now_ns)?;
            }
        }
        let gone: Vec<_> = kept
            .iter()
            .filter(|key| !wanted.contains_key(*key))
            .copied()
            .collect();
        for key in gone {
            kept.remove(&key);
            endpoint.keep_identity(&mut store, &columns::key(&key)?, false, now_ns)?;
        }
        Ok(())
    }

    /// The public chats that are joined, and everybody one has to do with. Members of groups count once
    /// the group is joined, so that who invites cannot have the node listen to whom they please.
    fn company(&self, turn: &Turn<'_>) -> Result<Company, MessengerError> {
        let transaction = turn.transaction;
        let meet = |person: PublicKey| Acquaintance {
            person: person.into(),
            exchanged: self.people.has_exchanged(&person),
        };
        let contacts = "SELECT person FROM node_contact WHERE added = 1 AND blocked = 0";
        let mut company = Company {
            friends: people(transaction, contacts)?
                .into_iter()
                .map(meet)
                .collect(),
            ..Company::default()
        };
        for (chat, chosen) in active_chats(transaction)? {
            match chat {
                Chat::Public(name) => company.public.push(name.as_str().to_owned()),
                Chat::Person(person) => {
                    let person = *person.public_key();
                    let list = match chosen || self.people.was_written_to(&person) {
                        true => &mut company.friends,
                        false => &mut company.strangers,
                    };
                    list.push(meet(person));
                }
                // Of its members below.
                Chat::Group(_) => {}
            }
        }
        company.strangers.truncate(MAX_STRANGERS_HEARD);
        if let Some(own) = &self.account {
            // One's own other devices write to the topic of oneself and oneself.
            company.friends.push(meet(*own.public()));
            let members = members(transaction, own.public())?;
            company.members = members.into_iter().map(meet).collect();
            company.others = self.other_company(transaction, &company)?;
        }
        Ok(company)
    }
}

impl Messenger {
    /// Who else may write to the topic of the two: whoever invited to a group that was not joined, or had
    /// a chat that was left. They would not be heard elsewhere.
    fn other_company(
        &self,
        transaction: &Transaction<'_>,
        company: &Company,
    ) -> Result<Vec<Person>, StorageError> {
        let listed = [&company.friends, &company.members, &company.strangers];
        let listed = listed.into_iter().flatten();
        let mut passed: BTreeSet<_> = listed.map(|one| one.person).collect();
        let blocked = "SELECT person FROM node_contact WHERE blocked = 1";
        passed.extend(people(transaction, blocked)?.into_iter().map(Person::from));
        let mut others = Vec::new();
        for key in self.people.exchanged() {
            let person = Person::from(columns::key(&key)?);
            if !passed.contains(&person) {
                others.push(person);
            }
            if others.len() >= MAX_OTHERS_HEARD {
                break;
            }
        }
        Ok(others)
    }
}

/// The people that a statement names.
fn people(transaction: &Transaction<'_>, statement: &str) -> Result<Vec<PublicKey>, StorageError> {
    let mut statement = transaction.prepare_cached(statement)?;
    columns::collect(statement.query([])?, |row| {
        let person: Vec<u8> = row.get(0)?;
        columns::key(&person)
    })
}

/// The chats that are shown, the newest first, and whether the user has chosen them.
fn active_chats(transaction: &Transaction<'_>) -> Result<Vec<(Chat, bool)>, StorageError> {
    let mut statement = transaction.prepare_cached(
        "SELECT chat, chosen FROM node_chat WHERE active = 1 ORDER BY number DESC",
    )?;
    columns::collect(statement.query([])?, |row| {
        let chat = columns::chat(row.get_ref(0)?.as_str().unwrap_or_default())?;
        Ok((chat, row.get(1)?))
    })
}

/// The members of the groups that `own` has joined, [`MAX_MEMBERS_HEARD`] of each.
fn members(transaction: &Transaction<'_>, own: &PublicKey) -> Result<Vec<PublicKey>, StorageError> {
    let mut statement = transaction.prepare_cached(
        "SELECT member.chat, member.person FROM node_group_member member
         JOIN node_group_member own
           ON own.chat = member.chat AND own.person = ?1 AND own.joined = 1
         JOIN node_chat ON node_chat.number = member.chat AND node_chat.active = 1
         ORDER BY member.chat, member.place",
    )?;
    let mut rows = statement.query([own.serialize()])?;
    let (mut members, mut group, mut count) = (Vec::new(), None, 0);
    while let Some(row) = rows.next()? {
        let of: i64 = row.get(0)?;
        if group.replace(of) != Some(of) {
            count = 0;
        }
        count += 1;
        if count <= MAX_MEMBERS_HEARD {
            let person: Vec<u8> = row.get(1)?;
            members.push(columns::key(&person)?);
        }
    }
    Ok(members)
}
