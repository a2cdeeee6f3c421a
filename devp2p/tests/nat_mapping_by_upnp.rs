//! A port mapping by UPnP: asked for, renewed, given back, also with routers that have their ways.
#![cfg(test)]
#![cfg(feature = "net")]

mod gateways;
mod networks;

use std::net::SocketAddr;
use std::time::Duration;

use gateways::{Asked, Igd, Log, OUTSIDE, upnp};
use networks::{PATIENCE, config, next};
use status_devp2p::net::nat::{NatMode, NatProtocol};
use status_devp2p::net::{Network, NetworkConfig, NetworkEvent, NetworkEvents};

fn asking(ssdp: SocketAddr) -> NetworkConfig {
    let mut config = config(1);
    config.nat.mode = NatMode::Upnp;
    config.nat.ssdp = Some(ssdp);
    config.nat.lifetime = Duration::from_secs(1);
    config
}

async fn mapped(events: &mut NetworkEvents) -> SocketAddr {
    match next(events).await {
        NetworkEvent::Mapped {
            external,
            protocol: NatProtocol::Upnp,
            ..
        } => external,
        other => panic!("{other:?}"),
    }
}

async fn stop(network: Network, log: &Log) -> Option<Asked> {
    tokio::time::timeout(PATIENCE, network.shutdown())
        .await
        .unwrap();
    log.all().pop()
}

#[tokio::test]
async fn a_mapping_is_renewed_and_released() {
    let (ssdp, log) = upnp(Igd::default()).await;
    let (network, mut events) = Network::start(asking(ssdp)).await.unwrap();
    let port = network.listening_on().unwrap().port();
    assert_eq!(mapped(&mut events).await, SocketAddr::from((OUTSIDE, port)));
    let expected = Asked::Map {
        internal: SocketAddr::from(([127, 0, 0, 1], port)),
        external: port,
        lifetime: 1,
    };
    assert!(log.wait(3).await.iter().all(|asked| *asked == expected));
    assert_eq!(stop(network, &log).await, Some(Asked::Unmap { port }));
}

#[tokio::test]
async fn a_router_that_grants_for_ever_only_is_satisfied() {
    let (ssdp, log) = upnp(Igd {
        only_permanent: true,
        ..Igd::default()
    })
    .await;
    let (network, mut events) = Network::start(asking(ssdp)).await.unwrap();
    let port = mapped(&mut events).await.port();
    assert!(matches!(
        log.wait(1).await[0],
        Asked::Map { lifetime: 0, .. }
    ));
    assert_eq!(stop(network, &log).await, Some(Asked::Unmap { port }));
}

#[tokio::test]
async fn another_outside_port_is_taken_when_ours_is_in_use() {
    // The node's own port must be known before the router can refuse it.
    let spare = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let (ssdp, log) = upnp(Igd {
        taken: Some(spare.port()),
        ..Igd::default()
    })
    .await;
    let mut config = asking(ssdp);
    config.listen = Some(spare);
    let (network, mut events) = Network::start(config).await.unwrap();
    let external = mapped(&mut events).await;
    assert_ne!(external.port(), spare.port());
    assert_eq!(network.local_enode().tcp, external.port());
    assert_eq!(
        stop(network, &log).await,
        Some(Asked::Unmap {
            port: external.port()
        })
    );
}

#[tokio::test]
async fn no_router_is_a_reason_not_an_end() {
    let mut config = asking("127.0.0.1:9".parse().unwrap());
    config.nat.timeout = Duration::from_millis(50);
    let (network, mut events) = Network::start(config).await.unwrap();
    match next(&mut events).await {
        NetworkEvent::MappingFailed { reason } => assert!(reason.contains("UPnP"), "{reason}"),
        other => panic!("{other:?}"),
    }
    tokio::time::timeout(PATIENCE, network.shutdown())
        .await
        .unwrap();
}
