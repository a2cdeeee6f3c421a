use super::*;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

const START: u64 = 1_600_000_000_000 / HOUR * HOUR;
const DAY: u64 = 24 * HOUR;

fn topic(number: u16) -> Topic {
    let [high, low] = number.to_be_bytes();
    Topic([1, 2, high, low])
}

fn shape(number: u16, payload_len: usize) -> Shape {
    Shape {
        topic: topic(number),
        payload_len,
        ttl: 15,
        personal: false,
    }
}

/// What comes out until `end`, with the times.
fn run(decoys: &mut Decoys, end: u64, rng: &mut StdRng) -> Vec<(u64, Shape)> {
    let mut made = Vec::new();
    while let Some(due) = decoys.poll_timeout().filter(|due| *due <= end) {
        while let Some(shape) = decoys.poll_decoy(due, rng) {
            made.push((due, shape));
        }
    }
    made
}

/// Days in which the user answers each of the lines that come in every ten minutes, now and then with one
/// of 900 bytes, and writes 100 bytes unasked.
fn talk(per_hour: u32, days: u64, seed: u64) -> (Decoys, Vec<(u64, Shape)>) {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut decoys = Decoys::new(per_hour);
    let mut made = Vec::new();
    for line in 1..days * DAY / 600_000 {
        let heard = START + line * 600_000;
        made.extend(run(&mut decoys, heard, &mut rng));
        decoys.handle_incoming(topic(1), heard);
        let answered = heard + rng.random_range(2_000..=12_000);
        made.extend(run(&mut decoys, answered, &mut rng));
        decoys.handle_private(shape(1, 900), true, answered);
        if line % 10 == 0 {
            let unasked = answered + 200_000;
            made.extend(run(&mut decoys, unasked, &mut rng));
            decoys.handle_private(shape(2, 100), true, unasked);
        }
    }
    (decoys, made)
}

#[test]
fn before_there_is_anything_to_follow_nothing_is_sent() {
    let mut rng = StdRng::seed_from_u64(1);
    let mut decoys = Decoys::new(MAX_PER_HOUR);
    decoys.handle_incoming(topic(1), START);
    assert_eq!(decoys.poll_timeout(), None);
    assert_eq!(decoys.poll_decoy(START + HOUR, &mut rng), None);
    // One envelope tells where, but not yet how often.
    decoys.handle_private(shape(1, 10), true, START + HOUR);
    assert_eq!(run(&mut decoys, START + DAY, &mut rng), []);
    decoys.handle_private(shape(1, 10), true, START + DAY + 1);
    assert!(!run(&mut decoys, START + 2 * DAY, &mut rng).is_empty());
}

#[test]
fn as_many_go_out_as_are_wanted_and_the_same_with_the_same_seed() {
    for per_hour in [3, 30] {
        let (decoys, made) = talk(per_hour, 10, 7);
        let wanted = f64::from(per_hour) * 24.0 * 10.0;
        let part = made.len() as f64 / wanted;
        assert!((0.7..1.3).contains(&part), "{} of {wanted}", made.len());
        assert_eq!(decoys.counts().made, made.len() as u64);
        assert_eq!(decoys.counts().missed + decoys.counts().over_budget, 0);
        assert_eq!(talk(per_hour, 10, 7).1, made);
        assert_ne!(talk(per_hour, 10, 8).1, made);
    }
}

#[test]
fn they_look_like_what_the_user_sends_at_such_moments() {
    let (_, made) = talk(6, 10, 3);
    let (mut answers, mut others) = (0, 0);
    for (at, shape) in made.iter().filter(|(at, _)| *at > START + 5 * DAY) {
        let since = (at - START) % 600_000;
        if shape.topic == topic(1) {
            assert_eq!(shape.payload_len, 900);
            assert!((1_000..17_000).contains(&since), "{since}");
            answers += 1;
        } else {
            assert_eq!((shape.topic, shape.payload_len), (topic(2), 100));
            others += 1;
        }
    }
    // One in eleven, as the user's own.
    let part = f64::from(others) / f64::from(answers + others);
    assert!((0.03..0.2).contains(&part), "{others} and {answers}");
}

#[test]
fn who_writes_little_gets_sixteen_for_each_at_most() {
    let mut rng = StdRng::seed_from_u64(5);
    let mut decoys = Decoys::new(MAX_PER_HOUR);
    let mut made = 0;
    for day in 0..20 {
        decoys.handle_private(shape(1, 10), true, START + day * DAY);
        made += run(&mut decoys, START + (day + 1) * DAY, &mut rng).len();
    }
    assert!((100..=400).contains(&made), "{made}");
}

