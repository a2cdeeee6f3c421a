//! The layer as its user sees it: one installation of one identity, which encrypts for contacts
//! and reads what they send.

mod answer;
mod devices;
mod housekeeping;
mod outcome;
mod own_bundle;
mod peers;
mod receive;
mod report;
mod send;

pub use answer::Recovery;
pub use devices::AddBundleError;
pub use outcome::{Handled, Received, Unreadable};
pub use report::{Delivery, DeviceReport, Encrypted, Skipped};

use crate::key::public_of;
use crate::{CompressedKey, InstallationId, InstallationIdError, SharedSecret, diffie_hellman};
use secp256k1::{PublicKey, SecretKey};
use std::fmt;

/// Most installations that are remembered for one identity. Three are written to; a device that
/// is set up anew gets a new id, so old ones pile up. Beyond it the one with the oldest bundle is
/// forgotten, with its prekeys and sessions. With the bounds below it is what keeps one identity from
/// filling the store.
pub const MAX_INSTALLATIONS: usize = 32;

/// Most prekeys of one's own that are remembered: a new one every 24 hours makes it four months in
/// which somebody's first message may be on its way, and 32 days if peers have it replaced as often
/// as they can ([`Recovery::SendFreshBundle`]). Beyond it the lowest version is forgotten.
/// Sessions founded on it stay.
pub const MAX_PREKEYS: usize = 128;

/// Most prekeys that are remembered of another installation. Only the newest is of use; the others
/// are known again when an old bundle comes late.
pub const MAX_PEER_PREKEYS: usize = 16;

/// Most sessions that are remembered with one installation. One more starts at most with each new
/// prekey of either side, that is twice a day, and only while both sides are there. Beyond it the
/// superseded one that was longest not used is forgotten: a peer that still sends in it has missed
/// 31 newer ones.
pub const MAX_SESSIONS: usize = 32;

/// Most identities that are remembered though the application has not asked to keep them
/// ([`Endpoint::keep_identity`]): a thousand people who wrote once, or whose bundle came by. Beyond it
/// the one heard longest ago is forgotten. Whoever makes up identities by the thousand has to
/// sign a bundle with each, and pushes out other strangers only.
pub const MAX_STRANGERS: usize = 1_024;

/// Most keys that are remembered after the prekey or the session that they belong to was forgotten,
/// the latest ones: 8,192, which take about a megabyte. Of an identity that stays within the bounds
/// above there are none; the memory is for those that were forgotten and come back.
pub const MAX_SPENT_KEYS: usize = 8_192;

/// Most remedies, of strangers, for messages that could not be read, within
/// [`answer_every_ns`](Settings::answer_every_ns): 64. So many answers are sent and losses reported
/// at most, if they are for people who are not kept; a real loss shows with fewer.
pub const MAX_REMEDIES: usize = 64;

/// How often, in nanoseconds, it is written down that somebody was heard: once an hour, so that
/// not every message costs a write.
const HEARD_EVERY_NS: i64 = 60 * 60 * 1_000_000_000;

/// Most bundles that a message may bring. Deployed clients send one; each costs a signature
/// recovery before anything of the message is known to be genuine.
pub const MAX_BUNDLES: usize = 8;

/// What can be chosen. The default is as deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// To how many installations of a contact a message goes, those with the newest bundles first.
    /// One's own bundle names one less besides this one. 3 as deployed, which peers count on.
    pub max_installations: usize,
    /// How long a superseded session is kept, in nanoseconds; off by default. The text of 2019
    /// (x6, section 3.4) says 14 days. A session whose peer is not known to have left it stays.
    pub superseded_for_ns: Option<i64>,
    /// After how many nanoseconds of silence an installation gets nothing more, if the newest bundle
    /// of its identity does not name it either; off by default. The text of 2019 (x6, section 4.3)
    /// says 7 days.
    pub stale_after_ns: Option<i64>,
    /// How many nanoseconds must pass before an identity gets the next bundle in answer to a
    /// message that could not be read. Two hours; status-go names that number, but never answers.
    pub answer_every_ns: i64,
}

const DAY_NS: i64 = 24 * 60 * 60 * 1_000_000_000;

