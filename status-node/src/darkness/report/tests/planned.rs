//! What a message that is not sent yet would give away.

use super::*;

fn planned(channel: &Channel, size: usize) -> Planned {
    Planned {
        topic: channel.topic(),
        place: crate::darkness::Place::of(channel, Some(&person(1))),
        size,
    }
}

fn lints(situation: &Situation, planned: &[Planned]) -> Vec<String> {
    let findings = lint(situation, planned, &Assumptions::default());
    findings.iter().map(ToString::to_string).collect()
}

#[test]
fn a_public_message_is_read_by_whoever_knows_the_name() {
    let status = planned(&Channel::Public("status".into()), 560);
    let said = lints(&situation(1), &[status]);
    for start in [
        "whoever knows the name #status, or guesses it by the topic 0xcd423760, reads the text, when it was \
         written and the account's key",
        "it leaves as 1 envelope of 560 bytes, which tells how long it is, up to 256 bytes",
        "the only peer, 0x0101010101…",
        "each envelope says to the second",
        "no decoys are sent",
    ] {
        assert!(
            said.iter().any(|one| one.starts_with(start)),
            "{start}: {said:#?}"
        );
    }
    assert!(
        !said
            .iter()
            .any(|one| one.contains("filter") || one.contains("same moment"))
    );
}

#[test]
fn a_first_message_reveals_the_partition_and_a_later_one_the_pair() {
    let mut situation = situation(3);
    let bob = Channel::Partitioned(person(2));
    let first = lints(&situation, &[planned(&bob, 645)]);
    let number = Channel::partition(&person(2));
    let number = super::words::Grouped(u64::from(number)).to_string();
    let expected = format!(
        "the topic {} is partition {number} of 5,000: it says that somebody is written to whose key falls \
         there, of 10,000 accounts some 2.0",
        bob.topic()
    );
    assert!(first.contains(&expected), "{first:#?}");
    let pair = Channel::negotiated(&key(1), &person(2));
    situation.envelopes = vec![sent(&pair, 0, 3), sent(&pair, 0, 3)];
    let later = lints(&situation, &[planned(&pair, 560)]);
    let expected = format!(
        "the topic {} is that of two people: nobody else can compute whose, but it is that of 2 own \
         envelopes before",
        pair.topic()
    );
    assert!(later.contains(&expected), "{later:#?}");
}

#[test]
fn a_message_to_a_group_leaves_as_several_at_once() {
    let people: Vec<Planned> = (2..5)
        .map(|byte| planned(&Channel::Partitioned(person(byte)), 645))
        .collect();
    let said = lints(&situation(3), &people);
    let expected = "3 envelopes leave at the same moment, which shows that they belong together and about \
                    how many they are for";
    assert!(said.iter().any(|one| one == expected), "{said:#?}");
    let sizes =
        "it leaves as 3 envelopes of 645 bytes, which tells how long it is, up to 256 bytes";
    assert!(said.iter().any(|one| one == sizes), "{said:#?}");
}

#[test]
fn a_light_node_is_told_what_becomes_of_its_filter() {
    let mut situation = situation(2).as_light();
    let bob = planned(&Channel::Partitioned(person(2)), 645);
    let said = lints(&situation, std::slice::from_ref(&bob));
    let widens = format!(
        "the topic {} is not in this node's filter, which would be widened first, of which its 2 peers are \
         told",
        bob.topic
    );
    assert!(said.contains(&widens), "{said:#?}");
    situation.link.as_mut().unwrap().announces_sent = false;
    let said = lints(&situation, std::slice::from_ref(&bob));
    let outside = format!(
        "the topic {} is outside of this node's filter, by which a peer that is handed it knows that it is \
         its own",
        bob.topic
    );
    assert!(said.contains(&outside), "{said:#?}");
    let friend = planned(&Channel::negotiated(&key(1), &person(2)), 560);
    let said = lints(&situation, &[friend]);
    assert!(!said.iter().any(|one| one.contains("filter")), "{said:#?}");
}
