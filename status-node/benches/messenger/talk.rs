//! Messages one after the other, and many at once.

use crate::pair::{Person, is_acknowledged, people};
use status_node::NodeEvent;
use status_node::messenger::Text;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// Messages that may be on their way from one person; a user who pastes a book sends no more at once.
const IN_FLIGHT: usize = 256;

/// Messages that an application hands over together at most.
const AT_ONCE: usize = 32;

pub(crate) struct Cost {
    pub(crate) cpu: Duration,
    pub(crate) wall: Duration,
}

/// CPU time of the process so far, threads that have ended included.
pub(crate) fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("this bench needs Linux");
    let fields = stat.rsplit_once(") ").unwrap().1;
    let ticks: u64 = fields
        .split(' ')
        .skip(11)
        .take(2)
        .map(|field| field.parse::<u64>().unwrap())
        .sum();
    // Linux counts in hundredths of a second, whatever its own clock does.
    Duration::from_millis(ticks * 10)
}

/// Half of `messages` go from each to the other, as fast as they are acknowledged.
pub(crate) async fn throughput(folder: &Path, messages: usize) -> Cost {
    let [alice, bob] = people(folder).await;
    let (cpu, wall) = (cpu_time(), Instant::now());
    let half = messages / 2;
    let one = tokio::spawn(talk(alice, half));
    let (alice, bob) = (one, talk(bob, half).await);
    let alice = alice.await.unwrap();
    let cost = Cost {
        cpu: cpu_time() - cpu,
        wall: wall.elapsed(),
    };
    for person in [alice, bob] {
        let stats = person.node.stats().await.unwrap();
        assert_eq!(stats.events_dropped, 0);
        person.node.shutdown().await;
    }
    cost
}

/// Sends `messages`, until all are acknowledged and as many were shown.
async fn talk(mut person: Person, messages: usize) -> Person {
    let room = Arc::new(Semaphore::new(IN_FLIGHT));
    let (node, chat, gate) = (person.node.clone(), person.chat.clone(), Arc::clone(&room));
    let writer = tokio::spawn(async move {
        let mut number = 0;
        while number < messages {
            gate.acquire().await.unwrap().forget();
            let mut count = 1;
            while count < AT_ONCE && number + count < messages {
                let Ok(permit) = gate.try_acquire() else {
                    break;
                };
                permit.forget();
                count += 1;
            }
            let chat = chat.clone();
            let sent = node.with_messenger(move |messenger, turn| {
                for number in number..number + count {
                    let text = format!("message {number}, about as long as people write them");
                    messenger.send_text(turn, &chat, Text::from(text))?;
                }
                Ok(())
            });
            sent.await.unwrap();
            number += count;
        }
    });
    let (mut shown, mut acknowledged) = (0, 0);
    while shown < messages || acknowledged < messages {
        let event = person.events.next().await.unwrap();
        if matches!(event, NodeEvent::Message(_)) {
            shown += 1;
        } else if is_acknowledged(&event) {
            acknowledged += 1;
            room.add_permits(1);
        }
    }
    writer.await.unwrap();
    person
}

/// From the call that sends to the event that shows, with nothing else to do.
pub(crate) async fn latency(folder: &Path, messages: usize) -> Vec<Duration> {
    let [mut alice, mut bob] = people(folder).await;
    let mut times = Vec::new();
    for number in 0..messages {
        let (from, to) = match number % 2 {
            0 => (&mut alice, &mut bob),
            _ => (&mut bob, &mut alice),
        };
        let begun = Instant::now();
        let (node, chat) = (from.node.clone(), from.chat.clone());
        let text = format!("message {number}");
        let sent = tokio::spawn(async move {
            let sent =
                node.with_messenger(move |messenger, turn| messenger.send_text(turn, &chat, text));
            sent.await.unwrap();
        });
        to.until(|event| matches!(event, NodeEvent::Message(_)))
            .await;
        times.push(begun.elapsed());
        sent.await.unwrap();
        from.until(is_acknowledged).await;
    }
    alice.node.shutdown().await;
    bob.node.shutdown().await;
    times
}
