//! What cargo knows of the workspace: its packages, their dependencies, features and targets.

use crate::shell;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The five packages that must not know each other.
pub(crate) const LAYERS: [&str; 5] = [
    "status-payload",
    "status-mvds",
    "status-conversational-security",
    "status-whisper",
    "status-devp2p",
];

/// The package that stacks them.
pub(crate) const NODE: &str = "status-node";

/// The part of `cargo metadata` that the jobs read.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    /// The workspace's own packages.
    pub(crate) packages: Vec<Package>,
}

/// A package of the workspace.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) manifest_path: PathBuf,
    pub(crate) rust_version: Option<String>,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) features: BTreeMap<String, Vec<String>>,
    pub(crate) targets: Vec<Target>,
}

/// A dependency as written in a manifest, whatever its kind, target or feature.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    /// The package's own name, also where the manifest renames it.
    pub(crate) name: String,
    /// `dev`, `build`, or none for an ordinary one.
    pub(crate) kind: Option<String>,
}

/// Something cargo builds of a package.
#[derive(Debug, Deserialize)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) kind: Vec<String>,
}

impl Metadata {
    /// Asks cargo about this workspace.
    pub(crate) fn load() -> Result<Self> {
        let mut command = shell::cargo(["metadata", "--format-version", "1", "--no-deps"]);
        Self::parse(&shell::output(&mut command)?)
    }

    /// Reads what `cargo metadata` printed.
    pub(crate) fn parse(json: &str) -> Result<Self> {
        serde_json::from_str(json).context("cargo metadata printed something else than expected")
    }
}

impl Package {
    /// The package's folder.
    pub(crate) fn folder(&self) -> PathBuf {
        let manifest = &self.manifest_path;
        manifest.parent().unwrap_or(manifest).to_path_buf()
    }

    /// The names of its targets of a kind, `bench` or `bin` for example.
    pub(crate) fn targets_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a str> {
        self.targets
            .iter()
            .filter(move |target| target.kind.iter().any(|of| of == kind))
            .map(|target| target.name.as_str())
    }
}
