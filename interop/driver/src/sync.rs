//! Data sync and nothing below it: the matrix itself carries the payloads.

use crate::lines::{Events, Request, from_hex, to_hex};
use anyhow::{Context, Result, bail};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use status_mvds::{
    Bounded, Config, Event, GroupId, GroupSettings, MemoryStore, Message, Mode, Node, Numbering,
    Payload, PeerId,
};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How data sync starts: a group of two.
#[derive(Deserialize)]
pub(crate) struct Start {
    mode: String,
    epoch_ms: u64,
    own: String,
    other: String,
    group: String,
    /// The longest payload in bytes; 0 leaves the default.
    #[serde(default)]
    limit: usize,
}

/// A started node.
pub(crate) struct SyncSide {
    node: Node,
    store: MemoryStore,
    group: GroupId,
    events: Events,
}

/// A payload in JSON, bytes in hex.
#[derive(Serialize, Deserialize)]
#[serde(default)]
struct Readable {
    acks: Vec<String>,
    offers: Vec<String>,
    requests: Vec<String>,
    messages: Vec<ReadableMessage>,
}

/// A message in JSON; its id is told by `decode` and ignored by `encode`.
#[derive(Serialize, Deserialize)]
struct ReadableMessage {
    group: String,
    timestamp: i64,
    body: String,
    id: String,
}

impl SyncSide {
    /// A node that knows its group and has said nothing.
    pub(crate) fn start(start: &Start, events: Events) -> Result<Self> {
        let mode = match start.mode.as_str() {
            "batch" => Mode::Batch,
            "interactive" => Mode::Interactive,
            other => bail!("no mode {other}"),
        };
        // The other side's first pauses are a few epochs; so are ours.
        let back_off = Bounded {
            first: 4,
            bound: 64,
            ..Bounded::default()
        };
        let mut config = Config {
            epoch: start.epoch_ms,
            back_off: status_mvds::BackOff::Bounded(back_off),
            ..Config::default()
        };
        if start.limit > 0 {
            config.max_payload = start.limit;
        }
        let mut store = MemoryStore::new();
        let mut node = Node::load(config, &mut store, &mut rand::rng(), now())?;
        let group = GroupId(from_hex(&start.group)?);
        let settings = GroupSettings {
            mode,
            ..GroupSettings::default()
        };
        // The peer's own name goes nowhere; that it can be read is all that is asked.
        from_hex(&start.own)?;
        node.add_group(&mut store, &group, settings)?;
        node.add_peer(&mut store, &group, &PeerId(from_hex(&start.other)?))?;
        Ok(Self {
            node,
            store,
            group,
            events,
        })
    }

    /// Waits until something is due, and does it.
    pub(crate) async fn happenings(&mut self) -> Result<()> {
        match self.node.poll_timeout() {
            None => std::future::pending().await,
            Some(at) => {
                let wait = at.saturating_sub(now()).max(1);
                tokio::time::sleep(Duration::from_millis(wait)).await;
            }
        }
        self.node.handle_timeout(&mut self.store, now())?;
        self.drain()
    }

    /// Answers a request.
    pub(crate) fn answer(&mut self, request: &Request) -> Result<Value> {
        #[derive(Deserialize)]
        struct Append {
            body: String,
        }
        #[derive(Deserialize)]
        struct Deliver {
            from: String,
            payload: String,
        }
        #[derive(Deserialize)]
        struct Decode {
            payload: String,
        }
        match request.method.as_str() {
            "append" => {
                let body = from_hex(&request.params::<Append>()?.body)?;
                let id = self
                    .node
                    .append(&mut self.store, &self.group, body, now())?;
                self.drain()?;
                Ok(json!({"id": to_hex(&id.0)}))
            }
            "deliver" => {
                let packet: Deliver = request.params()?;
                let sender = PeerId(from_hex(&packet.from)?);
                let (payload, _) = decoded(&packet.payload)?;
                self.node
                    .handle_payload(&mut self.store, &sender, payload, now())?;
                self.drain()?;
                Ok(json!(true))
            }
            "pending" => Ok(json!({"records": self.node.record_count()})),
            "encode" => {
                let readable: Readable = request.params()?;
                let encoded = readable.payload()?.encode(Numbering::Deployed);
                Ok(json!({"payload": to_hex(&encoded)}))
            }
            "decode" => {
                let (payload, _) = decoded(&request.params::<Decode>()?.payload)?;
                Ok(serde_json::to_value(Readable::of(&payload))?)
            }
            other => bail!("unknown method {other}"),
        }
    }

    /// Reports what the node has to say.
    fn drain(&mut self) -> Result<()> {
        loop {
            while let Some(event) = self.node.poll_event() {
                if let Event::Delivered(delivery) = event {
                    let body = to_hex(&delivery.message.body);
                    self.events.emit("delivered", json!({"body": body}));
                }
            }
            let Some(transmit) = self.node.poll_transmit(&mut self.store, now())? else {
                return Ok(());
            };
            let payload = to_hex(&transmit.payload);
            self.events.emit("packet", json!({"payload": payload}));
        }
    }
}

impl Readable {
    fn of(payload: &Payload) -> Self {
        let ids = |ids: &[Bytes]| ids.iter().map(|id| to_hex(id)).collect();
        Self {
            acks: ids(&payload.acks),
            offers: ids(&payload.offers),
            requests: ids(&payload.requests),
            messages: payload
                .messages
                .iter()
                .map(|message| ReadableMessage {
                    group: to_hex(&message.group_id),
                    timestamp: message.timestamp,
                    body: to_hex(&message.body),
                    id: to_hex(&message.id().0),
                })
                .collect(),
        }
    }

    fn payload(&self) -> Result<Payload> {
        let ids = |ids: &[String]| ids.iter().map(|id| from_hex(id)).collect::<Result<_>>();
        Ok(Payload {
            acks: ids(&self.acks)?,
            offers: ids(&self.offers)?,
            requests: ids(&self.requests)?,
            messages: self
                .messages
                .iter()
                .map(|message| {
                    Ok(Message {
                        group_id: from_hex(&message.group)?,
                        timestamp: message.timestamp,
                        body: from_hex(&message.body)?,
                        metadata: None,
                    })
                })
                .collect::<Result<_>>()?,
        })
    }
}

impl Default for Readable {
    fn default() -> Self {
        Self::of(&Payload::default())
    }
}

fn decoded(payload: &str) -> Result<(Payload, status_mvds::UnknownFields)> {
    Payload::decode(from_hex(payload)?, Numbering::Deployed).context("no payload")
}

/// Unix time in ms.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis().try_into().unwrap_or(u64::MAX))
}
