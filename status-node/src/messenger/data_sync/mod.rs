//! Data sync: private messages are repeated until each device that they go to acknowledged them, or
//! their deadline passed.
//!
//! The group of two people is the deployed one, so are the ids of messages. A [peer] however is one
//! installation, where the deployed software knows people only: what one device acknowledged goes on to
//! the others, and to them alone. Payloads that are the same for several devices of a person travel in
//! one message with a ciphertext for each ([flush]).

mod flush;
mod peer;
mod table;

pub(super) use table::SCHEMA;

use super::account::Account;
use super::{LedgerState, Messenger, MessengerError, Turn, columns};
use bytes::Bytes;
use secp256k1::PublicKey;
use status_conversational_security::{
    CompressedKey, DeviceReport, InstallationId, Skipped, SqliteStore as Security, Store as _,
};
use status_mvds::store::SqliteStore;
use status_mvds::{
    Config, Draft, Error as SyncError, Event, GivenUp, GroupId, GroupSettings, Node, Payload,
    PeerId, one_to_one_group_id,
};
use status_payload::MessageId;
use std::collections::{BTreeMap, BTreeSet};
use table::Owed;

/// How many ms a device must have been silent to count as one that comes back: then what it did not
/// answer goes out again at once. A device that is there acknowledges what reaches it, so for one that
/// was just heard this would only repeat what it never will acknowledge.
const SILENCE_MS: u64 = 30_000;

/// How many devices' last signs of life are remembered; when there are more they begin anew, and each
/// counts as one that comes back.
const MAX_HEARD: usize = 16_384;

/// Nanoseconds of a day.
const DAY_NS: i64 = 24 * 60 * 60 * 1_000_000_000;

/// Data sync with everybody.
#[derive(Debug)]
pub(super) struct DataSync {
    node: Node,
    /// When each device was heard last, in ms.
    heard: BTreeMap<PeerId, u64>,
    /// People to whom something was sent before any installation of theirs was known, and may not be
    /// acknowledged.
    for_any: BTreeMap<[u8; 33], usize>,
    /// Whether there is more to send than fitted into one turn.
    behind: bool,
}

impl DataSync {
    pub(super) fn load(turn: &mut Turn<'_>, config: Config) -> Result<Self, MessengerError> {
        let mut store = SqliteStore::new(turn.transaction);
        let mut node = Node::load(config, &mut store, &mut turn.rng, turn.now_ms)?;
        let mut for_any: BTreeMap<_, usize> = BTreeMap::new();
        let mut owed = BTreeSet::new();
        for record in node.records() {
            owed.insert(record.peer.clone());
            if peer::is_any(&record.peer)
                && let Some(person) = peer::person(&record.peer)
            {
                *for_any.entry(person.serialize()).or_default() += 1;
            }
        }
        // What was given to the transport may have died with it, and so it goes out at once.
        for peer in owed {
            node.peer_online(&peer, turn.now_ms);
        }
        Ok(Self {
            node,
            heard: BTreeMap::new(),
            for_any,
            behind: false,
        })
    }

    /// Data sync's own counters.
    pub(super) fn counters(&self) -> &status_mvds::Counters {
        self.node.counters()
    }

    /// When to be called next, in ms.
    pub(super) fn poll_timeout(&self) -> Option<u64> {
        match self.behind {
            true => Some(0),
            false => self.node.poll_timeout(),
        }
    }

    fn is_back(&mut self, device: &PeerId, now_ms: u64) -> bool {
        if self.heard.len() >= MAX_HEARD && !self.heard.contains_key(device) {
            self.heard.clear();
        }
        let before = self.heard.insert(device.clone(), now_ms);
        before.is_none_or(|before| now_ms.abs_diff(before) >= SILENCE_MS)
    }
}

