//! Explaining with the account of the data folder: by the node that runs on it, else on its database, in
//! which nothing changes.

use super::super::args::Shared;
use super::super::backend::connect;
use super::super::password;
use super::super::service::{folder_path, open_folder};
use super::now_ms;
use anyhow::ensure;
use status_node::account::FolderError;
use status_node::messenger::{Messenger, Settings, Turn};
use status_node::rpc::methods::Explain;
use status_node::rpc::records::ExplanationRecord;
use status_node::rpc::{MAX_LINE, Operation, RpcError};
use status_node::storage::{Database, DatabaseKey};

/// Bytes of a call besides those to be explained: chats, keys and the rest.
const REST_OF_CALL: usize = 1 << 20;

pub(super) async fn ask(question: Explain, shared: &Shared) -> anyhow::Result<ExplanationRecord> {
    let path = folder_path(shared)?;
    let Some(mut node) = connect(&path).await else {
        ensure!(
            question.envelope.is_none(),
            "no node runs on {}, which would hold envelopes",
            path.display()
        );
        return on_database(question, shared);
    };
    let size = question.bytes.as_ref().map_or(0, String::len) / 2;
    let most = (MAX_LINE - REST_OF_CALL) / 2;
    ensure!(
        size <= most,
        "{size} bytes are more than the {most} that a running node takes: stop it first"
    );
    Ok(node.call(&question).await?)
}

/// One transaction, of which nothing stays.
fn on_database(question: Explain, shared: &Shared) -> anyhow::Result<ExplanationRecord> {
    let path = folder_path(shared)?;
    // Opening a folder makes it.
    ensure!(path.is_dir(), FolderError::None(path));
    let folder = open_folder(shared)?;
    let account = folder.account();
    // Says that there is no account before it asks for its password.
    account.profile()?;
    let identity = account.unlock(&password::require(shared)?)?;
    let key = DatabaseKey::of(&identity);
    Database::look(&folder.database_path(), &key, |transaction| {
        let mut rng = rand::rng();
        let mut turn = Turn {
            transaction,
            now_ms: now_ms(None)?,
            rng: &mut rng,
        };
        let mut messenger = Messenger::load(&mut turn, Some(&identity), Settings::default())?;
        // Keys of channels are derived a few at a time.
        while messenger.is_behind() {
            messenger.finish(&mut turn)?;
        }
        let explanation = question.run(&mut messenger, &mut turn);
        Ok(explanation.map_err(RpcError::from)?)
    })?
}
