//! Scenarios of `mvds.json`: two nodes, step by step, with what each sends and what it is owed.

use crate::Case;
use crate::case::Checked;
use rand::{SeedableRng, rngs::StdRng};
use status_mvds::{
    BackOff, Bookkeeping, Config, Dependencies, Draft, Event, FirstSend, GroupId, GroupSettings,
    MemoryStore, Message, MessageId, Mode, Node, Numbering, Payload, PeerId, RecordKind, Transmit,
    UnknownGroups, one_to_one_group_id,
};
use std::collections::{BTreeMap, BTreeSet};

/// The length of an epoch; any would do, since only whole epochs pass.
const EPOCH: u64 = 300;

/// What was sent to a peer, in the ids of the vector, without an order where there is none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Sent {
    to: String,
    acks: BTreeSet<String>,
    offers: BTreeSet<String>,
    requests: BTreeSet<String>,
    messages: BTreeSet<SentMessage>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct SentMessage {
    id: String,
    group: String,
    timestamp: i64,
    body: String,
    /// Parents, and whether it is ephemeral.
    metadata: Option<(BTreeSet<String>, bool)>,
}

/// A record of the state, in the order of the vector's fields.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    group: Option<String>,
    message: String,
    peer: String,
    count: u64,
    epoch: u64,
    kind: String,
}

struct Party {
    id: PeerId,
    key: Option<secp256k1::PublicKey>,
    node: Node,
    store: MemoryStore,
    now: u64,
}

struct Scenario<'a> {
    case: &'a Case<'a>,
    numbering: Numbering,
    settings: GroupSettings,
    parties: BTreeMap<&'a str, Party>,
    /// Timestamps of messages whose content the vector shows somewhere.
    timestamps: BTreeMap<String, i64>,
    /// Ids of the vector that could not be had, since it does not tell the timestamp, and the ids
    /// that stand for them here.
    aliases: BTreeMap<String, MessageId>,
}

pub(super) fn run(case: &Case<'_>, numbering: Numbering) -> Checked<()> {
    let mut scenario = Scenario {
        case,
        numbering,
        settings: settings(case, numbering)?,
        parties: BTreeMap::new(),
        timestamps: BTreeMap::new(),
        aliases: BTreeMap::new(),
    };
    for node in case.list("nodes")? {
        let party = party(case, &node, numbering, scenario.settings)?;
        scenario.parties.insert(node.text("name")?, party);
    }
    let steps = case.list("steps")?;
    for step in &steps {
        scenario.learn_timestamps(step)?;
        scenario.learn_timestamps(&step.child("strict"))?;
    }
    for step in &steps {
        scenario.step(step)?;
    }
    Ok(())
}

fn settings(case: &Case<'_>, numbering: Numbering) -> Checked<GroupSettings> {
    let mode = match case.text("mode")? {
        "batch" => Mode::Batch,
        "interactive" => Mode::Interactive,
        other => return Err(case.differs("mode", "batch or interactive", other)),
    };
    let dependencies = match (numbering, case.has("resolution")) {
        (Numbering::Deployed, _) => Dependencies::Ignored,
        (Numbering::Mdf, false) => Dependencies::Eventual,
        (Numbering::Mdf, true) => match case.text("resolution")? {
            "eventual" => Dependencies::Eventual,
            "consistent" => Dependencies::Causal,
            other => return Err(case.differs("resolution", "eventual or consistent", other)),
        },
    };
    Ok(GroupSettings {
        mode,
        dependencies,
        relay: false,
    })
}

