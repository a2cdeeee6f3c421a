//! A folder that goes when the demo ends.

use anyhow::Context;
use status_node::files;
use std::path::{Path, PathBuf};

/// A folder of this process alone.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new() -> anyhow::Result<Self> {
        let name = format!("status-node-demo-{:016x}", rand::random::<u64>());
        let path = std::env::temp_dir().join(name);
        files::create_folder(&path).context("the demo has no place for its databases")?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays is in the system's folder for such things.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
