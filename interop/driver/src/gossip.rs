//! Whisper on our side: envelopes in and out, as the state machine of `status-whisper` has it.

use crate::lines::{Events, Request, from_hex, to_hex};
use anyhow::{Result, anyhow, bail};
use bytes::Bytes;
use secp256k1::{PublicKey, Secp256k1, SecretKey};
use serde::Deserialize;
use serde_json::{Value, json};
use status_devp2p::DisconnectReason;
use status_devp2p::net::PeerSender;
use status_whisper::packets::{BatchReport, Messages, MessagesResponse, code};
use status_whisper::{
    Bloom, Config, Envelope, Event, Filter, Key, MessageBuilder, PeerId, PeerOptions, PrivateKey,
    Received, Recipient, Role, SymmetricKey, Topic, Whisper, Work,
};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::AtomicBool;
use std::time::{SystemTime, UNIX_EPOCH};

/// How the Whisper node differs from the default.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct WhisperSettings {
    light: bool,
    announce_light: bool,
    min_pow: Option<f64>,
}

/// The Whisper node and the key that it signs and reads with.
pub(crate) struct Gossip {
    whisper: Whisper,
    secret: SecretKey,
    public: PublicKey,
    events: Events,
}

#[derive(Deserialize)]
struct FilterRequest {
    topics: Vec<String>,
    /// Of a symmetric key; without one our key pair reads.
    password: Option<String>,
    #[serde(default)]
    min_pow: f64,
}

#[derive(Deserialize)]
struct PostRequest {
    topic: String,
    ttl: u32,
    pow_target: f64,
    payload: String,
    password: Option<String>,
    public_key: Option<String>,
    #[serde(default)]
    unsigned: bool,
    /// Past all checks, straight to every peer.
    #[serde(default)]
    push: bool,
}

impl Gossip {
    pub(crate) fn new(settings: &WhisperSettings, events: Events) -> Result<Self> {
        let mut config = Config {
            announce_light: settings.announce_light,
            seed: rand::random(),
            ..Config::default()
        };
        if settings.light {
            config.role = Role::Light {
                topics: Bloom::from_topics([]),
            };
        }
        if let Some(min_pow) = settings.min_pow {
            config.min_pow = min_pow;
        }
        let secret = status_ecies::random_secret_key(&mut rand::rng());
        let public = secret.public_key(&Secp256k1::new());
        Ok(Self {
            whisper: Whisper::new(config),
            secret,
            public,
            events,
        })
    }

    /// A connection is up.
    pub(crate) fn add_peer(&mut self, peer: u64, address: IpAddr) {
        let options = PeerOptions {
            address: Some(address),
            ..PeerOptions::default()
        };
        if let Err(error) = self.whisper.add_peer(PeerId(peer), options, now()) {
            self.events
                .emit("error", json!({"error": error.to_string()}));
        }
    }

    /// A connection is gone.
    pub(crate) fn remove_peer(&mut self, peer: u64) {
        self.whisper.remove_peer(PeerId(peer));
    }

    /// A packet arrived.
    pub(crate) fn packet(&mut self, sender: &PeerSender, code: u64, payload: Bytes) {
        if code == code::MESSAGES_RESPONSE {
            self.report_refusals(&payload);
        }
        let peer = PeerId(sender.peer().0);
        if let Err(fault) = self.whisper.handle_packet(peer, code, payload, now()) {
            self.events
                .emit("peer_fault", json!({"fault": fault.to_string()}));
            sender.disconnect(DisconnectReason::SubprotocolError);
        }
    }

    /// What a peer refuses of pushed envelopes, which the state machine knows nothing of.
    fn report_refusals(&self, payload: &Bytes) {
        let Ok(response) = MessagesResponse::decode(payload) else {
            return;
        };
        let Ok(report) = BatchReport::decode(&response.content) else {
            return;
        };
        for refused in report.errors {
            self.events.emit(
                "envelope_refused",
                json!({
                    "hash": refused.hash.to_string(),
                    "code": refused.code,
                    "description": refused.description,
                }),
            );
        }
    }

    /// The clock has reached [`Gossip::timeout`].
    pub(crate) fn handle_timeout(&mut self) {
        self.whisper.handle_timeout(now());
    }

