//! What commands with a node of their own have in common: a data folder, a node, a signal that ends it.

use super::account::DERIVING;
use super::args::Shared;
use super::output::Output;
use super::{logging, password, progress};
use anyhow::Context;
use serde_json::json;
use status_node::config::LogFormat;
use status_node::data_folder::DataFolder;
use status_node::node::NodeBuilder;
use status_node::rpc::{NodeService, Report};
use status_node::storage::{Database, DatabaseKey};
use status_node::{Node, NodeEvents};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// The network's task ended though nobody stopped it, which is a fault of this program.
const STOPPED_BY_ITSELF: &str = "the node has stopped by itself";

/// Any free port of this machine, for commands that only dial.
pub(crate) const LOOPBACK: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// What takes long if an older version wrote the database, and if it is large.
pub(crate) const OPENING: &str = "opening the database";

/// What is logged by commands for scripts: what they must know.
const QUIET: &str = "warn";

/// A node, its data folder and its events.
pub(crate) struct Service {
    pub(crate) node: Node,
    /// Answers calls, and passes reports on.
    pub(crate) calls: NodeService,
    events: NodeEvents,
    /// Locked as long as this lives.
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
    /// Starts `builder` on `folder`, with the account in it if its password is known.
    pub(crate) async fn start(
        mut builder: NodeBuilder,
        folder: DataFolder,
        account: Account,
        shared: &Shared,
    ) -> anyhow::Result<Self> {
        let stored = folder.account();
        let password = match (account, stored.exists()) {
            (Account::Needed, _) => {
                // Says that there is no account before it asks for its password.
                stored.profile()?;
                Some(password::require(shared)?)
            }
            (Account::Optional, true) => password::find(shared)?,
            (Account::Optional, false) => None,
        };
        if password.is_none() && stored.exists() {
            tracing::info!("no password: the account stays locked, nothing can be sent");
        }
        let busy = progress::busy(DERIVING);
        let identity = password.map(|password| stored.unlock(&password));
        let identity = identity.transpose()?;
        busy.now(OPENING);
        let locked = identity.is_none() && stored.exists();
        if let Some(identity) = identity {
            builder = builder
                .database(Database::open(
                    &folder.database_path(),
                    &DatabaseKey::of(&identity),
                )?)
                .identity(identity);
        }
        builder = builder.node_key(folder.node_key(&mut rand::rng())?);
        let (node, events) = builder.start().await?;
        Ok(Self {
            calls: NodeService::new(node.clone(), locked),
            node,
            events,
            _folder: folder,
        })
    }

    /// Prints how others reach the node.
    pub(crate) fn print_enode(&self, output: Output) -> anyhow::Result<()> {
        let enode = self.node.enode().to_string();
        output.line(&json!({ "enode": enode }), &enode)
    }

    /// The next report, which those who subscribed get too. Cancelling loses nothing.
    pub(crate) async fn report(&mut self) -> anyhow::Result<Report> {
        loop {
            let event = self.events.next().await.context(STOPPED_BY_ITSELF)?;
            self.calls.pass_on(&event);
            if let Some(report) = Report::of(&event) {
                return Ok(report);
            }
        }
    }
}

/// Completes when the user or the system wants this process to end. From the call on, and not only
/// once it is waited for, such a wish no longer ends the process by itself.
#[cfg(unix)]
pub(crate) fn interrupted() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = (!outlives_terminal())
        .then(|| signal(SignalKind::hangup()))
        .transpose()?;
    Ok(async move {
        let hung_up = async {
            match &mut hangup {
                Some(signal) => signal.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hung_up => {}
        }
    })
}

/// Whether this process was started to ignore that its terminal closes, as `nohup` does; a handler
/// would undo that. Assumed where the system does not tell.
#[cfg(unix)]
fn outlives_terminal() -> bool {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else {
        return true;
    };
    let ignored = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // The lowest bit is signal 1, SIGHUP.
    ignored.is_none_or(|mask| mask & 1 == 1)
}

/// Completes when the user wants this process to end.
#[cfg(not(unix))]
pub(crate) fn interrupted() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    })
}
