//! What one peer sends another in one epoch.

use crate::wire::{deployed, mdf};
use crate::{Message, Metadata};
use bytes::Bytes;
use prost::Message as _;
use status_protobuf_wire::{Decoded, Described, Error as DecodeError, Schema, UnknownFields};

/// The field numbers that two peers use. Nothing in a payload says which they are, and nearly any
/// protobuf message parses as an [`Mdf`](Self::Mdf) payload, so it is never guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Numbering {
    /// 5001 to 5004 and 6001 to 6003, as in the specification 2/MVDS and in vacp2p/mvds v0.0.23,
    /// with the metadata of 4/MVDS-META at 6004, which v0.0.23 ignores.
    #[default]
    Deployed,
    /// 1 to 4, as on the master branch of vacp2p/mvds. Only for those who know that all their
    /// peers use it.
    Mdf,
}

/// What one peer sends another in one epoch. As it stands on the wire: ids may have any length and
/// messages may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Payload {
    /// Ids of messages that arrived.
    pub acks: Vec<Bytes>,
    /// Ids of messages on offer.
    pub offers: Vec<Bytes>,
    /// Ids of messages that are asked for.
    pub requests: Vec<Bytes>,
    /// Messages.
    pub messages: Vec<Message>,
}

/// What bytes from a peer are, as deployed: status-go v0.50.0 tries to read everything it decrypts
/// as a payload of data sync.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unwrapped {
    /// A payload of data sync; the bodies of its messages are for the application.
    DataSync(Payload),
    /// Something else, which goes to the application as it is.
    Other {
        /// The bytes.
        bytes: Bytes,
        /// Why they are no protobuf message; none if they are one without anything for data sync.
        error: Option<DecodeError>,
    },
}

impl Payload {
    /// Decodes a payload, with a report of what it holds beyond the schema.
    ///
    /// # Errors
    ///
    /// If the bytes are no protobuf message.
    pub fn decode(
        bytes: Bytes,
        numbering: Numbering,
    ) -> Result<(Self, UnknownFields), DecodeError> {
        Ok(match numbering {
            Numbering::Deployed => {
                let Decoded { message, unknown } =
                    status_protobuf_wire::decode::<deployed::Payload>(bytes)?;
                (message.into(), unknown)
            }
            Numbering::Mdf => {
                let Decoded { message, unknown } =
                    status_protobuf_wire::decode::<mdf::Payload>(bytes)?;
                (message.into(), unknown)
            }
        })
    }

    /// The schema of a payload, for tools that show what stands where in one.
    pub fn schema(numbering: Numbering) -> &'static Schema {
        match numbering {
            Numbering::Deployed => deployed::Payload::SCHEMA,
            Numbering::Mdf => mdf::Payload::SCHEMA,
        }
    }

    /// The payload as it goes on the wire.
    pub fn encode(&self, numbering: Numbering) -> Bytes {
        self.clone().into_encoded(numbering)
    }

    /// The payload as it goes on the wire, for one that is not needed any more.
    pub(crate) fn into_encoded(self, numbering: Numbering) -> Bytes {
        match numbering {
            Numbering::Deployed => deployed::Payload::from(self).encode_to_vec(),
            Numbering::Mdf => mdf::Payload::from(self).encode_to_vec(),
        }
        .into()
    }

    /// Whether there is nothing in it. Bytes that decode to an empty payload are not data sync's,
    /// as deployed.
    pub fn is_empty(&self) -> bool {
        self.acks.is_empty()
            && self.offers.is_empty()
            && self.requests.is_empty()
            && self.messages.is_empty()
    }
}

impl Unwrapped {
    /// Tells what `bytes` from a peer are.
    pub fn from_bytes(bytes: Bytes, numbering: Numbering) -> Self {
        match Payload::decode(bytes.clone(), numbering) {
            Ok((payload, _)) if !payload.is_empty() => Self::DataSync(payload),
            Ok(_) => Self::Other { bytes, error: None },
            Err(error) => Self::Other {
                bytes,
                error: Some(error),
            },
        }
    }

    /// What is for the application: the bodies in their order, or the bytes as they came.
    pub fn application_payloads(&self) -> Vec<Bytes> {
        match self {
            Self::DataSync(payload) => payload
                .messages
                .iter()
                .map(|message| message.body.clone())
                .collect(),
            Self::Other { bytes, .. } => vec![bytes.clone()],
        }
    }
}

