//! The socket: what is wrong with a line, with a call, and with what it asks for.

use super::{Blame, Catalogue};
use crate::messenger::MessengerError;
use crate::rpc::{self, CallFault, LineError, RpcError, Unfit};
use status_conversational_security::noise::pairing::CodeError;
use status_payload::MessageId;
use std::io;

pub(super) fn add_to(to: &mut Catalogue) {
    connections(to);
    calls(to);
    methods(to);
}

fn calls(to: &mut Catalogue) {
    to.add(
        Blame::Caller,
        [
            CallFault::Json("EOF while parsing a value at line 1 column 0".into()),
            CallFault::EmptyBatch,
            CallFault::LongBatch,
            CallFault::NoObject,
            CallFault::Version,
            CallFault::Method,
            CallFault::Params,
            CallFault::Field("parameters".into()),
            CallFault::Id,
            CallFault::ByPosition,
            CallFault::NoMethod("chat".into()),
            CallFault::TooManySubscriptions,
            CallFault::NoSubscription(7),
            CallFault::LongAnswer { limit: 16_777_216 },
        ],
    );
    to.add(Blame::Nobody, [CallFault::TooManyClients { limit: 64 }]);
}

fn methods(to: &mut Catalogue) {
    let id = MessageId::from([7; 32]);
    to.add(
        Blame::Caller,
        [
            Unfit::Locked,
            Unfit::NoBytes,
            Unfit::Kind("soup".into()),
            Unfit::NoKey,
            Unfit::TooManyKeys { limit: 64 },
            Unfit::NoHash,
            Unfit::NoEnvelope,
            Unfit::NoNode,
            Unfit::TooManyNames,
            Unfit::NoAccounts,
            Unfit::NamelessDevice,
            Unfit::ThisDevice,
            Unfit::JoinsByInvitation,
            Unfit::LeavesAloud,
            Unfit::PageLimit,
            Unfit::NotSentHere(id),
            Unfit::PublicChat,
            Unfit::NoDataSync,
            Unfit::PairingCode(CodeError::NotACode),
            Unfit::NoHexMessage,
        ],
    );
    let (uuid, key) = (
        "6a32cec7-3a15-4473-924d-f48a97e07344",
        super::groups::nobody(),
    );
    let group = format!("{uuid}-{key}").parse().ok();
    to.add(
        Blame::Caller,
        group.map(|group| Unfit::NoGroup(Box::new(group))),
    );
    let chat = || "#status".parse().ok().map(Box::new);
    to.add(
        Blame::Caller,
        chat().map(|chat| Unfit::NoMessage { id, chat }),
    );
    let person = key.parse().ok().map(Box::new);
    to.add(Blame::Caller, person.map(Unfit::NotPublic));
}

fn connections(to: &mut Catalogue) {
    let refused = || RpcError::new(rpc::code::REFUSED, MessengerError::NoIdentity);
    to.add(
        Blame::Caller,
        [
            rpc::Refusal::Messenger(MessengerError::NoIdentity),
            rpc::Refusal::Call(refused()),
        ],
    );
    to.add(Blame::Caller, [rpc::CallError::Refused(refused())]);
    to.add(
        Blame::Nobody,
        [
            rpc::CallError::Ended(rpc::Ended::Unread),
            rpc::CallError::Gone,
        ],
    );
    to.add(
        Blame::Version,
        [rpc::CallError::Nonsense("no result and no error".into())],
    );
    to.add(
        Blame::Machine,
        [rpc::CallError::Io(io::ErrorKind::BrokenPipe.into())],
    );
    to.add(Blame::Caller, [rpc::Ended::Unread, rpc::Ended::Lagged]);
    to.add(Blame::Caller, [LineError::TooLong(1_048_576)]);
    to.add(
        Blame::Machine,
        [LineError::Io(io::ErrorKind::ConnectionReset.into())],
    );
    to.add(
        Blame::Machine,
        [
            rpc::BindError::Occupied("node/control".into()),
            rpc::BindError::System {
                path: "node/control".into(),
                error: io::ErrorKind::PermissionDenied.into(),
            },
        ],
    );
}
