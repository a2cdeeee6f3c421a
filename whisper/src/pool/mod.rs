//! The pool: every envelope a node knows and that has not expired.
//!
//! An envelope is kept as its bytes in an allocation of its own, never as a slice of the packet it
//! came in, so that one envelope cannot keep a megabyte alive. Beside them an [`Entry`] of fixed
//! size holds what decisions need. Four indices point at entries by their slot: a hash table for
//! deduplication, one list per second of expiry (a sweep touches only what is due), one list per
//! class of work (for the victims when the pool is full), and the peers' sets of known envelopes.

mod entry;
mod list;
mod slab;

pub(crate) use entry::Entry;
pub use entry::Handle;

use crate::envelope::Envelope;
use crate::hash::Hash;
use crate::topic::Topic;
use entry::{BY_EXPIRY, BY_WORK, CLASSES, OWN_CLASS, work_class};
use hashbrown::HashTable;
use list::List;
use slab::Slab;
use std::collections::BTreeMap;

/// Bounds of a [`Pool`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolLimits {
    /// Most bytes of envelopes, inclusive. The indices come on top: 91 to 130 bytes an envelope.
    pub max_bytes: usize,
    /// Most envelopes, inclusive.
    pub max_envelopes: usize,
}

impl Default for PoolLimits {
    /// 64 MiB, which is 64 envelopes of the largest size, or 100,000 of 670 bytes: at the TTL of 15
    /// seconds that Status uses, 6,600 messages a second.
    fn default() -> Self {
        Self {
            max_bytes: 64 << 20,
            max_envelopes: 100_000,
        }
    }
}

/// Why [`Pool::insert`] took nothing: what would have to go has as much work as what came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("pool of {envelopes} envelopes, {bytes} bytes is full of envelopes with as much work")]
pub struct PoolFull {
    /// Envelopes in the pool.
    pub envelopes: usize,
    /// Their bytes.
    pub bytes: usize,
}

/// What [`Pool::insert`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inserted {
    /// The new envelope.
    pub handle: Handle,
    /// How many others had to go.
    pub evicted: usize,
}

/// An envelope that [`Pool::sweep`] dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swept {
    /// Its hash.
    pub hash: Hash,
    /// Whether this node posted it.
    pub own: bool,
}

/// Envelopes by hash and by expiry, within [`PoolLimits`].
///
/// When it is full, work decides: envelopes are put into classes, each of twice the work of the one
/// before, and a new one displaces the oldest of the lowest class, if its own class is higher.
/// Equals do not displace each other, so whoever floods a pool must outdo everybody else in work
/// per byte and second, and a flood of equals leaves the pool as it was. The node's own envelopes
/// are above all classes.
pub struct Pool {
    limits: PoolLimits,
    seed: u64,
    slab: Slab,
    by_hash: HashTable<u32>,
    by_expiry: BTreeMap<u32, List>,
    by_work: [Class; CLASSES],
    /// Bit i is set if class i is not empty.
    classes: u64,
    bytes: usize,
    next_stamp: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Class {
    list: List,
    bytes: usize,
    envelopes: usize,
}

impl Pool {
    /// An empty pool. `seed` keys its hash table, see [`Config::seed`](crate::Config::seed).
    pub fn new(limits: PoolLimits, seed: u64) -> Self {
        Self {
            limits,
            seed,
            slab: Slab::default(),
            by_hash: HashTable::new(),
            by_expiry: BTreeMap::new(),
            by_work: [Class::default(); CLASSES],
            classes: 0,
            bytes: 0,
            next_stamp: 0,
        }
    }

