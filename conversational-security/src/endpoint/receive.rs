//! Messages in.

use super::{AddBundleError, Endpoint, HEARD_EVERY_NS, Handled, MAX_BUNDLES, Received, Unreadable};
use crate::protocol_message::ProtocolMessage;
use crate::ratchet::{Ratchet, RatchetHeader, SecretBytes};
use crate::session::{Opening, ReadError, Sealed, Session, SessionId, decrypt_with};
use crate::store::Store;
use crate::{
    CompressedKey, Content, Header, Installation, InstallationId, KeyError, MessageId,
    decrypt_to_identity, public_key, wire, x3dh,
};
use bytes::Bytes;
use rand_core::CryptoRng;
use secp256k1::PublicKey;

/// A failure inside the reading of a message: the message's, or the store's.
enum Failed<E> {
    Unreadable(Unreadable),
    Store(E),
}

impl<E> From<Unreadable> for Failed<E> {
    fn from(reason: Unreadable) -> Self {
        Self::Unreadable(reason)
    }
}

impl<E> From<KeyError> for Failed<E> {
    fn from(error: KeyError) -> Self {
        Self::Unreadable(Unreadable::Key(error))
    }
}

impl Endpoint {
    /// Reads a protocol message that the transport says is from `from`. `message` is what it will
    /// be [confirmed](Self::confirm) by.
    ///
    /// # Errors
    ///
    /// Only if the store fails; then roll back and handle the message again.
    pub fn handle_message<S: Store>(
        &self,
        store: &mut S,
        from: &PublicKey,
        bytes: Bytes,
        message: &MessageId,
        now_ns: i64,
        rng: &mut impl CryptoRng,
    ) -> Result<Handled, S::Error> {
        let mut noticed = Noticed::default();
        let outcome = self.read(store, from, bytes, message, now_ns, rng, &mut noticed);
        let (result, recovery) = match outcome {
            Ok(received) => (Ok(received), None),
            Err(Failed::Store(error)) => return Err(error),
            Err(Failed::Unreadable(reason)) => {
                let peer = CompressedKey::from(from);
                let recovery = match reason {
                    Unreadable::NotForThisDevice { .. } if noticed.known_to_sender => None,
                    _ => self.recovery(store, &peer, &reason, now_ns)?,
                };
                (Err(reason), recovery)
            }
        };
        Ok(Handled {
            result,
            new_installations: noticed.new_installations,
            recovery,
        })
    }

