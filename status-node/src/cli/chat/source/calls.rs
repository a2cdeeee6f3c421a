//! What is asked of the node, as its methods.

use super::super::event::{Answer, Call};
use super::super::model::PAGE;
use super::super::panel::Request;
use crate::cli::backend::connect_to;
use serde_json::Value;
use status_node::rpc::methods::{
    Chats, ChatsJoin, ChatsLeave, ChatsRead, ContactAdd, ContactBlock, ContactList, ContactName,
    ContactRemove, ContactUnblock, DeviceAnnounce, DeviceDisable, DeviceEnable, DeviceList,
    DeviceName, DeviceSync, GroupAdd, GroupCreate, GroupJoin, GroupLeave, GroupPromote,
    GroupRemove, GroupShow, Ledger, Lint, Messages, Method, NodeInfo, NodeStats, SendText,
};
use status_node::rpc::records::{LedgerRecord, MessageRecord};
use status_node::rpc::{CallError, Client, NodeService, Operation, Service, Text};
use status_payload::MessageId;
use std::io::ErrorKind;
use std::path::PathBuf;

/// Said where nobody could even be asked.
const NOBODY: &str = "no node runs here now";

/// Whether the call did not even leave, since who answered before is gone: it can be made again.
fn is_unheard<T>(answer: &Result<T, CallError>) -> bool {
    matches!(answer, Err(CallError::Io(error)) if error.kind() == ErrorKind::BrokenPipe)
}

/// Whoever answers.
pub(super) enum Caller {
    /// A node that runs, to which there is a connection once it was needed.
    Socket(PathBuf, Option<Box<Client>>),
    /// A node of this process.
    Own(NodeService),
}

impl Caller {
    pub(super) fn socket(path: PathBuf) -> Self {
        Self::Socket(path, None)
    }

    pub(super) fn own(service: NodeService) -> Self {
        Self::Own(service)
    }

    /// Does what a call says, or says in a sentence why not.
    pub(super) async fn perform(&mut self, call: Call) -> Result<Answer, String> {
        Ok(match call {
            Call::Chats => Answer::Chats(self.run(Chats {}).await?),
            Call::Contacts => Answer::Contacts(self.run(ContactList {}).await?),
            Call::Devices => Answer::Devices(self.run(DeviceList {}).await?),
            Call::Group(group) => Answer::Group(self.run(GroupShow { group }).await?),
            Call::Ledger(message) => Answer::Ledger(self.run(Ledger { message }).await?),
            Call::Lint {
                chat,
                text,
                response_to,
            } => {
                let lint = Lint {
                    chat,
                    text,
                    response_to,
                    accounts: None,
                };
                Answer::Lint(self.method(lint).await?)
            }
            Call::Node => {
                let node = self.method(NodeInfo {}).await?;
                let stats: Value = self.method(NodeStats {}).await?;
                Answer::Node(Box::new(node), stats)
            }
            Call::Page { chat, before } => {
                let page = Messages {
                    chat,
                    limit: Some(PAGE),
                    before,
                };
                let page = self.run(page).await?;
                Answer::Page(self.with_ledgers(page).await?)
            }
            Call::Send {
                chat,
                text,
                response_to,
            } => {
                let message = SendText {
                    chat,
                    text,
                    response_to,
                    acknowledged: false,
                };
                let sent = self.run(message).await;
                Answer::Sent(Box::new(sent.map_err(|why| self.doubt(why))?))
            }
            Call::Read(chat) => self.done(ChatsRead { chat }).await?,
            Call::Leave(chat) => self.done(ChatsLeave { chat }).await?,
            Call::Panel(request) => self.request(request).await?,
        })
    }

    /// Why something was not said, as far as is known: a node that stops meanwhile may have stored it.
    fn doubt(&self, why: String) -> String {
        match self {
            Self::Socket(_, None) if why != NOBODY => {
                format!("{why}; unless it was stored before: look for it once a node runs")
            }
            _ => why,
        }
    }

    async fn request(&mut self, request: Request) -> Result<Answer, String> {
        match request {
            Request::OpenChat(_) => Ok(Answer::Done),
            Request::Join(chat) => self.done(ChatsJoin { chat }).await,
            Request::CreateGroup { name, members } => {
                let group = self.run(GroupCreate { name, members }).await?;
                Ok(Answer::Group(group))
            }
            Request::AddContact(key) => self.done(ContactAdd { key }).await,
            Request::RemoveContact(key) => self.done(ContactRemove { key }).await,
            Request::BlockContact(key) => self.done(ContactBlock { key }).await,
            Request::UnblockContact(key) => self.done(ContactUnblock { key }).await,
            Request::NameContact { key, name } => self.done(ContactName { key, name }).await,
            Request::GroupAdd { group, members } => self.done(GroupAdd { group, members }).await,
            Request::GroupRemove { group, members } => {
                self.done(GroupRemove { group, members }).await
            }
            Request::GroupPromote { group, members } => {
                self.done(GroupPromote { group, members }).await
            }
            Request::GroupJoin(group) => self.done(GroupJoin { group }).await,
            Request::GroupLeave(group) => self.done(GroupLeave { group }).await,
            Request::DeviceName { name, device_type } => {
                self.done(DeviceName { name, device_type }).await
            }
            Request::DeviceAnnounce => self.done(DeviceAnnounce {}).await,
            Request::DeviceEnable(installation) => self.done(DeviceEnable { installation }).await,
            Request::DeviceDisable(installation) => self.done(DeviceDisable { installation }).await,
            Request::DeviceSync => self.done(DeviceSync {}).await,
        }
    }

    /// Each message of one's own with its ledger.
    async fn with_ledgers(
        &mut self,
        page: Vec<MessageRecord>,
    ) -> Result<Vec<(MessageRecord, Vec<LedgerRecord>)>, String> {
        let mut whole = Vec::with_capacity(page.len());
        for record in page {
            let ledger = match (record.outgoing, MessageId::read(&record.id)) {
                // One from another device has no ledger here, which is no mistake.
                (true, Ok(message)) => self.run(Ledger { message }).await.unwrap_or_default(),
                _ => Vec::new(),
            };
            whole.push((record, ledger));
        }
        Ok(whole)
    }

    async fn done<O: Operation>(&mut self, operation: O) -> Result<Answer, String> {
        self.run(operation).await.map(|_| Answer::Done)
    }

    async fn run<O: Operation>(&mut self, operation: O) -> Result<O::Answer, String> {
        match self {
            Self::Socket(..) => self.method(operation).await,
            Self::Own(service) => service
                .run(operation)
                .await
                .map_err(|error| error.to_string()),
        }
    }

    async fn method<M: Method>(&mut self, method: M) -> Result<M::Answer, String> {
        match self {
            Self::Own(service) => {
                let params = serde_json::to_value(&method).map_err(|error| error.to_string())?;
                let answer = service.call(M::NAME, params).await;
                let answer = answer.map_err(|error| error.to_string())?;
                serde_json::from_value(answer).map_err(|error| error.to_string())
            }
            Self::Socket(path, connection) => {
                if let Some(mut client) = connection.take() {
                    let answer = client.call(&method).await;
                    if let Ok(_) | Err(CallError::Refused(_)) = answer {
                        *connection = Some(client);
                    }
                    if !is_unheard(&answer) {
                        return answer.map_err(|error| error.to_string());
                    }
                }
                let mut client = connect_to(path).await.ok_or(NOBODY)?;
                let answer = client.call(&method).await;
                if let Ok(_) | Err(CallError::Refused(_)) = answer {
                    *connection = Some(client);
                }
                answer.map_err(|error| error.to_string())
            }
        }
    }
}
