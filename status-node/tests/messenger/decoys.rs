//! Whoever passes on somebody's envelopes does not tell decoys from the others.

use crate::classifier::{Example, Score, scores};
use crate::conversations::{Days, days, exponential};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use status_node::darkness::decoys::{Decoys, Shape};
use status_whisper::Topic;
use std::collections::BTreeMap;

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;

/// How long habits are learned before the observer comes.
const LEARNING_MS: u64 = 4 * DAY_MS;

/// An envelope of the person's, as the first peer sees it.
#[derive(Debug, Clone, Copy)]
struct Sight {
    at_ms: u64,
    shape: Shape,
    discreet: bool,
    is_decoy: bool,
}

/// Something that happens to the person's node.
enum Happening {
    Heard(Topic),
    Sent(Shape, bool),
}

/// What happens in these days, in order. The node takes some milliseconds from what it hears, or is told, to
/// the envelope.
fn happenings(days: &Days, rng: &mut StdRng) -> Vec<(u64, Happening)> {
    let heard = days.heard.iter();
    let heard = heard.map(|(at, topic)| (*at, Happening::Heard(*topic)));
    let sent = days.sent.iter().map(|one| {
        let at = one.at_ms + rng.random_range(2..=12);
        (at, Happening::Sent(one.shape, one.discreet))
    });
    let mut all: Vec<_> = heard.chain(sent).collect();
    all.sort_by_key(|(at, _)| *at);
    all
}

/// What goes out with decoys.
fn with_decoys(days: &Days, per_hour: u32, seed: u64) -> Vec<Sight> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut decoys = Decoys::new(per_hour);
    let mut sights = Vec::new();
    for (at_ms, happening) in happenings(days, &mut rng) {
        while let Some(due) = decoys.poll_timeout().filter(|due| *due <= at_ms) {
            while let Some(shape) = decoys.poll_decoy(due, &mut rng) {
                sights.push(Sight {
                    at_ms: due,
                    shape,
                    discreet: true,
                    is_decoy: true,
                });
            }
        }
        match happening {
            Happening::Heard(topic) => decoys.handle_incoming(topic, at_ms),
            Happening::Sent(shape, discreet) => {
                if discreet {
                    decoys.handle_private(shape, at_ms);
                }
                sights.push(Sight {
                    at_ms,
                    shape,
                    discreet,
                    is_decoy: false,
                });
            }
        }
    }
    sights
}

/// What goes out with decoys as one would think of them first: at a constant rate, of one size, to any topic
/// that is written to.
fn with_naive_decoys(days: &Days, per_hour: u32, seed: u64) -> Vec<Sight> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut sights = Vec::new();
    let mut shapes: BTreeMap<Topic, Shape> = BTreeMap::new();
    let mut next = None;
    for (at_ms, happening) in happenings(days, &mut rng) {
        while let Some(due) = next.filter(|due| *due <= at_ms) {
            let shapes: Vec<&Shape> = shapes.values().collect();
            sights.push(Sight {
                at_ms: due,
                shape: Shape {
                    payload_len: 300,
                    ..*shapes[rng.random_range(0..shapes.len())]
                },
                discreet: true,
                is_decoy: true,
            });
            let gap = exponential(&mut rng) * HOUR_MS as f64 / f64::from(per_hour);
            next = Some(due + gap as u64);
        }
        if let Happening::Sent(shape, discreet) = happening {
            if discreet {
                shapes.insert(shape.topic, shape);
                next = next.or(Some(at_ms + 1));
            }
            sights.push(Sight {
                at_ms,
                shape,
                discreet,
                is_decoy: false,
            });
        }
    }
    sights
}

/// What the observer measures of each private envelope.
const FEATURES: [&str; 11] = [
    "size",
    "TTL",
    "topic",
    "hour",
    "gap before",
    "gap after",
    "gap before on the topic",
    "gap after on the topic",
    "time since something came in on the topic",
    "envelopes in the minute before",
    "envelopes in the minute after",
];

