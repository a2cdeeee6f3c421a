//! Messages out.

use super::{Delivery, DeviceReport, Encrypted, Endpoint, Skipped};
use crate::ratchet::{Ratchet, RatchetHeader, SecretBytes};
use crate::session::{Opening, Session, SessionId};
use crate::store::Store;
use crate::{
    CompressedKey, Installation, InstallationId, NO_SESSION, encrypt_to_identity, wire, x3dh,
};
use bytes::Bytes;
use prost::Message;
use rand_core::CryptoRng;
use secp256k1::PublicKey;
use std::collections::BTreeMap;

type DirectMessages = BTreeMap<String, wire::DirectMessageProtocol>;

impl Endpoint {
    /// Encrypts `payload` for all enabled installations of `recipient`, at most
    /// [`max_installations`](super::Settings::max_installations) of them, or to its identity key if
    /// none is known. One's own other installations are reached by sending to oneself.
    ///
    /// What is encrypted to the identity key, every installation of the recipient can read, also
    /// those that the result names as skipped: a device that the user has disabled, or that was
    /// stolen, has that key too.
    ///
    /// Commit the store before the message leaves.
    ///
    /// # Errors
    ///
    /// If the store fails; then roll back.
    pub fn encrypt<S: Store>(
        &self,
        store: &mut S,
        recipient: &PublicKey,
        payload: &[u8],
        now_ns: i64,
        rng: &mut impl CryptoRng,
    ) -> Result<Encrypted, S::Error> {
        let mut out = Outgoing::default();
        self.to_devices(store, recipient, None, payload, now_ns, rng, &mut out)?;
        let by_identity = |device: &DeviceReport| device.delivery == Ok(Delivery::ToIdentity);
        if out.direct.is_empty() || out.devices.iter().any(by_identity) {
            out.add_to_identity(encrypt_to_identity(rng, recipient, payload));
        }
        let carrier = self.carrier(store, now_ns, rng)?;
        Ok(out.finish(carrier))
    }