    /// Forgets the key of a message that was read: from now on it cannot be read again. False if
    /// there is none: it was confirmed before, its key was too old, or it needed none. Until it
    /// is confirmed a message can be read again, so confirm it once its content is safe.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub fn confirm<S: Store>(&self, store: &mut S, message: &MessageId) -> Result<bool, S::Error> {
        store.confirm_message(message)
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "`handle_message`, with the place for what it finds on the way"
    )]
    fn read<S: Store>(
        &self,
        store: &mut S,
        from: &PublicKey,
        bytes: Bytes,
        message: &MessageId,
        now_ns: i64,
        rng: &mut impl CryptoRng,
        noticed: &mut Noticed,
    ) -> Result<Received, Failed<S::Error>> {
        let decoded = ProtocolMessage::decode(bytes).map_err(Unreadable::Malformed)?;
        let protocol = decoded.message();
        let count = protocol.bundles.len();
        if count > MAX_BUNDLES {
            return Err(Unreadable::TooManyBundles { count }.into());
        }
        for bundle in &protocol.bundles {
            let added = self.add_bundle(store, bundle, now_ns)?;
            noticed.new_installations.extend(added);
        }
        let direct = match decoded.content_for(&self.installation) {
            Content::Public(payload) => return Ok(Received::Public(payload.clone())),
            Content::Nothing => return Ok(Received::Nothing),
            Content::OtherInstallations if *from == self.public => {
                let others = protocol.direct_message.len();
                return Err(Unreadable::NotPaired { others }.into());
            }
            Content::OtherInstallations => {
                let sender = protocol.installation_id.as_str();
                let known = self.is_known_to(store, &from.into(), &sender.into(), now_ns);
                noticed.known_to_sender = known.map_err(Failed::Store)?;
                let others = protocol.direct_message.len();
                return Err(Unreadable::NotForThisDevice { others }.into());
            }
            Content::Direct(direct) => direct,
        };
        let len = protocol.installation_id.len();
        if len > InstallationId::MAX_LEN {
            return Err(Unreadable::InstallationId { len }.into());
        }
        let installation = InstallationId::from(protocol.installation_id.as_str());
        let identity = CompressedKey::from(from);
        let payload = match direct.header() {
            None => return Err(Unreadable::NoHeader.into()),
            Some(Header::Identity(header)) => {
                decrypt_to_identity(&self.identity, header, &direct.payload)
                    .map_err(Unreadable::ToIdentity)?
            }
            Some(Header::Session { opening, ratchet }) => {
                let (id, header) = place(identity, &installation, ratchet)?;
                let incoming = Incoming {
                    id,
                    header,
                    ciphertext: &direct.payload,
                    message,
                    now_ns,
                };
                self.read_in_session(store, from, opening, &incoming, rng)?
            }
        };
        let negotiated = announces_version_1(protocol, &identity);
        self.note_heard(store, &identity, &installation, negotiated, now_ns)
            .map_err(Failed::Store)?;
        Ok(Received::Private {
            payload: payload.into(),
            installation,
            negotiated,
        })
    }

    fn read_in_session<S: Store>(
        &self,
        store: &mut S,
        from: &PublicKey,
        opening: Option<&wire::X3dhHeader>,
        incoming: &Incoming<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, Failed<S::Error>> {
        let known = store.session(&incoming.id).map_err(Failed::Store)?;
        let opening = match opening {
            // Repeats what opened the session: checked then.
            Some(opening)
                if known
                    .as_ref()
                    .is_some_and(|known| opening.key == known.ephemeral.as_bytes()[..])
                    && opening.id == incoming.id.prekey.as_bytes()[..] =>
            {
                None
            }
            Some(opening) => Some(self.check_opening(store, opening)?),
            None => None,
        };
        let Some(known) = known else {
            let prekey = incoming.id.prekey;
            let Some(opening) = opening.filter(|opening| opening.prekey == prekey) else {
                return Err(Unreadable::UnknownSession { prekey }.into());
            };
            return self.accept(store, from, &opening, incoming, rng);
        };
        match incoming.decrypt(store, known, rng) {
            // Not a repeated opening, or there would be none here.
            Err(Failed::Unreadable(Unreadable::Ratchet(_))) if opening.is_some() => {
                let prekey = incoming.id.prekey;
                Err(Unreadable::SecondOpening { prekey }.into())
            }
            result => result,
        }
    }

    /// Checks that an opening has a key and is on a prekey of one's own, without any agreement.
    fn check_opening<S: Store>(
        &self,
        store: &mut S,
        opening: &wire::X3dhHeader,
    ) -> Result<Offered, Failed<S::Error>> {
        let ephemeral_key = public_key(&opening.key)?;
        let prekey = CompressedKey::from(&public_key(&opening.id)?);
        let own = store.prekey(&self.compressed, &prekey);
        let own = own.map_err(Failed::Store)?;
        let known = own.and_then(|record| Some((record.secret?, record.expired)));
        let (secret, expired) = known.ok_or(Unreadable::UnknownPrekey { prekey })?;
        Ok(Offered {
            prekey,
            secret,
            expired,
            ephemeral: CompressedKey::from(&ephemeral_key),
            ephemeral_key,
        })
    }

    /// Reads the first message of a session that the peer starts, and only then stores it.
    fn accept<S: Store>(
        &self,
        store: &mut S,
        from: &PublicKey,
        opening: &Offered,
        incoming: &Incoming<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, Failed<S::Error>> {
        let identity = &incoming.id.identity;
        let spent = store.spent_key(identity, &opening.ephemeral);
        if spent.map_err(Failed::Store)?.is_some() {
            let prekey = opening.prekey;
            return Err(Unreadable::SpentOpening { prekey }.into());
        }
        let secret = x3dh::accept(
            &self.identity,
            &opening.secret,
            from,
            &opening.ephemeral_key,
        );
        let secret = SecretBytes::new(*secret.expose_bytes());
        let ratchet = Ratchet::recipient(&secret, &opening.secret);
        let mut read = ratchet
            .decrypt(&incoming.header, incoming.ciphertext, rng)
            .map_err(Unreadable::Ratchet)?;
        if let Some(own) = read.keys.last_mut() {
            own.message = Some(*incoming.message);
        }
        let session = Session {
            ratchet: read.ratchet,
            ephemeral: opening.ephemeral,
            opening: Opening::Received,
            superseded_ns: opening.expired.then_some(incoming.now_ns),
            used_ns: incoming.now_ns,
        };
        self.store_accepted(store, incoming, &session, &read.keys)
            .map_err(Failed::Store)?;
        Ok(read.plaintext)
    }

    fn store_accepted<S: Store>(
        &self,
        store: &mut S,
        incoming: &Incoming<'_>,
        session: &Session,
        keys: &[crate::ratchet::MessageKey],
    ) -> Result<(), S::Error> {
        let id = &incoming.id;
        // Sessions are counted by installation, so each belongs to one that is known.
        if store
            .installation(&id.identity, &id.installation)?
            .is_none()
        {
            store.put_installation(&Installation {
                identity: id.identity,
                id: id.installation.clone(),
                announced: false,
                protocol_version: 0,
                enabled: false,
                timestamp_ns: 0,
                negotiated: false,
                heard_ns: incoming.now_ns,
                missing: false,
            })?;
            self.limit_installations(store, &id.identity, Some(&id.installation))?;
            self.note_peer(store, &id.identity, incoming.now_ns)?;
        }
        self.make_room_for_session(store, id)?;
        store.put_session(id, session)?;
        let window = crate::ratchet::KeyWindow::after(session.ratchet.keys_made());
        store.put_message_keys(id, keys, window)
    }

    /// Writes down that an installation was heard, and that it knows the negotiated secret.
    fn note_heard<S: Store>(
        &self,
        store: &mut S,
        identity: &CompressedKey,
        installation: &InstallationId,
        negotiated: bool,
        now_ns: i64,
    ) -> Result<(), S::Error> {
        let Some(mut known) = store.installation(identity, installation)? else {
            return Ok(());
        };
        let newly_negotiated = negotiated && !known.negotiated;
        if newly_negotiated || now_ns.saturating_sub(known.heard_ns) > HEARD_EVERY_NS {
            known.negotiated |= negotiated;
            known.heard_ns = now_ns;
            store.put_installation(&known)?;
            self.note_peer(store, identity, now_ns)?;
        }
        Ok(())
    }
}

/// What reading a message shows besides its content.
#[derive(Default)]
struct Noticed {
    new_installations: Vec<Installation>,
    known_to_sender: bool,
}

/// A message of a session that is being read.
struct Incoming<'a> {
    id: SessionId,
    header: RatchetHeader,
    ciphertext: &'a [u8],
    message: &'a MessageId,
    now_ns: i64,
}

