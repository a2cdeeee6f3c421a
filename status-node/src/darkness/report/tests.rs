//! Each sentence, from a situation in which it is true; and reports in which it must not stand.

use super::*;
use crate::Chat;
use crate::account::public_key;
use crate::chat::PublicName;
use crate::coupling::Channel;
use crate::darkness::{Cause, InBloom, OwnEnvelope};
use secp256k1::{PublicKey, SecretKey};
use status_devp2p::NodeId;
use status_whisper::{Bloom, Hash, Topic};

fn key(byte: u8) -> SecretKey {
    SecretKey::from_byte_array([byte; 32]).unwrap()
}

fn person(byte: u8) -> PublicKey {
    public_key(&key(byte))
}

fn peer(byte: u8) -> Neighbour {
    Neighbour {
        node_id: NodeId([byte; 64]),
        bloom: None,
    }
}

fn link(peers: u8) -> Link {
    Link {
        node_id: NodeId([0xab; 64]),
        client_name: "status-node/v1".into(),
        relays: true,
        announces_sent: true,
        min_pow: 0.001,
        peers: (1..=peers).map(peer).collect(),
        decoys_per_hour: None,
    }
}

/// A full node with an account, in `#status` and another chat, with one friend.
fn situation(peers: u8) -> Situation {
    let own = person(1);
    let channels = [
        Channel::Partitioned(own),
        Channel::PersonalDiscovery(own),
        Channel::ContactCode(own),
        Channel::Public("status".into()),
        Channel::Public("a-secret-place".into()),
        Channel::ContactCode(person(2)),
        Channel::negotiated(&key(1), &person(2)),
    ];
    Situation {
        now_ms: 1_590_000_000_000,
        link: Some(link(peers)),
        bloom: None,
        account: Some(own),
        heard: channels
            .iter()
            .map(|channel| Heard::of(channel, Some(&own)))
            .collect(),
        envelopes: Vec::new(),
        acknowledges: true,
        others_ahead_ms: None,
    }
}

/// An envelope that the peers 1 to `peers` were handed.
fn sent(channel: &Channel, hour: u64, peers: u8) -> OwnEnvelope {
    let personal = matches!(channel, Channel::Partitioned(_));
    OwnEnvelope {
        hash: Hash([1; 32]),
        topic: channel.topic(),
        personal,
        size: if personal { 645 } else { 560 },
        ttl: 15,
        posted_ms: 1_590_000_000_000 + hour * 3_600_000,
        cause: Cause::Message,
        bloom: InBloom::Full,
        peers: (1..=peers).map(|byte| NodeId([byte; 64])).collect(),
    }
}

