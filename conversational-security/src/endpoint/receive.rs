//! Messages in.

use super::{AddBundleError, Endpoint, MAX_BUNDLES, Recovery};
use crate::protocol_message::ProtocolMessage;
use crate::ratchet::{Ratchet, RatchetError, RatchetHeader, SecretBytes};
use crate::session::{Opening, ReadError, Session, SessionId, decrypt_in_session};
use crate::store::Store;
use crate::{
    BundleError, CompressedKey, Content, DecodeError, DhMessageError, Header, Installation,
    InstallationId, KeyError, MessageId, decrypt_to_identity, public_key, wire, x3dh,
};
use bytes::Bytes;
use rand_core::CryptoRng;
use secp256k1::PublicKey;

/// How often, in nanoseconds, it is written down that an installation was heard: once an hour, so
/// that not every message costs a write.
const HEARD_EVERY_NS: i64 = 60 * 60 * 1_000_000_000;

/// What came of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handled {
    /// What it holds, or why that cannot be read.
    pub result: Result<Received, Unreadable>,
    /// Installations that its bundles have made known. They stay known even if the message cannot
    /// be read: a bundle has a signature of its own.
    pub new_installations: Vec<Installation>,
    /// What to do if it cannot be read and something helps; see [`Endpoint::answer`].
    pub recovery: Option<Recovery>,
}

/// What a message holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// A payload that only its sender and this identity can have known.
    Private {
        /// The payload.
        payload: Bytes,
        /// The installation that sent it. The sender says so; in a session it cannot be another's.
        installation: InstallationId,
        /// Whether the sender knows the negotiated secret
        /// ([`Endpoint::negotiated_secret`]): one may listen to what it is used for.
        negotiated: bool,
    },
    /// A payload in the clear.
    Public(Bytes),
    /// Bundles at most.
    Nothing,
}

/// Why a message cannot be read. Nothing has changed, except that bundles before the fault, which
/// have signatures of their own, are kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The bytes are no protocol message. The sender is at fault, or they are of another kind.
    #[error("no protocol message: {0}")]
    Malformed(DecodeError),
    /// A bundle that it brings is refused, and so is the message, as deployed.
    #[error("bundle: {0}")]
    Bundle(BundleError),
    /// A bundle that it brings has a time that no client writes.
    #[error("a bundle of time {timestamp_ns} ns")]
    BundleTime {
        /// The time, in nanoseconds since 1970.
        timestamp_ns: i64,
    },
    /// It brings more bundles than anybody has devices.
    #[error("{count} bundles, at most {MAX_BUNDLES} are read")]
    TooManyBundles {
        /// How many.
        count: usize,
    },
    /// The sender's installation id is too long to be remembered.
    #[error(
        "an installation id of {len} bytes, at most {} are read",
        InstallationId::MAX_LEN
    )]
    InstallationId {
        /// Its length in bytes.
        len: usize,
    },
    /// It is for other installations of this identity: the sender does not know this one yet.
    #[error("the message is for other installations")]
    NotForThisDevice,
    /// It is from another installation of this identity, which has not paired with this one.
    #[error("the message is from an own installation that is not paired")]
    NotPaired,
    /// No header says how it is encrypted.
    #[error("no header says how the message is encrypted")]
    NoHeader,
    /// A key in a header is none.
    #[error("a key in a header: {0}")]
    Key(KeyError),
    /// It is of a session that does not exist here, and does not open it.
    #[error("no session on the prekey {prekey:?}")]
    UnknownSession {
        /// The prekey that names the session.
        prekey: CompressedKey,
    },
    /// It opens a session on a prekey whose secret is not here: it was never this installation's,
    /// or is too old, or the store was lost.
    #[error("the prekey {prekey:?} of the opening is not known")]
    UnknownPrekey {
        /// The prekey.
        prekey: CompressedKey,
    },
    /// It opens a second session on a prekey with which the sender has one: the sender has lost its
    /// state. As deployed it cannot be read.
    #[error("a second opening on the prekey {prekey:?}")]
    SecondOpening {
        /// The prekey.
        prekey: CompressedKey,
    },
    /// The session refuses it.
    #[error("session: {0}")]
    Ratchet(#[from] RatchetError),
    /// It is encrypted to an identity key, but not to this one, or was changed.
    #[error(transparent)]
    ToIdentity(#[from] DhMessageError),
}

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
        let mut new_installations = Vec::new();
        let outcome = self.read(
            store,
            from,
            bytes,
            message,
            now_ns,
            rng,
            &mut new_installations,
        );
        let (result, recovery) = match outcome {
            Ok(received) => (Ok(received), None),
            Err(Failed::Store(error)) => return Err(error),
            Err(Failed::Unreadable(reason)) => {
                let peer = CompressedKey::from(from);
                let recovery = self.recovery(store, &peer, &reason, now_ns)?;
                (Err(reason), recovery)
            }
        };
        Ok(Handled {
            result,
            new_installations,
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
        new_installations: &mut Vec<Installation>,
    ) -> Result<Received, Failed<S::Error>> {
        let decoded = ProtocolMessage::decode(bytes).map_err(Unreadable::Malformed)?;
        let protocol = decoded.message();
        let count = protocol.bundles.len();
        if count > MAX_BUNDLES {
            return Err(Unreadable::TooManyBundles { count }.into());
        }
        for bundle in &protocol.bundles {
            new_installations.extend(self.add_bundle(store, bundle, now_ns)?);
        }
        let direct = match decoded.content_for(&self.installation) {
            Content::Public(payload) => return Ok(Received::Public(payload.clone())),
            Content::Nothing => return Ok(Received::Nothing),
            Content::OtherInstallations if *from == self.public => {
                return Err(Unreadable::NotPaired.into());
            }
            Content::OtherInstallations => return Err(Unreadable::NotForThisDevice.into()),
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
                    .is_some_and(|known| opening.key == known.ephemeral.as_bytes()[..]) =>
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
        match incoming.decrypt(store, rng) {
            Err(Failed::Unreadable(Unreadable::Ratchet(_)))
                if opening.is_some_and(|opening| opening.ephemeral != known.ephemeral) =>
            {
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
        let record = store.prekey(&prekey).map_err(Failed::Store)?;
        let secret = record.and_then(|record| record.secret);
        Ok(Offered {
            prekey,
            secret: secret.ok_or(Unreadable::UnknownPrekey { prekey })?,
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
        let prekey = store.prekey(&opening.prekey).map_err(Failed::Store)?;
        let expired = prekey.is_some_and(|prekey| prekey.expired);
        let session = Session {
            ratchet: read.ratchet,
            ephemeral: opening.ephemeral,
            opening: Opening::Received,
            superseded_ns: expired.then_some(incoming.now_ns),
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
            self.limit_installations(store, &id.identity)?;
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
        }
        Ok(())
    }
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
    ephemeral: CompressedKey,
    ephemeral_key: PublicKey,
}

impl Incoming<'_> {
    fn decrypt<S: Store>(
        &self,
        store: &mut S,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, Failed<S::Error>> {
        let read = decrypt_in_session(
            store,
            &self.id,
            &self.header,
            self.ciphertext,
            self.message,
            self.now_ns,
            rng,
        );
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