    /// Takes an envelope with proof of work `pow`; one that is there already stays as it is, save
    /// that it becomes the node's own if `own`. Copies the bytes.
    ///
    /// # Errors
    ///
    /// [`PoolFull`], and nothing changed.
    pub fn insert(
        &mut self,
        envelope: &Envelope,
        pow: f64,
        own: bool,
    ) -> Result<Inserted, PoolFull> {
        let hash = envelope.hash();
        if let Some(handle) = self.find(&hash) {
            if own {
                self.adopt(handle);
            }
            return Ok(Inserted { handle, evicted: 0 });
        }
        let class = if own { OWN_CLASS } else { work_class(pow) };
        let evicted = self.make_room(envelope.rlp().len(), class, own)?;
        let stamp = self.next_stamp;
        self.next_stamp = self.next_stamp.wrapping_add(1);
        let slot = self.slab.insert(Entry {
            rlp: Box::from(&envelope.rlp()[..]),
            hash,
            pow,
            expiry: envelope.expiry(),
            topic: envelope.topic(),
            stamp,
            links: Default::default(),
            class,
            own,
        });
        self.bytes += envelope.rlp().len();
        let (slab, seed) = (&self.slab, self.seed);
        self.by_hash
            .insert_unique(place(seed, &hash), slot, |slot| {
                slab.get(*slot).map_or(0, |entry| place(seed, &entry.hash))
            });
        let list = self.by_expiry.entry(envelope.expiry()).or_default();
        list.push_back::<BY_EXPIRY>(&mut self.slab, slot);
        self.join_class(slot, class, envelope.rlp().len());
        Ok(Inserted {
            handle: Handle { slot, stamp },
            evicted,
        })
    }

    /// Drops what expired before `now` (Unix time in seconds), soonest first, and tells of each.
    /// Costs nothing for what is not due.
    pub fn sweep(&mut self, now: u32, mut dropped: impl FnMut(Swept)) {
        while let Some(first) = self.by_expiry.first_entry() {
            if *first.key() >= now {
                break;
            }
            let list = first.remove();
            let mut next = list.head();
            while let Some(slot) = next {
                next = list::next::<BY_EXPIRY>(&self.slab, slot);
                if let Some(entry) = self.forget(slot) {
                    dropped(Swept {
                        hash: entry.hash,
                        own: entry.own,
                    });
                }
            }
        }
        if self.is_empty() {
            // Give back what a flood made grow. Stamps go on, so old handles stay dead.
            self.slab = Slab::default();
            self.by_hash = HashTable::new();
        }
    }

    /// When the next envelope expires: the last second of its life, Unix time.
    pub fn next_expiry(&self) -> Option<u32> {
        self.by_expiry.first_key_value().map(|(expiry, _)| *expiry)
    }

    /// The envelope with this hash.
    pub fn find(&self, hash: &Hash) -> Option<Handle> {
        let equal = |slot: &u32| {
            self.slab
                .get(*slot)
                .is_some_and(|entry| entry.hash == *hash)
        };
        let slot = *self.by_hash.find(place(self.seed, hash), equal)?;
        Some(Handle {
            slot,
            stamp: self.slab.get(slot)?.stamp,
        })
    }

    /// Whether an envelope with this hash is there.
    pub fn contains(&self, hash: &Hash) -> bool {
        self.find(hash).is_some()
    }

    /// The bytes of an envelope, if it is still there.
    pub fn rlp(&self, handle: Handle) -> Option<&[u8]> {
        self.entry(handle).map(|entry| &entry.rlp[..])
    }

    /// The handles of all envelopes: the soonest to expire first, of one second the oldest first.
    pub fn handles(&self) -> impl Iterator<Item = Handle> {
        self.by_expiry.values().flat_map(|list| {
            let after = |slot: &u32| list::next::<BY_EXPIRY>(&self.slab, *slot);
            std::iter::successors(list.head(), after).filter_map(|slot| {
                let stamp = self.slab.get(slot)?.stamp;
                Some(Handle { slot, stamp })
            })
        })
    }

    /// How many envelopes there are.
    pub fn len(&self) -> usize {
        self.by_hash.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_hash.is_empty()
    }

    /// The bytes of all envelopes together, without what it takes to keep them.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Bytes asked of the allocator for the envelopes and all indices. What the allocator adds to
    /// each of its blocks (8 to 16 bytes, commonly) is not in it; the bench `pool` measures that.
    pub fn memory(&self) -> usize {
        // A node of the standard library's B-tree holds 5 to 11 keys; half full is the worst.
        let expiries = self.by_expiry.len() * 2 * size_of::<(u32, List)>();
        size_of::<Self>()
            + self.bytes
            + self.slab.memory()
            + self.by_hash.allocation_size()
            + expiries
    }

    pub(crate) fn entry(&self, handle: Handle) -> Option<&Entry> {
        let entry = self.slab.get(handle.slot)?;
        (entry.stamp == handle.stamp).then_some(entry)
    }

