//! Sealing and opening handshake packets, in both forms.

use super::HandshakeError;
use bytes::{Bytes, BytesMut};
use rand_core::CryptoRng;
use secp256k1::{PublicKey, SecretKey};
use zeroize::Zeroizing;

/// Largest EIP-8 packet that is accepted, in bytes after the size prefix. go-ethereum would wait
/// for up to 65,535; what it and every known implementation send is below 700, and a packet this
/// large has room for 1,000 bytes of items that are not invented yet.
pub const MAX_PACKET_SIZE: usize = 2048;

/// The form of a handshake packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Two bytes of size, then an RLP list with padding of random length.
    Eip8,
    /// The older form of fixed length.
    PreEip8,
}

/// Which packet: they differ in length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Auth,
    Ack,
}

impl Kind {
    /// The older form's length in bytes, which is also the smallest EIP-8 size.
    const fn pre_eip8_len(self) -> usize {
        match self {
            Self::Auth => 307,
            Self::Ack => 210,
        }
    }
}

/// A packet taken off the stream.
pub(super) struct Opened {
    pub(super) form: Form,
    /// All bytes of the packet, size prefix included: they go into the MACs.
    pub(super) packet: Bytes,
    pub(super) plaintext: Zeroizing<Vec<u8>>,
}

/// Reads one packet from a stream.
pub(super) struct Reader {
    kind: Kind,
    pre_eip8_excluded: bool,
}

impl Reader {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            pre_eip8_excluded: false,
        }
    }

    /// Takes the packet off `input` and opens it, or gives nothing if more bytes are needed.
    ///
    /// The older form is tried first, as deployed, but only if the first byte allows it: there it
    /// is the `04` of an uncompressed key, so garbage costs no curve operation, and an EIP-8
    /// packet only in the rare case that its size begins with 04.
    pub(super) fn read(
        &mut self,
        secret: &SecretKey,
        input: &mut BytesMut,
    ) -> Result<Option<Opened>, HandshakeError> {
        let min = self.kind.pre_eip8_len();
        if !self.pre_eip8_excluded {
            match input.first() {
                None => return Ok(None),
                Some(4) => {
                    let Some(packet) = input.get(..min) else {
                        return Ok(None);
                    };
                    if let Ok(plaintext) = status_ecies::decrypt(secret, packet, &[]) {
                        let packet = input.split_to(min).freeze();
                        let plaintext = Zeroizing::new(plaintext);
                        return Ok(Some(Opened {
                            form: Form::PreEip8,
                            packet,
                            plaintext,
                        }));
                    }
                }
                Some(_) => {}
            }
            self.pre_eip8_excluded = true;
        }
        let Some((prefix, rest)) = input.split_first_chunk::<2>() else {
            return Ok(None);
        };
        let size = usize::from(u16::from_be_bytes(*prefix));
        if size < min {
            return Err(HandshakeError::TooSmall { size, min });
        }
        if size > MAX_PACKET_SIZE {
            return Err(HandshakeError::TooLarge {
                size,
                max: MAX_PACKET_SIZE,
            });
        }
        // What follows is an uncompressed key: no need to wait for all of it to see that it is not.
        if rest.first().is_some_and(|byte| *byte != 4) {
            return Err(status_ecies::Error::EphemeralKey.into());
        }
        let Some(sealed) = rest.get(..size) else {
            return Ok(None);
        };
        let plaintext = Zeroizing::new(status_ecies::decrypt(secret, sealed, prefix)?);
        let packet = input.split_to(prefix.len() + size).freeze();
        Ok(Some(Opened {
            form: Form::Eip8,
            packet,
            plaintext,
        }))
    }
}

/// Seals an EIP-8 body: 100 to 299 zero bytes of padding, as deployed.
pub(super) fn seal_eip8(rng: &mut impl CryptoRng, remote: &PublicKey, mut body: Vec<u8>) -> Bytes {
    let padding = 100 + usize::from(rng.next_u32() as u16) % 200;
    body.resize(body.len() + padding, 0);
    let body = Zeroizing::new(body);
    let size = body.len() + status_ecies::OVERHEAD;
    let prefix = (size as u16).to_be_bytes();
    let sealed = status_ecies::encrypt(rng, remote, &body, &prefix);
    [&prefix[..], &sealed].concat().into()
}

/// Seals a body of the older form.
pub(super) fn seal_pre_eip8(rng: &mut impl CryptoRng, remote: &PublicKey, body: Vec<u8>) -> Bytes {
    let body = Zeroizing::new(body);
    status_ecies::encrypt(rng, remote, &body, &[]).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NodeKey;

    #[test]
    fn padding_is_of_the_deployed_lengths() {
        let key = NodeKey::random(&mut rand::rng());
        let mut lengths = std::collections::BTreeSet::new();
        for _ in 0..200 {
            let packet = seal_eip8(&mut rand::rng(), key.public_key(), vec![1; 10]);
            let mut reader = Reader::new(Kind::Ack);
            let opened = reader.read(key.secret_key(), &mut packet[..].into());
            let plaintext = opened.unwrap().unwrap().plaintext;
            assert!(plaintext[10..].iter().all(|byte| *byte == 0));
            lengths.insert(plaintext.len() - 10);
        }
        assert!(
            lengths.iter().all(|len| (100..300).contains(len)),
            "{lengths:?}"
        );
        assert!(lengths.len() > 50, "the length is drawn anew each time");
    }
}
