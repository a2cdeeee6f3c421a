//! The rules for messages other than chat messages, as status-go v0.50.0 has them and in its order.

use crate::chat_message::InvalidChatMessage;
use crate::clock::{self, ClockError};
use crate::float::{self, FloatError};
use crate::signature::SIGNATURE_LEN;
use crate::strict::Unspecified;
use crate::{DecodeError, wire};
use status_protobuf_wire::decode;

/// The rule that a message breaks; its author is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// A rule for chat messages.
    #[error(transparent)]
    ChatMessage(InvalidChatMessage),
    /// The clock is 0 or too high.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// A field that must not be empty is, or holds nothing but white space.
    #[error("the {field} of the message is empty")]
    Empty {
        /// The field, in words.
        field: &'static str,
    },
    /// The amount is not a number as Go reads them.
    #[error("the amount is refused: {0}")]
    Amount(#[from] FloatError),
    /// An event of a group is too short to hold a signature and a change.
    #[error("an event in the update has {len} bytes, no more than its signature alone")]
    EventTooShort {
        /// Its bytes.
        len: usize,
    },
    /// An event of a group is no protobuf message.
    #[error("an event in the update cannot be decoded: {0}")]
    Event(DecodeError),
    /// Strict rules only: a rule of the specification that the deployed code does not check.
    #[error(transparent)]
    Unspecified(#[from] Unspecified),
}

/// `now_ms` is the receiver's own time: events travel with every update of a group, so the time of
/// the envelope says nothing about them.
pub(crate) fn membership(
    message: &wire::MembershipUpdateMessage,
    now_ms: u64,
) -> Result<(), Invalid> {
    for event in &message.events {
        let len = event.len();
        if len <= SIGNATURE_LEN {
            return Err(Invalid::EventTooShort { len });
        }
        let change = event.slice(SIGNATURE_LEN..);
        let change: wire::MembershipUpdateEvent = decode(change).map_err(Invalid::Event)?.message;
        clock::check(change.clock, now_ms)?;
    }
    Ok(())
}

pub(crate) fn pairing(message: &wire::PairInstallation, time_ms: u64) -> Result<(), Invalid> {
    clock::check(message.clock, time_ms)?;
    not_blank(&message.name, "name")?;
    not_blank(&message.device_type, "device type")?;
    not_blank(&message.installation_id, "installation id")
}

pub(crate) fn send_transaction(
    message: &wire::SendTransaction,
    time_ms: u64,
) -> Result<(), Invalid> {
    clock::check(message.clock, time_ms)?;
    not_blank(&message.transaction_hash, "transaction hash")?;
    // Present is enough, as deployed.
    match message.signature {
        Some(_) => Ok(()),
        None => Err(Invalid::Empty { field: "signature" }),
    }
}

pub(crate) fn request_address(
    message: &wire::RequestAddressForTransaction,
    time_ms: u64,
) -> Result<(), Invalid> {
    clock::check(message.clock, time_ms)?;
    not_blank(&message.value, "amount")?;
    Ok(float::check(&message.value)?)
}

pub(crate) fn request_transaction(
    message: &wire::RequestTransaction,
    time_ms: u64,
) -> Result<(), Invalid> {
    clock::check(message.clock, time_ms)?;
    not_blank(&message.value, "amount")?;
    not_blank(&message.address, "address")?;
    Ok(float::check(&message.value)?)
}

pub(crate) fn accept_address(
    message: &wire::AcceptRequestAddressForTransaction,
    time_ms: u64,
) -> Result<(), Invalid> {
    decline(message.clock, &message.id, time_ms)?;
    not_blank(&message.address, "address")
}

/// The two refusals have the same fields and rules.
pub(crate) fn decline(clock: u64, id: &str, time_ms: u64) -> Result<(), Invalid> {
    clock::check(clock, time_ms)?;
    if id.is_empty() {
        return Err(Invalid::Empty {
            field: "message id",
        });
    }
    Ok(())
}

/// Go's `strings.TrimSpace` and Rust's `trim` agree on what white space is.
fn not_blank(text: &str, field: &'static str) -> Result<(), Invalid> {
    if text.trim().is_empty() {
        return Err(Invalid::Empty { field });
    }
    Ok(())
}
