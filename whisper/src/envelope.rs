//! The envelope: what Whisper nodes pass on without being able to read it.

use crate::bloom::Bloom;
use crate::hash::Hash;
use crate::pow::{Search, Work};
use crate::rlp::{DecodeError, Reader};
use crate::topic::Topic;
use alloy_rlp::{Encodable, Header};
use bytes::Bytes;
use std::fmt;

/// Bytes by which [`Envelope::size`] exceeds the data: four each for expiry, TTL and topic, eight
/// for the nonce, whatever the RLP needs.
pub const ENVELOPE_HEADER_LEN: usize = 20;

/// A sealed envelope (EIP-627: `[expiry, ttl, topic, data, nonce]`).
///
/// A decoded envelope keeps the bytes it was decoded from, which are what is hashed, stored and
/// passed on. They may be a slice of the packet they came in; [`Envelope::detached`] copies them
/// out, for whoever keeps an envelope longer than the packet. Cloning copies no bytes.
#[derive(Clone)]
pub struct Envelope {
    rlp: Bytes,
    hash: Hash,
    nonce: u64,
    expiry: u32,
    ttl: u32,
    topic: Topic,
    /// Where the first item starts in `rlp`, and where the data does. RLP is canonical, so the
    /// length of the data follows from the length of the nonce.
    items_start: u8,
    data_start: u8,
}

impl Envelope {
    /// Encodes an envelope. A sealed one comes from [`seal`](crate::Unsealed::seal);
    /// this is for those who have the fields from elsewhere.
    pub fn new(expiry: u32, ttl: u32, topic: Topic, data: &[u8], nonce: u64) -> Self {
        let payload_length = expiry.length() + ttl.length() + 5 + data.length() + nonce.length();
        let header = Header {
            list: true,
            payload_length,
        };
        let mut rlp = Vec::with_capacity(header.length_with_payload());
        header.encode(&mut rlp);
        let items_start = rlp.len();
        encode_head(&mut rlp, expiry, ttl, topic);
        data.encode(&mut rlp);
        let data_start = rlp.len() - data.len();
        nonce.encode(&mut rlp);
        Self {
            hash: Hash::of(&rlp),
            rlp: rlp.into(),
            nonce,
            expiry,
            ttl,
            topic,
            items_start: items_start as u8,
            data_start: data_start as u8,
        }
    }

    /// Decodes an envelope of which `rlp` is the whole encoding.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] for everything that go-ethereum refuses too: other than five items, a topic
    /// of other than four bytes, numbers too large or with leading zeros, non-canonical lengths,
    /// bytes behind the list.
    pub fn decode(rlp: Bytes) -> Result<Self, DecodeError> {
        let mut items = Reader::of_list(&rlp, "envelope")?;
        let offset = |reader: &Reader<'_>| rlp.len() - reader.rest().len();
        let items_start = offset(&items);
        let expiry = items.value("expiry")?;
        let ttl = items.value("ttl")?;
        let topic = Topic(items.array("topic")?);
        let data = items.string("data")?;
        let data_start = offset(&items) - data.len();
        let nonce = items.value("nonce")?;
        items.end("envelope")?;
        Ok(Self {
            hash: Hash::of(&rlp),
            nonce,
            expiry,
            ttl,
            topic,
            // At most 9 bytes of list header, 15 of the first three items, 9 of string header.
            items_start: items_start as u8,
            data_start: data_start as u8,
            rlp,
        })
    }

    /// The same envelope in an allocation of its own that holds nothing else.
    pub fn detached(&self) -> Self {
        Self {
            rlp: Bytes::copy_from_slice(&self.rlp),
            ..self.clone()
        }
    }

    /// The encoding: the very bytes that were decoded.
    pub fn rlp(&self) -> &Bytes {
        &self.rlp
    }

