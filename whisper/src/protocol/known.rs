//! Which pooled envelopes a peer is known to have: one bit each.

/// A set of slots of the pool. It never outgrows the pool (an eighth of a byte per slot), and needs
/// no sweep: a slot's bit is written anew when the slot gets its next envelope.
#[derive(Debug, Default)]
pub(super) struct Known(Vec<u64>);

impl Known {
    pub(super) fn contains(&self, slot: u32) -> bool {
        let word = self.0.get(slot as usize / 64);
        word.is_some_and(|word| word >> (slot % 64) & 1 == 1)
    }

    pub(super) fn set(&mut self, slot: u32, known: bool) {
        let index = slot as usize / 64;
        if index >= self.0.len() {
            if !known {
                return;
            }
            self.0.resize(index + 1, 0);
        }
        if let Some(word) = self.0.get_mut(index) {
            *word = *word & !(1 << (slot % 64)) | u64::from(known) << (slot % 64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_independent() {
        let mut known = Known::default();
        known.set(200, false);
        assert!(known.0.is_empty());
        for slot in [0, 63, 64, 130] {
            known.set(slot, true);
        }
        known.set(63, false);
        let set: Vec<u32> = (0..300).filter(|slot| known.contains(*slot)).collect();
        assert_eq!(set, [0, 64, 130]);
    }
}
