//! Each way in which a network can fail, and what is kept all the same.
#![cfg(test)]

use proptest::prelude::*;
use status_simulated_network::{Counters, Event, Link, Network, NodeId};

/// Two nodes, `count` packets from the first to the second, one each millisecond; what arrived, in order.
fn arrivals(seed: u64, link: Link, count: u64) -> (Vec<u64>, Counters) {
    let mut network = Network::new(seed, link);
    let (here, there) = (network.add_node(), network.add_node());
    for at in 0..count {
        network.plan(at, at);
    }
    let mut arrived = Vec::new();
    while let Some(event) = network.next_event() {
        match event {
            Event::Planned { token } => network.send(here, there, token),
            Event::Packet { from, to, message } => {
                assert_eq!((from, to), (here, there));
                arrived.push(message);
            }
            Event::Alarm { .. } => unreachable!("nobody set one"),
        }
    }
    (arrived, network.counters())
}

#[test]
fn a_perfect_link_delivers_everything_once_and_in_order() {
    let (arrived, counters) = arrivals(1, Link::PERFECT, 1000);
    assert_eq!(arrived, (0..1000).collect::<Vec<_>>());
    assert_eq!((counters.sent, counters.delivered), (1000, 1000));
}

#[test]
fn delays_alone_do_not_change_the_order() {
    let link = Link {
        delay_ms: 0..=500,
        ..Link::PERFECT
    };
    let (arrived, _) = arrivals(2, link, 1000);
    assert_eq!(arrived, (0..1000).collect::<Vec<_>>());
}

#[test]
fn a_link_that_becomes_faster_does_not_change_the_order() {
    let slow = Link {
        delay_ms: 100..=100,
        ..Link::PERFECT
    };
    let mut network = Network::new(2, slow);
    let (here, there) = (network.add_node(), network.add_node());
    network.send(here, there, 1);
    network.set_all_links(Link::PERFECT);
    network.send(here, there, 2);
    for number in [1, 2] {
        assert!(matches!(
            network.next_event(),
            Some(Event::Packet { message, .. }) if message == number
        ));
    }
}

#[test]
fn reordered_packets_overtake_and_none_is_lost() {
    let link = Link {
        delay_ms: 0..=500,
        reordering: 0.3,
        ..Link::PERFECT
    };
    let (mut arrived, _) = arrivals(3, link, 1000);
    assert!(!arrived.is_sorted());
    arrived.sort_unstable();
    assert_eq!(arrived, (0..1000).collect::<Vec<_>>());
}

#[test]
fn loss_and_duplication_are_as_frequent_as_asked() {
    let link = Link {
        loss: 0.2,
        duplication: 0.1,
        ..Link::PERFECT
    };
    let (arrived, counters) = arrivals(4, link, 10_000);
    assert!((1800..2200).contains(&counters.lost), "{counters:?}");
    assert!((700..900).contains(&counters.duplicated), "{counters:?}");
    assert_eq!(arrived.len() as u64, counters.delivered);
}

#[test]
fn a_link_of_its_own_concerns_one_direction() {
    let mut network = Network::new(5, Link::PERFECT);
    let (here, there) = (network.add_node(), network.add_node());
    let deaf = Link {
        loss: 1.0,
        ..Link::PERFECT
    };
    network.set_link(here, there, deaf);
    network.send(here, there, 1);
    network.send(there, here, 2);
    let packet = Event::Packet {
        from: there,
        to: here,
        message: 2,
    };
    assert_eq!(network.next_event(), Some(packet));
    assert_eq!(network.next_event(), None);
}

#[test]
fn sides_do_not_hear_each_other_until_the_partition_heals() {
    let link = Link {
        delay_ms: 10..=10,
        ..Link::PERFECT
    };
    let mut network = Network::new(6, link);
    let (here, there) = (network.add_node(), network.add_node());
    // On its way when the network falls apart, then sent across.
    network.send(here, there, 1);
    network.set_side(there, 1);
    network.send(here, there, 2);
    assert_eq!(network.next_event(), None);
    network.heal();
    network.send(here, there, 3);
    assert!(matches!(
        network.next_event(),
        Some(Event::Packet { message: 3, .. })
    ));
    assert_eq!(network.counters().cut, 2);
}