    /// Makes an envelope of others' the node's own.
    fn adopt(&mut self, handle: Handle) {
        let Some(entry) = self.slab.get_mut(handle.slot) else {
            return;
        };
        let (class, len) = (entry.class, entry.rlp.len());
        entry.own = true;
        entry.class = OWN_CLASS;
        self.leave_class(handle.slot, class, len);
        self.join_class(handle.slot, OWN_CLASS, len);
    }

    /// Evicts what must go for `len` more bytes, or nothing if that is not possible.
    fn make_room(&mut self, len: usize, class: u8, own: bool) -> Result<usize, PoolFull> {
        let fits = |bytes: usize, envelopes: usize| {
            bytes + len <= self.limits.max_bytes && envelopes < self.limits.max_envelopes
        };
        if fits(self.bytes, self.len()) {
            return Ok(0);
        }
        let below = if own { CLASSES } else { usize::from(class) };
        let lower = self.by_work.iter().take(below);
        let (bytes, envelopes) = lower.fold((0, 0), |(bytes, envelopes), class| {
            (bytes + class.bytes, envelopes + class.envelopes)
        });
        if !fits(self.bytes - bytes, self.len() - envelopes) {
            return Err(PoolFull {
                envelopes: self.len(),
                bytes: self.bytes,
            });
        }
        let mut evicted = 0;
        while self.bytes + len > self.limits.max_bytes || self.len() >= self.limits.max_envelopes {
            let lowest = self.by_work.get(self.classes.trailing_zeros() as usize);
            let Some(victim) = lowest.and_then(|class| class.list.head()) else {
                break;
            };
            self.evict(victim);
            evicted += 1;
        }
        Ok(evicted)
    }

    fn evict(&mut self, slot: u32) {
        let Some(expiry) = self.slab.get(slot).map(|entry| entry.expiry) else {
            return;
        };
        if let Some(list) = self.by_expiry.get_mut(&expiry) {
            list.unlink::<BY_EXPIRY>(&mut self.slab, slot);
            if list.head().is_none() {
                self.by_expiry.remove(&expiry);
            }
        }
        self.forget(slot);
    }

    /// Removes an entry from everything but the list of its expiry.
    fn forget(&mut self, slot: u32) -> Option<Entry> {
        let entry = self.slab.get(slot)?;
        let (hash, class, len) = (entry.hash, entry.class, entry.rlp.len());
        let place = place(self.seed, &hash);
        if let Ok(occupied) = self.by_hash.find_entry(place, |other| *other == slot) {
            occupied.remove();
        }
        self.leave_class(slot, class, len);
        self.bytes -= len;
        self.slab.remove(slot)
    }

    fn join_class(&mut self, slot: u32, class: u8, len: usize) {
        if let Some(work) = self.by_work.get_mut(usize::from(class)) {
            work.list.push_back::<BY_WORK>(&mut self.slab, slot);
            work.bytes += len;
            work.envelopes += 1;
            self.classes |= 1 << class;
        }
    }

    fn leave_class(&mut self, slot: u32, class: u8, len: usize) {
        if let Some(work) = self.by_work.get_mut(usize::from(class)) {
            work.list.unlink::<BY_WORK>(&mut self.slab, slot);
            work.bytes -= len;
            work.envelopes -= 1;
            if work.envelopes == 0 {
                self.classes &= !(1 << class);
            }
        }
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool")
            .field("limits", &self.limits)
            .field("envelopes", &self.len())
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

/// Where a hash belongs in the table. The hash is uniform already, but anybody can search for
/// envelopes whose hashes begin alike, which the seed makes useless.
fn place(seed: u64, hash: &Hash) -> u64 {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..] = hash.0;
    let first = u64::from_le_bytes([a, b, c, d, e, f, g, h]) ^ seed;
    let second = u64::from_le_bytes([i, j, k, l, m, n, o, p]) ^ seed.rotate_left(32);
    let product = u128::from(first) * u128::from(second);
    (product >> 64) as u64 ^ product as u64
}

impl Entry {
    pub(crate) fn topic(&self) -> Topic {
        self.topic
    }

    pub(crate) fn expiry(&self) -> u32 {
        self.expiry
    }
}

#[cfg(test)]
mod tests;
