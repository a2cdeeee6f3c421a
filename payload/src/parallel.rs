//! Work for all cores. The rest of the crate starts no thread; a caller who wants this to stay
//! so leaves the feature `parallel` off and splits batches itself.

use crate::{ApplicationMetadataMessage, Authored, SignatureError};

/// Recovers the authors of many messages, in their order, on a thread for each core; the threads
/// end before it returns. For a handful of messages
/// [`ApplicationMetadataMessage::recover`] is as good.
pub fn recover_all(
    messages: Vec<ApplicationMetadataMessage>,
) -> Vec<Result<Authored, SignatureError>> {
    map(messages, ApplicationMetadataMessage::recover)
}

/// What `work` makes of each item, in the order of the items.
pub(crate) fn map<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(threads).max(1);
    if share >= items.len() {
        return items.into_iter().map(work).collect();
    }
    let mut shares = Vec::with_capacity(threads);
    let mut items = items.into_iter();
    loop {
        let next: Vec<T> = items.by_ref().take(share).collect();
        if next.is_empty() {
            break;
        }
        shares.push(next);
    }
    let work = &work;
    std::thread::scope(|scope| {
        let running: Vec<_> = shares
            .into_iter()
            .map(|share| scope.spawn(move || share.into_iter().map(work).collect::<Vec<R>>()))
            .collect();
        running
            .into_iter()
            .flat_map(|thread| match thread.join() {
                Ok(done) => done,
                // The work itself panicked, which is a mistake of ours: it goes on as it would
                // have without threads.
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_items_is_kept() {
        for count in [0u32, 1, 2, 3, 7, 1000] {
            let doubled = map((0..count).collect(), |item| item * 2);
            assert_eq!(doubled, (0..count).map(|item| item * 2).collect::<Vec<_>>());
        }
    }
}