    /// Hands packets to the connections and reports what was opened.
    pub(crate) async fn pump(&mut self, peers: &BTreeMap<u64, PeerSender>) {
        let waiting: Vec<PeerId> = self.whisper.peers_with_output().collect();
        for peer in waiting {
            while let Some(packet) = self.whisper.poll_transmit(peer) {
                if let Some(sender) = peers.get(&peer.0) {
                    // A peer that is gone is reported by the network.
                    let _ = sender.send(0, packet.code, packet.payload).await;
                }
            }
        }
        while let Some(event) = self.whisper.poll_event() {
            match event {
                Event::Message(message) => self.report(&message),
                Event::PeerReady(peer) => self.events.emit("peer_ready", json!({"peer": peer.0})),
                Event::PeerFailed { peer, .. } => {
                    if let Some(sender) = peers.get(&peer.0) {
                        sender.disconnect(DisconnectReason::SubprotocolError);
                    }
                }
                _ => {}
            }
        }
    }

    fn report(&self, message: &Received) {
        let signer = message.opened.signer();
        self.events.emit(
            "whisper_message",
            json!({
                "sig": signer.map(uncompressed),
                "ttl": message.envelope.ttl(),
                "topic": message.envelope.topic().to_string(),
                "payload": to_hex(&message.opened.payload()),
                "pow": message.pow,
                "hash": message.envelope.hash().to_string(),
            }),
        );
    }

    /// When the state machine wants to be woken, in ms.
    pub(crate) fn timeout(&self) -> Option<u64> {
        self.whisper.poll_timeout()
    }

    /// Answers a request.
    pub(crate) async fn answer(
        &mut self,
        request: &Request,
        peers: &BTreeMap<u64, PeerSender>,
    ) -> Result<Value> {
        match request.method.as_str() {
            "whisper_key" => Ok(json!({"public_key": uncompressed(&self.public)})),
            "whisper_filter" => self.filter(&request.params()?),
            "whisper_post" => self.post(&request.params()?, peers).await,
            other => bail!("unknown method `{other}`"),
        }
    }

    fn filter(&mut self, request: &FilterRequest) -> Result<Value> {
        let key: Key = match &request.password {
            Some(password) => SymmetricKey::from_password(password).into(),
            None => PrivateKey::new(self.secret).into(),
        };
        let mut filter = Filter::new(Topic::default(), key);
        filter.topics = request
            .topics
            .iter()
            .map(|text| topic(text))
            .collect::<Result<_>>()?;
        filter.min_pow = request.min_pow;
        let id = self.whisper.install_filter(filter, now())?;
        Ok(json!({"filter": id.0}))
    }

    async fn post(
        &mut self,
        request: &PostRequest,
        peers: &BTreeMap<u64, PeerSender>,
    ) -> Result<Value> {
        let envelope = self.seal(request)?;
        if request.push {
            let packet = Messages::encode_rlps([envelope.rlp()].into_iter());
            for peer in peers.values() {
                peer.send(0, code::MESSAGES, packet.clone()).await?;
            }
        } else {
            self.whisper.post(&envelope, now())?;
        }
        Ok(json!({"hash": envelope.hash().to_string()}))
    }

    fn seal(&self, request: &PostRequest) -> Result<Envelope> {
        let payload = from_hex(&request.payload)?;
        let mut message = MessageBuilder::new(topic(&request.topic)?, &payload)
            .ttl(request.ttl)
            .work(Work::Target(request.pow_target));
        if !request.unsigned {
            message = message.sign(&self.secret);
        }
        let symmetric = request.password.as_deref().map(SymmetricKey::from_password);
        let asymmetric = match &request.public_key {
            Some(text) => Some(PublicKey::from_slice(&from_hex(text)?)?),
            None => None,
        };
        let recipient = match (&symmetric, &asymmetric) {
            (Some(key), None) => Recipient::Symmetric(key),
            (None, Some(key)) => Recipient::Asymmetric(key),
            _ => bail!("either a password or a public key is needed"),
        };
        let seconds = u32::try_from(now() / 1000)?;
        let unsealed = message.encrypt(recipient, seconds, &mut rand::rng())?;
        tokio::task::block_in_place(|| unsealed.seal(&AtomicBool::new(false)))
            .map_err(|error| anyhow!(error))
    }
}

fn topic(text: &str) -> Result<Topic> {
    let bytes = from_hex(text)?;
    let bytes = bytes.as_ref().try_into();
    Ok(Topic(
        bytes.map_err(|_| anyhow!("`{text}` has not 4 bytes"))?,
    ))
}

fn uncompressed(key: &PublicKey) -> String {
    to_hex(&key.serialize_uncompressed())
}

/// Unix time in ms.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    // A clock before 1970 is a broken one; nothing here depends on how it breaks.
    u64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}
