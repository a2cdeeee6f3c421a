//! Pauses between things that happen at random.
//!
//! The logarithm that it takes is made here of the four operations that come out the same on all machines, to
//! the last bit; the one of a system's library does not, and a seed is to be the same run everywhere.

use status_simulated_network::Random;
use std::f64::consts::LN_2;

/// Longer than any simulation, in ms.
const NEVER: u64 = 1 << 50;

/// Bits of a draw.
const PRECISION: u32 = 32;

/// Terms of the series: each is a ninth of the one before at most, so that the rest is below what a double
/// can tell.
const TERMS: u32 = 20;

/// How many ms pass until something happens again that happens so often in an hour, whatever happened
/// before; at least one.
pub(super) fn pause(per_hour: f64, dice: &mut Random) -> u64 {
    // The draw happens whatever the rate, so that changing it disturbs nothing else.
    let draw = dice.below(1 << PRECISION) + 1;
    if per_hour <= 0.0 {
        return NEVER;
    }
    let ms = minus_ln(draw) * 3_600_000.0 / per_hour;
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive number, cut down first"
    )]
    let ms = ms.min(1e15) as u64;
    ms.clamp(1, NEVER)
}

/// The natural logarithm of 2^32 / `number`, which is from 1 to 2^32.
fn minus_ln(number: u64) -> f64 {
    let log2 = number.max(1).ilog2();
    // number = power * (1 + rest / power), and ln((1 + t) / (1 - t)) = 2 (t + t^3 / 3 + t^5 / 5 ...).
    let power = 1_u64 << log2;
    let rest = number.saturating_sub(power);
    #[allow(clippy::cast_precision_loss, reason = "34 bits fit a double")]
    let t = rest as f64 / (number + power) as f64;
    let (mut sum, mut odd_power) = (0.0, t);
    for term in 0..TERMS {
        sum += odd_power / f64::from(2 * term + 1);
        odd_power *= t * t;
    }
    let octaves = f64::from(PRECISION) - f64::from(log2);
    octaves * LN_2 - 2.0 * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithm_is_one() {
        for number in [1, 2, 3, 7, 1000, 0x8000_0000, 0xffff_ffff, 1 << 32] {
            let ln = -(number as f64 / (1_u64 << 32) as f64).ln();
            let difference = (minus_ln(number) - ln).abs();
            assert!(difference < 1e-13, "{number}: {difference}");
        }
        assert_eq!(minus_ln(1 << 32).to_bits(), 0);
        assert_eq!(minus_ln(3).to_bits(), 0x4035_1504_574f_69bf);
    }

    #[test]
    fn pauses_are_as_long_as_the_rate_says_on_the_average() {
        let mut dice = Random::new(1);
        let sum: u64 = (0..10_000).map(|_| pause(60.0, &mut dice)).sum();
        assert!((580_000_000..620_000_000).contains(&sum), "{sum}");
        assert_eq!(pause(0.0, &mut dice), NEVER);
    }
}
