//! A port that somebody else listens on is named in one sentence; nothing is left running.
#![cfg(test)]
#![cfg(feature = "net")]

mod networks;

use networks::config;
use status_devp2p::net::{Network, StartError};

#[tokio::test]
async fn is_named_in_one_sentence() {
    let (node, _events) = Network::start(config(1)).await.unwrap();
    let address = node.listening_on().unwrap();
    let mut second = config(2);
    second.listen = Some(address);
    let error = Network::start(second.clone()).await.unwrap_err();
    assert!(matches!(&error, StartError::PortInUse(at) if *at == address));
    assert_eq!(
        error.to_string(),
        format!("cannot listen on {address}: the port is in use")
    );
    // Free again once the first node has stopped.
    node.shutdown().await;
    assert_eq!(
        Network::start(second).await.unwrap().0.listening_on(),
        Some(address)
    );
}

#[tokio::test]
async fn other_mistakes_of_the_configuration_are_named_too() {
    let mut elsewhere = config(1);
    elsewhere.listen = Some("203.0.113.1:1".parse().unwrap());
    assert!(matches!(
        Network::start(elsewhere).await,
        Err(StartError::Listen { .. })
    ));
    let mut version = config(1);
    version.protocol_version = 3;
    assert!(matches!(
        Network::start(version).await,
        Err(StartError::ProtocolVersion(3))
    ));
    let mut mute = config(1);
    mute.subprotocols.clear();
    assert!(matches!(
        Network::start(mute).await,
        Err(StartError::NoSubprotocol)
    ));
    let mut narcissus = config(1);
    let own = narcissus.key.node_id();
    narcissus.static_peers = vec![status_devp2p::Enode::new(
        own,
        "127.0.0.1:1".parse().unwrap(),
    )];
    assert!(matches!(
        Network::start(narcissus).await,
        Err(StartError::Peer { .. })
    ));
}
