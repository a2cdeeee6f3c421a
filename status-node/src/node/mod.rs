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
//! between it and the network service, and by one thread that owns the database and the messenger:
//!
//! ```text
//! Node (handle) -- calls --> messenger's thread (one transaction for each batch of them)
//!                                 |                              ^
//!                 what is listened to, payloads      opened envelopes, what became of
//!                            to be sent                      envelopes sent
//!                                 v                              |
//!                            node's task (Whisper, proof of work, network)
//! ```
//!
//! What the task decides without socket and clock stands in `transport`, which simulations drive too.
//!
//! Nothing the task does takes long: proof of work has threads of its own, the disk is the messenger's
//! thread's business. All queues are bounded: a peer that does not read keeps what waits for it in
//! Whisper's pool; when the messenger cannot keep up the network is not read, so that a flood slows its
//! sender, while the application's calls overtake it; an application that does not fetch its events
//! loses them, which is counted, and finds its messages in the database.

mod builder;
mod clock;
mod desk;
mod driver;
mod event;
mod folder;
mod handle;
mod pow;
mod sending;
mod stats;
mod transport;

pub(crate) use desk::{Arrival, Batch, GuardedMessenger, Work};
pub(crate) use sending::Sealed;
pub(crate) use stats::{Counts, DeskCounts};
pub(crate) use transport::{Transport, TransportEvent};

pub use builder::{NodeBuilder, StartError};
pub use event::{NodeEvent, NodeEvents};
pub use folder::OpenError;
pub use handle::{CallError, Node, SendError, Sent};
pub use pow::PowError;
pub use stats::{NodeStats, ReadyPeer};
