//! Asking a mailserver for what was sent before (126) and its last word on it (125).
//!
//! The answer's envelopes come in between as [`P2pMessages`](super::P2pMessages). Carrying out a
//! request is not this crate's business; these are the formats.

use super::messages::envelope;
use crate::envelope::Envelope;
use crate::hash::Hash;
use crate::rlp::{DecodeError, Reader, Result, encode_list};
use crate::topic::Topic;
use alloy_rlp::Encodable;
use bytes::Bytes;

/// Where a mailserver's answer stopped: four bytes of Unix time, big-endian, and the hash of an
/// envelope.
pub type Cursor = [u8; CURSOR_LEN];

const CURSOR_LEN: usize = 36;
const HASH_LEN: usize = 32;

/// The most envelopes a request may ask for, inclusive.
pub(super) const MAX_LIMIT: u32 = 1000;

/// What begins the last word on a request that failed.
const FAILED: &[u8] = b"ERROR=";

/// Why a mailserver would not carry out a request that is well-formed. The client is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRequest {
    /// The id is not a hash.
    #[error("the request's id has {len} bytes instead of 32")]
    Id {
        /// Its length in bytes.
        len: usize,
    },
    /// The range ends before it starts.
    #[error("the range asked for, from {lower} to {upper}, ends before it starts")]
    Range {
        /// Its start, Unix time in seconds.
        lower: u32,
        /// Its end, Unix time in seconds.
        upper: u32,
    },
    /// More envelopes at once than a mailserver gives.
    #[error("the request wants {limit} envelopes, at most {MAX_LIMIT} are given")]
    Limit {
        /// The limit asked for.
        limit: u32,
    },
    /// No number of envelopes where there must be one.
    #[error("the request wants 0 envelopes")]
    NoLimit,
    /// No topics.
    #[error("the request's bloom filter is empty")]
    Bloom,
}

impl InvalidRequest {
    pub(super) fn check_range(lower: u32, upper: u32) -> std::result::Result<(), Self> {
        if lower > upper {
            return Err(Self::Range { lower, upper });
        }
        Ok(())
    }
}

/// Asks for history (code 126), in one of two forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum P2pRequest {
    /// An envelope for the mailserver, whose payload is a [`MailserverRequest`]. It needs the work
    /// that the mailserver demands.
    Sealed(Envelope),
    /// In the clear.
    Plain(MessagesRequest),
}

impl P2pRequest {
    /// Encodes the packet.
    pub fn encode(&self) -> Bytes {
        match self {
            Self::Sealed(envelope) => envelope.rlp().clone(),
            Self::Plain(request) => request.encode(),
        }
    }

    /// Decodes either form, trying the envelope first.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if it is neither.
    pub fn decode(payload: &Bytes) -> Result<Self> {
        if let Ok(envelope) = envelope(payload, &mut Reader::new(payload)) {
            return Ok(Self::Sealed(envelope));
        }
        MessagesRequest::decode(payload).map(Self::Plain)
    }
}

/// A request in the clear: `[id, from, to, limit, cursor, bloom]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MessagesRequest {
    /// By which the answer names the request; 32 bytes.
    pub id: Bytes,
    /// Start of the range, Unix time in seconds, inclusive.
    pub from: u32,
    /// End of the range, Unix time in seconds, inclusive.
    pub to: u32,
    /// How many envelopes at most, up to 1000; 0 leaves it to the mailserver.
    pub limit: u32,
    /// Where an earlier request stopped, or empty.
    pub cursor: Bytes,
    /// Which topics.
    pub bloom: Bytes,
}

impl MessagesRequest {
    /// Encodes the packet.
    pub fn encode(&self) -> Bytes {
        encode_list(|out| {
            self.id.encode(out);
            self.from.encode(out);
            self.to.encode(out);
            self.limit.encode(out);
            self.cursor.encode(out);
            self.bloom.encode(out);
        })
        .into()
    }

    /// Decodes the packet.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] unless it is a list of these six.
    pub fn decode(payload: &Bytes) -> Result<Self> {
        let mut items = Reader::new(payload).list("messages request")?;
        let request = Self {
            id: payload.slice_ref(items.string("request id")?),
            from: items.value("from")?,
            to: items.value("to")?,
            limit: items.value("limit")?,
            cursor: payload.slice_ref(items.string("cursor")?),
            bloom: payload.slice_ref(items.string("bloom filter")?),
        };
        items.end("messages request")?;
        Ok(request)
    }

    /// Whether a mailserver would carry it out.
    ///
    /// # Errors
    ///
    /// The first thing wrong, in the order deployed.
    pub fn validate(&self) -> std::result::Result<(), InvalidRequest> {
        let len = self.id.len();
        if len != HASH_LEN {
            return Err(InvalidRequest::Id { len });
        }
        InvalidRequest::check_range(self.from, self.to)?;
        if self.limit > MAX_LIMIT {
            return Err(InvalidRequest::Limit { limit: self.limit });
        }
        if self.bloom.is_empty() {
            return Err(InvalidRequest::Bloom);
        }
        Ok(())
    }
}

