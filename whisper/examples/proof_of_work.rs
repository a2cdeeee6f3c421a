//! Searches a nonce on all cores. The first thread that finds one stops the others.

use status_whisper::{Envelope, Progress, Topic, Work};
use std::sync::atomic::{AtomicBool, Ordering};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let envelope = Envelope::new(1_600_000_015, 15, Topic(*b"room"), &[7; 400], 0);
    let search = envelope.search(Work::Target(2.0)).ok_or("no work")?;
    let searches = search.split(std::thread::available_parallelism()?.try_into()?);
    let done = &AtomicBool::new(false);
    let nonce = std::thread::scope(|scope| {
        let start = |mut search: status_whisper::Search| {
            scope.spawn(move || match search.run(u64::MAX, done) {
                Progress::Found(nonce) => {
                    done.store(true, Ordering::Relaxed);
                    Some(nonce)
                }
                _ => None,
            })
        };
        let threads: Vec<_> = searches.into_iter().map(start).collect();
        threads.into_iter().find_map(|thread| thread.join().ok()?)
    });
    assert!(nonce.is_some());
    Ok(())
}
