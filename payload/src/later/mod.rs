//! What clients after status-go v0.50.0 say: the draft 6/PAYLOADS of August 2020 and what followed.
//!
//! To [`Decoded`](crate::Decoded) all of this is unknown, as it was to the clients of its day: a type it
//! does not know is handed over whole, and a content type is a number. [`LaterMessage::decode`] and
//! [`Attachment::decode`] read the same bytes with what is known since.
//! [`Received`](crate::Received) does both.

mod attachment;
mod message;
mod names;

pub use attachment::{Attachment, InvalidAttachment};
pub use message::{InvalidLater, LaterMessage, MAX_EDITED_CHARACTERS, MAX_STATUS_CHARACTERS};
pub use names::later_type_name;
