//! Entries at fixed places, in pieces, so that growing copies nothing and wastes little.

use super::entry::Entry;

/// Entries per piece. At most one piece is partly unused when the pool has only grown: 23 KB.
const PIECE: usize = 256;

/// Entries by slot. A free slot owns no memory beside its place.
#[derive(Default)]
pub(super) struct Slab {
    pieces: Vec<Box<[Option<Entry>]>>,
    /// Free slots, the next to use last.
    free: Vec<u32>,
    /// Slots from here on were never used.
    untouched: u32,
}

impl Slab {
    pub(super) fn get(&self, slot: u32) -> Option<&Entry> {
        let piece = self.pieces.get(slot as usize / PIECE)?;
        piece.get(slot as usize % PIECE)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, slot: u32) -> Option<&mut Entry> {
        let piece = self.pieces.get_mut(slot as usize / PIECE)?;
        piece.get_mut(slot as usize % PIECE)?.as_mut()
    }

    pub(super) fn insert(&mut self, entry: Entry) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            let slot = self.untouched;
            self.untouched += 1;
            if slot as usize / PIECE == self.pieces.len() {
                self.pieces.push((0..PIECE).map(|_| None).collect());
            }
            slot
        });
        let piece = self.pieces.get_mut(slot as usize / PIECE);
        if let Some(place) = piece.and_then(|piece| piece.get_mut(slot as usize % PIECE)) {
            *place = Some(entry);
        }
        slot
    }

    pub(super) fn remove(&mut self, slot: u32) -> Option<Entry> {
        let piece = self.pieces.get_mut(slot as usize / PIECE)?;
        let entry = piece.get_mut(slot as usize % PIECE)?.take()?;
        self.free.push(slot);
        Some(entry)
    }

    /// Bytes asked of the allocator, without the envelopes.
    pub(super) fn memory(&self) -> usize {
        self.pieces.len() * PIECE * size_of::<Option<Entry>>()
            + self.pieces.capacity() * size_of::<Box<[Option<Entry>]>>()
            + self.free.capacity() * size_of::<u32>()
    }
}
