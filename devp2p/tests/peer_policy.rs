//! Who is dialled, admitted and refused, on virtual time.
#![cfg(test)]

use std::net::{IpAddr, SocketAddr};

use proptest::prelude::*;
use rand::{SeedableRng, rngs::StdRng};
use status_devp2p::peers::{ConnectionId, Limits, PeerPolicy, Refusal, StaticPeerError};
use status_devp2p::{Enode, NodeId};

fn ip(last: u8) -> IpAddr {
    [10, 0, 0, last].into()
}

/// An id that is not a key: the policy never looks at the curve. Higher number, higher id.
fn id(number: u8) -> NodeId {
    NodeId([number; 64])
}

fn enode(number: u8) -> Enode {
    Enode::new(id(number), SocketAddr::new(ip(number), 30303))
}

fn policy(limits: Limits) -> PeerPolicy {
    PeerPolicy::new(id(100), limits)
}

fn rng() -> StdRng {
    StdRng::seed_from_u64(1)
}

fn admit(policy: &mut PeerPolicy, address: u8, node: u8) -> Result<ConnectionId, Refusal> {
    let connection = policy.handle_accepted(ip(address))?;
    match policy.handle_authenticated(connection, id(node)) {
        Ok(_) => {
            assert!(policy.handle_established(connection, 0));
            Ok(connection)
        }
        Err(refusal) => {
            policy.handle_closed(connection, 0, &mut rng());
            Err(refusal)
        }
    }
}

#[test]
fn a_static_peer_is_dialled_at_once_and_again_after_pauses_that_double() {
    let mut policy = policy(Limits::default());
    let mut rng = rng();
    policy.add_static(enode(1), 5).unwrap();
    let mut now = 5;
    for full in [
        1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 120_000, 120_000,
    ] {
        let dial = policy.poll_dial(now).expect("a dial is due");
        assert_eq!(dial.enode, enode(1));
        assert_eq!(policy.poll_dial(now), None, "one dial at a time");
        assert_eq!(policy.poll_timeout(), None);
        policy.handle_closed(dial.connection, now, &mut rng);
        let due = policy.poll_timeout().unwrap();
        assert!(
            (now + full / 2..=now + full).contains(&due),
            "{due} after {now}"
        );
        assert_eq!(policy.poll_dial(due - 1), None);
        now = due;
    }
}

#[test]
fn a_healthy_connection_resets_the_pauses_and_a_short_one_does_not() {
    let mut policy = policy(Limits::default());
    let mut rng = rng();
    policy.add_static(enode(1), 0).unwrap();
    let mut now = 0;
    for _ in 0..5 {
        let dial = policy.poll_dial(now).unwrap();
        policy.handle_connected(dial.connection);
        assert_eq!(
            policy
                .handle_authenticated(dial.connection, id(1))
                .unwrap()
                .superseded,
            None
        );
        assert!(policy.handle_established(dial.connection, now));
        policy.handle_closed(dial.connection, now + 10, &mut rng);
        now = policy.poll_timeout().unwrap();
    }
    let before = now;
    let dial = policy.poll_dial(now).unwrap();
    assert_eq!(
        policy
            .handle_authenticated(dial.connection, id(1))
            .unwrap()
            .superseded,
        None
    );
    assert!(policy.handle_established(dial.connection, now));
    now += 29_999;
    policy.handle_closed(dial.connection, now, &mut rng);
    assert!(
        policy.poll_timeout().unwrap() - now >= 16_000,
        "five short ones: {before}"
    );
    now = policy.poll_timeout().unwrap();
    let dial = policy.poll_dial(now).unwrap();
    assert_eq!(
        policy
            .handle_authenticated(dial.connection, id(1))
            .unwrap()
            .superseded,
        None
    );
    assert!(policy.handle_established(dial.connection, now));
    policy.handle_closed(dial.connection, now + 30_000, &mut rng);
    assert!(policy.poll_timeout().unwrap() - now - 30_000 <= 1_000);
}

