//! `status-node run`: a node, until it is interrupted.

use super::args::{Run, Shared};
use super::control;
use super::listen::print_message;
use super::logging;
use super::output::Output;
use super::service::{Account, STOPPED_BY_ITSELF, Service, interrupted, open_folder};
use status_devp2p::net::nat::NatMode;
use status_devp2p::peers::Limits;
use status_node::config::Config;
use status_node::{Chat, Node, NodeEvent, NodeEvents};
use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::sync::broadcast;

/// Where nodes of this network listen.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::UNSPECIFIED), 30303);

/// Events that a program which listens through this node may lag behind.
const REPORTS: usize = 1024;

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
    if let Some(limits) = config.rate_limits {
        builder = builder.rate_limiting(limits);
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
    // Before the node says that it runs: then it can be asked.
    let socket = control::bind(&folder);
    let mut service = Service::start(builder, folder, Account::Optional, &shared, output).await?;
    let account = service.folder.account();
    let (reports, _) = broadcast::channel(REPORTS);
    let control = control::serve(socket, &service.node, &account, &reports, &chats);
    let result = tokio::select! {
        () = interrupted => Ok(()),
        result = pass_on(&mut service.events, &reports, &chats, output) => result,
        () = control => Ok(()),
    };
    if let Some(stats) = service.node.stats().await {
        tracing::info!(stats = %stats.to_json(), "stopping");
    }
    control::unbind(&service.folder);
    service.node.shutdown().await;
    result
}

/// Prints the messages of the node's own chats, and passes everything on to whoever asked.
async fn pass_on(
    events: &mut NodeEvents,
    reports: &broadcast::Sender<NodeEvent>,
    chats: &HashSet<Chat>,
    output: Output,
) -> anyhow::Result<()> {
    while let Some(event) = events.next().await {
        match &event {
            NodeEvent::Message(message) if chats.contains(&message.chat) => {
                print_message(output, message)?;
            }
            _ => {}
        }
        // Nobody asked: then it concerns nobody.
        let _ = reports.send(event);
    }
    anyhow::bail!(STOPPED_BY_ITSELF)
}