    /// The Keccak-256 of the encoding, nonce included: the envelope's identity.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// When the envelope stops being valid: Unix time in seconds, inclusive.
    pub fn expiry(&self) -> u32 {
        self.expiry
    }

    /// How long the envelope lives, in seconds.
    pub fn ttl(&self) -> u32 {
        self.ttl
    }

    /// When the envelope was made, by its own account: expiry less TTL, Unix time in seconds. Wraps
    /// around as deployed when the TTL is the larger (status-go v0.50.0).
    pub fn sent(&self) -> u32 {
        self.expiry.wrapping_sub(self.ttl)
    }

    /// The topic.
    pub fn topic(&self) -> Topic {
        self.topic
    }

    /// The encrypted message.
    pub fn data(&self) -> &[u8] {
        self.rlp
            .get(usize::from(self.data_start)..self.data_end())
            .unwrap_or_default()
    }

    /// The number whose choice is the proof of work.
    pub fn nonce(&self) -> u64 {
        self.nonce
    }

    /// The size that limits apply to, in bytes: the data and [`ENVELOPE_HEADER_LEN`].
    pub fn size(&self) -> usize {
        ENVELOPE_HEADER_LEN + self.data().len()
    }

    /// The bloom filter of the topic.
    pub fn bloom(&self) -> Bloom {
        self.topic.into()
    }

    /// The hash whose leading zero bits are the work: Keccak-256 of the RLP list of the first four
    /// items, followed by the nonce as eight bytes, big-endian. Computed at each call.
    pub fn pow_hash(&self) -> Hash {
        let (header, items) = self.without_nonce();
        Hash::of_parts(&[header.as_slice(), items, &self.nonce.to_be_bytes()])
    }

    /// The proof of work: 2 to the leading zero bits of [`Envelope::pow_hash`], divided by the
    /// length in bytes of the RLP list of the first four items and by the TTL in seconds.
    /// Infinite for a TTL of 0. Computed at each call, one Keccak over the envelope.
    pub fn pow(&self) -> f64 {
        self.pow_with_ttl(self.ttl)
    }

    /// The proof of work as a node counts it that receives the envelope at `now` (Unix time in
    /// seconds): if the envelope was made in the future by up to
    /// [`SYNC_ALLOWANCE`](crate::SYNC_ALLOWANCE) seconds, its TTL is taken as longer by the
    /// difference and one second.
    pub fn pow_at(&self, now: u32) -> f64 {
        let ahead = self.sent().saturating_sub(now);
        if (1..=crate::SYNC_ALLOWANCE).contains(&ahead) {
            self.pow_with_ttl(self.ttl.wrapping_add(ahead + 1))
        } else {
            self.pow()
        }
    }

    fn pow_with_ttl(&self, ttl: u32) -> f64 {
        let (header, items) = self.without_nonce();
        let len = header.as_slice().len() + items.len();
        let zeros = self.pow_hash().leading_zeros();
        // In this order, as rounding depends on it.
        f64::from(zeros).exp2() / len as f64 / f64::from(ttl)
    }

    /// A search for another nonce of the same envelope; none if no work is wanted.
    pub fn search(&self, work: Work) -> Option<Search> {
        let (header, items) = self.without_nonce();
        let without_nonce = [header.as_slice(), items].concat();
        Search::new(&without_nonce, self.size(), self.ttl, work)
    }

    /// The list header and the items of the encoding without nonce. The items are those of `rlp`,
    /// since both encodings are canonical; only the header differs.
    fn without_nonce(&self) -> (ListHeader, &[u8]) {
        let items = self
            .rlp
            .get(usize::from(self.items_start)..self.data_end())
            .unwrap_or_default();
        (ListHeader::new(items.len()), items)
    }

    fn data_end(&self) -> usize {
        self.rlp.len() - self.nonce.length()
    }
}

impl PartialEq for Envelope {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash
    }
}