/// An opening on a prekey of one's own.
struct Offered {
    prekey: CompressedKey,
    secret: secp256k1::SecretKey,
    expired: bool,
    ephemeral: CompressedKey,
    ephemeral_key: PublicKey,
}

impl Incoming<'_> {
    fn decrypt<S: Store>(
        &self,
        store: &mut S,
        session: Session,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, Failed<S::Error>> {
        let sealed = Sealed {
            header: &self.header,
            ciphertext: self.ciphertext,
            message: self.message,
        };
        let read = decrypt_with(store, &self.id, session, &sealed, self.now_ns, rng);
        match read {
            Ok(read) => Ok(read.plaintext),
            Err(ReadError::NoSession) => {
                let prekey = self.id.prekey;
                Err(Unreadable::UnknownSession { prekey }.into())
            }
            Err(ReadError::Ratchet(error)) => Err(Unreadable::Ratchet(error).into()),
            Err(ReadError::Store(error)) => Err(Failed::Store(error)),
        }
    }
}

impl<E> From<AddBundleError<E>> for Failed<E> {
    fn from(error: AddBundleError<E>) -> Self {
        match error {
            AddBundleError::Bundle(error) => Unreadable::Bundle(error).into(),
            AddBundleError::Time { timestamp_ns } => Unreadable::BundleTime { timestamp_ns }.into(),
            AddBundleError::Store(error) => Self::Store(error),
        }
    }
}

/// The session that a ratchet header names, and the message's place in it.
fn place(
    identity: CompressedKey,
    installation: &InstallationId,
    header: &wire::DrHeader,
) -> Result<(SessionId, RatchetHeader), KeyError> {
    let key = |field: &[u8]| {
        let len = field.len();
        CompressedKey::from_field(field).ok_or(KeyError::Length { len })
    };
    let id = SessionId {
        identity,
        installation: installation.clone(),
        prekey: key(&header.id)?,
    };
    let header = RatchetHeader {
        key: key(&header.key)?,
        n: header.n,
        pn: header.pn,
    };
    Ok((id, header))
}

/// Whether the sender's bundle in the message says that the installation which sent it speaks
/// version 1, and so computes the negotiated secret. Another message's bundle does not count, as
/// deployed; nor does somebody else's in this one.
fn announces_version_1(message: &wire::ProtocolMessage, sender: &CompressedKey) -> bool {
    let own = |bundle: &&wire::Bundle| bundle.identity == sender.as_bytes()[..];
    let bundle = message.bundles.iter().find(own);
    bundle
        .and_then(|bundle| bundle.signed_pre_keys.get(&message.installation_id))
        .is_some_and(|prekey| prekey.protocol_version >= 1)
}
