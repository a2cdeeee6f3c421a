//! An account and its folder, which outlive the process that uses them.

use super::Messenger;
use super::ours::Ours;
use super::theirs::Theirs;
use crate::interop::lab::Lab;
use anyhow::{Context, Result};
use std::cell::Cell;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Whose program runs an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Ours: `status-node run`.
    Ours,
    /// status-go's.
    Theirs,
}

impl Side {
    /// As in the names of cells.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Theirs => "theirs",
        }
    }
}

/// The casts of a scenario for two: the first shows what status-go's messengers do among themselves,
/// so that a cell that fails there too says nothing about us.
pub(crate) const PAIRS: [[Side; 2]; 3] = [
    [Side::Theirs, Side::Theirs],
    [Side::Ours, Side::Theirs],
    [Side::Theirs, Side::Ours],
];

/// A cast as in the names of cells.
pub(crate) fn cast(sides: &[Side]) -> String {
    let names: Vec<&str> = sides.iter().map(|side| side.name()).collect();
    names.join("-")
}

/// How a process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// As when its user closes it.
    Closed,
    /// At once, with SIGKILL.
    Killed,
}

impl End {
    /// Both.
    pub(crate) const BOTH: [Self; 2] = [Self::Closed, Self::Killed];

    /// As in the names of cells.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Killed => "killed",
        }
    }
}

/// One device of an account.
pub(crate) struct Account {
    side: Side,
    name: String,
    identity: String,
    installation: Option<String>,
    folder: PathBuf,
    data_sync: bool,
    light: bool,
    starts: Cell<u32>,
}

impl Account {
    /// A device of a new account, under a name that the cell has not used yet.
    pub(crate) fn new(lab: &Lab, side: Side, name: &str) -> Result<Self> {
        Ok(Self {
            side,
            name: name.to_owned(),
            identity: hex(random_bytes()?),
            installation: None,
            folder: lab.folder(name),
            data_sync: false,
            light: false,
            starts: Cell::new(0),
        })
    }

    /// With data sync for what it sends; off if nothing is said.
    pub(crate) fn data_sync(mut self, on: bool) -> Self {
        self.data_sync = on;
        self
    }

    /// As a light client, which asks its peers only for its own topics.
    pub(crate) fn light(mut self, light: bool) -> Self {
        self.light = light;
        self
    }

    /// Another device of the same account.
    pub(crate) fn another_device(&self, lab: &Lab, side: Side, name: &str) -> Self {
        Self {
            side,
            name: name.to_owned(),
            identity: self.identity.clone(),
            installation: None,
            folder: lab.folder(name),
            data_sync: self.data_sync,
            light: self.light,
            starts: Cell::new(0),
        }
    }

    /// The same account after all it stored was lost; with `installation` it calls itself what it
    /// called itself before, else it is a device that nobody knows.
    pub(crate) fn without_state(&self, lab: &Lab, name: &str, installation: Option<&str>) -> Self {
        Self {
            installation: installation.map(str::to_owned),
            ..self.another_device(lab, self.side, name)
        }
    }

    /// The name of the next process, and of its logs.
    fn process_name(&self) -> String {
        let starts = self.starts.get();
        self.starts.set(starts + 1);
        match starts {
            0 => self.name.clone(),
            _ => format!("{}-again-{starts}", self.name),
        }
    }

    /// Runs it; it dials these nodes.
    pub(crate) fn run(&self, lab: &Lab, peers: &[&str]) -> Result<Box<dyn Messenger>> {
        let process = self.process_name();
        match self.side {
            Side::Theirs => Ok(Box::new(Theirs::start(lab, &process, self, peers)?)),
            Side::Ours => Ok(Box::new(Ours::start(lab, &process, self, peers)?)),
        }
    }

    /// Where it stores everything.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The private key in hex.
    pub(super) fn identity(&self) -> &str {
        &self.identity
    }

    /// The installation id it is to call itself by. A device that has state keeps the one it has.
    pub(super) fn wanted_installation(&self) -> Option<&str> {
        self.installation.as_deref()
    }

    /// Whether data sync is on.
    pub(super) fn wants_data_sync(&self) -> bool {
        self.data_sync
    }

    /// Whether it is a light client.
    pub(super) fn is_light(&self) -> bool {
        self.light
    }
}

/// 32 bytes for a private key, of which all but one in 2^127 are one.
fn random_bytes() -> Result<[u8; 32]> {
    let mut bytes = [0; 32];
    File::open("/dev/urandom")
        .and_then(|mut random| random.read_exact(&mut bytes))
        .context("cannot read random bytes")?;
    Ok(bytes)
}

fn hex(bytes: [u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
