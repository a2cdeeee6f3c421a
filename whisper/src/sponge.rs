//! The sponge of Keccak-256 with its state in the open, for the search of a proof of work on eight
//! nonces at once: a hasher cannot be asked for its midstate.

/// Bytes that a block of Keccak-256 absorbs.
pub(crate) const RATE: usize = 136;

/// Lanes of eight bytes in the state, the block's first.
pub(crate) const LANES: usize = 25;
const ROUNDS: usize = 24;

/// What is added to the first lane in each round.
pub(crate) const ROUND_CONSTANTS: [u64; ROUNDS] = [
    0x0000_0000_0000_0001,
    0x0000_0000_0000_8082,
    0x8000_0000_0000_808a,
    0x8000_0000_8000_8000,
    0x0000_0000_0000_808b,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8009,
    0x0000_0000_0000_008a,
    0x0000_0000_0000_0088,
    0x0000_0000_8000_8009,
    0x0000_0000_8000_000a,
    0x0000_0000_8000_808b,
    0x8000_0000_0000_008b,
    0x8000_0000_0000_8089,
    0x8000_0000_0000_8003,
    0x8000_0000_0000_8002,
    0x8000_0000_0000_0080,
    0x0000_0000_0000_800a,
    0x8000_0000_8000_000a,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8080,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8008,
];

/// The state of the sponge.
#[derive(Clone, Default)]
pub(crate) struct State([u64; LANES]);

impl State {
    /// Adds `bytes` to the block from byte `offset` on. What does not fit is left out.
    pub(crate) fn absorb(&mut self, offset: usize, bytes: &[u8]) {
        for (position, byte) in (offset..RATE).zip(bytes) {
            if let Some(lane) = self.0.get_mut(position / 8) {
                *lane ^= u64::from(*byte) << (8 * (position % 8));
            }
        }
    }

    /// Adds a number of eight bytes, big-endian, from byte `offset` on.
    #[inline]
    pub(crate) fn absorb_u64(&mut self, offset: usize, value: u64) {
        let value = value.swap_bytes();
        let shift = 8 * (offset % 8) as u32;
        if let Some(lane) = self.0.get_mut(offset / 8) {
            *lane ^= value << shift;
        }
        // Nothing is left over if the number fills a lane: `checked_shr` gives none for 64.
        let over = value.checked_shr(64 - shift).unwrap_or_default();
        if let Some(lane) = self.0.get_mut(offset / 8 + 1) {
            *lane ^= over;
        }
    }

    /// Adds the padding of a message that ends before byte `end` of this block.
    pub(crate) fn pad(&mut self, end: usize) {
        self.absorb(end, &[0x01]);
        self.absorb(RATE - 1, &[0x80]);
    }

    /// The lanes, the block's first.
    #[cfg(any(test, all(feature = "simd", target_arch = "x86_64")))]
    pub(crate) fn lanes(&self) -> &[u64; LANES] {
        &self.0
    }

    /// Turns the block over.
    pub(crate) fn permute(&mut self) {
        for constant in ROUND_CONSTANTS {
            round(&mut self.0, constant);
        }
    }
}

/// One round of Keccak-f[1600].
#[inline(always)]
fn round(lanes: &mut [u64; LANES], constant: u64) {
    let [
        a0,
        a1,
        a2,
        a3,
        a4,
        b0,
        b1,
        b2,
        b3,
        b4,
        c0,
        c1,
        c2,
        c3,
        c4,
        d0,
        d1,
        d2,
        d3,
        d4,
        e0,
        e1,
        e2,
        e3,
        e4,
    ] = *lanes;
    let parity = [
        a0 ^ b0 ^ c0 ^ d0 ^ e0,
        a1 ^ b1 ^ c1 ^ d1 ^ e1,
        a2 ^ b2 ^ c2 ^ d2 ^ e2,
        a3 ^ b3 ^ c3 ^ d3 ^ e3,
        a4 ^ b4 ^ c4 ^ d4 ^ e4,
    ];
    let [p0, p1, p2, p3, p4] = parity;
    let t0 = p4 ^ p1.rotate_left(1);
    let t1 = p0 ^ p2.rotate_left(1);
    let t2 = p1 ^ p3.rotate_left(1);
    let t3 = p2 ^ p4.rotate_left(1);
    let t4 = p3 ^ p0.rotate_left(1);
    let chi = |[v, w, x, y, z]: [u64; 5]| {
        [
            v ^ (!w & x),
            w ^ (!x & y),
            x ^ (!y & z),
            y ^ (!z & v),
            z ^ (!v & w),
        ]
    };
    let turned = |lane: u64, bits: u32| lane.rotate_left(bits);
    let [r0, r1, r2, r3, r4] = chi([
        a0 ^ t0,
        turned(b1 ^ t1, 44),
        turned(c2 ^ t2, 43),
        turned(d3 ^ t3, 21),
        turned(e4 ^ t4, 14),
    ]);
    let [s0, s1, s2, s3, s4] = chi([
        turned(a3 ^ t3, 28),
        turned(b4 ^ t4, 20),
        turned(c0 ^ t0, 3),
        turned(d1 ^ t1, 45),
        turned(e2 ^ t2, 61),
    ]);
    let [u0, u1, u2, u3, u4] = chi([
        turned(a1 ^ t1, 1),
        turned(b2 ^ t2, 6),
        turned(c3 ^ t3, 25),
        turned(d4 ^ t4, 8),
        turned(e0 ^ t0, 18),
    ]);
    let [v0, v1, v2, v3, v4] = chi([
        turned(a4 ^ t4, 27),
        turned(b0 ^ t0, 36),
        turned(c1 ^ t1, 10),
        turned(d2 ^ t2, 15),
        turned(e3 ^ t3, 56),
    ]);
    let [w0, w1, w2, w3, w4] = chi([
        turned(a2 ^ t2, 62),
        turned(b3 ^ t3, 55),
        turned(c4 ^ t4, 39),
        turned(d0 ^ t0, 41),
        turned(e1 ^ t1, 2),
    ]);
    *lanes = [
        r0 ^ constant,
        r1,
        r2,
        r3,
        r4,
        s0,
        s1,
        s2,
        s3,
        s4,
        u0,
        u1,
        u2,
        u3,
        u4,
        v0,
        v1,
        v2,
        v3,
        v4,
        w0,
        w1,
        w2,
        w3,
        w4,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Hash;
    use proptest::prelude::*;

    fn hash(bytes: &[u8]) -> [u8; 32] {
        let mut state = State::default();
        let mut blocks = bytes.chunks_exact(RATE);
        for block in &mut blocks {
            state.absorb(0, block);
            state.permute();
        }
        state.absorb(0, blocks.remainder());
        state.pad(blocks.remainder().len());
        state.permute();
        let bytes: Vec<u8> = state.0.iter().flat_map(|lane| lane.to_le_bytes()).collect();
        bytes[..32].try_into().unwrap()
    }

    proptest! {
        #[test]
        fn it_is_the_keccak_of_everything_else(bytes in proptest::collection::vec(any::<u8>(), 0..500)) {
            prop_assert_eq!(hash(&bytes), Hash::of(&bytes).0);
        }

        #[test]
        fn a_number_is_absorbed_as_its_bytes(offset in 0..RATE - 8, value: u64) {
            let (mut one, mut other) = (State::default(), State::default());
            one.absorb_u64(offset, value);
            other.absorb(offset, &value.to_be_bytes());
            prop_assert_eq!(one.0, other.0);
        }
    }
}
