//! What a cell works with: peers to start, a folder for logs, a folder for data.

use super::builds;
use super::peer::{Dialect, PATIENCE, Peer, text};
use crate::shell;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::io::ErrorKind;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The programs that answer JSON lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    /// Our crates, below the node: connections and Whisper, or data sync.
    Ours,
    /// status-go v0.50.0, node and messenger.
    StatusGo,
    /// go-ethereum v1.9.20 with Whisper.
    GoEthereum,
    /// The newest go-ethereum's `p2p.Server`.
    Latest,
    /// `@ethereumjs/devp2p`.
    Ethereumjs,
    /// vacp2p/mvds v0.0.23.
    Mvds,
    /// flynn/noise.
    GoNoise,
}

impl Program {
    /// As it is called in the names of cells.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::StatusGo => "status-go",
            Self::GoEthereum => "go-ethereum",
            Self::Latest => "latest",
            Self::Ethereumjs => "ethereumjs",
            Self::Mvds => "mvds",
            Self::GoNoise => "go-noise",
        }
    }

    fn command(self) -> Command {
        let folder = builds::folder();
        match self {
            Self::Ours => Command::new(builds::ours("interop-driver")),
            Self::StatusGo => Command::new(folder.join("status-go")),
            Self::GoEthereum => Command::new(folder.join("go-ethereum-whisper")),
            Self::Latest => Command::new(folder.join("go-ethereum-latest")),
            Self::Mvds => Command::new(folder.join("mvds-go")),
            Self::GoNoise => Command::new(folder.join("go-noise")),
            Self::Ethereumjs => {
                let mut command = Command::new("node");
                command.arg(folder.join("ethereumjs/main.js"));
                command
            }
        }
    }
}

/// One cell's workplace.
pub(crate) struct Lab {
    logs: PathBuf,
    data: PathBuf,
    /// Another name of `data`: the path of a Unix socket has 107 bytes at most.
    short: PathBuf,
}

/// A started peer and the address others reach it at.
pub(crate) struct Running {
    /// The process.
    pub(crate) peer: Peer,
    /// Its enode URL.
    pub(crate) enode: String,
    /// What `start` told, the enode included.
    pub(crate) told: Value,
}

impl Lab {
    /// A workplace for the cell of this name; what an earlier run left is removed.
    pub(crate) fn new(cell: &str) -> Result<Self> {
        let logs = builds::folder().join("logs").join(cell.replace('/', "."));
        if logs.exists() {
            std::fs::remove_dir_all(&logs)?;
        }
        let data = logs.join("data");
        std::fs::create_dir_all(&data)?;
        let short = short_name(&data)?;
        Ok(Self { logs, data, short })
    }

    /// Starts a driven peer that listens, under a name that the cell has not used yet.
    pub(crate) fn start(&self, program: Program, name: &str, params: Value) -> Result<Running> {
        let (peer, told) = self.start_driven(program, name, params)?;
        let enode = text(&told, "enode")?.to_owned();
        Ok(Running { peer, enode, told })
    }

    /// Starts a driven peer that has no address; the cell itself carries what it sends.
    pub(crate) fn start_alone(&self, program: Program, name: &str, params: Value) -> Result<Peer> {
        self.start_driven(program, name, params)
            .map(|(peer, _)| peer)
    }

    fn start_driven(&self, program: Program, name: &str, params: Value) -> Result<(Peer, Value)> {
        let peer = self.drive(program, name)?;
        let told = peer.call("start", params)?;
        Ok((peer, told))
    }

    /// Starts a driven program that is no node, under a name that the cell has not used yet.
    pub(crate) fn drive(&self, program: Program, name: &str) -> Result<Peer> {
        let folder = self.data.join(name);
        std::fs::create_dir_all(&folder)?;
        let mut command = program.command();
        // Go's temporary folders land in the cell's own.
        command.current_dir(&folder).env("TMPDIR", &folder);
        Peer::start(name, command, Dialect::Driven, &self.logs)
    }

