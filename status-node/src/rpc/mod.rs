//! JSON-RPC 2.0 over a Unix socket in the data folder: how commands and other programs of the same
//! user talk to a node that runs.
//!
//! One object, or one batch, is one line. `docs/json-rpc.md` describes every method; here each is a
//! type that implements [`Method`], and a [`Client`] calls it:
//!
//! ```no_run
//! # #[cfg(unix)]
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use status_node::rpc::{Client, methods};
//!
//! let mut client = Client::connect("data/control".as_ref()).await?;
//! for chat in client.call(&methods::Chats {}).await? {
//!     println!("{} {}", chat.chat, chat.unread);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A client that does not read what it subscribed to loses the subscription and is told why; nobody
//! else waits for it. All queues are bounded.

mod call;
#[cfg(unix)]
mod client;
#[cfg(unix)]
mod connection;
mod error;
mod fault;
mod lines;
pub mod methods;
mod operation;
mod operations;
mod outgoing;
pub mod records;
mod report;
#[cfg(unix)]
mod server;
#[cfg(unix)]
mod service;
mod subscription;
mod text;

pub use call::{Call, Id, Incoming, MAX_BATCH, Refused, parse};
#[cfg(unix)]
pub use client::{CallError, Client};
#[cfg(unix)]
pub use connection::Service;
pub use error::{RpcError, code};
pub use fault::{CallFault, Unfit};
pub use lines::{LineError, Lines, MAX_LINE};
pub use methods::Method;
pub use operation::{Operation, Refusal};
pub use outgoing::MAX_UNREAD;
pub use report::{Report, ReportKind};
#[cfg(unix)]
pub use server::{BindError, FIRST_CALL, MAX_CLIENTS, SOCKET, Server};
#[cfg(unix)]
pub use service::NodeService;
pub use subscription::{Ended, MAX_SUBSCRIPTIONS};
pub use text::Text;
