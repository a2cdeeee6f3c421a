//! Proof of work: how much is wanted, and the search for a nonce.
//!
//! The hash covers the envelope without its nonce, then the nonce. All blocks of Keccak before the
//! one with the nonce are absorbed once; from that midstate a try is one permutation, however
//! large the envelope. Where the nonce or the padding behind it reach into a second block, a try
//! takes two, except while the nonce's bytes in the first block do not change. Where the processor
//! has vectors of 512 bits eight tries are done at once.

use crate::hash::Hash;
use crate::sponge::{RATE, State};
use crate::wide::{WIDTH, Wide};
use keccak_asm::{Digest, Keccak256};
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicBool, Ordering};

/// How much work is to go into an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Work {
    /// None: the nonce is 0.
    #[default]
    None,
    /// At least this proof of work, as [`required_leading_zeros`] counts it.
    Target(f64),
    /// The best that is found until the search is cancelled after `seconds`, by which the expiry
    /// is put off.
    BestWithin {
        /// How long the caller intends to search.
        seconds: u32,
    },
}

impl Work {
    pub(crate) fn extra_seconds(self) -> u32 {
        match self {
            Self::BestWithin { seconds } => seconds,
            _ => 0,
        }
    }
}

/// The leading zero bits that an envelope's hash needs for the proof of work `pow`, given its
/// [size](crate::Envelope::size) in bytes and TTL in seconds.
///
/// As deployed: the size here is that of the data and 20 bytes, while a receiver divides by the
/// length of the RLP, so the work found may count for slightly more or less than `pow`. At least 1.
pub fn required_leading_zeros(pow: f64, size: usize, ttl: u32) -> u32 {
    let bits = (pow * size as f64 * f64::from(ttl)).log2().ceil();
    // A cast of a float saturates, and makes 0 of what is not a number.
    (bits as u32).max(1)
}

/// What a step of a search came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// This nonce reaches the target. The search is over.
    Found(u64),
    /// The steps are used up.
    Unfinished,
    /// It was cancelled.
    Cancelled,
}

/// The best nonce so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Best {
    /// The nonce; 0 if none was better than another.
    pub nonce: u64,
    /// Its leading zero bits.
    pub leading_zeros: u32,
}

/// A search for the nonce of an [`Unsealed`](crate::Unsealed) envelope, which can be stopped and resumed between
/// any two tries.
///
/// Call [`Search::run`] until it returns [`Progress::Found`], then
/// [`with_nonce`](crate::Unsealed::with_nonce). [`Search::split`] gives searches that share the nonces among them,
/// one for each thread; whoever finds one sets the flag that cancels the others.
#[derive(Debug, Clone)]
pub struct Search {
    tail: Tail,
    target: Option<u32>,
    next: u64,
    stride: u64,
    best: Best,
    tried: u64,
    wide: Option<Wide>,
}

/// How many tries there are between two looks at the flag that cancels a search: less than a tenth
/// of a millisecond.
const TRIES_BETWEEN_LOOKS: u64 = 256;

impl Search {
    /// A search over `without_nonce`, the RLP list of an envelope's first four items; none if no
    /// work is wanted.
    pub(crate) fn new(without_nonce: &[u8], size: usize, ttl: u32, work: Work) -> Option<Self> {
        let target = match work {
            Work::None => return None,
            Work::Target(pow) => Some(required_leading_zeros(pow, size, ttl)),
            Work::BestWithin { .. } => None,
        };
        Some(Self {
            tail: Tail::new(without_nonce),
            target,
            next: 0,
            stride: 1,
            best: Best::default(),
            tried: 0,
            wide: Wide::detect(),
        })
    }

    /// As many searches as `workers`, which share the nonces that are not tried yet: each takes
    /// every `workers`-th.
    pub fn split(self, workers: NonZeroU64) -> Vec<Self> {
        (0..workers.get())
            .map(|worker| Self {
                next: self.next.wrapping_add(worker.wrapping_mul(self.stride)),
                stride: self.stride.wrapping_mul(workers.get()),
                ..self.clone()
            })
            .collect()
    }

    /// The same search one nonce at a time, whatever the processor can do.
    pub fn without_vectors(mut self) -> Self {
        self.wide = None;
        self
    }