/// A node that does what the case's reference does: its policy, its memory store's habits unless it
/// had the other one, no bounds of our own.
fn party(
    case: &Case<'_>,
    node: &Case<'_>,
    numbering: Numbering,
    settings: GroupSettings,
) -> Checked<Party> {
    let sqlite = case.has("storage") && case.text("storage")? == "sqlite";
    let config = Config {
        numbering,
        back_off: match numbering {
            Numbering::Deployed => BackOff::DeployedV0_0_23,
            Numbering::Mdf => BackOff::Master,
        },
        first_send: FirstSend::NextEpoch,
        bookkeeping: match sqlite {
            true => Bookkeeping::Specified,
            false => Bookkeeping::Deployed,
        },
        unknown_groups: UnknownGroups::Accept(settings),
        epoch: EPOCH,
        max_payload: usize::MAX,
        max_request_attempts: u32::MAX,
        ..Config::default()
    };
    let mut store = MemoryStore::new();
    let mut rng = StdRng::seed_from_u64(0);
    let loaded = Node::load(config, &mut store, &mut rng, 0);
    Ok(Party {
        id: PeerId::from(node.bytes("peer_id")?),
        key: match node.has("private_key") {
            true => Some(
                node.secret_key("private_key")?
                    .public_key(&secp256k1::Secp256k1::new()),
            ),
            false => None,
        },
        node: loaded.map_err(|error| node.differs("peer_id", "a node", error))?,
        store,
        now: 0,
    })
}

impl<'a> Scenario<'a> {
    fn learn_timestamps(&mut self, step: &Case<'a>) -> Checked<()> {
        if !step.has("sent") {
            return Ok(());
        }
        for sent in step.list("sent")? {
            for message in sent.child("parsed").list("messages")? {
                let timestamp = super::timestamp(&message)?;
                let id = message.text("message_id")?;
                self.timestamps.insert(id.into(), timestamp);
            }
        }
        Ok(())
    }

    fn step(&mut self, step: &Case<'a>) -> Checked<()> {
        let name = step.text("node")?;
        let op = step.text("op")?;
        let before = match op {
            "tick" => step.number("epoch")?,
            _ => step.number("epoch_after")?,
        };
        self.proceed(step, name, before)?;
        let mut sent = BTreeSet::new();
        let mut delivered = BTreeSet::new();
        match op {
            "add_peer" => self.add_peer(step, name)?,
            "append" | "append_ephemeral" => self.append(step, name)?,
            "receive" => self.receive(step, name)?,
            "tick" => {
                sent = self.tick(step, name)?;
                self.proceed(step, name, step.number("epoch_after")?)?;
            }
            other => return Err(step.differs("op", "a known operation", other)),
        }
        while let Some(event) = self.party(step, name)?.node.poll_event() {
            if let Event::Delivered(delivery) = event {
                delivered.insert(self.theirs(delivery.id));
            }
        }
        if step.has("go_defect") && !step.has("strict") {
            return Ok(());
        }
        let strict = step.child("strict");
        let of = |field: &str| match strict.value().get(field) {
            Some(_) => strict.clone(),
            None => step.clone(),
        };
        let epoch = self.party(step, name)?.node.epoch();
        of("epoch_after").equal_number("epoch_after", epoch)?;
        if op == "tick" {
            let step = of("sent");
            let expected = self.expected_sent(&step)?;
            step.equal("sent", expected, sent)?;
        }
        let recorded = of("delivered_message_ids");
        if recorded.has("delivered_message_ids") {
            let expected = texts(&recorded, "delivered_message_ids")?;
            recorded.equal("delivered_message_ids", expected, delivered)?;
        }
        let recorded = of("sync_states_after");
        if recorded.has("sync_states_after") {
            let expected = expected_states(&recorded)?;
            let got = self.states(step, name)?;
            recorded.equal("sync_states_after", expected, got)?;
        }
        Ok(())
    }

    fn party(&mut self, step: &Case<'_>, name: &str) -> Checked<&mut Party> {
        self.parties
            .get_mut(name)
            .ok_or_else(|| step.differs("node", "a node of the case", name))
    }

    /// Lets time pass until `epoch`.
    fn proceed(&mut self, step: &Case<'_>, name: &str, epoch: u64) -> Checked<()> {
        let party = self.party(step, name)?;
        party.now = party.now.max(epoch.saturating_mul(EPOCH));
        let (store, now) = (&mut party.store, party.now);
        let done = party.node.handle_timeout(store, now);
        done.map_err(|error| step.differs("epoch", epoch, error))
    }