/// The two numberings have the same fields, so the conversions are the same.
macro_rules! conversions {
    ($wire:ident) => {
        impl From<$wire::Payload> for Payload {
            fn from(payload: $wire::Payload) -> Self {
                Self {
                    acks: payload.acks,
                    offers: payload.offers,
                    requests: payload.requests,
                    messages: payload.messages.into_iter().map(Message::from).collect(),
                }
            }
        }

        impl From<Payload> for $wire::Payload {
            fn from(payload: Payload) -> Self {
                Self {
                    acks: payload.acks,
                    offers: payload.offers,
                    requests: payload.requests,
                    messages: payload
                        .messages
                        .into_iter()
                        .map($wire::Message::from)
                        .collect(),
                }
            }
        }

        impl From<$wire::Message> for Message {
            fn from(message: $wire::Message) -> Self {
                Self {
                    group_id: message.group_id,
                    timestamp: message.timestamp,
                    body: message.body,
                    metadata: message.metadata.map(|metadata| Metadata {
                        parents: metadata.parents,
                        ephemeral: metadata.ephemeral,
                    }),
                }
            }
        }

        impl From<Message> for $wire::Message {
            fn from(message: Message) -> Self {
                Self {
                    group_id: message.group_id,
                    timestamp: message.timestamp,
                    body: message.body,
                    metadata: message.metadata.map(|metadata| $wire::Metadata {
                        parents: metadata.parents,
                        ephemeral: metadata.ephemeral,
                    }),
                }
            }
        }
    };
}

conversions!(deployed);
conversions!(mdf);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn bytes(hex: &str) -> Bytes {
        hex::decode(hex).unwrap().into()
    }

    #[test]
    fn the_numberings_do_not_read_each_other() {
        let payload = Payload {
            acks: vec![bytes(
                "f78d6be0b557b6baa56241af484d0ddd6618cda96feef76c1f79cf009c132aa4",
            )],
            ..Payload::default()
        };
        let deployed = payload.encode(Numbering::Deployed);
        assert_eq!(
            hex::encode(&deployed),
            "cab80220f78d6be0b557b6baa56241af484d0ddd6618cda96feef76c1f79cf009c132aa4"
        );
        let (read, unknown) = Payload::decode(deployed, Numbering::Mdf).unwrap();
        assert!(read.is_empty());
        assert_eq!(unknown.total(), 1);
        let mdf = payload.encode(Numbering::Mdf);
        assert_eq!(mdf[0], 0x0a);
        let (read, _) = Payload::decode(mdf, Numbering::Deployed).unwrap();
        assert!(read.is_empty());
    }

    #[test]
    fn an_application_message_is_not_taken_for_data_sync() {
        // The wrapper of an application, with its fields 1 to 3.
        let wrapped = bytes("0a026869120208011801");
        let other = Unwrapped::Other {
            bytes: wrapped.clone(),
            error: None,
        };
        assert_eq!(
            Unwrapped::from_bytes(wrapped.clone(), Numbering::Deployed),
            other
        );
        assert_eq!(other.application_payloads(), vec![wrapped.clone()]);
        // In the other numbering it would be: that is why nobody guesses.
        assert!(matches!(
            Unwrapped::from_bytes(wrapped, Numbering::Mdf),
            Unwrapped::DataSync(_)
        ));
        let garbage = Unwrapped::from_bytes(bytes("ffff"), Numbering::Deployed);
        assert!(matches!(garbage, Unwrapped::Other { error: Some(_), .. }));
        assert_eq!(garbage.application_payloads(), [bytes("ffff")]);
    }

    #[test]
    fn fields_of_the_wrong_wire_type_do_not_spoil_a_payload() {
        // 5001 as a number, then as it should be.
        let (payload, unknown) =
            Payload::decode(bytes("c8b80207cab8020161"), Numbering::Deployed).unwrap();
        assert_eq!(payload.acks, [bytes("61")]);
        assert_eq!(unknown.total(), 1);
    }

    fn id() -> impl Strategy<Value = Bytes> {
        vec(any::<u8>(), 0..40).prop_map(Bytes::from)
    }

    fn message() -> impl Strategy<Value = Message> {
        let metadata = proptest::option::of((vec(id(), 0..3), any::<bool>()));
        (id(), any::<i64>(), id(), metadata).prop_map(|(group_id, timestamp, body, metadata)| {
            Message {
                group_id,
                timestamp,
                body,
                metadata: metadata.map(|(parents, ephemeral)| Metadata { parents, ephemeral }),
            }
        })
    }

    proptest! {
        #[test]
        fn what_is_encoded_decodes_to_the_same(
            acks in vec(id(), 0..3),
            offers in vec(id(), 0..3),
            requests in vec(id(), 0..3),
            messages in vec(message(), 0..3),
            mdf: bool,
        ) {
            let numbering = if mdf { Numbering::Mdf } else { Numbering::Deployed };
            let payload = Payload { acks, offers, requests, messages };
            let (decoded, unknown) =
                Payload::decode(payload.encode(numbering), numbering).unwrap();
            prop_assert_eq!(decoded, payload);
            prop_assert!(unknown.is_empty());
        }
    }
}
