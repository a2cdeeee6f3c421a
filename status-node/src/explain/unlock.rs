//! Reading messages of conversational security with private keys that were given, without any sessions:
//! those that are encrypted to an identity, and the first ones of a session.

use super::security::NO_SENDER;
use super::{Explainer, Layer, Way};
use crate::account::public_key;
use bytes::Bytes;
use secp256k1::{PublicKey, SecretKey};
use status_conversational_security::ratchet::{Ratchet, RatchetHeader, SecretBytes};
use status_conversational_security::{
    CompressedKey, Header, decrypt_to_identity, public_key as read_key, wire, x3dh,
};

/// Pairs of keys that are tried on one message: those of four devices.
const MAX_PAIRS: usize = 64;

impl Explainer<'_> {
    /// Whether keys were given that may be private ones.
    pub(super) fn has_private_keys(&self) -> bool {
        !self.given.is_empty()
    }

    /// What the keys that were given make of messages for devices.
    pub(super) fn read_with_keys(
        &self,
        mut layer: Layer,
        message: &wire::ProtocolMessage,
        way: &Way,
    ) -> Layer {
        let secrets: Vec<_> = self.given.iter().filter_map(|key| key.secret()).collect();
        if secrets.is_empty() {
            return layer.refuse(
                "its session's keys are needed to read it: those of the account, or the private keys \
                 of identity and prekey",
            );
        }
        let mut faults = Vec::new();
        for (device, direct) in message.direct_message.iter().take(super::layer::MAX_ITEMS) {
            match read(&secrets, direct, way.signer.as_ref()) {
                Ok((payload, how)) => {
                    layer = layer.field("read_for_device", device.as_str());
                    layer = layer.field("read_with", how);
                    return layer.with(self.decrypted(payload, way));
                }
                Err(fault) => faults.push(format!("for device {device}: {fault}")),
            }
        }
        layer.refuse(faults.join("; "))
    }
}

/// Decrypts a message, and says with what.
fn read(
    secrets: &[SecretKey],
    direct: &wire::DirectMessageProtocol,
    from: Option<&PublicKey>,
) -> Result<(Bytes, String), String> {
    match direct.header() {
        None => Err("no header says how it is encrypted".into()),
        Some(Header::Identity(header)) => {
            for (number, secret) in secrets.iter().enumerate() {
                if let Ok(payload) = decrypt_to_identity(secret, header, &direct.payload) {
                    return Ok((payload.into(), format!("key {}, the identity", number + 1)));
                }
            }
            Err("it is encrypted to an identity whose key was not given".into())
        }
        Some(Header::Session {
            opening: None,
            ratchet,
        }) => Err(format!(
            "it is message {} of a session whose state was not given",
            ratchet.n
        )),
        Some(Header::Session {
            opening: Some(opening),
            ratchet,
        }) => open(secrets, opening, ratchet, &direct.payload, from),
    }
}

/// Opens a session as its recipient does, and reads the message.
fn open(
    secrets: &[SecretKey],
    opening: &wire::X3dhHeader,
    ratchet: &wire::DrHeader,
    ciphertext: &[u8],
    from: Option<&PublicKey>,
) -> Result<(Bytes, String), String> {
    let from = from.ok_or(NO_SENDER)?;
    let ephemeral = read_key(&opening.key).map_err(|error| error.to_string())?;
    let is_prekey = |secret: &&SecretKey| public_key(secret).serialize()[..] == opening.id;
    let prekey = secrets.iter().find(is_prekey);
    let prekey = prekey.ok_or("the private key of the prekey that it names was not given")?;
    let key = CompressedKey::from_field(&ratchet.key).ok_or("its ratchet key is none")?;
    let header = RatchetHeader {
        key,
        n: ratchet.n,
        pn: ratchet.pn,
    };
    let mut fault = "the private key of the identity was not given".to_owned();
    for identity in secrets.iter().take(MAX_PAIRS) {
        let secret = x3dh::accept(identity, prekey, from, &ephemeral);
        let secret = SecretBytes::new(*secret.expose_bytes());
        let session = Ratchet::recipient(&secret, prekey);
        // What is drawn for the answer is not kept.
        match session.decrypt(&header, ciphertext, &mut rand::rng()) {
            Ok(read) => {
                let how = "the opening of its session, by the keys of identity and prekey";
                return Ok((read.plaintext.into(), how.to_owned()));
            }
            Err(error) => fault = error.to_string(),
        }
    }
    Err(fault)
}
