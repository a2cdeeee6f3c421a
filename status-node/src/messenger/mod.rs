//! The messenger: what people do in chats, over the layers, with all that it must remember in one
//! database.
//!
//! It has no clock, no socket and no thread. Each call is given a [`Turn`]: a transaction of the
//! database, the time and randomness. What must go out is an [`Outbound`], which whoever drives the
//! messenger seals and posts once the transaction is committed, and reports on with a
//! [`TransportReport`].

mod event;
mod outbound;
mod turn;

pub use event::{LedgerEntry, LedgerState, MessengerEvent};
pub use outbound::{Outbound, OutboundId, SubscriptionChange, TransportReport};
pub use turn::Turn;
