//! What can be read out of a bloom filter, which is more than it seems: anybody can try topics on it.

use crate::coupling::Channel;
use status_whisper::Bloom;

/// Bytes of a filter, as a number.
const BYTES: f64 = 64.0;

/// How many bits of a filter are set, of 512.
pub(super) fn bits(bloom: &Bloom) -> u32 {
    bloom.0.iter().map(|byte| byte.count_ones()).sum()
}

/// Which share of all topics a filter lets through, from 0 to 1: the chance that one passes for no reason.
///
/// A topic sets three bits, each in a byte that is any of 64, and each any of 8 there; of those that fall
/// into the same byte the last one counts. With `s` the share of bits that are set in a byte, and the sums of
/// `s`, `s²` and `s³` over all bytes, the three cases (three bytes, two, one) add up to this.
pub(super) fn share(bloom: &Bloom) -> f64 {
    let shares = || {
        bloom
            .0
            .iter()
            .map(|byte| f64::from(byte.count_ones()) / 8.0)
    };
    let first: f64 = shares().sum();
    let second: f64 = shares().map(|share| share.powi(2)).sum();
    let third: f64 = shares().map(|share| share.powi(3)).sum();
    let three_bytes = first.powi(3) - 3.0 * first * second + 2.0 * third;
    let two_bytes = 3.0 * (first.powi(2) - second);
    ((three_bytes + two_bytes + first) / BYTES.powi(3)).clamp(0.0, 1.0)
}

/// How many partitions a filter lets through.
pub(super) fn partitions(bloom: &Bloom) -> u32 {
    let passing = Channel::partition_topics().filter(|topic| bloom.admits(*topic));
    u32::try_from(passing.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coupling::PARTITIONS;
    use status_whisper::Topic;

    /// The share, by trying: every 97th of all topics, which is prime to all that matters.
    fn counted(bloom: &Bloom) -> f64 {
        let topics = (0..u32::MAX)
            .step_by(9_973)
            .map(|number| Topic(number.to_be_bytes()));
        let (mut all, mut passing) = (0.0, 0.0);
        for topic in topics {
            all += 1.0;
            passing += f64::from(u8::from(bloom.admits(topic)));
        }
        passing / all
    }

    #[test]
    fn the_share_is_what_trying_topics_finds() {
        assert_eq!(share(&Bloom::EMPTY), 0.0);
        assert!((share(&Bloom::FULL) - 1.0).abs() < 1e-12);
        for count in [1, 5, 50, 200] {
            let topics = (0..count)
                .map(|number: u32| Topic(number.wrapping_mul(2_654_435_761).to_be_bytes()));
            let bloom = Bloom::from_topics(topics);
            let (share, counted) = (share(&bloom), counted(&bloom));
            let noise = 6.0 * (share / 430_000.0).sqrt() + 1e-5;
            assert!(
                (share - counted).abs() < noise,
                "{count}: {share} {counted}"
            );
        }
    }

    #[test]
    fn partitions_pass_that_are_in_it_or_happen_to() {
        assert_eq!(partitions(&Bloom::EMPTY), 0);
        assert_eq!(partitions(&Bloom::FULL), PARTITIONS);
        let third = Channel::partition_topics().nth(3).unwrap();
        assert!(partitions(&Bloom::from(third)) >= 1);
    }
}
