//! Somebody's days: bursts of talk with a few people at waking hours, held by whole messengers.

use crate::posted::Posted;
use crate::world::{START_MS, World};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use status_node::messenger::Settings;
use status_simulated_network::Link;
use status_whisper::Topic;

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;

/// How likely a conversation begins in each hour of the day, in conversations a day.
const WAKING: [f64; 24] = [
    0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.1, 0.4, 0.6, 0.3, 0.2, 0.3, 1.0, 0.4, 0.2, 0.2, 0.3, 0.7, 1.0,
    0.8, 1.2, 1.4, 0.9, 0.3,
];

/// How much of it is with each of the people.
const SHARES: [f64; 4] = [0.45, 0.3, 0.17, 0.08];

/// What became visible of a person's days.
pub(crate) struct Days {
    /// What they sent.
    pub(crate) sent: Vec<Posted>,
    /// What came in for them, and when.
    pub(crate) heard: Vec<(u64, Topic)>,
}

/// Something that is said.
struct Line {
    at_ms: u64,
    from: usize,
    to: usize,
    len: usize,
}

/// The days of the first of five people. Times are as people are: the time to type a line has a median of
/// nine seconds and a long tail.
pub(crate) fn days(count: u64, seed: u64, data_sync: bool) -> Days {
    let link = Link {
        delay_ms: 30..=120,
        ..Link::PERFECT
    };
    let mut world = World::new(seed, link);
    let settings = Settings {
        data_sync,
        ..Settings::default()
    };
    let people: Vec<usize> = (0..=SHARES.len())
        .map(|who| world.add_with(Some(who as u8 + 1), settings.clone()))
        .collect();
    for other in &people[1..] {
        world.acquaint(people[0], *other);
    }
    let mut rng = StdRng::seed_from_u64(seed);
    for line in lines(count, world.now_ms(), &mut rng) {
        world.run(line.at_ms.saturating_sub(world.now_ms()));
        let chat = world.chat(people[line.to]);
        let text: String = (0..line.len).map(|_| rng.random_range('a'..='z')).collect();
        world.write(people[line.from], &chat, &text);
    }
    world.run(60_000);
    let first = &mut world.parties[people[0]];
    Days {
        sent: std::mem::take(&mut first.seen),
        heard: std::mem::take(&mut first.heard),
    }
}

/// All lines, in order.
fn lines(days: u64, from_ms: u64, rng: &mut StdRng) -> Vec<Line> {
    let mut lines = Vec::new();
    for hour in 0..days * 24 {
        let mut at = START_MS / DAY_MS * DAY_MS + hour * HOUR_MS;
        let end = at + HOUR_MS;
        let chance = WAKING[hour as usize % 24];
        loop {
            // So often an hour that conversations begin as rain falls.
            at += (exponential(rng) * HOUR_MS as f64 / chance.max(1e-9)) as u64;
            if at >= end {
                break;
            }
            if at > from_ms {
                lines.extend(conversation(at, rng));
            }
        }
    }
    lines.sort_by_key(|line| line.at_ms);
    lines
}

/// A burst of some twenty lines between the first person and another, who takes turns as it comes.
fn conversation(mut at_ms: u64, rng: &mut StdRng) -> Vec<Line> {
    let mut share = rng.random::<f64>();
    let other = SHARES.iter().position(|part| {
        share -= part;
        share < 0.0
    });
    let other = other.unwrap_or(0) + 1;
    let mut mine = rng.random_bool(0.5);
    let mut lines = Vec::new();
    loop {
        let len = (40.0 * (0.9 * normal(rng)).exp()) as usize + 2;
        let (from, to) = if mine { (0, other) } else { (other, 0) };
        lines.push(Line {
            at_ms,
            from,
            to,
            len: len.min(2_000),
        });
        if rng.random_bool(0.05) {
            return lines;
        }
        if rng.random_bool(0.6) {
            mine = !mine;
        }
        at_ms += (9_000.0 * normal(rng).exp()) as u64 + 500;
    }
}

/// The time to something that happens at random, of mean 1.
pub(crate) fn exponential(rng: &mut StdRng) -> f64 {
    -(1.0 - rng.random::<f64>()).ln()
}

/// Of mean 0 and deviation 1: twelve dice are near enough.
fn normal(rng: &mut StdRng) -> f64 {
    (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0
}