/// The installations of a person that messages go to, as conversational security chooses them, and the
/// others, with the reason.
fn choose(
    turn: &Turn<'_>,
    account: &Account,
    settings: &status_conversational_security::Settings,
    person: &PublicKey,
) -> Result<(Vec<InstallationId>, Vec<DeviceReport>), MessengerError> {
    let known = Security::new(turn.transaction).installations(&CompressedKey::from(person))?;
    let (now_ns, max) = (turn.now_ns(), settings.max_installations);
    let (mut targets, mut skipped) = (Vec::new(), Vec::new());
    for other in known.into_iter().filter(|other| other.announced) {
        let silent_ns = now_ns.saturating_sub(other.heard_ns);
        let stale = |after: i64| other.missing && silent_ns > after;
        let reason = if !other.enabled {
            Skipped::Disabled
        } else if settings.stale_after_ns.is_some_and(stale) {
            let days = silent_ns / DAY_NS;
            Skipped::Stale { days }
        } else if targets.len() >= max {
            Skipped::OverLimit { max }
        } else if other.id == *account.installation() {
            Skipped::ThisOne
        } else {
            targets.push(other.id);
            continue;
        };
        skipped.push(DeviceReport {
            installation: other.id,
            delivery: Err(reason),
        });
    }
    Ok((targets, skipped))
}

impl Messenger {
    /// Whether there are other devices of the account that messages go to.
    pub(super) fn has_other_devices(
        &self,
        turn: &Turn<'_>,
        account: &Account,
    ) -> Result<bool, MessengerError> {
        let settings = &self.settings.security;
        let (targets, _) = choose(turn, account, settings, account.public())?;
        Ok(!targets.is_empty())
    }

    /// Whether `more` messages of `size` bytes each fit into data sync.
    pub(super) fn check_sync(&self, size: usize, more: usize) -> Result<(), MessengerError> {
        /// What a payload takes beside the body of its one message: tags, lengths, the id of the
        /// group and the time.
        const OVERHEAD: usize = 96;
        let Some(sync) = &self.sync else {
            return Ok(());
        };
        let config = sync.node.config();
        let limit = config.max_payload.saturating_sub(OVERHEAD);
        if size > limit {
            return Err(MessengerError::TooLarge { size, limit });
        }
        // Each person has at most so many devices that a message goes to.
        let records = more.saturating_mul(self.settings.security.max_installations);
        let limit = config.max_unacknowledged;
        match sync.node.record_count().saturating_add(records) > limit {
            true => Err(MessengerError::Full { limit }),
            false => Ok(()),
        }
    }

