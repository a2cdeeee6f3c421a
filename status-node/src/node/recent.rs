//! The ids of messages seen lately, by which a message that comes twice is told.

use std::collections::{HashSet, VecDeque};
use std::hash::Hash;

/// A set that holds the last `capacity` members.
#[derive(Debug)]
pub(crate) struct Recent<T> {
    members: HashSet<T>,
    order: VecDeque<T>,
    capacity: usize,
}

impl<T: Copy + Eq + Hash> Recent<T> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            members: HashSet::new(),
            order: VecDeque::new(),
            capacity,
        }
    }

    pub(crate) fn contains(&self, member: &T) -> bool {
        self.members.contains(member)
    }

    /// Takes a member; `false` if it is one already.
    pub(crate) fn insert(&mut self, member: T) -> bool {
        if !self.members.insert(member) {
            return false;
        }
        self.order.push_back(member);
        if self.order.len() > self.capacity
            && let Some(oldest) = self.order.pop_front()
        {
            self.members.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_member_makes_room() {
        let mut recent = Recent::new(2);
        assert!(recent.insert(1));
        assert!(recent.insert(2));
        assert!(!recent.insert(1));
        assert!(recent.insert(3));
        assert!(recent.insert(1), "1 was the oldest");
        assert!(!recent.insert(3));
        assert_eq!(recent.members.len(), 2);
        assert!(recent.contains(&1) && !recent.contains(&2));
    }
}
