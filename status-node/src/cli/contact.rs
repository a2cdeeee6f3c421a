//! `status-node contact`: people.

use super::args::{ContactCommand, Shared};
use super::backend::{Need, answer};
use super::output::Output;
use status_node::rpc::methods::{
    ContactAdd, ContactBlock, ContactList, ContactName, ContactProfile, ContactRemove, ContactShow,
    ContactUnblock,
};

pub(crate) async fn run(
    command: ContactCommand,
    shared: Shared,
    output: Output,
) -> anyhow::Result<()> {
    match command {
        ContactCommand::List => answer(ContactList {}, Need::Database, &shared, output).await,
        ContactCommand::Show { key } => {
            answer(ContactShow { key }, Need::Database, &shared, output).await
        }
        ContactCommand::Add { key } => {
            answer(ContactAdd { key }, Need::Network, &shared, output).await
        }
        ContactCommand::Remove { key } => {
            answer(ContactRemove { key }, Need::Database, &shared, output).await
        }
        ContactCommand::Block { key } => {
            answer(ContactBlock { key }, Need::Database, &shared, output).await
        }
        ContactCommand::Unblock { key } => {
            answer(ContactUnblock { key }, Need::Database, &shared, output).await
        }
        ContactCommand::Name { key, name } => {
            answer(ContactName { key, name }, Need::Database, &shared, output).await
        }
        ContactCommand::Profile { name } => {
            let profile = ContactProfile {
                name,
                picture: None,
            };
            answer(profile, Need::Network, &shared, output).await
        }
    }
}