    /// Puts a wrapped message under data sync, for all devices of a person that messages go to. Nothing
    /// happens if that are one's own, and there is no other.
    pub(super) fn sync_to(
        &mut self,
        turn: &mut Turn<'_>,
        account: &Account,
        person: &PublicKey,
        message: MessageId,
        wrapped: Bytes,
        copy: bool,
    ) -> Result<(), MessengerError> {
        let (mut targets, _) = choose(turn, account, &self.settings.security, person)?;
        let own = person == account.public();
        if targets.is_empty() && own {
            return Ok(());
        }
        let Some(sync) = &mut self.sync else {
            return Ok(());
        };
        if targets.is_empty() {
            targets.push("".into());
            *sync.for_any.entry(person.serialize()).or_default() += 1;
        }
        let group = GroupId::from(one_to_one_group_id(account.public(), person));
        let mut store = SqliteStore::new(turn.transaction);
        let wanted: Vec<_> = targets.iter().map(|id| peer::peer(person, id)).collect();
        sync.set_members(&mut store, &group, &wanted)?;
        let draft = Draft {
            body: wrapped,
            deadline: Some(turn.now_ms.saturating_add(self.settings.deadline_ms)),
            ..Draft::default()
        };
        let appended = sync.node.append(&mut store, &group, draft, turn.now_ms);
        let sync_id = match appended {
            Ok(sync_id) => sync_id,
            // The very same was said within the same second: it is on its way.
            Err(SyncError::AlreadyAppended(_)) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let owed = Owed {
            message,
            person: person.serialize(),
            copy,
        };
        let devices = wanted.len();
        Ok(table::insert(turn.transaction, &sync_id, &owed, devices)?)
    }

    /// Handles a payload of data sync from a person's installation, and returns the messages in it that
    /// are new.
    pub(super) fn handle_sync(
        &mut self,
        turn: &mut Turn<'_>,
        account: &Account,
        person: &PublicKey,
        installation: Option<&InstallationId>,
        payload: Payload,
    ) -> Result<Vec<Bytes>, MessengerError> {
        let Some(sync) = &mut self.sync else {
            return Ok(Vec::new());
        };
        let mut store = SqliteStore::new(turn.transaction);
        let id = known_installation(turn, person, installation)?;
        let device = peer::peer(person, id);
        let group = GroupId::from(one_to_one_group_id(account.public(), person));
        if !payload.messages.is_empty() && sync.node.group(&group).is_some() {
            sync.node.add_peer(&mut store, &group, &device)?;
        }
        if sync.is_back(&device, turn.now_ms) {
            sync.node.peer_online(&device, turn.now_ms);
            let any = peer::peer(person, "");
            sync.node.peer_online(&any, turn.now_ms);
        }
        let key = person.serialize();
        if !payload.acks.is_empty() && sync.for_any.contains_key(&key) {
            // Whichever device was meant, this one has it.
            let acks = Payload {
                acks: payload.acks.clone(),
                ..Payload::default()
            };
            let any = peer::peer(person, "");
            let now_ms = turn.now_ms;
            sync.node.handle_payload(&mut store, &any, acks, now_ms)?;
        }
        let now_ms = turn.now_ms;
        sync.node
            .handle_payload(&mut store, &device, payload, now_ms)?;
        self.handle_sync_events(turn, installation)
    }

    /// Gives up what a person has not acknowledged: nothing goes to them any more.
    pub(super) fn end_sync(
        &mut self,
        turn: &mut Turn<'_>,
        person: &PublicKey,
    ) -> Result<(), MessengerError> {
        let account = self.account()?;
        let Some(sync) = &mut self.sync else {
            return Ok(());
        };
        let group = GroupId::from(one_to_one_group_id(account.public(), person));
        let mut store = SqliteStore::new(turn.transaction);
        if sync.node.group(&group).is_some() {
            if sync.for_any.contains_key(&person.serialize()) {
                // Whichever device there was is no member any more, and ends with the members.
                let any = peer::peer(person, "");
                sync.node.add_peer(&mut store, &group, &any)?;
            }
            sync.node.remove_group(&mut store, &group)?;
        }
        self.handle_sync_events(turn, None)?;
        Ok(())
    }

    /// Does what data sync has become due for.
    pub(super) fn sync_timeout(&mut self, turn: &mut Turn<'_>) -> Result<(), MessengerError> {
        let Some(sync) = &mut self.sync else {
            return Ok(());
        };
        let mut store = SqliteStore::new(turn.transaction);
        sync.node.handle_timeout(&mut store, turn.now_ms)?;
        self.handle_sync_events(turn, None)?;
        Ok(())
    }

    /// Enters what data sync reports into the ledger, and returns the messages that it delivers.
    /// `installation` is who sent what made it report.
    fn handle_sync_events(
        &mut self,
        turn: &Turn<'_>,
        installation: Option<&InstallationId>,
    ) -> Result<Vec<Bytes>, MessengerError> {
        let mut delivered = Vec::new();
        while let Some(event) = self.sync.as_mut().and_then(|sync| sync.node.poll_event()) {
            delivered.extend(self.handle_sync_event(turn, event, installation)?);
        }
        Ok(delivered)
    }

    fn handle_sync_event(
        &mut self,
        turn: &Turn<'_>,
        event: Event,
        installation: Option<&InstallationId>,
    ) -> Result<Option<Bytes>, MessengerError> {
        match event {
            Event::Delivered(delivery) => return Ok(Some(delivery.message.body)),
            Event::Acknowledged {
                message,
                peer,
                remaining,
                ..
            } => {
                self.settle_any(&peer);
                let Some(owed) = table::get(turn.transaction, &message)? else {
                    return Ok(None);
                };
                let remaining =
                    table::acknowledge(turn.transaction, &message, &owed.message, remaining)?;
                self.counters.acknowledged += 1;
                let by = peer::installation(&peer).or(installation.cloned());
                let state = LedgerState::Acknowledged {
                    person: columns::key(&owed.person)?,
                    installation: by.unwrap_or_else(|| "".into()),
                    remaining,
                };
                self.note(turn, owed.message, state)?;
            }
            Event::GivenUp {
                message,
                peer,
                reason,
            } => {
                self.settle_any(&peer);
                let Some(owed) = table::get(turn.transaction, &message)? else {
                    return Ok(None);
                };
                let removed = peer::installation(&peer).filter(|_| reason == GivenUp::Removed);
                let state = match removed {
                    Some(installation) => {
                        table::remove_device(turn.transaction, &message, &owed.message)?;
                        LedgerState::Removed {
                            person: columns::key(&owed.person)?,
                            installation,
                        }
                    }
                    None => {
                        // It ends for all devices of the person at once.
                        table::give_up(turn.transaction, &message, &owed.message)?;
                        LedgerState::Expired {
                            person: Some(columns::key(&owed.person)?),
                        }
                    }
                };
                self.note(turn, owed.message, state)?;
            }
            Event::Stored { .. } | Event::Sent { .. } => {}
        }
        Ok(None)
    }

    /// One message less waits for whichever device a person has.
    fn settle_any(&mut self, peer: &PeerId) {
        let Some(sync) = self.sync.as_mut().filter(|_| peer::is_any(peer)) else {
            return;
        };
        let Some(person) = peer::person(peer) else {
            return;
        };
        let key = person.serialize();
        if let Some(waiting) = sync.for_any.get_mut(&key) {
            *waiting = waiting.saturating_sub(1);
            if *waiting == 0 {
                sync.for_any.remove(&key);
            }
        }
    }
}

/// Notes that people get a message without data sync which others get under it.
pub(super) fn sync_without<'a>(
    turn: &Turn<'_>,
    message: MessageId,
    people: impl Iterator<Item = &'a PublicKey>,
) -> Result<(), MessengerError> {
    for person in people {
        table::insert_unsynced(turn.transaction, &message, person)?;
    }
    Ok(())
}

