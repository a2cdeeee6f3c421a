//! What passes from one device to the other: account secrets, contacts, installations.
//!
//! The encoding is a list of fields, each a kind (1 byte), a length (4 bytes, big-endian) and the
//! content, lists nested. A kind that is not known is skipped, so that a newer device can say more;
//! what an older one must not misread gets a new version.

use bytes::BufMut;
use secp256k1::{PublicKey, SecretKey};
use std::fmt;
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The longest encoded bundle in bytes, 2 MiB: its parts all fit into one window of nametags.
pub const MAX_BUNDLE_LEN: usize = 2 << 20;

/// The most contacts in a bundle: ten times what the busiest users had.
pub const MAX_CONTACTS: usize = 10_000;

/// The most installations in a bundle; three at most take part in sessions, the others are old.
pub const MAX_INSTALLATIONS: usize = 64;

/// The longest name, id or kind in a bundle, in bytes.
pub const MAX_NAME_LEN: usize = 256;

/// The longest mnemonic, in bytes: 24 words in any of the word lists.
pub const MAX_MNEMONIC_LEN: usize = 1_024;

const VERSION: u8 = 1;

const IDENTITY: u8 = 1;
const MNEMONIC: u8 = 2;
const CONTACT: u8 = 3;
const INSTALLATION: u8 = 4;

const KEY: u8 = 1;
const ID: u8 = 2;
const NAME: u8 = 3;
const KIND: u8 = 4;
const BLOCKED: u8 = 5;
const ENABLED: u8 = 6;

/// The content of a pairing. Its secrets are wiped when it is dropped, and do not show in `Debug`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Bundle {
    /// The account, if it passes.
    pub account: Option<AccountSecrets>,
    /// Up to [`MAX_CONTACTS`].
    pub contacts: Vec<Contact>,
    /// Up to [`MAX_INSTALLATIONS`].
    pub installations: Vec<Installation>,
}

/// What makes a device one of the account's.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct AccountSecrets {
    identity: [u8; 32],
    mnemonic: Option<String>,
}

/// Somebody the user knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Who it is.
    pub identity: PublicKey,
    /// What the user calls them; may be empty.
    pub name: String,
    /// Whether their messages are not shown.
    pub blocked: bool,
}

/// A device of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// Its id.
    pub id: String,
    /// What the user calls it; may be empty.
    pub name: String,
    /// What it is, such as `phone`; may be empty.
    pub kind: String,
    /// Whether messages are also encrypted for it.
    pub enabled: bool,
}

/// Why a bundle cannot be sent, or is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BundleError {
    /// A field ends too early, occurs twice, or has no value of its kind.
    #[error("the bundle of the other device is malformed: {what}")]
    Malformed {
        /// What is wrong with it.
        what: &'static str,
    },
    /// A newer version's.
    #[error("the bundle of the other device is of version {0}, and only 1 is known here")]
    OtherVersion(u8),
    /// More of something than allowed.
    #[error("the bundle has {len} {what}, at most {max} are allowed")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How much there is.
        len: usize,
        /// The limit.
        max: usize,
    },
}

impl AccountSecrets {
    /// The identity's key, and the words it was made from if the user may see them again.
    #[must_use]
    pub fn new(identity: &SecretKey, mnemonic: Option<String>) -> Self {
        Self {
            identity: identity.secret_bytes(),
            mnemonic,
        }
    }

    /// The identity's key; none if the bytes are no key, which [`Bundle::decode`] excludes.
    #[must_use]
    pub fn identity(&self) -> Option<SecretKey> {
        SecretKey::from_byte_array(self.identity).ok()
    }

    /// The words.
    #[must_use]
    pub fn mnemonic(&self) -> Option<&str> {
        self.mnemonic.as_deref()
    }
}

impl Bundle {
    /// A bundle with an account and nothing else.
    #[must_use]
    pub fn of_account(account: AccountSecrets) -> Self {
        Self {
            account: Some(account),
            ..Self::default()
        }
    }