    fn group(&mut self, step: &Case<'a>, name: &str) -> Checked<GroupId> {
        for of in [step, self.case] {
            if of.has("group_id") {
                return Ok(GroupId::from(of.bytes("group_id")?));
            }
        }
        let own = self.party(step, name)?.key;
        let other = self.parties.iter().find(|(other, _)| **other != name);
        match (own, other.and_then(|(_, party)| party.key)) {
            (Some(own), Some(other)) => Ok(GroupId::from(one_to_one_group_id(&own, &other))),
            _ => Err(step.differs("group_id", "a group in the vector", "none")),
        }
    }

    fn add_peer(&mut self, step: &Case<'a>, name: &str) -> Checked<()> {
        let group = self.group(step, name)?;
        let settings = self.settings;
        let peer = step.text("peer")?;
        let peer = self.party(step, peer)?.id.clone();
        let party = self.party(step, name)?;
        party
            .node
            .add_group(&mut party.store, &group, settings)
            .and_then(|()| party.node.add_peer(&mut party.store, &group, &peer))
            .map_err(|error| step.differs("op", "a new peer", error))?;
        Ok(())
    }

    fn append(&mut self, step: &Case<'a>, name: &str) -> Checked<()> {
        let group = self.group(step, name)?;
        let expected = step.text("message_id")?;
        let timestamp = self.timestamps.get(expected).copied();
        let draft = Draft {
            body: step.bytes("body")?.into(),
            timestamp: Some(timestamp.unwrap_or_default()),
            deadline: None,
            ephemeral: step.text("op")? == "append_ephemeral",
        };
        let party = self.party(step, name)?;
        let (store, now) = (&mut party.store, party.now);
        let id = party
            .node
            .append(store, &group, draft, now)
            .map_err(|error| step.differs("message_id", expected, error))?;
        if timestamp.is_some() {
            return step.equal_bytes("message_id", id.0);
        }
        self.aliases.insert(expected.into(), id);
        Ok(())
    }

    fn receive(&mut self, step: &Case<'a>, name: &str) -> Checked<()> {
        let decoded = Payload::decode(step.bytes("payload")?.into(), self.numbering);
        let (mut payload, _) =
            decoded.map_err(|error| step.differs("payload", "a payload", error))?;
        for ids in [
            &mut payload.acks,
            &mut payload.offers,
            &mut payload.requests,
        ] {
            for id in ids {
                if let Some(ours) = self.aliases.get(&hex::encode(&id)) {
                    *id = bytes::Bytes::copy_from_slice(&ours.0);
                }
            }
        }
        let sender = PeerId::from(step.bytes("from")?);
        let party = self.party(step, name)?;
        let (store, now) = (&mut party.store, party.now);
        party
            .node
            .handle_payload(store, &sender, payload, now)
            .map_err(|error| step.differs("payload", "processed", error))
    }

    /// One turn of the loop: what is sent in this epoch.
    fn tick(&mut self, step: &Case<'_>, name: &str) -> Checked<BTreeSet<Sent>> {
        let mut sent = BTreeSet::new();
        loop {
            let party = self.party(step, name)?;
            let (store, now) = (&mut party.store, party.now);
            let transmit = party
                .node
                .poll_transmit(store, now)
                .map_err(|error| step.differs("sent", "payloads", error))?;
            let Some(Transmit { peer, payload }) = transmit else {
                return Ok(sent);
            };
            let (payload, _) = Payload::decode(payload, self.numbering)
                .map_err(|error| step.differs("sent", "a payload of ours", error))?;
            let ids = |ids: &[bytes::Bytes]| ids.iter().map(|id| self.name(id)).collect();
            sent.insert(Sent {
                to: hex::encode(peer),
                acks: ids(&payload.acks),
                offers: ids(&payload.offers),
                requests: ids(&payload.requests),
                messages: payload
                    .messages
                    .iter()
                    .map(|message| self.sent_message(message))
                    .collect(),
            });
        }
    }

