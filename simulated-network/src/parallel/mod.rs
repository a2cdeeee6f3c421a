//! Many processes on virtual time, worked off by several threads, with the same result on any number.
//!
//! [`Network`](crate::Network) asks whoever drives it to handle one event after the other; this does it
//! the other way round, for simulations whose work is in the nodes: each node is a [`Process`], and
//! those to which something happens within the least delay of a packet are handled at the same time,
//! since none of them can hear of what another does in that while.

mod process;
mod shard;

pub use process::{Arrived, Process, Sends};

use crate::NodeId;
use shard::{Mail, Parcel, Shard, place, shard};
use std::num::{NonZeroU64, NonZeroUsize};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// The processes and their packets.
///
/// ```
/// use status_simulated_network::{Arrived, NodeId, Parallel, Process, Sends};
/// use std::num::{NonZeroU64, NonZeroUsize};
///
/// /// Passes on what it gets, one more each time, to the next of ten.
/// struct Next(u32, u64);
///
/// impl Process for Next {
///     type Message = u64;
///     fn handle(&mut self, now: u64, arrived: &mut Vec<Arrived<u64>>, sends: &mut Sends<u64>) -> Option<u64> {
///         let next = NodeId((self.0 + 1) % 10);
///         if now == 0 && self.0 == 0 {
///             sends.send(next, 5, 1);
///         }
///         for Arrived { message, .. } in arrived.drain(..) {
///             self.1 = message;
///             sends.send(next, now + 5, message + 1);
///         }
///         None
///     }
/// }
///
/// let least_delay = NonZeroU64::new(5).unwrap();
/// let threads = NonZeroUsize::new(2).unwrap();
/// let mut ring = Parallel::new((0..10).map(|number| Next(number, 0)), threads, least_delay);
/// ring.run_until(1000, |_| ());
/// assert_eq!(ring.process(NodeId(0)).unwrap().1, 200);
/// ```
pub struct Parallel<P: Process> {
    shards: Vec<Shard<P>>,
    least_delay: u64,
    now: u64,
    count: u32,
    /// What is under way from one shard to another, and was not taken there.
    mail: Vec<Mail<P::Message>>,
}

impl<P: Process> Parallel<P> {
    /// Processes, numbered from 0 in this order, which are all woken at the time 0; how many threads work
    /// them off; and how many ms a packet takes at least, which decides how much can be done at a
    /// time. From 2^32 processes on they share the last number.
    pub fn new(
        processes: impl IntoIterator<Item = P>,
        threads: NonZeroUsize,
        least_delay: NonZeroU64,
    ) -> Self {
        let threads = threads.get();
        let mut shards: Vec<_> = (0..threads)
            .map(|_| Shard::new(threads, least_delay.get()))
            .collect();
        let mut count = 0_u32;
        for process in processes {
            if let Some(shard) = shards.get_mut(shard(count, threads)) {
                shard.add(process, count);
            }
            count = count.saturating_add(1);
        }
        Self {
            shards,
            least_delay: least_delay.get(),
            now: 0,
            count,
            mail: (0..threads).map(|_| empty(threads)).collect(),
        }
    }

    /// Lets everything happen that happens at `end` or before. `progress` is told the time now and then.
    ///
    /// A process that panics ends the run with its panic.
    pub fn run_until(&mut self, end: u64, mut progress: impl FnMut(u64)) {
        // Windows end before their end.
        let beyond = end.saturating_add(1);
        let (now, least_delay) = (&mut self.now, self.least_delay);
        let mut window = |next: Option<u64>| {
            let start = next.filter(|at| *at < beyond)?;
            *now = (*now).max(start);
            progress(start);
            Some(start.saturating_add(least_delay).min(beyond))
        };
        match (self.shards.as_mut_slice(), self.mail.as_mut_slice()) {
            ([only], [mail]) => run_alone(only, mail, &mut window),
            (shards, mail) => run_together(shards, mail, &mut window),
        }
        self.now = self.now.max(end);
    }

    /// Milliseconds since the start.
    pub fn now(&self) -> u64 {
        self.now
    }

