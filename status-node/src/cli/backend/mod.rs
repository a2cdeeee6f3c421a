//! Where commands are carried out: by the node that runs on the data folder, by one of their own, or on
//! the database alone.

mod database;

use super::args::Shared;
use super::output::Output;
use super::progress;
use super::service::{
    Account, LOOPBACK, Service, folder_path, interrupted, open_folder, start_logging,
};
use super::show::Show;
use anyhow::{anyhow, bail};
use database::OwnDatabase;
use serde_json::json;
use status_node::Node;
use status_node::rpc::methods::{Darkness, Lint, NodeInfo, Subscribe};
use status_node::rpc::records::{FindingRecord, State};
use status_node::rpc::{Client, Operation, Report, SOCKET};
use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

/// How long a command of its own waits until a peer has what it sends.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a command needs if no node runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// The database: it only reads, or changes what is kept here.
    Database,
    /// A node with peers: others must learn of it.
    Network,
}

/// Carries out commands.
pub(crate) enum Backend {
    /// The node that runs on the folder.
    Remote(Box<Client>),
    /// A node of this process.
    Own(Box<Service>),
    /// The database, and no node.
    Database(Box<OwnDatabase>),
}

impl Backend {
    /// What there is. `--peer` and `--listen` ask for a node of one's own.
    pub(crate) async fn open(shared: &Shared, need: Need) -> anyhow::Result<Self> {
        if !shared.peers.is_empty() || shared.listen.is_some() {
            return Self::own(shared, Account::Needed, &[]).await;
        }
        let path = folder_path(shared)?;
        if let Some(client) = connect(&path).await {
            return Ok(Self::Remote(client));
        }
        match need {
            Need::Database => {
                let database = OwnDatabase::open(open_folder(shared)?, shared)?;
                Ok(Self::Database(Box::new(database)))
            }
            Need::Network => bail!(
                "no node runs on {}: start one with `status-node run`, or give --peer",
                path.display()
            ),
        }
    }

    /// A node of this process, in `chats`.
    pub(crate) async fn own(
        shared: &Shared,
        account: Account,
        chats: &[status_node::Chat],
    ) -> anyhow::Result<Self> {
        let folder = open_folder(shared)?;
        let mut builder = Node::builder()
            .listen(shared.listen.unwrap_or(LOOPBACK))
            .nat(shared.nat.unwrap_or_default())
            .light(shared.light);
        for peer in &shared.peers {
            builder = builder.peer(*peer);
        }
        for chat in chats {
            builder = builder.join(chat.clone());
        }
        let service = Service::start(builder, folder, account, shared).await?;
        Ok(Self::Own(Box::new(service)))
    }

    /// Prints how others reach the node, as all commands do that run one or speak to one.
    pub(crate) async fn print_enode(&mut self, output: Output) -> anyhow::Result<()> {
        let enode = match self {
            Self::Remote(client) => client.call(&NodeInfo {}).await?.enode,
            Self::Own(service) => return service.print_enode(output),
            Self::Database(_) => return Ok(()),
        };
        output.line(&json!({ "enode": enode }), &enode)
    }

    /// Does what a method does.
    pub(crate) async fn call<O: Operation>(&mut self, operation: O) -> anyhow::Result<O::Answer> {
        Ok(match self {
            Self::Remote(client) => client.call(&operation).await?,
            Self::Own(service) => service.calls.run(operation).await?,
            Self::Database(database) => database.run(operation)?,
        })
    }

    /// What the node gives away, or the account where no node runs.
    pub(crate) async fn darkness(
        &mut self,
        darkness: Darkness,
    ) -> anyhow::Result<Vec<FindingRecord>> {
        Ok(match self {
            Self::Remote(client) => client.call(&darkness).await?,
            Self::Own(service) => service.calls.darkness(darkness).await?,
            Self::Database(database) => database.run(darkness)?,
        })
    }

    /// What a message would give away.
    pub(crate) async fn lint(&mut self, lint: Lint) -> anyhow::Result<Vec<FindingRecord>> {
        Ok(match self {
            Self::Remote(client) => client.call(&lint).await?,
            Self::Own(service) => service.calls.lint(lint).await?,
            Self::Database(database) => database.run(lint)?,
        })
    }