#[test]
fn a_peer_that_comes_by_itself_is_not_dialled_and_resets_the_pauses() {
    let mut policy = policy(Limits::default());
    let mut rng = rng();
    policy.add_static(enode(1), 0).unwrap();
    let mut now = 0;
    for _ in 0..6 {
        let dial = policy.poll_dial(now).unwrap();
        policy.handle_closed(dial.connection, now, &mut rng);
        now = policy.poll_timeout().unwrap();
    }
    let connection = admit(&mut policy, 1, 1).unwrap();
    assert_eq!(policy.poll_dial(now + 1_000_000), None);
    assert_eq!(policy.connection_of(&id(1)), Some(connection));
    policy.handle_closed(connection, now, &mut rng);
    assert!(policy.poll_timeout().unwrap() <= now + 1_000);
}

#[test]
fn inbound_places_run_out_but_not_for_trusted_peers() {
    let mut policy = policy(Limits {
        inbound: 2,
        ..Limits::default()
    });
    policy.add_trusted(id(9)).unwrap();
    let first = admit(&mut policy, 1, 1).unwrap();
    admit(&mut policy, 2, 2).unwrap();
    assert_eq!(
        admit(&mut policy, 3, 3),
        Err(Refusal::TooManyInbound { limit: 2 })
    );
    admit(&mut policy, 9, 9).unwrap();
    assert_eq!(policy.counts().inbound, 3);
    assert_eq!(policy.refusals().too_many_inbound, 1);
    policy.handle_closed(first, 0, &mut rng());
    admit(&mut policy, 3, 3).unwrap();
    assert!(policy.remove_trusted(&id(9)));
    assert_eq!(
        admit(&mut policy, 4, 4),
        Err(Refusal::TooManyInbound { limit: 2 })
    );
}

#[test]
fn handshakes_and_addresses_are_limited_before_anything_is_known() {
    let mut policy = policy(Limits {
        handshakes: 3,
        per_address: 2,
        ..Limits::default()
    });
    let a = policy.handle_accepted(ip(1)).unwrap();
    policy.handle_accepted(ip(1)).unwrap();
    assert_eq!(
        policy.handle_accepted(ip(1)),
        Err(Refusal::TooManyFromAddress { limit: 2 })
    );
    // The same address in its IPv6 clothes.
    let mapped: IpAddr = "::ffff:10.0.0.1".parse().unwrap();
    assert_eq!(
        policy.handle_accepted(mapped),
        Err(Refusal::TooManyFromAddress { limit: 2 })
    );
    policy.handle_accepted(ip(2)).unwrap();
    assert_eq!(
        policy.handle_accepted(ip(3)),
        Err(Refusal::TooManyHandshakes { limit: 3 })
    );
    policy.handle_closed(a, 0, &mut rng());
    policy.handle_accepted(ip(1)).unwrap();
    assert_eq!(policy.refusals().total(), 3);
}

#[test]
fn outbound_places_and_dials_are_limited_but_not_for_trusted_peers() {
    let mut policy = policy(Limits {
        outbound: 2,
        dials: 3,
        ..Limits::default()
    });
    policy.add_trusted(id(9)).unwrap();
    for number in 1..=3 {
        policy.add_static(enode(number), 0).unwrap();
    }
    let first = policy.poll_dial(0).unwrap();
    policy.poll_dial(0).unwrap();
    assert_eq!(policy.poll_dial(0), None, "two places");
    assert_eq!(policy.poll_timeout(), None, "no busy waiting for a place");
    policy.add_static(enode(9), 0).unwrap();
    assert_eq!(policy.poll_dial(0).unwrap().enode.id, id(9));
    policy.handle_closed(first.connection, 10, &mut rng());
    assert_eq!(
        policy.poll_dial(10).unwrap().enode.id,
        id(3),
        "the place goes to who waits longest"
    );
}

