//! One way in for messages of every generation.

mod recognise;
mod said;

pub use said::{GroupUpdate, InvalidReceived, Pairing, Said};

use crate::later::LaterMessage;
use crate::message_id::MessageId;
use crate::{DecodeError, Decoded, Rules, SignatureError, transit};
use bytes::Bytes;
use secp256k1::PublicKey;

/// How a message is wrapped and written.
///
/// | | wrapper | payload | written by | read by |
/// |---|---|---|---|---|
/// | [`BareTransit`](Self::BareTransit) | none | Transit | clients before the wrapper | those, and status-protocol-go e23b974 |
/// | [`TransitNumbered1And2`](Self::TransitNumbered1And2) | fields 1 and 2 | Transit | what follows the document x8 to the letter | as deployed nobody; status-go v0.50.0 sees an unknown type 0 |
/// | [`TransitNumbered4001`](Self::TransitNumbered4001) | fields 4001 and 4002 | Transit | status-protocol-go e23b974 | status-protocol-go e23b974 |
/// | [`Protobuf`](Self::Protobuf) | fields 1, 2 and 3 | protobuf | status-go v0.50.0 | status-go v0.50.0 and all since |
///
/// They are ordered by age. To write, take the newest that was ever heard from the recipient, and
/// [`Protobuf`](Self::Protobuf) where nothing was heard, or several people read: in public chats and
/// groups. Never write one message in two generations, since it would have two ids and be shown twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Generation {
    /// Transit without a wrapper; its author is the transport's signer.
    BareTransit,
    /// Transit in the wrapper as the document x8 numbers it: an
    /// [`ApplicationMetadataMessage`](crate::ApplicationMetadataMessage) of type 0.
    TransitNumbered1And2,
    /// Transit in the wrapper as deployed, a
    /// [`StatusProtocolMessage`](crate::StatusProtocolMessage).
    TransitNumbered4001,
    /// Protobuf in an [`ApplicationMetadataMessage`](crate::ApplicationMetadataMessage).
    Protobuf,
}

/// A message of any generation, whose author is known.
///
/// [`decode`](Self::decode) recognises the generation, recovers the author and computes the id;
/// [`validate`](Self::validate) says in one type what the application may act on. Between the two
/// [`content`](Self::content) shows the message as it was written. The original bytes stay with it:
/// they are what is stored and passed on.
///
/// ```
/// use status_payload::{Generation, Received, Said, StatusProtocolMessage};
/// use secp256k1::SecretKey;
///
/// let author = SecretKey::from_byte_array([7; 32])?;
/// let payload = r#"["~#c4",["hi","text/plain","~:public-group-user-message",
///     154593077368201,1545930773682,["^ ","~:chat-id","status"]]]"#;
/// let sent = StatusProtocolMessage::sign(&author, payload.into());
///
/// let received = Received::decode(sent.as_bytes().clone(), None)?;
/// assert_eq!(received.generation(), Generation::TransitNumbered4001);
/// let envelope_ms = 1_545_930_774_000;
/// match received.validate(envelope_ms, envelope_ms)? {
///     Said::Chat { message, .. } => assert_eq!(message.text(), "hi"),
///     other => println!("{other:?}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    original: Bytes,
    payload: Bytes,
    generation: Generation,
    author: Option<PublicKey>,
    id: MessageId,
    content: Content,
}

/// What a message says, as its generation writes it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Content {
    /// A type of status-go v0.50.0, or one that nobody here knows.
    Current(Decoded),
    /// A type that later clients added.
    Later(LaterMessage),
    /// A message of 2019.
    Transit(transit::Body),
}

/// Why bytes are no message of any generation, or one that must be dropped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not a wrapper of any generation, nor Transit. The bytes are encrypted, or their sender is at
    /// fault.
    #[error("not an application message: {0}")]
    Wrapper(DecodeError),
    /// The signature is none.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The payload is no message of the type that the wrapper names; the author is at fault.
    #[error("not a message of the type {message_type}: {error}")]
    Payload {
        /// The type.
        message_type: crate::MessageType,
        /// What is wrong.
        error: DecodeError,
    },
    /// The payload is no Transit, or no message; the author is at fault.
    #[error("not a message of 2019: {0}")]
    Transit(#[from] transit::TransitError),
}

impl Received {
    /// Recognises, unwraps and decodes a message. `transport_signer` is who signed the envelope that
    /// brought it, if anybody: the id of a message without a wrapper is bound to that key.
    ///
    /// The order of recognition, which no message of an honest client makes a difference to: a wrapper
    /// of a type other than 0 is of 2020; one of type 0 (or none) whose payload is JSON that begins with
    /// a tag is numbered as in x8; one with nothing in it but the fields 4001 and 4002 is of 2019; what
    /// is no wrapper at all, but is JSON that begins with a tag, is bare Transit.
    ///
    /// # Errors
    ///
    /// [`Unreadable`].
    pub fn decode(bytes: Bytes, transport_signer: Option<&PublicKey>) -> Result<Self, Unreadable> {
        recognise::decode(bytes, transport_signer)
    }

    /// What the application may act on: the message in one type whatever its generation, checked by the
    /// rules of its generation. `envelope_ms` is the time of the envelope (its seconds times 1000) and
    /// `now_ms` the receiver's own, against which the events of groups are checked; both in milliseconds
    /// since 1970.
    ///
    /// Neither the envelope's signer nor the chat through which the message came is looked at here, see
    /// [`Arrival::place_received`](crate::Arrival::place_received).
    ///
    /// # Errors
    ///
    /// The first rule that the message breaks; its author is at fault.
    pub fn validate(&self, envelope_ms: u64, now_ms: u64) -> Result<Said, InvalidReceived> {
        self.validate_by(Rules::Deployed, envelope_ms, now_ms)
    }

    /// Like [`validate`](Self::validate), by the rules of one's choice. They differ for the types of
    /// status-go v0.50.0 only: see [`Decoded::validate_by`].
    ///
    /// # Errors
    ///
    /// The first rule that the message breaks; its author is at fault.
    pub fn validate_by(
        &self,
        rules: Rules,
        envelope_ms: u64,
        now_ms: u64,
    ) -> Result<Said, InvalidReceived> {
        said::validate(self, rules, envelope_ms, now_ms)
    }

    /// The whole message as it came: to be stored and passed on.
    pub fn as_bytes(&self) -> &Bytes {
        &self.original
    }

    /// The message inside the wrapper, as it came.
    pub fn payload(&self) -> &Bytes {
        &self.payload
    }

    /// How it was wrapped and written.
    pub fn generation(&self) -> Generation {
        self.generation
    }

    /// Who signed it; none for an unsigned one, whose author is the transport's signer.
    pub fn author(&self) -> Option<&PublicKey> {
        self.author.as_ref()
    }

    /// Its id, bound to the author.
    pub fn id(&self) -> MessageId {
        self.id
    }

    /// What it says, as its generation writes it, not yet validated.
    pub fn content(&self) -> &Content {
        &self.content
    }
}
