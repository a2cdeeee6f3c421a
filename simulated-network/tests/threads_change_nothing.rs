//! A run of many processes is the same on any number of threads.
#![cfg(test)]

use status_simulated_network::{Arrived, NodeId, Parallel, Process, Random, Sends};
use std::num::{NonZeroU64, NonZeroUsize};

const COUNT: u32 = 50;

/// When something happened, and who had sent what, if it was a packet.
type Happening = (u64, Option<(u32, u64)>);

/// Sends to others at random, wakes at random, and remembers all that happened to it.
struct Gossip {
    random: Random,
    history: Vec<Happening>,
}

impl Process for Gossip {
    type Message = u64;

    fn handle(
        &mut self,
        now: u64,
        arrived: &mut Vec<Arrived<u64>>,
        sends: &mut Sends<u64>,
    ) -> Option<u64> {
        if arrived.is_empty() {
            self.history.push((now, None));
        }
        for packet in arrived.drain(..) {
            self.history
                .push((now, Some((packet.from.0, packet.message))));
        }
        for _ in 0..self.random.below(3) {
            // One of them, now and then, is to somebody who does not exist.
            let to = NodeId(self.random.below(u64::from(COUNT) + 1) as u32);
            let delay = self.random.within(&(0..=40));
            let message = self.random.below(1000);
            sends.send(to, now + delay, message);
        }
        Some(now + self.random.within(&(1..=100)))
    }
}

fn histories(threads: usize, ends: &[u64]) -> Vec<Vec<Happening>> {
    let mut random = Random::new(7);
    let processes = (0..COUNT).map(|_| Gossip {
        random: random.fork(),
        history: Vec::new(),
    });
    let threads = NonZeroUsize::new(threads).unwrap();
    let mut parallel = Parallel::new(processes, threads, NonZeroU64::new(10).unwrap());
    for end in ends {
        parallel.run_until(*end, |_| ());
        assert_eq!(parallel.now(), *end);
    }
    let histories: Vec<_> = parallel.processes().map(|p| p.history.clone()).collect();
    assert_eq!(histories.len(), COUNT as usize);
    histories
}

#[test]
fn one_two_or_seven_threads_see_the_same() {
    let alone = histories(1, &[2000]);
    let packets = alone.iter().flatten().filter(|(_, from)| from.is_some());
    assert!(packets.count() > 1000);
    for threads in [2, 7, 64] {
        assert_eq!(histories(threads, &[2000]), alone, "{threads} threads");
    }
}

#[test]
fn a_run_in_parts_is_the_run_in_one() {
    for threads in [1, 3] {
        assert_eq!(
            histories(threads, &[5, 777, 778, 2000]),
            histories(1, &[2000])
        );
    }
}

#[test]
fn nothing_arrives_before_the_least_delay_or_out_of_time() {
    for history in histories(2, &[2000]) {
        assert!(history.is_sorted_by_key(|(at, _)| *at));
        assert!(history.iter().all(|(at, _)| *at <= 2000));
        assert!(history.iter().all(|(at, from)| from.is_none() || *at >= 10));
    }
}

#[test]
#[should_panic(expected = "a scoped thread panicked")]
fn a_panic_of_a_process_ends_the_run() {
    struct Panics;
    impl Process for Panics {
        type Message = ();
        fn handle(&mut self, now: u64, _: &mut Vec<Arrived<()>>, _: &mut Sends<()>) -> Option<u64> {
            assert!(now < 100, "on purpose");
            Some(now + 1)
        }
    }
    let (threads, delay) = (NonZeroUsize::new(2).unwrap(), NonZeroU64::MIN);
    Parallel::new([Panics, Panics], threads, delay).run_until(1000, |_| ());
}
