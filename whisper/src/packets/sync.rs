//! How mailservers copy from each other (123, 124).

use super::history::{InvalidRequest, MAX_LIMIT};
use super::messages::envelopes;
use crate::envelope::Envelope;
use crate::rlp::{Reader, Result, encode_list};
use alloy_rlp::Encodable;
use bytes::Bytes;

/// Asks a mailserver for its archive: `[lower, upper, bloom, limit, cursor]` (code 123).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SyncRequest {
    /// Start of the range, Unix time in seconds, inclusive.
    pub lower: u32,
    /// End of the range, Unix time in seconds, inclusive.
    pub upper: u32,
    /// Which topics.
    pub bloom: Bytes,
    /// How many envelopes at most, 1 to 1000.
    pub limit: u32,
    /// Where an earlier request stopped, or empty.
    pub cursor: Bytes,
}

impl SyncRequest {
    /// Encodes the packet.
    pub fn encode(&self) -> Bytes {
        encode_list(|out| {
            self.lower.encode(out);
            self.upper.encode(out);
            self.bloom.encode(out);
            self.limit.encode(out);
            self.cursor.encode(out);
        })
        .into()
    }

    /// Decodes the packet.
    ///
    /// # Errors
    ///
    /// [`DecodeError`](crate::DecodeError) unless it is a list of these five.
    pub fn decode(payload: &Bytes) -> Result<Self> {
        let mut items = Reader::new(payload).list("sync request")?;
        let request = Self {
            lower: items.value("lower bound")?,
            upper: items.value("upper bound")?,
            bloom: payload.slice_ref(items.string("bloom filter")?),
            limit: items.value("limit")?,
            cursor: payload.slice_ref(items.string("cursor")?),
        };
        items.end("sync request")?;
        Ok(request)
    }

    /// Whether a mailserver would carry it out.
    ///
    /// # Errors
    ///
    /// The first thing wrong, in the order deployed.
    pub fn validate(&self) -> std::result::Result<(), InvalidRequest> {
        match self.limit {
            0 => return Err(InvalidRequest::NoLimit),
            limit if limit > MAX_LIMIT => return Err(InvalidRequest::Limit { limit }),
            _ => {}
        }
        InvalidRequest::check_range(self.lower, self.upper)
    }
}

/// A page of an archive: `[envelopes, cursor, final, error]` (code 124).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SyncResponse {
    /// The envelopes.
    pub envelopes: Vec<Envelope>,
    /// Where the next request goes on, or empty.
    pub cursor: Bytes,
    /// Whether this is all.
    pub is_final: bool,
    /// What went wrong, or empty.
    pub error: String,
}

impl SyncResponse {
    /// Encodes the packet.
    pub fn encode(&self) -> Bytes {
        encode_list(|out| {
            out.extend_from_slice(&encode_list(|out| {
                for envelope in &self.envelopes {
                    out.extend_from_slice(envelope.rlp());
                }
            }));
            self.cursor.encode(out);
            self.is_final.encode(out);
            self.error.as_str().encode(out);
        })
        .into()
    }

    /// Decodes the packet. An error text that is not UTF-8 is made so.
    ///
    /// # Errors
    ///
    /// [`DecodeError`](crate::DecodeError) unless it is a list of these four.
    pub fn decode(payload: &Bytes) -> Result<Self> {
        let mut items = Reader::new(payload).list("sync response")?;
        let response = Self {
            envelopes: envelopes(payload, items.list("envelopes")?)?,
            cursor: payload.slice_ref(items.string("cursor")?),
            is_final: items.value("final")?,
            error: String::from_utf8_lossy(items.string("error")?).into(),
        };
        items.end("sync response")?;
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topic::Topic;

    #[test]
    fn requests_survive_the_wire_and_are_judged() {
        let request = SyncRequest {
            lower: 1,
            upper: 2,
            bloom: vec![0xff; 64].into(),
            limit: 1000,
            cursor: Bytes::new(),
        };
        assert_eq!(
            SyncRequest::decode(&request.encode()).as_ref(),
            Ok(&request)
        );
        assert_eq!(request.validate(), Ok(()));
        let with_limit = |limit| {
            SyncRequest {
                limit,
                ..request.clone()
            }
            .validate()
        };
        assert_eq!(with_limit(0), Err(InvalidRequest::NoLimit));
        assert_eq!(with_limit(1001), Err(InvalidRequest::Limit { limit: 1001 }));
        let reversed = SyncRequest {
            lower: 3,
            ..request
        };
        let (lower, upper) = (3, 2);
        assert_eq!(
            reversed.validate(),
            Err(InvalidRequest::Range { lower, upper })
        );
    }

    #[test]
    fn a_response_survives_the_wire() {
        let response = SyncResponse {
            envelopes: vec![Envelope::new(9, 3, Topic([1; 4]), b"data", 4)],
            cursor: vec![1; 36].into(),
            is_final: true,
            error: "none".into(),
        };
        assert_eq!(SyncResponse::decode(&response.encode()), Ok(response));
    }
}