#[test]
fn what_was_due_while_the_node_slept_is_not_sent_later() {
    let mut rng = StdRng::seed_from_u64(1);
    let (mut decoys, _) = talk(3_000, 2, 1);
    let (before, now) = (decoys.counts().made, START + 2 * DAY);
    assert!(decoys.poll_timeout().is_some_and(|due| due < now + HOUR));
    let woken = now + 8 * HOUR;
    assert_eq!(decoys.poll_decoy(woken, &mut rng), None);
    assert_eq!(decoys.counts().made, before);
    assert!(decoys.counts().missed > 0);
    assert!(decoys.poll_timeout().is_some_and(|due| due >= woken));
    // A clock that is set back does no harm either.
    decoys.handle_private(shape(1, 900), true, now - DAY);
    assert!(decoys.poll_timeout().is_some());
}

#[test]
fn a_weeks_worth_at_once_is_the_limit() {
    let mut rng = StdRng::seed_from_u64(2);
    let (mut decoys, made) = talk(10, 4, 2);
    decoys.allowance = 0.5;
    let more = run(&mut decoys, START + 4 * DAY + HOUR / 2, &mut rng);
    assert!(made.len() > 300 && more.len() <= 5);
    let mut now = START + 4 * DAY;
    while decoys.counts().over_budget == 0 {
        now += 10_000;
        decoys.handle_incoming(topic(1), now);
        run(&mut decoys, now + 9_999, &mut rng);
    }
    assert!(now < START + 5 * DAY);
}

#[test]
fn topics_and_shapes_are_bounded() {
    let mut decoys = Decoys::new(10);
    for number in 0..5_000_u16 {
        decoys.handle_private(shape(number, 10), true, START + 1_000 * u64::from(number));
    }
    assert_eq!(decoys.followed(), MAX_TOPICS);
    assert_eq!(decoys.memory.len(), MAX_SHAPES);
    assert!(decoys.topics.contains_key(&topic(4_999)));
    assert!(!decoys.topics.contains_key(&topic(0)));
}

#[test]
fn without_any_wanted_none_are_made() {
    let (decoys, made) = talk(0, 2, 1);
    assert_eq!((made, decoys.poll_timeout()), (Vec::new(), None));
    assert_eq!(Decoys::new(u32::MAX).per_hour(), MAX_PER_HOUR);
}

/// A user who tells three people the same once an hour, within some milliseconds, and each of them something
/// else a quarter of an hour later.
#[test]
fn what_goes_to_several_people_at_once_is_followed_by_decoys_that_do_so() {
    let mut rng = StdRng::seed_from_u64(3);
    let mut decoys = Decoys::new(4);
    let mut made = Vec::new();
    for hour in 0..240 {
        let at = START + hour * HOUR + rng.random_range(0..HOUR / 2);
        made.extend(run(&mut decoys, at, &mut rng));
        for person in 1..=3 {
            decoys.handle_private(shape(person, 500), true, at + u64::from(person));
        }
        let later = at + HOUR / 4;
        made.extend(run(&mut decoys, later, &mut rng));
        decoys.handle_private(shape(4, 100), true, later);
    }
    let group = made.iter().filter(|(_, one)| one.payload_len == 500);
    let mut groups: BTreeMap<u64, Vec<Topic>> = BTreeMap::new();
    for (at, one) in group.filter(|(at, _)| *at > START + DAY) {
        groups.entry(*at).or_default().push(one.topic);
    }
    assert!(groups.len() > 50, "{}", groups.len());
    for topics in groups.values() {
        assert_eq!(topics, &[1, 2, 3].map(topic));
    }
    // Each counts against the rate.
    let part = made.len() as f64 / (4.0 * 240.0);
    assert!((0.7..1.3).contains(&part), "{}", made.len());
}

#[test]
fn an_acknowledgement_that_comes_in_is_no_news_and_what_the_user_answers_is() {
    let mut decoys = Decoys::new(10);
    for day in 0..2 {
        decoys.handle_private(shape(1, 500), true, START + day * DAY);
    }
    let now = START + DAY;
    let news = |decoys: &mut Decoys, ms| {
        let followed = decoys.topics.get_mut(&topic(1)).unwrap();
        followed.hear(now + ms)
    };
    // One for the one that was just written; what comes next, however soon, is something else.
    assert!(!news(&mut decoys, 300));
    assert!(news(&mut decoys, 400));
    decoys.handle_private(shape(1, 100), false, now + 410);
    assert!(news(&mut decoys, 700), "nobody acknowledges one of those");
    decoys.handle_private(shape(1, 500), true, now + 5_000);
    assert!(news(&mut decoys, 9_000), "too late for one");
}
