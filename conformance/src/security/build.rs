//! Steps of a scenario that make a message.

use super::replay::Replay;
use super::scenario::Party;
use super::state::public;
use crate::Case;
use crate::case::Checked;
use bytes::Bytes;
use secp256k1::{PublicKey, SecretKey};
use status_conversational_security::{
    CompressedKey, Delivery, Encrypted, NO_SESSION, ProtocolMessage, wire,
};
use std::collections::{BTreeMap, BTreeSet};

/// Makes the message of the step as often as it says, with the keys that the Go code drew, and
/// compares the last one with what the Go code made.
pub(super) fn build(
    step: &Case<'_>,
    party: &mut Party,
    keys: &[SecretKey],
    now_ns: i64,
) -> Checked<()> {
    let output = step.child("output");
    let wanted = ProtocolMessage::decode(output.bytes("message")?.into());
    let wanted = wanted.map_err(|error| output.differs("message", "a protocol message", error))?;
    let op = step.text("op")?;
    let recipient = match op {
        "build_public" => None,
        _ => Some(step.public_key("to_public_key")?),
    };
    let payload = Bytes::from(step.bytes("plaintext")?);
    let keys = match recipient {
        Some(recipient) if op == "build_direct" => {
            in_our_order(wanted.message(), party, keys, &recipient, now_ns)
        }
        _ => keys.to_vec(),
    };
    let nonce = wanted.message().direct_message.get(NO_SESSION);
    let nonce = nonce.and_then(|direct| direct.payload.last_chunk::<12>().copied());
    let mut rng = Replay::new(keys.iter().map(SecretKey::secret_bytes));
    let times = if step.has("repeat") {
        step.number("repeat")?
    } else {
        1
    };
    let (endpoint, store) = (&party.endpoint, &mut party.store);
    let mut last = None;
    for time in 1..=times {
        if let (true, Some(nonce)) = (time == times, nonce) {
            rng.give_nonce(nonce);
        }
        let Ok(made) = match recipient {
            None => endpoint
                .public_message(store, payload.clone(), now_ns, &mut rng)
                .map(|message| Made {
                    message,
                    report: None,
                }),
            Some(recipient) if op == "build_dh" => endpoint
                .encrypt_to_identity(store, &recipient, &payload, now_ns, &mut rng)
                .map(|message| Made {
                    message,
                    report: None,
                }),
            Some(recipient) => endpoint
                .encrypt(store, &recipient, &payload, now_ns, &mut rng)
                .map(|sent| Made {
                    message: sent.message.clone(),
                    report: Some(sent),
                }),
        };
        last = Some(made);
    }
    let Some(made) = last else {
        return Err(step.differs("repeat", "at least one", times));
    };
    equal_messages(&output, wanted.message(), &made.message)?;
    let secret = recipient.map(|recipient| endpoint.negotiated_secret(&recipient));
    let agreed = made.report.as_ref().is_some_and(|sent| sent.agreed);
    let secret = secret.filter(|_| agreed);
    let secret = secret.map(|secret| hex::encode(secret.expose_bytes()));
    let agreed = output.value()["agreed_shared_secret"]
        .as_str()
        .map(str::to_owned);
    output.equal("agreed_shared_secret", agreed, secret)?;
    let version = made
        .report
        .as_ref()
        .map_or(0, |sent| sent.min_protocol_version);
    output.equal_number("partitioned_topic_mode", u32::from(version >= 1))?;
    let mut targets = BTreeSet::new();
    for target in output.list("targeted_installations")? {
        targets.insert(target.value().as_str().unwrap_or_default().to_owned());
    }
    output.equal(
        "targeted_installations",
        targets,
        targeted(made.report.as_ref()),
    )
}

struct Made {
    message: Bytes,
    report: Option<Encrypted>,
}

/// The installations that the message is for.
fn targeted(report: Option<&Encrypted>) -> BTreeSet<String> {
    let devices = report.into_iter().flat_map(|report| &report.devices);
    let targeted = devices.filter(|device| device.delivery.is_ok());
    targeted
        .map(|device| device.installation.to_string())
        .collect()
}

/// The drawn keys in the order in which we ask for them. The Go code draws the keys of new sessions
/// in an order of its own; the headers say whose they are.
pub(crate) fn in_our_order(
    wanted: &wire::ProtocolMessage,
    party: &Party,
    keys: &[SecretKey],
    recipient: &PublicKey,
    now_ns: i64,
) -> Vec<SecretKey> {
    let by_public: BTreeMap<CompressedKey, SecretKey> =
        keys.iter().map(|key| (public(key), *key)).collect();
    let mut trial = party.store.clone();
    let mut rng = Replay::default();
    let Ok(tried) = party
        .endpoint
        .encrypt(&mut trial, recipient, b"", now_ns, &mut rng);
    let mut ordered: Vec<SecretKey> = Vec::new();
    for device in tried.devices {
        let direct = wanted.direct_message.get(device.installation.as_str());
        let (Ok(Delivery::Opens), Some(direct)) = (device.delivery, direct) else {
            continue;
        };
        let opening = direct.x3dh_header.as_ref().map(|header| &header.key);
        let ratchet = direct.dr_header.as_ref().map(|header| &header.key);
        for field in [opening, ratchet].into_iter().flatten() {
            let key = CompressedKey::from_field(field);
            ordered.extend(key.and_then(|key| by_public.get(&key).copied()));
        }
    }
    let rest = keys.iter().filter(|key| !ordered.contains(key));
    let rest: Vec<_> = rest.copied().collect();
    ordered.extend(rest);
    ordered
}

/// Compares two messages field by field: the order of a map's entries is free.
pub(crate) fn equal_messages(
    output: &Case<'_>,
    wanted: &wire::ProtocolMessage,
    made: &Bytes,
) -> Checked<()> {
    let ours = ProtocolMessage::decode(made.clone());
    let ours = ours.map_err(|error| output.differs("message", "a protocol message", error))?;
    let ours = ours.message();
    output.equal("message", &wanted.installation_id, &ours.installation_id)?;
    output.equal("message", &wanted.public_message, &ours.public_message)?;
    output.equal("message", &wanted.bundles, &ours.bundles)?;
    let ids = |message: &wire::ProtocolMessage| -> Vec<String> {
        message.direct_message.keys().cloned().collect()
    };
    output.equal("message", ids(wanted), ids(ours))?;
    for (id, direct) in &wanted.direct_message {
        output.equal("message", Some(direct), ours.direct_message.get(id))?;
    }
    Ok(())
}