    /// Tries up to `tries` nonces, in ascending order. Looks at `cancelled` before the first and
    /// then every few hundred.
    pub fn run(&mut self, tries: u64, cancelled: &AtomicBool) -> Progress {
        let mut left = tries;
        while left > 0 {
            if cancelled.load(Ordering::Relaxed) {
                return Progress::Cancelled;
            }
            let now = left.min(TRIES_BETWEEN_LOOKS);
            if let Some(nonce) = self.run_uncancelled(now) {
                return Progress::Found(nonce);
            }
            left -= now;
        }
        Progress::Unfinished
    }

    /// Tries so many nonces, eight at once where that is possible.
    fn run_uncancelled(&mut self, tries: u64) -> Option<u64> {
        let end = self.tried + tries;
        while self.tried < end {
            let together = match self.wide {
                Some(wide) if end - self.tried >= WIDTH as u64 => {
                    self.tail.leading_zeros_of_eight(wide, self.upcoming())
                }
                _ => None,
            };
            let found = match together {
                Some(zeros) => zeros.into_iter().find_map(|zeros| self.consider(zeros)),
                None => {
                    let zeros = self.tail.leading_zeros(self.next);
                    self.consider(zeros)
                }
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// The nonces that are next.
    fn upcoming(&self) -> [u64; WIDTH] {
        let mut next = self.next;
        std::array::from_fn(|_| {
            let nonce = next;
            next = next.wrapping_add(self.stride);
            nonce
        })
    }

    /// Counts the next nonce as tried, and gives it if its leading zero bits suffice.
    fn consider(&mut self, leading_zeros: u32) -> Option<u64> {
        let nonce = self.next;
        self.next = nonce.wrapping_add(self.stride);
        self.tried += 1;
        if leading_zeros <= self.best.leading_zeros {
            return None;
        }
        self.best = Best {
            nonce,
            leading_zeros,
        };
        self.target
            .filter(|target| leading_zeros >= *target)
            .map(|_| nonce)
    }

    /// The leading zero bits wanted; none if it is the best within a time.
    pub fn target(&self) -> Option<u32> {
        self.target
    }

    /// The best nonce so far.
    pub fn best(&self) -> Best {
        self.best
    }

    /// How many nonces were tried.
    pub fn tried(&self) -> u64 {
        self.tried
    }
}

/// What remains to be hashed behind the midstate.
#[derive(Clone)]
struct Tail {
    /// A hasher that absorbed the envelope, for one nonce at a time.
    hasher: Keccak256,
    /// The same with the high bytes of a nonce that reaches into a second block; which are those.
    hashed_high: Option<(u64, Keccak256)>,
    /// The midstate with everything absorbed but the nonce: with the padding too if they fit one
    /// block, else only with the rest of the envelope.
    state: State,
    /// Where in the block the nonce starts, in bytes.
    offset: usize,
    /// For a nonce that reaches into a second block: its high bytes, which are in the first, and
    /// the state after that block with the padding of the second absorbed.
    second: Option<Box<(u64, State)>>,
}

impl std::fmt::Debug for Tail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tail")
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}

/// Length of the nonce in bytes.
const NONCE_LEN: usize = 8;

impl Tail {
    fn new(without_nonce: &[u8]) -> Self {
        let mut state = State::default();
        let mut blocks = without_nonce.chunks_exact(RATE);
        for block in &mut blocks {
            state.absorb(0, block);
            state.permute();
        }
        let rest = blocks.remainder();
        state.absorb(0, rest);
        let offset = rest.len();
        if offset + NONCE_LEN < RATE {
            state.pad(offset + NONCE_LEN);
        }
        Self {
            hasher: Keccak256::new().chain_update(without_nonce),
            hashed_high: None,
            state,
            offset,
            second: None,
        }
    }

    /// The leading zero bits of the hash with this nonce.
    fn leading_zeros(&mut self, nonce: u64) -> u32 {
        let bytes = nonce.to_be_bytes();
        let behind = self.bytes_behind().unwrap_or_default();
        let high = self.high(nonce);
        let (before, low) = match behind {
            // All of the nonce is in one block.
            0 => (&self.hasher, bytes.as_slice()),
            _ => {
                let (before, low) = bytes.split_at(NONCE_LEN - behind);
                let cached = &mut self.hashed_high;
                if cached.as_ref().is_none_or(|(cached, _)| *cached != high) {
                    *cached = Some((high, self.hasher.clone().chain_update(before)));
                }
                let hasher = cached.as_ref().map_or(&self.hasher, |(_, hasher)| hasher);
                (hasher, low)
            }
        };
        let hash = before.clone().chain_update(low).finalize();
        Hash(hash.into()).leading_zeros()
    }

    /// The same for eight nonces at once; none if they do not share the block before the last and
    /// that is not the nonces' own.
    fn leading_zeros_of_eight(&mut self, wide: Wide, nonces: [u64; WIDTH]) -> Option<[u32; WIDTH]> {
        let [first, .., last] = nonces;
        let firsts = if self.bytes_behind() == Some(0) {
            // The nonce ends with its block; the next holds nothing but padding.
            let states = nonces.map(|nonce| {
                let mut state = self.state.clone();
                state.absorb_u64(self.offset, nonce);
                state
            });
            wide.permute(states, true)
        } else if self.high(first) == self.high(last) {
            wide.permute(nonces.map(|nonce| self.last_block(nonce)), false)
        } else {
            return None;
        };
        let mut zeros = firsts.map(|lane| lane.swap_bytes().leading_zeros());
        for (zeros, nonce) in zeros.iter_mut().zip(nonces) {
            // Beyond the first lane, once in 2^64.
            if *zeros == u64::BITS {
                *zeros = self.leading_zeros(nonce);
            }
        }
        Some(zeros)
    }

    /// How many of the nonce's bytes, from the low end, are in the second block.
    fn bytes_behind(&self) -> Option<usize> {
        (self.offset + NONCE_LEN).checked_sub(RATE)
    }

    /// What of the nonce is in the block before the last; 0 if there is none.
    fn high(&self, nonce: u64) -> u64 {
        self.bytes_behind()
            .map_or(0, |behind| nonce >> (8 * behind))
    }

    /// The state that is to be permuted last, with everything absorbed.
    #[inline]
    fn last_block(&mut self, nonce: u64) -> State {
        let Some(behind) = self.bytes_behind() else {
            let mut state = self.state.clone();
            state.absorb_u64(self.offset, nonce);
            return state;
        };
        let high = self.high(nonce);
        let second = match self.second.take() {
            Some(second) if second.0 == high => second,
            _ => {
                let mut state = self.state.clone();
                let bytes = nonce.to_be_bytes();
                let before = bytes.get(..NONCE_LEN - behind).unwrap_or_default();
                state.absorb(self.offset, before);
                state.permute();
                state.pad(behind);
                Box::new((high, state))
            }
        };
        let mut state = second.1.clone();
        self.second = Some(second);
        // The low bytes become the first of the block.
        let low = nonce.checked_shl(8 * (NONCE_LEN - behind) as u32);
        state.absorb_u64(0, low.unwrap_or_default());
        state
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Envelope, Topic, Unsealed};
    use proptest::prelude::*;

    fn unsealed(len: usize, work: Work) -> Unsealed {
        Unsealed {
            expiry: 1_592_759_082,
            ttl: 15,
            topic: Topic([1, 2, 3, 4]),
            data: vec![7; len],
            work,
        }
    }

    static RUN: AtomicBool = AtomicBool::new(false);

    #[test]
    fn every_length_and_nonce_hashes_as_the_whole_does() {
        for len in 0..2 * RATE {
            let bytes = vec![0x5a; len];
            let mut tail = Tail::new(&bytes);
            for nonce in [0, 1, 255, 256, 0x0102_0304_0506_0708, u64::MAX, 2] {
                let mut whole = bytes.clone();
                whole.extend_from_slice(&nonce.to_be_bytes());
                let expected = Hash::of(&whole).leading_zeros();
                assert_eq!(tail.leading_zeros(nonce), expected, "{len} bytes, {nonce}");
                if nonce != 1 && nonce != 255 {
                    continue;
                }
                let eight = std::array::from_fn(|index| nonce.wrapping_add(index as u64));
                if let Some(zeros) =
                    Wide::detect().and_then(|wide| tail.leading_zeros_of_eight(wide, eight))
                {
                    let one_by_one = eight.map(|nonce| tail.leading_zeros(nonce));
                    assert_eq!(zeros, one_by_one, "{len} bytes, {nonce}");
                }
            }
        }
    }

    #[test]
    fn the_first_nonce_that_suffices_is_found() {
        let unsealed = unsealed(100, Work::Target(0.5));
        let mut search = unsealed.search().unwrap();
        assert_eq!(search.target(), Some(10));
        let Progress::Found(nonce) = search.run(u64::MAX, &RUN) else {
            panic!("not cancelled");
        };
        let zeros = |nonce| unsealed.with_nonce(nonce).pow_hash().leading_zeros();
        assert!(zeros(nonce) >= 10);
        assert!((0..nonce).all(|nonce| zeros(nonce) < 10));
        assert_eq!(search.tried(), nonce + 1);
    }

    #[test]
    fn a_search_in_steps_and_a_split_one_find_the_same() {
        let unsealed = unsealed(300, Work::Target(0.1));
        let Progress::Found(whole) = unsealed.search().unwrap().run(u64::MAX, &RUN) else {
            panic!("not cancelled");
        };
        let mut steps = unsealed.search().unwrap();
        let stepped = loop {
            match steps.run(7, &RUN) {
                Progress::Found(nonce) => break nonce,
                Progress::Unfinished => {}
                Progress::Cancelled => panic!("not cancelled"),
            }
        };
        assert_eq!(stepped, whole);
        let workers = NonZeroU64::new(3).unwrap();
        let found = unsealed.search().unwrap().split(workers).into_iter();
        let first = found
            .filter_map(|mut search| match search.run(whole + 1, &RUN) {
                Progress::Found(nonce) => Some(nonce),
                _ => None,
            })
            .min();
        assert_eq!(first, Some(whole));
    }

    #[test]
    fn a_cancelled_search_stops() {
        let cancelled = AtomicBool::new(true);
        let unsealed = unsealed(100, Work::Target(1e300));
        let mut search = unsealed.search().unwrap();
        assert_eq!(search.run(10, &cancelled), Progress::Cancelled);
        assert_eq!(search.tried(), 0);
        assert_eq!(search.run(10, &RUN), Progress::Unfinished);
        assert_eq!(search.tried(), 10);
        let stopped = unsealed.seal(&cancelled).unwrap_err();
        assert_eq!((stopped.best, stopped.tried), (0, 0));
    }

    #[test]
    fn the_best_of_a_time_is_taken_when_it_is_cancelled() {
        let unsealed = unsealed(100, Work::BestWithin { seconds: 1 });
        let mut search = unsealed.search().unwrap();
        assert_eq!(search.run(5000, &RUN), Progress::Unfinished);
        let best = search.best();
        let hash = unsealed.with_nonce(best.nonce).pow_hash();
        assert_eq!(hash.leading_zeros(), best.leading_zeros);
        assert!(best.leading_zeros >= 5, "{best:?}");
    }

    #[test]
    fn no_work_is_nonce_0() {
        assert!(unsealed(10, Work::None).search().is_none());
        assert_eq!(unsealed(10, Work::None).seal(&RUN).unwrap().nonce(), 0);
    }

    #[test]
    fn required_bits_as_deployed() {
        assert_eq!(required_leading_zeros(0.002, 304, 50), 5);
        assert_eq!(required_leading_zeros(0.2, 304, 300), 15);
        assert_eq!(required_leading_zeros(1e-9, 100, 1), 1);
        assert_eq!(required_leading_zeros(f64::NAN, 100, 1), 1);
        assert_eq!(required_leading_zeros(1.0, 64, 1), 6);
        assert_eq!(required_leading_zeros(f64::INFINITY, 64, 1), u32::MAX);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn a_sealed_envelope_has_the_bits_wanted(len in 0..500usize, pow in 1e-6..0.5f64) {
            let unsealed = unsealed(len, Work::Target(pow));
            let envelope: Envelope = unsealed.seal(&RUN).unwrap();
            let wanted = required_leading_zeros(pow, envelope.size(), envelope.ttl());
            prop_assert!(envelope.pow_hash().leading_zeros() >= wanted);
            // What a receiver counts differs only by size against length.
            prop_assert!(envelope.pow() >= pow * 0.8);
        }
    }
}