impl Eq for Envelope {}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("hash", &self.hash)
            .field("expiry", &self.expiry)
            .field("ttl", &self.ttl)
            .field("topic", &self.topic)
            .field("data_len", &self.data().len())
            .field("nonce", &self.nonce)
            .finish()
    }
}

/// Appends expiry, TTL and topic.
fn encode_head(out: &mut Vec<u8>, expiry: u32, ttl: u32, topic: Topic) {
    expiry.encode(out);
    ttl.encode(out);
    topic.0.as_slice().encode(out);
}

/// What proof of work is done over, without the nonce: the RLP list of the first four items.
pub(crate) fn encode_without_nonce(expiry: u32, ttl: u32, topic: Topic, data: &[u8]) -> Vec<u8> {
    let header = Header {
        list: true,
        payload_length: expiry.length() + ttl.length() + 5 + data.length(),
    };
    let mut rlp = Vec::with_capacity(header.length_with_payload());
    header.encode(&mut rlp);
    encode_head(&mut rlp, expiry, ttl, topic);
    data.encode(&mut rlp);
    rlp
}

/// The header of an RLP list, on the stack.
struct ListHeader {
    bytes: [u8; 9],
    len: usize,
}

impl ListHeader {
    fn new(payload_length: usize) -> Self {
        let mut bytes = [0; 9];
        let mut free: &mut [u8] = &mut bytes;
        Header {
            list: true,
            payload_length,
        }
        .encode(&mut free);
        let len = 9 - free.len();
        Self { bytes, len }
    }

    fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn work_is_zero_bits_by_length_and_ttl() {
        let (topic, data) = (Topic([1, 2, 3, 4]), [9; 50]);
        let envelope = Envelope::new(1_592_759_082, 15, topic, &data, 77);
        let len = encode_without_nonce(1_592_759_082, 15, topic, &data).len();
        let zeros = envelope.pow_hash().leading_zeros();
        assert_eq!(envelope.pow(), f64::from(1u32 << zeros) / len as f64 / 15.0);
        assert_eq!(envelope.size(), 70);
    }

    #[test]
    fn a_ttl_of_zero_is_infinite_work() {
        let envelope = Envelope::new(100, 0, Topic::default(), b"x", 0);
        assert_eq!(envelope.pow(), f64::INFINITY);
        assert!(envelope.pow_at(95).is_finite());
    }

    #[test]
    fn sent_wraps() {
        assert_eq!(
            Envelope::new(5, 6, Topic::default(), b"", 0).sent(),
            u32::MAX
        );
    }

    proptest! {
        #[test]
        fn decode_gives_back_what_was_encoded(
            expiry: u32, ttl: u32, topic: [u8; 4], nonce in prop_oneof![any::<u64>(), 0..300u64],
            data in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..3),
                proptest::collection::vec(any::<u8>(), 0..300),
            ],
        ) {
            let envelope = Envelope::new(expiry, ttl, Topic(topic), &data, nonce);
            let decoded = Envelope::decode(envelope.rlp().clone()).unwrap();
            prop_assert_eq!(decoded.rlp(), envelope.rlp());
            prop_assert_eq!(decoded.data(), &data[..]);
            prop_assert_eq!(envelope.data(), &data[..]);
            prop_assert_eq!(
                (decoded.expiry(), decoded.ttl(), decoded.topic().0, decoded.nonce()),
                (expiry, ttl, topic, nonce)
            );
            prop_assert_eq!(decoded.hash(), Hash::of(envelope.rlp()));
            let mut hashed = encode_without_nonce(expiry, ttl, Topic(topic), &data);
            hashed.extend_from_slice(&nonce.to_be_bytes());
            prop_assert_eq!(decoded.pow_hash(), Hash::of(&hashed));
            prop_assert_eq!(decoded.detached(), envelope);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
            if let Ok(envelope) = Envelope::decode(bytes.into()) {
                let _ = (envelope.pow(), envelope.data().len());
            }
        }
    }
}
