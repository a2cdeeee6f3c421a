//! The node: sockets, clock and threads around the layers.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use status_node::{Chat, Node, account::{Identity, Mnemonic}};
//!
//! let identity = Identity::from_mnemonic(&Mnemonic::generate(&mut rand::rng()), "")?;
//! let (node, mut events) = Node::builder()
//!     .identity(identity)
//!     .peer("enode://…@127.0.0.1:30303".parse()?)
//!     .start()
//!     .await?;
//! let chat: Chat = "#status".parse()?;
//! node.join(&chat).await?;
//! node.send(&chat, "hello").await?;
//! while let Some(message) = events.next_message().await {
//!     println!("{}", message.text);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`Node`] is a handle; the work is done by one task that owns Whisper's state and moves packets
//! between it and the network service. Nothing the task does takes long: proof of work has threads
//! of its own, keys are derived on the runtime's blocking threads. All queues are bounded: a peer
//! that does not read keeps what waits for it in Whisper's pool, a peer that floods is not read,
//! and an application that does not fetch its messages loses them, which is counted.

mod builder;
mod clock;
mod driver;
mod event;
mod handle;
mod pow;
mod recent;
mod sending;
mod stats;

pub use builder::{NodeBuilder, StartError};
pub use event::{NodeEvent, NodeEvents};
pub use handle::{JoinError, Node, SendError, Sent};
pub use pow::PowError;
pub use stats::NodeStats;