    /// One of the processes.
    pub fn process(&self, number: NodeId) -> Option<&P> {
        let shards = self.shards.len();
        let shard = self.shards.get(shard(number.0, shards))?;
        shard.process(place(number.0, shards))
    }

    /// All of them, in order.
    pub fn processes(&self) -> impl Iterator<Item = &P> {
        (0..self.count).filter_map(|number| self.process(NodeId(number)))
    }
}

fn empty<M>(shards: usize) -> Mail<M> {
    (0..shards).map(|_| Vec::new()).collect()
}

/// Gives the end of the next window if anything happens in it, told when the next thing happens.
type Window<'w> = &'w mut dyn FnMut(Option<u64>) -> Option<u64>;

fn run_alone<P: Process>(shard: &mut Shard<P>, mail: &mut Mail<P::Message>, window: Window<'_>) {
    loop {
        for parcels in mail.iter_mut() {
            shard.take(std::mem::take(parcels));
        }
        let Some(end) = window(shard.next_at()) else {
            return;
        };
        shard.run(end, mail);
    }
}

/// What a thread is told to do.
struct Task {
    end: u64,
}

/// Where the threads leave what they have for each other: from each, for each.
type Exchange<M> = Vec<Vec<Mutex<Vec<Parcel<M>>>>>;

fn run_together<P: Process>(
    shards: &mut [Shard<P>],
    mail: &mut [Mail<P::Message>],
    window: Window<'_>,
) {
    // What was left over by an earlier run comes first.
    for mail in mail.iter_mut() {
        for (shard, parcels) in shards.iter_mut().zip(mail) {
            shard.take(std::mem::take(parcels));
        }
    }
    let mut next: Option<u64> = shards.iter().filter_map(Shard::next_at).min();
    let count = shards.len();
    let exchange: Exchange<P::Message> = (0..count)
        .map(|_| (0..count).map(|_| Mutex::new(Vec::new())).collect())
        .collect();
    thread::scope(|scope| {
        let mut threads = Vec::new();
        for (me, shard) in shards.iter_mut().enumerate() {
            let (tasks, queue) = sync_channel::<Task>(1);
            let (answers, results) = sync_channel::<Option<u64>>(1);
            let exchange = &exchange;
            scope.spawn(move || work(me, shard, exchange, &queue, &answers));
            threads.push((tasks, results));
        }
        while let Some(end) = window(next) {
            // A thread that does not answer has panicked: the scope passes that on.
            for (tasks, _) in &threads {
                if tasks.send(Task { end }).is_err() {
                    return;
                }
            }
            next = None;
            for (_, results) in &threads {
                let Ok(at) = results.recv() else {
                    return;
                };
                next = [next, at].into_iter().flatten().min();
            }
        }
    });
    // What the last window sent.
    for (row, mail) in exchange.into_iter().zip(mail) {
        for (parcels, letters) in row.into_iter().zip(mail) {
            *letters = parcels.into_inner().unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// One thread: takes what the last window brought, lets the next one happen, leaves what it brings, and
/// says when the next thing happens that it knows of.
fn work<P: Process>(
    me: usize,
    shard: &mut Shard<P>,
    exchange: &Exchange<P::Message>,
    tasks: &Receiver<Task>,
    answers: &SyncSender<Option<u64>>,
) {
    let mut mail = empty(exchange.len());
    while let Ok(Task { end }) = tasks.recv() {
        // A thread that is ahead may have left what it sent in this very window. It arrives after the
        // window, and the order of arrival does not depend on when it is taken.
        for row in exchange {
            if let Some(parcels) = row.get(me) {
                let mut parcels = parcels.lock().unwrap_or_else(PoisonError::into_inner);
                shard.take(std::mem::take(&mut *parcels));
            }
        }
        let first = shard.run(end, &mut mail);
        let next = [first, shard.next_at()].into_iter().flatten().min();
        let row = exchange.get(me).into_iter().flatten();
        for (parcels, letters) in mail.iter_mut().zip(row) {
            let mut letters = letters.lock().unwrap_or_else(PoisonError::into_inner);
            letters.append(parcels);
        }
        if answers.send(next).is_err() {
            return;
        }
    }
}
