//! What peers learn, and what can be read out of a filter.

use super::*;

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
