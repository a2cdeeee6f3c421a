//! Chats: which one a message belongs to, what public ones may be called, and in which order
//! messages stand in them.

mod arrival;
mod name;
mod position;
mod received;

pub use arrival::{Arrival, Channel, ChatConflict, ChatId, Direction, Misplaced, Placed};
pub use name::{InvalidName, PublicChatName};
pub use position::Position;
