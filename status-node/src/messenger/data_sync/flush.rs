//! What data sync sends: payloads to devices, merged where they are the same, encrypted and routed.

use super::{choose, peer, table};
use crate::messenger::account::Account;
use crate::messenger::{Messenger, MessengerError, MessengerEvent, Turn};
use bytes::Bytes;
use secp256k1::PublicKey;
use status_conversational_security::{Encrypted, InstallationId, SqliteStore as Security};
use status_mvds::store::SqliteStore;
use status_mvds::{Event, RecordKind, Transmit};
use status_payload::MessageId;

/// How many payloads are made in one turn: 256, of 48 KB each at most. When more is due, the next turn is
/// due at once.
const MAX_AT_ONCE: usize = 256;

/// A payload for devices of one person.
struct Parcel {
    person: PublicKey,
    payload: Bytes,
    /// None of whichever devices there are.
    devices: Option<Vec<InstallationId>>,
    messages: Vec<MessageId>,
    /// Those of the messages that are sent for the first time.
    first: Vec<MessageId>,
}

impl Messenger {
    /// Encrypts what data sync has to send, and gives it to the transport.
    pub(in crate::messenger) fn flush_sync(
        &mut self,
        turn: &mut Turn<'_>,
    ) -> Result<(), MessengerError> {
        let Some(account) = self.account.clone() else {
            return Ok(());
        };
        let mut parcels: Vec<Parcel> = Vec::new();
        let mut store = SqliteStore::new(turn.transaction);
        for number in 0..=MAX_AT_ONCE {
            let Some(sync) = &mut self.sync else {
                break;
            };
            sync.behind = number == MAX_AT_ONCE;
            if sync.behind {
                break;
            }
            let Some(transmit) = sync.node.poll_transmit(&mut store, turn.now_ms)? else {
                break;
            };
            let (messages, first) = self.carried(turn)?;
            add(&mut parcels, transmit, messages, first);
        }
        for parcel in parcels {
            self.send_parcel(turn, &account, parcel)?;
        }
        Ok(())
    }

    /// Which messages of one's own are in the payload that data sync gave last, and which of them for the
    /// first time.
    fn carried(
        &mut self,
        turn: &Turn<'_>,
    ) -> Result<(Vec<MessageId>, Vec<MessageId>), MessengerError> {
        let (mut messages, mut first) = (Vec::new(), Vec::new());
        while let Some(event) = self.sync.as_mut().and_then(|sync| sync.node.poll_event()) {
            let Event::Sent {
                message,
                kind: RecordKind::Message,
                count,
                ..
            } = event
            else {
                self.handle_sync_event(turn, event, None)?;
                continue;
            };
            if let Some(owed) = table::get(turn.transaction, &message)? {
                self.counters.synced_out += 1;
                // What becomes of a copy says nothing of those it was written to.
                if !owed.copy {
                    messages.push(owed.message);
                }
                if count == 1 {
                    first.push(owed.message);
                }
            }
        }
        Ok((messages, first))
    }

    fn send_parcel(
        &mut self,
        turn: &mut Turn<'_>,
        account: &Account,
        parcel: Parcel,
    ) -> Result<(), MessengerError> {
        let Parcel {
            person,
            payload,
            devices,
            messages,
            first,
        } = parcel;
        let encrypted = encrypt_parcel(turn, account, &person, devices.as_deref(), &payload)?;
        if !first.is_empty() {
            let (_, skipped) = choose(turn, account, &self.settings.security, &person)?;
            let devices: Vec<_> = encrypted.devices.iter().cloned().chain(skipped).collect();
            for message in first {
                self.report(MessengerEvent::Devices {
                    message,
                    person,
                    devices: devices.clone(),
                });
            }
        }
        // It may have been disabled since.
        if encrypted.message.is_empty() {
            return Ok(());
        }
        let channel = self.private_channel(account, &person, encrypted.agreed);
        self.note_exchange(turn, &person)?;
        if let Some(route) = self.routes.of(turn.transaction, &channel)? {
            self.outbox.emit(route, encrypted.message, messages, None);
        }
        Ok(())
    }
}

/// Adds a payload to those that go out, to one for other devices of the same person if it is the same.
fn add(
    parcels: &mut Vec<Parcel>,
    transmit: Transmit,
    messages: Vec<MessageId>,
    first: Vec<MessageId>,
) {
    let Some(person) = peer::person(&transmit.peer) else {
        return;
    };
    let device = peer::installation(&transmit.peer);
    let same = |parcel: &&mut Parcel| {
        parcel.person == person && parcel.devices.is_some() && parcel.payload == transmit.payload
    };
    if let Some(device) = &device
        && let Some(parcel) = parcels.iter_mut().find(same)
    {
        if let Some(devices) = &mut parcel.devices {
            devices.push(device.clone());
        }
        return;
    }
    parcels.push(Parcel {
        person,
        payload: transmit.payload,
        devices: device.map(|device| vec![device]),
        messages,
        first,
    });
}

fn encrypt_parcel(
    turn: &mut Turn<'_>,
    account: &Account,
    person: &PublicKey,
    devices: Option<&[InstallationId]>,
    payload: &[u8],
) -> Result<Encrypted, MessengerError> {
    let (endpoint, now_ns) = (account.endpoint(), turn.now_ns());
    let mut store = Security::new(turn.transaction);
    Ok(match devices {
        Some(devices) => {
            endpoint.encrypt_for(&mut store, person, devices, payload, now_ns, &mut turn.rng)?
        }
        None => endpoint.encrypt(&mut store, person, payload, now_ns, &mut turn.rng)?,
    })
}
