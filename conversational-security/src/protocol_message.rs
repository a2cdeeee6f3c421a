//! Decoded messages, with the bytes they came from.

use crate::{DecodeError, UnknownFields, wire};
use bytes::Bytes;
use status_protobuf_wire::{Decoded, decode};

/// The key under which a message for a recipient without a session stands in the map of direct
/// messages, in place of an installation id. As deployed.
pub const NO_SESSION: &str = "none";

/// A protocol message that came in. It keeps its original bytes: they are what is passed on.
#[derive(Debug, Clone, PartialEq)]
pub struct ProtocolMessage {
    original: Bytes,
    message: wire::ProtocolMessage,
    unknown: UnknownFields,
}

/// What a protocol message holds for one installation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Content<'a> {
    /// A payload in the clear.
    Public(&'a Bytes),
    /// A message to be decrypted.
    Direct(&'a wire::DirectMessageProtocol),
    /// Messages, but none that this installation can read: the sender does not know it, or has
    /// paired with others only.
    OtherInstallations,
    /// No message: bundles at most. Bytes of another kind look like this as well.
    Nothing,
}

impl ProtocolMessage {
    /// Decodes a protocol message. Tolerant as deployed: bytes of another kind often decode as an
    /// empty one, whose content is [`Content::Nothing`].
    ///
    /// # Errors
    ///
    /// If the bytes are no protobuf message.
    pub fn decode(bytes: Bytes) -> Result<Self, DecodeError> {
        let original = bytes.clone();
        let Decoded { message, unknown } = decode(bytes)?;
        Ok(Self {
            original,
            message,
            unknown,
        })
    }

    /// What the message holds for the installation `own_id`, looked for in the order of status-go
    /// v0.50.0: a public payload, then a direct message for that installation, then one for a
    /// recipient without a session.
    pub fn content_for(&self, own_id: &str) -> Content<'_> {
        let direct = &self.message.direct_message;
        if let Some(payload) = &self.message.public_message {
            return Content::Public(payload);
        }
        match direct.get(own_id).or_else(|| direct.get(NO_SESSION)) {
            Some(message) => Content::Direct(message),
            None if direct.is_empty() => Content::Nothing,
            None => Content::OtherInstallations,
        }
    }

    /// The message.
    pub fn message(&self) -> &wire::ProtocolMessage {
        &self.message
    }

    /// The bytes as they came.
    pub fn as_bytes(&self) -> &Bytes {
        &self.original
    }

    /// What this crate does not know in it.
    pub fn unknown_fields(&self) -> &UnknownFields {
        &self.unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Header;
    use prost::Message;

    /// A message from the golden vectors: one bundle and one message to an identity key.
    const TO_IDENTITY: &str = "120f616c6963652d696e7374616c6c2d311aac010a2103ab16487d464a4da11255b6e717a2fa4f8c656c343d736fda1b76fb1e93b03916123a0a0f616c6963652d696e7374616c6c2d3112270a2102f29858b610d0dcb0e576d29a06cb78a5e533160d3319680e2297d50be357fadf1001180122410ccf26766cab97265b240707a126e61bf4e7c9c5fe9a9b51eb5473a0667f49641f0b3a6ff630aff219c5bf29b6d03b021c02edab0cdda715ebf7c4a04484bd360028ecca9785f4d9a0f518aa064c0a046e6f6e6512441a1c4e64ec1860e21360e59c88de22083636f2cbaa7415d6fb473e1fbdfbaa06230a210276951d916190b9a9db8fe9029a40c737c226a37676c0908d7fa3185134192c9a";

    fn bytes(hex: &str) -> Bytes {
        hex::decode(hex).unwrap().into()
    }

    #[test]
    fn a_deployed_message_decodes_and_encodes_to_the_same_bytes() {
        let decoded = ProtocolMessage::decode(bytes(TO_IDENTITY)).unwrap();
        assert!(decoded.unknown_fields().is_empty());
        let message = decoded.message();
        assert_eq!(message.installation_id, "alice-install-1");
        assert_eq!(message.bundles[0].timestamp, 1_795_391_228_115_019_116);
        let prekey = &message.bundles[0].signed_pre_keys["alice-install-1"];
        assert_eq!((prekey.version, prekey.protocol_version), (1, 1));
        let Content::Direct(direct) = decoded.content_for("bob-install-1") else {
            panic!("a message without a session is for every installation");
        };
        let Some(Header::Identity(header)) = direct.header() else {
            panic!("encrypted to the identity key");
        };
        assert_eq!(header.key.len(), 33);
        assert_eq!(message.encode_to_vec(), *decoded.as_bytes());
    }

    #[test]
    fn content_is_found_in_the_deployed_order() {
        let direct = |id: &str| (id.to_owned(), wire::DirectMessageProtocol::default());
        let content = |public: Option<&'static str>, ids: &[&str]| {
            let message = wire::ProtocolMessage {
                public_message: public.map(Bytes::from),
                direct_message: ids.iter().map(|id| direct(id)).collect(),
                ..Default::default()
            };
            let decoded = ProtocolMessage::decode(message.encode_to_vec().into()).unwrap();
            match decoded.content_for("own") {
                Content::Public(payload) => format!("public {payload:?}"),
                Content::Direct(_) => "direct".into(),
                Content::OtherInstallations => "others".into(),
                Content::Nothing => "nothing".into(),
            }
        };
        assert_eq!(content(Some("hi"), &["own"]), "public b\"hi\"");
        assert_eq!(content(Some(""), &["own"]), "public b\"\"");
        assert_eq!(content(None, &["own", "none"]), "direct");
        assert_eq!(content(None, &["none"]), "direct");
        assert_eq!(content(None, &["other"]), "others");
        assert_eq!(content(None, &[]), "nothing");
    }

    #[test]
    fn a_message_with_both_headers_is_of_a_session() {
        let mut message = wire::DirectMessageProtocol::default();
        assert_eq!(message.header(), None);
        message.dh_header = Some(wire::DhHeader::default());
        assert!(matches!(message.header(), Some(Header::Identity(_))));
        message.dr_header = Some(wire::DrHeader::default());
        message.x3dh_header = Some(wire::X3dhHeader::default());
        let session = message.header();
        assert!(matches!(
            session,
            Some(Header::Session {
                opening: Some(_),
                ..
            })
        ));
    }

    #[test]
    fn a_wrapped_chat_message_reads_as_a_protocol_message_of_nothing() {
        // Field 2, the wrapper's payload, is text here and must be UTF-8; field 3 is a number there.
        let wrapped = bytes("0a026869120568656c6c6f1801");
        let decoded = ProtocolMessage::decode(wrapped.clone()).unwrap();
        assert_eq!(decoded.content_for("own"), Content::Nothing);
        assert_eq!(decoded.unknown_fields().total(), 2);
        assert_eq!(*decoded.as_bytes(), wrapped);
        assert!(ProtocolMessage::decode(bytes("1202c328")).is_err());
    }
}