    fn sent_message(&self, message: &Message) -> SentMessage {
        let metadata = message.metadata.as_ref().map(|metadata| {
            let parents = metadata.parents.iter().map(|id| self.name(id)).collect();
            (parents, metadata.ephemeral)
        });
        SentMessage {
            id: self.theirs(message.id()),
            group: hex::encode(&message.group_id),
            timestamp: message.timestamp,
            body: hex::encode(&message.body),
            metadata,
        }
    }

    /// The vector's name of an id.
    fn name(&self, id: &[u8]) -> String {
        match <[u8; 32]>::try_from(id) {
            Ok(id) => self.theirs(MessageId(id)),
            Err(_) => hex::encode(id),
        }
    }

    fn theirs(&self, id: MessageId) -> String {
        let alias = self.aliases.iter().find(|(_, ours)| **ours == id);
        alias.map_or_else(|| hex::encode(id.0), |(theirs, _)| theirs.clone())
    }

    fn expected_sent(&self, step: &Case<'_>) -> Checked<BTreeSet<Sent>> {
        let mut expected = BTreeSet::new();
        for sent in step.list("sent")? {
            let parsed = sent.child("parsed");
            let mut messages = BTreeSet::new();
            for message in parsed.list("messages")? {
                let metadata = message.child("metadata");
                messages.insert(SentMessage {
                    id: message.text("message_id")?.into(),
                    group: message.text("group_id")?.into(),
                    timestamp: super::timestamp(&message)?,
                    body: message.text("body")?.into(),
                    metadata: match message.has("metadata") {
                        true => Some((texts(&metadata, "parents")?, metadata.flag("ephemeral")?)),
                        false => None,
                    },
                });
            }
            let payload = Sent {
                to: sent.text("to")?.into(),
                acks: texts(&parsed, "acks")?,
                offers: texts(&parsed, "offers")?,
                requests: texts(&parsed, "requests")?,
                messages,
            };
            let nothing = Sent {
                to: payload.to.clone(),
                ..Sent::default()
            };
            // Empty payloads are sent by Go and by nobody else.
            if payload != nothing {
                expected.insert(payload);
            }
        }
        Ok(expected)
    }

    fn states(&mut self, step: &Case<'_>, name: &str) -> Checked<BTreeSet<State>> {
        let records: Vec<_> = self.party(step, name)?.node.records().collect();
        let peer = |id: &PeerId| {
            let named = self.parties.iter().find(|(_, party)| party.id == *id);
            named.map_or_else(|| hex::encode(id), |(name, _)| (*name).into())
        };
        let states = records.iter().map(|record| State {
            group: record.group.as_ref().map(hex::encode),
            message: self.theirs(record.message),
            peer: peer(&record.peer),
            count: record.count.into(),
            epoch: record.epoch,
            kind: match record.kind {
                RecordKind::Offer => "OFFER".into(),
                RecordKind::Request => "REQUEST".into(),
                RecordKind::Message => "MESSAGE".into(),
            },
        });
        Ok(states.collect())
    }
}

fn expected_states(step: &Case<'_>) -> Checked<BTreeSet<State>> {
    let mut states = BTreeSet::new();
    for state in step.list("sync_states_after")? {
        states.insert(State {
            group: match state.has("group_id") {
                true => Some(state.text("group_id")?.into()),
                false => None,
            },
            message: state.text("message_id")?.into(),
            peer: state.text("peer")?.into(),
            count: state.number("send_count")?,
            epoch: state.number("send_epoch")?,
            kind: state.text("type")?.into(),
        });
    }
    Ok(states)
}

fn texts(case: &Case<'_>, field: &str) -> Checked<BTreeSet<String>> {
    let texts = case.list(field)?.into_iter();
    texts
        .map(|item| {
            let text = item.value().as_str().map(String::from);
            text.ok_or_else(|| case.differs(field, "strings in the vector", item.value()))
        })
        .collect()
}