#[test]
fn a_node_that_is_down_hears_sends_and_wakes_for_nothing() {
    let mut network = Network::new(7, Link::PERFECT);
    let (here, there) = (network.add_node(), network.add_node());
    network.set_alarm(there, Some(5));
    network.send(here, there, 1);
    network.crash(there);
    network.send(there, here, 2);
    network.set_alarm(there, Some(6));
    assert_eq!(network.next_event(), None);
    network.restart(there);
    assert_eq!(network.next_event(), None);
    network.send(here, there, 3);
    assert!(network.next_event().is_some());
    let counters = network.counters();
    assert_eq!((counters.to_down, counters.from_down), (1, 1));
}

#[test]
fn a_node_has_one_alarm_and_it_may_be_moved() {
    let mut network = Network::<()>::new(8, Link::PERFECT);
    let node = network.add_node();
    for at in [Some(30), Some(10), Some(20), None, Some(20), Some(20)] {
        network.set_alarm(node, at);
    }
    assert_eq!(network.next_event(), Some(Event::Alarm { node }));
    assert_eq!(network.now(), 20);
    assert_eq!(network.next_event(), None);
    // Too late means now.
    network.set_alarm(node, Some(1));
    assert_eq!(network.next_event(), Some(Event::Alarm { node }));
    assert_eq!(network.now(), 30);
}

#[test]
fn the_clock_stops_at_a_deadline() {
    let mut network = Network::<()>::new(9, Link::PERFECT);
    network.plan(100, 1);
    assert_eq!(network.next_event_until(99), None);
    assert_eq!(network.now(), 99);
    assert_eq!(
        network.next_event_until(100),
        Some(Event::Planned { token: 1 })
    );
    assert_eq!(network.now(), 100);
}

#[test]
fn ten_thousand_nodes_are_not_many() {
    const NODES: u32 = 10_000;
    let link = Link {
        delay_ms: 10..=90,
        reordering: 0.5,
        ..Link::PERFECT
    };
    let mut network = Network::new(10, link);
    let mut heard = vec![false; NODES as usize];
    let neighbours =
        |NodeId(node): NodeId| [1, 7, 300, 4000].map(|step| NodeId((node + step) % NODES));
    for _ in 0..NODES {
        network.add_node();
    }
    network.send(NodeId(0), NodeId(0), ());
    while let Some(event) = network.next_event() {
        let Event::Packet { to, .. } = event else {
            unreachable!("there are packets only");
        };
        if !std::mem::replace(&mut heard[to.0 as usize], true) {
            for neighbour in neighbours(to) {
                network.send(to, neighbour, ());
            }
        }
    }
    assert!(heard.iter().all(|heard| *heard));
    assert_eq!(network.counters().delivered, u64::from(NODES) * 4 + 1);
}

/// A network of four on which everything goes wrong; all that happened.
fn chaos(seed: u64, link: &Link, steps: &[(u8, u8, u8)]) -> (Vec<(u64, Event<usize>)>, Counters) {
    let mut network = Network::new(seed, link.clone());
    let nodes = [(); 4].map(|()| network.add_node());
    let mut happened = Vec::new();
    for (number, (what, one, other)) in steps.iter().enumerate() {
        let (one, other) = (nodes[usize::from(one % 4)], nodes[usize::from(other % 4)]);
        match what % 8 {
            0 => network.crash(one),
            1 => network.restart(one),
            2 => network.set_side(one, other.0 % 2),
            3 => network.heal(),
            4 => network.set_alarm(one, Some(network.now() + u64::from(other.0) * 10)),
            5 => {
                let deadline = network.now() + 25;
                while let Some(event) = network.next_event_until(deadline) {
                    happened.push((network.now(), event));
                }
            }
            _ => network.send(one, other, number),
        }
        let counters = network.counters();
        let ends = counters.delivered + counters.lost + counters.cut + counters.to_down;
        assert_eq!(
            counters.sent + counters.duplicated,
            ends + counters.in_flight
        );
    }
    while let Some(event) = network.next_event() {
        happened.push((network.now(), event));
    }
    assert_eq!(network.counters().in_flight, 0);
    (happened, network.counters())
}

proptest! {
    #[test]
    fn the_same_seed_is_the_same_run_and_every_packet_is_accounted_for(
        seed: u64,
        loss in 0.0..1.0,
        duplication in 0.0..1.0,
        reordering in 0.0..1.0,
        delay in 0_u64..100,
        steps in proptest::collection::vec(any::<(u8, u8, u8)>(), 0..200),
    ) {
        let link = Link { loss, duplication, reordering, delay_ms: 5..=5 + delay };
        let first = chaos(seed, &link, &steps);
        prop_assert_eq!(&first, &chaos(seed, &link, &steps));
        let times: Vec<u64> = first.0.iter().map(|(at, _)| *at).collect();
        prop_assert!(times.is_sorted());
    }
}
