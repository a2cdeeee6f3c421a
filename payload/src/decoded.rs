//! What an application gets to see of a payload.

use crate::message_type::MessageType;
use crate::wire::application_metadata_message::Type;
use crate::{ChatMessage, DecodeError, Invalid, Rules, strict, validation, wire};
use bytes::Bytes;
use prost::Message as _;
use status_protobuf_wire::decode;

/// A payload, decoded but not yet validated. A message of a type that is not known here comes as
/// [`Unknown`](Self::Unknown), whole: a newer client's message is news, not an error.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Decoded {
    /// What somebody says in a chat; [`ChatMessage::validate`] makes it safe to show.
    ChatMessage(wire::ChatMessage),
    /// News of a contact.
    ContactUpdate(wire::ContactUpdate),
    /// Events of a group.
    MembershipUpdate(wire::MembershipUpdateMessage),
    /// A device of one's own introduces itself.
    PairInstallation(wire::PairInstallation),
    /// All that a device of one's own knows.
    SyncInstallation(wire::SyncInstallation),
    /// Asks for an address.
    RequestAddressForTransaction(wire::RequestAddressForTransaction),
    /// Gives an address.
    AcceptRequestAddressForTransaction(wire::AcceptRequestAddressForTransaction),
    /// Refuses to give an address.
    DeclineRequestAddressForTransaction(wire::DeclineRequestAddressForTransaction),
    /// Asks for a payment.
    RequestTransaction(wire::RequestTransaction),
    /// Says that a payment was sent.
    SendTransaction(wire::SendTransaction),
    /// Refuses to pay.
    DeclineRequestTransaction(wire::DeclineRequestTransaction),
    /// A contact that a device of one's own knows.
    SyncInstallationContact(wire::SyncInstallationContact),
    /// The profile that a device of one's own knows.
    SyncInstallationAccount(wire::SyncInstallationAccount),
    /// A public chat that a device of one's own joined.
    SyncInstallationPublicChat(wire::SyncInstallationPublicChat),
    /// A type that this crate does not know, or type 0.
    Unknown {
        /// The type.
        message_type: MessageType,
        /// The payload as it came.
        payload: Bytes,
    },
}

impl Decoded {
    /// Decodes `payload` as a message of `message_type`.
    ///
    /// # Errors
    ///
    /// If the payload is no protobuf message of its type, or holds text that is not UTF-8.
    pub fn decode(message_type: MessageType, payload: Bytes) -> Result<Self, DecodeError> {
        let known = match message_type {
            MessageType::Known(known) if known != Type::Unknown => known,
            _ => {
                return Ok(Self::Unknown {
                    message_type,
                    payload,
                });
            }
        };
        Ok(match known {
            Type::Unknown => Self::Unknown {
                message_type,
                payload,
            },
            Type::ChatMessage => Self::ChatMessage(decode(payload)?.message),
            Type::ContactUpdate => Self::ContactUpdate(decode(payload)?.message),
            Type::MembershipUpdateMessage => Self::MembershipUpdate(decode(payload)?.message),
            Type::PairInstallation => Self::PairInstallation(decode(payload)?.message),
            Type::SyncInstallation => Self::SyncInstallation(decode(payload)?.message),
            Type::RequestAddressForTransaction => {
                Self::RequestAddressForTransaction(decode(payload)?.message)
            }
            Type::AcceptRequestAddressForTransaction => {
                Self::AcceptRequestAddressForTransaction(decode(payload)?.message)
            }
            Type::DeclineRequestAddressForTransaction => {
                Self::DeclineRequestAddressForTransaction(decode(payload)?.message)
            }
            Type::RequestTransaction => Self::RequestTransaction(decode(payload)?.message),
            Type::SendTransaction => Self::SendTransaction(decode(payload)?.message),
            Type::DeclineRequestTransaction => {
                Self::DeclineRequestTransaction(decode(payload)?.message)
            }
            Type::SyncInstallationContact => {
                Self::SyncInstallationContact(decode(payload)?.message)
            }
            Type::SyncInstallationAccount => {
                Self::SyncInstallationAccount(decode(payload)?.message)
            }
            Type::SyncInstallationPublicChat => {
                Self::SyncInstallationPublicChat(decode(payload)?.message)
            }
        })
    }

