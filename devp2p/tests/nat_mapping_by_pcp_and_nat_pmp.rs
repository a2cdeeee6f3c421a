//! A port mapping by PCP or NAT-PMP: asked for, renewed, shown in the enode, given back.
#![cfg(test)]
#![cfg(feature = "net")]

mod gateways;
mod networks;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use gateways::{Asked, OUTSIDE, pmp};
use networks::{PATIENCE, config, next};
use status_devp2p::net::nat::{NatMode, NatProtocol};
use status_devp2p::net::{Network, NetworkConfig, NetworkEvent};

/// A loopback address of this process's own: the port of the protocol is fixed, and tests of two
/// working copies may run at the same time.
fn loopback(last: u8) -> Ipv4Addr {
    let [.., high, low] = std::process::id().to_be_bytes();
    Ipv4Addr::new(127, 128 | high >> 1, low, last)
}

fn asking(gateway: Ipv4Addr, mode: NatMode) -> NetworkConfig {
    let mut config = config(1);
    config.nat.mode = mode;
    config.nat.gateway = Some(gateway.into());
    // Nobody answers here, for the modes that go on to UPnP.
    config.nat.ssdp = Some("127.0.0.1:9".parse().unwrap());
    config.nat.timeout = Duration::from_secs(4);
    config.nat.retry = Duration::from_millis(50);
    config
}

#[tokio::test]
async fn a_mapping_is_renewed_shown_and_released() {
    for (last, pcp, protocol) in [
        (31, true, NatProtocol::Pcp),
        (32, false, NatProtocol::NatPmp),
    ] {
        let gateway = loopback(last);
        // Granted for a second, so renewed after half of it.
        let log = pmp(gateway, pcp, 1).await;
        let (network, mut events) = Network::start(asking(gateway, NatMode::Pmp)).await.unwrap();
        let port = network.listening_on().unwrap().port();
        assert_eq!(network.local_enode().ip, Ipv4Addr::LOCALHOST);
        match next(&mut events).await {
            NetworkEvent::Mapped {
                external,
                protocol: by,
                lifetime,
            } => {
                assert_eq!(external, SocketAddr::from((OUTSIDE, port)));
                assert_eq!((by, lifetime), (protocol, Duration::from_secs(1)));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(
            network.local_enode().tcp_address().unwrap(),
            (OUTSIDE, port).into()
        );
        let internal = SocketAddr::from(([127, 0, 0, 1], port));
        let asked = log.wait(3).await;
        assert_eq!(
            asked[0],
            Asked::Map {
                internal,
                external: port,
                lifetime: 20 * 60
            }
        );
        assert!(
            asked[1..]
                .iter()
                .all(|asked| matches!(asked, Asked::Map { external, .. } if *external == port))
        );
        tokio::time::timeout(PATIENCE, network.shutdown())
            .await
            .unwrap();
        assert_eq!(log.all().last(), Some(&Asked::Unmap { port }));
        assert!(
            events.recv().await.is_none(),
            "unchanged renewals are not reported"
        );
    }
}

#[tokio::test]
async fn any_takes_the_first_protocol_that_grants() {
    let gateway = loopback(33);
    let _log = pmp(gateway, false, 600).await;
    let (_network, mut events) = Network::start(asking(gateway, NatMode::Any)).await.unwrap();
    assert!(matches!(
        next(&mut events).await,
        NetworkEvent::Mapped {
            protocol: NatProtocol::NatPmp,
            ..
        }
    ));
}

#[tokio::test]
async fn a_router_that_comes_later_is_found_later() {
    let gateway = loopback(34);
    let mut asking = asking(gateway, NatMode::Pmp);
    asking.nat.timeout = Duration::from_millis(200);
    let (network, mut events) = Network::start(asking).await.unwrap();
    match next(&mut events).await {
        NetworkEvent::MappingFailed { reason } => assert!(reason.contains("NAT-PMP"), "{reason}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(network.local_enode().ip, Ipv4Addr::LOCALHOST);
    let _log = pmp(gateway, true, 600).await;
    loop {
        match next(&mut events).await {
            NetworkEvent::MappingFailed { .. } => {}
            NetworkEvent::Mapped { .. } => break,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn an_outside_address_that_is_known_is_shown_without_asking() {
    let mut config = config(1);
    config.nat = NatMode::ExternalIp(OUTSIDE.into()).into();
    let (network, mut events) = Network::start(config).await.unwrap();
    match next(&mut events).await {
        NetworkEvent::Mapped {
            protocol: NatProtocol::Configured,
            ..
        } => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(network.local_enode().ip, OUTSIDE);
}

#[tokio::test]
async fn a_node_on_loopback_does_not_bother_a_real_router() {
    let mut config = config(1);
    config.nat = NatMode::Any.into();
    let (_network, mut events) = Network::start(config).await.unwrap();
    match next(&mut events).await {
        NetworkEvent::MappingFailed { reason } => assert!(reason.contains("reached"), "{reason}"),
        other => panic!("{other:?}"),
    }
}
