//! The messages as they stand on the wire, generated from `proto/`. Nothing in them is validated:
//! enumerations are bare numbers, texts may be empty or absurd. They are for those who must see
//! all that a message says, like a tool that explains bytes; an application takes
//! [`ChatMessage`](crate::ChatMessage) and [`Decoded::validate`](crate::Decoded::validate).
#![allow(
    clippy::doc_markdown,
    unreachable_pub,
    reason = "generated code follows the generator's style"
)]

include!("generated/status.payload.rs");