    /// The bytes that pass.
    ///
    /// # Errors
    ///
    /// [`BundleError::TooMany`]: something is over its limit.
    pub fn encode(&self) -> Result<Zeroizing<Vec<u8>>, BundleError> {
        self.check()?;
        let mut out = Zeroizing::new(Vec::with_capacity(self.estimate()));
        out.push(VERSION);
        if let Some(account) = &self.account {
            field(&mut out, IDENTITY, &account.identity);
            if let Some(mnemonic) = &account.mnemonic {
                field(&mut out, MNEMONIC, mnemonic.as_bytes());
            }
        }
        for contact in &self.contacts {
            let mut inner = Vec::new();
            field(&mut inner, KEY, &contact.identity.serialize());
            field(&mut inner, NAME, contact.name.as_bytes());
            field(&mut inner, BLOCKED, &[contact.blocked.into()]);
            field(&mut out, CONTACT, &inner);
        }
        for installation in &self.installations {
            let mut inner = Vec::new();
            field(&mut inner, ID, installation.id.as_bytes());
            field(&mut inner, NAME, installation.name.as_bytes());
            field(&mut inner, KIND, installation.kind.as_bytes());
            field(&mut inner, ENABLED, &[installation.enabled.into()]);
            field(&mut out, INSTALLATION, &inner);
        }
        at_most("bytes", out.len(), MAX_BUNDLE_LEN)?;
        Ok(out)
    }

    /// Reads a bundle.
    ///
    /// # Errors
    ///
    /// [`BundleError`]: the other device is of another version, or at fault.
    pub fn decode(bytes: &[u8]) -> Result<Self, BundleError> {
        at_most("bytes", bytes.len(), MAX_BUNDLE_LEN)?;
        let (version, mut rest) = bytes.split_first().ok_or(malformed("it is empty"))?;
        if *version != VERSION {
            return Err(BundleError::OtherVersion(*version));
        }
        let mut bundle = Self::default();
        let mut identity = None;
        let mut mnemonic = None;
        while let Some((kind, content)) = next_field(&mut rest)? {
            match kind {
                IDENTITY => once(&mut identity, secret_key(content)?)?,
                MNEMONIC => once(
                    &mut mnemonic,
                    Zeroizing::new(text(content, MAX_MNEMONIC_LEN)?),
                )?,
                CONTACT => {
                    at_most("contacts", bundle.contacts.len() + 1, MAX_CONTACTS)?;
                    bundle.contacts.push(Contact::decode(content)?);
                }
                INSTALLATION => {
                    let len = bundle.installations.len() + 1;
                    at_most("installations", len, MAX_INSTALLATIONS)?;
                    bundle.installations.push(Installation::decode(content)?);
                }
                _ => {}
            }
        }
        bundle.account = match (identity, mnemonic) {
            (Some(identity), mnemonic) => Some(AccountSecrets {
                identity: *identity,
                mnemonic: mnemonic.map(|mnemonic| mnemonic.to_string()),
            }),
            (None, None) => None,
            (None, Some(_)) => return Err(malformed("words without a key")),
        };
        Ok(bundle)
    }

    fn check(&self) -> Result<(), BundleError> {
        at_most("contacts", self.contacts.len(), MAX_CONTACTS)?;
        at_most("installations", self.installations.len(), MAX_INSTALLATIONS)?;
        let mnemonic = self.account.as_ref().and_then(AccountSecrets::mnemonic);
        at_most(
            "bytes of mnemonic",
            mnemonic.map_or(0, str::len),
            MAX_MNEMONIC_LEN,
        )?;
        let contacts = self.contacts.iter().map(|contact| &contact.name);
        let installations = self.installations.iter();
        let installations = installations.flat_map(|one| [&one.id, &one.name, &one.kind]);
        contacts
            .chain(installations)
            .try_for_each(|name| at_most("bytes of a name", name.len(), MAX_NAME_LEN))
    }

    /// At least the encoded length, so that the buffer with the secrets never moves.
    fn estimate(&self) -> usize {
        let people = self.contacts.iter().map(|contact| 60 + contact.name.len());
        let devices = self.installations.iter();
        let devices = devices.map(|one| 30 + one.id.len() + one.name.len() + one.kind.len());
        64 + MAX_MNEMONIC_LEN + people.chain(devices).sum::<usize>()
    }
}

