//! Builds the peers and our own programs, while the network is still there.

use crate::shell;
use anyhow::{Context, Result, anyhow, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

/// The Go peers: folder, name of the binary, package.
const GO_PEERS: [(&str, &str, &str); 6] = [
    ("status-go", "status-go", "."),
    ("go-ethereum-whisper", "go-ethereum-whisper", "."),
    ("go-ethereum-latest", "go-ethereum-latest", "."),
    ("mvds-go", "mvds-go", "."),
    ("go-noise", "go-noise", "."),
    (
        "go-ethereum-latest",
        "devp2p",
        "github.com/ethereum/go-ethereum/cmd/devp2p",
    ),
];

/// The files of the Node peer; its packages are installed beside copies of them.
const NODE_PEER: &str = "ethereumjs";

/// Where the binaries are put.
pub(crate) fn folder() -> PathBuf {
    shell::root().join("target/interop")
}

/// Fails with the names of the programs that the matrix needs and this machine lacks.
pub(crate) fn check_programs() -> Result<()> {
    let needed = [
        ("go", "Go 1.25 or newer"),
        ("node", "Node.js 20 or newer"),
        ("npm", "npm"),
        ("cc", "a C compiler (status-go needs cgo)"),
        ("unshare", "unshare (package util-linux)"),
        ("ip", "ip (package iproute2)"),
    ];
    let missing: Vec<&str> = needed
        .iter()
        .filter(|(program, _)| !shell::is_installed(program))
        .map(|(_, name)| *name)
        .collect();
    if !missing.is_empty() {
        bail!(
            "the live peers need programs that are missing here: {}",
            missing.join(", ")
        );
    }
    Ok(())
}

/// Builds everything. Cargo runs beside Go: each of them waits for downloads now and then.
pub(crate) fn build() -> Result<()> {
    let start = Instant::now();
    std::fs::create_dir_all(folder())?;
    let peers = thread::spawn(|| -> Result<()> {
        build_node_peer()?;
        GO_PEERS
            .iter()
            .try_for_each(|(from, name, package)| build_go_peer(from, name, package))
    });
    let ours = build_ours();
    peers
        .join()
        .map_err(|_| anyhow!("a build of the peers panicked"))??;
    ours?;
    println!("built everything in {:.0} s", start.elapsed().as_secs_f32());
    Ok(())
}

fn build_ours() -> Result<()> {
    shell::run(&mut shell::cargo([
        "build",
        "--quiet",
        "--package",
        "status-node",
        "--package",
        "interop-driver",
    ]))
}

fn build_go_peer(from: &str, name: &str, package: &str) -> Result<()> {
    let start = Instant::now();
    let mut command = shell::program("go");
    command
        .current_dir(shell::root().join("interop").join(from))
        .args(["build", "-trimpath", "-buildvcs=false"])
        // Libraries of 2020 reach into Go's runtime by name.
        .arg("-ldflags=-checklinkname=0")
        .arg("-o")
        .arg(folder().join(name))
        .arg(package)
        .env("CGO_ENABLED", "1")
        // Their C code draws warnings that say nothing about us.
        .env("CGO_CFLAGS", "-O2 -w");
    quietly(&mut command).with_context(|| format!("building the Go peer {name}"))?;
    println!("built {name} in {:.0} s", start.elapsed().as_secs_f32());
    Ok(())
}

fn build_node_peer() -> Result<()> {
    let from = shell::root().join("interop").join(NODE_PEER);
    let to = folder().join(NODE_PEER);
    std::fs::create_dir_all(&to)?;
    for entry in std::fs::read_dir(&from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    let mut command = shell::program("npm");
    command
        .current_dir(&to)
        .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
    quietly(&mut command).context("installing the packages of the Node peer")
}

/// Runs a command and shows what it said only if it fails.
fn quietly(command: &mut Command) -> Result<()> {
    shell::output(command.stdin(Stdio::null())).map(|_| ())
}

/// Our binaries, as cargo left them.
pub(crate) fn ours(name: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new("target").to_path_buf(), PathBuf::from);
    shell::root().join(target).join("debug").join(name)
}
