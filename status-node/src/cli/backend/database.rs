//! A data folder on which no node runs: its database is opened, changed and closed.

use super::super::account::DERIVING;
use super::super::args::Shared;
use super::super::service::OPENING;
use super::super::{password, progress};
use anyhow::Context;
use status_node::data_folder::DataFolder;
use status_node::messenger::{Messenger, Settings, Turn};
use status_node::rpc::{Operation, RpcError};
use status_node::storage::{Database, DatabaseKey};
use std::time::{SystemTime, UNIX_EPOCH};

/// A database and the messenger over it. Nothing leaves it: what a command says goes out when a node
/// runs.
pub(crate) struct OwnDatabase {
    database: Database,
    messenger: Messenger,
    /// Locked as long as this lives.
    _folder: DataFolder,
}

impl OwnDatabase {
    pub(super) fn open(folder: DataFolder, shared: &Shared) -> anyhow::Result<Self> {
        let account = folder.account();
        // Says that there is no account before it asks for its password.
        account.profile()?;
        let password = password::require(shared)?;
        let busy = progress::busy(DERIVING);
        let identity = account.unlock(&password)?;
        busy.now(OPENING);
        let key = DatabaseKey::of(&identity);
        let mut database = Database::open(&folder.database_path(), &key)?;
        let transaction = database.transaction()?;
        let mut rng = rand::rng();
        let mut turn = Turn {
            transaction: &transaction,
            now_ms: now_ms()?,
            rng: &mut rng,
        };
        let messenger = Messenger::load(&mut turn, Some(&identity), Settings::default())?;
        transaction.commit().context("database")?;
        Ok(Self {
            database,
            messenger,
            _folder: folder,
        })
    }

    /// Does what a method does, in one transaction.
    pub(super) fn run<O: Operation>(&mut self, operation: O) -> anyhow::Result<O::Answer> {
        let transaction = self.database.transaction()?;
        let mut rng = rand::rng();
        let mut turn = Turn {
            transaction: &transaction,
            now_ms: now_ms()?,
            rng: &mut rng,
        };
        let answer = operation
            .run(&mut self.messenger, &mut turn)
            .map_err(RpcError::from)?;
        self.messenger.finish(&mut turn)?;
        transaction.commit().context("database")?;
        Ok(answer)
    }
}

fn now_ms() -> anyhow::Result<u64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.context("the system's clock is before 1970")?;
    Ok(u64::try_from(now.as_millis())?)
}