/// What is inside the envelope of a sealed request:
/// `[lower, upper, bloom, topics, limit, cursor, batch]`, all seven.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MailserverRequest {
    /// Start of the range, Unix time in seconds, inclusive.
    pub lower: u32,
    /// End of the range, Unix time in seconds, inclusive; 0 is now.
    pub upper: u32,
    /// Which topics.
    pub bloom: Bytes,
    /// Which topics, exactly; used instead of the filter if there are any. A topic has four bytes,
    /// which as deployed nobody checks.
    pub topics: Vec<Bytes>,
    /// How many envelopes at most, up to 1000; 0 leaves it to the mailserver.
    pub limit: u32,
    /// Where an earlier request stopped, or empty.
    pub cursor: Bytes,
    /// Whether the answer may put several envelopes into one packet.
    pub batch: bool,
}

impl MailserverRequest {
    /// Encodes the plaintext of the envelope.
    pub fn encode(&self) -> Bytes {
        encode_list(|out| {
            self.lower.encode(out);
            self.upper.encode(out);
            self.bloom.encode(out);
            out.extend_from_slice(&encode_list(|out| {
                self.topics.iter().for_each(|topic| topic.encode(out));
            }));
            self.limit.encode(out);
            self.cursor.encode(out);
            self.batch.encode(out);
        })
        .into()
    }

    /// Decodes the plaintext of the envelope.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] unless it is a list of these seven and nothing else.
    pub fn decode(payload: &Bytes) -> Result<Self> {
        let mut items = Reader::of_list(payload, "mailserver request")?;
        let request = Self {
            lower: items.value("lower bound")?,
            upper: items.value("upper bound")?,
            bloom: payload.slice_ref(items.string("bloom filter")?),
            topics: {
                let mut list = items.list("topics")?;
                let mut topics = Vec::new();
                while !list.is_empty() {
                    topics.push(payload.slice_ref(list.string("topic")?));
                }
                topics
            },
            limit: items.value("limit")?,
            cursor: payload.slice_ref(items.string("cursor")?),
            batch: items.value("batch")?,
        };
        items.end("mailserver request")?;
        Ok(request)
    }

    /// Sets the exact topics.
    pub fn set_topics(&mut self, topics: impl IntoIterator<Item = Topic>) {
        let bytes = |Topic(topic)| Bytes::copy_from_slice(&topic);
        self.topics = topics.into_iter().map(bytes).collect();
    }

    /// Whether a mailserver would carry it out. An upper bound of 0 must have been replaced by the
    /// present unless the lower bound is 0 too.
    ///
    /// # Errors
    ///
    /// The first thing wrong, in the order deployed.
    pub fn validate(&self) -> std::result::Result<(), InvalidRequest> {
        InvalidRequest::check_range(self.lower, self.upper)?;
        if self.bloom.is_empty() {
            return Err(InvalidRequest::Bloom);
        }
        if self.limit > MAX_LIMIT {
            return Err(InvalidRequest::Limit { limit: self.limit });
        }
        Ok(())
    }
}

/// A mailserver's last word on a request: one RLP string of concatenated fields (code 125).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestComplete {
    /// All that was asked for was sent, or as much as the limit allows.
    Done {
        /// The id of the request: the hash of its envelope, or what the plain form carried.
        request: Hash,
        /// The last envelope that was sent; zero if none was.
        last_envelope: Hash,
        /// Where to go on, if there is more.
        cursor: Option<Cursor>,
    },
    /// The request failed.
    Failed {
        /// The id of the request.
        request: Hash,
        /// Why, for people.
        error: String,
    },
}

impl RequestComplete {
    /// Encodes the packet.
    pub fn encode(&self) -> Bytes {
        let mut inner = Vec::with_capacity(2 * HASH_LEN + CURSOR_LEN);
        match self {
            Self::Done {
                request,
                last_envelope,
                cursor,
            } => {
                inner.extend_from_slice(&request.0);
                // An id that begins like a failure, as one in 2^48 does, is only told from one as
                // long as nothing follows it; zeros may be left out.
                if *last_envelope != Hash::default() || !request.0.starts_with(FAILED) {
                    inner.extend_from_slice(&last_envelope.0);
                }
                inner.extend_from_slice(cursor.as_ref().map_or(&[], |cursor| cursor.as_slice()));
            }
            Self::Failed { request, error } => {
                inner.extend_from_slice(FAILED);
                inner.extend_from_slice(&request.0);
                inner.extend_from_slice(error.as_bytes());
            }
        }
        alloy_rlp::encode(inner.as_slice()).into()
    }

