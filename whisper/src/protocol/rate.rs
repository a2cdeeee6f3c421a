//! Token buckets: how many per second, a second's worth at once.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

/// Keys (addresses, topics) that a [`Buckets`] tracks. Who is under its limit is forgotten as soon
/// as its bucket is full again, a second later at most, so this many must be active within one
/// second before a further one is refused.
pub(super) const MAX_BUCKETS: usize = 4096;

/// Tokens are counted in thousandths: a rate per second is then as many per millisecond.
const TOKEN: u64 = 1000;

/// The address that a limit counts by: of IPv6 the first 64 bits, since whoever has one address of
/// such a network usually has all.
pub(super) fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = u128::from(address) & (u128::MAX << 64);
            Ipv6Addr::from(network).into()
        }
        address => address,
    }
}

/// One bucket, full when new.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bucket {
    tokens: u64,
    last: u64,
}

impl Bucket {
    pub(super) fn full(rate: u64, now: u64) -> Self {
        Self {
            tokens: rate.saturating_mul(TOKEN),
            last: now,
        }
    }

    fn refill(&mut self, rate: u64, now: u64) {
        let elapsed = now.saturating_sub(self.last);
        self.last = self.last.max(now);
        let gained = elapsed.saturating_mul(rate);
        let most = rate.saturating_mul(TOKEN);
        self.tokens = self.tokens.saturating_add(gained).min(most);
    }

    /// Takes one token at `now` (ms), if there is one. A `rate` of 0 is no limit.
    pub(super) fn take(&mut self, rate: u64, now: u64) -> bool {
        if rate == 0 {
            return true;
        }
        self.refill(rate, now);
        let left = self.tokens.checked_sub(TOKEN);
        self.tokens = left.unwrap_or(self.tokens);
        left.is_some()
    }
}

/// A bucket for each key, up to [`MAX_BUCKETS`].
#[derive(Debug)]
pub(super) struct Buckets<K>(BTreeMap<K, Bucket>);

impl<K: Ord> Default for Buckets<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord> Buckets<K> {
    /// Takes one token of `key` at `now` (ms), if there is one. A `rate` of 0 is no limit.
    pub(super) fn take(&mut self, key: K, rate: u64, now: u64) -> bool {
        if rate == 0 {
            return true;
        }
        if self.0.len() >= MAX_BUCKETS && !self.0.contains_key(&key) {
            self.0.retain(|_, bucket| {
                bucket.refill(rate, now);
                bucket.tokens < rate.saturating_mul(TOKEN)
            });
            if self.0.len() >= MAX_BUCKETS {
                return false;
            }
        }
        let bucket = self.0.entry(key).or_insert_with(|| Bucket::full(rate, now));
        bucket.take(rate, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seconds_worth_at_once_then_at_the_rate() {
        let mut bucket = Bucket::full(10, 0);
        assert_eq!((0..20).filter(|_| bucket.take(10, 0)).count(), 10);
        assert!(!bucket.take(10, 99));
        assert!(bucket.take(10, 100));
        assert_eq!((0..2000).filter(|_| bucket.take(10, 60_000)).count(), 10);
        // A clock that is set back takes nothing and gives nothing.
        assert!(!bucket.take(10, 0));
    }

    #[test]
    fn addresses_of_one_subscriber_count_as_one() {
        let of = |text: &str| subscriber(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:2"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }

    #[test]
    fn keys_are_bounded_and_forgotten_when_idle() {
        let mut buckets = Buckets::default();
        for key in 0..MAX_BUCKETS {
            assert!(buckets.take(key, 2, 0));
        }
        assert!(!buckets.take(usize::MAX, 2, 0));
        assert!(buckets.take(0, 2, 0) && !buckets.take(0, 2, 0));
        assert!(buckets.take(usize::MAX, 2, 1000));
        assert_eq!(buckets.0.len(), 1);
    }
}