    /// Like [`encrypt`](Self::encrypt), but for the installations named in `installations` only, as
    /// a retransmission wants it: those that have what it brings get nothing. The result names the
    /// named ones and no others; one that [`encrypt`](Self::encrypt) would not write to is not
    /// written to here either, and says why. If that is so of all, nobody is written to, not even by
    /// the identity key, and the message is empty ([`Encrypted::is_for_nobody`]).
    ///
    /// The other installations of the recipient find nothing for them in it; what they do then is
    /// said at [`Recovery::SendBundle`](super::Recovery::SendBundle).
    ///
    /// # Errors
    ///
    /// If the store fails; then roll back.
    pub fn encrypt_for<S: Store>(
        &self,
        store: &mut S,
        recipient: &PublicKey,
        installations: &[InstallationId],
        payload: &[u8],
        now_ns: i64,
        rng: &mut impl CryptoRng,
    ) -> Result<Encrypted, S::Error> {
        let mut out = Outgoing::default();
        let named = Some(installations);
        self.to_devices(store, recipient, named, payload, now_ns, rng, &mut out)?;
        for id in installations {
            if !out.devices.iter().any(|device| device.installation == *id) {
                out.devices.push(DeviceReport {
                    installation: id.clone(),
                    delivery: Err(Skipped::Unknown),
                });
            }
        }
        let by_identity = |device: &DeviceReport| device.delivery == Ok(Delivery::ToIdentity);
        if out.devices.iter().any(by_identity) {
            out.add_to_identity(encrypt_to_identity(rng, recipient, payload));
        }
        if out.direct.is_empty() {
            return Ok(out.into_encrypted(Bytes::new()));
        }
        let carrier = self.carrier(store, now_ns, rng)?;
        Ok(out.finish(carrier))
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "the part that `encrypt` and `encrypt_for` share"
    )]
    fn to_devices<S: Store>(
        &self,
        store: &mut S,
        recipient: &PublicKey,
        named: Option<&[InstallationId]>,
        payload: &[u8],
        now_ns: i64,
        rng: &mut impl CryptoRng,
        out: &mut Outgoing,
    ) -> Result<(), S::Error> {
        let identity = CompressedKey::from(recipient);
        let known = store.installations(&identity)?;
        let mut targets = 0;
        for installation in known.iter().filter(|other| other.announced) {
            let admitted = self.admits(installation, targets, now_ns);
            targets += usize::from(admitted.is_ok());
            if named.is_some_and(|named| !named.contains(&installation.id)) {
                continue;
            }
            let delivery = match admitted {
                Ok(()) => {
                    let delivery =
                        self.to_device(store, recipient, installation, payload, now_ns, rng, out)?;
                    // It must find the message too, so it counts though it has no session.
                    if delivery == Delivery::ToIdentity && !installation.negotiated {
                        out.not_negotiated += 1;
                    }
                    Ok(delivery)
                }
                Err(skipped) => Err(skipped),
            };
            out.devices.push(DeviceReport {
                installation: installation.id.clone(),
                delivery,
            });
        }
        Ok(())
    }

    /// Encrypts `payload` to the identity key of `recipient`, for whichever of its installations.
    /// There is no forward secrecy. As deployed for answers and for contacts of whom nothing is
    /// known.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub fn encrypt_to_identity<S: Store>(
        &self,
        store: &mut S,
        recipient: &PublicKey,
        payload: &[u8],
        now_ns: i64,
        rng: &mut impl CryptoRng,
    ) -> Result<Bytes, S::Error> {
        let direct = encrypt_to_identity(rng, recipient, payload);
        let message = wire::ProtocolMessage {
            direct_message: [(NO_SESSION.to_owned(), direct)].into(),
            ..self.carrier(store, now_ns, rng)?
        };
        Ok(message.encode_to_vec().into())
    }

    /// A message in the clear with one's own bundle. With an empty payload it is the contact code:
    /// a bundle and nothing else.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub fn public_message<S: Store>(
        &self,
        store: &mut S,
        payload: Bytes,
        now_ns: i64,
        rng: &mut impl CryptoRng,
    ) -> Result<Bytes, S::Error> {
        let message = wire::ProtocolMessage {
            public_message: Some(payload).filter(|payload| !payload.is_empty()),
            ..self.carrier(store, now_ns, rng)?
        };
        Ok(message.encode_to_vec().into())
    }

    /// A protocol message with this installation's id and one's own bundle.
    fn carrier<S: Store>(
        &self,
        store: &mut S,
        now_ns: i64,
        rng: &mut impl CryptoRng,
    ) -> Result<wire::ProtocolMessage, S::Error> {
        Ok(wire::ProtocolMessage {
            installation_id: self.installation.to_string(),
            bundles: vec![self.own_bundle(store, now_ns, rng)?],
            ..Default::default()
        })
    }

    /// Whether a message goes to an installation after it goes to `targets` others.
    fn admits(
        &self,
        installation: &Installation,
        targets: usize,
        now_ns: i64,
    ) -> Result<(), Skipped> {
        let max = self.settings.max_installations;
        let silent_ns = now_ns.saturating_sub(installation.heard_ns);
        let stale = |after: i64| installation.missing && silent_ns > after;
        if !installation.enabled {
            Err(Skipped::Disabled)
        } else if self.settings.stale_after_ns.is_some_and(stale) {
            let days = silent_ns / super::DAY_NS;
            Err(Skipped::Stale { days })
        } else if targets >= max {
            Err(Skipped::OverLimit { max })
        } else if installation.id == self.installation {
            Err(Skipped::ThisOne)
        } else {
            Ok(())
        }
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "one step of `encrypt`, which has them all"
    )]
    fn to_device<S: Store>(
        &self,
        store: &mut S,
        recipient: &PublicKey,
        installation: &Installation,
        payload: &[u8],
        now_ns: i64,
        rng: &mut impl CryptoRng,
        out: &mut Outgoing,
    ) -> Result<Delivery, S::Error> {
        let identity = installation.identity;
        out.lower_version(installation.protocol_version);
        self.drop_superseded(store, &identity, &installation.id, now_ns)?;
        let current = self.current_session(store, &identity, &installation.id)?;
        if let Some((id, mut session)) = current
            && let Some(sealed) = session.ratchet.encrypt(payload)
        {
            session.used_ns = now_ns;
            store.put_session(&id, &session)?;
            out.add(&id, &session, sealed, installation.negotiated);
            return Ok(Delivery::InSession);
        }
        let Some(mut prekey) = store.current_prekey(&identity, &installation.id)? else {
            return Ok(Delivery::ToIdentity);
        };
        let id = SessionId {
            identity,
            installation: installation.id.clone(),
            prekey: prekey.key,
        };
        let used = prekey.opened_by.as_ref() == Some(&self.installation);
        if used || store.session(&id)?.is_some() {
            return Ok(Delivery::ToIdentity);
        }
        let Some(started) = self.start(recipient, &prekey.key, payload, now_ns, rng) else {
            return Ok(Delivery::ToIdentity);
        };
        let (session, sealed) = started;
        prekey.opened_by = Some(self.installation.clone());
        store.put_prekey(&prekey)?;
        self.make_room_for_session(store, &id)?;
        store.put_session(&id, &session)?;
        out.add(&id, &session, sealed, installation.negotiated);
        Ok(Delivery::Opens)
    }

    /// The session to send in. One that another installation id of one's own has founded is
    /// forgotten: that id was given up because the store was lost or is an old copy, so the next key
    /// of the session may have encrypted before. What the peer sends in it goes to the other id.
    fn current_session<S: Store>(
        &self,
        store: &mut S,
        identity: &CompressedKey,
        installation: &InstallationId,
    ) -> Result<Option<(SessionId, Session)>, S::Error> {
        while let Some((id, session)) = store.current_session(identity, installation)? {
            let founded_by = if session.opening == Opening::Received {
                let own = store.prekey(&self.compressed, &id.prekey)?;
                own.map(|own| own.installation.clone())
            } else {
                let theirs = store.prekey(identity, &id.prekey)?;
                theirs.and_then(|theirs| theirs.opened_by.clone())
            };
            if founded_by.as_ref() == Some(&self.installation) {
                return Ok(Some((id, session)));
            }
            self.forget_session(store, &id, &session)?;
        }
        Ok(None)
    }

    /// Starts a session on a peer's prekey, with its first message.
    fn start(
        &self,
        recipient: &PublicKey,
        prekey: &CompressedKey,
        payload: &[u8],
        now_ns: i64,
        rng: &mut impl CryptoRng,
    ) -> Option<(Session, (RatchetHeader, Vec<u8>))> {
        let point = prekey.public_key()?;
        let started = x3dh::initiate(rng, &self.identity, recipient, &point);
        let secret = SecretBytes::new(*started.secret.expose_bytes());
        let mut session = Session {
            ratchet: Ratchet::initiator(&secret, prekey, rng).ok()?,
            ephemeral: CompressedKey::from(&started.ephemeral),
            opening: Opening::Unanswered,
            superseded_ns: None,
            used_ns: now_ns,
        };
        let sealed = session.ratchet.encrypt(payload)?;
        Some((session, sealed))
    }
}