fn sentences(situation: &Situation) -> Vec<String> {
    let findings = report(situation, &Assumptions::default());
    findings.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn says(situation: &Situation, start: &str) -> String {
    let said = sentences(situation);
    let found = said.iter().find(|sentence| sentence.starts_with(start));
    found
        .unwrap_or_else(|| panic!("{start:?} is not in {said:#?}"))
        .clone()
}

#[track_caller]
fn says_whole(situation: &Situation, sentence: &str) {
    assert_eq!(says(situation, sentence), sentence);
}

#[track_caller]
fn does_not_say(situation: &Situation, part: &str) {
    let said = sentences(situation);
    assert!(!said.iter().any(|one| one.contains(part)), "{said:#?}");
}

#[test]
fn without_a_node_the_account_is_judged_as_it_would_be() {
    let mut situation = situation(0);
    situation.link = None;
    says_whole(
        &situation,
        "no node runs, so nothing is given away now; what follows is what its account would",
    );
    does_not_say(&situation, "IP address");
    says_whole(
        &situation,
        "no envelope of this node's own is remembered: it sent none since its start",
    );
}

#[test]
fn a_node_without_peers_tells_nobody_its_address() {
    says_whole(
        &situation(0),
        "no peer is connected, so none learns anything now",
    );
    does_not_say(&situation(0), "IP address");
}

#[test]
fn a_relay_without_an_account_has_nothing_of_its_own() {
    let mut situation = situation(2);
    situation.account = None;
    situation.heard.clear();
    says_whole(
        &situation,
        "this node has no account, or a locked one, and so sends nothing of its own: all that leaves it came \
         from its peers",
    );
    for own in [
        "own envelope",
        "decoys",
        "who wrote",
        "acknowledged",
        "none of the 2 peers can prove",
    ] {
        does_not_say(&situation, own);
    }
    says(
        &situation,
        "each of the 2 peers knows this node's IP address",
    );
    situation.link.as_mut().unwrap().peers.truncate(1);
    does_not_say(&situation, "the only peer");
}

#[test]
fn one_peer_knows_what_is_ones_own() {
    let mut situation = situation(1);
    let status = Channel::Public("status".into());
    situation.envelopes = vec![sent(&status, 0, 1), sent(&status, 0, 0)];
    says_whole(
        &situation,
        "the only peer, 0x0101010101…, brings all that others say, so what this node hands it that it did \
         not bring is this node's own: it was handed 1 of the last 2 own envelopes, and can link them all \
         to this address",
    );
    says_whole(
        &situation,
        "the one peer knows this node's IP address and its id 0xababababab…, which stays the same as long \
         as its node key does",
    );
    does_not_say(&situation, "none of the");
}

#[test]
fn several_peers_can_only_guess() {
    let mut situation = situation(3);
    let status = Channel::Public("status".into());
    situation.envelopes = vec![sent(&status, 0, 3), sent(&status, 0, 2)];
    says_whole(
        &situation,
        "none of the 3 peers can prove of an envelope that this node made it, since another may have \
         brought it; each may guess so if it hears it here first, and all of them were handed 1 of the \
         last 2 own envelopes",
    );
    says(
        &situation,
        "each of the 3 peers knows this node's IP address",
    );
    does_not_say(&situation, "the only peer");
    situation.link.as_mut().unwrap().relays = false;
    says_whole(
        &situation,
        "this node passes nothing on that others sent, so all that it hands to its 3 peers is its own",
    );
    does_not_say(&situation, "none of the");
}

#[test]
fn the_software_and_unusual_work_are_told() {
    let mut situation = situation(1);
    says_whole(
        &situation,
        "this node tells each peer that it is status-node/v1, as no client of 2020 is called",
    );
    does_not_say(&situation, "proof of work");
    situation.link.as_mut().unwrap().min_pow = 0.5;
    says_whole(
        &situation,
        "this node demands a proof of work of 0.5 and tells its peers so, others demand 0.001",
    );
}

#[test]
fn a_full_nodes_filter_says_nothing() {
    says_whole(
        &situation(1),
        "this node takes every envelope, so what it takes says nothing of its chats and people",
    );
    says(&situation(1), "every envelope comes to this node as to all");
    does_not_say(&situation(1), "filter for");
}

#[test]
fn a_light_nodes_filter_is_tried_by_whoever_likes() {
    let situation = situation(1).as_light();
    let bloom = situation.bloom.unwrap();
    let bits = bloom.0.iter().map(|byte| byte.count_ones()).sum::<u32>();
    says(
        &situation,
        &format!(
            "this node tells peers a bloom filter for 7 topics: {bits} of its 512 bits are set and let 1 in "
        ),
    );
    let passing = Channel::partition_topics().filter(|topic| bloom.admits(*topic));
    // That of the account, and two by chance.
    assert_eq!(passing.count(), 3);
    says_whole(
        &situation,
        "3 of the 5,000 partitions get through the filter, the account's among them: of 10,000 accounts it \
         is one of some 6.0",
    );
    says(
        &situation,
        "whoever has the account's public key can try its 3 topics on the filter, and all pass; for a key \
         that is not here they would with a chance of ",
    );
    says_whole(
        &situation,
        "of 14 names that anybody can try 1 passes the filter, joined are #status; one other chat passes \
         for whoever guesses its name",
    );
    says(
        &situation,
        "the filter lets through where 1 person announces keys: whoever has somebody's key can try it",
    );
    says(
        &situation,
        &format!(
            "the filter stays what it is as long as chats and people do: its {bits} bits, with 1 topic of two \
             people among them"
        ),
    );
    says(&situation, "of all topics only 1 in ");
    does_not_say(&situation, "takes every envelope");
}

#[test]
fn names_that_are_given_are_tried_too() {
    let situation = situation(1).as_light();
    let name = |name: &str| match Chat::public(name) {
        Ok(Chat::Public(name)) => name,
        other => panic!("{other:?}"),
    };
    let assumptions = Assumptions {
        accounts: 100_000,
        names: vec![name("a-secret-place"), name("status"), name("elsewhere")],
    };
    let findings = report(&situation, &assumptions);
    let named = findings.iter().find_map(|finding| match finding {
        Finding::NamesPass {
            tried,
            joined,
            by_chance,
            others,
        } => Some((*tried, joined.clone(), by_chance.len(), *others)),
        _ => None,
    });
    let joined = vec!["status".to_owned(), "a-secret-place".to_owned()];
    assert_eq!(named, Some((16, joined, 0, 0)));
    let people = findings.iter().find_map(|finding| match finding {
        Finding::PartitionPasses {
            accounts, people, ..
        } => Some((*accounts, *people)),
        _ => None,
    });
    assert_eq!(people, Some((100_000, 60.0)));
    let _: Vec<PublicName> = assumptions.names;
}

#[test]
fn names_pass_by_chance_if_the_filter_is_crowded() {
    let mut situation = situation(1).as_light();
    situation.bloom = Some(Bloom::FULL);
    says_whole(
        &situation,
        "of 14 names that anybody can try 14 pass the filter, joined are #status, by chance \
         #introductions, #chitchat, #crypto, #tech, #music, #movies, #support, #status-chinese, \
         #status-japanese, #status-korean and 3 more; one other chat passes for whoever guesses its name",
    );
    says(&situation, "5,000 of the 5,000 partitions get through");
}

#[test]
fn a_light_node_that_hears_nothing_has_nothing_to_hide_there() {
    let mut situation = situation(1);
    situation.heard.clear();
    says_whole(
        &situation.clone().as_light(),
        "this light node listens to nothing yet, and its filter is empty",
    );
    does_not_say(&situation.as_light(), "partitions");
}

#[test]
fn what_is_sent_past_the_filter_or_added_to_it_is_counted() {
    let mut situation = situation(1).as_light();
    let channel = Channel::Partitioned(person(2));
    situation.envelopes = vec![sent(&channel, 0, 1); 4];
    situation.envelopes[0].bloom = InBloom::Widened;
    situation.envelopes[1].bloom = InBloom::Outside;
    situation.envelopes[2].bloom = InBloom::Outside;
    situation.envelopes[3].bloom = InBloom::Inside;
    says_whole(
        &situation,
        "for 1 of the last 4 own envelopes the filter was widened just before, and all peers were told: they \
         know that this node made them",
    );
    says_whole(
        &situation,
        "2 of the last 4 own envelopes are outside of the filter, by which the peers that were handed them \
         know that this node made them, since it takes no such ones",
    );
    for envelope in &mut situation.envelopes {
        envelope.bloom = InBloom::Inside;
    }
    does_not_say(&situation, "the filter was widened");
    does_not_say(&situation, "are outside of the filter");
}

#[test]
fn the_header_tells_size_topic_and_time() {
    let mut situation = situation(2);
    let friend = Channel::negotiated(&key(1), &person(2));
    situation.envelopes = vec![
        sent(&Channel::Partitioned(person(2)), 0, 2),
        sent(&friend, 0, 2),
        sent(&friend, 0, 2),
    ];
    says_whole(
        &situation,
        "the last 3 own envelopes had 2 sizes (560 bytes 2 times, 645 bytes 1 times): each tells how long \
         what was said is, up to 256 bytes",
    );
    says_whole(
        &situation,
        "1 of the last 3 own envelopes are to the key of one person, and not under that of a topic: their \
         sizes tell, which are 133 bytes over a multiple of 256 and not 48",
    );
    says_whole(
        &situation,
        "the last 3 own envelopes had 2 topics: those of the same topic are seen to belong together, 2 of \
         them on the busiest",
    );
    says_whole(
        &situation,
        "each envelope says to the second when it was made: that is its expiry less its TTL of 15 s",
    );
    says_whole(
        &situation,
        "1 went to 1 partition of 5,000: each says that it is for one of those whose keys fall there, of \
         10,000 accounts some 2.0",
    );
    says_whole(
        &situation,
        "2 went to 1 topic of two people: nobody else can compute whose it is, but it never changes",
    );
    says_whole(
        &situation,
        "3 can be opened by those alone whom they are for, who learn the account's key",
    );
    says(
        &situation,
        "a TTL of 15 s and work for at least 0.002 are those",
    );
    says(&situation, "who wrote stands inside of the encryption");
}

/// The two remainders that the sentence names are those of the layer that seals.
#[test]
fn sizes_tell_keys_of_persons_from_keys_of_topics() {
    use crate::coupling::Route;
    let status = Route::of(&Chat::public("status").unwrap()).unwrap();
    let private = Route::private(&person(2), None);
    for len in [0, 1, 180, 400, 5_000, 70_000] {
        let payload = vec![7; len];
        let size = |route| crate::pipeline::envelope_size(&payload, &key(1), route);
        assert_eq!(size(&status) % 256, 48, "{len}");
        assert_eq!(size(&private) % 256, 133, "{len}");
    }
}

#[test]
fn who_can_read_is_told() {
    let mut situation = situation(2);
    situation.envelopes = vec![
        sent(&Channel::Public("status".into()), 0, 2),
        sent(&Channel::Public("a-secret-place".into()), 0, 2),
        sent(&Channel::ContactCode(person(1)), 0, 2),
        sent(&Channel::Public("not-joined".into()), 0, 2),
    ];
    says_whole(
        &situation,
        "2 went to public chats (#a-secret-place, #status): whoever knows the name, or guesses it by the \
         topic, reads what was said and the account's key",
    );
    says_whole(
        &situation,
        "1 announced the account's keys: whoever has its public key reads which devices it has, and sees \
         when one is there",
    );
    says_whole(
        &situation,
        "1 went where this node does not listen any more, or never did, such as to a public chat that is \
         not joined: whoever knows its name reads them",
    );
    does_not_say(&situation, "can be opened by those alone");
}

#[test]
fn a_clock_that_stands_out_is_told_with_its_side() {
    let mut situation = situation(1);
    does_not_say(&situation, "clock");
    situation.others_ahead_ms = Some(12_345);
    says_whole(
        &situation,
        "this node's clock is 12.3 s behind those of others, so that its envelopes stand out by when they \
         say that they were made",
    );
    situation.others_ahead_ms = Some(-6_000);
    says(
        &situation,
        "this node's clock is 6.0 s ahead of those of others",
    );
}

#[test]
fn whoever_sees_everything_sees_who_spoke_and_when() {
    let mut situation = situation(2);
    says(
        &situation,
        "who sees enough nodes sees each envelope appear here",
    );
    says(
        &situation,
        "what arrives for the account is acknowledged at once",
    );
    says(&situation, "links between nodes are encrypted");
    says(&situation, "no decoys are sent");
    situation.acknowledges = false;
    does_not_say(&situation, "acknowledged at once");
    let status = Channel::Public("status".into());
    situation.envelopes = [0, 1, 24, 25].map(|hour| sent(&status, hour, 2)).into();
    says_whole(
        &situation,
        "the last 4 own envelopes of 25 hours left in 2 of the 24 hours of the day, which tells when their \
         user is awake",
    );
    situation.envelopes.truncate(2);
    does_not_say(&situation, "hours of the day");
}

#[test]
fn decoys_are_counted_and_go_nowhere() {
    let mut situation = situation(2);
    situation.link.as_mut().unwrap().decoys_per_hour = Some(12);
    let channel = Channel::Partitioned(person(2));
    situation.envelopes = vec![sent(&channel, 0, 2), sent(&channel, 0, 2)];
    situation.envelopes[1].cause = Cause::Decoy;
    says_whole(
        &situation,
        "12 decoys are sent in an hour, 1 of the last 2 own envelopes: who opens none cannot tell which ones",
    );
    says(&situation, "1 went to 1 partition of 5,000");
    does_not_say(&situation, "no decoys");
}

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

#[test]
fn findings_come_by_observer_and_end_in_no_period() {
    let mut situation = situation(1).as_light();
    let status = Channel::Public("status".into());
    situation.envelopes = vec![sent(&status, 0, 1)];
    let findings = report(&situation, &Assumptions::default());
    assert!(findings.is_sorted_by_key(Finding::observer));
    let to: std::collections::BTreeSet<_> = findings.iter().map(Finding::observer).collect();
    assert_eq!(to.len(), 4);
    for finding in &findings {
        let sentence = finding.to_string();
        assert!(
            !sentence.ends_with('.') && !sentence.contains("  "),
            "{sentence}"
        );
        assert!(!sentence.contains(['{', '\n']), "{sentence}");
    }
    let advice = findings.iter().filter(|finding| finding.advice().is_some());
    assert!(advice.count() >= 3);
}

#[test]
fn an_envelope_of_a_topic_that_nobody_knows_is_nobodys() {
    let mut situation = situation(2);
    situation.envelopes = vec![sent(&Channel::Public("status".into()), 0, 2)];
    situation.envelopes[0].topic = Topic([1, 2, 3, 4]);
    says(
        &situation,
        "1 went where this node does not listen any more",
    );
}