impl Contact {
    fn decode(mut bytes: &[u8]) -> Result<Self, BundleError> {
        let (mut identity, mut name, mut blocked) = (None, None, None);
        while let Some((kind, content)) = next_field(&mut bytes)? {
            match kind {
                KEY => once(&mut identity, public_key(content)?)?,
                NAME => once(&mut name, text(content, MAX_NAME_LEN)?)?,
                BLOCKED => once(&mut blocked, flag(content)?)?,
                _ => {}
            }
        }
        Ok(Self {
            identity: identity.ok_or(malformed("a contact without a key"))?,
            name: name.unwrap_or_default(),
            blocked: blocked.unwrap_or_default(),
        })
    }
}

impl Installation {
    fn decode(mut bytes: &[u8]) -> Result<Self, BundleError> {
        let (mut id, mut name, mut device, mut enabled) = (None, None, None, None);
        while let Some((kind, content)) = next_field(&mut bytes)? {
            match kind {
                ID => once(&mut id, text(content, MAX_NAME_LEN)?)?,
                NAME => once(&mut name, text(content, MAX_NAME_LEN)?)?,
                KIND => once(&mut device, text(content, MAX_NAME_LEN)?)?,
                ENABLED => once(&mut enabled, flag(content)?)?,
                _ => {}
            }
        }
        Ok(Self {
            id: id.ok_or(malformed("a device without an id"))?,
            name: name.unwrap_or_default(),
            kind: device.unwrap_or_default(),
            enabled: enabled.unwrap_or_default(),
        })
    }
}

impl fmt::Debug for AccountSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountSecrets(..)")
    }
}

/// Counts only: whom a user knows is nobody's business who reads a log.
impl fmt::Debug for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bundle")
            .field("account", &self.account)
            .field("contacts", &self.contacts.len())
            .field("installations", &self.installations.len())
            .finish()
    }
}

fn at_most(what: &'static str, len: usize, max: usize) -> Result<(), BundleError> {
    if len > max {
        return Err(BundleError::TooMany { what, len, max });
    }
    Ok(())
}

fn field(out: &mut Vec<u8>, kind: u8, content: &[u8]) {
    out.put_u8(kind);
    // Everything is bounded far below 4 GiB.
    out.put_u32(u32::try_from(content.len()).unwrap_or(u32::MAX));
    out.put_slice(content);
}

fn next_field<'a>(bytes: &mut &'a [u8]) -> Result<Option<(u8, &'a [u8])>, BundleError> {
    let Some((kind, rest)) = bytes.split_first() else {
        return Ok(None);
    };
    let short = malformed("a field is cut short");
    let (len, rest) = rest.split_first_chunk().ok_or(short)?;
    let len = usize::try_from(u32::from_be_bytes(*len)).map_err(|_| short)?;
    let (content, rest) = rest.split_at_checked(len).ok_or(short)?;
    *bytes = rest;
    Ok(Some((*kind, content)))
}

fn once<T>(place: &mut Option<T>, value: T) -> Result<(), BundleError> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(malformed("a field stands there twice")),
    }
}

fn secret_key(bytes: &[u8]) -> Result<Zeroizing<[u8; 32]>, BundleError> {
    let none = malformed("a secret key is none");
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| none)?;
    let bytes = Zeroizing::new(bytes);
    let mut key = SecretKey::from_byte_array(*bytes).map_err(|_| none)?;
    key.non_secure_erase();
    Ok(bytes)
}

fn public_key(bytes: &[u8]) -> Result<PublicKey, BundleError> {
    let none = malformed("a public key is none");
    let bytes = bytes.try_into().map_err(|_| none)?;
    PublicKey::from_byte_array_compressed(bytes).map_err(|_| none)
}

fn text(bytes: &[u8], max: usize) -> Result<String, BundleError> {
    at_most("bytes of text", bytes.len(), max)?;
    let text = str::from_utf8(bytes).map_err(|_| malformed("a text is not UTF-8"))?;
    Ok(text.to_owned())
}

fn flag(bytes: &[u8]) -> Result<bool, BundleError> {
    match bytes {
        [0] => Ok(false),
        [1] => Ok(true),
        _ => Err(malformed("a flag is neither 0 nor 1")),
    }
}

fn malformed(what: &'static str) -> BundleError {
    BundleError::Malformed { what }
}

#[cfg(test)]
mod tests;