    /// Checks the message as status-go v0.50.0 does before it acts on it. Types without rules
    /// there, unknown ones included, pass.
    ///
    /// `reference_ms` is the time against which the clock is checked, in milliseconds since 1970:
    /// the Whisper envelope's time (its seconds times 1000), for [`Self::MembershipUpdate`] the
    /// receiver's own time.
    ///
    /// # Errors
    ///
    /// The first rule that the message breaks; its author is at fault.
    pub fn validate(&self, reference_ms: u64) -> Result<(), Invalid> {
        match self {
            Self::ChatMessage(message) => {
                ChatMessage::check(message, reference_ms).map_err(Invalid::ChatMessage)
            }
            Self::MembershipUpdate(message) => validation::membership(message, reference_ms),
            Self::PairInstallation(message) => validation::pairing(message, reference_ms),
            Self::RequestAddressForTransaction(message) => {
                validation::request_address(message, reference_ms)
            }
            Self::AcceptRequestAddressForTransaction(message) => {
                validation::accept_address(message, reference_ms)
            }
            Self::DeclineRequestAddressForTransaction(message) => {
                validation::decline(message.clock, &message.id, reference_ms)
            }
            Self::DeclineRequestTransaction(message) => {
                validation::decline(message.clock, &message.id, reference_ms)
            }
            Self::RequestTransaction(message) => {
                validation::request_transaction(message, reference_ms)
            }
            Self::SendTransaction(message) => validation::send_transaction(message, reference_ms),
            Self::ContactUpdate(_)
            | Self::SyncInstallation(_)
            | Self::SyncInstallationContact(_)
            | Self::SyncInstallationAccount(_)
            | Self::SyncInstallationPublicChat(_)
            | Self::Unknown { .. } => Ok(()),
        }
    }

    /// Checks the message by the rules of one's choice: [`Rules::Deployed`] is
    /// [`validate`](Self::validate); [`Rules::Strict`] are those and what the specifications ask for
    /// beyond, in particular a plausible clock in messages whose clocks status-go v0.50.0 follows
    /// unchecked.
    ///
    /// # Errors
    ///
    /// The first rule that the message breaks; its author is at fault.
    pub fn validate_by(&self, rules: Rules, reference_ms: u64) -> Result<(), Invalid> {
        self.validate(reference_ms)?;
        match rules {
            Rules::Deployed => Ok(()),
            Rules::Strict => strict::check(self, reference_ms),
        }
    }

    /// The type under which the message is wrapped.
    pub fn message_type(&self) -> MessageType {
        MessageType::Known(match self {
            Self::ChatMessage(_) => Type::ChatMessage,
            Self::ContactUpdate(_) => Type::ContactUpdate,
            Self::MembershipUpdate(_) => Type::MembershipUpdateMessage,
            Self::PairInstallation(_) => Type::PairInstallation,
            Self::SyncInstallation(_) => Type::SyncInstallation,
            Self::RequestAddressForTransaction(_) => Type::RequestAddressForTransaction,
            Self::AcceptRequestAddressForTransaction(_) => Type::AcceptRequestAddressForTransaction,
            Self::DeclineRequestAddressForTransaction(_) => {
                Type::DeclineRequestAddressForTransaction
            }
            Self::RequestTransaction(_) => Type::RequestTransaction,
            Self::SendTransaction(_) => Type::SendTransaction,
            Self::DeclineRequestTransaction(_) => Type::DeclineRequestTransaction,
            Self::SyncInstallationContact(_) => Type::SyncInstallationContact,
            Self::SyncInstallationAccount(_) => Type::SyncInstallationAccount,
            Self::SyncInstallationPublicChat(_) => Type::SyncInstallationPublicChat,
            Self::Unknown { message_type, .. } => return *message_type,
        })
    }

    /// The message as it goes on the wire, to be wrapped as [`message_type`](Self::message_type):
    /// for messages of one's own. One that came in is passed on by its original bytes, which may
    /// hold what is not known here.
    pub fn encode(&self) -> Bytes {
        match self {
            Self::ChatMessage(message) => message.encode_to_vec(),
            Self::ContactUpdate(message) => message.encode_to_vec(),
            Self::MembershipUpdate(message) => message.encode_to_vec(),
            Self::PairInstallation(message) => message.encode_to_vec(),
            Self::SyncInstallation(message) => message.encode_to_vec(),
            Self::RequestAddressForTransaction(message) => message.encode_to_vec(),
            Self::AcceptRequestAddressForTransaction(message) => message.encode_to_vec(),
            Self::DeclineRequestAddressForTransaction(message) => message.encode_to_vec(),
            Self::RequestTransaction(message) => message.encode_to_vec(),
            Self::SendTransaction(message) => message.encode_to_vec(),
            Self::DeclineRequestTransaction(message) => message.encode_to_vec(),
            Self::SyncInstallationContact(message) => message.encode_to_vec(),
            Self::SyncInstallationAccount(message) => message.encode_to_vec(),
            Self::SyncInstallationPublicChat(message) => message.encode_to_vec(),
            Self::Unknown { payload, .. } => return payload.clone(),
        }
        .into()
    }
}
