//! A node that does nothing, in a process of its own.

use crate::pair::builder;
use crate::runtime;
use status_node::{Node, NodeEvent};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Where the child finds its database, as an environment variable.
pub(crate) const FOLDER: &str = "BENCH_IDLE_FOLDER";

/// Where it finds a peer.
const PEER: &str = "BENCH_IDLE_PEER";

/// How long it does nothing before it counts.
const IDLE: Duration = Duration::from_secs(3);

/// The resident memory of a node on that database with one peer, in bytes.
pub(crate) async fn memory(folder: &Path) -> u64 {
    let listen = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let (peer, _events) = Node::builder().listen(listen).start().await.unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .env(FOLDER, folder)
        .env(PEER, peer.enode().to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = child.stdout.take().unwrap();
    let line = tokio::task::spawn_blocking(move || {
        let mut lines = BufReader::new(output).lines();
        lines.next().expect("the child says how much").unwrap()
    });
    let bytes = line.await.unwrap().parse().unwrap();
    child.wait().unwrap();
    peer.shutdown().await;
    bytes
}

/// What the child does.
pub(crate) fn child(folder: &Path) {
    let peer = std::env::var(PEER).unwrap().parse().unwrap();
    runtime().block_on(async {
        let (node, mut events) = builder(folder, 1).peer(peer).start().await.unwrap();
        while !matches!(events.next().await.unwrap(), NodeEvent::PeerReady { .. }) {}
        tokio::time::sleep(IDLE).await;
        println!("{}", resident());
        node.shutdown().await;
    });
}

/// Resident memory of this process, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("this bench needs Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: u64 = line
        .unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap();
    kib * 1024
}
