//! The messenger: what people do in chats, over the layers, with all that it must remember in one
//! database.
//!
//! It has no clock, no socket and no thread. Each call is given a [`Turn`]: a transaction of the
//! database, the time and randomness. What must go out is an [`Outbound`], which whoever drives the
//! messenger seals and posts once the transaction is committed, and reports on with a
//! [`TransportReport`].

#[allow(dead_code, unused_imports, reason = "the logic over it is on its way")]
pub(crate) mod chats;
mod columns;
#[allow(dead_code, unused_imports, reason = "the logic over it is on its way")]
pub(crate) mod contacts;
#[allow(dead_code, unused_imports, reason = "the logic over it is on its way")]
pub(crate) mod devices;
mod event;
#[allow(dead_code, unused_imports, reason = "the logic over it is on its way")]
pub(crate) mod groups;
#[allow(dead_code, unused_imports, reason = "the logic over it is on its way")]
pub(crate) mod messages;
mod order;
#[allow(dead_code, unused_imports, reason = "the logic over it is on its way")]
pub(crate) mod others;
mod outbound;
mod turn;

pub use chats::{ChatRecord, MAX_CHAT_NAME, MAX_CHATS};
pub use contacts::{ContactRecord, MAX_CONTACT_NAME, MAX_CONTACTS, MAX_PICTURE, MAX_STRANGERS};
pub use devices::{DeviceMetadata, MAX_DEVICE_NAME, MAX_DEVICES};
pub use event::{LedgerEntry, LedgerState, MessengerEvent};
pub use groups::Member;
pub use messages::{Inserted, MAX_PAGE, StoredMessage};
pub use order::ClockFault;
pub use others::{MAX_OTHER, MAX_OTHERS};
pub use outbound::{Outbound, OutboundId, SubscriptionChange, TransportReport};
pub use turn::Turn;

/// The tables of the messenger.
pub(crate) const SCHEMA: [&str; 6] = [
    chats::SCHEMA,
    messages::SCHEMA,
    others::SCHEMA,
    contacts::SCHEMA,
    groups::SCHEMA,
    devices::SCHEMA,
];

/// The start of a text, `max` bytes at most, that ends between two characters.
fn cut(text: &str, max: usize) -> &str {
    let end = (0..=max.min(text.len())).rev();
    let mut ends = end.filter(|end| text.is_char_boundary(*end));
    ends.next()
        .and_then(|end| text.get(..end))
        .unwrap_or_default()
}
