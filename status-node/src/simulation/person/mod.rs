//! One person with a whole node: the messenger over a database in memory, the transport of the node's
//! task with Whisper, and devp2p's policy, handshakes and sessions, all driven by virtual time.

mod connections;
mod desk;
mod lines;

use super::cpu::{Cpu, Layer, Stopwatch};
use super::plan::{Action, Role, Shared, Target};
use super::record::{Record, Tally};
use crate::Chat;
use crate::account::Identity;
use crate::messenger::{Messenger, Settings};
use crate::node::{DeskCounts, GuardedMessenger, Transport};
use crate::storage::Database;
use lines::Lines;
pub(super) use lines::Wire;
use status_devp2p::peers::{Limits, PeerPolicy};
use status_devp2p::{Enode, NodeId as DevNodeId, NodeKey};
use status_payload::GroupId;
use status_simulated_network::{Arrived, NodeId, Process, Random, Sends};
use status_whisper::{Bloom, Config, Role as WhisperRole, Whisper};
use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// When the simulation begins, in ms since 1970: in May 2020.
pub(super) const START_MS: u64 = 1_590_000_000_000;

/// The port on which everybody listens.
const PORT: u16 = 30_303;

/// See the module's documentation.
pub(super) struct Person {
    number: u32,
    shared: Arc<Shared>,
    identity: Arc<Identity>,
    key: NodeKey,
    random: Random,
    is_light: bool,
    dials: Vec<u32>,
    chat: Option<Chat>,
    script: VecDeque<(u64, Action)>,
    /// None before the first start. It outlives the node.
    database: Option<Database>,
    /// None while the node does not run.
    life: Option<Box<Life>>,
    /// The group that this person belongs to.
    group: Option<GroupId>,
    record: Record,
    /// Dials so far, which gives each connection a number of its own.
    dialled: u64,
    stopwatch: Stopwatch,
}

/// What a running node has in memory.
struct Life {
    guarded: GuardedMessenger,
    /// What the guarded messenger counts that no messenger does.
    counts: Arc<DeskCounts>,
    transport: Transport,
    policy: PeerPolicy,
    lines: Lines,
}

impl Life {
    /// Adds what was counted in it.
    fn count(&self, tally: &mut Tally) {
        tally.add_whisper(self.transport.whisper());
        if let Some(messenger) = self.guarded.messenger() {
            tally.add_messenger(messenger.counters());
        }
        tally.add_transport(self.transport.counts());
        tally.add_refusals(self.policy.refusals());
        tally.failures += self.counts.failures();
    }
}

/// Something that the user wants of the messenger.
enum Call {
    Join(Chat),
    JoinGroup(GroupId),
    MakeGroup(Vec<u32>),
    Write(Target),
}

impl Person {
    pub(super) fn new(number: u32, shared: Arc<Shared>, role: Role) -> Self {
        Self {
            number,
            shared,
            identity: role.identity,
            key: role.key,
            random: role.random,
            is_light: role.is_light,
            dials: role.dials,
            chat: role.chat,
            script: role.script.into(),
            database: None,
            life: None,
            group: None,
            record: Record::default(),
            dialled: 0,
            stopwatch: Stopwatch::new(),
        }
    }

    /// What this person wrote and saw.
    pub(super) fn record(&self) -> &Record {
        &self.record
    }

    /// What the node counted in all its lives, the present one included.
    pub(super) fn tally(&self) -> Tally {
        let mut tally = self.record.tally.clone();
        if let Some(life) = &self.life {
            life.count(&mut tally);
        }
        tally
    }

    /// Where the time went.
    pub(super) fn cpu(&self) -> &Cpu {
        self.stopwatch.cpu()
    }