    /// Decodes the packet. As deployed a hash or cursor that is cut short counts as missing.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if it is no string, or one of fewer than 32 bytes or, unless it reports a
    /// failure, of more than 100.
    pub fn decode(payload: &[u8]) -> Result<Self> {
        let field = "request complete";
        let inner = Reader::new(payload).string(field)?;
        if let Some((request, error)) = inner
            .strip_prefix(FAILED)
            .and_then(|rest| rest.split_first_chunk())
        {
            return Ok(Self::Failed {
                request: Hash(*request),
                error: String::from_utf8_lossy(error).into(),
            });
        }
        let invalid = |why| DecodeError::Value { field, why };
        if inner.len() > 2 * HASH_LEN + CURSOR_LEN {
            return Err(invalid("longer than 100 bytes"));
        }
        let (request, rest) = inner
            .split_first_chunk()
            .ok_or(invalid("shorter than 32 bytes"))?;
        let (last_envelope, rest) = match rest.split_first_chunk() {
            Some((hash, rest)) => (Hash(*hash), rest),
            None => (Hash::default(), rest),
        };
        Ok(Self::Done {
            request: Hash(*request),
            last_envelope,
            cursor: rest.try_into().ok(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> MessagesRequest {
        MessagesRequest {
            id: vec![1; 32].into(),
            from: 5,
            to: 6,
            limit: 1000,
            cursor: Bytes::new(),
            bloom: vec![0xff; 64].into(),
        }
    }

    #[test]
    fn the_two_forms_of_a_request_are_told_apart() {
        let plain = P2pRequest::Plain(request());
        assert_eq!(P2pRequest::decode(&plain.encode()), Ok(plain));
        let sealed = P2pRequest::Sealed(Envelope::new(9, 3, Topic([1; 4]), b"data", 4));
        assert_eq!(P2pRequest::decode(&sealed.encode()), Ok(sealed));
    }

    #[test]
    fn the_first_fault_is_reported() {
        assert_eq!(request().validate(), Ok(()));
        let mut faulty = request();
        faulty.bloom = Bytes::new();
        assert_eq!(faulty.validate(), Err(InvalidRequest::Bloom));
        faulty.limit = 1001;
        assert_eq!(
            faulty.validate(),
            Err(InvalidRequest::Limit { limit: 1001 })
        );
        faulty.from = 7;
        let (lower, upper) = (7, 6);
        assert_eq!(
            faulty.validate(),
            Err(InvalidRequest::Range { lower, upper })
        );
        faulty.id = vec![1; 31].into();
        assert_eq!(faulty.validate(), Err(InvalidRequest::Id { len: 31 }));
    }

    #[test]
    fn a_sealed_request_needs_all_seven_fields() {
        let mut request = MailserverRequest {
            lower: 1,
            upper: 2,
            bloom: vec![0xff; 64].into(),
            limit: 3,
            batch: true,
            ..MailserverRequest::default()
        };
        request.set_topics([Topic([1, 2, 3, 4])]);
        let payload = request.encode();
        assert_eq!(MailserverRequest::decode(&payload), Ok(request));
        let six = encode_list(|out| {
            let items = Reader::new(&payload).list("").unwrap().rest();
            out.extend_from_slice(&items[..items.len() - 1]);
        });
        assert!(MailserverRequest::decode(&six.into()).is_err());
    }

    #[test]
    fn cut_fields_of_a_completion_count_as_missing() {
        let encode = |len: usize| alloy_rlp::encode(vec![9u8; len].as_slice());
        let decode = |len| RequestComplete::decode(&encode(len));
        let request = Hash([9; 32]);
        let done = |last_envelope, cursor| {
            Ok(RequestComplete::Done {
                request,
                last_envelope,
                cursor,
            })
        };
        assert!(decode(31).is_err());
        assert_eq!(decode(32), done(Hash::default(), None));
        assert_eq!(decode(63), done(Hash::default(), None));
        assert_eq!(decode(64), done(request, None));
        assert_eq!(decode(99), done(request, None));
        assert_eq!(decode(100), done(request, Some([9; 36])));
        assert!(decode(101).is_err());
    }

    #[test]
    fn an_id_that_begins_like_a_failure_is_still_an_id() {
        let mut request = Hash([7; 32]);
        request.0[..FAILED.len()].copy_from_slice(FAILED);
        let done = RequestComplete::Done {
            request,
            last_envelope: Hash::default(),
            cursor: None,
        };
        assert_eq!(RequestComplete::decode(&done.encode()), Ok(done));
    }

    #[test]
    fn a_failure_carries_its_text_however_long() {
        let failed = RequestComplete::Failed {
            request: Hash([3; 32]),
            error: "x".repeat(200),
        };
        assert_eq!(RequestComplete::decode(&failed.encode()), Ok(failed));
    }
}
