//! `status-node group`: groups and who is in them.

use super::args::{GroupCommand, Shared};
use super::backend::{Need, answer};
use super::output::Output;
use status_node::rpc::methods::{
    GroupAdd, GroupCreate, GroupJoin, GroupLeave, GroupPromote, GroupRemove, GroupRename, GroupShow,
};

pub(crate) async fn run(
    command: GroupCommand,
    shared: Shared,
    output: Output,
) -> anyhow::Result<()> {
    let (need, shared) = (Need::Network, &shared);
    match command {
        GroupCommand::Create { name, members } => {
            answer(GroupCreate { name, members }, need, shared, output).await
        }
        GroupCommand::Show { group } => {
            answer(GroupShow { group }, Need::Database, shared, output).await
        }
        GroupCommand::Add { group, members } => {
            answer(GroupAdd { group, members }, need, shared, output).await
        }
        GroupCommand::Remove { group, members } => {
            answer(GroupRemove { group, members }, need, shared, output).await
        }
        GroupCommand::Promote { group, members } => {
            answer(GroupPromote { group, members }, need, shared, output).await
        }
        GroupCommand::Join { group } => answer(GroupJoin { group }, need, shared, output).await,
        GroupCommand::Leave { group } => answer(GroupLeave { group }, need, shared, output).await,
        GroupCommand::Rename { group, name } => {
            answer(GroupRename { group, name }, need, shared, output).await
        }
    }
}
