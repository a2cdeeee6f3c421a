//! The node: what the messenger declines, calls and sending.

use super::{Blame, Catalogue};
use crate::messenger::{ClockFault, Declined, MessengerError};
use crate::node::{CallError, PowError, SendError, StartError};
use crate::storage::StorageError;
use status_conversational_security::noise::pairing::PairingError;
use status_payload::{CannotAct, EventRefusal, InvalidChatMessage, Unbuildable};
use std::io;
use std::time::Duration;

pub(super) fn add_to(to: &mut Catalogue) {
    declined(to);
    commands(to);
    calls(to);
}

fn declined(to: &mut Catalogue) {
    let counter = |declined: &Declined| format!("refused.{}", declined.name());
    to.counted(
        Blame::Author,
        counter,
        [
            Declined::NoChat,
            Declined::Conflict,
            Declined::GroupId,
            Declined::NoCreation,
            Declined::NotInvited,
            Declined::GroupTooLarge("a group has at most 4096 events, here are 5000".into()),
            Declined::Text(InvalidChatMessage::NoText),
            Declined::NoName,
            Declined::UnknownDevice,
        ],
    );
    to.counted(
        Blame::Nobody,
        counter,
        [
            Declined::NotJoined,
            Declined::Known,
            Declined::Cleared,
            Declined::Outdated,
            Declined::NoRoom,
            Declined::TooManyInvitations,
        ],
    );
    to.add(
        Blame::Author,
        [
            ClockFault::Ahead { by_ms: 75_000 },
            ClockFault::Behind { by_ms: 75_000 },
        ],
    );
}

fn commands(to: &mut Catalogue) {
    let (size, limit) = (70_000, 49_056);
    let chat = "#status".parse().ok().map(Box::new);
    to.add(Blame::Caller, chat.map(MessengerError::UnknownChat));
    to.add(
        Blame::Caller,
        [
            MessengerError::NoIdentity,
            MessengerError::Message(Unbuildable::NoChat),
            MessengerError::TooLarge { size, limit },
            MessengerError::NoRoom,
            MessengerError::NotJoined,
            MessengerError::Group(CannotAct::Refused(EventRefusal::NotAdmin)),
            MessengerError::Oneself,
            MessengerError::Alone,
            MessengerError::UnknownDevice,
            MessengerError::NoDeviceName,
            MessengerError::NoPairing,
        ],
    );
    to.add(
        Blame::Nobody,
        [
            MessengerError::Full { limit: 10_000 },
            MessengerError::Pairing(PairingError::CodeUsed),
        ],
    );
    to.add(
        Blame::Machine,
        [
            MessengerError::Storage(StorageError::Damaged("a message")),
            MessengerError::Stale,
        ],
    );
}

fn calls(to: &mut Catalogue) {
    to.add(
        Blame::Caller,
        [CallError::Messenger(MessengerError::NoIdentity)],
    );
    to.add(
        Blame::Machine,
        [CallError::RolledBack("the disk is full".into())],
    );
    to.add(Blame::Nobody, [CallError::Stopped]);
    to.add(Blame::Nobody, [SendError::Call(CallError::Stopped)]);
    to.add(
        Blame::Caller,
        [SendError::Failed("no peer takes it".into())],
    );
    to.add(Blame::Nobody, [SendError::Expired]);
    to.add(Blame::Caller, [SendError::NeverAcknowledged]);
    to.add(
        Blame::Machine,
        [PowError::TimeLimit(Duration::from_secs(10))],
    );
    to.add(Blame::Nobody, [PowError::Busy, PowError::Stopped]);
    let network = status_devp2p::net::StartError::NoSubprotocol;
    to.add(Blame::Caller, [StartError::Network(network)]);
    to.add(
        Blame::Machine,
        [
            StartError::Threads(io::ErrorKind::OutOfMemory.into()),
            StartError::Messenger(MessengerError::Stale),
        ],
    );
    to.add(Blame::Caller, [StartError::MinPow(-1.0)]);
}
