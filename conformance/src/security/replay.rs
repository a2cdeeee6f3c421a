//! Randomness that hands out recorded keys.

use rand::rand_core::{TryCryptoRng, TryRng};
use std::collections::VecDeque;
use std::convert::Infallible;

/// Gives recorded keys where 32 bytes are asked for, a recorded nonce where 12 are, and otherwise
/// bytes that are the same in each run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Replay {
    keys: VecDeque<[u8; 32]>,
    nonces: VecDeque<[u8; 12]>,
    drawn: u64,
}

impl Replay {
    pub(crate) fn new(keys: impl IntoIterator<Item = [u8; 32]>) -> Self {
        Self {
            keys: keys.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Gives `nonce` where the next 12 bytes are asked for.
    pub(crate) fn give_nonce(&mut self, nonce: [u8; 12]) {
        self.nonces.push_back(nonce);
    }
}

impl TryRng for Replay {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.drawn += 1;
        Ok(self.drawn as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.drawn += 1;
        Ok(self.drawn)
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        let recorded = match out.len() {
            32 => self.keys.pop_front().map(Vec::from),
            12 => self.nonces.pop_front().map(Vec::from),
            _ => None,
        };
        if let Some(recorded) = recorded {
            out.copy_from_slice(&recorded);
            return Ok(());
        }
        out.fill(1);
        self.drawn += 1;
        let count = self.drawn.to_le_bytes();
        out.iter_mut().zip(count).for_each(|(to, from)| *to = from);
        Ok(())
    }
}

impl TryCryptoRng for Replay {}
