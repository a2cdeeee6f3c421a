//! Where the screen has its data from: a node that runs, or one of this process. Calls and reports have
//! tasks of their own, so that the screen waits for neither; all queues are bounded.

mod calls;
mod node;
mod socket;

use super::event::{Answered, Call, Event};
use calls::Caller;
use status_node::Node;
use status_node::rpc::Server;
use std::path::PathBuf;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::super::service::Service;

/// Calls that wait for the node. A person does not press keys faster than a node answers, and one that
/// does not answer need not be asked more.
const CALLS: usize = 64;

/// Events that wait for the screen, which takes all of them whenever it looks.
pub(super) const EVENTS: usize = 1024;

/// Where the data comes from.
pub(super) enum Place {
    /// The socket of the node that runs on the folder.
    Socket(PathBuf),
    /// A node of this process, and its socket, by which other commands reach it.
    Own(Box<Service>, Option<Server>),
}

/// The tasks that speak with the node.
pub(super) struct Source {
    calls: mpsc::Sender<Call>,
    tasks: Vec<JoinHandle<()>>,
    own: Option<Node>,
}

impl Source {
    /// Starts the tasks, which tell `events` what they hear.
    pub(super) fn start(place: Place, events: &mpsc::Sender<Event>) -> Self {
        let (calls, queue) = mpsc::channel(CALLS);
        match place {
            Place::Socket(path) => Self {
                calls,
                tasks: vec![
                    tokio::spawn(socket::follow(path.clone(), events.clone())),
                    tokio::spawn(answer(Caller::socket(path), queue, events.clone())),
                ],
                own: None,
            },
            Place::Own(service, socket) => {
                let own = Some(service.node.clone());
                let caller = Caller::own(service.calls.clone());
                let mut tasks = vec![tokio::spawn(answer(caller, queue, events.clone()))];
                if let Some(socket) = socket {
                    let service = service.calls.clone();
                    tasks.push(tokio::spawn(async move { socket.serve(service).await }));
                }
                tasks.push(tokio::spawn(node::follow(service, events.clone())));
                Self { calls, tasks, own }
            }
        }
    }

    /// Asks the node. What cannot even wait is answered at once.
    pub(super) fn call(&self, call: Call) -> Result<(), Box<Answered>> {
        self.calls.try_send(call).map_err(|refused| {
            let (call, sentence) = match refused {
                mpsc::error::TrySendError::Full(call) => (
                    call,
                    "the node does not answer, and too much waits for it already",
                ),
                mpsc::error::TrySendError::Closed(call) => (call, "the node has stopped"),
            };
            Box::new(Answered {
                call,
                result: Err(sentence.into()),
            })
        })
    }

    /// Ends the tasks; a node of this process is shut down in an orderly manner.
    pub(super) async fn close(self) {
        if let Some(node) = self.own {
            node.shutdown().await;
        }
        self.tasks.iter().for_each(JoinHandle::abort);
        for task in self.tasks {
            // With its last task the folder is free for others.
            let _ = task.await;
        }
    }
}

/// Answers calls one after the other, in their order.
async fn answer(mut caller: Caller, mut queue: mpsc::Receiver<Call>, events: mpsc::Sender<Event>) {
    while let Some(call) = queue.recv().await {
        let result = caller.perform(call.clone()).await;
        let answered = Event::Answered(Box::new(Answered { call, result }));
        if events.send(answered).await.is_err() {
            return;
        }
    }
}
