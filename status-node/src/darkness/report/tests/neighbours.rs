//! What a node can tell of its peers.

use super::*;

fn told(situation: &Situation) -> Vec<String> {
    let sights = neighbours(situation, &Assumptions::default());
    sights.iter().map(ToString::to_string).collect()
}

/// The filter of somebody's light node.
fn filter_of(byte: u8, joined: &[&str]) -> Bloom {
    let person = person(byte);
    let channels = [
        Channel::Partitioned(person),
        Channel::PersonalDiscovery(person),
        Channel::ContactCode(person),
    ];
    let public = joined.iter().map(|name| Channel::Public((*name).into()));
    Bloom::from_topics(channels.into_iter().chain(public).map(|one| one.topic()))
}

#[test]
fn of_a_full_peer_there_is_nothing_to_tell_but_what_it_brings() {
    let mut situation = situation(1);
    let full = "0x0101010101… takes every envelope, so what it takes says nothing of it";
    assert_eq!(told(&situation), [full]);
    let link = situation.link.as_mut().unwrap();
    (link.peers[0].brought, link.peers[0].first) = (1_200, 34);
    let brought = "0x0101010101… brought 1,200 envelopes, 34 of them before any other peer did: what it makes \
                   itself is mostly among these";
    assert_eq!(told(&situation), [full, brought]);
    situation.link = None;
    assert_eq!(told(&situation), [""; 0]);
}

#[test]
fn a_light_peer_shows_its_chats_and_who_may_be_there() {
    let mut situation = situation(2);
    let link = situation.link.as_mut().unwrap();
    // The first is the friend, the second a stranger.
    link.peers[0].bloom = Some(filter_of(2, &["status"]));
    link.peers[1].bloom = Some(filter_of(9, &[]));
    link.peers[1].outside = 3;
    let told = told(&situation);
    let start = "0x0101010101… tells a filter with ";
    assert!(told[0].starts_with(start), "{told:#?}");
    assert!(told[0].contains(" partitions pass, and 1 of 14 names (#status)"));
    let may_be =
        "of 1 person whose keys are known here 1 can be behind 0x0101010101… by its filter (0x04";
    assert!(told[1].starts_with(may_be), "{told:#?}");
    assert!(told[1].contains("…); a stranger could with a chance of "));
    assert!(told[2].ends_with(" and 0 of 14 names"), "{told:#?}");
    assert!(told[3].starts_with(
        "of 1 person whose keys are known here 0 can be behind 0x0202020202… by its filter;"
    ));
    assert_eq!(
        told[4],
        "3 envelopes that 0x0202020202… brought are outside of its own filter, so that it made them itself"
    );
    let people = neighbours(&situation, &Assumptions::default());
    let people = people.iter().find_map(|sight| match sight {
        Sight::PeerMayBe { people, .. } => Some(people.clone()),
        _ => None,
    });
    assert_eq!(people, Some(vec![crate::hex_key(&person(2))]));
}
