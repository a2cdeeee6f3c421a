//! Groups and their members.

use super::Node;
use crate::event::GivenUp;
use crate::{Error, GroupId, GroupSettings, PeerId, RecordKind, Store};

impl Node {
    pub(super) fn try_add_group<S: Store>(
        &mut self,
        store: &mut S,
        id: &GroupId,
        settings: GroupSettings,
    ) -> Result<(), Error<S::Error>> {
        let number = match self.groups.number(id) {
            Some(number) => {
                if let Some(group) = self.groups.get_mut(number) {
                    if group.settings == settings {
                        return Ok(());
                    }
                    group.settings = settings;
                }
                number
            }
            None => self.groups.add(id, settings),
        };
        store.save_group(number, id, settings).map_err(Error::Store)
    }

    pub(super) fn try_add_peer<S: Store>(
        &mut self,
        store: &mut S,
        group: &GroupId,
        peer: &PeerId,
    ) -> Result<bool, Error<S::Error>> {
        let Some(number) = self.groups.number(group) else {
            return Err(Error::UnknownGroup(group.clone()));
        };
        let member = match self.peers.number(peer) {
            Some(member) => member,
            None => self.peers.add(peer),
        };
        let joined = self
            .groups
            .get_mut(number)
            .is_some_and(|group| group.members.insert(member));
        if joined {
            self.ensure_saved(store, member)?;
            self.peers.acquaint(member);
            if let Some(peer) = self.peers.get_mut(member) {
                peer.groups += 1;
            }
            store.add_member(number, member).map_err(Error::Store)?;
        }
        Ok(joined)
    }

    /// Makes sure that the store knows a peer, before anything there names its number.
    pub(super) fn ensure_saved<S: Store>(
        &mut self,
        store: &mut S,
        number: u32,
    ) -> Result<(), Error<S::Error>> {
        match self.peers.get_mut(number) {
            Some(peer) if !peer.saved => {
                peer.saved = true;
                store.save_peer(number, &peer.id).map_err(Error::Store)
            }
            _ => Ok(()),
        }
    }

    /// Forgets a stranger for whom nothing waits any more.
    pub(super) fn release<S: Store>(
        &mut self,
        store: &mut S,
        number: u32,
    ) -> Result<(), Error<S::Error>> {
        let Some(peer) = self.peers.get(number) else {
            return Ok(());
        };
        if !peer.is_stranger()
            || peer.ready
            || peer.late
            || !peer.acks.is_empty()
            || self.table.has_records(number)
        {
            return Ok(());
        }
        let saved = peer.saved;
        self.peers.remove_stranger(number);
        if saved {
            store.remove_peer(number).map_err(Error::Store)?;
        }
        Ok(())
    }

    pub(super) fn try_remove_peer<S: Store>(
        &mut self,
        store: &mut S,
        group: &GroupId,
        peer: &PeerId,
    ) -> Result<(), Error<S::Error>> {
        match self.numbers(group, peer) {
            Some((group, member)) => self.end_membership(store, group, member),
            None => Ok(()),
        }
    }

    pub(super) fn try_retire_peer<S: Store>(
        &mut self,
        store: &mut S,
        group: &GroupId,
        peer: &PeerId,
    ) -> Result<(), Error<S::Error>> {
        if let Some((group, member)) = self.numbers(group, peer) {
            self.leave(store, group, member)?;
        }
        Ok(())
    }

    /// The numbers of a group and of a peer, if both are known.
    fn numbers(&self, group: &GroupId, peer: &PeerId) -> Option<(u32, u32)> {
        Some((self.groups.number(group)?, self.peers.number(peer)?))
    }

    /// Takes a member out of a group, and says whether it was one.
    fn leave<S: Store>(
        &mut self,
        store: &mut S,
        group: u32,
        member: u32,
    ) -> Result<bool, Error<S::Error>> {
        let was_member = self
            .groups
            .get_mut(group)
            .is_some_and(|group| group.members.remove(&member));
        if was_member {
            store.remove_member(group, member).map_err(Error::Store)?;
            if let Some(peer) = self.peers.get_mut(member) {
                peer.groups = peer.groups.saturating_sub(1);
            }
        }
        Ok(was_member)
    }

    fn end_membership<S: Store>(
        &mut self,
        store: &mut S,
        group: u32,
        member: u32,
    ) -> Result<(), Error<S::Error>> {
        if !self.leave(store, group, member)? {
            return Ok(());
        }
        let slots: Vec<_> = self
            .table
            .of_peer(member)
            .filter(|(_, entry)| entry.record.group == Some(group))
            .map(|(slot, _)| slot)
            .collect();
        for slot in slots {
            let Some(record) = self.remove_record(store, slot)? else {
                continue;
            };
            if record.kind != RecordKind::Request {
                self.report_given_up(record.message, member, GivenUp::Removed);
            }
            self.settle(store, &record.message)?;
        }
        Ok(())
    }

    pub(super) fn try_remove_group<S: Store>(
        &mut self,
        store: &mut S,
        id: &GroupId,
    ) -> Result<(), Error<S::Error>> {
        let Some(number) = self.groups.number(id) else {
            return Ok(());
        };
        let members: Vec<_> = match self.groups.get(number) {
            Some(group) => group.members.iter().copied().collect(),
            None => Vec::new(),
        };
        for member in members {
            self.end_membership(store, number, member)?;
        }
        let held: Vec<_> = self
            .waiting
            .ids()
            .filter(|id| {
                let about = self.messages.get(*id);
                about.is_some_and(|about| about.group == Some(number))
            })
            .copied()
            .collect();
        for id in held {
            self.end_patience(store, &id)?;
        }
        while let Some(id) = self
            .groups
            .get_mut(number)
            .and_then(|g| g.history.pop_front())
        {
            self.leave_history(store, &id)?;
        }
        self.groups.remove(number);
        store.remove_group(number).map_err(Error::Store)
    }
}
