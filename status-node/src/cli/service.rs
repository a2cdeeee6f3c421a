//! What `run`, `send` and `listen` have in common: a data folder, a node, a signal that ends it.

use super::args::Shared;
use super::output::Output;
use super::{logging, password};
use serde_json::json;
use status_node::config::LogFormat;
use status_node::data_folder::DataFolder;
use status_node::node::NodeBuilder;
use status_node::{Node, NodeEvents};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// Any free port of this machine, for commands that only dial.
pub(crate) const LOOPBACK: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// What is logged by commands for scripts: what they must know.
const QUIET: &str = "warn";

/// A node, its data folder and its events.
pub(crate) struct Service {
    pub(crate) node: Node,
    pub(crate) events: NodeEvents,
    /// Keeps the folder locked.
    _folder: DataFolder,
}

/// Starts logging for a command that is not `run`.
pub(crate) fn start_logging(shared: &Shared) -> anyhow::Result<()> {
    logging::start(
        shared.log.as_deref().unwrap_or(QUIET),
        shared.log_format.unwrap_or(LogFormat::Text),
    )
}

/// Where the data folder is.
pub(crate) fn folder_path(shared: &Shared) -> anyhow::Result<PathBuf> {
    Ok(match &shared.data_dir {
        Some(path) => path.clone(),
        None => DataFolder::default_path()?,
    })
}

/// Locks the data folder.
pub(crate) fn open_folder(shared: &Shared) -> anyhow::Result<DataFolder> {
    Ok(DataFolder::open(folder_path(shared)?)?)
}

/// Whether a command can do without an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Account {
    /// It sends.
    Needed,
    /// It only reads and passes on.
    Optional,
}

impl Service {
    /// Starts `builder` on `folder` and prints where it listens.
    pub(crate) async fn start(
        mut builder: NodeBuilder,
        folder: DataFolder,
        account: Account,
        shared: &Shared,
        output: Output,
    ) -> anyhow::Result<Self> {
        let stored = folder.account();
        builder = match (account, stored.exists()) {
            (Account::Needed, _) => {
                // Says that there is no account before it asks for its password.
                stored.profile()?;
                builder.identity(stored.unlock(&password::require(shared)?)?)
            }
            (Account::Optional, true) => match password::find(shared)? {
                Some(password) => builder.identity(stored.unlock(&password)?),
                None => {
                    tracing::info!("no password: the account stays locked, nothing can be sent");
                    builder
                }
            },
            (Account::Optional, false) => builder,
        };
        builder = builder.node_key(folder.node_key(&mut rand::rng())?);
        let (node, events) = builder.start().await?;
        let enode = node.enode().to_string();
        output.line(&json!({ "enode": enode }), &enode)?;
        Ok(Self {
            node,
            events,
            _folder: folder,
        })
    }
}

/// Completes when the user or the system wants this process to end.
pub(crate) async fn interrupted() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            result = tokio::signal::ctrl_c() => result,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
