//! The messages of 2019, before protobuf: Transit JSON (x8, the payload document of August 2019), as
//! deployed in status-protocol-go e23b974.
//!
//! Transit is JSON with types: a string that begins with `~` is something else than text, an array
//! that begins with a tag (`"~#c4"`) is a value with a name, and keywords that come again are written
//! as short codes (`"^0"`). [`Value`] is that format and nothing else. Above it stand the three
//! messages that clients sent:
//!
//! | tag | message | type |
//! |---|---|---|
//! | `~#c4` | something said in a chat | [`Chat`] |
//! | `~#p2` | a device introduces itself | [`Pair`] |
//! | `~#g5` | events of a group | [`Membership`] |
//!
//! [`Message::decode`] reads any of them; what has another tag is [`Body::Other`], not an error.
//!
//! ```
//! use status_payload::transit::{Body, Message};
//!
//! let payload = r#"["~#c4",["hi","text/plain","~:user-message",5,6,["^ ","~:chat-id","0x04aa"]]]"#;
//! let message = Message::decode(payload.into())?;
//! let Body::Chat(chat) = message.body() else { panic!("a chat message") };
//! assert_eq!((chat.text.as_str(), chat.clock), ("hi", 5));
//! # Ok::<(), status_payload::transit::TransitError>(())
//! ```
//!
//! # Bounds
//!
//! What is read is at most [`MAX_LEN`] bytes, [`MAX_VALUES`] values and [`MAX_DEPTH`] levels deep, and
//! codes may not make more than [`MAX_EXPANSION`] times the text that was sent, over 64 KiB. So memory
//! is linear in the message, whatever it says.

mod cache;
mod chat;
mod error;
mod forgiving;
mod group;
mod json;
mod keywords;
mod legacy_signature;
mod membership;
mod message;
mod pair;
mod read;
mod scalar;
mod time;
mod value;
mod write;

pub(crate) use chat::clock_ms;
pub use chat::{Chat, ChatContent};
pub use error::TransitError;
pub use group::{Group, InvalidGroup, MAX_LEGACY_EVENTS};
pub use json::{MAX_DEPTH, MAX_LEN, MAX_VALUES};
pub use legacy_signature::UpdateSignatureError;
pub use membership::{Event, EventKind, Membership, Update};
pub use message::{Body, Message};
pub use pair::Pair;
pub use read::MAX_EXPANSION;
pub use value::Value;