/// A message that is being made, device by device.
#[derive(Default)]
struct Outgoing {
    direct: DirectMessages,
    devices: Vec<DeviceReport>,
    negotiated: usize,
    not_negotiated: usize,
    min_protocol_version: Option<u32>,
}

impl Outgoing {
    fn add_to_identity(&mut self, message: wire::DirectMessageProtocol) {
        self.direct.insert(NO_SESSION.to_owned(), message);
    }

    /// The message in `carrier`, for all that were added.
    fn finish(mut self, carrier: wire::ProtocolMessage) -> Encrypted {
        let message = wire::ProtocolMessage {
            direct_message: std::mem::take(&mut self.direct),
            ..carrier
        };
        self.into_encrypted(message.encode_to_vec().into())
    }

    fn into_encrypted(self, message: Bytes) -> Encrypted {
        Encrypted {
            message,
            devices: self.devices,
            agreed: self.negotiated > 0 && self.not_negotiated == 0,
            min_protocol_version: self.min_protocol_version.unwrap_or_default(),
        }
    }

    fn lower_version(&mut self, version: u32) {
        let lowest = self.min_protocol_version.get_or_insert(version);
        *lowest = (*lowest).min(version);
    }

    fn add(
        &mut self,
        id: &SessionId,
        session: &Session,
        (header, ciphertext): (RatchetHeader, Vec<u8>),
        negotiated: bool,
    ) {
        let field = |key: &CompressedKey| Bytes::copy_from_slice(key.as_bytes());
        let opening = (session.opening == Opening::Unanswered).then(|| wire::X3dhHeader {
            key: field(&session.ephemeral),
            id: field(&id.prekey),
        });
        let message = wire::DirectMessageProtocol {
            x3dh_header: opening,
            dr_header: Some(wire::DrHeader {
                key: field(&header.key),
                n: header.n,
                pn: header.pn,
                id: field(&id.prekey),
            }),
            payload: ciphertext.into(),
            dh_header: None,
        };
        self.direct.insert(id.installation.to_string(), message);
        if negotiated {
            self.negotiated += 1;
        } else {
            self.not_negotiated += 1;
        }
    }
}
