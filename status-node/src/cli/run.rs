//! `status-node run`: a node, until it is interrupted.

use super::args::{Run, Shared};
use super::backend::Backend;
use super::logging;
use super::metrics::MetricsServer;
use super::output::Output;
use super::reader::Reader;
use super::service::{Account, Service, interrupted, open_folder};
use super::service_manager::ServiceManager;
use serde_json::json;
use status_devp2p::net::nat::NatMode;
use status_devp2p::peers::Limits;
use status_node::config::Config;
use status_node::data_folder::DataFolder;
use status_node::messenger::Settings;
use status_node::rpc::{Report, Server};
use status_node::{Chat, Node};
use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr};

/// Where nodes of this network listen.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::UNSPECIFIED), 30303);

pub(crate) async fn run(run: Run, mut shared: Shared, output: Output) -> anyhow::Result<()> {
    let config = match &run.config {
        Some(path) => Config::load(path)?,
        None => Config::default(),
    };
    let filter = shared.log.as_deref().or(config.log.as_deref());
    logging::start(
        filter.unwrap_or("info"),
        shared.log_format.or(config.log_format).unwrap_or_default(),
    )?;
    shared.data_dir = shared.data_dir.or(config.data_dir);
    shared.password_file = shared.password_file.or(config.password_file);
    let folder = open_folder(&shared)?;

    let listen = shared.listen.or(config.listen).unwrap_or(LISTEN);
    // A node that only this machine can reach needs no port of the router.
    let nat = shared
        .nat
        .or(config.nat)
        .unwrap_or(if listen.ip().is_loopback() {
            NatMode::None
        } else {
            NatMode::Any
        });
    let mut builder = Node::builder()
        .listen(listen)
        .nat(nat)
        .light(shared.light || config.light.unwrap_or_default());
    for peer in shared.peers.iter().chain(&config.peers) {
        builder = builder.peer(*peer);
    }
    for peer in &config.trusted_peers {
        builder = builder.peer(*peer).trusted_peer(peer.id);
    }
    if let Some(data_sync) = config.data_sync {
        builder = builder.messenger(Settings {
            data_sync,
            ..Settings::default()
        });
    }
    if let Some(limits) = config.rate_limits {
        builder = builder.rate_limiting(limits);
    }
    if let Some(announce) = config.announce_sent {
        builder = builder.announce_sent(announce);
    }
    if let Some(per_hour) = run.decoys.or(config.decoys) {
        builder = builder.decoys(per_hour);
    }
    if let Some(pow) = run.min_pow.or(config.min_pow) {
        builder = builder.min_pow(pow);
    }
    if let Some(peers) = config.max_peers {
        builder = builder.limits(Limits {
            inbound: peers - peers / 2,
            outbound: peers / 2,
            ..Limits::default()
        });
    }
    let interrupted = interrupted()?;
    let chats: HashSet<Chat> = run.chats.into_iter().chain(config.chats).collect();
    for chat in &chats {
        builder = builder.join(chat.clone());
    }
    let metrics = match run.metrics.or(config.metrics) {
        Some(address) => Some(MetricsServer::bind(address.get()).await?),
        None => None,
    };
    let metrics_address = metrics.as_ref().map(MetricsServer::address).transpose()?;
    // Before the node says that it runs: then it can be asked.
    let socket = bind(&folder);
    let service = Service::start(builder, folder, Account::Optional, &shared).await?;
    print_addresses(&service.node, metrics_address, output)?;
    let manager = ServiceManager::of_environment();
    manager.ready(&service.node.enode().to_string());
    let (node, calls) = (service.node.clone(), service.calls.clone());
    let mut backend = Backend::Own(Box::new(service));
    let control = async {
        match &socket {
            Some(socket) => socket.serve(calls).await,
            None => std::future::pending().await,
        }
    };
    let monitor = async {
        match metrics {
            Some(metrics) => metrics.serve(node.clone()).await,
            None => std::future::pending().await,
        }
    };
    let result = tokio::select! {
        () = interrupted => Ok(()),
        result = print_messages(&mut backend, output) => result,
        () = control => Ok(()),
        () = monitor => Ok(()),
    };
    manager.stopping();
    if let Some(stats) = node.stats().await {
        tracing::info!(stats = %stats.to_json(), "stopping");
    }
    // So that nobody tries to reach a node that is gone.
    drop(socket);
    backend.close().await;
    result
}

/// Prints how others reach the node, and where its counters are.
fn print_addresses(node: &Node, metrics: Option<SocketAddr>, output: Output) -> anyhow::Result<()> {
    let enode = node.enode().to_string();
    let mut json = json!({ "enode": enode });
    if let (Some(address), Some(fields)) = (metrics, json.as_object_mut()) {
        fields.insert("metrics".into(), address.to_string().into());
        tracing::info!("metrics at http://{address}/metrics");
    }
    output.line(&json, &enode)
}

/// Without a socket the node runs all the same.
fn bind(folder: &DataFolder) -> Option<Server> {
    Server::bind(folder)
        .inspect_err(|error| tracing::warn!(%error, "no other command can reach this node"))
        .ok()
}

/// Prints messages as they come. All goes to whoever subscribed.
async fn print_messages(backend: &mut Backend, output: Output) -> anyhow::Result<()> {
    let mut reader = Reader::new(backend, output).await;
    loop {
        match backend.report().await? {
            Report::Message(message) => reader.message(&message)?,
            report => reader.follow(backend, &report).await?,
        }
    }
}