    fn start(&mut self) {
        let mut config = Config {
            seed: self.random.below(u64::MAX),
            ..Config::default()
        };
        if self.is_light {
            let topics = Bloom::EMPTY;
            config.role = WhisperRole::Light { topics };
        }
        if self.database.is_none() {
            match Database::in_memory() {
                Ok(database) => self.database = Some(database),
                Err(error) => return self.fail(&error),
            }
        }
        let identity = Some(Arc::clone(&self.identity));
        let counts = Arc::<DeskCounts>::default();
        let settings = Settings {
            data_sync: self.shared.options.data_sync,
            ..Settings::default()
        };
        let mut policy = PeerPolicy::new(self.key.node_id(), Limits::default());
        for number in &self.dials {
            let nodes = &self.shared.nodes;
            let key = usize::try_from(*number).ok().and_then(|at| nodes.get(at));
            if let Some(key) = key {
                let enode = Enode::new(DevNodeId::from(key), address(*number));
                // There are fewer than the list takes, and each has an address.
                let _ = policy.add_static(enode, 0);
            }
        }
        self.life = Some(Box::new(Life {
            guarded: GuardedMessenger::new(identity.clone(), settings, Arc::clone(&counts)),
            counts,
            transport: Transport::new(Whisper::new(config), identity),
            policy,
            lines: Lines::default(),
        }));
    }

    /// The node is killed: nothing remains but the database, and that its connections are closed.
    fn kill(&mut self, now: u64, sends: &mut Sends<Wire>) {
        if let Some(life) = self.life.take() {
            life.count(&mut self.record.tally);
            for (wire, line) in life.lines.all() {
                line.state.count_end(&mut self.record.tally);
                self.send(line.peer(), Wire::Closed(*wire), line.last(), now, sends);
            }
        }
    }

    fn fail(&mut self, error: &dyn std::error::Error) {
        tracing::error!(number = self.number, %error, "a simulated node fails");
        self.record.tally.failures += 1;
    }

    /// Does what stands in the script for this time; what it takes the messenger for is left to be done.
    fn act(&mut self, now: u64, sends: &mut Sends<Wire>) -> Vec<Call> {
        let mut calls = Vec::new();
        while self.script.front().is_some_and(|(at, _)| *at <= now) {
            let Some((_, action)) = self.script.pop_front() else {
                break;
            };
            match action {
                Action::Start => {
                    self.start();
                    calls.extend(self.chat.clone().map(Call::Join));
                }
                Action::Kill => self.kill(now, sends),
                Action::MakeGroup(members) => calls.push(Call::MakeGroup(members)),
                Action::Write(target) => calls.push(Call::Write(target)),
            }
        }
        calls
    }

    /// When this person is to be woken.
    fn due(&self) -> Option<u64> {
        let script = self.script.front().map(|(at, _)| *at);
        let life = self.life.as_ref().map(|life| {
            let relative = |at: u64| at.saturating_sub(START_MS);
            let messenger = life.guarded.messenger().and_then(Messenger::poll_timeout);
            let messenger = messenger.filter(|_| !life.transport.is_congested());
            [
                life.transport.poll_timeout().map(relative),
                messenger.map(relative),
                life.policy.poll_timeout(),
                life.lines.due(),
            ]
        });
        let life = life.into_iter().flatten().flatten();
        script.into_iter().chain(life).min()
    }
}

impl Process for Person {
    type Message = Wire;

    fn handle(
        &mut self,
        now: u64,
        arrived: &mut Vec<Arrived<Wire>>,
        sends: &mut Sends<Wire>,
    ) -> Option<u64> {
        self.stopwatch.enter(Layer::Devp2p);
        for Arrived { from, message } in arrived.drain(..) {
            self.receive(from.0, message, now, sends);
        }
        self.time_out(now, sends);
        self.stopwatch.enter(Layer::Simulation);
        let calls = self.act(now, sends);
        self.work(now, calls, sends);
        self.stopwatch.enter(Layer::Simulation);
        let due = self.due();
        self.stopwatch.stop();
        due
    }
}

/// The address of a node, in a network of its own each: 10.x.y.z.
fn ip(number: u32) -> IpAddr {
    let [_, a, b, c] = number.to_be_bytes();
    Ipv4Addr::new(10, a, b, c).into()
}

fn address(number: u32) -> SocketAddr {
    SocketAddr::new(ip(number), PORT)
}

/// The number of another node, as the network takes it.
fn node(number: u32) -> NodeId {
    NodeId(number)
}