#[test]
fn own_identity_and_unusable_addresses_are_refused() {
    let mut policy = policy(Limits {
        static_peers: 1,
        trusted_peers: 1,
        ..Limits::default()
    });
    assert_eq!(
        policy.add_static(enode(100), 0),
        Err(StaticPeerError::OwnIdentity)
    );
    assert_eq!(
        policy.add_trusted(id(100)),
        Err(StaticPeerError::OwnIdentity)
    );
    let deaf = Enode { tcp: 0, ..enode(1) };
    assert!(matches!(
        policy.add_static(deaf, 0),
        Err(StaticPeerError::NotDialable(_))
    ));
    assert_eq!(admit(&mut policy, 1, 100), Err(Refusal::OwnIdentity));
    policy.add_static(enode(1), 0).unwrap();
    assert_eq!(
        policy.add_static(enode(2), 0),
        Err(StaticPeerError::ListFull { limit: 1 })
    );
    policy.add_static(enode(1), 0).unwrap();
    policy.add_trusted(id(1)).unwrap();
    assert_eq!(
        policy.add_trusted(id(2)),
        Err(StaticPeerError::ListFull { limit: 1 })
    );
}

#[test]
fn a_second_connection_of_a_node_is_refused() {
    let mut policy = policy(Limits::default());
    let first = admit(&mut policy, 1, 1).unwrap();
    assert_eq!(admit(&mut policy, 2, 1), Err(Refusal::AlreadyConnected));
    policy.handle_closed(first, 0, &mut rng());
    admit(&mut policy, 2, 1).unwrap();
    let unknown = ConnectionId(999);
    assert_eq!(
        policy.handle_authenticated(unknown, id(5)),
        Err(Refusal::UnknownConnection)
    );
}

/// Two nodes with each other as static peers dial at the same moment; whatever the order in which
/// the two handshakes end at each side, both keep the same single connection.
#[test]
fn nodes_that_dial_each_other_keep_the_same_connection() {
    for order_low in [false, true] {
        for order_high in [false, true] {
            let (low, high) = (id(1), id(2));
            let at = |number| Enode::new(id(number), SocketAddr::new(ip(number), 1));
            let mut kept = Vec::new();
            for (local, remote, number, own_first) in
                [(low, high, 2, order_low), (high, low, 1, order_high)]
            {
                let mut policy = PeerPolicy::new(local, Limits::default());
                policy.add_static(at(number), 0).unwrap();
                let dialled = policy.poll_dial(0).unwrap().connection;
                policy.handle_connected(dialled);
                let accepted = policy.handle_accepted(ip(number)).unwrap();
                let order = if own_first {
                    [dialled, accepted]
                } else {
                    [accepted, dialled]
                };
                for connection in order {
                    match policy.handle_authenticated(connection, remote) {
                        Ok(admission) => {
                            if let Some(superseded) = admission.superseded {
                                policy.handle_closed(superseded, 0, &mut rng());
                            }
                        }
                        Err(Refusal::AlreadyConnected | Refusal::UnknownConnection) => {
                            policy.handle_closed(connection, 0, &mut rng());
                        }
                        Err(other) => panic!("{other}"),
                    }
                }
                let connection = policy
                    .connection_of(&remote)
                    .expect("one connection is left");
                kept.push(if connection == dialled { local } else { remote });
                assert_eq!(policy.poll_timeout(), None, "nothing to dial");
            }
            assert_eq!(kept, [high, high], "kept is what the higher id dialled");
        }
    }
}

#[test]
fn a_dial_without_tcp_gives_way_to_the_peer_that_is_here() {
    let mut policy = policy(Limits::default());
    policy.add_static(enode(1), 0).unwrap();
    let dial = policy.poll_dial(0).unwrap();
    let accepted = policy.handle_accepted(ip(1)).unwrap();
    let admission = policy.handle_authenticated(accepted, id(1)).unwrap();
    assert_eq!(admission.superseded, Some(dial.connection));
    assert_eq!(
        policy.handle_authenticated(dial.connection, id(1)),
        Err(Refusal::AlreadyConnected)
    );
}

#[test]
fn a_removed_static_peer_is_not_dialled_again() {
    let mut policy = policy(Limits::default());
    policy.add_static(enode(1), 0).unwrap();
    assert!(policy.is_static(&id(1)));
    let dial = policy.poll_dial(0).unwrap();
    assert_eq!(policy.remove_static(&id(1)), Some(dial.connection));
    policy.handle_closed(dial.connection, 0, &mut rng());
    assert_eq!(policy.poll_timeout(), None);
    assert_eq!(policy.remove_static(&id(1)), None);
}

