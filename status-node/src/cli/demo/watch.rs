//! Says something and watches it on its way through the layers.

use super::person::Person;
use anyhow::{Context, bail};
use secp256k1::PublicKey;
use status_conversational_security::{Delivery, DeviceReport};
use status_node::coupling::Channel;
use status_node::messenger::{LedgerState, MessengerEvent};
use status_node::{Chat, Message, NodeEvent};
use status_whisper::{Envelope, Topic};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// What is waited for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Told {
    /// That the relay was handed the message: nobody acknowledges in public.
    Handed,
    /// That all devices it goes to acknowledged it.
    Acknowledged,
    /// That the device of one person did.
    By(PublicKey),
}

/// A message that was said, and what each layer did.
pub(super) struct SaidAndDone {
    pub(super) from: &'static str,
    pub(super) message: Message,
    /// The devices it was encrypted for.
    pub(super) devices: Vec<DeviceReport>,
    /// The envelopes it went in, and whose topics they have.
    pub(super) envelopes: Vec<(Envelope, &'static str)>,
    pub(super) handed_after: Duration,
    /// Who read it, and how long after it was said.
    pub(super) readers: Vec<(&'static str, Duration)>,
    /// How many devices acknowledged it.
    pub(super) acknowledged: usize,
}

impl SaidAndDone {
    /// What conversational security did, in words.
    pub(super) fn secrecy(&self) -> BTreeSet<&'static str> {
        if let Chat::Public(_) = self.message.chat {
            return BTreeSet::from(["none: whoever knows the name of the chat has its key"]);
        }
        if self.devices.is_empty() {
            return BTreeSet::from(["to the identity key (DH only), since no device is known"]);
        }
        self.devices
            .iter()
            .map(|device| match device.delivery {
                Ok(Delivery::Opens) => "opens a session (X3DH)",
                Ok(Delivery::InSession) => "in the session (double ratchet)",
                Ok(Delivery::ToIdentity) => "to the identity key (DH only)",
                Err(_) => "not for a device",
            })
            .collect()
    }
}

/// Lets somebody say something, waits until the others read it, and until it is told.
pub(super) async fn say(
    from: &mut Person,
    chat: &Chat,
    text: &str,
    to: &mut [&mut Person],
    told: Told,
) -> anyhow::Result<SaidAndDone> {
    let start = Instant::now();
    let (said_in, text) = (chat.clone(), text.to_owned());
    let stored = from
        .messenger(move |messenger, turn| messenger.send_text(turn, &said_in, text))
        .await?;
    let mut said = SaidAndDone {
        from: from.name,
        message: stored.message,
        devices: Vec::new(),
        envelopes: Vec::new(),
        handed_after: Duration::ZERO,
        readers: Vec::new(),
        acknowledged: 0,
    };
    follow(from, &mut said, Told::Handed, start).await?;
    for person in to.iter_mut() {
        person
            .wait_for_message(&said.message)
            .await
            .with_context(|| format!("{} says {:?}", said.from, said.message.text))?;
        said.readers.push((person.name, start.elapsed()));
    }
    if !matches!(told, Told::Handed) {
        follow(from, &mut said, told, start).await?;
    }
    Ok(said)
}

/// Takes what is reported of a message until it is told.
async fn follow(
    from: &mut Person,
    said: &mut SaidAndDone,
    told: Told,
    start: Instant,
) -> anyhow::Result<()> {
    let id = said.message.id;
    loop {
        let event = from.wait_for("report on a message", |event| match event {
            NodeEvent::Messenger(
                event @ (MessengerEvent::Ledger { message, .. }
                | MessengerEvent::Devices { message, .. }),
            ) if *message == id => Some(event.clone()),
            _ => None,
        });
        let entry = match event.await? {
            MessengerEvent::Ledger { entry, .. } => entry,
            MessengerEvent::Devices { devices, .. } => {
                for device in devices {
                    let known = said.devices.iter();
                    if !known
                        .clone()
                        .any(|known| known.installation == device.installation)
                    {
                        said.devices.push(device);
                    }
                }
                continue;
            }
            _ => continue,
        };
        match entry.state {
            LedgerState::Sealed { envelope } => {
                let rlp = from.node().envelope(envelope).await;
                if let Some(envelope) = rlp.and_then(|rlp| Envelope::decode(rlp).ok()) {
                    let kind = kind(from, &said.message.chat, envelope.topic());
                    said.envelopes.push((envelope, kind));
                }
            }
            LedgerState::Handed { .. } => {
                if said.handed_after.is_zero() {
                    said.handed_after = start.elapsed();
                }
                if matches!(told, Told::Handed) {
                    return Ok(());
                }
            }
            LedgerState::Acknowledged {
                person, remaining, ..
            } => {
                said.acknowledged += 1;
                match told {
                    Told::Acknowledged if remaining == 0 => return Ok(()),
                    Told::By(wanted) if wanted == person => return Ok(()),
                    _ => {}
                }
            }
            LedgerState::Failed { reason } => bail!("{} cannot send: {reason}", said.from),
            _ => {}
        }
    }
}

/// Whose topic it is.
fn kind(from: &Person, chat: &Chat, topic: Topic) -> &'static str {
    if let Some(name) = chat.public_name()
        && Channel::Public(name.into()).topic() == topic
    {
        return "public";
    }
    for person in &from.others {
        if Channel::Partitioned(*person).topic() == topic {
            return "partitioned";
        }
        if Channel::negotiated(from.chat_key(), person).topic() == topic {
            return "negotiated";
        }
    }
    "other"
}
