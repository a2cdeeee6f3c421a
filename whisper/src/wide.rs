//! Eight permutations of Keccak at once, where the processor has vectors of 512 bits.
//!
//! The lanes of eight states lie side by side, and one instruction works on eight of them. The
//! instructions are chosen at run time; elsewhere [`Wide::detect`] gives none and the search goes
//! on one by one.

#[cfg(any(test, not(all(feature = "simd", target_arch = "x86_64"))))]
use crate::sponge::State;

/// How many states are permuted together.
pub(crate) const WIDTH: usize = 8;

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
pub(crate) use vectors::Wide;

#[cfg(not(all(feature = "simd", target_arch = "x86_64")))]
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wide {}

#[cfg(not(all(feature = "simd", target_arch = "x86_64")))]
impl Wide {
    pub(crate) fn detect() -> Option<Self> {
        None
    }

    pub(crate) fn permute(self, _states: [State; WIDTH], _padding_follows: bool) -> [u64; WIDTH] {
        match self {}
    }
}

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
mod vectors {
    use super::WIDTH;
    use crate::sponge::{LANES, ROUND_CONSTANTS, State};
    use pulp::NullaryFnOnce;
    use pulp::x86::V4;

    type Lane = [u64; WIDTH];

    /// The proof that this processor has the instructions.
    #[derive(Debug, Clone, Copy)]
    pub(crate) struct Wide(V4);

    impl Wide {
        pub(crate) fn detect() -> Option<Self> {
            V4::try_new().map(Self)
        }

        /// The first lane of each state after its permutation; if `padding_follows`, after that of
        /// another block which is nothing but padding.
        pub(crate) fn permute(self, states: [State; WIDTH], padding_follows: bool) -> Lane {
            let mut lanes = [[0; WIDTH]; LANES];
            for (column, state) in states.iter().enumerate() {
                for (lane, value) in lanes.iter_mut().zip(state.lanes()) {
                    if let Some(place) = lane.get_mut(column) {
                        *place = *value;
                    }
                }
            }
            if padding_follows {
                lanes = self.0.vectorize(Permutation(lanes));
                let mut padding = State::default();
                padding.pad(0);
                for (lane, value) in lanes.iter_mut().zip(padding.lanes()) {
                    lane.iter_mut().for_each(|lane| *lane ^= value);
                }
            }
            self.0.vectorize(FirstLane(lanes))
        }
    }

    struct Permutation([Lane; LANES]);

    impl NullaryFnOnce for Permutation {
        type Output = [Lane; LANES];

        // All of it has to be inlined here to be compiled with the instructions.
        #[inline(always)]
        fn call(self) -> [Lane; LANES] {
            let Self(mut lanes) = self;
            for constant in ROUND_CONSTANTS {
                lanes = round(&lanes, constant);
            }
            lanes
        }
    }

    struct FirstLane([Lane; LANES]);

    impl NullaryFnOnce for FirstLane {
        type Output = Lane;

        #[inline(always)]
        fn call(self) -> Lane {
            let [first, ..] = Permutation(self.0).call();
            first
        }
    }

    /// By how many bits the lane in row `y` and column `x` turns, as `[y][x]`.
    const TURNS: [[u32; 5]; 5] = [
        [0, 1, 62, 28, 27],
        [36, 44, 6, 55, 20],
        [3, 10, 43, 25, 39],
        [41, 45, 15, 21, 8],
        [18, 2, 61, 56, 14],
    ];

    /// One round of Keccak-f[1600] on eight states.
    ///
    /// Loops over arrays, and not named variables of a vector type, because that is the form which
    /// the compiler turns into vector instructions: measured, the other is twelve times as slow.
    #[inline(always)]
    #[allow(
        clippy::indexing_slicing,
        clippy::needless_range_loop,
        reason = "every index is the counter of a loop over a constant range, or that modulo 5"
    )]
    fn round(a: &[Lane; LANES], constant: u64) -> [Lane; LANES] {
        let mut parity = [[0; WIDTH]; 5];
        for x in 0..5 {
            for l in 0..WIDTH {
                parity[x][l] = a[x][l] ^ a[x + 5][l] ^ a[x + 10][l] ^ a[x + 15][l] ^ a[x + 20][l];
            }
        }
        let mut theta = [[0; WIDTH]; 5];
        for x in 0..5 {
            for l in 0..WIDTH {
                theta[x][l] = parity[(x + 4) % 5][l] ^ parity[(x + 1) % 5][l].rotate_left(1);
            }
        }
        let mut turned = [[0; WIDTH]; LANES];
        for y in 0..5 {
            for x in 0..5 {
                for l in 0..WIDTH {
                    turned[((2 * x + 3 * y) % 5) * 5 + y][l] =
                        (a[y * 5 + x][l] ^ theta[x][l]).rotate_left(TURNS[y][x]);
                }
            }
        }
        let mut result = [[0; WIDTH]; LANES];
        for y in 0..5 {
            for x in 0..5 {
                for l in 0..WIDTH {
                    result[y * 5 + x][l] = turned[y * 5 + x][l]
                        ^ (!turned[y * 5 + (x + 1) % 5][l] & turned[y * 5 + (x + 2) % 5][l]);
                }
            }
        }
        for l in 0..WIDTH {
            result[0][l] ^= constant;
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_at_once_are_as_eight_one_by_one() {
        let Some(wide) = Wide::detect() else {
            return;
        };
        let states: [State; WIDTH] = std::array::from_fn(|index| {
            let mut state = State::default();
            state.absorb(3, &[index as u8 + 1; 100]);
            state
        });
        let once = wide.permute(states.clone(), false);
        let twice = wide.permute(states.clone(), true);
        for ((mut state, once), twice) in states.into_iter().zip(once).zip(twice) {
            state.permute();
            assert_eq!(state.lanes()[0], once);
            state.pad(0);
            state.permute();
            assert_eq!(state.lanes()[0], twice);
        }
    }
}
