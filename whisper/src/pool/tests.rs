use super::*;
use proptest::prelude::*;

const TOPIC: Topic = Topic([1, 2, 3, 4]);

fn envelope(expiry: u32, len: usize, nonce: u64) -> Envelope {
    Envelope::new(expiry, 10, TOPIC, &vec![5; len], nonce)
}

fn small(max_envelopes: usize) -> Pool {
    let limits = PoolLimits {
        max_bytes: 1000,
        max_envelopes,
    };
    Pool::new(limits, 7)
}

#[test]
fn a_second_insertion_changes_nothing() {
    let mut pool = small(10);
    let envelope = envelope(100, 10, 1);
    let first = pool.insert(&envelope, 1.0, false).unwrap();
    assert_eq!(pool.insert(&envelope, 1.0, false), Ok(first));
    assert_eq!(pool.len(), 1);
    assert_eq!(pool.bytes(), envelope.rlp().len());
    assert_eq!(pool.rlp(first.handle), Some(&envelope.rlp()[..]));
}

#[test]
fn a_sweep_takes_what_expired_before_now_soonest_first() {
    let mut pool = small(10);
    let expiries = [102, 100, 101, 100];
    let envelopes: Vec<_> = (0..)
        .zip(expiries)
        .map(|(n, at)| envelope(at, 1, n))
        .collect();
    for envelope in &envelopes {
        pool.insert(envelope, 1.0, false).unwrap();
    }
    let mut swept = Vec::new();
    pool.sweep(100, |entry| swept.push(entry.hash));
    assert!(swept.is_empty(), "the second of expiry is inclusive");
    pool.sweep(102, |entry| swept.push(entry.hash));
    assert_eq!(swept, [1, 3, 2].map(|n: usize| envelopes[n].hash()));
    assert_eq!(pool.next_expiry(), Some(102));
    assert_eq!(pool.len(), 1);
}

#[test]
fn a_handle_dies_with_its_envelope() {
    let mut pool = small(10);
    let old = pool
        .insert(&envelope(100, 1, 1), 1.0, false)
        .unwrap()
        .handle;
    pool.sweep(200, |_| ());
    let new = pool
        .insert(&envelope(300, 1, 2), 1.0, false)
        .unwrap()
        .handle;
    assert_eq!(old.slot, new.slot);
    assert_eq!(pool.rlp(old), None);
    assert!(pool.rlp(new).is_some());
}

#[test]
fn work_displaces_less_work_but_not_its_equal() {
    let mut pool = small(2);
    let [a, b, c, d] = [1, 2, 3, 4].map(|n| envelope(100, 1, n));
    pool.insert(&a, 1.0, false).unwrap();
    pool.insert(&b, 4.0, false).unwrap();
    assert!(pool.insert(&c, 1.5, false).is_err());
    assert_eq!(pool.len(), 2);
    assert_eq!(pool.insert(&c, 2.0, false).unwrap().evicted, 1);
    assert!(!pool.contains(&a.hash()) && pool.contains(&b.hash()));
    // The node's own need no work, and stay.
    assert_eq!(pool.insert(&d, 0.0, true).unwrap().evicted, 1);
    assert!(!pool.contains(&c.hash()));
    assert_eq!(pool.insert(&a, 8.0, false).unwrap().evicted, 1);
    assert!(pool.contains(&d.hash()) && !pool.contains(&b.hash()));
}

#[test]
fn a_refusal_evicts_nothing() {
    let mut pool = small(10);
    pool.insert(&envelope(100, 100, 1), 1.0, false).unwrap();
    pool.insert(&envelope(100, 700, 2), 8.0, false).unwrap();
    // Room could be made only by displacing more work.
    assert!(pool.insert(&envelope(100, 500, 3), 4.0, false).is_err());
    assert_eq!(pool.len(), 2);
}

#[test]
fn an_empty_pool_gives_memory_back() {
    let limits = PoolLimits::default();
    let mut pool = Pool::new(limits, 7);
    let empty = pool.memory();
    for nonce in 0..10_000 {
        pool.insert(&envelope(100, 100, nonce), 1.0, false).unwrap();
    }
    assert!(pool.memory() > 1_000_000);
    pool.sweep(101, |_| ());
    assert_eq!(pool.memory(), empty);
}

#[test]
fn memory_per_envelope() {
    for len in [100usize, 400, 700] {
        // The table is emptiest just after it has grown.
        for count in [10_000u64, 14_400] {
            let mut pool = Pool::new(PoolLimits::default(), 7);
            for nonce in 0..count {
                pool.insert(&envelope(100, len, nonce), 1.0, false).unwrap();
            }
            let allowed = pool.bytes() as f64 * 1.15 + 100.0 * count as f64;
            let allocator = 16.0 * count as f64;
            let used = pool.memory() as f64 + allocator;
            assert!(used <= allowed, "{used} of {allowed} at {len}, {count}");
        }
    }
}

proptest! {
    /// Any order of insertions and sweeps leaves the indices in agreement, within the limits.
    #[test]
    fn indices_agree(actions in proptest::collection::vec((0..40u32, 0..60u64, -3..3i32, any::<bool>()), 0..200)) {
        let mut pool = Pool::new(PoolLimits { max_bytes: 800, max_envelopes: 12 }, 3);
        for (time, nonce, work, own) in actions {
            if nonce == 0 {
                pool.sweep(time, |_| ());
            } else {
                let _ = pool.insert(&envelope(time, nonce as usize, nonce), f64::from(work).exp2(), own);
            }
            prop_assert!(pool.len() <= 12 && pool.bytes() <= 800);
            let handles: Vec<_> = pool.handles().collect();
            prop_assert_eq!(handles.len(), pool.len());
            let mut bytes = 0;
            let mut expiry = 0;
            for handle in handles {
                let entry = pool.entry(handle).unwrap();
                prop_assert_eq!(pool.find(&entry.hash), Some(handle));
                prop_assert!(entry.expiry >= expiry);
                expiry = entry.expiry;
                bytes += entry.rlp.len();
            }
            prop_assert_eq!(bytes, pool.bytes());
            let classes = pool.by_work.iter().map(|class| class.envelopes).sum::<usize>();
            prop_assert_eq!(classes, pool.len());
        }
    }
}
