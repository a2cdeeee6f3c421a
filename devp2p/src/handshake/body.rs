//! What the two packets say, once decrypted.

use super::{Form, HandshakeError};
use crate::NodeId;
use alloy_rlp::{Decodable, Encodable, Header};

/// The version that both packets carry, as deployed. Nobody compares it.
const VERSION: u64 = 4;

/// The initiator's packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Auth {
    /// R, S and recovery id, by the ephemeral key, of static shared secret xor nonce.
    pub signature: [u8; 65],
    /// The initiator's static key.
    pub public_key: NodeId,
    /// The initiator's nonce.
    pub nonce: [u8; 32],
    /// The handshake's version; the older form has none and counts as 4.
    pub version: u64,
}

/// The recipient's packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack {
    /// The recipient's ephemeral key.
    pub ephemeral_key: NodeId,
    /// The recipient's nonce.
    pub nonce: [u8; 32],
    /// The handshake's version; the older form has none and counts as 4.
    pub version: u64,
}

impl Auth {
    /// A packet of the version that is sent.
    pub(super) fn new(signature: [u8; 65], public_key: NodeId, nonce: [u8; 32]) -> Self {
        Self {
            signature,
            public_key,
            nonce,
            version: VERSION,
        }
    }

    /// Reads a decrypted packet. Further items and the padding behind the list are ignored (EIP-8).
    ///
    /// # Errors
    ///
    /// [`HandshakeError::Malformed`].
    pub fn decode(form: Form, plaintext: &[u8]) -> Result<Self, HandshakeError> {
        let mut rest = plaintext;
        match form {
            Form::Eip8 => {
                let mut items = Header::decode_bytes(&mut rest, true)?;
                Ok(Self {
                    signature: Decodable::decode(&mut items)?,
                    public_key: NodeId(Decodable::decode(&mut items)?),
                    nonce: Decodable::decode(&mut items)?,
                    version: Decodable::decode(&mut items)?,
                })
            }
            Form::PreEip8 => {
                let signature = take(&mut rest)?;
                let _ephemeral_key_hash: [u8; 32] = take(&mut rest)?;
                let public_key = NodeId(take(&mut rest)?);
                Ok(Self {
                    signature,
                    public_key,
                    nonce: take(&mut rest)?,
                    version: VERSION,
                })
            }
        }
    }

    /// The list that EIP-8 puts into the packet, without padding.
    pub fn encode_eip8(&self) -> Vec<u8> {
        list(&[
            &self.signature,
            &self.public_key.0,
            &self.nonce,
            &self.version,
        ])
    }

    /// The 194 bytes of the older form. `ephemeral_key_hash` is Keccak-256 of the ephemeral
    /// public key, which no recipient checks.
    pub fn encode_pre_eip8(&self, ephemeral_key_hash: &[u8; 32]) -> Vec<u8> {
        let id = &self.public_key.0[..];
        [
            &self.signature[..],
            ephemeral_key_hash,
            id,
            &self.nonce,
            &[0],
        ]
        .concat()
    }
}

impl Ack {
    /// A packet of the version that is sent.
    pub(super) fn new(ephemeral_key: NodeId, nonce: [u8; 32]) -> Self {
        Self {
            ephemeral_key,
            nonce,
            version: VERSION,
        }
    }

    /// Reads a decrypted packet. Further items and the padding behind the list are ignored (EIP-8).
    ///
    /// # Errors
    ///
    /// [`HandshakeError::Malformed`].
    pub fn decode(form: Form, plaintext: &[u8]) -> Result<Self, HandshakeError> {
        let mut rest = plaintext;
        match form {
            Form::Eip8 => {
                let mut items = Header::decode_bytes(&mut rest, true)?;
                Ok(Self {
                    ephemeral_key: NodeId(Decodable::decode(&mut items)?),
                    nonce: Decodable::decode(&mut items)?,
                    version: Decodable::decode(&mut items)?,
                })
            }
            Form::PreEip8 => {
                let ephemeral_key = NodeId(take(&mut rest)?);
                Ok(Self {
                    ephemeral_key,
                    nonce: take(&mut rest)?,
                    version: VERSION,
                })
            }
        }
    }

    /// The list that EIP-8 puts into the packet, without padding.
    pub fn encode_eip8(&self) -> Vec<u8> {
        list(&[&self.ephemeral_key.0, &self.nonce, &self.version])
    }

    /// The 97 bytes of the older form.
    pub fn encode_pre_eip8(&self) -> Vec<u8> {
        [&self.ephemeral_key.0[..], &self.nonce, &[0]].concat()
    }
}

fn list(items: &[&dyn Encodable]) -> Vec<u8> {
    let payload_length = items.iter().map(|item| item.length()).sum();
    let mut out = Vec::new();
    Header {
        list: true,
        payload_length,
    }
    .encode(&mut out);
    items.iter().for_each(|item| item.encode(&mut out));
    out
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], alloy_rlp::Error> {
    let (taken, left) = rest
        .split_first_chunk()
        .ok_or(alloy_rlp::Error::InputTooShort)?;
    *rest = left;
    Ok(*taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_eip_8_adds_is_ignored() {
        let auth = Auth {
            version: 56,
            ..Auth::new([1; 65], NodeId([2; 64]), [3; 32])
        };
        let further: &[u8] = &[9; 70];
        let items: [&dyn Encodable; 5] = [
            &auth.signature,
            &auth.public_key.0,
            &auth.nonce,
            &auth.version,
            &further,
        ];
        let bytes = [list(&items), vec![0xff; 40]].concat();
        assert_eq!(Auth::decode(Form::Eip8, &bytes), Ok(auth));
        let ack = Ack {
            version: 56,
            ..Ack::new(NodeId([2; 64]), [3; 32])
        };
        let items: [&dyn Encodable; 4] = [&ack.ephemeral_key.0, &ack.nonce, &ack.version, &further];
        let bytes = [list(&items), vec![0; 40]].concat();
        assert_eq!(Ack::decode(Form::Eip8, &bytes), Ok(ack));
    }

    #[test]
    fn truncated_bodies_are_refused() {
        let auth = Auth::new([1; 65], NodeId([2; 64]), [3; 32]);
        let ack = Ack::new(NodeId([2; 64]), [3; 32]);
        for len in 0..97 {
            let eip8 = auth.encode_eip8();
            assert!(Auth::decode(Form::Eip8, &eip8[..len]).is_err());
            assert!(Auth::decode(Form::PreEip8, &auth.encode_pre_eip8(&[4; 32])[..len]).is_err());
            assert!(Ack::decode(Form::Eip8, &ack.encode_eip8()[..len]).is_err());
        }
        assert!(Ack::decode(Form::PreEip8, &ack.encode_pre_eip8()[..95]).is_err());
    }
}
