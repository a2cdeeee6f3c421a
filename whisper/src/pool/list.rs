//! Doubly linked lists through the entries themselves: eight bytes an entry and list, and an entry
//! leaves from the middle without a search.

use super::slab::Slab;

/// No slot.
const NONE: u32 = u32::MAX;

/// An entry's neighbours in one list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Links {
    previous: u32,
    next: u32,
}

impl Default for Links {
    fn default() -> Self {
        Self {
            previous: NONE,
            next: NONE,
        }
    }
}

/// The ends of a list.
#[derive(Debug, Clone, Copy)]
pub(super) struct List {
    head: u32,
    tail: u32,
}

impl Default for List {
    fn default() -> Self {
        Self {
            head: NONE,
            tail: NONE,
        }
    }
}

fn some(slot: u32) -> Option<u32> {
    (slot != NONE).then_some(slot)
}

/// The slot behind `slot` in its list.
pub(super) fn next<const LIST: usize>(slab: &Slab, slot: u32) -> Option<u32> {
    let links = slab.get(slot)?.links.get(LIST)?;
    some(links.next)
}

fn links<const LIST: usize>(slab: &mut Slab, slot: u32) -> Option<&mut Links> {
    slab.get_mut(slot)?.links.get_mut(LIST)
}

impl List {
    /// The first slot.
    pub(super) fn head(&self) -> Option<u32> {
        some(self.head)
    }

    /// Appends a slot that is in no list of this kind.
    pub(super) fn push_back<const LIST: usize>(&mut self, slab: &mut Slab, slot: u32) {
        if let Some(own) = links::<LIST>(slab, slot) {
            *own = Links {
                previous: self.tail,
                next: NONE,
            };
        }
        match links::<LIST>(slab, self.tail) {
            Some(tail) => tail.next = slot,
            None => self.head = slot,
        }
        self.tail = slot;
    }

    /// Takes out a slot that is in this list.
    pub(super) fn unlink<const LIST: usize>(&mut self, slab: &mut Slab, slot: u32) {
        let Some(own) = links::<LIST>(slab, slot) else {
            return;
        };
        let Links { previous, next } = std::mem::take(own);
        match links::<LIST>(slab, previous) {
            Some(links) => links.next = next,
            None => self.head = next,
        }
        match links::<LIST>(slab, next) {
            Some(links) => links.previous = previous,
            None => self.tail = previous,
        }
    }
}