    /// Asks for reports. A node of this process reports everything anyway.
    pub(crate) async fn subscribe(&mut self, subscribe: &Subscribe) -> anyhow::Result<()> {
        if let Self::Remote(client) = self {
            client.call(subscribe).await?;
        }
        Ok(())
    }

    /// The next report.
    pub(crate) async fn report(&mut self) -> anyhow::Result<Report> {
        match self {
            Self::Remote(client) => Ok(client.report().await?),
            Self::Own(service) => service.report().await,
            Self::Database(_) => bail!("nothing happens where no node runs"),
        }
    }

    /// Peers with which envelopes flow; none if that cannot be said.
    pub(crate) async fn ready_peers(&mut self) -> Option<u64> {
        match self {
            Self::Remote(client) => client
                .call(&NodeInfo {})
                .await
                .ok()
                .map(|node| node.ready_peers),
            Self::Own(service) => {
                let stats = service.node.stats().await?;
                u64::try_from(stats.ready_peers).ok()
            }
            Self::Database(_) => None,
        }
    }

    /// Ends it. What a node of this process has handed to its connections is still written.
    pub(crate) async fn close(self) {
        if let Self::Own(service) = self {
            service.node.shutdown().await;
        }
    }

    /// Waits until a peer has what was just said through a node of this process.
    async fn wait_handed(&mut self) -> anyhow::Result<()> {
        let mut left = HashSet::new();
        // What was said was reported before the call came back.
        while let Some(report) = self.report_at_hand().await? {
            take(&mut left, report)?;
        }
        while !left.is_empty() {
            take(&mut left, self.report().await?)?;
        }
        Ok(())
    }

    /// A report that is there already.
    async fn report_at_hand(&mut self) -> anyhow::Result<Option<Report>> {
        tokio::select! {
            biased;
            report = self.report() => report.map(Some),
            () = std::future::ready(()) => Ok(None),
        }
    }
}

/// Keeps count of the messages that no peer has yet.
fn take(left: &mut HashSet<String>, report: Report) -> anyhow::Result<()> {
    let Report::Ledger(entry) = report else {
        return Ok(());
    };
    match entry.state {
        State::Queued => {
            left.insert(entry.message);
        }
        State::Handed => {
            left.remove(&entry.message);
        }
        State::Failed if left.contains(&entry.message) => {
            bail!("it cannot be sent: {}", entry.reason.unwrap_or_default())
        }
        _ => {}
    }
    Ok(())
}

/// The node that runs on `folder`, if one does.
pub(crate) async fn connect(folder: &Path) -> Option<Box<Client>> {
    connect_to(&folder.join(SOCKET)).await
}

/// The node that listens at a socket, if one does.
pub(crate) async fn connect_to(socket: &Path) -> Option<Box<Client>> {
    Client::connect(socket).await.ok().map(Box::new)
}

/// What a command prints.
pub(crate) trait Print {
    /// Prints it.
    fn print(&self, output: Output) -> anyhow::Result<()>;
}

impl<T: Show> Print for Vec<T> {
    fn print(&self, output: Output) -> anyhow::Result<()> {
        self.iter().try_for_each(|record| record.print(output))
    }
}

impl<T: Show> Print for T {
    fn print(&self, output: Output) -> anyhow::Result<()> {
        super::show::print(output, self)
    }
}

/// Carries out a command that has one answer, and prints it.
pub(crate) async fn answer<O: Operation<Answer: Print>>(
    operation: O,
    need: Need,
    shared: &Shared,
    output: Output,
) -> anyhow::Result<()> {
    start_logging(shared)?;
    let interrupted = interrupted()?;
    let mut backend = Backend::open(shared, need).await?;
    let work = async {
        let answer = backend.call(operation).await?;
        if let Backend::Own(_) = backend {
            let _busy = progress::busy("waiting until a peer takes it");
            let handed = backend.wait_handed();
            tokio::time::timeout(PATIENCE, handed)
                .await
                .map_err(|_| {
                    let seconds = PATIENCE.as_secs();
                    anyhow!("no peer took it within {seconds} s; it is stored, and goes out when a node runs")
                })??;
        }
        answer.print(output)
    };
    let result = tokio::select! {
        result = work => result,
        () = interrupted => Err(anyhow!("interrupted")),
    };
    backend.close().await;
    result
}