/// The id by which data sync knows an installation: its own if a bundle or a session has made it known,
/// which bounds how many there are of a person, and else that of whichever there is.
fn known_installation<'a>(
    turn: &Turn<'_>,
    person: &PublicKey,
    installation: Option<&'a InstallationId>,
) -> Result<&'a str, MessengerError> {
    let Some(installation) = installation else {
        return Ok("");
    };
    let mut store = Security::new(turn.transaction);
    let known = store.installation(&CompressedKey::from(person), installation)?;
    Ok(known.map_or("", |_| installation.as_str()))
}

impl DataSync {
    /// Makes the members of a group those that are wanted. What is owed to whichever device there was
    /// goes on; what is owed to a device that nothing goes to any more is given up.
    fn set_members(
        &mut self,
        store: &mut SqliteStore<'_>,
        group: &GroupId,
        wanted: &[PeerId],
    ) -> Result<(), MessengerError> {
        let settings = GroupSettings::default();
        self.node.add_group(store, group, settings)?;
        let gone: Vec<_> = self
            .node
            .members(group)
            .filter(|member| !wanted.contains(member))
            .cloned()
            .collect();
        for member in gone {
            match peer::is_any(&member) {
                true => self.node.retire_peer(store, group, &member)?,
                false => self.node.remove_peer(store, group, &member)?,
            }
        }
        for member in wanted {
            self.node.add_peer(store, group, member)?;
        }
        Ok(())
    }
}
