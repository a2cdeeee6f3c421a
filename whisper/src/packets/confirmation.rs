//! What a node answers to a packet of envelopes: first what was wrong with it (12), then that it
//! arrived (11).

use crate::hash::Hash;
use crate::rlp::{Reader, Result, encode_list};
use alloy_rlp::Encodable;
use bytes::Bytes;

/// A packet of envelopes arrived: its hash, a bare RLP string of 32 bytes (code 11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchAcknowledged(pub Hash);

impl BatchAcknowledged {
    /// Encodes the packet.
    pub fn encode(&self) -> Bytes {
        alloy_rlp::encode(self.0.0.as_slice()).into()
    }

    /// Decodes the packet.
    ///
    /// # Errors
    ///
    /// [`DecodeError`](crate::DecodeError) unless it is a string of 32 bytes.
    pub fn decode(payload: &[u8]) -> Result<Self> {
        Reader::new(payload)
            .array("batch hash")
            .map(|hash| Self(Hash(hash)))
    }
}

/// `[version, content]` (code 12). The content of version 1 is a [`BatchReport`]; a peer that
/// sends another version is to be left in peace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessagesResponse {
    /// The version of the content.
    pub version: u64,
    /// One RLP value.
    pub content: Bytes,
}

impl MessagesResponse {
    /// The version whose content is known.
    pub const VERSION: u64 = 1;

    /// The packet with this report.
    pub fn new(report: &BatchReport) -> Self {
        Self {
            version: Self::VERSION,
            content: report.encode(),
        }
    }

    /// Encodes the packet.
    pub fn encode(&self) -> Bytes {
        encode_list(|out| {
            self.version.encode(out);
            out.extend_from_slice(&self.content);
        })
        .into()
    }

    /// Decodes the packet, but not its content.
    ///
    /// # Errors
    ///
    /// [`DecodeError`](crate::DecodeError) unless it is a list of a number and one more value.
    pub fn decode(payload: &Bytes) -> Result<Self> {
        let mut items = Reader::new(payload).list("messages response")?;
        let version = items.value("version of the messages response")?;
        let content = payload.slice_ref(items.raw("content of the messages response")?);
        items.end("messages response")?;
        Ok(Self { version, content })
    }
}

/// What became of a packet of envelopes: `[hash, errors]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchReport {
    /// The packet's [batch hash](super::Messages::batch_hash).
    pub batch: Hash,
    /// The envelopes that were refused; all others were taken.
    pub errors: Vec<EnvelopeError>,
}

/// Why an envelope was refused: `[hash, code, description]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvelopeError {
    /// The envelope's hash.
    pub hash: Hash,
    /// [`EnvelopeError::TIME_SYNC`], [`EnvelopeError::OTHER`], or what another version means.
    pub code: u64,
    /// For people.
    pub description: String,
}

impl EnvelopeError {
    /// The clocks disagree. The specification says 1; as deployed every refusal has this code.
    pub const TIME_SYNC: u64 = 37;
    /// Any other reason, as the source of status-go v0.50.0 intends but never sends.
    pub const OTHER: u64 = 38;
}

impl BatchReport {
    /// Encodes the content of a [`MessagesResponse`] of version 1.
    pub fn encode(&self) -> Bytes {
        encode_list(|out| {
            self.batch.0.as_slice().encode(out);
            out.extend_from_slice(&encode_list(|out| {
                for error in &self.errors {
                    out.extend_from_slice(&encode_list(|out| {
                        error.hash.0.as_slice().encode(out);
                        error.code.encode(out);
                        error.description.as_str().encode(out);
                    }));
                }
            }));
        })
        .into()
    }

    /// Decodes the content of a [`MessagesResponse`] of version 1. A description that is not UTF-8
    /// is made so.
    ///
    /// # Errors
    ///
    /// [`DecodeError`](crate::DecodeError) unless it is as described above.
    pub fn decode(content: &[u8]) -> Result<Self> {
        let mut items = Reader::of_list(content, "batch report")?;
        let batch = Hash(items.array("batch hash")?);
        let mut list = items.list("envelope errors")?;
        items.end("batch report")?;
        let mut errors = Vec::new();
        while !list.is_empty() {
            let mut fields = list.list("envelope error")?;
            errors.push(EnvelopeError {
                hash: Hash(fields.array("envelope hash")?),
                code: fields.value("error code")?,
                description: String::from_utf8_lossy(fields.string("error description")?).into(),
            });
            fields.end("envelope error")?;
        }
        Ok(Self { batch, errors })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_survives_the_wire() {
        let report = BatchReport {
            batch: Hash([7; 32]),
            errors: vec![EnvelopeError {
                hash: Hash([8; 32]),
                code: EnvelopeError::TIME_SYNC,
                description: "very old envelope".into(),
            }],
        };
        let payload = MessagesResponse::new(&report).encode();
        let response = MessagesResponse::decode(&payload).unwrap();
        assert_eq!(response.version, 1);
        assert_eq!(BatchReport::decode(&response.content), Ok(report));
    }

    #[test]
    fn another_version_is_a_value() {
        let payload = Bytes::from_static(&[0xc5, 2, 0xc3, b'x', b'y', b'z']);
        let response = MessagesResponse::decode(&payload).unwrap();
        assert_eq!(response.version, 2);
        assert!(BatchReport::decode(&response.content).is_err());
    }

    #[test]
    fn a_hash_has_32_bytes() {
        let packet = BatchAcknowledged(Hash([1; 32]));
        let payload = packet.encode();
        assert_eq!(BatchAcknowledged::decode(&payload), Ok(packet));
        assert!(BatchAcknowledged::decode(&[0x81, 0x80]).is_err());
    }
}
