//! `status-node device`: the devices of an account.

use super::args::{DeviceCommand, Shared};
use super::backend::{Need, answer};
use super::output::Output;
use super::pair;
use status_node::rpc::methods::{
    DeviceAnnounce, DeviceDisable, DeviceEnable, DeviceList, DeviceName, DeviceSync,
};

pub(crate) async fn run(
    command: DeviceCommand,
    shared: Shared,
    output: Output,
) -> anyhow::Result<()> {
    let (need, shared) = (Need::Database, &shared);
    match command {
        DeviceCommand::List => answer(DeviceList {}, need, shared, output).await,
        DeviceCommand::Name { name, device_type } => {
            answer(DeviceName { name, device_type }, need, shared, output).await
        }
        DeviceCommand::Announce => answer(DeviceAnnounce {}, Need::Network, shared, output).await,
        DeviceCommand::Enable { installation } => {
            answer(DeviceEnable { installation }, need, shared, output).await
        }
        DeviceCommand::Disable { installation } => {
            answer(DeviceDisable { installation }, need, shared, output).await
        }
        DeviceCommand::Pair(pair) => pair::run(pair, shared, output).await,
        DeviceCommand::Sync => answer(DeviceSync {}, Need::Network, shared, output).await,
    }
}
