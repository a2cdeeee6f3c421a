//! Whoever passes on somebody's envelopes does not tell decoys from the others.
//!
//! What the person sends and hears, and when, comes from whole messengers on the simulated network; decoys
//! are made of the same events as they happen, which they do not change, since nobody hears them.

use crate::classifier::{Example, Score, scores};
use crate::conversations::{Days, days, exponential};
use crate::posted::Posted;
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
    Sent(Posted),
}

/// What happens in these days, in order. The node takes some milliseconds from what it hears, or is told, to
/// the envelope.
fn happenings(days: &Days, rng: &mut StdRng) -> Vec<(u64, Happening)> {
    let heard = days.heard.iter();
    let heard = heard.map(|(at, topic)| (*at, Happening::Heard(*topic)));
    let sent = days.sent.iter().map(|one| {
        let at = one.at_ms + rng.random_range(2..=12);
        (at, Happening::Sent(*one))
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
            Happening::Sent(posted) => {
                if posted.discreet {
                    decoys.handle_private(posted.shape, posted.says, at_ms);
                }
                sights.push(Sight {
                    at_ms,
                    shape: posted.shape,
                    discreet: posted.discreet,
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
        if let Happening::Sent(posted) = happening {
            let (shape, discreet) = (posted.shape, posted.discreet);
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

/// What an observer measures of each private envelope when it passes.
const UNTIL: [&str; 8] = [
    "size",
    "TTL",
    "topic",
    "hour",
    "gap before",
    "gap before on the topic",
    "time since something came in on the topic",
    "envelopes in the minute before",
];

/// What it measures besides if it waits.
const AFTER: [&str; 3] = [
    "gap after",
    "gap after on the topic",
    "envelopes in the minute after",
];

/// The sights as the observer sees them, with these features.
fn examples(sights: &[Sight], days: &Days, features: &[&str]) -> Vec<Example> {
    let from = sights[0].at_ms + LEARNING_MS;
    let mut sights = sights.to_vec();
    sights.sort_by_key(|one| one.at_ms);
    // A topic is told by how often it is seen.
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
        let near = |other: &&Sight| other.at_ms.abs_diff(one.at_ms) < 60_000;
        let gap = |other: Option<&Sight>| {
            other.map_or(never, |other| log(other.at_ms.abs_diff(one.at_ms)))
        };
        let (before, after) = (&sights[..place], &sights[place + 1..]);
        let measure = |feature: &&str| match *feature {
            "size" => one.shape.payload_len.div_ceil(256) as f64,
            "TTL" => f64::from(one.shape.ttl),
            "topic" => f64::from(often[&one.shape.topic]),
            "hour" => (one.at_ms % DAY_MS) as f64 / HOUR_MS as f64,
            "gap before" => gap(before.last()),
            "gap before on the topic" => gap(before.iter().rev().find(on_topic)),
            "time since something came in on the topic" => {
                let heard = days.heard.partition_point(|(at, _)| *at <= one.at_ms);
                let mut heard = days.heard[..heard].iter().rev();
                let last = heard.find(|(_, topic)| *topic == one.shape.topic);
                last.map_or(never, |(at, _)| log(one.at_ms - at))
            }
            "envelopes in the minute before" => before.iter().rev().take_while(near).count() as f64,
            "gap after" => gap(after.first()),
            "gap after on the topic" => gap(after.iter().find(on_topic)),
            "envelopes in the minute after" => after.iter().take_while(near).count() as f64,
            other => panic!("nobody measures {other}"),
        };
        examples.push(Example {
            features: features.iter().map(measure).collect(),
            is_decoy: one.is_decoy,
            hour: one.at_ms / HOUR_MS,
        });
    }
    examples
}

/// The seeds of decoys over which results are averaged. The person's days are of one seed: they take longest.
const SEEDS: [u64; 3] = [1, 2, 3];

/// What the classifiers make of these features, on average over all these sights.
fn judge(what: &str, sights: &[Vec<Sight>], days: &Days, features: &[&str]) -> Vec<Score> {
    let mut mean: Vec<Score> = Vec::new();
    for sights in sights {
        let examples = examples(sights, days, features);
        let decoys = examples.iter().filter(|one| one.is_decoy).count();
        println!("{what}: {decoys} of {} are decoys", examples.len());
        assert!(decoys > 400 && examples.len() - decoys > 400);
        let scores = scores(features, &examples);
        if mean.is_empty() {
            mean.clone_from(&scores);
        } else {
            for (mean, score) in mean.iter_mut().zip(&scores) {
                mean.accuracy += score.accuracy;
                mean.margin += score.margin;
            }
        }
    }
    for score in &mut mean {
        score.accuracy /= sights.len() as f64;
        score.margin /= sights.len() as f64;
        println!(
            "{:.3} +- {:.3} {}",
            score.accuracy, score.margin, score.name
        );
    }
    mean
}

fn best(scores: &[Score]) -> f64 {
    let accuracies = scores.iter().map(|score| score.accuracy);
    accuracies.fold(0.0, f64::max)
}

/// Without acknowledgements, as clients of 2020 are by default, all that is seen until an envelope passes
/// tells no more than a coin: one half is within the confidence interval of each classifier. What follows it
/// tells little more.
#[test]
fn whoever_passes_envelopes_on_tells_no_decoy_from_the_others() {
    let days = days(14, 7, false);
    // About as many as the person's own.
    let sights = SEEDS.map(|seed| with_decoys(&days, 4, seed));
    for score in judge("until", &sights, &days, &UNTIL) {
        assert!(score.accuracy - score.margin <= 0.5, "{score:?}");
        assert!(score.accuracy < 0.56, "{score:?}");
    }
    let everything = [&UNTIL[..], &AFTER].concat();
    let scores = judge("with what follows", &sights, &days, &everything);
    assert!(best(&scores) < 0.61, "{}", best(&scores));
    // The same observers tell decoys as one would think of them first nearly always.
    let naive = [with_naive_decoys(&days, 4, 1)];
    let scores = judge("naive", &naive, &days, &UNTIL);
    for name in ["naive Bayes", "logistic regression", "nearest neighbours"] {
        let score = scores.iter().find(|score| score.name == name).unwrap();
        assert!(score.accuracy - score.margin > 0.9, "{score:?}");
    }
}

/// Where nodes acknowledge, something comes in some hundred ms after the person said something, which tells
/// when that was and so a little of what is none. Phantoms acknowledge as well, so that an acknowledgement
/// does not tell.
#[test]
fn where_nodes_acknowledge_little_more_is_told() {
    let days = days(9, 7, true);
    let sights = SEEDS.map(|seed| with_decoys(&days, 7, seed));
    let scores = judge("until", &sights, &days, &UNTIL);
    assert!(best(&scores) < 0.58, "{}", best(&scores));
    let everything = [&UNTIL[..], &AFTER].concat();
    let scores = judge("with what follows", &sights, &days, &everything);
    assert!(best(&scores) < 0.61, "{}", best(&scores));
}
