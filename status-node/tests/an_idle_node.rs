//! What a node takes that has nothing to do.
#![cfg(test)]
#![cfg(feature = "cli")]
#![cfg(target_os = "linux")]

mod common;

use common::{Home, Running, json};

/// In KB. A release takes half of what this unoptimised program does.
const LIMIT: u64 = 60 << 10;

#[test]
fn an_idle_node_takes_little_memory() {
    let home = Home::new();
    json(&home.run(&["account", "new", "--json"]));
    let mut run = home.command(&["run", "--listen", "127.0.0.1:0", "--json"]);
    for number in 0..20 {
        run.args(["--chat", &format!("#chat-{number}")]);
    }
    let mut node = Running::start(&mut run);
    node.enode();
    let status = std::fs::read_to_string(format!("/proc/{}/status", node.id())).unwrap();
    let resident = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.trim().strip_suffix(" kB"))
        .unwrap();
    let resident: u64 = resident.trim().parse().unwrap();
    assert!(resident < LIMIT, "{resident} KB");
}
