//! What is to happen, in the order in which it will.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What is to happen, by time; what is to happen at the same time happens in the order in which it was
/// put in.
///
/// The heap moves keys of 24 bytes only; the items stay where they are until they come out, and
/// their places are used again. So once a simulation has reached its size nothing is allocated.
pub(crate) struct Queue<T> {
    heap: BinaryHeap<Reverse<Key>>,
    items: Vec<Option<T>>,
    free: Vec<u32>,
    pushed: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    at: u64,
    number: u64,
    place: u32,
}

impl<T> Queue<T> {
    pub(crate) fn new() -> Self {
        Self {
            heap: BinaryHeap::new(),
            items: Vec::new(),
            free: Vec::new(),
            pushed: 0,
        }
    }

    /// Puts in what is to happen at a time.
    pub(crate) fn push(&mut self, at: u64, item: T) {
        let place = match self.free.pop() {
            Some(place) => place,
            None => {
                self.items.push(None);
                // Four thousand million events at once do not fit the memory.
                u32::try_from(self.items.len() - 1).unwrap_or(u32::MAX)
            }
        };
        if let Some(slot) = usize::try_from(place)
            .ok()
            .and_then(|place| self.items.get_mut(place))
        {
            *slot = Some(item);
        }
        self.pushed += 1;
        self.heap.push(Reverse(Key {
            at,
            number: self.pushed,
            place,
        }));
    }

    /// When the next thing is to happen.
    pub(crate) fn next_at(&self) -> Option<u64> {
        self.heap.peek().map(|Reverse(key)| key.at)
    }

    /// The next thing, and when it is to happen.
    pub(crate) fn pop(&mut self) -> Option<(u64, T)> {
        let Reverse(key) = self.heap.pop()?;
        self.free.push(key.place);
        let place = usize::try_from(key.place).ok()?;
        let item = self.items.get_mut(place)?.take()?;
        Some((key.at, item))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_comes_first_then_the_order_of_putting_in() {
        let mut queue = Queue::new();
        for (at, item) in [(5, 'a'), (3, 'b'), (5, 'c'), (3, 'd')] {
            queue.push(at, item);
        }
        assert_eq!(queue.next_at(), Some(3));
        let order: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
        assert_eq!(order, [(3, 'b'), (3, 'd'), (5, 'a'), (5, 'c')]);
        assert_eq!(queue.next_at(), None);
    }

    #[test]
    fn places_are_used_again() {
        let mut queue = Queue::new();
        for round in 0..1000 {
            queue.push(round, round);
            queue.push(round, round);
            queue.pop();
            queue.pop();
        }
        assert_eq!(queue.items.len(), 2);
    }
}