impl Settings {
    /// How long the text of 2019 keeps a session after it was superseded: 14 days.
    pub const SUPERSEDED_FOR_2019_NS: i64 = 14 * DAY_NS;
    /// How long the text of 2019 waits before an installation is stale: 7 days.
    pub const STALE_AFTER_2019_NS: i64 = 7 * DAY_NS;
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_installations: 3,
            superseded_for_ns: None,
            stale_after_ns: None,
            answer_every_ns: 7_200 * 1_000_000_000,
        }
    }
}

/// One installation of one identity.
///
/// It keeps no state of its own: all of it is in the [`Store`](crate::Store) that each call is
/// given, so the calls can be made on a database transaction, several in one, and a rollback undoes
/// them. `now_ns` is always the time in nanoseconds since 1970; as deployed it ranks devices, so a
/// time in another unit ranks them wrongly.
///
/// [`encrypt`](Self::encrypt) makes a message for a contact. Commit the store before the message
/// leaves: a key that encrypts twice is given away. [`handle_message`](Self::handle_message) reads
/// one and says what to do if it cannot be read ([`Recovery`], done by [`answer`](Self::answer)).
/// Once what was read is safe with the application, [`confirm`](Self::confirm) forgets its key;
/// until then the message can be read again.
#[derive(Clone)]
pub struct Endpoint {
    identity: SecretKey,
    public: PublicKey,
    compressed: CompressedKey,
    installation: InstallationId,
    settings: Settings,
}

impl Endpoint {
    /// The installation `installation` of the identity whose secret key is `identity`.
    ///
    /// One id belongs to one store: after the store was lost, or an old copy of it was put back,
    /// take [`InstallationId::random`], because peers cannot read a second session that the same
    /// installation starts on the same prekey. Sessions of the id before are not sent in any more.
    ///
    /// # Errors
    ///
    /// If peers could not write to an installation of this id, see [`InstallationId::check`].
    pub fn new(
        identity: &SecretKey,
        installation: InstallationId,
        settings: Settings,
    ) -> Result<Self, InstallationIdError> {
        InstallationId::check(&installation)?;
        Ok(Self {
            identity: *identity,
            public: identity.public_key(&crate::curve::SECP256K1),
            compressed: public_of(identity),
            installation,
            settings,
        })
    }

    /// The identity's public key.
    pub fn identity(&self) -> &PublicKey {
        &self.public
    }

    /// The id of this installation.
    pub fn installation(&self) -> &InstallationId {
        &self.installation
    }

    /// The secret that this identity shares with `peer`, from which both compute a topic and a key
    /// of the transport once [`Encrypted::agreed`] or [`Received`] says that they may. It is the
    /// same for all installations and always; keep it, since it costs a key agreement.
    pub fn negotiated_secret(&self, peer: &PublicKey) -> SharedSecret {
        diffie_hellman(&self.identity, peer)
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.identity.non_secure_erase();
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("identity", &self.compressed)
            .field("installation", &self.installation)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_key_is_not_shown() {
        let secret = SecretKey::from_byte_array([0xab; 32]).unwrap();
        let endpoint = Endpoint::new(&secret, "phone".into(), Settings::default()).unwrap();
        let shown = format!("{endpoint:?}");
        assert!(shown.contains("phone"), "{shown}");
        assert!(
            !shown.contains("abab") && !shown.contains("171, 171"),
            "{shown}"
        );
    }

    #[test]
    fn an_id_under_which_nobody_could_write_is_refused() {
        let secret = SecretKey::from_byte_array([1; 32]).unwrap();
        let refused = |id: &str| Endpoint::new(&secret, id.into(), Settings::default()).err();
        assert_eq!(refused(""), Some(InstallationIdError::Empty));
        assert_eq!(refused("none"), Some(InstallationIdError::Reserved));
        let len = crate::MAX_INSTALLATION_ID_LEN;
        assert_eq!(refused(&"x".repeat(len)), None);
        let too_long = Some(InstallationIdError::TooLong { len: len + 1 });
        assert_eq!(refused(&"x".repeat(len + 1)), too_long);
    }
}
