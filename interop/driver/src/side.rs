//! A started driver: the network service, and what runs on it.

use crate::echo;
use crate::gossip::{Gossip, WhisperSettings};
use crate::lines::{Events, Request};
use anyhow::Result;
use serde::Deserialize;
use serde_json::{Value, json};
use status_devp2p::net::{
    CloseReason, Network, NetworkConfig, NetworkEvent, NetworkEvents, PeerSender,
};
use status_devp2p::{DisconnectReason, Enode, NodeKey, Subprotocol};
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// How our side starts.
#[derive(Deserialize)]
#[serde(default)]
pub(crate) struct Start {
    listen: SocketAddr,
    /// `shh`, or `echo` under the same name.
    protocol: String,
    /// Of RLPx: 4 or 5.
    version: u64,
    /// Places for those that dial us; 0 leaves the default.
    max_inbound: usize,
    #[serde(flatten)]
    whisper: WhisperSettings,
}

impl Default for Start {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            protocol: "shh".into(),
            version: 5,
            max_inbound: 0,
            whisper: WhisperSettings::default(),
        }
    }
}

/// A started driver.
pub(crate) struct Side {
    network: Network,
    network_events: NetworkEvents,
    events: Events,
    peers: BTreeMap<u64, PeerSender>,
    /// None when the subprotocol is the echo.
    gossip: Option<Gossip>,
}

impl Side {
    /// Listens, and knows nobody.
    pub(crate) async fn start(start: Start, events: Events) -> Result<Self> {
        let key = NodeKey::random(&mut rand::rng());
        let mut config = NetworkConfig::new(key, "interop-driver", vec![Subprotocol::whisper()]);
        config.listen = Some(start.listen);
        config.protocol_version = start.version;
        if start.max_inbound > 0 {
            config.limits.inbound = start.max_inbound;
        }
        let (network, network_events) = Network::start(config).await?;
        let gossip = match start.protocol.as_str() {
            "echo" => None,
            _ => Some(Gossip::new(&start.whisper, events)?),
        };
        Ok(Self {
            network,
            network_events,
            events,
            peers: BTreeMap::new(),
            gossip,
        })
    }

    /// The answer to `start`.
    pub(crate) fn told(&self) -> Value {
        json!({"enode": self.network.local_enode().to_string()})
    }

    /// Answers a request.
    pub(crate) async fn answer(&mut self, request: &Request) -> Result<Value> {
        match request.method.as_str() {
            "add_peer" => self.add_peer(request),
            "disconnect" => self.disconnect(request),
            "stop" => {
                self.network.shutdown().await;
                Ok(json!(true))
            }
            _ => {
                let Some(gossip) = &mut self.gossip else {
                    return echo::answer(request, &self.peers).await;
                };
                let answer = gossip.answer(request, &self.peers).await;
                gossip.pump(&self.peers).await;
                answer
            }
        }
    }

    fn add_peer(&self, request: &Request) -> Result<Value> {
        #[derive(Deserialize)]
        struct AddPeer {
            enode: String,
        }
        let peer: AddPeer = request.params()?;
        let enode: Enode = peer.enode.parse()?;
        self.network.add_static_peer(enode)?;
        Ok(json!(true))
    }

    fn disconnect(&self, request: &Request) -> Result<Value> {
        #[derive(Deserialize)]
        struct Disconnect {
            reason: u64,
        }
        let disconnect: Disconnect = request.params()?;
        for peer in self.peers.values() {
            peer.disconnect(DisconnectReason::from(disconnect.reason));
        }
        Ok(json!(self.peers.len()))
    }

    /// Waits for the network or the clock and does what is due. Cancelling loses nothing: the
    /// waiting comes first, and what follows it waits only for room in a queue.
    pub(crate) async fn happenings(&mut self) {
        let timeout = self.gossip.as_ref().and_then(Gossip::timeout);
        let event = tokio::select! {
            event = self.network_events.recv() => event,
            () = sleep_until(timeout) => {
                if let Some(gossip) = &mut self.gossip {
                    gossip.handle_timeout();
                }
                None
            }
        };
        match event {
            Some(event) => self.handle(event).await,
            // After its end the network has no events; the clock alone must not spin.
            None => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
        }
        if let Some(gossip) = &mut self.gossip {
            gossip.pump(&self.peers).await;
        }
    }

    async fn handle(&mut self, event: NetworkEvent) {
        match event {
            NetworkEvent::PeerConnected(peer) => {
                self.events.emit(
                    "peer_connected",
                    json!({
                        "peer": peer.node_id.to_string(),
                        "client": peer.client_name,
                        "version": peer.protocol_version,
                        "inbound": peer.direction == status_devp2p::net::Direction::Inbound,
                    }),
                );
                if let Some(gossip) = &mut self.gossip {
                    gossip.add_peer(peer.peer.0, peer.address.ip());
                }
                self.peers.insert(peer.peer.0, peer.sender);
            }
            NetworkEvent::Message {
                peer,
                code,
                payload,
                ..
            } => {
                let Some(sender) = self.peers.get(&peer.0) else {
                    return;
                };
                match &mut self.gossip {
                    Some(gossip) => gossip.packet(sender, code, payload),
                    None => echo::message(self.events, sender, code, payload).await,
                }
            }
            NetworkEvent::PeerDisconnected {
                peer,
                node_id,
                reason,
            } => {
                self.peers.remove(&peer.0);
                if let Some(gossip) = &mut self.gossip {
                    gossip.remove_peer(peer.0);
                }
                let mut fields = closed(&reason);
                fields.insert("peer".into(), json!(node_id.to_string()));
                self.events.emit("peer_disconnected", Value::Object(fields));
            }
            NetworkEvent::DialFailed { enode, reason } => {
                let mut fields = closed(&reason);
                fields.insert("enode".into(), json!(enode.to_string()));
                self.events.emit("dial_failed", Value::Object(fields));
            }
            _ => {}
        }
    }
}

/// Who ended a connection, and why.
fn closed(reason: &CloseReason) -> serde_json::Map<String, Value> {
    let (by, number) = match reason {
        CloseReason::ByPeer(reason) => ("them", Some(reason.code())),
        CloseReason::ByUs(reason) => ("us", Some(reason.code())),
        _ => ("nobody", None),
    };
    let mut fields = serde_json::Map::new();
    fields.insert("by".into(), json!(by));
    fields.insert("reason".into(), json!(number));
    fields.insert("detail".into(), json!(reason.to_string()));
    fields
}

async fn sleep_until(time: Option<u64>) {
    match time {
        Some(time) => {
            let left = time.saturating_sub(crate::gossip::now());
            tokio::time::sleep(std::time::Duration::from_millis(left)).await;
        }
        None => std::future::pending().await,
    }
}
