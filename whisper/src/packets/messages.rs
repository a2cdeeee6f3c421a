//! Packets of envelopes: gossip (1) and past the gossip (127).

use crate::envelope::Envelope;
use crate::hash::Hash;
use crate::rlp::{Reader, Result};
use alloy_rlp::Header;
use bytes::Bytes;

/// A list of envelopes, none included (code 1). What holds the envelopes stays in memory as long
/// as one of them does, see [`Envelope::detached`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Messages {
    /// The envelopes, in the sender's order.
    pub envelopes: Vec<Envelope>,
}

impl Messages {
    /// Encodes the packet.
    pub fn encode(&self) -> Bytes {
        Self::encode_rlps(self.envelopes.iter().map(Envelope::rlp))
    }

    /// Encodes a packet of envelopes that are encoded already.
    pub fn encode_rlps<'a>(envelopes: impl Iterator<Item = &'a Bytes> + Clone) -> Bytes {
        let header = Header {
            list: true,
            payload_length: envelopes.clone().map(Bytes::len).sum(),
        };
        let mut payload = Vec::with_capacity(header.length_with_payload());
        header.encode(&mut payload);
        envelopes.for_each(|rlp| payload.extend_from_slice(rlp));
        payload.into()
    }

    /// Decodes the packet.
    ///
    /// # Errors
    ///
    /// [`DecodeError`](crate::DecodeError) unless it is a list of envelopes and nothing else.
    pub fn decode(payload: &Bytes) -> Result<Self> {
        let items = Reader::of_list(payload, "messages")?;
        let envelopes = envelopes(payload, items)?;
        Ok(Self { envelopes })
    }

    /// The hash by which a confirmation names a packet of envelopes.
    pub fn batch_hash(payload: &[u8]) -> Hash {
        Hash::of(payload)
    }
}

/// Envelopes that a trusted peer, normally a mailserver, hands over directly (code 127). They may
/// be expired and without work, and are not passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum P2pMessages {
    /// One bare envelope, the form of EIP-627.
    Single(Envelope),
    /// A list of envelopes.
    List(Vec<Envelope>),
}

impl P2pMessages {
    /// Encodes the packet, in the form it has.
    pub fn encode(&self) -> Bytes {
        match self {
            Self::Single(envelope) => envelope.rlp().clone(),
            Self::List(envelopes) => Messages::encode_rlps(envelopes.iter().map(Envelope::rlp)),
        }
    }

    /// Decodes either form, trying the list first.
    ///
    /// # Errors
    ///
    /// [`DecodeError`](crate::DecodeError) if it is neither.
    pub fn decode(payload: &Bytes) -> Result<Self> {
        let list = Reader::new(payload)
            .list("p2p messages")
            .and_then(|items| envelopes(payload, items));
        if let Ok(list) = list {
            return Ok(Self::List(list));
        }
        envelope(payload, &mut Reader::new(payload)).map(Self::Single)
    }

    /// The envelopes in either form.
    pub fn envelopes(&self) -> &[Envelope] {
        match self {
            Self::Single(envelope) => std::slice::from_ref(envelope),
            Self::List(envelopes) => envelopes,
        }
    }
}

/// Reads all that is left in `items`, which lies within `payload`.
pub(super) fn envelopes(payload: &Bytes, mut items: Reader<'_>) -> Result<Vec<Envelope>> {
    let mut envelopes = Vec::new();
    while !items.is_empty() {
        envelopes.push(envelope(payload, &mut items)?);
    }
    Ok(envelopes)
}

/// Reads the next of `items`, which lie within `payload`.
pub(super) fn envelope(payload: &Bytes, items: &mut Reader<'_>) -> Result<Envelope> {
    Envelope::decode(payload.slice_ref(items.raw("envelope")?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topic::Topic;

    fn some(count: u64) -> Vec<Envelope> {
        (0..count)
            .map(|nonce| Envelope::new(1000, 10, Topic([1, 2, 3, 4]), &[5; 40], nonce))
            .collect()
    }

    #[test]
    fn envelopes_keep_their_bytes_and_order() {
        let messages = Messages { envelopes: some(3) };
        let payload = messages.encode();
        let decoded = Messages::decode(&payload).unwrap();
        assert_eq!(decoded, messages);
        assert_eq!(decoded.encode(), payload);
    }

    #[test]
    fn a_batch_is_strict_about_its_end() {
        let mut payload = Messages { envelopes: some(1) }.encode().to_vec();
        payload.push(0x80);
        assert!(Messages::decode(&payload.into()).is_err());
        assert!(Messages::decode(some(1)[0].rlp()).is_err());
    }

    #[test]
    fn both_forms_of_a_direct_message() {
        for packet in [
            P2pMessages::Single(some(1)[0].clone()),
            P2pMessages::List(some(1)),
            P2pMessages::List(vec![]),
        ] {
            assert_eq!(P2pMessages::decode(&packet.encode()), Ok(packet));
        }
    }
}
