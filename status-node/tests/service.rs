//! What a service manager and a monitor see of a node that runs.
#![cfg(test)]
#![cfg(unix)]
#![cfg(feature = "cli")]

mod common;

use common::{Home, Running, complaint};
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixDatagram;
use std::process::{Command, Output, Stdio};
use std::time::Instant;

const METRICS: &str = include_str!("../../docs/metrics.md");

const UNIT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../contrib/status-node.service"
);

const RUN: [&str; 6] = [
    "run",
    "--json",
    "--listen",
    "127.0.0.1:0",
    "--metrics",
    "127.0.0.1:0",
];

/// What is answered to a request: the head and the rest.
fn ask(address: &str, request: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, text) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), text.to_owned())
}

/// The metrics that are given: each name with its kind, and the lines with their values.
fn metrics(address: &str) -> (BTreeSet<(String, String)>, Vec<String>) {
    let (head, text) = ask(address, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.contains("Content-Type: application/openmetrics-text; version=1.0.0"));
    assert!(head.contains(&format!("Content-Length: {}", text.len())));
    assert!(text.ends_with("# EOF\n"), "{text}");
    let kinds = text.lines().filter_map(|line| {
        let (name, kind) = line.strip_prefix("# TYPE ")?.split_once(' ')?;
        let ending = if kind == "counter" { "_total" } else { "" };
        Some((format!("{name}{ending}"), kind.to_owned()))
    });
    let kinds = kinds.collect();
    let values = text.lines().filter(|line| !line.starts_with('#'));
    (kinds, values.map(str::to_owned).collect())
}

#[test]
fn a_monitor_gets_every_counter_that_is_documented() {
    let home = Home::new();
    let mut node = Running::start(&mut home.command(&RUN));
    let first = node.line();
    let address = first["metrics"].as_str().unwrap();
    let (given, values) = metrics(address);
    let documented: BTreeSet<(String, String)> = METRICS
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| `")?.split('|').map(str::trim);
            let name = cells.next()?.strip_suffix('`')?;
            Some((name.to_owned(), cells.next()?.to_owned()))
        })
        .collect();
    assert_eq!(given, documented);
    let has = |wanted: &str| assert!(values.iter().any(|line| line == wanted), "{values:#?}");
    has("status_node_ready_peers 0");
    has("status_node_whisper_drops_total{reason=\"expired\"} 0");
    has("status_node_network_connections{state=\"inbound\"} 0");

    // A peer comes, and is counted.
    let other = Home::new();
    let enode = first["enode"].as_str().unwrap();
    let listen = ["listen", "--chat", "#a", "--peer", enode];
    let mut listener = Running::start(&mut other.command(&listen));
    listener.text();
    let established = "status_node_network_established_total 1";
    let start = Instant::now();
    while !metrics(address).1.iter().any(|line| line == established) {
        assert!(start.elapsed() < common::STUCK, "no peer comes");
        std::thread::yield_now();
    }
    assert_eq!(node.terminate(), Some(0));
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn who_is_no_monitor_is_refused() {
    let home = Home::new();
    let mut node = Running::start(&mut home.command(&RUN));
    let first = node.line();
    let address = first["metrics"].as_str().unwrap();
    for (request, wanted) in [
        (
            "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(),
            "404",
        ),
        (
            "POST /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".into(),
            "405",
        ),
        (
            "GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n".into(),
            "403",
        ),
        ("hello\r\n\r\n".into(), "400"),
        (
            format!("GET /metrics HTTP/1.1\r\nA: {}", "b".repeat(8_170)),
            "431",
        ),
    ] {
        let (head, _) = ask(address, &request);
        assert!(head.starts_with(&format!("HTTP/1.1 {wanted} ")), "{head}");
    }
    let head = ask(address, "HEAD /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(head.0.starts_with("HTTP/1.1 200 OK"), "{head:?}");
    assert_eq!(head.1, "");
    // Connections that say nothing take some places and not all.
    let silent: Vec<TcpStream> = (0..7)
        .map(|_| TcpStream::connect(address).unwrap())
        .collect();
    metrics(address);
    drop(silent);
}

#[test]
fn metrics_are_for_this_machine_only() {
    let home = Home::new();
    let output = home.run(&["run", "--metrics", "0.0.0.0:9100"]);
    let sentence = complaint(&output);
    assert!(sentence.contains("can be reached by others"), "{sentence}");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_service_manager_is_told_when_the_node_is_ready_and_when_it_stops() {
    let home = Home::new();
    let path = home.path().join("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    manager.set_read_timeout(Some(common::STUCK)).unwrap();
    let mut command = home.command(&["run", "--json", "--listen", "127.0.0.1:0"]);
    let mut node = Running::start(command.env("NOTIFY_SOCKET", &path));
    let told = || {
        let mut bytes = [0; 1024];
        let count = manager.recv(&mut bytes).unwrap();
        String::from_utf8(bytes[..count].to_vec()).unwrap()
    };
    let ready = told();
    assert!(
        ready.starts_with("READY=1\nSTATUS=Reached by enode://"),
        "{ready}"
    );
    // It is ready indeed.
    let output = home.run(&["chats", "--json"]);
    assert!(!String::from_utf8_lossy(&output.stderr).contains("no node runs"));
    assert_eq!(node.terminate(), Some(0));
    assert_eq!(told(), "STOPPING=1");
}

/// What systemd-analyze says of the unit; none where it is not there, or older than 250 and does not know all
/// that is asked of it.
fn analyze(arguments: &[&str]) -> Option<Output> {
    let ask = |arguments: &[&str]| {
        let mut command = Command::new("systemd-analyze");
        command.args(arguments).stdin(Stdio::null()).output().ok()
    };
    let version = String::from_utf8(ask(&["--version"])?.stdout).unwrap();
    let version: u32 = version.split(' ').nth(1)?.parse().ok()?;
    (version >= 250).then(|| ask(arguments))?
}

#[test]
fn systemd_takes_the_unit_and_finds_it_closed() {
    let home = Home::new();
    let unit = std::fs::read_to_string(UNIT).unwrap();
    let program = env!("CARGO_BIN_EXE_status-node");
    let installed = unit.replace("/usr/local/bin/status-node", program);
    assert_ne!(installed, unit);
    let path = home.file("status-node.service", &installed);
    if let Some(verified) = analyze(&["verify", "--man=no", &path]) {
        let said = String::from_utf8_lossy(&verified.stderr);
        assert!(verified.status.success(), "{said}");
        assert!(!said.contains("status-node.service"), "{said}");
    }
    // Of 100, which is a service that may do everything.
    let threshold = ["security", "--offline=yes", "--threshold=20", &path];
    if let Some(judged) = analyze(&threshold) {
        let said = String::from_utf8_lossy(&judged.stdout);
        assert!(judged.status.success(), "{said}");
    }
}
