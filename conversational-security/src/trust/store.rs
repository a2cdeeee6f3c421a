//! Where records are kept.

use super::record::{IdentityRecord, LabelRecord};
use secp256k1::PublicKey;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::convert::Infallible;

/// What a store counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Identities that the user had nothing to do with.
    Strangers,
    /// All other identities.
    Pinned,
    /// Labels.
    Labels,
}

/// Keeps the records of a [`super::Trust`], which calls it with bounded numbers of bounded records.
///
/// A store does what it is told and decides nothing. An error leaves the caller free to roll back: no
/// state is kept outside the store.
pub trait Store {
    /// Why a record cannot be read or written.
    type Error;

    /// The record of an identity.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    fn identity(&self, key: &PublicKey) -> Result<Option<IdentityRecord>, Self::Error>;

    /// Writes the record of an identity, new or in place of the former one.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    fn put_identity(&mut self, key: &PublicKey, record: &IdentityRecord)
    -> Result<(), Self::Error>;

    /// Removes the stranger that was seen least recently, if there is one; among those seen at the
    /// same time the one with the smallest compressed key.
    ///
    /// # Errors
    ///
    /// If it cannot be removed.
    fn remove_oldest_stranger(&mut self) -> Result<(), Self::Error>;

    /// The record of a label.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    fn label(&self, label: &str) -> Result<Option<LabelRecord>, Self::Error>;

    /// Writes the record of a label, new or in place of the former one.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    fn put_label(&mut self, label: &str, record: &LabelRecord) -> Result<(), Self::Error>;

    /// Removes a label.
    ///
    /// # Errors
    ///
    /// If it cannot be removed.
    fn remove_label(&mut self, label: &str) -> Result<(), Self::Error>;

    /// How many records of a group there are.
    ///
    /// # Errors
    ///
    /// If they cannot be counted.
    fn count(&self, group: Group) -> Result<usize, Self::Error>;
}

impl<S: Store> Store for &mut S {
    type Error = S::Error;

    fn identity(&self, key: &PublicKey) -> Result<Option<IdentityRecord>, S::Error> {
        (**self).identity(key)
    }

    fn put_identity(&mut self, key: &PublicKey, record: &IdentityRecord) -> Result<(), S::Error> {
        (**self).put_identity(key, record)
    }

    fn remove_oldest_stranger(&mut self) -> Result<(), S::Error> {
        (**self).remove_oldest_stranger()
    }

    fn label(&self, label: &str) -> Result<Option<LabelRecord>, S::Error> {
        (**self).label(label)
    }

    fn put_label(&mut self, label: &str, record: &LabelRecord) -> Result<(), S::Error> {
        (**self).put_label(label, record)
    }

    fn remove_label(&mut self, label: &str) -> Result<(), S::Error> {
        (**self).remove_label(label)
    }

    fn count(&self, group: Group) -> Result<usize, S::Error> {
        (**self).count(group)
    }
}

/// A store in memory. [`super::Trust`] bounds what is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryStore {
    identities: HashMap<[u8; 33], IdentityRecord>,
    /// The strangers among them, the one seen least recently first.
    strangers: BTreeSet<(u64, [u8; 33])>,
    labels: BTreeMap<String, LabelRecord>,
}

impl MemoryStore {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Store for MemoryStore {
    type Error = Infallible;

    fn identity(&self, key: &PublicKey) -> Result<Option<IdentityRecord>, Infallible> {
        Ok(self.identities.get(&key.serialize()).cloned())
    }

    fn put_identity(&mut self, key: &PublicKey, record: &IdentityRecord) -> Result<(), Infallible> {
        let key = key.serialize();
        if let Some(old) = self.identities.insert(key, record.clone()) {
            self.strangers.remove(&(old.last_seen_ms, key));
        }
        if !record.is_pinned() {
            self.strangers.insert((record.last_seen_ms, key));
        }
        Ok(())
    }

    fn remove_oldest_stranger(&mut self) -> Result<(), Infallible> {
        if let Some((_, key)) = self.strangers.pop_first() {
            self.identities.remove(&key);
        }
        Ok(())
    }

    fn label(&self, label: &str) -> Result<Option<LabelRecord>, Infallible> {
        Ok(self.labels.get(label).copied())
    }

    fn put_label(&mut self, label: &str, record: &LabelRecord) -> Result<(), Infallible> {
        self.labels.insert(label.to_owned(), *record);
        Ok(())
    }

    fn remove_label(&mut self, label: &str) -> Result<(), Infallible> {
        self.labels.remove(label);
        Ok(())
    }

    fn count(&self, group: Group) -> Result<usize, Infallible> {
        Ok(match group {
            Group::Strangers => self.strangers.len(),
            Group::Pinned => self.identities.len() - self.strangers.len(),
            Group::Labels => self.labels.len(),
        })
    }
}