    /// Where an account of this name may store what it likes.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.short.join(format!("{name}-account"))
    }

    /// A file among the logs.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.logs.join(name)
    }

    /// Starts our own program with a folder and an account of its own.
    pub(crate) fn node(&self, name: &str, arguments: &[&str]) -> Result<Running> {
        let folder = self.data.join(name);
        if !folder.exists() {
            self.new_account(name)?;
        }
        self.node_on(name, &folder, arguments)
    }

    /// Starts our own program on a folder that has an account, under a name that the cell has not
    /// used yet.
    pub(crate) fn node_on(&self, name: &str, folder: &Path, arguments: &[&str]) -> Result<Running> {
        let command = self.node_command(folder, arguments)?;
        let peer = Peer::start(name, command, Dialect::CommandLine, &self.logs)?;
        let told = peer.wait_for("enode", PATIENCE, |line| line.get("enode").is_some())?;
        let enode = text(&told, "enode")?.to_owned();
        Ok(Running { peer, enode, told })
    }

    /// Makes the account of a node and gives its public key.
    pub(crate) fn new_account(&self, name: &str) -> Result<String> {
        self.make_account(&self.data.join(name), &["account", "new"])
    }

    /// Makes an account of a private key in hex, and gives its public key.
    pub(crate) fn import_account(&self, folder: &Path, private_key: &str) -> Result<String> {
        let file = self.data.join(format!("key-{private_key}"));
        std::fs::write(&file, private_key)?;
        let file = file.to_string_lossy().into_owned();
        self.make_account(folder, &["account", "import", "--private-key-file", &file])
    }

    fn make_account(&self, folder: &Path, arguments: &[&str]) -> Result<String> {
        let mut command = self.node_command(folder, arguments)?;
        let output = command.stdin(Stdio::null()).output()?;
        if !output.status.success() {
            bail!(
                "account: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        let told: Value = serde_json::from_slice(&output.stdout).context("account")?;
        Ok(text(&told, "public_key")?.to_owned())
    }

    fn node_command(&self, folder: &Path, arguments: &[&str]) -> Result<Command> {
        let password = self.data.join("password");
        std::fs::write(&password, "interop\n")?;
        let mut command = Command::new(builds::ours("status-node"));
        command
            .current_dir(shell::root())
            .args(arguments)
            .arg("--json")
            .arg("--data-dir")
            .arg(folder)
            .arg("--password-file")
            .arg(password);
        Ok(command)
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        // What stays costs a name in the folder for temporary files.
        let _ = std::fs::remove_file(&self.short);
    }
}

/// Makes a short name for a folder.
fn short_name(folder: &Path) -> Result<PathBuf> {
    let names = (0_u32..).map(|number| std::env::temp_dir().join(format!("interop-{number}")));
    for name in names {
        match symlink(folder, &name) {
            Ok(()) => return Ok(name),
            // Of another cell, or of a run that was killed.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).context("cannot make a short name"),
        }
    }
    bail!("every short name is taken")
}

impl Running {
    /// Dials another peer and waits until both are connected.
    pub(crate) fn dial(&self, other: &Running) -> Result<()> {
        self.dial_enode(&other.enode)?;
        self.peer.event("peer_connected")?;
        other.peer.event("peer_connected")?;
        Ok(())
    }

    /// Dials, and waits for nothing.
    pub(crate) fn dial_enode(&self, enode: &str) -> Result<()> {
        self.peer.call("add_peer", json!({ "enode": enode }))?;
        Ok(())
    }
}

/// Who opens the connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialer {
    /// Our side.
    Ours,
    /// The other implementation.
    Theirs,
}

impl Dialer {
    /// Both, for cells that come in pairs.
    pub(crate) const BOTH: [Self; 2] = [Self::Ours, Self::Theirs];

    /// As in the names of cells.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours-dials",
            Self::Theirs => "theirs-dials",
        }
    }

    /// Connects the two in this direction.
    pub(crate) fn connect(self, ours: &Running, theirs: &Running) -> Result<()> {
        match self {
            Self::Ours => ours.dial(theirs),
            Self::Theirs => theirs.dial(ours),
        }
    }
}

/// Which way a message goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// From our side to theirs.
    Out,
    /// From theirs to ours.
    In,
}

impl Way {
    /// Both, for cells that come in pairs.
    pub(crate) const BOTH: [Self; 2] = [Self::Out, Self::In];

    /// As in the names of cells.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Out => "ours-to-theirs",
            Self::In => "theirs-to-ours",
        }
    }

    /// Sender and receiver.
    pub(crate) fn order<'a>(
        self,
        ours: &'a Running,
        theirs: &'a Running,
    ) -> (&'a Running, &'a Running) {
        match self {
            Self::Out => (ours, theirs),
            Self::In => (theirs, ours),
        }
    }
}