#[derive(Debug, Clone)]
enum Action {
    AddStatic(u8),
    RemoveStatic(u8),
    Trust(u8),
    Accept(u8),
    Authenticate(u8, u8),
    Establish(u8),
    Close(u8),
    Wait(u16),
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        (0u8..6).prop_map(Action::AddStatic),
        (0u8..6).prop_map(Action::RemoveStatic),
        (0u8..6).prop_map(Action::Trust),
        (0u8..6).prop_map(Action::Accept),
        (any::<u8>(), 0u8..6).prop_map(|(c, n)| Action::Authenticate(c, n)),
        any::<u8>().prop_map(Action::Establish),
        any::<u8>().prop_map(Action::Close),
        any::<u16>().prop_map(Action::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    /// Whatever happens in whatever order: limits hold for untrusted peers, no node has two
    /// connections, and a static peer without a connection is always due or blocked by a limit.
    #[test]
    fn limits_hold_and_no_static_peer_is_forgotten(
        actions in prop::collection::vec(action(), 1..200),
        seed: u64,
    ) {
        let limits =
            Limits { inbound: 2, outbound: 2, per_address: 2, handshakes: 3, dials: 2, ..Limits::default() };
        let mut policy = PeerPolicy::new(id(3), limits);
        let mut rng = StdRng::seed_from_u64(seed);
        let mut now = 0;
        // (connection, node of a dial)
        let mut open: Vec<(ConnectionId, Option<u8>)> = Vec::new();
        for action in actions {
            let pick = |n: u8, open: &Vec<(ConnectionId, Option<u8>)>| open.get(usize::from(n) % open.len().max(1)).copied();
            match action {
                Action::AddStatic(n) => _ = policy.add_static(enode(n), now),
                Action::RemoveStatic(n) => _ = policy.remove_static(&id(n)),
                Action::Trust(n) => _ = policy.add_trusted(id(n)),
                Action::Accept(n) => {
                    if let Ok(connection) = policy.handle_accepted(ip(n)) {
                        open.push((connection, None));
                    }
                }
                Action::Authenticate(c, n) => {
                    if let Some((connection, node)) = pick(c, &open) {
                        let closes = match policy.handle_authenticated(connection, id(node.unwrap_or(n))) {
                            Ok(admission) => admission.superseded,
                            Err(_) => Some(connection),
                        };
                        if let Some(closes) = closes {
                            open.retain(|(c, _)| *c != closes);
                            policy.handle_closed(closes, now, &mut rng);
                        }
                    }
                }
                Action::Establish(c) => {
                    if let Some((connection, _)) = pick(c, &open) {
                        let _ = policy.handle_established(connection, now);
                    }
                }
                Action::Close(c) => {
                    if let Some((connection, _)) = pick(c, &open) {
                        open.retain(|(c, _)| *c != connection);
                        policy.handle_closed(connection, now, &mut rng);
                    }
                }
                Action::Wait(ms) => now += u64::from(ms),
            }
            while let Some(dial) = policy.poll_dial(now) {
                prop_assert!(policy.is_static(&dial.enode.id));
                open.push((dial.connection, Some(dial.enode.id.0[0])));
            }
            let counts = policy.counts();
            prop_assert_eq!(counts.dialling + counts.handshaking + counts.inbound + counts.outbound, open.len());
            prop_assert!(counts.handshaking <= limits.handshakes);
            prop_assert!(counts.dialling <= limits.dials);
            // Six nodes, all of them trusted at worst.
            prop_assert!(counts.inbound <= limits.inbound + 6);
            prop_assert!(policy.poll_timeout().is_none_or(|due| due > now), "due means dialled");
        }
        for (connection, _) in open {
            policy.handle_closed(connection, now, &mut rng);
        }
        prop_assert_eq!(policy.counts(), Default::default());
        let mut last = now + 200_000;
        let statics = (0..6).filter(|n| policy.is_static(&id(*n))).count();
        let mut dialled = std::collections::BTreeSet::new();
        for _ in 0..statics {
            if let Some(dial) = policy.poll_dial(last) {
                dialled.insert(dial.enode.id);
                policy.handle_closed(dial.connection, last, &mut rng);
                last += 1;
            }
        }
        prop_assert_eq!(dialled.len(), statics, "every static peer is tried");
    }
}