fn examples(sights: &[Sight], days: &Days) -> Vec<Example> {
    let from = sights[0].at_ms + LEARNING_MS;
    let mut sights = sights.to_vec();
    sights.sort_by_key(|one| one.at_ms);
    // Topics by how often they are seen, which is an order that says something.
    let mut often: BTreeMap<Topic, u32> = BTreeMap::new();
    for one in &sights {
        *often.entry(one.shape.topic).or_default() += 1;
    }
    let log = |ms: u64| (1.0 + ms as f64).ln();
    let never = log(DAY_MS);
    let mut examples = Vec::new();
    for (place, one) in sights.iter().enumerate() {
        if !one.discreet || one.at_ms < from {
            continue;
        }
        let on_topic = |other: &&Sight| other.shape.topic == one.shape.topic;
        let gap = |other: Option<&Sight>| {
            other.map_or(never, |other| log(other.at_ms.abs_diff(one.at_ms)))
        };
        let (before, after) = (&sights[..place], &sights[place + 1..]);
        let near = |other: &&Sight| other.at_ms.abs_diff(one.at_ms) < 60_000;
        let heard = days.heard.partition_point(|(at, _)| *at <= one.at_ms);
        let heard = &days.heard[..heard];
        let mut heard = heard.iter().rev();
        let heard = heard.find(|(_, topic)| *topic == one.shape.topic);
        let minutes = one.at_ms % DAY_MS / 60_000;
        examples.push(Example {
            features: vec![
                one.shape.payload_len.div_ceil(256) as f64,
                f64::from(one.shape.ttl),
                f64::from(often[&one.shape.topic]),
                minutes as f64 / 60.0,
                gap(before.last()),
                gap(after.first()),
                gap(before.iter().rev().find(on_topic)),
                gap(after.iter().find(on_topic)),
                heard.map_or(never, |(at, _)| log(one.at_ms - at)),
                before.iter().rev().take_while(near).count() as f64,
                after.iter().take_while(near).count() as f64,
            ],
            is_decoy: one.is_decoy,
            day: one.at_ms / DAY_MS,
        });
    }
    examples
}

fn judge(sights: &[Sight], days: &Days) -> Vec<Score> {
    let examples = examples(sights, days);
    let decoys = examples.iter().filter(|one| one.is_decoy).count();
    eprintln!("{} of {} are decoys", decoys, examples.len());
    for dropped in [vec![5usize, 7, 10], vec![5, 7, 10, 6, 9]] {
        let names: Vec<&str> = (0..11)
            .filter(|f| !dropped.contains(f))
            .map(|f| FEATURES[f])
            .collect();
        let fewer: Vec<Example> = examples
            .iter()
            .map(|one| Example {
                features: (0..11)
                    .filter(|f| !dropped.contains(f))
                    .map(|f| one.features[f])
                    .collect(),
                ..one.clone()
            })
            .collect();
        for score in scores(&names, &fewer).iter().rev().take(2) {
            eprintln!(
                "  past only: {:40} {:.3} +- {:.3}",
                score.name, score.accuracy, score.margin
            );
        }
    }
    for feature in [3, 5] {
        let mut bins = BTreeMap::<u64, [u32; 2]>::new();
        for one in &examples {
            bins.entry(one.features[feature].round() as u64)
                .or_default()[usize::from(one.is_decoy)] += 1;
        }
        let all: Vec<String> = bins
            .iter()
            .map(|(bin, [real, decoy])| format!("{bin}:{real}/{decoy}"))
            .collect();
        eprintln!("{} {}", FEATURES[feature], all.join(" "));
    }
    let scores = scores(&FEATURES, &examples);
    for score in &scores {
        eprintln!(
            "{:50} {:.3} +- {:.3}",
            score.name, score.accuracy, score.margin
        );
    }
    scores
}

#[test]
fn experiment() {
    let clock = std::time::Instant::now();
    let count = std::env::var("DAYS").map_or(16, |days| days.parse().unwrap());
    let days = days(count, 7, std::env::var("SYNC").is_ok());
    eprintln!(
        "{} sent, {} heard, {:?}",
        days.sent.len(),
        days.heard.len(),
        clock.elapsed()
    );
    for per_hour in [3, 12, 24] {
        eprintln!("--- {per_hour}");
        judge(&with_decoys(&days, per_hour, 3), &days);
    }
    eprintln!("--- naive");
    judge(&with_naive_decoys(&days, 6, 3), &days);
    eprintln!("{:?}", clock.elapsed());
}
